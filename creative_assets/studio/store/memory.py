"""A store that lives as long as its process, for tests and trials."""

import hashlib
import threading
from typing import Any, ClassVar

import fsspec

from creative_assets.studio.store.base import Store


class MemoryStore(Store):
    """fsspec's process-wide memory. One lock makes it safe across threads."""

    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._files: Any = fsspec.filesystem("memory")
        self._root = "/" + url.removeprefix("memory://")

    def _write(self, path: str, content: bytes) -> None:
        with self._lock:
            self._files.pipe_file(f"{self._root}/{path}", content)

    def _create(self, path: str, content: bytes) -> bool:
        with self._lock:
            if self._is_file(path):
                return False
            self._write(path, content)
            return True

    def _read(self, path: str) -> bytes:
        with self._lock:
            content: bytes = self._files.cat_file(f"{self._root}/{path}")
            return content

    def _is_file(self, path: str) -> bool:
        with self._lock:
            return bool(self._files.isfile(f"{self._root}/{path}"))

    def _list(self, folder: str) -> dict[str, str]:
        top = f"{self._root}/{folder}".rstrip("/") + "/"
        with self._lock:
            names = [name for name in self._files.find(top) if name.startswith(top)]
            return {
                name.removeprefix(f"{self._root}/"): hashlib.sha256(
                    self._files.cat_file(name)
                ).hexdigest()
                for name in names
            }

    def _remove(self, path: str) -> None:
        with self._lock:
            if self._is_file(path):
                self._files.rm_file(f"{self._root}/{path}")
