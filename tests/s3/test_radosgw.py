"""The store on a real S3 server: what it promises, what it refuses, and what it advises."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2
import pytest

from creative_assets.preflight import checked
from creative_assets.settings import Settings
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.store import Store, open_store
from tests.fault_proxy import FaultProxy
from tests.radosgw import PAGE, RadosGateway
from tests.store_claims import StoreClaims

PROJECT = Path(__file__).parents[2]
OTHER_RULE = {
    "ID": "of-others",
    "Status": "Enabled",
    "Filter": {"Prefix": "uploads/"},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
}
FORKED = """
import os, sys
from creative_assets.studio.store import open_store
store = open_store(sys.argv[1])
assert "s3fs" not in sys.modules
store.put("before", b"1")
child = os.fork()
if child == 0:
    store.put("after", b"2")
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


class TestRadosgw(StoreClaims):
    @pytest.fixture
    def store(self, bucket: str) -> Store:
        return open_store(f"s3://{bucket}/prefix")


def test_a_listing_of_many_pages_has_all_of_them(bucket: str) -> None:
    store = open_store(f"s3://{bucket}")
    names = [f"{number:02}" for number in range(2 * PAGE + 1)]
    for name in names:
        store.put(name, b"x")

    assert list(store.find()) == names


def test_nothing_is_opened_before_a_fork_and_a_store_in_use_survives_one(bucket: str) -> None:
    url = f"s3://{bucket}"
    subprocess.run([sys.executable, "-c", FORKED, url], check=True, timeout=60)

    assert list(open_store(url).find()) == ["after", "before"]


def test_a_look_whether_a_file_is_there_lists_nothing(proxy: FaultProxy, bucket: str) -> None:
    store = open_store(f"s3://{bucket}")
    found = [store.exists("nothing/here")]
    store.put("here", b"x")
    found += [store.exists("here"), store.get("here") == b"x"]

    assert found == [False, True, True]
    assert len(proxy.seen) == 4
    assert not [asked for asked, _ in proxy.seen if "list-type" in asked]


def test_a_large_file_is_one_request(proxy: FaultProxy, bucket: str) -> None:
    store, content = open_store(f"s3://{bucket}"), bytes(120_000_000)
    stored = store.put_once("film", content)

    assert [asked for asked, _ in proxy.seen] == [f"PUT /{bucket}/film"]
    assert stored.size_bytes == len(content)


def status_of(url: str | None) -> int:
    """What a browser without keys is answered."""
    assert url is not None
    return httpx2.get(url).status_code


