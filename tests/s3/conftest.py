from collections.abc import Iterator

import pytest

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
