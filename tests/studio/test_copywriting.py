"""Approved copy wins word for word, the legal line is the brief's, the rest is the model's."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from pydantic import ValidationError

from creative_assets.studio.brief import Message
from creative_assets.studio.context import make_context_pack
from creative_assets.studio.copywriting import (
    BackTranslation,
    CopyDraft,
    approved_first,
    copy_request,
    make_ad_copy,
)
from creative_assets.studio.produce import Job
from creative_assets.studio.workbench import Workbench

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

DRAFT = CopyDraft(
    headline="Langsam gebrüht",
    subline="Achtzehn Stunden kalt gezogen.",
    call_to_action="Jetzt probieren",
    alt_text="Eine Dose am Fjord",
    back_translation=BackTranslation(
        headline="Brewed slowly", subline="Steeped cold.", call_to_action="Try now"
    ),
)


def test_approved_fields_win_word_for_word_and_each_field_tells_its_source(
    brief: dict[str, Any], accepted: Accept
) -> None:
    brief["messages"] = {"en-US": {"headline": "Summer, steeped slow."}}
    brief["brand"]["legal_text"] = {"en": "While stocks last."}
    (job,) = accepted(brief)

    copy = approved_first(job.variant, DRAFT)

    assert copy.headline == "Summer, steeped slow."
    assert (copy.subline, copy.call_to_action) == (DRAFT.subline, DRAFT.call_to_action)
    assert copy.legal_line == "While stocks last."
    assert copy.sources == {"headline": "brief", "subline": "model", "call_to_action": "model"}
    assert copy.alt_text == DRAFT.alt_text


def test_without_approved_copy_and_legal_text_all_is_the_models(
    brief: dict[str, Any], accepted: Accept
) -> None:
    copy = approved_first(accepted(brief)[0].variant, DRAFT)

    assert (copy.headline, copy.legal_line) == (DRAFT.headline, None)
    assert set(copy.sources.values()) == {"model"}


def test_words_that_a_reviewer_typed_have_no_back_translation(
    brief: dict[str, Any], accepted: Accept
) -> None:
    brief["messages"] = {"en-US": {"subline": "Cold for 18 hours."}}
    typed = Message(headline="Langsam geröstet")

    copy = approved_first(accepted(brief)[0].variant, DRAFT, typed)

    assert copy.in_english == {
        "headline": None,
        "subline": "Steeped cold.",
        "call_to_action": "Try now",
    }


@pytest.mark.parametrize("field", ["headline", "subline", "call_to_action", "alt_text"])
def test_an_answer_with_an_empty_line_is_none(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        CopyDraft.model_validate(DRAFT.model_dump() | {field: ""})


async def test_the_question_holds_what_the_writer_must_know(
    brief: dict[str, Any], accepted: Accept, bench: Bench
) -> None:
    brief["target_locales"] = ["en-US", "de-DE"]
    brief["messages"] = {"en-US": {"headline": "Summer, steeped slow."}}
    brief["brand"]["banned_words"] = {"*": ["cheap"], "de": ["billig"], "en-US": ["free"]}
    german, english = sorted(accepted(brief), key=lambda job: job.variant.locale)
    async with bench() as opened:
        facts = copy_request(german.variant, None, opened.choice, 3).facts
        approved = copy_request(english.variant, None, opened.choice, 1).facts

    assert facts["banned_words"] == ["billig", "cheap"]
    assert facts["reference"] == {"locale": "en-US", "headline": "Summer, steeped slow."}
    assert (facts["approved"], facts["take"]) == (None, 3)
    assert approved["approved"] == {"headline": "Summer, steeped slow."}
    assert approved["reference"] is None


async def test_copy_is_written_from_the_context_and_a_new_take_is_other_copy(
    brief: dict[str, Any], accepted: Accept, bench: Bench
) -> None:
    (job,) = accepted(brief)
    async with bench() as opened, opened.generations.holding():
        pack = (await make_context_pack(job.variant, opened)).data
        first = await make_ad_copy(job.variant, pack, 1, opened)
        again = await make_ad_copy(job.variant, pack, 1, opened)
        second = await make_ad_copy(job.variant, pack, 2, opened)

    assert first.data == again.data
    assert first.data.headline != second.data.headline
    assert [use.take for made in (first, second) for use in made.uses] == [1, 2]
