"""What asking a model comes to: the values that the client hands back.

Apart from the client, which imports the `openai` package: that takes over a second, and who only
names these values need not wait for it.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a model answered: a JSON document or a PNG, checked to be whole.

    Attributes:
        usage: The tokens that the service reports, in its own words; None where it reports none.
        attempts: Calls that it took.
        seconds: From the first call to the answer.
    """

    content: bytes
    media_type: str
    usage: dict[str, Any] | None
    request_id: str | None
    attempts: int = 1
    seconds: float = 0.0


@dataclass
class Spoiled:
    """Usage of answers that were paid for and could not be used, by one request.

    A usage is None where a call may have been billed and nobody knows at what.

    Attributes:
        lost: Further calls whose answers came without a readable usage, or not whole: a budget
            has to take them for billed.
    """

    attempts: int = 0
    usages: list[dict[str, Any] | None] = field(default_factory=list)
    lost: int = 0
