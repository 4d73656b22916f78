"""What an analyst sees and does in Dagster's UI, in a browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.browser import (
    browsing,
    execute_all_checks,
    launch_backfill,
    metadata_row,
    open_approvals,
    open_page,
    open_partition,
    picture_width_px,
)
from tests.e2e.harness import Deployment
from tests.e2e.questions import (
    approvals,
    brief,
    drop,
    published,
    repository_address,
    variants,
    wait_for_backfill,
    wait_for_run,
    wait_for_runs,
)

pytestmark = pytest.mark.xdist_group("ui")

HEADLINE = "Summer, steeped slow."
SPRING = brief("spring-2027", ["en-US", "de-DE"], ["roast"]) | {
    "messages": {"en-US": {"headline": HEADLINE}}
}
AUTUMN = brief("autumn-2027", ["en-US"], ["tea"])
ENGLISH = "spring-2027/en-US/spring-2027-roast"
PICTURE = re.compile(r"^data:image/webp;base64,")
WINTER = brief("winter-2027", ["en-US"], ["roast", "tea", "tonic"])
APPROVED = frozenset(key for key in variants(WINTER) if "winter-2027-t" in key)
NEW_TAKE = "{ops: {creative_stages: {config: {new_take: true}}}}"
APPROVE = "{ops: {reviews: {config: {decision: approve, name: Ann, note: Checked with legal.}}}}"


@pytest.fixture(scope="module")
def place(deploy: Callable[[Behaviour], Deployment]) -> Deployment:
    """Three campaigns that are made."""
    place = deploy(Behaviour())
    for document in (SPRING, AUTUMN, WINTER):
        drop(place, document)
    for document in (SPRING, AUTUMN, WINTER):
        wait_for_runs(place, document["campaign_id"], 1)
    return place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page; when its test fails, a screenshot of it is kept in `tmp_path`."""
    del tmp_path  # the failure's report asks for it
    page = open_page(browser)
    yield page
    page.close()


def test_finals_are_seen_small_in_their_table_and_larger_in_a_dialog(
    page: Page, place: Deployment
) -> None:
    open_partition(page, place, "final_creatives", ENGLISH)

    small = metadata_row(page, "preview").get_by_role("img", name="preview")
    expect(small).to_be_visible()
    expect(small).to_have_attribute("src", PICTURE)
    metadata_row(page, "preview_large").get_by_text("[Show Markdown]").click()
    large = page.get_by_role("dialog").get_by_role("img", name="preview")
    expect(large).to_be_visible()

    assert 20 < picture_width_px(small) < 200
    assert picture_width_px(large) > 200


def test_the_headline_that_a_brief_approves_is_read_in_the_copys_table(
    page: Page, place: Deployment
) -> None:
    open_partition(page, place, "ad_copy", ENGLISH)

    expect(metadata_row(page, "headline").first).to_contain_text(HEADLINE)


def test_a_campaigns_name_typed_in_the_launch_dialog_buys_a_new_take_of_its_variants_alone(
    page: Page, place: Deployment
) -> None:
    open_partition(page, place, "final_creatives", ENGLISH)
    preview = metadata_row(page, "preview").get_by_role("img", name="preview")
    first_take = str(preview.get_attribute("src"))
    pictures = len(place.asked("image"))

    stages = f"locations/{repository_address(place)}/asset-groups/creatives"
    page.goto(f"{place.url}/{stages}")
    backfill = launch_backfill(
        page, typed="spring-2027", variants=len(variants(SPRING)), config=NEW_TAKE
    )

    assert wait_for_backfill(place, backfill) == "COMPLETED_SUCCESS"
    bought = place.asked("image")[pictures:]
    assert len(bought) == len(variants(SPRING))
    assert all("Spring-2027" in call.summary for call in bought)
    open_partition(page, place, "final_creatives", ENGLISH)
    expect(preview).to_have_attribute("src", PICTURE)
    assert preview.get_attribute("src") != first_take


@pytest.fixture(scope="module")
def _decided(browser: Browser, place: Deployment) -> None:
    """Two of the winter's three variants are approved by one launch in the UI."""
    page = open_page(browser)
    page.goto(f"{place.url}/assets/reviews")
    backfill = launch_backfill(page, typed="winter-2027-t", variants=len(APPROVED), config=APPROVE)
    page.close()
    assert wait_for_backfill(place, backfill) == "COMPLETED_SUCCESS"


@pytest.mark.usefixtures("_decided")
def test_what_an_analyst_approves_in_the_launch_dialog_is_green_and_nothing_else(
    page: Page, place: Deployment
) -> None:
    open_approvals(page, place)

    expect(page.get_by_text(f"Passed ({len(APPROVED)})", exact=True)).to_be_visible()
    expect(page.get_by_text("Failed (4)", exact=True)).to_be_visible()
    assert approvals(place)["succeeded"] == APPROVED


@pytest.mark.usefixtures("_decided")
def test_the_decision_is_read_where_it_was_made_with_the_name_that_was_typed(
    page: Page, place: Deployment
) -> None:
    open_partition(page, place, "reviews", min(APPROVED))

    expect(metadata_row(page, "note").first).to_contain_text("Checked with legal.")
    expect(metadata_row(page, "decided_by").first).to_contain_text("Ann")
    expect(metadata_row(page, "verified").first).to_contain_text("false", ignore_case=True)


@pytest.mark.usefixtures("_decided")
def test_what_was_approved_is_published_and_its_files_are_seen(
    page: Page, place: Deployment
) -> None:
    place.wait_for(lambda: published(place) >= APPROVED, "the approved variants to be published")
    open_partition(page, place, "published_creatives", min(APPROVED))

    expect(metadata_row(page, "files").first).to_contain_text("1x1.jpg")
    assert published(place) == APPROVED


@pytest.mark.usefixtures("_decided")
def test_the_button_that_executes_checks_leaves_approvals_as_they_are(
    page: Page, place: Deployment
) -> None:
    before = approvals(place)

    run_id = execute_all_checks(page, place)

    assert wait_for_run(place, run_id).status == "SUCCESS"
    assert approvals(place) == before
    assert before["succeeded"] == APPROVED
