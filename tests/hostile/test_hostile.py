"""Whatever strangers send is used or refused in words: see `make hostile` for the full size."""

from collections.abc import Iterator

import pytest

from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.records import open_records
from tests.hostile.answers import ANSWERS, PICTURES
from tests.hostile.attacks import Attack, tried
from tests.hostile.briefs import BRIEFS
from tests.hostile.decisions import decisions_in
from tests.hostile.pictures import LOGOS, PHOTOS

EXAMPLES = 150


@pytest.fixture
def log(records_url: str) -> Iterator[DecisionLog]:
    records = open_records(records_url)
    yield DecisionLog(records.database)
    records.close()


# The openai package warns of answers that it takes apart; what is read of them is checked.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    "attack", [BRIEFS, LOGOS, PHOTOS, ANSWERS, PICTURES], ids=lambda attack: attack.name
)
def test_whatever_strangers_send_is_used_or_refused_for_all_that_is_wrong(attack: Attack) -> None:
    tally = tried(attack, EXAMPLES)

    assert 0 < tally.refused < tally.tried


def test_whatever_people_decide_is_kept_as_it_is_or_refused(log: DecisionLog) -> None:
    tally = tried(decisions_in(log), EXAMPLES)

    assert 0 < tally.refused < tally.tried
