"""Bringing a notice to an address: e-mail, Slack, Teams, a webhook …, by the package Apprise.

An address holds passwords and tokens. None of it is ever in a log or a message of ours: an address
is named by its scheme alone.
"""

import logging

from creative_assets.studio.errors import RequestRejectedError, ServerFaultError
from creative_assets.studio.notices.words import Notice

_TALKATIVE = ("apprise", "urllib3", "requests")


def send(address: str, told: Notice) -> None:
    """Bring a notice to an address of Apprise's.

    Raises:
        RequestRejectedError: It is no such address.
        ServerFaultError: The service did not take the notice.
    """
    import apprise  # noqa: PLC0415 - 0.3 s, and only where somebody is told something

    for name in _TALKATIVE:  # their lines quote whole addresses
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="creative-assets", app_desc="creative-assets")
    service = apprise.Apprise(asset=asset)
    if not service.add(address):
        raise RequestRejectedError(
            f"An address for notices, {_shown(address)}, is none that Apprise knows. Correct it in "
            "the settings; https://appriseit.com lists the forms."
        )
    if not service.notify(told.body, told.title, body_format=apprise.NotifyFormat.TEXT):
        raise ServerFaultError(
            f"{_shown(address)} did not take the notice “{told.title}”. Check the address in the "
            "settings, and whether the service can be reached from here."
        )


def _shown(address: str) -> str:
    """The scheme; nothing of an address that has none, and may be a bare token."""
    scheme, separator, _ = address.partition("://")
    return f"{scheme}://…" if separator else "…"
