"""The command line, as a shell runs it."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import jsonschema
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from creative_assets.cli import app
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.briefs import briefs
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn

EXAMPLES = Path(__file__).parents[1] / "examples"
BRIEFS = sorted(EXAMPLES.glob("*/brief.*"))
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><rect width="9" height="3"/></svg>'
)

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def brief_path(tmp_path: Path, brief: dict[str, Any]) -> Path:
    """The small brief in a folder of its author's, with its logo."""
    folder = tmp_path / "author"
    folder.mkdir()
    (folder / "logo.svg").write_text(LOGO)
    path = folder / "brief.json"
    path.write_text(json.dumps(brief))
    return path


def creative_assets(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def words(text: str) -> str:
    """Without the line breaks that a narrow terminal makes."""
    return " ".join(text.split())


@pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.parent.name)
def test_the_examples_are_valid(path: Path) -> None:
    result = creative_assets("validate", path)

    assert result.exit_code == 0, result.stderr
    assert "✓" in result.stdout


def test_all_that_is_wrong_with_all_briefs_is_said_and_fails(
    brief: dict[str, Any], brief_path: Path
) -> None:
    brief["brand"]["primary_color"] = "[red]"
    brief["target_locales"] = ["en-USA"]
    brief["brand"]["logo"] = "missing.svg"
    wrong = brief_path.with_name("wrong.json")
    wrong.write_text(json.dumps(brief))
    lame = brief_path.with_name("lame.json")
    lame.write_text(json.dumps(brief | {"target_locales": ["de-DE"], "campaign_id": "x"}))

    result = creative_assets("validate", wrong, brief_path, lame)

    assert result.exit_code == 1
    assert "brand.primary_color" in result.stderr
    assert "[red]" in result.stderr
    assert "target_locales" in result.stderr
    assert "lame.json" in result.stderr
    assert "brief.json: summer, 1 variants" in words(result.stdout)


def test_a_missing_logo_is_a_problem_of_the_brief(brief_path: Path) -> None:
    (brief_path.parent / "logo.svg").unlink()

    result = creative_assets("validate", brief_path)

    assert result.exit_code == 1
    assert "logo.svg" in result.stderr


def test_the_manifests_schema_is_a_valid_one() -> None:
    schema = json.loads(creative_assets("schema", "manifest").stdout)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["manifest_version"]["const"] == "2"


def test_the_schema_is_valid_and_accepts_the_examples() -> None:
    schema = json.loads(creative_assets("schema").stdout)

    jsonschema.Draft202012Validator.check_schema(schema)
    for path in BRIEFS:
        document = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"campaign_id": "X Y"}, schema)


def test_a_submitted_brief_lies_in_the_inbox_with_its_files(brief_path: Path) -> None:
    result = creative_assets("submit", brief_path)

    inbox = Path("var/inbox/summer")
    assert result.exit_code == 0, result.stderr
    assert "summer/brief.json" in result.stdout
    assert (inbox / "brief.json").read_bytes() == brief_path.read_bytes()
    assert (inbox / "logo.svg").read_text() == LOGO


def test_a_wrong_brief_is_not_submitted(brief_path: Path) -> None:
    brief_path.write_text("{}")

    result = creative_assets("submit", brief_path)

    assert result.exit_code == 1
    assert "campaign_id" in result.stderr
    assert not Path("var/inbox").exists()


@pytest.mark.parametrize("command", ["submit", "estimate", "run", "validate"])
def test_a_brief_that_is_not_there_is_a_wrong_use(command: str) -> None:
    assert creative_assets(command, "nowhere.yaml").exit_code == 2


def test_an_estimate_says_what_is_made_and_what_it_costs(brief_path: Path) -> None:
    result = creative_assets("estimate", brief_path)

    assert result.exit_code == 0, result.stderr
    assert "1 variants" in result.stdout
    assert "art_direction" in result.stdout
    assert "USD 0.00: the stand-in answers" in words(result.stdout)


@pytest.fixture
def made(brief_path: Path) -> str:
    """A variant with its finals, and its key."""
    assert creative_assets("run", brief_path).exit_code == 0
    return "summer/en-US/cold-brew"


def test_an_estimate_prices_a_backfill_and_a_change_request_with_what_they_would_undo(
    made: str,
) -> None:
    assert creative_assets("approve", made).exit_code == 0

    again = words(creative_assets("estimate", "summer/*").stdout)
    copy = words(creative_assets("estimate", made, "--scope", "copy").stdout)
    fresh = words(creative_assets("estimate", "summer/*", "--new-take").stdout)

    assert "nothing to make" in again
    assert "Finals that would change: 0 of 1" in again
    assert "ad_copy │ 1 │ 0" in copy
    assert "image │ 0 │ 1" in copy
    assert "Approvals that would no longer stand: 1" in copy
    assert f"{made} is approved" in copy
    assert "image │ 1 │ 0" in fresh


def test_an_estimate_of_a_pattern_that_nothing_matches_says_so() -> None:
    result = creative_assets("estimate", "summer/*")

    assert result.exit_code == 1
    assert "matches no variant" in words(result.stderr)


