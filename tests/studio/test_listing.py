"""What there is to look at is counted rightly, listed once, and read along an index."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from creative_assets.studio.decision_log import DecisionLog, ShownFinals
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.listing import (
    VariantFilter,
    brand_of,
    first_finals,
    list_campaigns,
    list_variants,
    listed,
    locales_of,
    neighbours,
    products_of,
    progress_of,
)
from creative_assets.studio.publish import Publication, Publications
from creative_assets.studio.records import Records, open_records
from creative_assets.studio.records.ledger import GenerationClaim, GenerationResult
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Reviewer,
    decide,
    look_at,
)
from creative_assets.studio.store import StoredFile

ANN = Reviewer(name="Ann", verified=True, through="desk")
WARMER = ChangeRequest(scope="picture", note="Warmer light, please.")
ROAST_DE, TEA_DE = "summer/de-DE/roast", "summer/de-DE/tea"
ROAST_EN, TEA_EN = "summer/en-US/roast", "summer/en-US/tea"
WINTER = "winter/ja-JP/roast"


@pytest.fixture
def records(records_url: str) -> Iterator[Records]:
    """Two campaigns of two brands, five variants, none of them finished."""
    opened = open_records(records_url)
    summer = [variant(key) for key in (ROAST_DE, TEA_DE, ROAST_EN, TEA_EN)]
    opened.variants.upsert([*summer, replace(variant(WINTER), brand="Alma")])
    yield opened
    opened.close()


def variant(key: str) -> VariantRow:
    campaign_id, locale, product_id = key.split("/")
    return VariantRow(
        key=key,
        campaign_id=campaign_id,
        locale=locale,
        product_id=product_id,
        brand="Nordlys",
        version="v1",
        snapshot_path="campaigns/x.json",
        status="done",
    )


def show(records: Records, key: str, content: bytes = b"first") -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    file = StoredFile(path=f"{key}.jpg", size_bytes=len(content), sha256=sha256)
    DecisionLog(records.database).show(ShownFinals(key, sha256[:20], {"1x1": file}, {}))


def decided(records: Records, key: str, opinion: Opinion) -> None:
    log = DecisionLog(records.database)
    seen = look_at(key, log)
    decide(seen, opinion, ANN, f"{key}-{seen.newest}", log)


def published(records: Records, key: str) -> None:
    sha256 = look_at(key, DecisionLog(records.database)).finals.sha256
    Publications(records.database).keep(Publication(key, sha256, "d1", f"{key}/manifest.json"))


def pay(records: Records, key: str, cost_usd: float | None) -> None:
    records.holders.heartbeat("ann", 30)
    name = f"{key}-{cost_usd}"
    records.ledger.claim(
        GenerationClaim(
            key=name,
            holder="ann",
            service="stand-in",
            operation="image",
            model="gpt-image",
            campaign_id=key.partition("/")[0],
            variant_key=key,
            stage="base_images",
            take=1,
            request_json="{}",
        )
    )
    file = StoredFile(path=f"generations/{name}.png", size_bytes=3, sha256="abc")
    records.ledger.complete(
        name, "ann", GenerationResult(file, "image/png", None, cost_usd, None, 1, 1.0, None)
    )


def keys_of(records: Records, wanted: VariantFilter) -> list[str]:
    page = list_variants(wanted, records, after=None, most=100)
    assert page.next_after is None
    return [each.row.key for each in page.variants]


def test_variants_come_by_campaign_product_and_locale(records: Records) -> None:
    assert keys_of(records, VariantFilter()) == [ROAST_DE, ROAST_EN, TEA_DE, TEA_EN, WINTER]


@pytest.mark.parametrize("most", [1, 2, 3, 5, 6])
def test_pages_of_any_size_show_each_variant_once(records: Records, most: int) -> None:
    found: list[str] = []
    after = None
    while True:
        page = list_variants(VariantFilter(), records, after=after, most=most)
        assert len(page.variants) <= most
        found += [each.row.key for each in page.variants]
        after = page.next_after
        if after is None:
            break

    assert found == [ROAST_DE, ROAST_EN, TEA_DE, TEA_EN, WINTER]


def test_a_page_may_begin_after_a_variant_that_is_gone(records: Records) -> None:
    page = list_variants(VariantFilter(), records, after="summer/en-GB/roast", most=1)

    assert [each.row.key for each in page.variants] == [ROAST_EN]


def test_a_page_after_no_key_at_all_is_refused(records: Records) -> None:
    with pytest.raises(RequestRejectedError, match="'nonsense' is no variant's key"):
        list_variants(VariantFilter(), records, after="nonsense", most=1)


@pytest.mark.parametrize(
    "wanted, expected",
    [
        (VariantFilter(campaign_id="winter"), [WINTER]),
        (VariantFilter(locale="de-DE"), [ROAST_DE, TEA_DE]),
        (VariantFilter(product_id="tea", locale="en-US"), [TEA_EN]),
        (VariantFilter(status="failed"), []),
        (VariantFilter(brands=frozenset({"Alma"})), [WINTER]),
        (VariantFilter(brands=frozenset()), []),
        (VariantFilter(decision="pending"), [TEA_DE]),
        (VariantFilter(decision="approved"), [ROAST_DE]),
        (VariantFilter(decision="changes_requested"), [ROAST_EN]),
    ],
)
def test_a_filter_leaves_what_was_asked_for(
    records: Records, wanted: VariantFilter, expected: list[str]
) -> None:
    for key in (ROAST_DE, ROAST_EN, TEA_DE):
        show(records, key)
    decided(records, ROAST_DE, Approval())
    decided(records, ROAST_EN, WARMER)

    assert keys_of(records, wanted) == expected


def test_new_bytes_are_pending_again_and_the_old_ones_approved_still(records: Records) -> None:
    show(records, ROAST_DE)
    decided(records, ROAST_DE, Approval())
    show(records, ROAST_DE, b"second")
    pending, approved = VariantFilter(decision="pending"), VariantFilter(decision="approved")

    assert (keys_of(records, pending), keys_of(records, approved)) == ([ROAST_DE], [])

    show(records, ROAST_DE)

    assert (keys_of(records, pending), keys_of(records, approved)) == ([], [ROAST_DE])


def test_a_retired_variant_is_not_listed(records: Records) -> None:
    records.variants.retire([WINTER])

    assert WINTER not in keys_of(records, VariantFilter())
    assert [each.campaign_id for each in list_campaigns(records, after=None, most=9).campaigns] == [
        "summer"
    ]


def test_a_listed_variant_says_what_stands_and_what_it_cost(records: Records) -> None:
    show(records, ROAST_DE)
    decided(records, ROAST_DE, Approval())
    published(records, ROAST_DE)
    pay(records, ROAST_DE, 0.25)

    (found,) = listed([ROAST_DE, "summer/de-DE/unknown"], records)

    assert (found.standing, found.cost_usd, found.generations) == ("approved", 0.25, 1)
    assert found.publication is not None
    assert found.publication.manifest_path == f"{ROAST_DE}/manifest.json"


def test_a_campaigns_progress_counts_each_variant_as_it_is_now(records: Records) -> None:
    for key in (ROAST_DE, ROAST_EN, TEA_DE):
        show(records, key)
    decided(records, ROAST_DE, Approval())
    published(records, ROAST_DE)
    decided(records, ROAST_EN, WARMER)
    records.variants.upsert([replace(variant(TEA_EN), status="failed")])
    pay(records, ROAST_DE, 0.25)
    pay(records, TEA_EN, 0.5)

    progress = progress_of(["summer"], records)["summer"]

    assert (progress.variants, progress.done, progress.failed, progress.ready) == (4, 3, 1, 3)
    assert (progress.pending, progress.approved, progress.changes_requested) == (1, 1, 1)
    assert (progress.published, progress.cost_usd, progress.brand) == (1, 0.75, "Nordlys")


def test_a_cost_that_is_not_known_is_not_added_up(records: Records) -> None:
    pay(records, ROAST_DE, 0.25)
    pay(records, TEA_DE, None)

    assert progress_of(["summer"], records)["summer"].cost_usd is None


def test_campaigns_are_paged_by_id_and_kept_to_brands(records: Records) -> None:
    first = list_campaigns(records, after=None, most=1)
    second = list_campaigns(records, after=first.next_after, most=1)
    of_alma = list_campaigns(records, after=None, most=9, brands=frozenset({"Alma"}))

    assert [each.campaign_id for each in (*first.campaigns, *second.campaigns)] == [
        "summer",
        "winter",
    ]
    assert (first.next_after, second.next_after) == ("summer", None)
    assert [each.campaign_id for each in of_alma.campaigns] == ["winter"]


@pytest.mark.parametrize(
    "key, expected",
    [
        (ROAST_DE, (None, ROAST_EN)),
        (TEA_DE, (ROAST_EN, TEA_EN)),
        (WINTER, (TEA_EN, None)),
        ("summer/fi-FI/roast", (ROAST_EN, TEA_DE)),
    ],
)
def test_a_variant_has_neighbours_in_the_lists_order(
    records: Records, key: str, expected: tuple[str | None, str | None]
) -> None:
    assert neighbours(key, VariantFilter(), records) == expected


def test_a_campaigns_first_finals_come_in_the_lists_order(records: Records) -> None:
    for key in (TEA_EN, TEA_DE, ROAST_EN):
        show(records, key)

    found = first_finals(["summer", "winter"], records, most=2)

    assert {name: [each.variant_key for each in finals] for name, finals in found.items()} == {
        "summer": [ROAST_EN, TEA_DE],
        "winter": [],
    }


def test_a_campaigns_brand_is_its_briefs(records: Records) -> None:
    assert (brand_of("winter", records), brand_of("spring", records)) == ("Alma", None)


def test_a_campaign_knows_its_locales_and_products(records: Records) -> None:
    assert locales_of("summer", records) == ["de-DE", "en-US"]
    assert products_of("summer", records) == ["roast", "tea"]


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)  # it reads SQLite's plans
def test_no_page_reads_a_whole_table(records: Records) -> None:
    plans: list[str] = []

    @sa.event.listens_for(records.database._engine, "before_cursor_execute")
    def explain(
        connection: sa.Connection,
        _1: object,
        statement: str,
        values: tuple[object, ...],
        *_: object,
    ) -> None:
        if statement.startswith("SELECT"):
            raw = connection.connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.extend(row[3] for row in raw.fetchall())

    wanted = VariantFilter(campaign_id="summer", decision="pending")
    list_variants(wanted, records, after=ROAST_DE, most=2)
    progress_of(["summer"], records)

    assert plans
    assert [plan for plan in plans if plan.startswith(("SCAN", "USE TEMP B-TREE FOR ORDER"))] == []
