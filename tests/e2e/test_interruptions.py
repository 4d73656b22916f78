"""Runs over PostgreSQL, cancelled, killed and doubled while pictures are made, all at once."""

import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.request_log import Served
from tests.e2e.harness import Deployment, kept_by_operation
from tests.e2e.questions import (
    ENDED,
    Run,
    asked,
    brief,
    drop,
    launch,
    messages,
    operations,
    partitions,
    run_with_id,
    runs_of,
    terminate,
    variants,
    wait_for_runs,
)

CANCELLED = brief("kilo", ["en-US"], ["roast", "tea"])
DOUBLED = brief("lima", ["en-US"], ["roast", "tea"])
KILLED = brief("mike", ["en-US"], ["roast", "tea"])
TWO_VARIANTS = sorted(["context_pack", *2 * ["ad_copy", "art_direction", "image", "logo_spot"]])


@dataclass(frozen=True)
class Interrupted:
    """A deployment in which everything that was interrupted has come to its end.

    Attributes:
        asked_by_cancelled: What a cancelled run had asked for when it was over.
        kept_of_cancelled: Operation → how many of its generations were kept by then.
    """

    place: Deployment
    cancelled: Run
    relaunched: Run
    doubled: tuple[Run, Run]
    killed: Run
    retried: Run
    asked_by_cancelled: list[Served]
    kept_of_cancelled: dict[str, int]


@pytest.fixture(scope="module")
def interrupted(deploy_on_postgres: Callable[[Behaviour], Deployment]) -> Interrupted:
    place = deploy_on_postgres(Behaviour(vary=True, image_latency_s=10))
    for document in (CANCELLED, DOUBLED, KILLED):
        drop(place, document)
    doubles = sorted(variants(DOUBLED))
    place.wait_for(lambda: partitions(place, "lima")["ad_copy"].missing, "lima's partitions")
    second = launch(place, doubles[0], doubles[-1])
    _interrupt(place, {"kilo": _cancel, "mike": _kill})
    (cancelled,) = wait_for_runs(place, "kilo", 1)
    asked_by_cancelled = asked(place, "kilo")
    with place.archive() as archive:
        kept_of_cancelled = kept_by_operation(archive, "kilo")
    keys = sorted(variants(CANCELLED))
    relaunched = _wait_for_end(place, launch(place, keys[0], keys[-1]))
    (first,) = wait_for_runs(place, "lima", 1)
    (killed, retried) = wait_for_runs(place, "mike", 2)
    return Interrupted(
        place=place,
        cancelled=cancelled,
        relaunched=relaunched,
        doubled=(first, _wait_for_end(place, second)),
        killed=killed,
        retried=retried,
        asked_by_cancelled=asked_by_cancelled,
        kept_of_cancelled=kept_of_cancelled,
    )


def _interrupt(place: Deployment, how: dict[str, Callable[[Deployment, Run], None]]) -> None:
    """Interrupt each campaign's run as soon as its pictures are being made."""
    left = dict(how)

    def interrupt_those_under_way() -> bool:
        for campaign in [each for each in left if _pictures_are_under_way(place, each)]:
            (run,) = runs_of(place, campaign)
            left.pop(campaign)(place, run)
        return not left

    place.wait_for(interrupt_those_under_way, "the pictures to be under way")


def _pictures_are_under_way(place: Deployment, campaign: str) -> bool:
    pictures = [call for call in asked(place, campaign) if call.operation == "image"]
    return len(pictures) == 2 and all(call.ended_s is None for call in pictures)


def _cancel(place: Deployment, run: Run) -> None:
    terminate(place, run.run_id)


def _kill(place: Deployment, run: Run) -> None:
    (pid,) = {
        int(found[1])
        for message in messages(place, run.run_id)
        if (found := re.search(r"Executing steps in process \(pid: (\d+)\)", message))
    }
    os.kill(pid, signal.SIGKILL)


def _wait_for_end(place: Deployment, run_id: str) -> Run:
    def ended() -> Run | None:
        run = run_with_id(place, run_id)
        return run if run.status in ENDED else None

    run = place.wait_for(ended, f"the run {run_id} to end")
    assert run is not None
    return run


def test_a_cancelled_run_begins_no_new_call(interrupted: Interrupted) -> None:
    begun = operations(interrupted.asked_by_cancelled)

    assert interrupted.cancelled.status == "CANCELED"
    assert begun == [name for name in TWO_VARIANTS if name != "logo_spot"]


def test_a_cancelled_run_keeps_all_that_was_paid_for(interrupted: Interrupted) -> None:
    paid = Counter(operations(interrupted.asked_by_cancelled))

    assert interrupted.kept_of_cancelled == paid


def test_launched_again_a_cancelled_run_asks_for_the_rest_alone(interrupted: Interrupted) -> None:
    since = asked(interrupted.place, "kilo")[len(interrupted.asked_by_cancelled) :]

    assert interrupted.relaunched.status == "SUCCESS"
    assert operations(since) == ["logo_spot", "logo_spot"]


def test_two_runs_at_once_over_the_same_variants_ask_for_everything_once(
    interrupted: Interrupted,
) -> None:
    first, second = interrupted.doubled

    assert (first.status, second.status) == ("SUCCESS", "SUCCESS")
    assert max(first.started_at or 0, second.started_at or 0) < min(
        first.ended_at or 0, second.ended_at or 0
    ), "they were not under way at the same time"
    assert operations(asked(interrupted.place, "lima")) == TWO_VARIANTS


def test_a_killed_run_is_retried_and_finished(interrupted: Interrupted) -> None:
    retried = interrupted.retried

    assert interrupted.killed.status == "FAILURE"
    assert (retried.status, retried.parent_run_id) == ("SUCCESS", interrupted.killed.run_id)
    finals = partitions(interrupted.place, "mike")["final_creatives"]
    assert finals.made == frozenset(variants(KILLED))


def test_after_a_kill_only_what_nobody_received_is_asked_for_again(
    interrupted: Interrupted,
) -> None:
    counted = Counter(operations(asked(interrupted.place, "mike")))

    assert counted - Counter(TWO_VARIANTS) == Counter(image=2)
    assert Counter(TWO_VARIANTS) - counted == Counter()
