"""What is news: for whom it is ready, decided, published or refused, and when it is ripe."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.studio.decision_log import ShownFinals, Verdict
from creative_assets.studio.notices.news import PATIENCE_S, QUIET_S, News, news_since, ripe
from creative_assets.studio.produce import Job
from creative_assets.studio.publish import Publication
from creative_assets.studio.review import decide, look, opinion_of, reviewer_of
from creative_assets.studio.store import StoredFile, open_store
from creative_assets.studio.taking import take_in

Accept = Callable[[dict[str, Any]], list[Job]]

ROAST, TEA = "summer/en-US/roast", "summer/en-US/tea"
ANN = reviewer_of("Ann", "cli", verified=True)


@pytest.fixture(autouse=True)
def _variants(accepted: Accept, brief: dict[str, Any]) -> None:
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea")
    ]
    accepted(brief | {"products": products})


def show(archive: Archive, key: str, content: bytes = b"pixels") -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    file = StoredFile(path=f"{key}/1x1.jpg", size_bytes=len(content), sha256=sha256)
    archive.decisions.show(ShownFinals(key, "v1", {"1x1": file}, {}))


def decided(archive: Archive, key: str, verdict: Verdict, note: str = "") -> None:
    opinion = opinion_of(verdict, note, scope=None if verdict == "approve" else "copy")
    decide(look([key], archive.decisions)[key], opinion, ANN, f"{key}-{verdict}", archive.decisions)


def told(archive: Archive, since: float = 0.0) -> list[tuple[str, str]]:
    return [(each.kind, each.line) for each in news_since(since, archive.records)]


def news(number: int, happened_at: float, about: str = "summer") -> News:
    return News("ready", f"subject {number}", about, f"line {number}", happened_at)


def test_finals_that_nobody_has_decided_on_are_ready(archive: Archive) -> None:
    show(archive, ROAST)

    assert told(archive) == [("ready", ROAST)]


def test_a_decision_is_told_with_who_and_why_in_place_of_being_ready(archive: Archive) -> None:
    show(archive, ROAST)
    show(archive, TEA)

    decided(archive, ROAST, "approve")
    decided(archive, TEA, "request_changes", "Warmer.")

    assert told(archive) == [
        ("approved", f"{ROAST}, by Ann"),
        ("changes_requested", f"{TEA}, by Ann: Warmer."),
    ]


def test_what_a_change_request_has_made_anew_is_ready_again(archive: Archive) -> None:
    show(archive, TEA)
    decided(archive, TEA, "request_changes", "Warmer.")

    show(archive, TEA, b"warmer pixels")

    assert ("ready", TEA) in told(archive)


def test_what_was_published_is_told_and_what_could_not_be_is_not(archive: Archive) -> None:
    archive.publications.keep(Publication(ROAST, "sha", "decision", "a/manifest.json", None))
    archive.publications.keep(Publication(TEA, "sha", "decision", None, "No."))

    assert told(archive) == [("published", ROAST)]


def test_a_refused_brief_is_told_with_all_its_problems(
    settings: Settings, archive: Archive, brief: dict[str, Any]
) -> None:
    inbox = open_store(settings.inbox_url)
    wrong = brief | {"target_locales": ["xx-nowhere"], "products": []}
    inbox.put("winter/brief.json", json.dumps(wrong).encode())
    take_in(inbox, archive.store, archive.records, most=9, budget_s=9)

    (found,) = news_since(0.0, archive.records)

    assert (found.kind, found.about) == ("rejected", "winter/brief.json")
    assert "target_locales[0]" in found.line
    assert "products" in found.line


def test_variants_that_no_brief_names_any_more_are_no_news(archive: Archive) -> None:
    show(archive, ROAST)

    archive.records.variants.retire([ROAST])

    assert told(archive) == []


def test_what_happened_before_is_not_asked_for(archive: Archive) -> None:
    show(archive, ROAST)

    assert told(archive, since=time.time() + 1) == []


def test_a_campaigns_news_waits_until_it_is_quiet() -> None:
    found = [news(1, 0.0), news(2, 50.0)]

    assert ripe(found, now=50.0 + QUIET_S - 1) == []
    assert ripe(found, now=50.0 + QUIET_S) == [tuple(found)]


def test_news_that_never_ends_is_told_after_a_while_all_the_same() -> None:
    found = [news(number, number * 10.0) for number in range(int(PATIENCE_S // 10) + 1)]

    assert ripe(found, now=PATIENCE_S) == [tuple(found)]


def test_campaigns_are_told_of_apart() -> None:
    summer, winter = news(1, 0.0, "summer"), news(2, 0.0, "winter")

    assert ripe([summer, winter], now=QUIET_S) == [(summer,), (winter,)]
