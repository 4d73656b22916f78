"""Lettering in photographs is found, and photographs without any are left alone."""

import hashlib
from importlib.resources import files

import pytest
from PIL import ImageDraw

from creative_assets.standin.scenes import paint_scene
from creative_assets.studio.fonts import drawing_font, face_for
from creative_assets.studio.scene_text import MODEL_FILE, lettering_in
from creative_assets.studio.values import Size
from tests.photographs import photograph

SHA256 = "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"


def test_the_network_is_the_one_that_was_measured() -> None:
    content = files("creative_assets.studio").joinpath("data", MODEL_FILE).read_bytes()

    assert hashlib.sha256(content).hexdigest() == SHA256


@pytest.mark.parametrize(
    "name", ["astronaut", "cat", "coffee", "flower", "moon", "pagoda", "rocket"]
)
def test_a_photograph_without_lettering_is_left_alone(name: str) -> None:
    assert lettering_in(photograph(name)) == ()


def test_laces_that_look_like_a_line_from_afar_are_none() -> None:
    sneakers = "Subject: sneakers\nSetting: a winter clearing in snow"
    for seed in (0, 1, 3):
        assert (
            lettering_in(paint_scene(sneakers, Size(width_px=1024, height_px=1024), [], seed)) == ()
        )


@pytest.mark.parametrize(
    "words,locale",
    [
        ("Fresh coffee", "en-US"),
        ("新鮮なコーヒー", "ja-JP"),
        ("قهوة طازجة", "ar-AE"),
        ("กาแฟสด", "th-TH"),
        ("Кофе дня", "ru-RU"),
    ],
)
def test_words_on_a_photograph_are_found_where_they_are(words: str, locale: str) -> None:
    picture = photograph("flower").copy()
    font = drawing_font(face_for(words, locale), 700, 90)
    ImageDraw.Draw(picture).text((160, 120), words, fill="white", font=font)

    (found,) = lettering_in(picture)

    assert 150 <= found.box.left_px <= 200
    assert 110 <= found.box.top_px <= 190
    assert found.box.width_px > 200


def test_a_motorcycles_own_lettering_is_lettering() -> None:
    assert lettering_in(photograph("motorcycle"))
