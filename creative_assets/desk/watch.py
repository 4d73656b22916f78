"""Keeps an eye on the deployment, for those who ask how it fares."""

import threading
import time
from collections.abc import Callable
from typing import Final

from creative_assets.studio.vitals import Vitals

MEASURED_EVERY_S: Final = 10.0
"""However often strangers ask, store, records and Dagster are asked no more often."""


class Watch:
    """Takes vitals when it is asked, and not more often than it may."""

    def __init__(self, measure: Callable[[], Vitals], every_s: float = MEASURED_EVERY_S) -> None:
        """Take them with `measure`."""
        self._measure = measure
        self._every_s = every_s
        self._lock = threading.Lock()
        self._last: tuple[float, Vitals] | None = None

    def vitals(self) -> Vitals:
        """The newest vitals."""
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] >= self._every_s:
                self._last = (time.monotonic(), self._measure())
            return self._last[1]
