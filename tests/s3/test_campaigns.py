"""Campaigns through Dagster on a real S3 server: whole, spoilt, and killed."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2
import pytest
import sqlalchemy as sa
from rich.console import Console

from creative_assets.resources.opening import open_archive
from creative_assets.running import run_brief
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.holders import HOLDERS
from creative_assets.studio.stages import STAGES
from creative_assets.studio.store import Store, StoredFile, open_store
from tests.conftest import LOGO
from tests.fault_proxy import PASSING, Fault, FaultProxy, now_and_then

DIGEST_CHARS = 12
"""Of an answer's SHA-256 at the end of its name."""


@pytest.fixture
def on_s3(settings: Settings, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Settings:  # noqa: ARG001 - which empties the environment
    """Settings under which inbox, store and published files are in the bucket."""
    for place in ("INBOX", "STORE", "PUBLISH"):
        monkeypatch.setenv(f"CREATIVE_ASSETS_{place}_URL", f"s3://{bucket}/{place.lower()}")
    return Settings()


@pytest.fixture
def written(tmp_path: Path, brief: dict[str, Any]) -> Path:
    """A brief of one variant, in its author's folder."""
    (tmp_path / "author").mkdir()
    (tmp_path / "author/logo.svg").write_bytes(LOGO)
    path = tmp_path / "author/brief.json"
    path.write_text(json.dumps(brief))
    return path


def run_it(path: Path) -> str:
    """What `creative-assets run` prints, once all variants have their finals."""
    printed = StringIO()
    out = Console(file=printed, width=200)
    assert run_brief(path, Settings(), out, new_take=False, confirmed_usd=0), printed.getvalue()
    return printed.getvalue()


def files_named_in(document: Any) -> Iterator[StoredFile]:  # noqa: ANN401 - any JSON
    """The stored files that a manifest or snapshot names, at any depth."""
    if isinstance(document, dict):
        if StoredFile.model_fields.keys() <= document.keys():
            yield StoredFile.model_validate({n: document[n] for n in StoredFile.model_fields})
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from files_named_in(each)


def assert_whole(store: Store) -> None:
    """Every answer has the bytes that its name says, every file those that its manifest says."""
    manifests = 0
    for path in store.find():
        content = store.get(path)
        if path.startswith("generations/"):
            digest = Path(path).stem[-DIGEST_CHARS:]
            assert hashlib.sha256(content).hexdigest().startswith(digest), path
        if path.endswith("/manifest.json"):
            manifests += 1
            for file in files_named_in(json.loads(content)):
                store.get_verified(file)
    assert manifests >= len(STAGES)


def assert_done(store: Store, *locales: str) -> None:
    """Dagster knows every stage of the brief's variants, and all of it is in the store."""
    assert_whole(store)
    with dg.DagsterInstance.get() as instance:
        made = [instance.get_materialized_partitions(dg.AssetKey(stage)) for stage in STAGES]
    assert made == [{f"summer/{locale}/cold-brew" for locale in locales}] * len(STAGES)


def links_shown_for(variant: str) -> list[int]:
    """What each link to a final answers, that Dagster shows."""
    with dg.DagsterInstance.get() as instance:
        wanted = dg.AssetRecordsFilter(dg.AssetKey("final_creatives"), asset_partitions=[variant])
        (record,) = instance.fetch_materializations(wanted, limit=1).records
    assert record.asset_materialization is not None
    shown = record.asset_materialization.metadata["full_size"].value
    return [httpx2.get(url).status_code for url in re.findall(r"\]\((.+?)\)", str(shown))]


def test_a_campaign_on_s3_is_complete_through_faults_and_asks_and_lists_nothing_in_vain(
    proxy: FaultProxy,
    on_s3: Settings,
    written: Path,
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    document = json.loads(written.read_text())
    written.write_text(json.dumps(document | {"target_locales": ["en-US", "de-DE"]}))
    proxy.choose = now_and_then(0.15, *PASSING)
    printed = run_it(written)
    proxy.choose = lambda _: None
    spoilt = Counter(fault for _, fault in proxy.seen if fault)
    listings = {asked for asked, _ in proxy.seen if "list-type" in asked}

    assert spoilt.total() > len(PASSING)
    assert len(listings) == 2, listings  # the inbox, and the campaign's dead letters
    asked = Counter(call.request_sha256 for call in stand_in.requests())
    assert set(asked.values()) == {1}
    assert_done(open_store(on_s3.store_url), "en-US", "de-DE")
    assert links_shown_for("summer/en-US/cold-brew") == [200]
    assert printed.count(f"{on_s3.store_url}/campaigns/summer/final_creatives/") == 2
    assert not (tmp_path / "var/store").exists()
    assert not (tmp_path / "var/inbox").exists()


def test_a_campaign_killed_while_it_keeps_what_was_paid_for_is_finished_with_whole_objects(
    proxy: FaultProxy,
    on_s3: Settings,
    written: Path,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in.change(Behaviour(vary=True, image_latency_s=1))
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    killed_while_keeping(".jpg", proxy, written)
    asked_before = len(stand_in.requests())
    run_it(written)

    assert_done(open_store(on_s3.store_url), "en-US")
    since = [call.operation for call in stand_in.requests()[asked_before:]]
    assert since == ["image", "logo_spot"]  # the picture that was in its hands, and what follows


def killed_while_keeping(what: str, proxy: FaultProxy, brief: Path) -> None:
    """Run the brief in a process that is killed at its first write of such a path."""
    command = [sys.executable, "-m", "creative_assets", "run", str(brief)]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(asked: str) -> Fault | None:
        if asked.startswith("PUT") and what in asked:
            os.kill(worker.pid, signal.SIGKILL)
        return None

    proxy.choose = kill
    assert worker.wait(timeout=300) == -signal.SIGKILL
    proxy.choose = lambda _: None
    with open_archive(Settings()) as archive, archive.records.database.writing() as connection:
        connection.execute(sa.delete(HOLDERS))  # as after 30 seconds without a heartbeat
