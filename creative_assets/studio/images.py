"""Opening pictures that strangers made: their limits, and what is wrong with them.

Everything that turns somebody's bytes into pixels, or into the promise that they are safe to turn,
belongs here. What a picture is used for does not.
"""

import io
import struct
import zlib
from typing import Literal, NoReturn
from xml.etree import ElementTree as ET
from xml.parsers import expat

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from creative_assets.studio.drawing_cost import check_cost
from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Frozen, Size

MAX_INPUT_BYTES = 50_000_000
MAX_INPUT_PIXELS = 50_000_000
MAX_SVG_BYTES = 2_000_000
MAX_SVG_ELEMENTS = 20_000
MAX_SVG_DEPTH = 64
MAX_SVG_SIDE = 1_000_000
# resvg allocates by aspect: a 1:100000 drawing aborted the whole process.
MAX_SVG_ASPECT = 20.0

ImageKind = Literal["png", "jpeg", "webp", "svg"]

_SUFFIXES: dict[str, ImageKind] = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "svg": "svg",
}
# What people have and we do not take, by how it begins or goes on after four bytes.
_OTHERS = {
    b"%PDF": "is a PDF",
    b"%!PS": "is PostScript",
    b"GIF8": "is a GIF",
    b"8BPS": "is a Photoshop document",
    b"II*\0": "is a TIFF",
    b"MM\0*": "is a TIFF",
    b"ftypheic": "is a HEIC photo",
    b"ftypheix": "is a HEIC photo",
    b"ftypmif1": "is a HEIC photo",
    b"ftypavif": "is an AVIF",
}
# Pillow's plugins themselves: Image.open would turn a JPEG into an MPO, and warns about sizes that
# we refuse anyway.
_PLUGINS: dict[ImageKind, type[ImageFile.ImageFile]] = {
    "png": PngImageFile,
    "jpeg": JpegImageFile,
    "webp": WebPImageFile,
}
# What Pillow's decoders were seen to raise for broken bytes; the warning, for a broken EXIF block,
# only where warnings are errors.
_DECODER_ERRORS = (
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    ImageCms.PyCMSError,
    LookupError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    UserWarning,
    ValueError,
    struct.error,
    zlib.error,
)
_SVG = "{http://www.w3.org/2000/svg}"
# An allowlist: filters can keep a renderer busy for minutes, patterns can claim gigabytes, text
# needs fonts that differ by machine, and pictures, scripts and styles of others can be anything.
_SVG_ELEMENTS = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    }
)
_SVG_REASONS = {
    "text": "convert its text to outlines",
    "image": "draw it as shapes, or give the picture itself as a PNG",
    "filter": "flatten its effects",
}


class ImageFacts(Frozen):
    """What is known of an image file after it proved to be whole."""

    kind: ImageKind
    size: Size
    size_bytes: int


def kind_of(content: bytes, name: str) -> ImageKind:
    """What kind of image file this is, by how it begins; nothing is decoded.

    Raises:
        RenderError: It is none of them, too large, or of another kind than its name says.
    """
    if len(content) > MAX_INPUT_BYTES:
        found = f"has {len(content)} bytes"
        _refuse(name, found, f"at most {MAX_INPUT_BYTES}", "Save it smaller")
    kind = _sniff(content)
    if kind is None:
        other = _OTHERS.get(content[:4]) or _OTHERS.get(content[4:12]) or "is no picture"
        found = other if content else "is empty"
        _refuse(name, found, "a PNG, JPEG, WebP or SVG file", "Export it as one of these")
    suffix = name.rpartition(".")[2].lower()
    if _SUFFIXES.get(suffix, kind) != kind:
        fix = f"Rename it to end in .{kind}, or export it again as .{suffix}"
        _refuse(name, f"holds a {kind} file", f"a {_SUFFIXES[suffix]}, as its name says", fix)
    return kind


def inspect_image(content: bytes, name: str) -> ImageFacts:
    """Proves that the image is whole and safe to use.

    Args:
        content: The file's bytes.
        name: What to call it in a message, such as its file name.

    Returns:
        Its kind and size; for an SVG, the size of its view box, rounded.

    Raises:
        RenderError: It is broken, too large, of another kind than its name says, or unsafe.
    """
    kind = kind_of(content, name)
    if kind == "svg":
        _, size = safe_svg(content, name)
    else:
        picture = open_picture(content, name)
        size = Size(width_px=picture.width, height_px=picture.height)
    return ImageFacts(kind=kind, size=size, size_bytes=len(content))


