import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, RANGE_END_TAG, RANGE_START_TAG
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.briefs import briefs, launch_result
from creative_assets.settings import Settings
from creative_assets.studio.launches import Launch
from creative_assets.studio.store import open_store
from creative_assets.studio.weighing import let_go

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60">'
    b'<rect width="200" height="60" fill="#0B3D2E"/></svg>'
)

pytestmark = pytest.mark.usefixtures("settings")


def keys(campaign: str, count: int) -> list[str]:
    return [f"{campaign}/en-US/product-{number}" for number in range(count)]


def launch(wanted: Sequence[str], retired: Sequence[str] = (), number: int = 1) -> Launch:
    return Launch(number, tuple(wanted), tuple(retired))


def ranges(result: dg.SensorResult) -> list[tuple[str, str]]:
    return [
        (request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG])
        for request in result.run_requests or ()
    ]


def test_a_campaigns_new_keys_are_added_in_one_request_and_run_as_one_range() -> None:
    wanted = keys("summer", 5)

    result = launch_result(launch(wanted), ["older/en-US/tea"], per_run=300)

    (added,) = result.dynamic_partitions_requests or ()
    assert isinstance(added, dg.AddDynamicPartitionsRequest)
    assert (added.partitions_def_name, added.partition_keys) == (PARTITIONS_NAME, wanted)
    assert ranges(result) == [(wanted[0], wanted[-1])]


def test_known_keys_are_not_added_again() -> None:
    known = keys("summer", 3)

    result = launch_result(launch(known[1:2]), known, per_run=300)

    assert not result.dynamic_partitions_requests
    assert ranges(result) == [(known[1], known[1])]


def test_changed_variants_that_are_no_neighbours_run_as_several_ranges() -> None:
    known = keys("summer", 5)

    result = launch_result(launch([known[0], known[1], known[4]]), known, per_run=300)

    assert ranges(result) == [(known[0], known[1]), (known[4], known[4])]


def test_no_run_takes_more_variants_than_it_may() -> None:
    wanted = keys("summer", 5)

    result = launch_result(launch(wanted), [], per_run=2)

    assert ranges(result) == [
        (wanted[0], wanted[1]),
        (wanted[2], wanted[3]),
        (wanted[4], wanted[4]),
    ]


def test_retired_variants_lose_their_partitions_and_split_no_range() -> None:
    known = keys("summer", 3)

    result = launch_result(launch([known[0], known[2]], retired=[known[1]]), known, per_run=300)

    (deleted,) = result.dynamic_partitions_requests or ()
    assert isinstance(deleted, dg.DeleteDynamicPartitionsRequest)
    assert deleted.partition_keys == [known[1]]
    assert ranges(result) == [(known[0], known[2])]


@pytest.mark.parametrize("retired", [0, 3])
def test_siblings_of_a_waiting_run_that_loses_an_end_of_its_range_are_launched_again(
    retired: int,
) -> None:
    known = [*keys("spring", 2), *keys("summer", 4), *keys("winter", 2)]
    summer = keys("summer", 4)
    waiting = [(known[0], known[1]), (summer[0], summer[3])]

    result = launch_result(launch([], retired=[summer[retired]]), known, 300, waiting)

    left = [key for key in summer if key != summer[retired]]
    assert ranges(result) == [(left[0], left[-1])]


def test_a_waiting_run_that_loses_a_variant_from_its_middle_goes_on_without_it() -> None:
    summer = keys("summer", 4)
    waiting = [(summer[0], summer[3])]

    result = launch_result(launch([], retired=[summer[1]]), summer, 300, waiting)

    assert not result.run_requests


def test_a_retired_variant_that_has_no_partition_is_passed_over() -> None:
    result = launch_result(launch([], retired=["summer/en-US/tea"]), [], per_run=300)

    assert not result.dynamic_partitions_requests
    assert not result.run_requests


def test_a_few_campaigns_get_a_run_each_and_many_share_runs() -> None:
    few = [key for number in range(3) for key in keys(f"campaign-{number}", 2)]
    many = [key for number in range(40) for key in keys(f"campaign-{number:02}", 2)]

    apart, together = launch_result(launch(few), [], 300), launch_result(launch(many), [], 300)

    assert len(apart.run_requests or ()) == 3
    assert ranges(together) == [(many[0], many[-1])]
    (request,) = together.run_requests or ()
    assert request.tags["creative_assets/campaign"] == "40 campaigns"


def test_a_launch_delivered_again_asks_for_the_same_runs() -> None:
    wanted = [*keys("spring", 3), *keys("summer", 2)]

    first = launch_result(launch(wanted, number=7), [], per_run=2)
    # The partitions were added, and the daemon died before it kept the cursor.
    again = launch_result(launch(wanted, number=7), wanted, per_run=2)

    assert first.run_requests == again.run_requests
    assert len(first.run_requests or ()) == 3
    assert first.cursor == again.cursor == "7"


def test_no_run_has_a_run_key_so_that_a_reset_cursor_launches_all_again() -> None:
    result = launch_result(launch(keys("summer", 2)), [], per_run=300)

    assert [request.run_key for request in result.run_requests or ()] == [None]


# The sensor itself, over an inbox

Tick = Callable[[], dg.SensorResult | dg.SkipReason]


