"""What came of verifying a target, as values.

Not here: how it comes about (verify), how it is told to people and machines (told, document).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from certlife.conformance.suite.history import History
from certlife.model import Exchange, Profile
from certlife.model.findings import Finding


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding, with the shortest history that leads to it.

    Attributes:
        history: what is to be done to see it again; its last act is the request whose answer breaks the rule.
        exchanges: what was said when that was done, the finding's exchange last.
        requests: how many requests had been sent when it was met first.
        known: why it is a known gap of the target; empty if it is none.
    """

    finding: Finding
    history: History
    exchanges: tuple[Exchange, ...]
    requests: int
    known: str = ""

    @property
    def rule(self) -> str:
        """The rule that is broken."""
        return self.finding.rule


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a rule.

    Attributes:
        held, broken: how often.
        why: why it was not reached; empty where it was, or where nobody knows.
    """

    held: int = 0
    broken: int = 0
    why: str = ""

    @property
    def reached(self) -> bool:
        """Whether it was met at all; a rule that was not is never held."""
        return bool(self.held or self.broken)


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying a target.

    Attributes:
        rules: every rule of the model, by id.
        requests: how many were sent, those for shortening histories left out.
        runs: how many vaults, or names on the one vault, were begun with.
        asked_steps, taken_steps: of the Hypothesis runs: how many steps were asked for, and how many there were.
        trouble: why the run is inconclusive or was broken off; empty where it was not.
        closed: the known gaps that were looked for and are none any more.
    """

    target: str
    profile: Profile
    seed: int
    problems: tuple[Problem, ...]
    rules: Mapping[str, Tally] = field(default_factory=dict)
    requests: int = 0
    seconds: float = 0.0
    runs: int = 0
    asked_steps: int = 0
    taken_steps: int = 0
    trouble: str = ""
    closed: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """`conforms`, `deviates` or `inconclusive`.

        A run that exercised nothing is inconclusive; one in which a known gap has closed fails, so that nobody keeps
        lists of gaps that are none.
        """
        if self.closed or any(not problem.known for problem in self.problems):
            return "deviates"
        exercised = any(tally.held for tally in self.rules.values())
        return "inconclusive" if self.trouble or not exercised else "conforms"

    @property
    def status(self) -> int:
        """The exit status: 0 conforms, 1 deviates, 2 inconclusive."""
        return {"conforms": 0, "deviates": 1, "inconclusive": 2}[self.verdict]
