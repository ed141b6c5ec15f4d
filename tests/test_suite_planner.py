"""What is asked of a vault: the map and the ways on it, the kinds of requests, the planner, the Hypothesis machine."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from certlife.adapters.memory.target import SETUPS, MemoryTarget
from certlife.adapters.targets import Setup
from certlife.conformance.mutants.target import mutant
from certlife.conformance.suite import lifecycle
from certlife.conformance.suite.atlas import atlas, goals_of
from certlife.conformance.suite.campaign import Campaign
from certlife.conformance.suite.choosing import Seeded
from certlife.conformance.suite.coverage import ALL_RULES, Coverage, rules_believed
from certlife.conformance.suite.notebook import NEXT, Notebook
from certlife.conformance.suite.planner import Planner
from certlife.conformance.suite.reach import BEYOND
from certlife.conformance.suite.requests import KINDS, Scene
from certlife.conformance.suite.trial import Deviated, Trial
from certlife.conformance.suite.verdict import Verified
from certlife.model import Profile
from certlife.model.asks import Ask, understand
from certlife.model.constraints import CONSTRAINTS, broken_by
from certlife.model.joint import Joint
from certlife.model.region import Step
from certlife.model.tables import TABLES
from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import Drift, Operation

MEMORY = MemoryTarget()
EITHER = Profile.EITHER
SEEDS = [int(seed) for seed in os.environ.get("CERTLIFE_SEEDS", "0").split()]
"""Of the whole tours: each takes some twenty seconds."""
STARTS = pytest.mark.parametrize("setup", SETUPS, ids=str)


# --- the map


def always(_: Step) -> bool:
    return True


@cache
def distances(setup: Setup) -> Mapping[Joint, int]:
    """How many steps it is to every state, found without the map's own search."""
    map_ = atlas(EITHER, setup)
    far, queue = {Joint(): 0}, deque([Joint()])
    while queue:
        here = queue.popleft()
        for step in map_.steps[here]:
            if step.after not in far:
                far[step.after] = far[here] + 1
                queue.append(step.after)
    return far


@STARTS
def test_every_rule_of_the_map_has_a_shortest_way(setup: Setup) -> None:
    map_ = atlas(EITHER, setup)
    far = distances(setup)
    nearest: dict[tuple[str, bool], int] = {}
    for joint, steps in map_.steps.items():
        for step in steps:
            for goal in goals_of(step):
                nearest[goal, step.granted] = min(far[joint] + 1, nearest.get((goal, step.granted), 999))

    rules = [goal for goal in map_.bits if "@" not in goal]
    assert len(rules) > 100
    for rule in rules:
        granted, refused = map_.ways(Joint(), [rule], always, further=99, within=99)
        assert granted or refused, rule
        for way, is_granted in ((granted, True), (refused, False)):
            if way is not None:
                assert len(way) == nearest[rule, is_granted], rule
                assert way[0].before == Joint()
                assert all(one.after == other.before for one, other in pairwise(way))
                assert rule in goals_of(way[-1])


@STARTS
def test_every_state_of_the_map_is_reached(setup: Setup) -> None:
    assert set(distances(setup)) == set(atlas(EITHER, setup).steps)


def test_way_leads_around_what_is_closed_and_is_no_longer_than_allowed() -> None:
    map_ = atlas(EITHER, Setup())
    granted, _ = map_.ways(Joint(), ["CERT-121"], always, further=9, within=40)
    assert granted is not None

    def is_open(step: Step) -> bool:
        return step.row.rule != granted[0].row.rule

    other, _ = map_.ways(Joint(), ["CERT-121"], is_open, further=9, within=40)
    assert other is not None
    assert granted[0].row.rule not in {step.row.rule for step in other}
    assert map_.ways(Joint(), ["CERT-121"], always, further=9, within=len(granted) - 1) == (None, None)
    assert map_.ways(Joint(), ["CERT-121"], lambda _: False, further=9, within=40) == (None, None)
    assert map_.ways(Joint(), ["nothing"], always, further=9, within=40) == (None, None)


def test_rows_of_all_tables_are_on_some_map_or_a_reason_says_why_not() -> None:
    on_maps = {goal for setup in SETUPS for goal in atlas(EITHER, setup).bits}
    named = {row.rule for table in ("certificate", "operation", "version", "policy") for row in _table(table)}

    assert named & rules_believed(EITHER) - on_maps - set(BEYOND) == set()


def _table(name: str) -> Any:
    return next(table for machine, table in TABLES.items() if machine.value == name)


# --- what may be sent


