"""The zip holds what is published and approved still, with its manifests, and nothing else."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from creative_assets.cli import app
from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.download import standing_publications, zipped
from creative_assets.studio.errors import MissingInputError, StoreConflictError
from creative_assets.studio.export import encode
from creative_assets.studio.produce import Job
from creative_assets.studio.provenance import PROCEDURAL_SOURCE, Marks
from creative_assets.studio.publish import Publication, Shelf, approval_for, manifest_path, publish
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Reviewer,
    decide,
    look_at,
)
from creative_assets.studio.store import Store, open_store

Accept = Callable[[dict[str, Any]], list[Job]]

ROAST, TEA = "summer/en-US/roast", "summer/en-US/tea"
TEMPLATE = "{campaign}_{locale}_{product}_{format}_{version}"
ANN = Reviewer(name="Ann", verified=True, through="cli")
MARKS = Marks(
    digital_source_type=PROCEDURAL_SOURCE,
    creator_tool="creative-assets",
    ai_system="stand-in",
    ai_version="1",
    stand_in=True,
    alt_text="A cup",
    locale="en-US",
    title="Nordlys: Tea",
)


@pytest.fixture
def shelf(settings: Settings) -> Store:
    return open_store(settings.publish_url)


@pytest.fixture(autouse=True)
def _published(accepted: Accept, brief: dict[str, Any], archive: Archive, shelf: Store) -> None:
    """Two variants that are published."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    accepted(brief | {"products": products})
    for key, color in ((ROAST, "red"), (TEA, "green")):
        put_out(key, color, "v1", archive, shelf)


def put_out(key: str, color: str, version: str, archive: Archive, store: Store) -> None:
    """Finals of one colour, approved and published."""
    content = encode(Image.new("RGB", (8, 8), color), ["jpeg"], MARKS).content
    file = archive.store.put_once(f"finals/{key}/{version}/1x1.jpg", content)
    archive.decisions.show(ShownFinals(key, version, {"1x1": file}, {}))
    opine(key, Approval(), archive)
    seen, shelf = look_at(key, archive.decisions), Shelf(store, TEMPLATE)
    approval = approval_for(seen, takes_unverified=False)
    publish(seen, approval, "Nordlys", shelf, archive.store, archive.records)
    path = manifest_path(seen.finals, "Nordlys", shelf)
    archive.publications.keep(Publication(key, seen.finals.sha256, approval.id, manifest_path=path))


def opine(key: str, opinion: Opinion, archive: Archive) -> None:
    seen = look_at(key, archive.decisions)
    decide(seen, opinion, ANN, f"{key}-{seen.newest + 1}", archive.decisions)


def content_of(archive: Archive, shelf: Store) -> bytes:
    return b"".join(zipped(standing_publications("summer", archive.records), shelf))


def names_in(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def test_it_holds_each_published_file_byte_for_byte_with_its_manifest(
    archive: Archive, shelf: Store
) -> None:
    content = content_of(archive, shelf)

    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == {
            path: shelf.get(path) for path in shelf.find()
        }
    assert len(names_in(content)) == 4


def test_only_the_newest_publication_of_a_variant_is_in_it(archive: Archive, shelf: Store) -> None:
    put_out(TEA, "blue", "v2", archive, shelf)

    assert names_in(content_of(archive, shelf)) == [
        "summer_en-US_roast_1x1_v1.jpg",
        "summer_en-US_roast_manifest_v1.json",
        "summer_en-US_tea_1x1_v2.jpg",
        "summer_en-US_tea_manifest_v2.json",
    ]


def test_what_somebody_wants_changed_since_is_not_in_it(archive: Archive, shelf: Store) -> None:
    opine(TEA, ChangeRequest(scope="picture", note="Warmer."), archive)

    assert [name for name in names_in(content_of(archive, shelf)) if "tea" in name] == []


def test_what_is_published_stays_in_it_while_newer_finals_wait(
    archive: Archive, shelf: Store
) -> None:
    before = content_of(archive, shelf)
    file = archive.store.put_once("finals/new.jpg", b"new")
    archive.decisions.show(ShownFinals(TEA, "v2", {"1x1": file}, {}))

    assert content_of(archive, shelf) == before


def test_the_same_publications_give_the_same_bytes_file_by_file(
    archive: Archive, shelf: Store
) -> None:
    publications = standing_publications("summer", archive.records)
    pieces = list(zipped(publications, shelf))

    assert len(pieces) == 5
    assert b"".join(pieces) == content_of(archive, shelf)


def test_a_file_that_was_changed_by_hand_is_in_no_zip(
    archive: Archive, shelf: Store, tmp_path: Path
) -> None:
    shelf.put("summer_en-US_tea_1x1_v1.jpg", b"something else")
    target = tmp_path / "summer.zip"

    with pytest.raises(StoreConflictError, match="holds other bytes"):
        content_of(archive, shelf)
    result = CliRunner().invoke(app, ["download", "summer", "--to", str(target)])

    assert result.exit_code == 1
    assert [path.name for path in tmp_path.glob("*summer*")] == []


def test_the_command_writes_the_zip(archive: Archive, shelf: Store, tmp_path: Path) -> None:
    target = tmp_path / "summer.zip"

    result = CliRunner().invoke(app, ["download", "summer", "--to", str(target)])

    assert result.exit_code == 0
    assert "2 variants" in result.stdout
    assert target.read_bytes() == content_of(archive, shelf)


def test_a_campaign_with_nothing_published_has_no_zip(archive: Archive) -> None:
    with pytest.raises(MissingInputError, match="Nothing of the campaign 'winter' is published"):
        standing_publications("winter", archive.records)
