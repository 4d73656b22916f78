"""The sensor `notices`: each address is told once, by campaign, and never twice."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from creative_assets.definitions import defs
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.notices import notices
from creative_assets.settings import Settings
from creative_assets.studio.decision_log import FINALS, ShownFinals
from creative_assets.studio.errors import ServerFaultError
from creative_assets.studio.notices.news import QUIET_S
from creative_assets.studio.produce import Job
from creative_assets.studio.records.briefs import BRIEFS
from creative_assets.studio.store import StoredFile, open_store
from creative_assets.studio.taking import take_in
from tests.sensors.conftest import PATH, Mailbox

Accept = Callable[[dict[str, Any]], list[Job]]

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def subscribed(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("CREATIVE_ASSETS_NOTICE_URLS", json.dumps([mailbox.address]))
    return mailbox


@pytest.fixture
def _ready(accepted: Accept, brief: dict[str, Any], archive: Archive) -> None:
    """Three variants whose finals have been ready for a while."""
    products = [
        {"id": name, "name": name, "description": f"{name}, brewed slowly."}
        for name in ("roast", "tea", "tonic")
    ]
    for job in accepted(brief | {"products": products}):
        sha256 = hashlib.sha256(job.variant.key.encode()).hexdigest()
        file = StoredFile(path="1x1.jpg", size_bytes=1, sha256=sha256)
        archive.decisions.show(ShownFinals(job.variant.key, "v1", {"1x1": file}, {}))
    with archive.records.database.writing() as connection:
        connection.execute(FINALS.update().values(shown_at=time.time() - QUIET_S))


def tick(instance: dg.DagsterInstance) -> str | None:
    context = dg.build_sensor_context(
        instance=instance, definitions=defs(), resources={"studio": StudioResource()}
    )
    result = notices(context)
    assert isinstance(result, dg.SkipReason)
    return result.skip_message


def test_without_an_address_nothing_is_looked_for(instance: dg.DagsterInstance) -> None:
    assert tick(instance) == "No address for notices is set."


@pytest.mark.usefixtures("_ready")
def test_a_campaigns_variants_make_one_notice_and_a_restart_tells_none_again(
    instance: dg.DagsterInstance, subscribed: Mailbox
) -> None:
    first, second = tick(instance), tick(instance)

    assert (first, second) == ("Sent 1 notices.", "Nothing new to tell.")
    (letter,) = subscribed.letters
    assert letter["title"] == "summer: 3 variants ready for review"
    assert "summer/en-US/tea" in letter["message"]
    assert letter["message"].endswith("http://127.0.0.1:3001/campaigns/summer")


@pytest.mark.usefixtures("_ready")
def test_what_an_address_does_not_take_fails_the_tick_and_is_told_with_the_next(
    instance: dg.DagsterInstance, subscribed: Mailbox
) -> None:
    subscribed.is_open = False
    with pytest.raises(ServerFaultError, match=r"^json://… did not take") as caught:
        tick(instance)
    subscribed.is_open = True
    tick(instance)

    assert PATH not in str(caught.value)
    assert len(subscribed.letters) == 1


@pytest.mark.usefixtures("_ready")
def test_an_address_that_is_out_of_order_keeps_no_other_waiting(
    instance: dg.DagsterInstance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = "json://127.0.0.1:9/nobody"
    monkeypatch.setenv("CREATIVE_ASSETS_NOTICE_URLS", json.dumps([closed, mailbox.address]))

    with pytest.raises(ServerFaultError):
        tick(instance)

    assert len(mailbox.letters) == 1


def test_the_contact_of_a_refused_brief_is_told(
    instance: dg.DagsterInstance,
    settings: Settings,
    archive: Archive,
    brief: dict[str, Any],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_NOTICE_CONTACT_URL", mailbox.address + "?:to={contact}")
    inbox = open_store(settings.inbox_url)
    wrong = brief | {"products": [], "contact": "ann@example.com"}
    inbox.put("summer/brief.json", json.dumps(wrong).encode())
    inbox.put("winter/brief.json", json.dumps(wrong | {"contact": "ann,bo@x"}).encode())
    take_in(inbox, archive.store, archive.records, most=9, budget_s=9)
    with archive.records.database.writing() as connection:
        connection.execute(BRIEFS.update().values(checked_at=time.time() - QUIET_S))

    tick(instance)

    (letter,) = mailbox.letters
    assert letter["title"] == "The brief summer/brief.json was refused"
    assert "products" in letter["message"]
    assert letter["to"] == "ann@example.com"
