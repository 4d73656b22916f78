"""A campaign at the latencies of real models: how near its wall time comes to what models take."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.deployment import LOCALES, Kind, deployed, write_campaign
from bench.programs import serving
from bench.results import InFlight, Row

TEXT_S, VISION_S, IMAGE_S = 2.0, 3.0, 15.0
LONGEST_CHAIN_S = TEXT_S + TEXT_S + IMAGE_S + VISION_S
"""Context pack, art direction, picture, logo: each waits for the one before."""
_PRODUCTS, _LOCALES = 2, 6
_LIMIT = 16
_SHORT_S = 4.0


def rows(repeats: int, *, one_at_a_time: bool) -> list[Row]:
    """Twelve variants side by side; and, as it takes minutes, where wanted one after the other."""
    latencies = {"text": TEXT_S, "vision": VISION_S, "image": IMAGE_S}
    runs_s = [_run(latencies, {})[0] for _ in range(repeats)]
    measured = [
        Row(
            name="chain",
            what=f"{_PRODUCTS * _LOCALES} variants at {TEXT_S:g} s a text, {VISION_S:g} s a vision "
            f"call and {IMAGE_S:g} s a picture ÷ the longest chain of calls, {LONGEST_CHAIN_S:g} s",
            unit="",
            values=tuple(run_s / LONGEST_CHAIN_S for run_s in runs_s),
            most=1.15,
        )
    ]
    if one_at_a_time:
        slow_s, _ = _run(latencies, {"CREATIVE_ASSETS_VARIANTS_IN_FLIGHT": "1"})
        measured.append(
            Row(
                name="one-at-a-time",
                what="the same campaign variant by variant, as the replaced design makes it ÷ ours",
                unit="",
                values=tuple(slow_s / run_s for run_s in runs_s),
                least=10,
            )
        )
    return measured


def limit_rows() -> list[Row]:
    """A campaign whose calls the provider limits: how much of the time they are at the limit."""
    limit = {"CREATIVE_ASSETS_IMAGE_LIMIT__IN_FLIGHT": str(_LIMIT)}
    _, served = _run({"image": _SHORT_S}, limit)
    pictures = [call for call in served if call["operation"] == "image_edit"]
    in_flight = InFlight(limit=_LIMIT, steps=_steps(pictures))
    return [
        Row(
            name="at-the-limit",
            what=f"pictures in flight at a limit of {_LIMIT}, while any waits for its turn",
            unit="of the time",
            values=(_share_at_limit(in_flight),),
            least=0.9,
            in_flight=in_flight,
        )
    ]


def _run(
    latencies_s: Mapping[str, float], environment: Mapping[str, str], kind: Kind = "sqlite"
) -> tuple[float, list[dict[str, Any]]]:
    """Seconds of the run as Dagster saw it, and the calls that the stand-in served."""
    options = [f"--{name}-latency-s={seconds}" for name, seconds in latencies_s.items()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "calls.jsonl"
        brief = write_campaign(folder / "brief", "campaign", _PRODUCTS, LOCALES[:_LOCALES])
        with (
            serving("standin", "serve", "--log", str(log), *options) as stand_in,
            deployed(folder / "deployment", kind, f"{stand_in.url}/v1") as place,
        ):
            place.with_settings(environment).run(brief)
            served = [json.loads(line) for line in log.read_text().splitlines()]
            return place.run_seconds(), served


def _steps(calls: list[dict[str, Any]]) -> tuple[tuple[float, int], ...]:
    changes = sorted(
        (call[time], change)
        for call in calls
        for time, change in (("started_s", 1), ("ended_s", -1))
    )
    begun, under_way, steps = changes[0][0], 0, []
    for at, change in changes:
        under_way += change
        steps.append((at - begun, under_way))
    return tuple(steps)


def _share_at_limit(in_flight: InFlight) -> float:
    """Of the time from the limit's first reach until the calls that are left are fewer."""
    reached = next(at for at, calls in in_flight.steps if calls >= in_flight.limit)
    left = max(at for at, calls in in_flight.steps if calls >= in_flight.limit)
    at_limit = sum(
        following - at
        for (at, calls), (following, _) in zip(in_flight.steps, in_flight.steps[1:], strict=False)
        if calls >= in_flight.limit
    )
    return at_limit / (left - reached) if left > reached else 1.0
