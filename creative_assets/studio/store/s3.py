"""A bucket of S3, or a prefix of one, as a store.

Endpoint, region and keys come from where botocore finds them, and from nowhere else. What the
errors mean is in `s3_faults`.
"""

import json
import os
import shlex
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import fsspec
from aiohttp import ClientPayloadError
from botocore.exceptions import IncompleteReadError, ResponseStreamingError

from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.store.base import Store
from creative_assets.studio.store.s3_faults import FAULTS, code_of, explain_s3

_CLIENT_CONFIG = {
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "connect_timeout": 3,
    "read_timeout": 6,  # between two bytes
    "max_pool_connections": 32,
    "signature_version": "s3v4",  # else links are signed in a way that Amazon no longer takes
}
# s3fs would multiply botocore's attempts by its own, twice over for a GET: minutes for an endpoint
# that hangs.
_S3FS_ATTEMPTS = 1
_ANSWERS = 3
"""Of which one may be whole: botocore does not ask again for one that breaks off."""

_BROKEN_OFF = (ClientPayloadError, IncompleteReadError, ResponseStreamingError)

_DEADLINE_S = 30
"""For one object or one page of a listing, also where a server sends a byte now and then."""

_CONFLICT_WAITS_S = (0.1, 0.3, 0.9)

_DAYS_OF_UPLOADS = 7
_RULE = {
    "ID": "abandoned-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _DAYS_OF_UPLOADS},
}


class S3Store(Store):
    """Objects under a prefix. A killed writer leaves nothing that a reader can see."""

    def __init__(self, url: str) -> None:
        """Keep the URL; nothing is opened, and nothing is asked for, before the first use."""
        super().__init__(url)
        self._bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._opening = threading.Lock()
        self._opened: tuple[int, Any] | None = None

    def advice(self) -> str | None:
        """The lifecycle rule that the bucket lacks, and how to set it."""
        with self._explaining(""):
            try:
                rules = self._call("get_bucket_lifecycle_configuration")["Rules"]
            except OSError as error:
                if code_of(error) == "AccessDenied":
                    return (
                        f"These keys may not read the lifecycle rules of {self._bucket}. Look "
                        "whether one of them clears abandoned multipart uploads."
                    )
                if code_of(error) != "NoSuchLifecycleConfiguration":
                    raise
                rules = []
        if any(self._clears_uploads(rule) for rule in rules):
            return None
        wanted = shlex.quote(json.dumps({"Rules": [*rules, _RULE]}))
        return (
            f"The bucket {self._bucket} has no rule that clears abandoned multipart uploads: what "
            "of them is there stays, unseen, and is paid for. Set one: aws s3api "
            f"put-bucket-lifecycle-configuration --bucket {self._bucket} "
            f"--lifecycle-configuration {wanted}"
        )

    def _clears_uploads(self, rule: dict[str, Any]) -> bool:
        """Whether a lifecycle rule clears them everywhere below the store's root."""
        where: str = rule.get("Filter", rule).get("Prefix", "")  # an old rule has no filter
        is_on = rule["Status"] == "Enabled" and "AbortIncompleteMultipartUpload" in rule
        return is_on and self._prefix.startswith(where)

    def _faults(self) -> tuple[type[Exception], ...]:
        return FAULTS

    def _explained(self, error: Exception, url: str) -> CreativeAssetsError:
        return explain_s3(error, url, self._bucket)

    def _link(self, path: str, expires_s: int) -> str | None:
        url: str = self._files().url(f"{self._bucket}/{self._key(path)}", expires=expires_s)
        return url

    def _write(self, path: str, content: bytes) -> None:
        # Always in one request, which takes 5 GB. Parts of an upload could be left behind, and
        # radosgw puts them together over what another has created.
        self._call("put_object", Key=self._key(path), Body=content)

    def _create(self, path: str, content: bytes) -> bool:
        for wait_s in (*_CONFLICT_WAITS_S, None):
            try:
                self._call("put_object", Key=self._key(path), Body=content, IfNoneMatch="*")
            except OSError as error:
                code = code_of(error)
                # Some servers say which condition has failed, which is a FileExistsError then;
                # radosgw does not.
                if isinstance(error, FileExistsError) or code in {"PreconditionFailed", "412"}:
                    return False
                if code != "ConditionalRequestConflict" or wait_s is None:
                    raise
                time.sleep(wait_s)
            else:
                break
        return True

    def _read(self, path: str) -> bytes:
        content: bytes = self._call("get_object", Key=self._key(path))["Body"]
        return content

    def _is_file(self, path: str) -> bool:
        # Not HEAD: its errors cannot say whether the object is missing or the bucket.
        try:
            self._call("get_object", Key=self._key(path), Range="bytes=0-0")
        except OSError as error:
            if code_of(error) == "NoSuchKey":
                return False
            if code_of(error) not in {"InvalidRange", "416"}:  # which an empty object answers
                raise
        return True

    def _list(self, folder: str) -> dict[str, str]:
        stamps: dict[str, str] = {}
        following: dict[str, str] = {}
        while True:
            page = self._call(
                "list_objects_v2", Prefix=self._key(f"{folder}/" if folder else ""), **following
            )
            for found in page.get("Contents", ()):
                stamps[found["Key"].removeprefix(self._prefix)] = found["ETag"].strip('"')
            if not page["IsTruncated"]:
                return stamps
            following = {"ContinuationToken": page["NextContinuationToken"]}

    def _remove(self, path: str) -> None:
        self._call("delete_object", Key=self._key(path))

    def _key(self, path: str) -> str:
        return f"{self._prefix}{path}"

    def _call(self, method: str, **parameters: object) -> Any:  # noqa: ANN401 - as untyped as S3's answers
        """What S3 answers, a body read to its end. Safe to repeat. Raises one of `FAULTS`."""
        for _ in range(_ANSWERS - 1):
            with suppress(*_BROKEN_OFF):
                return self._answer(method, parameters)
        return self._answer(method, parameters)

    def _answer(self, method: str, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401 - the same
        files = self._files()

        async def whole() -> Any:  # noqa: ANN401 - the same
            answer = await files._call_s3(method, Bucket=self._bucket, **parameters)  # noqa: SLF001 - s3fs's asynchronous side
            if "Body" in answer:
                body = answer["Body"]
                try:
                    answer["Body"] = await body.read()
                finally:
                    body.close()
            return answer

        return fsspec.asyn.sync(files.loop, whole, timeout=_DEADLINE_S)

    def _files(self) -> Any:  # noqa: ANN401 - s3fs has no types
        """S3 as fsspec has it, opened at the first use in each process: it survives no fork."""
        with self._opening:
            if self._opened is None or self._opened[0] != os.getpid():
                files = fsspec.filesystem(
                    "s3",
                    use_listings_cache=False,  # a cached listing hides what others write, forever
                    skip_instance_cache=True,  # others who open s3fs would share these settings
                    config_kwargs=_CLIENT_CONFIG,
                )
                files.retries = _S3FS_ATTEMPTS
                self._opened = (os.getpid(), files)
            return self._opened[1]