def test_a_campaign_that_waits_starts_by_a_go_under_a_name(
    brief: dict[str, Any], brief_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-asks-with-it")
    brief_path.write_text(json.dumps(brief | {"budget_usd": 0.001}))
    priced = creative_assets("estimate", brief_path)
    assert creative_assets("submit", brief_path).exit_code == 0
    context = dg.build_sensor_context(
        instance=dg.DagsterInstance.ephemeral(), resources={"studio": StudioResource()}
    )
    briefs(context)

    given = creative_assets("go", "summer", "--by", "ann")
    twice = creative_assets("go", "summer")

    assert "It would wait for a go: it may cost USD 0.0" in words(priced.stdout)
    assert "ann let it go at USD 0.0" in words(given.stdout)
    assert twice.exit_code == 1
    assert "is not held" in words(twice.stderr)


def test_costs_are_summed_by_what_is_asked_and_unknown_ones_are_counted(
    brief_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    assert creative_assets("run", brief_path).exit_code == 0

    by_campaign = words(creative_assets("costs").stdout)
    by_stage = words(creative_assets("costs", "summer", "--by", "stage").stdout)
    by_generation = words(creative_assets("costs", "summer", "--by", "generation").stdout)

    calls = len(stand_in.requests())
    assert f"summer │ {calls} │ {calls} │ 0.0000 │ {calls}" in by_campaign
    assert "base_images │ 2 │ 2 │ 0.0000 │ 2" in by_stage
    assert by_generation.count(" │ 1 │ 1 │ 0.0000 │ 1") == calls


def test_an_estimate_names_the_models_whose_price_is_unknown(
    brief_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://gpu-box:8000/v1")
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_MODEL", "flux-dev")

    result = creative_assets("estimate", brief_path)

    assert "for want of a price: flux-dev" in words(result.stdout)
    assert "at gpu-box:8000" in words(result.stdout)


def test_a_store_that_cannot_be_opened_is_explained_without_a_traceback(
    brief_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_STORE_URL", "ftp://somewhere")

    result = creative_assets("estimate", brief_path)

    assert result.exit_code == 1
    assert "ftp://somewhere" in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["estimate", "run", "submit"])
def test_settings_that_make_no_sense_are_named_without_a_traceback(
    brief_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_QUALITY", "best")
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_LIMIT__IN_FLIGHT", "0")
    monkeypatch.setenv("OPENAI_BASE_URL", "gpu-box:8000")

    result = creative_assets(command, brief_path)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    for name in (
        "CREATIVE_ASSETS_IMAGE_QUALITY",
        "CREATIVE_ASSETS_IMAGE_LIMIT__IN_FLIGHT",
        "OPENAI_BASE_URL",
    ):
        assert f"{name}:" in result.stderr


def test_preflight_passes_on_a_fresh_machine_and_says_who_answers() -> None:
    result = creative_assets("preflight")

    assert result.exit_code == 0, result.stdout
    assert "the stand-in answers" in words(result.stdout)
    assert "✗" not in result.stdout


@pytest.mark.parametrize(
    "model,said",
    [
        ("dall-e-3", "The model dall-e-3 was shut down on"),
        ("gpt-image-99", "The model gpt-image-99 is not offered. Choose one of:"),
    ],
)
def test_preflight_fails_where_a_model_is_gone(
    model: str, said: str, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_MODEL", model)

    result = creative_assets("preflight")

    assert result.exit_code == 1
    assert said in words(result.stdout)


def test_preflight_fails_where_the_key_is_wrong(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="invalid_key"),)))
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")

    result = creative_assets("preflight")

    assert result.exit_code == 1
    assert "Check OPENAI_API_KEY" in words(result.stdout)
    assert "sk-wrong" not in result.output


def test_a_run_names_its_finals_and_a_second_one_makes_nothing(brief_path: Path) -> None:
    first = creative_assets("run", brief_path)
    second = creative_assets("run", brief_path)

    assert first.exit_code == 0, first.output
    assert second.exit_code == 0, second.output
    assert "5 made" in words(first.stdout)
    assert "Nothing to make" in words(second.stdout)
    assert "0 made" in words(second.stdout)
    finals = [
        line.strip() for line in second.stdout.splitlines() if line.strip().endswith("1x1.jpg")
    ]
    assert [Path(final).is_file() for final in finals] == [True]
    assert finals[0] in first.stdout
    (sheet,) = [
        line.partition(": ")[2]
        for line in first.stdout.splitlines()
        if line.startswith("Contact sheet")
    ]
    assert Path(sheet).is_file()


def test_a_wrong_brief_is_not_run(brief_path: Path) -> None:
    brief_path.write_text("{}")

    result = creative_assets("run", brief_path)

    assert result.exit_code == 1
    assert "campaign_id" in result.stderr
    assert not Path("var").exists()


def test_a_fault_that_does_not_exist_is_a_wrong_use() -> None:
    result = creative_assets("standin", "serve", "--fault", "earthquake")

    assert result.exit_code == 2
    assert "--fault" in result.output
