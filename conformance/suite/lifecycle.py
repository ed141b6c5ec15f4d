"""A Hypothesis state machine made from the model's tables: a rule for every operation, every drift, and every row to walk to.

Hypothesis chooses what is done, to which name, with which data, and makes what it finds shorter. What may be sent comes from
the table of requests, what the vault does on its own from the drifts of the tables, the ways to deep rows from the planner.

Not here: the budget and the order of runs (campaign).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import hypothesis
from certlife.adapters.port import BudgetSpent, VaultUnreachable
from certlife.adapters.targets import Setup, Target
from certlife.conformance.suite.acts import Act, Join, Restart, Take, Wait
from certlife.conformance.suite.atlas import atlas
from certlife.conformance.suite.choosing import Drawn
from certlife.conformance.suite.coverage import Coverage
from certlife.conformance.suite.notebook import NothingToReferTo
from certlife.conformance.suite.planner import Planner
from certlife.conformance.suite.requests import KINDS, Scene
from certlife.conformance.suite.trial import Deviated, Trial
from certlife.model import Profile
from certlife.model.moves import UNPROMPTED
from certlife.model.vocabulary import Drift, Operation
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

NAMES: Final = ("web", "Api", "db")
SPANS: Final = (1, 10, 60, 3601, 86_400, 8 * 86_400, 40 * 86_400, 400 * 86_400)
"""How long may be waited: seconds."""
_WHOLE: Final = st.data()
EXAMPLE_BUDGET: Final = 8192 * 8 // 10
"""Hypothesis ends a run that has drawn this much, whatever number of steps was asked for: so a step draws little."""


class Lifecycle(RuleBasedStateMachine):
    """One run against a new vault.

    Attributes:
        target, profile, seed, coverage, goals: of the campaign that it belongs to; set on a subclass.
        lengths: how many steps the runs have had, in their order.
        requests: how many requests were sent in all runs.
        deviated: the last finding; Hypothesis ends with the smallest.
    """

    target: ClassVar[Target]
    profile: ClassVar[Profile]
    seed: ClassVar[int]
    coverage: ClassVar[Coverage]
    goals: ClassVar[tuple[str, ...]]
    setups: ClassVar[Sequence[Setup | None]]
    lengths: ClassVar[list[int]]
    requests: ClassVar[list[int]]
    found: ClassVar[list[tuple[Deviated, Setup | None]]]

    def __init__(self) -> None:
        super().__init__()
        self.setup_chosen: Setup | None = None
        self.trial: Trial | None = None
        self.steps = 0

    @hypothesis.stateful.initialize(data=_WHOLE)
    def begin(self, data: st.DataObject) -> None:
        """Open a vault; sometimes one that is slow."""
        choosing = Drawn(data.draw)
        self.setup_chosen = choosing.pick(self.setups)
        vault = self.target.open(seed=self.seed, setup=self.setup_chosen)
        fresh = self.setup_chosen is not None
        self.trial = Trial(vault, seed=self.seed, profile=self.profile, fresh=fresh)
        self.vault = vault
        # what other runs have covered must not decide what this one does: Hypothesis runs it again
        self.covered = Coverage(self.coverage.goals)
        self.planner = Planner(self.trial, atlas(self.profile, self.setup_chosen or Setup()), self.covered, choosing)
        self._try(self.planner.prepare)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (NothingToReferTo, BudgetSpent):
            return
        except Deviated as deviated:
            self.found.append((deviated, self.setup_chosen))
            raise

    def send(self, operation: Operation, data: st.DataObject) -> None:
        """Send a request of an operation."""
        self.steps += 1
        choosing = Drawn(data.draw)
        if self.trial is None:
            raise VaultUnreachable("the run has not begun")
        name, kind = choosing.pick(NAMES), choosing.pick(KINDS[operation])
        found = self.planner.resolved(Scene(name, self.trial.notebook, choosing), kind)
        if found is not None:
            self._try(lambda: self.planner.send(name, *found))

    def happen(self, drift: Drift, data: st.DataObject) -> None:
        """Have the vault do something on its own, if it can."""
        self.steps += 1
        name = Drawn(data.draw).pick(NAMES)
        self._try(lambda: self.planner.drift(name, drift))

    @rule(data=_WHOLE)
    def walk(self, data: st.DataObject) -> None:
        """Walk to a row."""
        self.steps += 1
        if self.goals:
            self._try(lambda: self.planner.walk_to(Drawn(data.draw).pick(self.goals)))

    @rule(data=_WHOLE)
    def meddle(self, data: st.DataObject) -> None:
        """Wait, restart, have it slow or fast, have the next issuer decide by itself, or forget all that is known."""
        self.steps += 1
        choosing = Drawn(data.draw)
        acts: tuple[Act, ...] = (Wait(choosing.pick(SPANS)), Restart(), Take(0, 0, 0), Take(3600, 3600, 3600), Join())
        if self.trial is not None:
            self.planner.do(choosing.pick(acts))

    def teardown(self) -> None:
        """Take down how long the run was."""
        if self.trial is not None:
            self.coverage.add(self.covered)
            self.lengths.append(self.steps)
            self.requests.append(len(self.trial.exchanges))
            self.vault.close()


def _rules() -> dict[str, Any]:
    """A rule for every operation and every drift of the tables."""

    def of(operation: Operation) -> Any:
        def send(self: Lifecycle, data: st.DataObject) -> None:
            self.send(operation, data)

        send.__name__ = send.__qualname__ = f"ask_{operation.name.lower()}"
        return rule(data=_WHOLE)(send)

    def by_itself(drift: Drift) -> Any:
        def happen(self: Lifecycle, data: st.DataObject) -> None:
            self.happen(drift, data)

        happen.__name__ = happen.__qualname__ = f"see_{drift.name.lower()}"
        return rule(data=_WHOLE)(happen)

    drifts = dict.fromkeys(drift for _, drift in UNPROMPTED)
    return {
        **{f"ask_{operation.name.lower()}": of(operation) for operation in KINDS},
        **{f"see_{drift.name.lower()}": by_itself(drift) for drift in (*drifts, Drift.NBF_REACHED, Drift.EXP_REACHED)},
    }


def run(
    target: Target,
    coverage: Coverage,
    *,
    profile: Profile,
    seed: int,
    goals: Sequence[str],
    runs: int,
    steps: int,
) -> type[Lifecycle]:
    """Have Hypothesis run the machine against a target; what came of it stands in the class that is returned.

    Args:
        goals: rows to walk to.
        runs: how many vaults are opened.
        steps: how many steps each run has.
    Raises: VaultUnreachable: the target does not answer.
    """
    members = {
        **_rules(),
        "target": target,
        "profile": profile,
        "seed": seed,
        "coverage": coverage,
        "goals": tuple(sorted(goals)),
        "setups": tuple(target.setups) or (None,),
        "lengths": [],
        "requests": [],
        "found": [],
    }
    machine = type("Life", (Lifecycle,), members)
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        phases=(hypothesis.Phase.generate,),  # what is found is made shorter act by act (shrink)
    )
    hypothesis.seed(seed)(machine)
    try:
        run_state_machine_as_test(machine, settings=settings)
    except Deviated:
        return machine
    return machine



