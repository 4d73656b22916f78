"""Those who run the desk say on the command line who gets in."""

import re

import pytest
from typer.testing import CliRunner, Result

from creative_assets.cli import app
from creative_assets.resources.opening import Archive
from creative_assets.studio.access import Access

pytestmark = pytest.mark.usefixtures("settings")

TEXT = re.compile(r"^ca_[0-9a-f]{12}_[\w-]{43}$", re.MULTILINE)


def token(*args: str) -> Result:
    return CliRunner().invoke(app, ["token", *args])


def test_a_token_is_shown_when_it_is_made_and_never_again(archive: Archive) -> None:
    made = token("create", "Ann", "--role", "review", "--brand", "Nordlys", "--days", "2")

    (text,) = TEXT.findall(made.stdout)
    given = Access(archive.records.database).given(text)
    assert given is not None
    assert given.person.model_dump() == {
        "name": "Ann",
        "roles": {"review"},
        "brands": {"Nordlys"},
    }
    assert given.expires_at - given.created_at == 2 * 86_400
    listed = token("list").stdout
    assert given.id in listed
    assert "Nordlys" in listed
    assert not TEXT.search(listed)


def test_a_role_that_there_is_not_is_refused(archive: Archive) -> None:
    refused = token("create", "Ann", "--role", "owner")

    assert refused.exit_code == 2
    assert Access(archive.records.database).all() == []


def test_a_link_begins_with_the_desks_address_and_opens_what_the_token_opens(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_DESK_URL", "https://desk.example.com")
    token("create", "Ann", "--role", "review")
    access = Access(archive.records.database)
    (made,) = access.all()

    address = token("link", made.id).stdout.strip()

    assert address.startswith("https://desk.example.com/sign-in?link=")
    assert access.redeem(address.partition("=")[2]) == made


def test_a_revoked_token_opens_nothing_and_is_listed_as_revoked(archive: Archive) -> None:
    made = token("create", "Ann", "--role", "review").stdout
    (text,) = TEXT.findall(made)
    access = Access(archive.records.database)
    (before,) = access.all()

    assert token("revoke", before.id).exit_code == 0
    assert access.given(text) is None
    assert "revoked" in token("list").stdout
    assert token("revoke", "nobody").exit_code == 1
