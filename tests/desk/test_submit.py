"""The form makes the brief that its author would have written, and puts it where briefs go."""

import json
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from creative_assets.desk.brief_form import Sent, upload_of
from creative_assets.desk.desk import Desk
from creative_assets.desk.form_problems import by_field, own_problems
from creative_assets.studio.acceptance import accept_at
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.errors import Problem
from creative_assets.studio.taking import take_in
from tests.conftest import LOGO
from tests.desk.finished import finish
from tests.desk.visitors import SignIn

FILLED: dict[str, Any] = {
    "campaign_id": "summer",
    "brand.name": "Nordlys",
    "brand.primary_color": "#0B3D2E",
    "brand.palette": "#F4E9D8, #D97742",
    "brand.tone": "warm",
    "audience.region": "Nordics",
    "audience.description": "Commuters",
    "products[0].name": "Cold Brew",
    "products[0].description": "Steeped for 18 hours.",
    "target_locales": ["en-US", "sv-se, de-DE"],
    "output.aspect_ratios": ["1x1"],
    "output.layout": "card",
}
FILES = {"brand.logo": ("Our Logo (final).svg", LOGO)}


@pytest.fixture
def submitter(signed_in: SignIn) -> TestClient:
    return signed_in("submit")


def sent(**texts: str) -> Sent:
    return Sent({name: [text] for name, text in texts.items()}, {})


def document_of(form: Sent) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(upload_of(form).content)
    return document


def inbox(desk: Desk) -> list[str]:
    return [path for path in desk.inbox.find() if not path.startswith(".")]


def submit(submitter: TestClient, form: dict[str, Any] = FILLED, **ticked: str) -> Response:
    """Look at the estimate, and submit what was estimated."""
    page = submitter.post("/submit", data=form | {"step": "check"}, files=FILES).text
    agreed = {"step": "send", "estimated": estimated(page)}
    return submitter.post("/submit", data=form | agreed | ticked, files=FILES)


def estimated(page: str) -> str:
    """What a page with an estimate says of the brief that it is of."""
    return page.partition('name="estimated" value="')[2].partition('"')[0]


def test_what_is_left_empty_is_left_out_of_the_brief() -> None:
    document = document_of(Sent({"campaign_id": ["  "], "brand.palette": [""]}, {}))

    assert document == {"brand": {}, "audience": {}, "products": [{"id": "product-1"}]}


def test_lists_are_split_where_people_part_them() -> None:
    form = Sent(
        {
            "brand.banned_words": ["cheap, energy boost\nfree;"],
            "brand.legal_guidelines": ["No health claims, ever.\n\nNo prices."],
            "audience.age_range.from": ["25"],
            "budget_usd": ["12.50"],
        },
        {},
    )

    document = document_of(form)

    assert document["brand"]["banned_words"] == {"*": ["cheap", "energy boost", "free"]}
    assert document["audience"] == {"age_range": {"from": 25}}
    assert document["brand"]["legal_guidelines"] == ["No health claims, ever.", "No prices."]
    assert document["budget_usd"] == 12.5


def test_what_is_said_for_one_language_stands_beside_what_is_said_for_all() -> None:
    form = sent(
        **{
            "brand.legal_text": "Contains caffeine.",
            "brand.banned_words": "cheap",
            "messages[0].locale": "de-DE",
            "messages[0].headline": "Sommer",
            "messages[0].legal_text": "Enthält Koffein.",
            "messages[4].locale": "ja",
            "messages[4].banned_words": "安い, 無料",
        }
    )

    document = document_of(form)

    assert document["messages"] == {"de-DE": {"headline": "Sommer"}}
    brand = document["brand"]
    assert brand["legal_text"] == {"*": "Contains caffeine.", "de-DE": "Enthält Koffein."}
    assert brand["banned_words"] == {"*": ["cheap"], "ja": ["安い", "無料"]}


def test_an_entry_that_was_removed_or_left_empty_is_none() -> None:
    form = sent(**{"products[1].name": " ", "products[3].name": "Tea", "products[9].name": "Oat"})

    products = document_of(form)["products"]

    assert [product["name"] for product in products] == ["Tea", "Oat"]
    assert list(by_field([Problem("products[1].id", "this", "that", "Do.")], form)) == [
        "products[9].name"
    ]


