"""Our own programs, as benchmarks start them: beside themselves on a free port, or to their end.

With what each of them takes of the machine.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PROGRAM = (sys.executable, "-m", "creative_assets")
_PATIENCE_S = 30.0
_LOOK_EVERY_S = 1.0  # looking itself takes some CPU


@dataclass(frozen=True)
class Spent:
    """What a program took from its start to its end: on the CPU in all its threads, at its peak."""

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Served:
    """A program that answers at `url`."""

    url: str
    process: psutil.Process


@contextmanager
def serving(
    *arguments: str,
    program: Sequence[str] = PROGRAM,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """A program of ours, or another, answering on a free port while the block runs."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = psutil.Popen(
        [*program, *arguments, "--port", str(port)],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield Served(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def run_to_end(command: list[str], folder: Path, environment: Mapping[str, str]) -> Spent:
    """Run a program in `folder`, with all that it starts.

    Raises:
        subprocess.CalledProcessError: It failed; what it said last is in its notes.
    """
    started, log = time.monotonic(), folder / "program.log"
    with log.open("wb") as output, ThreadPoolExecutor(1) as watcher:
        process = psutil.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        ended = threading.Event()
        watched = watcher.submit(_peak_mb, process, ended)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        ended.set()
    code = os.waitstatus_to_exitcode(status)
    if code:
        error = subprocess.CalledProcessError(code, command)
        error.add_note(log.read_text(errors="replace")[-2000:])
        raise error
    return Spent(wall_s, used.ru_utime + used.ru_stime, watched.result())


def _peak_mb(process: psutil.Process, ended: threading.Event) -> float:
    peak_mb = _memory_mb(process)
    while not ended.wait(_LOOK_EVERY_S):
        peak_mb = max(peak_mb, _memory_mb(process))
    return peak_mb


def _memory_mb(process: psutil.Process) -> float:
    """What it and its children hold; what they share is counted once."""
    try:
        full = process.memory_full_info()
        held = getattr(full, "pss", full.uss)  # Linux alone knows the share of each
        return held / 1e6 + sum(map(_memory_mb, process.children()))
    except psutil.NoSuchProcess:
        return 0.0


def cpu_s_of(process: psutil.Process) -> float:
    """What a process has taken so far, with all that it has started, ended or not."""
    try:
        ours = process.cpu_times()
        of_ended = ours.children_user + ours.children_system
        return ours.user + ours.system + of_ended + sum(map(cpu_s_of, process.children()))
    except psutil.NoSuchProcess:  # one of PostgreSQL's, which come and go
        return 0.0


def _wait_for(port: int, process: psutil.Popen) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args!r} does not listen at port {port}; it should by now.")
