"""The form of a new campaign: what was typed and chosen as a brief, and where a problem belongs.

The names of the form's fields are the brief's own paths, so that most problems find theirs. What is
wrong with a brief is the studio's to say; nothing is read or written here.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from creative_assets.desk.submitting import Upload
from creative_assets.studio.errors import Problem
from creative_assets.studio.in_words import ended
from creative_assets.studio.local_brief import UNTAKEN_ID
from creative_assets.studio.rules import EVERY_LOCALE, slug

BRIEF_NAME: Final = "brief.json"

_LABELS: Final[Mapping[str, str]] = {
    "campaign_id": "Short name",
    "brand.name": "Brand’s name",
    "brand.tone": "How it speaks",
    "brand.primary_color": "First colour",
    "brand.palette": "Further colours",
    "brand.logo": "Logo",
    "brand.logo.light": "Light logo",
    "brand.logo.dark": "Dark logo",
    "brand.legal_text": "Legal line",
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
_TEXTS = (
    "campaign_id",
    "brand.name",
    "brand.primary_color",
    "brand.tone",
    "audience.region",
    "audience.description",
    "output.layout",
    "imagery",
)
_LISTS = ("brand.palette", "audience.interests")
_CHOICES = ("output.aspect_ratios", "output.channels")
_AGES = ("audience.age_range.from", "audience.age_range.to")
_LOGOS: Final[Mapping[str, str]] = {
    "brand.logo": "default",
    "brand.logo.light": "light",
    "brand.logo.dark": "dark",
}
_ENTRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "products": ("name", "description", "photos"),
    "messages": ("locale", "headline", "subline", "call_to_action"),
}
_MISSING = "the field `"
_WORDS = ("headline", "subline", "call_to_action")
_PRODUCT, _MESSAGE = re.compile(r"products\[(\d+)\]\."), re.compile(r"messages\[(\d+)\]\.")
_LAST_PART = re.compile(r"(\.[^.\[]+|\[[^\]]*\])$")


@dataclass(frozen=True)
class Sent:
    """What a browser sent: field → what was typed or chosen, and field → (file name, content)."""

    texts: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[tuple[str, bytes]]]

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return next(iter(self.texts.get(name, ())), "").strip()

    def entries(self, pattern: re.Pattern[str]) -> int:
        """How many numbered entries there are, without empty ones at the end."""
        filled = [
            int(found[1])
            for name in (*self.texts, *self.files)
            if (found := pattern.match(name)) and (self.text(name) or self.files.get(name))
        ]
        return max(filled, default=-1) + 1


def upload_of(sent: Sent) -> Upload:
    """The brief as its author would have written it, with its files."""
    # There though empty, so that what is missing in them is told field by field.
    document: dict[str, Any] = {"brand": {}, "audience": {}}
    files: dict[str, bytes] = {}
    for name in _TEXTS:
        _put(document, name, sent.text(name))
    for name in _LISTS:
        _put(document, name, _split(sent.text(name)))
    for name in _CHOICES:
        _put(document, name, list(sent.texts.get(name, ())))
    for name in _AGES:
        age = sent.text(name)
        _put(document, name, int(age) if age.isdecimal() else age)
    locales = [each for text in sent.texts.get("target_locales", ()) for each in _split(text)]
    _put(document, "target_locales", locales)
    _put(document, "output.clean_twins", bool(sent.text("output.clean_twins")))
    banned = _split(sent.text("brand.banned_words"))
    _put(document, "brand.banned_words", {EVERY_LOCALE: banned} if banned else {})
    legal = sent.text("brand.legal_text")
    _put(document, "brand.legal_text", {EVERY_LOCALE: legal} if legal else {})
    _put(document, "brand.logo", _logo(sent, files))
    document["products"] = list(_products(sent, files))
    _put(document, "messages", _messages(sent))
    content = json.dumps(document, ensure_ascii=False, indent=2).encode()
    return Upload(BRIEF_NAME, content, files)


def by_field(problems: Sequence[Problem], sent: Sent) -> dict[str, list[str]]:
    """The form's field → its problems in words; those of none of them under an empty name."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        name = _field_of(problem.field, sent)
        found.setdefault(name, []).append(_in_words(problem, name))
    return found


