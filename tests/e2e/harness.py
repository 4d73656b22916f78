"""A whole deployment for tests: daemon, webserver and code server over a served stand-in.

Only starting, asking, waiting and stopping belong here; what is claimed of it is in the tests.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from creative_assets.resources.opening import Archive, open_archive
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.request_log import Served
from creative_assets.standin.serve import StandIn, running
from tests.postgres import PostgresServer

PROJECT = Path(__file__).parents[2]
READY_S = 90.0
STEP_S = 120.0
STOP_S = 15.0
_POLL_S = 0.2
_LOG_TAIL_CHARS = 6_000
_DAEMONS = {"SENSOR", "BACKFILL", "QUEUED_RUN_COORDINATOR", "MONITORING", "SCHEDULER"}

Json = dict[str, Any]
T = TypeVar("T")

_READY = """{
  instance { daemonHealth { allDaemonStatuses { daemonType healthy } } }
  repositoriesOrError {
    __typename
    ... on RepositoryConnection { nodes { name location { name } } }
    ... on PythonError { message }
  }
}"""


@dataclass(frozen=True)
class Deployment:
    """Dagster as an operator runs it, in a folder of its own.

    Attributes:
        url: The webserver's address, without a slash at the end.
        environment: What its processes find in theirs; for further processes beside them.
    """

    root: Path
    url: str
    standin: StandIn
    environment: Mapping[str, str]
    log_path: Path
    records_url: str

    @property
    def inbox(self) -> Path:
        """The folder that briefs are dropped in."""
        return self.root / "inbox"

    def graphql(self, query: str, variables: Json | None = None) -> Json:
        """The `data` of the webserver's answer; its errors fail the test."""
        body = {"query": query, "variables": variables or {}}
        answer = httpx2.post(f"{self.url}/graphql", json=body, timeout=30).json()
        assert "errors" not in answer, json.dumps(answer["errors"], indent=1)[:2000]
        data: Json = answer["data"]
        return data

    def wait_for(self, predicate: Callable[[], T], what: str, timeout_s: float = STEP_S) -> T:
        """The first true answer of `predicate`, asked again and again.

        Raises:
            TimeoutError: It never came; names `what` was waited for and shows the log's end.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            answer = predicate()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"Waited {timeout_s:.0f} s in vain for {what}.\n{self.log()}")
            time.sleep(_POLL_S)

    def log(self) -> str:
        """The end of what the processes wrote."""
        return self.log_path.read_text(errors="replace")[-_LOG_TAIL_CHARS:]

    def asked(self, *operations: str) -> list[Served]:
        """What the stand-in was asked for, oldest first; where named, only these operations."""
        return [
            call
            for call in self.standin.requests()
            if not operations or call.operation in operations
        ]

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """The store and the records of the deployment."""
        settings = Settings(
            store_url=self.environment["CREATIVE_ASSETS_STORE_URL"],
            records_url=self.records_url,
            _env_file=None,
        )
        with open_archive(settings) as archive:
            yield archive


@dataclass(frozen=True)
class Databases:
    """Where Dagster and the records keep their rows.

    Attributes:
        dagster_yaml: What is Dagster's.
        environment: What that reads, and what is to be otherwise than on a laptop.
    """

    records_url: str
    dagster_yaml: Path
    environment: Mapping[str, str]


def kept_by_operation(archive: Archive, campaign_id: str) -> Counter[str]:
    """Operation → how many of a campaign's generations are kept."""
    kept: Counter[str] = Counter()
    for row in archive.records.spending.lines(campaign_id):
        kept[row.operation] += row.generations
    return kept


@contextmanager
def sqlite_files(root: Path) -> Iterator[Databases]:
    """Files below `root`, as on a laptop."""
    with as_file(files("creative_assets") / "data" / "dagster.yaml") as shipped:
        yield Databases(f"sqlite:///{root}/records.db", shipped, {})


@contextmanager
def postgres_databases(server: PostgresServer) -> Iterator[Databases]:
    """Two databases of `server`, as in production."""
    with server.database() as records_url, server.database() as storage_url:
        production = PROJECT / "deploy" / "dagster.yaml"
        yield Databases(records_url, production, {"DAGSTER_PG_URL": storage_url})


@contextmanager
def deployment(root: Path, behaviour: Behaviour, databases: Databases) -> Iterator[Deployment]:
    """Run everything in the folder `root` until the block ends; nothing of it stays behind."""
    home = root / "dagster"
    for folder in (home, root / "inbox"):
        folder.mkdir(parents=True)
    shutil.copyfile(databases.dagster_yaml, home / "dagster.yaml")
    log_path = root / "dagster.log"
    port = free_port()
    with running(behaviour, root / "standin.jsonl") as standin:
        ours = environment(root, standin.base_url, databases.records_url)
        variables = {**ours, **databases.environment}
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "dagster", "dev"),
                    *("-w", str(PROJECT / "workspace.yaml")),
                    *("-h", "127.0.0.1", "-p", str(port)),
                ],
                cwd=root,
                env=variables,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            url = f"http://127.0.0.1:{port}"
            place = Deployment(root, url, standin, variables, log_path, databases.records_url)
            try:
                place.wait_for(lambda: _is_ready(place, server), "Dagster to be ready", READY_S)
                yield place
            finally:
                _end(server)


def environment(root: Path, standin_url: str, records_url: str) -> dict[str, str]:
    """What the processes of a deployment below `root` find in their environment."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CREATIVE_ASSETS_", "OPENAI_", "DAGSTER_", "PYTEST_"))
    }
    return {
        **ours,
        "DAGSTER_HOME": str(root / "dagster"),
        "OPENAI_BASE_URL": standin_url,
        "CREATIVE_ASSETS_INBOX_URL": str(root / "inbox"),
        "CREATIVE_ASSETS_STORE_URL": str(root / "store"),
        "CREATIVE_ASSETS_RECORDS_URL": records_url,
        "CREATIVE_ASSETS_PUBLISH_URL": str(root / "published"),
        "CREATIVE_ASSETS_CPU_WORKERS": "1",  # processes that each of many small runs starts
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def _is_ready(place: Deployment, server: subprocess.Popen[bytes]) -> bool:
    assert server.poll() is None, f"Dagster ended with code {server.returncode}.\n{place.log()}"
    try:
        state = place.graphql(_READY)
    except httpx2.TransportError:
        return False
    statuses = state["instance"]["daemonHealth"]["allDaemonStatuses"]
    healthy = {status["daemonType"] for status in statuses if status["healthy"]}
    repositories = state["repositoriesOrError"]
    assert repositories["__typename"] == "RepositoryConnection", repositories
    return bool(repositories["nodes"]) and healthy >= _DAEMONS


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the whole process group: politely, and then for sure."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.wait(STOP_S)
    # Code servers and run workers can outlive their parent's end.
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(STOP_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
