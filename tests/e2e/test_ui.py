"""What an analyst sees and does in Dagster's UI, in a browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.browser import (
    browsing,
    launch_backfill,
    metadata_row,
    open_page,
    open_partition,
    picture_width_px,
)
from tests.e2e.harness import Deployment
from tests.e2e.questions import brief, drop, variants, wait_for_backfill, wait_for_runs

pytestmark = pytest.mark.xdist_group("ui")

HEADLINE = "Summer, steeped slow."
SPRING = brief("spring-2027", ["en-US", "de-DE"], ["roast"]) | {
    "messages": {"en-US": {"headline": HEADLINE}}
}
AUTUMN = brief("autumn-2027", ["en-US"], ["tea"])
ENGLISH = "spring-2027/en-US/spring-2027-roast"
PICTURE = re.compile(r"^data:image/webp;base64,")
NEW_TAKE = "{ops: {creative_stages: {config: {new_take: true}}}}"


@pytest.fixture(scope="module")
def place(deploy: Callable[[Behaviour], Deployment]) -> Deployment:
    """Two campaigns that are made."""
    place = deploy(Behaviour())
    for document in (SPRING, AUTUMN):
        drop(place, document)
    for document in (SPRING, AUTUMN):
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

    backfill = launch_backfill(
        page, place, typed="spring-2027", variants=len(variants(SPRING)), config=NEW_TAKE
    )

    assert wait_for_backfill(place, backfill) == "COMPLETED_SUCCESS"
    bought = place.asked("image")[pictures:]
    assert len(bought) == len(variants(SPRING))
    assert all("Spring-2027" in call.summary for call in bought)
    open_partition(page, place, "final_creatives", ENGLISH)
    expect(preview).to_have_attribute("src", PICTURE)
    assert preview.get_attribute("src") != first_take
