"""Bytes under paths: a local folder, memory, or an S3 bucket.

Whole objects in, whole objects out, and never half of one: a path holds all of the bytes that
somebody put there, or nothing. What must be queried or claimed atomically belongs in `records`.
"""

import errno
import hashlib
import os
import re
import threading
import time
import unicodedata
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import fsspec
from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError

from creative_assets.studio.errors import (
    CreativeAssetsError,
    MissingInputError,
    PermanentError,
    RequestRejectedError,
    ServerFaultError,
    StoreConflictError,
)
from creative_assets.studio.values import Frozen

TEMP_PREFIX = ".tmp-"

# s3fs retries on top of botocore: 5 x 5 requests by default, minutes where an endpoint hangs. Only
# s3fs asks again when an answer breaks off in its body: hence two.
S3FS_ATTEMPTS = 2
S3_CLIENT_CONFIG = {
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "connect_timeout": 5,
    "read_timeout": 15,
    "max_pool_connections": 32,
}
S3_CONFLICT_WAITS_S = (0.1, 0.3, 0.9)

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,62}(/|$)")

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_NOT_A_FILE = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY}
_UNACCEPTABLE = {errno.EINVAL, errno.ENAMETOOLONG, errno.EMSGSIZE, errno.ELOOP}


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
        return {path: stamps[path] for path in sorted(stamps) if _fault_of(path) is None}

    def delete(self, path: str) -> None:
        """Take the file away; a missing one is fine."""
        path = _checked(path)
        with self._explaining(path):
            self._remove(path)

    @contextmanager
    def _explaining(self, path: str) -> Iterator[None]:
        try:
            yield
        except self._faults() as error:
            raise explain(error, f"{self.url}/{path}" if path else self.url) from error

    def _faults(self) -> tuple[type[Exception], ...]:
        """What the backend raises when an operation fails."""
        return (OSError,)

    def _verify(self, found: bytes, expected: StoredFile) -> None:
        found_sha256 = hashlib.sha256(found).hexdigest()
        if found_sha256 != expected.sha256:
            raise StoreConflictError(
                f"{self.url}/{expected.path} holds other bytes: found SHA-256 {found_sha256}, "
                f"expected {expected.sha256}. What is written there once must stay; find out what "
                "changed it, and remove it if it is wrong."
            )

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


def open_store(url: str) -> Store:
    """The store at `url`: a folder (`var/store`, `file:///…`), `memory://name` or `s3://bucket/prefix`.

    Touches nothing yet: the folder is made by the first write. Two stores opened at one
    `memory://name` share their files, within a process. S3's endpoint, region and keys come from
    where botocore finds them, such as `AWS_ENDPOINT_URL`.

    Raises:
        PermanentError: No store can be opened by such a URL.
    """
    scheme, separator, rest = url.partition("://")
    root = rest.strip("/")
    if scheme == "s3" and _fault_of(root) is None and _BUCKET.match(root):
        return _S3Store(f"s3://{root}")
    if scheme == "memory" and _fault_of(root) is None:
        return _MemoryStore(f"memory://{root}")
    if scheme == "file" and rest.startswith("/"):
        return _LocalStore(Path(rest))
    if not separator and url:
        return _LocalStore(Path(url).expanduser())
    raise PermanentError(
        f"No store can be opened at {url!r}. Expected a folder such as var/store, "
        "file:///data/store, memory://name or s3://bucket/prefix."
    )


def explain(error: Exception, url: str) -> CreativeAssetsError:
    """What `error` of a backend, at `url`, means for the caller, and how to fix it."""
    unusable = _why_unusable(error, url)
    if unusable is not None:
        return RequestRejectedError(unusable, everywhere=True)
    if isinstance(error, FileNotFoundError):
        return MissingInputError(
            f"{url} does not exist. Run the step that makes it, or correct the path."
        )
    number = error.errno if isinstance(error, OSError) else None
    if number in _NOT_A_FILE:
        return StoreConflictError(
            f"A folder stands where a file is wanted at {url}, or a file where a folder is "
            f"({error}). Move it away."
        )
    if number in _UNACCEPTABLE:
        return RequestRejectedError(
            f"The store does not take {url}: {error}. Correct the path or the store's settings."
        )
    return ServerFaultError(f"The store failed at {url}: {error!r}. Try again.")


def _why_unusable(error: Exception, url: str) -> str | None:
    """Why nothing at all can be stored there, and the fix; None if other files may do better."""
    number = error.errno if isinstance(error, OSError) else None
    if _s3_code(error) == "NoSuchBucket":
        return f"There is no bucket for {url}. Create it, or correct the store's URL."
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            f"No credentials for {url} ({error}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or AWS_PROFILE, or give the machine a role."
        )
    if isinstance(error, PermissionError) or number in _DENIED:
        return (
            f"Access to {url} is denied ({error}). Give this user, or these keys, the right to "
            "read and write there."
        )
    if number in _NO_SPACE:
        return f"No space is left to write {url}. Free some, or point the store elsewhere."
    if number in _NO_LINKS:
        return (
            f"The file system under {url} has no hard links, which keep a file from being written "
            "twice. Point the store to another one."
        )
    return None


