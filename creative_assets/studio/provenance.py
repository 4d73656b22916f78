"""Provenance marks: what a finished picture says about itself, as an XMP packet inside the file.

The vocabulary is IPTC's (Photo Metadata Standard 2025.1). Where the marks go in a file of some type
is `export`'s to say; the lineage manifest beside the files is not here.
"""

import html
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Frozen

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
COMPOSITE_SOURCE = _SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"
"""A model's picture with a real logo and set text on it."""
MODEL_SOURCE = _SOURCE_TYPES + "trainedAlgorithmicMedia"
"""A model's picture and nothing else: what a merchant centre asks for."""
PROCEDURAL_SOURCE = _SOURCE_TYPES + "algorithmicMedia"
"""What the stand-in draws, without any model."""

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "ca": "urn:creative-assets:marks:1",
}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Marks(Frozen):
    """What a finished picture says about itself.

    Attributes:
        digital_source_type: IPTC's URI of how it came to be.
        creator_tool: The software that put it together.
        ai_system: Who made the picture: a model service, or the stand-in.
        ai_version: The model's name.
        stand_in: Whether a stand-in took a real model's place.
        alt_text: What is to be seen, in the language of `locale`.
        locale: BCP 47, of alt text and title.
        title: Of the ad.
    """

    digital_source_type: str
    creator_tool: str
    ai_system: str
    ai_version: str
    stand_in: bool
    alt_text: str
    locale: str
    title: str

    def clean(self) -> "Marks":
        """The same without text and logo: what the model made, and no composite."""
        source = PROCEDURAL_SOURCE if self.stand_in else MODEL_SOURCE
        return self.model_copy(update={"digital_source_type": source})


def xmp_packet(marks: Marks) -> bytes:
    """The marks as an XMP packet (ISO 16684-1), UTF-8; the same marks give the same bytes."""
    alt_text = _alternatives(marks.alt_text, marks.locale)
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}><rdf:Description rdf:about="">
<Iptc4xmpExt:DigitalSourceType>{_xml(marks.digital_source_type)}</Iptc4xmpExt:DigitalSourceType>
<Iptc4xmpExt:AISystemUsed>{_xml(marks.ai_system)}</Iptc4xmpExt:AISystemUsed>
<Iptc4xmpExt:AISystemVersionUsed>{_xml(marks.ai_version)}</Iptc4xmpExt:AISystemVersionUsed>
<Iptc4xmpCore:AltTextAccessibility>{alt_text}</Iptc4xmpCore:AltTextAccessibility>
<xmp:CreatorTool>{_xml(marks.creator_tool)}</xmp:CreatorTool>
<ca:StandIn>{marks.stand_in}</ca:StandIn>
<ca:Locale>{_xml(marks.locale)}</ca:Locale>
<dc:title>{_alternatives(marks.title, marks.locale)}</dc:title>
<dc:description>{alt_text}</dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


def read_marks(content: bytes) -> Marks | None:
    """The marks in a picture file (JPEG, PNG or WebP); None where it has none of ours.

    Raises:
        RenderError: The file's XMP packet is broken.
    """
    with Image.open(io.BytesIO(content)) as picture:
        packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
    if not packet:
        return None
    text = packet.decode() if isinstance(packet, bytes) else packet
    if "<!" in text:  # our packets have no DTD, and a stranger's might expand without end
        return None
    try:
        root = ET.fromstring(text.strip("\ufeff\0 \n"))  # noqa: S314 - no DTD, so no entities
    except ET.ParseError as error:
        raise RenderError(
            f"The picture's XMP packet is not XML ({error}). Export the picture again."
        ) from error
    return _marks(root)


def _marks(root: ET.Element) -> Marks | None:
    found = {
        "digital_source_type": root.findtext(".//Iptc4xmpExt:DigitalSourceType", "", _NAMESPACES),
        "ai_system": root.findtext(".//Iptc4xmpExt:AISystemUsed", "", _NAMESPACES),
        "ai_version": root.findtext(".//Iptc4xmpExt:AISystemVersionUsed", "", _NAMESPACES),
        "creator_tool": root.findtext(".//xmp:CreatorTool", "", _NAMESPACES),
        "locale": root.findtext(".//ca:Locale", "", _NAMESPACES),
    }
    stand_in = root.findtext(".//ca:StandIn", None, _NAMESPACES)
    if stand_in is None:
        return None
    return Marks(
        **found,
        stand_in=stand_in == "True",
        title=_default(root, "dc:title"),
        alt_text=_default(root, "Iptc4xmpCore:AltTextAccessibility"),
    )


def _default(root: ET.Element, name: str) -> str:
    return next(_texts(root, name, "x-default"), "")


def _texts(root: ET.Element, name: str, language: str) -> Iterator[str]:
    for item in root.iterfind(f".//{name}/rdf:Alt/rdf:li", _NAMESPACES):
        if item.get(_LANG) == language:
            yield item.text or ""


def _alternatives(text: str, locale: str) -> str:
    # Readers look for the default first; the language itself says in what it is written.
    items = "".join(
        f'<rdf:li xml:lang="{_xml(language)}">{_xml(text)}</rdf:li>'
        for language in ("x-default", locale)
    )
    return f"<rdf:Alt>{items}</rdf:Alt>"


def _xml(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text))