def scene(seed: int) -> Scene:
    """A scene in which everything that can be referred to was seen."""
    notebook = Notebook()
    for digit in "ab":
        body: Json = {"id": f"https://v/certificates/web/{digit * 32}", "request_id": digit * 32, "csr": digit}
        notebook.note(Request("GET", "/certificates/web"), Answer(200, body))
        notebook.note(Request("POST", "/certificates/web/backup"), Answer(200, {"value": digit}))
    return Scene("web", notebook, Seeded(seed), ("web",))


def asks(seed: int) -> Iterator[tuple[Operation, int, Ask | None]]:
    """Every kind of request, as the model understands it; without those that follow a link."""
    for operation, kinds in KINDS.items():
        for number, kind in enumerate(kinds):
            where = scene(seed)
            send = kind(where)
            if send.path != NEXT:
                trial = Trial(MEMORY.open(seed=0))
                trial.notebook = where.notebook
                yield operation, number, understand(trial.resolved(send))


def test_there_are_requests_for_every_operation() -> None:
    assert set(KINDS) == set(Operation)
    assert all(KINDS.values())


@pytest.mark.parametrize("seed", range(3))
def test_every_kind_of_request_is_understood_as_its_operation(seed: int) -> None:
    for operation, number, ask in asks(seed):
        assert ask is not None, (operation, number)
        assert ask.operation is operation, (operation, number)


def test_every_rule_about_requests_is_broken_by_some_kind() -> None:
    broken = {one.rule for seed in range(8) for _, _, ask in asks(seed) if ask for one in broken_by(ask, EITHER)}

    assert {constraint.rule for constraint in CONSTRAINTS} - broken == set()


@pytest.mark.xfail(reason="no kind breaks these alone: ASKS-18 only with ASKS-17 (no private key), ASKS-29 only with ASKS-02 (none at all)")
def test_every_rule_about_requests_is_broken_by_some_kind_that_need_not_be_refused_for_another_reason() -> None:
    alone = set[str]()
    for seed in range(8):
        for _, _, ask in asks(seed):
            broken = broken_by(ask, EITHER) if ask else []
            strict = [one.rule for one in broken if one.strict]
            alone.update(strict or [one.rule for one in broken])

    assert {constraint.rule for constraint in CONSTRAINTS} - alone == set()


def test_same_seed_chooses_the_same_requests_and_another_seed_others() -> None:
    def sent(seed: int) -> list[Any]:
        return [ask.request for _, _, ask in asks(seed) if ask and "value" not in ask.body and "x5c" not in ask.body]

    assert sent(1) == sent(1)
    assert sent(1) != sent(2)


# --- the planner


@dataclass
class Recording:
    """A vault that is asked, and by what."""

    vault: Any
    log: list[tuple[str, str, int]]
    asked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def controls(self) -> Any:
        """The levers."""
        return self.vault.controls

    def perform(self, request: Request) -> Answer:
        """Answer a request."""
        answer: Answer = self.vault.perform(request)
        self.log.append((request.method, request.path, answer.status))
        self.asked.add((request.method, request.path))
        return answer

    def close(self) -> None:
        """Do nothing."""
        self.vault.close()


@dataclass
class RecordingTarget:
    """Takes down what its vaults are asked."""

    target: Any = MEMORY
    setups: tuple[Setup, ...] = SETUPS
    name: str = "recording:"
    log: list[tuple[str, str, int]] = field(default_factory=list)
    vaults: list[Recording] = field(default_factory=list)

    def open(self, *, seed: int, setup: Setup | None = None) -> Recording:
        """Open a vault."""
        self.vaults.append(Recording(self.target.open(seed=seed, setup=setup), self.log))
        return self.vaults[-1]


def planner(seed: int = 0, goals: frozenset[str] | None = None, target: Any = MEMORY) -> Planner:
    trial = Trial(target.open(seed=seed, setup=Setup()), seed=seed)
    coverage = Coverage(rules_believed(EITHER) if goals is None else goals)
    made = Planner(trial, atlas(EITHER, Setup()), coverage, Seeded(seed))
    made.prepare()
    return made


# a rule -> what it is about, some deep and some near
DEEP = {
    "CERT-43": "a certificate is read",
    "CERT-113": "a deleted one is recovered",
    "CERT-121": "a deleted one is purged",
    "OPER-20": "a completed operation can not be cancelled",
    "OPER-37": "a chain is merged",
    "CERT-86": "a certificate is backed up",
}


@pytest.mark.parametrize("rule", DEEP)
def test_planner_walks_to_a_rule(rule: str) -> None:
    walker = planner()
    for _ in range(6):
        if not walker.coverage.held[rule]:
            walker.walk_to(rule)

    assert walker.coverage.held[rule]


