"""`make faults`: every kind of fault over a campaign, and all of them together, as a table."""

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from creative_assets.standin.behaviour import FaultKind
from creative_assets.studio.stages import STAGES
from tests.faults.trial import ASKING, KINDS, PASSING, Trial, tried

_HEAD = (
    *("fault", "launches", "completed", "ended for good", "completed later", "calls", "spoilt"),
    *("asked again", "refused twice", "unexplained", "longest request"),
)


def row(name: str, trial: Trial) -> str:
    """A trial as a line of a Markdown table."""
    ended = ", ".join(f"{count} × `{kind}`" for kind, count in sorted(trial.ended.items())) or "0"
    later = trial.variants - trial.completed - len(trial.healed)
    cells = (
        name,
        len(trial.launches),
        f"{trial.completed} of {trial.variants}",
        ended,
        later,
        len(trial.calls),
        sum(call.fault is not None for call in trial.calls),
        trial.asked_again,
        trial.refused_twice,
        len(trial.unexplained),
        f"{trial.longest_s:.1f} s of {trial.deadline_s:g} s",
    )
    return f"| {' | '.join(map(str, cells))} |"


def holds(trial: Trial) -> bool:
    """Whether every promise was kept."""
    everything = trial.completed + trial.ended.total() == trial.variants and not trial.healed
    in_time = trial.longest_s <= trial.deadline_s
    broken = trial.asked_again + trial.refused_twice + len(trial.unexplained)
    return everything and in_time and not broken


def tell(line: str) -> None:
    """Print a line at once: a trial takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def commit() -> str:
    """The commit that is tried."""
    asking = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asking, capture_output=True, text=True, check=False).stdout.strip()


def main() -> None:
    """Print the table; fail where a promise is broken."""
    # The stand-in's server, cutting off what drips, and the studio, telling what is in the table.
    logging.disable(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=60, help="a multiple of ten")
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--finals", action="store_true", help="also set and check the finals")
    parser.add_argument("--only", nargs="*", choices=KINDS, help="these kinds, each alone")
    options = parser.parse_args()
    tell(f"{options.variants} variants, {options.rate:.0%}, commit {commit()}\n")
    tell(f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}")
    trials: list[tuple[str, Sequence[FaultKind]]] = [
        (f"`{kind}`", (kind,)) for kind in options.only or KINDS
    ]
    if not options.only:
        trials += [("all that pass", PASSING), ("all of them", KINDS)]
    kept = []
    for name, kinds in trials:
        with tempfile.TemporaryDirectory() as folder:
            trial = tried(
                Path(folder),
                kinds,
                variants=options.variants,
                rate=options.rate,
                stages=STAGES if options.finals else ASKING,
            )
        tell(row(name, trial))
        for words in trial.unexplained[:3]:
            tell(f"  unexplained: {words}")
        kept.append(holds(trial))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
