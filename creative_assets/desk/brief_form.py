"""The form of a new campaign: what was typed and chosen, as the brief that its author would write.

The names of the form's fields are the brief's own paths, but for what is said for one language
alone: `messages[n]` has all of that. Nothing is read or written here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from creative_assets.desk.submitting import Upload
from creative_assets.studio.rules import EVERY_LOCALE, slug

BRIEF_NAME: Final = "brief.json"

_TEXTS = (
    "campaign_id",
    "contact",
    "brand.name",
    "brand.tone",
    "audience.region",
    "audience.description",
    "output.layout",
    "imagery",
)
_CHOICES = ("output.aspect_ratios", "output.channels")
_AGES = ("audience.age_range.from", "audience.age_range.to")
_LOGOS: Final[Mapping[str, str]] = {
    "brand.logo": "default",
    "brand.logo.light": "light",
    "brand.logo.dark": "dark",
}
_WORDS = ("headline", "subline", "call_to_action")


@dataclass(frozen=True)
class Sent:
    """What a browser sent: field → what was typed or chosen, and field → (file name, content)."""

    texts: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[tuple[str, bytes]]]

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return next(iter(self.texts.get(name, ())), "").strip()

    def numbers(self, kind: str) -> list[int]:
        """The entries `kind[number]` that the form had: one that was removed leaves a gap."""
        return _numbers(kind, (*self.texts, *self.files))

    def filled(self, kind: str) -> list[int]:
        """Those of them that hold anything."""
        return _numbers(kind, filter(self._holds, (*self.texts, *self.files)))

    def holds_only(self, name: str) -> bool:
        """Whether everything else in the field's entry is empty."""
        entry = name.rpartition(".")[0]
        return not any(
            self._holds(each)
            for each in (*self.texts, *self.files)
            if each.startswith(f"{entry}.") and each != name
        )

    def _holds(self, name: str) -> bool:
        return bool(self.text(name) or self.files.get(name))


def _numbers(kind: str, names: Iterable[str]) -> list[int]:
    found = (re.match(rf"{kind}\[([0-9]{{1,3}})\]\.", name) for name in names)
    return sorted({int(each[1]) for each in found if each})


@dataclass(frozen=True)
class SentFile:
    """A file, its name in the brief, and its name where it comes from."""

    name: str
    sent_as: str
    content: bytes


def upload_of(sent: Sent) -> Upload:
    """The brief as its author would have written it, with its files."""
    # There though empty, so that what is missing in them is told field by field.
    document: dict[str, Any] = {"brand": {}, "audience": {}}
    files = files_of(sent)
    for name in _TEXTS:
        _put(document, name, sent.text(name))
    _put(document, "audience.interests", _split(sent.text("audience.interests")))
    _put(document, "brand.primary_color", _color(sent.text("brand.primary_color")))
    palette = [_color(each) for each in _split(sent.text("brand.palette"))]
    _put(document, "brand.palette", palette)
    for name in _CHOICES:
        _put(document, name, list(sent.texts.get(name, ())))
    for name in _AGES:
        age = sent.text(name)
        _put(document, name, int(age) if age.isdecimal() else age)
    _put(document, "budget_usd", _amount(sent.text("budget_usd")))
    _put(document, "brand.legal_guidelines", _lines(sent.text("brand.legal_guidelines")))
    locales = [each for text in sent.texts.get("target_locales", ()) for each in _split(text)]
    _put(document, "target_locales", locales)
    _put(document, "output.clean_twins", bool(sent.text("output.clean_twins")))
    _put(document, "brand.logo", _logo(files))
    document["products"] = list(_products(sent, files))
    for path, texts in _by_language(sent).items():
        _put(document, path, texts)
    content = json.dumps(document, ensure_ascii=False, indent=2).encode()
    sent_files = {file.name: file.content for each in files.values() for file in each}
    return Upload(BRIEF_NAME, content, sent_files)


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


def _color(text: str) -> str:
    """A colour as a brief has it: people leave out the `#`."""
    return f"#{text}" if re.fullmatch(r"[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}", text) else text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _amount(text: str) -> float | str:
    """The number that was typed; else what was typed, for the brief's own rules."""
    try:
        return float(text)
    except ValueError:
        return text


def products_in(sent: Sent) -> list[int]:
    """The entries that become products, in order; the first one, where none holds anything."""
    return sent.filled("products") or [0]


def files_of(sent: Sent) -> dict[str, list[SentFile]]:
    """Field → its files, under names that are the form's and not of who sends them."""
    stems = {field: f"logo-{version}" for field, version in _LOGOS.items()} | {"brand.logo": "logo"}
    named = {
        field: [
            SentFile(f"{stem}{_suffix(sent_as)}", sent_as, content)
            for sent_as, content in sent.files.get(field, ())[:1]
        ]
        for field, stem in stems.items()
    }
    for position, number in enumerate(products_in(sent), 1):
        field = f"products[{number}].photos"
        named[field] = [
            SentFile(f"photos/{position}-{count}{_suffix(sent_as)}", sent_as, content)
            for count, (sent_as, content) in enumerate(sent.files.get(field, ()), 1)
        ]
    return named


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _logo(files: Mapping[str, Sequence[SentFile]]) -> str | dict[str, str]:
    names = {version: file.name for field, version in _LOGOS.items() for file in files[field]}
    return names["default"] if names.keys() == {"default"} else names


def _products(sent: Sent, files: Mapping[str, Sequence[SentFile]]) -> Iterator[dict[str, Any]]:
    for position, number in enumerate(products_in(sent), 1):
        place = f"products[{number}]"
        name, description = sent.text(f"{place}.name"), sent.text(f"{place}.description")
        product: dict[str, Any] = {"id": slug(name) or f"product-{position}"}
        _put(product, "name", name)
        _put(product, "description", description)
        _put(product, "photos", [file.name for file in files[f"{place}.photos"]])
        yield product


def _by_language(sent: Sent) -> dict[str, dict[str, Any]]:
    """The brief's mappings by locale, of what holds for all and of each language's own."""
    legal, banned = sent.text("brand.legal_text"), _split(sent.text("brand.banned_words"))
    texts: dict[str, dict[str, Any]] = {
        "messages": {},
        "brand.legal_text": {EVERY_LOCALE: legal} if legal else {},
        "brand.banned_words": {EVERY_LOCALE: banned} if banned else {},
    }
    for number in reversed(sent.filled("messages")):  # of two for one language the first counts
        place = f"messages[{number}]"
        locale = sent.text(f"{place}.locale")
        said = {
            "messages": {part: text for part in _WORDS if (text := sent.text(f"{place}.{part}"))},
            "brand.legal_text": sent.text(f"{place}.legal_text"),
            "brand.banned_words": _split(sent.text(f"{place}.banned_words")),
        }
        for path, value in said.items():
            if value and locale:
                texts[path][locale] = value
    return texts
