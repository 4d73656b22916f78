"""The logo finds calm places beside subject and text, of one size in all formats of a variant."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from creative_assets.studio.formats import (
    Format,
    all_formats,
    format_named,
    safe_box,
)
from creative_assets.studio.layout import (
    FormatPlan,
    Zones,
    framed,
    plan_zones,
)
from creative_assets.studio.layouts import (
    Layout,
    all_layouts,
    frame_box,
    layout_named,
    subject_box,
    text_zones,
    zone_box,
)
from creative_assets.studio.logo import (
    Logo,
    LogoFile,
    LogoSpot,
    LogoVersion,
    logo_match,
    place_logo,
    plate_margin_px,
    smallest_line,
)
from creative_assets.studio.logo_places import GOOD_LOGO_CONTRAST, MIN_LOGO_CONTRAST, View
from creative_assets.studio.logo_spots import MAX_CANDIDATES, draw_candidates, logo_candidates
from creative_assets.studio.values import Box, Direction, Size
from tests.drawn import (
    BOTH,
    DARK_ONLY,
    LIGHT_ONLY,
    Color,
    calm_part,
    confetti,
    pixels,
    plain,
    with_subject,
    word,
)
from tests.photographs import PHOTOGRAPHS, photograph

# Banners are in `test_banners`.
FORMATS = [
    fmt
    for fmt in all_formats().values()
    if fmt.text_and_logo and not fmt.name.startswith("display-")
]
OVERLAY = layout_named("overlay")
EXAMPLES = Path(__file__).parents[2] / "examples"
PANEL = (11, 61, 46)
by_format = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
by_direction = pytest.mark.parametrize("direction", ["ltr", "rtl"])


def candidates_in(
    frame: Image.Image, fmt: Format, zones: Zones, logo: Logo = DARK_ONLY
) -> tuple[LogoSpot, ...]:
    [spots] = logo_candidates([View(frame, fmt, zones)], logo, "ltr", None)
    return spots


def candidates_on(
    picture: Image.Image,
    fmt: Format,
    logo: Logo = DARK_ONLY,
    direction: Direction = "ltr",
    wish: str | None = None,
) -> tuple[Zones, tuple[LogoSpot, ...]]:
    zones = plan_zones(picture, fmt, OVERLAY, direction)
    frame = framed(picture, fmt, zones, PANEL)
    [spots] = logo_candidates([View(frame, fmt, zones)], logo, direction, wish)
    return zones, spots


def clear_of_text(box: Box, zones: Zones) -> bool:
    """Whether a box is outside of the text zone, or where the text leaves a corner to the logo."""
    common = box.common(zones.text_zone)
    return not common.area_px or (
        zones.logo_corner is not None and zones.logo_corner.contains(common)
    )


def outer(spot: LogoSpot) -> Box:
    """The logo with its plate."""
    return spot.box.inset(-plate_margin_px(spot.box.height_px) if spot.plate else 0)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    fmt=st.sampled_from(FORMATS),
    direction=st.sampled_from(["ltr", "rtl"]),
    logo_width=st.integers(60, 1100),
    grain=st.sampled_from([4, 9, 40]),
)
def test_any_candidate_keeps_its_distance_from_edges_and_text(
    seed: int, fmt: Format, direction: Direction, logo_width: int, grain: int
) -> None:
    noise = np.random.default_rng(seed).integers(0, 255, (grain, grain, 3)).astype(np.uint8)
    picture = Image.fromarray(noise).resize(pixels(fmt), Image.Resampling.BICUBIC)
    logo = Logo({"default": word("#0B3D2E", logo_width), "light": word("#FFFFFF", logo_width)})

    zones, spots = candidates_on(picture, fmt, logo, direction)

    names = [spot.name for spot in spots]
    assert 1 <= len(spots) <= MAX_CANDIDATES
    assert len(set(names)) == len(names)
    for spot in spots:
        clear = spot.box.inset(-spot.clear_space_px)
        assert safe_box(fmt).contains(outer(spot))
        assert clear_of_text(outer(spot), zones)
        assert clear_of_text(clear, zones)
        assert spot.contrast >= MIN_LOGO_CONTRAST
        assert 0 <= spot.calmness <= 1


@by_format
@by_direction
def test_the_logo_lines_up_with_the_text(fmt: Format, direction: Direction) -> None:
    _, spots = candidates_on(plain(pixels(fmt)), fmt, direction=direction)

    safe = safe_box(fmt)
    assert {spot.box.left_px for spot in spots if spot.name.endswith("left")} <= {safe.left_px}
    assert {spot.box.right_px for spot in spots if spot.name.endswith("right")} <= {safe.right_px}


@by_format
def test_a_name_says_where_in_the_safe_zone_a_spot_is(fmt: Format) -> None:
    _, spots = candidates_on(confetti(pixels(fmt)), fmt)

    for spot in spots:
        across = (spot.box.left_px + spot.box.width_px / 2) / fmt.size.width_px
        middle = spot.box.top_px + spot.box.height_px / 2
        down = (middle - safe_box(fmt).top_px) / safe_box(fmt).height_px
        row = "top" if down < 1 / 3 else "middle" if down < 2 / 3 else "bottom"
        column = "left" if across < 0.4 else "center" if across < 0.6 else "right"
        assert spot.name == f"{row}-{column}"


@by_format
@by_direction
def test_the_spot_that_comes_first_keeps_clear_of_the_subject(
    fmt: Format, direction: Direction
) -> None:
    wanted = subject_box(OVERLAY, text_zones(OVERLAY, fmt)[0], fmt, direction)
    across = (wanted.left_px + wanted.width_px / 2) / fmt.size.width_px

    zones, spots = candidates_on(with_subject(pixels(fmt), across, 0.3), fmt, direction=direction)

    clear = spots[0].box.inset(-spots[0].clear_space_px)
    assert not clear.overlaps(zones.subject)
    assert {spot.on_subject for spot in spots} == {0.0}


@by_format
@by_direction
@pytest.mark.parametrize("logo", [DARK_ONLY, BOTH], ids=["one", "both"])
def test_a_calm_ground_with_contrast_needs_neither_plate_nor_veil(
    fmt: Format, direction: Direction, logo: Logo
) -> None:
    picture = with_subject(pixels(fmt), 0.5, 0.3, (150, 160, 150))

    _, spots = candidates_on(picture, fmt, logo, direction)

    assert {(spot.plate, spot.veil) for spot in spots} == {(False, 0.0)}
    assert all(spot.contrast >= MIN_LOGO_CONTRAST for spot in spots)


def test_a_little_too_dark_a_ground_gets_a_veil_and_a_very_dark_one_a_plate() -> None:
    fmt = format_named("1x1")
    _, dim = candidates_on(plain(pixels(fmt), (122, 126, 122)), fmt)
    _, dark = candidates_on(plain(pixels(fmt), (40, 44, 48)), fmt)

    assert {(spot.plate, spot.veil > 0) for spot in dim} == {(False, True)}
    assert {(spot.plate, spot.veil > 0) for spot in dark} == {(True, False)}
    assert min(spot.contrast for spot in (*dim, *dark)) >= MIN_LOGO_CONTRAST


def test_a_veil_is_no_stronger_than_the_ground_makes_it() -> None:
    fmt = format_named("1x1")
    veils = []
    for level in (136, 122, 114, 106):
        _, spots = candidates_on(plain(pixels(fmt), (level, level, level)), fmt)
        veils.append(max(spot.veil for spot in spots))
    assert veils == sorted(veils)
    assert len(set(veils)) >= 3


@pytest.mark.parametrize("level", [128, 122, 116])
def test_a_veil_gives_a_logo_more_than_is_barely_enough(level: int) -> None:
    fmt = format_named("16x9")

    _, spots = candidates_on(plain(pixels(fmt), (level, level, level)), fmt)

    assert all(spot.veil for spot in spots)
    assert min(spot.contrast for spot in spots) >= GOOD_LOGO_CONTRAST


def test_soft_detail_behind_a_logo_needs_no_plate() -> None:
    fmt = format_named("1x1")
    noise = np.random.default_rng(3).integers(190, 240, (14, 14, 3)).astype(np.uint8)
    dappled = Image.fromarray(noise).resize(pixels(fmt), Image.Resampling.BICUBIC)

    _, spots = candidates_on(dappled, fmt, BOTH)

    assert not any(spot.plate for spot in spots)


@by_format
@by_direction
@pytest.mark.parametrize("across", [0.4, 0.5, 0.6])
def test_a_logo_goes_into_corners_where_they_are_free(
    fmt: Format, direction: Direction, across: float
) -> None:
    if fmt.name == "16x9":
        across = across / 2 + (0.5 if direction == "ltr" else 0.0)

    _, spots = candidates_on(with_subject(pixels(fmt), across, 0.3), fmt, direction=direction)

    assert not any(spot.name.startswith("middle") for spot in spots)
    assert {"top-left", "top-right"} & {spot.name for spot in spots[:2]}


def test_beside_the_subject_comes_after_the_corners() -> None:
    fmt = format_named("9x16")
    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, "ltr")
    right = Box(left_px=300, top_px=260, width_px=780, height_px=500)
    frame = with_subject(pixels(fmt), 0.7, 0.3)

    spots = candidates_in(frame, fmt, zones.model_copy(update={"subject": right}))

    rows = [spot.name.split("-")[0] for spot in spots]
    assert rows[0] == "top"
    assert rows == sorted(rows, key=["top", "middle"].index)


def test_above_a_column_of_text_the_logo_is_in_line_with_it() -> None:
    fmt = format_named("16x9")
    zones, spots = candidates_on(with_subject(pixels(fmt), 0.75, 0.5), fmt)

    assert spots[0].name == "top-left"
    assert spots[0].box.left_px == zones.text_zone.left_px
    assert spots[0].box.bottom_px < zones.text_zone.top_px


def test_a_logo_shrinks_before_it_gets_a_plate() -> None:
    fmt = format_named("1x1")
    frame = plain(pixels(fmt))
    [usual, *_] = candidates_in(frame, fmt, plan_zones(frame, fmt, OVERLAY, "ltr"))
    zones = plan_zones(frame, fmt, OVERLAY, "ltr")
    # Calm where the logo would be a little smaller, busy from there on.
    speckled = confetti(pixels(fmt))
    edge = round(usual.box.left_px + 0.76 * usual.box.width_px)
    speckled.paste((225, 215, 200), (0, 0, edge, 540))

    named = {spot.name: spot for spot in candidates_in(speckled, fmt, zones)}

    assert not named["top-left"].plate
    assert named["top-left"].box.width_px < usual.box.width_px


def test_where_all_is_subject_the_logo_still_gets_a_place() -> None:
    fmt = format_named("1x1")
    text = zone_box(text_zones(OVERLAY, fmt)[0], fmt, "ltr")
    everything = frame_box(fmt).model_copy(update={"height_px": text.top_px})
    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, "ltr").model_copy(
        update={"subject": everything}
    )

    spots = candidates_in(plain(pixels(fmt)), fmt, zones)

    assert len(spots) >= 2
    assert all(spot.box.overlaps(everything) for spot in spots)


def test_the_logo_shrinks_before_it_touches_the_subject() -> None:
    fmt = format_named("1x1")
    frame = plain(pixels(fmt))
    zones = plan_zones(frame, fmt, OVERLAY, "ltr")
    [usual, *_] = candidates_in(frame, fmt, zones)
    near = zones.model_copy(
        update={"subject": Box(left_px=0, top_px=130, width_px=1080, height_px=410)}
    )

    [first, *_] = candidates_in(frame, fmt, near)

    assert first.box.width_px < usual.box.width_px
    assert not first.box.overlaps(near.subject)


def test_the_calmest_corner_comes_first() -> None:
    fmt = format_named("1x1")
    corner = Box(left_px=600, top_px=0, width_px=480, height_px=260)
    lower = zone_box(text_zones(OVERLAY, fmt)[0], fmt, "ltr")
    picture = calm_part(calm_part(confetti(pixels(fmt)), lower), corner)

    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, "ltr")
    spots = candidates_in(picture, fmt, zones)

    assert spots[0].name == "top-right"


@by_direction
def test_of_equal_spots_the_one_where_reading_starts_comes_first(direction: Direction) -> None:
    _, spots = candidates_on(plain((1080, 1080)), format_named("1x1"), direction=direction)

    assert spots[0].name == {"ltr": "top-left", "rtl": "top-right"}[direction]


@pytest.mark.parametrize("wish", ["top-left", "top-center", "top-right"])
def test_a_wish_comes_first(wish: str) -> None:
    _, spots = candidates_on(plain((1080, 1350)), format_named("4x5"), wish=wish)

    assert spots[0].name == wish


def test_rejected_spots_are_out_until_all_are() -> None:
    fmt = format_named("1x1")
    picture = with_subject(pixels(fmt), 0.5, 0.3)
    zones = plan_zones(picture, fmt, OVERLAY, "ltr")
    view = View(framed(picture, fmt, zones, PANEL), fmt, zones)

    def names(*rejected: str) -> list[str]:
        [spots] = logo_candidates([view], BOTH, "ltr", None, {"1x1": rejected})
        return [spot.name for spot in spots]

    first, *others = names()

    assert others
    assert first not in names(first)
    turned_down = [first]
    while names(*turned_down)[0] not in turned_down:
        turned_down.append(names(*turned_down)[0])
    assert len(turned_down) >= 1 + len(others)
    assert names(*turned_down) == names()


def test_a_wish_never_wins_over_the_subject() -> None:
    fmt = format_named("1x1")
    zones, spots = candidates_on(with_subject(pixels(fmt), 0.5, 0.2), fmt, wish="top-center")

    assert "top-center" not in {spot.name for spot in spots}
    assert not spots[0].box.overlaps(zones.subject)


@pytest.mark.parametrize(
    "logo,color,version,plate",
    [
        (BOTH, (235, 228, 215), "default", False),
        (BOTH, (20, 24, 40), "light", False),
        (DARK_ONLY, (20, 24, 40), "default", True),
        (LIGHT_ONLY, (250, 250, 250), "default", True),
        (LIGHT_ONLY, (20, 24, 40), "default", False),
    ],
)
def test_the_version_that_reads_best_is_taken_and_a_plate_only_where_none_does(
    logo: Logo,
    color: Color,
    version: str,
    plate: bool,  # noqa: FBT001  a parameter
) -> None:
    _, spots = candidates_on(plain((1080, 1080), color), format_named("1x1"), logo)

    assert {(spot.version, spot.plate) for spot in spots} == {(version, plate)}


def test_on_a_busy_picture_a_plate_keeps_the_logo_readable() -> None:
    fmt = format_named("1x1")
    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, "ltr")

    spots = candidates_in(confetti(pixels(fmt)), fmt, zones, BOTH)

    assert all(spot.plate for spot in spots)


def side_of(fmt: Format) -> float:
    """What a logo's size is a share of: a wide frame is shown no wider than a square one."""
    return min(pixels(fmt)) * (1.2 if fmt.size.ratio > 1.25 else 1)


