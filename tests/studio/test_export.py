import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms

from creative_assets.studio.errors import RenderError
from creative_assets.studio.export import (
    BEST_QUALITY,
    LEAST_QUALITY,
    encode,
    encode_between_stages,
    srgb_profile,
)
from creative_assets.studio.provenance import PROCEDURAL_SOURCE, Marks
from creative_assets.studio.values import FileType

MARKS = Marks(
    digital_source_type=PROCEDURAL_SOURCE,
    creator_tool="creative-assets 0.1.0",
    ai_system="stand-in painter",
    ai_version="1",
    stand_in=True,
    alt_text="A can on a stone",
    locale="en-US",
    title="Slow mornings",
)
PSNR_THAT_NOBODY_SEES = 42  # dB
FILE_TYPES: tuple[FileType, ...] = ("jpeg", "png", "webp")


def picture(width_px: int = 320, height_px: int = 200, seed: int = 0) -> Image.Image:
    """A gradient with fine texture: what compresses neither very well nor badly."""
    gradient = Image.linear_gradient("L").resize((width_px, height_px))
    noise = Image.effect_mandelbrot((width_px, height_px), (-2 + seed / 10, -1.5, 1, 1.5), 60)
    return Image.merge("RGB", (gradient, noise, gradient.transpose(Image.Transpose.ROTATE_180)))


def noise() -> Image.Image:
    """What compresses badly."""
    generator = np.random.default_rng(1)
    return Image.fromarray(generator.integers(0, 256, (200, 320, 3), np.uint8))


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_the_same_picture_is_the_same_bytes(file_type: FileType) -> None:
    assert encode(picture(), (file_type,), MARKS) == encode(picture(), (file_type,), MARKS)


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_a_file_has_its_type_its_size_and_the_srgb_profile(file_type: FileType) -> None:
    with Image.open(io.BytesIO(encode(picture(), (file_type,), MARKS).content)) as opened:
        assert (opened.format or "").lower() == file_type
        assert opened.size == (320, 200)
        assert opened.info["icc_profile"] == srgb_profile()


def test_the_profile_is_srgb_and_carries_a_fixed_date() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert srgb_profile()[24:36].hex() == "07d000010001000000000000"


def test_a_png_keeps_every_pixel() -> None:
    with Image.open(io.BytesIO(encode(picture(), ("png",), MARKS).content)) as opened:
        assert opened.tobytes() == picture().tobytes()


def test_the_loss_between_stages_is_below_what_an_eye_sees() -> None:
    with Image.open(io.BytesIO(encode_between_stages(picture()))) as opened:
        difference = ImageChops.difference(opened.convert("RGB"), picture())

    mean_square = np.square(np.asarray(difference, dtype=np.float64)).mean()
    assert 10 * np.log10(255**2 / mean_square) > PSNR_THAT_NOBODY_SEES


def test_one_picture_is_saved_from_many_threads_with_the_same_bytes() -> None:
    shared = picture()
    alone = {file_type: encode(shared, (file_type,), MARKS).content for file_type in FILE_TYPES}
    with ThreadPoolExecutor(4) as pool:
        types = FILE_TYPES * 6
        for file_type, content in zip(
            types, pool.map(lambda each: encode(shared, (each,), MARKS).content, types), strict=True
        ):
            assert content == alone[file_type]


@pytest.mark.parametrize("file_type", ["jpeg", "webp"])
def test_a_limit_is_met_at_the_best_quality_that_meets_it(file_type: FileType) -> None:
    best = len(encode(noise(), (file_type,), MARKS).content)
    least = len(encode(noise(), (file_type,), MARKS, best - 1).content)
    limit = (best + least) // 2

    found = encode(noise(), (file_type,), MARKS, limit)

    assert found.quality is not None
    assert LEAST_QUALITY < found.quality < BEST_QUALITY
    assert len(found.content) <= limit
    with Image.open(io.BytesIO(found.content)) as picture:
        assert picture.info["icc_profile"] == srgb_profile()


def test_within_its_limit_a_file_has_the_same_bytes_as_without_one() -> None:
    free = encode(noise(), ("jpeg",), MARKS)

    assert encode(noise(), ("jpeg",), MARKS, len(free.content)) == free


def test_a_file_type_that_cannot_be_made_small_enough_gives_way_to_the_next() -> None:
    png = encode(noise(), ("png",), MARKS)

    found = encode(noise(), ("png", "jpeg"), MARKS, len(png.content) - 1)

    assert (png.file_type, found.file_type) == ("png", "jpeg")
    assert len(found.content) < len(png.content)


def test_a_limit_that_no_file_type_meets_is_an_error_that_says_how_small_each_was() -> None:
    with pytest.raises(RenderError, match=r"at least [\d,]+ as png and [\d,]+ as jpeg bytes"):
        encode(noise(), ("png", "jpeg"), MARKS, 4_000)
