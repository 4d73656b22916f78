"""Times what the documentation promises, on this machine, and prints it: `make bench`.

Real runs through Dagster, with the stand-in served by another process. Nothing here fails for
being slow: people read the figures.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import dagster as dg
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from bench import composition, desk
from bench.programs import PROGRAM, serving

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "nordlys-coffee"
MORE_LOCALES = ["fr-FR", "es-ES"]
TEXT_S, IMAGE_S = 2.0, 15.0
CAMPAIGN_RUNS = 3
LONGEST_CHAIN_S = TEXT_S + TEXT_S + IMAGE_S + TEXT_S
"""Context pack, art direction, picture, logo: each waits for the one before."""


def main() -> None:
    """Run all measurements, and print them."""
    table = Table("what", "measured", "promised")
    with tempfile.TemporaryDirectory() as folder:
        first_s, again_s = _demo(Path(folder))
    table.add_row("make demo, after installation", f"{first_s:.1f} s", "under 60 s")
    table.add_row("make demo, repeated", f"{again_s:.1f} s", "under 20 s")
    campaigns = []
    for _ in range(CAMPAIGN_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            campaigns.append(_campaign_of_twelve(Path(folder)))
    ratios = sorted(run_s / LONGEST_CHAIN_S for run_s, _ in campaigns)
    in_flight = max(most for _, most in campaigns)
    table.add_row(
        f"12 variants at {TEXT_S:g} s a text call and {IMAGE_S:g} s a picture ÷ one variant's "
        f"longest chain of calls ({LONGEST_CHAIN_S:g} s)",
        f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f} in {CAMPAIGN_RUNS} runs)",
        "at most 1.3",
    )
    table.add_row("most calls in flight in it", str(in_flight), "48 pictures at once")
    _add_composition(table)
    _add_desk(table)
    Console().print(table)


def _add_composition(table: Table) -> None:
    """Finals from decoded pictures to bytes: ours, and beside them a first script's."""
    jpeg, png, script = (
        composition.ours("jpeg", 40),
        composition.ours("png", 8),
        composition.naive(3),
    )
    first_mb, last_mb = composition.growth_mb(1000)
    for what, speed, promised in (
        ("finals a second, JPEG", jpeg, "at least 40, at most 60 ms of CPU each"),
        ("finals a second, PNG", png, "at least 10"),
        ("finals a second, a naive Pillow script", script, "to compare with"),
    ):
        told = f"{speed.finals_per_s:.1f} ({speed.cpu_ms:.0f} ms of CPU each)"
        table.add_row(what, told, promised)
    table.add_row(
        "peak memory after 100 and after 1,000 variants",
        f"{first_mb:.0f} and {last_mb:.0f} MB",
        "flat",
    )


def _add_desk(table: Table) -> None:
    """A campaign page and an approval, with 10,000 variants."""
    with tempfile.TemporaryDirectory() as folder:
        speed = desk.desk_speed(Path(folder))
    table.add_row(
        f"desk: a campaign page's first byte, {desk.REVIEWERS} reviewers, a page a second each",
        f"median {speed.first_byte_median_ms:.0f} ms, 99th percentile "
        f"{speed.first_byte_p99_ms:.0f} ms",
        "150 ms, 400 ms",
    )
    table.add_row("desk: an approval", f"{speed.approval_median_ms:.0f} ms", "under 250 ms")


def _demo(folder: Path) -> tuple[float, float]:
    """Seconds of the first and of the second run of the example brief."""
    return _run(EXAMPLE / "brief.yaml", folder, {}), _run(EXAMPLE / "brief.yaml", folder, {})


def _campaign_of_twelve(folder: Path) -> tuple[float, int]:
    """Seconds from the run's start to its end as Dagster saw them, and most calls in flight."""
    shutil.copytree(EXAMPLE, folder / "brief")
    path = folder / "brief" / "brief.yaml"
    yaml = YAML()
    brief = yaml.load(path)
    brief["target_locales"] += MORE_LOCALES
    yaml.dump(brief, path)
    log = folder / "requests.jsonl"
    with _stand_in(log) as base_url:
        _run(path, folder, {"OPENAI_BASE_URL": base_url})
    served = [json.loads(line) for line in log.read_text().splitlines()]
    return _dagster_seconds(folder), max(request["in_flight"] for request in served)


def _run(brief: Path, folder: Path, environment: dict[str, str]) -> float:
    started = time.monotonic()
    subprocess.run(
        [*PROGRAM, "run", str(brief)],
        cwd=folder,
        env={**os.environ, "DAGSTER_HOME": str(folder / "dagster"), **environment},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def _dagster_seconds(folder: Path) -> float:
    os.environ["DAGSTER_HOME"] = str(folder / "dagster")
    with dg.DagsterInstance.get() as instance:
        (record,) = instance.get_run_records(limit=1)
    return (record.end_time or 0) - (record.start_time or 0)


@contextmanager
def _stand_in(log: Path) -> Iterator[str]:
    latencies: list[str] = []
    for kind, seconds in (("text", TEXT_S), ("vision", TEXT_S), ("image", IMAGE_S)):
        latencies += [f"--{kind}-latency-s", str(seconds)]
    with serving("standin", "serve", "--log", str(log), *latencies) as stand_in:
        yield f"{stand_in.url}/v1"


if __name__ == "__main__":
    main()