@by_format
def test_the_logo_is_large_enough_and_not_larger(fmt: Format) -> None:
    short_px = side_of(fmt)
    for width in (100, 300, 900):
        logo = Logo({"default": word("#0B3D2E", width)})
        _, spots = candidates_on(plain(pixels(fmt)), fmt, logo)
        assert all(0.13 <= spot.box.width_px / short_px <= 0.35 for spot in spots)
        assert all(spot.box.height_px <= 0.2 * short_px + 1 for spot in spots)


@by_format
@by_direction
def test_a_placed_logo_is_found_again(fmt: Format, direction: Direction) -> None:
    picture = with_subject(pixels(fmt), 0.5, 0.3).filter(ImageFilter.GaussianBlur(2))
    zones, spots = candidates_on(picture, fmt, BOTH, direction)
    frame = framed(picture, fmt, zones, PANEL)

    for spot in spots:
        assert logo_match(place_logo(frame, BOTH, spot), BOTH, spot) > 0.97
        assert logo_match(frame, BOTH, spot) < 0.4


@by_format
def test_each_candidate_is_outlined_on_a_small_picture(fmt: Format) -> None:
    picture = plain(pixels(fmt))
    _, spots = candidates_on(picture, fmt)

    shown = draw_candidates(picture, spots)

    scale = shown.width / fmt.size.width_px
    assert 450 <= max(shown.size) <= 768
    assert shown.width / shown.height == pytest.approx(fmt.size.ratio, rel=0.005)
    for spot, edge in itertools.product(spots, ("left_px", "right_px")):
        x = round(getattr(spot.box, edge) * scale)
        y = round((spot.box.top_px + spot.box.height_px / 2) * scale)
        near = {shown.getpixel((x + step, y)) for step in range(-4, 5)}
        assert (255, 255, 0) in near


