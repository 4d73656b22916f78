"""The commands about money: what something would cost, what was paid, and letting a campaign start.

Heavy imports happen in the command that needs them, so that `--help` answers at once.
"""

import getpass
from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from creative_assets.settings import Settings
from creative_assets.studio.errors import MissingInputError
from creative_assets.terminal import errors_in_words, out, read_settings

if TYPE_CHECKING:
    from creative_assets.resources.opening import Archive
    from creative_assets.studio.estimate import Consequences, Estimate
    from creative_assets.studio.produce import Job

What = Annotated[
    list[str],
    typer.Argument(
        help="A brief's file; or variants, campaign/locale/product, or quoted patterns with *."
    ),
]
Grouping = Literal["campaign", "variant", "stage", "model", "day", "generation"]


def estimate(
    what: What,
    *,
    new_take: Annotated[
        bool, typer.Option("--new-take", help="As with new copy and pictures, bought on purpose.")
    ] = False,
    scope: Annotated[
        Literal["copy", "picture", "logo", "layout"] | None,
        typer.Option(help="As if somebody requested a change of this."),
    ] = None,
) -> None:
    """Say what a brief, a backfill or a change request would make and cost: nothing is spent."""
    from creative_assets.resources.opening import model_choice, open_archive  # noqa: PLC0415
    from creative_assets.studio.estimate import consequences  # noqa: PLC0415
    from creative_assets.studio.estimate import estimate as estimated  # noqa: PLC0415
    from creative_assets.studio.stages import TAKEABLE  # noqa: PLC0415 - keeps --help fast

    settings = read_settings()
    choice = model_choice(settings)
    with errors_in_words(), open_archive(settings) as archive:
        jobs, budget_usd = _jobs(what, scope, archive)
        if new_take:
            jobs = [job.with_new_take(TAKEABLE) for job in jobs]
        result = estimated(jobs, choice, archive.store)
        _show_estimate(result, settings)
        _show_consequences(consequences(jobs, choice, archive.decisions))
        _show_hold(result, budget_usd, jobs, settings, archive)


def go(
    campaign: Annotated[str, typer.Argument(help="The campaign's ID.")],
    *,
    by: Annotated[
        str | None, typer.Option(help="Who lets it go. Left out: who is logged in here.")
    ] = None,
) -> None:
    """Let a campaign start that waits because of what it may cost."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.store import open_store  # noqa: PLC0415 - the same
    from creative_assets.studio.weighing import let_go  # noqa: PLC0415 - the same

    settings = read_settings()
    with errors_in_words(), open_archive(settings) as archive:
        inbox = open_store(settings.inbox_url)
        given = let_go(campaign, by or getpass.getuser(), inbox, archive.records)
        out.print(
            f"[green]✓[/] {escape(campaign)} starts with the sensor's next tick. {given.given_by} "
            f"let it go at {given.price}.",
            soft_wrap=True,
        )


def costs(
    campaign: Annotated[
        str | None, typer.Argument(help="Of one campaign; of all without it.")
    ] = None,
    *,
    by: Annotated[Grouping, typer.Option(help="What each line sums.")] = "campaign",
) -> None:
    """Say what was paid, from the usage that the models reported."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.records.spending import SpentRow  # noqa: PLC0415 - the same

    def line_of(row: SpentRow) -> str:
        return {
            "campaign": row.campaign_id,
            "variant": row.variant_key,
            "stage": row.stage,
            "model": f"{row.model} at {row.service}",
            "day": f"{row.day:%Y-%m-%d}",
            "generation": f"{row.operation} {row.generation_key}",
        }[by]

    with errors_in_words(), open_archive(read_settings()) as archive:
        rows_of: defaultdict[str, list[SpentRow]] = defaultdict(list)
        for row in archive.records.spending.lines(campaign, by_generation=by == "generation"):
            rows_of[line_of(row)].append(row)
    table = Table(by, "requests", "calls", "USD", "calls of unknown cost")
    for name, rows in sorted(rows_of.items()):
        unpriced = sum(row.unpriced for row in rows)
        table.add_row(
            escape(name),
            str(sum(row.requests for row in rows)),
            str(sum(row.calls for row in rows)),
            f"{sum(row.cost_usd for row in rows):.4f}",
            str(unpriced) if unpriced else "",
        )
    out.print(table)


