"""What each family of models accepts: parameters, sizes, qualities.

A model belongs to the family with the longest matching prefix. Only facts about models belong
here; the calls are in `client`.

Sources: the `openai` package's parameter types (3.54), OpenAI's model pages, and calls made by
compatible servers' users; checked on 2026-11-22.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from creative_assets.studio.values import Size

_SIDE_MULTIPLE_PX = 16


@dataclass(frozen=True)
class TextFamily:
    """Models that answer in text, and see pictures.

    Attributes:
        prefixes: How the names of its models begin.
        length_parameter: The parameter that caps the answer's length.
        parameters: Sent with every call. Reasoning is kept low: the tasks are short, and reasoning
            tokens are billed as output.
    """

    prefixes: tuple[str, ...]
    length_parameter: str = "max_completion_tokens"
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class ImageFamily:
    """Models that make pictures.

    Attributes:
        prefixes: How the names of its models begin.
        sizes: The sizes it makes; empty means any whose sides are multiples of 16.
        qualities: Our quality → the word that the family knows.
        edits: Whether it takes photos as references, by `images.edit`.
        parameters: Sent with every call.
    """

    prefixes: tuple[str, ...]
    sizes: tuple[Size, ...] = ()
    qualities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    edits: bool = True
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_SAME_QUALITIES = MappingProxyType({"low": "low", "medium": "medium", "high": "high"})
_SQUARE = Size(width_px=1024, height_px=1024)
_LEGACY_SIZES = (
    _SQUARE,
    Size(width_px=1792, height_px=1024),
    Size(width_px=1024, height_px=1792),
)
_GPT_IMAGE_1_SIZES = (
    _SQUARE,
    Size(width_px=1536, height_px=1024),
    Size(width_px=1024, height_px=1536),
)

# With no prefix that fits, the model is one of a compatible server: what all of those understand.
_ANY_TEXT = TextFamily(prefixes=("",), length_parameter="max_tokens")
_ANY_IMAGE = ImageFamily(
    prefixes=("",),
    sizes=_LEGACY_SIZES,
    edits=False,
    parameters=MappingProxyType({"response_format": "b64_json"}),
)

TEXT_FAMILIES = (
    TextFamily(
        prefixes=("gpt-6", "gpt-5.1", "gpt-5.2", "gpt-5.3", "gpt-5.4", "gpt-5.5"),
        parameters=MappingProxyType({"reasoning_effort": "none"}),
    ),
    TextFamily(
        prefixes=("gpt-5",),
        parameters=MappingProxyType({"reasoning_effort": "minimal"}),
    ),
    TextFamily(
        prefixes=("o1", "o3", "o4"),
        parameters=MappingProxyType({"reasoning_effort": "low"}),
    ),
    TextFamily(prefixes=("gpt-4",)),
    _ANY_TEXT,
)

IMAGE_FAMILIES = (
    ImageFamily(
        prefixes=("gpt-image-2",),
        qualities=_SAME_QUALITIES,
        parameters=MappingProxyType({"output_format": "jpeg"}),
    ),
    ImageFamily(
        prefixes=("gpt-image-1", "chatgpt-image"),
        sizes=_GPT_IMAGE_1_SIZES,
        qualities=_SAME_QUALITIES,
        parameters=MappingProxyType({"output_format": "jpeg"}),
    ),
    ImageFamily(
        prefixes=("dall-e-3",),
        sizes=_LEGACY_SIZES,
        qualities=MappingProxyType({"low": "standard", "medium": "standard", "high": "hd"}),
        edits=False,
        parameters=MappingProxyType({"response_format": "b64_json"}),
    ),
    _ANY_IMAGE,
)


def text_family(model: str) -> TextFamily:
    """The family of a text or vision model."""
    return max(TEXT_FAMILIES, key=lambda family: _match(model, family.prefixes))


def image_family(model: str) -> ImageFamily:
    """The family of an image model."""
    return max(IMAGE_FAMILIES, key=lambda family: _match(model, family.prefixes))


def native_size(model: str, wanted: Size) -> Size:
    """The size to ask `model` for, so that a picture of the `wanted` size can be cut from it.

    A family that makes any size gets the wanted one, rounded up to multiples of 16. Of fixed
    sizes, the one that loses the least of itself when cropped to the wanted ratio.
    """
    family = image_family(model)
    if not family.sizes:
        return Size(width_px=_rounded_up(wanted.width_px), height_px=_rounded_up(wanted.height_px))
    return max(
        family.sizes,
        key=lambda size: min(size.ratio / wanted.ratio, wanted.ratio / size.ratio),
    )


def _rounded_up(side_px: int) -> int:
    return -(-side_px // _SIDE_MULTIPLE_PX) * _SIDE_MULTIPLE_PX


def _match(model: str, prefixes: tuple[str, ...]) -> int:
    """Length of the longest prefix that fits, or -1."""
    return max((len(prefix) for prefix in prefixes if model.startswith(prefix)), default=-1)
