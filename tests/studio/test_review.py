"""A decision is about exact bytes, is made once, and never over another's head."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import Decision, DecisionLog, ShownFinals
from creative_assets.studio.errors import (
    ApprovalBlockedError,
    DecisionConflictError,
    DecisionRejectedError,
    MissingInputError,
)
from creative_assets.studio.records import open_records
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Reviewer,
    Rewording,
    decide,
    in_words,
    look,
    look_at,
    opinion_of,
    reviewer_of,
)
from creative_assets.studio.store import StoredFile
from tests.clock import Clock

KEY = "summer/de-DE/cold-brew"
ANN = Reviewer(name="Ann", verified=True, through="cli")
BOB = Reviewer(name="Bob", verified=False, through="dagster")
WARMER = ChangeRequest(scope="picture", note="Warmer light, please.")


@pytest.fixture
def log(records_url: str) -> Iterator[DecisionLog]:
    records = open_records(records_url)
    yield DecisionLog(records.database, Clock())
    records.close()


def finals(square: bytes, version: str = "v1", failed: tuple[str, ...] = ()) -> ShownFinals:
    """Finals in two formats, of which the square one has the bytes given."""
    contents = {"1x1": square, "9x16": b"tall"}
    files = {
        name: StoredFile(
            path=f"campaigns/summer/final_creatives/{version}/{name}.jpg",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in contents.items()
    }
    return ShownFinals(KEY, version, files, {"final_creatives": version}, failed)


def decided(
    log: DecisionLog, opinion: Opinion, reviewer: Reviewer = ANN, decision_id: str = "d1"
) -> Decision:
    """Decide on what is shown now."""
    return decide(look_at(KEY, log), opinion, reviewer, decision_id, log)


def test_a_decision_says_who_when_why_and_on_which_bytes(log: DecisionLog) -> None:
    shown = finals(b"square")
    log.show(shown)

    decision = decided(log, WARMER, BOB)

    assert decision.files == shown.files
    assert (decision.finals_version, decision.finals_sha256) == ("v1", shown.sha256)
    assert (decision.decided_by, decision.verified, decision.decided_through) == (
        *("Bob", False),
        "dagster",
    )
    assert in_words(decision) == (
        "changes of picture requested by Bob (unverified) on 2027-01-15 08:00 UTC: "
        "Warmer light, please."
    )


def test_decisions_are_kept_in_the_order_in_which_they_were_made(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    first = decided(log, WARMER, decision_id="d1")
    second = decided(log, Approval(), decision_id="d2")

    assert look_at(KEY, log).decisions == (first, second)
    assert [first.follows, second.follows] == [0, first.number]


def test_there_is_something_to_tell_after_each_decision_and_all_finals_shown(
    log: DecisionLog,
) -> None:
    log.show(finals(b"square"))
    after_finals = log.untold(9)
    log.mark_told(after_finals)
    told = log.untold(9)
    decided(log, Approval())
    after_decision = log.untold(9)
    log.show(finals(b"square"))
    log.mark_told(after_decision)

    assert list(after_finals) == list(after_decision) == [KEY]
    assert told == {}
    # What was shown again in between is not told yet.
    assert list(log.untold(9)) == [KEY]


def test_a_variant_without_finals_cannot_be_decided(log: DecisionLog) -> None:
    with pytest.raises(MissingInputError, match="no finals to decide on"):
        look_at(KEY, log)

    assert look([KEY], log) == {}


def test_a_decision_on_bytes_that_have_changed_is_refused_with_what_has_changed(
    log: DecisionLog,
) -> None:
    before, after = finals(b"square"), finals(b"another", "v2")
    log.show(before)
    seen = look_at(KEY, log)
    log.show(after)

    with pytest.raises(DecisionConflictError) as conflict:
        decide(seen, Approval(), ANN, "d1", log)

    told = str(conflict.value)
    for sha256 in (before.files["1x1"].sha256, after.files["1x1"].sha256):
        assert sha256 in told
    assert "9x16" not in told
    assert look_at(KEY, log).decisions == ()


def test_the_same_bytes_under_a_newer_version_are_decided_on_as_well(log: DecisionLog) -> None:
    log.show(finals(b"square", "v1"))
    seen = look_at(KEY, log)
    log.show(finals(b"square", "v2"))

    assert decide(seen, Approval(), ANN, "d1", log).finals_version == "v2"


def test_of_two_decisions_at_once_one_is_made_and_the_other_is_told_of_it(
    log: DecisionLog,
) -> None:
    log.show(finals(b"square"))
    seen = look_at(KEY, log)

    def attempt(number: int) -> Decision | DecisionConflictError:
        opinion: Opinion = WARMER if number % 2 else Approval()
        reviewer = Reviewer(name=f"Reviewer {number}", verified=True, through="cli")
        try:
            return decide(seen, opinion, reviewer, f"d{number}", log)
        except DecisionConflictError as conflict:
            return conflict

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))

    (made,) = (outcome for outcome in outcomes if isinstance(outcome, Decision))
    conflicts = [str(outcome) for outcome in outcomes if not isinstance(outcome, Decision)]
    assert look_at(KEY, log).decisions == (made,)
    assert len(conflicts) == 7
    assert all(f"by {made.decided_by} on" in conflict for conflict in conflicts)


def test_who_has_seen_a_decision_may_decide_otherwise(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    decided(log, Approval(), ANN, "d1")

    second = decided(log, WARMER, ANN, "d2")

    assert look_at(KEY, log).standing == second


def test_the_same_decision_again_decides_nothing_twice(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    seen = look_at(KEY, log)
    first = decide(seen, Approval(note="Good."), ANN, "d1", log)

    assert decide(seen, Approval(note="Good."), ANN, "d1", log) == first
    assert decided(log, Approval(note="Good."), ANN, "d1") == first
    assert look_at(KEY, log).decisions == (first,)


def test_a_retry_finds_its_decision_also_when_the_finals_have_changed_since(
    log: DecisionLog,
) -> None:
    log.show(finals(b"square"))
    first = decided(log, Approval())
    log.show(finals(b"another", "v2", failed=("copy: a banned word",)))

    assert decided(log, Approval()) == first


def test_an_id_that_stands_for_another_decision_is_refused(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    decided(log, Approval(), ANN, "d1")

    with pytest.raises(DecisionRejectedError, match="approved by Ann"):
        decided(log, WARMER, ANN, "d1")


def test_a_failed_check_blocks_an_approval_and_names_itself(log: DecisionLog) -> None:
    log.show(finals(b"square", failed=("legibility: contrast 2.1 in 1x1",)))

    with pytest.raises(ApprovalBlockedError, match=r"contrast 2\.1 in 1x1"):
        decided(log, Approval())
    assert decided(log, WARMER).verdict == "request_changes"


def test_an_override_keeps_its_reason_and_what_it_overrides(log: DecisionLog) -> None:
    log.show(finals(b"square", failed=("legibility: contrast 2.1 in 1x1",)))

    decision = decided(log, Approval(override_reason="The client insists."))

    assert decision.override_reason == "The client insists."
    assert decision.overridden == ("legibility: contrast 2.1 in 1x1",)


def test_an_approval_that_did_not_see_a_check_fail_is_refused(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    seen = look_at(KEY, log)
    log.show(finals(b"square", failed=("copy: a banned word",)))

    with pytest.raises(DecisionConflictError, match="a banned word"):
        decide(seen, Approval(), ANN, "d1", log)


def test_new_bytes_are_pending_and_the_old_ones_keep_their_decision(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    first = decided(log, Approval())
    log.show(finals(b"another", "v2"))
    pending = look_at(KEY, log)
    log.show(finals(b"square", "v3"))

    assert pending.standing is None
    assert pending.approval(takes_unverified=True) is None
    assert look_at(KEY, log).standing == first


def test_a_lost_format_is_another_set_of_bytes(log: DecisionLog) -> None:
    whole = finals(b"square")
    log.show(whole)
    decided(log, Approval())
    log.show(ShownFinals(KEY, "v2", {"1x1": whole.files["1x1"]}, {}))

    assert look_at(KEY, log).standing is None


@pytest.mark.parametrize(
    "voices, strict, lenient",
    [
        ([], None, None),
        ([(Approval(), ANN)], "d0", "d0"),
        ([(Approval(), BOB)], None, "d0"),
        ([(Approval(), ANN), (Approval(), BOB)], "d0", "d1"),
        ([(Approval(), ANN), (WARMER, BOB)], None, None),
        ([(WARMER, BOB), (Approval(), ANN)], "d1", "d1"),
    ],
)
def test_publishing_takes_the_newest_approval_that_no_change_request_follows(
    voices: list[tuple[Opinion, Reviewer]],
    strict: str | None,
    lenient: str | None,
    log: DecisionLog,
) -> None:
    log.show(finals(b"square"))
    for number, (opinion, reviewer) in enumerate(voices):
        decided(log, opinion, reviewer, f"d{number}")

    seen = look_at(KEY, log)
    found = [seen.approval(takes_unverified=lenient) for lenient in (False, True)]

    assert [decision and decision.id for decision in found] == [strict, lenient]


def test_exact_words_are_a_change_request_that_is_kept_letter_for_letter(log: DecisionLog) -> None:
    log.show(finals(b"square"))
    words = Message(headline="Sommer, langsam gegossen")

    decision = decided(log, Rewording(words=words))

    assert (decision.verdict, decision.scope, decision.words) == ("request_changes", "copy", words)


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"verdict": "approve", "note": " Good. "}, Approval(note="Good.")),
        (
            {"verdict": "request_changes", "note": "Warmer light, please.", "scope": "picture"},
            WARMER,
        ),
        (
            {"verdict": "request_changes", "note": "", "words": {"headline": "Hi", "subline": ""}},
            Rewording(words=Message(headline="Hi")),
        ),
    ],
)
def test_fields_that_somebody_filled_in_make_an_opinion(
    fields: dict[str, Any], expected: Opinion
) -> None:
    assert opinion_of(**fields) == expected


@pytest.mark.parametrize(
    "fields, problem",
    [
        ({"verdict": "approve", "note": "", "scope": "copy"}, "takes no scope"),
        ({"verdict": "approve", "note": "", "words": {"headline": "Hi"}}, "no words"),
        ({"verdict": "request_changes", "note": "Warmer."}, "scope"),
        ({"verdict": "request_changes", "note": "  ", "scope": "copy"}, "note"),
        ({"verdict": "request_changes", "note": "Hm.", "scope": "smell"}, "copy"),
        (
            {
                "verdict": "request_changes",
                "note": "",
                "scope": "logo",
                "words": {"headline": "Hi"},
            },
            "go with the scope copy",
        ),
        (
            {"verdict": "request_changes", "note": "", "words": {"headline": "Hi" * 100}},
            "may have 80: shorten it",
        ),
        (
            {"verdict": "request_changes", "note": "x", "scope": "copy", "override_reason": "y"},
            "is for approvals",
        ),
    ],
)
def test_fields_that_make_no_decision_are_refused_in_words(
    fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DecisionRejectedError, match=problem):
        opinion_of(**fields)


def test_a_decision_needs_a_name() -> None:
    with pytest.raises(DecisionRejectedError, match="Say who decides"):
        reviewer_of("  ", "cli", verified=True)
