"""What we build on is listed whole; what is known against it is said, or that nobody knows."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

PROJECT = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:9/v1/query"
PINNED = "six==1.16.0\nwheel==0.38.0\n"


class Database(BaseHTTPRequestHandler):
    """Answers as OSV does: one package is vulnerable."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        vulnerable = query["package"]["name"] == "wheel"
        body = json.dumps({"vulns": [VULNERABILITY]} if vulnerable else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


VULNERABILITY = {
    "id": "PYSEC-2022-43017",
    "modified": "2023-01-01T00:00:00Z",
    "published": "2023-01-01T00:00:00Z",
    "details": "A regular expression takes for ever.",
    "affected": [
        {
            "package": {"name": "wheel", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.38.1"}]}],
        }
    ],
}


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def audited(folder: Path, osv_url: str, pinned: str, *options: str) -> tuple[int, str]:
    requirements = folder / "requirements.txt"
    requirements.write_text(pinned)
    done = subprocess.run(
        [
            *(sys.executable, str(PROJECT / ".ci/audit.py"), "--osv-url", osv_url, *options),
            *("--requirements", str(requirements)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_known_vulnerability_fails_and_is_named_with_the_version_that_mends_it(
    tmp_path: Path, database: str
) -> None:
    code, said = audited(tmp_path, database, PINNED, "--may-be-unreachable")

    assert code == 1
    assert "wheel 0.38.0: PYSEC-2022-43017 (mended in 0.38.1)" in said
    assert "Audited 2 packages: 1 findings." in said


def test_where_nothing_is_known_against_any_package_all_is_well(
    tmp_path: Path, database: str
) -> None:
    assert audited(tmp_path, database, "six==1.16.0\n") == (0, "Audited 1 packages: 0 findings.\n")


def test_where_nobody_can_be_asked_nothing_is_said_to_be_well(tmp_path: Path) -> None:
    code, said = audited(tmp_path, NOWHERE, PINNED)
    lenient, said_again = audited(tmp_path, NOWHERE, PINNED, "--may-be-unreachable")

    assert (code, lenient) == (1, 0)
    assert said == said_again
    assert said.startswith("NOT AUDITED: the database of vulnerabilities cannot be asked.")


def test_the_bill_of_materials_has_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    command = re.search(
        r"cyclonedx-py (requirements .*?) -o", (PROJECT / "Makefile").read_text(), re.DOTALL
    )
    assert command
    options = command[1].replace("\\", " ").split()
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", *options, "-o", written],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    bill = json.loads(written.read_text())
    locked = re.findall(
        r"^([\w.-]+)==([\w.]+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE
    )
    hashed = [
        (part["name"], part["version"])
        for part in bill["components"]
        if part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        and part["externalReferences"][0]["hashes"]
    ]

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "creative-assets"
    assert sorted(hashed) == sorted(locked)
