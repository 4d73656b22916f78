from typing import Annotated, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from creative_assets.standin.answers import Schema, logo_choices, structured
from creative_assets.standin.categories import category_of
from creative_assets.standin.direction import art_direction

PRODUCT = {"name": "Nordlys Cold Brew", "description": "Coffee", "has_photos": False}
BRAND = {"name": "Nordlys", "tone": "warm", "palette": ["#0B3D2E", "#D97742"]}


def candidate(name: str) -> dict[str, object]:
    return {"name": name, "contrast": 7.25, "calmness": 0.875, "box": [0, 0, 10, 10]}


def chosen(*formats: list[str], nonce: int = 0) -> list[str]:
    facts = {
        "formats": [
            {"format": str(index), "candidates": [candidate(name) for name in names]}
            for index, names in enumerate(formats)
        ]
    }
    return [choice["candidate"] for choice in logo_choices(facts, nonce)["choices"]]


def test_a_logo_spot_that_is_good_in_all_formats_is_taken_for_all() -> None:
    assert chosen(["a", "b", "c"], ["b", "c", "a"], ["c", "b"]) == ["b", "b", "b"]


def test_a_logo_spot_that_most_formats_share_is_taken_where_it_is_good() -> None:
    assert chosen(["a", "b"], ["b", "a"], ["c", "a"], ["d", "c"]) == ["a", "a", "a", "d"]


def test_a_logo_spot_beside_the_subject_is_no_common_one() -> None:
    formats = [["top-left", "middle-left"], ["top-right", "middle-left"]]
    assert chosen(*formats) == ["top-left", "top-right"]


@pytest.mark.parametrize("poor", [{"contrast": 2.0}, {"calmness": 0.4}, {"calmness": 0.65}])
def test_a_logo_spot_is_common_only_where_it_is_good(poor: dict[str, float]) -> None:
    facts = {
        "formats": [
            {"format": "1x1", "candidates": [candidate("a") | poor, candidate("b")]},
            {"format": "4x5", "candidates": [candidate("a"), candidate("b")]},
        ]
    }
    assert [choice["candidate"] for choice in logo_choices(facts, 0)["choices"]] == ["b", "b"]


def test_the_wish_is_taken_wherever_it_is_good() -> None:
    names = ("a", "b", "c")
    facts = {
        "wish": "c",
        "formats": [
            {"format": "1x1", "candidates": [candidate(name) for name in names]},
            {"format": "4x5", "candidates": [candidate(name) for name in names]},
            {
                "format": "9x16",
                "candidates": [candidate("a"), candidate("c") | {"on_subject": 0.3}],
            },
        ],
    }
    for nonce in range(3):
        picked = [choice["candidate"] for choice in logo_choices(facts, nonce)["choices"]]
        assert picked[:2] == ["c", "c"]
    assert [choice["candidate"] for choice in logo_choices(facts, 0)["choices"]][2] == "a"


def test_a_logo_spot_that_all_formats_have_is_taken_where_the_ground_is_less_calm() -> None:
    shared, restless = candidate("a") | {"in_formats": 2}, {"calmness": 0.4}
    facts = {
        "formats": [
            {"format": "1x1", "candidates": [candidate("b"), shared | restless]},
            {"format": "4x5", "candidates": [shared]},
        ]
    }
    assert [choice["candidate"] for choice in logo_choices(facts, 0)["choices"]] == ["a", "a"]


def test_without_a_common_logo_spot_each_format_gets_its_best() -> None:
    assert chosen(["a", "b"], ["c", "d"]) == ["a", "c"]


def test_another_nonce_chooses_another_logo_spot() -> None:
    assert chosen(["a", "b"], ["a", "b"], nonce=1) == ["b", "b"]


def test_the_reason_for_a_logo_spot_names_its_numbers_and_the_stand_in() -> None:
    facts = {"formats": [{"format": "1x1", "candidates": [candidate("top-right")]}]}
    reason = logo_choices(facts, 0)["choices"][0]["reason"]
    assert reason == (
        "Stand-in: top-right is the best of this format; contrast 7.2, calmness 0.88."
    )


