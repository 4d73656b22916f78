"""Briefs by strangers: wrong in many places at once, damaged, or no briefs at all."""

import contextlib
import functools
import json
from dataclasses import dataclass

from hypothesis import strategies as st

from creative_assets.studio.acceptance import Snapshot, kept_at
from creative_assets.studio.documents import field_path
from creative_assets.studio.errors import BriefError
from creative_assets.studio.problems import problems_markdown
from creative_assets.studio.reading import MAX_PROBLEMS, contact_of, read_with_files
from creative_assets.studio.variants import resolve_variants
from tests.hostile.attacks import Attack
from tests.studio.briefs import BRIEF, FILES, MISSING, YAML, changed_all

Path = tuple[str | int, ...]

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters())
    | st.sampled_from(["de-DE", "*", "en_UK", "../x.svg", "a.svg", "#fff", "1x1", "`</b>`"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
_HIDDEN = ("a\u202eb", "a\0b", "\ufeffa", "a\U000e0041", "a\x1bb")
_NO_TEXT: tuple[object, ...] = ("", "  ", 5, None, [], {"a": "b"}, "x" * 5_000, *_HIDDEN)
_NO_ID = (*_NO_TEXT, "Summer!", "-x", "é", "a/../b", "a b", "${HOME}", "'; DROP TABLE briefs; --")
_NO_COLOR = ("", "red", "#12345", "#ggg", "url(#a)", 7, None, ["#fff"], "#fff;}</style>")
_NO_FILE: tuple[object, ...] = (
    *(
        "",
        "../logo.svg",
        "/etc/passwd",
        "a.exe",
        "C:\\a.svg",
        "http://evil.example/a.svg",
        "a\0.svg",
    ),
    *("data:image/svg+xml,<svg/>", "~/a.svg", "./a.svg", "a//b.svg", 5, None, {}, "x" * 5_000),
)
_NO_LOCALE = ("", "xx-YY-zz", "german", "en_", 7, None, "de-DE\0", "../de-DE", "*")
WRONG: dict[Path, tuple[object, ...]] = {
    ("campaign_id",): (*_NO_ID, MISSING),
    ("brand", "name"): (*_NO_TEXT, "two\nlines", MISSING),
    ("brand", "primary_color"): (*_NO_COLOR, MISSING),
    ("brand", "palette", 0): _NO_COLOR,
    ("brand", "logo", "light"): _NO_FILE[:-4],
    ("brand", "logo", "clear_space"): (-1, 2, "wide", True, None, float("nan")),
    ("brand", "tone"): (*_NO_TEXT, MISSING),
    ("brand", "legal_guidelines", 0): _NO_TEXT,
    ("audience", "region"): (*_NO_TEXT, MISSING),
    ("audience", "age_range", "from"): (-1, 121, "ten", 3.5, None, float("nan"), 10**30),
    ("audience", "interests"): ("cycling", [""], 7, {"a": 1}, ["x"] * 31),
    ("products", 0, "id"): (*_NO_ID, MISSING),
    ("products", 0, "photos", 0): _NO_FILE,
    ("products", 1, "description"): (*_NO_TEXT, MISSING),
    ("target_locales", 0): _NO_LOCALE,
    ("output", "aspect_ratios", 0): ("2x1", "", None, 1, ["1x1"]),
    ("output", "file_type"): ("gif", None, "", 0),
    ("placement", "logo"): ("middle", 5, "", []),
    ("imagery",): ("both", None, 0),
    ("budget_usd",): (-1, 0, "much", "50", True, float("nan"), float("inf"), 10**40),
    ("contact",): ("nobody", "a@b", "a@b.c\nBcc: d@e.fg", 5, "<a@example.com>"),
    ("no_such_field",): (1, None, "x", {"a": {}}),
}


@dataclass(frozen=True)
class HostileBrief:
    """A brief's bytes, the files beside it, and the fields that are wrong in it for sure."""

    content: bytes
    name: str = "brief.json"
    files: tuple[str, ...] = tuple(FILES)
    wrong: tuple[str, ...] = ()


def _field(path: Path) -> str:
    return functools.reduce(field_path, path, "")


@st.composite
def _wrong_in_many_places(draw: st.DrawFn) -> HostileBrief:
    paths = draw(st.lists(st.sampled_from(sorted(WRONG, key=str)), min_size=1, unique=True))
    values = {path: draw(st.sampled_from(WRONG[path])) for path in paths}
    files = draw(st.lists(st.sampled_from(sorted(FILES)), unique=True))
    content = json.dumps(changed_all(values)).encode()
    return HostileBrief(content, files=tuple(files), wrong=tuple(map(_field, paths)))


def _paths(value: object, path: Path = ()) -> list[Path]:
    if isinstance(value, dict):
        below = [_paths(item, (*path, key)) for key, item in value.items()]
    elif isinstance(value, list):
        below = [_paths(item, (*path, n)) for n, item in enumerate(value)]
    else:
        below = []
    return [path, *(deeper for paths in below for deeper in paths)]


@st.composite
def _with_anything_anywhere(draw: st.DrawFn) -> HostileBrief:
    path = draw(st.sampled_from(_paths(BRIEF)[1:]))
    value = draw(ANYTHING | st.just(MISSING))
    if isinstance(path[-1], str) and draw(st.booleans()):
        path = (*path[:-1], draw(st.text(max_size=8) | st.sampled_from(["*", "nmae", "[key]"])))
        value = draw(ANYTHING)
    return HostileBrief(json.dumps(changed_all({path: value})).encode())


@st.composite
def _damaged(draw: st.DrawFn) -> HostileBrief:
    name = draw(st.sampled_from(["brief.yaml", "brief.json"]))
    text = YAML if name.endswith("yaml") else json.dumps(BRIEF)
    for _ in range(draw(st.integers(1, 4))):
        cut, length = draw(st.integers(0, len(text))), draw(st.integers(0, 20))
        text = text[:cut] + draw(st.text(max_size=8)) + text[cut + length :]
    return HostileBrief(text.encode(errors="surrogatepass"), name)


_NO_BRIEFS = st.builds(
    HostileBrief,
    st.binary()
    | st.text().map(str.encode)
    | st.text(alphabet="abc:- \n\t\"'[]{},&*!|>%@#?\\U0x1.~<=").map(str.encode),
    st.sampled_from(["brief.yaml", "brief.json", "BRIEF.JSON", "brief"]),
)


def _problems_in(brief: HostileBrief) -> int:
    files = {name: FILES[name] for name in brief.files}
    read, problems = read_with_files(brief.content, brief.name, files.get)
    if read is not None and not problems:
        assert not brief.wrong, f"accepted with {brief.wrong}"
        kept = {name: kept_at(read.campaign_id, name, files[name]) for name in files}
        variants = resolve_variants(read, kept)
        snapshot = Snapshot(source=brief.name, fingerprint="f", brief=read, variants=variants)
        written = snapshot.model_dump_json(by_alias=True)
        assert Snapshot.model_validate_json(written) == snapshot
        return 0
    assert problems
    assert all(problem.found and problem.expected and problem.fix for problem in problems)
    told = [problem.field for problem in problems]
    if len(told) <= MAX_PROBLEMS:
        untold = [field for field in brief.wrong if not any(_is_in(each, field) for each in told)]
        assert not untold, f"of {brief.wrong}, {untold} were not told"
    (problems_markdown(brief.name, problems) + str(BriefError(brief.name, problems))).encode()
    with contextlib.suppress(BriefError):
        contact_of(brief.content, brief.name)
    return len(problems)


def _is_in(told: str, field: str) -> bool:
    return told == field or told.startswith((f"{field}.", f"{field}["))


BRIEFS = Attack(
    "briefs",
    st.one_of(_wrong_in_many_places(), _with_anything_anywhere(), _damaged(), _NO_BRIEFS),
    _problems_in,
)