@pytest.mark.parametrize(
    "texts, field, said",
    [
        ({"messages[0].headline": "Sommer"}, "messages[0].locale", "Please fill this in."),
        ({"messages[0].locale": "de-DE"}, "messages[0].locale", "Fill one in, or remove this one."),
        (
            {
                "messages[0].locale": "de-DE",
                "messages[0].headline": "Sommer",
                "messages[1].locale": "de-DE",
                "messages[1].headline": "Winter",
            },
            "messages[1].locale",
            "Put its texts together",
        ),
    ],
)
def test_texts_for_no_language_or_for_one_twice_are_no_brief(
    texts: dict[str, str], field: str, said: str
) -> None:
    form = sent(**texts)

    told = by_field(own_problems(form), form)

    assert said in told.pop(field)[0]
    assert told == {}


def test_files_are_named_by_the_form_and_not_by_who_sends_them() -> None:
    files = {
        "brand.logo": [("../../etc/Our Logo.SVG", b"a")],
        "products[0].photos": [("can.png", b"b"), ("<b>.png", b"c")],
    }

    upload = upload_of(Sent({}, files))

    assert set(upload.files) == {"logo.svg", "photos/1-1.png", "photos/1-2.png"}
    assert json.loads(upload.content)["brand"]["logo"] == "logo.svg"


@pytest.mark.parametrize(
    "path, field",
    [
        ("brand.primary_color", "brand.primary_color"),
        ("brand.palette[3]", "brand.palette"),
        ("brand.logo.default", "brand.logo"),
        ("products[0].id", "products[0].name"),
        ("products[0].photos[2]", "products[0].photos"),
        ("audience.age_range", "audience.age_range.from"),
        ("audience.age_range.to", "audience.age_range.to"),
        ("brand.banned_words.*[0]", "brand.banned_words"),
        ("brand.banned_words.de-DE[3]", "messages[0].banned_words"),
        ("brand.legal_text.de-DE", "messages[0].legal_text"),
        ("brand.legal_guidelines[1]", "brand.legal_guidelines"),
        ("brand.fonts[0]", ""),
        ("target_locales[7]", "target_locales"),
        ("messages.de-DE.headline", "messages[0].headline"),
        ("messages.de-DE", "messages[0].locale"),
        ("somewhere.else", ""),
        ("", ""),
    ],
)
def test_a_problem_stands_at_its_field(path: str, field: str) -> None:
    form = sent(**{"messages[0].locale": "de-DE", "messages[0].headline": "Sommer"})

    assert list(by_field([Problem(path, "this", "that", "Do.")], form)) == [field]


def test_no_problem_is_told_with_two_full_stops() -> None:
    problem = Problem(
        "brand.logo", "an EPS; expected one of these.", "a picture", "Export it again."
    )

    (told,) = by_field([problem], sent())["brand.logo"]

    assert told.endswith("expected one of these. Export it again.")
    assert ".." not in told


def test_an_empty_form_is_told_all_that_is_missing(desk: Desk, submitter: TestClient) -> None:
    page = submitter.post("/submit", data={"step": "check"})

    assert page.status_code == 422
    for name in ("campaign-id", "brand-name", "brand-logo", "products-0-name", "target-locales"):
        place = page.text.partition(f'id="problem-{name}"')[2]
        said = "Choose one." if name == "target-locales" else "Please fill this in."
        assert place.partition("</span>")[0].endswith(said)
    assert inbox(desk) == []


def test_htmx_gets_the_problems_alone_so_that_chosen_files_stay(submitter: TestClient) -> None:
    part = submitter.post(
        "/submit",
        data=FILLED | {"step": "check", "brand.primary_color": "green"},
        files=FILES,
        headers={"HX-Request": "true"},
    ).text

    assert "<html" not in part
    assert 'id="problem-brand-primary-color" hx-swap-oob="true">Expected a colour' in part
    assert 'id="problem-brand-name" hx-swap-oob="true"></span>' in part


def test_the_estimate_comes_before_anything_is_sent(desk: Desk, submitter: TestClient) -> None:
    page = submitter.post("/submit", data=FILLED | {"step": "check"}, files=FILES)

    assert page.status_code == 200
    assert "3 variants, 3 pictures to make." in page.text
    assert "the models would cost USD" in page.text
    assert inbox(desk) == []


def test_what_was_changed_since_its_estimate_is_estimated_first(
    desk: Desk, submitter: TestClient
) -> None:
    page = submitter.post("/submit", data=FILLED | {"step": "check"}, files=FILES).text
    changed = FILLED | {"step": "send", "target_locales": ["en-US"], "estimated": estimated(page)}

    again = submitter.post("/submit", data=changed, files=FILES).text

    assert "The form was changed since its estimate." in again
    assert "1 variant, 1 picture to make." in again
    assert inbox(desk) == []
    assert submit(submitter, FILLED | {"target_locales": ["en-US"]}).status_code == 303


