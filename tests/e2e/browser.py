"""A browser for the tests, and what a person does in Dagster's UI with it.

What is claimed of the UI is in the tests.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

from tests.e2e.harness import Deployment

_VIEWPORT = ViewportSize(width=1600, height=1200)
_PATIENCE_MS = 90_000
# Quiet, and at home in a container; what is not here, Playwright does by itself.
_ARGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync")


def browser_path() -> str | None:
    """The machine's Chromium or Chrome; None where it has neither."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browsing() -> Iterator[Browser]:
    """The machine's browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=_ARGS)
        yield browser
        browser.close()


def open_page(browser: Browser) -> Page:
    """A page with patience for a machine that is busy with everything else."""
    page = browser.new_page(viewport=_VIEWPORT)
    page.set_default_timeout(_PATIENCE_MS)
    return page


def open_partition(page: Page, place: Deployment, asset: str, variant: str) -> None:
    """Go to where an asset's newest materialization of a variant is shown."""
    page.goto(f"{place.url}/assets/{asset}?view=partitions&partition={quote(variant, safe='')}")


def metadata_row(page: Page, name: str) -> Locator:
    """The row of that name in the table of metadata."""
    return page.get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def picture_width_px(picture: Locator) -> int:
    """The width of a picture that is really drawn; fails where it cannot be."""
    width_px: int = picture.evaluate("async img => { await img.decode(); return img.naturalWidth }")
    return width_px


def launch_backfill(page: Page, *, typed: str, variants: int, config: str) -> str:
    """Launch what the page shows for what the picker finds for `typed`; returns the backfill's id.

    Args:
        page: It shows an asset, or a group of them.
        typed: A part of the variants' keys.
        variants: How many the picker is to offer for it.
        config: Run config for all of its runs.
    """
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Select a partition or create one").click()
    page.keyboard.type(typed)
    page.get_by_text(f"Select all ({variants})", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_text("Config", exact=True).click()
    page.get_by_role("button", name="Add config").click()
    editor = page.get_by_role("dialog").filter(has_text="Config Editor")
    editor.locator(".CodeMirror").click()
    page.keyboard.insert_text(config)
    editor.get_by_role("button", name="Save config").click()
    page.get_by_role("button", name="Launch backfill").click()
    page.get_by_role("link", name="View", exact=True).click()
    page.wait_for_url("**/runs/b/*")
    return page.url.rpartition("/")[2]


def open_approvals(page: Page, place: Deployment) -> None:
    """Go to where the check `approved` is shown partition by partition."""
    page.goto(f"{place.url}/assets/final_creatives?view=checks&checkDetail=approved")
    page.get_by_text("Execution history").wait_for()
    page.get_by_text("Partitions", exact=True).last.click()


def execute_all_checks(page: Page, place: Deployment) -> str:
    """Execute all checks of the finals, by the button for it; returns the run's id."""
    page.goto(f"{place.url}/assets/final_creatives?view=checks")
    page.get_by_role("button", name="Execute all").click()
    page.get_by_role("link", name="View", exact=True).click()
    page.wait_for_url("**/runs/*")
    return page.url.rpartition("/")[2]
