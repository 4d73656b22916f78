"""The contact sheet: every final of a campaign in its place, as a page and as one picture.

It is written again at the end of each run that finished a final, and shows what is current: alone
in the store it is overwritten. How it looks is `sheet_page`'s and `sheet_picture`'s matter.
"""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.decision_log import DecisionLog, ShownFinals
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.finals import CleanFinal, Final, FinalCreatives
from creative_assets.studio.images import open_small
from creative_assets.studio.locales import display_name, english_name
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.produce import Job, kept_output, stage_versions
from creative_assets.studio.records import Records
from creative_assets.studio.revision import UNREVISED
from creative_assets.studio.sheet_page import Place, Shown, draw_page
from creative_assets.studio.sheet_picture import draw_overview, draw_sheet, row_height_px
from creative_assets.studio.stages import FINAL_CREATIVES, ModelChoice, StageOutput
from creative_assets.studio.store import Store

_MOST_IN_ROWS = 12  # of more, a picture for people to look through has them small
_PREVIEW_PX = 180
_READERS = 8


@dataclass(frozen=True)
class _Row:
    """A variant, and its finals: none where it is not finished. `preview` shows them in a row."""

    variant: VariantBrief
    finals: tuple[Final | CleanFinal, ...] = ()
    preview: bytes | None = None


def page_path(campaign_id: str) -> str:
    """Where a campaign's contact sheet is kept."""
    return f"campaigns/{campaign_id}/contact_sheet.html"


def picture_path(campaign_id: str) -> str:
    """Where the picture of the contact sheet is kept."""
    return f"campaigns/{campaign_id}/contact_sheet.png"


def write_contact_sheet(
    campaign_id: str, choice: ModelChoice, store: Store, records: Records
) -> None:
    """Write the page with all variants of the campaign, and the picture with all that are finished.

    Raises:
        RenderError: The picture cannot be drawn; the page is there.
    """
    keys = [row.key for row in records.variants.of_campaign(campaign_id) if row.active]
    jobs, _ = load_jobs(keys, store, records)
    shown = DecisionLog(records.database).shown(keys)

    def row(job: Job) -> _Row:
        return _row(job, shown.get(job.variant.key), choice, store)

    with ThreadPoolExecutor(_READERS, "sheet") as readers:
        rows = list(readers.map(row, jobs))
    rows.sort(key=lambda row: (row.variant.product_id, row.variant.locale))
    finished = [row for row in rows if row.finals]
    if not finished:
        return
    title = f"{finished[0].variant.brand_name}: {campaign_id}"
    models = "the stand-in" if choice.service == STAND_IN else f"the models at {choice.service}"
    note = f"{len(finished)} of {len(rows)} variants are finished. Pictures and copy by {models}."
    page = draw_page(title, note, [_place(row) for row in rows])
    store.put(page_path(campaign_id), page.encode())
    store.put(picture_path(campaign_id), _picture(finished, title, store))


def place_of(
    variant: VariantBrief, output: StageOutput[FinalCreatives] | None, store: Store
) -> Place:
    """A variant's place on a page beside the contact sheet, with those finals of it."""
    return _place(_finished(variant, output, store))


def _row(job: Job, shown: ShownFinals | None, choice: ModelChoice, store: Store) -> _Row:
    version = stage_versions(job, choice)[FINAL_CREATIVES]
    output = kept_output(job.variant.campaign_id, FINAL_CREATIVES, version, store)
    if output is None and shown is not None and job.revision != UNREVISED:
        # A change that is under way, or could not be made, takes nothing off the sheet.
        output = kept_output(job.variant.campaign_id, FINAL_CREATIVES, shown.version, store)
    return _finished(job.variant, output, store)


def _finished(
    variant: VariantBrief, output: StageOutput[FinalCreatives] | None, store: Store
) -> _Row:
    if output is None:
        return _Row(variant)
    creatives = output.data
    finals: tuple[Final | CleanFinal, ...] = (*creatives.finals, *creatives.clean)
    return _Row(variant, finals, _preview(output, store))


def _preview(output: StageOutput[FinalCreatives], store: Store) -> bytes | None:
    try:
        return store.get_verified(output.preview) if output.preview else None
    except MissingInputError:  # the page has links too
        return None


def _place(row: _Row) -> Place:
    folder = f"campaigns/{row.variant.campaign_id}/"
    return Place(
        product=row.variant.product_name,
        locale=english_name(row.variant.locale),
        tag=row.variant.locale,
        finals=tuple(
            Shown(_name(final), final.size, final.file.path.removeprefix(folder))
            for final in row.finals
        ),
        preview=row.preview,
    )


def _name(final: Final | CleanFinal) -> str:
    return final.name if isinstance(final, CleanFinal) else final.format


def _picture(rows: Sequence[_Row], title: str, store: Store) -> bytes:
    sheet = _in_rows(rows, title, store) if len(rows) <= _MOST_IN_ROWS else _overview(rows, title)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=1, compress_type=3)
    return buffer.getvalue()


def _overview(rows: Sequence[_Row], title: str) -> Image.Image:
    sections: dict[str, list[tuple[str, Image.Image]]] = {}
    for row in rows:
        if row.preview is not None:
            shown = open_small(row.preview, "a preview", _PREVIEW_PX)
            sections.setdefault(row.variant.product_name, []).append((row.variant.locale, shown))
    return draw_overview(sections, title)


def _in_rows(rows: Sequence[_Row], title: str, store: Store) -> Image.Image:
    row_px = row_height_px([final.size for final in rows[0].finals], len(rows))

    def small(final: Final | CleanFinal) -> Image.Image:
        return open_small(store.get_verified(final.file), final.file.path, row_px)

    with ThreadPoolExecutor(_READERS, "sheet") as readers:
        labelled = [(_label(row.variant), list(readers.map(small, row.finals))) for row in rows]
    return draw_sheet(labelled, title, row_px)


def _label(variant: VariantBrief) -> str:
    return f"{variant.product_name}\n{display_name(variant.locale)}\n{variant.locale}"
