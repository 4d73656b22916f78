"""A change request makes again what its scope says, once, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.evaluation import newest_materialization
from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.produce import kept_output, stage_versions
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Relocation,
    Reviewer,
    Rewording,
    decide,
    look_at,
)
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.stages import STAGES, ModelChoice

Tick = Callable[[], tuple[list[str | None], int]]
Make = Callable[..., dg.ExecuteInProcessResult]

ANN = Reviewer(name="Ann", verified=True, through="cli")
WARMER = ChangeRequest(scope="picture", note="Warmer light, please.")
SHORTER = ChangeRequest(scope="copy", note="Say it shorter.")
HEADLINE = Rewording(words=Message(headline="Slow, on purpose"))
NEXT_LOGO = ChangeRequest(scope="logo", note="Somewhere else.")
NEXT_LAYOUT = ChangeRequest(scope="layout", note="The text hides the cup.")

FINALS_ALONE = {"final_creatives"}
BRANDED = {"branded_images", "final_creatives"}

pytestmark = pytest.mark.usefixtures("settings", "asking", "publishing_by_hand")


@dataclass(frozen=True)
class Desk:
    """A reviewer's: three variants with finals, what they are made of, and a daemon that ticks."""

    keys: list[str]
    tick: Tick
    stand_in: StandIn
    archive: Archive
    choice: ModelChoice

    def request(self, key: str, opinion: Opinion) -> str:
        """Decide on a variant as it is now; the decision's ID."""
        log = self.archive.decisions
        seen = look_at(key, log)
        return decide(seen, opinion, ANN, f"{key}-{seen.newest + 1}", log).id

    def outputs(self, key: str) -> dict[str, Any]:
        """Stage → its output for a variant, as it is wanted now; None where it was not made."""
        (job,), _ = load_jobs([key], self.archive.store, self.archive.records)
        versions = stage_versions(job, self.choice)
        return {
            stage: kept_output(job.variant.campaign_id, stage, versions[stage], self.archive.store)
            for stage in STAGES
        }

    def finals(self, key: str) -> ShownFinals:
        return look_at(key, self.archive.decisions).finals

    def outcome(self, decision_id: str) -> Outcome:
        outcome = self.archive.rounds.of(self.keys)[decision_id].outcome
        assert outcome is not None
        return outcome


@pytest.fixture
def desk(
    keys: list[str], tick: Tick, stand_in: StandIn, archive: Archive, served: Settings
) -> Desk:
    choice = model_choice(served.model_copy(update={"service_name": None}))
    return Desk(keys, tick, stand_in, archive, choice)


@pytest.mark.parametrize(
    "opinion, calls, made",
    [
        (SHORTER, ["ad_copy"], {"ad_copy", *FINALS_ALONE}),
        (HEADLINE, [], {"ad_copy", *FINALS_ALONE}),
        (WARMER, ["art_direction", "image", "logo_spot"], {"base_images", *BRANDED}),
        (NEXT_LOGO, ["logo_spot"], BRANDED),
        (NEXT_LAYOUT, ["logo_spot"], BRANDED),
    ],
    ids=["copy", "words", "picture", "logo", "layout"],
)
def test_a_change_asks_the_models_for_exactly_what_its_scope_allows(
    opinion: Opinion, calls: list[str], made: set[str], desk: Desk
) -> None:
    before, asked = desk.outputs(desk.keys[0]), len(desk.stand_in.requests())
    version_before = desk.finals(desk.keys[0]).version
    decision_id = desk.request(desk.keys[0], opinion)

    desk.tick()
    desk.tick()

    assert sorted(str(call.operation) for call in desk.stand_in.requests()[asked:]) == calls
    after = desk.outputs(desk.keys[0])
    assert {stage for stage in STAGES if after[stage] != before[stage]} == made
    outcome = desk.outcome(decision_id)
    assert set(outcome.made) == made
    kept = desk.archive.rounds.of(desk.keys)[decision_id]
    assert (kept.before_version, outcome.after_version) == (
        version_before,
        desk.finals(desk.keys[0]).version,
    )
    assert look_at(desk.keys[0], desk.archive.decisions).standing is None


def test_a_change_makes_nothing_of_other_variants(desk: Desk) -> None:
    before = [desk.finals(key) for key in desk.keys[1:]]
    desk.request(desk.keys[0], WARMER)

    desk.tick()

    assert [desk.finals(key) for key in desk.keys[1:]] == before


def test_exact_words_are_set_letter_for_letter_and_the_other_lines_stay(desk: Desk) -> None:
    before = desk.outputs(desk.keys[0])["ad_copy"].data
    desk.request(desk.keys[0], HEADLINE)

    desk.tick()

    copy = desk.outputs(desk.keys[0])["ad_copy"].data
    assert (copy.headline, copy.sources["headline"]) == ("Slow, on purpose", "reviewer")
    assert (copy.subline, copy.call_to_action) == (before.subline, before.call_to_action)


