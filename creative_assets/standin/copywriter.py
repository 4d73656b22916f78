"""The stand-in's copy: lines written by hand for each locale, chosen by product, take and note.

Choosing belongs here; the lines are in `data/copy/<locale>.toml`, each with its English meaning.
No line names a place or an hour: the copy never sees the picture, which may show another.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import langcodes

from creative_assets.standin.categories import GENERIC, category_of
from creative_assets.standin.wire import Json, number_from

FIELDS = ("headline", "subline", "call_to_action")
MAX_CHARACTERS = {"headline": 40, "subline": 90, "call_to_action": 18}
MAX_DISTANCE = 10  # langcodes: regional variants of one language are nearer than this
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
UNTRANSLATED = "[stand-in: not translated] "


@dataclass(frozen=True)
class Line:
    """A text in the locale's language, and what it means in English."""

    text: str
    english: str

    def named(self, product: str) -> "Line":
        """With the product's name in its place."""
        text = self.text.replace("{product}", product)
        # Chinese lines leave room for a Latin name; a name in Han characters needs none.
        return Line(_HAN_GAP.sub("", text), self.english.replace("{product}", product))


@dataclass(frozen=True)
class CopySet:
    """Three lines that belong together, in the order of `FIELDS`."""

    lines: tuple[Line, Line, Line]

    def texts(self) -> dict[str, str]:
        """The texts by field."""
        return {field: line.text for field, line in zip(FIELDS, self.lines, strict=True)}

    def english(self) -> dict[str, str]:
        """Their meaning by field."""
        return {field: line.english for field, line in zip(FIELDS, self.lines, strict=True)}

    def is_short(self) -> bool:
        """Whether every text keeps to its limit; a long product name can push one over."""
        return all(len(text) <= MAX_CHARACTERS[field] for field, text in self.texts().items())


@dataclass(frozen=True)
class CopyBook:
    """All the lines of one locale."""

    alt_text: Line
    calls_to_action: tuple[Line, ...]
    sets: dict[str, tuple[tuple[Line, Line], ...]]


def draft_copy(facts: Json, nonce: int) -> Json:
    """Copy for the product of `facts`; another take, note or `nonce` gets other lines."""
    product = facts.get("product") or {}
    name = str(product.get("name") or "")
    locale = str(facts.get("locale") or "en-US")
    book_locale = _book_for(locale)
    if book_locale is None:
        draft = _reference_copy(facts, name, nonce)
    else:
        book = _book(book_locale)
        chosen = _chosen(book, facts, nonce)
        draft = {
            **chosen.texts(),
            "alt_text": book.alt_text.named(name).text,
            "back_translation": chosen.english(),
        }
    return _with_approved(draft, facts, locale)


def locales() -> tuple[str, ...]:
    """The locales that have lines of their own."""
    folder = files(__package__).joinpath("data/copy")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir()))


def _chosen(book: CopyBook, facts: Json, nonce: int) -> CopySet:
    """The take's set, of those without banned words, and short where there are such."""
    banned = tuple(_folded(str(word)) for word in facts.get("banned_words") or ())
    candidates = _candidates(book, facts.get("product") or {}, banned)
    fitting = [candidate for candidate in candidates if candidate.is_short()] or candidates
    turn = int(facts.get("take") or 1) - 1
    feedback = facts.get("feedback")
    if nonce and len(fitting) > 1:
        # However it varies, it never says again what somebody wanted to be otherwise.
        others = fitting[1::2] if feedback or turn else fitting[::2]
        return others[(number_from(feedback) + turn + nonce) % len(others)]
    if feedback and len(fitting) > 1:
        # Never the first take's set again: somebody asked for another one.
        others = fitting[1:]
        return others[(number_from(feedback) + max(turn - 1, 0)) % len(others)]
    return fitting[turn % len(fitting)]


def _candidates(book: CopyBook, product: Json, banned: tuple[str, ...]) -> list[CopySet]:
    """The sets for the product, the first take's first; products begin at different ones.

    Where every line has a banned word, as with one that is in the product's name, all are given:
    to reject the copy is for the one who asked.
    """
    name = str(product.get("name") or "")
    category = category_of(product)
    pairs = book.sets[GENERIC]
    if category != GENERIC:
        pairs = book.sets[category] + pairs
    named = [(headline.named(name), subline.named(name)) for headline, subline in pairs]
    clean = [pair for pair in named if not any(_says(line, banned) for line in pair)] or named
    actions = [action for action in book.calls_to_action if not _says(action, banned)]
    actions = actions or list(book.calls_to_action)
    first = number_from(product.get("id"), name)
    return [
        CopySet((*clean[(first + index) % len(clean)], actions[(first + index) % len(actions)]))
        for index in range(len(clean))
    ]


def _says(line: Line, banned: tuple[str, ...]) -> bool:
    """Whether one of the folded words is in the line, whatever its case and width."""
    text = _folded(line.text)
    return any(word in text for word in banned)


def _reference_copy(facts: Json, name: str, nonce: int) -> Json:
    """The reference message as it is, for a locale that nobody wrote lines for."""
    english = draft_copy({**facts, "locale": "en-US", "approved": None}, nonce)
    reference = facts.get("reference") or {}
    texts = {field: reference.get(field) or english[field] for field in FIELDS}
    is_english = str(reference.get("locale") or "en").startswith("en")
    meaning = {
        field: text if is_english or not reference.get(field) else UNTRANSLATED + text
        for field, text in texts.items()
    }
    alt_text = f"Advertising photograph of {name}"
    return {**texts, "alt_text": alt_text, "back_translation": meaning}


def _with_approved(draft: Json, facts: Json, locale: str) -> Json:
    """The draft with the approved fields as they are."""
    given = facts.get("approved") or {}
    approved = {field: given[field] for field in FIELDS if given.get(field)}
    mark = "" if locale.startswith("en") else UNTRANSLATED
    meaning = {field: mark + text for field, text in approved.items()}
    return {**draft, **approved, "back_translation": {**draft["back_translation"], **meaning}}


def _folded(text: str) -> str:
    """Case, width and the two apostrophes make no difference."""
    text = unicodedata.normalize("NFKC", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return unicodedata.normalize("NFKC", text.casefold())


def _book_for(locale: str) -> str | None:
    """The locale with lines that is nearest to `locale` within the same language."""
    nearest, _ = langcodes.closest_match(locale, locales(), max_distance=MAX_DISTANCE)
    same = langcodes.get(nearest).language == langcodes.get(locale).language
    return nearest if same else None


@cache
def _book(locale: str) -> CopyBook:
    path = files(__package__).joinpath(f"data/copy/{locale}.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    alt_text = Line(table.pop("alt_text"), "Advertising photograph of {product}")
    actions = tuple(Line(*pair) for pair in table.pop("calls_to_action"))
    sets = {
        category: tuple((Line(*entry["headline"]), Line(*entry["subline"])) for entry in entries)
        for category, entries in table.items()
    }
    return CopyBook(alt_text, actions, sets)