def open_picture(content: bytes, name: str) -> Image.Image:
    """Decodes a PNG, JPEG or WebP, upright and in sRGB.

    Returns:
        Mode RGB, or RGBA where at least one pixel is not opaque; loaded.

    Raises:
        RenderError: See `inspect_image`; also for an SVG.
    """
    kind = kind_of(content, name)
    if kind == "svg":
        _refuse(name, "is an SVG drawing", "a picture of pixels", "Export it as a PNG")
    try:
        with _PLUGINS[kind](io.BytesIO(content)) as picture:
            _check_header(picture, name)
            picture.load()
            return _opaque_as_rgb(_to_srgb(_upright(_eight_bit(picture))))
    except _DECODER_ERRORS as error:
        raise RenderError(
            f"{name}: cannot be decoded ({type(error).__name__}: {error}); expected a whole {kind}"
            " file. Export it again, in sRGB and without metadata."
        ) from error


def as_rgb(picture: Image.Image) -> Image.Image:
    """The picture in RGB, without what was transparent; itself where it is RGB already."""
    return _in_mode(picture, "RGB")


def open_small(content: bytes, name: str, height_px: int) -> Image.Image:
    """Decodes a raster picture in RGB for a preview; a JPEG only as far as `height_px` needs.

    Raises:
        RenderError: It is broken. What it holds is trusted: use `open_picture` for input.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("RGB", (picture.width * height_px // picture.height, height_px))
            return picture.convert("RGB")
    except _DECODER_ERRORS as error:
        raise RenderError(f"{name}: cannot be decoded ({error}). Ask for a new take.") from error


def safe_svg(content: bytes, name: str) -> tuple[str, Size]:
    """Returns the drawing, safe to render, and the size of its view box in whole pixels.

    Its outer `width` and `height` are gone, so that the view box alone says how wide it is.

    Raises:
        RenderError: It has a DTD, too much of something, or an element or reference we do not take.
    """
    if len(content) > MAX_SVG_BYTES:
        limit = f"at most {MAX_SVG_BYTES}"
        _refuse(name, f"has {len(content)} bytes", limit, "Simplify its paths")
    root = _parse_svg(content, name)
    width, height = _view_box(root, name)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.attrib.setdefault("viewBox", f"0 0 {width} {height}")
    size = Size(width_px=max(1, round(width)), height_px=max(1, round(height)))
    return ET.tostring(root, encoding="unicode"), size


def _sniff(content: bytes) -> ImageKind | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "svg" if head.startswith(b"<") and b"<svg" in content[:65536] else None


def _check_header(picture: ImageFile.ImageFile, name: str) -> None:
    """Refuses by what the header says, before a single pixel is decoded."""
    if picture.width * picture.height > MAX_INPUT_PIXELS:
        found = (
            f"has {picture.width * picture.height / 1e6:.1f} megapixels"
            f" ({picture.width}x{picture.height})"
        )
        limit = f"at most {MAX_INPUT_PIXELS / 1e6:.0f}"
        _refuse(name, found, limit, "Scale it down to 4000 px on its long edge")
    if getattr(picture, "is_animated", False):
        _refuse(name, "is animated", "one still picture", "Export the frame that counts")


def _eight_bit(picture: Image.Image) -> Image.Image:
    """To one of L, RGB, RGBA, CMYK. A 16-bit grey is scaled; Pillow alone would clip it."""
    if picture.mode.startswith("I"):
        return Image.fromarray((np.asarray(picture, np.uint32) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        return _with_profile(picture.convert("RGBA"), picture)
    if picture.mode in {"L", "CMYK", "RGB"}:
        return picture
    return _with_profile(picture.convert("RGB"), picture)


def _upright(picture: Image.Image) -> Image.Image:
    if picture.getexif().get(ExifTags.Base.Orientation, 1) == 1:
        return picture  # Pillow would copy it
    return ImageOps.exif_transpose(picture)


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """The picture in that mode: itself where it is, as a copy of a large one takes 2 ms."""
    return picture if picture.mode == mode else picture.convert(mode)


def _with_profile(converted: Image.Image, original: Image.Image) -> Image.Image:
    """A palette's profile describes the RGB values in the palette, so it goes along."""
    converted.info = dict(original.info)
    return converted


