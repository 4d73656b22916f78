"""Logos and photos by strangers: damaged, not what their names say, or made to hurt."""

import io
from dataclasses import dataclass

from hypothesis import strategies as st
from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.images import inspect_image, open_picture
from creative_assets.studio.logo import LogoFile, aspect, ink_of, raster
from creative_assets.studio.product_match import product_on
from tests.hostile.attacks import Attack
from tests.studio.briefs import SVG

_NOISE = Image.effect_noise((24, 18), 60)
_EXIF = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"


def _encoded(picture: Image.Image, kind: str, exif: bytes | None = None) -> bytes:
    output = io.BytesIO()
    if exif is None:
        picture.save(output, kind)
    else:
        picture.save(output, kind, exif=exif)
    return output.getvalue()


_PIXELS = (
    _encoded(_NOISE.convert("RGB"), "PNG"),
    _encoded(_NOISE.convert("P"), "PNG"),
    _encoded(_NOISE.convert("RGBA"), "PNG"),
    _encoded(_NOISE.convert("RGB"), "JPEG"),
    _encoded(_NOISE.convert("CMYK"), "JPEG", _EXIF),
    _encoded(_NOISE.convert("RGBA"), "WEBP"),
)
_DRAWN = (
    SVG,
    SVG.partition(b"<rect")[0] + b'<defs><linearGradient id="g">'
    b'<stop offset="0" stop-color="red"/></linearGradient><mask id="m"><path d="M0 0h9v9z" '
    b'fill="white"/></mask><path id="p" d="M0 0h9v9z"/></defs><use href="#p" fill="url(#g)" '
    b'mask="url(#m)" transform="scale(2)"/></svg>',
)
_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF....WEBPVP8 ", b"<svg ")
_NAMES = {"svg": _DRAWN, "png": _PIXELS[:3], "jpg": _PIXELS[3:5], "webp": _PIXELS[5:]}


@dataclass(frozen=True)
class HostileFile:
    """A file's name and bytes."""

    name: str
    content: bytes


@st.composite
def damaged(draw: st.DrawFn) -> HostileFile:
    suffix = draw(st.sampled_from(sorted(_NAMES)))
    content = bytearray(draw(st.sampled_from(_NAMES[suffix])))
    for _ in range(draw(st.integers(0, 8))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    end = draw(st.just(len(content)) | st.integers(0, len(content)))
    return HostileFile(f"a.{suffix}", bytes(content[:end]))


_NUMBER = st.integers(-9, 99).map(str) | st.sampled_from(
    ["nan", "1e308", "-1e-308", "50%", "", "x"]
)
_TARGET = st.sampled_from("abc")
_VALUE = st.one_of(
    _NUMBER,
    _TARGET.map("url(#{})".format),
    _TARGET.map("#{}".format),
    st.sampled_from(
        ["url(http://evil.example/)", "none", "scale(1e30)", "red", "file:///etc/passwd"]
    ),
    st.lists(st.tuples(st.sampled_from("MLHVCSQTAZz"), _NUMBER, _NUMBER).map(" ".join)).map(
        " ".join
    ),
)
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *("id", "href", "fill", "stroke", "mask", "clip-path", "opacity", "transform", "class"),
            *("d", "x", "y", "width", "height", "r", "stroke-width", "stroke-dasharray", "points"),
            *("offset", "style", "viewBox", "onload", "gradientTransform"),
        ]
    ),
    _VALUE | _TARGET,
    max_size=5,
)
_TAG = st.sampled_from(
    [
        *("g", "use", "path", "rect", "circle", "mask", "clipPath", "linearGradient", "stop"),
        *("radialGradient", "symbol", "polygon", "style", "defs", "svg", "image", "script"),
    ]
)


def _element(tag: str, attributes: dict[str, str], inside: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{inside}</{tag}>"


_ELEMENTS = st.recursive(
    st.builds(_element, _TAG, _ATTRIBUTES, st.just("")),
    lambda inner: st.builds(_element, _TAG, _ATTRIBUTES, st.lists(inner, max_size=4).map("".join)),
    max_leaves=12,
)


def _svg(elements: list[str], outside: str) -> HostileFile:
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {outside}>'
    return HostileFile("a.svg", f"{opened}{''.join(elements)}</svg>".encode())


_DRAWINGS = st.builds(
    _svg,
    st.lists(_ELEMENTS, max_size=4),
    st.sampled_from(['viewBox="0 0 90 30"', 'width="9" height="9"', 'viewBox="0 0 1e9 1e-9"', ""]),
)
_NO_PICTURES = st.builds(
    HostileFile,
    st.sampled_from(["a.svg", "a.png", "a.jpg", "a.webp", "a.exe", "a"]),
    st.builds(lambda head, rest: head + rest, st.sampled_from([b"", *_HEADS]), st.binary()),
)


def _as_logo(file: HostileFile) -> int:
    logo = LogoFile(file.name, file.content)
    try:
        inspect_image(file.content, file.name)
        aspect(logo)
        raster(logo, 64)
        ink_of(logo)
    except RenderError as error:
        return _told(error, file)
    return 0


def _as_photo(file: HostileFile) -> int:
    try:
        inspect_image(file.content, file.name)
        open_picture(file.content, file.name)
        product_on(file.content, file.name)
    except RenderError as error:
        return _told(error, file)
    return 0


def _told(error: RenderError, file: HostileFile) -> int:
    assert str(error).startswith(file.name)
    str(error).encode()
    return 1


LOGOS = Attack("logos", st.one_of(damaged(), _DRAWINGS, _NO_PICTURES), _as_logo)
PHOTOS = Attack("photos", st.one_of(damaged(), _NO_PICTURES), _as_photo)
