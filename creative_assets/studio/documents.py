"""From the bytes of a YAML or JSON file to plain dicts, lists and values, within limits.

Knows nothing about campaigns. YAML is read from ruamel's events and not by its constructors: so
limits hold before anything is built, every duplicate is found and not just the first, dates stay
text, and no tag can ask for an object.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from creative_assets.studio.errors import BriefError, Problem
from creative_assets.studio.problems import clean, quoted

MAX_BRIEF_BYTES: Final = 262_144
MAX_ALIASES: Final = 50
MAX_DEPTH: Final = 20
MAX_NODES: Final = 50_000

# YAML 1.2.2, section 10.3.2 "Tag Resolution" (core schema).
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_LONGEST_WHOLE_NUMBER = 18


@dataclass(frozen=True)
class Document:
    """What a file holds, and what is wrong with it although it could be read."""

    root: object
    problems: tuple[Problem, ...]


class _Fields(list[tuple[str, object]]):
    """A mapping as written: in order, duplicates and all."""


class _UnreadableError(Exception):
    """The document cannot be read any further."""

    def __init__(self, found: str, expected: str, fix: str) -> None:
        self.problem = Problem(field="", found=found, expected=expected, fix=fix)
        super().__init__(found)


def read_document(content: bytes, name: str) -> Document:
    """Parse `content`: JSON where `name` ends in `.json`, else YAML 1.2.

    Raises:
        BriefError: It is too large, no UTF-8, no YAML or JSON, or beyond a limit of this module.
    """
    problems: list[Problem] = []
    try:
        text = _decode(content)
        tree = _json(text) if name.lower().endswith(".json") else _yaml(text, problems)
        root = _plain(tree, "", 0, problems)
    except _UnreadableError as error:
        raise BriefError(name, [error.problem]) from error
    return Document(root=root, problems=tuple(problems))


def _decode(content: bytes) -> str:
    if len(content) > MAX_BRIEF_BYTES:
        raise _UnreadableError(
            f"{len(content):,} bytes",
            f"at most {MAX_BRIEF_BYTES:,} bytes",
            "Name pictures by file, and split a larger campaign into several briefs.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError(
            f"byte {error.start + 1}, which is no UTF-8",
            "text saved as UTF-8",
            "Save the file again with the encoding UTF-8.",
        ) from error


def _json(text: str) -> object:
    if not text.strip():
        return None
    try:
        return json.loads(
            text, object_pairs_hook=_Fields, parse_int=_whole_number, parse_constant=float
        )
    except json.JSONDecodeError as error:
        raise _UnreadableError(
            f"at line {error.lineno}, column {error.colno}, something that JSON does not allow "
            f"({clean(error.msg)})",
            "a JSON document",
            "Check for a missing comma, quote or bracket, at that place or just before it.",
        ) from error
    except RecursionError as error:
        raise _too_deep() from error


def _yaml(text: str, problems: list[Problem]) -> object:
    try:
        return _YamlTree(events=YAML(typ="safe", pure=True).parse(text), problems=problems).root()
    except YAMLError as error:
        raise _UnreadableError(
            _yaml_complaint(error),
            "a YAML document",
            "Check that place and the line before it: indent with spaces and never with tabs, "
            "close every quote and bracket, and put quotes around a `*` and around text with `: ` "
            "or `#`.",
        ) from error
    except (ValueError, OverflowError) as error:
        # ruamel lets these through from an escape such as "\UFFFFFFFF".
        raise _UnreadableError(
            f"an escape that stands for no character ({clean(str(error))})",
            "escapes such as `\\u00e9`",
            "Write the character itself: the file is UTF-8.",
        ) from error


def _yaml_complaint(error: YAMLError) -> str:
    if isinstance(error, ReaderError):
        return f"the invisible character U+{error.character:04X}, as character {error.position + 1}"
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if isinstance(error, MarkedYAMLError) and mark:
        what = clean(error.problem or error.context or "wrong", limit=120)
        return f"at line {mark.line + 1}, column {mark.column + 1}, no YAML: {what}"
    return clean(" ".join(str(error).split()), limit=160)


@dataclass
class _YamlTree:
    """One pass over the parser's events, counting as it goes."""

    events: Iterator[Event]
    problems: list[Problem]
    anchors: dict[str, tuple[object, int]] = field(default_factory=dict)
    aliases: int = 0
    nodes: int = 0

    def root(self) -> object:
        """The only document of the stream, or None where there is none."""
        roots = [
            self._node(next(self.events), 0)
            for event in self.events
            if isinstance(event, DocumentStartEvent)
        ]
        if len(roots) > 1:
            raise _UnreadableError(
                f"{len(roots)} documents, separated by `---`",
                "one document",
                "Put each brief into a file of its own.",
            )
        return roots[0] if roots else None

    def _node(self, event: Event, depth: int) -> object:
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(event, AliasEvent):
            return self._aliased(event)
        before = self.nodes
        self._count(1)
        self._refuse_tag(event)
        value = self._value(event, depth)
        if isinstance(event, NodeEvent) and event.anchor:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def _value(self, event: Event, depth: int) -> object:
        if isinstance(event, SequenceStartEvent):
            return [self._node(item, depth + 1) for item in self._until(SequenceEndEvent)]
        if isinstance(event, MappingStartEvent):
            return _Fields(
                (self._key(key), self._node(next(self.events), depth + 1))
                for key in self._until(MappingEndEvent)
            )
        if isinstance(event, ScalarEvent):
            return _scalar(event.value) if not event.style else event.value
        raise AssertionError(event)

    def _until(self, end: type[Event]) -> Iterator[Event]:
        return takewhile(lambda event: not isinstance(event, end), self.events)

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise _UnreadableError(
                f"at line {event.start_mark.line + 1}, a field whose name is no text",
                "text before each `:`",
                "Put quotes around the field's name if it begins with `[`, `{` or `*`.",
            )
        # As written: a key of `no` is Norwegian, and one of `2027` is text.
        return str(event.value)

    def _aliased(self, event: AliasEvent) -> object:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _UnreadableError(
                f"more than {MAX_ALIASES} aliases (`*name`)",
                f"at most {MAX_ALIASES}",
                "Write the repeated parts out.",
            )
        if event.anchor not in self.anchors:
            raise _UnreadableError(
                f"at line {event.start_mark.line + 1}, the alias {quoted(f'*{event.anchor}')}, "
                "which stands for nothing",
                "an alias of an anchor that is complete further up",
                'If a star is meant, put quotes around it: `"*"`.',
            )
        value, nodes = self.anchors[event.anchor]
        self._count(nodes)
        return value

    def _count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise _UnreadableError(
                f"more than {MAX_NODES:,} values, with aliases written out",
                f"at most {MAX_NODES:,}",
                "Split the campaign into several briefs.",
            )

    def _refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag:
            self.problems.append(
                Problem(
                    field="",
                    found=f"at line {event.start_mark.line + 1}, the tag {quoted(str(tag))}",
                    expected="plain values, without tags",
                    fix="Remove the tag; put quotes around text that begins with `!`.",
                )
            )


