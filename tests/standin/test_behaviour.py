import pytest
from pydantic import ValidationError

from creative_assets.standin.behaviour import Behaviour, FaultRule, fault_rule


@pytest.mark.parametrize(
    "text,rule",
    [
        ("reset", FaultRule(kind="reset")),
        ("rate_limit=0.2", FaultRule(kind="rate_limit", rate=0.2)),
        ("drip@image=1", FaultRule(kind="drip", operation="image")),
        ("wrong_size@image_edit", FaultRule(kind="wrong_size", operation="image_edit")),
    ],
)
def test_a_fault_is_written_in_one_word(text: str, rule: FaultRule) -> None:
    assert fault_rule(text) == rule


@pytest.mark.parametrize("text", ["", "resett", "reset=2", "reset=often", "reset@nowhere=1"])
def test_a_fault_that_does_not_exist_is_rejected(text: str) -> None:
    with pytest.raises(ValidationError):
        fault_rule(text)


def test_an_empty_text_cannot_be_refused() -> None:
    with pytest.raises(ValidationError):
        Behaviour(refuse=("",))
