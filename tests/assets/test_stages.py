from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.opening import Archive
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.dead_letters import DeadLetter
from creative_assets.studio.produce import Job
from creative_assets.studio.stages import STAGES

Accept = Callable[[dict[str, Any]], list[Job]]
Run = Callable[..., dg.ExecuteInProcessResult]

EVERYWHERE = {
    *("version", "store", "generations_made", "generations_reused"),
    *("cost_usd", "list_price_usd", "seconds"),
}
SHOWN = {
    "variant_brief": {"content"},
    "context_pack": {"summary", "tone", "content", "models", "paid_generations"},
    "ad_copy": {
        *("headline", "subline", "call_to_action", "legal_line", "alt_text"),
        *("back_translation", "models", "paid_generations"),
    },
    "base_images": {
        *("concept", "subject", "setting", "lighting", "mood", "palette", "avoid"),
        *("preview", "files", "sha256", "models", "paid_generations"),
    },
    "branded_images": {"preview", "logo", "files", "sha256", "models", "paid_generations"},
    "final_creatives": {
        *("preview", "preview_large", "finals", "files", "sha256", "contact_sheet"),
        "review_desk",
    },
}


pytestmark = pytest.mark.usefixtures("settings", "asking")


@pytest.fixture
def keys(accepted: Accept, brief: dict[str, Any], instance: dg.DagsterInstance) -> list[str]:
    """Partitions for three products in one locale."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    jobs = accepted(brief | {"products": products})
    found = [job.variant.key for job in jobs]
    instance.add_dynamic_partitions(PARTITIONS_NAME, found)
    return found


@pytest.fixture
def run(instance: dg.DagsterInstance) -> Run:
    """Runs the stages for a range of variants in this process."""

    def execute(
        first: str,
        last: str,
        stages: Collection[str] = STAGES,
        tags: Mapping[str, str] = MappingProxyType({}),
        **config: object,
    ) -> dg.ExecuteInProcessResult:
        job = defs().resolve_job_def(CREATIVES_JOB)
        return job.execute_in_process(
            instance=instance,
            tags={**range_tags(first, last), **tags},
            asset_selection=[dg.AssetKey(stage) for stage in stages],
            run_config={"ops": {"creative_stages": {"config": config}}},
            raise_on_error=False,
        )

    return execute


def made(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], dg.AssetMaterialization]:
    """(variant, stage) → its materialization."""
    return {
        (str(event.partition), str(event.asset_key and event.asset_key.to_user_string())): (
            event.step_materialization_data.materialization
        )
        for event in result.get_asset_materialization_events()
    }


def failure(result: dg.ExecuteInProcessResult) -> str:
    data = result.failure_data_for_node("creative_stages")
    assert data is not None
    assert data.user_failure_data is not None
    return str(data.user_failure_data.description)


def metadata(materialization: dg.AssetMaterialization) -> dict[str, Any]:
    return {name: value.value for name, value in materialization.metadata.items()}


def stale(instance: dg.DagsterInstance, key: str) -> dict[str, list[str]]:
    """Stage → why Dagster calls this variant's partition stale; what is fresh is left out."""
    graph = defs().get_repository_def().asset_graph
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    return {
        stage: [cause.reason for cause in resolver.get_stale_causes(dg.AssetKey(stage), key)]
        for stage in STAGES
        if resolver.get_status(dg.AssetKey(stage), key) != StaleStatus.FRESH
    }


def test_a_run_of_one_variant_materializes_its_six_stages_in_order(
    run: Run, keys: list[str]
) -> None:
    result = run(keys[1], keys[1])

    assert result.success
    assert set(made(result)) == {(keys[1], stage) for stage in STAGES}
    order = [stage for _, stage in made(result)]
    assert order.index("context_pack") < order.index("ad_copy") < order.index("final_creatives")
    assert order.index("base_images") < order.index("branded_images")


def test_a_run_of_a_range_materializes_its_variants_and_no_other(run: Run, keys: list[str]) -> None:
    result = run(keys[0], keys[1])

    assert set(made(result)) == {(key, stage) for key in keys[:2] for stage in STAGES}


def test_analysts_find_what_was_made_from_what_at_what_cost(run: Run, keys: list[str]) -> None:
    result = run(keys[0], keys[0])

    shown = {
        stage: set(materialization.metadata) for (_, stage), materialization in made(result).items()
    }
    assert shown == {stage: EVERYWHERE | SHOWN[stage] for stage in STAGES}


