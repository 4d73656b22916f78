"""Decisions by strangers: any words, in any combination, on any variant, again and again."""

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from creative_assets.studio.decision_log import DecisionLog, ShownFinals
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.review import decide, in_words, look_at, opinion_of, reviewer_of
from creative_assets.studio.revision import revision_of
from creative_assets.studio.stages import STAGES
from creative_assets.studio.store import StoredFile
from tests.hostile.attacks import Attack

_KEYS = [f"summer/de-DE/p{number}" for number in range(50)]
_FINALS = ShownFinals(
    _KEYS[0],
    "v1",
    {"1x1": StoredFile(path="finals/1x1.jpg", size_bytes=1, sha256="a" * 64)},
    dict.fromkeys(STAGES, "v1"),
)
_WORDS = st.one_of(
    st.text(alphabet=st.characters()),
    st.sampled_from(
        [
            *("", " ", "Warmer, please.", "a\0b", "\ud800", "\u202eevil", "x" * 3_000, "a\r\nb\tc"),
            *("'; DROP TABLE decisions; --", "<script>", "{{7*7}}", "%s", "\U000e0041", "Ann"),
        ]
    ),
)


def _seldom(strategy: st.SearchStrategy[Any], usual: object = None) -> st.SearchStrategy[Any]:
    return st.sampled_from([False, False, False, True]).flatmap(
        lambda is_odd: strategy if is_odd else st.just(usual)
    )


_DECISIONS = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(["approve", "request_changes"]),
        "note": _WORDS,
        "scope": _seldom(st.sampled_from(["copy", "picture", "logo", "layout", ""]) | _WORDS),
        "words": _seldom(
            st.dictionaries(
                st.sampled_from(["headline", "subline", "call_to_action", "legal_line"]),
                st.none() | _WORDS,
            )
        ),
        "spot": _seldom(st.sampled_from(["top-left", "../x", "TOP", ""]) | _WORDS),
        "override_reason": _seldom(_WORDS),
        "name": _seldom(_WORDS, "Ann"),
        "decision_id": st.sampled_from(["d1", "d2", "d3"]) | st.uuids(),
    }
)


def decisions_in(log: DecisionLog) -> Attack:
    """The attack on that log."""
    for key in _KEYS:
        log.show(replace(_FINALS, variant_key=key))
    keys = itertools.cycle(_KEYS)
    return Attack("decisions", _DECISIONS, lambda drawn: _problems_in(drawn, next(keys), log))


def _problems_in(drawn: dict[str, Any], key: str, log: DecisionLog) -> int:
    before = look_at(key, log)
    opinion = {name: drawn[name] for name in drawn.keys() - {"name", "decision_id"}}
    try:
        reviewer = reviewer_of(drawn["name"], "api", verified=True)
        decision_id = f"{key} {drawn['decision_id']}"
        decision = decide(before, opinion_of(**opinion), reviewer, decision_id, log)
    except CreativeAssetsError:
        assert look_at(key, log).decisions == before.decisions
        return 1
    after = look_at(key, log).decisions
    assert decision in after
    assert after[: len(before.decisions)] == before.decisions
    assert "\n" not in in_words(decision).partition(": ")[0]
    revision_of(after)
    return 0
