"""How every rule stands after a run: held, broken, a known gap, or not reached; and how many of each table do.

Not here: how that is shown (told, junit, page).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Final

from certlife.conformance.register import by_table
from certlife.conformance.suite.verdict import Problem, Tally, Verified

UNTOLD: Final = "the run did not lead to it"
"""Why a rule was not reached, where nobody knows better."""


class Standing(Enum):
    """What became of a rule, in the order in which it is told."""

    HELD = "held"
    BROKEN = "broken"
    KNOWN_GAP = "known gap"
    NOT_REACHED = "not reached"


def standing(verified: Verified, rule: str) -> Standing:
    """What became of one rule."""
    problems = problems_of(verified, rule)
    tally = verified.rules.get(rule, Tally())
    if problems:
        return Standing.KNOWN_GAP if all(problem.known for problem in problems) else Standing.BROKEN
    if tally.broken:
        return Standing.BROKEN
    return Standing.HELD if tally.held else Standing.NOT_REACHED


def problems_of(verified: Verified, rule: str) -> tuple[Problem, ...]:
    """The findings of one rule."""
    return tuple(problem for problem in verified.problems if problem.rule == rule)


def standings(verified: Verified) -> dict[str, Counter[Standing]]:
    """How many rules of each table stand how."""
    return {
        table: Counter(standing(verified, rule.rule) for rule in rules) for table, rules in by_table().items()
    }


def not_reached(verified: Verified) -> Mapping[str, tuple[str, ...]]:
    """The rules that were not reached, by the reason, the reason of most rules first."""
    reasons: dict[str, list[str]] = {}
    for rules in by_table().values():
        for rule in rules:
            if standing(verified, rule.rule) is Standing.NOT_REACHED:
                reasons.setdefault(why(verified, rule.rule), []).append(rule.rule)
    return {reason: tuple(found) for reason, found in sorted(reasons.items(), key=lambda one: -len(one[1]))}


def why(verified: Verified, rule: str) -> str:
    """Why a rule was not reached."""
    return verified.rules.get(rule, Tally()).why or UNTOLD
