"""No campaign is charged more than its budget, however many ask at once and whoever dies."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creative_assets.resources.opening import Archive
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.budget import Budgets
from creative_assets.studio.campaigns import Campaign, Campaigns
from creative_assets.studio.errors import BudgetSpentError, RequestRejectedError
from creative_assets.studio.holders import Watch
from creative_assets.studio.produce import Event, Job, StageDone, VariantFailed, produce
from creative_assets.studio.records import Records, open_records
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from creative_assets.studio.workbench import Workbench
from tests.clock import Clock
from tests.studio.records.rows import CALL, LEASE_S, close

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]


def url_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database that nobody opened before."""
    if kind == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{folder}/records.db"


@pytest.fixture(params=["sqlite", "postgres"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Records]:
    opened = open_records(url_of(request.param, tmp_path, request), clock)
    opened.holders.heartbeat("ann", LEASE_S)
    yield opened
    opened.close()


@pytest.fixture
def budgets(records: Records, clock: Clock) -> Budgets:
    return Budgets(records.database, clock)


def set_budget(records: Records, budget_usd: float | None) -> None:
    Campaigns(records.database).save(Campaign("summer", budget_usd, "snapshot"))


def test_a_call_that_could_exceed_the_budget_is_refused_in_words(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 1.0)
    close(records, replace(CALL, cost_usd=0.7))

    with pytest.raises(BudgetSpentError, match=r"summer is USD 1\.00\. USD 0\.7000 .* USD 0\.4000"):
        budgets.reserve(replace(CALL, id="c2"))


def test_a_call_waits_while_others_might_still_turn_out_cheaper(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 1.0)
    second, third = replace(CALL, id="c2"), replace(CALL, id="c3")

    assert [budgets.reserve(charge) for charge in (CALL, second, third)] == [
        "reserved",
        "reserved",
        "wait",
    ]
    close(records, replace(CALL, calls=1, cost_usd=0.1))
    assert budgets.reserve(third) == "reserved"


def test_a_second_attempt_counts_what_the_first_one_cost(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 1.0)
    budgets.reserve(CALL)

    assert budgets.reserve(replace(CALL, calls=1, cost_usd=0.3)) == "reserved"
    with pytest.raises(BudgetSpentError):
        budgets.reserve(replace(CALL, calls=2, cost_usd=0.7))


def test_two_that_retry_do_not_wait_for_what_the_other_had_reserved_for_its_last_call(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 1.0)
    first, second = CALL, replace(CALL, id="c2")
    assert [budgets.reserve(charge) for charge in (first, second)] == ["reserved", "reserved"]
    first, second = (replace(charge, calls=1, cost_usd=0.25) for charge in (first, second))

    outcomes = [budgets.reserve(charge) for charge in (first, second, first)]

    assert outcomes == ["wait", "reserved", "wait"]


def test_an_answer_of_unknown_cost_is_taken_for_the_dearest(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 1.0)
    close(records, replace(CALL, calls=2, unpriced=2))

    assert budgets.paid_usd("summer") == pytest.approx(0.8)
    with pytest.raises(BudgetSpentError):
        budgets.reserve(replace(CALL, id="c2"))


def test_what_a_dead_holder_reserved_is_free_again_after_its_lease(
    records: Records, budgets: Budgets, clock: Clock
) -> None:
    set_budget(records, 0.5)
    budgets.reserve(CALL)
    records.holders.heartbeat("bob", 10 * LEASE_S)
    of_bob = replace(CALL, id="c2", holder="bob")

    before = budgets.reserve(of_bob)
    clock.now_s += LEASE_S + 1
    after = budgets.reserve(of_bob)

    assert (before, after) == ("wait", "reserved")


def test_a_clock_that_is_put_back_does_not_keep_what_the_dead_reserved(
    records: Records, clock: Clock
) -> None:
    set_budget(records, 0.5)
    budgets = Budgets(records.database, clock, Watch(clock, steady := Clock()))
    budgets.reserve(CALL)
    clock.now_s -= 100 * LEASE_S
    records.holders.heartbeat("bob", LEASE_S)
    of_bob = replace(CALL, id="c2", holder="bob")

    before = budgets.reserve(of_bob)
    steady.now_s += LEASE_S
    records.holders.heartbeat("bob", LEASE_S + 1)
    after = budgets.reserve(of_bob)

    assert (before, after) == ("wait", "reserved")


def test_a_budget_that_is_raised_lets_the_next_call_through(
    records: Records, budgets: Budgets
) -> None:
    set_budget(records, 0.3)
    with pytest.raises(BudgetSpentError):
        budgets.reserve(CALL)
    set_budget(records, 0.4)

    assert budgets.reserve(CALL) == "reserved"


def test_without_a_budget_nothing_is_kept_from_anyone(records: Records, budgets: Budgets) -> None:
    set_budget(records, None)

    assert not budgets.is_limited("summer")
    assert not budgets.is_limited("unheard-of")
    assert budgets.reserve(replace(CALL, most_usd=1e6)) == "reserved"


def test_who_is_not_heard_of_reserves_nothing(
    records: Records, budgets: Budgets, clock: Clock
) -> None:
    set_budget(records, 5.0)
    clock.now_s += LEASE_S + 1  # the heartbeat is late

    late = budgets.reserve(CALL)
    records.holders.heartbeat("ann", LEASE_S)

    assert (late, budgets.reserve(CALL)) == ("wait", "reserved")


def ask_and_pay(records: Records, holder: str, budget_usd: float, asks: int, seed: int) -> float:
    """What a process pays that asks and pays as `generations` does, some answers in vain."""
    chance, budgets, paid_usd = random.Random(seed), Budgets(records.database), 0.0  # noqa: S311 - a test
    records.holders.heartbeat(holder, 100 * LEASE_S)
    for number in range(asks):
        most_usd = chance.uniform(0, budget_usd / 5)
        charge = replace(CALL, id=f"{holder}-{number}", holder=holder, most_usd=most_usd)
        for _ in range(3):
            try:
                while (outcome := budgets.reserve(charge)) == "wait":
                    time.sleep(0.01)
            except BudgetSpentError:
                break
            assert outcome == "reserved"
            cost_usd = chance.uniform(most_usd / 2, most_usd)
            paid_usd += cost_usd  # the service is paid here, whatever becomes of the answer
            is_lost = chance.random() < 0.2
            charge = replace(
                charge,
                calls=charge.calls + 1,
                cost_usd=charge.cost_usd + (0.0 if is_lost else cost_usd),
                unpriced=charge.unpriced + is_lost,
            )
            if chance.random() < 0.5:
                break
        close(records, charge)
    return paid_usd


@settings(max_examples=6, deadline=None)
@given(budget_usd=st.floats(0.01, 20), seeds=st.lists(st.integers(), min_size=2, max_size=5))
def test_threads_that_pay_at_once_never_pay_more_than_the_budget(
    budget_usd: float, seeds: list[int]
) -> None:
    records = open_records("sqlite:///:memory:")
    set_budget(records, budget_usd)
    together = threading.Barrier(len(seeds))

    def pay(number: int) -> float:
        together.wait()
        return ask_and_pay(records, f"holder {number}", budget_usd, 6, seeds[number])

    with ThreadPoolExecutor(len(seeds)) as pool:
        paid_usd = sum(pool.map(pay, range(len(seeds))))
    records.close()

    assert paid_usd <= budget_usd * (1 + 1e-9)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_that_pay_at_once_spend_the_budget_and_never_more(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = url_of(kind, tmp_path, request)
    records = open_records(url)
    set_budget(records, 5.0)
    program = (
        "import sys, test_budget as t\n"
        f"records = t.open_records({url!r})\n"
        "print(t.ask_and_pay(records, sys.argv[1], 5.0, 25, int(sys.argv[1])))"
    )
    environment = os.environ | {"PYTHONPATH": f"{os.pathsep.join(sys.path)}"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(number)],
            stdout=subprocess.PIPE,
            env=environment,
            cwd=Path(__file__).parent,
        )
        for number in range(4)
    ]
    paid_usd = sum(float(process.communicate()[0]) for process in processes)
    kept_usd = Budgets(records.database).paid_usd("summer")
    records.close()

    assert [process.returncode for process in processes] == [0] * 4
    assert 3.5 < paid_usd <= 5.0
    assert kept_usd <= 5.0


