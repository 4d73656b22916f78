"""Dagster's run launcher for Celery, with one thing mended.

`CeleryRunLauncher` (0.29) ends a cancelled run's worker without a word to Dagster, whose monitoring
then takes the run for crashed and starts it again: what somebody stopped would be paid for.
"""

from dagster_celery.launcher import CeleryRunLauncher


class CancellingCeleryRunLauncher(CeleryRunLauncher):
    """Named in `deploy/celery/run_launcher.yaml`; takes the same configuration."""

    def terminate(self, run_id: str) -> bool:
        """Cancel a run; False where there is nothing to cancel."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        return super().terminate(run_id)
