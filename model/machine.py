"""The rows as `transitions` machines: one for each small machine and profile, fired from one state at a time.

The compiled form of the same rows (moves) stands in for them where steps are taken by the thousand; a test holds them
against each other. Not here: what one machine's step means to another (moves).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final, TypeAlias, cast

import transitions
from certlife.model.errors import ModelError
from certlife.model.guards import Guard
from certlife.model.moves import believed
from certlife.model.rows import Row
from certlife.model.tables import TABLES
from certlife.model.values import Answer
from certlife.model.vocabulary import (
    CertificateState,
    ContactsState,
    IssuerState,
    Machine,
    OperationState,
    PolicyState,
    Profile,
    State,
    Trigger,
    VersionState,
)

STATES: Final[Mapping[Machine, tuple[State, ...]]] = {
    Machine.CERTIFICATE: tuple(CertificateState),
    Machine.OPERATION: tuple(OperationState),
    Machine.VERSION: tuple(VersionState),
    Machine.POLICY: tuple(PolicyState),
    Machine.ISSUER: tuple(IssuerState),
    Machine.CONTACTS: tuple(ContactsState),
}
"""The states of each machine; it begins in the first."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A row that a trigger may take, and the state that it leads to."""

    row: Row
    target: State


@dataclass(slots=True)
class _Shot:
    """What the conditions of one firing look at, and what it has brought so far."""

    holds: Callable[[Guard], bool]
    answer: Answer | None
    fired: list[Fired]


class Chart:
    """The rows of one machine as a `transitions` machine.

    Its state is set anew for every firing: one chart serves every certificate, one firing at a time.
    """

    def __init__(self, machine: Machine, profile: Profile) -> None:
        self._machine, self._cell = machine, _Cell()
        self._board = _Board(
            self._cell,
            states=list(STATES[machine]),
            initial=STATES[machine][0],
            auto_transitions=False,
            send_event=True,
        )
        for (state, trigger), rows in _lines(TABLES[machine]).items():
            self._add(state, trigger, rows, profile)

    def _add(self, state: State, trigger: Trigger, rows: Iterable[Row], profile: Profile) -> None:
        """Add the rows of one state and trigger: each waits for its own guard, and for those above it to fail."""
        above: list[_Callback] = []
        for guard, alternatives in groupby(rows, key=lambda row: row.guard):
            holds = _condition(guard)
            for row in believed(tuple(alternatives), profile):
                conditions: list[_Callback] = [holds, _answers, _is_new]
                self._board.add_transition(
                    trigger.name, state, row.target, conditions=conditions, unless=[*above], after=_note, row=row
                )
            above.append(holds)

    def fire(
        self, state: State, trigger: Trigger, holds: Callable[[Guard], bool], *, answer: Answer | None = None
    ) -> tuple[Fired, ...]:
        """Every row that `trigger` may take from `state`.

        Args:
            state: of this machine.
            trigger: what comes.
            holds: tells whether a guard does: `lambda guard: guard.holds(situation)`.
            answer: what the vault said; None leaves open which of the alternatives it was.
        Returns: the rows in the order of the table; none where no guard holds, or no row gives that answer.
        Raises: ModelError: no row starts from `state` with `trigger`.
        """
        event = self._board.events.get(trigger.name)
        if event is None or state not in STATES[self._machine]:
            raise self._no_row(state, trigger)
        shot = _Shot(holds, answer, [])
        try:
            self._board.set_state(state)
            while event.trigger(self._cell, shot=shot):
                self._board.set_state(state)
        except transitions.MachineError as refusal:
            raise self._no_row(state, trigger) from refusal
        return tuple(shot.fired)

    def _no_row(self, state: State, trigger: Trigger) -> ModelError:
        return ModelError(f"no row of the {self._machine.value} machine starts from {state!r} with {trigger!r}")


@cache
def chart_of(machine: Machine, profile: Profile) -> Chart:
    """The chart of a machine, with the rows that the profile believes; made once."""
    return Chart(machine, profile)


def _lines(table: Iterable[Row]) -> Mapping[tuple[State, Trigger], list[Row]]:
    lines: dict[tuple[State, Trigger], list[Row]] = {}
    for row in table:
        for state in row.source:
            lines.setdefault((state, row.trigger), []).append(row)
    return lines


class _Cell:
    """Where the state of a chart stands; `transitions` puts its methods on it."""

    state: State


class _Transition(transitions.Transition):
    """A transition that knows the row it was made from."""

    def __init__(self, *args: Any, row: Row, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row


class _Board(transitions.Machine):
    transition_cls = _Transition


_Callback: TypeAlias = str | Callable[..., bool | None]
"""What `transitions` takes for a condition; here it is never a name, since a misspelt one shows only when it is fired."""


def _condition(guard: Guard) -> Callable[[transitions.EventData], bool]:
    return lambda event: _shot(event).holds(guard)


def _answers(event: transitions.EventData) -> bool:
    """Whether the row replies with what the vault said, as far as that is known."""
    reply, answer = _row(event).reply, _shot(event).answer
    return reply is None or answer is None or reply.accepts(answer)


def _is_new(event: transitions.EventData) -> bool:
    return all(fired.row is not _row(event) for fired in _shot(event).fired)


def _note(event: transitions.EventData) -> None:
    _shot(event).fired.append(Fired(_row(event), cast("_Cell", event.model).state))


def _shot(event: transitions.EventData) -> _Shot:
    return cast("_Shot", event.kwargs["shot"])


def _row(event: transitions.EventData) -> Row:
    return cast("_Transition", event.transition).row
