"""Where the logo may go in the formats of a variant: spots to choose from, best first.

The spots of one format are `logo_places`', and the logo's pixels `logo`'s.
"""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageFont

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format
from creative_assets.studio.images import as_rgb
from creative_assets.studio.layouts import frame_shape
from creative_assets.studio.logo import Logo, LogoSpot
from creative_assets.studio.logo_places import (
    MIN_LOGO_CONTRAST,
    Found,
    View,
    footprint_of,
    spot_at,
    spots_of,
)
from creative_assets.studio.sight import Sight, see
from creative_assets.studio.values import Direction

MAX_CANDIDATES = 6

_CANDIDATES_PX = 768
_LOGO_SCALES = (1.0, 0.87, 0.75)
# How much stronger a veil may be for the same version of the logo in all formats.
_WORTH_ONE_VERSION = 0.2


def logo_candidates(
    views: Sequence[View],
    logo: Logo,
    direction: Direction,
    wish: str | None,
    rejected: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[tuple[LogoSpot, ...], ...]:
    """Finds places for the logo in all formats of a variant: in corners, or else at edges' middles.

    It has the same size in all of them, relative to the frame: the largest at which each format has
    a choice of good places. The same spot comes first in all formats where there is one for all, in
    the same version of the logo if that reads as well.

    Args:
        views: What is shown in each format.
        logo: The brand's logo.
        direction: Of the text; of spots that are as good, the one where reading starts wins.
        wish: The brief's wish, such as `top-right`; it wins over calmness, not over the subject.
        rejected: Format → the names of spots that a reviewer did not want. The others are chosen
            from as if these were not there; only where there are no others, they are again.

    Returns:
        For each view 1 to 6 spots, best first; on the panel where it has room, but for a wish. They
        meet the subject's box only where there are not enough others, or none that all formats
        share, and lie on more than its bare corners only where all do; `on_subject` says how much.

    Raises:
        RenderError: The logo cannot be opened, or fits nowhere.
    """
    if not views:
        return ()
    sights = [see(view.frame) for view in views]
    left = []
    for view, every in zip(views, _at_one_scale(views, sights, logo, direction), strict=True):
        turned_down = rejected.get(view.fmt.name, ())
        left.append([each for each in every if each.spot.name not in turned_down] or every)
    found = [_usable(view, spots, wish) for view, spots in zip(views, left, strict=True)]
    if not _shared(found):
        wider = [
            _usable(view, spots, wish, may_meet=True)
            for view, spots in zip(views, left, strict=True)
        ]
        found = wider if _shared(wider) else found
    wanted = _wanted(found, wish)
    found = _in_one_version(views, sights, logo, found, wanted[0])
    candidates = []
    for spots in found:
        ranked = sorted(
            spots,
            key=lambda each: (
                each.is_on,
                each.is_near,
                each.middling,
                wanted.index(each.spot.name) if each.spot.name in wanted else len(wanted),
                each.cost,
            ),
        )
        candidates.append(tuple(each.spot for each in ranked[:MAX_CANDIDATES]))
    return tuple(candidates)


def _at_one_scale(
    views: Sequence[View], sights: Sequence[Sight], logo: Logo, direction: Direction
) -> list[list[Found]]:
    """All spots at the largest scale with a choice in each format, else in most of them."""
    tried: list[list[list[Found]]] = []
    for scale in _LOGO_SCALES:
        tried.append(
            [
                spots_of(view, sight, logo, scale, direction)
                for view, sight in zip(views, sights, strict=True)
            ]
        )
        if _with_a_choice(views, tried[-1]) == len(views):
            break
    best = max(tried, key=lambda each: (_with_a_choice(views, each), _good(each), -_plates(each)))
    # A format with no room at that size has its own.
    found = [
        next((each[number] for each in (best, *tried) if each[number]), [])
        for number in range(len(views))
    ]
    for view, spots in zip(views, found, strict=True):
        if not spots:
            raise RenderError(
                f"the logo {logo.versions['default'].name} fits nowhere in {view.fmt.name} beside"
                f" the text zone {view.zones.text_zone.corners}. Give a version of it that is"
                " nearer to a square."
            )
    return found


def _good(found: Sequence[Sequence[Found]]) -> int:
    return sum(spot.is_good for spots in found for spot in spots)


def _plates(found: Sequence[Sequence[Found]]) -> int:
    return sum(each.spot.plate for spots in found for each in spots)


def _with_a_choice(views: Sequence[View], found: Sequence[Sequence[Found]]) -> int:
    """In how many formats there are good spots to choose from; on a panel one is enough."""
    return sum(
        any(spot.is_good and spot.on_panel for spot in spots)
        if view.zones.layout == "panel"
        else sum(spot.is_good for spot in spots) >= _fewest(view.fmt)
        for view, spots in zip(views, found, strict=True)
    )


def _usable(
    view: View, found: Sequence[Found], wish: str | None, *, may_meet: bool = False
) -> Sequence[Found]:
    """Those to choose among: on the panel, or clear of the subject, as long as there are enough."""
    bare = [each for each in found if not each.is_near]
    clear = [each for each in bare if may_meet or not each.meets or each.spot.name == wish]
    if len(clear) < _fewest(view.fmt):
        clear = bare or [each for each in found if not each.is_on] or list(found)
    on_panel = [each for each in clear if each.on_panel]
    if on_panel:
        return [each for each in clear if each.on_panel or each.spot.name == wish]
    return clear


def _shared(found: Sequence[Sequence[Found]]) -> set[str]:
    """The names of spots that all formats have."""
    return set.intersection(*({each.spot.name for each in spots} for spots in found))


def _wanted(found: Sequence[Sequence[Found]], wish: str | None) -> list[str]:
    """The names to take wherever they are: the wish, and the best of those good in most formats."""
    costs: dict[str, list[float]] = {}
    for each in itertools.chain.from_iterable(found):
        costs.setdefault(each.spot.name, []).append(each.cost)
    good = Counter(each.spot.name for spots in found for each in spots if each.is_good)

    def rank(name: str) -> tuple[int, float]:
        return -good[name], sum(costs[name]) / len(costs[name])

    common = min(costs, key=rank)
    return [wish, common] if wish in costs and wish != common else [common]


def _in_one_version(
    views: Sequence[View],
    sights: Sequence[Sight],
    logo: Logo,
    found: list[Sequence[Found]],
    name: str,
) -> list[Sequence[Found]]:
    """The same, in one version of the logo at that spot where it reads as well in all formats."""
    firsts = [next((each for each in spots if each.spot.name == name), None) for spots in found]
    used = Counter(each.spot.version for each in firsts if each)
    for version, _ in used.most_common() if len(used) > 1 else ():
        only = Logo({version: logo.versions[version]}, logo.clear_space)
        again = [
            each and spot_at(view, sight, only, each.place)
            for view, sight, each in zip(views, sights, firsts, strict=True)
        ]
        if all(
            each is None or (spot is not None and _reads_as_well(spot, each.spot))
            for each, spot in zip(firsts, again, strict=True)
        ):
            return [
                [each._replace(spot=spot) if spot and each is first else each for each in spots]
                for spots, first, spot in zip(found, firsts, again, strict=True)
            ]
    return found


def _reads_as_well(spot: LogoSpot, other: LogoSpot) -> bool:
    return (
        spot.name == other.name
        and spot.contrast >= min(MIN_LOGO_CONTRAST, other.contrast)
        and spot.plate <= other.plate
        and spot.veil <= other.veil + _WORTH_ONE_VERSION
    )


def draw_candidates(frame: Image.Image, candidates: Sequence[LogoSpot]) -> Image.Image:
    """The picture with each candidate outlined and named, for somebody to choose.

    Returns:
        A new image, mode RGB, at most 768 px on its long edge.
    """
    factor = math.ceil(max(frame.size) / _CANDIDATES_PX)
    scale = 1 / factor
    shown = as_rgb(frame).reduce(factor)
    draw = ImageDraw.Draw(shown)
    font = ImageFont.load_default(size=17)
    for candidate in candidates:
        left, top, right, bottom = (round(edge * scale) for edge in footprint_of(candidate).corners)
        draw.rectangle((left - 3, top - 3, right + 3, bottom + 3), outline="black", width=5)
        draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline="yellow", width=3)
        tag_width, tag_height = math.ceil(draw.textlength(candidate.name, font=font)) + 12, 24
        tag_left = min(max((left + right - tag_width) // 2, 0), shown.width - tag_width)
        tag_top = bottom + 6 if bottom + 6 + tag_height <= shown.height else top - 6 - tag_height
        tag = (tag_left, tag_top, tag_left + tag_width, tag_top + tag_height)
        draw.rectangle(tag, fill="black")
        middle = (tag_left + tag_width // 2, tag_top + tag_height // 2)
        draw.text(middle, candidate.name, fill="yellow", font=font, anchor="mm")
    return shown


def _fewest(fmt: Format) -> int:
    """How many spots make a choice; a banner is a line of logo, text and picture."""
    return 1 if frame_shape(fmt) == "strip" else 2
