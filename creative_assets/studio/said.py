"""What models answer in words, and reviewers note: checked as any stranger's, before it is kept.

The JSON Schema that a model is asked for does not change with these rules: what breaks one is a
broken answer, and is asked for again. What an advertisement may say is judged in `checks`.
"""

import re
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError

from creative_assets.studio.errors import BrokenPayloadError
from creative_assets.studio.problems import refusal
from creative_assets.studio.rules import HIDDEN, one_line, visible

MAX_SAID: Final = 600
MAX_LISTED: Final = 20

_ANEW = "Ask for new words."
_Model = TypeVar("_Model", bound=BaseModel)


def _said(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > MAX_SAID:
        raise refusal(f"at most {MAX_SAID} characters, not {len(words)}", _ANEW)
    if text and not words:
        raise refusal("words, not only spaces", _ANEW)
    hidden = HIDDEN.search(words)
    if hidden:
        raise refusal(f"no invisible character, such as U+{ord(hidden[0]):04X}", _ANEW)
    return words


def _few(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) > MAX_LISTED:
        raise refusal(f"at most {MAX_LISTED} entries, not {len(texts)}", _ANEW)
    return texts


def _as_typed(text: str) -> str:
    """Lines end as they are kept everywhere, whatever form or clipboard they came by."""
    return visible(re.sub(r"[\t\r]", " ", text.replace("\r\n", "\n")))


Said = Annotated[str, AfterValidator(_said)]
"""A text by a model: in one line, without invisible characters, no endless one."""

Listed = Annotated[tuple[Said, ...], AfterValidator(_few)]
"""Texts by a model, not endlessly many."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(one_line),
]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(_as_typed)
]


def read_answer(kind: type[_Model], content: bytes) -> _Model:
    """A kept answer of a model.

    Raises:
        BrokenPayloadError: It was kept under other rules, and breaks those of today.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BrokenPayloadError(
            f"The kept {kind.__name__} cannot be used any more: {place}: {first['msg']}. Ask for a "
            "new take."
        ) from error