@by_format
def test_a_plan_survives_being_stored(fmt: Format) -> None:
    zones, spots = candidates_on(with_subject(pixels(fmt), 0.5, 0.3), fmt)
    plan = FormatPlan(format=fmt.name, size=fmt.size, logo=spots[0], **dict(zones))

    assert FormatPlan.model_validate_json(plan.model_dump_json()) == plan


def test_planning_twice_gives_the_same_plan() -> None:
    assert candidates_on(confetti((1080, 1080)), format_named("1x1")) == candidates_on(
        confetti((1080, 1080)), format_named("1x1")
    )


def views_of(picture: Image.Image, layout: Layout, direction: Direction) -> list[View]:
    views = []
    for fmt in FORMATS:
        zones = plan_zones(picture, fmt, layout, direction)
        views.append(View(framed(picture, fmt, zones, PANEL), fmt, zones))
    return views


@pytest.mark.parametrize("logo", [DARK_ONLY, BOTH], ids=["one", "both"])
@pytest.mark.parametrize("name", ["cell", "coffee", "moon"])
def test_a_logo_has_one_size_in_all_formats_of_a_variant(name: str, logo: Logo) -> None:
    views = views_of(photograph(name), OVERLAY, "ltr")

    shares = [
        spot.box.width_px / side_of(view.fmt)
        for view, spots in zip(views, logo_candidates(views, logo, "ltr", None), strict=True)
        for spot in spots
    ]

    assert max(shares) - min(shares) < 0.01


