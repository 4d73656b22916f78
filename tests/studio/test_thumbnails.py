"""Thumbnails are small, made once, and only of what was kept."""

import io

import pytest
from PIL import Image

from creative_assets.studio.errors import StoreConflictError
from creative_assets.studio.store import Store, StoredFile, open_store
from creative_assets.studio.thumbnails import HEIGHT_PX, thumbnail_of

PATH = "campaigns/summer/final_creatives/v1/4x5.jpg"


@pytest.fixture
def store() -> Store:
    return open_store("memory://thumbnails")


def kept(store: Store, color: str) -> StoredFile:
    buffer = io.BytesIO()
    Image.new("RGB", (1080, 1350), color).save(buffer, "JPEG")
    return store.put(PATH, buffer.getvalue())


def test_a_thumbnail_has_the_finals_shape(store: Store) -> None:
    content = thumbnail_of(kept(store, "navy"), "summer", store)

    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (HEIGHT_PX * 4 // 5, HEIGHT_PX))


def test_a_small_final_is_not_enlarged(store: Store) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (728, 90), "navy").save(buffer, "PNG")
    file = store.put("campaigns/summer/final_creatives/v1/banner.png", buffer.getvalue())

    with Image.open(io.BytesIO(thumbnail_of(file, "summer", store))) as picture:
        assert picture.size == (728, 90)


def test_a_thumbnail_is_made_once(store: Store) -> None:
    file = kept(store, "maroon")
    first = thumbnail_of(file, "summer", store)
    store.delete(PATH)

    assert thumbnail_of(file, "summer", store) == first


def test_a_final_that_was_exchanged_has_no_thumbnail(store: Store) -> None:
    file = kept(store, "teal")
    kept(store, "black")

    with pytest.raises(StoreConflictError, match="holds other bytes"):
        thumbnail_of(file, "summer", store)
