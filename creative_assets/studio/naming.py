"""The naming rule of published files: a template over what a file is."""

import re
from collections.abc import Mapping
from string import Formatter

from creative_assets.studio.errors import RequestRejectedError

NAME_FIELDS = ("brand", "campaign", "locale", "product", "format", "version")
_NEEDED_FIELDS = {"campaign", "locale", "product", "format"}
_UNSAFE = re.compile(r"[^\w.-]+")


def check_template(template: str) -> str:
    """The naming rule, if it is one.

    Raises:
        RequestRejectedError: It names an unknown field, or could give two files one name.
    """
    try:
        named = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise RequestRejectedError(
            f"The naming rule {template!r} is no template: {error}."
        ) from error
    if named - set(NAME_FIELDS) or _NEEDED_FIELDS - named:
        raise RequestRejectedError(
            f"The naming rule {template!r} has the fields {sorted(named)}. Expected at least "
            f"{sorted(_NEEDED_FIELDS)}, and of others only {sorted(NAME_FIELDS)}."
        )
    return template


def published_path(template: str, fields: Mapping[str, str]) -> str:
    """Where a file goes, without its suffix. `fields` are all of `NAME_FIELDS`."""
    return template.format(**{field: _safe(text) for field, text in fields.items()})


def _safe(text: str) -> str:
    """The text as a part of a file name, in any script; never a path of its own."""
    return _UNSAFE.sub("-", text).strip("-.") or "unnamed"
