"""What a benchmark found: rows of figures beside what was promised, kept as JSON, with history."""

import json
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Self

import psutil
from pydantic import Field

from creative_assets.studio.values import Frozen

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "var" / "bench"


class InFlight(Frozen):
    """Calls under way over the time of a run: (seconds, calls), at each change."""

    limit: int
    steps: tuple[tuple[float, int], ...]


class Row(Frozen):
    """One promise and what was measured, once or several times.

    Attributes:
        name: Names the row through all of its history.
        most: The promise, where less is better; None where it is not.
        least: The promise, where more is better; None where it is not.
        details: What explains the figure, in words or numbers.
        in_flight: The calls that the figure is about, where there are some to show.
    """

    name: str
    what: str
    unit: str
    values: tuple[float, ...]
    most: float | None = None
    least: float | None = None
    details: Mapping[str, str | float] = Field(default_factory=dict)
    in_flight: InFlight | None = None

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


class Group(Frozen):
    """Rows that were measured together.

    Attributes:
        error: The traceback, where there are none.
    """

    name: str
    seconds: float
    rows: tuple[Row, ...]
    error: str | None = None


class Report(Frozen):
    """One run of the benchmarks, as far as it has come."""

    commit: str
    measured_at: datetime
    machine: str
    groups: tuple[Group, ...] = ()

    @classmethod
    def now(cls) -> Self:
        """An empty one of this moment and machine."""
        return cls(
            commit=_git("describe", "--always", "--dirty"),
            measured_at=datetime.now(UTC),
            machine=_machine(),
        )

    @property
    def rows(self) -> list[Row]:
        """All rows of all groups."""
        return [row for group in self.groups for row in group.rows]

    @property
    def failed(self) -> list[Group]:
        """The groups that could not be measured."""
        return [group for group in self.groups if group.error]

    def with_group(self, group: Group) -> Self:
        """The same with one group more."""
        return self.model_copy(update={"groups": (*self.groups, group)})

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
        f"{psutil.cpu_count()} cores of {_processor()}, {memory_gib:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    """Its name, where the system tells it."""
    known = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", known.read_text()) if known.exists() else []
    return names[0] if names else platform.machine()
