"""Bytes under paths: a local folder, memory, or an S3 bucket.

Whole objects in, whole objects out, and never half of one: a path holds all of the bytes that
somebody put there, or nothing. What must be queried or claimed atomically belongs in `records`.
"""

import re
from pathlib import Path

from creative_assets.studio.errors import PermanentError
from creative_assets.studio.store.base import Store, StoredFile, fault_of
from creative_assets.studio.store.local import LocalStore
from creative_assets.studio.store.memory import MemoryStore

__all__ = ["Store", "StoredFile", "open_store"]

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,62}(/|$)")


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
    if scheme == "s3" and fault_of(root) is None and _BUCKET.match(root):
        from creative_assets.studio.store.s3 import S3Store  # noqa: PLC0415 - a second, only for S3

        return S3Store(f"s3://{root}")
    if scheme == "memory" and fault_of(root) is None:
        return MemoryStore(f"memory://{root}")
    if scheme == "file" and rest.startswith("/"):
        return LocalStore(Path(rest))
    if not separator and url:
        return LocalStore(Path(url).expanduser())
    raise PermanentError(
        f"No store can be opened at {url!r}. Expected a folder such as var/store, "
        "file:///data/store, memory://name or s3://bucket/prefix."
    )
