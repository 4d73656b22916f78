"""Amounts and moments as people read them, on pages and on terminals."""

from datetime import UTC, datetime

_CENT_USD = 0.01


def usd(amount: float | None) -> str:
    """An amount that was paid; None is one that is not known."""
    if amount is None:
        return "unknown cost"
    if 0 < amount < _CENT_USD:
        return "less than a cent"
    return f"USD {amount:,.2f}"


def moment(seconds: float) -> str:
    """A time, from seconds since the epoch."""
    return f"{datetime.fromtimestamp(seconds, UTC):%-d %b %Y, %H:%M} UTC"


def as_sentence(text: str) -> str:
    """The text with a capital at its start, and everything else as it is."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """The text with a full stop at its end, unless it ends a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
