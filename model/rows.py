"""The shapes of the tables: what a row, a joint row, an answer rule and a request rule consist of.

Not here: the tables themselves, and how they are run (machine, belief).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from certlife.model.vocabulary import Grade, Machine, Operation, State, Trigger, View

if TYPE_CHECKING:
    from certlife.model.asks import Ask
    from certlife.model.guards import Guard
    from certlife.model.look import Look
    from certlife.model.values import Answer

REFUSALS = frozenset(range(400, 500)) - {401, 429}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that a row allows.

    Attributes:
        statuses: the HTTP statuses, any of which will do.
        shows: the kind of body.
        code: what `error.code` must be; None where no source fixes it.
        inner: what `error.innererror.code` must be; None where no source fixes it.
    """

    statuses: frozenset[int]
    shows: View
    code: str | None = None
    inner: str | None = None

    def __str__(self) -> str:
        if self.statuses == REFUSALS:
            return "any 4xx"
        text = "/".join(map(str, sorted(self.statuses)))
        if self.shows is View.ERROR:
            return " ".join(filter(None, (text, self.code, self.inner and f"({self.inner})")))
        return f"{text} {self.shows.value}"

    @property
    def is_refusal(self) -> bool:
        """Whether the caller's wish is turned down."""
        return self.shows is View.ERROR

    def accepts(self, answer: Answer) -> bool:
        """Whether status, code and inner code of `answer` are this reply's."""
        if answer.status not in self.statuses:
            return False
        if self.code is None and self.inner is None:
            return True
        error = answer.body.get("error") if isinstance(answer.body, dict) else None
        if not isinstance(error, dict) or (self.code is not None and error.get("code") != self.code):
            return False
        if self.inner is None:
            return True
        inner = error.get("innererror")
        return isinstance(inner, dict) and inner.get("code") == self.inner


def shows(status: int, view: View) -> Reply:
    """A success with the body `view`."""
    return Reply(frozenset({status}), view)


def refuses(status: int, code: str | None = None, inner: str | None = None) -> Reply:
    """A refusal with this status and, where given, these codes."""
    return Reply(frozenset({status}), View.ERROR, code, inner)


FAILS = Reply(REFUSALS, View.ERROR)
"""A refusal of which no source fixes the status: any 4xx but 401 and 429, which speak of the caller and the load."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a machine's table.

    Rows that share source, trigger and guard are alternatives; otherwise the first guard that holds decides.

    Attributes:
        rule: unique id.
        source: the states that it starts from.
        trigger: an operation of the caller, a drift of the service, or a signal of another machine.
        guard: the further condition.
        target: the state after it; None where it stays.
        reply: the answer to the caller; None for drifts and signals.
        grade: how it is known.
        because: ids of requirements, observed facts, contradictions, silences and field notes.
    """

    rule: str
    source: tuple[State, ...]
    trigger: Trigger
    guard: Guard
    target: State | None
    reply: Reply | None
    grade: Grade
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """What one machine's accepted trigger means to another machine.

    Attributes:
        cause: the trigger that was taken.
        guard: the further condition, after the cause's own machine has moved.
        machine: who is told.
        signal: what it is told.
    """

    rule: str
    cause: Trigger
    guard: Guard
    machine: Machine
    signal: Trigger
    grade: Grade
    because: tuple[str, ...]


Want: TypeAlias = "Callable[[Look], object]"
Condition: TypeAlias = "Callable[[Look], bool]"


@dataclass(frozen=True, slots=True)
class Show:
    """What one member of a body must be.

    Attributes:
        views: the kinds of body that the rule speaks of.
        member: dotted path of the member.
        want: yields what must stand there: a value, ABSENT, UNKNOWN (anything, and it is learned), a Within or a test.
        when: the condition under which the rule applies.
        learns: the slot of the knowledge that the member fills; empty where it fills none.
    """

    rule: str
    views: tuple[View, ...]
    member: str
    want: Want
    when: Condition
    grade: Grade
    because: tuple[str, ...]
    learns: str = ""
    path: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", tuple(self.member.split(".")))


@dataclass(frozen=True, slots=True)
class Relation:
    """How members of a body must relate to one another, to the request, or to what was seen before.

    Attributes:
        holds: whether they do; what the model cannot tell counts as holding.
        about: the parts of the body (`attributes`, `policy`) that it looks at, if at nothing else: when they are shown
            again as they were, it holds again.
    """

    rule: str
    views: tuple[View, ...]
    holds: Condition
    when: Condition
    grade: Grade
    because: tuple[str, ...]
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a request must hold to; if it does not, the vault must refuse it.

    Attributes:
        operations: the operations whose requests it speaks of.
        broken: whether the request breaks it.
        reply: the refusal.
        strict: whether a success would break the rule too; otherwise the refusal is merely allowed.
    """

    rule: str
    operations: tuple[Operation, ...]
    broken: Callable[[Ask], bool]
    reply: Reply
    grade: Grade
    because: tuple[str, ...]
    strict: bool = True


@dataclass(frozen=True, slots=True)
class SessionRule:
    """What must hold between the answers of a session, whatever they are about.

    Attributes:
        holds: takes the clock of the last answer and that of this one, seconds since 1970; None where not known.
    """

    rule: str
    holds: Callable[[int | None, int | None], bool]
    grade: Grade
    because: tuple[str, ...]


Rule: TypeAlias = Row | Join | Show | Relation | Constraint | SessionRule
