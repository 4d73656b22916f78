"""The error tree of the studio.

    CreativeAssetsError
    ├── PermanentError            never retried: the same request would fail the same way
    │   ├── BriefError            the brief is wrong; carries all its problems
    │   ├── ContentRefusedError   the model's policy refused the content
    │   ├── ModelRetiredError     the configured model is gone
    │   ├── RequestRejectedError  the service will not take this request (key, quota, parameters)
    │   ├── BudgetSpentError      the campaign's budget does not allow the call
    │   ├── MissingInputError     something that an earlier step makes is not there
    │   ├── StoreConflictError    other bytes already stand under a path that is written once
    │   ├── DecisionConflictError what a decision is about has changed since it was looked at
    │   ├── ApprovalBlockedError  a failed check stands against an approval
    │   ├── DecisionRejectedError a decision that does not say what it has to
    │   ├── KeyReusedError        an idempotency key that stands for another request already
    │   ├── NotApprovedError      finals that are to be published without an approval of their bytes
    │   ├── StoppedError          the run is being stopped: no new call is begun
    │   └── RenderError           pixels that cannot be made right (glyph, shaper, font, picture)
    └── TransientError            worth another attempt, inside one deadline
        ├── RateLimitedError      the service asks for patience, and may say for how long
        ├── ServerFaultError      the service failed, or the connection did
        ├── DeadlineError         no answer in time
        ├── RequestUnderWayError  the same request, with the same key, is being answered
        └── BrokenPayloadError    an answer that is not what was asked for

Every message says what happened, to which thing, what was expected, and how to fix it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from creative_assets.studio.in_words import ended


class CreativeAssetsError(Exception):
    """Anything that the studio raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """As it stands, whatever its kind is made from: it may come from another process."""
        return _as_it_stood, (type(self), self.args, self.__dict__)


def _as_it_stood(
    kind: type[CreativeAssetsError], said: tuple[Any, ...], fields: dict[str, Any]
) -> CreativeAssetsError:
    error = kind.__new__(kind)
    error.args = said
    error.__dict__.update(fields)
    return error


class PermanentError(CreativeAssetsError):
    """The same request would fail in the same way: not retried."""


class TransientError(CreativeAssetsError):
    """Another attempt may succeed."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a brief.

    Attributes:
        field: Path of the field, such as `products[1].id`; empty for the document as a whole.
        found: What stands there, shortened.
        expected: What would be right.
        fix: What the author can do about it.
    """

    field: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        """One line for terminals and logs."""
        place = self.field or "the brief"
        return f"{place}: found {self.found}; {ended(f'expected {self.expected}')} {self.fix}"


class BriefError(PermanentError):
    """The brief is wrong. `problems` holds all that is wrong with it, never only the first."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """Name the brief's `source` (a path) and its `problems`."""
        self.source = source
        self.problems = tuple(problems)
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{source} has {count} {noun}:\n{lines}")


class ContentRefusedError(PermanentError):
    """The model's policy refused the content. Not bought again by a retry."""

    def __init__(self, message: str, categories: Sequence[str] = ()) -> None:
        """Keep the policy's `categories`, such as `violence`, beside the message."""
        self.categories = tuple(categories)
        super().__init__(message)


class ModelRetiredError(PermanentError):
    """The configured model is gone, or was never there."""


class RequestRejectedError(PermanentError):
    """The service will not take this request: key, quota, permission or parameters.

    `everywhere` is true where every other call would be rejected for the same reason.
    """

    def __init__(self, message: str, *, everywhere: bool = False) -> None:
        """Say with `everywhere` whether going on with other variants is pointless."""
        self.everywhere = everywhere
        super().__init__(message)


class BudgetSpentError(PermanentError):
    """A call that could exceed the campaign's budget; it was not made."""


class MissingInputError(PermanentError):
    """Something that an earlier step makes, or the user gives, is not there."""


class StoreConflictError(PermanentError):
    """Other bytes already stand under a path that is written once."""


class DecisionConflictError(PermanentError):
    """What a decision is about has changed, or was decided by another, since it was looked at."""


class ApprovalBlockedError(PermanentError):
    """A failed check stands against an approval, and no reason was given to override it."""


class DecisionRejectedError(PermanentError):
    """A decision that does not say what it has to, or says what does not go together.

    `field` names what is missing, where it is one field.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        """Say what is wrong, and in which field."""
        self.field = field
        super().__init__(message)


class KeyReusedError(PermanentError):
    """An idempotency key that stands for another request already."""


class NotApprovedError(PermanentError):
    """Finals that are to be published, and no approval of exactly these bytes stands."""


class StoppedError(PermanentError):
    """The run is being stopped, so no new call is begun. Says nothing about the variant."""


class RenderError(PermanentError):
    """Pixels that cannot be made right: a missing glyph, shaper or font, or a broken picture."""


class RateLimitedError(TransientError):
    """The service asks for patience. `retry_after_s` is how long, where it said so."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        """Keep what the service said about when to come back, in seconds."""
        self.retry_after_s = retry_after_s
        super().__init__(message)


class ServerFaultError(TransientError):
    """The service failed, or the connection to it did."""


class DeadlineError(TransientError):
    """No whole answer in time."""


class RequestUnderWayError(TransientError):
    """The same request, with the same idempotency key, is being answered."""


class BrokenPayloadError(TransientError):
    """An answer came, but it is not what was asked for."""
