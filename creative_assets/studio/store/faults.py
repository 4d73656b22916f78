"""What a fault of the storage means for whoever stores something, and how to fix it."""

import errno

from creative_assets.studio.errors import (
    CreativeAssetsError,
    MissingInputError,
    RequestRejectedError,
    ServerFaultError,
    StoreConflictError,
)

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_NOT_A_FILE = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY}
_UNACCEPTABLE = {errno.EINVAL, errno.ENAMETOOLONG, errno.EMSGSIZE, errno.ELOOP}


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
