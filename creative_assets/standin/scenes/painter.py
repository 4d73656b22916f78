"""From a picture prompt to a painted advertising photograph: the steps, in order.

The stand-in's image model. What each step paints lives in the modules beside this one.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from creative_assets.standin.scenes import greenery, interiors, landscapes
from creative_assets.standin.scenes.canvas import (
    Frame,
    bloom,
    calmed,
    defocused,
    developed,
    grained,
    vignette,
)
from creative_assets.standin.scenes.colours import Daytime, Light, light_for
from creative_assets.standin.scenes.prompt import SceneWords, read_prompt
from creative_assets.standin.scenes.stage import Backdrop, Ground, Stage, stage_for
from creative_assets.standin.scenes.staging import hero_of, room_for, stand
from creative_assets.standin.scenes.things import draw_thing
from creative_assets.studio.values import Size

Painter = Callable[[Frame, Stage, Light, np.random.Generator], Backdrop]

PAINTERS: Mapping[str, Painter] = {
    "mountains": landscapes.mountains,
    "sea": landscapes.sea,
    "dunes": landscapes.dunes,
    "studio": interiors.studio,
    "city": interiors.city,
    "botanical": greenery.botanical,
    "table": interiors.table,
    "ribbons": interiors.ribbons,
    "aurora": landscapes.aurora,
    "fields": greenery.fields,
    "forest": greenery.forest,
    "snow": greenery.snow,
}

_USUAL_DAYTIME: Mapping[str, Daytime] = {
    "mountains": "morning",
    "sea": "evening",
    "city": "evening",
    "aurora": "night",
    "dunes": "evening",
    "fields": "evening",
    "forest": "morning",
}

# Soft layers are painted at about this many pixels and brought up to size: 1088x1920 takes a
# quarter of a second of CPU; at full size it would take a second.
_PAINTED_PIXELS = 380_000
# Small things, and the ball that stands for none, would look like monuments at full height.
_SHARE_OF_ROOM = {"sphere": 0.52, "jar": 0.74, "cup": 0.70}
# Drawn things beyond this height are drawn at it and enlarged.
_DRAWN_HEIGHT_PX = 620


def paint_scene(prompt: str, size: Size, photos: Sequence[Image.Image], seed: int) -> Image.Image:
    """Paint the picture that a prompt describes.

    The scene depends on the prompt without its `Composition:` line, and on the seed: so the shapes
    of one campaign share a look. The same arguments give the same pixels.

    Args:
        prompt: Labelled lines: `Subject:`, `Setting:`, `Light:`, `Palette:`, `Composition:` …
        size: Of the picture.
        photos: The product's; the first with a transparent background stands in the scene.
        seed: Another seed gives another composition.

    Returns:
        RGB.
    """
    words = read_prompt(prompt)
    rng = _generator(prompt, seed)
    family = words.families[int(rng.integers(len(words.families)))]
    light = light_for(
        words.palette,
        words.daytime or _USUAL_DAYTIME.get(family, "day"),
        from_left=bool(rng.integers(2)),
    )
    stage = stage_for(words, size.ratio, rng)
    frame = _frame_for(size)
    backdrop = PAINTERS[family](frame, stage, light, rng)
    painted = bloom(backdrop.picture, 0.16)
    painted = vignette(frame, painted, 0.24)
    painted = defocused(painted, stage.corner_mask(frame))
    painted = calmed(painted, stage.calm_mask(frame))
    picture = developed(painted, size)
    thing = _thing_for(words, photos, light, (stage, backdrop.ground, picture.size))
    if thing is not None:
        picture = stand(picture, thing, stage, backdrop.ground, light, rng)
    return grained(picture, rng, 1.7)


def _generator(prompt: str, seed: int) -> np.random.Generator:
    shared = "\n".join(
        line for line in prompt.splitlines() if not line.lower().startswith("composition:")
    )
    digest = hashlib.sha256(f"{seed}\n{shared}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _frame_for(size: Size) -> Frame:
    scale = min(1.0, (_PAINTED_PIXELS / (size.width_px * size.height_px)) ** 0.5)
    return Frame(max(2, round(size.width_px * scale)), max(2, round(size.height_px * scale)))


def _thing_for(
    words: SceneWords,
    photos: Sequence[Image.Image],
    light: Light,
    place: tuple[Stage, Ground, tuple[int, int]],
) -> Image.Image | None:
    """Give what stands in the scene, at its final size; None where the scene is its own focus."""
    stage, ground, frame = place
    hero = hero_of(photos)
    if hero is not None:
        return hero.resize(
            room_for(stage, ground, frame, hero.width / hero.height), Image.Resampling.BICUBIC
        )
    name = words.thing
    if name is None and ground.plinth is not None and not ground.rough:
        name = "sphere"
    if name is None:
        return None
    drawn = draw_thing(name, light, min(_DRAWN_HEIGHT_PX, frame[1]))
    width, height = room_for(stage, ground, frame, drawn.width / drawn.height)
    share = _SHARE_OF_ROOM.get(name, 1.0)
    return drawn.resize(
        (max(2, round(width * share)), max(2, round(height * share))), Image.Resampling.BICUBIC
    )