def label_of(name: str) -> str:
    """What the form calls a field."""
    entry = re.fullmatch(r"(product|message)s\[(\d+)\]\.(\w+)", name)
    if entry is None:
        return _LABELS[name]
    kind = "Product" if entry[1] == "product" else "Approved copy"
    return f"{kind} {int(entry[2]) + 1}, {entry[3].replace('_', ' ')}"


def _in_words(problem: Problem, name: str) -> str:
    """The problem for somebody who fills in a form, and writes no brief."""
    if name and problem.expected.startswith(_MISSING):
        return "Please fill this in."
    if name and problem.expected == UNTAKEN_ID:
        return "Another campaign has this short name already. Please choose another one."
    place = "" if name or not problem.field else f"{problem.field}: "
    wrong = ended(f"{place}expected {problem.expected}, found {problem.found}")
    told = f"{wrong} {problem.fix}"
    return (told[:1].upper() + told[1:]).replace("`", "")


def fields_of(sent: Sent) -> list[str]:
    """The names of the fields that a problem can stand at."""
    numbers = {"products": max(1, sent.entries(_PRODUCT)), "messages": sent.entries(_MESSAGE)}
    entries = [
        f"{kind}[{number}].{name}"
        for kind, names in _ENTRIES.items()
        for number in range(numbers[kind])
        for name in names
    ]
    return [*_LABELS, *entries]


def _field_of(path: str, sent: Sent) -> str:
    names = set(fields_of(sent))
    # Of what the form makes by itself, the problem is that of what it is made from.
    place = re.sub(r"^(products\[\d+\])\.id$", r"\1.name", path)
    place = place.replace("brand.logo.default", "brand.logo")
    for number in range(sent.entries(_MESSAGE)):
        locale = sent.text(f"messages[{number}].locale")
        for prefix in (f"messages.{locale}", f'messages["{locale}"]', f"messages['{locale}']"):
            if place == prefix:
                place = f"messages[{number}].locale"
            elif place.startswith(f"{prefix}."):
                place = f"messages[{number}]{place.removeprefix(prefix)}"
    while place and place not in names:
        shorter = _LAST_PART.sub("", place)
        place = shorter if shorter != place else ""
    return place


def _put(document: dict[str, Any], path: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    """Set a value, unless it is empty: what was left out is for the brief's defaults."""
    if value in ("", [], {}, False):
        return
    *folders, name = path.split(".")
    for folder in folders:
        document = document.setdefault(folder, {})
    document[name] = value


def _split(text: str) -> list[str]:
    return [part for each in re.split(r"[,;\n]", text) if (part := each.strip())]


def _logo(sent: Sent, files: dict[str, bytes]) -> str | dict[str, str]:
    names = {}
    for field, version in _LOGOS.items():
        for file_name, content in sent.files.get(field, ())[:1]:
            suffix = PurePosixPath(file_name).suffix.lower()
            names[version] = f"logo{suffix}" if version == "default" else f"logo-{version}{suffix}"
            files[names[version]] = content
    return names["default"] if names.keys() == {"default"} else names


def _products(sent: Sent, files: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    for number in range(max(1, sent.entries(_PRODUCT))):
        place = f"products[{number}]"
        name, description = sent.text(f"{place}.name"), sent.text(f"{place}.description")
        product: dict[str, Any] = {"id": slug(name) or f"product-{number + 1}"}
        _put(product, "name", name)
        _put(product, "description", description)
        photos = []
        for position, (file_name, content) in enumerate(sent.files.get(f"{place}.photos", ()), 1):
            suffix = PurePosixPath(file_name).suffix.lower()
            photos.append(f"photos/{number + 1}-{position}{suffix}")
            files[photos[-1]] = content
        _put(product, "photos", photos)
        yield product


def _messages(sent: Sent) -> dict[str, dict[str, str]]:
    messages: dict[str, dict[str, str]] = {}
    for number in range(sent.entries(_MESSAGE)):
        place = f"messages[{number}]"
        words = {name: sent.text(f"{place}.{name}") for name in _WORDS}
        locale = sent.text(f"{place}.locale")
        messages[locale] = {name: text for name, text in words.items() if text}
    return messages
