"""The six stages: their names and order, and what every stage's output looks like.

What a stage does is in its own module (`context`, `copywriting`, `pictures`, `branding`,
`finals`); running them is `produce`'s.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from creative_assets.studio.generations import GenerationUse
from creative_assets.studio.previews import Previews
from creative_assets.studio.store import StoredFile
from creative_assets.studio.values import Frozen

VARIANT_BRIEF = "variant_brief"
CONTEXT_PACK = "context_pack"
AD_COPY = "ad_copy"
BASE_IMAGES = "base_images"
BRANDED_IMAGES = "branded_images"
FINAL_CREATIVES = "final_creatives"

UPSTREAM = {
    VARIANT_BRIEF: (),
    CONTEXT_PACK: (VARIANT_BRIEF,),
    AD_COPY: (CONTEXT_PACK,),
    BASE_IMAGES: (CONTEXT_PACK,),
    BRANDED_IMAGES: (BASE_IMAGES,),
    FINAL_CREATIVES: (BRANDED_IMAGES, AD_COPY),
}
"""Stage → the stages that it reads, in the order in which they run."""

STAGES = tuple(UPSTREAM)

TAKEABLE = (AD_COPY, BASE_IMAGES)
"""Stages of which a new take can be asked: new copy, new pictures."""

_VERSION_LENGTH = 20

T = TypeVar("T", bound=BaseModel)


class ModelChoice(Frozen):
    """Which models answer, and where."""

    service: str
    text_model: str
    vision_model: str
    image_model: str
    image_quality: Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Made(Generic[T]):
    """What a stage's function made: its data, its files, and the generations it used.

    Attributes:
        pictures: Small copies for people, where the stage makes pictures.
    """

    data: T
    files: dict[str, StoredFile] = field(default_factory=dict)
    uses: tuple[GenerationUse, ...] = ()
    pictures: Previews | None = None


class StageOutput(Frozen, Generic[T]):
    """A stage's output as it is kept: the manifest in the folder of its version.

    Attributes:
        files: Name → where it is kept, with bytes and SHA-256.
        generations: Keys of the generations that it was made from.
        strip: Its pictures side by side, tiny: WebP in base64.
        preview: The same, larger, of what people look at.
    """

    stage: str
    version: str
    code_version: str
    data: T
    files: dict[str, StoredFile]
    generations: tuple[str, ...]
    strip: str | None
    preview: StoredFile | None


def version_of(code_version: str, *parts: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """A version: a hash over a stage's code version and exactly what it reads."""
    canonical = json.dumps([code_version, *parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_LENGTH]


def folder_of(campaign_id: str, stage: str, version: str) -> str:
    """Where a stage's output lives in the store."""
    return f"campaigns/{campaign_id}/{stage}/{version}"
