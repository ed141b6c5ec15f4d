"""The shortest history that still breaks the same rule.

Hypothesis makes its own findings smaller; what is left of those, and what the planner has found, is thinned act by act, each
time against a new vault. Not here: how a history is carried out (history).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from certlife.adapters.targets import Target
from certlife.conformance.suite.acts import Act, Send
from certlife.conformance.suite.history import History, Replayed, replay
from certlife.model import Profile
from certlife.model.errors import BeliefTooLarge
from certlife.model.values import Json

MOST_ACTS: Final = 20_000
"""How many acts are carried out, in sum, in search of a shorter history."""


def shortened(history: History, rule: str, target: Target, *, profile: Profile) -> Replayed | None:
    """The run of a history from which nothing can be left out such that its last answer still breaks the rule.

    Args:
        history: one that has broken it.
    Returns: None where the rule is not broken when the history is run again.
    """
    search = _Search(history, rule, target, profile)
    if not search.breaks(_about(history.acts)) and not search.breaks(history.acts):
        return None
    _simplified(_thinned(search.acts, search.breaks), search.breaks)
    return search.best


def _about(acts: Sequence[Act]) -> list[Act]:
    """The acts without requests to other names than that of the last one."""
    name = _name(acts[-1])
    return [act for act in acts if not isinstance(act, Send) or _name(act) in ("", name) or not name]


def _name(act: Act) -> str:
    """The certificate that an act is about; empty for what is about the vault."""
    segments = act.path.strip("/").split("/") if isinstance(act, Send) else []
    if len(segments) < 2 or segments[1] in ("issuers", "contacts", "restore"):
        return ""
    return segments[1].lower()


class _Search:
    """Runs candidates, and keeps the shortest that still breaks the rule."""

    def __init__(self, history: History, rule: str, target: Target, profile: Profile) -> None:
        self.best: Replayed | None = None
        self._history, self._rule, self._target, self._profile = history, rule, target, profile
        self._left = MOST_ACTS

    @property
    def acts(self) -> list[Act]:
        """Those of the best run, up to the finding."""
        return [] if self.best is None else list(self.best.history.acts)

    def breaks(self, acts: Sequence[Act]) -> bool:
        """Whether these acts still break the rule."""
        if self._left <= 0:
            return False
        self._left -= len(acts)
        try:
            run = replay(replace(self._history, acts=tuple(acts)), self._target, profile=self._profile, lenient=True)
        except BeliefTooLarge:
            return False
        if run.deviated is None or run.deviated.found.rule != self._rule:
            return False
        done = replace(run.history, acts=run.deviated.acts)
        self.best = replace(run, history=done)
        return True


def _thinned(acts: list[Act], breaks: Callable[[Sequence[Act]], bool]) -> list[Act]:
    """Leave out ever smaller stretches, from the front on, as long as the rule stays broken; the last act stays."""
    size = max(1, (len(acts) - 1) // 2)
    while True:
        start = 0
        while start < len(acts) - 1:
            rest = acts[:start] + acts[min(start + size, len(acts) - 1) :]
            if breaks(rest):
                acts = rest
            else:
                start += size
        if size == 1:
            return acts
        size = max(1, size // 2)


def _simplified(acts: list[Act], breaks: Callable[[Sequence[Act]], bool]) -> list[Act]:
    """Leave out members of bodies and queries, as long as the rule stays broken."""
    for index in range(len(acts)):
        place = 0
        while place < len(simpler := _simpler(acts[index])):
            candidate = [*acts[:index], simpler[place], *acts[index + 1 :]]
            if breaks(candidate):
                acts = candidate
            else:
                place += 1
    return acts


def _simpler(act: Act) -> list[Act]:
    """The act without one member of its body, at any depth, or without one parameter."""
    if not isinstance(act, Send):
        return []
    bodies: list[Act] = [replace(act, body=body) for body in _without_one(act.body)]
    return [*bodies, *(replace(act, query={k: v for k, v in act.query.items() if k != name}) for name in act.query)]


def _without_one(value: Json) -> Iterator[Json]:
    if not isinstance(value, dict) or any(name.startswith("$") for name in value):
        return
    for name, member in value.items():
        rest = {key: kept for key, kept in value.items() if key != name}
        yield rest
        yield from ({**value, name: simpler} for simpler in _without_one(member))
