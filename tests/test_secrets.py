"""What opens doors stands in nothing that a deployment prints, keeps or shows, whatever fails."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pytest
import sqlalchemy as sa
from moto.server import ThreadedMotoServer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.cli import app
from creative_assets.definitions import defs
from creative_assets.desk.serve import app_of, open_desk
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.opening import Archive, open_archive
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.acceptance import accept_at
from creative_assets.studio.database import METADATA
from creative_assets.studio.store import open_store
from tests.conftest import LOGO

PLANTED = "planted-5e1f7b"
TEA = {"id": "tea", "name": "Tea", "description": "Green tea."}


@pytest.fixture
def s3() -> Iterator[str]:
    """The address of an S3 server in this process; it takes any credentials."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def planted(
    settings: Settings,
    s3: str,
    stand_in: StandIn,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings in which each secret is one that is planted: the loopback's servers ask for none."""
    with_password = sa.make_url(postgres_url).set(password=f"{PLANTED}-records")
    model_url = stand_in.base_url.replace("http://", f"http://user:{PLANTED}-model@")
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": f"{PLANTED}-id",
        "AWS_SECRET_ACCESS_KEY": f"{PLANTED}-s3",
        "AWS_SESSION_TOKEN": f"{PLANTED}-session",
        "AWS_DEFAULT_REGION": "us-east-1",
        "OPENAI_API_KEY": f"{PLANTED}-key",
        "OPENAI_BASE_URL": model_url,
        "CREATIVE_ASSETS_STORE_URL": "s3://bucket/store",
        "CREATIVE_ASSETS_INBOX_URL": "s3://bucket/inbox",
        "CREATIVE_ASSETS_RECORDS_URL": with_password.render_as_string(hide_password=False),
        "CREATIVE_ASSETS_DESK_SECRET": f"{PLANTED}-{'s' * 32}",
        "CREATIVE_ASSETS_NOTICE_URLS": f'["json://127.0.0.1:9/{PLANTED}-notice"]',
        "CREATIVE_ASSETS_ALERT_URLS": f'["slack://{PLANTED}-a/{PLANTED}-b/{PLANTED}-c"]',
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="bucket")
    return type(settings)()


def kept_in(archive: Archive) -> Iterator[str]:
    """Everything in the store and in the records, as text."""
    for path in archive.store.find():
        yield archive.store.get(path).decode(errors="replace")
    with archive.records.database.reading() as connection:
        for table in METADATA.sorted_tables:
            yield from (str(row) for row in connection.execute(table.select()))


def shown(arguments: list[str]) -> str:
    result = CliRunner().invoke(app, arguments)
    return f"{result.output}{result.exception!r}"


def test_nothing_that_a_run_a_command_or_the_desk_says_or_keeps_holds_a_secret(
    planted: Settings,
    brief: dict[str, Any],
    stand_in: StandIn,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stand_in.change(
        Behaviour(
            refuse=('"id": "tea"',),
            faults=(FaultRule(kind="invalid_key", operation="logo_spot"),),
        )
    )
    inbox = open_store(planted.inbox_url)
    inbox.put("logo.svg", LOGO)
    inbox.put("brief.json", json.dumps(brief | {"products": [*brief["products"], TEA]}).encode())
    with open_archive(planted) as archive:
        accept_at("brief.json", inbox, archive.store, archive.records)
        keys = [row.key for row in archive.records.variants.of_campaign("summer")]
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        result = (
            defs()
            .resolve_job_def(CREATIVES_JOB)
            .execute_in_process(
                instance=instance, tags=range_tags(keys[0], keys[-1]), raise_on_error=False
            )
        )
    said = [shown(each) for each in (["failures"], ["preflight"], ["costs"], ["estimate", keys[0]])]
    token = re.search(r"ca_\w+", shown(["token", "create", "Ann", "--role", "review"]))
    assert token
    with open_desk(planted) as desk:
        visitor = TestClient(app_of(planted, desk))
        for bearer in (token[0], f"{token[0]}x", PLANTED):
            answer = visitor.get("/api/v1/campaigns", headers={"Authorization": f"Bearer {bearer}"})
            said.append(answer.text)
    with open_archive(planted) as archive:
        kept = list(kept_in(archive))
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = "\n".join([*said, *kept, *capfd.readouterr()])

    assert not result.success
    assert "ContentRefusedError" in everything
    assert "does not accept the key" in everything
    assert PLANTED not in everything
    assert token[0].rpartition("_")[2] not in everything
    assert [each for each in left if PLANTED.encode() in each] == []
