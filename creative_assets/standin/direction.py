"""The stand-in's art direction: a scene for a product, as an art director would brief it.

The scenes are in `data/directions.toml`; painting them is `scenes`.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from creative_assets.standin.categories import category_of
from creative_assets.standin.culture import territory_name
from creative_assets.standin.wire import Json, number_from

AVOID = ("text and lettering", "logos and watermarks", "distorted hands", "clutter")
SHOWN = "Don't show "  # of a context's donts, those that speak of pictures
MAX_NOTE_CHARACTERS = 160
MAX_DESCRIPTION_CHARACTERS = 120
MIN_WORD_CHARACTERS = 4
SAY_NOTHING = frozenset({"with", "from", "that", "this", "made", "your", "over", "into", "they"})

Scene = dict[str, str]


def art_direction(facts: Json, nonce: int) -> Json:
    """A scene for the product of `facts`; another take, note or `nonce` gets another one."""
    product = facts.get("product") or {}
    context = facts.get("context") or {}
    audience = facts.get("audience") or {}
    feedback = facts.get("feedback")
    name = str(product.get("name") or "the product")
    first = number_from(name, context.get("locale"))
    turn = nonce + int(facts.get("take") or 1) - 1
    scenes = _ranked(_scenes()[category_of(product)], product, first)
    scene = scenes[turn % len(scenes)]
    subject = scene["subject"].format(product=_described(product, name))
    if product.get("has_photos"):
        subject += "; the product looks exactly as in the supplied photos"
    return {
        "concept": _with_note(scene["concept"], feedback),
        "subject": subject,
        "setting": _placed(scene["setting"], context.get("locale"), audience, first + turn),
        "lighting": scene["lighting"],
        "mood": ", ".join(filter(None, (scene["mood"], (facts.get("brand") or {}).get("tone")))),
        "palette": list((facts.get("brand") or {}).get("palette") or ()),
        "avoid": [*AVOID, *_context_donts(context)],
    }


def _ranked(scenes: list[Scene], product: Json, first: int) -> list[Scene]:
    """The scenes that the product's description speaks of come first; the others by `first`."""
    wanted = _words(str(product.get("description") or ""))
    turned = scenes[first % len(scenes) :] + scenes[: first % len(scenes)]
    return sorted(turned, key=lambda scene: wanted.isdisjoint(_words(scene["setting"])))


def _words(text: str) -> set[str]:
    return set(re.findall(rf"\w{{{MIN_WORD_CHARACTERS},}}", text.casefold())) - SAY_NOTHING


def _described(product: Json, name: str) -> str:
    """The product with what its description first says of it: a name alone paints no shoe."""
    said, _, _ = str(product.get("description") or "").partition(".")
    words = " ".join(said.split())[:MAX_DESCRIPTION_CHARACTERS]
    return f"{name} ({words})" if words else name


def _with_note(concept: str, feedback: object) -> str:
    if not feedback:
        return concept
    note = " ".join(str(feedback).split())[:MAX_NOTE_CHARACTERS]
    return f"{concept}; it answers the reviewer's note: {note}"


def _placed(setting: str, locale: str | None, audience: Json, choice: int) -> str:
    """The setting, placed where the audience lives, with a hint of what it cares about."""
    region = audience.get("region")
    interests = audience.get("interests") or ()
    if locale:
        setting += f", as found in {territory_name(locale)}"
    elif region:
        setting += f", plausible anywhere in {region}"
    if interests:
        setting += f", with a distant hint of {interests[choice % len(interests)]}"
    return setting


def _context_donts(context: Json) -> list[str]:
    donts = [str(dont) for dont in context.get("donts") or ()]
    return [
        dont.removeprefix(SHOWN).rstrip(".").replace(";", ",")
        for dont in donts
        if dont.startswith(SHOWN)
    ]


@cache
def _scenes() -> dict[str, list[Scene]]:
    text = files(__package__).joinpath("data/directions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
