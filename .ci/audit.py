"""Known vulnerabilities in what requirements.lock names, by pip-audit and OSV's database.

Fails where there is one. Where the database cannot be asked nothing is known: that is said, and
fails as well, unless the option says that it may be so.
"""

# ruff: noqa: INP001 - a program, of no package
import argparse
import json
import subprocess
import sys
from pathlib import Path

_TIMEOUT_S = 300


def main() -> None:
    """Ask, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requirements", type=Path, default=Path("requirements.lock"))
    parser.add_argument("--osv-url", default="https://api.osv.dev/v1/query")
    parser.add_argument("--may-be-unreachable", action="store_true")
    options = parser.parse_args()
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(options.requirements)),
        *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
        *("--vulnerability-service", "osv", "--osv-url", options.osv_url),
    ]
    asked = subprocess.run(  # noqa: S603 - our own words, and no shell
        command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )
    try:
        answers = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        reason = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        _end(
            f"NOT AUDITED: the database of vulnerabilities cannot be asked. {reason[:300]}", options
        )
        return
    vulnerable = [
        f"{each['name']} {each['version']}: {found['id']}"
        f" (mended in {', '.join(found['fix_versions']) or 'no version yet'})"
        for each in answers
        for found in each.get("vulns", ())
    ]
    skipped = [
        f"{each['name']}: {each['skip_reason']}" for each in answers if "skip_reason" in each
    ]
    for line in vulnerable:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"Audited {len(answers) - len(skipped)} packages: {len(vulnerable)} findings.\n"
    )
    if vulnerable:
        sys.exit(1)
    if skipped:
        _end(f"NOT AUDITED: {len(skipped)} packages, such as {skipped[0]}", options)


def _end(warning: str, options: argparse.Namespace) -> None:
    sys.stdout.write(f"{warning}\n")
    sys.exit(0 if options.may_be_unreachable else 1)


if __name__ == "__main__":
    main()
