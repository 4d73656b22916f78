"""The studio's events in Dagster's terms: materializations with metadata, and failures.

Metadata is for analysts: what was made, from what, by which model, at what cost, and a picture
of it that shows in the UI.
"""

import base64
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from pydantic import BaseModel

from creative_assets.assets.inputs import Inputs
from creative_assets.resources.opening import Archive
from creative_assets.studio.branding import BrandedImage, BrandedImages
from creative_assets.studio.contact_sheet import page_path
from creative_assets.studio.context import ContextPack
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.dead_letters import what_to_do
from creative_assets.studio.errors import CreativeAssetsError, RequestRejectedError
from creative_assets.studio.finals import CleanFinal, Final, FinalCreatives
from creative_assets.studio.generations import GenerationUse
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.pictures import BaseImages
from creative_assets.studio.produce import StageDone, VariantFailed
from creative_assets.studio.stages import FINAL_CREATIVES, StageOutput
from creative_assets.studio.store import StoredFile

# Documented tags of Dagster: with all of them, and not with the first alone, the UI knows what is
# fresh and what is stale by what it was made from.
_DATA_VERSION_TAG = "dagster/data_version"
_CODE_VERSION_TAG = "dagster/code_version"
_INPUT_VERSION_TAG = "dagster/input_data_version"
_INPUT_POINTER_TAG = "dagster/input_event_pointer"

_LINKED_FOR = timedelta(days=7)
"""The longest that S3 signs for; a role's session may end sooner."""

_FAILURES_SHOWN = 50
_PLAYED = ", played by the stand-in"

Metadata = dict[str, dg.MetadataValue[Any]]
Row = dict[str, str | int | float]


def materialization(done: StageDone, inputs: Inputs, archive: Archive) -> dg.AssetMaterialization:
    """The materialization of a stage's output for its variant."""
    output, key = done.output, done.variant.key
    inputs.told(output.stage, key)
    return dg.AssetMaterialization(
        asset_key=output.stage,
        partition=key,
        description=_summary(done),
        metadata={
            **_pictures(output, archive),
            **_full_size(output, archive),
            **_content(output),
            **_spending(done),
            **_models(done, archive),
            **_storage(output, archive),
            **_contact_sheet(done, archive),
        },
        tags=_version_tags(done, inputs),
    )


def desk_link(done: StageDone, desk_url: str) -> Metadata:
    """Where people look at the finals and decide on them."""
    if done.output.stage != FINAL_CREATIVES:
        return {}
    return {"review_desk": dg.MetadataValue.url(f"{desk_url}/variants/{done.variant.key}")}


def run_failure(failures: Sequence[VariantFailed], variants: int) -> dg.Failure:
    """The failure of a run in which some variants failed: each named with its stage and reason."""
    shown: list[Row] = [
        {
            "variant": failure.variant_key,
            "stage": failure.stage,
            "error": type(failure.error).__name__,
            "message": str(failure.error),
            "attempts": failure.attempts,
            "cost_usd": "unknown" if failure.cost_usd is None else round(failure.cost_usd, 6),
        }
        for failure in failures[:_FAILURES_SHOWN]
    ]
    lines = ["- {variant} at {stage}: {error}: {message}".format_map(row) for row in shown]
    hidden = len(failures) - len(lines)
    if hidden:
        lines.append(f"- … and {hidden} more")
    is_stopped = any(
        isinstance(failure.error, RequestRejectedError) and failure.error.everywhere
        for failure in failures
    )
    others = "The others are complete. " if len(failures) < variants else ""
    if is_stopped:
        others = "Every other call would fare as that one, so the run begins no further call. "
    reasons = Counter(type(failure.error).__name__ for failure in failures)
    named = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
    return dg.Failure(
        description=(
            f"{len(failures)} of {variants} variants failed: {named}. "
            f"{others}"
            "When the cause is gone, launch the preset “Failed and missing”: what is done is kept "
            "and costs nothing.\n" + "\n".join(lines)
        ),
        metadata={
            "failed_variants": _table(shown),
            "what_to_do": _table(
                [
                    {"error": reason, "variants": count, "what_to_do": what_to_do(reason)}
                    for reason, count in reasons.most_common()
                ]
            ),
        },
        # The same request would be refused in the same way, and might be paid again.
        allow_retries=False,
    )


