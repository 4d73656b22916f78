"""A brief with its files, as a form of several parts or as one JSON document."""

import hashlib
import json
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Base64Bytes, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from creative_assets.desk.sign_in import Submitter
from creative_assets.desk.submitting import Upload
from creative_assets.studio.documents import MAX_BRIEF_BYTES
from creative_assets.studio.values import Frozen

MAX_UPLOAD_BYTES: Final = 100_000_000
"""A brief with all its pictures; what is larger goes into the inbox by another way."""
MAX_FILES: Final = 500

_FORM = "multipart/form-data"
_JSON = "application/json"


class JsonUpload(Frozen):
    """A brief and its files in one document."""

    brief: dict[str, Any] = Field(description="The brief: `creative-assets schema` says how.")
    files: Annotated[dict[str, Base64Bytes], Field(max_length=MAX_FILES)] = Field(
        default_factory=dict, description="In base64, by the name that the brief has for each."
    )


REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["brief"],
                    "properties": {
                        "brief": {
                            "type": "string",
                            "format": "binary",
                            "description": "The brief's file, in YAML or JSON.",
                        },
                        "files": {
                            "type": "array",
                            "maxItems": MAX_FILES,
                            "items": {"type": "string", "format": "binary"},
                            "description": "Each file that the brief names, under that name.",
                        },
                    },
                    "additionalProperties": False,
                }
            },
            _JSON: {"schema": JsonUpload.model_json_schema(mode="validation")},
        },
    }
}


async def _received(request: Request, _: Submitter) -> Upload:
    """What was sent, read only now that it is known who sends it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        most = MAX_FILES + 1  # the brief is one too
        async with request.form(
            max_files=most, max_fields=1, max_part_size=MAX_BRIEF_BYTES
        ) as form:
            return await _of_form(form)
    if kind == _JSON:
        return await run_in_threadpool(_of_json, await request.body())
    raise HTTPException(415, f"Send the brief and its files as {_FORM} or {_JSON}.")


Received = Annotated[Upload, Depends(_received)]
"""A route's parameter of this type is the brief that was sent, with its files."""


def digest(upload: Upload) -> bytes:
    """A hash of all that was sent, however it was packed."""
    parts = {name: hashlib.sha256(content).hexdigest() for name, content in upload.files.items()}
    parts |= {"": hashlib.sha256(upload.content).hexdigest(), "/": upload.name}
    return json.dumps(parts, sort_keys=True).encode()


async def _of_form(form: FormData) -> Upload:
    names = [name for name, _ in form.multi_items()]
    unknown = sorted(set(names) - {"brief", "files"})
    brief = form.get("brief")
    if names.count("brief") != 1 or brief is None or unknown:
        raise _wrong("brief", "one part named `brief`, and parts named `files`")
    files: dict[str, bytes] = {}
    for file in form.getlist("files"):
        if not isinstance(file, UploadFile) or not file.filename or file.filename in files:
            raise _wrong("files", "files, each under a name of its own")
        files[file.filename] = await file.read()
    if isinstance(brief, UploadFile):
        return Upload(brief.filename or "brief.yaml", await brief.read(), files)
    return Upload("brief.yaml", brief.encode(), files)


def _of_json(body: bytes) -> Upload:
    try:
        sent = JsonUpload.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(
            error.errors(include_url=False, include_input=False)
        ) from error
    return Upload("brief.json", json.dumps(sent.brief, ensure_ascii=False).encode(), sent.files)


def _wrong(part: str, expected: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", part), "msg": f"Expected {expected}"}])
