"""Histories run against a target, one after the other, and what came of them all together.

Not here: what a history is (history), the named edge cases (corpus).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from certlife.adapters.port import VaultUnreachable
from certlife.adapters.targets import Target
from certlife.conformance.suite.coverage import ALL_RULES
from certlife.conformance.suite.history import History, Replayed, replay
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from certlife.model import Profile


def rerun(
    histories: Iterable[History],
    target: Target,
    *,
    profile: Profile = Profile.EITHER,
    seen: Callable[[Replayed], None] = lambda _: None,
) -> Verified:
    """Run histories against a target.

    Args:
        seen: is told of each run.
    Returns: the verdict; inconclusive where a history could not be carried out, or the target could not be asked.
    """
    begun, trouble = time.perf_counter(), []
    held: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    problems: list[Problem] = []
    requests = runs = 0
    try:
        for history in histories:
            run = replay(history, target, profile=profile)
            runs += 1
            requests += len(run.trial.exchanges)
            held.update(run.trial.held)
            if run.deviated is not None:
                done = replace(run.history, acts=run.deviated.acts)
                problems.append(Problem(run.deviated.found.finding, done, run.deviated.exchanges, requests))
                broken[run.deviated.found.rule] += 1
            elif run.missing:
                trouble.append(f"{history.name}: {run.missing}")
            seen(run)
    except VaultUnreachable as error:
        trouble.append(f"the target can not be reached: {error}")
    rules = dict.fromkeys((*sorted(ALL_RULES), *sorted(held), *sorted(broken)))
    return Verified(
        target=target.name,
        profile=profile,
        seed=0,
        problems=tuple(problems),
        rules={rule: Tally(held[rule], broken[rule]) for rule in rules},
        requests=requests,
        seconds=time.perf_counter() - begun,
        runs=runs,
        trouble="; ".join(trouble),
    )
