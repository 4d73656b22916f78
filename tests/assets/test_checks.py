"""The automatic checks in Dagster: told of each partition's newest finals, also when run alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.checks import check_evaluations, check_key
from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.opening import Archive
from creative_assets.standin.serve import StandIn
from creative_assets.studio.checks import CHECKS, Check, Finding, report
from creative_assets.studio.checks.rules import severities
from creative_assets.studio.produce import Job, VariantChecked

Accept = Callable[[dict[str, Any]], list[Job]]

pytestmark = pytest.mark.usefixtures("settings", "_asking")


@pytest.fixture
def _asking(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def jobs(accepted: Accept, brief: dict[str, Any], instance: dg.DagsterInstance) -> list[Job]:
    """Two variants, in Dagster's eyes too."""
    brief["products"].append({"id": "tea", "name": "Tea", "description": "Green tea."})
    found = accepted(brief)
    instance.add_dynamic_partitions(PARTITIONS_NAME, [job.variant.key for job in found])
    return found


def run(jobs: Sequence[Job], instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return (
        defs()
        .resolve_job_def(CREATIVES_JOB)
        .execute_in_process(
            instance=instance,
            tags=range_tags(jobs[0].variant.key, jobs[-1].variant.key),
            raise_on_error=False,
        )
    )


def run_checks_alone(
    jobs: Sequence[Job], instance: dg.DagsterInstance, checks: Sequence[Check] = CHECKS
) -> dg.ExecuteInProcessResult:
    """Run them from the first job's variant to the last's; without jobs, without partitions.

    The UI's button for all checks launches such a run.
    """
    tags = range_tags(jobs[0].variant.key, jobs[-1].variant.key) if jobs else {}
    selection = dg.AssetSelection.checks(*[check_key(check) for check in checks])
    alone = dg.Definitions(jobs=[dg.define_asset_job("alone", selection=selection)])
    return (
        dg.Definitions.merge(defs(), alone)
        .resolve_job_def("alone")
        .execute_in_process(instance=instance, tags=tags)
    )


def shown(jobs: Sequence[Job], instance: dg.DagsterInstance) -> dict[tuple[str, str], str]:
    """(check, variant) → what Dagster shows of it; `cleared` where it is of older finals."""
    infos = instance.event_log_storage.get_asset_check_partition_info(
        [check_key(check) for check in CHECKS],
        partition_keys=[job.variant.key for job in jobs],
    )
    return {
        (info.check_key.name, str(info.partition_key)): (
            info.latest_execution_status.value if info.is_current else "cleared"
        )
        for info in infos
    }


def test_each_partition_shows_its_five_checks_on_its_own_finals(
    jobs: list[Job], instance: dg.DagsterInstance
) -> None:
    assert run(jobs, instance).success

    found = shown(jobs, instance)
    assert set(found) == {(check, job.variant.key) for check in CHECKS for job in jobs}
    assert set(found.values()) == {"SUCCEEDED"}


def test_executing_checks_alone_makes_nothing_and_shows_the_same(
    jobs: list[Job], instance: dg.DagsterInstance, stand_in: StandIn
) -> None:
    run(jobs, instance)
    asked, before = len(stand_in.requests()), shown(jobs, instance)

    result = run_checks_alone(jobs, instance, CHECKS[:2])

    assert result.success
    assert result.get_asset_materialization_events() == []
    assert {event.check_name for event in result.get_asset_check_evaluations()} == set(CHECKS[:2])
    assert shown(jobs, instance) == before
    assert len(stand_in.requests()) == asked


def test_executing_checks_without_naming_partitions_executes_them_for_all(
    jobs: list[Job], instance: dg.DagsterInstance
) -> None:
    run(jobs, instance)
    before = shown(jobs, instance)

    result = run_checks_alone([], instance)

    told = [(each.check_name, each.partition) for each in result.get_asset_check_evaluations()]
    assert sorted(told) == sorted(before)
    assert shown(jobs, instance) == before


def test_checks_without_finals_have_failed_and_say_what_to_make(
    jobs: list[Job], instance: dg.DagsterInstance
) -> None:
    result = run_checks_alone(jobs[:1], instance)

    evaluations = result.get_asset_check_evaluations()
    assert [each.passed for each in evaluations] == [False] * len(CHECKS)
    assert all("final_creatives" in str(each.description) for each in evaluations)


def test_reports_are_kept_and_a_final_that_was_lost_fails_the_checks(
    jobs: list[Job], instance: dg.DagsterInstance, archive: Archive
) -> None:
    run(jobs, instance)
    reports = [path for path in archive.store.find() if path.endswith("/reports.json")]
    finals = [path for path in archive.store.find() if path.endswith("1x1.jpg")]
    for path in [*reports, *(path for path in finals if "/final_creatives/" in path)]:
        archive.store.delete(path)

    run_checks_alone(jobs, instance)

    assert len(reports) == len(jobs)
    assert set(shown(jobs, instance).values()) == {"FAILED"}


def test_an_evaluation_has_the_findings_in_words_and_a_picture_of_the_place(
    jobs: list[Job], instance: dg.DagsterInstance
) -> None:
    finding = Finding(
        check="brand",
        format="1x1",
        rule="logo",
        message="The logo is not there.",
        numbers={"logo_match": 0.2},
        crop="UklGRg==",
    )
    told = report("brand", [finding], {"logo_match": 0.2}, severities({}))
    event = VariantChecked(jobs[0].variant, "v1", (told,))

    (evaluation,) = check_evaluations(event, ["brand"], instance)

    assert evaluation.description == "1x1: The logo is not there."
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    evidence, findings = evaluation.metadata["evidence"], evaluation.metadata["findings"]
    assert isinstance(evidence, dg.MarkdownMetadataValue)
    assert "data:image/webp;base64,UklGRg==" in str(evidence.value)
    assert isinstance(findings, dg.TableMetadataValue)
    assert findings.records[0].data["numbers"] == "logo_match 0.2"
    assert evaluation.metadata["logo_match"].value == pytest.approx(0.2)
