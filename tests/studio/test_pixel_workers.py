"""Pixel work is done in processes that fail alone, and end with the run."""

import logging
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from creative_assets.studio.errors import BriefError, Problem, RenderError
from creative_assets.studio.log_context import about, subjects
from creative_assets.studio.pixel_workers import pixel_workers

RUN = """
import os, time
from creative_assets.studio.pixel_workers import pixel_workers
with pixel_workers(1) as workers:
    print(workers.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def refuse() -> None:
    raise BriefError("brief.yaml", [Problem("products", "none", "at least one", "Add one.")])


def log_to(path: Path) -> None:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(campaign)s: %(message)s"))
    handler.addFilter(add_subjects)
    logging.getLogger().addHandler(handler)


def add_subjects(record: logging.LogRecord) -> bool:
    record.__dict__.update(subjects())
    return True


def warn() -> None:
    logging.getLogger("creative_assets").warning("It is late.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_is_done_in_a_process_of_its_own_that_knows_what_it_is_about() -> None:
    with pixel_workers(1) as workers, about(variant="nordlys__en-US__cold-brew"):
        assert workers.submit(os.getpid).result() != os.getpid()
        assert workers.submit(subjects).result()["variant"] == "nordlys__en-US__cold-brew"


def test_a_process_logs_as_its_run_does(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pixel_workers(1, partial(log_to, log)) as workers, about(campaign="summer"):
        workers.submit(warn).result()

    assert log.read_text() == "summer: It is late.\n"


def test_without_processes_the_runs_own_does_the_work() -> None:
    with pixel_workers(0) as workers:
        assert workers.submit(os.getpid).result() == os.getpid()


def test_an_error_comes_back_with_all_that_it_says() -> None:
    with pixel_workers(1) as workers, pytest.raises(BriefError) as raised:
        workers.submit(refuse).result()

    assert raised.value.problems[0].field == "products"


def test_a_process_that_dies_of_a_picture_takes_only_that_work_with_it() -> None:
    with pixel_workers(1) as workers:
        dying, next_one = workers.submit(die), workers.submit(partial(max, 1, 2))

        with pytest.raises(RenderError, match="died of a picture"):
            dying.result()
        assert next_one.result() == 2


def test_a_killed_run_leaves_no_process_behind() -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pixels = psutil.Process(int(run.stdout.readline()))
    run.kill()

    gone, _ = psutil.wait_procs([pixels], timeout=20)
    assert gone
    run.communicate()
