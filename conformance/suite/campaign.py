"""The whole of a verification: the named edge cases, tours to every rule, wanderings over pairs of rows, Hypothesis.

Not here: one vault on trial (trial), how the result is told (told, document).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from certlife.adapters.port import BudgetSpent, VaultUnreachable
from certlife.adapters.targets import Setup, Target
from certlife.conformance.suite import lifecycle
from certlife.conformance.suite.acts import Join, Send
from certlife.conformance.suite.atlas import atlas
from certlife.conformance.suite.choosing import Seeded
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.coverage import ALL_RULES, Coverage, rules_believed
from certlife.conformance.suite.history import History, replay
from certlife.conformance.suite.planner import ISSUED, PLAIN, Planner
from certlife.conformance.suite.reach import BEYOND
from certlife.conformance.suite.shrink import shortened
from certlife.conformance.suite.trial import Deviated, Trial
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from certlife.model import Profile
from certlife.model.constraints import CONSTRAINTS
from certlife.model.errors import BeliefTooLarge
from certlife.model.tables import OWNERS
from certlife.model.vocabulary import Machine, Operation

BUDGET: Final = 20_000
"""How many requests a vault that can be made anew is asked."""
FOREIGN_BUDGET: Final = 2_000
"""How many one that holds what it holds."""
MOST_PROBLEMS: Final = 10
"""After how many findings a verification is broken off."""
MOST_AGAIN: Final = 6
"""How often something is begun with anew that ends with what was found already."""
FIRST: Final = "ordinary-life"
"""The case that a verification begins with."""
WANDER: Final = 800
"""How many requests a wandering has, before it goes on in a new vault."""
RUNS, STEPS = 40, 50
"""How many runs Hypothesis is asked for at a time, and of how many steps each."""

_OF_THE_VAULT: Final = (*OWNERS[Machine.ISSUER], *OWNERS[Machine.CONTACTS])
_REQUEST_RULES: Final = frozenset(constraint.rule for constraint in CONSTRAINTS)
_LIFE_OF_THE_VAULT: Final = (
    Operation.SET_ISSUER, Operation.GET_ISSUER, Operation.UPDATE_ISSUER, Operation.GET_ISSUER, Operation.LIST_ISSUERS,
    Operation.DELETE_ISSUER, Operation.GET_ISSUER, Operation.SET_CONTACTS, Operation.GET_CONTACTS, Operation.SET_CONTACTS,
    Operation.GET_CONTACTS, Operation.DELETE_CONTACTS, Operation.GET_CONTACTS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification has come.

    Attributes:
        stage: what is being done.
        reached, goals: how many of the rules have been met, of how many that can be.
    """

    stage: str
    requests: int
    reached: int
    goals: int
    problems: int


