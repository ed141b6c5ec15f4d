"""What the suite itself costs: the requests of a run sent bare, the same judged, the same planned; and Hypothesis' empty machine.

All in one run, on the in-memory vault: ratios matter, not seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from unittest.mock import patch

import hypothesis
from certlife.adapters.targets import Setup, find_target
from certlife.conformance.suite import trial as trials
from certlife.conformance.suite.atlas import atlas
from certlife.conformance.suite.choosing import Seeded
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.coverage import Coverage, rules_believed
from certlife.conformance.suite.history import replay
from certlife.conformance.suite.lifecycle import run
from certlife.conformance.suite.planner import Planner
from certlife.conformance.suite.reach import BEYOND
from certlife.model import Belief, Exchange, Observation, Profile
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

REQUESTS = 4000
RUNS, STEPS = 40, 50
PROFILE = Profile.EITHER


class Empty(RuleBasedStateMachine):
    """Does nothing, step by step."""

    @rule()
    def nothing(self) -> None:
        """Do nothing."""


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def wandered() -> trials.Trial:
    """A trial with a history of so many requests."""
    trial = trials.Trial(find_target("memory:").open(seed=1), seed=1)
    planner = Planner(trial, atlas(PROFILE, Setup()), Coverage(rules_believed(PROFILE)), Seeded(1))
    planner.prepare()
    planner.wander(REQUESTS)
    return trial


def repeated(acts: tuple[trials.Act, ...]) -> trials.Trial:
    """The same history again."""
    again = trials.Trial(find_target("memory:").open(seed=1), seed=1)
    for act in acts:
        again.do(act)
    return again


def tried() -> int:
    """The named edge cases, each in a vault of its own; how many requests that were."""
    target = find_target("memory:")
    return sum(len(replay(case, target).trial.exchanges) for case in cases().values())


def unjudged(belief: Belief, exchange: Exchange, **_: object) -> Observation:
    """Take no position."""
    del exchange
    return Observation(belief)


def main() -> None:
    """Print the costs."""
    atlas(PROFILE, Setup())
    asked = tried()
    cases_judged = timed(tried)
    with patch.object(trials, "observe", unjudged):
        cases_bare = timed(tried)
    found: list[trials.Trial] = []
    planned = timed(lambda: found.append(wandered()))
    acts, sent = tuple(found[0].acts), len(found[0].exchanges)
    judged = timed(lambda: repeated(acts))
    with patch.object(trials, "observe", unjudged):
        bare = timed(lambda: repeated(acts))
    settings = hypothesis.settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None)
    empty = timed(lambda: run_state_machine_as_test(Empty, settings=settings)) / (RUNS * STEPS)
    coverage = Coverage(rules_believed(PROFILE))
    goals = sorted(coverage.goals - set(BEYOND))
    machines: list[type] = []
    lived = timed(
        lambda: machines.append(
            run(find_target("memory:"), coverage, profile=PROFILE, seed=1, goals=goals, runs=RUNS, steps=STEPS)
        )
    )
    steps = sum(machines[0].lengths)  # type: ignore[attr-defined]
    print(f"{asked} requests of the edge cases on in-memory vaults, microseconds a request")
    print(f"  sent bare                         {1e6 * cases_bare / asked:8.0f}")
    print(f"  sent and judged                   {1e6 * cases_judged / asked:8.0f}   the judging alone {1e6 * (cases_judged - cases_bare) / asked:.0f}")
    print(f"{sent} requests of one long wandering on one vault")
    print(f"  sent bare                         {1e6 * bare / sent:8.0f}")
    print(f"  sent and judged                   {1e6 * judged / sent:8.0f}   the judging alone {1e6 * (judged - bare) / sent:.0f}")
    print(f"  planned, sent and judged          {1e6 * planned / sent:8.0f}   {sent / planned:,.0f} requests/s")
    print("Hypothesis, microseconds a step")
    print(f"  its empty machine                 {1e6 * empty:8.0f}")
    print(f"  the life cycle, vault and all     {1e6 * lived / steps:8.0f}   {steps / lived:,.0f} steps/s, longest run {max(machines[0].lengths)} steps")  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()

