"""A deployment that can be killed piece by piece, each piece in a process of its own.

Stand-in, code server, daemon and webserver run as on a server: whoever dies is started again at
once, as systemd or Kubernetes would do it. Run workers are Dagster's to start, and to start again.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import dagster as dg
import httpx2
from dagster._core.storage.dagster_run import RunRecord

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.resources.opening import Archive, open_archive
from creative_assets.settings import Settings
from creative_assets.standin.request_log import Served
from tests.e2e.harness import environment, free_port

READY_S = 90.0
SERVICE = "api.openai.com"
_POLL_S = 0.1
_CODE = "creative_assets.definitions"
_WORKER = re.compile(r"Started process for run \(pid: (\d+)\)")
_LOG_TAIL_CHARS = 4_000

T = TypeVar("T")


@dataclass
class Program:
    """A process, and how to start it again."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    log_path: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _groups: list[int] = field(default_factory=list, repr=False)

    def start(self) -> None:
        """Start it, in a process group of its own with what it starts itself."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._groups.append(self._process.pid)

    def kill(self) -> None:
        """End it alone, with SIGKILL: what it started goes on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """End it, and whatever it has left behind."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def is_up(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None


@dataclass(frozen=True)
class Worker:
    """The process that works on a run."""

    run_id: str
    pid: int


@dataclass(frozen=True)
class Deployed:
    """The pieces, where they keep things, and what they are told."""

    root: Path
    settings: Settings
    standin: Program
    code_server: Program
    daemon: Program
    webserver: Program
    instance: dg.DagsterInstance

    @property
    def inbox(self) -> Path:
        """The folder that briefs are dropped in."""
        return self.root / "inbox"

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """The store and the records."""
        with open_archive(self.settings) as archive:
            yield archive

    def calls(self) -> list[Served]:
        """What the stand-in has answered, in the order in which it was asked."""
        lines = _standin_log(self.root).read_text().splitlines()
        calls = [Served.model_validate_json(line) for line in lines]
        return sorted(calls, key=lambda call: call.seq)

    def runs(self) -> list[RunRecord]:
        """The runs of the stages, oldest first."""
        records = self.instance.get_run_records(dg.RunsFilter(job_name=CREATIVES_JOB))
        return sorted(records, key=lambda record: record.storage_id)

    def is_at_rest(self) -> bool:
        """Whether no run of the stages waits or is under way."""
        return all(record.dagster_run.is_finished for record in self.runs())

    def worker(self) -> Worker | None:
        """Who works on the newest run; None where it waits, or is over."""
        runs = self.runs()
        if not runs or runs[-1].dagster_run.status != dg.DagsterRunStatus.STARTED:
            return None
        run_id = runs[-1].dagster_run.run_id
        for entry in self.instance.all_logs(run_id, dg.DagsterEventType.ENGINE_EVENT):
            if found := _WORKER.search(entry.user_message or entry.message):
                return Worker(run_id, int(found[1]))
        return None

    def wait_for(self, predicate: Callable[[], T], what: str, timeout_s: float) -> T:
        """The first true answer of `predicate`, asked again and again."""
        deadline = time.monotonic() + timeout_s
        while not (answer := predicate()):
            for piece in (self.standin, self.code_server, self.daemon, self.webserver):
                assert piece.is_up(), f"{piece.command} died by itself.\n{self._told(piece)}"
            late = f"Waited {timeout_s:.0f} s in vain for {what}.\n{self._told(self.daemon)}"
            assert time.monotonic() < deadline, late
            time.sleep(_POLL_S)
        return answer

    def _told(self, piece: Program) -> str:
        return piece.log_path.read_text(errors="replace")[-_LOG_TAIL_CHARS:]


@contextmanager
def deployed(
    root: Path,
    behaviour: Sequence[str],
    settings: Mapping[str, str],
    dagster_yaml: str,
) -> Iterator[Deployed]:
    """Run everything in the folder `root` until the block ends; nothing of it stays behind.

    Args:
        root: An empty folder.
        behaviour: Options of `creative-assets standin serve`.
        settings: The product's, as variables of the environment.
        dagster_yaml: Dagster's own configuration.
    """
    home = root / "dagster"
    for folder in (home, root / "inbox"):
        folder.mkdir(parents=True)
    (home / "dagster.yaml").write_text(dagster_yaml)
    standin_port, code_port, web_port = free_port(), free_port(), free_port()
    code_at = {"grpc_server": {"host": "127.0.0.1", "port": code_port}}
    (root / "workspace.yaml").write_text(json.dumps({"load_from": [code_at]}))
    records_url, standin_url = f"sqlite:///{root}/records.db", f"http://127.0.0.1:{standin_port}/v1"
    ours = environment(root, standin_url, records_url)
    variables = {**ours, "CREATIVE_ASSETS_SERVICE_NAME": SERVICE, **settings}

    def program(name: str, *command: str) -> Program:
        return Program([sys.executable, "-m", *command], root, variables, root / f"{name}.log")

    serving = ("creative_assets", "standin", "serve", "--port", str(standin_port))
    logging = ("--log", str(_standin_log(root)))
    at_code = ("-h", "127.0.0.1", "-p", str(code_port), "-m", _CODE)
    at_web = ("-h", "127.0.0.1", "-p", str(web_port))
    workspace = ("-w", str(root / "workspace.yaml"))
    with ExitStack() as stack:
        place = Deployed(
            root=root,
            settings=Settings(
                inbox_url=str(root / "inbox"),
                store_url=str(root / "store"),
                records_url=records_url,
                openai_base_url=standin_url,
                service_name=SERVICE,
                _env_file=None,
            ),
            standin=program("standin", *serving, *logging, *behaviour),
            code_server=program("code", "dagster", "api", "grpc", *at_code),
            daemon=program("daemon", "dagster._daemon", "run", *workspace),
            webserver=program("webserver", "dagster_webserver", *at_web, *workspace),
            instance=stack.enter_context(_instance(home)),
        )
        for piece in (place.standin, place.code_server, place.daemon, place.webserver):
            stack.callback(piece.end)
            piece.start()
        health = f"http://127.0.0.1:{web_port}/server_info"
        place.wait_for(lambda: _answers(health), "the webserver", READY_S)
        yield place


def _instance(home: Path) -> dg.DagsterInstance:
    """Dagster's storage, opened from here as well; its configuration asks the environment."""
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(home)
    try:
        return dg.DagsterInstance.from_config(str(home))
    finally:
        del os.environ["DAGSTER_HOME"]
        if before is not None:
            os.environ["DAGSTER_HOME"] = before


def _standin_log(root: Path) -> Path:
    return root / "standin.jsonl"


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url).is_success
    except httpx2.TransportError:
        return False
