"""Finished variants without the stages: a final of one colour, where the stages keep theirs."""

import io

from PIL import Image

from creative_assets.studio.compose import TextReport
from creative_assets.studio.finals import Final, FinalCreatives
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.stages import FINAL_CREATIVES, ModelChoice, StageOutput, folder_of
from creative_assets.studio.store import Store
from creative_assets.studio.values import Size

NO_TEXT = TextReport(blocks=(), scrim=None, scrim_color="#000000", scrim_alpha=0, button_color=None)


def finish(job: Job, color: str, choice: ModelChoice, store: Store) -> Final:
    """Keep a final of one colour as the variant's output."""
    buffer = io.BytesIO()
    Image.new("RGB", (108, 108), color).save(buffer, "PNG")
    version = stage_versions(job, choice)[FINAL_CREATIVES]
    folder = folder_of(job.variant.campaign_id, FINAL_CREATIVES, version)
    final = Final(
        format="1x1",
        size=Size(width_px=108, height_px=108),
        file=store.put_once(f"{folder}/1x1.png", buffer.getvalue()),
        quality=None,
        text=NO_TEXT,
    )
    output = StageOutput[FinalCreatives](
        stage=FINAL_CREATIVES,
        version=version,
        code_version="1",
        data=FinalCreatives(finals=(final,), clean=()),
        files={},
        generations=(),
        strip=None,
        preview=store.put_once(f"{folder}/preview.webp", preview_of(color)),
    )
    store.put_once(f"{folder}/manifest.json", output.model_dump_json().encode())
    return final


def preview_of(color: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (330, 80), color).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()
