"""Faults of the model's service cost retries, and neither work nor money: see `make faults`."""

from pathlib import Path
from typing import get_args

from creative_assets.standin.behaviour import FaultKind
from tests.faults.run import holds, row
from tests.faults.trial import KINDS, PASSING, REFUSALS, tried

QUICK = tuple(kind for kind in PASSING if kind != "drip")


def test_whatever_passes_all_together_costs_no_variant_and_no_second_answer(
    tmp_path: Path,
) -> None:
    trial = tried(tmp_path, QUICK, variants=10, rate=0.04)

    assert trial.completed == 10
    assert sum(call.fault is not None for call in trial.calls) > 10
    assert holds(trial), row("passing", trial)


def test_a_refusal_costs_one_attempt_and_ends_as_its_own_class_with_its_categories(
    tmp_path: Path,
) -> None:
    trial = tried(tmp_path, REFUSALS, variants=10, rate=0.15)

    assert set(trial.ended) == {"ContentRefusedError"}
    assert len(trial.launches) == 1
    assert (trial.refused_twice, trial.asked_again, trial.unexplained) == (0, 0, [])
    assert trial.completed + trial.ended.total() == 10
    assert trial.healed == ()


def test_an_answer_that_drips_for_ever_is_given_up_in_time_for_another_attempt(
    tmp_path: Path,
) -> None:
    trial = tried(tmp_path, ["drip"], variants=5, rate=0.15)

    assert any(call.fault == "drip" for call in trial.calls)
    assert trial.completed == 5
    assert trial.asked_again == 0


def test_every_kind_that_a_service_may_show_is_tried() -> None:
    opening_the_breaker = {"insufficient_quota", "billing_limit", "invalid_key"}

    assert set(KINDS) == set(get_args(FaultKind)) - opening_the_breaker
