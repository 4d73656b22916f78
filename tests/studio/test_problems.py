import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from creative_assets.studio.errors import BriefError, Problem
from creative_assets.studio.problems import problems_markdown, quoted, shown
from creative_assets.studio.reading import read_brief


@pytest.mark.parametrize(
    "value,words",
    [
        (None, "nothing"),
        (True, "the yes/no value `true`"),
        (5, "the number `5`"),
        (0.5, "the number `0.5`"),
        ("", "an empty text"),
        (" \n", "an empty text"),
        ("de_DE", "`de_DE`"),
        ("a\u202eb\x00", "`a\\u202eb\\x00`"),
        ("`</b>", "`'</b>`"),
        ("x" * 61, f"`{'x' * 60}…`"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ({}, "no fields"),
        ({"a": 1, "`b": 2}, "the fields `a`, `'b`"),
        ({str(n): n for n in range(6)}, "the fields `0`, `1`, `2`, `3`, `4` …"),
    ],
)
def test_a_value_is_shown_in_words(value: object, words: str) -> None:
    assert shown(value) == words


@given(st.text())
def test_quoted_text_is_one_printable_line(text: str) -> None:
    assert quoted(text).isprintable()


def markup(page: str) -> set[str]:
    renderer = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    tokens = renderer.parse(page)
    return {token.type for block in tokens for token in (block, *(block.children or []))}


ORDINARY = markup(problems_markdown("brief.yaml", [Problem("a", "`b`", "c", "d")]))


def test_a_problem_is_one_section_of_the_page() -> None:
    problem = Problem(field="products[1].id", found="`A b`", expected="an ID", fix="Write `a-b`.")

    assert problems_markdown("in/brief.yaml", [problem]) == (
        "# `in/brief.yaml` needs one thing changed\n\n"
        "Nothing has been made from it. Correct the brief, save it, and it is read again.\n\n"
        "## 1. `products[1].id`\n\n"
        "- **Found:** `A b`\n"
        "- **Expected:** an ID\n"
        "- **What to do:** Write `a-b`.\n"
    )


INJECTIONS = [
    "<script>alert(1)</script>",
    "![x](http://example.com/x.png)",
    "[x](javascript:alert(1))",
    "`</code>` <b>",
    "a`b``c <i> ```\n# heading",
    "http://example.com www.example.com",
    "\n\n---\n\n- **Found:** nothing",
    "&lt; &#x60; \\",
]


def refusal_of(brief: object) -> BriefError:
    with pytest.raises(BriefError) as caught:
        read_brief(json.dumps(brief).encode(), "brief.json")
    return caught.value


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: text,
        lambda text: {text: 1},
        lambda text: {"campaign_id": text},
        lambda text: {"imagery": text},
        lambda text: {"target_locales": ["de-DE", text]},
        lambda text: {"products": [{text: text, "id": text}]},
        lambda text: {"brand": {"logo": text, "banned_words": {text: [text], "fr-FR": [text]}}},
    ],
)
def test_a_brief_s_text_stays_text_on_the_page(text: str, place: Callable[[str], object]) -> None:
    refusal = refusal_of(place(text))

    assert markup(problems_markdown(refusal.source, refusal.problems)) <= ORDINARY


@given(st.sampled_from(INJECTIONS) | st.text() | st.text(alphabet="`*_[]()<>!#|~\\\n ab&;:/@"))
def test_any_text_stays_text_on_the_page(text: str) -> None:
    page = problems_markdown(text, [Problem(text, text, text, text)])

    assert markup(page) <= ORDINARY
