"""Campaigns at the desk: briefs to submit, and variants with finals that no run had to make."""

import base64
import hashlib
import json
from typing import Any

from creative_assets.desk.desk import Desk
from creative_assets.studio.acceptance import accept_at
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.store import StoredFile
from tests.conftest import LOGO

Files = list[tuple[str, tuple[str, bytes]]]


def form(brief: dict[str, Any], logo: bytes = LOGO, name: str = "brief.json") -> Files:
    """The brief and its logo as the parts of a form."""
    content = json.dumps(brief).encode()
    return [("brief", (name, content)), ("files", (brief["brand"]["logo"], logo))]


def document(brief: dict[str, Any], logo: bytes = LOGO) -> dict[str, Any]:
    """The same as one JSON document."""
    return {
        "brief": brief,
        "files": {brief["brand"]["logo"]: base64.b64encode(logo).decode()},
    }


def accepted(desk: Desk, brief: dict[str, Any]) -> list[str]:
    """Take a brief in, as the sensor does; the keys of its variants."""
    campaign_id = brief["campaign_id"]
    desk.inbox.put(f"{campaign_id}/logo.svg", LOGO)
    desk.inbox.put(f"{campaign_id}/brief.json", json.dumps(brief).encode())
    archive = desk.archive
    accept_at(f"{campaign_id}/brief.json", desk.inbox, archive.store, archive.records)
    return [row.key for row in archive.records.variants.of_campaign(campaign_id) if row.active]


def shown(desk: Desk, key: str, content: bytes = b"square", failed: tuple[str, ...] = ()) -> str:
    """Let people decide on finals of the variant; their SHA-256."""
    file = StoredFile(
        path=f"campaigns/{key}/1x1.jpg",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    finals = ShownFinals(key, "v1", {"1x1": file}, {"final_creatives": "v1"}, failed)
    desk.archive.decisions.show(finals)
    return finals.sha256
