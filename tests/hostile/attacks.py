"""Hostile input: what strangers may send, and what has to become of it.

An attack draws inputs of one kind and hands each to the product. It is used, or refused by an error
of the studio's own tree; anything else that is raised is a crash.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@dataclass(frozen=True)
class Attack:
    """Inputs of one kind.

    Attributes:
        problems_in: Hands an input to the product, and gives the number of problems that it was
            refused for; 0 where it was used. Whatever it raises is a crash.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    problems_in: Callable[[Any], int]


@dataclass
class Tally:
    """What came of an attack; whoever counts is told at the first crash."""

    tried: int = 0
    refused: int = 0
    problems: int = 0


def tried(attack: Attack, examples: int) -> Tally:
    """Hand `examples` inputs of an attack to the product.

    Raises:
        Exception: The crash, with the smallest input that was found to lead to it.
    """
    tally = Tally()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(attack.inputs)
    def each(drawn: Any) -> None:  # noqa: ANN401 - whatever the attack draws
        problems = attack.problems_in(drawn)
        tally.tried += 1
        tally.refused += bool(problems)
        tally.problems += problems

    each()
    return tally
