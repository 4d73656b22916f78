"""People at the desk: a client for each, without a socket."""

from dataclasses import dataclass

from starlette.testclient import TestClient

from creative_assets.desk.app import create_app
from creative_assets.desk.desk import Desk
from creative_assets.desk.sign_in import Door
from creative_assets.studio.access import Person, Role, Token

HOUR_S = 3600.0
DOOR = Door(session_secret="s" * 32, is_https=False)


@dataclass(frozen=True)
class SignIn:
    """Makes clients that send a token of their own."""

    desk: Desk

    def __call__(
        self, *roles: Role, name: str = "Ann", brands: frozenset[str] | None = None
    ) -> TestClient:
        _, text = token_for(self.desk, *roles, name=name, brands=brands)
        visitor = visitor_of(self.desk)
        visitor.headers["Authorization"] = f"Bearer {text}"
        return visitor


def token_for(
    desk: Desk,
    *roles: Role,
    name: str = "Ann",
    brands: frozenset[str] | None = None,
    lifetime_s: float = HOUR_S,
) -> tuple[Token, str]:
    person = Person(name=name, roles=frozenset(roles), brands=brands)
    return desk.access.issue(person, lifetime_s)


def visitor_of(desk: Desk, door: Door = DOOR, address: str = "127.0.0.1") -> TestClient:
    """A client that calls from `address` and follows no redirects."""
    app = create_app(desk, door)
    site = "https://desk.test" if door.is_https else "http://desk.test"
    return TestClient(app, site, follow_redirects=False, client=(address, 5))
