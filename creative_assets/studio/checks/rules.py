"""What the checks can find: each rule with its check, its usual severity, and what it asks.

Data only. `error` is what would embarrass the brand, or be refused by a channel; `warn` is for a
reviewer's eye. Settings may change the severity of a rule.
"""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from creative_assets.studio.checks import Check, Severity

COULD_NOT_RUN = "could-not-run"


class Rule(NamedTuple):
    """What a finding is about. `check` is None where any check can find it."""

    check: Check | None
    severity: Severity
    asks: str


RULES: Mapping[str, Rule] = {
    "pixels": Rule("specification", "error", "Exactly the format's width and height."),
    "file-type": Rule("specification", "error", "A file type that the brief and format allow."),
    "bytes": Rule("specification", "error", "No more bytes than the format takes."),
    "profile": Rule("specification", "warn", "The one sRGB profile is embedded."),
    "marks": Rule("specification", "error", "Says how it was made, in IPTC's and XMP's fields."),
    "blank": Rule("specification", "error", "Shows something: not one even colour."),
    "upscale": Rule("specification", "warn", "Not enlarged beyond the limit."),
    "contrast": Rule(
        "legibility", "error", "Each line's ink against the worst 5 % of the pixels behind it."
    ),
    "ink": Rule("legibility", "error", "The letters that should be there are there, and whole."),
    "text-size": Rule("legibility", "error", "Large enough as a phone shows the format."),
    "safe-zone": Rule("legibility", "error", "Text and logo are inside the format's safe zone."),
    "text-collision": Rule("legibility", "error", "Text lies over no text, logo or subject."),
    "logo": Rule("brand", "error", "The logo is found at its place, in its own proportions."),
    "logo-contrast": Rule("brand", "error", "The logo stands out from what is behind it."),
    "logo-clear-space": Rule("brand", "error", "Nothing is set in the logo's clear space."),
    "brand-color": Rule("brand", "error", "The button has the brand's own colour."),
    "banned-word": Rule("copy", "error", "No banned word, in any form or disguise."),
    "length": Rule("copy", "warn", "No longer than a model is asked for."),
    "channel-length": Rule("copy", "warn", "No longer than the formats' channels take beside it."),
    "script": Rule("copy", "error", "Written in the script of the locale."),
    "language": Rule("copy", "error", "Written in the language of the locale."),
    "legal-line": Rule("copy", "error", "The brief's legal line, letter for letter."),
    "set-copy": Rule("copy", "error", "The words on the final are the words of the copy."),
    "claim": Rule("copy", "error", "No price, percentage or address that nobody approved."),
    "lettering": Rule("picture", "warn", "No lettering in the generated picture."),
    "second-logo": Rule("picture", "error", "The brand's logo is not in the generated picture."),
    "product": Rule("picture", "error", "The product is the one on its photos."),
    COULD_NOT_RUN: Rule(None, "error", "The check could run: what could not is no pass."),
}


def _known(name: str) -> str:
    if name not in RULES:
        raise ValueError(f"There is no rule {name!r}; the rules are {', '.join(RULES)}.")
    return name


RuleName = Annotated[str, AfterValidator(_known)]


def severities(changed: Mapping[str, Severity]) -> dict[str, Severity]:
    """Rule → its severity: the usual one where it is not among the `changed`."""
    return {name: changed.get(name, rule.severity) for name, rule in RULES.items()}
