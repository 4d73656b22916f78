"""What is to be changed follows from the decisions alone."""

from dataclasses import replace

import pytest

from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import Decision, Scope
from creative_assets.studio.revision import UNREVISED, Revision, revision_of

APPROVAL = Decision(
    id="d",
    variant_key="summer/de-DE/cold-brew",
    verdict="approve",
    scope=None,
    note="",
    words=None,
    spot=None,
    override_reason=None,
    decided_by="Ann",
    verified=True,
    decided_through="cli",
    number=1,
    follows=0,
    overridden=(),
    decided_at=1_000.0,
    finals_version="v1",
    finals_sha256="one",
    versions={"branded_images": "b1"},
    files={},
)


def request(
    scope: Scope,
    note: str = "",
    *,
    on: str = "one",
    words: Message | None = None,
    spot: str | None = None,
) -> Decision:
    return replace(
        APPROVAL,
        verdict="request_changes",
        scope=scope,
        note=note,
        words=words,
        spot=spot,
        finals_sha256=on,
        versions={"branded_images": f"branded-{on}"},
    )


def approval(on: str) -> Decision:
    return replace(APPROVAL, finals_sha256=on)


def test_nothing_decided_and_all_approved_change_nothing() -> None:
    assert revision_of([]) == UNREVISED
    assert revision_of([approval("one")]) == UNREVISED


def test_notes_add_up_oldest_first() -> None:
    decisions = [
        request("copy", "Shorter."),
        request("picture", "Warmer.", on="two"),
        request("copy", "Friendlier.", on="three"),
    ]

    assert revision_of(decisions) == Revision(
        copy_notes=("Shorter.", "Friendlier."), picture_notes=("Warmer.",)
    )


def test_exact_words_add_up_line_by_line_and_ask_for_no_take() -> None:
    decisions = [
        request("copy", words=Message(headline="Slow", subline="Very slow")),
        request("copy", words=Message(headline="Slower"), on="two"),
    ]

    assert revision_of(decisions) == Revision(words=Message(headline="Slower", subline="Very slow"))


@pytest.mark.parametrize("scope", ["copy", "picture", "logo", "layout"])
def test_an_approval_of_the_same_bytes_takes_a_request_back(scope: Scope) -> None:
    assert revision_of([request(scope, "Hm."), approval("one")]) == UNREVISED


def test_an_approval_of_what_a_request_led_to_keeps_it() -> None:
    decisions = [request("picture", "Warmer."), approval("two")]

    assert revision_of(decisions).picture_notes == ("Warmer.",)


def test_the_spot_that_was_chosen_last_holds_and_rejects_none() -> None:
    chosen = [request("logo", spot="top-left"), request("logo", on="two", spot="top-right")]

    assert revision_of(chosen) == Revision(logo_spot="top-right")


@pytest.mark.parametrize("scope", ["logo", "picture", "layout"])
def test_a_chosen_spot_gives_way_to_what_is_asked_later(scope: Scope) -> None:
    decisions = [request("logo", spot="top-left"), request(scope, "Again.", on="two")]

    assert revision_of(decisions).logo_spot is None


@pytest.mark.parametrize("later", ["picture", "layout"])
def test_spots_are_rejected_on_the_same_picture_and_plan_alone(later: Scope) -> None:
    logos = [request("logo", "Left."), request("logo", "Higher.", on="two")]

    before = revision_of(logos)
    after = revision_of([*logos, request(later, "New.", on="three")])

    assert before.rejected_logos == ("branded-one", "branded-two")
    assert after.rejected_logos == ()
    assert after.logo_notes == before.logo_notes == ("Left.", "Higher.")
