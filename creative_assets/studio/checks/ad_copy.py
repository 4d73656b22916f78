"""The check of the copy: nothing banned or unapproved, the right language, every word in place.

What the words are is judged here; whether they can be read on the final is `legibility`'s.
"""

import re
from collections.abc import Iterator
from functools import partial

from icu4py.breakers import CharacterBreaker

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.claims import Claim, claims_in
from creative_assets.studio.checks.folding import banned_words_in
from creative_assets.studio.checks.languages import foreign_language, script_share
from creative_assets.studio.checks.specimen import FinalFile, Specimen, Verdict
from creative_assets.studio.compose.texts import Role, spared_roles
from creative_assets.studio.copywriting import MAX_CHARACTERS, AdCopy
from creative_assets.studio.formats import all_text_limits
from creative_assets.studio.locales import english_name

_TEXTS: tuple[Role, ...] = ("headline", "subline", "call_to_action")
# A name in Latin letters, or `今すぐCHECK`, is usual; a whole line is not.
_SHARE_OF_A_TEXT, _SHARE_OF_ALL = 0.3, 0.6

_finding = partial(Finding, check="copy", format=None)


def check_copy(specimen: Specimen) -> Verdict:
    """Everything that is wrong with the words of a variant."""
    variant, copy = specimen.variant, specimen.copy
    findings = (
        *_banned(variant, copy),
        *_lengths(copy),
        *_lengths_by_channel(variant, copy),
        *_foreign(variant, copy),
        *_claims(variant, copy),
        *(finding for final in specimen.finals for finding in _set_words(final, variant, copy)),
    )
    share = script_share(" ".join(_generated(copy).values()), variant.locale, _names(variant))
    return Verdict(findings, {"script_share": round(share, 3)})


def _banned(variant: VariantBrief, copy: AdCopy) -> Iterator[Finding]:
    for field in (*_TEXTS, "alt_text"):
        text = getattr(copy, field)
        for word in banned_words_in(text, variant.banned_words, variant.locale):
            yield _finding(
                rule="banned-word",
                message=f"The {_spoken(field)} has the banned word {word!r}: {text!r}. Ask for new "
                "copy, or take the word from the brief's list.",
            )


def _lengths(copy: AdCopy) -> Iterator[Finding]:
    for field, text in _generated(copy).items():
        most, length = MAX_CHARACTERS.get(field), _length(text)
        if most is not None and length > most:
            yield _finding(
                rule="length",
                message=f"The {_spoken(field)} has {length} characters; a model is asked for at "
                f"most {most}: {text!r}. Ask for new copy.",
                numbers={"characters": length, "characters_allowed": most},
            )


def _lengths_by_channel(variant: VariantBrief, copy: AdCopy) -> Iterator[Finding]:
    """Approved copy too: where people enter it beside the image, it would be cut or refused."""
    for limit in all_text_limits():
        if not set(limit.formats) & set(variant.formats):
            continue
        for role, most in limit.characters.items():
            length = _length(getattr(copy, role))
            if length > most:
                yield _finding(
                    rule="channel-length",
                    message=f"The {_spoken(role)} has {length} characters; {limit.name} takes at "
                    f"most {most}. Shorten it, or enter a shorter one there.",
                    numbers={"characters": length, "characters_allowed": most},
                )


def _length(text: str) -> int:
    """In characters as a reader counts them."""
    return sum(1 for _ in CharacterBreaker(text, "en"))


def _foreign(variant: VariantBrief, copy: AdCopy) -> Iterator[Finding]:
    locale, names = variant.locale, _names(variant)
    texts = _generated(copy)
    shares = {field: script_share(text, locale, names) for field, text in texts.items()}
    shares["copy as a whole"] = script_share(" ".join(texts.values()), locale, names)
    for field, share in shares.items():
        least = _SHARE_OF_A_TEXT if field in texts else _SHARE_OF_ALL
        if share < least:
            yield _finding(
                rule="script",
                message=f"Of the letters in the {_spoken(field)}, {share:.0%} are in the script of "
                f"{english_name(locale)}; at least {least:.0%} expected. Ask for new copy.",
                numbers={"script_share": round(share, 3), "script_share_needed": least},
            )
            return
    language = foreign_language(". ".join(texts.values()), locale, names)
    if language is not None:
        yield _finding(
            rule="language",
            message=f"The copy reads as {english_name(language)}; expected {english_name(locale)}. "
            "Ask for new copy.",
        )


def _claims(variant: VariantBrief, copy: AdCopy) -> Iterator[Finding]:
    approved = {
        (claim.kind, claim.value)
        for text in _approved_texts(variant)
        for claim in claims_in(text, variant.locale)
        # A description is there to be written from; it may quote whom nobody wants to send to.
        if claim.kind != "address" or text != variant.product_description
    }
    for field, text in _generated(copy).items():
        for claim in claims_in(text, variant.locale):
            if (claim.kind, claim.value) not in approved:
                yield _unapproved(field, claim, text)


def _unapproved(field: str, claim: Claim, text: str) -> Finding:
    return _finding(
        rule="claim",
        message=f"The {_spoken(field)} has the {claim.kind} {claim.words!r}, which is neither in "
        f"the brief nor in approved copy: {text!r}. Ask for new copy, or approve this one.",
    )


def _set_words(final: FinalFile, variant: VariantBrief, copy: AdCopy) -> Iterator[Finding]:
    """What is set on a final, against the copy."""
    blocks = {block.role: block for block in final.text.blocks}
    roles = final.format.text_roles
    for role in (role for role in _TEXTS if role in roles):
        block = blocks.get(role)
        if role not in final.format.text_roles and block is None:
            continue
        found = "".join(block.lines) if block else ""
        may_go = role in spared_roles(final.plan.size)
        if not (may_go and block is None) and _letters(found) != _letters(getattr(copy, role)):
            yield Finding(
                check="copy",
                format=final.plan.format,
                rule="set-copy",
                message=f"The {_spoken(role)} on the final reads {found!r}; the copy says "
                f"{getattr(copy, role)!r}. Materialize final_creatives again.",
                evidence=block and block.box,
            )
    legal = blocks.get("legal_line")
    found = "".join(legal.lines) if legal else ""
    has_room = legal is not None or "legal_line" in final.format.text_roles
    if has_room and _letters(found) != _letters(variant.legal_line or ""):
        yield Finding(
            check="copy",
            format=final.plan.format,
            rule="legal-line",
            message=f"The legal line on the final reads {found or 'nothing'!r}; the brief says "
            f"{variant.legal_line or 'nothing'!r}. Materialize final_creatives again.",
            evidence=legal and legal.box,
        )


def _generated(copy: AdCopy) -> dict[str, str]:
    """The texts that a model wrote, by field; what the brief says itself needs no approval."""
    written = {field: getattr(copy, field) for field in _TEXTS if copy.sources[field] == "model"}
    return written | {"alt_text": copy.alt_text}


def _approved_texts(variant: VariantBrief) -> Iterator[str]:
    yield from (variant.brand_name, variant.product_name, variant.product_description)
    yield variant.legal_line or ""
    for message in (variant.approved, variant.reference and variant.reference.message):
        if message:
            yield from (text for text in message.model_dump().values() if text)


def _names(variant: VariantBrief) -> tuple[str, str]:
    return (variant.product_name, variant.brand_name)


def _letters(text: str) -> str:
    """The text without what a line break adds or takes: spaces, hyphens, soft hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def _spoken(field: str) -> str:
    return field.replace("_", " ")
