"""A real Redis server for tests, as Debian has it, in a folder of its own."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.postgres import free_port

IS_INSTALLED = shutil.which("redis-server") is not None
_READY_S = 10.0


@dataclass
class RedisServer:
    """A server that keeps everything in memory. Its `url` stays the same when it is restarted."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                *("redis-server", "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--dir", str(self.folder), "--logfile", "log"),
            ]
        )
        deadline = time.monotonic() + _READY_S
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once; what it kept is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(_READY_S)
            self._process = None

    def _answers(self) -> bool:
        with Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A server with nothing in it, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder), free_port())
        try:
            server.start()
            yield server
        finally:
            server.stop()
