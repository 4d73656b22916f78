"""What the end-to-end tests ask of a deployment, and tell it to do, over Dagster's GraphQL API.

Also the briefs that they drop. Claims are in the tests.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.partitions import range_tags
from creative_assets.standin.request_log import Served
from creative_assets.studio.stages import STAGES
from creative_assets.studio.store import Store, open_store
from tests.e2e.harness import Deployment, Json

ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60">'
    b'<rect width="60" height="60" fill="#0B3D2E"/><rect x="80" y="20" width="120" height="20" '
    b'fill="#0B3D2E"/></svg>'
)

_RUNS = """query ($filter: RunsFilter) {
  runsOrError(filter: $filter) { ... on Runs { results {
    runId status startTime endTime parentRunId tags { key value } } } }
}"""
_STATUSES = """query ($keys: [AssetKeyInput!]) {
  assetNodes(assetKeys: $keys) {
    assetKey { path }
    assetPartitionStatuses { ... on DefaultPartitionStatuses {
      materializedPartitions failedPartitions unmaterializedPartitions } }
  }
}"""
_APPROVALS = """{ assetNodes(assetKeys: [{path: ["final_creatives"]}]) {
  assetChecksOrError { ... on AssetChecks { checks { name partitionStatuses {
    ... on AssetCheckDefaultPartitionStatuses { succeededPartitions failedPartitions
      inProgressPartitions skippedPartitions executionFailedPartitions } } } } } } }"""
_MATERIALIZATIONS = """query ($key: AssetKeyInput!, $partitions: [String!]) {
  assetOrError(assetKey: $key) { ... on Asset { assetMaterializations(partitions: $partitions) {
    runId partition metadataEntries { label } } } }
}"""
_MESSAGES = """query ($id: ID!) {
  logsForRun(runId: $id) { ... on EventConnection { events {
    ... on MessageEvent { message } } } }
}"""
_REPOSITORY = """{ repositoriesOrError { ... on RepositoryConnection {
  nodes { name location { name } } } } }"""
_LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } } }"""
_TERMINATE = """mutation ($id: String!) { terminateRun(runId: $id) { __typename } }"""
_BACKFILL = """mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
_BACKFILL_STATUS = """query ($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status } } }"""


@dataclass(frozen=True)
class Run:
    """One of Dagster's runs. Times are in seconds since the epoch, None until they come."""

    run_id: str
    status: str
    started_at: float | None
    ended_at: float | None
    parent_run_id: str | None
    tags: dict[str, str]

    @property
    def first_and_last(self) -> tuple[str, str]:
        """The variants that its range goes from and to."""
        if "dagster/partition" in self.tags:
            return (self.tags["dagster/partition"],) * 2
        start, end = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
        return self.tags[start], self.tags[end]


@dataclass(frozen=True)
class Partitions:
    """A stage's variants by how they fare."""

    made: frozenset[str]
    failed: frozenset[str]
    missing: frozenset[str]


def brief(campaign: str, locales: Sequence[str], products: Sequence[str]) -> Json:
    """A brief of one format, in which the campaign's name is part of every name."""
    return {
        "campaign_id": campaign,
        "brand": {
            "name": f"{campaign.title()} Company",
            "primary_color": "#0B3D2E",
            "logo": "logo.svg",
            "tone": "warm",
        },
        "audience": {"region": "Europe", "description": "Commuters"},
        "products": [product(campaign, name) for name in products],
        "target_locales": list(locales),
        "output": {"aspect_ratios": ["1x1"]},
    }


def product(campaign: str, name: str) -> Json:
    """A product whose id and name hold the campaign's."""
    return {
        "id": f"{campaign}-{name}",
        "name": f"{campaign.title()} {name.title()}",
        "description": f"A {name} for slow mornings.",
    }


def variants(document: Json) -> list[str]:
    """The keys of a brief's variants."""
    return [
        f"{document['campaign_id']}/{locale}/{each['id']}"
        for locale in document["target_locales"]
        for each in document["products"]
    ]