@by_direction
def test_the_spot_that_is_good_in_all_formats_comes_first(direction: Direction) -> None:
    views = views_of(plain((1500, 1500)), OVERLAY, direction)
    start, end = ("left", "right") if direction == "ltr" else ("right", "left")
    # In one format the corner where reading starts is restless.
    busy = views[0].frame.copy()
    corner = Box(left_px=0, top_px=0, width_px=480, height_px=260)
    left_px = 0 if start == "left" else busy.width - corner.width_px
    busy.paste(confetti((480, 260)), (left_px, 0))
    views[0] = View(busy, views[0].fmt, views[0].zones)

    firsts = {spots[0].name for spots in logo_candidates(views, BOTH, direction, None)}

    assert firsts == {f"top-{end}"}


def test_a_logo_keeps_off_sharp_edges() -> None:
    fmt = format_named("1x1")
    picture = plain(pixels(fmt))
    ImageDraw.Draw(picture).ellipse((-300, -400, 180, 95), fill=(240, 228, 214))

    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, "ltr")
    spots = candidates_in(picture, fmt, zones)

    assert spots[0].name == "top-right"


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_text_stays_out_of_the_brands_own_clear_space(share: float) -> None:
    logo = Logo(BOTH.versions, share)
    for view in views_of(photograph("cell"), OVERLAY, "ltr"):
        [spots] = logo_candidates([view], logo, "ltr", None)
        for spot in spots:
            assert spot.clear_space_px == math.ceil(share * spot.box.height_px)
            assert not spot.box.inset(-spot.clear_space_px).overlaps(view.zones.text_zone)