def test_tour_ends_when_nothing_is_wanted_or_the_budget_is_spent() -> None:
    nothing = planner(goals=frozenset())
    before = len(nothing.trial.exchanges)
    nothing.tour(100)
    assert len(nothing.trial.exchanges) == before

    some = planner()
    before = len(some.trial.exchanges)
    some.tour(30)
    assert 30 <= len(some.trial.exchanges) - before <= 30 + 60  # the last way is gone to its end


def test_same_seed_tours_the_same_way_and_another_seed_otherwise() -> None:
    def toured(seed: int) -> list[tuple[str, str, int]]:
        target = RecordingTarget()
        walker = planner(seed, target=target)
        walker.tour(60)
        walker.wander(30)
        return target.log

    assert toured(3) == toured(3)
    assert toured(3) != toured(4)


def test_tour_of_a_mutant_ends_with_its_deviation() -> None:
    with pytest.raises(Deviated, match="SHOW-040"):
        planner(target=mutant("mutant:placeholder-is-enabled")).tour(100)


def test_drift_that_can_not_happen_does_nothing() -> None:
    walker = planner()
    before = len(walker.trial.acts)

    walker.drift("web", Drift.RETENTION_ENDS)

    assert len(walker.trial.acts) == before


@cache
def toured(seed: int) -> tuple[Campaign, Verified]:
    """A tour through all three setups, for all rules, and what came of it."""
    campaign = Campaign(MEMORY, seed=seed, goals=ALL_RULES, budget=5000)
    return campaign, campaign.verify()


@pytest.mark.parametrize("seed", SEEDS)
def test_tour_of_a_sound_vault_conforms_within_its_budget(seed: int) -> None:
    _, verified = toured(seed)

    assert verified.verdict == "conforms", verified.problems
    assert verified.requests <= 5000


@pytest.mark.parametrize("seed", SEEDS)
def test_tour_meets_every_rule_that_it_gives_no_reason_for(seed: int) -> None:
    campaign, verified = toured(seed)

    assert [rule for rule in sorted(campaign.coverage.goals) if not verified.rules[rule].held and not verified.rules[rule].why] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_rule_beyond_reach_is_met_by_chance_or_its_reason_is_told(seed: int) -> None:
    _, verified = toured(seed)

    for rule, why in BEYOND.items():
        assert bool(verified.rules[rule].held) != (verified.rules[rule].why == why)


# --- the machine of Hypothesis


def ran(*, runs: int, steps: int, seed: int = 0, target: Any = MEMORY) -> type[lifecycle.Lifecycle]:
    goals = sorted(rules_believed(EITHER) - set(BEYOND))
    return lifecycle.run(target, Coverage(frozenset(goals)), profile=EITHER, seed=seed, goals=goals, runs=runs, steps=steps)


@pytest.mark.parametrize(("steps", "runs"), [(25, 12), (100, 5), (400, 3)])
def test_longest_run_has_all_the_steps_that_were_asked_for(steps: int, runs: int) -> None:
    target = RecordingTarget()
    machine = ran(runs=runs, steps=steps, target=target)

    # Hypothesis begins with runs of the one simplest step, which draw next to nothing: they show nothing
    varied = [length for length, vault in zip(machine.lengths, target.vaults, strict=True) if len(vault.asked) > steps // 10]
    assert max(varied) == steps - 1  # the first is that which begins
    assert len(machine.lengths) == len(machine.requests)


def test_same_seed_has_hypothesis_ask_the_same() -> None:
    def asked(seed: int) -> list[tuple[str, str, int]]:
        target = RecordingTarget()
        ran(runs=5, steps=30, seed=seed, target=target)
        return target.log

    first = asked(1)
    assert len(first) > 50
    assert first == asked(1)
    assert first != asked(2)


def test_machine_has_a_rule_for_every_operation_and_every_drift_of_the_tables() -> None:
    machine = ran(runs=1, steps=2)
    names = {name for name in dir(machine) if hasattr(getattr(machine, name), "hypothesis_stateful_rule")}
    drifts = {row.trigger for table in TABLES.values() for row in table if isinstance(row.trigger, Drift)}

    assert names >= {f"ask_{operation.name.lower()}" for operation in Operation}
    assert names >= {f"see_{drift.name.lower()}" for drift in drifts}
    assert names - {"walk", "meddle"} == {name for name in names if name.startswith(("ask_", "see_"))}


def test_machine_finds_a_mutant_and_what_it_has_met_counts() -> None:
    target = mutant("mutant:placeholder-is-enabled")
    coverage = Coverage(rules_believed(EITHER))
    goals = sorted(coverage.goals - set(BEYOND))

    machine = lifecycle.run(target, coverage, profile=EITHER, seed=0, goals=goals, runs=20, steps=30)

    deviated, setup = machine.found[-1]
    assert deviated.found.rule == "SHOW-040"
    assert setup in SETUPS
    assert coverage.held["RELA-22"] > 0
