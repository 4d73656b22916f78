"""Finals have their format's exact size, the brief's file type, and say what they are."""

import io
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from PIL import Image, ImageChops

from creative_assets.resources.opening import Archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.serve import StandIn
from creative_assets.studio.finals import FinalCreatives
from creative_assets.studio.images import open_picture
from creative_assets.studio.produce import Event, Job, StageDone, kept_output, produce
from creative_assets.studio.provenance import (
    COMPOSITE_SOURCE,
    MODEL_SOURCE,
    PROCEDURAL_SOURCE,
    read_marks,
)
from creative_assets.studio.stages import AD_COPY, FINAL_CREATIVES, STAGES
from creative_assets.studio.store import open_store

Accept = Callable[[dict[str, Any]], list[Job]]


async def finals_of(job: Job, settings: Settings, archive: Archive) -> tuple[FinalCreatives, Any]:
    """The finals of one variant, and its copy."""
    events: list[Event] = []
    async with open_workbench(settings, archive) as bench:
        await produce([job], STAGES, bench, events.append, variants_in_flight=1)
    outputs = {event.output.stage: event.output for event in events if isinstance(event, StageDone)}
    final = outputs[FINAL_CREATIVES]
    assert final == kept_output(
        job.variant.campaign_id, FINAL_CREATIVES, final.version, archive.store
    )
    return final.data, outputs[AD_COPY].data


async def test_each_file_type_comes_out_at_the_exact_size_with_marks_and_only_the_export_again(
    brief: dict[str, Any], accepted: Accept, settings: Settings, archive: Archive
) -> None:
    for file_type, kind in (("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")):
        brief["output"]["file_type"] = file_type
        (job,) = accepted(brief)

        finals, copy = await finals_of(job, settings, archive)

        (final,) = finals.finals
        content = archive.store.get_verified(final.file)
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, picture.size, picture.mode) == (kind, (1080, 1080), "RGB")
        marks = read_marks(content)
        assert marks is not None
        assert marks.alt_text == copy.alt_text
        assert marks.title == "Nordlys: Cold Brew"
        assert marks.stand_in
        assert marks.digital_source_type == PROCEDURAL_SOURCE
    # Three file types of one picture: its generations were made once.
    assert sum(row.generations for row in archive.records.spending.lines()) == 5


async def test_what_a_model_made_is_marked_as_its_work(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive
) -> None:
    brief["brand"]["legal_text"] = {"*": "While stocks last."}
    (job,) = accepted(brief)

    finals, copy = await finals_of(job, served, archive)

    (final,) = finals.finals
    marks = read_marks(archive.store.get_verified(final.file))
    assert marks is not None
    assert (marks.stand_in, marks.digital_source_type) == (False, COMPOSITE_SOURCE)
    assert marks.ai_version == served.image_model
    assert marks.ai_system == f"{served.image_model} at {served.service}"
    written = {block.role: " ".join(block.lines) for block in final.text.blocks}
    assert written["headline"] == copy.headline
    assert written["legal_line"] == "While stocks last."


async def test_the_brands_own_font_sets_the_text_and_is_kept_with_the_brief(
    brief: dict[str, Any], accepted: Accept, settings: Settings, archive: Archive
) -> None:
    (plain,) = accepted(brief)
    before, _ = await finals_of(plain, settings, archive)
    fonts = files("justmytype_western_core") / "fonts" / "ofl"
    inbox = open_store(settings.inbox_url)
    inbox.put("serif.ttf", (fonts / "notoserif" / "NotoSerif[wdth,wght].ttf").read_bytes())
    brief["brand"]["fonts"] = ["serif.ttf"]
    (job,) = accepted(brief)
    inbox.delete("serif.ttf")

    after, _ = await finals_of(job, settings, archive)

    assert {block.font for block in before.finals[0].text.blocks} == {"Noto Sans"}
    assert {block.font for block in after.finals[0].text.blocks} == {"Noto Serif (serif.ttf)"}
    assert after.finals[0].file.path != before.finals[0].file.path
    # Only the text is set anew.
    assert sum(row.generations for row in archive.records.spending.lines()) == 5


async def test_a_clean_twin_is_the_models_own_picture_in_the_finals_own_crop(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive
) -> None:
    brief["output"] = {"aspect_ratios": ["1x1"], "clean_twins": True}
    (job,) = accepted(brief)

    finals, _ = await finals_of(job, served, archive)

    (final,), (twin,) = finals.finals, finals.clean
    marks = read_marks(archive.store.get_verified(twin.file))
    assert marks is not None
    assert marks.digital_source_type == MODEL_SOURCE
    assert (twin.name, twin.size) == ("1x1-clean", final.size)
    shown, clean = (
        open_picture(archive.store.get_verified(each.file), each.file.path)
        for each in (final, twin)
    )
    difference = ImageChops.difference(shown, clean).convert("L").point(lambda v: 255 * (v > 40))
    (headline, *_) = final.text.blocks
    assert difference.crop(headline.box.corners).getbbox() is not None
    above_text = (400, 300, 680, 420)  # in the frame's middle, where no logo goes
    assert difference.crop(above_text).getbbox() is None


async def test_where_text_and_logo_are_forbidden_the_picture_comes_clean_and_within_its_bytes(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive, stand_in: StandIn
) -> None:
    brief["output"] = {"channels": ["walmart"], "file_type": "png"}
    (job,) = accepted(brief)

    finals, _ = await finals_of(job, served, archive)

    (clean,) = finals.clean
    assert finals.finals == ()
    assert clean.file.size_bytes <= 1_000_000
    assert "logo_spot" not in {call.operation for call in stand_in.requests()}


async def test_a_banner_gets_the_texts_that_can_be_read_on_it(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive
) -> None:
    brief["output"] = {"channels": ["display-728x90", "display-160x600"]}
    (job,) = accepted(brief)

    finals, _ = await finals_of(job, served, archive)

    for final in finals.finals:
        assert [block.role for block in final.text.blocks] == ["headline", "call_to_action"]
        assert final.file.size_bytes <= 150_000


@pytest.mark.parametrize("locale", ["ja-JP", "ar-AE"])
async def test_copy_in_any_script_is_set_whole(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive, locale: str
) -> None:
    (job,) = accepted(brief | {"target_locales": [locale]})

    finals, copy = await finals_of(job, served, archive)

    (headline,) = [block for block in finals.finals[0].text.blocks if block.role == "headline"]
    assert "".join("".join(headline.lines).split()) == "".join(copy.headline.split())
