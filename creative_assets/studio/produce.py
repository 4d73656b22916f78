"""Runs the stages for many variants at once, and tells of each thing the moment it is done.

For one variant the stages are awaited in order, copy and pictures side by side; variants run
concurrently. A variant that fails harms no other. What a stage does is in its own module.
"""

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from creative_assets.studio import branding, context, copywriting, finals, pictures
from creative_assets.studio.branding import load_logo
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checking import (
    FinishedVariant,
    StrayInPictures,
    checked,
    look_for_stray_marks,
)
from creative_assets.studio.checks import CheckReport
from creative_assets.studio.checks.judging import not_judged
from creative_assets.studio.errors import (
    CreativeAssetsError,
    MissingInputError,
    PermanentError,
    RequestRejectedError,
    StoppedError,
    StoreConflictError,
)
from creative_assets.studio.generations import GenerationUse
from creative_assets.studio.intake import variant_version
from creative_assets.studio.log_context import about
from creative_assets.studio.pictures import input_images
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.rehearsal import rehearse, rehearse_words
from creative_assets.studio.revision import UNREVISED, Revision, laid_out
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    CONTEXT_PACK,
    FINAL_CREATIVES,
    STAGES,
    UPSTREAM,
    VARIANT_BRIEF,
    Made,
    ModelChoice,
    StageOutput,
    folder_of,
    version_of,
)
from creative_assets.studio.store import Store
from creative_assets.studio.workbench import Workbench, all_of

log = logging.getLogger(__name__)

CODE_VERSIONS = {
    VARIANT_BRIEF: "1",
    CONTEXT_PACK: context.CODE_VERSION,
    AD_COPY: copywriting.CODE_VERSION,
    BASE_IMAGES: pictures.CODE_VERSION,
    BRANDED_IMAGES: branding.CODE_VERSION,
    FINAL_CREATIVES: finals.CODE_VERSION,
}


_OUTPUTS: dict[str, type[StageOutput[Any]]] = {
    VARIANT_BRIEF: StageOutput[VariantBrief],
    CONTEXT_PACK: StageOutput[context.ContextPack],
    AD_COPY: StageOutput[copywriting.AdCopy],
    BASE_IMAGES: StageOutput[pictures.BaseImages],
    BRANDED_IMAGES: StageOutput[branding.BrandedImages],
    FINAL_CREATIVES: StageOutput[finals.FinalCreatives],
}


@dataclass(frozen=True)
class Job:
    """One variant to produce.

    Attributes:
        takes: Stage → the take wanted; 1 where it is not named.
        revision: What reviewers asked to have changed.
    """

    variant: VariantBrief
    takes: Mapping[str, int] = field(default_factory=dict)
    revision: Revision = UNREVISED

    def with_new_take(self, stages: Collection[str]) -> "Job":
        """The same with one more take of the `stages`."""
        return replace(
            self, takes={**self.takes, **{name: self.takes.get(name, 1) + 1 for name in stages}}
        )


@dataclass(frozen=True)
class StageDone:
    """A stage of a variant is done.

    Attributes:
        inputs: Upstream stage → its version for this variant.
        reused: Whether its output stood in the store already.
        uses: The generations that were made or reused for it, now; empty where `reused`.
        seconds: Wall time that the stage took, waiting for models included.
        checks: The five reports of the checks, where the finals are done.
    """

    variant: VariantBrief
    output: StageOutput[Any]
    inputs: Mapping[str, str]
    reused: bool
    uses: tuple[GenerationUse, ...]
    seconds: float
    checks: tuple[CheckReport, ...] = ()


@dataclass(frozen=True)
class VariantChecked:
    """The finals that stand in the store were checked, and nothing was made.

    Attributes:
        version: Of the finals that the brief wants by now.
    """

    variant: VariantBrief
    version: str
    checks: tuple[CheckReport, ...]


@dataclass(frozen=True)
class VariantFailed:
    """A variant ended with an error at a stage. What it had finished stays.

    Attributes:
        attempts: Calls to models that were made for it, in this run and before.
        cost_usd: What was paid for it so far; None where that is unknown.
    """

    variant_key: str
    stage: str
    error: Exception
    attempts: int = 0
    cost_usd: float | None = 0.0


Event = StageDone | VariantChecked | VariantFailed


