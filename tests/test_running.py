import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from rich.console import Console

from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.studio import StudioResource
from creative_assets.running import run_brief
from creative_assets.sensors.briefs import briefs
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.errors import BriefError

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60">'
    '<rect width="200" height="60" fill="#0B3D2E"/></svg>'
)

pytestmark = pytest.mark.usefixtures("settings")

RunIt = Callable[..., tuple[bool, str]]


@pytest.fixture
def written(tmp_path: Path, brief: dict[str, Any]) -> Path:
    """A brief of two products, in a folder of an author."""
    folder = tmp_path / "author"
    folder.mkdir()
    (folder / "logo.svg").write_text(LOGO)
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea")
    ]
    path = folder / "brief.json"
    path.write_text(json.dumps(brief | {"products": products}))
    return path


@pytest.fixture
def run_it(written: Path) -> RunIt:
    """Runs the brief; answers whether all went well, and what was printed."""

    def run(*, new_take: bool = False) -> tuple[bool, str]:
        printed = StringIO()
        out = Console(file=printed, width=200)
        return run_brief(
            written, Settings(), out, new_take=new_take, confirmed_usd=0
        ), printed.getvalue()

    return run


def test_a_run_ends_by_naming_finals_contact_sheet_and_cost(run_it: RunIt, tmp_path: Path) -> None:
    succeeded, printed = run_it()

    assert succeeded
    named = re.findall(r"\S+\.jpg", printed)
    finals = [Path(name) for name in named if "final_creatives" in name]
    assert len(finals) == 2
    assert all((tmp_path / final).stat().st_size > 10_000 for final in finals)
    (sheet,) = re.findall(r"Contact sheet: (\S+)", printed)
    assert (tmp_path / sheet).is_file()
    assert "the stand-in answers for all models, at no cost" in printed
    assert re.search(
        r"Generations: 9 made, 1 reused\. Cost: USD 0\.00 \(stand-in; the same", printed
    )


def test_a_second_run_makes_nothing_and_says_so(run_it: RunIt) -> None:
    run_it()

    succeeded, printed = run_it()

    assert succeeded
    assert "Nothing to make: everything was there already." in printed
    assert "Generations: 0 made, 10 reused. Cost: USD 0.00." in printed


def test_a_new_take_makes_copy_and_pictures_again(run_it: RunIt) -> None:
    run_it()

    _, printed = run_it(new_take=True)

    assert "Generations: 8 made" in printed


def test_what_ran_here_stands_in_dagster_and_leaves_the_sensor_nothing(run_it: RunIt) -> None:
    run_it()

    with dg.DagsterInstance.get() as instance:
        assert instance.get_dynamic_partitions(PARTITIONS_NAME) == [
            "summer/en-US/roast",
            "summer/en-US/tea",
        ]
        made = instance.get_materialized_partitions(dg.AssetKey("final_creatives"))
        assert made == {"summer/en-US/roast", "summer/en-US/tea"}
        context = dg.build_sensor_context(
            instance=instance, definitions=defs(), resources={"studio": StudioResource()}
        )
        result = briefs(context)
    assert isinstance(result, dg.SkipReason), result


def test_a_wrong_brief_raises_all_its_problems_and_submits_nothing(
    run_it: RunIt, written: Path, settings: Settings
) -> None:
    document = json.loads(written.read_text())
    written.write_text(json.dumps(document | {"target_locales": []}))
    (written.parent / "logo.svg").unlink()

    with pytest.raises(BriefError) as raised:
        run_it()

    assert "target_locales" in str(raised.value)
    assert not Path(settings.inbox_url).exists()


def test_a_refused_variant_is_named_and_its_siblings_finals_too(
    run_it: RunIt, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.change(Behaviour(vary=True, refuse=('"id": "roast"',)))
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)

    succeeded, printed = run_it()

    assert not succeeded
    assert "1 of 2 variants failed: ContentRefusedError (1)" in printed
    assert "- summer/en-US/roast at ad_copy: ContentRefusedError" in printed
    assert len(re.findall(r"final_creatives\S+\.jpg", printed)) == 1
    assert "Cost: unknown" in printed