def test_a_campaign_that_exists_is_replaced_only_by_who_says_so(
    desk: Desk, signed_in: SignIn, submitter: TestClient
) -> None:
    submit(submitter)
    take_in(desk.inbox, desk.archive.store, desk.archive.records, most=9, budget_s=60)
    roast = finish(desk, "summer/de-DE/cold-brew")
    signed_in("review").post(roast.address, data=roast.form())
    fewer = FILLED | {"target_locales": ["en-US"]}
    before = desk.inbox.get("summer/brief.json")

    unticked = submit(submitter, fewer)
    kept = desk.inbox.get("summer/brief.json")
    ticked = submit(submitter, fewer, replace="yes")

    assert (
        "<b>summer exists already</b>: this replaces its brief; 1 approval falls." in unticked.text
    )
    assert "Tick “Replace it”" in unticked.text
    assert kept == before
    assert ticked.status_code == 303
    assert desk.inbox.get("summer/brief.json") != before


def test_a_campaign_that_waits_in_the_inbox_exists_too(submitter: TestClient) -> None:
    submit(submitter)

    assert "summer exists already" in submit(submitter).text


def test_a_legal_line_and_a_channel_without_room_for_it_are_told_what_to_tick_instead(
    submitter: TestClient,
) -> None:
    form = FILLED | {"brand.legal_text": "Contains caffeine.", "output.channels": "google-display"}

    page = submitter.post("/submit", data=form | {"step": "check"}, files=FILES).text
    told = page.partition('id="problem-output-channels">')[2].partition("</span>")[0]
    tick = told.partition("Under Single formats, tick ")[2].partition(" instead.")[0]
    named = [each.strip("“”") for each in tick.split(", ")]
    again = submit(submitter, form | {"output.channels": named})

    assert "with no room for “Legal line” in “display-728x90”" in told
    assert all(f'name="output.channels" value="{name}"' in page for name in named)
    assert again.status_code == 303


def test_a_colour_may_be_typed_without_its_number_sign() -> None:
    form = sent(**{"brand.primary_color": "0b3d2e", "brand.palette": "fff, #D97742, green"})

    assert document_of(form)["brand"] == {
        "primary_color": "#0b3d2e",
        "palette": ["#fff", "#D97742", "green"],
    }


def test_what_was_typed_is_told_in_quotes_with_one_full_stop() -> None:
    problem = Problem("campaign_id", "`Alma Spring!`", "small letters", "Change it.")

    assert by_field([problem], sent())["campaign_id"] == [
        "Expected small letters, found “Alma Spring!”. Change it."
    ]


@pytest.mark.parametrize("step", ["check", "send"])
def test_a_campaign_that_another_file_owns_is_refused_before_it_is_sent(
    desk: Desk, submitter: TestClient, brief: dict[str, Any], step: str
) -> None:
    desk.inbox.put("summer/logo.svg", LOGO)
    desk.inbox.put("summer/agency.json", json.dumps(brief).encode())
    accept_at("summer/agency.json", desk.inbox, desk.archive.store, desk.archive.records)

    page = submitter.post("/submit", data=FILLED | {"step": step}, files=FILES)

    assert page.status_code == 422
    told = page.text.partition('id="problem-campaign-id">')[2].partition("</span>")[0]
    assert told == "Another campaign has this short name already. Please choose another one."
    assert 'id="estimate"' not in page.text


def test_the_estimate_says_which_variants_would_be_retired(
    desk: Desk, submitter: TestClient
) -> None:
    submit(submitter)
    take_in(desk.inbox, desk.archive.store, desk.archive.records, most=9, budget_s=60)

    same = submitter.post("/submit", data=FILLED | {"step": "check"}, files=FILES).text
    fewer = FILLED | {"step": "check", "target_locales": ["en-US"]}
    page = submitter.post("/submit", data=fewer, files=FILES).text

    assert "retired" not in same
    assert (
        "2 variants that exist are not in this brief any more and will be retired: "
        "Cold Brew, German (Germany); Cold Brew, Swedish (Sweden)." in page
    )
    assert all(row.active for row in desk.archive.records.variants.of_campaign("summer"))


def test_a_submitted_campaign_goes_through_the_inbox(desk: Desk, submitter: TestClient) -> None:
    answer = submit(submitter)

    assert (answer.status_code, answer.headers["location"]) == (303, "/submitted/summer")
    assert inbox(desk) == ["summer/brief.json", "summer/logo.svg"]
    assert "The brief is in the inbox" in submitter.get("/submitted/summer").text

    take_in(desk.inbox, desk.archive.store, desk.archive.records, most=9, budget_s=60)

    arrived = submitter.get("/submitted/summer")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/campaigns/summer")
    assert [row.locale for row in desk.archive.records.variants.of_campaign("summer")] == [
        "de-DE",
        "en-US",
        "sv-SE",
    ]


