"""New briefs become partitions and runs: the I/O around `studio.acceptance` and `.launches`."""

import time
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import dagster as dg

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.partitions import PARTITIONS_NAME, VARIANTS
from creative_assets.resources.opening import model_choice
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.runs import covered_by, run_tags, unfinished_ranges
from creative_assets.studio.campaigns import Campaign, Campaigns
from creative_assets.studio.intake import campaign_of, launch_batches
from creative_assets.studio.launches import Launch, next_launch
from creative_assets.studio.store import open_store
from creative_assets.studio.taking import Taken, take_in
from creative_assets.studio.weighing import weigh

# Dagster looks every 5 seconds, and then passes over what ran a moment less than its interval ago:
# with 5 here, every other time.
_INTERVAL_S = 3
_RUNS_PER_TICK = 20
_VARIANTS_PER_TICK = 5_000
_NAMED = 10
_NO_PRICES: Mapping[str, str] = MappingProxyType({})
ESTIMATE_TAG = "creative_assets/estimate"


@dg.sensor(
    name="briefs",
    job_name=CREATIVES_JOB,
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Takes in new, changed and removed briefs from the inbox, and launches exactly the "
        "variants that are new or changed. A brief that is wrong gets a file beside it that ends "
        "in .problems.md and names all that is wrong. Reset the cursor to launch again all that "
        "this sensor launched: what is done is kept and costs nothing."
    ),
)
def briefs(
    context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Take in the inbox, weigh what is new, then hand Dagster the next launch."""
    settings, started = studio.settings(), time.monotonic()
    with studio.archive() as archive:
        inbox, campaigns = open_store(settings.inbox_url), Campaigns(archive.records.database)
        taken = take_in(
            inbox,
            archive.store,
            archive.records,
            most=settings.briefs_per_tick,
            budget_s=settings.tick_budget_s / 2,  # what is taken in is weighed in the other half
        )
        weigh(
            inbox,
            archive.store,
            archive.records,
            model_choice(settings),
            limit_usd=settings.campaign_limit_usd,
            budget_s=settings.tick_budget_s - (time.monotonic() - started),
        )
        told = _told(taken, campaigns.at("held"))
        if taken != Taken():  # each line logged makes a file: not one for every quiet tick
            context.log.info(told)
        confirmed = int(context.cursor or 0)
        launch = next_launch(archive.records, confirmed, most=_VARIANTS_PER_TICK)
        wanted = {campaign_of(key) for key in launch.wanted} if launch else ()
        prices = {name: each.price for name, each in campaigns.by_id(wanted).items()}
    if launch is None:
        return dg.SkipReason(told)
    known = context.instance.get_dynamic_partitions(PARTITIONS_NAME)
    unfinished = unfinished_ranges(context.instance) if launch.retired else []
    return launch_result(launch, known, settings.variants_per_run, unfinished, prices)


def launch_result(
    launch: Launch,
    known_keys: Sequence[str],
    per_run: int,
    unfinished: Sequence[tuple[str, str]] = (),
    prices: Mapping[str, str] = _NO_PRICES,
) -> dg.SensorResult:
    """What Dagster is to do for a launch.

    A campaign's keys are added in one request, so that they stay adjacent and one run covers them
    as a range. The cursor confirms the launch once Dagster has done it.

    Args:
        launch: What to launch and to take away.
        known_keys: The partitions as they are, in Dagster's order.
        per_run: Variants that one run takes at most.
        unfinished: First and last key of each run that is not over yet. One that loses either
            can no longer start, so the other variants of its range are launched here.
        prices: Campaign → what it was weighed at, in words.
    """
    known = set(known_keys)
    new = [key for key in launch.wanted if key not in known]
    gone = known.intersection(launch.retired)
    order = [key for key in known_keys if key not in gone] + new
    wanted = {*launch.wanted, *_stranded(known_keys, gone, unfinished)}
    batches = launch_batches(order, wanted, per_run, _RUNS_PER_TICK)
    requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
    if gone:
        requests.append(VARIANTS.build_delete_request(sorted(gone)))
    if new:
        requests.append(VARIANTS.build_add_request(new))
    return dg.SensorResult(
        run_requests=[_run_request(batch, prices) for batch in batches],
        dynamic_partitions_requests=requests,
        cursor=str(launch.number),
    )


def _stranded(
    known_keys: Sequence[str], gone: Collection[str], ranges: Sequence[tuple[str, str]]
) -> set[str]:
    """The variants that stay, of ranges whose first or last key is gone."""
    broken = [(first, last) for first, last in ranges if first in gone or last in gone]
    return covered_by(broken, known_keys).difference(gone)


def _run_request(keys: Sequence[str], prices: Mapping[str, str]) -> dg.RunRequest:
    # Without a run key: Dagster never runs one twice, so that no reset of the cursor could
    # launch anything again. A launch that a crash delivers twice costs nothing twice.
    weighed = [prices[name] for name in {campaign_of(key) for key in keys} if prices.get(name)]
    tags = {ESTIMATE_TAG: weighed[0]} if len(weighed) == 1 else {}
    return dg.RunRequest(tags=run_tags(keys) | tags)


def _told(taken: Taken, held: Sequence[Campaign]) -> str:
    sentences = ["Nothing new in the inbox." if taken == Taken() else "", *_sentences(taken)]
    waiting = [
        f"{campaign.campaign_id} waits for a go: {campaign.held_because}." for campaign in held
    ]
    hidden = len(waiting) - _NAMED
    more = f"{hidden} more campaigns wait for a go." if hidden > 0 else ""
    return " ".join(filter(None, [*sentences, *waiting[:_NAMED], more]))


def _sentences(taken: Taken) -> list[str]:
    return [
        f"Accepted {_some(taken.accepted)}." if taken.accepted else "",
        f"Refused {_some(taken.refused)}: see the .problems.md beside." if taken.refused else "",
        f"Gone: {_some(taken.gone)}." if taken.gone else "",
        f"Cannot be used: {_some(taken.unusable)}." if taken.unusable else "",
        f"{taken.left} briefs are left for the next tick." if taken.left else "",
    ]


def _some(names: Sequence[str]) -> str:
    hidden = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {hidden} more" if hidden > 0 else "")
