"""Brand colours as light: mixing them perceptually, and giving each a role in a picture.

Only colour arithmetic belongs here; nothing in this module knows a pixel's place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Daytime = Literal["morning", "day", "evening", "night"]

# Björn Ottosson's Oklab (https://bottosson.github.io/posts/oklab/): linear sRGB → LMS → Lab.
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def from_hex(code: str) -> Floats:
    """Give `#rrggbb` as three floats from 0 to 1, sRGB-encoded."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)


def _to_oklab(colour: Floats) -> npt.NDArray[np.float64]:
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB's transfer curve
    return np.asarray(_TO_LAB @ np.cbrt(_TO_LMS @ linear))


def _from_oklab(lab: npt.NDArray[np.float64]) -> Floats:
    linear = np.clip(np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - sRGB's transfer curve
    return encoded.astype(np.float32)


def mix(first: Floats, second: Floats, share: float) -> Floats:
    """Mix two colours as the eye sees it; `share` is how much of the second."""
    return _from_oklab((1 - share) * _to_oklab(first) + share * _to_oklab(second))


def toned(colour: Floats, lightness: float, chroma: float = 1.0) -> Floats:
    """Give the same hue at another Oklab lightness (0 to 1), its chroma multiplied."""
    lab = _to_oklab(colour)
    return _from_oklab(np.array([lightness, lab[1] * chroma, lab[2] * chroma]))


def lightness_of(colour: Floats) -> float:
    """Oklab lightness, 0 to 1."""
    return float(_to_oklab(colour)[0])


def _chroma_of(colour: Floats) -> float:
    lab = _to_oklab(colour)
    return float(np.hypot(lab[1], lab[2]))


_CANDLE = from_hex("#ffd3a1")
_DAYLIGHT = from_hex("#fffaf0")


@dataclass(frozen=True)
class Light:
    """A palette with its parts assigned, and the light of the hour.

    Attributes:
        daytime: The hour; it decides how sky and shade are mixed.
        deep: The darkest colour, for shade and near silhouettes.
        mid: Between deep and pale; the colour that the brand leads with, where it is neither.
        pale: The lightest, for air, walls and paper.
        accent: The liveliest, for the one thing that should glow.
        sun: Colour of the key light.
        from_left: Whether the key light stands on the left.
    """

    daytime: Daytime
    deep: Floats
    mid: Floats
    pale: Floats
    accent: Floats
    sun: Floats
    from_left: bool

    @property
    def dark(self) -> bool:
        """Whether it is night."""
        return self.daytime == "night"

    @property
    def side(self) -> float:
        """-1 where light comes from the left, 1 from the right."""
        return -1.0 if self.from_left else 1.0

    def tone(self, share: float) -> Floats:
        """Walk from deep (0) over mid (0.5) to pale (1)."""
        if share < 0.5:  # noqa: PLR2004 - the middle of the ramp
            return mix(self.deep, self.mid, share * 2)
        return mix(self.mid, self.pale, share * 2 - 1)

    def sky(self) -> tuple[Floats, Floats, Floats]:
        """Colours of the sky: zenith, half way, at the horizon."""
        if self.daytime == "morning":
            low = mix(self.pale, self.sun, 0.5)
            return toned(self.tone(0.62), 0.74, 0.75), mix(self.tone(0.85), low, 0.35), low
        if self.daytime == "day":
            return toned(self.tone(0.55), 0.72, 0.8), self.tone(0.84), mix(self.pale, self.sun, 0.4)
        if self.daytime == "evening":
            return (
                toned(mix(self.mid, self.accent, 0.25), 0.56, 0.8),
                mix(toned(self.accent, 0.70), self.pale, 0.25),
                mix(toned(self.accent, 0.83), self.sun, 0.5),
            )
        return toned(self.deep, 0.16), toned(self.deep, 0.27), toned(self.tone(0.3), 0.42, 0.9)


def light_for(palette: Sequence[str], daytime: Daytime, *, from_left: bool) -> Light:
    """Assign the roles in a palette of `#rrggbb`; missing ones are derived from the first."""
    colours = [from_hex(code) for code in palette] or [from_hex("#3b5b7a")]
    lead = colours[0]
    by_lightness = sorted(colours, key=lightness_of)
    deep, pale = by_lightness[0], by_lightness[-1]
    if lightness_of(deep) > 0.5:  # noqa: PLR2004 - too light to serve as shade
        deep = toned(deep, 0.28, 0.8)
    deep = toned(deep, min(lightness_of(deep), 0.36))
    if lightness_of(pale) < 0.85:  # noqa: PLR2004 - too dark to serve as air
        pale = toned(pale, 0.94, 0.25)
    if _chroma_of(pale) > 0.08:  # noqa: PLR2004 - a bright yellow is light, but no colour of air
        pale = toned(pale, 0.94, 0.35)
    accent = max(colours, key=lambda colour: _chroma_of(colour) * (0.3 + lightness_of(colour)))
    if _chroma_of(accent) < 0.04:  # noqa: PLR2004 - a grey palette: borrow the light's warmth
        accent = mix(accent, _CANDLE, 0.75)
    mid = toned(lead, min(max(lightness_of(lead), 0.48), 0.68))
    warmth = {"morning": 0.65, "day": 0.25, "evening": 1.0, "night": 0.5}[daytime]
    sun = mix(_DAYLIGHT, _CANDLE, warmth)
    return Light(daytime, deep, mid, pale, accent, sun, from_left)