def drop(place: Deployment, document: Json, *, logo: bool = True) -> str:
    """Put a brief, and by default its logo, into the inbox; returns the brief's path there."""
    return put_brief(open_store(str(place.inbox)), document, logo=logo)


def put_brief(inbox: Store, document: Json, *, logo: bool = True) -> str:
    """The same, into any inbox."""
    campaign = document["campaign_id"]
    if logo:
        inbox.put(f"{campaign}/logo.svg", LOGO)
    path = f"{campaign}/brief.json"
    inbox.put(path, json.dumps(document, indent=1).encode())
    return path


def asked(place: Deployment, campaign: str) -> list[Served]:
    """What the stand-in was asked for a campaign of `brief`, oldest first."""
    return [call for call in place.asked() if campaign in call.summary.casefold()]


def operations(calls: Sequence[Served]) -> list[str]:
    """The sorted names of what was asked for."""
    return sorted(str(call.operation) for call in calls)


def runs(place: Deployment, **tags: str) -> list[Run]:
    """The runs with these tags, oldest first; `__` in a name stands for the slash."""
    wanted = [{"key": name.replace("__", "/"), "value": value} for name, value in tags.items()]
    return _runs(place, {"tags": wanted})


def run_with_id(place: Deployment, run_id: str) -> Run:
    """The run with this id."""
    (run,) = _runs(place, {"runIds": [run_id]})
    return run


def _runs(place: Deployment, wanted: Json) -> list[Run]:
    found = place.graphql(_RUNS, {"filter": wanted})["runsOrError"]["results"]
    return [
        Run(
            run_id=run["runId"],
            status=run["status"],
            started_at=run["startTime"],
            ended_at=run["endTime"],
            parent_run_id=run["parentRunId"],
            tags={tag["key"]: tag["value"] for tag in run["tags"]},
        )
        for run in reversed(found)
    ]


def runs_of(place: Deployment, campaign: str) -> list[Run]:
    """The runs that the sensor launched for a campaign, and retries of them."""
    return runs(place, creative_assets__campaign=campaign)


def wait_for_runs(place: Deployment, campaign: str, count: int) -> list[Run]:
    """The campaign's runs of the sensor, once there are `count` of them, and all have ended."""

    def ended() -> list[Run]:
        found = runs_of(place, campaign)
        return found if len(found) == count and all(run.status in ENDED for run in found) else []

    return place.wait_for(ended, f"{count} runs of {campaign} to end")


def partitions(place: Deployment, campaign: str) -> dict[str, Partitions]:
    """Stage → how the campaign's variants fare there, as the UI shows it."""
    keys = [{"path": [stage]} for stage in STAGES]
    nodes = place.graphql(_STATUSES, {"keys": keys})["assetNodes"]

    def fare(node: Json) -> Partitions:
        made, failed, unmade = (
            frozenset(key for key in node[name] if key.startswith(f"{campaign}/"))
            for name in ("materializedPartitions", "failedPartitions", "unmaterializedPartitions")
        )
        return Partitions(made, failed, missing=unmade - failed)

    return {node["assetKey"]["path"][0]: fare(node["assetPartitionStatuses"]) for node in nodes}


def metadata_names(place: Deployment, stage: str, variant: str) -> set[str]:
    """Names of the metadata at the newest materialization of a variant's stage."""
    variables = {"key": {"path": [stage]}, "partitions": [variant]}
    found = place.graphql(_MATERIALIZATIONS, variables)["assetOrError"]["assetMaterializations"]
    return {entry["label"] for entry in found[0]["metadataEntries"]}


def messages(place: Deployment, run_id: str) -> list[str]:
    """What a run's log says."""
    events = place.graphql(_MESSAGES, {"id": run_id})["logsForRun"]["events"]
    return [event["message"] for event in events if event]


def repository_address(place: Deployment) -> str:
    """How the UI's addresses name the definitions."""
    (repository,) = place.graphql(_REPOSITORY)["repositoriesOrError"]["nodes"]
    return f"{repository['name']}@{repository['location']['name']}"


