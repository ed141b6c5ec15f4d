"""The suite on trial: every mutant is verified, and has to be found out by a rule that is about what is wrong with it.

Not here: what is wrong with them (the modules of all), how it is told (told, document).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from certlife.adapters.targets import Target, find_target, let_go
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.mutants.mutant import Mutant
from certlife.conformance.mutants.target import MutantTarget
from certlife.conformance.suite.campaign import Campaign
from certlife.conformance.suite.verdict import Problem
from certlife.model import Profile

BUDGET: Final = 5_000
"""How many requests a mutant may take."""
MOST_PROBLEMS: Final = 8
"""How many other findings may come before the one that is about it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant.

    Attributes:
        by: the rule that it was found by; of one that was not, what else was found.
        requests: how many had been sent by then.
        shrunk_to: how many requests are left of them.
        seconds: how long it took, the shortening included.
    """

    name: str
    breaks: str
    caught: bool
    by: str
    requests: int
    shrunk_to: int
    seconds: float


def trials(
    mutants: Sequence[Mutant], *, profile: Profile, seed: int, workers: int, served: bool = False
) -> Iterator[Outcome]:
    """Verify every mutant; the outcomes come in the order of the mutants.

    Args:
        served: whether each is served by an emulator and verified over TLS.
    Raises: VaultUnreachable: an emulator does not start.
    """
    begin = partial(trial, profile=profile, seed=seed, served=served)
    names = [mutant.name for mutant in mutants]
    if workers < 2:
        yield from map(begin, names)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(begin, names, chunksize=4)


def trial(name: str, *, profile: Profile, seed: int, served: bool = False) -> Outcome:
    """Verify one mutant, until a rule that is about it is broken."""
    target = find_target(f"emulator:{name}") if served else MutantTarget(MUTANTS[name])
    try:
        return _tried(MUTANTS[name], target, profile, seed)
    finally:
        let_go(target)


def _tried(mutant: Mutant, target: Target, profile: Profile, seed: int) -> Outcome:
    begun = time.perf_counter()
    campaign = Campaign(
        target,
        profile=profile,
        seed=seed,
        budget=BUDGET,
        most=MOST_PROBLEMS,
        enough=lambda problem: is_about(problem, mutant),
    )
    problems = campaign.verify().problems
    found = next((problem for problem in problems if is_about(problem, mutant)), None)
    by = " ".join(problem.rule for problem in problems) if found is None else rule_about(found, mutant)
    return Outcome(
        name=mutant.name,
        breaks=mutant.breaks,
        caught=found is not None,
        by=by,
        requests=campaign.requests if found is None else found.requests,
        shrunk_to=0 if found is None else len(found.exchanges),
        seconds=round(time.perf_counter() - begun, 3),
    )


def is_about(problem: Problem, mutant: Mutant) -> bool:
    """Whether a finding is about what is wrong with the mutant."""
    return bool(rule_about(problem, mutant))


def rule_about(problem: Problem, mutant: Mutant) -> str:
    """The rule of a finding that is about the mutant: the one that it names, or one whose answer was due; empty: none."""
    named = (problem.rule, *(allowed.rule for allowed in problem.finding.allowed))
    return next((rule for rule in named if rule in mutant.rules), "")


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The outcomes as JSON."""
    return {
        "mutants": [
            {
                "name": one.name,
                "breaks": one.breaks,
                "caught": one.caught,
                "by": one.by,
                "requests": one.requests,
                "shrunk_to": one.shrunk_to,
                "seconds": one.seconds,
            }
            for one in outcomes
        ],
        **summary(outcomes),
    }


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many were caught, after how many requests, and how short their histories are."""
    caught = [one for one in outcomes if one.caught]
    return {
        "caught": len(caught),
        "of": len(outcomes),
        "median_requests": statistics.median(one.requests for one in caught) if caught else None,
        "shrunk_to_8_or_less": sum(one.shrunk_to <= 8 for one in caught),
    }
