"""Nobody gets in whom the desk does not know, by any of the three ways."""

from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.desk.sign_in import Door, TrustedProxy, way_back
from tests.desk.visitors import DOOR, SignIn, token_for, visitor_of

WHO = "/api/v1/me"
BEHIND_PROXY = Door(
    session_secret="s" * 32,
    is_https=False,
    proxy=TrustedProxy(ip_network("10.0.0.7"), "X-Forwarded-User"),
)


def name_of(visitor: TestClient, headers: dict[str, str] | None = None) -> str | None:
    """Whom the desk takes the visitor for."""
    sent = {name.encode(): value.encode() for name, value in (headers or {}).items()}
    answer = visitor.get(WHO, headers=sent)
    return str(answer.json()["name"]) if answer.status_code == 200 else None


def test_only_the_health_checks_answer_a_stranger(stranger: TestClient) -> None:
    assert stranger.get("/livez").json() == {"status": "ok"}
    assert stranger.get("/healthz").json()["parts"]["records"] == "ok"
    refused = stranger.get(WHO)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/openapi.json"])
def test_a_stranger_does_not_learn_which_routes_there_are(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 401
    assert stranger.post(path).status_code == 401


def test_a_stranger_with_a_browser_is_shown_the_sign_in_page_and_led_back(
    stranger: TestClient,
) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8"}
    sent = stranger.get("/campaigns/summer?locale=de-DE", headers=browser)

    assert sent.status_code == 303
    assert sent.headers["location"] == "/sign-in?next=%2Fcampaigns%2Fsummer%3Flocale%3Dde-DE"


def test_a_strangers_program_is_refused_wherever_it_asks(stranger: TestClient) -> None:
    assert stranger.get("/campaigns/summer").status_code == 401


@pytest.mark.parametrize("elsewhere", ["https://evil.test", "//evil.test", "/\\evil.test", "a\n"])
def test_signing_in_leads_to_no_other_site(elsewhere: str) -> None:
    assert way_back(elsewhere) == "/"


def test_a_token_says_who_asks(signed_in: SignIn) -> None:
    assert signed_in("review", name="Ann").get(WHO).json() == {
        "name": "Ann",
        "roles": ["review"],
        "brands": None,
    }


@pytest.mark.parametrize("text", ["", "ca", "ca__", "ca_0123456789ab_secret", "é"])
def test_a_text_that_is_no_token_opens_nothing(stranger: TestClient, text: str) -> None:
    assert name_of(stranger, {"Authorization": f"Bearer {text}"}) is None


def test_a_tokens_id_with_another_secret_opens_nothing(desk: Desk, stranger: TestClient) -> None:
    _, text = token_for(desk, "review")
    _, other = token_for(desk, "admin")
    swapped = "_".join([*text.split("_")[:2], *other.split("_", 2)[2:]])

    assert name_of(stranger, {"Authorization": f"Bearer {text}"}) == "Ann"
    assert name_of(stranger, {"Authorization": f"Bearer {swapped}"}) is None


def test_an_expired_and_a_revoked_token_open_nothing(desk: Desk, stranger: TestClient) -> None:
    _, expired = token_for(desk, "admin", lifetime_s=-1)
    token, revoked = token_for(desk, "admin")
    desk.access.revoke(token.id)

    assert name_of(stranger, {"Authorization": f"Bearer {expired}"}) is None
    assert name_of(stranger, {"Authorization": f"Bearer {revoked}"}) is None


def test_a_wrong_token_is_refused_although_the_cookie_is_right(
    desk: Desk, stranger: TestClient
) -> None:
    token, _ = token_for(desk, "review")
    stranger.post("/sign-in", data={"link": desk.access.link_to(token.id)})

    assert name_of(stranger) == "Ann"
    assert name_of(stranger, {"Authorization": "Bearer ca_wrong_one"}) is None


def test_a_link_signs_in_once_and_its_session_ends_with_the_token(
    desk: Desk, stranger: TestClient
) -> None:
    token, _ = token_for(desk, "review")
    link = desk.access.link_to(token.id)

    assert stranger.get("/sign-in", params={"link": link}).status_code == 200
    assert name_of(stranger) is None, "looking at the link's page, as mail programs do, is nothing"
    begun = stranger.post("/sign-in", data={"link": link, "next": "/campaigns/summer"})
    assert (begun.status_code, begun.headers["location"]) == (303, "/campaigns/summer")
    assert name_of(stranger) == "Ann"

    other = visitor_of(desk)
    assert other.post("/sign-in", data={"link": link}).status_code == 403
    assert name_of(other) is None

    desk.access.revoke(token.id)
    assert name_of(stranger) is None


def test_the_cookie_is_kept_from_scripts_and_other_sites(desk: Desk) -> None:
    _, text = token_for(desk, "review")
    visitor = visitor_of(desk, Door(session_secret="s" * 32, is_https=True))

    begun = visitor.post("/sign-in", data={"token": text})

    attributes = begun.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "secure"} <= set(attributes)
    assert text not in begun.headers["set-cookie"]
    assert "strict-transport-security" in begun.headers