@by_direction
def test_on_a_panel_the_logo_is_measured_on_its_colour(direction: Direction) -> None:
    views = views_of(photograph("flower"), layout_named("panel"), direction)
    for view, spots in zip(views, logo_candidates(views, BOTH, direction, None), strict=True):
        for spot in spots:
            assert not spot.box.overlaps(view.zones.picture)
            assert (spot.version, spot.plate, spot.calmness) == ("light", False, 1.0)


@by_direction
@pytest.mark.parametrize("wish", [None, "top-left", "top-right"])
@pytest.mark.parametrize("name", ["cell", "clock", "flower", "moon", "rocket"])
def test_one_corner_comes_first_in_all_formats_and_the_wish_if_there_is_one(
    name: str, wish: str | None, direction: Direction
) -> None:
    formats = ("1x1", "4x5", "9x16", "16x9")
    views = [
        view for view in views_of(photograph(name), OVERLAY, direction) if view.fmt.name in formats
    ]
    computed = logo_candidates(views, BOTH, direction, wish)

    shared = set.intersection(*({spot.name for spot in spots} for spots in computed))
    firsts = [spots[0].name for spots in computed]
    if wish in shared:
        assert set(firsts) == {wish}
    elif shared and not any(wish == spot.name for spots in computed for spot in spots):
        assert len(set(firsts)) == 1