def test_a_campaign_that_waits_for_a_go_says_so_to_who_submitted_it(
    desk: Desk, submitter: TestClient
) -> None:
    submit(submitter)
    take_in(desk.inbox, desk.archive.store, desk.archive.records, most=9, budget_s=60)
    campaigns = Campaigns(desk.archive.records.database)
    (campaign,) = campaigns.at("unweighed")
    campaigns.weighed(campaign, "USD 9.00 to 20.00", "its budget_usd is 5.00")

    page = submitter.get("/submitted/summer").text
    answer = submitter.get("/api/v1/campaigns/summer/status").json()

    assert "Nothing that waits in it is started: its budget_usd is 5.00." in page
    assert (answer["brief"], answer["held_because"]) == ("held", "its budget_usd is 5.00")


@pytest.mark.parametrize(
    "fields, name, said",
    [
        ({"audience.age_range.from": "40", "audience.age_range.to": "20"}, "from", "Exchange the"),
        ({"audience.age_range.from": "40"}, "to", "Please fill this in."),
        ({"audience.age_range.from": "x", "audience.age_range.to": "50"}, "from", "a whole number"),
    ],
)
def test_what_is_wrong_with_ages_stands_at_them(
    submitter: TestClient, fields: dict[str, str], name: str, said: str
) -> None:
    page = submitter.post("/submit", data=FILLED | fields | {"step": "check"}, files=FILES).text

    told = page.partition(f'id="problem-audience-age-range-{name}"')[2].partition("</span>")[0]
    assert said in told


@pytest.mark.parametrize("field", ["brand.logo", "products[0].photos"])
def test_a_file_that_is_no_picture_is_told_at_its_field_by_the_name_it_was_sent_under(
    submitter: TestClient, field: str
) -> None:
    files = FILES | {field: ("Can, front.png", b"hello")}

    page = submitter.post("/submit", data=FILLED | {"step": "check"}, files=files).text

    place = field.replace(".", "-").replace("[", "-").replace("]", "")
    told = page.partition(f'id="problem-{place}">')[2].partition("</span>")[0]
    assert told == (
        "Can, front.png: is no picture; expected a PNG, JPEG, WebP or SVG file. "
        "Export it as one of these."
    )


def test_what_would_wait_for_a_go_says_so_with_its_estimate(desk: Desk) -> None:
    choice = desk.choice.model_copy(update={"service": "api.openai.com"})
    submitter = SignIn(replace(desk, choice=choice))("submit")
    typed = FILLED | {"step": "check", "budget_usd": "0.01"}

    page = submitter.post("/submit", data=typed, files=FILES).text

    assert "It will wait for somebody’s go before anything is made" in page
    assert "its budget_usd is 0.01" in page


def test_a_logo_with_script_is_refused_at_its_field(desk: Desk, submitter: TestClient) -> None:
    logo = LOGO.replace(b"<rect", b"<script>alert(1)</script><rect", 1)

    page = submitter.post(
        "/submit", data=FILLED | {"step": "send"}, files={"brand.logo": ("logo.svg", logo)}
    )

    assert page.status_code == 422
    assert "script" in page.text.partition('id="problem-brand-logo"')[2].partition("</span>")[0]
    assert inbox(desk) == []


def test_script_that_was_typed_comes_back_as_text(submitter: TestClient) -> None:
    typed = FILLED | {"step": "check", "campaign_id": '"><script>alert(1)</script>'}

    assert "<script>alert" not in submitter.post("/submit", data=typed, files=FILES).text


def test_another_brands_campaign_is_not_submitted(desk: Desk, signed_in: SignIn) -> None:
    other = signed_in("submit", brands=frozenset({"Alma"}))

    answer = other.post("/submit", data=FILLED | {"step": "send"}, files=FILES)

    assert answer.status_code == 403
    assert inbox(desk) == []


def test_who_may_not_submit_has_no_form(signed_in: SignIn) -> None:
    reviewer = signed_in("review")

    assert reviewer.get("/submit").status_code == 403
    assert reviewer.post("/submit", data=FILLED, files=FILES).status_code == 403
    assert "/submit" not in reviewer.get("/").text


@pytest.mark.parametrize("part", ["product", "message"])
def test_the_form_grows_by_another_entry(submitter: TestClient, part: str) -> None:
    entry = submitter.get(f"/submit/{part}?number=2").text

    assert f'name="{part}s[2].' in entry
    assert f'hx-get="/submit/{part}?number=3"' in entry
