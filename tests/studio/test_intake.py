import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio.brief import Audience, FileRef, LogoFiles, VariantBrief
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.intake import (
    InboxChanges,
    KnownBrief,
    VariantChanges,
    brief_paths,
    compare,
    contiguous_ranges,
    fingerprint,
    launch_batches,
    stamps_of,
    variant_changes,
    variant_version,
)

SUMMER = KnownBrief(
    path="summer/brief.yaml",
    campaign_id="summer",
    stamps={"summer/brief.yaml": "1", "summer/logo.svg": "1", "summer/photo.png": None},
    accepted=True,
)
LISTING = {"summer/brief.yaml": "1", "summer/logo.svg": "1"}
KNOWN = {SUMMER.path: SUMMER}
NOTHING = InboxChanges(due=(), gone=())

LOGO = FileRef(name="logo.svg", sha256="00", size_bytes=10, path="campaigns/summer/inputs/00.svg")
VARIANT = VariantBrief(
    campaign_id="summer",
    locale="de-DE",
    product_id="tea",
    product_name="Tee",
    product_description="Grüner Tee",
    photos=(),
    brand_name="Nordlys",
    primary_color="#0b3d2e",
    palette=(),
    tone="warm",
    logo=LogoFiles(default=LOGO, clear_space=0.25),
    fonts=(),
    banned_words=("billig",),
    legal_line=None,
    legal_guidelines=(),
    audience=Audience(region="DACH", description="Pendler"),
    approved=None,
    reference=None,
    formats=("1x1",),
    clean_twins=False,
    file_type="jpeg",
    layout="overlay",
    logo_wish=None,
    imagery="localized",
)


def test_briefs_are_visible_yaml_and_json_files_at_any_depth() -> None:
    listing = dict.fromkeys(
        [
            *("b.yaml", "a.YML", "deep/er/c.json", "logo.svg", "b.yaml.problems.md"),
            *(".hidden.yaml", ".git/config.json", "deep/.drafts/d.yaml", "yaml", "b.yaml.bak"),
        ],
        "1",
    )

    assert brief_paths(listing) == ("a.YML", "b.yaml", "deep/er/c.json")


def test_stamps_are_of_the_brief_and_of_files_relative_to_its_folder() -> None:
    assert stamps_of(LISTING, "summer/brief.yaml", ["logo.svg", "photo.png"]) == SUMMER.stamps
    assert stamps_of({"b.yaml": "1", "a/b.svg": "2"}, "b.yaml", ["a/b.svg"]) == {
        "b.yaml": "1",
        "a/b.svg": "2",
    }


def test_an_inbox_as_known_has_no_changes() -> None:
    assert compare(LISTING, KNOWN) == NOTHING


def test_a_new_brief_is_due() -> None:
    assert compare(LISTING, {}).due == ("summer/brief.yaml",)


@pytest.mark.parametrize(
    "change",
    [
        {"summer/brief.yaml": "2"},
        {"summer/logo.svg": "2"},
        {"summer/photo.png": "1"},
    ],
)
def test_a_brief_is_due_again_when_it_or_a_file_it_names_appears_or_changes(
    change: dict[str, str],
) -> None:
    assert compare(LISTING | change, KNOWN) == InboxChanges(due=("summer/brief.yaml",), gone=())


def test_a_brief_is_due_again_when_a_file_it_names_vanishes() -> None:
    assert compare({"summer/brief.yaml": "1"}, KNOWN).due == ("summer/brief.yaml",)


def test_a_file_that_no_brief_names_makes_nothing_due() -> None:
    assert compare(LISTING | {"summer/other.png": "1"}, KNOWN) == NOTHING


def test_an_accepted_brief_whose_file_vanished_is_gone() -> None:
    assert compare({"summer/logo.svg": "1"}, KNOWN) == InboxChanges(due=(), gone=(SUMMER,))


def test_a_refused_brief_whose_file_vanished_is_nobody_s_loss() -> None:
    refused = SUMMER.model_copy(update={"accepted": False})

    assert compare({}, {refused.path: refused}) == NOTHING


def test_due_briefs_are_sorted_by_path() -> None:
    assert compare({"b.yaml": "1", "c.yaml": "1", "a.yaml": "1"}, {}).due == (
        "a.yaml",
        "b.yaml",
        "c.yaml",
    )


def test_ten_thousand_known_briefs_are_compared() -> None:
    known = {
        path: KnownBrief(path=path, campaign_id=f"c{n}", stamps={path: "1"}, accepted=True)
        for n in range(10_000)
        for path in [f"{n:05}/brief.yaml"]
    }
    listing = dict.fromkeys(known, "1") | {"05000/brief.yaml": "2"}

    assert compare(listing, known) == InboxChanges(due=("05000/brief.yaml",), gone=())


