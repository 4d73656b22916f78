"""Where things go: the subject's place, the calm part, and the ground under the subject.

Only geometry belongs here, in fractions of the frame; painters and the staging read it.
"""

from dataclasses import dataclass

import numpy as np

from creative_assets.standin.scenes.canvas import Frame, smooth
from creative_assets.standin.scenes.colours import Floats
from creative_assets.standin.scenes.prompt import SceneWords, Side

# Slimmer is a story, whose top belongs to the app that shows it.
_STORY_RATIO = 0.7
# How far down logos go in the corners.
_CORNER_V, _STORY_CORNER_V = 0.20, 0.27
# What a subject beside the middle leaves free on the other side.
_ASIDE_U = 0.12


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
        start, end = (0.04, 0.10) if self.calm_side in {"lower", "upper"} else (0.18, 0.09)
        soft = smooth(self.calm_share + start, self.calm_share - end, ahead[self.calm_side])
        return np.broadcast_to(soft, (frame.height, frame.width))

    def corner_mask(self, frame: Frame) -> Floats:
        """Mask the corners, where a logo may go: the lower ones where the calm part is aside."""
        reach = 0.39 if frame.width <= frame.height else 0.27
        aside = smooth(reach, reach - 0.13, np.minimum(frame.u, 1 - frame.u))
        high = _STORY_CORNER_V if frame.width < _STORY_RATIO * frame.height else _CORNER_V
        below = 1 - frame.v if self.calm_side in {"left", "right"} else 1.0
        within = smooth(high + 0.10, high - 0.02, np.minimum(frame.v, below))
        return np.asarray(aside * within, dtype=np.float32)


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
        top = 0.140 if ratio < _STORY_RATIO else 0.085
        bottom = 1 - share - 0.015
    elif side == "upper":
        top = share + 0.03
        bottom = 0.94
    elif side == "left":
        left = share
    elif side == "right":
        right = 1 - share
    if words.aside == "right":
        left = _ASIDE_U
    elif words.aside == "left":
        right = 1 - _ASIDE_U
    if side in {"left", "right", None}:
        top, bottom = 0.165, 0.84
    spare = (right - left) * (0.03 if ratio < 1 else 0.05)
    depth = max(0.03, (bottom - top) * 0.13)
    return Stage(
        centre_u=(left + right) / 2 + sway * spare,
        base_v=bottom,
        top_v=top,
        reach_u=(right - left) * 0.68,
        edge_v=bottom - depth,
        horizon_v=bottom - (bottom - top) * float(rng.uniform(0.32, 0.52)),
        calm_side=side,
        calm_share=share,
    )
