from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.inputs import Inputs
from creative_assets.assets.materialization import materialization, run_failure
from creative_assets.resources.opening import Archive
from creative_assets.studio.context import ContextPack
from creative_assets.studio.dead_letters import WHAT_TO_DO
from creative_assets.studio.errors import ContentRefusedError, RenderError
from creative_assets.studio.generations import GenerationUse
from creative_assets.studio.produce import Job, StageDone, VariantFailed
from creative_assets.studio.stages import CONTEXT_PACK, StageOutput

PACK = ContextPack(
    summary="Plain words.",
    tone="warm",
    formality="informal",
    dos=(),
    donts=(),
    cultural_notes=(),
    visual_notes=(),
    legal_notes=(),
)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def inputs(instance: dg.DagsterInstance, job: Job) -> Inputs:
    return Inputs(instance, [CONTEXT_PACK], [job.variant.key])


@pytest.fixture
def job(accepted: Any, brief: dict[str, Any]) -> Job:  # noqa: ANN401 - the fixture says more
    (only,) = accepted(brief)
    assert isinstance(only, Job)
    return only


def use(
    key: str, *, made: bool, cost_usd: float | None, service: str = "api.openai.com"
) -> GenerationUse:
    return GenerationUse(
        key=key,
        operation="context_pack",
        service=service,
        model="gpt-6-luna",
        take=1,
        made=made,
        cost_usd=cost_usd,
        list_price_usd=0.02,
        attempts=1,
        seconds=2.5,
        request_id=None,
    )


def done(job: Job, *uses: GenerationUse) -> StageDone:
    output = StageOutput[Any](
        stage=CONTEXT_PACK,
        version="0123456789",
        code_version="7",
        data=PACK,
        files={},
        generations=tuple(each.key for each in uses),
        strip=None,
        preview=None,
    )
    inputs = {"variant_brief": "9876543210"}
    return StageDone(job.variant, output, inputs, reused=False, uses=uses, seconds=3.14159)


def told(event: dg.AssetMaterialization) -> dict[str, Any]:
    return {name: value.value for name, value in event.metadata.items()}


def test_only_what_was_made_is_counted_as_spent(job: Job, inputs: Inputs, archive: Archive) -> None:
    uses = (
        use("a", made=True, cost_usd=0.25),
        use("b", made=True, cost_usd=0.5),
        use("c", made=False, cost_usd=99.0),
    )

    event = materialization(done(job, *uses), inputs, archive)

    metadata = told(event)
    assert (metadata["generations_made"], metadata["generations_reused"]) == (2, 1)
    assert metadata["cost_usd"] == 0.75
    assert metadata["list_price_usd"] == 0.04
    paid = [record.data for record in metadata["paid_generations"].records]
    assert [(row["key"], row["cost_usd"]) for row in paid] == [("a", 0.25), ("b", 0.5)]
    assert event.description == "Made with 2 new and 1 reused generations."


def test_a_cost_that_is_unknown_is_never_shown_as_zero(
    job: Job, inputs: Inputs, archive: Archive
) -> None:
    uses = (use("a", made=True, cost_usd=0.25), use("b", made=True, cost_usd=None))

    metadata = told(materialization(done(job, *uses), inputs, archive))

    assert metadata["cost_usd"] == "unknown"


def test_what_the_stand_in_made_is_said_to_be_the_stand_ins(
    job: Job, inputs: Inputs, archive: Archive
) -> None:
    uses = (use("a", made=True, cost_usd=0.0, service="stand-in"),)

    metadata = told(materialization(done(job, *uses), inputs, archive))

    assert metadata["models"] == "gpt-6-luna, played by the stand-in"


def test_the_models_of_one_service_are_named_together(
    job: Job, inputs: Inputs, archive: Archive
) -> None:
    words = use("a", made=True, cost_usd=0.25)
    picture = words.model_copy(update={"key": "b", "model": "gpt-image-2.6-flare"})

    metadata = told(materialization(done(job, words, picture), inputs, archive))

    assert metadata["models"] == "gpt-6-luna and gpt-image-2.6-flare at api.openai.com"


def test_a_stage_that_asks_no_model_says_so(job: Job, inputs: Inputs, archive: Archive) -> None:
    event = materialization(done(job), inputs, archive)

    assert event.description == "Made without asking a model."
    assert "models" not in told(event)


def test_versions_are_tags_and_an_upstream_that_dagster_never_saw_is_left_out(
    job: Job, inputs: Inputs, archive: Archive
) -> None:
    event = materialization(done(job), inputs, archive)

    assert event.tags == {"dagster/data_version": "0123456789", "dagster/code_version": "7"}


def test_the_newest_upstream_materialization_of_the_same_variant_is_the_input(
    job: Job, instance: dg.DagsterInstance, inputs: Inputs, archive: Archive
) -> None:
    for partition in (job.variant.key, job.variant.key, "other/en-US/tea"):
        upstream = dg.AssetMaterialization("variant_brief", partition=partition)
        instance.report_runless_asset_event(upstream)
    wanted = dg.AssetRecordsFilter(
        asset_key=dg.AssetKey("variant_brief"), asset_partitions=[job.variant.key]
    )
    newest = instance.fetch_materializations(wanted, limit=1).records[0].storage_id

    tags = materialization(done(job), inputs, archive).tags or {}

    assert tags["dagster/input_data_version/variant_brief"] == "9876543210"
    assert tags["dagster/input_event_pointer/variant_brief"] == str(newest)


def test_a_failure_counts_its_reasons_and_names_each_variant() -> None:
    failures = [
        VariantFailed("a/de-DE/tea", "base_images", ContentRefusedError("Refused by policy.")),
        VariantFailed("a/ja-JP/tea", "final_creatives", RenderError("No glyph for 激.")),
        VariantFailed("a/en-US/tea", "base_images", ContentRefusedError("Refused by policy.")),
    ]

    failure = run_failure(failures, 10)

    first, *lines = str(failure.description).splitlines()
    assert first.startswith(
        "3 of 10 variants failed: ContentRefusedError (2), RenderError (1). The others are "
    )
    assert lines == [
        "- a/de-DE/tea at base_images: ContentRefusedError: Refused by policy.",
        "- a/ja-JP/tea at final_creatives: RenderError: No glyph for 激.",
        "- a/en-US/tea at base_images: ContentRefusedError: Refused by policy.",
    ]


def test_a_failure_says_for_each_reason_what_people_can_do() -> None:
    failures = [
        VariantFailed("a/de-DE/tea", "base_images", ContentRefusedError("Refused by policy.")),
        VariantFailed("a/ja-JP/tea", "final_creatives", RenderError("No glyph for 激.")),
    ]

    table = run_failure(failures, 2).metadata["what_to_do"]

    assert isinstance(table, dg.TableMetadataValue)
    rows = [record.data for record in table.records]
    assert [(row["error"], row["variants"]) for row in rows] == [
        ("ContentRefusedError", 1),
        ("RenderError", 1),
    ]
    assert [row["what_to_do"] for row in rows] == [
        WHAT_TO_DO["ContentRefusedError"],
        WHAT_TO_DO["RenderError"],
    ]


def test_a_failure_of_very_many_variants_names_fifty_and_counts_the_rest() -> None:
    failures = [
        VariantFailed(f"a/en-US/{number}", "ad_copy", RenderError("x")) for number in range(120)
    ]

    lines = str(run_failure(failures, 120).description).splitlines()

    assert len(lines) == 1 + 50 + 1
    assert lines[-1] == "- … and 70 more"
