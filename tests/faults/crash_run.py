"""`make crashes`: a campaign whose run is killed again and again, and what it cost, as a table."""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.crashes import COMPANIONS, Companion, CrashTrial, Kill, survived
from tests.faults.run import commit, tell

_HEAD = (
    *("killed with the worker", "kills", "calls in flight", "of them lost"),
    *("most lost by one", "until the next worker: median", "longest"),
)


def row(companion: Companion, kills: Sequence[Kill]) -> str:
    """The kills of one kind as a line of a Markdown table."""
    waits = [kill.until_next_s for kill in kills]
    cells = (
        companion or "nothing else",
        len(kills),
        sum(kill.in_flight for kill in kills),
        sum(kill.lost for kill in kills),
        max(kill.lost for kill in kills),
        f"{statistics.median(waits):.0f} s",
        f"{max(waits):.0f} s",
    )
    return f"| {' | '.join(map(str, cells))} |"


def in_words(trial: CrashTrial) -> str:
    """The totals."""
    return (
        f"{trial.calls} calls for {trial.generations} generations, {trial.lost} lost by kills, "
        f"answers of up to {trial.oldest_lost_s:.1f} s before among them; "
        f"{trial.asked_again} asked again besides, {trial.orphans} by orphans; "
        f"{len(trial.faults)} faults in the end; {trial.unfinished_files} unfinished files left; "
        f"{trial.seconds / 60:.0f} minutes."
    )


def main() -> None:
    """Print the table; fail where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=24, help="a multiple of six")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--of-each", type=int, default=3, help="kills of each other program")
    parser.add_argument("--longest-delay-s", type=float, default=12.0, help="before a kill")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tell(f"{options.variants} variants, seed {options.seed}, commit {commit()}\n")
    with tempfile.TemporaryDirectory() as folder:
        trial = survived(
            Path(folder),
            variants=options.variants,
            kills=options.kills,
            companions=COMPANIONS * options.of_each,
            longest_delay_s=options.longest_delay_s,
            seed=options.seed,
        )
    tell(f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}")
    for companion in ("", *COMPANIONS):
        if kills := [kill for kill in trial.kills if kill.companion == companion]:
            tell(row(companion, kills))
    tell(f"\n{in_words(trial)}")
    for fault in trial.faults:
        tell(f"  {fault}")
    sys.exit(0 if trial.holds(options.kills) else 1)


if __name__ == "__main__":
    main()
