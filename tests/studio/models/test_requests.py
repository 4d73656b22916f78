"""A request's key covers what can change the answer, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from pydantic import BaseModel

from creative_assets.studio.models.requests import (
    InputImage,
    PictureRequest,
    Request,
    TextRequest,
)
from creative_assets.studio.values import Size


class Short(BaseModel):
    headline: str


class Long(BaseModel):
    headline: str
    subline: str


PHOTO = InputImage("can.png", b"a can", "image/png")
TEXT = TextRequest(
    operation="ad_copy",
    service="api.openai.com",
    model="gpt-6-luna",
    instructions="Write.",
    facts={"locale": "de-DE", "product": "Kaffee"},
    answer=Short,
)
PICTURE = PictureRequest(
    service="api.openai.com",
    model="gpt-image-2.6-flare",
    prompt="A can by the fjord",
    size=Size(width_px=1088, height_px=1088),
    quality="medium",
    photos=[PHOTO],
)


@pytest.mark.parametrize(
    "changed",
    [
        replace(TEXT, operation="context_pack"),
        replace(TEXT, service="stand-in"),
        replace(TEXT, model="gpt-6-sol"),
        replace(TEXT, model="gpt-4o-mini"),
        replace(TEXT, instructions="Write well."),
        replace(TEXT, facts={"locale": "de-AT", "product": "Kaffee"}),
        replace(TEXT, answer=Long),
        replace(TEXT, images=[PHOTO]),
        replace(TEXT, take=2),
    ],
)
def test_whatever_can_change_a_text_answer_changes_the_key(changed: TextRequest) -> None:
    assert changed.key != TEXT.key


@pytest.mark.parametrize(
    "changed",
    [
        replace(PICTURE, service="stand-in"),
        replace(PICTURE, model="gpt-image-2.6-sunburst"),
        replace(PICTURE, prompt="A can on the table"),
        replace(PICTURE, size=Size(width_px=1088, height_px=1360)),
        replace(PICTURE, quality="high"),
        replace(PICTURE, photos=[]),
        replace(PICTURE, photos=[replace(PHOTO, content=b"another can")]),
        replace(PICTURE, take=2),
    ],
)
def test_whatever_can_change_a_picture_changes_the_key(changed: PictureRequest) -> None:
    assert changed.key != PICTURE.key


@pytest.mark.parametrize(
    "request_,same",
    [
        (TEXT, replace(TEXT, facts=dict(TEXT.facts))),
        (
            replace(TEXT, images=[PHOTO]),
            replace(TEXT, images=[replace(PHOTO, name="renamed.png")]),
        ),
        (PICTURE, replace(PICTURE, photos=(replace(PHOTO, name="renamed.png"),))),
    ],
)
def test_a_file_name_or_the_kind_of_a_sequence_changes_no_key(
    request_: Request, same: Request
) -> None:
    assert same.key == request_.key


def test_the_order_of_photos_is_part_of_the_key_as_the_first_one_counts_most() -> None:
    other = replace(PHOTO, content=b"the label")

    assert (
        replace(PICTURE, photos=[PHOTO, other]).key != replace(PICTURE, photos=[other, PHOTO]).key
    )


def test_photos_that_a_model_does_not_take_change_no_key() -> None:
    without_edits = replace(PICTURE, model="dall-e-3")

    assert not without_edits.uses_photos
    assert replace(without_edits, photos=[]).key == without_edits.key


def test_qualities_that_a_model_does_not_tell_apart_share_a_key() -> None:
    coarse = replace(PICTURE, model="dall-e-3", photos=[])

    assert replace(coarse, quality="low").key == coarse.key
    assert replace(coarse, quality="high").key != coarse.key


def test_keys_are_the_same_in_every_process_and_release() -> None:
    # What was paid for is found by these: a change here asks for everything again.
    assert TEXT.key[:12] == "65d751c256a9"
    assert PICTURE.key[:12] == "4abc8ee1113c"


def test_facts_reach_the_model_as_one_readable_json_document() -> None:
    facts = {"name": "Grüner Tee", "locale": "ja-JP", "quote": 'say "no"'}

    written = replace(TEXT, facts=facts).facts_json

    assert json.loads(written) == facts
    assert "Grüner Tee" in written


@pytest.mark.parametrize(
    "request_,named",
    [
        (TEXT, {"max_completion_tokens", "reasoning_effort"}),
        (PICTURE, {"size", "n", "quality", "output_format"}),
        (replace(PICTURE, model="dall-e-3"), {"size", "n", "quality", "response_format"}),
        (replace(PICTURE, model="flux-dev"), {"size", "n", "response_format"}),
        (replace(TEXT, model="llama-4"), {"max_tokens"}),
    ],
)
def test_parameters_are_those_of_the_models_family(request_: Request, named: set[str]) -> None:
    assert set(request_.parameters) == named


@pytest.mark.parametrize("make", [lambda: TEXT, lambda: PICTURE])
def test_a_request_has_no_room_for_a_secret_or_an_address(make: Callable[[], Request]) -> None:
    assert not {"api_key", "key", "base_url", "url"} & {field.name for field in fields(make())}
