"""The commands about what has failed: what it is and what helps, and launching it again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from creative_assets.terminal import errors_in_words, out, read_settings

if TYPE_CHECKING:
    from creative_assets.studio.dead_letters import DeadLetter

_PATTERN = "Keys, campaign/locale/product, or quoted patterns with * over them."


def failures(
    patterns: Annotated[list[str] | None, typer.Argument(help=f"{_PATTERN} None: all.")] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document a line, for programs.")
    ] = False,
) -> None:
    """Say which variants have failed, why, what they have cost, and what to do."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.dead_letters import by_reason, dead_letters  # noqa: PLC0415

    with errors_in_words(), open_archive(read_settings()) as archive:
        letters = dead_letters(patterns or ["*"], archive.records)
    if as_json:
        for letter in letters:
            typer.echo(letter.model_dump_json())
        return
    if not letters:
        out.print("Nothing has failed.")
    for error_class, group in by_reason(letters).items():
        _show(error_class, group)


def retry(patterns: Annotated[list[str], typer.Argument(help=_PATTERN)]) -> None:
    """Launch again what has failed, and nothing else; what is made already is kept."""
    from creative_assets.resources.opening import model_choice, open_archive  # noqa: PLC0415
    from creative_assets.studio.acceptance import load_jobs  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.dead_letters import retry as retried  # noqa: PLC0415 - the same
    from creative_assets.studio.estimate import estimate  # noqa: PLC0415 - the same

    settings = read_settings()
    with errors_in_words(), open_archive(settings) as archive:
        keys = retried(patterns, archive.records)
        jobs, _ = load_jobs(keys, archive.store, archive.records)
        price = estimate(jobs, model_choice(settings), archive.store)
    for key in keys:
        out.print(f"[green]✓[/] {escape(key)}", soft_wrap=True)
    out.print(
        f"{_counted(len(keys))} to launch, for {price}: the sensor `briefs` does it with its next "
        "tick, while Dagster's daemon runs.",
        soft_wrap=True,
    )


def _show(error_class: str, letters: "Sequence[DeadLetter]") -> None:
    out.print(f"\n[bold]{error_class}[/], {_counted(len(letters))}")
    out.print(escape(letters[0].what_to_do))
    for message in dict.fromkeys(letter.message for letter in letters):
        table = Table(
            Column("variant", overflow="fold"),
            *("stage", "calls", "USD", "when, UTC"),
            title=escape(message),
            title_justify="left",
        )
        for letter in letters:
            if letter.message == message:
                table.add_row(*map(escape, _cells(letter)))
        out.print(table)


def _cells(letter: "DeadLetter") -> tuple[str, ...]:
    cost = "unknown" if letter.cost_usd is None else f"{letter.cost_usd:.2f}"
    when = f"{letter.failed_at:%m-%d %H:%M}"
    return letter.variant_key, letter.stage, str(letter.attempts), cost, when


def _counted(variants: int) -> str:
    return "1 variant" if variants == 1 else f"{variants} variants"
