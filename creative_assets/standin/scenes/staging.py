"""Standing a cut-out in a painted scene: its size, plinth, shadows, reflection and light.

Pillow pictures at their final size in, new ones out. What the scene or the thing looks like is
decided elsewhere.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from creative_assets.standin.scenes.canvas import Frame, noise
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, mix, toned
from creative_assets.standin.scenes.solids import MATTE, SATIN, Part, lathe
from creative_assets.standin.scenes.stage import Ground, Stage

_PLINTH_TILT = 0.16
_PLINTH_SPREAD = 1.45  # its width ÷ that of the thing on it, at most
_PLINTH_BRIM = 0.16  # how far it reaches beyond the thing, in short edges, both sides together
_OPAQUE = 250
# Parts of a thing whose lower edge is within this share of its height, or of its width, touch the
# ground: under a flat round thing the edge rises far, to the middle of its side.
_TOUCHING, _TOUCHING_WIDE = 0.14, 0.17


def _is_opaque(image: Image.Image) -> bool:
    return "A" not in image.getbands() or not any(image.getchannel("A").histogram()[:_OPAQUE])


def cutout_of(photo: Image.Image) -> Image.Image:
    """Give a product's photo as a cut-out: by its alpha, or else as a card with round corners."""
    image = photo.convert("RGBA")
    alpha = image.getchannel("A")
    if _is_opaque(image):
        image = image.copy()
        mask = Image.new("L", image.size, 0)
        radius = round(min(image.size) * 0.04)
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, image.width - 1, image.height - 1), radius, 255
        )
        image.putalpha(mask)
        return image
    ink = alpha.point(lambda level: 255 if level > 8 else 0).getbbox()  # noqa: PLR2004 - stray veil of a soft shadow
    return image.crop(ink) if ink else image


def room_for(stage: Stage, ground: Ground, frame: tuple[int, int], ratio: float) -> tuple[int, int]:
    """Give the size in pixels at which a cut-out of a ratio (width ÷ height) fits the stage."""
    width, height = frame
    tall = (stage.base_v - stage.top_v) * height
    wide = min(stage.reach_u * width, 0.66 * min(frame))
    if ground.plinth is not None:
        wide *= 0.8
        tall -= plinth_axis(ground, frame)
        # The plinth's front edge is lower than where the thing stands, also under a broad thing.
        slim = tall - _front_edge(0, frame)
        tall = min(slim, tall / (1 + _PLINTH_TILT / 2 * _PLINTH_SPREAD * ratio))
    size = min(tall, wide / ratio)
    return max(2, round(size * ratio)), max(2, round(size))


def plinth_axis(ground: Ground, frame: tuple[int, int]) -> int:
    """Height of the plinth's side, in pixels; 0 without one."""
    return round(0.045 * min(frame)) if ground.plinth is not None else 0


def _plinth_width(thing_width: float, frame: tuple[int, int]) -> float:
    short = min(frame)
    wide = min(thing_width * _PLINTH_SPREAD, thing_width + _PLINTH_BRIM * short)
    return max(wide, 0.30 * short)


def _front_edge(thing_width: float, frame: tuple[int, int]) -> int:
    """How far the round front of a plinth reaches below its middle, in pixels."""
    return round(_plinth_width(thing_width, frame) * _PLINTH_TILT / 2)


