import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
BARE = {"PATH": "/usr/bin:/bin"}

IMPORT = """
import socket, sys

def refuse(*arguments, **keywords):
    raise AssertionError("the import reached for the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import creative_assets.definitions
print(*sorted(sys.modules))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], list[Path]]:
    """What importing the definitions loads, and which files it leaves in an empty folder."""
    folder = tmp_path_factory.mktemp("empty")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT],
        cwd=folder,
        env={**BARE, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split()), list(folder.rglob("*"))


def test_importing_the_definitions_reaches_no_network_and_makes_no_file(
    imported: tuple[set[str], list[Path]],
) -> None:
    modules, made = imported

    assert "creative_assets.definitions" in modules
    assert made == []


@pytest.mark.parametrize("heavy", ["openai", "s3fs", "pandas", "boto3", "uvicorn"])
def test_importing_the_definitions_leaves_out(
    heavy: str, imported: tuple[set[str], list[Path]]
) -> None:
    modules, _ = imported

    assert heavy not in modules


def test_the_definitions_pass_the_check_that_contributors_run() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dg")), "check", "defs"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
