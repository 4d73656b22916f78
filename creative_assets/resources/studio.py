"""The Dagster resource through which assets and sensors reach the studio."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager

import dagster as dg

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.studio.produce import Event, Job
from creative_assets.studio.streaming import produced

_PATIENCE_S = 30.0  # a sensor's tick ends well within the minute that Dagster gives it


class StudioResource(dg.ConfigurableResource[None]):
    """Hands out the settings, and what they describe.

    It has no fields: `Settings` reads the environment and `.env`, when a run or a tick asks.
    """

    def settings(self) -> Settings:
        """The settings as they are now."""
        return Settings()

    def archive(self) -> AbstractContextManager[Archive]:
        """The store and the records; what runs outlasts a restart of the database."""
        return open_archive(self.settings(), patience_s=_PATIENCE_S)

    def produced(
        self,
        jobs: Collection[Job],
        stages: Collection[str],
        archive: Archive,
        run_id: str,
        is_over: Callable[[], bool],
    ) -> Iterator[Event]:
        """The events of producing the `stages` of `jobs` in a run, with what is at `archive`.

        Raises:
            StoppedError: `is_over` said so while there was something to produce.
        """
        settings = self.settings()
        return produced(
            jobs,
            stages,
            lambda: open_workbench(settings, archive, run_id),
            variants_in_flight=settings.variants_in_flight,
            grace_s=settings.stop_grace_s,
            is_over=is_over,
        )