def stand(
    picture: Image.Image,
    cutout: Image.Image,
    stage: Stage,
    ground: Ground,
    light: Light,
    rng: np.random.Generator,
) -> Image.Image:
    """Stand a cut-out, already at its final size, on the ground of a scene (RGB)."""
    result = picture.copy()
    middle, foot = round(stage.centre_u * picture.width), round(stage.base_v * picture.height)
    lift = plinth_axis(ground, picture.size)
    deep = tuple(round(float(c) * 255) for c in toned(light.deep, 0.14, 0.4))
    if ground.plinth is not None:
        plinth = _plinth(ground, light, _plinth_width(cutout.width, picture.size), lift, rng)
        front = _front_edge(cutout.width, picture.size)
        foot -= front
        _lay_shadow(
            result, plinth, (middle, foot + round(plinth.width * 0.03)), deep, ground.shadow * 0.9
        )
        result.paste(
            plinth,
            (
                middle - plinth.width // 2,
                foot + front - plinth.height,
            ),
            plinth,
        )
        foot -= lift
        stone = result.copy()
        _lay_shadow(stone, cutout, (middle, foot), deep, ground.shadow)
        where = Image.new("L", result.size)
        where.paste(
            plinth.getchannel("A"),
            (
                middle - plinth.width // 2,
                foot + lift + front - plinth.height,
            ),
        )
        result.paste(stone, (0, 0), where)
    else:
        if ground.reflection:
            _lay_reflection(result, cutout, (middle, foot), ground.reflection)
        _lay_cast(result, cutout, (middle, foot), deep, (ground.shadow * 0.62, light.side))
        _lay_shadow(result, cutout, (middle, foot), deep, ground.shadow)
    thing = _in_light(cutout, light)
    result.paste(
        thing, (middle - thing.width // 2, foot - thing.height + round(thing.width * 0.012)), thing
    )
    return result


def _plinth(
    ground: Ground, light: Light, width: float, axis: int, rng: np.random.Generator
) -> Image.Image:
    colour = ground.plinth if ground.plinth is not None else light.pale
    radius = width / 2 / axis
    grit = None
    if ground.rough:
        grit = 1 + 0.13 * noise(Frame(400, 48), rng, (10, 9), 3)
    profile = [(0, radius), (0.06, radius * 1.004), (0.94, radius * 1.004), (1, radius * 0.995)]
    disc = lathe(
        profile, [Part(0, colour, MATTE if ground.rough else SATIN)], axis, _PLINTH_TILT, grit=grit
    )
    return disc if light.from_left else disc.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _soft_ellipse(width: float, height: float, fall: float) -> Image.Image:
    columns, rows = max(4, round(width)), max(4, round(height))
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    d = np.clip(1 - np.hypot(x, y), 0, 1) ** fall
    return Image.fromarray((d * 255).astype(np.uint8))


def _lay_shadow(
    picture: Image.Image,
    thing: Image.Image,
    foot: tuple[int, int],
    colour: tuple[int, ...],
    strength: float,
) -> None:
    """Darken under a thing: wide and soft, then narrow and dark where its outline touches."""
    width = thing.width
    wide = _soft_ellipse(width * 1.9, width * 0.46, 1.6)
    wide = wide.point(lambda level: level * 0.55 * strength)
    centre = foot[1] - round(_rises(thing, 64).max() * thing.height * 0.6)
    picture.paste(colour, (foot[0] - wide.width // 2, centre - wide.height // 2), wide)
    opaque = np.asarray(thing.getchannel("A")) > _OPAQUE // 2
    bottoms = thing.height - np.argmax(opaque[::-1], axis=0) * 1.0
    # Where the outline's lower edge is nearly level, and near the ground, it touches it.
    level = np.clip(1 - np.abs(np.gradient(bottoms)) / 0.8, 0, 1) * opaque.any(axis=0)
    reach = _reach(thing)
    touches = level * np.clip(1 - (thing.height - bottoms) / reach, 0, 1) ** 0.5
    margin = round(width * 0.14)
    rows = np.arange(-round(reach) - margin, margin)[:, None]
    for tall, blur, share in ((0.050, 0.030, 0.75), (0.018, 0.010, 0.95)):
        near = np.exp(-(((rows - bottoms + thing.height) / max(1.0, width * tall)) ** 2))
        field = np.pad(near * touches * 255 * strength * share, ((0, 0), (margin, margin)))
        mask = Image.fromarray(field.astype(np.uint8))
        mask = mask.filter(ImageFilter.GaussianBlur(max(1.0, width * blur)))
        picture.paste(colour, (foot[0] - mask.width // 2, foot[1] + int(rows[0, 0])), mask)


def _reach(thing: Image.Image) -> float:
    """How far above its foot a thing may touch the ground, in pixels."""
    return max(thing.height * _TOUCHING, thing.width * _TOUCHING_WIDE)


def _rises(cutout: Image.Image, columns: int) -> Floats:
    """How far the foot of each column is above the lowest, ÷ height; 0 where it hangs free."""
    opaque = np.asarray(cutout.getchannel("A")) > _OPAQUE // 2
    rises = np.argmax(opaque[::-1], axis=0) / cutout.height * opaque.any(axis=0)
    rises = np.where(rises <= _reach(cutout) / cutout.height, rises, 0)
    return np.interp(np.linspace(0, 1, columns), np.linspace(0, 1, rises.size), rises)


def _raised(image: Image.Image, rises_px: Floats) -> Image.Image:
    """Move each column up by its own way; what comes in from below repeats the border."""
    rows = np.arange(image.height)[:, None] + np.rint(rises_px).astype(np.int64)[None, :]
    columns = np.arange(image.width)[None, :]
    return Image.fromarray(np.asarray(image)[np.minimum(rows, image.height - 1), columns])


def _lay_cast(
    picture: Image.Image,
    cutout: Image.Image,
    foot: tuple[int, int],
    colour: tuple[int, ...],
    strength_and_side: tuple[float, float],
) -> None:
    """Throw the silhouette's shadow towards the viewer, away from the light, fading out."""
    strength, side = strength_and_side
    long = max(8, round(cutout.height * 0.30))
    quarter = (max(2, cutout.width // 4), max(2, long // 4))
    shape = (
        cutout.getchannel("A")
        .resize(quarter, Image.Resampling.BILINEAR)
        .transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    )
    rises = _rises(cutout, quarter[0])
    shape = _raised(shape, rises * quarter[1])
    slide = 0.85 * -side
    margin = round(quarter[1] * abs(slide)) + 12
    above = 12 + round(_reach(cutout) / 4)
    canvas = Image.new("L", (quarter[0] + 2 * margin, quarter[1] + above + 12))
    canvas.paste(shape, (margin, above))
    canvas = canvas.transform(
        canvas.size,
        Image.Transform.AFFINE,
        (1, -slide, slide * above, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    fade = np.clip(1 - (np.arange(canvas.height) - above) / quarter[1], 0, 1) ** 1.5 * strength
    faded = Image.fromarray((np.asarray(canvas, dtype=np.float32) * fade[:, None]).astype(np.uint8))
    faded = _raised(faded, np.pad(rises, margin, mode="edge") * cutout.height / 4)
    faded = faded.filter(ImageFilter.GaussianBlur(max(1.0, cutout.width / 90)))
    mask = faded.resize((faded.width * 4, faded.height * 4), Image.Resampling.BICUBIC)
    left = foot[0] - cutout.width // 2 - margin * 4
    picture.paste(colour, (left, foot[1] - above * 4 - round(cutout.width * 0.015)), mask)


def _lay_reflection(
    picture: Image.Image, cutout: Image.Image, foot: tuple[int, int], strength: float
) -> None:
    """Mirror the thing in the ground, blurred and fading."""
    long, margin = round(cutout.height * 0.45), 9 * max(1, cutout.width // 90)
    above = round(_reach(cutout))
    mirror = Image.new("RGBA", (cutout.width + 2 * margin, long + above))
    mirror.paste(cutout.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (margin, above))
    rises = _rises(cutout, cutout.width) * cutout.height
    mirror = _raised(mirror, np.pad(2 * rises, margin, mode="edge"))
    third = (max(2, mirror.width // 3), max(2, mirror.height // 3))
    small = mirror.resize(third, Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(max(0.6, cutout.width / 110)))
    mirror = small.resize(mirror.size, Image.Resampling.BICUBIC)
    fade = np.clip(1 - (np.arange(mirror.height) - above) / long, 0, 1) ** 1.6 * 255 * strength
    mask = ImageChops.multiply(
        mirror.getchannel("A"),
        Image.fromarray(fade.astype(np.uint8)[:, None].repeat(mirror.width, axis=1)),
    )
    place = (foot[0] - mirror.width // 2, foot[1] - above - round(cutout.width * 0.02))
    picture.paste(mirror.convert("RGB"), place, mask)


def _in_light(cutout: Image.Image, light: Light) -> Image.Image:
    """Give the thing a hint of the scene's light: tinted, darker at its foot, with a lit rim."""
    alpha = cutout.getchannel("A")
    tint = mix(from_hex("#ffffff"), light.sun, 0.45)
    if light.dark:
        tint = mix(tint, light.mid, 0.22)
    rows = np.linspace(0, 1, cutout.height, dtype=np.float32)
    foot = 1 - 0.20 * np.clip((rows - 0.80) / 0.20, 0, 1) ** 2
    veil = (tint[None, :] * foot[:, None] * 255).astype(np.uint8)[:, None, :]
    colour = ImageChops.multiply(
        cutout.convert("RGB"), Image.fromarray(veil.repeat(cutout.width, axis=1))
    )
    reach = max(2, cutout.width // 70)
    inner = ImageChops.offset(alpha, int(-light.side * reach), reach // 2)
    rim = ImageChops.subtract(alpha, inner).filter(ImageFilter.BoxBlur(reach / 2))
    rim = ImageChops.multiply(rim.point(lambda level: level * 0.5), alpha)
    colour.paste(tuple(round(float(c) * 255) for c in light.sun), (0, 0), rim)
    colour.putalpha(alpha)
    return colour


def hero_of(photos: Sequence[Image.Image]) -> Image.Image | None:
    """Pick the photo that stands in the scene: the first one with a transparent background."""
    if not photos:
        return None
    clear = [photo for photo in photos if not _is_opaque(photo)]
    return cutout_of((clear or list(photos))[0])
