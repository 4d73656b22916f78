"""A desk over a fresh archive, asked without a socket."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.desk.serve import open_desk
from creative_assets.settings import Settings
from tests.desk.visitors import SignIn, visitor_of


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    with open_desk(settings) as opened:
        yield opened


@pytest.fixture
def stranger(desk: Desk) -> TestClient:
    """Somebody whom the desk does not know."""
    return visitor_of(desk)


@pytest.fixture
def signed_in(desk: Desk) -> SignIn:
    """Signs somebody in by a token, for their roles and brands."""
    return SignIn(desk)
