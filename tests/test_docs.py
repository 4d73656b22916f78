import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest
import typer
from ruamel.yaml import YAML

from creative_assets.assets.catalog import creative_catalog
from creative_assets.assets.change_rounds import round_metadata
from creative_assets.assets.inputs import Inputs
from creative_assets.assets.materialization import desk_link, materialization
from creative_assets.assets.stages import StagesConfig
from creative_assets.cli import app
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import FaultKind, Operation, fault_rule
from creative_assets.studio import errors
from creative_assets.studio.acceptance import MARKER
from creative_assets.studio.brief import brief_schema
from creative_assets.studio.budget import Charge, close_charge
from creative_assets.studio.checks import CheckReport, Finding
from creative_assets.studio.checks.rules import RULES
from creative_assets.studio.dead_letters import WHAT_TO_DO
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.formats import all_channels, format_named
from creative_assets.studio.produce import Job, StageDone
from creative_assets.studio.reading import read_brief
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.stages import STAGES, TAKEABLE
from creative_assets.studio.streaming import produced
from creative_assets.studio.workbench import Workbench

PROJECT = Path(__file__).parents[1]
PAGES = sorted(
    [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("examples/*.md")]
)
IDS = [str(page.relative_to(PROJECT)) for page in PAGES]
MANAGERS = PROJECT / "docs/campaign-managers.md"
ANALYSTS = PROJECT / "docs/analysts.md"
OPERATORS = PROJECT / "docs/operators.md"
SHEET = PROJECT / "docs/images/contact-sheet.jpg"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PROGRAM = re.compile(r"(?:^|[\s/(])creative-assets ((?:standin )?[a-z].*)$")

Accept = Callable[[dict[str, Any]], list[Job]]
OpenWorkbench = Callable[[], AbstractAsyncContextManager[Workbench]]
Rows = dict[str, list[str]]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> Iterator[str]:
    """Each line of fenced code, and each span of inline code."""
    text = text_of(page)
    for _, code in FENCE.findall(text):
        yield from code.splitlines()
    yield from CODE_SPAN.findall(FENCE.sub("", text))


def invocations() -> Iterator[tuple[str, str]]:
    """(page, what follows `creative-assets`) wherever a page calls the program."""
    for page, name in zip(PAGES, IDS, strict=True):
        for code in code_of(page):
            found = PROGRAM.search(code.split(" #")[0].rstrip(") …."))
            if found:
                yield name, found[1]


