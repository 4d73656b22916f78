"""Hostile input at full size, as a table: `make hostile`."""

import argparse
import subprocess
import sys
import time
import warnings

from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.records import open_records
from tests.hostile.answers import ANSWERS, PICTURES
from tests.hostile.attacks import Attack, tried
from tests.hostile.briefs import BRIEFS
from tests.hostile.decisions import decisions_in
from tests.hostile.pictures import LOGOS, PHOTOS


def tell(line: str) -> None:
    """Print a line at once: an attack takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def row(attack: Attack, examples: int) -> str:
    """What came of an attack, as a line of a Markdown table; the first crash ends the run."""
    started = time.process_time()
    tally = tried(attack, examples)
    cells = (tally.tried, tally.tried - tally.refused, tally.refused, tally.problems)
    numbers = " | ".join(f"{number:,}" for number in cells)
    return f"| {attack.name} | {numbers} | 0 | {time.process_time() - started:.0f} s |"


def main() -> None:
    """Print the table; fail at the first crash, with the input that leads to it."""
    warnings.simplefilter("ignore")  # the openai package's, of answers that it takes apart
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="of each kind of input")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    tell(f"{options.examples:,} of each, commit {commit.stdout.strip()}\n")
    tell("| input | tried | used | refused | problems told | crashes | CPU |\n|" + "---|" * 7)
    for attack in (BRIEFS, LOGOS, PHOTOS, ANSWERS, PICTURES):
        tell(row(attack, options.examples))
    records = open_records("sqlite:///:memory:")
    tell(row(decisions_in(DecisionLog(records.database)), options.examples))
    records.close()


if __name__ == "__main__":
    main()
