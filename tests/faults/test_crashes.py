"""A campaign outlives whatever is killed in the middle of it: see `make crashes`."""

import pytest

from tests.faults.crashes import Companion, CrashTrial, survived

COMPANIONS: tuple[Companion, ...] = ("daemon", "code server")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> CrashTrial:
    """A campaign whose run is killed twice, and something else with it each time."""
    root = tmp_path_factory.mktemp("crashes")
    return survived(root, variants=6, kills=2, companions=COMPANIONS, longest_delay_s=1.0, seed=1)


def test_a_campaign_is_completed_with_nobodys_help_and_agrees_with_its_ledger(
    trial: CrashTrial,
) -> None:
    assert sorted(kill.companion for kill in trial.kills) == sorted(COMPANIONS)
    assert trial.faults == ()


def test_a_kill_costs_at_most_the_calls_that_were_in_flight(trial: CrashTrial) -> None:
    assert trial.asked_again == 0
    assert all(kill.lost <= kill.in_flight for kill in trial.kills)
    assert trial.calls == trial.generations + trial.lost


def test_nobody_goes_on_calling_after_a_run_has_failed(trial: CrashTrial) -> None:
    assert trial.orphans == 0