def test_pictures_are_small_enough_to_show_beside_each_row(run: Run, keys: list[str]) -> None:
    result = run(keys[0], keys[0])

    for stage in ("base_images", "branded_images", "final_creatives"):
        preview = metadata(made(result)[keys[0], stage])["preview"]
        assert preview.startswith("![preview](data:image/webp;base64,")
        assert len(preview) < 1_000, stage
    large = metadata(made(result)[keys[0], "final_creatives"])["preview_large"]
    assert 1_000 < len(large) < 20_000


def test_a_run_ends_with_one_page_of_the_campaign_that_its_finals_name(
    run: Run, keys: list[str], archive: Archive
) -> None:
    result = run(keys[0], keys[1])

    pages = {metadata(made(result)[key, "final_creatives"])["contact_sheet"] for key in keys[:2]}
    campaign_id = keys[0].split("/")[0]
    assert pages == {f"{archive.store.url}/campaigns/{campaign_id}/contact_sheet.html"}
    page = archive.store.get(f"campaigns/{campaign_id}/contact_sheet.html").decode()
    assert f"2 of {len(keys)} variants are finished" in page


def test_finals_name_the_page_where_people_decide_on_them(run: Run, keys: list[str]) -> None:
    result = run(keys[0], keys[0])

    page = metadata(made(result)[keys[0], "final_creatives"])["review_desk"]
    assert page == f"http://127.0.0.1:3001/variants/{keys[0]}"


