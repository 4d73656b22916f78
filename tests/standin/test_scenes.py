import hashlib
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from creative_assets.standin.scenes import paint_scene
from creative_assets.standin.scenes.colours import light_for
from creative_assets.standin.scenes.painter import PAINTERS
from creative_assets.standin.scenes.prompt import FAMILY_WORDS, read_prompt
from creative_assets.standin.scenes.solids import MATTE, Part, lathe
from creative_assets.standin.scenes.stage import Ground, stage_for
from creative_assets.standin.scenes.staging import room_for, stand
from creative_assets.standin.scenes.things import THINGS, draw_thing
from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.layouts import composition_words, layout_named, text_zones, zone_box
from creative_assets.studio.values import Direction, Size

SETTINGS: Mapping[str, str] = {
    "mountains": "a mountain valley with a far ridge in haze",
    "sea": "a quiet beach above the sea",
    "dunes": "a desert of high dunes",
    "studio": "a seamless backdrop, a low plinth",
    "city": "a rooftop above the city skyline",
    "botanical": "a greenhouse with large leaves and a single herb",
    "table": "a wooden kitchen table by a window",
    "ribbons": "abstract ribbons that flow around it",
    "aurora": "an arctic plain under the aurora",
    "fields": "a picnic in a meadow below gentle hills",
    "forest": "a pine forest with moss",
    "snow": "a winter clearing in snow",
}
SHAPES = ("1x1", "4x5", "9x16", "16x9")
# Formats that pictures are composed for.
COMPOSED = [format_named(name) for name in ("1x1", "4x5", "9x16", "16x9", "story")]
SMALL = Size(width_px=320, height_px=320)
GREEN = "#0B3D2E, #F4E9D8, #D97742"


def prompt(
    setting: str = "a quiet beach above the sea",
    *,
    subject: str = "Nordlys, whole and in focus",
    palette: str = GREEN,
    calm: str = "lower 48%",
) -> str:
    return "\n".join(
        [
            "Advertising photograph for Nordlys: a pause in the day",
            f"Subject: {subject}",
            f"Setting: {setting}",
            "Light: soft morning light",
            "Mood: warm",
            f"Palette: {palette}",
            f"Composition: The subject sits whole. Keep the {calm} of the frame calm.",
            "Avoid: clutter; lettering",
            "No text, no lettering, no logos, no watermarks anywhere in the picture.",
        ]
    )


def packshot(colour: tuple[int, int, int] = (220, 20, 160)) -> Image.Image:
    photo = Image.new("RGBA", (120, 240), (0, 0, 0, 0))
    ImageDraw.Draw(photo).rounded_rectangle((10, 10, 109, 229), 18, (*colour, 255))
    return photo


