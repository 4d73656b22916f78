"""Colours: which inks and which button go with a ground, from the brand's palette."""

from collections.abc import Mapping
from dataclasses import dataclass

from creative_assets.studio.compose.texts import Role, TextStyle
from creative_assets.studio.scrim import Tone
from creative_assets.studio.sight import Rgb, contrast, luminance, rgb

WHITE: Rgb = (255, 255, 255)
NEAR_BLACK: Rgb = (22, 22, 24)
_BLACK: Rgb = (0, 0, 0)

COMFORTABLE = 5.5  # the headline takes the brand's colour where it reads at least this well
_LABEL_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3, for small text
_BODY_CONTRAST = 5.0
_PAPER = 0.7  # a palette colour this light serves as paper, and as the headline's ink on a photo
_SAME_COLOR = 60  # channel levels, of 255: a button no further from its ground is lost in it
_SHADE_TINT = 0.25
# What text has on a whole scrim: enough that a scrim is never quite whole.
_LIGHT_ON_SCRIM, _DARK_ON_SCRIM, _TITLE_ON_SCRIM = 9.0, 12.0, 7.5
FAINT_BUTTON = 2.2  # below this contrast with its surroundings a button is hard to see


@dataclass(frozen=True, slots=True)
class Theme:
    """A ground (veil, panel or card) with the inks and the button that go on it.

    `title` is the headline's ink where that is comfortable to read; it gives way to `body`.
    """

    ground: Rgb
    title: Rgb
    body: Rgb
    button: Rgb
    label: Rgb

    @property
    def inks(self) -> Mapping[Role, Rgb]:
        """The ink of each kind of text."""
        return {
            "headline": self.title,
            "subline": self.body,
            "call_to_action": self.label,
            "legal_line": self.body,
        }


def scrim_themes(style: TextStyle) -> tuple[tuple[Tone, tuple[Theme, ...]], ...]:
    """A dark scrim with light text, and a light one with dark text.

    Each with a headline in a brand colour, where one reads well there, and in the neutral one.
    """
    primary, paper = rgb(style.primary_color), paper_of(style)
    shade = mix(_BLACK, primary, _SHADE_TINT)
    title = primary if contrast(primary, paper) >= COMFORTABLE else NEAR_BLACK
    lights = min(1.05 / _LIGHT_ON_SCRIM, (luminance(paper) + 0.05) / _TITLE_ON_SCRIM) - 0.05
    darks = max(
        _DARK_ON_SCRIM * (luminance(NEAR_BLACK) + 0.05),
        _TITLE_ON_SCRIM * (luminance(title) + 0.05),
    )
    return (
        (
            Tone(shade, max(lights, luminance(shade)), darkens=True),
            _on_scrim(shade, paper, WHITE, style),
        ),
        (
            Tone(paper, min(darks - 0.05, luminance(paper)), darkens=False),
            _on_scrim(paper, title, NEAR_BLACK, style),
        ),
    )


def _on_scrim(ground: Rgb, brand: Rgb, body: Rgb, style: TextStyle) -> tuple[Theme, ...]:
    primary = rgb(style.primary_color)
    # Where the brand's own colour would be lost, the button is what the headline is.
    button = primary if contrast(primary, ground) >= FAINT_BUTTON else brand
    label = _label_on(button, style)
    return tuple(
        Theme(ground, title=title, body=body, button=button, label=label)
        for title in dict.fromkeys((brand, body))
    )


def theme_on(ground: Rgb, style: TextStyle) -> Theme:
    """What goes on a flat ground: neutral text, a headline in a brand colour where it reads well.

    A button that would be lost in a ground of its own colour is inverted.
    """
    primary = rgb(style.primary_color)
    body = max(WHITE, NEAR_BLACK, key=lambda color: contrast(color, ground))
    if contrast(body, ground) < _BODY_CONTRAST:  # on mid-tones only one of the extremes will do
        body = max(WHITE, _BLACK, key=lambda color: contrast(color, ground))
    brand = max(_brand_colors(style), key=lambda color: contrast(color, ground))
    title = brand if contrast(brand, ground) >= COMFORTABLE else body
    lost = max(abs(a - b) for a, b in zip(primary, ground, strict=True)) <= _SAME_COLOR
    button = title if lost else primary
    return Theme(ground, title=title, body=body, button=button, label=_label_on(button, style))


def paper_of(style: TextStyle) -> Rgb:
    """The brand's lightest colour where it is light enough to write on, else white."""
    lightest = _brand_colors(style)[-1]
    return lightest if luminance(lightest) >= _PAPER else WHITE


def mix(color: Rgb, with_color: Rgb, share: float) -> Rgb:
    """`color` with that share of another one in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, with_color, strict=True))
    return (red, green, blue)


def hex_of(color: Rgb) -> str:
    """Levels as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def _brand_colors(style: TextStyle) -> list[Rgb]:
    """From dark to light."""
    return sorted((rgb(style.primary_color), *map(rgb, style.palette)), key=luminance)


def _label_on(button: Rgb, style: TextStyle) -> Rgb:
    # White or pure black reaches 4.58 on any colour, so one of these is always found.
    chosen = (WHITE, *reversed(_brand_colors(style)), NEAR_BLACK, _BLACK)
    return next(color for color in chosen if contrast(color, button) >= _LABEL_CONTRAST)
