"""The catalog's plots: small pictures of what `tables` adds up, for tables that people scan.

Each is a WebP of a few KB, on white, readable without its colours.
"""

import io
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from creative_assets.studio.catalog.tables import FUNNEL, TIMES, funnel_flags
from creative_assets.studio.stages import STAGES

_WIDTH_IN, _DPI = 7.6, 110
_MOST_ROWS = 10
_FEWEST_ROWS = 2
_MOST_ROUNDS = 5
_INK, _FAINT, _BAR = "#1c1c1e", "#68686e", "#3b6ea8"
# Of six stages; told apart also by those who see few colours (after Okabe and Ito).
_STAGE_COLORS = ("#999999", "#e69f00", "#56b4e9", "#0072b2", "#009e73", "#cc79a7")
_HOUR_TICKS = {1 / 60: "1 min", 1: "1 h", 24: "1 d", 720: "30 d"}
_LEAST_H = 1 / 600
_STEP_NAMES = {
    "ordered": "Ordered",
    "finished": "Finished",
    "passed": "Passed the checks",
    "approved": "Approved",
    "published": "Published",
}


def cost_plot(spend: pd.DataFrame) -> bytes:
    """What each campaign cost, by stage; at list prices where nothing was paid at all."""
    is_paid = bool(spend["cost_usd"].sum() > 0)
    column = "cost_usd" if is_paid else "list_price_usd"
    costs = spend.pivot_table(
        index="campaign", columns="stage", values=column, aggfunc="sum", observed=False
    ).fillna(0.0)
    costs = _largest(costs)
    figure, axes = _figure("What campaigns cost, by stage", rows=len(costs))
    left = pd.Series(0.0, index=costs.index)
    for stage, color in zip(STAGES, _STAGE_COLORS, strict=True):
        if costs[stage].any():
            label = stage.replace("_", " ")
            axes.barh(costs.index, costs[stage], left=left, color=color, label=label, height=0.7)
            left += costs[stage]
    _write_totals(axes, [f"{total:,.2f}" for total in left], list(left))
    axes.set_xlabel("USD" if is_paid else "USD at list prices: the stand-in answers, for nothing")
    if left.any():
        figure.legend(loc="outside lower center", ncols=6, fontsize=8, frameon=False)
    return _drawn(figure)


def funnel_plot(frame: pd.DataFrame) -> bytes:
    """How many variants have come how far."""
    counts = funnel_flags(frame).sum()
    names = [_STEP_NAMES[step] for step in FUNNEL]
    figure, axes = _figure("From ordered to published", rows=len(names))
    values = [int(counts[step]) for step in FUNNEL]
    axes.barh(names, values, color=_BAR, height=0.7)
    ordered = max(values[0], 1)
    _write_totals(axes, [f"{value}  ({value / ordered:.0%})" for value in values], values)
    axes.set_xlabel("variants")
    return _drawn(figure)


def rounds_plot(frame: pd.DataFrame) -> bytes:
    """How many change requests variants have seen."""
    rounds = frame.loc[frame["version"].notna(), "rounds"].clip(upper=_MOST_ROUNDS)
    counts = rounds.value_counts().reindex(range(_MOST_ROUNDS + 1), fill_value=0)
    names = [*map(str, range(_MOST_ROUNDS)), f"{_MOST_ROUNDS} or more"]
    figure, axes = _figure("Change requests for a variant", rows=len(names))
    axes.barh(names, list(counts), color=_BAR, height=0.7)
    _write_totals(axes, [str(count) for count in counts], list(counts))
    axes.set_xlabel("finished variants")
    return _drawn(figure)


def findings_plot(found: pd.DataFrame) -> bytes:
    """What the checks found, in how many variants."""
    shown = found.head(_MOST_ROWS)
    figure, axes = _figure("What the checks found", rows=len(shown))
    axes.barh(list(shown["rule"]), list(shown["variants"]), color=_BAR, height=0.7)
    _write_totals(axes, [str(count) for count in shown["variants"]], list(shown["variants"]))
    axes.set_xlabel("variants, errors and warnings")
    return _drawn(figure)


