"""Decisions through a whole deployment: made in the UI and on the command line, shown, done."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.harness import Deployment
from tests.e2e.questions import (
    approvals,
    asked,
    brief,
    drop,
    execute_approved,
    launch,
    launch_reviews,
    operations,
    published,
    variants,
    wait_for_run,
    wait_for_runs,
)

BRAVO = brief("bravo", ["en-US"], ["cocoa", "juice", "roast", "soda", "tea", "tonic"])
KEYS = variants(BRAVO)
APPROVED, PENDING = frozenset(KEYS[:2]), frozenset(KEYS[2:])


@dataclass(frozen=True)
class Decided:
    """A deployment in which two of six variants were approved by one launch in the UI."""

    place: Deployment
    shown: dict[str, frozenset[str]]
    published: frozenset[str]


@pytest.fixture(scope="module")
def decided(deploy: Callable[[Behaviour], Deployment]) -> Decided:
    place = deploy(Behaviour(vary=True))
    drop(place, BRAVO)
    wait_for_runs(place, "bravo", 1)
    run_id = launch_reviews(place, KEYS[0], KEYS[1], decision="approve", name="Ann", note="Good.")
    assert wait_for_run(place, run_id).status == "SUCCESS"
    place.wait_for(lambda: published(place) >= APPROVED, "the approved variants to be published")
    return Decided(place, approvals(place), published(place))


def test_the_ui_shows_two_of_six_as_approved_and_four_as_pending(decided: Decided) -> None:
    assert decided.shown == {"succeeded": APPROVED, "failed": PENDING}


def test_publishing_took_only_the_approved(decided: Decided) -> None:
    manifests = (decided.place.root / "published").rglob("manifest.json")

    assert decided.published == APPROVED
    assert len(list(manifests)) == 2


def test_executing_the_check_alone_leaves_everything_as_it_is(decided: Decided) -> None:
    run_id = execute_approved(decided.place, KEYS[0], KEYS[-1])

    assert wait_for_run(decided.place, run_id).status == "SUCCESS"
    assert approvals(decided.place) == decided.shown


def test_making_all_six_again_with_the_same_bytes_keeps_the_two(decided: Decided) -> None:
    run_id = launch(decided.place, KEYS[0], KEYS[-1])

    assert wait_for_run(decided.place, run_id).status == "SUCCESS"
    assert approvals(decided.place) == decided.shown


def test_a_change_that_the_command_line_requests_is_made_and_clears_the_approval(
    decided: Decided,
) -> None:
    place, calls = decided.place, len(asked(decided.place, "bravo"))
    note = "Warmer light, please."
    on_command_line(place, "request-changes", KEYS[0], "--scope", "picture", "--note", note)

    place.wait_for(
        lambda: (
            approvals(place) == {"succeeded": {KEYS[1]}, "failed": PENDING | {KEYS[0]}}
            and len(asked(place, "bravo")) > calls
        ),
        "the changed variant to be pending again",
    )
    assert operations(asked(place, "bravo")[calls:]) == ["art_direction", "image", "logo_spot"]


def test_by_the_command_line_alone_a_variant_is_approved_published_and_downloaded(
    decided: Decided, tmp_path: Path
) -> None:
    place = decided.place
    on_command_line(place, "approve", KEYS[-1])
    place.wait_for(lambda: KEYS[-1] in published(place), "the variant to be published")
    on_command_line(place, "download", "bravo", "--to", str(tmp_path / "bravo.zip"))

    with zipfile.ZipFile(tmp_path / "bravo.zip") as packed:
        names = [name for name in packed.namelist() if "tonic" in name]
        (final,) = (packed.read(name) for name in names if name.endswith(".jpg"))
        (manifest,) = (json.loads(packed.read(name)) for name in names if name.endswith(".json"))
    (listed,) = manifest["files"]
    assert hashlib.sha256(final).hexdigest() == listed["sha256"]


def on_command_line(place: Deployment, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "creative_assets", *arguments],
        cwd=place.root,
        env=place.environment,
        check=True,
        capture_output=True,
    )
