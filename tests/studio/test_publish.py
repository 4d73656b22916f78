"""What goes out is what was approved, wherever publishing is interrupted."""

import io
import json
from collections.abc import Callable
from typing import Any

import fsspec
import pytest
from PIL import Image

from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.studio.checks import CheckReport, Finding
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.errors import NotApprovedError, RenderError, StoreConflictError
from creative_assets.studio.export import encode
from creative_assets.studio.lineage import Manifest
from creative_assets.studio.produce import Job
from creative_assets.studio.provenance import PROCEDURAL_SOURCE, Marks
from creative_assets.studio.publish import (
    Publication,
    Shelf,
    approval_for,
    manifest_path,
    publish,
    unpublished,
)
from creative_assets.studio.review import Approval, Reviewer, decide, look_at
from creative_assets.studio.store import Store, open_store

Accept = Callable[[dict[str, Any]], list[Job]]

KEY = "summer/en-US/cold-brew"
TEMPLATE = "{campaign}/{locale}/{product}/{version}/{format}"
ANN = Reviewer(name="Ann", verified=True, through="cli")
MARKS = Marks(
    digital_source_type=PROCEDURAL_SOURCE,
    creator_tool="creative-assets",
    ai_system="stand-in",
    ai_version="1",
    stand_in=True,
    alt_text="A cup",
    locale="en-US",
    title="Nordlys: Cold Brew",
)


class Cut(BaseException):
    """The power is gone."""


class CutStore(Store):
    """A store whose process ends at the n-th write: before it, or when the file stands."""

    def __init__(self, kept: Store, writes: int, *, after: bool) -> None:
        super().__init__(kept.url)
        self._kept = kept
        self._left = writes
        self._after = after

    def _write(self, path: str, content: bytes) -> None:
        self._kept._write(path, content)

    def _create(self, path: str, content: bytes) -> bool:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Cut
        created = self._kept._create(path, content)
        if self._left == 0:
            raise Cut
        return created

    def _read(self, path: str) -> bytes:
        return self._kept._read(path)

    def _is_file(self, path: str) -> bool:
        return self._kept._is_file(path)

    def _list(self, folder: str) -> dict[str, str]:
        return self._kept._list(folder)

    def _remove(self, path: str) -> None:
        self._kept._remove(path)


def picture(color: str, marks: Marks = MARKS) -> bytes:
    return encode(Image.new("RGB", (8, 8), color), ["jpeg"], marks).content


@pytest.fixture
def settings(settings: Settings, records_url: str) -> Settings:
    return settings.model_copy(update={"records_url": records_url})


@pytest.fixture(autouse=True)
def _empty_shelves() -> None:
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def _approved(accepted: Accept, brief: dict[str, Any], archive: Archive) -> None:
    """Three finals of an accepted variant, shown and approved."""
    accepted(brief)
    show(archive, {"1x1": picture("red"), "4x5": picture("green"), "9x16": picture("blue")})
    decide(look_at(KEY, archive.decisions), Approval(), ANN, "d1", archive.decisions)


def show(
    archive: Archive,
    contents: dict[str, bytes],
    version: str = "v1",
    checks: tuple[CheckReport, ...] = (),
) -> None:
    folder = f"campaigns/summer/final_creatives/{version}"
    files = {
        name: archive.store.put_once(f"{folder}/{name}.jpg", content)
        for name, content in contents.items()
    }
    archive.decisions.show(ShownFinals(KEY, version, files, {}, checks=checks))


def published(archive: Archive, store: Store) -> Manifest:
    seen = look_at(KEY, archive.decisions)
    approval = approval_for(seen, takes_unverified=False)
    return publish(
        seen, approval, "Nordlys", Shelf(store, TEMPLATE), archive.store, archive.records
    )


def on(store: Store) -> dict[str, bytes]:
    return {path: store.get(path) for path in store.find()}


@pytest.mark.usefixtures("_approved")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_publishing_that_is_cut_off_at_any_file_ends_the_same_when_it_is_done_again(
    writes: int,
    moment: str,
    archive: Archive,
) -> None:
    whole, cut = (
        open_store(f"memory://whole-{writes}-{moment}"),
        open_store(f"memory://{writes}-{moment}"),
    )
    published(archive, whole)

    with pytest.raises(Cut):
        published(archive, CutStore(cut, writes, after=moment == "after"))
    files_are_there_before_their_manifest = not any(
        path.endswith(".json") and len(on(cut)) < 4 for path in on(cut)
    )
    published(archive, cut)

    assert files_are_there_before_their_manifest
    assert on(cut) == on(whole)
    assert len(on(cut)) == 4


