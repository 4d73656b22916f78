"""People are told what has happened to their campaigns: the I/O around `studio.notices`."""

import time
from collections.abc import Iterator, Sequence

import dagster as dg

from creative_assets.resources.studio import StudioResource
from creative_assets.settings import Settings
from creative_assets.studio.errors import BriefError, CreativeAssetsError, MissingInputError
from creative_assets.studio.notices.addresses import address_for
from creative_assets.studio.notices.news import REMEMBERED_S, News, news_since, ripe
from creative_assets.studio.notices.sending import send
from creative_assets.studio.notices.told import Told
from creative_assets.studio.notices.words import notice
from creative_assets.studio.reading import contact_of
from creative_assets.studio.store import Store, open_store

_INTERVAL_S = 30


@dg.sensor(
    name="notices",
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Tells the addresses in the settings what is ready for review, approved, to be changed, "
        "published or refused: once, and in one notice for each campaign."
    ),
)
def notices(studio: StudioResource) -> dg.SkipReason:
    """Send what is ripe to each address that was not told of it.

    Raises:
        CreativeAssetsError: An address could not be told, once all others were: the tick fails,
            and the next one tries again.
    """
    settings = studio.settings()
    if not settings.notice_urls and settings.notice_contact_url is None:
        return dg.SkipReason("No address for notices is set.")
    now, sent = time.time(), 0
    faults: list[CreativeAssetsError] = []
    with studio.archive() as archive:
        told = Told(archive.records.database)
        news = news_since(now - REMEMBERED_S, archive.records)
        for address, concerned in _by_address(news, settings, open_store(settings.inbox_url)):
            for batch in ripe(_untold(concerned, address, told), now):
                try:
                    send(address, notice(batch, settings.desk_url))
                except CreativeAssetsError as error:
                    faults.append(error)
                    break
                told.mark(address, batch[0].kind, [each.subject for each in batch])
                sent += 1
    if faults:
        raise faults[0]
    return dg.SkipReason(f"Sent {sent} notices." if sent else "Nothing new to tell.")


def _by_address(
    news: Sequence[News], settings: Settings, inbox: Store
) -> Iterator[tuple[str, Sequence[News]]]:
    for url in settings.notice_urls:
        yield url.get_secret_value(), news
    if settings.notice_contact_url is None:
        return
    template = settings.notice_contact_url.get_secret_value()
    for each in news:
        contact = _contact(each.about, inbox) if each.kind == "rejected" else None
        if contact is not None:
            yield address_for(template, contact), [each]


def _contact(brief_path: str, inbox: Store) -> str | None:
    try:
        return contact_of(inbox.get(brief_path), brief_path)
    except (BriefError, MissingInputError):  # a brief that cannot be read names nobody
        return None


def _untold(news: Sequence[News], address: str, told: Told) -> list[News]:
    known = {
        (kind, subject)
        for kind in {each.kind for each in news}
        for subject in told.subjects(
            address, kind, [each.subject for each in news if each.kind == kind]
        )
    }
    return [each for each in news if (each.kind, each.subject) not in known]
