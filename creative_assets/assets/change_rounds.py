"""The rounds that a run of the stages makes: what the studio's events say of them, kept."""

import math
from collections.abc import Collection

from creative_assets.resources.opening import Archive
from creative_assets.studio.produce import Event, VariantChecked, VariantFailed
from creative_assets.studio.review import look
from creative_assets.studio.rounds import Outcome, unmade
from creative_assets.studio.stages import FINAL_CREATIVES


class ChangeRounds:
    """Follows the change requests that stand on the variants of a run.

    Begin it before the jobs are loaded: a request that comes in between is then made, and told of
    by a run of its own that finds everything there.
    """

    def __init__(self, keys: Collection[str], archive: Archive) -> None:
        """Begin the rounds of those `keys` for which somebody requested changes."""
        self._rounds = archive.rounds
        known = archive.rounds.of(keys)
        requests = [unmade(seen, known) for seen in look(keys, archive.decisions).values()]
        self._request_of = {request.variant_key: request for request in requests if request}
        self._made: dict[str, list[str]] = {key: [] for key in self._request_of}
        self._costs_usd: dict[str, list[float | None]] = {key: [] for key in self._request_of}
        if self._request_of:
            archive.rounds.begin(list(self._request_of.values()))

    def hear(self, event: Event) -> None:
        """Take note of an event; the finals, or a failure, end the round."""
        if isinstance(event, VariantFailed):
            key, error = event.variant_key, f"{event.stage}: {event.error}"
            self._end(key, None, error)
            return
        key = event.variant.key
        if isinstance(event, VariantChecked) or key not in self._request_of:
            return
        if not event.reused:
            self._made[key].append(event.output.stage)
        self._costs_usd[key] += [use.cost_usd for use in event.uses if use.made]
        if event.output.stage == FINAL_CREATIVES:
            self._end(key, event.output.version, None)

    def _end(self, key: str, after_version: str | None, error: str | None) -> None:
        request = self._request_of.pop(key, None)
        if request is None:
            return
        costs = self._costs_usd[key]
        known = [cost for cost in costs if cost is not None]
        cost_usd = math.fsum(known) if len(known) == len(costs) else None
        made = tuple(self._made[key])
        self._rounds.end(request.id, Outcome(after_version, made, cost_usd, error))
