"""ExifTool, which shares no code with us, reads the marks that a published file carries."""

import json
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

from creative_assets.studio.export import encode
from creative_assets.studio.provenance import COMPOSITE_SOURCE, Marks
from creative_assets.studio.values import FileType

MARKS = Marks(
    digital_source_type=COMPOSITE_SOURCE,
    creator_tool="creative-assets",
    ai_system="gpt-image at api.openai.com",
    ai_version="gpt-image",
    stand_in=False,
    alt_text="Eine Dose am Fjord & mehr",
    locale="de-DE",
    title="Nordlys: Kältebräu",
)


def exiftool(path: Path) -> dict[str, Any]:
    """Every tag of XMP, by group and name."""
    done = subprocess.run(
        ["exiftool", "-json", "-G1", "-n", "-XMP:all", "-charset", "utf8", str(path)],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    (tags,) = json.loads(done.stdout)
    return dict(tags)


@pytest.mark.parametrize("file_type", get_args(FileType))
def test_it_finds_how_the_picture_came_to_be(file_type: FileType, tmp_path: Path) -> None:
    path = tmp_path / f"final.{file_type}"
    path.write_bytes(encode(Image.new("RGB", (8, 8), "red"), [file_type], MARKS).content)

    tags = exiftool(path)

    assert tags["XMP-iptcExt:DigitalSourceType"] == MARKS.digital_source_type
    assert tags["XMP-iptcExt:AISystemUsed"] == MARKS.ai_system
    assert tags["XMP-iptcExt:AISystemVersionUsed"] == MARKS.ai_version
    assert tags["XMP-xmp:CreatorTool"] == MARKS.creator_tool
    assert tags["XMP-iptcCore:AltTextAccessibility-de-DE"] == MARKS.alt_text
    assert tags["XMP-dc:Title-de-DE"] == MARKS.title
