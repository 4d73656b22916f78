from collections.abc import Iterator

import pytest

from tests.fault_proxy import FaultProxy, fault_proxy
from tests.radosgw import RadosGateway, rados_gateway


@pytest.fixture(scope="session")
def radosgw() -> Iterator[RadosGateway]:
    """A real S3 server that runs as long as the tests."""
    with rados_gateway() as gateway:
        yield gateway


@pytest.fixture
def bucket(radosgw: RadosGateway, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket; its server is found as in production, by the environment."""
    for name, value in radosgw.environment().items():
        monkeypatch.setenv(name, value)
    return radosgw.new_bucket()


@pytest.fixture(scope="session")
def _proxy(radosgw: RadosGateway) -> Iterator[FaultProxy]:
    with fault_proxy(radosgw.port) as proxy:
        yield proxy


@pytest.fixture
def proxy(_proxy: FaultProxy, bucket: str, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:  # noqa: ARG001 - which sets the rest of the environment
    """A proxy before that server, through which it is found; it spoils nothing yet."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", _proxy.endpoint)
    _proxy.choose = lambda _: None
    _proxy.seen.clear()
    return _proxy
