"""What is known of a brief is kept until it is gone."""

from dataclasses import replace

from creative_assets.studio.records import Records
from tests.studio.records.rows import BRIEF


def test_briefs_are_kept_replaced_and_forgotten(records: Records) -> None:
    unread = replace(BRIEF, path="other.yaml", campaign_id=None, accepted=False, snapshot_path=None)
    records.briefs.save(BRIEF)
    records.briefs.save(unread)
    records.briefs.save(replace(BRIEF, fingerprint="f2"))
    known = records.briefs.known()
    records.briefs.forget("other.yaml")

    assert known == {BRIEF.path: replace(BRIEF, fingerprint="f2"), "other.yaml": unread}
    assert list(records.briefs.known()) == [BRIEF.path]


def test_a_campaign_belongs_to_the_brief_that_was_accepted(records: Records) -> None:
    rival = replace(BRIEF, path="a-copy.yaml", accepted=False, snapshot_path=None)
    records.briefs.save(rival)
    before = records.briefs.owner_of("summer")
    records.briefs.save(replace(BRIEF, accepted=False))

    assert before is None
    assert records.briefs.owner_of("summer") == BRIEF.path
    assert records.briefs.owner_of("winter") is None
