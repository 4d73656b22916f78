"""Pictures from strangers are opened whole and upright, or refused with a reason."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from creative_assets.studio.errors import RenderError
from creative_assets.studio.images import (
    MAX_INPUT_BYTES,
    MAX_SVG_DEPTH,
    MAX_SVG_ELEMENTS,
    inspect_image,
    open_picture,
    safe_svg,
)
from creative_assets.studio.values import Size

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'
)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def encoded(image: Image.Image, file_type: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_type, **options)
    return buffer.getvalue()


def svg(inside: str = '<path d="M0 0h9v9z"/>', outside: str = 'viewBox="0 0 40 20"') -> bytes:
    return SVG.format(outside, inside).encode()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG whose header promises that size; few bytes, whatever it promises."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + png_chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose frame header is changed to promise that size."""
    content = encoded(Image.new("RGB", (8, 8)), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


@pytest.mark.parametrize("file_type,kind", [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
def test_a_whole_picture_is_described_by_kind_and_size(file_type: str, kind: str) -> None:
    content = encoded(Image.new("RGB", (30, 20), RED), file_type)

    facts = inspect_image(content, f"photo.{kind}")

    assert (facts.kind, facts.size, facts.size_bytes) == (
        kind,
        Size(width_px=30, height_px=20),
        len(content),
    )


@pytest.mark.parametrize(
    "outside,size",
    [
        ('viewBox="0 0 40 20"', "40x20"),
        ('viewBox="-5,-5,40.4,20"', "40x20"),
        ('width="80px" height="40"', "80x40"),
        ('width="100%" height="1" viewBox="0 0 40 20"', "40x20"),
    ],
)
def test_a_drawing_is_as_large_as_its_view_box(outside: str, size: str) -> None:
    assert str(inspect_image(svg(outside=outside), "logo.svg").size) == size


def test_a_drawing_loses_the_outer_size_that_could_distort_it() -> None:
    drawing, _ = safe_svg(svg(outside='width="1" height="90000" viewBox="0 0 40 20"'), "logo.svg")

    assert "90000" not in drawing
    assert 'viewBox="0 0 40 20"' in drawing


@pytest.mark.parametrize("content", [png_of(20_000, 10_000), jpeg_of(20_000, 10_000)])
def test_a_decompression_bomb_is_refused_by_its_header(content: bytes) -> None:
    with pytest.raises(
        RenderError, match=r"200\.0 megapixels \(20000x10000\); expected at most 50"
    ):
        inspect_image(content, "logo")


def test_a_webp_that_claims_gigabytes_is_refused() -> None:
    canvas = (16_383 - 1).to_bytes(3, "little")
    frame = encoded(Image.new("RGB", (8, 8)), "WEBP", lossless=True)[12:]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + canvas + frame

    with pytest.raises(RenderError, match=r"^logo\.webp"):
        inspect_image(b"RIFF" + struct.pack("<I", len(body)) + body, "logo.webp")


def test_text_that_unpacks_to_megabytes_is_refused() -> None:
    bomb = png_chunk(b"zTXt", b"comment\0\0" + zlib.compress(bytes(20_000_000)))

    with pytest.raises(RenderError, match="cannot be decoded"):
        inspect_image(png_of(8, 2, bomb), "logo.png")


@pytest.mark.parametrize("file_type", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(file_type: str) -> None:
    content = encoded(Image.effect_noise((64, 64), 80).convert("RGB"), file_type)

    with pytest.raises(RenderError, match="expected a whole"):
        inspect_image(content[: len(content) // 2], "photo")


def test_a_wrong_extension_is_named_with_the_right_one() -> None:
    content = encoded(Image.new("RGB", (8, 8)), "JPEG")

    with pytest.raises(RenderError, match=r"photo\.png: holds a jpeg file.*end in \.jpeg"):
        inspect_image(content, "photo.png")


def test_an_animation_is_refused() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, BLUE)]
    content = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])

    with pytest.raises(RenderError, match="is animated"):
        inspect_image(content, "logo.webp")


@pytest.mark.parametrize(
    "content,found",
    [
        (b"", "is empty"),
        (b"GIF89a..", "is a GIF"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\0\0\0\x18ftypheic\0\0", "is a HEIC photo"),
        (b"<html></html>", "is no picture"),
        (b"hello", "is no picture"),
        (bytes(40), "is no picture"),
    ],
)
def test_what_is_no_picture_is_refused_for_what_it_is(content: bytes, found: str) -> None:
    expected = f"logo: {found}; expected a PNG, JPEG, WebP or SVG file"
    with pytest.raises(RenderError, match=expected):
        inspect_image(content, "logo")


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(RenderError, match="Save it smaller"):
        inspect_image(bytes(MAX_INPUT_BYTES + 1), "logo.png")


def test_a_photo_stands_upright() -> None:
    sideways = Image.new("RGB", (4, 2), RED)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter

    picture = open_picture(encoded(sideways, "JPEG", exif=exif), "photo.jpg")

    assert picture.size == (2, 4)


def test_sixteen_bits_become_eight_without_clipping() -> None:
    grey = Image.new("I;16", (4, 4), 0x8000)

    assert open_picture(encoded(grey, "PNG"), "grey.png").getpixel((0, 0)) == (128, 128, 128)


def test_print_colours_become_screen_colours() -> None:
    picture = open_picture(encoded(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"), "ink.jpg")

    pixel = picture.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert picture.mode == "RGB"
    assert red > 200
    assert max(green, blue) < 80


def test_an_embedded_profile_is_followed() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = srgb.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    swapped = renamed.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")
    content = encoded(Image.new("RGB", (4, 4), RED), "PNG", icc_profile=swapped)

    pixel = open_picture(content, "photo.png").getpixel((0, 0))

    assert isinstance(pixel, tuple)
    red, _, blue = pixel
    assert blue > 250
    assert red < 5


def test_a_broken_profile_is_refused() -> None:
    content = encoded(Image.new("RGB", (4, 4)), "PNG", icc_profile=b"no profile")

    with pytest.raises(RenderError, match="in sRGB"):
        open_picture(content, "photo.png")


def test_a_transparent_palette_keeps_its_transparency() -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([*RED, *GREEN])
    palette.putpixel((0, 0), 0)

    picture = open_picture(encoded(palette, "PNG", transparency=0), "logo.png")

    assert picture.getpixel((0, 0)) == (*RED, 0)
    assert picture.getpixel((1, 1)) == (*GREEN, 255)


def test_alpha_that_hides_nothing_is_dropped() -> None:
    picture = open_picture(encoded(Image.new("RGBA", (4, 4), (*RED, 255)), "PNG"), "photo.png")

    assert (picture.mode, picture.getpixel((0, 0))) == ("RGB", RED)


def test_a_drawing_is_no_photo() -> None:
    with pytest.raises(RenderError, match="Export it as a PNG"):
        open_picture(svg(), "photo.svg")


@pytest.mark.parametrize(
    "content,reason",
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(), "DOCTYPE"),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg('<path onload="x()"/>'), "script in onload"),
        (svg("<foreignObject/>"), "<foreignObject>"),
        (svg('<image href="https://example.com/a.png"/>'), "<image>"),
        (svg('<use xlink:href="https://example.com/a.svg#b"/>'), "refers to 'https://example.com"),
        (svg('<use href="file:///etc/passwd"/>'), "refers to 'file:"),
        (svg('<path fill="url(https://example.com/a.svg#b)"/>'), "refers to"),
        (svg("<style>@import 'https://example.com/a.css';</style>"), "refers to"),
        (svg("<style>path { fill: u\\72l(http://example.com) }</style>"), "refers to"),
        (svg("<text>Nordlys</text>"), "Convert its text to outlines"),
        (svg('<filter><feTurbulence numOctaves="99999"/></filter>'), "Flatten its effects"),
        (svg("<g>" * MAX_SVG_DEPTH + "</g>" * MAX_SVG_DEPTH), "too complex"),
        (svg("<g/>" * MAX_SVG_ELEMENTS), "too complex"),
        (svg("<g>"), "not well-formed"),
        (svg(outside=""), "a viewBox"),
        (svg(outside='viewBox="0 0 1 100000"'), "at most 20 times"),
        (svg(outside='viewBox="0 0 nan 5"'), "a viewBox"),
        (svg() + b" " * 2_000_000, "Simplify its paths"),
        (b"<a><svg/></a>", "has the root a"),
    ],
)
def test_a_drawing_that_is_not_plain_shapes_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(RenderError) as refused:
        inspect_image(content, "logo.svg")

    assert reason in str(refused.value)
    assert str(refused.value).startswith("logo.svg")


def test_references_within_a_drawing_are_fine() -> None:
    inside = '<defs><path id="a" d="M0 0h9v9z"/></defs><use href="#a" fill="url(\'#b\')"/>'

    assert inspect_image(svg(inside), "logo.svg").kind == "svg"


def test_what_an_editor_leaves_in_a_drawing_is_fine() -> None:
    inside = '<x:namedview xmlns:x="http://example.com/editor" x:zoom="2"/><path d="M0 0h9v9z"/>'

    assert inspect_image(svg(inside), "logo.svg").kind == "svg"


HEADS = st.sampled_from(
    [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF....WEBPVP8 ", b"RIFF....WEBPVP8X", b"<svg "]
)


@given(head=HEADS, rest=st.binary(max_size=300))
def test_any_bytes_are_either_a_picture_or_a_render_error(head: bytes, rest: bytes) -> None:
    try:
        inspect_image(head + rest, "anything")
    except RenderError as error:
        assert str(error).startswith("anything")  # noqa: PT017  both ends are right; only others are not


SAMPLES = [
    encoded(Image.effect_noise((16, 12), 60).convert("RGB"), "PNG"),
    encoded(Image.effect_noise((16, 12), 60).convert("P"), "PNG", transparency=3),
    encoded(Image.effect_noise((16, 12), 60).convert("RGB"), "JPEG", progressive=True),
    encoded(
        Image.effect_noise((16, 12), 60).convert("RGB"),
        "JPEG",
        exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0",
    ),
    encoded(Image.effect_noise((16, 12), 60).convert("RGBA"), "WEBP"),
    svg('<g><use href="#a"/><path id="a" d="M0 0h9v9z" fill="red"/></g>'),
]


@settings(max_examples=300)
@given(
    sample=st.sampled_from(SAMPLES),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12),
    end=st.integers(0, 10_000),
)
def test_a_damaged_picture_is_either_a_picture_or_a_render_error(
    sample: bytes, changes: list[tuple[int, int]], end: int
) -> None:
    damaged = bytearray(sample)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        inspect_image(bytes(damaged[: end or None]), "damaged")
    except RenderError as error:
        assert str(error).startswith("damaged")  # noqa: PT017  both ends are right; only others are not


def test_a_picture_with_notes_in_it_is_fine() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "made by hand", zip=True)

    assert (
        inspect_image(encoded(Image.new("L", (4, 4)), "PNG", pnginfo=notes), "a.png").kind == "png"
    )