def test_a_link_opens_one_file_for_people_without_keys(bucket: str) -> None:
    store = open_store(f"s3://{bucket}/store")
    store.put("a b/ä+1.jpg", b"pixels")
    store.put("other.jpg", b"others")
    url = store.link("a b/ä+1.jpg", 60)

    assert url is not None
    assert httpx2.get(url).content == b"pixels"
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert status_of(url.partition("?")[0]) == 403
    assert status_of(url[:-1] + ("0" if url[-1] != "0" else "1")) == 403
    assert status_of(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")) == 403
    bare, query = url.split("?")
    assert status_of(f"{bare.replace('a%20b/%C3%A4%2B1.jpg', 'other.jpg')}?{query}") == 403


def test_a_link_ends_when_it_was_said_to(bucket: str) -> None:
    store = open_store(f"s3://{bucket}")
    store.put("a.jpg", b"pixels")
    url = store.link("a.jpg", 1)
    time.sleep(2.1)

    assert status_of(url) == 403


def test_what_a_run_prints_is_kept_on_s3_with_a_link(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = (PROJECT / "creative_assets/data/dagster.yaml", PROJECT / "deploy/compute-logs-s3.yaml")
    (tmp_path / "dagster.yaml").write_text("".join(part.read_text() for part in parts))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_LOGS_BUCKET", bucket)

    @dg.op
    def speak() -> None:
        sys.stdout.write("spoken aloud\n")

    @dg.job
    def talk() -> None:
        speak()

    with dg.DagsterInstance.get() as instance:
        result = talk.execute_in_process(instance=instance)
        (captured,) = (
            event.logs_captured_data
            for event in result.all_events
            if event.event_type == dg.DagsterEventType.LOGS_CAPTURED
        )
        logs = instance.compute_log_manager
        key = logs.build_log_key_for_run(result.run_id, captured.file_key)
        stored, told = logs.get_log_data(key), logs.get_log_metadata(key)

    assert b"spoken aloud" in (stored.stdout or b"")
    assert told.stdout_location == f"s3://{bucket}/compute-logs/storage/{'/'.join(key)}.out"
    assert told.stdout_download_url is not None
    assert b"spoken aloud" in httpx2.get(told.stdout_download_url).content


def _refusals(store: Store) -> set[str]:
    """What each kind of use is refused with: one message but for the path."""
    acts: list[Callable[[], object]] = [
        lambda: store.get("a"),
        lambda: store.put("a", b"x"),
        lambda: store.put_once("a", b"x"),
        lambda: store.exists("a"),
        lambda: store.delete("a"),
        store.find,
    ]
    messages = set()
    for act in acts:
        with pytest.raises(RequestRejectedError) as refused:
            act()
        assert refused.value.everywhere
        messages.add(str(refused.value).replace(f"{store.url}/a", store.url))
    return messages


@pytest.mark.usefixtures("bucket")
def test_a_missing_bucket_is_named_with_the_fix() -> None:
    (message,) = _refusals(open_store("s3://no-such-bucket/prefix"))

    assert message == (
        "There is no bucket no-such-bucket for s3://no-such-bucket/prefix. Create it, or correct "
        "the store's URL."
    )


def test_keys_without_rights_are_told_which_rights_to_ask_for(
    radosgw: RadosGateway, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    radosgw.add_user("stranger")
    for name, value in radosgw.environment("stranger").items():
        monkeypatch.setenv(name, value)
    (message,) = _refusals(open_store(f"s3://{bucket}"))

    assert "(AccessDenied)" in message
    assert f"s3:ListBucket on the bucket {bucket}" in message


def test_the_rights_that_are_asked_for_are_enough(
    radosgw: RadosGateway, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    radosgw.add_user("writer")
    radosgw.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, "writer")))
    for name, value in radosgw.environment("writer").items():
        monkeypatch.setenv(name, value)
    store = open_store(f"s3://{bucket}")
    store.put("replaced", b"old")
    store.put("replaced", b"new")
    stored = store.put_once("made", b"once")
    store.delete("replaced")

    assert store.get_verified(stored) == b"once"
    assert not store.exists("replaced")
    assert list(store.find()) == ["made"]
    assert "may not read the lifecycle rules" in (store.advice() or "")


def policy(bucket: str, user: str) -> dict[str, Any]:
    """What the operators' page says is needed, and no more."""
    rights = {
        f"arn:aws:s3:::{bucket}": ["s3:ListBucket"],
        f"arn:aws:s3:::{bucket}/*": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    }
    who = {"AWS": [f"arn:aws:iam:::user/{user}"]}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": who, "Action": actions, "Resource": [resource]}
            for resource, actions in rights.items()
        ],
    }


@pytest.mark.parametrize(
    "variable, code",
    [
        ("AWS_ACCESS_KEY_ID", "does not know the access key"),
        ("AWS_SECRET_ACCESS_KEY", "secret does not belong to the access key"),
    ],
)
def test_wrong_keys_are_told_which_variable_to_correct(
    bucket: str, monkeypatch: pytest.MonkeyPatch, variable: str, code: str
) -> None:
    monkeypatch.setenv(variable, "wrong")
    (message,) = _refusals(open_store(f"s3://{bucket}"))

    assert code in message
    assert f"Correct {variable}" in message


def test_a_bucket_of_another_region_is_told_with_the_variable_to_correct(
    radosgw: RadosGateway, bucket: str
) -> None:
    radosgw.move_elsewhere(bucket)
    with pytest.raises(RequestRejectedError, match="Set AWS_DEFAULT_REGION") as refused:
        open_store(f"s3://{bucket}").get("a")

    assert refused.value.everywhere
    assert f"The bucket {bucket}" in str(refused.value)


def test_preflight_proposes_the_rule_that_clears_abandoned_uploads_until_it_is_set(
    radosgw: RadosGateway, bucket: str, settings: Settings
) -> None:
    client = radosgw.client()
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [OTHER_RULE]}
    )
    on_s3 = settings.model_copy(update={"store_url": f"s3://{bucket}/store"})
    (warning,) = (found for found in checked(on_s3) if "multipart" in found.text)
    command = shlex.split(warning.text.partition("Set one: ")[2])
    rules = json.loads(command[command.index("--lifecycle-configuration") + 1])
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)

    assert warning.kind == "warning"
    assert command[:3] == ["aws", "s3api", "put-bucket-lifecycle-configuration"]
    assert open_store(on_s3.store_url).advice() is None
    kept = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["ID"] for rule in kept} == {"of-others", "abandoned-uploads"}