def times_plot(frame: pd.DataFrame) -> bytes:
    """How long variants took, each a dot; a line is their campaign's median."""
    newest = frame.groupby("campaign")["wanted_at"].max().sort_values(ascending=False)
    campaigns = list(newest.index[:_MOST_ROWS])
    figure, left = _figure("How long variants took", rows=len(campaigns))
    left.remove()
    panels = figure.subplots(1, 2, sharey=True)
    titles = ("From brief to ready", "From ready to approved")
    for axes, name, title in zip(panels, TIMES, titles, strict=True):
        _style(axes)
        axes.set_xscale("log")
        axes.set_title(title, fontsize=9, color=_INK, loc="left")
        for place, campaign in enumerate(campaigns):
            hours = frame.loc[frame["campaign"].eq(campaign), name].dropna().clip(lower=_LEAST_H)
            axes.scatter(hours, [place] * len(hours), s=14, color=_BAR, alpha=0.35, linewidths=0)
            if len(hours):
                axes.plot([hours.median()] * 2, [place - 0.3, place + 0.3], color=_INK, lw=1.5)
        axes.set_xlim(_LEAST_H / 2, 2 * max(_HOUR_TICKS))
        axes.set_xticks(list(_HOUR_TICKS), list(_HOUR_TICKS.values()))
        axes.set_xticks([], minor=True)
        axes.grid(axis="x", color="#e6e6e6", lw=0.6)
        axes.set_yticks(range(len(campaigns)), campaigns)
        axes.set_ylim(_bounds(len(campaigns)))
    return _drawn(figure)


def _largest(costs: pd.DataFrame) -> pd.DataFrame:
    """The campaigns that cost most; all others together are one more row."""
    order = costs.sum(axis="columns").sort_values(ascending=False).index
    costs = costs.loc[order]
    if len(costs) <= _MOST_ROWS:
        return costs
    others = costs.iloc[_MOST_ROWS - 1 :]
    summed = others.sum().to_frame(f"{len(others)} others").T
    return pd.concat([costs.iloc[: _MOST_ROWS - 1], summed])


def _height_in(rows: int) -> float:
    return 0.9 + 0.28 * max(rows, _FEWEST_ROWS)


def _bounds(rows: int) -> tuple[float, float]:
    """From below the last row to above the first; a single one is no thicker than others."""
    half = max(rows, _FEWEST_ROWS) / 2
    return (rows - 1) / 2 + half, (rows - 1) / 2 - half


def _figure(title: str, rows: int) -> tuple[Figure, Axes]:
    """An empty figure with room for so many bars, the first on top."""
    figure = Figure(figsize=(_WIDTH_IN, _height_in(rows)), dpi=_DPI, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold", color=_INK)
    axes = figure.add_subplot()
    _style(axes)
    axes.set_ylim(_bounds(rows))
    axes.margins(x=0.16)
    return figure, axes


def _style(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize=9, colors=_INK)
    axes.xaxis.label.set(size=9, color=_FAINT)


def _write_totals(axes: Axes, texts: Sequence[str], values: Sequence[float]) -> None:
    """Each bar's number behind its end; the axis needs no ticks then."""
    for place, (text, value) in enumerate(zip(texts, values, strict=True)):
        axes.annotate(
            text, (value, place), (4, 0), textcoords="offset points", va="center", fontsize=9
        )
    axes.set_xticks([])


def _drawn(figure: Figure) -> bytes:
    drawn, kept = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    with Image.open(drawn) as image:
        # Few colours and no loss: smaller than any other way to keep a plot.
        few = image.convert("RGB").quantize(32).convert("RGB")
    few.save(kept, "WEBP", lossless=True)
    return kept.getvalue()
