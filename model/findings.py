"""What is said of an answer: which explanations it was held against, and, if none is left, which rule it breaks.

Not here: how the answer is held against them (belief), how a finding is printed (conformance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from certlife.model.joint import Joint
from certlife.model.look import Misfit
from certlife.model.rows import Constraint, Relation, Row, Show


@dataclass(frozen=True, slots=True)
class Allowed:
    """An answer that an explanation permits, and the row that says so."""

    rule: str
    reply: str
    grade: str
    because: tuple[str, ...]
    state: str


class Attempt(NamedTuple):
    """One row of one explanation, held against the answer.

    Attributes:
        misfit: what in the body does not fit; None where the reply was not even of the row's kind.
    """

    row: Row
    joint: Joint
    misfit: Misfit | None


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that no explanation permits.

    Attributes:
        rule: the rule that is broken: that of the explanation that came furthest.
        because: its requirements and observed facts.
        text: what was met, and what should have been.
        allowed: every answer that would have been permitted.
    """

    rule: str
    because: tuple[str, ...]
    text: str
    allowed: tuple[Allowed, ...]


def finding_of(attempts: Sequence[Attempt]) -> Finding:
    """The finding of an answer that none of the attempts explains."""
    fitting = [attempt for attempt in attempts if attempt.misfit is not None]
    if not fitting:
        rule = attempts[0].row
        return Finding(rule.rule, rule.because, "no explanation allows this status and code", allowed_by(attempts))
    best = max(fitting, key=lambda attempt: attempt.misfit.held if attempt.misfit is not None else 0)
    misfit = best.misfit
    if misfit is None:
        raise TypeError("a fitting attempt has a misfit")
    return Finding(misfit.rule.rule, misfit.rule.because, misfit_text(misfit), allowed_by([best, *attempts]))


def allowed_by(attempts: Sequence[Attempt]) -> tuple[Allowed, ...]:
    """The answers that the attempts would have permitted, each once."""
    found = {
        (attempt.row.rule, str(attempt.joint)): Allowed(
            attempt.row.rule,
            str(attempt.row.reply),
            attempt.row.grade.value,
            attempt.row.because,
            str(attempt.joint),
        )
        for attempt in attempts
    }
    once: dict[str, Allowed] = {}
    for allowed in found.values():
        once.setdefault(allowed.rule, allowed)
    return tuple(once.values())


def misfit_text(misfit: Misfit) -> str:
    """A sentence about what does not fit."""
    if isinstance(misfit.rule, Relation):
        return (misfit.rule.holds.__doc__ or misfit.rule.rule).strip().splitlines()[0].rstrip(".") + ": not so here"
    return f"{misfit.rule.member}: met {_shortened(misfit.met)}, wanted {_shortened(misfit.wanted)}"


def constraint_finding(constraint: Constraint) -> Finding:
    """The finding of a request that should have been refused."""
    meaning = (constraint.broken.__doc__ or "").strip().splitlines()[0].rstrip(".")
    text = f"a request that must be refused was not: {meaning[:1].lower()}{meaning[1:]}"
    allowed = Allowed(constraint.rule, str(constraint.reply), constraint.grade.value, constraint.because, "any state")
    return Finding(constraint.rule, constraint.because, text, (allowed,))


def _shortened(value: object, longest: int = 120) -> str:
    text = value if isinstance(value, str) else getattr(value, "value", None) if _is_mark(value) else None
    shown = f"{value!r}" if isinstance(value, str) else str(text) if text is not None else str(getattr(value, "value", value))
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


def _is_mark(value: object) -> bool:
    return type(value).__name__ in ("Mark", "Fit")


__all__ = ["Allowed", "Attempt", "Finding", "Show", "allowed_by", "constraint_finding", "finding_of", "misfit_text"]
