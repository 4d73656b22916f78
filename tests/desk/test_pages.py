"""The pages show what is there to the people it is for, and decide on what they showed."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.branding import BrandedImage, BrandedImages
from creative_assets.studio.copywriting import AdCopy, BackTranslation
from creative_assets.studio.formats import format_named
from creative_assets.studio.produce import Job
from creative_assets.studio.publish import Publication
from creative_assets.studio.stages import AD_COPY, BRANDED_IMAGES, VARIANT_BRIEF
from tests.conftest import product
from tests.desk.finished import Finished, finish, keep
from tests.desk.visitors import SignIn
from tests.plans import plan_for

ROAST_DE, ROAST_EN = "summer/de-DE/roast", "summer/en-US/roast"
COPY = AdCopy(
    headline="Langsam geröstet",
    subline="Kalt gezogen.",
    call_to_action="Probieren",
    legal_line=None,
    alt_text="Eine Dose",
    back_translation=BackTranslation(
        headline="Brewed slowly", subline="Cold.", call_to_action="Try"
    ),
    sources={"headline": "reviewer", "subline": "model", "call_to_action": "model"},
)
SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def campaign(brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]) -> str:
    """One product in two locales, of which none is finished; its ID."""
    brief |= {"products": [product("roast", "Roast")], "target_locales": ["de-DE", "en-US"]}
    accepted(brief)
    return str(brief["campaign_id"])


@pytest.fixture
def roast(desk: Desk, campaign: str) -> Finished:
    """The German variant, finished."""
    return finish(desk, f"{campaign}/de-DE/roast")


@pytest.fixture
def reviewer(signed_in: SignIn) -> TestClient:
    return signed_in("review")


def standing(desk: Desk, key: str) -> tuple[str, str] | None:
    """What was decided last on a variant, and by whom."""
    decisions = desk.archive.decisions.decisions_on([key]).get(key, ())
    return (decisions[-1].verdict, decisions[-1].decided_by) if decisions else None


@pytest.mark.usefixtures("roast")
def test_the_first_page_counts_what_there_is_to_review(reviewer: TestClient) -> None:
    page = reviewer.get("/")

    assert page.status_code == 200
    assert "<h2>summer</h2>" in page.text
    assert "<b>1</b> to review" in page.text
    assert "<b>1</b> not finished" in page.text


def test_without_campaigns_the_first_page_says_so(signed_in: SignIn) -> None:
    assert "no campaign to see yet" in signed_in("submit").get("/").text


@pytest.mark.usefixtures("roast")
def test_the_gallery_shows_each_variant_with_its_thumbnails(reviewer: TestClient) -> None:
    page = reviewer.get("/campaigns/summer")

    assert page.text.count("<article") == 2
    assert page.text.count("/thumbnails/summer/") == 1
    assert "Not finished yet." in page.text


@pytest.mark.usefixtures("roast")
def test_the_gallery_shows_what_was_asked_for(reviewer: TestClient) -> None:
    page = reviewer.get("/campaigns/summer?decision=pending&for_locale=&status=nonsense")

    assert page.text.count("<article") == 1
    assert "/variants/summer/de-DE/roast?decision=pending" in page.text


def test_a_thumbnail_is_sent_once_and_kept(reviewer: TestClient, roast: Finished) -> None:
    file = roast.finals.files["1x1"]
    address = f"/thumbnails/summer/{roast.finals.version}/{file.sha256}/1x1.jpg"

    first = reviewer.get(address)
    again = reviewer.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in first.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_at_an_address_is_the_one_that_was_made(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    file = roast.finals.files["1x1"]
    address = f"/pictures/summer/{roast.finals.version}/{file.sha256}/1x1.jpg"
    assert reviewer.get(address).content == desk.archive.store.get(file.path)

    desk.archive.store.put(file.path, b"exchanged")

    assert reviewer.get(address).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/summer/{version}/{sha256}/..%2f..%2fmanifest.json",
        "/pictures/summer/..%2f..%2finputs/{sha256}/logo.jpg",
        "/pictures/..%2fsummer/{version}/{sha256}/1x1.jpg",
        "/thumbnails/summer/{version}/..%2f..%2f1x1/1x1.jpg",
        "/campaigns/..%2f..%2fetc",
        "/variants/summer/de-DE/..%2f..%2froast",
        "/static/..%2fapp.py",
    ],
)
def test_no_address_leads_out_of_its_folder(
    reviewer: TestClient, roast: Finished, path: str
) -> None:
    file = roast.finals.files["1x1"]
    address = path.format(version=roast.finals.version, sha256=file.sha256)

    assert reviewer.get(address).status_code in {404, 422}


def test_another_brands_campaign_is_not_there(signed_in: SignIn, roast: Finished) -> None:
    other = signed_in("review", brands=frozenset({"Alma"}))
    file = roast.finals.files["1x1"]

    for address in (
        "/campaigns/summer",
        "/campaigns/summer/progress",
        "/campaigns/summer/published.zip",
        roast.address,
        f"/pictures/summer/{roast.finals.version}/{file.sha256}/1x1.jpg",
    ):
        assert other.get(address).status_code == 404
    assert other.post(roast.address, data=roast.form()).status_code == 404
    assert "summer" not in other.get("/").text


def test_an_approval_is_the_signed_in_reviewers_and_leads_on(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    finish(desk, ROAST_EN)

    answer = reviewer.post(roast.address, data=roast.form())

    assert (answer.status_code, answer.headers["location"]) == (303, f"/variants/{ROAST_EN}")
    assert standing(desk, ROAST_DE) == ("approve", "Ann")
    assert "Approved: Roast, German (Germany)." in reviewer.get(answer.headers["location"]).text


def test_after_a_decision_comes_what_waits_for_one_and_nothing_that_was_decided_or_is_unfinished(
    desk: Desk,
    reviewer: TestClient,
    brief: dict[str, Any],
    accepted: Callable[[dict[str, Any]], list[Job]],
) -> None:
    brief |= {"products": [product("roast", "Roast")]}
    brief["target_locales"] = ["de-DE", "en-US", "fr-FR", "ja-JP", "sv-SE"]
    accepted(brief)
    german, english, _, swedish = (
        finish(desk, f"summer/{locale}/roast") for locale in ("de-DE", "en-US", "fr-FR", "sv-SE")
    )
    asked = english.form(verdict="request_changes", change="picture", note="Warmer.")
    reviewer.post(english.address, data=asked)

    on = reviewer.post(german.address, data=german.form(decision_id="d2"))
    back = reviewer.post(swedish.address, data=swedish.form(decision_id="d3"))

    assert on.headers["location"] == back.headers["location"] == "/variants/summer/fr-FR/roast"


def test_what_is_approved_offers_no_second_approval(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    reviewer.post(roast.address, data=roast.form())

    approved = reviewer.get(roast.address).text
    failed = Publication(ROAST_DE, roast.finals.sha256, "d1", error="The disk is full.")
    desk.archive.publications.keep(failed)
    unpublished = reviewer.get(roast.address).text

    assert 'value="approve"' not in approved
    assert "Approved by Ann." in approved
    assert "Approve again, to publish it" in unpublished


def test_who_looks_through_what_is_pending_stays_among_it(
    reviewer: TestClient, roast: Finished
) -> None:
    answer = reviewer.post(f"{roast.address}?decision=pending", data=roast.form())

    assert answer.headers["location"] == "/campaigns/summer?decision=pending"


def test_sending_a_decision_twice_decides_once(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    for _ in range(2):
        assert reviewer.post(roast.address, data=roast.form()).status_code == 303

    assert len(desk.archive.decisions.decisions_on([ROAST_DE])[ROAST_DE]) == 1


def test_finals_that_were_made_again_are_not_approved_unseen(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    finish(desk, ROAST_DE, "maroon")

    answer = reviewer.post(roast.address, data=roast.form())

    assert answer.status_code == 409
    assert "it has new finals since you looked" in answer.text
    assert standing(desk, ROAST_DE) is None


def test_of_two_reviewers_at_once_the_second_is_told(
    desk: Desk, signed_in: SignIn, reviewer: TestClient, roast: Finished
) -> None:
    reviewer.post(roast.address, data=roast.form())

    answer = signed_in("review", name="Bob").post(
        roast.address,
        data=roast.form(
            decision_id="d2", verdict="request_changes", change="picture", note="Warmer light."
        ),
    )

    assert answer.status_code == 409
    assert "approved by Ann" in answer.text
    assert ">Warmer light.</textarea>" in answer.text
    assert standing(desk, ROAST_DE) == ("approve", "Ann")


def test_who_approves_in_two_tabs_is_told_that_they_have(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    reviewer.post(roast.address, data=roast.form())

    answer = reviewer.post(roast.address, data=roast.form(decision_id="d2"))

    assert answer.status_code == 303
    page = reviewer.get(answer.headers["location"]).text
    assert "You have approved it already: Roast, German (Germany)." in page
    assert len(desk.archive.decisions.decisions_on([ROAST_DE])[ROAST_DE]) == 1


def test_after_the_last_decision_all_is_decided(reviewer: TestClient, roast: Finished) -> None:
    before = reviewer.get("/campaigns/summer").text
    answer = reviewer.post(roast.address, data=roast.form())

    assert "All that is ready is decided." not in before
    assert "All that is ready is decided." in reviewer.get(answer.headers["location"]).text


def test_a_note_that_ends_in_a_full_stop_is_told_with_one(
    signed_in: SignIn, reviewer: TestClient, roast: Finished
) -> None:
    asked = roast.form(verdict="request_changes", change="picture", note="Warmer, please.")
    reviewer.post(roast.address, data=asked)

    page = signed_in("review", name="Bob").post(roast.address, data=roast.form(decision_id="d2"))

    assert "Warmer, please. Look at it again" in page.text
    assert "Roast, German (Germany) was not decided" in page.text


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"note": "Warmer."}, "Say what is to change"),
        (
            {"change": "words", "headline": "x" * 81},
            "The headline has 81 characters, and may have 80: shorten it.",
        ),
        ({"change": "words"}, "Type what they are to be"),
    ],
)
def test_a_request_that_says_too_little_is_asked_for_more(
    desk: Desk, reviewer: TestClient, roast: Finished, fields: dict[str, str], said: str
) -> None:
    answer = reviewer.post(roast.address, data=roast.form(verdict="request_changes", **fields))

    assert answer.status_code == 422
    assert said in answer.text
    assert standing(desk, ROAST_DE) is None


@pytest.mark.parametrize("change", ["copy", "picture", "logo", "layout"])
def test_a_note_that_is_missing_is_asked_for_in_plain_words_at_its_field(
    reviewer: TestClient, roast: Finished, change: str
) -> None:
    form = roast.form(verdict="request_changes", change=change, note=" ")

    page = reviewer.post(roast.address, data=form).text

    said = f"A note is needed: say in your own words what is to change about the {change}."
    assert f'id="problem-note">{said}</span>' in page
    assert "should have at least" not in page


def test_exact_words_are_asked_for_letter_for_letter(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    form = roast.form(verdict="request_changes", change="words", headline="Langsam geröstet.")

    assert reviewer.post(roast.address, data=form).status_code == 303

    (decision,) = desk.archive.decisions.decisions_on([ROAST_DE])[ROAST_DE]
    assert decision.scope == "copy"
    assert decision.words is not None
    assert decision.words.model_dump(exclude_none=True) == {"headline": "Langsam geröstet."}


def test_exact_words_that_do_not_fit_are_told_before_a_run_is_made_of_them(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    jobs, _ = load_jobs([ROAST_DE], desk.archive.store, desk.archive.records)
    image = BrandedImage(
        plan=plan_for(format_named("1x1"), "de-DE"),
        candidates=(),
        file=roast.finals.files["1x1"],
        chosen_by="model",
        reason="",
        match=1.0,
    )
    keep(desk, roast, VARIANT_BRIEF, jobs[0].variant)
    keep(desk, roast, AD_COPY, COPY)
    keep(desk, roast, BRANDED_IMAGES, BrandedImages(images=(image,), clean=()))
    form = roast.form(verdict="request_changes", change="words", headline="W" * 70)

    page = reviewer.post(roast.address, data=form)
    asked = {"variants": {ROAST_DE: roast.finals.sha256}, "words": {"headline": "W" * 70}}
    answer = reviewer.post("/api/v1/campaigns/summer/revision", json=asked)

    assert page.status_code == answer.status_code == 422
    told = page.text.partition('id="problem-words">')[2].partition("</p>")[0]
    assert "The headline (de-DE) does not fit the text zone of 1x1" in told
    assert html.unescape(told) == answer.json()["detail"]
    assert standing(desk, ROAST_DE) is None


@pytest.mark.usefixtures("campaign")
def test_a_failed_check_is_overridden_with_a_reason_by_who_may(
    desk: Desk, signed_in: SignIn, reviewer: TestClient
) -> None:
    roast = finish(desk, ROAST_DE, failed=("copy: a banned word",))
    reasoned = roast.form(override_reason="It is the product's own name.")
    publisher = signed_in("review", "publish", name="Pat")

    page = reviewer.get(roast.address).text

    assert 'Failed: <a href="#findings">copy</a>.' in page
    assert "ask somebody with the role publish" in page
    assert reviewer.post(roast.address, data=reasoned).status_code == 422
    assert publisher.post(roast.address, data=roast.form()).status_code == 409
    assert publisher.post(roast.address, data=reasoned).status_code == 303
    assert standing(desk, ROAST_DE) == ("approve", "Pat")


def test_who_may_not_review_sees_no_buttons_and_decides_nothing(
    desk: Desk, signed_in: SignIn, roast: Finished
) -> None:
    submitter = signed_in("submit")

    assert 'value="approve"' not in submitter.get(roast.address).text
    assert submitter.post(roast.address, data=roast.form()).status_code == 403
    assert standing(desk, ROAST_DE) is None


def test_a_page_says_when_the_finals_it_shows_were_made_again(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    address = f"{roast.address}/state?sha256={roast.finals.sha256}"
    assert "made again" not in reviewer.get(address).text

    finish(desk, ROAST_DE, "maroon")

    assert "It was made again." in reviewer.get(address).text


def test_words_that_a_reviewer_typed_stand_without_the_old_lines_back_translation(
    desk: Desk, reviewer: TestClient, roast: Finished
) -> None:
    keep(desk, roast, AD_COPY, COPY)

    page = reviewer.get(roast.address).text

    assert "Brewed slowly" not in page
    assert page.count("not translated back") == 1
    assert '<dd class="back">Cold.</dd>' in page


def test_script_in_notes_and_names_is_text(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any], accepted: Callable[..., list[Job]]
) -> None:
    brief["brand"]["name"] = f"Nordlys {SCRIPT}"
    brief["products"] = [product("roast", f"Roast {SCRIPT}")]
    brief["target_locales"] = ["de-DE"]
    accepted(brief)
    roast = finish(desk, ROAST_DE)
    reviewer = signed_in("review", name=f"Ann {SCRIPT}")
    form = roast.form(verdict="request_changes", change="picture", note=f"Warmer {SCRIPT}")
    reviewer.post(roast.address, data=form)

    for address in ("/", "/campaigns/summer", roast.address, f"{roast.address}/state"):
        page = reviewer.get(address).text
        assert SCRIPT not in page
    assert "Warmer &lt;script&gt;" in reviewer.get(roast.address).text


def test_what_goes_wrong_is_told_to_people_as_a_page(reviewer: TestClient) -> None:
    answer = reviewer.get("/campaigns/spring", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no campaign spring for you to see." in answer.text


def test_no_page_needs_inline_script_or_style(reviewer: TestClient, roast: Finished) -> None:
    for address in ("/", "/campaigns/summer", roast.address):
        page = reviewer.get(address).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=") > 0
