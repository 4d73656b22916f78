"""What a variant costs where models answer at once: all of its CPU, beside that of a bare script.

Costs are those of the variants between a small campaign and a large one, so that what a process
needs to start is no part of them.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.deployment import (
    FURTHER_LOCALES,
    LOCALES,
    Deployment,
    Kind,
    deployed,
    write_campaign,
)
from bench.programs import Served, Spent, cpu_s_of, run_to_end, serving
from bench.results import Row

_CORES = 2
_SMALL, _LOCALES = 12, 6
_LIGHT, _FEW, _LARGEST = 30, 60, 1_200
_DAY_S = 86_400
_PROMISED: Mapping[Kind, float] = {"postgres": 1.25, "sqlite": 1.8}
"""A variant's CPU ÷ that of the bare script's."""


@dataclass(frozen=True)
class Cost:
    """Of one campaign: what our program took, and beside it the database and the stand-in.

    Attributes:
        finals: The SHA-256 of every file.
    """

    spent: Spent
    database_cpu_s: float
    stand_in_cpu_s: float
    run_s: float
    finals: frozenset[str]

    @property
    def cpu_s(self) -> float:
        """Of our program and the database; the stand-in is none of the product."""
        return self.spent.cpu_s + self.database_cpu_s


def rows(variants: int) -> list[Row]:
    """On both kinds of database, from campaigns of `variants` variants."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving("standin", "serve", "--quick-pictures") as stand_in,
    ):
        folder = Path(name)
        counts = (_SMALL, variants)
        _bare(folder / "warm", _SMALL, stand_in)  # the stand-in paints its scenes once
        bare = [_bare(folder / f"bare-{count}", count, stand_in) for count in counts]
        measured = []
        for kind in _PROMISED:
            ours = [
                cost
                for count, place in ((count, folder / f"{kind}-{count}") for count in counts)
                for cost in _ours(place, kind, [_campaign(place / "brief", count)], stand_in)
            ]
            measured += _rows_of(kind, ours, bare, variants)
    return measured


def growth_rows(variants: int) -> list[Row]:
    """Whether a variant costs more, and a run worker grows, over a backfill of many.

    The variants are light, so that thousands are made in minutes: one format, and one picture of a
    product for all its locales. What could grow with their number is the same.
    """
    with (
        tempfile.TemporaryDirectory() as name,
        serving("standin", "serve", "--quick-pictures") as stand_in,
    ):
        folder = Path(name)
        counts = (_LIGHT, _FEW, variants)  # in the first the stand-in paints its scenes
        _, [few], many = (
            _ours(place, "postgres", _light_campaigns(place, count), stand_in)
            for count, place in ((count, folder / f"{count}") for count in counts)
        )
    of_few = few.cpu_s / _FEW
    of_many = sum(campaign.cpu_s for campaign in many) / variants
    light = (
        f"campaigns of at most {_LARGEST:,}, one format, a product's picture for all its locales, "
        "database included"
    )
    return [
        Row(
            name="growth",
            what=f"CPU of a variant in a backfill of {variants:,} ÷ in one of {_FEW}; {light}",
            unit="",
            values=(of_many / of_few,),
            most=1.1,
            details={
                f"of {_FEW}, CPU s": round(of_few, 3),
                f"of {variants:,}, CPU s": round(of_many, 3),
            },
        ),
        Row(
            name="growth-last",
            what=f"the last campaign of these {variants:,} ÷ the first, as large",
            unit="",
            values=(many[-1].cpu_s / many[0].cpu_s,),
            most=1.1,
        ),
        Row(
            name="growth-memory",
            what=f"peak memory of a run worker over {variants:,} variants, with all its processes",
            unit="MB",
            values=(max(campaign.spent.peak_mb for campaign in many),),
            most=600,
            details={
                f"over {_FEW}, MB": round(few.spent.peak_mb),
                f"over the first {_LARGEST:,}, MB": round(many[0].spent.peak_mb),
            },
        ),
    ]


