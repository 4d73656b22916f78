"""Ad copy: headline, subline, call to action, legal line, alt text, back-translation.

Words that a reviewer gave win, word for word, over copy that is approved in the brief, and that
over generated copy. The legal line is the brief's and never a model's. Setting the text into a
picture is `finals`' matter.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from creative_assets.studio.brief import Message, Reference, VariantBrief
from creative_assets.studio.context import ContextPack
from creative_assets.studio.generations import Payer
from creative_assets.studio.models.requests import FACTS_ARE_DATA, TextRequest
from creative_assets.studio.revision import UNREVISED, Revision
from creative_assets.studio.said import Said, read_answer
from creative_assets.studio.stages import AD_COPY, Made, ModelChoice, version_of
from creative_assets.studio.values import Frozen
from creative_assets.studio.workbench import Workbench

CODE_VERSION = "1"

MAX_CHARACTERS = {"headline": 40, "subline": 90, "call_to_action": 18}

INSTRUCTIONS = f"""\
You write advertising copy as a native speaker of the locale. The user message is one JSON
document of facts: brand, product, audience, context, banned words.
{FACTS_ARE_DATA}
Write in the locale's language and script:
- headline: at most {MAX_CHARACTERS["headline"]} characters, one idea, no full stop needed
- subline: at most {MAX_CHARACTERS["subline"]} characters, what the product does for this audience
- call_to_action: at most {MAX_CHARACTERS["call_to_action"]} characters
- alt_text: one sentence that describes the ad's picture for people who cannot see it
- back_translation: headline, subline and call to action, literally, in English
Use none of the banned words in any form. Promise nothing that the facts do not hold, and name no
price or percentage. Fields given under `approved` are fixed: repeat them letter for letter. Where
`reference` is given, carry its idea over; do not translate word by word. Where `feedback` is
given, a reviewer asked for it: follow it.
"""

Source = Literal["reviewer", "brief", "model"]


class BackTranslation(Frozen):
    """The copy in English, for a reviewer who does not read the locale's language."""

    headline: Said
    subline: Said
    call_to_action: Said


class CopyDraft(Frozen):
    """What the text model answers."""

    headline: Said = Field(min_length=1)
    subline: Said = Field(min_length=1)
    call_to_action: Said = Field(min_length=1)
    alt_text: Said = Field(min_length=1)
    back_translation: BackTranslation


class AdCopy(Frozen):
    """The copy of one variant.

    Attributes:
        back_translation: Of the model's draft; `in_english` is of the copy.
        sources: Field → who wrote it.
    """

    headline: str
    subline: str
    call_to_action: str
    legal_line: str | None
    alt_text: str
    back_translation: BackTranslation
    sources: dict[str, Source]

    @property
    def in_english(self) -> dict[str, str | None]:
        """Field → its back-translation; None for a reviewer's words, which no model has read."""
        return {
            field: None if self.sources.get(field) == "reviewer" else english
            for field, english in self.back_translation.model_dump().items()
        }


def copy_request(
    variant: VariantBrief,
    context: ContextPack | None,
    choice: ModelChoice,
    take: int,
    notes: Sequence[str] = (),
) -> TextRequest:
    """The question to the text model; `context` is None only where a version is computed.

    Words that a reviewer gave are not in it, so that they are taken without another call.
    """
    return TextRequest(
        operation="ad_copy",
        service=choice.service,
        model=choice.text_model,
        instructions=INSTRUCTIONS,
        facts={
            "task": "ad_copy",
            "locale": variant.locale,
            "brand": {"name": variant.brand_name, "tone": variant.tone},
            "product": {
                "id": variant.product_id,
                "name": variant.product_name,
                "description": variant.product_description,
            },
            "audience": variant.audience.model_dump(mode="json"),
            "context": context and context.model_dump(mode="json"),
            "banned_words": list(variant.banned_words),
            "approved": variant.approved and variant.approved.model_dump(exclude_none=True),
            "reference": variant.reference and _flat(variant.reference),
            "take": take,
            "feedback": "\n".join(notes) or None,
        },
        answer=CopyDraft,
        take=take,
    )


def _flat(reference: Reference) -> dict[str, str]:
    return {"locale": reference.locale, **reference.message.model_dump(exclude_none=True)}


def copy_version(
    variant: VariantBrief,
    choice: ModelChoice,
    take: int,
    context_version: str,
    revision: Revision = UNREVISED,
) -> str:
    """The version of the variant's copy."""
    asked = copy_request(variant, None, choice, take, revision.copy_notes).key
    words = revision.words and revision.words.model_dump()
    return version_of(CODE_VERSION, asked, variant.legal_line, context_version, words)


async def make_ad_copy(
    variant: VariantBrief,
    context: ContextPack,
    take: int,
    bench: Workbench,
    revision: Revision = UNREVISED,
) -> Made[AdCopy]:
    """The variant's copy: a reviewer's own words first, then the brief's."""
    payer = Payer(campaign_id=variant.campaign_id, variant_key=variant.key, stage=AD_COPY)
    request = copy_request(variant, context, bench.choice, take, revision.copy_notes)
    generation = await bench.generations.get(request, payer)
    draft = read_answer(CopyDraft, generation.content)
    return Made(approved_first(variant, draft, revision.words), uses=(generation.use,))


def approved_first(variant: VariantBrief, draft: CopyDraft, words: Message | None = None) -> AdCopy:
    """The draft, with every field that people have given in their own words."""
    fields = ("headline", "subline", "call_to_action")
    texts = {name: getattr(draft, name) for name in fields}
    sources: dict[str, Source] = dict.fromkeys(fields, "model")
    given: tuple[tuple[Source, Message | None], ...] = (
        ("brief", variant.approved),
        ("reviewer", words),
    )
    for source, message in given:
        own = message.model_dump(exclude_none=True) if message else {}
        texts |= own
        sources |= dict.fromkeys(own, source)
    return AdCopy(
        **texts,
        legal_line=variant.legal_line,
        alt_text=draft.alt_text,
        back_translation=draft.back_translation,
        sources=sources,
    )