def _summary(done: StageDone) -> str:
    if done.reused:
        return "Nothing to make: this version was there already. No call, no cost."
    if not done.uses:
        return "Made without asking a model."
    made = sum(use.made for use in done.uses)
    return f"Made with {made} new and {len(done.uses) - made} reused generations."


def _pictures(output: StageOutput[Any], archive: Archive) -> Metadata:
    shown: Metadata = {}
    if output.strip is not None:
        shown["preview"] = dg.MetadataValue.md(_picture(output.strip))
    if output.preview is not None:
        shown["preview_large"] = _larger(output.preview, archive)
    return shown


def _full_size(output: StageOutput[Any], archive: Archive) -> Metadata:
    """Links to the finals themselves, where a browser can follow them."""
    if not isinstance(output.data, FinalCreatives):
        return {}
    files = {
        **{final.format: final.file for final in output.data.finals},
        **{clean.name: clean.file for clean in output.data.clean},
    }
    until = datetime.now(UTC) + _LINKED_FOR
    try:
        links = {
            name: archive.store.link(file.path, int(_LINKED_FOR.total_seconds()))
            for name, file in files.items()
        }
    except CreativeAssetsError as error:  # nor may a link
        return {"full_size": dg.MetadataValue.text(str(error))}
    shown = ", ".join(f"[{name}]({url})" for name, url in links.items() if url is not None)
    if not shown:
        return {}
    return {"full_size": dg.MetadataValue.md(f"{shown} (until {until:%Y-%m-%d %H:%M} UTC)")}


def _larger(preview: StoredFile, archive: Archive) -> dg.MetadataValue[Any]:
    try:
        content = archive.store.get_verified(preview)
    except CreativeAssetsError as error:  # a lost preview must not end a run
        return dg.MetadataValue.text(str(error))
    return dg.MetadataValue.md(_picture(base64.b64encode(content).decode()))


def _picture(webp_base64: str) -> str:
    return f"![preview](data:image/webp;base64,{webp_base64})"


def _content(output: StageOutput[Any]) -> Metadata:
    match output.data:
        case ContextPack() as pack:
            return {**_texts({"summary": pack.summary, "tone": pack.tone}), "content": _json(pack)}
        case AdCopy() as copy:
            return _copy(copy)
        case BaseImages() as base:
            art = base.art_direction.model_dump()
            return _texts({name: _listed(value) for name, value in art.items()})
        case BrandedImages() as branded:
            return {"logo": _table([_logo_row(image) for image in branded.images])}
        case FinalCreatives() as creatives:
            finals = [_final_row(final) for final in creatives.finals]
            return {"finals": _table([*finals, *map(_clean_row, creatives.clean)])}
        case data:
            return {"content": _json(data)}


def _copy(copy: AdCopy) -> Metadata:
    texts = {
        "headline": copy.headline,
        "subline": copy.subline,
        "call_to_action": copy.call_to_action,
        "legal_line": copy.legal_line or "none",
        "alt_text": copy.alt_text,
    }
    back_translation: list[Row] = [
        {"field": name, "in_english": english or "not translated", "written_by": copy.sources[name]}
        for name, english in copy.in_english.items()
    ]
    return {**_texts(texts), "back_translation": _table(back_translation)}


def _logo_row(image: BrandedImage) -> Row:
    spot = image.plan.logo
    return {
        "format": image.plan.format,
        "spot": spot.name,
        "contrast": round(spot.contrast, 1),
        "match": round(image.match, 3),
        "chosen_by": image.chosen_by,
        "reason": image.reason,
    }


def _final_row(final: Final) -> Row:
    hardest = min(final.text.blocks, key=lambda block: block.contrast)
    return {
        "format": final.format,
        "size_px": str(final.size),
        "lowest_contrast": round(hardest.contrast, 1),
        "of": hardest.role,
        "quality": final.quality or "lossless",
    }


