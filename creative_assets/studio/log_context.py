"""What a line of the log is about: run, campaign, variant, stage and generation.

Tasks and threads that are begun inside `about` keep it. How a line is written is `logs`'.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

SUBJECTS: Final = ("run", "campaign", "variant", "stage", "generation")

_SUBJECTS: ContextVar[MappingProxyType[str, str | None]] = ContextVar(
    "subjects", default=MappingProxyType(dict.fromkeys(SUBJECTS))
)


@contextmanager
def about(**subjects: str | None) -> Iterator[None]:
    """Lines that are logged in here are about these subjects too."""
    token = _SUBJECTS.set(MappingProxyType({**_SUBJECTS.get(), **subjects}))
    try:
        yield
    finally:
        _SUBJECTS.reset(token)


def subjects() -> dict[str, str | None]:
    """What a line that is logged now is about; None for what it is not."""
    return dict(_SUBJECTS.get())
