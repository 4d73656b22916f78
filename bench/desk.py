"""The desk under load: twenty reviewers at once over ten thousand variants, over a real socket.

Each opens a page a second, which is faster than anybody looks at forty pictures.
"""

import hashlib
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx2

from bench.programs import Served, serving
from bench.results import Row
from creative_assets.resources.opening import open_archive
from creative_assets.settings import Settings
from creative_assets.studio.access import Access, Person
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.store import StoredFile

CAMPAIGNS, LOCALES, PRODUCTS = 5, 50, 40
FORMATS = ("1x1", "4x5", "9x16", "16x9")
REVIEWERS = 20
PAGES_EACH = 15
APPROVALS = 60


@dataclass(frozen=True)
class DeskSpeed:
    """Milliseconds: to a campaign page's first byte, and to the answer to an approval."""

    first_byte_median_ms: float
    first_byte_p99_ms: float
    approval_median_ms: float


def rows() -> list[Row]:
    """A campaign page and an approval, with 10,000 variants."""
    with tempfile.TemporaryDirectory() as folder:
        speed = desk_speed(Path(folder))
    page = f"desk: a campaign page's first byte, {REVIEWERS} reviewers, a page a second each"
    return [
        Row(
            name="desk-page",
            what=f"{page}; median",
            unit="ms",
            values=(speed.first_byte_median_ms,),
            most=150,
        ),
        Row(
            name="desk-page-p99",
            what=f"{page}; 99th percentile",
            unit="ms",
            values=(speed.first_byte_p99_ms,),
            most=400,
        ),
        Row(
            name="desk-approval",
            what="desk: an approval",
            unit="ms",
            values=(speed.approval_median_ms,),
            most=250,
        ),
    ]


def desk_speed(folder: Path) -> DeskSpeed:
    """Measure a desk over records made in `folder`."""
    settings = Settings(
        records_url=f"sqlite:///{folder}/records.db",
        store_url=f"{folder}/store",
        inbox_url=f"{folder}/inbox",
    )
    token = _fill(settings)
    with _served(settings) as desk:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=desk.url, headers=headers, timeout=60) as reviewer:
            _first_byte_ms(reviewer, 0)
            alone = [_approval_ms(reviewer, number) for number in range(APPROVALS)]
        with ThreadPoolExecutor(REVIEWERS) as pool:
            looked = pool.map(lambda number: _looking(desk.url, headers, number), range(REVIEWERS))
            waited = [each for one in looked for each in one]
    return DeskSpeed(median(waited), quantiles(waited, n=100)[98], median(alone))


def _looking(url: str, headers: dict[str, str], number: int) -> list[float]:
    waited = []
    time.sleep(number / REVIEWERS)
    with httpx2.Client(base_url=url, headers=headers, timeout=60) as reviewer:
        for page in range(PAGES_EACH):
            waited.append(_first_byte_ms(reviewer, number + page))
            time.sleep(max(0.0, 1 - waited[-1] / 1000))
    return waited


def _first_byte_ms(reviewer: httpx2.Client, number: int) -> float:
    started = time.perf_counter()
    with reviewer.stream("GET", f"/campaigns/{_campaign(number % CAMPAIGNS)}") as answer:
        answer.raise_for_status()
        next(answer.iter_raw())
        return 1000 * (time.perf_counter() - started)


def _approval_ms(reviewer: httpx2.Client, number: int) -> float:
    key = _key(0, number % LOCALES, number // LOCALES)
    body = {"variants": {key: _finals(key).sha256}}
    started = time.perf_counter()
    reviewer.post(f"/api/v1/campaigns/{_campaign(0)}/approve", json=body).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _fill(settings: Settings) -> str:
    """Ten thousand finished variants, and somebody's token."""
    keys = [
        _key(campaign, locale, product)
        for campaign in range(CAMPAIGNS)
        for locale in range(LOCALES)
        for product in range(PRODUCTS)
    ]
    with open_archive(settings) as archive:
        archive.records.variants.upsert(list(map(_row, keys)))
        for key in keys:
            archive.decisions.show(_finals(key))
        person = Person(name="Ann", roles=frozenset({"review"}))
        _, token = Access(archive.records.database).issue(person, 3600)
    return token


def _campaign(number: int) -> str:
    return f"campaign-{number}"


def _key(campaign: int, locale: int, product: int) -> str:
    return f"{_campaign(campaign)}/de-{chr(65 + locale // 26)}{chr(65 + locale % 26)}/p-{product}"


def _row(key: str) -> VariantRow:
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


def _finals(key: str) -> ShownFinals:
    sha256 = hashlib.sha256(key.encode()).hexdigest()
    files = {
        name: StoredFile(path=f"{key}/{name}.jpg", size_bytes=1, sha256=sha256) for name in FORMATS
    }
    return ShownFinals(key, sha256[:20], files, {})


def _served(settings: Settings) -> AbstractContextManager[Served]:
    environment = {
        "CREATIVE_ASSETS_RECORDS_URL": settings.records_url,
        "CREATIVE_ASSETS_STORE_URL": settings.store_url,
        "CREATIVE_ASSETS_INBOX_URL": settings.inbox_url,
    }
    return serving("desk", environment=environment)