def test_one_version_of_the_logo_is_taken_in_all_formats_where_it_reads_as_well() -> None:
    logo = Logo({"default": word("#0B3D2E"), "dark": word("#000000")})
    views = []
    for name, color in (("1x1", (250, 250, 250)), ("4x5", (150, 150, 150))):
        fmt = format_named(name)
        picture = plain(pixels(fmt), color)
        views.append(View(picture, fmt, plan_zones(picture, fmt, OVERLAY, "ltr")))

    versions = {spots[0].version for spots in logo_candidates(views, logo, "ltr", None)}

    assert len(versions) == 1


@pytest.mark.parametrize("example", ["alma-skincare", "kestrel-audio", "nordlys-coffee"])
def test_the_smallest_line_of_a_logo_can_be_read_and_so_can_its_faintest(example: str) -> None:
    folder = EXAMPLES / example
    files: dict[LogoVersion, str] = {
        "default": "logo.svg",
        "light": "logo-light.svg",
        "dark": "logo-dark.svg",
    }
    logo = Logo({key: LogoFile(name, (folder / name).read_bytes()) for key, name in files.items()})
    fmt = format_named("1x1")
    for color in ((244, 233, 216), (217, 160, 160), (140, 120, 100), (60, 50, 50)):
        picture = plain(pixels(fmt), color)
        [first, *_] = candidates_in(picture, fmt, plan_zones(picture, fmt, OVERLAY, "ltr"), logo)

        file = logo.versions[first.version]
        assert smallest_line(file) * first.box.width_px >= 10
        assert first.contrast >= MIN_LOGO_CONTRAST


DISPLAY_SIZES = [(300, 250), (728, 90), (160, 600), (300, 600), (970, 250), (320, 50), (1200, 628)]


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(PHOTOGRAPHS)),
    layout=st.sampled_from(list(all_layouts().values())),
    size=st.sampled_from([(1080, 1080), (1080, 1350), (1080, 1920), (1920, 1080), *DISPLAY_SIZES]),
    direction=st.sampled_from(["ltr", "rtl"]),
    flipped=st.booleans(),
    zoom=st.floats(0.5, 1),
)
def test_on_any_picture_text_logo_and_subject_are_apart_or_the_plan_says_so(
    name: str,
    layout: Layout,
    size: tuple[int, int],
    direction: Direction,
    flipped: bool,  # noqa: FBT001 - drawn by Hypothesis
    zoom: float,
) -> None:
    picture = photograph(name)
    part = picture.crop((0, 0, round(zoom * picture.width), round(zoom * picture.height)))
    if flipped:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    width_px, height_px = size
    square = format_named("1x1")
    fmt = square.model_copy(update={"size": Size(width_px=width_px, height_px=height_px)})

    zones = plan_zones(part, fmt, layout, direction)
    view = View(framed(part, fmt, zones, PANEL), fmt, zones)
    [spots] = logo_candidates([view], BOTH, direction, None)

    assert safe_box(fmt).contains(zones.text_zone)
    assert zones.picture.contains(zones.subject)
    for spot in spots:
        assert safe_box(fmt).contains(outer(spot))
        assert clear_of_text(spot.box.inset(-spot.clear_space_px), zones)
        assert zones.picture.contains(outer(spot)) or not outer(spot).overlaps(zones.picture)
        if spot.on_subject > 0.12:
            assert all(other.on_subject > 0.12 for other in spots)
        if not outer(spot).overlaps(zones.subject):
            assert spot.on_subject == 0
    if zones.layout == "panel":
        assert not zones.subject.overlaps(zones.text_zone)
