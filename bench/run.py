"""Measures what the documentation promises, on this machine: `make bench`, `make bench-full`.

Real runs through Dagster, with the stand-in served by another process. Prints the figures, keeps
them as JSON in var/bench, and writes a report with charts there, anew after each group of rows.
Nothing here fails for being slow: people read the figures.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import campaign, composition, desk, inbox, partitions, pickup, starting, throughput
from bench.report import write_report, write_table
from bench.results import Group, Report, Row, history

_QUICK: Mapping[str, Callable[[], list[Row]]] = {
    "starting": starting.rows,
    "campaign": lambda: campaign.rows(repeats=1, one_at_a_time=False),
    "at-the-limit": campaign.limit_rows,
    "throughput": lambda: throughput.rows(variants=36),
    "inbox": lambda: inbox.rows(500, s3=False),
    "composition": composition.rows,
    "desk": desk.rows,
}
_FULL: Mapping[str, Callable[[], list[Row]]] = {
    **_QUICK,
    "campaign": lambda: campaign.rows(repeats=3, one_at_a_time=True),
    "throughput": lambda: throughput.rows(variants=120),
    "pickup": lambda: pickup.rows(repeats=7),
    "partitions": lambda: partitions.rows(100_000),
    "inbox": lambda: inbox.rows(10_000, s3=False),
    "inbox-s3": lambda: inbox.rows(10_000, s3=True),
    "growth": lambda: throughput.growth_rows(variants=6_000),
}


def main() -> None:
    """Run the measurements that were asked for, print and keep them."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--full", action="store_true", help="at full size: some 45 minutes")
    parser.add_argument("--only", nargs="+", choices=_FULL, metavar="GROUP", help=", ".join(_FULL))
    asked = parser.parse_args()
    # Programs are measured compiled, as they run where they are installed.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    out, report, names = Console(), Report.now(), asked.only or (_FULL if asked.full else _QUICK)
    for name in names:
        out.print(f"Measuring {name} …")
        is_full = asked.full or name not in _QUICK
        group = _in_its_own_process(name, is_full=is_full)
        report = report.with_group(group)
        written = (report.keep(), write_report(history()), write_table(report))
        out.print(_table(group) if group.error is None else escape(group.error))
        out.print(f"It took {group.seconds:.0f} s.")
    out.print(*written, sep="\n")
    if report.failed:
        sys.exit(f"Not measured: {', '.join(group.name for group in report.failed)}.")


def _in_its_own_process(name: str, *, is_full: bool) -> Group:
    """What a group found; one that fails, or takes all memory, loses no other."""
    started = time.monotonic()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        measured = pool.submit(_rows_of, name, is_full=is_full)
        error = measured.exception()
    return Group(
        name=name,
        seconds=time.monotonic() - started,
        rows=() if error else tuple(measured.result()),
        error="".join(traceback.format_exception(error)) if error else None,
    )


def _rows_of(name: str, *, is_full: bool) -> list[Row]:
    return (_FULL if is_full else _QUICK)[name]()


def _table(group: Group) -> Table:
    table = Table("what", "measured", "promised", "")
    for row in group.rows:
        verdict = "" if not row.promised else "[green]met[/]" if row.is_met else "[red]missed[/]"
        table.add_row(row.what, row.measured, row.promised, verdict)
    return table


if __name__ == "__main__":
    main()
