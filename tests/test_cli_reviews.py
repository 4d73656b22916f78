"""Deciding by the command line: what is meant, and nothing else, is decided."""

import getpass
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from creative_assets.cli import app
from creative_assets.resources.opening import Archive
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.produce import Job
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.store import StoredFile

Accept = Callable[[dict[str, Any]], list[Job]]

pytestmark = pytest.mark.usefixtures("settings")

ROAST, TEA, TONIC = "summer/en-US/roast", "summer/en-US/tea", "summer/en-US/tonic"


def creative_assets(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def show(archive: Archive, key: str, content: bytes, failed: tuple[str, ...] = ()) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    file = StoredFile(path=f"{key}/1x1.jpg", size_bytes=len(content), sha256=sha256)
    archive.decisions.show(ShownFinals(key, "v1", {"1x1": file}, {}, failed))


@pytest.fixture
def _finals(accepted: Accept, brief: dict[str, Any], archive: Archive) -> None:
    """Three variants of a campaign with finals to decide on."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    for job in accepted(brief | {"products": products}):
        show(archive, job.variant.key, job.variant.key.encode())


def verdicts(archive: Archive) -> dict[str, list[str]]:
    """Variant → what was decided on it, oldest first."""
    decided = archive.decisions.decisions_on([ROAST, TEA, TONIC])
    return {key: [made.verdict for made in decisions] for key, decisions in decided.items()}


@pytest.mark.usefixtures("_finals")
def test_a_pattern_approves_all_that_it_matches(archive: Archive) -> None:
    result = creative_assets("approve", "summer/*/t*", "--note", "Good.")

    assert result.exit_code == 0
    assert verdicts(archive) == {TEA: ["approve"], TONIC: ["approve"]}
    (made,) = archive.decisions.decisions_on([TEA])[TEA]
    assert (made.decided_by, made.verified) == (getpass.getuser(), True)
    assert (made.note, made.decided_through) == ("Good.", "cli")


@pytest.mark.usefixtures("_finals")
def test_a_name_that_is_typed_is_not_verified(archive: Archive) -> None:
    creative_assets("approve", TEA, "--by", "Ann")

    (made,) = archive.decisions.decisions_on([TEA])[TEA]
    assert (made.decided_by, made.verified) == ("Ann", False)


@pytest.mark.usefixtures("_finals")
def test_a_pattern_leaves_alone_what_somebody_has_decided_and_a_whole_key_does_not(
    archive: Archive,
) -> None:
    creative_assets("request-changes", TEA, "--scope", "picture", "--note", "Warmer.")

    by_pattern = creative_assets("approve", "summer/*")
    by_key = creative_assets("approve", TEA)

    assert by_pattern.exit_code == by_key.exit_code == 0
    assert f"· {TEA}: changes of picture requested" in by_pattern.stdout
    assert verdicts(archive) == {
        ROAST: ["approve"],
        TEA: ["request_changes", "approve"],
        TONIC: ["approve"],
    }


@pytest.mark.usefixtures("_finals")
def test_exact_words_need_no_scope_and_no_note(archive: Archive) -> None:
    result = creative_assets("request-changes", TEA, "--headline", "Slow tea")

    assert result.exit_code == 0
    (made,) = archive.decisions.decisions_on([TEA])[TEA]
    assert (made.scope, made.words and made.words.headline) == ("copy", "Slow tea")


@pytest.mark.usefixtures("_finals")
def test_what_cannot_be_approved_is_named_and_holds_back_no_other(archive: Archive) -> None:
    show(archive, TEA, b"tea", failed=("legibility: contrast 2.1 in 1x1",))

    blocked = creative_assets("approve", "summer/*")
    overridden = creative_assets("approve", TEA, "--override", "The client insists.")

    assert blocked.exit_code == 1
    assert "contrast 2.1 in 1x1" in blocked.stdout
    assert overridden.exit_code == 0
    assert verdicts(archive) == {ROAST: ["approve"], TEA: ["approve"], TONIC: ["approve"]}


@pytest.mark.usefixtures("_finals")
@pytest.mark.parametrize(
    "arguments, message",
    [
        (["approve", "winter/*"], "No variant with finals matches winter/*"),
        (["approve", TEA, "winter/*"], "No variant with finals matches winter/*"),
        (["approve", TEA, "--by", " "], "Say who decides"),
        (["request-changes", TEA, "--note", "Warmer."], "scope"),
        (["request-changes", TEA, "--scope", "copy"], "note"),
    ],
)
def test_a_command_that_makes_no_decision_fails_in_words_and_decides_nothing(
    arguments: list[str], message: str, archive: Archive
) -> None:
    result = creative_assets(*arguments)

    assert result.exit_code == 1
    assert message in " ".join(result.stderr.split())
    assert verdicts(archive) == {}


@pytest.mark.usefixtures("_finals")
def test_a_variant_that_its_brief_no_longer_names_cannot_be_decided(archive: Archive) -> None:
    archive.records.variants.retire([TEA])

    result = creative_assets("approve", TEA)

    assert result.exit_code == 1
    assert verdicts(archive) == {}


@pytest.mark.usefixtures("_finals")
def test_decisions_are_told_with_those_on_earlier_bytes(archive: Archive) -> None:
    creative_assets("approve", TEA, "--note", "Good.")
    show(archive, TEA, b"other tea")

    told = creative_assets("decisions", "summer/*/t*").stdout.splitlines()

    assert told[0] == f"{TEA}  pending"
    assert "before: approved by" in told[1]
    assert told[2] == f"{TONIC}  pending"


@pytest.mark.usefixtures("_finals")
@pytest.mark.parametrize(
    "outcome, told",
    [
        (None, "the change is being made"),
        (Outcome(None, (), 0.0, "base_images: refused"), "could not be made: base_images: refused"),
        (
            Outcome("v2", ("ad_copy", "final_creatives"), 0.002),
            "changed for USD 0.0020: ad_copy, final_creatives made anew; version v2",
        ),
    ],
    ids=["under way", "failed", "made"],
)
def test_what_became_of_a_change_request_is_told(
    outcome: Outcome | None, told: str, archive: Archive
) -> None:
    creative_assets("request-changes", TEA, "--scope", "copy", "--note", "Shorter.")
    (request,) = archive.decisions.decisions_on([TEA])[TEA]
    archive.rounds.begin([request])
    if outcome is not None:
        archive.rounds.end(request.id, outcome)

    assert told in creative_assets("decisions", TEA).stdout
