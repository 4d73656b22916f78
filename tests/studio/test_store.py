"""One suite of claims over every store, and what is particular to each of them."""

import errno
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ProfileNotFound, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from s3fs.errors import translate_boto_error

from creative_assets.studio.errors import (
    CreativeAssetsError,
    MissingInputError,
    PermanentError,
    RequestRejectedError,
    ServerFaultError,
    StoreConflictError,
)
from creative_assets.studio.store import Store, open_store
from creative_assets.studio.store.faults import explain
from creative_assets.studio.store.s3_faults import explain_s3
from tests.store_claims import StoreClaims

BUCKET = "creative"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """An S3 server in this process, found by botocore as in production: by the environment."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with s3_environment(endpoint):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield endpoint
    server.stop()


@contextmanager
def s3_environment(endpoint: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", endpoint)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield


class TestLocal(StoreClaims):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return open_store(f"{tmp_path}/store")

    def test_a_folder_is_given_as_a_plain_path_or_as_a_url(self, tmp_path: Path) -> None:
        assert open_store(f"{tmp_path}").url == open_store(f"file://{tmp_path}").url

    def test_opening_makes_nothing(self, store: Store) -> None:
        assert store.find() == {}
        assert not Path(store.url.removeprefix("file://")).exists()

    def test_no_temporary_file_is_left(self, store: Store, tmp_path: Path) -> None:
        store.put("a", b"1")
        store.put_once("b", b"1")
        with pytest.raises(StoreConflictError):
            store.put_once("b", b"2")

        assert sorted(file.name for file in (tmp_path / "store").iterdir()) == ["a", "b"]

    def test_a_killed_write_leaves_nothing_visible(self, store: Store, tmp_path: Path) -> None:
        root = tmp_path / "store"
        store.put("old", b"old")
        script = (
            "import sys; from creative_assets.studio.store import open_store\n"
            "open_store(sys.argv[1]).put('old', bytes(100_000_000))"
        )
        writer = subprocess.Popen([sys.executable, "-c", script, store.url])
        while not any(root.glob(".tmp-*")):
            assert writer.poll() is None
            time.sleep(0.001)
        writer.kill()
        writer.wait()

        assert any(root.glob(".tmp-*"))
        assert list(store.find()) == ["old"]
        assert store.get("old") == b"old"

    def test_two_processes_race_and_one_puts_once(self, store: Store) -> None:
        script = (
            "import sys; from creative_assets.studio.errors import StoreConflictError\n"
            "from creative_assets.studio.store import open_store\n"
            "store = open_store(sys.argv[1])\n"
            "print('ready', flush=True); sys.stdin.readline()\n"
            "for turn in range(50):\n"
            "    try: store.put_once(f'{turn}', sys.argv[2].encode())\n"
            "    except StoreConflictError: continue\n"
            "    print(turn)\n"
        )
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", script, store.url, name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in "ab"
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        won = [racer.communicate("go\n")[0].split() for racer in racers]

        assert sorted(won[0] + won[1], key=int) == [str(turn) for turn in range(50)]

    def test_a_link_that_leads_out_of_the_root_is_not_followed(
        self, store: Store, tmp_path: Path
    ) -> None:
        store.put("inside/own", b"x")
        (tmp_path / "secret").write_bytes(b"secret")
        (tmp_path / "store/inside/file").symlink_to(tmp_path / "secret")
        (tmp_path / "store/folder").symlink_to(tmp_path)

        assert list(store.find()) == ["inside/own"]
        for path in ("inside/file", "folder/secret"):
            with pytest.raises(PermanentError, match="by a symbolic link"):
                store.get(path)
        with pytest.raises(PermanentError, match="by a symbolic link"):
            store.put("folder/planted", b"x")
        assert not (tmp_path / "planted").exists()

    def test_a_link_that_stays_inside_is_a_file(self, store: Store, tmp_path: Path) -> None:
        store.put("logos/nordlys.svg", b"<svg/>")
        (tmp_path / "store/logo.svg").symlink_to("logos/nordlys.svg")

        assert list(store.find()) == ["logo.svg", "logos/nordlys.svg"]
        assert store.get("logo.svg") == b"<svg/>"

    def test_a_file_in_the_way_of_a_folder_is_named(self, store: Store) -> None:
        store.put("a", b"x")

        with pytest.raises(StoreConflictError, match="Move it away"):
            store.put("a/b", b"x")
        with pytest.raises(MissingInputError):
            store.get("a/b")
        assert not store.exists("a/b")

    def test_a_name_that_is_too_long_is_refused(self, store: Store) -> None:
        with pytest.raises(RequestRejectedError, match="does not take"):
            store.put("x" * 300, b"x")


class TestMemory(StoreClaims):
    @pytest.fixture
    def store(self) -> Store:
        return open_store(f"memory://{uuid.uuid4().hex}")


class TestS3(StoreClaims):
    @pytest.fixture
    def store(self, s3_endpoint: str) -> Store:  # noqa: ARG002 - the server has to run
        return open_store(f"s3://{BUCKET}/{uuid.uuid4().hex}")

    def test_folders_made_in_a_console_are_no_files(self, store: Store) -> None:
        prefix = store.url.removeprefix(f"s3://{BUCKET}/")
        boto3.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}/inbox/", Body=b"")
        store.put("inbox/brief.yaml", b"x")

        assert list(store.find()) == ["inbox/brief.yaml"]
        assert list(store.find("inbox")) == ["inbox/brief.yaml"]

    def test_a_missing_bucket_is_not_an_empty_one(self, s3_endpoint: str) -> None:  # noqa: ARG002 - the server has to run
        store = open_store("s3://no-such-bucket/prefix")
        acts: list[Callable[[], object]] = [
            store.find,
            lambda: store.put("a", b"x"),
            lambda: store.put_once("a", b"x"),
            lambda: store.get("a"),
            lambda: store.exists("a"),
        ]
        for act in acts:
            with pytest.raises(RequestRejectedError, match="no bucket") as rejected:
                act()
            assert rejected.value.everywhere


class ScriptedS3(BaseHTTPRequestHandler):
    """Answers each request with the next of `answers`: a status and an S3 error code."""

    answers: ClassVar[list[tuple[int, str]]] = []
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, code = self.answers.pop(0)
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>" if code else ""
        self.reply(status, body.encode())

    def do_GET(self) -> None:
        self.reply(200, b"theirs")

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep the tests' output quiet."""