@dataclass(slots=True)
class Campaign:
    """A verification that is going on.

    Attributes:
        goals: the rules to be reached, and then it is over; None for all that the profile believes.
        budget: how many requests it may take.
        most: after how many findings it ends.
        enough: a finding after which it ends.
        told: is told of the progress.
    """

    target: Target
    profile: Profile = Profile.EITHER
    seed: int = 0
    goals: frozenset[str] | None = None
    budget: int = BUDGET
    most: int = MOST_PROBLEMS
    enough: Callable[[Problem], bool] = lambda _: False
    told: Callable[[Progress], None] = lambda _: None
    coverage: Coverage = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    requests: int = 0
    runs: int = 0
    asked_steps: int = 0
    taken_steps: int = 0

    def __post_init__(self) -> None:
        believed = rules_believed(self.profile)
        self.coverage = Coverage(believed if self.goals is None else believed & self.goals)

    def verify(self) -> Verified:
        """Verify the target.

        Returns: the verdict; inconclusive where the target could not be asked.
        """
        begun, trouble = time.perf_counter(), ""
        try:
            for stage in self._stages():
                stage()
                if self._is_over():
                    break
        except VaultUnreachable as error:
            trouble = f"the target can not be reached: {error}"
        except BeliefTooLarge as error:
            trouble = str(error)
        return Verified(
            target=self.target.name,
            profile=self.profile,
            seed=self.seed,
            problems=tuple(self.problems),
            rules=self._tallies(),
            requests=self.requests,
            seconds=time.perf_counter() - begun,
            runs=self.runs,
            asked_steps=self.asked_steps,
            taken_steps=self.taken_steps,
            trouble=trouble,
        )

    def _stages(self) -> Iterator[Callable[[], None]]:
        setups: Sequence[Setup | None] = tuple(self.target.setups) or (None,)
        yield self._try_cases
        for setup in setups:
            self.coverage.try_again()
            yield lambda setup=setup: self._in_a_vault("touring", setup, self._tour)  # type: ignore[misc]
        if self.goals is not None:
            return
        for setup in setups:
            yield lambda setup=setup: self._in_a_vault("touring every state", setup, self._tour_deeper)  # type: ignore[misc]
        for turn in range(max(1, self.budget // (5 * WANDER))):
            setup = setups[turn % len(setups)]
            yield lambda setup=setup: self._in_a_vault("wandering", setup, lambda planner: planner.wander(WANDER))  # type: ignore[misc]
        turn = 0
        while not self._is_over():
            turn += 1
            yield lambda turn=turn: self._let_hypothesis(turn)  # type: ignore[misc]

    def _try_cases(self) -> None:
        """Run the named edge cases, that of an ordinary life first; of some rules those that are about them."""
        self._tell("trying the edge cases")
        for case in sorted(cases().values(), key=lambda case: case.name != FIRST):
            if self._is_over():
                return
            if self._can_be_tried(case) and (self.goals is None or not self.goals.isdisjoint(case.about)):
                self._try_case(case)

    def _can_be_tried(self, case: History) -> bool:
        """Whether a case asks for nothing that the target does not offer; a vault without levers takes its time."""
        return bool(self.target.setups) or case.name == FIRST or all(isinstance(act, Send) for act in case.acts)

    def _try_case(self, case: History) -> None:
        try:
            run = replay(case, self.target, profile=self.profile)
        except BudgetSpent:
            self.requests = max(self.budget, self.requests)
            return
        self.runs += 1
        self.requests += len(run.trial.exchanges)
        self.coverage.note(run.trial.held)
        if run.deviated is not None:
            self._found(run.deviated, replace(case, setup=case.setup or Setup() if self.target.setups else None))

    def _is_over(self) -> bool:
        enough = bool(self.problems) and self.enough(self.problems[-1])
        return enough or self.requests >= self.budget or len(self.problems) >= self.most

    def _tour(self, planner: Planner) -> None:
        left = self.budget - self.requests
        planner.tour(left, ISSUED)
        planner.tend(_LIFE_OF_THE_VAULT, plain=True)
        planner.tour(left, PLAIN)
        planner.tour(left)
        planner.sweep(Operation)
        planner.tend(_OF_THE_VAULT, plain=False)
        planner.try_again()
        planner.tour(left)
        planner.do(Join())
        planner.sweep(Operation)

    def _tour_deeper(self, planner: Planner) -> None:
        """The same for every row in each state that it starts from."""
        planner.tour_deeper(self.budget - self.requests)

    def _in_a_vault(self, stage: str, setup: Setup | None, act: Callable[[Planner], None]) -> None:
        """Do something with a new vault, or on the one there is; again after a finding, without what was found."""
        again = 0
        while again < MOST_AGAIN and not self._is_over():
            self._tell(stage)
            self.runs += 1
            seed = self.seed + self.runs - 1
            vault = self.target.open(seed=seed, setup=setup)
            trial = Trial(vault, seed=seed, profile=self.profile, fresh=setup is not None)
            try:
                planner = Planner(trial, atlas(self.profile, setup or Setup()), self.coverage, Seeded(seed))
                planner.limit = self.budget - self.requests
                planner.prepare()
                act(planner)
            except Deviated as deviated:
                self.requests += len(trial.exchanges)
                again += not self._found(deviated, History("", (), setup=setup, seed=seed))
            except BudgetSpent:
                self.requests = max(self.budget, self.requests + len(trial.exchanges))
                return
            else:
                self.requests += len(trial.exchanges)
                return
            finally:
                vault.close()

    def _let_hypothesis(self, turn: int) -> None:
        self._tell("letting Hypothesis choose")
        seed = self.seed * 1000 + turn
        goals = [rule for rule in self.coverage.goals if rule not in BEYOND]
        machine = lifecycle.run(
            self.target, self.coverage, profile=self.profile, seed=seed, goals=goals, runs=RUNS, steps=STEPS
        )
        self.runs += len(machine.lengths)
        self.asked_steps += STEPS * len(machine.lengths)
        self.taken_steps += sum(machine.lengths)
        self.requests += sum(machine.requests)
        if machine.found:
            deviated, setup = machine.found[-1]
            self._found(deviated, History("", (), setup=setup, seed=seed))

    def _found(self, deviated: Deviated, begun: History) -> bool:
        """Take a finding down, with the shortest history that leads to it; whether it is one of a new rule.

        Args:
            begun: how the vault was opened and asked.
        """
        rule = deviated.found.rule
        self.coverage.broken[rule] += 1
        if self.coverage.broken[rule] > 1:
            return False
        finding = {"rule": rule, "text": deviated.found.finding.text}
        history = replace(begun, name=rule.lower(), acts=deviated.acts, question="", answer="", requirements=(), about=(), finding=finding)
        run = shortened(history, rule, self.target, profile=self.profile) if history.setup is not None else None
        if run is not None and run.deviated is not None:
            deviated, history = run.deviated, run.history
        self.problems.append(Problem(deviated.found.finding, history, deviated.exchanges, self.requests))
        self._tell("found a deviation")
        return True

    def _tell(self, stage: str) -> None:
        reached = sum(1 for rule in self.coverage.goals if self.coverage.held[rule])
        self.told(Progress(stage, self.requests, reached, len(self.coverage.goals), len(self.problems)))

    def _tallies(self) -> dict[str, Tally]:
        found = self.coverage
        rules = dict.fromkeys(one for one in (*sorted(ALL_RULES), *sorted(found.held), *sorted(found.broken)) if "@" not in one)
        return {rule: Tally(found.held[rule], found.broken[rule], "" if found.held[rule] else self._why(rule)) for rule in rules}

    def _why(self, rule: str) -> str:
        """Why a rule was not reached."""
        if rule in BEYOND:
            return BEYOND[rule]
        if rule not in rules_believed(self.profile):
            return f"the profile {self.profile.value} does not believe it"
        if rule not in self.coverage.goals:
            return "it was not asked for"
        instead = self.coverage.instead.get(rule, "")
        if instead and instead != rule:
            return f"the target answers by {instead} instead"
        if rule in _REQUEST_RULES:
            return "its requests were granted, or refused for another reason"
        return "" if rule not in ALL_RULES or self.requests < self.budget // 2 else "no answer has told it from others"


def rules_of(ids: Iterable[str], known: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """The rules that ids stand for: rules themselves, or requirements with the rules that enforce them.

    Raises: KeyError: an id that stands for nothing.
    """
    found: set[str] = set()
    for one in ids:
        found.update([one] if one in ALL_RULES else known[one])
    return frozenset(found)