def launch(place: Deployment, first: str, last: str, **selector: Any) -> str:  # noqa: ANN401 - GraphQL's
    """Launch a run over a range of variants, as the UI does; returns its id.

    The stages run unless `selector` names something else; `run_config` in it is the run's config.
    """
    (repository,) = place.graphql(_REPOSITORY)["repositoriesOrError"]["nodes"]
    tags: list[Any] = [{"key": k, "value": v} for k, v in range_tags(first, last).items()]
    params = {
        "runConfigData": selector.pop("run_config", {}),
        "selector": {
            "repositoryLocationName": repository["location"]["name"],
            "repositoryName": repository["name"],
            "jobName": CREATIVES_JOB,
            **selector,
        },
        "executionMetadata": {"tags": tags},
    }
    answer = place.graphql(_LAUNCH, {"params": params})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def launch_reviews(place: Deployment, first: str, last: str, **config: str) -> str:
    """Decide on a range of variants, as an analyst does in the UI; returns the run's id."""
    return launch(
        place,
        first,
        last,
        jobName="__ASSET_JOB",
        assetSelection=[{"path": ["reviews"]}],
        run_config={"ops": {"reviews": {"config": config}}},
    )


def execute_approved(place: Deployment, first: str, last: str) -> str:
    """Execute the check `approved` alone, as its button in the UI does; returns the run's id."""
    check = {"assetKey": {"path": ["final_creatives"]}, "name": "approved"}
    return launch(
        place,
        first,
        last,
        jobName="__ASSET_JOB",
        assetSelection=[],
        assetCheckSelection=[check],
    )


def approvals(place: Deployment) -> dict[str, frozenset[str]]:
    """What the UI shows of the check `approved`: status → variants; without empty ones."""
    (node,) = place.graphql(_APPROVALS)["assetNodes"]
    (check,) = (
        found for found in node["assetChecksOrError"]["checks"] if found["name"] == "approved"
    )
    statuses = check["partitionStatuses"].items()
    return {name.removesuffix("Partitions"): frozenset(keys) for name, keys in statuses if keys}


def published(place: Deployment) -> frozenset[str]:
    """The variants whose `published_creatives` the UI shows as materialized."""
    keys = [{"path": ["published_creatives"]}]
    (node,) = place.graphql(_STATUSES, {"keys": keys})["assetNodes"]
    return frozenset(node["assetPartitionStatuses"]["materializedPartitions"])


def wait_for_run(place: Deployment, run_id: str) -> Run:
    """A run, once it has ended."""

    def ended() -> Run | None:
        found = run_with_id(place, run_id)
        return found if found.status in ENDED else None

    run = place.wait_for(ended, f"the run {run_id} to end")
    assert run is not None
    return run


def terminate(place: Deployment, run_id: str) -> None:
    """Cancel a run."""
    answer = place.graphql(_TERMINATE, {"id": run_id})["terminateRun"]
    assert answer["__typename"] == "TerminateRunSuccess", answer


def backfill(place: Deployment, keys: Sequence[str]) -> str:
    """Launch a backfill of all stages over the variants `keys`; returns its id."""
    selection = [{"path": [stage]} for stage in STAGES]
    params = {"assetSelection": selection, "partitionNames": list(keys)}
    answer = place.graphql(_BACKFILL, {"params": params})["launchPartitionBackfill"]
    assert answer["__typename"] == "LaunchBackfillSuccess", answer
    return str(answer["backfillId"])


def wait_for_backfill(place: Deployment, backfill_id: str) -> str:
    """Dagster's word for how a backfill has ended."""

    def last_word() -> str:
        answer = place.graphql(_BACKFILL_STATUS, {"id": backfill_id})
        status = str(answer["partitionBackfillOrError"]["status"])
        return status if status.startswith(("COMPLETED", "FAILED")) else ""

    return place.wait_for(last_word, f"the backfill {backfill_id} to end")
