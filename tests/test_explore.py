"""The explorer walks where the belief may go, its invariants can break, and they do not.

Not here: whether the rows are in order one by one (test_tables).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Final

import pytest
from certlife.model.asks import Ask, understand
from certlife.model.explore import MOST_TOLD, SCOPES, Exploration, explore
from certlife.model.guards import Facts
from certlife.model.invariants import INVARIANTS, Invariant
from certlife.model.joint import Joint
from certlife.model.known import DeletionFacts, Doc, Known, PendingFacts, PolicyFacts, VersionFacts
from certlife.model.moves import Hypothesis, answered, drifted, timed
from certlife.model.names import settle
from certlife.model.prior import ANYTHING
from certlife.model.region import Region, Step, Taken
from certlife.model.rows import Row
from certlife.model.settings import Settings
from certlife.model.tables import TABLES
from certlife.model.values import Json, Request
from certlife.model.vocabulary import (
    CertificateState as C,
)
from certlife.model.vocabulary import (
    Drift,
    IssuerKind,
    Profile,
    Signal,
    Trigger,
)
from certlife.model.vocabulary import (
    Operation as Op,
)
from certlife.model.vocabulary import (
    OperationState as O,
)
from certlife.model.vocabulary import (
    PolicyState as P,
)
from certlife.model.vocabulary import (
    VersionState as V,
)
from certlife.model.world import MOST_VERSIONS

ROW: Final = {row.rule: row for table in TABLES.values() for row in table}
SELF, UNKNOWN, PARTNER = IssuerKind.SELF, IssuerKind.UNKNOWN, IssuerKind.PARTNER
FREE, PURGEABLE, PROTECTED = SCOPES.values()
ISSUER_NAMES: Final = {SELF: "Self", UNKNOWN: "Unknown", PARTNER: "ca", None: "Self"}


@cache
def explored(profile: Profile) -> Exploration:
    return explore(profile=profile)


def region(settings: Settings = PURGEABLE) -> Region:
    return next(found for found in explored(Profile.EITHER).regions.values() if found.settings == settings)


# --- what the walk shows


@pytest.mark.parametrize("profile", Profile)
def test_every_rule_that_a_profile_believes_fires(profile: Profile) -> None:
    assert explored(profile).never == ()


def test_every_row_is_believed_by_some_profile() -> None:
    assert ROW.keys() <= {rule for profile in Profile for rule in explored(profile).fired}


@pytest.mark.parametrize("profile", Profile)
def test_every_state_has_a_way_in_and_a_way_out(profile: Profile) -> None:
    assert explored(profile).no_way_in == ()
    assert explored(profile).no_way_out == ()


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.rule)
def test_invariant_holds(invariant: Invariant, profile: Profile) -> None:
    (checked,) = (checked for checked in explored(profile).invariants if checked.rule == invariant.rule)
    assert checked.states > 5000
    assert [str(step) for violation in checked.violations for step in violation.path] == []
    assert checked.broken == 0


def test_rows_are_idle_only_where_a_signal_does_not_come() -> None:
    """A row of an operation or a drift fires from each of its sources."""
    assert [rule for rule, _ in explored(Profile.EITHER).idle if not isinstance(ROW[rule].trigger, Signal)] == []


def test_soft_delete_adds_states_and_purge_protection_takes_one() -> None:
    kept = {
        joint for joint in region(PURGEABLE).steps if joint.certificate in (C.SOFT_DELETING, C.DELETED, C.RECOVERING)
    }
    assert set(region(FREE).steps) == set(region(PURGEABLE).steps) - kept - {Joint(C.PURGING)}
    assert set(region(PROTECTED).steps) == set(region(PURGEABLE).steps) - {Joint(C.PURGING)}


def test_counts_are_those_of_the_scopes() -> None:
    walked = {one.scope: one for one in explored(Profile.EITHER).walked}
    assert list(walked) == [*SCOPES, "issuer", "contacts"]
    assert walked["issuer"].states == walked["contacts"].states == 2
    assert explored(Profile.EITHER).states == 4 + sum(
        len(found.steps) for found in explored(Profile.EITHER).regions.values()
    )
    assert explored(Profile.EITHER).transitions == sum(one.transitions for one in explored(Profile.EITHER).walked)


def test_the_walk_is_the_same_every_time() -> None:
    assert explore(invariants=()).regions == explored(Profile.EITHER).regions


def test_paths_are_connected_and_shortest() -> None:
    distance = {Joint(): 0}
    for joint, steps in region().steps.items():
        for step in steps:
            distance.setdefault(step.after, distance[joint] + 1)
    for joint in region().steps:
        path = region().path_to(joint)
        assert len(path) == distance[joint]
        assert [step.before for step in path] == [Joint(), *(step.after for step in path[:-1])][: len(path)]
        assert not path or path[-1].after == joint


def test_what_a_session_begins_with_can_be_reached() -> None:
    """Up to the issuer, which nobody knows then."""
    for hypothesis in ANYTHING:
        joint = hypothesis.joint
        assert any(replace(joint, issuer=kind) in region().steps for kind in (joint.issuer, *IssuerKind)), joint


# --- invariants can break


def step(rule: str, before: Joint, after: Joint | None = None) -> Step:
    row = ROW[rule]
    return Step(before, row.trigger, row, (Taken(rule),), before if after is None else after)


def world(*joints: Joint, steps: Iterable[Step] = (), settings: Settings = PURGEABLE) -> Region:
    """A region of these states and steps alone."""
    out: dict[Joint, tuple[Step, ...]] = dict.fromkeys([Joint(), *joints], ())
    for one in steps:
        out[one.before] = (*out.get(one.before, ()), one)
        out.setdefault(one.after, ())
    return Region(settings, out)


STUB: Final = Joint(C.STUB, policy=P.SET)
ACTIVE: Final = Joint(C.ACTIVE, policy=P.SET, versions=(V.VALID,))
DELETED: Final = replace(ACTIVE, certificate=C.DELETED)


def running(joint: Joint, issuer: IssuerKind, operation: O = O.IN_PROGRESS) -> Joint:
    return replace(joint, operation=operation, issuer=issuer)


BROKEN: Final = {
    # invariant, a region in which it does not hold
    "INV-01": world(steps=[step("CERT-18", running(ACTIVE, SELF))]),
    "INV-02": world(running(STUB, SELF, O.COMPLETED)),
    "INV-03": world(replace(STUB, versions=(V.VALID,))),
    "INV-04": world(Joint(policy=P.SET)),
    "INV-05": world(Joint(C.STUB)),
    "INV-06": world(replace(STUB, operation=O.IN_PROGRESS)),
    "INV-07": world(running(STUB, SELF, O.FAILED)),
    "INV-08": world(DELETED, settings=FREE),
    "INV-09": world(steps=[step("CERT-121", DELETED, Joint(C.PURGING))], settings=PROTECTED),
    "INV-10": world(steps=[step("CERT-122", DELETED, Joint())]),
    "INV-11": world(steps=[step("CERT-43", ACTIVE, STUB)]),
    "INV-12": world(steps=[step("CERT-43", DELETED)]),
    "INV-13": world(steps=[step("CERT-82", STUB)]),
    "INV-14": world(ACTIVE, steps=[step("CERT-43", ACTIVE), step("CERT-82", ACTIVE)]),
    "INV-15": world(steps=[step("OPER-02", running(ACTIVE, UNKNOWN), running(ACTIVE, UNKNOWN, O.COMPLETED))]),
    "INV-16": world(
        steps=[step("OPER-02", running(ACTIVE, PARTNER, O.CANCELLED), running(ACTIVE, PARTNER, O.COMPLETED))]
    ),
    "INV-17": world(steps=[step("OPER-13", running(ACTIVE, SELF), ACTIVE)]),
    "INV-18": world(steps=[step("OPER-04", running(DELETED, PARTNER), running(DELETED, PARTNER, O.FAILED))]),
    "INV-19": world(steps=[step("CERT-61", replace(ACTIVE, versions=(V.EXPIRED, V.VALID)), ACTIVE)]),
    "INV-20": world(steps=[step("CERT-61", replace(ACTIVE, versions=(V.EXPIRED,)), ACTIVE)]),
    "INV-21": world(steps=[step("CERT-43", ACTIVE, replace(ACTIVE, versions=(V.VALID_DISABLED,)))]),
    "INV-22": world(steps=[step("CERT-38", Joint(), STUB)]),
    "INV-23": world(ACTIVE),
    "INV-24": world(steps=[step("CERT-09", Joint(), STUB)]),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_invariant_is_broken_where_it_does_not_hold(rule: str) -> None:
    (invariant,) = (invariant for invariant in INVARIANTS if invariant.rule == rule)
    assert list(invariant.broken(BROKEN[rule]))


def test_every_invariant_is_shown_to_break() -> None:
    """But for INV-25, which no table can break: it speaks of the way in which the walk settles."""
    assert {invariant.rule for invariant in INVARIANTS} == {*BROKEN, "INV-25"}


def test_a_violation_comes_with_its_path() -> None:
    def broken(found: Region) -> Iterator[tuple[Joint, Step | None]]:
        return ((joint, None) for joint in found.steps if joint.operation is O.FAILED)

    (checked,) = explore(invariants=[Invariant("INV-00", "No operation fails.", broken)]).invariants
    assert checked.broken > len(checked.violations) == MOST_TOLD
    violation = checked.violations[0]
    assert violation.scope == "no soft delete"
    assert [one.trigger for one in violation.path] == [Op.CREATE, Drift.ISSUER_REFUSES]
    assert str(violation.path[-1]) == "ISSUER_REFUSES (OPER-04): stub, operation failed (partner)"
    assert str(violation.path[0]).startswith("CREATE -> 202 CertificateOperation (CERT-")


# --- the belief goes nowhere else

NOON: Final = 1_700_000_000
NAME: Final = "web"
VERSIONS: Final = ("0" * 32, "1" * 32)
SPANS: Final = {
    # state, seconds from noon to nbf and exp
    V.EARLY: (100, 1000),
    V.EARLY_DISABLED: (100, 1000),
    V.VALID: (-100, 1000),
    V.VALID_DISABLED: (-100, 1000),
    V.EXPIRED: (-1000, -100),
    V.EXPIRED_DISABLED: (-1000, -100),
}


def known_of(joint: Joint) -> Known:
    """All that there is to know of a name in this state at noon; the renewal is due, the retention nearly over."""
    policy = {
        "issuer": {"name": ISSUER_NAMES[joint.issuer]},
        "lifetime_actions": [{"trigger": {"lifetime_percentage": 1}, "action": {"action_type": "AutoRenew"}}],
    }
    versions = [
        VersionFacts(id=identifier, nbf=NOON + SPANS[state][0], exp=NOON + SPANS[state][1])
        for identifier, state in zip(VERSIONS, joint.versions, strict=False)
    ]
    return Known(
        versions=tuple(versions),
        stub=VersionFacts(id="f" * 32) if joint.certificate is C.STUB else None,
        pending=None if joint.operation is O.NONE else PendingFacts(request_id="known", started=NOON, enabled=False),
        policy=PolicyFacts(Doc(policy)) if joint.policy is P.SET else None,
        deletion=DeletionFacts(NOON, NOON + 500) if joint.certificate in (C.DELETED, C.RECOVERING) else None,
    )


def ask(method: str, path: str, body: Json = None, **query: str) -> Ask:
    understood = understand(Request(method, path.format(name=NAME), query, body))
    assert understood is not None
    return understood


def policy(issuer: str) -> Json:
    return {"policy": {"issuer": {"name": issuer}}}


WISHES: Final[tuple[Json, ...]] = tuple({"attributes": {"enabled": wish}} for wish in (None, True, False))


CERT: Final = "/certificates/{name}"
ASKS: Final = (
    *(ask("POST", f"{CERT}/create", body) for body in ({}, policy("Self"), policy("Unknown"), policy("ca"))),
    ask("POST", f"{CERT}/create", {"policy": {"issuer": {"name": "Self"}}, "attributes": {"enabled": False}}),
    *(ask("POST", f"{CERT}/import", {"value": "file", "attributes": {"enabled": on}}) for on in (True, False)),
    *(ask("GET", f"{path}{end}") for path in (CERT, "/keys/{name}", "/secrets/{name}") for end in ("", "/" + VERSIONS[0], "/" + "9" * 32)),
    *(
        ask("PATCH", f"{CERT}{end}", body)
        for end in ("", "/" + VERSIONS[0], "/" + "9" * 32)
        for body in (policy("ca"), *WISHES)
    ),
    ask("GET", "/certificates"),
    ask("GET", "/certificates", includePending="true"),
    ask("GET", f"{CERT}/versions"),
    ask("GET", f"{CERT}/policy"),
    ask("PATCH", f"{CERT}/policy", {"issuer": {"name": "ca"}}),
    ask("DELETE", CERT),
    ask("POST", f"{CERT}/backup"),
    ask("POST", "/certificates/restore", {"value": "blob"}),
    *(ask(method, f"{CERT}/pending", {}, request_id=wanted) for method in ("GET", "DELETE") for wanted in ("known", "other")),
    *(ask("PATCH", f"{CERT}/pending", {"cancellation_requested": wish}) for wish in (True, False)),
    ask("POST", f"{CERT}/pending/merge", {"x5c": ["leaf"]}),
    ask("GET", "/deletedcertificates"),
    ask("GET", "/deletedcertificates/{name}"),
    ask("DELETE", "/deletedcertificates/{name}"),
    ask("POST", "/deletedcertificates/{name}/recover"),
)  # fmt: skip


def circumstances(settings: Settings) -> Iterator[Facts]:
    facts = Facts(at=NOON, settings=settings, issuer_there=True, key_fits=True, file_fits=True)
    yield from (replace(facts, at=at) for at in (None, NOON, NOON + 600, NOON + 5000))
    for unsure in (False, None):
        yield replace(facts, issuer_there=unsure)
        yield replace(facts, key_fits=unsure)
        yield replace(facts, file_fits=unsure)
    yield from (replace(facts, name_held=held) for held in (True, None))
    yield replace(facts, backup=Known(stub=VersionFacts()), backup_versions=())
    yield replace(facts, backup=Known((VersionFacts(),)), backup_versions=(V.EXPIRED,))


def youngest(joint: Joint) -> Joint:
    return replace(joint, versions=joint.versions[-MOST_VERSIONS :])


def steps_of_the_belief(joint: Joint, facts: Facts) -> Iterator[tuple[Trigger, Row, Hypothesis]]:
    hypothesis = Hypothesis(joint, known_of(joint))
    for asked in ASKS:
        settled = facts if asked.issuer == ISSUER_NAMES[PARTNER] else replace(facts, issuer_there=True)
        for row, after in answered(hypothesis, asked, settled, Profile.EITHER):
            yield asked.operation, row, after
    for timely in (False, True):
        for row, after in drifted(hypothesis, facts, Profile.EITHER, timely=timely):
            yield row.trigger, row, after


@pytest.mark.parametrize("settings", SCOPES.values(), ids=SCOPES)
def test_the_belief_takes_no_step_that_the_explorer_does_not(settings: Settings) -> None:
    """The guards, asked for real, allow nothing that they were not imagined to."""
    imagined = {(one.before, one.trigger, one.row.rule, one.after) for one in region(settings).all_steps}
    for joint in sample(region(settings)):
        for facts in circumstances(settings):
            taken = {
                (joint, trigger, row.rule, youngest(after.joint))
                for trigger, row, after in steps_of_the_belief(joint, facts)
            }
            assert taken <= imagined


def sample(found: Region) -> Iterator[Joint]:
    """Every state without versions, and every seventh of the others."""
    return (joint for index, joint in enumerate(found.steps) if not joint.versions or index % 7 == 0)


@pytest.mark.parametrize("at", [None, NOON, NOON + 600, NOON + 5000])
def test_the_clock_leads_nowhere_else(at: int | None) -> None:
    for joint in region().steps:
        after = timed(Hypothesis(joint, known_of(joint)), Facts(at=at, settings=PURGEABLE), Profile.EITHER)
        assert after.joint in region().closures[joint]


def test_to_settle_what_is_settled_adds_nothing() -> None:
    """With all its knowledge, not only in its states."""
    for joint in sample(region()):
        for at in (None, NOON, NOON + 600, NOON + 5000):
            facts = Facts(at=at, settings=PURGEABLE)
            once = settle([Hypothesis(joint, known_of(joint))], facts, Profile.EITHER)
            assert set(settle(once, facts, Profile.EITHER)) == set(once)
