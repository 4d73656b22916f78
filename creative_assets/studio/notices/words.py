"""Notices and alerts in words: plain text for e-mail and chat alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from creative_assets.studio.dead_letters import DeadLetter, by_reason
from creative_assets.studio.notices.news import News

ALERT: Final = "run_failed"
_LINES = 10
_LINE_CHARACTERS = 300
_EXAMPLES = 3


@dataclass(frozen=True)
class Notice:
    """What is sent: a line, and a plain text of some lines."""

    title: str
    body: str


@dataclass(frozen=True)
class FailedRun:
    """A run that failed.

    Attributes:
        about: Its campaign, or what else it was for.
        letters: Of its variants that have failed.
        reason: What the orchestrator says.
    """

    run_id: str
    about: str
    letters: tuple[DeadLetter, ...]
    reason: str


def notice(batch: Sequence[News], desk_url: str) -> Notice:
    """What is told of news of one kind about one campaign, or one brief."""
    kind, about = batch[0].kind, batch[0].about
    if kind == "rejected":
        return _rejection(batch[-1])
    variants = _counted(len(batch))
    titles = {
        "ready": f"{about}: {variants} ready for review",
        "approved": f"{about}: {variants} approved",
        "changes_requested": f"{about}: changes requested on {variants}",
        "published": f"{about}: {variants} published",
    }
    lines = _shortened([each.line for each in batch])
    return Notice(titles[kind], "\n".join([*lines, "", f"{desk_url}/campaigns/{quote(about)}"]))


def alert(run: FailedRun, dagster_url: str) -> Notice:
    """What is told of one failed run: its failed variants, by reason."""
    link = f"{dagster_url}/runs/{run.run_id}"
    if not run.letters:
        title = f"A run for {run.about} failed"
        return Notice(title, f"{run.reason[:_LINE_CHARACTERS]}\n\n{link}")
    lines = []
    for error_class, letters in by_reason(run.letters).items():
        lines.append(f"{error_class}, {_counted(len(letters))}. {letters[0].what_to_do}")
        examples = [f"{letter.variant_key}: {letter.message}" for letter in letters]
        lines += [f"  {line}" for line in _shortened(examples, _EXAMPLES)]
    title = f"{run.about}: {_counted(len(run.letters))} failed"
    return Notice(title, "\n".join([*lines, "", link]))


def alert_of_many(runs: Collection[FailedRun], dagster_url: str) -> Notice:
    """What is told of runs that are too many for an alert each."""
    lines = [f"{run.about}: {_counted(len(run.letters))} failed" for run in runs]
    link = f"{dagster_url}/runs?q[0]=status:FAILURE"
    return Notice(f"{len(runs)} more runs failed", "\n".join([*_shortened(lines), "", link]))


def _rejection(news: News) -> Notice:
    problems = "\n".join(_shortened(news.line.splitlines()))
    body = (
        f"Nothing of it is made. What is wrong with it:\n{problems}\n\nThe same stands beside the "
        f"brief, in {news.about}.problems.md. Correct it, and drop it into the inbox again."
    )
    return Notice(f"The brief {news.about} was refused", body)


def _shortened(lines: Sequence[str], most: int = _LINES) -> list[str]:
    shown = [line[:_LINE_CHARACTERS] for line in lines[:most]]
    hidden = len(lines) - most
    return [*shown, f"… and {hidden} more"] if hidden > 0 else shown


def _counted(variants: int) -> str:
    return "1 variant" if variants == 1 else f"{variants} variants"
