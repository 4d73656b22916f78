"""Campaigns through a whole deployment: dropped, edited and backfilled, all at the same time."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.request_log import Served
from creative_assets.studio.store import open_store
from tests.e2e.harness import Deployment
from tests.e2e.questions import (
    Partitions,
    asked,
    backfill,
    brief,
    drop,
    metadata_names,
    operations,
    partitions,
    product,
    runs,
    runs_of,
    variants,
    wait_for_backfill,
    wait_for_runs,
)

BRAVO = brief("bravo", ["en-US", "de-DE"], ["roast", "tea"])
FOXTROT = brief("foxtrot", ["en-US", "de-DE"], ["cocoa"])
TANGO = brief("tango", ["en-US"], ["juice", "water"])
VICTOR = brief("victor", ["en-US", "de-DE", "sv-SE"], ["tonic"])
ZULU = brief("zulu", ["en-US"], ["soda"])
GOOD = (BRAVO, FOXTROT, TANGO, VICTOR)
REFUSED = "victor/sv-SE/victor-tonic"
IN_ITS_PICTURE = "as found in Sweden"

ONE_COPY = ["ad_copy"]
ONE_PICTURE = ["art_direction", "image", "logo_spot"]


@dataclass(frozen=True)
class Edited:
    """A deployment after the edits, and how many calls there were before them."""

    place: Deployment
    calls_before: int

    def asked_since(self, campaign: str) -> list[Served]:
        earlier = {call.seq for call in self.place.asked()[: self.calls_before]}
        return [call for call in asked(self.place, campaign) if call.seq not in earlier]


@pytest.fixture(scope="module")
def launched(deploy: Callable[[Behaviour], Deployment]) -> Deployment:
    """Four good briefs and four bad ones, dropped together; what was launched has ended."""
    place = deploy(Behaviour(vary=True, refuse=(IN_ITS_PICTURE,)))
    inbox = open_store(str(place.inbox))
    for document in GOOD:
        drop(place, document)
    place.wait_for(lambda: _owner_is_known(place), "the good briefs to be accepted")
    inbox.put("broken.yaml", b"campaign_id: [unclosed\n  brand: {")
    inbox.put("wrong-type.json", b'{"campaign_id": "wrong", "products": "coffee"}')
    inbox.put("twin/brief.json", inbox.get("bravo/brief.json"))
    inbox.put("twin/logo.svg", inbox.get("bravo/logo.svg"))
    drop(place, ZULU, logo=False)
    for document in GOOD:
        wait_for_runs(place, document["campaign_id"], 1)
    return place


def _owner_is_known(place: Deployment) -> bool:
    with place.archive() as archive:
        known = archive.records.briefs.known()
    return {f"{document['campaign_id']}/brief.json" for document in GOOD} <= set(known)


@pytest.fixture(scope="module")
def edited(launched: Deployment) -> Edited:
    """Every campaign edited in its own way; what that launched has ended."""
    place, calls_before = launched, len(launched.asked())
    stamps_before = _known_stamps(place, "victor/brief.json")
    roast, tea = BRAVO["products"]
    drop(place, BRAVO | {"products": [roast, tea | {"description": "A tea for long nights."}]})
    drop(place, FOXTROT | {"brand": FOXTROT["brand"] | {"banned_words": {"*": ["cheap"]}}})
    drop(place, TANGO | {"products": [product("tango", "juice")]})
    os.utime(place.inbox / "victor" / "brief.json")
    drop(place, ZULU)
    for campaign, count in (("bravo", 3), ("foxtrot", 2), ("zulu", 1)):
        wait_for_runs(place, campaign, count)

    place.wait_for(
        lambda: _known_stamps(place, "victor/brief.json") != stamps_before,
        "the touched brief to be looked at",
    )
    gone = frozenset({"tango/en-US/tango-water"})
    place.wait_for(
        lambda: gone.isdisjoint(partitions(place, "tango")["ad_copy"].made),
        "the removed product's partition to go",
    )
    return Edited(place, calls_before)


def _known_stamps(place: Deployment, path: str) -> str:
    with place.archive() as archive:
        return archive.records.briefs.known()[path].stamps_json


@dataclass(frozen=True)
class Backfilled:
    """A deployment after two backfills, and how many calls there were before them."""

    place: Deployment
    of_kept: str
    of_refused: str
    calls_before: int


@pytest.fixture(scope="module")
def backfilled(edited: Edited) -> Backfilled:
    """The cause of the refusal gone, one backfill for it, and one over what is kept."""
    place = edited.place
    place.standin.change(Behaviour(vary=True))
    calls_before = len(place.asked())
    stages = partitions(place, "victor").values()
    unfinished = sorted(frozenset().union(*(stage.failed | stage.missing for stage in stages)))
    of_refused = backfill(place, unfinished)
    of_kept = backfill(place, [*variants(BRAVO), "tango/en-US/tango-juice"])
    for backfill_id in (of_kept, of_refused):
        assert wait_for_backfill(place, backfill_id) == "COMPLETED_SUCCESS"
    return Backfilled(place, of_kept, of_refused, calls_before)


def test_a_dropped_brief_becomes_partitions_and_a_run_that_makes_every_stage(
    launched: Deployment,
) -> None:
    (run,) = runs_of(launched, "bravo")

    assert run.status == "SUCCESS"
    assert run.first_and_last == (min(variants(BRAVO)), max(variants(BRAVO)))
    everything = Partitions(frozenset(variants(BRAVO)), frozenset(), frozenset())
    statuses = partitions(launched, "bravo")
    assert len(statuses) == 6
    assert all(status == everything for status in statuses.values())


def test_each_materialization_shows_cost_version_and_picture(launched: Deployment) -> None:
    for variant in variants(BRAVO):
        names = metadata_names(launched, "final_creatives", variant)
        assert {"preview", "cost_usd", "version", "files", "generations_reused"} <= names


def test_the_variants_of_a_locale_share_its_context_pack(launched: Deployment) -> None:
    before_the_edits = Counter(operations(asked(launched, "bravo")))

    assert before_the_edits["context_pack"] == 2


def test_a_refused_variant_fails_from_its_stage_on_and_harms_no_sibling(
    launched: Deployment,
) -> None:
    (run,) = runs_of(launched, "victor")
    statuses = partitions(launched, "victor")

    assert run.status == "FAILURE"
    siblings, refused = frozenset(variants(VICTOR)) - {REFUSED}, frozenset({REFUSED})
    for stage in ("variant_brief", "context_pack", "ad_copy"):
        assert statuses[stage] == Partitions(siblings | refused, frozenset(), frozenset()), stage
    for stage in ("base_images", "branded_images", "final_creatives"):
        assert statuses[stage] == Partitions(siblings, refused, frozenset()), stage


def test_bad_briefs_are_answered_beside_them_and_cost_nothing(launched: Deployment) -> None:
    bad = ("broken.yaml", "wrong-type.json", "twin/brief.json", "zulu/brief.json")
    notes = {path: launched.inbox / f"{path}.problems.md" for path in bad}
    for path, note in notes.items():
        launched.wait_for(note.is_file, f"the problems of {path}")

    assert "bravo/brief.json" in notes["twin/brief.json"].read_text()
    assert "products" in notes["wrong-type.json"].read_text()
    assert not (launched.inbox / "bravo/brief.json.problems.md").exists()
    assert not [call for call in launched.asked() if "wrong" in call.summary.casefold()]


def test_a_changed_product_re_makes_its_own_variants_alone(edited: Edited) -> None:
    (_, *again) = runs_of(edited.place, "bravo")

    since = edited.asked_since("bravo")
    assert operations(since) == sorted(2 * (ONE_COPY + ONE_PICTURE))
    assert not [call for call in since if "roast" in call.summary.casefold()]
    assert sorted((run.first_and_last, run.status) for run in again) == [
        (("bravo/de-DE/bravo-tea",) * 2, "SUCCESS"),
        (("bravo/en-US/bravo-tea",) * 2, "SUCCESS"),
    ]


def test_a_new_banned_word_re_makes_copy_and_asks_for_no_picture(edited: Edited) -> None:
    (_, run) = runs_of(edited.place, "foxtrot")

    assert run.status == "SUCCESS"
    assert operations(edited.asked_since("foxtrot")) == 2 * ONE_COPY


def test_a_touched_brief_runs_nothing(edited: Edited) -> None:
    assert len(runs_of(edited.place, "victor")) == 1
    assert edited.asked_since("victor") == []


def test_a_removed_products_partitions_disappear_and_its_sibling_runs_no_more(
    edited: Edited,
) -> None:
    left = frozenset({"tango/en-US/tango-juice"})

    statuses = partitions(edited.place, "tango")
    assert {status.made for status in statuses.values()} == {left}
    assert len(runs_of(edited.place, "tango")) == 1
    assert edited.asked_since("tango") == []


def test_a_brief_goes_on_once_its_missing_logo_is_there(edited: Edited) -> None:
    (run,) = runs_of(edited.place, "zulu")

    assert run.status == "SUCCESS"
    assert not (edited.place.inbox / "zulu/brief.json.problems.md").exists()


def test_a_backfill_over_campaigns_apart_gives_each_a_range_and_asks_for_nothing(
    backfilled: Backfilled,
) -> None:
    found = runs(backfilled.place, dagster__backfill=backfilled.of_kept)

    ends = sorted(run.first_and_last for run in found)
    assert ends == [
        (min(variants(BRAVO)), max(variants(BRAVO))),
        ("tango/en-US/tango-juice", "tango/en-US/tango-juice"),
    ]
    since = backfilled.place.asked()[backfilled.calls_before :]
    assert not [call for call in since if "victor" not in call.summary.casefold()]


def test_a_backfill_of_what_failed_finishes_it_with_what_was_missing_alone(
    backfilled: Backfilled,
) -> None:
    (run,) = runs(backfilled.place, dagster__backfill=backfilled.of_refused)

    assert run.first_and_last == (REFUSED, REFUSED)
    everything = Partitions(frozenset(variants(VICTOR)), frozenset(), frozenset())
    statuses = partitions(backfilled.place, "victor")
    assert all(status == everything for status in statuses.values())
    assert operations(backfilled.place.asked()[backfilled.calls_before :]) == ["image", "logo_spot"]


def test_nothing_that_was_answered_was_ever_asked_for_again(backfilled: Backfilled) -> None:
    answered = Counter(
        call.request_sha256 for call in backfilled.place.asked() if call.status == 200
    )

    assert answered
    assert [digest for digest, times in answered.items() if times > 1] == []
