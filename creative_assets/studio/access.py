"""Who may get in: tokens that say who somebody is and what they may, and one-time links to them.

Neither is kept as it was given out: the rows hold SHA-256 hashes, which is enough for secrets of
256 random bits. How a token or a link reaches the product is the desk's; all times are seconds
since the epoch, UTC.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field

from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.rules import Text120
from creative_assets.studio.said import Name
from creative_assets.studio.values import Frozen

Role = Literal["submit", "review", "publish", "admin"]

LINK_LIFETIME_S = 15 * 60
_PREFIX = "ca"  # so that whoever finds a token in a file knows what it opens
_SECRET_BYTES = 32

TOKENS = sa.Table(
    "access_tokens",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("roles_json", sa.Text, nullable=False),
    sa.Column("brands_json", sa.Text),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("revoked_at", sa.Double),
    sa.Index("tokens_of_name", "name"),
)

LINKS = sa.Table(
    "sign_in_links",
    METADATA,
    sa.Column("secret_sha256", sa.Text, primary_key=True),
    sa.Column("token_id", sa.Text, sa.ForeignKey(TOKENS.c.id), nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("used_at", sa.Double),
)


class Person(Frozen):
    """Somebody with a name, and what they may do.

    Attributes:
        roles: `submit` briefs, `review` finals, `publish` against failed checks; `admin`: all of
            it, and what costs more than a campaign may.
        brands: Whose campaigns they see and work on; None for every brand.
    """

    name: Name
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    brands: Annotated[frozenset[Text120], Field(min_length=1)] | None = None

    def may(self, role: Role) -> bool:
        """Whether they have the role, or are admin."""
        return not self.roles.isdisjoint({role, "admin"})

    def sees(self, brand: str) -> bool:
        """Whether campaigns of the brand are theirs to see."""
        return self.brands is None or brand in self.brands


@dataclass(frozen=True)
class Token:
    """A token, without its secret."""

    id: str
    person: Person
    created_at: float
    expires_at: float
    revoked_at: float | None


class Access:
    """The tokens and links in one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def issue(self, person: Person, lifetime_s: float) -> tuple[Token, str]:
        """A new token for `person`, and its text, which nobody can tell again."""
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        token = Token(token_id, person, now, now + lifetime_s, None)
        row = {
            "id": token_id,
            "secret_sha256": _hash(secret),
            "name": person.name,
            "roles_json": json.dumps(sorted(person.roles)),
            "brands_json": None if person.brands is None else json.dumps(sorted(person.brands)),
            "created_at": now,
            "expires_at": token.expires_at,
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(TOKENS), row)
        return token, f"{_PREFIX}_{token_id}_{secret}"

    def all(self) -> list[Token]:
        """Every token that was ever issued, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(TOKENS).order_by(TOKENS.c.created_at.desc()))
            return [_token(row) for row in rows]

    def revoke(self, token_id: str) -> None:
        """End a token, and the sessions that were begun with it.

        Raises:
            MissingInputError: There is none of this ID.
        """
        revoking = sa.update(TOKENS).where(TOKENS.c.id == token_id)
        with self._database.writing() as connection:
            if connection.execute(revoking.values(revoked_at=self._clock())).rowcount == 0:
                raise MissingInputError(f"There is no token {token_id!r}. List them, and look.")

    def given(self, text: str) -> Token | None:
        """The valid token with this text, or None."""
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        row = self._valid(TOKENS.c.id == token_id)
        is_right = row is not None and hmac.compare_digest(row.secret_sha256, _hash(secret))
        return _token(row) if row is not None and is_right and prefix == _PREFIX else None

    def with_id(self, token_id: str) -> Token | None:
        """The token, if it is valid still."""
        row = self._valid(TOKENS.c.id == token_id)
        return None if row is None else _token(row)

    def of_name(self, name: str) -> Token | None:
        """The newest valid token of somebody who has proven their name elsewhere."""
        row = self._valid(TOKENS.c.name == name)
        return None if row is None else _token(row)

    def link_to(self, token_id: str) -> str:
        """The secret of a link that signs in once, within `LINK_LIFETIME_S`, as the token would.

        Raises:
            MissingInputError: There is no valid token of this ID.
        """
        if self.with_id(token_id) is None:
            raise MissingInputError(
                f"There is no valid token {token_id!r} to make a link for. List them, and look."
            )
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        row = {
            "secret_sha256": _hash(secret),
            "token_id": token_id,
            "expires_at": self._clock() + LINK_LIFETIME_S,
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(LINKS), row)
        return secret

    def redeem(self, link: str) -> Token | None:
        """The token that an unused link stands for; None where it was used, is over, or is none."""
        now = self._clock()
        using = (
            sa.update(LINKS)
            .where(
                LINKS.c.secret_sha256 == _hash(link),
                LINKS.c.used_at.is_(None),
                LINKS.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(LINKS.c.token_id)
        )
        with self._database.writing() as connection:
            token_id = connection.scalar(using)
        return None if token_id is None else self.with_id(token_id)

    def _valid(self, condition: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        question = (
            sa.select(TOKENS)
            .where(condition, TOKENS.c.revoked_at.is_(None), TOKENS.c.expires_at > self._clock())
            .order_by(TOKENS.c.created_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(question).one_or_none()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: sa.Row[Any]) -> Token:
    brands = None if row.brands_json is None else frozenset(json.loads(row.brands_json))
    person = Person(name=row.name, roles=frozenset(json.loads(row.roles_json)), brands=brands)
    return Token(row.id, person, row.created_at, row.expires_at, row.revoked_at)
