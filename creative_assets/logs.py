"""Structured logs: one JSON object a line, with what it is about, and no secret in it."""

import json
import logging
import sys
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from pythonjsonlogger.json import JsonFormatter

from creative_assets.settings import Settings
from creative_assets.studio.log_context import subjects

_HANDLER = "creative_assets.json"
_FIELDS = "{asctime}{levelname}{name}{message}"
_NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}
_HIDDEN = "***"


def set_up_logs(settings: Settings) -> None:
    """Log as the settings say; doing it again changes nothing. `text` leaves logging as it is."""
    if settings.log_format == "text":
        return
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if handler.name == _HANDLER:
            root.removeHandler(handler)
    root.addHandler(_json_handler(settings))
    logging.getLogger("creative_assets").setLevel(logging.INFO)


def secrets_of(settings: Settings) -> set[str]:
    """All that must not be read in a log: keys, addresses, and passwords in URLs."""
    found = set()
    for name in Settings.model_fields:
        value: Any = getattr(settings, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, SecretStr):
                found.add(each.get_secret_value())
            elif isinstance(each, str) and "://" in each:
                password = urlsplit(each).password or ""
                found |= {password, unquote(password)}
    return found - {""}


class _JsonFormatter(JsonFormatter):
    """A formatter that knows what a line is about, and hides secrets wherever they stand."""

    def __init__(self, secrets: set[str]) -> None:
        super().__init__(_FIELDS, style="{", rename_fields=_NAMES, json_ensure_ascii=False)
        as_written = {json.dumps(each, ensure_ascii=False)[1:-1] for each in secrets}
        self._secrets = sorted(as_written, key=len, reverse=True)  # an address before its parts

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return line


def _json_handler(settings: Settings) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.name = _HANDLER
    handler.addFilter(_add_subjects)
    handler.setFormatter(_JsonFormatter(secrets_of(settings)))
    return handler


def _add_subjects(record: logging.LogRecord) -> bool:
    record.__dict__.update(subjects())
    return True
