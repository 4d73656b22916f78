"""`POST /v1/images/generations` and `…/edits`: reading the request, and the answer's shape.

Painting is `scenes`.
"""

import base64
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from creative_assets.standin import wire
from creative_assets.standin.quick import quick_jpeg, quick_picture
from creative_assets.standin.scenes.painter import paint_scene
from creative_assets.standin.wire import Call, Json, WireError
from creative_assets.studio.values import Size

# Output tokens of 1024x1024: OpenAI's price for each quality ÷ $30 per million, November 2026.
TOKENS_BY_QUALITY = {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}
DALLE_SIZES = ("1024x1024", "1792x1024", "1024x1792")
FIRST_GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536", "auto")  # gpt-image-1.x
FREE_SIZE_STEP_PX = 16  # gpt-image-2 and later take any size inside these limits
FREE_SIZE_MAX_EDGE_PX = 3840
FREE_SIZE_MAX_RATIO = 3.0
FREE_SIZE_PIXELS = range(655_360, 8_294_400 + 1)
MAX_PHOTOS = 16
MAX_PHOTO_BYTES = 50_000_000
MAX_PROMPT_CHARACTERS = 32_000
MAX_PICTURES = 10
_BEST_QUALITY = 95  # Pillow: above it files grow, and pictures get no better


@dataclass(frozen=True)
class _Order:
    model: str
    prompt: str
    size: Size
    quality: str
    output_format: str
    compression: int
    count: int
    as_url: bool
    photos: tuple[bytes, ...] = ()

    @property
    def is_dalle(self) -> bool:
        return self.model.startswith("dall-e")


def read_generation(body: bytes) -> Call:
    """The picture that the JSON body asks for.

    Raises:
        WireError: OpenAI would reject the request.
    """
    fields = wire.read_json(body)
    return _call(_order(fields), wire.sha256_of(fields))


def read_edit(fields: Mapping[str, str], photos: tuple[bytes, ...]) -> Call:
    """The picture that a form's `fields` ask for, with these photos.

    Raises:
        WireError: OpenAI would reject the request.
    """
    if not photos:
        raise WireError(400, "Missing required parameter: 'image'.", param="image")
    if len(photos) > MAX_PHOTOS:
        raise WireError(400, f"At most {MAX_PHOTOS} images are taken.", param="image")
    for photo in photos:
        _check_photo(photo)
    digest = wire.sha256_of([dict(fields), [hashlib.sha256(photo).hexdigest() for photo in photos]])
    return _call(_order(fields, photos), digest)


def _call(order: _Order, digest: str) -> Call:
    return Call(
        operation="image_edit" if order.photos else "image",
        model=order.model,
        text=order.prompt,
        request_sha256=digest,
        summary=f"{order.size} {order.prompt.partition(chr(10))[0][:80]}",
        pace="image",
        answer=lambda nonce: _answer(order, _painted(order, nonce)),
        quick_answer=lambda nonce: _answer(order, _quickly_painted(order, nonce)),
    )


def _painted(order: _Order, nonce: int) -> list[bytes]:
    photos = [Image.open(io.BytesIO(photo)).convert("RGBA") for photo in order.photos]
    pictures = (
        paint_scene(order.prompt, order.size, photos, seed) for seed in _seeds(order, nonce)
    )
    return [encode(picture, order.output_format, order.compression) for picture in pictures]


def _quickly_painted(order: _Order, nonce: int) -> list[bytes]:
    asked = (order.prompt, order.size, order.photos)
    seeds, quality = _seeds(order, nonce), min(order.compression, _BEST_QUALITY)
    if order.output_format == "jpeg":
        return [quick_jpeg(*asked, seed, quality) for seed in seeds]
    pictures = (quick_picture(*asked, seed) for seed in seeds)
    return [encode(picture, order.output_format, quality) for picture in pictures]


def _answer(order: _Order, files: Sequence[bytes]) -> Json:
    data = [_datum(order, file) for file in files]
    if order.is_dalle:
        return {"created": wire.CREATED, "data": data}
    return {
        "created": wire.CREATED,
        "background": "opaque",
        "data": data,
        "output_format": order.output_format,
        "quality": order.quality,
        "size": str(order.size),
        "usage": _usage(order),
    }


def _seeds(order: _Order, nonce: int) -> list[int]:
    """The same for every shape of one prompt, so that a campaign's formats show one scene."""
    lines = [line for line in order.prompt.splitlines() if not line.startswith("Composition:")]
    photos = [hashlib.sha256(photo).hexdigest() for photo in order.photos]
    asked = (order.model, order.quality, *lines, *photos, nonce)
    return [wire.number_from(*asked, index) for index in range(order.count)]


def encode(picture: Image.Image, output_format: str, compression: int = 100) -> bytes:
    """`picture` as png, jpeg or webp; `compression` is the quality, 0 to 100, of the latter two."""
    file = io.BytesIO()
    if output_format == "png":
        picture.save(file, "PNG", compress_level=3)
    else:
        picture.save(file, output_format.upper(), quality=min(compression, _BEST_QUALITY))
    return file.getvalue()


def _datum(order: _Order, content: bytes) -> Json:
    payload = base64.b64encode(content).decode()
    if not order.is_dalle:
        return {"b64_json": payload}
    revised = f"[stand-in: prompt unrevised] {order.prompt}"
    if order.as_url:
        return {"url": f"data:image/png;base64,{payload}", "revised_prompt": revised}
    return {"b64_json": payload, "revised_prompt": revised}


