"""Reading the picture prompt: the few words in it that a painter can follow.

The prompt is labelled paragraphs, one a line (`Setting: …`). Nothing is painted here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from creative_assets.standin.scenes.colours import Daytime

Side = Literal["lower", "upper", "left", "right"]

_ASIDE = re.compile(r"(left|right) of the middle", re.IGNORECASE)
_CALM = re.compile(r"keep the (lower|upper|left|right) (\d{1,2}) ?%", re.IGNORECASE)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

# The first family with the most of its words in the prompt wins; order breaks ties.
FAMILY_WORDS: Mapping[str, tuple[str, ...]] = {
    "mountains": (
        "mountain",
        "alpine",
        "alps",
        "peak",
        "fjord",
        "ridge",
        "summit",
        "valley",
        "cliff",
    ),
    "sea": (
        "sea",
        "beach",
        "ocean",
        "coast",
        "shore",
        "wave",
        "lake",
        "island",
        "harbour",
        "harbor",
    ),
    "dunes": ("desert", "dune", "sahara", "arid", "oasis"),
    "studio": (
        "studio",
        "podium",
        "backdrop",
        "minimal",
        "seamless",
        "plinth",
        "pedestal",
        "still life",
    ),
    "city": (
        "city",
        "urban",
        "skyline",
        "street",
        "rooftop",
        "downtown",
        "neon",
        "metro",
        "commute",
        "office",
    ),
    "botanical": (
        "garden",
        "botanical",
        "leaf",
        "leaves",
        "plant",
        "jungle",
        "tropical",
        "greenhouse",
        "herb",
        "spa",
    ),
    "table": (
        "kitchen",
        "table",
        "window",
        "breakfast",
        "home",
        "café",
        "cafe",
        "counter",
        "desk",
        "bathroom",
        "shelf",
        "room",
    ),
    "ribbons": (
        "abstract",
        "paper",
        "ribbon",
        "flow",
        "silk",
        "fabric",
        "wave-like",
        "sound",
        "music",
    ),
    "aurora": ("aurora", "northern lights", "star", "night sky", "arctic", "polar"),
    "fields": (
        "field",
        "meadow",
        "hill",
        "farm",
        "countryside",
        "vineyard",
        "picnic",
        "park",
        "grass",
    ),
    "forest": ("forest", "woods", "woodland", "tree", "pine", "moss", "birch"),
    "snow": ("snow", "winter", "icy", "frost", "ski", "glacier"),
}

_DAYTIME_WORDS: Mapping[Daytime, tuple[str, ...]] = {
    "morning": ("morning", "dawn", "sunrise", "breakfast", "early", "mist"),
    "evening": ("evening", "sunset", "dusk", "golden", "twilight", "low sun", "late", "amber"),
    "night": ("night", "midnight", "moon", "neon", "aurora", "star", "after dark"),
    "day": ("day", "noon", "midday", "bright", "daylight", "sunny", "clear", "airy"),
}

_OBJECT_WORDS: Mapping[str, tuple[str, ...]] = {
    "headphones": ("headphone", "headset", "earphone", "over-ear", "audio"),
    "shoe": ("shoe", "sneaker", "trainer", "boot"),
    "dropper": ("serum", "dropper", "oil", "essence", "elixir"),
    "jar": ("jar", "cream", "balm", "jam", "honey", "candle"),
    "tube": ("tube", "lotion", "gel", "toothpaste", "sunscreen"),
    "cup": ("cup", "mug", "espresso", "latte", "tea", "cappuccino"),
    # "Can" alone is a verb more often than a thing.
    "can": ("a can", "the can", "can of", "slim can", "soda", "cold brew", "beer", "lemonade"),
    "bag": ("bag", "pouch", "beans", "ground coffee", "granola", "snack", "crisps", "chips"),
    "bottle": ("bottle", "wine", "juice", "water", "drink", "perfume", "shampoo"),
    "box": ("box", "package", "carton", "chocolate"),
}


@dataclass(frozen=True)
class SceneWords:
    """What the prompt asks for.

    Attributes:
        palette: `#rrggbb`, the brand's leading colour first; may be empty.
        calm_side: The side to keep calm, or None.
        calm_share: How much of the frame that side takes, 0 to 0.9.
        aside: The side of the middle where the subject is wanted, or None.
        families: The scene families that fit the words best: several where they tie.
        daytime: The hour, or None where the prompt doesn't say.
        thing: The object that the subject is, or None where it is none that can be drawn.
    """

    palette: tuple[str, ...]
    calm_side: Side | None
    calm_share: float
    aside: Side | None
    families: tuple[str, ...]
    daytime: Daytime | None
    thing: str | None


def paragraphs(prompt: str) -> dict[str, str]:
    """Split a prompt into its labelled lines; the opening line is `concept`."""
    found: dict[str, str] = {}
    for line in prompt.splitlines():
        label, colon, rest = line.partition(":")
        if colon:
            key = label.strip().lower()
            found["concept" if key.startswith("advertising photograph") else key] = rest.strip()
    return found


def _any_of(words: tuple[str, ...]) -> str:
    return rf"\b({'|'.join(map(re.escape, words))})(s|es)?\b"


def _count(text: str, words: tuple[str, ...]) -> int:
    return len({found[1] for found in re.finditer(_any_of(words), text)})


def _best(scores: Mapping[str, int]) -> tuple[str, ...]:
    top = max(scores.values())
    return tuple(name for name, score in scores.items() if score == top)


def _first_of(names: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """Give the name whose word comes first: what follows is what it holds, or stands beside."""
    places = {
        name: found.start()
        for name, words in names.items()
        if (found := re.search(_any_of(words), text))
    }
    return min(places, key=lambda name: places[name]) if places else None


def read_prompt(prompt: str) -> SceneWords:
    """Read a prompt. Words that mean nothing here are passed over; nothing is an error."""
    lines = paragraphs(prompt)
    setting = lines.get("setting", "").lower()
    subject = lines.get("subject", "").lower()
    around = " ".join(lines.get(key, "") for key in ("concept", "light", "mood")).lower()
    opening = " ".join(prompt.splitlines()[:1]).lower()
    families = {
        name: 4 * _count(setting, words) + _count(around, words)
        for name, words in FAMILY_WORDS.items()
    }
    leading = _first_of(FAMILY_WORDS, setting)
    if leading:
        families[leading] += 1
    hours = {
        name: 3 * _count(lines.get("light", "").lower(), words)
        + _count(f"{setting} {around}", words)
        for name, words in _DAYTIME_WORDS.items()
    }
    calm = _CALM.search(lines.get("composition", ""))
    aside = _ASIDE.search(lines.get("composition", ""))
    hour = next((name for name in _DAYTIME_WORDS if hours[name] == max(hours.values()) > 0), None)
    return SceneWords(
        palette=tuple(_COLOUR.findall(lines.get("palette", ""))),
        calm_side=calm[1].lower() if calm else None,  # type: ignore[arg-type]  # the pattern allows only sides
        calm_share=min(int(calm[2]) / 100, 0.9) if calm else 0.0,
        aside=aside[1].lower() if aside else None,  # type: ignore[arg-type]  # as above
        families=_best(families),
        daytime=hour,
        thing=_first_of(_OBJECT_WORDS, subject) or _first_of(_OBJECT_WORDS, opening),
    )