def _rows_of(kind: Kind, ours: Sequence[Cost], bare: Sequence[Cost], variants: int) -> list[Row]:
    """Of a small campaign and a large one, ours and the bare script's."""
    small, large = ours
    bare_cpu_s = _a_variant(bare[0].cpu_s, bare[1].cpu_s, variants)
    worker_s = _a_variant(small.spent.cpu_s, large.spent.cpu_s, variants)
    database_s = _a_variant(small.database_cpu_s, large.database_cpu_s, variants)
    stand_in_s = _a_variant(small.stand_in_cpu_s, large.stand_in_cpu_s, variants)
    details = {
        "worker, CPU s": round(worker_s, 3),
        "PostgreSQL, CPU s": round(database_s, 3),
        "stand-in, CPU s": round(stand_in_s, 3),
        "bare script, CPU s": round(bare_cpu_s, 3),
        "peak of the worker, MB": round(large.spent.peak_mb),
        "wall time, variants/s": round(variants / large.run_s, 2),
    }
    sustained = _CORES / (worker_s + database_s + stand_in_s)
    return [
        Row(
            name=f"sustained-{kind}",
            what=f"variants a second that {_CORES} cores have the CPU for, with all that takes "
            f"part ({kind}); {sustained * _DAY_S:,.0f} a day",
            unit="variants/s",
            values=(sustained,),
            least=2 if kind == "postgres" else None,
            details=details,
        ),
        Row(
            name=f"bare-{kind}",
            what=f"CPU of a variant, database included ÷ that of a bare script ({kind})",
            unit="",
            values=((worker_s + database_s) / bare_cpu_s,),
            most=_PROMISED[kind],
            details={"finals that differ": len(large.finals ^ bare[1].finals)},  # should be none
        ),
        Row(
            name=f"memory-{kind}",
            what=f"peak memory of a run worker over {variants} variants ({kind})",
            unit="MB",
            values=(large.spent.peak_mb,),
            most=600,
        ),
    ]


def _a_variant(small: float, large: float, variants: int) -> float:
    return (large - small) / (variants - _SMALL)


def _ours(folder: Path, kind: Kind, briefs: Sequence[Path], stand_in: Served) -> list[Cost]:
    """Of each campaign, one after the other in one deployment."""
    with deployed(folder / "deployment", kind, f"{stand_in.url}/v1") as place:
        return [_cost_of(brief, place, stand_in) for brief in briefs]


def _cost_of(brief: Path, place: Deployment, stand_in: Served) -> Cost:
    stand_in_s = cpu_s_of(stand_in.process)
    database_s = cpu_s_of(place.database) if place.database else 0.0
    spent = place.run(brief)
    return Cost(
        spent,
        cpu_s_of(place.database) - database_s if place.database else 0.0,
        cpu_s_of(stand_in.process) - stand_in_s,
        place.run_seconds(),
        _finals_in(place.folder / "store"),
    )


def _bare(folder: Path, variants: int, stand_in: Served) -> Cost:
    brief = _campaign(folder / "brief", variants)
    with deployed(folder / "deployment", "sqlite", f"{stand_in.url}/v1") as place:
        program = [sys.executable, "-m", "bench.bare", str(brief)]
        path = {"PYTHONPATH": os.pathsep.join(sys.path)}
        spent = run_to_end(program, place.folder, {**place.environment, **path})
        return Cost(spent, 0.0, 0.0, spent.wall_s, _finals_in(place.folder / "store"))


def _campaign(folder: Path, variants: int) -> Path:
    return write_campaign(folder, "campaign", variants // _LOCALES, LOCALES[:_LOCALES])


def _light_campaigns(folder: Path, variants: int) -> list[Path]:
    """As many as it takes: a brief has at most 2,000 variants."""
    locales = (*LOCALES, *FURTHER_LOCALES)
    counts = [min(_LARGEST, variants - begun) for begun in range(0, variants, _LARGEST)]
    return [
        write_campaign(
            folder / f"brief-{number}",
            f"campaign-{number}",
            count // len(locales),
            locales,
            light=True,
        )
        for number, count in enumerate(counts)
    ]


def _finals_in(store: Path) -> frozenset[str]:
    files = store.glob("campaigns/*/final_creatives/*/*.jpg")
    return frozenset(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
