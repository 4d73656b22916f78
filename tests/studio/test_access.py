"""A token opens what it says for as long as it says, and a link does so once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from creative_assets.studio.access import LINK_LIFETIME_S, TOKENS, Access, Person
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.records import open_records
from tests.clock import Clock

ANN = Person(name="Ann", roles=frozenset({"review"}), brands=frozenset({"Nordlys"}))


@pytest.fixture
def access(records_url: str, clock: Clock) -> Iterator[Access]:
    records = open_records(records_url)
    yield Access(records.database, clock)
    records.close()


def test_a_token_stands_for_its_person(access: Access) -> None:
    token, text = access.issue(ANN, 60)

    assert text.startswith("ca_")
    assert access.given(text) == token
    assert access.with_id(token.id) == access.of_name("Ann") == token
    assert token.person == ANN


def test_neither_tokens_nor_links_can_be_read_from_the_database(access: Access) -> None:
    token, text = access.issue(ANN, 60)
    link = access.link_to(token.id)

    with access._database.reading() as connection:
        kept = str(list(connection.execute(sa.select(TOKENS))))
    assert token.id in kept
    assert text.split("_", 2)[2] not in kept
    assert link not in kept


def test_a_token_ends(access: Access, clock: Clock) -> None:
    token, text = access.issue(ANN, 60)
    clock.now_s += 60

    assert access.given(text) is access.with_id(token.id) is access.of_name("Ann") is None


def test_a_revoked_token_is_listed_and_opens_nothing(access: Access) -> None:
    token, text = access.issue(ANN, 60)
    access.revoke(token.id)

    assert access.given(text) is None
    assert [each.revoked_at is not None for each in access.all()] == [True]
    with pytest.raises(MissingInputError, match="no token 'x'"):
        access.revoke("x")


def test_of_two_tokens_of_one_name_the_newer_counts(access: Access, clock: Clock) -> None:
    access.issue(ANN, 60)
    clock.now_s += 1
    newer, _ = access.issue(ANN.model_copy(update={"brands": None}), 60)

    assert access.of_name("Ann") == newer


def test_a_link_is_used_once_even_by_many_at_the_same_time(access: Access) -> None:
    token, _ = access.issue(ANN, 60)
    link = access.link_to(token.id)

    with ThreadPoolExecutor(8) as threads:
        signed_in = [found for found in threads.map(access.redeem, [link] * 8) if found]

    assert signed_in == [token]


def test_a_link_ends_and_so_does_one_to_a_revoked_token(access: Access, clock: Clock) -> None:
    token, _ = access.issue(ANN, 10 * LINK_LIFETIME_S)
    late = access.link_to(token.id)
    clock.now_s += LINK_LIFETIME_S
    assert access.redeem(late) is None

    link = access.link_to(token.id)
    access.revoke(token.id)
    assert access.redeem(link) is None
    with pytest.raises(MissingInputError, match="no valid token"):
        access.link_to(token.id)


def test_an_admin_may_do_everything_and_others_what_their_roles_say() -> None:
    admin = Person(name="Bo", roles=frozenset({"admin"}))

    assert (ANN.may("review"), ANN.may("submit"), ANN.may("admin")) == (True, False, False)
    assert admin.may("submit")
    assert admin.may("publish")


def test_a_person_sees_their_brands_and_one_without_sees_all() -> None:
    assert (ANN.sees("Nordlys"), ANN.sees("Fjell")) == (True, False)
    assert ANN.model_copy(update={"brands": None}).sees("Fjell")


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"roles": []}, {"roles": ["owner"]}, {"brands": []}]
)
def test_a_person_has_a_name_a_role_and_known_roles(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Person.model_validate({"name": "Ann", "roles": ["review"], "brands": None} | fields)