@pytest.fixture
def scripted_s3() -> Iterator[list[tuple[int, str]]]:
    """The answers that a server gives to each PUT, in order; a GET finds b"theirs"."""
    ScriptedS3.answers = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), ScriptedS3)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with s3_environment(f"http://127.0.0.1:{server.server_port}"):
        yield ScriptedS3.answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_refusal_without_its_condition_is_a_conflict_as_well(
    scripted_s3: list[tuple[int, str]],
) -> None:
    scripted_s3 += [(412, "PreconditionFailed")]  # as radosgw answers
    with pytest.raises(StoreConflictError):
        open_store("s3://bucket").put_once("a", b"mine")


def test_after_a_lost_reply_the_bytes_are_known_as_our_own(
    scripted_s3: list[tuple[int, str]],
) -> None:
    scripted_s3 += [(503, "SlowDown"), (412, "PreconditionFailed")]

    assert open_store("s3://bucket").put_once("a", b"theirs").size_bytes == 6


def test_a_conflict_among_conditional_writers_is_tried_again(
    scripted_s3: list[tuple[int, str]],
) -> None:
    scripted_s3 += [(409, "ConditionalRequestConflict"), (200, "")]
    stored = open_store("s3://bucket").put_once("a", b"mine")

    assert stored.size_bytes == 4
    assert scripted_s3 == []


