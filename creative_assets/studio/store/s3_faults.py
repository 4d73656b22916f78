"""What S3's errors mean for whoever stores something, and how to fix what is behind them."""

from aiohttp import ClientError as BrokenTransferError
from botocore.exceptions import (
    BotoCoreError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from creative_assets.studio.errors import (
    CreativeAssetsError,
    RequestRejectedError,
    ServerFaultError,
)
from creative_assets.studio.store.faults import explain

FAULTS = (
    OSError,
    BotoCoreError,
    BrokenTransferError,
    ResponseParserError,
    ValueError,  # an endpoint that is no URL
    RecursionError,  # botocore follows a redirect that names no region, for ever
)
"""What s3fs raises when a request fails."""

_NO_ANSWER = (
    *(HTTPClientError, NoConnectionError, CredentialRetrievalError),
    *(BrokenTransferError, TimeoutError),
)
_MAY_PASS = {"BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch"}
_ELSEWHERE = (
    "The bucket {bucket} for {url} is in another region than the one that was asked. Set "
    "AWS_DEFAULT_REGION to the bucket's, and AWS_ENDPOINT_URL, where it is set, to a server of "
    "that region."
)
_UNUSABLE = {
    "NoSuchBucket": "There is no bucket {bucket} for {url}. Create it, or correct the store's URL.",
    "InvalidAccessKeyId": "Access to {url} is denied: S3 does not know the access key. Correct "
    "AWS_ACCESS_KEY_ID, or the profile or role that it comes from; AWS_ENDPOINT_URL may also lead "
    "to another server.",
    "SignatureDoesNotMatch": "Access to {url} is denied: the secret does not belong to the access "
    "key. Correct AWS_SECRET_ACCESS_KEY, or the profile that it comes from.",
    "ExpiredToken": "Access to {url} is denied: the session of these keys is over. Get new ones, "
    "and correct AWS_SESSION_TOKEN.",
    "InvalidToken": "Access to {url} is denied: the session token does not belong to the keys. "
    "Correct AWS_SESSION_TOKEN, or take it away.",
    "RequestTimeTooSkewed": "Access to {url} is denied: the clock of this machine is wrong. Set "
    "it.",
    "QuotaExceeded": "No space is left to write {url}: raise the quota of the bucket or its owner.",
    "NotImplemented": "The server of {url} does not know a request that is needed there. It has to "
    "honour conditional writes (If-None-Match): use one that does.",
    "301": _ELSEWHERE,
    "307": _ELSEWHERE,
    "PermanentRedirect": _ELSEWHERE,
    "TemporaryRedirect": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "IllegalLocationConstraintException": _ELSEWHERE,
}
"""The service's error code → why nothing at all can be stored there, and the fix."""


def code_of(error: BaseException) -> str | None:
    """The service's own error code, where s3fs wrapped one."""
    response = getattr(error.__cause__, "response", None)
    return response["Error"].get("Code") if isinstance(response, dict) else None


def explain_s3(error: Exception, url: str, bucket: str) -> CreativeAssetsError:
    """What `error`, at `url` in `bucket`, means for the caller, and how to fix it."""
    unusable = _why_unusable(error, url, bucket)
    if unusable is not None:
        return RequestRejectedError(unusable, everywhere=True)
    if isinstance(error, _NO_ANSWER):
        what = str(error) or type(error).__name__
        return ServerFaultError(
            f"S3 gave no whole answer for {url} ({what}). Try again; if it stays so, look whether "
            "the server runs, and at AWS_ENDPOINT_URL and the network."
        )
    if code_of(error) in _MAY_PASS:
        return ServerFaultError(f"The transfer of {url} was disturbed ({error}). Try again.")
    return explain(error, url)


def _why_unusable(error: Exception, url: str, bucket: str) -> str | None:
    """Why nothing at all can be stored there, and the fix; None if other files may do better."""
    code = code_of(error)
    told = _ELSEWHERE if isinstance(error, RecursionError) else _UNUSABLE.get(code or "")
    if told is not None:
        return told.format(url=url, bucket=bucket)
    if isinstance(error, PermissionError):
        return (
            f"Access to {url} is denied ({code}). Give these keys s3:ListBucket on the bucket "
            f"{bucket}, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it."
        )
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            f"No credentials for {url} ({error}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or AWS_PROFILE, or give the machine a role."
        )
    if isinstance(error, BotoCoreError | ValueError) and not isinstance(error, _NO_ANSWER):
        return (
            f"S3 cannot be asked for {url}: {error}. Correct AWS_ENDPOINT_URL, AWS_PROFILE, "
            "AWS_DEFAULT_REGION, or the files that they name."
        )
    return None
