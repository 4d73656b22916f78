"""Finished variants without the stages: a picture in the store, shown to whoever decides."""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from creative_assets.desk.desk import Desk
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.stages import (
    FINAL_CREATIVES,
    STAGES,
    StageOutput,
    folder_of,
)
from creative_assets.studio.values import Frozen


@dataclass(frozen=True)
class Finished:
    """A variant with its finals as they are shown."""

    finals: ShownFinals

    @property
    def address(self) -> str:
        """Its page."""
        return f"/variants/{self.finals.variant_key}"

    def form(self, **fields: str) -> dict[str, str]:
        """What its page sends."""
        bound = {"decision_id": "d1", "sha256": self.finals.sha256, "newest": "0"}
        return bound | {"verdict": "approve"} | fields


def finish(desk: Desk, key: str, color: str = "navy", failed: tuple[str, ...] = ()) -> Finished:
    """Show a variant's finals: one square of that colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (1080, 1080), color).save(buffer, "JPEG")
    version = color.encode().hex().ljust(20, "0")[:20]
    folder = folder_of(key.partition("/")[0], FINAL_CREATIVES, version)
    file = desk.archive.store.put(f"{folder}/1x1.jpg", buffer.getvalue())
    versions = dict.fromkeys(STAGES, version)
    finals = ShownFinals(key, version, {"1x1": file}, versions, failed)
    desk.archive.decisions.show(finals)
    return Finished(finals)


def keep(desk: Desk, shown: Finished, stage: str, data: Frozen, *generations: str) -> None:
    """Put what a stage made on the way to a finished variant into the store."""
    version = shown.finals.versions[stage]
    output = StageOutput[Any](
        stage=stage,
        version=version,
        code_version="1",
        data=data,
        files={},
        generations=generations,
        strip=None,
        preview=None,
    )
    campaign_id = shown.finals.variant_key.partition("/")[0]
    place = f"{folder_of(campaign_id, stage, version)}/manifest.json"
    desk.archive.store.put(place, output.model_dump_json(by_alias=True).encode())