def test_a_cookie_that_another_secret_signed_opens_nothing(desk: Desk) -> None:
    _, text = token_for(desk, "admin")
    forger = visitor_of(desk, Door(session_secret="f" * 32, is_https=False))
    forger.post("/sign-in", data={"token": text})
    assert name_of(forger) == "Ann"

    visitor = visitor_of(desk, DOOR)
    visitor.cookies = forger.cookies

    assert name_of(visitor) is None


def test_signing_out_takes_the_cookie_away(desk: Desk, stranger: TestClient) -> None:
    _, text = token_for(desk, "review")
    stranger.post("/sign-in", data={"token": text})

    stranger.post("/sign-out")

    assert name_of(stranger) is None


def test_the_proxy_names_who_asks_where_a_token_says_what_they_may(desk: Desk) -> None:
    token_for(desk, "review", name="Zoë")
    proxied = visitor_of(desk, BEHIND_PROXY, "10.0.0.7")

    assert name_of(proxied, {"X-Forwarded-User": "Zoë"}) == "Zoë"
    assert name_of(proxied, {"X-Forwarded-User": "Nobody"}) is None
    assert name_of(proxied) is None


@pytest.mark.parametrize(
    "door,address",
    [(DOOR, "10.0.0.7"), (BEHIND_PROXY, "10.0.0.8"), (BEHIND_PROXY, "127.0.0.1")],
    ids=["no proxy is trusted", "another machine", "this machine"],
)
def test_a_forged_proxy_header_opens_nothing(desk: Desk, door: Door, address: str) -> None:
    token_for(desk, "admin")
    forger = visitor_of(desk, door, address)

    forged = {"X-Forwarded-User": "Ann", "X-Forwarded-For": "10.0.0.7", "Forwarded": "for=10.0.0.7"}
    assert name_of(forger, forged) is None


def test_a_second_proxy_header_beside_the_proxys_own_opens_nothing(desk: Desk) -> None:
    token_for(desk, "admin", name="Root")
    token_for(desk, "submit", name="Mallory")
    proxied = visitor_of(desk, BEHIND_PROXY, "10.0.0.7")

    both = [("X-Forwarded-User", "Root"), ("X-Forwarded-User", "Mallory")]
    assert proxied.get(WHO, headers=both).status_code == 401


@pytest.mark.parametrize(
    "headers,status",
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://desk.test"}, 303),
        ({"Origin": "http://desk.test"}, 303),
        ({}, 303),
    ],
)
def test_another_site_cannot_make_a_browser_write(
    desk: Desk, stranger: TestClient, headers: dict[str, str], status: int
) -> None:
    _, text = token_for(desk, "review")
    stranger.post("/sign-in", data={"token": text})

    assert stranger.post("/sign-out", headers=headers).status_code == status
