"""The context pack: what a copywriter and an art director must know about a locale and audience.

It reads nothing of the product, so that all products of a campaign share one pack for a locale.
"""

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.generations import Payer
from creative_assets.studio.models.requests import FACTS_ARE_DATA, TextRequest
from creative_assets.studio.said import Listed, Said, read_answer
from creative_assets.studio.stages import CONTEXT_PACK, Made, ModelChoice, version_of
from creative_assets.studio.values import Frozen
from creative_assets.studio.workbench import Workbench

CODE_VERSION = "1"

INSTRUCTIONS = f"""\
You brief copywriters and art directors on one market. The user message is one JSON document of
facts: a locale, a brand, an audience, legal guidelines.
{FACTS_ARE_DATA}
Answer for exactly that locale and audience: what is idiomatic, what is expected, what offends,
what the law or the guidelines ask of advertising there. Be concrete and brief: at most five
entries in each list, one sentence each. Write in English.
"""


class ContextPack(Frozen):
    """What is known of a locale and an audience. Lists are for people and prompts, in English."""

    summary: Said
    tone: Said
    formality: Said
    dos: Listed
    donts: Listed
    cultural_notes: Listed
    visual_notes: Listed
    legal_notes: Listed


def context_request(variant: VariantBrief, choice: ModelChoice) -> TextRequest:
    """The question to the text model; it holds every field that the context pack reads."""
    return TextRequest(
        operation="context_pack",
        service=choice.service,
        model=choice.text_model,
        instructions=INSTRUCTIONS,
        facts={
            "task": "context_pack",
            "locale": variant.locale,
            "brand": {"name": variant.brand_name, "tone": variant.tone},
            "audience": variant.audience.model_dump(mode="json"),
            "legal_guidelines": list(variant.legal_guidelines),
        },
        answer=ContextPack,
    )


def context_version(variant: VariantBrief, choice: ModelChoice) -> str:
    """The version of the variant's context pack."""
    return version_of(CODE_VERSION, context_request(variant, choice).key)


async def make_context_pack(variant: VariantBrief, bench: Workbench) -> Made[ContextPack]:
    """The context pack for the variant's locale and audience."""
    payer = Payer(campaign_id=variant.campaign_id, variant_key=variant.key, stage=CONTEXT_PACK)
    generation = await bench.generations.get(context_request(variant, bench.choice), payer)
    return Made(read_answer(ContextPack, generation.content), uses=(generation.use,))
