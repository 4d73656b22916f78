"""What is wrong with the form of a new campaign: at which field each problem belongs, in its words.

What is wrong with a brief is the studio's to say; here it is told to people who write none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from creative_assets.desk.brief_form import Sent, files_of, products_in
from creative_assets.studio.errors import Problem
from creative_assets.studio.in_words import as_sentence, ended
from creative_assets.studio.local_brief import UNTAKEN_ID
from creative_assets.studio.problems import clean, quoted
from creative_assets.studio.reading import USABLE_PICTURE

_LABELS: Final[Mapping[str, str]] = {
    "campaign_id": "Short name",
    "budget_usd": "Budget",
    "contact": "E-mail address",
    "brand.name": "Brand’s name",
    "brand.tone": "How it speaks",
    "brand.primary_color": "First colour",
    "brand.palette": "Further colours",
    "brand.logo": "Logo",
    "brand.logo.light": "Light logo",
    "brand.logo.dark": "Dark logo",
    "brand.legal_text": "Legal line",
    "brand.legal_guidelines": "Rules for the copy",
    "brand.banned_words": "Words that no copy may use",
    "audience.region": "Where they live",
    "audience.description": "Who they are",
    "audience.age_range.from": "Age from",
    "audience.age_range.to": "Age to",
    "audience.interests": "What they like",
    "target_locales": "Languages",
    "output.aspect_ratios": "Formats",
    "output.channels": "Channels",
    "output.layout": "Where the text stands",
    "imagery": "Pictures",
}
_CHOSEN: Final = frozenset({"target_locales"})
_PRODUCT: Final[Mapping[str, str]] = {
    "name": "name",
    "description": "description",
    "photos": "photos",
}
_LANGUAGE: Final[Mapping[str, str]] = {
    "locale": "language",
    "headline": "headline",
    "subline": "subline",
    "call_to_action": "call to action",
    "legal_text": "legal line",
    "banned_words": "words that no copy may use",
}
_BY_LANGUAGE: Final[Mapping[str, str]] = {
    "messages": "",
    "brand.legal_text": ".legal_text",
    "brand.banned_words": ".banned_words",
}
"""Mapping of the brief by locale → the field of a language's entry that it is made from."""
_MISSING = "the field `"
_QUOTED = re.compile("`([^`]*)`")
_LAST_PART = re.compile(r"(\.[^.\[]+|\[[^\]]*\])$")


def own_problems(sent: Sent) -> Iterator[Problem]:
    """What is wrong with the form and could not be seen in the brief that is made from it."""
    known: set[str] = set()
    for number in sent.filled("messages"):
        field = f"messages[{number}].locale"
        locale = sent.text(field)
        if not locale:
            yield Problem(field, "nothing", f"{_MISSING}locale`", "Say which language it is.")
        elif locale in known:
            fix = "Put its texts together, and remove this one."
            yield Problem(field, quoted(locale), "each language once", fix)
        elif sent.holds_only(field):
            fix = "Fill one in, or remove this one."
            yield Problem(field, "no text", "a text in this language", fix)
        known.add(locale)


def by_field(problems: Iterable[Problem], sent: Sent) -> dict[str, list[str]]:
    """The form's field → its problems in words; those of none of them under an empty name."""
    found: dict[str, list[str]] = {}
    files = {file.name: clean(file.sent_as) for each in files_of(sent).values() for file in each}
    ours = re.compile("|".join(map(re.escape, files)) or "(?!)")
    for problem in problems:
        name = _field_of(problem.field, sent)
        told = ours.sub(lambda match: files[match[0]], _in_words(problem, name))
        found.setdefault(name, []).append(told)
    return found


def label_of(name: str) -> str:
    """What the form calls a field."""
    entry = re.fullmatch(r"(products|messages)\[(\d+)\]\.(\w+)", name)
    if entry is None:
        return _LABELS[name]
    number = int(entry[2]) + 1
    if entry[1] == "products":
        return f"Product {number}, {_PRODUCT[entry[3]]}"
    return f"Texts for one language {number}, {_LANGUAGE[entry[3]]}"


def fields_of(sent: Sent) -> list[str]:
    """The names of the fields that a problem can stand at."""
    products = [
        f"products[{number}].{part}"
        for number in sent.numbers("products") or [0]
        for part in _PRODUCT
    ]
    languages = [
        f"messages[{number}].{part}" for number in sent.numbers("messages") for part in _LANGUAGE
    ]
    return [*_LABELS, *products, *languages]


def _in_words(problem: Problem, name: str) -> str:
    """The problem for somebody who fills in a form, and writes no brief."""
    if name and problem.expected.startswith(_MISSING):
        return "Choose one." if name in _CHOSEN else "Please fill this in."
    if name and problem.expected == UNTAKEN_ID:
        return "Another campaign has this short name already. Please choose another one."
    if problem.field == "audience.age_range":
        return "The first age is above the second. Exchange the two."
    if name and problem.expected == USABLE_PICTURE:
        return ended(problem.found)
    place = "" if name or not problem.field else f"{problem.field}: "
    fix = problem.fix
    if name == "output.channels":
        fix = fix.replace("Name ", "Under Single formats, tick ")
    wrong = ended(f"{place}expected {problem.expected}, found {problem.found}")
    return _QUOTED.sub(_in_quotes, as_sentence(f"{wrong} {fix}"))


def _in_quotes(match: re.Match[str]) -> str:
    """What stood in backticks; a field by what the form calls it."""
    return f"“{_LABELS.get(match[1], match[1])}”"


def _field_of(path: str, sent: Sent) -> str:
    names = set(fields_of(sent))
    # Of what the form makes by itself, the problem is that of what it is made from.
    place = path.replace("brand.logo.default", "brand.logo")
    if place == "audience.age_range":
        return "audience.age_range.from"
    product = re.match(r"products\[(\d+)\]", place)
    if product:
        number = products_in(sent)[int(product[1])]
        place = f"products[{number}]{place.removeprefix(product[0])}"
        place = place.removesuffix(".id") + ".name" if place.endswith(".id") else place
    for number in sent.filled("messages"):
        locale = clean(sent.text(f"messages[{number}].locale"))
        for prefix, part in _BY_LANGUAGE.items():
            if locale and place == f"{prefix}.{locale}":
                place = f"messages[{number}]{part or '.locale'}"
            elif locale and place.startswith((f"{prefix}.{locale}.", f"{prefix}.{locale}[")):
                below = place.removeprefix(f"{prefix}.{locale}")
                place = f"messages[{number}]{part or below}"
    while place and place not in names:
        shorter = _LAST_PART.sub("", place)
        place = shorter if shorter != place else ""
    return place