@pytest.fixture
def tick(instance: dg.DagsterInstance) -> Tick:
    """Evaluates the sensor as the daemon does: with the last cursor, and doing what it asks."""
    cursor: list[str | None] = [None]

    def evaluate() -> dg.SensorResult | dg.SkipReason:
        context = dg.build_sensor_context(
            instance=instance,
            cursor=cursor[0],
            definitions=defs(),
            resources={"studio": StudioResource()},
        )
        result: Any = briefs(context)
        if isinstance(result, dg.SensorResult):
            for request in result.dynamic_partitions_requests or ():
                if isinstance(request, dg.AddDynamicPartitionsRequest):
                    instance.add_dynamic_partitions(PARTITIONS_NAME, request.partition_keys)
                else:
                    for key in request.partition_keys:
                        instance.delete_dynamic_partition(PARTITIONS_NAME, key)
            cursor[0] = result.cursor
        assert isinstance(result, dg.SensorResult | dg.SkipReason)
        return result

    return evaluate


def drop(settings: Settings, document: dict[str, Any]) -> None:
    inbox, folder = open_store(settings.inbox_url), document["campaign_id"]
    inbox.put(f"{folder}/logo.svg", LOGO)
    inbox.put(f"{folder}/brief.json", json.dumps(document).encode())


def test_an_empty_inbox_is_said_to_be_without_news(tick: Tick) -> None:
    skipped = tick()

    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "Nothing new in the inbox."


def test_a_brief_is_launched_once(
    tick: Tick, settings: Settings, brief: dict[str, Any], instance: dg.DagsterInstance
) -> None:
    drop(settings, brief)

    first, second = tick(), tick()

    assert isinstance(first, dg.SensorResult)
    assert ranges(first) == [("summer/en-US/cold-brew", "summer/en-US/cold-brew")]
    assert instance.get_dynamic_partitions(PARTITIONS_NAME) == ["summer/en-US/cold-brew"]
    assert isinstance(second, dg.SkipReason)


def test_a_run_says_what_its_campaign_was_priced_at(
    tick: Tick, settings: Settings, brief: dict[str, Any]
) -> None:
    drop(settings, brief)

    result = tick()

    assert isinstance(result, dg.SensorResult)
    (request,) = result.run_requests or ()
    assert request.tags["creative_assets/estimate"] == "USD 0.00"


def test_a_campaign_over_the_limit_waits_until_somebody_lets_it_go(
    tick: Tick,
    settings: Settings,
    archive: Archive,
    brief: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-asks-with-it")
    drop(settings, brief | {"budget_usd": 0.001})

    first, second = tick(), tick()
    let_go("summer", "ann", open_store(settings.inbox_url), archive.records)
    third = tick()

    assert isinstance(first, dg.SkipReason)
    assert isinstance(second, dg.SkipReason)
    assert "summer waits for a go: it may cost USD 0.0" in (second.skip_message or "")
    assert isinstance(third, dg.SensorResult)
    assert ranges(third) == [("summer/en-US/cold-brew", "summer/en-US/cold-brew")]


def test_a_refused_brief_is_named_with_where_its_problems_stand(
    tick: Tick, settings: Settings, brief: dict[str, Any]
) -> None:
    drop(settings, brief | {"target_locales": ["xx-nowhere"]})
    folder = Path(settings.inbox_url, "summer").rename(Path(settings.inbox_url, "Summer"))

    skipped = tick()

    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "Refused Summer/brief.json: see the .problems.md beside."
    assert (folder / "brief.json.problems.md").is_file()


def test_a_brief_that_is_gone_takes_its_partitions_along_and_leaves_the_store(
    tick: Tick,
    settings: Settings,
    archive: Archive,
    brief: dict[str, Any],
    instance: dg.DagsterInstance,
) -> None:
    drop(settings, brief)
    tick()
    kept = archive.store.find()
    open_store(settings.inbox_url).delete("summer/brief.json")

    result = tick()

    assert isinstance(result, dg.SensorResult)
    assert not result.run_requests
    assert instance.get_dynamic_partitions(PARTITIONS_NAME) == []
    assert archive.store.find() == kept


def test_variants_are_not_lost_when_a_product_goes_while_their_run_waits(
    tick: Tick, settings: Settings, brief: dict[str, Any], instance: dg.DagsterInstance
) -> None:
    roast, tea = (
        {"id": name, "name": name, "description": f"{name}, brewed slowly."}
        for name in ("roast", "tea")
    )
    drop(settings, brief | {"products": [roast, tea]})
    launched = tick()
    assert isinstance(launched, dg.SensorResult)
    (request,) = launched.run_requests or ()
    instance.create_run_for_job(
        defs().resolve_job_def(CREATIVES_JOB),
        tags=dict(request.tags),
        status=dg.DagsterRunStatus.NOT_STARTED,
    )

    drop(settings, brief | {"products": [tea]})
    result = tick()

    assert isinstance(result, dg.SensorResult)
    assert ranges(result) == [("summer/en-US/tea", "summer/en-US/tea")]


def test_a_cursor_that_was_reset_launches_everything_again(
    tick: Tick, settings: Settings, brief: dict[str, Any], instance: dg.DagsterInstance
) -> None:
    drop(settings, brief)
    tick()

    context = dg.build_sensor_context(
        instance=instance, definitions=defs(), resources={"studio": StudioResource()}
    )
    result = briefs(context)

    assert isinstance(result, dg.SensorResult)
    assert ranges(result) == [("summer/en-US/cold-brew", "summer/en-US/cold-brew")]