def test_denied_access_says_what_to_do(scripted_s3: list[tuple[int, str]]) -> None:
    scripted_s3 += [(403, "AccessDenied")]
    with pytest.raises(RequestRejectedError, match="s3:PutObject"):
        open_store("s3://bucket").put("a", b"x")


def test_a_failing_service_may_do_better_later(scripted_s3: list[tuple[int, str]]) -> None:
    scripted_s3 += [(500, "InternalError")] * 6
    with pytest.raises(ServerFaultError):
        open_store("s3://bucket").put("a", b"x")


def s3_error(code: str) -> OSError:
    """An error of S3's as s3fs tells of it."""
    error: OSError = translate_boto_error(ClientError({"Error": {"Code": code}}, "PutObject"))
    return error


@pytest.mark.parametrize(
    "error, kind, words",
    [
        (OSError(errno.ENOSPC, "full"), RequestRejectedError, "No space is left"),
        (OSError(errno.EDQUOT, "quota"), RequestRejectedError, "No space is left"),
        (PermissionError(errno.EACCES, "denied"), RequestRejectedError, "denied"),
        (OSError(errno.EROFS, "read-only"), RequestRejectedError, "denied"),
        (OSError(errno.ENOTSUP, "no links"), RequestRejectedError, "hard links"),
        (OSError(errno.EIO, "broken"), ServerFaultError, "Try again"),
    ],
)
def test_a_fault_of_the_storage_says_what_to_do(
    error: Exception, kind: type[CreativeAssetsError], words: str
) -> None:
    explained = explain(error, "file:///data/store/a")

    assert type(explained) is kind
    assert words in str(explained)
    assert "file:///data/store/a" in str(explained)


@pytest.mark.parametrize(
    "error, kind, words",
    [
        (NoCredentialsError(), RequestRejectedError, "AWS_PROFILE"),
        (ProfileNotFound(profile="ads"), RequestRejectedError, "profile (ads)"),
        (ValueError("Invalid endpoint: s3"), RequestRejectedError, "AWS_ENDPOINT_URL"),
        (RecursionError(), RequestRejectedError, "AWS_DEFAULT_REGION"),
        (ReadTimeoutError(endpoint_url="http://s3"), ServerFaultError, "Try again"),
        (TimeoutError(), ServerFaultError, "TimeoutError"),
        (s3_error("QuotaExceeded"), RequestRejectedError, "quota"),
        (s3_error("NotImplemented"), RequestRejectedError, "If-None-Match"),
        (s3_error("RequestTimeTooSkewed"), RequestRejectedError, "clock"),
        (s3_error("ExpiredToken"), RequestRejectedError, "AWS_SESSION_TOKEN"),
        (s3_error("IncompleteBody"), ServerFaultError, "Try again"),
        (s3_error("SlowDown"), ServerFaultError, "Try again"),
        (s3_error("KeyTooLongError"), RequestRejectedError, "does not take"),
    ],
)
def test_a_fault_of_s3_says_what_to_do(
    error: Exception, kind: type[CreativeAssetsError], words: str
) -> None:
    explained = explain_s3(error, "s3://ads/a", "ads")

    assert type(explained) is kind
    assert words in str(explained)
    assert "s3://ads/a" in str(explained)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3://",
        "s3:///",
        "s3://a bucket",
        "s3://bucket/../up",
        "memory://",
        "memory://a//b",
        "gs://bucket",
        "file://host/a",
    ],
)
def test_a_url_that_opens_no_store_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="No store can be opened"):
        open_store(url)


@given(path=st.text(alphabet=st.sampled_from("ab./\\-~ \n\x7fé"), max_size=12))
def test_a_path_is_refused_or_leads_below_the_root(path: str) -> None:
    store = open_store("memory://paths")
    try:
        store.put(path, b"x")
    except PermanentError:
        return

    assert store.exists(path)
    assert Path("/root", path).resolve().is_relative_to("/root")
    store.delete(path)
