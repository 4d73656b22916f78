"""A disk of a few megabytes that can be filled and made read-only, for whoever may mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BALLAST = "ballast"
_BLOCK_BYTES = 4096


@dataclass(frozen=True)
class Disk:
    """A file system of its own, in memory, mounted at `folder`."""

    folder: Path

    def fill(self, leave_bytes: int = 0) -> None:
        """Leave so many bytes free, to the next whole block."""
        facts = os.statvfs(self.folder)
        free_bytes = facts.f_bavail * facts.f_frsize
        with (self.folder / _BALLAST).open("ab") as ballast:
            for _ in range((free_bytes - leave_bytes) // _BLOCK_BYTES):
                ballast.write(bytes(_BLOCK_BYTES))

    def free(self) -> None:
        """Take away what filled it."""
        (self.folder / _BALLAST).unlink()

    def make_read_only(self) -> None:
        """Let nobody write; not even root, who may write to any folder."""
        _run("mount", "-o", "remount,ro", str(self.folder))

    def make_writable(self) -> None:
        """Let everybody write again."""
        _run("mount", "-o", "remount,rw", str(self.folder))


def may_mount() -> bool:
    """Whether this process may mount file systems: root may, outside most containers."""
    trying = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(trying, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:  # not Linux
        return False


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Disk]:
    """A disk at `folder` until the block ends."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