class _LocalStore(Store):
    """A folder. A file appears whole, by a rename or a link of a temporary file beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        super().__init__(f"file://{self.root.as_posix()}")

    def _write(self, path: str, content: bytes) -> None:
        target = self._target(path)
        with _temporary_file_beside(target, content) as temp:
            temp.replace(target)

    def _create(self, path: str, content: bytes) -> bool:
        target = self._target(path)
        with _temporary_file_beside(target, content) as temp:
            try:
                target.hardlink_to(temp)
            except FileExistsError:
                return False
        return True

    def _read(self, path: str) -> bytes:
        target = self._inside(self.root / path)
        try:
            return target.read_bytes()
        except (IsADirectoryError, NotADirectoryError) as error:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(target)) from error

    def _is_file(self, path: str) -> bool:
        return self._inside(self.root / path).is_file()

    def _list(self, folder: str) -> dict[str, str]:
        top = self._inside(self.root / folder)
        if not top.is_dir():
            return {}
        return dict(self._walk(self.root / folder))

    def _walk(self, folder: Path) -> Iterator[tuple[str, str]]:
        for entry in sorted(os.scandir(folder), key=lambda found: found.name):
            place = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(place)
            elif entry.is_file() and self._is_inside(place):
                try:
                    facts = entry.stat()
                except FileNotFoundError:
                    continue  # gone since the folder was read
                # The inode tells two files apart that were written in one tick of the clock.
                stamp = f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ino}"
                yield place.relative_to(self.root).as_posix(), stamp

    def _remove(self, path: str) -> None:
        target = self.root / path
        self._inside(target.parent)
        try:
            target.unlink(missing_ok=True)
        except NotADirectoryError:
            return  # a file stands where the folder would be, so there is nothing to take away

    def _target(self, path: str) -> Path:
        """The place for a new file, in its folder, which exists."""
        target = self.root / path
        self._inside(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _inside(self, place: Path) -> Path:
        if not self._is_inside(place):
            raise PermanentError(
                f"{place} leads out of {self.url} by a symbolic link. Put a copy there instead."
            )
        return place

    def _is_inside(self, place: Path) -> bool:
        return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(self.root))


class _MemoryStore(Store):
    """fsspec's process-wide memory, for tests and trials. One lock makes it safe across threads."""

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


class _S3Store(Store):
    """A bucket, or a prefix of one. A killed writer leaves nothing that a reader can see."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._root = url.removeprefix("s3://")

    @cached_property
    def _files(self) -> Any:  # noqa: ANN401 - s3fs has no types
        # Made at the first use: s3fs takes a second to import, and does not survive a fork.
        files = fsspec.filesystem(
            "s3",
            use_listings_cache=False,  # a cached listing hides what other processes write, forever
            skip_instance_cache=True,  # or others who open s3fs would share these settings
            config_kwargs=S3_CLIENT_CONFIG,
        )
        files.retries = S3FS_ATTEMPTS
        return files

    def _faults(self) -> tuple[type[Exception], ...]:
        from s3fs.core import S3_RETRYABLE_ERRORS  # noqa: PLC0415 - takes a second, only for S3

        return (OSError, BotoCoreError, *S3_RETRYABLE_ERRORS)

    def _write(self, path: str, content: bytes) -> None:
        self._files.pipe_file(f"{self._root}/{path}", content)

    def _create(self, path: str, content: bytes) -> bool:
        for wait_s in (*S3_CONFLICT_WAITS_S, None):
            try:
                self._files.pipe_file(f"{self._root}/{path}", content, mode="create")
            except FileExistsError:
                return False
            except OSError as error:
                code = _s3_code(error)
                # radosgw leaves out the condition that s3fs wants to see for a FileExistsError.
                if code in {"PreconditionFailed", "412"}:
                    return False
                if code != "ConditionalRequestConflict" or wait_s is None:
                    raise
                time.sleep(wait_s)
            else:
                break
        return True

    def _read(self, path: str) -> bytes:
        # One request: several ranges at once could come from two versions of the object.
        content: bytes = self._files.cat_file(f"{self._root}/{path}", max_concurrency=1)
        return content

    def _is_file(self, path: str) -> bool:
        try:
            return bool(self._files.info(f"{self._root}/{path}")["type"] == "file")
        except FileNotFoundError as error:
            if _s3_code(error) == "NoSuchBucket":
                raise
            return False

    def _list(self, folder: str) -> dict[str, str]:
        top = f"{self._root}/{folder}".rstrip("/") + "/"
        found = self._files.find(top, detail=True)
        return {
            name.removeprefix(f"{self._root}/"): facts["ETag"].strip('"')
            for name, facts in found.items()
            if name.startswith(top) and facts["type"] == "file"
        }

    def _remove(self, path: str) -> None:
        self._files.rm_file(f"{self._root}/{path}")


@contextmanager
def _temporary_file_beside(target: Path, content: bytes) -> Iterator[Path]:
    """A file with `content`, safe on the disk; on leaving, so is what was made of it."""
    temp = target.with_name(f"{TEMP_PREFIX}{uuid.uuid4().hex}")
    try:
        with temp.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temp
    finally:
        temp.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _described(path: str, content: bytes) -> StoredFile:
    return StoredFile(
        path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )


def _checked(path: str) -> str:
    fault = _fault_of(path)
    if fault is not None:
        raise PermanentError(
            f"{path!r} is no path in a store: {fault}. Expected a relative path with forward "
            "slashes, such as campaigns/summer/logo.svg."
        )
    return path


def _fault_of(path: str) -> str | None:
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


def _s3_code(error: BaseException) -> str | None:
    """The service's own error code, where s3fs wrapped one."""
    response = getattr(error.__cause__, "response", None)
    return response["Error"].get("Code") if isinstance(response, dict) else None