def test_variants_are_new_changed_unchanged_or_retired() -> None:
    before = {"c/de/a": "1", "c/de/b": "1", "c/de/c": "1"}
    after = {"c/de/d": "1", "c/de/b": "2", "c/de/a": "1"}

    assert variant_changes(before, after) == VariantChanges(
        new=("c/de/d",), changed=("c/de/b",), unchanged=("c/de/a",), retired=("c/de/c",)
    )


def test_a_fingerprint_covers_the_brief_and_every_file_it_names() -> None:
    digest = hashlib.sha256(b"logo").hexdigest()
    prints = {
        fingerprint(b"brief", {"logo.svg": digest}),
        fingerprint(b"brief!", {"logo.svg": digest}),
        fingerprint(b"brief", {"logo.svg": None}),
        fingerprint(b"brief", {"mark.svg": digest}),
        fingerprint(b"brief", {}),
    }

    assert len(prints) == 5


def test_a_fingerprint_does_not_depend_on_the_order_of_files() -> None:
    assert fingerprint(b"", {"a": "1", "b": "2"}) == fingerprint(b"", {"b": "2", "a": "1"})


def test_a_variant_s_version_changes_with_any_field() -> None:
    changes: list[dict[str, object]] = [
        {},
        {"locale": "de-AT"},
        {"tone": "cool"},
        {"banned_words": ()},
        {"legal_line": "Nur solange der Vorrat reicht."},
        {"photos": (LOGO,)},
        {"formats": ("1x1", "4x5")},
    ]
    versions = {variant_version(VARIANT.model_copy(update=change)) for change in changes}

    assert len(versions) == len(changes)


def test_a_variant_s_version_survives_storage_as_json() -> None:
    restored = VariantBrief.model_validate_json(VARIANT.model_dump_json())

    assert variant_version(restored) == variant_version(VARIANT)
    assert len(variant_version(VARIANT)) == 20


KEYS = tuple(f"{campaign}/de-DE/p{n}" for campaign in ("a", "b", "c") for n in range(4))


def test_neighbouring_wanted_keys_make_one_range() -> None:
    wanted = {KEYS[0], KEYS[1], KEYS[3], KEYS[4]}

    assert contiguous_ranges(KEYS, wanted, max_keys=10) == (
        (KEYS[0], KEYS[1]),
        (KEYS[3], KEYS[4]),
    )


def test_a_long_range_is_cut() -> None:
    assert contiguous_ranges(KEYS, KEYS[:5], max_keys=2) == (KEYS[0:2], KEYS[2:4], KEYS[4:5])


def test_a_wanted_key_that_is_unknown_is_named() -> None:
    with pytest.raises(MissingInputError, match=r"1 of 2 wanted variants are unknown.*z/de-DE/p0"):
        contiguous_ranges(KEYS, ["z/de-DE/p0", KEYS[0]], max_keys=2)


def test_nothing_wanted_is_no_batch() -> None:
    assert contiguous_ranges(KEYS, (), max_keys=2) == ()
    assert launch_batches(KEYS, (), max_keys=2, max_batches=1) == ()


def test_each_campaign_gets_batches_of_its_own() -> None:
    assert launch_batches(KEYS, KEYS, max_keys=10, max_batches=3) == (
        KEYS[0:4],
        KEYS[4:8],
        KEYS[8:12],
    )


def test_neighbouring_campaigns_share_batches_when_there_are_many() -> None:
    assert launch_batches(KEYS, KEYS, max_keys=10, max_batches=2) == (KEYS[:10], KEYS[10:])


@given(
    wanted=st.sets(st.sampled_from(KEYS)),
    max_keys=st.integers(1, 13),
    max_batches=st.integers(1, 4),
)
def test_batches_hold_each_wanted_key_once_in_order_and_contiguously(
    wanted: set[str], max_keys: int, max_batches: int
) -> None:
    batches = launch_batches(KEYS, wanted, max_keys, max_batches)

    assert [key for batch in batches for key in batch] == [key for key in KEYS if key in wanted]
    assert all(0 < len(batch) <= max_keys for batch in batches)
    for batch in batches:
        assert all(KEYS.index(b) == KEYS.index(a) + 1 for a, b in pairwise(batch))


def test_a_hundred_thousand_keys_are_cut_into_ranges() -> None:
    keys = [f"c{n // 2_000}/de-DE/p{n}" for n in range(100_000)]
    batches = launch_batches(keys, set(keys[1:]), max_keys=500, max_batches=50)

    assert len(batches) == 200
    assert batches[0] == tuple(keys[1:501])
