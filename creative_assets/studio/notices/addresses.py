"""The form of addresses for notices; apart, since the settings know it and import little."""

from typing import Final
from urllib.parse import quote

CONTACT: Final = "{contact}"
"""Stands in an address for the e-mail address of a brief's contact."""


def address_for(template: str, contact: str) -> str:
    """The address at which the contact of a brief is told."""
    return template.replace(CONTACT, quote(contact, safe=""))
