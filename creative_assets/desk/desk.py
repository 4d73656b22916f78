"""What the desk's routes read, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from creative_assets.desk.watch import Watch
from creative_assets.resources.opening import Archive
from creative_assets.studio.access import Access
from creative_assets.studio.checks import Severity
from creative_assets.studio.stages import ModelChoice
from creative_assets.studio.store import Store


@dataclass(frozen=True)
class Desk:
    """The desk's plain objects.

    Attributes:
        archive: Where everything is kept.
        inbox: Where briefs are dropped.
        shelf: Where approved finals are published.
        access: Tokens and links.
        choice: Which models answer, for estimates.
        severities: Rule of the checks → how grave it is.
        dagster_url: Where the Dagster UI is, without a slash at the end.
        takes_unverified: Whether an approval under a typed name may let an ad out.
        publishes: Whether what is approved goes out by itself.
        campaign_limit_usd: What any campaign may cost without somebody's go; None is no limit.
        watch: Knows how the deployment fares.
    """

    archive: Archive
    inbox: Store
    shelf: Store
    access: Access
    choice: ModelChoice
    severities: Mapping[str, Severity]
    dagster_url: str
    takes_unverified: bool
    publishes: bool
    campaign_limit_usd: float | None
    watch: Watch


def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(_desk_of)]
"""A route's parameter of this type is the desk."""
