"""How the deployment fares: for anybody in a word, for monitoring in numbers.

`/livez` and `/healthz` are the routes that strangers may ask; they name no campaign. `/metrics`
takes a token, of any role.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import JSONResponse, PlainTextResponse, Response

from creative_assets.desk.api.description import problems
from creative_assets.desk.desk import TheDesk
from creative_assets.studio.values import Frozen
from creative_assets.studio.vitals import Verdict, Vitals

router = APIRouter()


class Alive(Frozen):
    """The desk answers."""

    status: Literal["ok"] = "ok"


class Health(Frozen):
    """How everything fares, part by part. `unknown` is what could not be asked."""

    status: Verdict
    parts: dict[str, Verdict]


@router.get("/livez", openapi_extra={"security": []})
def livez() -> Alive:
    """Say that the desk answers: for whatever starts it again when it does not."""
    return Alive()


@router.get(
    "/healthz",
    openapi_extra={"security": []},
    response_model=Health,
    responses={503: {"model": Health, "description": "Something is failing."}},
)
def healthz(desk: TheDesk) -> Response:
    """Say how daemon, sensors, queue, store, records and models fare; 503 where one is failing."""
    vitals = desk.watch.vitals()
    health = Health(status="failing" if vitals.is_failing else "ok", parts=vitals.parts)
    return JSONResponse(health.model_dump(), 503 if vitals.is_failing else 200)


@router.get("/metrics", response_class=PlainTextResponse, responses=problems())
def metrics(desk: TheDesk) -> Response:
    """The same in numbers, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges(desk.watch.vitals()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Gauges:
    """Vitals as Prometheus' client library collects them."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        vitals, seen = self._vitals, self._vitals.orchestration
        yield _gauge(
            "up",
            "1 where the part is well, 0 where it is failing.",
            "part",
            {name: float(each == "ok") for name, each in vitals.parts.items() if each != "unknown"},
        )
        yield _gauge("variants", "Variants by status.", "status", vitals.variants)
        yield _gauge("recent_calls", "Calls to models of 15 minutes.", "state", vitals.calls)
        if seen is None:
            return
        heartbeats = {kind: age for kind, (_, age) in seen.daemons.items() if age is not None}
        ticks = {name: age for name, age in seen.sensors.items() if age is not None}
        yield _gauge("heartbeat_age_seconds", "Of Dagster's daemons.", "daemon", heartbeats)
        yield _gauge("tick_age_seconds", "Since a sensor's last tick.", "sensor", ticks)
        yield _gauge("runs", "Runs that wait, and that are under way.", "status", seen.runs)


def _gauge(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"creative_assets_{name}", says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
