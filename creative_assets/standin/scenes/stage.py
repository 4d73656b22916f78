"""Where things go: the subject's place, the calm part, and the ground under the subject.

Only geometry belongs here, in fractions of the frame; painters and the staging read it.
"""

from dataclasses import dataclass

import numpy as np

from creative_assets.standin.scenes.canvas import Frame, smooth
from creative_assets.standin.scenes.colours import Floats
from creative_assets.standin.scenes.prompt import SceneWords, Side


@dataclass(frozen=True)
class Stage:
    """The geometry of one picture; all fractions of the frame.

    Attributes:
        centre_u: Middle of the subject.
        base_v: Where the subject's foot stands.
        top_v: The highest that the subject may reach.
        reach_u: The widest that the subject may be.
        edge_v: Back edge of the ground that it stands on.
        horizon_v: Where far land meets the sky.
        calm_side: The side that stays calm, or None.
        calm_share: How much of the frame that is.
    """

    centre_u: float
    base_v: float
    top_v: float
    reach_u: float
    edge_v: float
    horizon_v: float
    calm_side: Side | None
    calm_share: float

    def calm_mask(self, frame: Frame) -> Floats:
        """Mask the calm part: 1 well inside it, falling to 0 just outside."""
        if self.calm_side is None:
            return np.zeros((frame.height, frame.width), dtype=np.float32)
        ahead = {"lower": 1 - frame.v, "upper": frame.v, "left": frame.u, "right": 1 - frame.u}
        # Sky and ground soften with height anyway; a side needs a longer way, or its end is seen.
        start, end = (0.07, 0.09) if self.calm_side in {"lower", "upper"} else (0.14, 0.20)
        soft = smooth(self.calm_share + start, self.calm_share - end, ahead[self.calm_side])
        return np.broadcast_to(soft, (frame.height, frame.width))


@dataclass(frozen=True)
class Ground:
    """How the ground answers the thing that stands on it.

    Attributes:
        shadow: Strength of the contact and cast shadows, 0 to 1.
        reflection: Strength of the mirror image, 0 to 1.
        plinth: Colour of a low round plinth under the subject, or None.
        rough: Whether the plinth is stone (or else it is smooth).
    """

    shadow: float
    reflection: float
    plinth: Floats | None = None
    rough: bool = False


@dataclass(frozen=True)
class Backdrop:
    """A painted scene without its subject."""

    picture: Floats
    ground: Ground


def stage_for(words: SceneWords, ratio: float, rng: np.random.Generator) -> Stage:
    """Place the subject in the part of the frame (`ratio`: width ÷ height) that isn't calm."""
    side, share = words.calm_side, words.calm_share
    sway = float(rng.uniform(-1, 1))
    left, right, top, bottom = 0.0, 1.0, 0.12, 0.90
    if side == "lower":
        # A story's top belongs to the app that shows it.
        top = 0.105 if ratio < 0.7 else 0.065  # noqa: PLR2004 - slimmer than 3:4 is a story
        bottom = 1 - share - 0.015
    elif side == "upper":
        top = share + 0.03
        bottom = 0.94
    elif side == "left":
        left = share
    elif side == "right":
        right = 1 - share
    if side in {"left", "right", None}:
        bottom = 0.84
    spare = (right - left) * (0.03 if ratio < 1 else 0.05)
    depth = max(0.03, (bottom - top) * 0.13)
    return Stage(
        centre_u=(left + right) / 2 + sway * spare,
        base_v=bottom,
        top_v=top,
        reach_u=(right - left) * 0.74,
        edge_v=bottom - depth,
        horizon_v=bottom - (bottom - top) * float(rng.uniform(0.32, 0.52)),
        calm_side=side,
        calm_share=share,
    )
