import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.export import encode
from creative_assets.studio.provenance import (
    COMPOSITE_SOURCE,
    PROCEDURAL_SOURCE,
    Marks,
    read_marks,
    xmp_packet,
)
from creative_assets.studio.values import FileType

MARKS = Marks(
    digital_source_type=PROCEDURAL_SOURCE,
    creator_tool="creative-assets 0.1.0",
    ai_system="stand-in painter",
    ai_version="1",
    stand_in=True,
    alt_text="علبة قهوة & <كوب>",
    locale="ar-AE",
    title='صباحات "هادئة"',
)
FILE_TYPES: tuple[FileType, ...] = ("jpeg", "png", "webp")


def picture() -> Image.Image:
    return Image.new("RGB", (24, 16), "teal")


def with_packet(packet: bytes) -> bytes:
    buffer = io.BytesIO()
    picture().save(buffer, format="JPEG", xmp=packet)
    return buffer.getvalue()


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_marks_are_read_back_from_every_file_type(file_type: FileType) -> None:
    assert read_marks(encode(picture(), (file_type,), MARKS).content) == MARKS


def test_a_real_model_is_marked_as_such() -> None:
    marks = MARKS.model_copy(update={"digital_source_type": COMPOSITE_SOURCE, "stand_in": False})
    assert read_marks(encode(picture(), ("jpeg",), marks).content) == marks
    assert COMPOSITE_SOURCE.encode() in xmp_packet(marks)
    assert PROCEDURAL_SOURCE.encode() not in xmp_packet(marks)


def test_marks_are_named_as_the_photo_metadata_standard_names_them() -> None:
    packet = xmp_packet(MARKS).decode()
    named = re.findall(r"<((?:Iptc4xmp\w+|dc):\w+)>", packet)
    assert named == [
        "Iptc4xmpExt:DigitalSourceType",
        "Iptc4xmpExt:AISystemUsed",
        "Iptc4xmpExt:AISystemVersionUsed",
        "Iptc4xmpCore:AltTextAccessibility",
        "dc:title",
        "dc:description",
    ]


def test_the_alt_text_says_its_language_and_is_the_default() -> None:
    packet = xmp_packet(MARKS).decode()
    assert '<rdf:li xml:lang="x-default">علبة' in packet
    assert '<rdf:li xml:lang="ar-AE">علبة' in packet


def test_the_same_marks_are_the_same_bytes() -> None:
    assert xmp_packet(MARKS) == xmp_packet(MARKS.model_copy())


def test_characters_that_xml_forbids_are_left_out() -> None:
    marks = MARKS.model_copy(update={"title": "A\x00B\x0bC"})
    found = read_marks(encode(picture(), ("png",), marks).content)
    assert found is not None
    assert found.title == "ABC"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_survives_in_the_packet(text: str) -> None:
    marks = MARKS.model_copy(update={"alt_text": text.replace("\ufffe", "").replace("\uffff", "")})
    assert read_marks(with_packet(xmp_packet(marks))) == marks


def test_a_picture_without_a_packet_has_no_marks() -> None:
    buffer = io.BytesIO()
    picture().save(buffer, format="PNG")
    assert read_marks(buffer.getvalue()) is None


def test_another_tools_packet_holds_no_marks_of_ours() -> None:
    packet = xmp_packet(MARKS).replace(b"<ca:StandIn>True</ca:StandIn>", b"")
    assert read_marks(with_packet(packet)) is None


def test_a_packet_with_a_document_type_is_not_parsed() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert read_marks(with_packet(bomb)) is None


def test_a_broken_packet_is_an_error_that_says_so() -> None:
    with pytest.raises(RenderError, match="XMP packet is not XML"):
        read_marks(with_packet(xmp_packet(MARKS)[:200]))