def stage_versions(job: Job, choice: ModelChoice) -> dict[str, str]:
    """Stage → its version for this variant: a pure computation, with nothing made or read."""
    variant, takes, revision = job.variant, job.takes, job.revision
    context_pack = context.context_version(variant, choice)
    copy = copywriting.copy_version(variant, choice, takes.get(AD_COPY, 1), context_pack, revision)
    base = pictures.pictures_version(
        variant, choice, takes.get(BASE_IMAGES, 1), context_pack, revision
    )
    branded = branding.branding_version(laid_out(variant, revision), choice, base, revision)
    return {
        VARIANT_BRIEF: version_of(CODE_VERSIONS[VARIANT_BRIEF], variant_version(variant)),
        CONTEXT_PACK: context_pack,
        AD_COPY: copy,
        BASE_IMAGES: base,
        BRANDED_IMAGES: branded,
        FINAL_CREATIVES: finals.finals_version(variant, choice, branded, copy),
    }


def kept_output(
    campaign_id: str, stage: str, version: str, store: Store
) -> StageOutput[Any] | None:
    """A stage's output as the store holds it; None where it was not made."""
    folder = folder_of(campaign_id, stage, version)
    try:
        content = store.get(f"{folder}/manifest.json")
    except MissingInputError:
        return None
    return _OUTPUTS[stage].model_validate_json(content)


async def produce(
    jobs: Collection[Job],
    stages: Collection[str],
    bench: Workbench,
    emit: Callable[[Event], None],
    *,
    variants_in_flight: int,
) -> None:
    """Produce the `stages` of all `jobs`, calling `emit` on the event loop's thread.

    What the store holds already is reused. A stage that is not among `stages` is read where it is
    needed and never made. With no stages at all, the finals that stand there are checked. Nothing
    is raised for a variant's sake: its failure is emitted.
    """
    wanted = tuple(stage for stage in STAGES if stage in stages)
    slots = asyncio.Semaphore(variants_in_flight)
    shared = _Shared()

    async def one(job: Job) -> None:
        variant = job.variant
        async with slots:
            line = _VariantLine(job, wanted, bench, shared, emit)
            with about(campaign=variant.campaign_id, variant=variant.key):
                await (line.finish() if wanted else line.check())

    with about(run=bench.run_id):
        async with bench.generations.holding():
            try:
                await all_of([one(job) for job in jobs])
            finally:
                shared.end()


@dataclass(frozen=True)
class _Kept:
    """A stage's output in the store; `uses` are None where it stood there before."""

    output: StageOutput[Any]
    uses: tuple[GenerationUse, ...] | None


_ASKED_S = 0.5
"""By then the first models are asked: importing would keep them waiting."""


@dataclass(frozen=True)
class _Shared:
    """What is under way, by folder.

    Variants that share an output (a context pack, a product's pictures) make it once.
    """

    outputs: dict[str, asyncio.Task[_Kept]] = field(default_factory=dict)
    stray: dict[str, asyncio.Task[StrayInPictures]] = field(default_factory=dict)
    stopped_by: list[RequestRejectedError] = field(default_factory=list)
    rehearsals: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def rehearse(self, variant: VariantBrief, bench: Workbench) -> None:
        """Have each worker rehearse while the first models think: once, and once for a locale."""
        for what, rehearsal in (
            ("pictures", _rehearse_pictures),
            (variant.locale, _rehearse_words),
        ):
            if what not in self.rehearsals:
                self.rehearsals[what] = asyncio.create_task(_rehearsed(rehearsal, variant, bench))

    def end(self) -> None:
        """Give up what nobody needs any more."""
        for rehearsal in self.rehearsals.values():
            rehearsal.cancel()


async def _rehearsed(
    rehearsal: Callable[[VariantBrief, Workbench], Coroutine[Any, Any, None]],
    variant: VariantBrief,
    bench: Workbench,
) -> None:
    await asyncio.sleep(_ASKED_S)
    try:
        await rehearsal(variant, bench)
    except CreativeAssetsError as error:
        log.info("A rehearsal failed; what is made of real pictures may fare better: %s", error)


async def _rehearse_pictures(variant: VariantBrief, bench: Workbench) -> None:
    logo = await load_logo(variant, bench)
    photos = await input_images(variant, bench)
    await bench.in_each_memory(rehearse, variant, logo, photos, bench.choice.image_model)


async def _rehearse_words(variant: VariantBrief, bench: Workbench) -> None:
    await bench.in_each_memory(rehearse_words, variant)