def test_the_first_take_is_the_scene_that_the_description_speaks_of() -> None:
    product = {"name": "Alma", "description": "A cream. On a bathroom shelf by the window."}
    art = art_direction({"product": product}, 0)
    assert "bathroom shelf" in art["setting"]
    assert art["subject"].startswith("Alma (A cream), ")


def test_another_take_is_another_scene() -> None:
    facts = {"product": PRODUCT, "brand": BRAND}
    concepts = {art_direction({**facts, "take": take}, 0)["concept"] for take in (1, 2, 3)}
    assert len(concepts) == 3


def test_the_scene_uses_the_brands_palette_and_the_audiences_world() -> None:
    audience = {"region": "Nordics", "interests": ["cycling"]}
    art = art_direction({"product": PRODUCT, "brand": BRAND, "audience": audience}, 0)
    assert art["palette"] == BRAND["palette"]
    assert "plausible anywhere in Nordics" in art["setting"]
    assert "cycling" in art["setting"]
    assert "Nordlys Cold Brew" in art["subject"]


def test_a_localized_scene_is_set_in_the_locales_territory() -> None:
    facts = {"product": PRODUCT, "audience": {"region": "Nordics"}, "context": {"locale": "ja"}}
    assert "as found in Japan" in art_direction(facts, 0)["setting"]


def test_what_a_context_says_not_to_show_is_avoided() -> None:
    context = {"locale": "de-DE", "donts": ["Don't show flags; maps.", "Don't shout."]}
    avoid = art_direction({"product": PRODUCT, "context": context}, 0)["avoid"]
    assert "flags, maps" in avoid
    assert not any("shout" in entry for entry in avoid)


def test_a_product_with_photos_is_to_look_like_them() -> None:
    art = art_direction({"product": {**PRODUCT, "has_photos": True}}, 0)
    assert "supplied photos" in art["subject"]


def test_a_reviewers_note_reaches_the_concept() -> None:
    art = art_direction({"product": PRODUCT, "take": 2, "feedback": "more\nlight"}, 0)
    assert art["concept"].endswith("more light")


@pytest.mark.parametrize(
    "name,category",
    [
        ("Nordlys Cold Brew", "drink"),
        ("Night Serum", "skincare"),
        ("Fjell Runner Shoes", "apparel"),
        ("Quiet Earbuds", "audio"),
        ("Dark Chocolate", "food"),
        ("Umbrella", "generic"),
    ],
)
def test_a_product_is_filed_by_its_words(name: str, category: str) -> None:
    assert category_of({"name": name, "description": ""}) == category


class Leaf(BaseModel):
    mark: Literal["x", "y"]
    share: Annotated[float, Field(gt=0, lt=1)]
    count: Annotated[int, Field(ge=3)]
    below: Annotated[int, Field(le=-2)]


class Tree(BaseModel):
    leaves: Annotated[list[Leaf], Field(min_length=2)]
    note: str | None
    word: Annotated[str, Field(min_length=12, max_length=14)]
    yes: bool


def test_a_schema_that_nobody_knows_gets_a_valid_answer() -> None:
    document = Tree.model_json_schema()
    answer = structured(Schema(name="Tree", document=document), {}, 0)
    jsonschema.validate(answer, document)
    Tree.model_validate(answer)


class CopyDraft(BaseModel):
    headline: str
    mood_board: list[str]


def test_an_answer_fits_a_schema_that_has_other_fields() -> None:
    document = {**CopyDraft.model_json_schema(), "additionalProperties": False}
    facts = {"locale": "de-DE", "product": PRODUCT}
    answer = structured(Schema(name="CopyDraft", document=document), facts, 0)
    jsonschema.validate(answer, document)
    assert answer["headline"] != "stand-in"