def _to_srgb(picture: Image.Image) -> Image.Image:
    """RGB or RGBA in sRGB, by the embedded profile where there is one."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    embedded = picture.info.get("icc_profile")
    if not embedded:
        return _in_mode(picture, mode)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded))
    if "sRGB" in ImageCms.getProfileDescription(profile):
        return _in_mode(picture, mode)
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, profile, srgb, outputMode=mode)
    if converted is None:  # only for in-place conversions; says so to the type checker
        raise TypeError("no picture came out of the colour conversion")
    return converted


def _opaque_as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    return picture


def _parse_svg(content: bytes, name: str) -> ET.Element:
    """The root of the tree; every element is checked before it is built."""
    builder = ET.TreeBuilder()
    depth = elements = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_SVG_DEPTH or elements > MAX_SVG_ELEMENTS:
            limit = f"at most {MAX_SVG_ELEMENTS} elements, {MAX_SVG_DEPTH} deep"
            _refuse(name, "is too complex", limit, "Simplify it")
        qualified = {_qualified(key): value for key, value in attributes.items()}
        _check_svg_element(_qualified(tag), qualified, name)
        builder.start(_qualified(tag), qualified)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(tag))

    def doctype(*_: object) -> NoReturn:
        _refuse(name, "has a DOCTYPE", "none, as entities can be bombs", "Delete that line")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)  # noqa: FBT003  expat takes no keywords
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise RenderError(
            f"{name}: is not well-formed XML ({error}); expected an SVG. Export it again."
        ) from error
    root = builder.close()
    for style in root.iter(f"{_SVG}style"):
        _check_css("".join(style.itertext()), name)
    check_cost(root, name)
    return root


def _qualified(name: str) -> str:
    """Expat's `namespace}name` as ElementTree writes it, `{namespace}name`."""
    return f"{{{name}" if "}" in name else name


def _view_box(root: ET.Element, name: str) -> tuple[float, float]:
    """Width and height of the view box, or those of the drawing where it has none."""
    if root.tag != f"{_SVG}svg":
        _refuse(name, f"has the root {root.tag}", f"{_SVG}svg", "Export it as an SVG")
    view_box = root.get("viewBox", "").replace(",", " ").split()
    found = view_box[2:] or [root.get(side, "").removesuffix("px") for side in ("width", "height")]
    try:
        width, height = (float(number) for number in found)
    except ValueError:
        width = height = 0.0
    if not (0 < width < MAX_SVG_SIDE and 0 < height < MAX_SVG_SIDE):
        expected = f"a viewBox with a width and a height below {MAX_SVG_SIDE}"
        _refuse(name, f"has the size {found}", expected, "Add one")
    if not 1 / MAX_SVG_ASPECT <= width / height <= MAX_SVG_ASPECT:
        limit = f"one side at most {MAX_SVG_ASPECT:.0f} times the other"
        _refuse(name, f"is {width:g} by {height:g}", limit, "Crop it to its ink")
    return width, height


def _check_svg_element(tag: str, attributes: dict[str, str], name: str) -> None:
    local = tag.removeprefix(_SVG)
    if local != tag and local not in _SVG_ELEMENTS:
        fix = _SVG_REASONS.get(local, "remove it")
        _refuse(name, f"has a <{local}>", "plain shapes, gradients and masks", fix.capitalize())
    for attribute, value in attributes.items():
        key = attribute.rpartition("}")[2].lower()
        if key.startswith("on"):
            _refuse(name, f"has a script in {key}", "none", "Remove it")
        if key == "href" and not value.strip().startswith("#"):
            expected = "references to its own elements only"
            _refuse(name, f"refers to {value[:60]!r}", expected, "Remove that reference")
        _check_css(value, name)


def _check_css(css: str, name: str) -> None:
    """Nothing from elsewhere: each `url(` must name an element of this file."""
    compact = css.replace('"', "").replace("'", "").replace(" ", "").lower()
    if compact.count("url(") != compact.count("url(#") or "@import" in compact or "\\" in compact:
        expected = "references to its own elements only"
        _refuse(name, f"refers to {css.strip()[:60]!r}", expected, "Remove that reference")


def _refuse(name: str, found: str, expected: str, fix: str) -> NoReturn:
    raise RenderError(f"{name}: {found}; expected {expected}. {fix}.")