def _usage(order: _Order) -> Json:
    text = wire.text_tokens(order.prompt)
    sizes = [Image.open(io.BytesIO(photo)).size for photo in order.photos]
    pictures = sum(wire.picture_tokens(*size) for size in sizes)
    pixels = order.size.width_px * order.size.height_px
    share = pixels / (1024 * 1024)
    output = order.count * math.ceil(TOKENS_BY_QUALITY[order.quality] * share)
    return {
        "input_tokens": text + pictures,
        "input_tokens_details": {"image_tokens": pictures, "text_tokens": text},
        "output_tokens": output,
        "output_tokens_details": {"image_tokens": output, "text_tokens": 0},
        "total_tokens": text + pictures + output,
    }


def _order(fields: Mapping[str, object], photos: tuple[bytes, ...] = ()) -> _Order:
    model = wire.require_model(fields.get("model"), "image").id
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise WireError(400, "Missing required parameter: 'prompt'.", param="prompt")
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        message = f"Expected a string with at most {MAX_PROMPT_CHARACTERS} characters."
        raise WireError(400, message, param="prompt", code="string_above_max_length")
    if fields.get("stream") in {True, "true"}:
        raise WireError(400, "The stand-in does not stream.", param="stream")
    is_dalle = model.startswith("dall-e")
    if is_dalle and photos:
        raise WireError(400, f"{model} cannot edit images.", param="model", code="invalid_value")
    if not is_dalle:
        for name in ("response_format", "style"):
            if name in fields:
                message = f"Unknown parameter: '{name}'."
                raise WireError(400, message, param=name, code="unknown_parameter")
    size = str(fields.get("size") or ("1024x1024" if is_dalle else "auto"))
    formats = ("png",) if is_dalle else ("png", "jpeg", "webp")
    return _Order(
        model=model,
        prompt=prompt,
        size=_size(size, model),
        quality=_quality(fields, model),
        output_format=_one_of(fields, "output_format", formats, formats[0]),
        compression=_whole_number(fields, "output_compression", 100, range(101)),
        count=_whole_number(fields, "n", 1, range(1, 2 if is_dalle else MAX_PICTURES + 1)),
        as_url=is_dalle and _one_of(fields, "response_format", ("url", "b64_json"), "url") == "url",
        photos=photos,
    )


def _quality(fields: Mapping[str, object], model: str) -> str:
    if model.startswith("dall-e"):
        return _one_of(fields, "quality", ("standard", "hd"), "standard")
    known: tuple[str, ...] = ("low", "medium", "high", "auto")
    if model.startswith(("gpt-image-2.5", "gpt-image-2.6")):
        known = (*known, "xhigh", "max")
    quality = _one_of(fields, "quality", known, "auto")
    return "medium" if quality == "auto" else quality


def _one_of(fields: Mapping[str, object], name: str, known: tuple[str, ...], default: str) -> str:
    value = fields.get(name, default)
    if value not in known:
        message = f"Invalid value: '{value}'. Supported values are: {_listed(known)}."
        raise WireError(400, message, param=name, code="invalid_value")
    return str(value)


def _whole_number(fields: Mapping[str, object], name: str, default: int, known: range) -> int:
    text = str(fields.get(name, default))
    if not text.isascii() or not text.isdigit() or int(text) not in known:
        message = f"Invalid value: '{text}'. Expected {known.start} to {known.stop - 1}."
        raise WireError(400, message, param=name, code="invalid_value")
    return int(text)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _size(text: str, model: str) -> Size:
    known = DALLE_SIZES if model.startswith("dall-e") else FIRST_GPT_SIZES
    if not model.startswith("gpt-image-2") and text not in known:
        message = f"Invalid value: '{text}'. Supported values are: {_listed(known)}."
        raise WireError(400, message, param="size", code="invalid_value")
    if text == "auto":
        return Size(width_px=1024, height_px=1024)
    width, _, height = text.partition("x")
    if not (width.isascii() and height.isascii() and width.isdigit() and height.isdigit()):
        message = f"Invalid size '{text}'. Expected WIDTHxHEIGHT or 'auto'."
        raise WireError(400, message, param="size", code="invalid_value")
    size = Size(width_px=int(width), height_px=int(height))
    if model.startswith("gpt-image-2"):
        _check_free_size(size)
    return size


def _check_free_size(size: Size) -> None:
    edges = (size.width_px, size.height_px)
    if any(edge % FREE_SIZE_STEP_PX for edge in edges):
        expected = f"width and height divisible by {FREE_SIZE_STEP_PX}"
    elif max(edges) > FREE_SIZE_MAX_EDGE_PX:
        expected = f"no edge longer than {FREE_SIZE_MAX_EDGE_PX}"
    elif math.prod(edges) not in FREE_SIZE_PIXELS:
        expected = f"{FREE_SIZE_PIXELS.start} to {FREE_SIZE_PIXELS.stop - 1} pixels"
    elif max(edges) > FREE_SIZE_MAX_RATIO * min(edges):
        expected = f"a ratio of at most {FREE_SIZE_MAX_RATIO:.0f}:1"
    else:
        return
    message = f"Invalid size '{size}'. Expected {expected}."
    raise WireError(400, message, param="size", code="invalid_value")


def _check_photo(photo: bytes) -> None:
    if len(photo) > MAX_PHOTO_BYTES:
        raise WireError(400, f"Image over {MAX_PHOTO_BYTES} bytes.", param="image")
    try:
        with Image.open(io.BytesIO(photo), formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        message = "Invalid image file or mode: expected a whole PNG, JPEG or WebP."
        raise WireError(400, message, param="image", code="invalid_image_file") from None
