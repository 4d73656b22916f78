"""The report: figures beside what was promised, as a page with charts, and as Markdown."""

import html
import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from bench.results import KEPT, Group, InFlight, Report, Row

_PROCESSES = ("worker, CPU s", "PostgreSQL, CPU s", "stand-in, CPU s")
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid #ddd }
td { vertical-align: top }
td:nth-child(2), td:nth-child(3) { white-space: nowrap }
.met { color: #0b6b3a } .missed { color: #a3341c } small { color: #555 }
figure { margin: 2rem 0 } svg { width: 100%; height: auto }
pre { max-height: 20rem; overflow: auto }
"""


def write_report(reports: Sequence[Report]) -> Path:
    """Write the page about the newest of `reports`; the others are its history."""
    newest = reports[-1]
    in_flight = [_in_flight_chart(row.in_flight) for row in newest.rows if row.in_flight]
    charts = [_cpu_chart(newest.rows), *in_flight, _history(reports)]
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Benchmarks</title><style>{_STYLE}</style>
<h1>Benchmarks</h1>
<p>Measured at {newest.measured_at:%Y-%m-%d %H:%M} UTC at commit {html.escape(newest.commit)}, on
{html.escape(newest.machine)}.</p>
<table><tr><th>what</th><th>measured</th><th>promised</th></tr>
{"".join(map(_line, newest.rows))}
</table>
{"".join(map(_missing, newest.failed))}
<p><small>{_took(newest)}</small></p>
{"".join(charts)}
</html>
"""
    path = KEPT / "index.html"
    path.write_text(page)
    return path


def write_table(report: Report) -> Path:
    """Write the figures as Markdown, as docs/performance.md has them under "Measured"."""
    lines = [
        f"At {report.commit}, on {report.machine}, {report.measured_at:%Y-%m-%d}.",
        "",
        "| what | measured | promised |",
        "|---|---|---|",
        *(f"| {row.what} | {_in_markdown(row)} | {row.promised} |" for row in report.rows),
    ]
    path = KEPT / "measured.md"
    path.write_text("\n".join(lines) + "\n")
    return path


def _in_markdown(row: Row) -> str:
    details = "; ".join(f"{name}: {value}" for name, value in row.details.items())
    verdict = "" if row.is_met else " **missed**"
    return f"{row.measured}{verdict}" + (f" ({details})" if details else "")


def _line(row: Row) -> str:
    details = "; ".join(f"{name}: {value}" for name, value in row.details.items())
    kind = ("met" if row.is_met else "missed") if row.promised else ""
    return (
        f"<tr><td>{html.escape(row.what)}<br><small>{html.escape(details)}</small></td>"
        f'<td class="{kind}">{html.escape(row.measured)}</td>'
        f"<td>{html.escape(row.promised)}</td></tr>\n"
    )


def _missing(group: Group) -> str:
    error = html.escape(group.error or "")
    return f'<p class="missed">{html.escape(group.name)} was not measured.</p><pre>{error}</pre>\n'


def _took(report: Report) -> str:
    groups = [f"{html.escape(group.name)} {group.seconds:,.0f} s" for group in report.groups]
    minutes = sum(group.seconds for group in report.groups) / 60
    return f"It took {minutes:.0f} minutes: {', '.join(groups)}."


def _cpu_chart(rows: Sequence[Row]) -> str:
    measured = [row for row in rows if _PROCESSES[0] in row.details]
    if not measured:
        return ""
    figure = Figure(figsize=(9, 1.4 + 0.5 * len(measured)), layout="constrained")
    axes = figure.add_subplot()
    left = [0.0] * len(measured)
    names = [row.name for row in measured]
    for process in _PROCESSES:
        seconds = [float(row.details[process]) for row in measured]
        axes.barh(names, seconds, left=left, label=process.partition(",")[0])
        left = [so_far + more for so_far, more in zip(left, seconds, strict=True)]
    axes.set_xlabel("CPU seconds of a variant")
    figure.legend(frameon=False, ncols=len(_PROCESSES), loc="outside upper center")
    return _as_svg(figure, "What a variant takes of the CPU, by process.")


def _in_flight_chart(in_flight: InFlight) -> str:
    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.add_subplot()
    seconds, calls = zip(*in_flight.steps, strict=True)
    axes.step(seconds, calls, where="post")
    axes.axhline(in_flight.limit, color="#a3341c", linestyle="--", linewidth=1)
    axes.set_xlabel("seconds")
    axes.set_ylabel("pictures in flight")
    axes.set_ylim(bottom=0)
    caption = f"Calls to the image model in flight over a run, at a limit of {in_flight.limit}."
    return _as_svg(figure, caption)


def _history(reports: Sequence[Report]) -> str:
    """Each promise's distance over time: 1 is where it is just kept."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for number, report in enumerate(reports):
        for row in report.rows:
            bound = row.most if row.most is not None else row.least
            if bound:
                kept = row.value / bound if row.most is not None else bound / row.value
                lines.setdefault(row.name, []).append((number, kept))
    long_enough = {name: line for name, line in lines.items() if len(line) > 1}
    if not long_enough:
        return ""
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    for name, line in long_enough.items():
        axes.plot(*zip(*line, strict=True), marker=".", label=name)
    axes.axhline(1, color="#a3341c", linestyle="--", linewidth=1)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.set_xticks(
        range(len(reports)), [f"{report.measured_at:%d %b %H:%M}" for report in reports]
    )
    axes.tick_params(axis="x", rotation=60)
    axes.legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return _as_svg(figure, "Measured ÷ promised, over time: below the line it is kept.")


def _as_svg(figure: Figure, caption: str) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg")
    svg = file.getvalue()
    return f"<figure>{svg[svg.index('<svg') :]}<figcaption>{caption}</figcaption></figure>\n"
