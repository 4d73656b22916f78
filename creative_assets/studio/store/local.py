"""A folder as a store."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from creative_assets.studio.errors import PermanentError
from creative_assets.studio.store.base import TEMP_PREFIX, Store


class LocalStore(Store):
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