@pytest.mark.usefixtures("_approved")
def test_the_manifest_names_each_file_with_what_it_says_about_itself(archive: Archive) -> None:
    shelf = open_store("memory://described")

    manifest = published(archive, shelf)

    assert [file.name for file in manifest.files] == ["1x1", "4x5", "9x16"]
    assert {file.marks for file in manifest.files} == {MARKS}
    assert {file.path for file in manifest.files} < set(shelf.find())


@pytest.mark.usefixtures("_approved")
def test_the_manifest_has_all_that_checks_measured_and_found_without_pictures_of_it(
    archive: Archive,
) -> None:
    finding = Finding(check="copy", format="1x1", rule="length", message="Long.", crop="webp")
    told = CheckReport(
        check="copy", passed=False, severity="warn", findings=(finding,), numbers={"words": 9}
    )
    show(archive, {"1x1": picture("red")}, "v2", (told,))
    decide(look_at(KEY, archive.decisions), Approval(), ANN, "d2", archive.decisions)

    (kept,) = published(archive, open_store("memory://checked")).checks

    assert kept.numbers == {"words": 9}
    assert kept.findings == (finding.model_copy(update={"crop": None}),)


@pytest.mark.usefixtures("_approved")
def test_a_manifest_of_the_first_version_stands_as_it_is(archive: Archive) -> None:
    shelf = open_store("memory://older")
    document = published(archive, open_store("memory://newer")).model_dump(mode="json")
    del document["checks"]
    kept = json.dumps(document | {"manifest_version": "1"}).encode()
    shelf.put(f"{KEY}/v1/manifest.json", kept)

    assert [file.name for file in published(archive, shelf).files] == ["1x1", "4x5", "9x16"]
    assert shelf.get(f"{KEY}/v1/manifest.json") == kept


@pytest.mark.usefixtures("_approved")
def test_a_manifest_that_stands_is_told_again_and_not_written_again(archive: Archive) -> None:
    shelf = open_store("memory://again")
    first = published(archive, shelf)
    decide(look_at(KEY, archive.decisions), Approval(note="Again."), ANN, "d2", archive.decisions)

    assert published(archive, shelf) == first
    assert first.approved_by_decision == "d1"


@pytest.mark.usefixtures("_approved")
def test_one_changed_final_lets_none_go_out(archive: Archive) -> None:
    shelf = open_store("memory://changed")
    path = look_at(KEY, archive.decisions).finals.files["9x16"].path
    archive.store.put(path, picture("white"))

    with pytest.raises(StoreConflictError, match="holds other bytes"):
        published(archive, shelf)

    assert on(shelf) == {}


@pytest.mark.usefixtures("_approved")
def test_a_final_that_does_not_say_how_it_was_made_does_not_go_out(archive: Archive) -> None:
    bare = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(bare, "JPEG")
    show(archive, {"1x1": bare.getvalue()}, "v2")
    decide(look_at(KEY, archive.decisions), Approval(), ANN, "d2", archive.decisions)

    with pytest.raises(RenderError, match="does not say how it was made"):
        published(archive, open_store("memory://bare"))


@pytest.mark.usefixtures("_approved")
def test_new_bytes_have_no_approval(archive: Archive) -> None:
    show(archive, {"1x1": picture("black")}, "v2")

    with pytest.raises(NotApprovedError, match="nobody has decided on these bytes"):
        published(archive, open_store("memory://new"))


@pytest.mark.usefixtures("_approved")
def test_an_approval_is_published_once_and_a_failure_waits_for_another_approval(
    archive: Archive,
) -> None:
    def due() -> str | None:
        seen = look_at(KEY, archive.decisions)
        found = unpublished(seen, archive.publications.of([KEY]), takes_unverified=False)
        return found.id if found else None

    sha256 = look_at(KEY, archive.decisions).finals.sha256
    waiting = due()
    archive.publications.keep(Publication(KEY, sha256, "d1", error="It was changed."))
    failed = due()
    decide(look_at(KEY, archive.decisions), Approval(), ANN, "d2", archive.decisions)
    approved_again = due()
    archive.publications.keep(Publication(KEY, sha256, "d2", manifest_path="manifest.json"))

    assert [waiting, failed, approved_again, due()] == ["d1", None, "d2", None]


@pytest.mark.usefixtures("_approved")
def test_the_manifest_is_named_as_its_files_are(archive: Archive) -> None:
    finals = look_at(KEY, archive.decisions).finals
    shelf = Shelf(open_store("memory://named"), TEMPLATE)

    assert manifest_path(finals, "Nordlys", shelf) == f"{KEY}/v1/manifest.json"
