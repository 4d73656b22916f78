"""Dead letters: which variants have failed, why, at what cost, and what people can do about it.

The records know it first. In the store a letter stands for each, for whoever has no access to the
records; it goes when its variant is done. Who is told of it belongs to the sensors.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from pydantic import AwareDatetime

from creative_assets.studio.errors import (
    CreativeAssetsError,
    MissingInputError,
    RequestRejectedError,
)
from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.store import Store
from creative_assets.studio.values import Frozen

FOLDER: Final = "dead_letters"

_LATER = (
    "The model service was overloaded or not well, and nothing is wrong with the brief: retry it "
    "later."
)
WHAT_TO_DO: Final = MappingProxyType(
    {
        "BriefError": "Correct what the message names in the brief, and submit it again.",
        "ContentRefusedError": (
            "The model's policy refused the content: change the brief's wording or the photo, and "
            "submit it again. Retrying as it is would be refused again."
        ),
        "RequestRejectedError": (
            "The model service does not take the request: its key, balance, permission or "
            "parameters need the operators. Nothing is wrong with the brief."
        ),
        "BudgetSpentError": (
            "The campaign's budget does not allow the next call: raise `budget_usd` in the brief, "
            "and the variant goes on by itself."
        ),
        "ModelRetiredError": (
            "The model is not offered any more: the operators have to choose another. Nothing is "
            "wrong with the brief."
        ),
        "RateLimitedError": _LATER,
        "ServerFaultError": _LATER,
        "DeadlineError": _LATER,
        "BrokenPayloadError": _LATER,
        "RenderError": (
            "Something cannot be drawn right, such as a character that no font has or a logo that "
            "cannot be read on the picture: the message says what to change in the brief."
        ),
        "MissingInputError": (
            "Something that the variant is made from is not there: select all stages, or submit "
            "the brief again; where the message names a file in the store, tell the operators."
        ),
        "StoreConflictError": (
            "A file that is written once was changed by somebody: the operators have to put it "
            "back, or take it away."
        ),
    }
)
"""Class of an error → what somebody who knows the campaign, and no program, can do about it."""

OTHERWISE: Final = (
    "This should not happen: tell the operators, with the message. Nothing is wrong with the brief."
)


class DeadLetter(Frozen):
    """A variant that has failed.

    Attributes:
        attempts: Calls to models that were made for it, in all runs.
        cost_usd: What was paid for it so far; None where that is unknown.
        run_id: The run in which it failed; None where no run has told.
    """

    variant_key: str
    stage: str
    error_class: str
    message: str
    what_to_do: str
    attempts: int
    cost_usd: float | None
    run_id: str | None
    failed_at: AwareDatetime


def what_to_do(error_class: str) -> str:
    """What people can do about errors of this class, in one or two sentences."""
    return WHAT_TO_DO.get(error_class, OTHERWISE)


def letter_of(row: VariantRow) -> DeadLetter:
    """The letter of a variant whose newest run failed."""
    error_class = row.error_class or CreativeAssetsError.__name__
    return DeadLetter(
        variant_key=row.key,
        stage=row.failed_stage or "",
        error_class=error_class,
        message=row.error_message or "",
        what_to_do=what_to_do(error_class),
        attempts=row.attempts,
        cost_usd=row.cost_usd,
        run_id=row.run_id,
        failed_at=datetime.fromtimestamp(row.updated_at, UTC),
    )


def dead_letters(patterns: Collection[str], records: Records) -> list[DeadLetter]:
    """The letters of the failed variants that a brief names and one of the patterns matches."""
    return [letter_of(row) for row in records.variants.failed() if _matches_any(row.key, patterns)]


def retry(patterns: Collection[str], records: Records) -> list[str]:
    """Let what has failed, and one of the patterns matches, wait for a launch again; its keys.

    What ends a run keeps it from beginning other variants: they go along.

    Raises:
        MissingInputError: Nothing that matches has failed.
    """
    letters = dead_letters(patterns, records)
    if not letters:
        raise MissingInputError(
            f"No variant that has failed matches {', '.join(patterns)}. `creative-assets failures` "
            "lists them; quote a pattern, so that the shell leaves its * alone."
        )
    keys = [letter.variant_key for letter in letters]
    if any(letter.error_class == RequestRejectedError.__name__ for letter in letters):
        waiting = [row.key for row in records.variants.waiting_for_runs()]
        keys += [key for key in waiting if _matches_any(key, patterns)]
    records.variants.relaunch(keys)
    return keys


def deliver(campaign_ids: Iterable[str], store: Store, records: Records, run_id: str) -> None:
    """Put the letters of what failed in the run into the store; take away those of what is done.

    A letter that a crash has kept back is made up for. One that waits for its retry stays.
    """
    for campaign_id in sorted(set(campaign_ids)):
        there = store.find(f"{FOLDER}/{campaign_id}")
        rows = {_path(row.key): row for row in records.variants.of_campaign(campaign_id)}
        for path in there:
            if _is_settled(rows.get(path)):
                store.delete(path)
        for path, row in rows.items():
            if (
                row.active
                and row.status == "failed"
                and (row.run_id == run_id or path not in there)
            ):
                store.put(path, letter_of(row).model_dump_json(indent=2).encode())


def by_reason(letters: Collection[DeadLetter]) -> dict[str, list[DeadLetter]]:
    """Class of the error → its letters, the most frequent first."""
    groups: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault(letter.error_class, []).append(letter)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def _matches_any(key: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _is_settled(row: VariantRow | None) -> bool:
    return row is None or not row.active or row.status == "done"


def _path(key: str) -> str:
    return f"{FOLDER}/{key}.json"
