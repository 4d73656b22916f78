"""What the pages do by script: they wait before they decide, and keep what was typed."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, FilePayload, Page, ViewportSize, expect

from creative_assets.desk.app import create_app
from creative_assets.desk.desk import Desk
from creative_assets.desk.serve import server_of
from creative_assets.studio.produce import Job
from tests.conftest import LOGO, product
from tests.desk.finished import finish
from tests.desk.test_submit import FILLED
from tests.desk.visitors import DOOR, token_for
from tests.e2e.browser import browsing, open_page

GERMAN, ENGLISH = "summer/de-DE/roast", "summer/en-US/roast"
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where the desk is served."""
    server = server_of(create_app(desk, DOOR), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    """A page of Ann's, on a phone."""
    _, text = token_for(desk, "review", "submit")
    with browsing() as browser:
        page = open_page(browser)
        page.set_viewport_size(PHONE)
        page.set_extra_http_headers({"Authorization": f"Bearer {text}"})
        yield page
        page.close()


def test_a_tap_too_many_decides_nothing_on_the_page_that_comes_next(
    desk: Desk,
    page: Page,
    address: str,
    brief: dict[str, Any],
    accepted: Callable[[dict[str, Any]], list[Job]],
) -> None:
    brief |= {"products": [product("roast", "Roast")], "target_locales": ["de-DE", "en-US"]}
    accepted(brief)
    for key in (GERMAN, ENGLISH):
        finish(desk, key)
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.goto(f"{address}/variants/{GERMAN}")
    approve = page.locator("#approve button")

    approve.click(force=True)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(approve).to_have_attribute("aria-disabled", "true")
    early = desk.archive.decisions.decisions_on([GERMAN])
    page.clock.run_for(1_000)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{ENGLISH}")
    page.keyboard.press("a")
    page.keyboard.press("Enter")

    expect(page.locator("#approve button")).to_have_attribute("aria-disabled", "true")
    assert not early.get(GERMAN)
    assert list(desk.archive.decisions.decisions_on([GERMAN, ENGLISH])) == [GERMAN]


def test_leaving_a_form_in_which_something_was_typed_is_asked_about(
    page: Page, address: str
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{address}/submit")
    page.get_by_label("Short name").fill("spring")
    page.get_by_role("link", name="Campaigns").click(no_wait_after=True)

    expect(page.get_by_label("Short name")).to_have_value("spring")
    assert asked == ["beforeunload"]
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())


def test_an_estimate_turns_old_with_the_form_and_submitting_asks_nothing(
    page: Page, address: str
) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(f"{address}/submit")
    for name, text in FILLED.items():
        if isinstance(text, str) and name != "output.layout":
            page.locator(f"[name='{name}']").fill(text)
    page.get_by_label("English (United States)").check()
    logo = FilePayload(name="logo.svg", mimeType="image/svg+xml", buffer=LOGO)
    page.locator("[name='brand.logo']").set_input_files(logo)
    page.get_by_role("button", name="Check, and estimate").click()
    submit, old = page.get_by_role("button", name="Submit"), page.locator(".old")
    expect(page.locator("#estimate")).to_be_visible()
    expect(old).to_be_hidden()

    page.locator("[name='brand.tone']").fill("plain")
    expect(old).to_be_visible()
    submit.click()
    expect(page.locator("#estimate")).to_contain_text("The form was changed since its estimate.")
    expect(old).to_be_hidden()
    submit.click()

    page.wait_for_url("**/submitted/summer")
    assert asked == []
