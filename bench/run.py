"""Measures what the documentation promises, on this machine: `make bench`, `make bench-full`.

Real runs through Dagster, with the stand-in served by another process. Prints the figures, keeps
them as JSON in var/bench, and writes a report with charts there. Nothing here fails for being slow:
people read the figures.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench import campaign, composition, desk, inbox, partitions, pickup, starting, throughput
from bench.report import write_report
from bench.results import Report, Row, history

_QUICK: Mapping[str, Callable[[], list[Row]]] = {
    "starting": starting.rows,
    "campaign": lambda: campaign.rows(repeats=1, one_at_a_time=False),
    "throughput": lambda: throughput.rows(variants=36),
    "inbox": lambda: inbox.rows(500, s3=False),
    "composition": composition.rows,
    "desk": desk.rows,
}
_FULL: Mapping[str, Callable[[], list[Row]]] = {
    **_QUICK,
    "campaign": lambda: campaign.rows(repeats=3, one_at_a_time=True),
    "throughput": lambda: throughput.rows(variants=600),
    "growth": lambda: throughput.growth_rows(variants=6_000),
    "inbox": lambda: [*inbox.rows(10_000, s3=False), *inbox.rows(10_000, s3=True)],
    "pickup": lambda: pickup.rows(repeats=7),
    "partitions": lambda: partitions.rows(100_000),
}
_AT_THE_LIMIT = "at-the-limit"


def main() -> None:
    """Run the measurements that were asked for, print and keep them."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--full", action="store_true", help="at full size, which takes hours")
    parser.add_argument("--only", nargs="+", choices=[*_FULL, _AT_THE_LIMIT])
    asked = parser.parse_args()
    measures = _FULL if asked.full else _QUICK
    out = Console()
    rows: list[Row] = []
    for name in asked.only or measures:
        if name != _AT_THE_LIMIT:
            out.print(f"Measuring {name} …")
            rows += (measures.get(name) or _FULL[name])()
    in_flight = None
    if asked.only is None or _AT_THE_LIMIT in asked.only:
        row, in_flight = campaign.at_the_limit()
        rows.append(row)
    report = Report.now(rows, in_flight)
    out.print(_table(rows), report.keep(), write_report(history()), sep="\n")


def _table(rows: Sequence[Row]) -> Table:
    table = Table("what", "measured", "promised", "")
    for row in rows:
        verdict = "" if not row.promised else "[green]met[/]" if row.is_met else "[red]missed[/]"
        table.add_row(row.what, row.measured, row.promised, verdict)
    return table


if __name__ == "__main__":
    main()
