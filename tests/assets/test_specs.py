import dagster as dg
import pytest

from creative_assets.assets.stages import build_creative_stages
from creative_assets.definitions import defs
from creative_assets.studio.stages import STAGES

DRAWN = {
    "variant_brief": set(),
    "context_pack": {"variant_brief"},
    "ad_copy": {"context_pack"},
    "base_images": {"context_pack"},
    "branded_images": {"base_images"},
    "final_creatives": {"branded_images", "ad_copy"},
}


@pytest.fixture
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs().resolve_all_asset_specs()}


def test_each_stage_stands_below_the_stages_that_it_reads(specs: dict[str, dg.AssetSpec]) -> None:
    parents = {
        stage: {dep.asset_key.to_user_string() for dep in specs[stage].deps} for stage in STAGES
    }

    assert parents == DRAWN


def test_every_asset_says_what_it_is_and_whose(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        assert spec.group_name == ("creatives" if name in STAGES else "review"), name
        assert spec.kinds, name
        assert spec.owners, name
        assert (spec.description or "").endswith("."), name


def test_every_stage_has_the_version_of_its_code(specs: dict[str, dg.AssetSpec]) -> None:
    assert [stage for stage in STAGES if not specs[stage].code_version] == []


def test_decisions_and_publishing_stand_below_the_finals(specs: dict[str, dg.AssetSpec]) -> None:
    parents = {
        name: {dep.asset_key.to_user_string() for dep in specs[name].deps}
        for name in ("reviews", "published_creatives")
    }

    assert parents == {
        "reviews": {"final_creatives"},
        "published_creatives": {"final_creatives", "reviews"},
    }


def test_every_stage_and_what_follows_is_partitioned_by_variant(
    specs: dict[str, dg.AssetSpec],
) -> None:
    for stage in (*STAGES, "reviews", "published_creatives"):
        partitions = specs[stage].partitions_def
        assert isinstance(partitions, dg.DynamicPartitionsDefinition)
        assert partitions.name == "variants"


def test_a_run_of_a_backfill_takes_as_many_variants_as_it_is_told() -> None:
    assert build_creative_stages(17).backfill_policy == dg.BackfillPolicy.multi_run(17)


def test_the_settings_say_how_many_variants_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_VARIANTS_PER_RUN", "17")

    made = [each for each in defs().assets or () if isinstance(each, dg.AssetsDefinition)]

    partitioned = [each for each in made if each.partitions_def is not None]
    assert len(partitioned) == 3
    assert {each.backfill_policy for each in partitioned} == {dg.BackfillPolicy.multi_run(17)}
