"""Logs say what each line is about, and neither they nor anything else of a run holds a secret."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pydantic import SecretStr

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.logs import secrets_of, set_up_logs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.log_context import SUBJECTS, about
from creative_assets.studio.produce import Job

Accept = Callable[[dict[str, Any]], list[Job]]

PLANTED = "planted-0f3a9c"


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """The root logger is as it was before."""
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    logging.getLogger("creative_assets").setLevel(logging.NOTSET)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def json_logs(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"log_format": "json", **changes})


def test_a_line_says_what_it_is_about_and_null_for_the_rest(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(json_logs(settings))

    with about(run="r1", campaign="summer"), about(stage="ad_copy"):
        logging.getLogger("creative_assets.test").info("Written.")

    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["message"]) == ("INFO", "Written.")
    assert {name: line[name] for name in SUBJECTS} == {
        "run": "r1",
        "campaign": "summer",
        "variant": None,
        "stage": "ad_copy",
        "generation": None,
    }


def test_setting_up_twice_writes_each_line_once(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        set_up_logs(json_logs(settings))

    logging.getLogger("creative_assets.test").info("Written.")

    assert len(lines(capsys.readouterr().err)) == 1


def test_without_the_setting_logging_is_left_alone(settings: Settings) -> None:
    before = logging.getLogger().handlers[:]

    set_up_logs(settings)

    assert logging.getLogger().handlers == before


def test_a_secret_that_somebody_logs_is_hidden_with_its_traceback(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    key, quoted = SecretStr(PLANTED), SecretStr(f'"{PLANTED}"é')
    set_up_logs(json_logs(settings, openai_api_key=key, notice_urls=(quoted,)))

    logging.getLogger("creative_assets.test").error(
        'The key %s or "%s"é', PLANTED, PLANTED, exc_info=ValueError(PLANTED)
    )

    printed = capsys.readouterr().err
    assert PLANTED not in printed
    assert lines(printed)[0]["message"].startswith("The key ***")


def test_every_secret_of_the_settings_is_known(settings: Settings) -> None:
    secret = SecretStr("s" * 40)
    told = settings.model_copy(
        update={
            "openai_api_key": SecretStr("key"),
            "desk_secret": secret,
            "notice_urls": (SecretStr("slack://a/b/c"),),
            "records_url": "postgresql://user:open%20sesame@host/db",
        }
    )

    assert secrets_of(told) == {*("key", "s" * 40, "slack://a/b/c", "open%20sesame", "open sesame")}


def test_a_runs_lines_carry_its_subjects_and_nothing_that_it_leaves_holds_a_secret(
    accepted: Accept,
    brief: dict[str, Any],
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    address = stand_in.base_url.replace("http://", f"http://user:{PLANTED}-in-url@")
    for name, value in {
        "OPENAI_API_KEY": f"{PLANTED}-key",
        "OPENAI_BASE_URL": address,
        "CREATIVE_ASSETS_DESK_SECRET": f"{PLANTED}-{'s' * 32}",
        "CREATIVE_ASSETS_NOTICE_URLS": f'["json://127.0.0.1:9/{PLANTED}-notice"]',
        "CREATIVE_ASSETS_ALERT_URLS": f'["json://127.0.0.1:9/{PLANTED}-alert"]',
        "CREATIVE_ASSETS_LOG_FORMAT": "json",
    }.items():
        monkeypatch.setenv(name, value)
    stand_in.change(
        Behaviour(
            refuse=('"id": "tea"',),
            faults=(FaultRule(kind="invalid_key", operation="logo_spot"),),
        )
    )
    tea = {"id": "tea", "name": "Tea", "description": "Green tea."}
    keys = [job.variant.key for job in accepted(brief | {"products": [*brief["products"], tea]})]

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        job = defs().resolve_job_def(CREATIVES_JOB)
        result = job.execute_in_process(
            instance=instance, tags=range_tags(keys[0], keys[-1]), raise_on_error=False
        )

    printed = "".join(capfd.readouterr())
    made = [line for line in lines(printed) if line["message"].startswith("Made by")]
    refused = [line for line in lines(printed) if "ContentRefusedError" in line["message"]]
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not result.success
    assert any(line["stage"] == "base_images" and len(line["generation"]) == 64 for line in made)
    assert {line["run"] for line in made} == {result.run_id}
    assert [(line["variant"], line["stage"]) for line in refused] == [(keys[1], "ad_copy")]
    assert PLANTED not in printed
    assert any("dead_letters" in path.parts for path in left)
    assert [path for path in left if PLANTED.encode() in path.read_bytes()] == []
