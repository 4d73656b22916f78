"""Models are asked in the words that their family knows."""

import pytest

from creative_assets.studio.models.families import image_family, native_size, text_family
from creative_assets.studio.values import Size


def size(text: str) -> Size:
    width, height = text.split("x")
    return Size(width_px=int(width), height_px=int(height))


@pytest.mark.parametrize(
    "model,length_parameter,parameters",
    [
        ("gpt-6-luna", "max_completion_tokens", {"reasoning_effort": "none"}),
        ("gpt-5.1", "max_completion_tokens", {"reasoning_effort": "none"}),
        ("gpt-5-mini", "max_completion_tokens", {"reasoning_effort": "minimal"}),
        ("o4-mini", "max_completion_tokens", {"reasoning_effort": "low"}),
        ("gpt-4o-mini", "max_completion_tokens", {}),
        ("qwen3-32b", "max_tokens", {}),
    ],
)
def test_a_text_model_belongs_to_the_family_with_the_longest_prefix(
    model: str, length_parameter: str, parameters: dict[str, str]
) -> None:
    family = text_family(model)

    assert (family.length_parameter, dict(family.parameters)) == (length_parameter, parameters)


@pytest.mark.parametrize(
    "model,edits",
    [
        ("gpt-image-2.6-flare", True),
        ("gpt-image-1-mini", True),
        ("dall-e-3", False),
        ("flux-dev", False),
    ],
)
def test_photos_go_only_to_models_that_take_them(model: str, edits: bool) -> None:  # noqa: FBT001 - a column of the table
    assert image_family(model).edits is edits


@pytest.mark.parametrize(
    "model,wanted,asked",
    [
        ("gpt-image-2.6-flare", "1080x1080", "1088x1088"),
        ("gpt-image-2.6-flare", "1080x1350", "1088x1360"),
        ("gpt-image-2.6-flare", "1024x1024", "1024x1024"),
        ("gpt-image-1", "1080x1080", "1024x1024"),
        ("gpt-image-1", "1080x1350", "1024x1536"),
        ("gpt-image-1", "1080x1920", "1024x1536"),
        ("gpt-image-1", "1920x1080", "1536x1024"),
        ("dall-e-3", "1080x1350", "1024x1024"),
        ("dall-e-3", "1080x1920", "1024x1792"),
        ("flux-dev", "1920x1080", "1792x1024"),
    ],
)
def test_a_model_is_asked_for_the_size_that_loses_least_in_cropping(
    model: str, wanted: str, asked: str
) -> None:
    assert native_size(model, size(wanted)) == size(asked)
