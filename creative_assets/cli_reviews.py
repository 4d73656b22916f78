"""The commands of reviewers: approve, request changes, and what was decided.

A pattern such as `spring-2027/*/cold-brew` decides on what nobody has decided on yet; who wants to
decide otherwise than somebody before names the variant's whole key.
"""

import getpass
import uuid
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from creative_assets.studio.errors import MissingInputError, PermanentError
from creative_assets.terminal import errors_in_words, out, read_settings

if TYPE_CHECKING:
    from creative_assets.resources.opening import Archive
    from creative_assets.studio.review import Opinion, UnderReview

Patterns = Annotated[
    list[str],
    typer.Argument(help="Keys, campaign/locale/product, or quoted patterns with * over them."),
]
By = Annotated[
    str | None,
    typer.Option(help="Who decides, unverified. Left out: who is logged in on this machine."),
]


def approve(
    patterns: Patterns,
    *,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    override: Annotated[
        str | None, typer.Option(help="Why, although checks have failed.", metavar="REASON")
    ] = None,
    by: By = None,
) -> None:
    """Approve the finals of variants, exactly as they are now."""
    from creative_assets.studio.review import opinion_of  # noqa: PLC0415 - keeps --help fast

    with errors_in_words():
        _decide(patterns, opinion_of("approve", note, override_reason=override), by)


def request_changes(  # noqa: PLR0913 - one parameter an option
    patterns: Patterns,
    *,
    scope: Annotated[
        Literal["copy", "picture", "logo", "layout"] | None,
        typer.Option(help="What to make again; everything else stays."),
    ] = None,
    note: Annotated[str, typer.Option(help="What to change.")] = "",
    headline: Annotated[str | None, typer.Option(help="The exact headline.")] = None,
    subline: Annotated[str | None, typer.Option(help="The exact subline.")] = None,
    call_to_action: Annotated[str | None, typer.Option(help="The exact call to action.")] = None,
    by: By = None,
) -> None:
    """Request changes: a scope and a note, or the exact words that the copy is to be."""
    from creative_assets.studio.review import opinion_of  # noqa: PLC0415 - keeps --help fast

    words = {"headline": headline, "subline": subline, "call_to_action": call_to_action}
    with errors_in_words():
        _decide(patterns, opinion_of("request_changes", note, scope=scope, words=words), by)


def decisions(patterns: Patterns) -> None:
    """Say what was decided on variants, and whether it stands."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.review import in_words  # noqa: PLC0415 - the same
    from creative_assets.studio.rounds import outcome_in_words  # noqa: PLC0415 - the same

    with errors_in_words(), open_archive(read_settings()) as archive:
        matching = _matching(patterns, archive)
        rounds = archive.rounds.of(matching)
        for key, seen in matching.items():
            state = in_words(seen.standing) if seen.standing else "pending"
            out.print(f"[bold]{escape(key)}[/]  {escape(state)}", soft_wrap=True)
            for decision in seen.decisions:
                if decision != seen.standing:
                    out.print(f"  before: {escape(in_words(decision))}", soft_wrap=True)
                if decision.id in rounds:
                    out.print(f"  {escape(outcome_in_words(rounds[decision.id]))}", soft_wrap=True)


def _decide(patterns: Sequence[str], opinion: "Opinion", by: str | None) -> None:
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.review import decide, in_words, reviewer_of  # noqa: PLC0415
    from creative_assets.studio.rewording import check_words  # noqa: PLC0415 - Pillow, fonts

    reviewer = reviewer_of(by or getpass.getuser(), "cli", verified=by is None)
    refused = False
    with open_archive(read_settings()) as archive:
        for key, seen in _matching(patterns, archive).items():
            if seen.standing is not None and key not in patterns:
                out.print(f"· {escape(key)}: {escape(in_words(seen.standing))}", soft_wrap=True)
                continue
            try:
                check_words(opinion, seen.finals, archive.store)
                made = decide(seen, opinion, reviewer, str(uuid.uuid4()), archive.decisions)
            except PermanentError as error:
                out.print(f"[red]✗[/] {escape(str(error))}", soft_wrap=True)
                refused = True
            else:
                out.print(f"[green]✓[/] {escape(key)}: {escape(in_words(made))}", soft_wrap=True)
    if refused:
        raise typer.Exit(1)


def _matching(patterns: Sequence[str], archive: "Archive") -> "Mapping[str, UnderReview]":
    """The variants with finals that a brief names and the patterns match."""
    from creative_assets.studio.review import look  # noqa: PLC0415 - keeps --help fast

    known = archive.decisions.reviewable()
    matches = {pattern: [key for key in known if fnmatchcase(key, pattern)] for pattern in patterns}
    rows = archive.records.variants.by_key({key for keys in matches.values() for key in keys})
    active = {key for key, row in rows.items() if row.active}
    unmatched = [pattern for pattern, keys in matches.items() if active.isdisjoint(keys)]
    if unmatched:
        raise MissingInputError(
            f"No variant with finals matches {', '.join(unmatched)}. A key is "
            "campaign/locale/product; quote a pattern, so that the shell leaves its * alone."
        )
    return dict(sorted(look(sorted(active), archive.decisions).items()))
