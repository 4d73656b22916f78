"""Serving the desk on a port: its objects opened as the settings say, and uvicorn."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from creative_assets.desk.app import create_app
from creative_assets.desk.desk import Desk
from creative_assets.desk.sign_in import Door, TrustedProxy
from creative_assets.desk.watch import Watch
from creative_assets.resources.opening import Archive, model_choice, open_archive
from creative_assets.settings import Settings
from creative_assets.studio.access import Access
from creative_assets.studio.checks.rules import severities
from creative_assets.studio.store import open_store
from creative_assets.studio.vitals import Vitals, measured


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """The desk's objects; their connections are closed at the end."""
    with open_archive(settings) as archive:
        yield Desk(
            archive=archive,
            inbox=open_store(settings.inbox_url),
            shelf=open_store(settings.publish_url),
            access=Access(archive.records.database),
            choice=model_choice(settings),
            severities=severities(settings.check_severity),
            dagster_url=settings.dagster_url,
            takes_unverified=settings.publish_unverified,
            publishes=settings.publish_automatically,
            campaign_limit_usd=settings.campaign_limit_usd,
            watch=Watch(lambda: _vitals(archive)),
        )


def _vitals(archive: Archive) -> Vitals:
    from creative_assets.resources.heartbeats import orchestration  # noqa: PLC0415 - Dagster: 1.5 s

    return measured(archive.store, archive.records, orchestration())


def door_of(settings: Settings) -> Door:
    """How people may come in, as the settings say."""
    secret, proxy = settings.desk_secret, None
    if settings.desk_proxy_address is not None and settings.desk_proxy_user_header is not None:
        proxy = TrustedProxy(settings.desk_proxy_address, settings.desk_proxy_user_header)
    return Door(
        session_secret=secret.get_secret_value() if secret else secrets.token_urlsafe(),
        is_https=settings.desk_url.startswith("https://"),
        proxy=proxy,
    )


def server_of(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server that runs until it is interrupted."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,  # addresses of one-time links would stand in it
            proxy_headers=False,  # else a header could say that a request comes from the proxy
            server_header=False,
            log_level="warning",
            log_config=None,  # its lines go where all others go
        )
    )


def app_of(settings: Settings, desk: Desk) -> FastAPI:
    """The app for `desk`, with the way in that the settings say."""
    return create_app(desk, door_of(settings))