@pytest.mark.parametrize("opinion", [SHORTER, HEADLINE], ids=["copy", "words"])
def test_new_copy_changes_no_pixel_outside_the_texts_and_the_round_says_so(
    opinion: Opinion, desk: Desk, instance: dg.DagsterInstance
) -> None:
    decision_id = desk.request(desk.keys[0], opinion)

    desk.tick()

    ((outside_px, changed_px),) = desk.outcome(decision_id).untouched.values()
    assert outside_px > 100_000
    assert changed_px == 0
    record = newest_materialization(dg.AssetKey("final_creatives"), desk.keys[0], instance)
    assert record is not None
    assert record.asset_materialization is not None
    told: Any = record.asset_materialization.metadata["round"].value
    assert told["untouched"]["1x1"] == {
        "pixels_outside_texts": outside_px,
        "of_these_changed": 0,
    }


def test_a_new_picture_needs_no_proof_that_it_is_the_old_one(desk: Desk) -> None:
    decision_id = desk.request(desk.keys[0], WARMER)

    desk.tick()

    assert desk.outcome(decision_id).untouched == {}


def test_a_picture_is_asked_for_with_the_note_in_its_prompt(desk: Desk) -> None:
    desk.request(desk.keys[0], WARMER)

    desk.tick()

    base = desk.outputs(desk.keys[0])["base_images"]
    rows = desk.archive.records.ledger.by_key(base.generations).values()
    prompts = [json.loads(row.request_json) for row in rows if row.operation == "image"]
    assert prompts
    assert all("Warmer light, please." in json.dumps(prompt) for prompt in prompts)


def test_a_rejected_logo_takes_another_spot_each_time(desk: Desk) -> None:
    spots = []
    for _ in range(3):
        spots += [
            image.plan.logo.name
            for image in desk.outputs(desk.keys[0])["branded_images"].data.images
        ]
        desk.request(desk.keys[0], NEXT_LOGO)
        desk.tick()
        desk.tick()

    assert len(set(spots)) == 3


def test_a_logo_goes_where_a_reviewer_puts_it_and_no_model_is_asked(desk: Desk) -> None:
    (image,) = desk.outputs(desk.keys[0])["branded_images"].data.images
    spot, asked = image.candidates[-1].name, len(desk.stand_in.requests())
    desk.request(desk.keys[0], Relocation(spot=spot))

    desk.tick()
    desk.tick()

    (moved,) = desk.outputs(desk.keys[0])["branded_images"].data.images
    assert spot != image.plan.logo.name
    assert (moved.plan.logo, moved.chosen_by) == (image.candidates[-1], "reviewer")
    assert len(desk.stand_in.requests()) == asked


def test_another_layout_is_another_plan_on_the_same_picture(desk: Desk) -> None:
    before = desk.outputs(desk.keys[0])
    desk.request(desk.keys[0], NEXT_LAYOUT)

    desk.tick()

    after = desk.outputs(desk.keys[0])
    assert [image.plan.layout for image in before["branded_images"].data.images] == ["overlay"]
    assert [image.plan.layout for image in after["branded_images"].data.images] == ["panel"]
    assert after["base_images"] == before["base_images"]


def test_a_change_that_fails_is_kept_with_its_reason_and_not_paid_for_again(desk: Desk) -> None:
    decision_id = desk.request(desk.keys[0], WARMER)
    desk.stand_in.change(Behaviour(vary=True, refuse=("Warmer light",)))

    desk.tick()
    asked = len(desk.stand_in.requests())
    desk.tick()

    outcome = desk.outcome(decision_id)
    assert outcome.after_version is None
    assert str(outcome.error).startswith("base_images: ")
    assert len(desk.stand_in.requests()) == asked
    standing = look_at(desk.keys[0], desk.archive.decisions).standing
    assert standing is not None
    assert standing.id == decision_id


def test_a_change_that_failed_is_made_when_somebody_launches_it_again(
    desk: Desk, make: Make
) -> None:
    decision_id = desk.request(desk.keys[0], WARMER)
    desk.stand_in.change(Behaviour(vary=True, refuse=("Warmer light",)))
    desk.tick()
    desk.stand_in.change(Behaviour(vary=True))

    make(desk.keys[0], desk.keys[0])

    outcome = desk.outcome(decision_id)
    assert outcome.error is None
    assert "base_images" in outcome.made


def test_an_approval_before_the_change_is_made_takes_the_request_back(desk: Desk) -> None:
    before, asked = desk.finals(desk.keys[0]), len(desk.stand_in.requests())
    desk.request(desk.keys[0], WARMER)
    desk.request(desk.keys[0], Approval())

    desk.tick()
    desk.tick()

    assert len(desk.stand_in.requests()) == asked
    assert desk.finals(desk.keys[0]) == before
    assert desk.archive.rounds.of([desk.keys[0]]) == {}


def test_rounds_build_on_each_other(desk: Desk) -> None:
    for opinion in (HEADLINE, WARMER, SHORTER):
        desk.request(desk.keys[0], opinion)
        desk.tick()
        desk.tick()
    pictures = desk.outputs(desk.keys[0])["base_images"]

    assert desk.outputs(desk.keys[0])["ad_copy"].data.headline == "Slow, on purpose"
    assert "Warmer light" in pictures.data.art_direction.concept
