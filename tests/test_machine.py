"""The `transitions` machines take the rows that the compiled form takes, whatever the guards say and the vault answers.

Not here: whether the rows themselves are in order (test_tables).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

import pytest
from certlife.model.asks import Ask
from certlife.model.errors import ModelError
from certlife.model.guards import Facts, Guard, Situation, always
from certlife.model.joint import Joint
from certlife.model.known import Known
from certlife.model.machine import STATES, chart_of
from certlife.model.moves import Choice, choices, rows_for
from certlife.model.rows import Reply, Row
from certlife.model.settings import Settings
from certlife.model.tables import TABLES
from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import (
    CertificateState,
    Drift,
    Machine,
    Operation,
    OperationState,
    Profile,
    Signal,
    State,
    Trigger,
    VersionState,
)

EVERY_TRIGGER: Final[tuple[Trigger, ...]] = (*Operation, *Drift, *Signal)
EITHER: Final = Profile.EITHER


def valuations(groups: tuple[Choice, ...]) -> Iterator[Mapping[Guard, bool]]:
    """Every way in which the guards of a line may turn out; `always` holds."""
    guards = [guard for guard, _ in groups if guard is not always]
    for held in product((False, True), repeat=len(guards)):
        yield {always: True, **dict(zip(guards, held, strict=True))}


def compiled(groups: tuple[Choice, ...], holds: Mapping[Guard, bool]) -> tuple[Row, ...]:
    return next((rows for guard, rows in groups if holds[guard]), ())


def answer_of(reply: Reply) -> Answer:
    """An answer that the reply accepts."""
    error: dict[str, Json] = {"code": reply.code, "innererror": {"code": reply.inner}}
    return Answer(min(reply.statuses), {"error": error})


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("machine", Machine)
def test_chart_takes_the_rows_of_the_compiled_form(machine: Machine, profile: Profile) -> None:
    chart = chart_of(machine, profile)
    for (of, state, trigger), groups in choices(profile).items():
        if of is machine:
            for held in valuations(groups):
                fired = chart.fire(state, trigger, held.__getitem__)
                assert tuple(one.row for one in fired) == compiled(groups, held), (state, trigger, held)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("machine", Machine)
def test_chart_takes_the_rows_that_give_the_answer(machine: Machine, profile: Profile) -> None:
    chart = chart_of(machine, profile)
    for (of, state, trigger), groups in choices(profile).items():
        for reply in {row.reply for _, rows in groups for row in rows if of is machine and row.reply is not None}:
            answer = answer_of(reply)
            for held in valuations(groups):
                fired = chart.fire(state, trigger, held.__getitem__, answer=answer)
                expected = [row for row in compiled(groups, held) if row.reply is None or row.reply.accepts(answer)]
                assert [one.row for one in fired] == expected, (state, trigger, held, answer)


@pytest.mark.parametrize("machine", Machine)
def test_every_row_can_be_fired_by_its_own_reply(machine: Machine) -> None:
    """Under the profile that believes it, from each of its sources, with its guard the only one that holds."""
    fired = {
        one.row.rule
        for profile in Profile
        for (of, state, trigger), groups in choices(profile).items()
        for guard, rows in groups
        for row in rows
        if of is machine
        for one in chart_of(machine, profile).fire(
            state, trigger, {guard}.__contains__, answer=None if row.reply is None else answer_of(row.reply)
        )
    }
    assert fired == {row.rule for row in TABLES[machine]}


@pytest.mark.parametrize("machine", Machine)
def test_a_row_leads_to_its_target_or_stays(machine: Machine) -> None:
    for (of, state, trigger), groups in choices(EITHER).items():
        for guard, _ in groups:
            if of is machine:
                for one in chart_of(machine, EITHER).fire(state, trigger, {guard}.__contains__):
                    assert one.target is (state if one.row.target is None else one.row.target)


@pytest.mark.parametrize("machine", Machine)
def test_firing_where_the_compiled_form_has_nothing_is_our_mistake(machine: Machine) -> None:
    chart, table = chart_of(machine, EITHER), choices(EITHER)
    for state, trigger in product(STATES[machine], EVERY_TRIGGER):
        if (machine, state, trigger) not in table:
            with pytest.raises(ModelError, match=f"{machine.value} machine starts from {state!r} with {trigger!r}"):
                chart.fire(state, trigger, lambda _: True)


@pytest.mark.parametrize(
    ("machine", "state", "trigger"),
    [
        # a trigger of another machine; one that exists but not from here; a state of another machine of the same name
        (Machine.OPERATION, OperationState.COMPLETED, Operation.GET),
        (Machine.CERTIFICATE, CertificateState.ABSENT, Drift.DELETION_ENDS),
        (Machine.ISSUER, CertificateState.ABSENT, Operation.GET_ISSUER),
    ],
)
def test_what_no_row_starts_from_is_a_model_error(machine: Machine, state: State, trigger: Trigger) -> None:
    with pytest.raises(ModelError, match="no row"):
        chart_of(machine, EITHER).fire(state, trigger, lambda _: True)


def test_a_fault_in_a_guard_is_not_taken_for_a_missing_row() -> None:
    def misspelt(_: Guard) -> bool:
        raise AttributeError("no such thing")

    with pytest.raises(AttributeError, match="no such thing"):
        chart_of(Machine.CERTIFICATE, EITHER).fire(CertificateState.ACTIVE, Operation.GET, misspelt)


def test_a_chart_forgets_what_it_was_fired_from() -> None:
    """One cell serves all: neither a firing nor a failed one leaves anything behind."""
    chart = chart_of(Machine.VERSION, EITHER)
    before = chart.fire(VersionState.EARLY, Drift.NBF_REACHED, lambda _: True)
    with pytest.raises(ModelError):
        chart.fire(VersionState.EXPIRED, Drift.NBF_REACHED, lambda _: True)
    assert chart.fire(VersionState.EARLY, Drift.NBF_REACHED, lambda _: False) == ()
    assert chart.fire(VersionState.EARLY, Drift.NBF_REACHED, lambda _: True) == before


def test_the_names_of_triggers_and_states_are_unique() -> None:
    """`transitions` knows both by name alone."""
    assert len({trigger.name for trigger in EVERY_TRIGGER}) == len(EVERY_TRIGGER)
    for states in STATES.values():
        assert len({state.name for state in states}) == len(states)


@pytest.mark.parametrize("purge_protected", [False, True])
@pytest.mark.parametrize("state", CertificateState)
def test_charts_and_rows_for_agree_on_a_real_situation(state: CertificateState, purge_protected: bool) -> None:  # noqa: FBT001
    ask = Ask(Operation.PURGE, "web", None, Request("DELETE", "/deletedcertificates/web"))
    facts = Facts(settings=Settings(soft_delete=True, purge_protected=purge_protected))
    situation = Situation(Joint(state), Known(), facts, ask)
    for profile in Profile:
        fired = chart_of(Machine.CERTIFICATE, profile).fire(
            state, Operation.PURGE, lambda guard: guard.holds(situation)
        )
        taken = rows_for(Machine.CERTIFICATE, state, Operation.PURGE, situation, profile)
        assert tuple(one.row for one in fired) == taken