def pixels(picture: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(picture, dtype=np.float32)


def unrest(picture: Image.Image) -> float:
    """How much neighbouring areas differ in brightness, once the grain is averaged away."""
    levels = np.asarray(picture.convert("L").reduce(4), dtype=np.float32)
    return float(np.abs(np.diff(levels, axis=0)).mean() + np.abs(np.diff(levels, axis=1)).mean())


def test_the_same_arguments_give_the_same_pixels() -> None:
    first, again = (paint_scene(prompt(), SMALL, [packshot()], 7) for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_another_process_paints_the_same_pixels() -> None:
    program = (
        "import sys, hashlib\n"
        "from creative_assets.standin.scenes import paint_scene\n"
        "from creative_assets.studio.values import Size\n"
        "picture = paint_scene(sys.argv[1], Size(width_px=320, height_px=320), [], 7)\n"
        "print(hashlib.sha256(picture.tobytes()).hexdigest())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, prompt()], check=True, capture_output=True, text=True
    )
    here = paint_scene(prompt(), SMALL, [], 7)
    assert run.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest()


@pytest.mark.parametrize("family", PAINTERS)
def test_another_seed_gives_another_composition(family: str) -> None:
    first, second = (
        pixels(paint_scene(prompt(SETTINGS[family]), SMALL, [], seed)) for seed in (1, 2)
    )
    assert np.abs(first - second).mean() > 3


def test_the_shapes_of_one_campaign_share_a_scene_and_its_light() -> None:
    square = paint_scene(prompt(calm="lower 48%"), SMALL, [], 3)
    wide = paint_scene(prompt(calm="left 49%"), Size(width_px=480, height_px=272), [], 3)
    means = [pixels(picture)[: picture.height // 3].mean(axis=(0, 1)) for picture in (square, wide)]
    assert np.abs(means[0] - means[1]).max() < 25


@pytest.mark.parametrize("family", PAINTERS)
@pytest.mark.parametrize("calm", ["lower 48%", "upper 40%", "left 49%", "right 49%"])
def test_the_calm_part_is_much_calmer_than_the_subjects(family: str, calm: str) -> None:
    size = Size(width_px=512, height_px=512)
    picture = paint_scene(prompt(SETTINGS[family], calm=calm), size, [packshot()], 4)
    boxes = {
        "lower": ((0, 300, 512, 512), (0, 0, 512, 266)),
        "upper": ((0, 0, 512, 180), (0, 205, 512, 512)),
        "left": ((0, 0, 220, 512), (251, 0, 512, 512)),
        "right": ((292, 0, 512, 512), (0, 0, 261, 512)),
    }
    calm_box, busy_box = boxes[calm.split(maxsplit=1)[0]]
    assert unrest(picture.crop(calm_box)) < 0.5 * unrest(picture.crop(busy_box))


@pytest.mark.parametrize("family", PAINTERS)
def test_the_palette_colours_the_whole_picture(family: str) -> None:
    green, plum = (
        pixels(paint_scene(prompt(SETTINGS[family], palette=palette), SMALL, [], 5))
        for palette in ("#0B6B3E, #DDF4E4, #52C777", "#7A1E58, #F8E3EF, #D9428F")
    )
    leaning = [(picture[..., 1] - picture[..., 0]).mean() for picture in (green, plum)]
    assert leaning[0] - leaning[1] > 12


@pytest.mark.parametrize("family", PAINTERS)
def test_the_products_own_colour_stands_in_the_part_that_is_not_calm(family: str) -> None:
    picture = pixels(paint_scene(prompt(SETTINGS[family]), SMALL, [packshot()], 6))
    red, green, blue = (picture[..., channel] for channel in range(3))
    product = (red > 120) & (green < 100) & (blue > 80)
    upper, lower = product[:170].sum(), product[190:].sum()
    assert upper > 0.03 * SMALL.width_px * SMALL.height_px
    assert lower < 0.05 * upper


@pytest.mark.parametrize("family", PAINTERS)
@pytest.mark.parametrize("fmt", COMPOSED, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_product_keeps_a_gap_to_where_the_text_goes(
    family: str, fmt: Format, direction: Direction
) -> None:
    size = Size(width_px=fmt.size.width_px // 4, height_px=fmt.size.height_px // 4)
    asked = prompt(SETTINGS[family]).replace("Keep the lower 48% of the frame calm", "{}")
    layout = layout_named("overlay")
    asked = asked.format(composition_words(layout, fmt, direction))
    picture = pixels(paint_scene(asked, size, [packshot()], 6))
    # Its reflection in wet ground is weaker than that.
    rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 125)
    [zone, *_] = text_zones(layout, fmt)
    left, top, right, _ = (edge / 4 for edge in zone_box(zone, fmt, direction).corners)
    gap_px = 0.04 * size.height_px
    assert rows.size > 0.02 * size.width_px * size.height_px
    match zone.name:
        case "lower":
            assert np.percentile(rows, 99.5) <= top - gap_px
        case "start" if direction == "ltr":
            assert np.percentile(columns, 0.5) >= right + gap_px
        case _:
            assert np.percentile(columns, 99.5) <= left - gap_px


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.5])
def test_a_plinth_stands_wholly_in_the_part_that_is_not_calm(ratio: float) -> None:
    frame = (400, 500)
    words = read_prompt(prompt())
    stage = stage_for(words, frame[0] / frame[1], np.random.default_rng(1))
    ground = Ground(shadow=0.0, reflection=0.0, plinth=np.array([1.0, 0.0, 1.0]))
    thing = packshot().resize(room_for(stage, ground, frame, ratio))
    light = light_for(words.palette, "day", from_left=True)
    bare = Image.new("RGB", frame, (10, 200, 10))
    stood = stand(bare, thing, stage, ground, light, np.random.default_rng(1))
    changed = np.abs(pixels(stood) - pixels(bare)).max(axis=2) > 2
    rows = np.nonzero(changed)[0]
    assert rows.min() >= stage.top_v * frame[1] - 2
    assert rows.max() <= stage.base_v * frame[1] + 2


def test_the_product_keeps_its_proportion() -> None:
    wide = Image.new("RGBA", (300, 100), (220, 20, 160, 255))
    wide.putpixel((0, 0), (0, 0, 0, 0))
    picture = pixels(paint_scene(prompt(), SMALL, [wide], 6))
    product = (picture[..., 0] > 120) & (picture[..., 1] < 100) & (picture[..., 2] > 80)
    rows, columns = np.nonzero(product)
    assert (np.ptp(columns) + 1) / (np.ptp(rows) + 1) == pytest.approx(3, rel=0.12)


def test_a_photo_with_no_transparency_stands_as_a_card() -> None:
    photo = Image.new("RGB", (100, 140), (220, 20, 160))
    picture = pixels(paint_scene(prompt(), SMALL, [photo], 6))
    product = (picture[..., 0] > 120) & (picture[..., 1] < 100) & (picture[..., 2] > 80)
    assert product.sum() > 0.05 * product.size


def test_a_transparent_photo_is_preferred_to_an_opaque_one() -> None:
    opaque = Image.new("RGB", (100, 140), (20, 60, 230))
    with_both = paint_scene(prompt(), SMALL, [opaque, packshot()], 6)
    assert with_both.tobytes() == paint_scene(prompt(), SMALL, [packshot()], 6).tobytes()


@pytest.mark.parametrize(
    "subject",
    [
        "a bottle of juice",
        "a can of soda",
        "a serum with a dropper",
        "a jar of cream",
        "a tube of lotion",
        "a cup of tea",
        "a carton of chocolate",
        "a bag of beans",
        "a running shoe",
        "over-ear headphones",
    ],
)
def test_a_subject_that_is_known_is_drawn_where_there_is_no_photo(subject: str) -> None:
    bare = pixels(paint_scene(prompt(subject="a feeling"), SMALL, [], 8))
    drawn = pixels(paint_scene(prompt(subject=subject), SMALL, [], 8))
    assert np.abs(drawn - bare)[:150].mean() > np.abs(drawn - bare)[220:].mean()
    assert read_prompt(prompt(subject=subject)).thing is not None


def test_every_family_has_words_that_lead_to_it() -> None:
    assert PAINTERS.keys() == FAMILY_WORDS.keys() == SETTINGS.keys()
    reached = {name: read_prompt(prompt(setting)).families for name, setting in SETTINGS.items()}
    assert reached == {name: (name,) for name in SETTINGS}


def test_a_setting_that_says_nothing_leaves_every_family_possible() -> None:
    assert read_prompt(prompt("somewhere nice")).families == tuple(PAINTERS)


def test_what_a_prompt_wants_avoided_is_not_painted() -> None:
    words = read_prompt("Setting: a beach\nAvoid: city, city skyline, night\nLight: morning")
    assert (words.families, words.daytime) == (("sea",), "morning")


@given(
    width=st.integers(256, 640),
    height=st.integers(256, 640),
    family=st.sampled_from(tuple(PAINTERS)),
    seed=st.integers(0, 2**63),
    with_photo=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_any_size_comes_out_as_asked(
    *, width: int, height: int, family: str, seed: int, with_photo: bool
) -> None:
    size = Size(width_px=width, height_px=height)
    photos = [packshot()] if with_photo else []
    picture = paint_scene(prompt(SETTINGS[family]), size, photos, seed)
    assert (picture.mode, picture.size) == ("RGB", (width, height))


@given(text=st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_no_prompt_is_too_strange(text: str) -> None:
    size = Size(width_px=256, height_px=256)
    assert paint_scene(text, size, [], 0).size == (256, 256)


def test_the_largest_sizes_are_painted() -> None:
    size = Size(width_px=3840, height_px=2160)
    assert paint_scene(prompt(), size, [packshot()], 1).size == (3840, 2160)


def steepest(picture: Image.Image) -> float:
    """The largest step in brightness between neighbours, once the grain is averaged away."""
    levels = np.asarray(picture.convert("L").reduce(4), dtype=np.float32)
    return float(max(np.abs(np.diff(levels, axis=axis)).max() for axis in (0, 1)))


@cache
def shot_for(name: str, family: str) -> Image.Image:
    """A product in the frame of a format, at half its size, laid out as the prompt asks."""
    fmt = format_named(name)
    asked = prompt(SETTINGS[family]).replace("Keep the lower 48% of the frame calm", "{}")
    asked = asked.format(composition_words(layout_named("overlay"), fmt, "ltr"))
    size = Size(width_px=fmt.size.width_px // 2, height_px=fmt.size.height_px // 2)
    return paint_scene(asked, size, [packshot()], 2)


@pytest.mark.parametrize("family", PAINTERS)
@pytest.mark.parametrize("name", SHAPES)
def test_no_edge_runs_through_an_upper_corner_or_through_the_text(family: str, name: str) -> None:
    picture = shot_for(name, family)
    width, height = picture.size
    top = round(height * (0.14 if name == "9x16" else 0.04))
    aside, wide = round(0.04 * width), round((0.24 if width <= height else 0.16) * width)
    for left in (aside, width - aside - wide):
        assert steepest(picture.crop((left, top, left + wide, top + round(0.11 * height)))) < 26
    [zone, *_] = text_zones(layout_named("overlay"), format_named(name))
    corners = zone_box(zone, format_named(name), "ltr").corners
    left, top, right, bottom = (edge // 2 for edge in corners)
    assert steepest(picture.crop((left, top, right, bottom))) < 14


@pytest.mark.parametrize("family", PAINTERS)
@pytest.mark.parametrize("name", SHAPES)
def test_the_product_is_whole_and_clear_of_the_frames_edges(family: str, name: str) -> None:
    picture = pixels(shot_for(name, family))
    rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 125)
    height, width = picture.shape[:2]
    for places, size in ((rows, height), (columns, width)):
        assert np.percentile(places, 0.3) > 0.05 * size
        assert np.percentile(places, 99.7) < 0.95 * size


@pytest.mark.parametrize("spread", [0.1, 0.5, 2.0])
def test_the_flank_of_a_solid_has_no_stairs(spread: float) -> None:
    cone = lathe([(0, 0.2), (1, 0.2 + spread)], [Part(0, np.ones(3), MATTE)], 200, tilt=0.15)
    cover = np.asarray(cone.getchannel("A"), dtype=float) / 255
    left = cone.width / 2 - cover[:, : cone.width // 2].sum(axis=1)
    rows = slice(cone.height // 4, cone.height // 2)
    # Where each row begins, to a part of a pixel, lies on one line.
    assert np.abs(np.diff(left[rows], 2)).max() < 0.67


def test_a_jars_foot_is_round_without_facets() -> None:
    light = light_for(["#7A3E48", "#F6ECE6", "#E3B7A0"], "day", from_left=True)
    jar = draw_thing("jar", light, 600)
    cover = np.asarray(jar.getchannel("A"), dtype=float)[450:] / 255
    left = jar.width / 2 - cover[:, : jar.width // 2].sum(axis=1)
    # By how much the outline turns from one 8 px to the next, in radians.
    assert np.abs(np.diff(np.arctan2(np.diff(left[::8]), 8))).max() < 0.3


def test_every_drawn_thing_is_trimmed_to_itself() -> None:
    light = light_for(["#1D2433", "#E9EDF5", "#F25C3B"], "day", from_left=True)
    for name in THINGS:
        thing = draw_thing(name, light, 400)
        assert thing.getchannel("A").getbbox() == (0, 0, *thing.size)


@pytest.mark.parametrize("lift", [0, 12])
def test_a_thing_darkens_the_ground_right_where_it_touches_it(lift: int) -> None:
    stage = stage_for(read_prompt(prompt()), 1.0, np.random.default_rng(1))
    light = light_for(["#0B3D2E"], "day", from_left=True)
    thing = Image.new("RGBA", (100, 150))
    # The right half's foot is higher, as the far edge of a carton's is.
    ImageDraw.Draw(thing).rectangle((0, 0, 50, 149), (220, 20, 160, 255))
    ImageDraw.Draw(thing).rectangle((50, 0, 99, 149 - lift), (220, 20, 160, 255))
    bare = Image.new("RGB", (500, 500), (200, 190, 180))
    ground = Ground(shadow=0.7, reflection=0.0)
    stood = pixels(stand(bare, thing, stage, ground, light, np.random.default_rng(1)))
    foot, middle = round(stage.base_v * 500), round(stage.centre_u * 500)
    for column, bottom in ((middle - 25, foot), (middle + 25, foot - lift)):
        below = stood[bottom + 2 : bottom + 8, column].mean()
        assert below < 150
        assert below < stood[bottom + 60, column].mean() - 30
