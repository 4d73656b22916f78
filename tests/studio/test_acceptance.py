"""From the inbox to variants: taken in once, refused in words, retired when gone."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from creative_assets.studio.acceptance import (
    MARKER,
    NOTE_SUFFIX,
    accept_at,
    load_jobs,
)
from creative_assets.studio.brief import brief_schema
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.errors import BriefError, CreativeAssetsError, MissingInputError
from creative_assets.studio.records import Records, open_records
from creative_assets.studio.stages import AD_COPY, BASE_IMAGES
from creative_assets.studio.store import Store, open_store
from creative_assets.studio.taking import Taken, take_in

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><rect width="9" height="3"/></svg>'
)
RED_LOGO = LOGO.replace(b"/></svg>", b' fill="#f00"/></svg>')
TEA = {"id": "tea", "name": "Tea", "description": "Green tea."}
COLD_BREW_KEY, TEA_KEY = "summer/en-US/cold-brew", "summer/en-US/tea"


@pytest.fixture
def records(records_url: str) -> Iterator[Records]:
    opened = open_records(records_url)
    yield opened
    opened.close()


@pytest.fixture
def inbox(request: pytest.FixtureRequest) -> Store:
    return open_store(f"memory://inbox-{request.node.name}")


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    return open_store(f"memory://store-{request.node.name}")


class Desk:
    """An inbox that people drop briefs into, and what takes them in."""

    def __init__(self, inbox: Store, store: Store, records: Records) -> None:
        self.inbox, self.store, self.records = inbox, store, records

    def drop(self, path: str, brief: dict[str, Any], logo: bytes | None = LOGO) -> None:
        folder = path.rpartition("/")[0]
        if logo is not None:
            self.inbox.put(f"{folder}/{brief['brand']['logo']}", logo)
        self.inbox.put(path, json.dumps(brief).encode())

    def look(self, most: int = 100, budget_s: float = 60) -> Taken:
        return take_in(self.inbox, self.store, self.records, most=most, budget_s=budget_s)

    def active(self, campaign_id: str = "summer") -> list[str]:
        return [row.key for row in self.records.variants.of_campaign(campaign_id) if row.active]

    def waiting(self) -> list[str]:
        """Variants that wait for a launch; they are launched by this."""
        campaigns = Campaigns(self.records.database)
        for campaign in campaigns.at("unweighed"):
            campaigns.weighed(campaign, "", "")
        keys = sorted(row.key for row in self.records.variants.unlaunched(100))
        self.records.variants.assign_launch(keys, self.records.variants.last_launch() + 1)
        return keys

    def note(self, path: str) -> str:
        return self.inbox.get(path + NOTE_SUFFIX).decode()


@pytest.fixture
def desk(inbox: Store, store: Store, records: Records) -> Desk:
    return Desk(inbox, store, records)


def test_a_brief_becomes_variants_that_wait_for_a_launch(desk: Desk, brief: dict[str, Any]) -> None:
    brief["products"].append(TEA)
    desk.drop("a/brief.json", brief)

    assert desk.look() == Taken(accepted=("a/brief.json",))
    assert desk.look() == Taken()
    assert desk.waiting() == [COLD_BREW_KEY, TEA_KEY]


def test_runs_read_the_snapshot_and_never_the_inbox(desk: Desk, brief: dict[str, Any]) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    for path in desk.inbox.find():
        desk.inbox.delete(path)

    (job,), failed = load_jobs([COLD_BREW_KEY], desk.store, desk.records)

    assert not failed
    assert desk.store.get_verified(job.variant.logo.default) == LOGO
    assert job.takes == {AD_COPY: 1, BASE_IMAGES: 1}


def test_a_wrong_brief_is_refused_with_a_note_beside_and_looked_at_again_only_when_changed(
    desk: Desk, brief: dict[str, Any]
) -> None:
    wrong = deepcopy(brief)
    wrong["brand"]["primary_color"] = "green"
    wrong["target_locales"] = ["en-USA"]
    desk.drop("a/brief.json", wrong)

    assert desk.look() == Taken(refused=("a/brief.json",))
    assert desk.look() == Taken()
    assert all(field in desk.note("a/brief.json") for field in ("primary_color", "target_locales"))
    assert desk.active() == []

    desk.drop("a/brief.json", brief)
    assert desk.look() == Taken(accepted=("a/brief.json",))
    assert not desk.inbox.exists("a/brief.json" + NOTE_SUFFIX)


def test_what_is_no_brief_at_all_is_refused_with_a_note(desk: Desk) -> None:
    desk.inbox.put("a/brief.yaml", b"\xff\xfe not text: [")

    assert desk.look() == Taken(refused=("a/brief.yaml",))
    assert desk.note("a/brief.yaml")
    assert desk.look() == Taken()


def test_a_missing_logo_is_named_and_the_brief_accepted_when_it_appears(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief, logo=None)

    assert desk.look() == Taken(refused=("a/brief.json",))
    assert "logo.svg" in desk.note("a/brief.json")
    assert desk.look() == Taken()

    desk.inbox.put("a/logo.svg", LOGO)
    assert desk.look() == Taken(accepted=("a/brief.json",))


def test_a_replaced_logo_changes_all_variants_and_a_description_its_products_alone(
    desk: Desk, brief: dict[str, Any]
) -> None:
    brief["products"].append({**TEA, "messages": {"en-US": {"headline": "Tea."}}})
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.waiting()

    desk.drop("a/brief.json", brief, logo=RED_LOGO)
    assert desk.look() == Taken(accepted=("a/brief.json",))
    assert desk.waiting() == [COLD_BREW_KEY, TEA_KEY]

    brief["products"][1]["description"] = "Black tea."
    desk.drop("a/brief.json", brief, logo=RED_LOGO)
    desk.look()
    assert desk.waiting() == [TEA_KEY]


def test_a_brief_that_says_the_same_in_other_bytes_launches_nothing(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.waiting()

    desk.inbox.put("a/brief.json", json.dumps(brief, indent=4).encode())

    assert desk.look() == Taken(accepted=("a/brief.json",))
    assert desk.waiting() == []


def test_a_wrong_change_leaves_the_accepted_version_in_force(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.inbox.put("a/brief.json", b"{")

    assert desk.look() == Taken(refused=("a/brief.json",))
    assert desk.active() == [COLD_BREW_KEY]
    (job,), _ = load_jobs([COLD_BREW_KEY], desk.store, desk.records)
    assert job.variant.product_name == "Cold Brew"


def test_a_removed_product_is_retired_and_comes_back_with_its_brief(
    desk: Desk, brief: dict[str, Any]
) -> None:
    both = deepcopy(brief)
    both["products"].append(TEA)
    desk.drop("a/brief.json", both)
    desk.look()
    desk.waiting()

    desk.drop("a/brief.json", brief)
    desk.look()
    assert (desk.active(), desk.waiting()) == ([COLD_BREW_KEY], [TEA_KEY])

    desk.drop("a/brief.json", both)
    desk.look()
    assert (desk.active(), desk.waiting()) == ([COLD_BREW_KEY, TEA_KEY], [TEA_KEY])


def test_a_removed_brief_retires_its_variants(desk: Desk, brief: dict[str, Any]) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.inbox.delete("a/brief.json")

    assert desk.look() == Taken(gone=("a/brief.json",))
    assert desk.active() == []
    assert desk.look() == Taken()


@pytest.mark.parametrize("there", ["0/brief.json", "z/brief.json"])
def test_a_brief_that_moved_keeps_its_variants(
    desk: Desk, brief: dict[str, Any], there: str
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.waiting()
    desk.inbox.delete("a/brief.json")
    desk.drop(there, brief)

    assert desk.look() == Taken(accepted=(there,), gone=("a/brief.json",))
    assert (desk.active(), desk.waiting()) == ([COLD_BREW_KEY], [])


def test_a_brief_with_another_campaign_id_retires_the_old_campaign(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.drop("a/brief.json", brief | {"campaign_id": "autumn"})
    desk.look()

    assert (desk.active("summer"), desk.active("autumn")) == ([], ["autumn/en-US/cold-brew"])


def test_a_campaign_of_another_brief_is_a_problem_that_names_its_owner(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.drop("b/brief.json", brief)

    assert desk.look() == Taken(refused=("b/brief.json",))
    assert "a/brief.json" in desk.note("b/brief.json")
    assert desk.look() == Taken()


@pytest.mark.parametrize("other", ["0/brief.json", "b/brief.json"])
def test_a_campaign_that_its_owner_gives_up_goes_to_the_brief_that_waits_for_it(
    desk: Desk, brief: dict[str, Any], other: str
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.drop(other, brief)
    desk.look()

    desk.drop("a/brief.json", brief | {"campaign_id": "autumn"})
    desk.look()
    desk.look()

    assert desk.records.briefs.owner_of("summer") == other
    assert desk.active("summer") == [COLD_BREW_KEY]


def test_a_campaign_whose_owner_is_removed_goes_to_the_brief_that_waits_for_it(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.drop("b/brief.json", brief)
    desk.look()

    desk.inbox.delete("a/brief.json")
    desk.look()

    assert desk.records.briefs.owner_of("summer") == "b/brief.json"
    assert desk.active() == [COLD_BREW_KEY]


def test_one_look_takes_no_more_briefs_than_it_may(desk: Desk, brief: dict[str, Any]) -> None:
    for name in ("a", "b", "c"):
        desk.drop(f"{name}/brief.json", brief | {"campaign_id": f"campaign-{name}"})

    assert desk.look(most=2) == Taken(accepted=("a/brief.json", "b/brief.json"), left=1)
    assert desk.look(most=2) == Taken(accepted=("c/brief.json",))


def test_a_look_without_time_leaves_all_briefs_for_the_next(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)

    assert desk.look(budget_s=-1) == Taken(left=1)
    assert desk.look() == Taken(accepted=("a/brief.json",))


def test_an_inbox_that_cannot_be_listed_is_not_taken_for_an_empty_one(
    desk: Desk, brief: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    desk.inbox = open_store("s3://nobody/inbox")

    with pytest.raises(CreativeAssetsError, match="nobody"):
        desk.look()

    assert desk.active() == [COLD_BREW_KEY]


def test_an_inbox_that_is_not_the_one_that_was_read_retires_nothing(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    for path in desk.inbox.find():
        desk.inbox.delete(path)

    with pytest.raises(MissingInputError, match=f"its file {MARKER} is missing"):
        desk.look()
    assert desk.active() == [COLD_BREW_KEY]


def test_the_last_brief_that_is_taken_away_is_retired_too(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    for path in desk.inbox.find("a"):
        desk.inbox.delete(path)

    assert desk.look() == Taken(gone=("a/brief.json",))
    assert desk.active() == []


def test_a_fresh_inbox_holds_nothing_and_that_is_fine(desk: Desk) -> None:
    assert desk.look() == Taken()


def test_one_brief_is_accepted_at_once_or_raises_all_its_problems(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.inbox.put("b/brief.json", b"{}")

    accept_at("a/brief.json", desk.inbox, desk.store, desk.records)
    with pytest.raises(BriefError) as raised:
        accept_at("b/brief.json", desk.inbox, desk.store, desk.records)

    assert desk.active() == [COLD_BREW_KEY]
    missing = {problem.field for problem in raised.value.problems}
    assert set(brief_schema()["required"]) <= missing


def test_a_variant_that_no_brief_names_fails_with_what_to_do(
    desk: Desk, brief: dict[str, Any]
) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()

    jobs, (failure,) = load_jobs([COLD_BREW_KEY, TEA_KEY], desk.store, desk.records)

    assert [job.variant.key for job in jobs] == [COLD_BREW_KEY]
    assert failure.variant_key == TEA_KEY
    assert isinstance(failure.error, MissingInputError)
    assert "Submit its brief" in str(failure.error)


def test_jobs_carry_the_takes_that_people_asked_for(desk: Desk, brief: dict[str, Any]) -> None:
    desk.drop("a/brief.json", brief)
    desk.look()
    desk.records.takes.ask_new([COLD_BREW_KEY], AD_COPY, "ann")

    (job,), _ = load_jobs([COLD_BREW_KEY], desk.store, desk.records)

    assert job.takes == {AD_COPY: 2, BASE_IMAGES: 1}


def test_a_brief_beside_which_no_note_can_be_written_stops_no_other(
    tmp_path: Path, store: Store, records: Records, brief: dict[str, Any]
) -> None:
    desk = Desk(open_store(str(tmp_path / "inbox")), store, records)
    desk.drop("b/brief.json", brief)
    longest = f"{'a' * 245}.json"  # with .problems.md it is longer than a file's name may be
    (tmp_path / "inbox" / longest).write_text("{}")

    taken = desk.look()

    assert taken.accepted == ("b/brief.json",)
    assert len(taken.unusable) == 1
    assert taken.unusable[0].startswith(longest)
    assert desk.active() == [COLD_BREW_KEY]