class _VariantLine:
    """One variant on its way through the stages."""

    def __init__(
        self,
        job: Job,
        wanted: tuple[str, ...],
        bench: Workbench,
        shared: _Shared,
        emit: Callable[[Event], None],
    ) -> None:
        self._job = job
        self._wanted = wanted
        self._bench = bench
        self._shared = shared
        self._emit = emit
        self._versions = stage_versions(job, bench.choice)
        self._outputs: dict[str, asyncio.Task[StageOutput[Any]]] = {}
        self._cause: tuple[str, Exception] | None = None

    async def check(self) -> None:
        """Check the finals that stand in the store."""
        try:
            finals = await self._output(FINAL_CREATIVES)
            checks = await self._checked(finals)
        except CreativeAssetsError as error:  # it may be a blip, or the finals are not made yet
            checks = not_judged(error, self._bench.severities)
        version = self._versions[FINAL_CREATIVES]
        self._emit(VariantChecked(self._job.variant, version, checks))

    async def finish(self) -> None:
        key = self._job.variant.key
        try:
            await all_of([self._output(stage) for stage in self._wanted])
        except Exception as raised:
            stage, error = self._cause or ("", raised)
            if isinstance(error, StoppedError):
                log.info("%s was stopped before it was done: %s", key, error)
                return
            if isinstance(error, RequestRejectedError) and error.everywhere:
                self._bench.models.stop(error)
                self._shared.stopped_by.append(error)
                if len(self._shared.stopped_by) > 1:  # one that tells of it is enough
                    log.info("%s was stopped before it was done: %s", key, error)
                    return
            with about(stage=stage):
                if isinstance(error, CreativeAssetsError):
                    log.warning("Failed: %s: %s", type(error).__name__, error)
                else:
                    log.exception("%s failed by a defect of the program.", key, exc_info=error)
            self._emit(await self._failure(stage, error))
        else:
            if FINAL_CREATIVES in self._wanted:
                await self._record(VariantStatus("done", run_id=self._bench.run_id))

    async def _failure(self, stage: str, error: Exception) -> VariantFailed:
        key, records = self._job.variant.key, self._bench.records
        try:
            cost_usd, attempts = await self._bench.io(records.spending.of_variant, key)
        except CreativeAssetsError:  # must not hide why the variant failed
            log.exception("What %s has cost could not be read.", key)
            cost_usd, attempts = None, 0
        name, message, run_id = type(error).__name__, str(error), self._bench.run_id
        await self._record(
            VariantStatus("failed", stage, name, message, attempts, cost_usd, run_id)
        )
        return VariantFailed(key, stage, error, attempts, cost_usd)

    async def _record(self, status: VariantStatus) -> None:
        variant, records = self._job.variant, self._bench.records
        try:
            await self._bench.io(
                records.variants.set_status, variant.key, variant_version(variant), status
            )
        except CreativeAssetsError:  # the variant fares as it fares, recorded or not
            log.exception("The status of %s could not be recorded.", variant.key)

    async def _output(self, stage: str) -> StageOutput[Any]:
        if stage not in self._outputs:
            coroutine = self._done(stage) if stage in self._wanted else self._read(stage)
            self._outputs[stage] = asyncio.create_task(self._noted(stage, coroutine))
        return await self._outputs[stage]

    async def _noted(
        self, stage: str, coroutine: Coroutine[Any, Any, StageOutput[Any]]
    ) -> StageOutput[Any]:
        """Keep the first error with its own stage; having been stopped gives way to any other."""
        try:
            with about(stage=stage):
                return await coroutine
        except Exception as error:
            if self._cause is None or isinstance(self._cause[1], StoppedError):
                self._cause = (stage, error)
            raise

    async def _read(self, stage: str) -> StageOutput[Any]:
        kept = await self._load(stage)
        if kept is None:
            raise MissingInputError(
                f"{stage} of {self._job.variant.key} is not there in version "
                f"{self._versions[stage]}, and was not selected. Select it too, and launch again."
            )
        return kept

    async def _done(self, stage: str) -> StageOutput[Any]:
        upstream = await all_of([self._output(name) for name in UPSTREAM[stage]])
        started = time.monotonic()
        folder = self._folder(stage)
        task = self._shared.outputs.get(folder)
        is_ours = task is None
        if task is None:
            inputs = {output.stage: output.data for output in upstream}
            task = asyncio.create_task(self._load_or_make(stage, inputs))
            self._shared.outputs[folder] = task
            task.add_done_callback(partial(self._release, folder))
        kept = await task
        if stage == BASE_IMAGES and kept.uses is not None and FINAL_CREATIVES in self._wanted:
            self._stray()  # in spare time, and so before it is waited for
        seconds = time.monotonic() - started
        checks: tuple[CheckReport, ...] = ()
        if stage == FINAL_CREATIVES:  # the newest one told is the one that people decide on
            checks = await self._checked(kept.output)
            await self._check_wanted()
        uses = kept.uses if is_ours else None
        log.info("Done in %.1f s, %s.", seconds, "made" if uses is not None else "reused")
        self._emit(
            StageDone(
                variant=self._job.variant,
                output=kept.output,
                inputs={name: self._versions[name] for name in UPSTREAM[stage]},
                reused=uses is None,
                uses=uses or (),
                seconds=seconds,
                checks=checks,
            )
        )
        return kept.output

    async def _checked(self, finals: StageOutput[Any]) -> tuple[CheckReport, ...]:
        copy, base, branded = await all_of(
            [self._output(stage) for stage in (AD_COPY, BASE_IMAGES, BRANDED_IMAGES)]
        )
        finished = FinishedVariant(
            self._job.variant,
            copy.data,
            base.data,
            branded.data,
            finals.data,
            finals.version,
            self._stray,
        )
        return await checked(finished, self._bench)

    def _stray(self) -> asyncio.Task[StrayInPictures]:
        folder, seen = self._folder(BASE_IMAGES), self._shared.stray
        if folder not in seen:
            seen[folder] = asyncio.create_task(self._look_for_stray_marks())
        return seen[folder]

    async def _look_for_stray_marks(self) -> StrayInPictures:
        base = await self._output(BASE_IMAGES)
        return await look_for_stray_marks(self._job.variant, base.data, self._bench)

    def _release(self, folder: str, task: asyncio.Task[_Kept]) -> None:
        """Forget what is in the store now, or may succeed for the next; not what fails for good."""
        if task.cancelled() or not isinstance(task.exception(), PermanentError):
            self._shared.outputs.pop(folder, None)

    async def _check_wanted(self) -> None:
        """End this line where its brief has changed: another run makes the newer version.

        Raises:
            StoppedError: Another version of the variant is wanted by now.
        """
        key = self._job.variant.key
        row = (await self._bench.io(self._bench.records.variants.by_key, [key])).get(key)
        if row is not None and row.version != variant_version(self._job.variant):
            raise StoppedError(f"A newer version of {key} is wanted, and made by another run.")

    async def _load_or_make(self, stage: str, inputs: Mapping[str, Any]) -> _Kept:
        kept = await self._load(stage)
        if kept is not None:
            return _Kept(kept, None)
        self._bench.models.check_not_stopped()
        await self._check_wanted()
        self._shared.rehearse(self._job.variant, self._bench)
        made = await self._make(stage, inputs)
        return _Kept(await self._keep(stage, made), made.uses)

    async def _make(self, stage: str, inputs: Mapping[str, Any]) -> Made[Any]:
        job, bench, variant = self._job, self._bench, self._job.variant
        take, revision = job.takes.get(stage, 1), job.revision
        version = self._versions[stage]
        match stage:
            case "context_pack":
                return await context.make_context_pack(variant, bench)
            case "ad_copy":
                pack = inputs[CONTEXT_PACK]
                return await copywriting.make_ad_copy(variant, pack, take, bench, revision)
            case "base_images":
                pack = inputs[CONTEXT_PACK]
                return await pictures.make_base_images(variant, pack, take, bench, revision)
            case "branded_images":
                base = inputs[BASE_IMAGES]
                shown = laid_out(variant, revision)
                return await branding.make_branded_images(shown, base, version, bench, revision)
            case "final_creatives":
                branded, copy = inputs[BRANDED_IMAGES], inputs[AD_COPY]
                return await finals.make_final_creatives(variant, branded, copy, version, bench)
            case _:
                return Made(variant)

    async def _keep(self, stage: str, made: Made[Any]) -> StageOutput[Any]:
        bench, folder = self._bench, self._folder(stage)
        preview = None
        if made.pictures is not None and (content := made.pictures.preview) is not None:
            path = f"{folder}/preview-{hashlib.sha256(content).hexdigest()[:12]}.webp"
            preview = await bench.io(bench.store.put_once, path, content)
        output = StageOutput[Any](
            stage=stage,
            version=self._versions[stage],
            code_version=CODE_VERSIONS[stage],
            data=made.data,
            files=made.files,
            generations=tuple(use.key for use in made.uses),
            strip=made.pictures and base64.b64encode(made.pictures.strip).decode(),
            preview=preview,
        )
        # The manifest comes last: where it stands, everything that it names stands too.
        content = output.model_dump_json(indent=1).encode()
        try:
            await bench.io(bench.store.put_once, f"{folder}/manifest.json", content)
        except StoreConflictError:
            # Another run was first, where a fallback let the two differ: what it made holds.
            kept = await self._load(stage)
            if kept is None:
                raise
            return kept
        return output

    async def _load(self, stage: str) -> StageOutput[Any] | None:
        bench, campaign_id = self._bench, self._job.variant.campaign_id
        return await bench.io(kept_output, campaign_id, stage, self._versions[stage], bench.store)

    def _folder(self, stage: str) -> str:
        return folder_of(self._job.variant.campaign_id, stage, self._versions[stage])
