"""The store's claims on a real S3 server."""

import pytest

from creative_assets.studio.store import Store, open_store
from tests.store_claims import StoreClaims


class TestRadosgw(StoreClaims):
    @pytest.fixture
    def store(self, bucket: str) -> Store:
        return open_store(f"s3://{bucket}/prefix")