def test_a_process_that_dies_between_reservation_and_call_takes_no_money_along(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    records = open_records(url, clock := Clock())
    set_budget(records, 0.5)
    program = (
        "import os, test_budget as t\n"
        f"records = t.open_records({url!r}, t.Clock())\n"
        "records.holders.heartbeat('ann', t.LEASE_S)\n"
        "t.Budgets(records.database, t.Clock()).reserve(t.CALL)\n"
        "os.kill(os.getpid(), 9)"
    )
    environment = os.environ | {"PYTHONPATH": f"{os.pathsep.join(sys.path)}"}
    dead = subprocess.run(
        [sys.executable, "-c", program], check=False, env=environment, cwd=Path(__file__).parent
    )
    budgets = Budgets(records.database, clock)
    records.holders.heartbeat("bob", 10 * LEASE_S)
    of_bob = replace(CALL, id="c2", holder="bob")
    at_once = budgets.reserve(of_bob)
    clock.now_s += LEASE_S + 1
    later = budgets.reserve(of_bob)
    records.close()

    assert dead.returncode == -9
    assert (at_once, later) == ("wait", "reserved")


# A whole production under a budget


async def produced(jobs: list[Job], bench: Bench) -> list[Event]:
    events: list[Event] = []
    async with bench() as opened:
        await produce(jobs, STAGES, opened, events.append, variants_in_flight=8)
    return events


def failures(events: list[Event]) -> list[VariantFailed]:
    return [event for event in events if isinstance(event, VariantFailed)]


def finished(events: list[Event]) -> set[str]:
    return {
        event.variant.key
        for event in events
        if isinstance(event, StageDone) and event.output.stage == FINAL_CREATIVES
    }


async def test_variants_beyond_the_budget_end_as_spent_and_go_on_when_it_is_raised(
    brief: dict[str, Any], accepted: Accept, bench: Bench, archive: Archive, stand_in: StandIn
) -> None:
    brief["target_locales"] = ["en-US", "de-DE", "fr-FR", "it-IT", "es-ES", "nl-NL"]
    stand_in.change(Behaviour(vary=True, faults=(FaultRule(kind="wrong_schema", rate=0.3),)))
    budgets = Budgets(archive.records.database)

    first = await produced(accepted(brief | {"budget_usd": 0.08}), bench)
    paid_usd, calls = budgets.paid_usd("summer"), len(stand_in.requests())
    second = await produced(accepted(brief | {"budget_usd": 2}), bench)

    assert {type(failure.error) for failure in failures(first)} == {BudgetSpentError}
    assert 0 < len(finished(first)) < 6
    assert 0.03 < paid_usd <= 0.08
    assert len(finished(second)) == 6
    answered = [call for call in stand_in.requests() if call.fault is None]
    assert len({call.request_sha256 for call in answered}) == len(answered)
    assert len(stand_in.requests()) > calls


async def test_variants_that_need_no_money_go_on_where_the_budget_is_spent(
    brief: dict[str, Any], accepted: Accept, bench: Bench
) -> None:
    await produced(accepted(brief), bench)
    brief["target_locales"].append("de-DE")

    events = await produced(accepted(brief | {"budget_usd": 0.01}), bench)

    assert finished(events) == {"summer/en-US/cold-brew"}
    assert [failure.variant_key for failure in failures(events)] == ["summer/de-DE/cold-brew"]


async def test_a_budget_cannot_be_kept_where_nobody_knows_the_price(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    async with bench() as opened:
        nameless = replace(opened, choice=opened.choice.model_copy(update={"service": "gpu-box"}))
        events: list[Event] = []
        jobs = accepted(brief | {"budget_usd": 5})
        await produce(jobs, STAGES, nameless, events.append, variants_in_flight=1)

    (failure,) = failures(events)
    assert isinstance(failure.error, RequestRejectedError)
    assert "costs at gpu-box is unknown" in str(failure.error)
    assert stand_in.requests() == ()