def _clean_row(final: CleanFinal) -> Row:
    return {
        "format": final.name,
        "size_px": str(final.size),
        "lowest_contrast": "no text",
        "of": "none",
        "quality": final.quality or "lossless",
    }


def _listed(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _spending(done: StageDone) -> Metadata:
    made = [use for use in done.uses if use.made]
    reused = len(done.output.generations) - len(made)
    return {
        "generations_made": dg.MetadataValue.int(len(made)),
        "generations_reused": dg.MetadataValue.int(reused),
        "cost_usd": _usd([use.cost_usd for use in made]),
        "list_price_usd": _usd([use.list_price_usd for use in made]),
        "seconds": dg.MetadataValue.float(round(done.seconds, 3)),
        **({"paid_generations": _table([_paid_row(use) for use in made])} if made else {}),
    }


def _paid_row(use: GenerationUse) -> Row:
    return {
        "operation": use.operation,
        "model": f"{use.model} at {use.service}",
        "attempts": use.attempts,
        "cost_usd": "unknown" if use.cost_usd is None else round(use.cost_usd, 6),
        "key": use.key,
    }


def _models(done: StageDone, archive: Archive) -> Metadata:
    """Who made it, also where it is only shown again."""
    made_by = {(use.service, use.model) for use in done.uses}
    if not made_by:
        kept = archive.records.ledger.by_key(done.output.generations)
        made_by = {(row.service, row.model) for row in kept.values()}
    models_of: dict[str, list[str]] = {}
    for service, model in sorted(made_by):
        models_of.setdefault(service, []).append(model)
    if not models_of:
        return {}
    told = [
        f"{' and '.join(models)}{_PLAYED if service == STAND_IN else f' at {service}'}"
        for service, models in models_of.items()
    ]
    return {"models": dg.MetadataValue.text("; ".join(told))}


def _usd(amounts: Sequence[float | None]) -> dg.MetadataValue[Any]:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return dg.MetadataValue.text("unknown")
    return dg.MetadataValue.float(round(math.fsum(known), 6))


def _storage(output: StageOutput[Any], archive: Archive) -> Metadata:
    files: list[Row] = [
        {"name": name, "path": file.path, "bytes": file.size_bytes}
        for name, file in output.files.items()
    ]
    metadata: Metadata = {
        "version": dg.MetadataValue.text(output.version),
        "store": dg.MetadataValue.text(archive.store.url),
    }
    if files:
        metadata["files"] = _table(files)
        # Apart from the table, whose rows they would push past the edge of the page.
        hashes = {name: file.sha256 for name, file in output.files.items()}
        metadata["sha256"] = dg.MetadataValue.json(hashes)
    return metadata


def _contact_sheet(done: StageDone, archive: Archive) -> Metadata:
    """Where the page is that the run writes at its end."""
    if done.output.stage != FINAL_CREATIVES:
        return {}
    page = f"{archive.store.url}/{page_path(done.variant.campaign_id)}"
    return {"contact_sheet": dg.MetadataValue.path(page)}


def _texts(texts: Mapping[str, str]) -> Metadata:
    return {name: dg.MetadataValue.text(text) for name, text in texts.items()}


def _json(data: BaseModel) -> dg.MetadataValue[Any]:
    return dg.MetadataValue.json(data.model_dump(mode="json"))


def _table(rows: Sequence[Row]) -> dg.MetadataValue[Any]:
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows])


def _version_tags(done: StageDone, inputs: Inputs) -> dict[str, str]:
    output = done.output
    tags = {_DATA_VERSION_TAG: output.version, _CODE_VERSION_TAG: output.code_version}
    for upstream, version in done.inputs.items():
        event_id = inputs.event_id(upstream, done.variant.key)
        if event_id is not None:
            tags[f"{_INPUT_VERSION_TAG}/{upstream}"] = version
            tags[f"{_INPUT_POINTER_TAG}/{upstream}"] = str(event_id)
    return tags
