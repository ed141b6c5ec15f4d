"""The tables: every request has its answer, every rule its source, every alternative its mark, and nothing is dead.

Not here: what can be reached when the machines act together (test_explore), how the rows are run (test_machine).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest
from certlife.model import tables
from certlife.model.answers import RELATIONS, SHOWS
from certlife.model.asks import understand
from certlife.model.belief import CLOCK
from certlife.model.constraints import CONSTRAINTS
from certlife.model.guards import GUARDS, always
from certlife.model.machine import STATES
from certlife.model.moves import choices
from certlife.model.rows import Reply, Row, Rule
from certlife.model.tables import CERTIFICATE, JOINT, OPERATION_TABLE, OWNERS, TABLES
from certlife.model.values import Request
from certlife.model.vocabulary import Drift, Grade, Machine, Operation, OperationState, Profile, Signal, State, View
from certlife.model.x509_rules import X509_RELATIONS

REGISTER: Final = tomllib.loads((Path(tables.__file__).parent / "requirements.toml").read_text())
SECTIONS: Final = {
    "KVC": "requirements",
    "N": "observed",
    "J": "observed",
    "P": "observed",
    "C": "contradictions",
    "S": "silences",
    "F": "field",
}
"""In which section of the register an id stands, by how it begins."""

GRADED_BY: Final = {
    Grade.DOCUMENTED: {"requirements"},
    Grade.OBSERVED: {"observed", "field"},
    Grade.ASSUMED: {"silences", "field"},
}
"""The sections of which a rule of this grade must cite something."""

ROWS: Final = tuple(row for table in TABLES.values() for row in table)
RULES: Final[tuple[Rule, ...]] = (*ROWS, *JOINT, *SHOWS, *RELATIONS, *X509_RELATIONS, *CONSTRAINTS, CLOCK)
CITED: Final = {cited for rule in RULES for cited in rule.because}
PROFILES: Final = tuple(Profile)

# Alternatives that accept one and the same answer and lead apart, and what tells them apart.
TOLD_BY_THE_BODY: Final = {
    ("CERT-88", "CERT-89"): "the bundle of a stub has no certificate (SHOW-026, SHOW-028)",
}
# What a request must look like, for each operation once.
REQUESTS: Final = {
    Operation.LIST: ("GET", "/certificates"),
    Operation.DELETE: ("DELETE", "/certificates/web"),
    Operation.SET_CONTACTS: ("PUT", "/certificates/contacts"),
    Operation.GET_CONTACTS: ("GET", "/certificates/contacts"),
    Operation.DELETE_CONTACTS: ("DELETE", "/certificates/contacts"),
    Operation.LIST_ISSUERS: ("GET", "/certificates/issuers"),
    Operation.SET_ISSUER: ("PUT", "/certificates/issuers/ca"),
    Operation.UPDATE_ISSUER: ("PATCH", "/certificates/issuers/ca"),
    Operation.GET_ISSUER: ("GET", "/certificates/issuers/ca"),
    Operation.DELETE_ISSUER: ("DELETE", "/certificates/issuers/ca"),
    Operation.CREATE: ("POST", "/certificates/web/create"),
    Operation.IMPORT: ("POST", "/certificates/web/import"),
    Operation.LIST_VERSIONS: ("GET", "/certificates/web/versions"),
    Operation.GET_POLICY: ("GET", "/certificates/web/policy"),
    Operation.UPDATE_POLICY: ("PATCH", "/certificates/web/policy"),
    Operation.UPDATE: ("PATCH", "/certificates/web/0123"),
    Operation.GET: ("GET", "/certificates/web/0123"),
    Operation.CANCEL: ("PATCH", "/certificates/web/pending"),
    Operation.POLL: ("GET", "/certificates/web/pending"),
    Operation.DELETE_OPERATION: ("DELETE", "/certificates/web/pending"),
    Operation.MERGE: ("POST", "/certificates/web/pending/merge"),
    Operation.BACKUP: ("POST", "/certificates/web/backup"),
    Operation.RESTORE: ("POST", "/certificates/restore"),
    Operation.LIST_DELETED: ("GET", "/deletedcertificates"),
    Operation.GET_DELETED: ("GET", "/deletedcertificates/web"),
    Operation.PURGE: ("DELETE", "/deletedcertificates/web"),
    Operation.RECOVER: ("POST", "/deletedcertificates/web/recover"),
    Operation.GET_KEY: ("GET", "/keys/web"),
    Operation.GET_SECRET: ("GET", "/secrets/web"),
}
# Guards that hold where the model does not know: each must allow what would be allowed if it did.
IGNORANCE: Final = {
    "name_perhaps_held", "issuer_perhaps_missing", "version_unseen", "file_unread", "backup_unknown",
}  # fmt: skip


def section_of(cited: str) -> str:
    return SECTIONS[cited.partition("-")[0]]


# --- where the rules come from


def test_no_two_rules_share_an_id() -> None:
    assert [rule for rule, count in Counter(rule.rule for rule in RULES).items() if count > 1] == []


def test_every_rule_has_a_source() -> None:
    assert [rule.rule for rule in RULES if not rule.because] == []


def test_every_source_is_in_the_register() -> None:
    cited = ((rule.rule, source) for rule in RULES for source in rule.because)
    assert [(rule, source) for rule, source in cited if source not in REGISTER[section_of(source)]] == []


def test_every_rule_cites_what_its_grade_needs() -> None:
    lacking = [
        f"{rule.rule}: {rule.grade.value}, but cites only {' '.join(rule.because)}"
        for rule in RULES
        if GRADED_BY[rule.grade].isdisjoint(map(section_of, rule.because))
    ]
    assert lacking == [], "\n".join(lacking)


def test_every_requirement_is_enforced_or_says_why_not() -> None:
    explained = {key for key, entry in REGISTER["requirements"].items() if entry.get("unmodelled")}
    left_out = [key for key in REGISTER["requirements"] if key not in CITED | explained]
    assert left_out == [], f"{len(left_out)} requirements have neither rule nor reason: {' '.join(left_out)}"


def test_no_rule_cites_what_is_not_modelled() -> None:
    assert [key for key in sorted(CITED) if REGISTER[section_of(key)][key].get("unmodelled")] == []


def test_a_contradiction_is_decided_where_only_one_side_of_it_stands() -> None:
    """Where a row stands alone, the register says which side was chosen."""
    alone = [row for row in ROWS if not any(is_alternative(row, other) for other in ROWS)]
    sides = {cited for row in alone for cited in row.because if section_of(cited) == "contradictions"}
    assert [side for side in sorted(sides) if not REGISTER["contradictions"][side].get("chosen")] == []


def is_alternative(row: Row, other: Row) -> bool:
    same = row.trigger is other.trigger and row.guard is other.guard
    return row is not other and same and not set(row.source).isdisjoint(other.source)


# --- every request has its answer


@pytest.mark.parametrize("profile", PROFILES)
def test_every_operation_is_answered_in_every_state_whatever_the_guards_say(profile: Profile) -> None:
    table = choices(profile)
    lacking = [
        (machine, state, operation)
        for machine, operations in OWNERS.items()
        for state in STATES[machine]
        for operation in operations
        if not (groups := table.get((machine, state, operation), ())) or groups[-1][0] is not always
    ]
    assert lacking == []


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_leaves_a_guard_without_row(profile: Profile) -> None:
    assert [key for key, groups in choices(profile).items() for _, rows in groups if not rows] == []


def test_every_operation_has_one_owner() -> None:
    assert Counter(operation for operations in OWNERS.values() for operation in operations) == Counter(Operation)


@pytest.mark.parametrize("operation", Operation)
def test_every_operation_is_understood(operation: Operation) -> None:
    ask = understand(Request(*REQUESTS[operation]))
    assert ask is not None
    assert ask.operation is operation


@pytest.mark.parametrize("machine", Machine)
def test_rows_answer_only_what_their_machine_owns(machine: Machine) -> None:
    asked = {row.trigger for row in TABLES[machine] if isinstance(row.trigger, Operation)}
    assert asked == set(OWNERS[machine])


# --- rows are what they seem


@pytest.mark.parametrize("machine", Machine)
def test_rows_stay_in_their_machine(machine: Machine) -> None:
    strays = [
        row.rule
        for row in TABLES[machine]
        if not {*row.source, *(() if row.target is None else (row.target,))} <= set(STATES[machine])
    ]
    assert strays == []


def test_operations_are_replied_to_and_nothing_else_is() -> None:
    assert [row.rule for row in ROWS if isinstance(row.trigger, Operation) is (row.reply is None)] == []


def test_a_refusal_stays_where_it_is() -> None:
    assert [row.rule for row in ROWS if row.target is not None and row.reply is not None and row.reply.is_refusal] == []


def test_a_drift_is_guarded() -> None:
    assert [row.rule for row in ROWS if isinstance(row.trigger, Drift) and row.guard is always] == []


def test_a_row_stands_above_none_that_could_not_be_taken() -> None:
    """No group follows an unguarded one, and no guard comes twice."""
    dead = []
    for key, groups in choices(Profile.EITHER).items():
        guards = [guard for guard, _ in groups]
        if always in guards[:-1] or len(set(guards)) < len(guards):
            dead.append((key, guards))
    assert dead == []


@pytest.mark.parametrize("machine", Machine)
def test_every_state_is_reachable(machine: Machine) -> None:
    reached = {STATES[machine][0]}
    while fresh := {row.target for row in TABLES[machine] if row.target and reached & set(row.source)} - reached:
        reached |= fresh
    assert reached == set(STATES[machine])


def test_every_guard_is_used() -> None:
    used = {row.guard.name for row in ROWS} | {join.guard.name for join in JOINT}
    assert sorted(GUARDS.keys() - used) == []


# --- the joint rules


def test_every_signal_is_sent_and_heard() -> None:
    sent = {(join.machine, join.signal) for join in JOINT}
    rows = ((machine, row.trigger) for machine, table in TABLES.items() for row in table)
    assert sent == {(machine, trigger) for machine, trigger in rows if isinstance(trigger, Signal)}


def test_every_joint_rule_has_a_cause_that_somebody_takes() -> None:
    taken = {row.trigger for row in ROWS if not isinstance(row.trigger, Signal)}
    assert [join.rule for join in JOINT if join.cause not in taken] == []


# --- alternatives


def overlapping() -> Iterator[tuple[State, Row, Row]]:
    """Alternatives that accept one and the same status and codes."""
    for (_, state, _), groups in choices(Profile.EITHER).items():
        for _, rows in groups:
            for one, other in combinations(rows, 2):
                if one.reply is not None and other.reply is not None and overlap(one.reply, other.reply):
                    yield state, one, other


def overlap(one: Reply, other: Reply) -> bool:
    return not one.statuses.isdisjoint(other.statuses) and all(
        mine is None or theirs is None or mine == theirs
        for mine, theirs in ((one.code, other.code), (one.inner, other.inner))
    )


def test_alternatives_that_lead_apart_are_told_apart_by_their_reply() -> None:
    blurred = {
        (one.rule, other.rule)
        for state, one, other in overlapping()
        if (one.target or state) is not (other.target or state) and {one.grade, other.grade} != {Grade.ASSUMED}
    }
    assert blurred == set(TOLD_BY_THE_BODY)


def test_alternatives_that_stay_and_accept_the_same_show_different_bodies() -> None:
    alike = {(one.rule, other.rule) for _, one, other in overlapping() if view_of(one) is view_of(other)}
    assert alike == set(TOLD_BY_THE_BODY)


def view_of(row: Row) -> View:
    return View.NOTHING if row.reply is None else row.reply.shows


def test_ignorance_allows_what_knowledge_would() -> None:
    """What a row further down allows, a guard that holds for want of knowledge must not hide."""
    hidden = []
    for (_, state, trigger), groups in choices(Profile.EITHER).items():
        for index, (guard, rows) in enumerate(groups):
            if guard.name in IGNORANCE:
                below = (row for _, later in groups[index + 1 :] for row in later)
                hidden += [
                    f"{trigger.name} from {state.name}: {guard.name} ({rows[0].rule} and on) hides {row.rule}"
                    for row in below
                    if not any(allows(above, row, state) for above in rows)
                ]
    assert hidden == [], "\n".join(hidden)


def allows(above: Row, below: Row, state: State) -> bool:
    mine, theirs = above.reply, below.reply
    if mine is None or theirs is None or (above.target or state) is not (below.target or state):
        return False
    return theirs.statuses <= mine.statuses and mine.code in (None, theirs.code) and mine.inner in (None, theirs.inner)


# --- profiles


@pytest.mark.parametrize(
    ("profile", "replies"),
    [
        # profile, what a cancellation after completion is answered
        (Profile.SERVICE, [(403, "Forbidden")]),
        (Profile.DOCUMENTATION, [(400, None)]),
        (Profile.EITHER, [(403, "Forbidden"), (400, None)]),
    ],
)
def test_profiles_differ_about_cancelling_what_is_completed(
    profile: Profile, replies: list[tuple[int, str | None]]
) -> None:
    ((_, rows),) = (
        (guard, rows)
        for guard, rows in choices(profile)[Machine.OPERATION, OperationState.COMPLETED, Operation.CANCEL]
        if guard is always
    )
    assert [(min(row.reply.statuses), row.reply.code) for row in rows if row.reply is not None] == replies


def test_documentation_asks_for_no_code_that_was_only_observed() -> None:
    read = (row for groups in choices(Profile.DOCUMENTATION).values() for _, rows in groups for row in rows)
    refusals = [row for row in read if row.grade is Grade.OBSERVED and row.reply is not None and row.reply.is_refusal]
    assert [row.rule for row in refusals if row.reply is not None and row.reply.code is not None] == []


def test_the_tables_are_not_empty() -> None:
    """The tests above would hold of nothing."""
    assert len(CERTIFICATE) > 100
    assert len(OPERATION_TABLE) > 30
    assert len(REGISTER["requirements"]) == 384
