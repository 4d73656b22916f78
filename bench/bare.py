"""The same creatives by a plain script: no Dagster, no ledger, no version looked up.

`python -m bench.bare brief.yaml` calls the studio's stages in the order of `studio.produce`, all
checks on, and makes the same finals in the store of the settings. What a variant costs beyond this
is the price of lineage, of re-runs that cost nothing, and of crashes that lose nothing.
"""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import kept_at
from creative_assets.studio.branding import make_branded_images
from creative_assets.studio.checking import FinishedVariant, checked, look_for_stray_marks
from creative_assets.studio.context import make_context_pack
from creative_assets.studio.copywriting import make_ad_copy
from creative_assets.studio.finals import make_final_creatives
from creative_assets.studio.generations import Generation, Generations, GenerationUse, Payer
from creative_assets.studio.local_brief import jobs_of, load_local_brief
from creative_assets.studio.models.answers import Spoiled
from creative_assets.studio.models.requests import PictureRequest, Request
from creative_assets.studio.pictures import make_base_images
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.stages import BRANDED_IMAGES, FINAL_CREATIVES
from creative_assets.studio.workbench import Workbench, all_of


class Asked(Generations):
    """Asks the model, puts the answer into the store, and books nothing."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.models, bench.records, bench.store, bench.io_pool)
        self._bench = bench
        self._texts: dict[str, asyncio.Task[Generation]] = {}

    async def get(self, request: Request, payer: Payer) -> Generation:  # noqa: ARG002 - nobody pays
        """The model's answer; variants that share a question share its answer."""
        if isinstance(request, PictureRequest):
            return await self._ask(request)
        if request.key not in self._texts:
            self._texts[request.key] = asyncio.create_task(self._ask(request))
        return await self._texts[request.key]

    async def _ask(self, request: Request) -> Generation:
        answer = await self._models.ask(request, Spoiled())
        path = f"generations/{hashlib.sha256(answer.content).hexdigest()}"
        file = await self._bench.io(self._store.put_once, path, answer.content)
        use = GenerationUse(
            key=request.key,
            operation=request.operation,
            service=request.service,
            model=request.model,
            take=request.take,
            made=True,
            cost_usd=None,
            list_price_usd=None,
            attempts=answer.attempts,
            seconds=answer.seconds,
            request_id=answer.request_id,
        )
        return Generation(answer.content, file, use)


async def _make_all(jobs: Sequence[Job], archive: Archive, settings: Settings) -> None:
    slots = asyncio.Semaphore(settings.variants_in_flight)
    async with open_workbench(settings, archive) as with_ledger:
        bench = replace(with_ledger, generations=Asked(with_ledger))

        async def one(job: Job) -> None:
            async with slots:
                await _make(job, bench)

        await all_of(map(one, jobs))


async def _make(job: Job, bench: Workbench) -> None:
    variant, versions = job.variant, stage_versions(job, bench.choice)
    pack = (await make_context_pack(variant, bench)).data
    drawn = asyncio.create_task(make_base_images(variant, pack, 1, bench))
    copy = (await make_ad_copy(variant, pack, 1, bench)).data
    base = (await drawn).data
    stray = asyncio.create_task(look_for_stray_marks(variant, base, bench))
    branded = (await make_branded_images(variant, base, versions[BRANDED_IMAGES], bench)).data
    version = versions[FINAL_CREATIVES]
    finals = (await make_final_creatives(variant, branded, copy, version, bench)).data
    finished = FinishedVariant(variant, copy, base, branded, finals, version, lambda: stray)
    await checked(finished, bench)


def main() -> None:
    """Make all variants of a brief."""
    settings, local = Settings(), load_local_brief(Path(sys.argv[1]))
    with open_archive(settings) as archive:
        jobs = jobs_of(local, archive.records)
        for name, content in local.files.items():
            archive.store.put_once(kept_at(local.brief.campaign_id, name, content).path, content)
        asyncio.run(_make_all(jobs, archive, settings))


if __name__ == "__main__":
    main()
