"""The rounds that a run of the stages makes: what the studio's events say of them, kept."""

import logging
import math
from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg
from pydantic import ValidationError

from creative_assets.resources.opening import Archive
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.produce import Event, StageDone, VariantFailed, kept_output
from creative_assets.studio.review import look
from creative_assets.studio.rounds import Outcome, unmade
from creative_assets.studio.stages import AD_COPY, BRANDED_IMAGES
from creative_assets.studio.store import Store
from creative_assets.studio.untouched import untouched

log = logging.getLogger(__name__)


class ChangeRounds:
    """Follows the change requests that stand on the variants of a run.

    Begin it before the jobs are loaded: a request that comes in between is then made, and told of
    by a run of its own that finds everything there.
    """

    def __init__(self, keys: Collection[str], archive: Archive) -> None:
        """Begin the rounds of those `keys` for which somebody requested changes."""
        self._archive = archive
        known = archive.rounds.of(keys)
        requests = [unmade(seen, known) for seen in look(keys, archive.decisions).values()]
        self._request_of = {request.variant_key: request for request in requests if request}
        self._made: dict[str, list[str]] = {key: [] for key in self._request_of}
        self._costs_usd: dict[str, list[float | None]] = {key: [] for key in self._request_of}
        if self._request_of:
            archive.rounds.begin(list(self._request_of.values()))

    def hear(self, event: Event) -> None:
        """Take note of an event; a failure ends the round."""
        if isinstance(event, VariantFailed):
            error = f"{event.stage}: {event.error}"
            self._end(event.variant_key, after_version=None, error=error)
        elif isinstance(event, StageDone) and event.variant.key in self._request_of:
            key = event.variant.key
            if not event.reused:
                self._made[key].append(event.output.stage)
            self._costs_usd[key] += [use.cost_usd for use in event.uses if use.made]

    def finish(self, done: StageDone, versions: Mapping[str, str]) -> Outcome | None:
        """End the round with the finals that it made; None where nobody requested a change."""
        request = self._request_of.get(done.variant.key)
        if request is None:
            return None
        return self._end(
            done.variant.key,
            after_version=done.output.version,
            untouched=self._untouched(request, done.variant, versions),
        )

    def _end(self, key: str, **ended: Any) -> Outcome | None:  # noqa: ANN401 - an outcome's fields
        request = self._request_of.pop(key, None)
        if request is None:
            return None
        costs = self._costs_usd[key]
        known = [cost for cost in costs if cost is not None]
        cost_usd = math.fsum(known) if len(known) == len(costs) else None
        outcome = Outcome(made=tuple(self._made[key]), cost_usd=cost_usd, **ended)
        self._archive.rounds.end(request.id, outcome)
        return outcome

    def _untouched(
        self, request: Decision, variant: VariantBrief, versions: Mapping[str, str]
    ) -> dict[str, tuple[int, int]]:
        """The proof of a change of the copy, where plan and pictures are the same as before."""
        before = request.versions
        if request.scope != "copy" or before.get(BRANDED_IMAGES) != versions[BRANDED_IMAGES]:
            return {}
        try:
            return _compared(variant, before, versions, self._archive.store)
        except (CreativeAssetsError, ValidationError):  # must not fail what it is the proof of
            log.exception("What the new copy of %s left as it was is not known.", variant.key)
            return {}


def round_metadata(outcome: Outcome | None) -> dict[str, dg.MetadataValue[Any]]:
    """What a round changed, beside the finals that it made; nothing where there was none."""
    if outcome is None:
        return {}
    pixels = {
        name: {"pixels_outside_texts": outside_px, "of_these_changed": changed_px}
        for name, (outside_px, changed_px) in outcome.untouched.items()
    }
    told = {"made_anew": list(outcome.made), "cost_usd": outcome.cost_usd, "untouched": pixels}
    return {"round": dg.MetadataValue.json(told)}


def _compared(
    variant: VariantBrief, before: Mapping[str, str], after: Mapping[str, str], store: Store
) -> dict[str, tuple[int, int]]:
    branded = kept_output(variant.campaign_id, BRANDED_IMAGES, after[BRANDED_IMAGES], store)
    old = kept_output(variant.campaign_id, AD_COPY, before[AD_COPY], store)
    new = kept_output(variant.campaign_id, AD_COPY, after[AD_COPY], store)
    if branded is None or old is None or new is None:
        return {}
    compared = untouched(variant, branded.data, old.data, new.data, store)
    return {each.format: (each.outside_px, each.changed_outside_px) for each in compared}
