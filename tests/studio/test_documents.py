import pytest

from creative_assets.studio.documents import MAX_BRIEF_BYTES, Document, read_document
from creative_assets.studio.errors import BriefError, Problem


def complaint(content: bytes, name: str = "brief.yaml") -> str:
    """What stands in the way of reading `content` any further."""
    with pytest.raises(BriefError) as caught:
        read_document(content, name)
    (problem,) = caught.value.problems
    assert problem.field == ""
    return problem.found


def root(content: str, name: str = "brief.yaml") -> object:
    document = read_document(content.encode(), name)
    assert document.problems == ()
    return document.root


def problems(content: str, name: str = "brief.yaml") -> list[tuple[str, str]]:
    return [(p.field, p.found) for p in read_document(content.encode(), name).problems]


def test_only_what_yaml_1_2_calls_a_number_boolean_or_null_is_one() -> None:
    text = "[no, off, y, 12, -3, 012, 1_000, 1:20, 2.5, 1e3, .5, true, TRUE, ~, null, 0x1F, .inf]"

    assert root(text) == [
        *("no", "off", "y", 12, -3, 12, "1_000", "1:20", 2.5, 1000.0, 0.5, True, True, None, None),
        *("0x1F", ".inf"),
    ]


def test_what_is_quoted_is_text() -> None:
    assert root("['12', \"true\", '', \"~\"]") == ["12", "true", "", "~"]


def test_dates_stay_text() -> None:
    assert root("a: 2027-06-01") == {"a": "2027-06-01"}


def test_the_names_of_fields_are_text() -> None:
    assert root("no: 1\n2027: 2\n~: 3") == {"no": 1, "2027": 2, "~": 3}


def test_a_yaml_1_1_directive_changes_nothing() -> None:
    assert root("%YAML 1.1\n---\na: no") == {"a": "no"}


def test_an_empty_file_holds_nothing() -> None:
    for name in ("brief.yaml", "brief.json"):
        assert read_document(b" \n", name) == Document(root=None, problems=())


def test_an_anchor_can_be_used_again() -> None:
    assert root("a: &x [1, 2]\nb: *x") == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    "content,found",
    [
        pytest.param(b"x" * 50_000_000, "50,000,000 bytes", id="50 MB"),
        (b"x" * (MAX_BRIEF_BYTES + 1), "262,145 bytes"),
        (b"campaign_id: \xff", "byte 14, which is no UTF-8"),
        ("a: b".encode("utf-16"), "byte 1, which is no UTF-8"),
        (b"a: [1", "at line 1, column 6, no YAML: expected ',' or ']', but got '<stream end>'"),
        (b"a: 1\n\tb: 2", "at line 2, column 1, no YAML"),
        (b"a: 1\n---\nb: 2", "2 documents, separated by `---`"),
        (b"a: \x07", "the invisible character U+0007, as character 4"),
        (b'a: "\\UFFFFFFFF"', "an escape that stands for no character"),
        (b"? [a]\n: b", "at line 1, a field whose name is no text"),
        (b"a: {*: [cheap]}", "at line 1, a field whose name is no text"),
        (b"a: *b", "at line 1, the alias `*b`, which stands for nothing"),
        (b"a: &a [*a]", "at line 1, the alias `*a`, which stands for nothing"),
        (b"[" * 100_000, "more than 20 levels of fields inside fields"),
        (b"- " * 100_000, "more than 20 levels of fields inside fields"),
        (b"{a: " * 50_000, "more than 20 levels of fields inside fields"),
        (b"-\n" * 60_000, "more than 50,000 values, with aliases written out"),
    ],
)
def test_what_cannot_be_read_as_yaml_is_one_problem_of_the_whole(
    content: bytes, found: str
) -> None:
    assert complaint(content).startswith(found)


@pytest.mark.parametrize(
    "content,found",
    [
        (b'{"a": 1,}', "at line 1, column 9, something that JSON does not allow"),
        (b"[" * 100_000, "more than 20 levels of fields inside fields"),
        (b"[" * 30 + b"]" * 30, "more than 20 levels of fields inside fields"),
    ],
)
def test_what_cannot_be_read_as_json_is_one_problem_of_the_whole(
    content: bytes, found: str
) -> None:
    assert complaint(content, "brief.json").startswith(found)


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 6)}]" for n in range(1, 9)]

    assert complaint("\n".join(lines).encode()) == (
        "more than 50,000 values, with aliases written out"
    )


def test_a_tower_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 50))]

    assert complaint("\n".join(lines).encode()) == "more than 20 levels of fields inside fields"


def test_more_than_fifty_aliases_are_refused() -> None:
    assert root("a: &a x\nb: [" + "*a, " * 50 + "]")
    assert complaint(b"a: &a x\nb: [" + b"*a, " * 51 + b"]") == "more than 50 aliases (`*name`)"


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!include", "!!binary", "!!set"])
def test_tags_are_refused_and_build_nothing(tag: str) -> None:
    document = read_document(f"a: 1\nb: {tag} x".encode(), "brief.yaml")
    (problem,) = document.problems

    assert document.root == {"a": 1, "b": "x"}
    assert problem.found.startswith("at line 2, the tag `")


@pytest.mark.parametrize(
    "content,name",
    [
        ("a: 1\nb:\n  - c: 1\n    c: 2\n    c: 3\na: 2\n", "brief.yaml"),
        ('{"a": 1, "b": [{"c": 1, "c": 2, "c": 3}], "a": 2}', "brief.json"),
    ],
)
def test_every_field_given_twice_is_named_and_its_first_value_counts(
    content: str, name: str
) -> None:
    assert problems(content, name) == [
        ("b[0].c", "the field twice"),
        ("b[0].c", "the field twice"),
        ("a", "the field twice"),
    ]
    assert read_document(content.encode(), name).root == {"a": 1, "b": [{"c": 1}]}


def test_half_a_character_is_named_and_replaced() -> None:
    content = b'{"a": ["warm \\ud83d"], "b\\udc00": 1}'

    assert read_document(content, "brief.json") == Document(
        root={"a": ["warm \N{REPLACEMENT CHARACTER}"], "b\N{REPLACEMENT CHARACTER}": 1},
        problems=tuple(
            Problem(
                field=field,
                found=f"half a character, in `{text}`",
                expected="whole characters",
                fix="Write the character itself: the file is UTF-8.",
            )
            for field, text in [("a[0]", "warm \\ud83d"), ("", "b\\udc00")]
        ),
    )


def test_a_whole_character_may_be_escaped_in_halves() -> None:
    assert root('{"a": "\\ud83d\\ude80"}', "brief.json") == {"a": "\N{ROCKET}"}
