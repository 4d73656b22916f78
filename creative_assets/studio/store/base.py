"""What every store is: whole files under paths below one root, and what it promises of them.

How bytes get to a disk or a server belongs to the other modules.
"""

import hashlib
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from creative_assets.studio.errors import CreativeAssetsError, PermanentError, StoreConflictError
from creative_assets.studio.store.faults import explain
from creative_assets.studio.values import Frozen

TEMP_PREFIX = ".tmp-"


class StoredFile(Frozen):
    """A file in the store, and what it held when it was written.

    Attributes:
        path: Relative to the store's root, with forward slashes.
        size_bytes: Length of the content.
        sha256: Hex digest of the content.
    """

    path: str
    size_bytes: int
    sha256: str


class Store(ABC):
    """Files below one root. Safe to use from many threads; `open_store` makes one.

    Every path is relative, with forward slashes, and stays below the root: `PermanentError` says
    what is wrong with one that does not. All methods raise `RequestRejectedError` where the store
    cannot be used at all (denied, full, no such bucket) and `ServerFaultError` where another
    attempt may succeed.

    Attributes:
        url: The root, such as `file:///data/store` or `s3://bucket/prefix`.
    """

    def __init__(self, url: str) -> None:
        """Keep the root's `url`. Touches nothing."""
        self.url = url

    def put(self, path: str, content: bytes) -> StoredFile:
        """Write `content`, replacing what was there; a reader sees all old or all new bytes."""
        path = _checked(path)
        with self._explaining(path):
            self._write(path, content)
        return _described(path, content)

    def put_once(self, path: str, content: bytes) -> StoredFile:
        """Write `content` where nothing is; the same bytes already there are as good.

        Raises:
            StoreConflictError: Other bytes stand there.
        """
        path = _checked(path)
        mine = _described(path, content)
        with self._explaining(path):
            if not self._create(path, content):
                self._verify(self._read(path), mine)
        return mine

    def get(self, path: str) -> bytes:
        """All bytes of the file. Raises `MissingInputError` where there is none."""
        path = _checked(path)
        with self._explaining(path):
            return self._read(path)

    def get_verified(self, file: StoredFile) -> bytes:
        """All bytes of `file`, exactly as they were when it was written.

        Raises:
            MissingInputError: There is no such file.
            StoreConflictError: It holds other bytes now.
        """
        content = self.get(file.path)
        self._verify(content, file)
        return content

    def exists(self, path: str) -> bool:
        """Whether a file (not a folder) stands there."""
        path = _checked(path)
        with self._explaining(path):
            return self._is_file(path)

    def find(self, prefix: str = "") -> dict[str, str]:
        """The files below the folder `prefix`, at any depth, each with a stamp of its content.

        Names that are no valid path here are left out, as are files that are still being written.
        """
        folder = _checked(prefix) if prefix else ""
        with self._explaining(folder):
            stamps = self._list(folder)
        return {path: stamps[path] for path in sorted(stamps) if fault_of(path) is None}

    def delete(self, path: str) -> None:
        """Take the file away; a missing one is fine."""
        path = _checked(path)
        with self._explaining(path):
            self._remove(path)

    def link(self, path: str, expires_s: int) -> str | None:
        """Where a browser finds the file for so long; None where only programs here can read it."""
        path = _checked(path)
        with self._explaining(path):
            return self._link(path, expires_s)

    def advice(self) -> str | None:
        """What its operator had better set up at the backend, and how; None where all is well."""
        return None

    @contextmanager
    def _explaining(self, path: str) -> Iterator[None]:
        try:
            yield
        except self._faults() as error:
            url = f"{self.url}/{path}" if path else self.url
            raise self._explained(error, url) from error

    def _faults(self) -> tuple[type[Exception], ...]:
        """What the backend raises when an operation fails."""
        return (OSError,)

    def _explained(self, error: Exception, url: str) -> CreativeAssetsError:
        """What that means at `url`."""
        return explain(error, url)

    def _verify(self, found: bytes, expected: StoredFile) -> None:
        found_sha256 = hashlib.sha256(found).hexdigest()
        if found_sha256 != expected.sha256:
            raise StoreConflictError(
                f"{self.url}/{expected.path} holds other bytes: found SHA-256 {found_sha256}, "
                f"expected {expected.sha256}. What is written there once must stay; find out what "
                "changed it, and remove it if it is wrong."
            )

    def _link(self, path: str, expires_s: int) -> str | None:  # noqa: ARG002 - for those that have links
        return None

    @abstractmethod
    def _write(self, path: str, content: bytes) -> None: ...

    @abstractmethod
    def _create(self, path: str, content: bytes) -> bool:
        """Write where nothing is; false if something is there."""

    @abstractmethod
    def _read(self, path: str) -> bytes: ...

    @abstractmethod
    def _is_file(self, path: str) -> bool: ...

    @abstractmethod
    def _list(self, folder: str) -> dict[str, str]: ...

    @abstractmethod
    def _remove(self, path: str) -> None: ...


def _described(path: str, content: bytes) -> StoredFile:
    return StoredFile(
        path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )


def _checked(path: str) -> str:
    fault = fault_of(path)
    if fault is not None:
        raise PermanentError(
            f"{path!r} is no path in a store: {fault}. Expected a relative path with forward "
            "slashes, such as campaigns/summer/logo.svg."
        )
    return path


def fault_of(path: str) -> str | None:
    """What is wrong with `path`, or None."""
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in path):
        return "it has a control character"
    if "\\" in path:
        return "it has a backslash"
    parts = path.split("/")
    if "" in parts:
        return "it is empty, absolute, or has an empty part"
    if "." in parts or ".." in parts:
        return "it has a part that is . or .."
    if any(part.startswith(TEMP_PREFIX) for part in parts):
        return f"a part starts with {TEMP_PREFIX}, which marks files that are still being written"
    return None
