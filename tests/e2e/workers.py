"""Celery workers as on machines of their own: each has a working folder and a DAGSTER_HOME.

They share PostgreSQL, Redis and an S3 server, and nothing else. What is claimed of them is in the
tests.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from creative_assets.studio.models.services import OPENAI
from tests.e2e.harness import PROJECT, STOP_S, Databases, Deployment, postgres_databases
from tests.postgres import PostgresServer
from tests.redis_server import redis_server

DEPLOY = PROJECT / "deploy"
BUCKET = "creative"
RUNS_AT_ONCE = 2
"""As many as there are workers: a lost run that kept its place would hold up its retry."""


@dataclass(frozen=True)
class Worker:
    """A machine that takes one run at a time."""

    process: subprocess.Popen[bytes]

    def works_in(self, pid: int) -> bool:
        """Whether the process `pid` is one of its own."""
        return os.getsid(pid) == self.process.pid

    def kill(self) -> None:
        """Lose it with everything that runs on it."""
        self._signal(signal.SIGKILL)
        self.process.wait(STOP_S)

    def cut_off(self) -> None:
        """Let nobody hear of it any more."""
        self._signal(signal.SIGSTOP)

    def come_back(self) -> None:
        """Let it go on where it was cut off."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@contextmanager
def shared_services(postgres: PostgresServer, root: Path) -> Iterator[Databases]:
    """What all machines reach, as `deploy/celery` has it configured."""
    with ExitStack() as stack:
        databases = stack.enter_context(postgres_databases(postgres))
        redis_url = stack.enter_context(redis_server()).url
        s3 = stack.enter_context(_s3_server())
        stack.enter_context(_environment(s3))
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        dagster_yaml = root / "dagster.yaml"
        shipped = databases.dagster_yaml.read_text()
        eight = "max_concurrent_runs: 8"
        assert eight in shipped
        dagster_yaml.write_text(
            shipped.replace(eight, f"max_concurrent_runs: {RUNS_AT_ONCE}")
            + (DEPLOY / "celery" / "run_launcher.yaml").read_text()
        )
        variables = {
            **databases.environment,
            "CELERY_BROKER_URL": redis_url,
            "DAGSTER_LOGS_BUCKET": BUCKET,
            "CREATIVE_ASSETS_STORE_URL": f"s3://{BUCKET}/store",
            "CREATIVE_ASSETS_LIMITS_URL": redis_url,
            "CREATIVE_ASSETS_SERVICE_NAME": OPENAI,
        }
        yield Databases(databases.records_url, dagster_yaml, variables)


@contextmanager
def worker(place: Deployment, name: str) -> Iterator[Worker]:
    """Another machine of the deployment, until the block ends."""
    folder = place.root / name
    home = folder / "dagster"
    home.mkdir(parents=True)
    shutil.copyfile(place.root / "dagster" / "dagster.yaml", home / "dagster.yaml")
    path = os.pathsep.join((str(DEPLOY / "celery"), place.environment.get("PYTHONPATH", "")))
    own = {
        "DAGSTER_HOME": str(home),
        "CREATIVE_ASSETS_INBOX_URL": str(folder / "no-inbox"),
        "CREATIVE_ASSETS_PUBLISH_URL": str(folder / "no-published"),
        "PYTHONPATH": path,
    }
    with place.log_path.open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "dagster_celery.app", "worker"),
                *("--queues", "dagster", "--hostname", f"{name}@%h", "--concurrency", "1"),
            ],
            cwd=folder,
            env={**place.environment, **own},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Worker(process)
    try:
        yield started
    finally:
        started.kill()


@contextmanager
def _s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _environment(s3_url: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", s3_url)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield
