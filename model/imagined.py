"""The guards of the explorer: what neither the states nor the settings decide turns out both ways.

Not here: the guards as they are asked for real (guards).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from certlife.model import guards as g
from certlife.model.asks import kind_of
from certlife.model.effects import issuer_named
from certlife.model.guards import Guard, Sight, Situation
from certlife.model.moves import JOINS, Choice, Rules, choices
from certlife.model.region import Taken
from certlife.model.rows import Row
from certlife.model.vocabulary import (
    IssuerKind,
    PolicyState,
    Profile,
    State,
)
from certlife.model.vocabulary import (
    OperationState as O,
)

RUNNING: Final = (O.IN_PROGRESS, O.CANCELLING)


class Fate:
    """Decides what is free, one way after another, and writes down what happens.

    Attributes:
        taken: the rules taken since the present way began.
        settings_asked: whether the vault's settings had a say since somebody set it to False.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.settings_asked = False
        self._decided: dict[str, bool] = {}
        self._open: list[dict[str, bool]] = []

    def ways(self) -> Iterator[None]:
        """All ways in which it may go: what is asked in one turn of the loop turns out otherwise in another."""
        self._open.append({})
        while self._open:
            self._decided = self._open.pop()
            self.taken.clear()
            yield

    def decides(self, question: str) -> bool:
        """How the question turns out this time."""
        decided = self._decided.get(question)
        if decided is None:
            self._open.append({**self._decided, question: True})
            decided = self._decided[question] = False
        return decided

    def rules(self, profile: Profile) -> Rules:
        """The rules with guards that this fate decides; of alternatives it decides too, so every way takes one row."""
        rows = {
            key: tuple(choice for guard, rows in groups for choice in self._one_by_one(key[1], guard, rows))
            for key, groups in choices(profile).items()
        }
        joins = {
            cause: tuple(replace(join, guard=self._imagined(join.guard, Taken(join.rule))) for join in told)
            for cause, told in JOINS.items()
        }
        return Rules(rows, joins, {})

    def _one_by_one(self, state: State, guard: Guard, rows: tuple[Row, ...]) -> Iterator[Choice]:
        for row in rows:
            taken = Taken(row.rule, state, state if row.target is None else row.target)
            yield self._imagined(guard, taken, last=row is rows[-1]), (row,)

    def _imagined(self, guard: Guard, taken: Taken, *, last: bool = True) -> Guard:
        is_so = {Sight.STATE: guard.holds, Sight.SETTINGS: self._noted(guard), Sight.CIRCUMSTANCES: self._free(guard)}[
            guard.sees
        ]

        def holds(s: Situation) -> bool:
            if not is_so(s) or not (last or self.decides(taken.rule)):
                return False
            self.taken.append(taken)
            return True

        return Guard(guard.name, guard.sees, holds)

    def _noted(self, guard: Guard) -> Callable[[Situation], bool]:
        def holds(s: Situation) -> bool:
            self.settings_asked = True
            return guard.holds(s)

        return holds

    def _free(self, guard: Guard) -> Callable[[Situation], bool]:
        bound = _BOUND.get(guard.name, _unbound)

        def holds(s: Situation) -> bool:
            certain = bound(s, self._decided)
            return self.decides(guard.name) if certain is None else certain

        return holds


_Bound: TypeAlias = Callable[[Situation, Mapping[str, bool]], bool | None]
"""What is not free although it is circumstance: the states, or what was decided before, settle it; None: it is free."""

STRANGER: Final = "a version that is none of the name's"


def _unbound(_: Situation, __: Mapping[str, bool]) -> bool | None:
    return None


def _as_it_is(guard: Guard) -> _Bound:
    return lambda s, _: guard.holds(s)


def _only_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if s.joint.policy is PolicyState.NONE else False


def _surely_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    """A name without policy is granted nothing unless the request brings one: policy_missing stands above."""
    return True if s.joint.policy is PolicyState.NONE else None


def _only_at_a_partner(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if kind_of(issuer_named(s)) is IssuerKind.PARTNER else False


def _only_of_a_stranger(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if s.ask is not None and s.ask.version == STRANGER else False


def _surely_of_a_stranger(s: Situation, _: Mapping[str, bool]) -> bool | None:
    """A version that is none of those known is missing or not seen yet: version_missing stands above."""
    return s.ask is not None and s.ask.version == STRANGER


def _only_one_switch(_: Situation, decided: Mapping[str, bool]) -> bool | None:
    return False if decided.get(g.switches_off.name) else None


def _only_while_none_runs(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return False if s.joint.operation in RUNNING or kind_of(issuer_named(s)) is IssuerKind.UNKNOWN else None


_BOUND: Final[Mapping[str, _Bound]] = {
    g.backup_of_stub.name: _as_it_is(g.backup_of_stub),
    g.backup_unknown.name: _as_it_is(g.backup_unknown),
    g.issuer_missing.name: _only_at_a_partner,
    g.issuer_perhaps_missing.name: _only_at_a_partner,
    g.outside_validity.name: _as_it_is(g.outside_validity),
    g.policy_missing.name: _only_without_policy,
    g.policy_sent.name: _surely_without_policy,
    g.renewal_due.name: _only_while_none_runs,
    g.switches_on.name: _only_one_switch,
    g.version_disabled.name: _as_it_is(g.version_disabled),
    g.version_missing.name: _only_of_a_stranger,
    g.version_unseen.name: _surely_of_a_stranger,
}