def _scalar(text: str) -> object:
    """The value of an unquoted YAML scalar."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _WHOLE.fullmatch(text):
        return _whole_number(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def _whole_number(digits: str) -> float:
    # Python refuses to read integers of thousands of digits, and no field takes a long one.
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else float(digits)


def _plain(node: object, path: str, depth: int, problems: list[Problem]) -> object:
    """`node` with its mappings as dicts: of a field given twice the first counts."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(node, str):
        return _whole_characters(node, path, problems)
    if isinstance(node, _Fields):
        fields: dict[str, object] = {}
        for written, value in node:
            key = _whole_characters(written, path, problems)
            below = field_path(path, key)
            if key in fields:
                problems.append(_given_twice(below))
            else:
                fields[key] = _plain(value, below, depth + 1, problems)
        return fields
    if isinstance(node, list):
        return [
            _plain(item, field_path(path, index), depth + 1, problems)
            for index, item in enumerate(node)
        ]
    return node


def field_path(parent: str, part: str | int) -> str:
    """The path of a field or item of `parent`, such as `products[1]` or `products[1].id`."""
    if isinstance(part, int):
        return f"{parent}[{part}]"
    return f"{parent}.{clean(part)}" if parent else clean(part)


def _whole_characters(text: str, path: str, problems: list[Problem]) -> str:
    if not _HALF_CHARACTER.search(text):
        return text
    problems.append(
        Problem(
            field=path,
            found=f"half a character, in {quoted(text)}",
            expected="whole characters",
            fix="Write the character itself: the file is UTF-8.",
        )
    )
    return _HALF_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)


def _given_twice(path: str) -> Problem:
    return Problem(
        field=path,
        found="the field twice",
        expected="each field once",
        fix="Keep one of the two, and remove the other.",
    )


def _too_deep() -> _UnreadableError:
    return _UnreadableError(
        f"more than {MAX_DEPTH} levels of fields inside fields",
        "a brief, which needs 6",
        "Check the brackets and the indentation.",
    )