def test_a_selection_of_stages_makes_these_alone(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    early = run(keys[0], keys[0], ["variant_brief", "context_pack", "ad_copy"])
    asked_early = [call.operation for call in stand_in.requests()]
    late = run(keys[0], keys[0], ["base_images"])

    assert {stage for _, stage in made(early)} == {"variant_brief", "context_pack", "ad_copy"}
    assert sorted(map(str, asked_early)) == ["ad_copy", "context_pack"]
    assert {stage for _, stage in made(late)} == {"base_images"}


def test_a_stage_whose_upstream_was_never_made_fails_and_says_what_to_select(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    result = run(keys[0], keys[0], ["branded_images"])

    assert not result.success
    assert f"{keys[0]} at base_images: MissingInputError" in failure(result)
    assert "Select it too" in failure(result)
    assert stand_in.requests() == ()


def test_dagster_calls_everything_fresh_after_a_run(
    run: Run, keys: list[str], instance: dg.DagsterInstance
) -> None:
    run(keys[0], keys[2])

    assert {key: stale(instance, key) for key in keys} == {key: {} for key in keys}


def test_dagster_calls_everything_fresh_after_the_same_run_again(
    run: Run, keys: list[str], instance: dg.DagsterInstance
) -> None:
    run(keys[0], keys[0])
    run(keys[0], keys[0])

    assert stale(instance, keys[0]) == {}


def test_new_copy_makes_its_variants_finals_stale_and_nothing_else(
    run: Run, keys: list[str], instance: dg.DagsterInstance
) -> None:
    run(keys[0], keys[1])

    run(keys[0], keys[0], ["ad_copy"], new_take=True, new_take_of=["ad_copy"])

    assert list(stale(instance, keys[0])) == ["final_creatives"]
    assert stale(instance, keys[1]) == {}


def test_the_same_run_again_asks_for_nothing_and_says_so(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    first = run(keys[0], keys[1])
    asked = len(stand_in.requests())

    again = run(keys[0], keys[1])

    assert len(stand_in.requests()) == asked
    assert set(made(again)) == set(made(first))
    for place, materialization in made(again).items():
        told = metadata(materialization)
        assert "No call, no cost" in str(materialization.description)
        assert (told["generations_made"], told["cost_usd"]) == (0, 0.0)
        told_first = metadata(made(first)[place])
        assert told["version"] == told_first["version"]
        assert told.get("models") == told_first.get("models")


def test_a_new_take_of_the_copy_buys_new_copy_and_no_picture(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    first = run(keys[0], keys[0])
    asked = len(stand_in.requests())

    second = run(keys[0], keys[0], new_take=True, new_take_of=["ad_copy"])

    assert [call.operation for call in stand_in.requests()[asked:]] == ["ad_copy"]
    versions = [
        {stage: metadata(found)["version"] for (_, stage), found in made(result).items()}
        for result in (first, second)
    ]
    changed = {stage for stage in STAGES if versions[0][stage] != versions[1][stage]}
    assert changed == {"ad_copy", "final_creatives"}


def test_a_new_take_makes_new_copy_and_pictures_where_nothing_else_is_said(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    run(keys[0], keys[0])
    asked = len(stand_in.requests())

    run(keys[0], keys[0], new_take=True)

    again = sorted(str(call.operation) for call in stand_in.requests()[asked:])
    assert again == ["ad_copy", "art_direction", "image", "logo_spot"]


@pytest.mark.parametrize("stages", [["final_creatives"], ["ad_copy", "pictures"], []])
def test_a_new_take_of_what_has_no_takes_is_refused_in_words(
    stages: list[str], run: Run, keys: list[str], stand_in: StandIn
) -> None:
    result = run(keys[0], keys[0], new_take=True, new_take_of=stages)

    assert not result.success
    assert "expected some of ['ad_copy', 'base_images']" in failure(result)
    assert made(result) == {}
    assert stand_in.requests() == ()


def test_a_failed_run_names_each_failed_variant_its_stage_and_the_reason(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    in_its_copy, in_its_picture = '"id": "roast"', "Tea (Tea, brewed slowly)"
    stand_in.change(Behaviour(vary=True, refuse=(in_its_copy, in_its_picture)))

    result = run(keys[0], keys[2])

    assert not result.success
    assert "2 of 3 variants failed: ContentRefusedError (2). The others are complete." in failure(
        result
    )
    assert f"- {keys[0]} at ad_copy: ContentRefusedError" in failure(result)
    assert f"- {keys[1]} at base_images: ContentRefusedError" in failure(result)
    assert {stage for key, stage in made(result) if key == keys[2]} == set(STAGES)
    assert {stage for key, stage in made(result) if key == keys[1]} == {
        *("variant_brief", "context_pack", "ad_copy")
    }


def test_a_dead_letter_names_its_run_and_is_gone_when_the_variant_is_done(
    run: Run, keys: list[str], stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(vary=True, refuse=('"id": "tea"',)))
    refused = run(keys[1], keys[1])
    (path,) = archive.store.find("dead_letters")
    letter = DeadLetter.model_validate_json(archive.store.get(path))

    stand_in.change(Behaviour(vary=True))
    again = run(keys[1], keys[1])

    assert (letter.variant_key, letter.run_id) == (keys[1], refused.run_id)
    assert again.success
    assert archive.store.find("dead_letters") == {}


def test_a_variant_that_no_brief_names_fails_alone(
    run: Run, keys: list[str], instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["winter/en-US/tea"])

    result = run(keys[2], "winter/en-US/tea")

    assert "winter/en-US/tea at variant_brief: MissingInputError" in failure(result)
    assert set(made(result)) == {(keys[2], stage) for stage in STAGES}


def test_a_run_launched_by_hand_stops_before_its_first_call_until_its_price_is_confirmed(
    run: Run, keys: list[str], stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_SERVICE_NAME", "api.openai.com")
    monkeypatch.setenv("CREATIVE_ASSETS_CONFIRM_ABOVE_USD", "0.01")

    stopped = run(keys[0], keys[2])
    calls = len(stand_in.requests())
    (_, confirmed_usd) = failure(stopped).rsplit("confirmed_usd: ", 1)
    confirmed = run(keys[0], keys[2], confirmed_usd=float(confirmed_usd))
    again = run(keys[0], keys[2])

    assert "3 variants may cost USD 0.0" in failure(stopped)
    assert "3 × image" in failure(stopped)
    assert calls == 0
    assert confirmed.success
    assert again.success  # what is there costs nothing


def test_what_a_sensor_launched_needs_no_confirmation(
    run: Run, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_SERVICE_NAME", "api.openai.com")
    monkeypatch.setenv("CREATIVE_ASSETS_CONFIRM_ABOVE_USD", "0.01")

    assert run(keys[0], keys[0], tags={"dagster/sensor_name": "briefs"}).success


def test_a_service_that_rejects_the_key_ends_the_run_with_one_call_and_one_failure(
    run: Run, keys: list[str], stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="invalid_key"),)))

    result = run(keys[0], keys[2])

    assert "1 of 3 variants failed: RequestRejectedError (1)" in failure(result)
    assert "begins no further call" in failure(result)
    assert len(stand_in.requests()) == 1
