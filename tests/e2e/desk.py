"""The review desk of a deployment, served as an operator serves it, and a browser's way around it.

What is claimed of the desk is in the tests.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.harness import STOP_S, Deployment, free_port

_SERIOUS = {"serious", "critical"}


@contextmanager
def desk_of(place: Deployment) -> Iterator[str]:
    """Serve the desk until the block ends; the link that it prints, which signs in once."""
    port = free_port()
    environment = {
        **place.environment,
        "CREATIVE_ASSETS_DESK_URL": f"http://127.0.0.1:{port}",
        "CREATIVE_ASSETS_DAGSTER_URL": place.url,
    }
    printed = place.root / "desk.log"
    with printed.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "creative_assets", "desk", "--port", str(port)],
            cwd=place.root,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            place.wait_for(lambda: _links_in(printed.read_text()), "the desk's link")
            yield _links_in(printed.read_text())[0]
        finally:
            server.terminate()
            server.wait(STOP_S)


def serious_faults(page: Page) -> list[str]:
    """What axe finds on a page, in light and in dark, that keeps somebody from using it."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in _SERIOUS:
                places = [node["html"][:120] for node in violation["nodes"][:3]]
                found.append(f"{page.url} in {scheme}: {violation['id']} {places}")
    page.emulate_media(color_scheme="light")
    return found


def _links_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if "/sign-in?link=" in line]
