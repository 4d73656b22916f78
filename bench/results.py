"""What a benchmark found: rows of figures beside what was promised, kept as JSON, with history."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Self

import psutil
from pydantic import Field

from creative_assets.studio.values import Frozen

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "var" / "bench"


class Row(Frozen):
    """One promise and what was measured, once or several times.

    Attributes:
        name: Names the row through all of its history.
        most: The promise, where less is better; None where it is not.
        least: The promise, where more is better; None where it is not.
        details: What explains the figure, in words or numbers.
    """

    name: str
    what: str
    unit: str
    values: tuple[float, ...]
    most: float | None = None
    least: float | None = None
    details: Mapping[str, str | float] = Field(default_factory=dict)

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def is_met(self) -> bool:
        """Whether the median keeps the promise."""
        is_enough = self.least is None or self.value >= self.least
        return is_enough and (self.most is None or self.value <= self.most)

    @property
    def measured(self) -> str:
        """The median, and how far the single measurements were apart."""
        told = f"{self.value:.3g} {self.unit}".strip()
        if len(self.values) == 1:
            return told
        return f"{told} ({min(self.values):.3g} to {max(self.values):.3g} in {len(self.values)})"

    @property
    def promised(self) -> str:
        """The promise in words."""
        bounds = (("at most", self.most), ("at least", self.least))
        return " and ".join(
            f"{word} {bound:g} {self.unit}".strip() for word, bound in bounds if bound is not None
        )


class InFlight(Frozen):
    """Calls under way over the time of a run: (seconds, calls), at each change."""

    limit: int
    steps: tuple[tuple[float, int], ...]


class Report(Frozen):
    """All rows of one run of the benchmarks.

    Attributes:
        in_flight: Of the row that shows calls at their limit; None where it was not measured.
    """

    commit: str
    measured_at: datetime
    machine: str
    rows: tuple[Row, ...]
    in_flight: InFlight | None = None

    @classmethod
    def now(cls, rows: Sequence[Row], in_flight: InFlight | None) -> Self:
        """The report of what was measured just now, here."""
        return cls(
            commit=_git("describe", "--always", "--dirty"),
            measured_at=datetime.now(UTC),
            machine=_machine(),
            rows=tuple(rows),
            in_flight=in_flight,
        )

    def keep(self) -> Path:
        """Write it as JSON among those of other times."""
        KEPT.mkdir(parents=True, exist_ok=True)
        path = KEPT / f"{self.measured_at:%Y%m%dT%H%M%SZ}-{self.commit}.json"
        path.write_text(self.model_dump_json(indent=1))
        return path


def history() -> list[Report]:
    """All kept reports, oldest first."""
    return [
        Report.model_validate(json.loads(path.read_text())) for path in sorted(KEPT.glob("*.json"))
    ]


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _machine() -> str:
    memory_gib = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.machine()}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
