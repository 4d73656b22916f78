"""What people wait for before anything is made: the demo, once more, and a run worker's start."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.deployment import EXAMPLE, deployed
from bench.programs import run_to_end
from bench.results import Row

_REPEATS = 3
_IMPORTED = "creative_assets.definitions"
_LOADING = f"import {_IMPORTED}; {_IMPORTED}.defs()"


def rows() -> list[Row]:
    """The demo after installation, the same again, and loading what a run worker loads."""
    with tempfile.TemporaryDirectory() as name, deployed(Path(name), "sqlite") as place:
        _, *loaded = [  # the first may have to compile
            run_to_end([sys.executable, "-c", _LOADING], place.folder, place.environment)
            for _ in range(_REPEATS + 1)
        ]
        first = place.run(EXAMPLE / "brief.yaml")
        again = [place.run(EXAMPLE / "brief.yaml") for _ in range(_REPEATS)]
    return [
        Row(
            name="demo",
            what="make demo, after installation",
            unit="s",
            values=(first.wall_s,),
            most=60,
            details={"CPU, s": round(first.cpu_s, 1)},
        ),
        Row(
            name="demo-again",
            what="make demo, repeated: nothing to make",
            unit="s",
            values=tuple(spent.wall_s for spent in again),
            most=12,
            details={"CPU, s": round(median(spent.cpu_s for spent in again), 1)},
        ),
        Row(
            name="loading",
            what="a process loads Dagster and our definitions",
            unit="s",
            values=tuple(spent.wall_s for spent in loaded),
            most=3,
            details={"CPU, s": round(median(spent.cpu_s for spent in loaded), 1)},
        ),
    ]
