"""Rows for tests to keep: what ann and bob claim and are charged, an answer, a brief, variants."""

from dataclasses import replace

from creative_assets.studio.budget import Charge, close_charge
from creative_assets.studio.records import Records
from creative_assets.studio.records.briefs import BriefRow
from creative_assets.studio.records.ledger import GenerationClaim, GenerationResult
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.store import StoredFile
from tests.clock import Clock

LEASE_S = 30.0
ANN = GenerationClaim(
    key="k1",
    holder="ann",
    service="stand-in",
    operation="image",
    model="gpt-image",
    campaign_id="summer",
    variant_key="summer/de-DE/cold-brew",
    stage="base_images",
    take=1,
    request_json='{"prompt": "a cup"}',
)
BOB = replace(ANN, holder="bob")
RESULT = GenerationResult(
    file=StoredFile(path="generations/k1.png", size_bytes=3, sha256="abc"),
    media_type="image/png",
    usage={"output_tokens": 7},
    cost_usd=0.04,
    list_price_usd=0.05,
    attempts=2,
    seconds=1.5,
    request_id="req-1",
)
BRIEF = BriefRow(
    path="summer/brief.yaml",
    campaign_id="summer",
    accepted=True,
    fingerprint="f1",
    stamps_json='{"summer/brief.yaml": "1"}',
    problems_json="[]",
    snapshot_path="campaigns/summer/briefs/f1.json",
    checked_at=5.0,
)
CALL = Charge(
    id="c1",
    generation_key="k1",
    holder="ann",
    campaign_id="summer",
    variant_key="summer/de-DE/tea",
    stage="base_images",
    service="api.openai.com",
    operation="image",
    model="gpt-image-2.6-flare",
    begun_at=1_795_000_000.0,
    most_usd=0.4,
)


def close(records: Records, charge: Charge) -> None:
    with records.database.writing() as connection:
        close_charge(records.database, connection, charge)


def variant(number: int) -> VariantRow:
    return VariantRow(
        key=f"summer/de-DE/p{number:04}",
        campaign_id="summer",
        locale="de-DE",
        product_id=f"p{number:04}",
        brand="Nordlys",
        version="v1",
        snapshot_path="campaigns/summer/briefs/f1.json",
        updated_at=Clock.now_s,
        wanted_at=Clock.now_s,
    )
