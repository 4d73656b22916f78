"""One sheet shows a campaign's finals, is kept once, and no name is too long for it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.compose import TextReport
from creative_assets.studio.contact_sheet import make_contact_sheet
from creative_assets.studio.finals import Final, FinalCreatives
from creative_assets.studio.produce import Job
from creative_assets.studio.store import Store, StoredFile, open_store
from creative_assets.studio.values import Size

Accept = Callable[[dict[str, Any]], list[Job]]

NO_TEXT = TextReport(blocks=(), scrim=None, scrim_color="#000000", scrim_alpha=0)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    return open_store(f"memory://{request.node.name}")


@pytest.fixture
def variant(brief: dict[str, Any], accepted: Accept) -> VariantBrief:
    return accepted(brief)[0].variant


def finals(store: Store, color: str) -> FinalCreatives:
    buffer = io.BytesIO()
    Image.new("RGB", (108, 108), color).save(buffer, "PNG")
    final = Final(
        format="1x1",
        size=Size(width_px=108, height_px=108),
        file=store.put_once(f"{color}.png", buffer.getvalue()),
        text=NO_TEXT,
    )
    return FinalCreatives(finals=(final,))


def size_of(sheet: StoredFile, store: Store) -> tuple[int, int]:
    with Image.open(io.BytesIO(store.get_verified(sheet))) as picture:
        assert picture.format == "JPEG"
        return picture.size


def test_a_sheet_has_a_row_for_each_variant_and_is_kept_under_its_campaign(
    store: Store, variant: VariantBrief
) -> None:
    one = make_contact_sheet([(variant, finals(store, "red"))], store)
    two = make_contact_sheet(
        [(variant, finals(store, "red")), (variant, finals(store, "blue"))], store
    )

    assert one.path.startswith("campaigns/summer/contact_sheets/")
    assert size_of(two, store)[1] > size_of(one, store)[1]


def test_the_same_finals_give_the_same_sheet_in_the_same_place(
    store: Store, variant: VariantBrief
) -> None:
    rows = [(variant, finals(store, "red"))]

    assert make_contact_sheet(rows, store) == make_contact_sheet(rows, store)


def test_the_longest_names_that_a_brief_may_have_fit(store: Store, variant: VariantBrief) -> None:
    long = variant.model_copy(
        update={"product_name": "W" * 120, "brand_name": "Ж" * 120, "campaign_id": "x" * 63}
    )

    assert make_contact_sheet([(long, finals(store, "red"))], store).size_bytes > 0


def test_of_very_many_variants_the_first_sixty_are_shown(
    store: Store, variant: VariantBrief
) -> None:
    rows = [(variant, finals(store, "red"))] * 61

    assert make_contact_sheet(rows, store) == make_contact_sheet(rows[:60], store)