def command_at(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words call, and the words left over."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def leaf_commands(command: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - click's, which Typer vendors
    children = getattr(command, "commands", {})
    for name, child in children.items():
        yield from leaf_commands(child, f"{path} {name}".strip())
    if not children:
        yield path


def options_of(command: Any) -> set[str]:  # noqa: ANN401 - the same
    return {option for parameter in command.params for option in parameter.opts if "--" in option}


def rows_of(page: Path, first_cell: str) -> Rows:
    """First cell without backticks → the other cells, of the page's table that begins so."""
    _, _, table = text_of(page).partition(f"| {first_cell} |")
    body = table.split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
    return {row[0].strip("`"): row[1:] for row in cells}


def first_cells(page: Path, first_cell: str) -> str:
    """The first column of a table, in which a cell may name several things."""
    _, _, table = text_of(page).partition(f"| {first_cell} |")
    return "\n".join(line.split("|")[1] for line in table.split("\n\n")[0].splitlines()[2:])


def brief_fields() -> dict[str, tuple[bool, str]]:
    """Path of each field of a brief → whether it is required, and its description."""
    schema = brief_schema()

    def resolved(node: dict[str, Any]) -> dict[str, Any]:
        name = node.get("$ref", "").rpartition("/")[2]
        return schema["$defs"][name] | node if name else node

    def walk(node: dict[str, Any], prefix: str) -> Iterator[tuple[str, tuple[bool, str]]]:
        for name, field in node.get("properties", {}).items():
            path = f"{prefix}{name}"
            yield path, (name in node.get("required", ()), field["description"])
            for part in map(resolved, [field, *field.get("anyOf", ())]):
                yield from walk(part, f"{path}.")
                yield from walk(resolved(part.get("items", {})), f"{path}[].")
                for value in part.get("patternProperties", {}).values():
                    yield from walk(resolved(value), f"{path}.<locale>.")

    return dict(walk(schema, ""))


def yaml_briefs() -> list[Any]:
    return [
        pytest.param(code, id=f"{name}-{number}")
        for page, name in zip(PAGES, IDS, strict=True)
        for number, (language, code) in enumerate(FENCE.findall(text_of(page)), start=1)
        if language == "yaml" and "campaign_id:" in code
    ]


def anchor(heading: str) -> str:
    """The fragment by which GitHub links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(text_of(page)) if "://" not in link]
    lost = []
    for target in targets:
        path, _, fragment = target.partition("#")
        place = page.parent / path if path else page
        if not place.exists() or (
            fragment and fragment not in map(anchor, HEADING.findall(text_of(place)))
        ):
            lost.append(target)

    assert lost == []


def test_the_readme_links_every_page() -> None:
    linked = {(PROJECT / link).resolve() for link in LINK.findall(text_of(PROJECT / "README.md"))}
    pages = {page.resolve() for page in PROJECT.glob("docs/*.md")}

    assert pages - linked == set()


def test_every_command_that_a_page_calls_exists_with_its_options() -> None:
    unknown = []
    for page, line in invocations():
        command, words = command_at(shlex.split(line))
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        if getattr(command, "commands", {}) or used - options_of(command):
            unknown.append(f"{page}: creative-assets {line}")

    assert unknown == []


def test_every_command_is_called_on_some_page() -> None:
    lines = [line for _, line in invocations()]
    commands = leaf_commands(typer.main.get_command(app))

    assert [name for name in commands if not any(line.startswith(name) for line in lines)] == []


def test_every_option_of_the_served_stand_in_is_explained() -> None:
    explained = {
        option for cell in rows_of(OPERATORS, "option") for option in re.findall(r"--[a-z-]+", cell)
    }
    command, _ = command_at(["standin", "serve"])

    assert explained == options_of(command) - {"--help"}


def test_every_fault_of_the_stand_in_is_explained() -> None:
    assert set(rows_of(OPERATORS, "fault")) == set(get_args(FaultKind))


def test_every_operation_that_a_fault_can_be_limited_to_is_named() -> None:
    (line,) = (line for line in text_of(OPERATORS).splitlines() if line.startswith("Operations:"))

    assert set(CODE_SPAN.findall(line)) == set(get_args(Operation))


def test_the_faults_that_pages_inject_exist() -> None:
    rules = [
        words[index + 1]
        for _, line in invocations()
        for words in [shlex.split(line)]
        for index, word in enumerate(words)
        if word == "--fault"
    ]

    assert [str(fault_rule(rule).kind) for rule in rules] == ["rate_limit", "cut_base64"]


def test_every_setting_is_explained_with_its_default_and_no_other_is() -> None:
    explained = {name: cells[0].strip("`") for name, cells in rows_of(OPERATORS, "Setting").items()}
    defaults = {
        **dict.fromkeys(("model_limits", "check_severity"), "{}"),
        **dict.fromkeys(("notice_urls", "alert_urls"), "[]"),
        "cpu_workers": "one a core",
    }
    shown = {
        str(field.validation_alias or f"CREATIVE_ASSETS_{name}".upper()): (
            defaults.get(name) or default_in_words(field.default)
        )
        for name, field in Settings.model_fields.items()
    }

    assert explained == shown


def test_every_rule_of_the_checks_is_listed_with_its_severity_and_no_other_is() -> None:
    rows = rows_of(ANALYSTS, "Rule").items()
    listed = {name: [cell.strip("`") for cell in cells] for name, cells in rows}

    assert listed == {
        name: [rule.check or "any", rule.severity, rule.asks] for name, rule in RULES.items()
    }


def default_in_words(default: object) -> str:
    match default:
        case None:
            return "none"
        case str() | int() | float():
            return f"{default}"
        case _:
            return f"{default.in_flight} in flight"  # type: ignore[attr-defined]  # a ModelLimit


def test_settings_are_explained_in_their_own_words() -> None:
    rows = rows_of(OPERATORS, "Setting")
    described = {
        str(field.validation_alias or f"CREATIVE_ASSETS_{name}".upper()): field.description
        for name, field in Settings.model_fields.items()
        if field.description
    }

    assert [name for name, words in described.items() if words not in rows[name][1]] == []


def test_the_settings_that_pages_name_exist() -> None:
    known = {
        str(field.validation_alias or f"CREATIVE_ASSETS_{name}".upper())
        for name, field in Settings.model_fields.items()
    }
    texts = [text_of(page) for page in PAGES] + [text_of(PROJECT / ".env.example")]
    named = {
        name.partition("__")[0]
        for text in texts
        for name in re.findall(r"\b(?:CREATIVE_ASSETS|OPENAI)_[A-Z_]+\b", text)
    }

    assert named - known == set()


def test_every_field_of_the_brief_is_explained_in_its_own_words_and_no_other_is() -> None:
    explained = {path: cells[1] for path, cells in rows_of(MANAGERS, "Field").items()}
    fields = {
        path: words
        for path, (_, words) in brief_fields().items()
        # One model with `messages`, explained there.
        if not path.startswith("products[].messages.")
    }

    assert explained == fields


def test_every_format_of_a_channel_stands_on_the_brief_page_with_its_size() -> None:
    rows = rows_of(MANAGERS, "Format")
    channels_of: dict[str, list[str]] = {}
    for channel, names in all_channels().items():
        for name in names:
            channels_of.setdefault(name, []).append(channel)

    shown = {name: (cells[0], cells[1]) for name, cells in rows.items()}
    assert shown == {
        name: (
            ", ".join(f"`{channel}`" for channel in channels),
            str(format_named(name).size).replace("x", "×"),
        )
        for name, channels in channels_of.items()
    }


def test_the_brief_page_says_which_fields_are_needed() -> None:
    marked = {path for path, cells in rows_of(MANAGERS, "Field").items() if cells[0]}

    assert marked == {path for path, (required, _) in brief_fields().items() if required}


def test_pages_show_briefs() -> None:
    assert len(yaml_briefs()) >= 2


@pytest.mark.parametrize("code", yaml_briefs())
def test_a_brief_on_a_page_is_a_valid_one(code: str) -> None:
    brief = read_brief(code.encode(), "brief.yaml")

    assert brief.campaign_id in code


def test_every_metadata_row_of_a_run_is_explained_and_no_other_is(
    accepted: Accept, brief: dict[str, Any], archive: Archive, bench: OpenWorkbench
) -> None:
    events = produced(
        accepted(brief), STAGES, bench, variants_in_flight=1, grace_s=1, is_over=lambda: False
    )
    with dg.DagsterInstance.ephemeral() as instance:
        inputs = Inputs(instance, STAGES, [])
        shown = {
            name
            for event in events
            if isinstance(event, StageDone)
            for name in (*materialization(event, inputs, archive).metadata, *desk_link(event, ""))
        }
    explained = set(CODE_SPAN.findall(first_cells(ANALYSTS, "row")))
    after_a_change_request = set(round_metadata(Outcome("v2", ("ad_copy",), 0.0)))

    where_links_are = {"full_size"}  # tests/s3 looks at it
    assert explained == shown | after_a_change_request | where_links_are


def test_every_metadata_row_of_the_catalog_is_explained_and_no_other_is(
    accepted: Accept, brief: dict[str, Any], archive: Archive
) -> None:
    (job,) = accepted(brief)
    finding = Finding(check="copy", format=None, rule="length", message="Long.")
    told = CheckReport(check="copy", passed=False, severity="warn", findings=(finding,), numbers={})
    archive.decisions.show(ShownFinals(job.variant.key, "v1", {}, {}, checks=(told,)))
    paid = Charge(
        *("c1", "k1", "ann", "summer", job.variant.key, "base_images", "openai", "image", "m"),
        begun_at=1.0,
    )
    with archive.records.database.writing() as connection:
        close_charge(archive.records.database, connection, paid)
    explained = set(CODE_SPAN.findall(first_cells(ANALYSTS, "of the catalog")))

    made: Any = creative_catalog(dg.build_asset_context(), StudioResource())

    assert explained | {"dagster/row_count"} == set(made.metadata)


def test_every_error_that_the_pages_explain_exists() -> None:
    explained = CODE_SPAN.findall(first_cells(ANALYSTS, "error"))

    assert explained
    assert [name for name in explained if not hasattr(errors, name)] == []


def test_what_to_do_about_an_error_is_said_in_the_same_words_on_the_page_and_in_the_product() -> (
    None
):
    said = {
        name: cells[0]
        for names, cells in rows_of(ANALYSTS, "error").items()
        for name in re.findall(r"\w+", names)
    }

    assert said == {name: words for name, words in WHAT_TO_DO.items() if hasattr(errors, name)}


def test_the_run_config_that_asks_for_a_new_take_is_a_valid_one() -> None:
    (code,) = (code for language, code in FENCE.findall(text_of(ANALYSTS)) if language == "yaml")
    config = YAML(typ="safe").load(code)["ops"]["creative_stages"]["config"]

    assert StagesConfig(**config).new_take
    assert set(config["new_take_of"]) <= set(TAKEABLE)


def test_every_make_target_that_a_page_calls_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(PROJECT / "Makefile"), re.MULTILINE))
    called = {
        target
        for page in PAGES
        for code in code_of(page)
        for words in re.findall(r"^make ([a-z -]+)", code.split("#")[0].strip())
        for target in words.split()
    }

    assert called - targets == set()
    assert {"demo", "test", "dev", "lint"} <= called


def test_the_files_and_modules_that_the_service_table_names_exist() -> None:
    named = re.findall(
        r"`((?:studio|sensors|assets|data)/[\w./]*)`",
        text_of(PROJECT / "docs/from-the-services.md"),
    )

    assert named
    assert [name for name in named if not (PROJECT / "creative_assets" / name).exists()] == []


def test_the_inboxs_marker_is_explained_to_those_who_may_remove_it() -> None:
    assert f"`{MARKER}`" in text_of(MANAGERS)
    assert f"`{MARKER}`" in text_of(OPERATORS)


def test_the_contact_sheet_is_small_enough_for_a_page() -> None:
    assert SHEET.stat().st_size <= 350_000
