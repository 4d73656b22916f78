"""The store behind a server that fails in passing, and for good."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from creative_assets.studio.errors import (
    MissingInputError,
    ServerFaultError,
    StoreConflictError,
)
from creative_assets.studio.store import Store, open_store
from tests.fault_proxy import PASSING, Fault, FaultProxy, first, first_to_each
from tests.store_claims import StoreClaims

TURNS = itertools.cycle(PASSING)


class TestBehindFaults(StoreClaims):
    """Every claim, with its first request spoilt, each in another way."""

    @pytest.fixture
    def store(self, proxy: FaultProxy, bucket: str) -> Store:
        proxy.choose = first(next(TURNS))
        return open_store(f"s3://{bucket}/prefix")


@pytest.mark.parametrize("kind", ["slow_down", "reset", "truncated", "lost_reply"])
def test_a_fault_that_passes_changes_no_outcome(
    proxy: FaultProxy, bucket: str, kind: Fault
) -> None:
    store, picture = open_store(f"s3://{bucket}"), bytes(range(256)) * 4_000
    for name in ("replaced", "same", "taken", "deleted"):
        store.put(name, b"old")
    store.put("picture", picture)
    proxy.choose = first_to_each(kind)

    def conflict() -> bool:
        with pytest.raises(StoreConflictError):
            store.put_once("taken", b"other")
        return True

    def missing() -> bool:
        with pytest.raises(MissingInputError):
            store.get("missing")
        return True

    def gone() -> bool:
        store.delete("deleted")
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = [
            pool.submit(act)
            for act in (
                lambda: store.put("replaced", b"new").size_bytes == 3,
                lambda: store.put_once("made", b"mine").size_bytes == 4,
                lambda: store.put_once("same", b"old").size_bytes == 3,
                conflict,
                lambda: store.get("picture") == picture,
                missing,
                lambda: store.exists("picture"),
                lambda: not store.exists("nothing"),
                gone,
            )
        ]
        assert [outcome.result() for outcome in outcomes] == [True] * 9
    assert [fault for _, fault in proxy.seen].count(kind) >= 9
    assert list(store.find()) == ["made", "picture", "replaced", "same", "taken"]
    assert [store.get(name) for name in ("replaced", "made", "taken")] == [b"new", b"mine", b"old"]


def test_a_request_that_hangs_is_made_again(proxy: FaultProxy, bucket: str) -> None:
    store = open_store(f"s3://{bucket}")
    proxy.choose = first("hang")

    assert store.put_once("a", b"x").size_bytes == 1
    assert [fault for _, fault in proxy.seen] == ["hang", None]


@pytest.mark.parametrize("kind", ["slow_down", "truncated"])
def test_a_fault_that_stays_is_told_after_three_requests(
    proxy: FaultProxy, bucket: str, kind: Fault
) -> None:
    proxy.choose = lambda _: kind
    with pytest.raises(ServerFaultError, match="Try again"):
        open_store(f"s3://{bucket}").get("a")

    assert len(proxy.seen) == 3


def test_a_server_that_is_not_there_is_told_with_where_to_look(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ServerFaultError, match="AWS_ENDPOINT_URL"):
        open_store(f"s3://{bucket}").get("a")