def _jobs(
    what: Sequence[str], scope: str | None, archive: "Archive"
) -> "tuple[list[Job], float | None]":
    """What to produce, and the budget that a brief gives for it."""
    from creative_assets.studio.acceptance import load_jobs  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.campaigns import Campaigns  # noqa: PLC0415 - the same
    from creative_assets.studio.local_brief import jobs_of, load_local_brief  # noqa: PLC0415
    from creative_assets.studio.review import ChangeRequest  # noqa: PLC0415 - the same

    if len(what) == 1 and Path(what[0]).suffix in {".yaml", ".yml", ".json"}:
        if not Path(what[0]).is_file():
            raise typer.BadParameter(f"There is no file {what[0]}.")
        if scope is not None:
            raise typer.BadParameter("A change is requested of variants, not of a brief.")
        local = load_local_brief(Path(what[0]))
        return jobs_of(local, archive.records), local.brief.budget_usd
    campaigns = Campaigns(archive.records.database).ids()
    known = [row.key for row in archive.records.variants.active(campaigns)]
    keys = [key for key in known if any(fnmatchcase(key, pattern) for pattern in what)]
    if not keys:
        raise MissingInputError(
            f"{', '.join(what)} is no file, and matches no variant. A key is "
            "campaign/locale/product; quote a pattern, so that the shell leaves its * alone."
        )
    request = ChangeRequest.model_validate({"scope": scope, "note": "…"}) if scope else None
    jobs, _ = load_jobs(keys, archive.store, archive.records, request)
    return jobs, None


def _show_estimate(result: "Estimate", settings: Settings) -> None:
    table = Table("generation", "to make", "kept or shared", title=f"{result.variants} variants")
    for operation in sorted({*result.to_make, *result.to_reuse}):
        made, reused = result.to_make[operation], result.to_reuse[operation]
        table.add_row(operation, str(made), str(reused))
    out.print(table)
    out.print(_priced(result, settings), soft_wrap=True)
    if result.unpriced:
        unpriced = ", ".join(sorted(result.unpriced))
        out.print(f"[yellow]Not in it, for want of a price:[/] {unpriced}", soft_wrap=True)


def _priced(result: "Estimate", settings: Settings) -> str:
    from creative_assets.studio.estimate import in_words  # noqa: PLC0415 - keeps --help fast

    if not result.to_make:
        return "USD 0.00: nothing to make, everything is there already."
    price = f"{in_words(result.list_price)} at list prices"
    if settings.uses_stand_in:
        return f"USD 0.00: the stand-in answers. The models would cost {price}."
    return f"{price}, at {settings.service}."


def _show_consequences(result: "Consequences") -> None:
    out.print(
        f"Finals that would change: {len(result.changed)} of {result.shown}. "
        f"Approvals that would no longer stand: {len(result.unapproved)}."
    )
    for key in result.unapproved:
        out.print(f"  [yellow]![/] {escape(key)} is approved", soft_wrap=True)


def _show_hold(
    result: "Estimate",
    budget_usd: float | None,
    jobs: "Sequence[Job]",
    settings: Settings,
    archive: "Archive",
) -> None:
    """Whether a brief would wait for a person when it is submitted."""
    from creative_assets.studio.budget import Budgets  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.weighing import why_held  # noqa: PLC0415 - the same

    paid_usd = Budgets(archive.records.database).paid_usd(jobs[0].variant.campaign_id)
    reason = why_held(result, budget_usd, paid_usd, settings.campaign_limit_usd)
    if reason:
        out.print(f"[yellow]It would wait for a go:[/] {reason}.", soft_wrap=True)
