"""A campaign from the form to its published files, by people in a browser, on the desk alone."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.browser import browsing, metadata_row, open_page, picture_width_px
from tests.e2e.desk import desk_of, serious_faults
from tests.e2e.harness import STEP_S, Deployment
from tests.e2e.questions import LOGO, approvals

pytestmark = pytest.mark.xdist_group("ui")

STEP_MS = 1_000 * STEP_S
PHONE = ViewportSize(width=390, height=844)
GERMAN = "/variants/harvest-2027/de-DE/dark-roast"
ENGLISH = "/variants/harvest-2027/en-US/dark-roast"


@pytest.fixture(scope="module")
def place(deploy: Callable[[Behaviour], Deployment]) -> Deployment:
    return deploy(Behaviour(vary=True))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def signed_in(browser: Browser, place: Deployment) -> Iterator[Page]:
    """A page on the desk, signed in by the link."""
    with desk_of(place) as link:
        page = open_page(browser)
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
        yield page
        page.close()


@pytest.fixture
def page(signed_in: Page, tmp_path: Path) -> Page:
    """The page; when its test fails, a screenshot of it is kept in `tmp_path`."""
    del tmp_path  # the failure's report asks for it
    return signed_in


def test_a_campaign_goes_from_the_form_to_published_files_on_the_desk_alone(
    page: Page, place: Deployment
) -> None:
    faults = _submit(page, place)
    expect(page.locator("#progress")).to_contain_text("2 to review", timeout=STEP_MS)
    expect(page.locator(".thumb img")).to_have_count(2, timeout=STEP_MS)
    faults += serious_faults(page)

    page.get_by_role("link", name="German (Germany)", exact=True).click()
    assert picture_width_px(page.locator(".canvas img").first) == 1080
    faults += serious_faults(page)
    before = page.locator(".copy").inner_text()
    assert "Enthält Koffein." in before
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("c")
    page.get_by_label("Copy written anew").check()
    page.get_by_role("textbox", name="Note").fill("Say more about the roast.")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("status")).to_have_text(
        "Changes requested: Dark Roast, German (Germany)."
    )

    page.goto(page.url.partition("/variants")[0] + GERMAN)
    page.get_by_role("link", name="Look at the new finals").or_(
        page.get_by_role("link", name="Compare before and after")
    ).first.click()
    if "/rounds/" not in page.url:
        assert page.locator(".copy").inner_text() != before
        page.get_by_role("link", name="Compare before and after").click()
    expect(page.get_by_role("heading", name="Round 1: copy")).to_be_visible(timeout=STEP_MS)
    expect(page.locator("main")).to_contain_text("None of")
    shown = [picture_width_px(each) for each in page.locator(".pair img").all()]
    assert shown == [1080, 1080]
    faults += serious_faults(page)

    page.get_by_role("link", name="harvest-2027").click()
    page.get_by_role("link", name="Approve all that pass").click()
    faults += serious_faults(page)
    expect(page.get_by_text("2 of 2 ticked.")).to_be_visible()
    page.get_by_role("button", name="Approve what is ticked").click()
    expect(page.get_by_role("status")).to_have_text("2 approved.")
    expect(page.locator("#progress")).to_contain_text("2 published", timeout=STEP_MS)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download what is published").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        assert len([name for name in packed.namelist() if name.endswith(".jpg")]) == 2

    page.goto(f"{page.url.partition('/campaigns')[0]}/inbox")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(page.locator(".problem")).to_have_count(0)  # the daemon is heard of

    manifests = list((place.root / "published").rglob("manifest.json"))
    assert len(manifests) == 2
    for path in manifests:
        decisions = json.loads(path.read_text())["decisions"]
        assert decisions[-1]["decided_through"] == "desk"
        assert decisions[-1]["verified"]
    assert faults == []


@pytest.mark.usefixtures("place")
def test_on_a_phone_nothing_leads_sideways_or_out_of_reach(page: Page) -> None:
    page.set_viewport_size(PHONE)
    faults = []
    for path in ("/", "/inbox", "/campaigns/harvest-2027", GERMAN, f"{GERMAN}/rounds/1", "/submit"):
        page.goto(re.sub(r"(https?://[^/]+).*", r"\1", page.url) + path)
        faults += serious_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    assert faults == []


def test_keys_lead_from_variant_to_variant_and_what_is_drawn_over_stays(page: Page) -> None:
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1", page.url) + GERMAN)
    page.get_by_label("Texts").check()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/variants/harvest-2027/en-US/dark-roast")
    expect(page.get_by_label("Texts")).to_be_checked()
    expect(page.locator(".formats [aria-current]")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**{GERMAN}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("request changes")
    faults = serious_faults(page)
    page.keyboard.press("Escape")
    page.keyboard.press("c")

    expect(page.get_by_label("Copy written anew")).to_be_focused()
    assert faults == []


def test_new_bytes_are_unapproved_at_once_on_the_desk_in_the_api_and_in_dagster(
    page: Page, place: Deployment
) -> None:
    desk = re.sub(r"(https?://[^/]+).*", r"\1", page.url)
    german, english = (path.removeprefix("/variants/") for path in (GERMAN, ENGLISH))
    place.wait_for(
        lambda: approvals(place) == {"succeeded": {german, english}}, "Dagster to know of both"
    )
    page.goto(desk + GERMAN)
    expect(page.locator(".settled")).to_contain_text("Approved by")
    page.keyboard.press("c")
    page.get_by_label("Exact words you type them").check()
    page.get_by_role("textbox", name="Headline").fill("Langsam geröstet.")
    page.get_by_role("button", name="Send the request").click()
    page.goto(desk + GERMAN)
    page.get_by_role("link", name="Look at the new finals").or_(
        page.locator(".copy", has_text="Langsam geröstet.")
    ).first.wait_for(timeout=STEP_MS)
    page.goto(desk + GERMAN)

    expect(page.locator("#state")).to_contain_text("To review")
    pending = page.request.get(f"{desk}/api/v1/variants?standing=pending").json()["items"]
    assert [variant["key"] for variant in pending] == [german]
    place.wait_for(
        lambda: approvals(place) == {"succeeded": {english}, "failed": {german}},
        "Dagster to show that the approval does not stand",
    )
    page.get_by_role("link", name="Lineage in Dagster").click()
    expect(metadata_row(page, "review_desk")).to_contain_text(GERMAN, timeout=STEP_MS)


def _submit(page: Page, place: Deployment) -> list[str]:
    """Submit a campaign by the form; what axe found on the way."""
    logo = Path(place.root) / "our logo.svg"
    logo.write_bytes(LOGO)
    faults = serious_faults(page)
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("button", name="Check, and estimate").click()
    expect(page.get_by_role("alert")).to_contain_text("things are to be put right")
    faults += serious_faults(page)
    for label, text in {
        "Short name": "harvest-2027",
        "How it speaks": "warm",
        "First colour": "#0B3D2E",
        "Where they live": "Nordics",
        "Who they are": "Commuters",
        "What it is, and what makes it good": "Roasted in small drums.",
    }.items():
        page.get_by_label(label).fill(text)
    page.locator("[name='brand.name']").fill("Nordlys")
    page.locator("[name='products[0].name']").fill("Dark Roast")
    page.locator("[name='brand.logo']").set_input_files(logo)
    page.get_by_role("button", name="Add a product").click()
    page.get_by_role("button", name="Remove product 2").click()
    page.get_by_role("button", name="Add texts for one language").click()
    page.locator("[name='messages[0].locale']").fill("de-DE")
    page.locator("[name='messages[0].legal_text']").fill("Enthält Koffein.")
    for label in ("English (United States)", "German (Germany)"):
        page.get_by_label(label).check()
    for label in ("4:5", "9:16", "16:9"):
        page.get_by_label(label).uncheck()
    page.get_by_role("button", name="Check, and estimate").click()
    expect(page.locator("#estimate")).to_contain_text("2 variants, 2 pictures to make.")
    page.get_by_role("button", name="Submit the campaign").click()
    page.wait_for_url("**/campaigns/harvest-2027")
    return faults
