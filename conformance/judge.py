"""A recorded session, judged: every exchange held against the belief.

Not here: reading recordings (readers), printing verdicts (report), making findings shorter (shorten).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from certlife.conformance.readers import Session
from certlife.model import Belief, Exchange, Profile, after_finding, observe
from certlife.model.findings import Finding
from certlife.model.x509 import NO_READER, Reader


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in its session.

    Attributes:
        step: the index of the exchange among those of the session.
    """

    finding: Finding
    step: int
    exchange: Exchange

    @property
    def rule(self) -> str:
        """The rule that is broken."""
        return self.finding.rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of judging a session.

    Attributes:
        verdict: `conforms`, `deviates`, or `inconclusive` where the model took no position on anything.
        judged: how many exchanges the model took a position on.
        exchanges: how many there were.
        unjudged: the reasons for the others, counted.
        held: how often each rule was kept.
        largest: the most explanations that an answer was held against.
    """

    verdict: str
    findings: tuple[Found, ...]
    judged: int
    exchanges: int
    unjudged: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    largest: int = 0


def judge(
    session: Session, *, profile: Profile = Profile.EITHER, reader: Reader = NO_READER, most: int = 1
) -> Verdict:
    """Judge a recorded session up to its first finding, or to as many as `most`.

    Raises: BeliefTooLarge: the session leaves more open than the model follows.
    """
    return judge_exchanges(
        session.exchanges, starts_empty=session.starts_empty, profile=profile, reader=reader, most=most
    )


def judge_exchanges(
    exchanges: Iterable[Exchange],
    *,
    starts_empty: bool = False,
    profile: Profile = Profile.EITHER,
    reader: Reader = NO_READER,
    most: int = 1,
) -> Verdict:
    """Judge exchanges as they come; nothing is kept of them but the belief. Several vaults may be mixed.

    Args:
        most: after how many findings to stop; after one, the name that it is about may be anything.
    """
    beliefs: dict[str, Belief] = {}
    held: Counter[tuple[str, ...]] = Counter()
    unjudged: Counter[str] = Counter()
    found: list[Found] = []
    step = largest = 0
    for step, exchange in enumerate(exchanges, start=1):
        vault = exchange.request.vault
        belief = beliefs.get(vault) or Belief(starts_empty=starts_empty)
        seen = observe(belief, exchange, profile=profile, reader=reader)
        largest = max(largest, seen.size)
        if seen.finding is not None:
            found.append(Found(seen.finding, step - 1, exchange))
            if len(found) == most:
                break
            beliefs[vault] = after_finding(belief, exchange)
            continue
        if seen.unjudged:
            unjudged[seen.unjudged] += 1
        held[seen.held] += 1
        beliefs[vault] = seen.belief
    judged = step - unjudged.total()
    verdict = "deviates" if found else "conforms" if judged else "inconclusive"
    return Verdict(verdict, tuple(found), judged, step, dict(unjudged), _by_rule(held), largest)


def _by_rule(held: Counter[tuple[str, ...]]) -> dict[str, int]:
    rules: Counter[str] = Counter()
    for names, times in held.items():
        for name in names:
            rules[name] += times
    return dict(rules)
