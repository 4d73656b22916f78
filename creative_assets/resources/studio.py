"""The Dagster resource through which assets and sensors reach the studio."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager

import dagster as dg

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.studio.workbench import Workbench


class StudioResource(dg.ConfigurableResource[None]):
    """Hands out the settings, and the workbench that they describe.

    It has no fields: `Settings` reads the environment and `.env`, when a run or a tick asks.
    """

    def settings(self) -> Settings:
        """The settings as they are now."""
        return Settings()

    def archive(self) -> AbstractContextManager[Archive]:
        """The store and the records."""
        return open_archive(self.settings())

    def workbench(self, archive: Archive) -> AbstractAsyncContextManager[Workbench]:
        """A workbench for one event loop."""
        return open_workbench(self.settings(), archive)
