"""Celery's workers find this by its name in their PYTHONPATH."""  # noqa: INP001 - no package

import multiprocessing
import os

from celery.signals import worker_process_init

broker_url = result_backend = os.environ["CELERY_BROKER_URL"]

# A worker that died takes no run along that it had not begun.
worker_prefetch_multiplier = 1
worker_disable_prefetch = True

# Loaded once and shared by all processes of a worker, so that a run starts at once.
imports = ["creative_assets.definitions"]

# A process that grows is replaced; the next one has everything loaded already.
worker_max_tasks_per_child = 50

# Dagster keeps how a run ended; its result here is for run monitoring alone.
result_expires = 24 * 3600

worker_hijack_root_logger = False
broker_connection_retry_on_startup = True


@worker_process_init.connect
def _may_have_children(**_: object) -> None:
    """A run works on pixels in processes of its own, which Celery's processes may not start."""
    multiprocessing.current_process().daemon = False
