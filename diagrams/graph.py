"""From the tables to graphs: which states and steps a picture has, and in which order.

Refusals are left out. Not here: drawing less for the sake of the eye (fold), what a graph looks like (dot, mermaid, scxml).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from certlife.model.tables import JOINT, TABLES
from certlife.model.vocabulary import (
    CertificateState,
    Drift,
    Grade,
    Machine,
    Operation,
    OperationState,
    State,
    Trigger,
    VersionState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.model.rows import Join, Row

OVERVIEW: Final = "lifecycle"
MACHINES: Final[dict[str, Machine]] = {machine.value: machine for machine in TABLES}
NAMES: Final = (OVERVIEW, *MACHINES)
OTHERWISE: Final = "otherwise"

# The order of a life, where it is not simply one state after the other: what stands in one line here is side by side,
# what stands in one column is one below the other.
LIVES: Final[dict[Machine, tuple[tuple[State | None, ...], ...]]] = {
    Machine.CERTIFICATE: (
        (CertificateState.ABSENT,),
        (CertificateState.STUB,),
        (CertificateState.ACTIVE,),
        (CertificateState.SOFT_DELETING,),
        (CertificateState.DELETED,),
        (CertificateState.RECOVERING, CertificateState.PURGING),
    ),
    Machine.OPERATION: (
        (OperationState.NONE,),
        (OperationState.IN_PROGRESS,),
        (OperationState.CANCELLING,),
        (OperationState.CANCELLED, OperationState.FAILED),
        (OperationState.COMPLETED,),
    ),
    Machine.VERSION: (
        (VersionState.NONE,),
        (VersionState.EARLY,),
        (VersionState.VALID, VersionState.EARLY_DISABLED),
        (VersionState.EXPIRED, VersionState.VALID_DISABLED),
        (None, VersionState.EXPIRED_DISABLED),
    ),
}


class Actor(Enum):
    """Who takes a step."""

    CALLER = "the caller asks"
    SERVICE = "the service does it alone"
    MACHINE = "another machine tells"


class Kind(Enum):
    """What a node stands for."""

    START = "the state before anything has happened"
    STATE = "a state"
    SEVERAL = "several states, so that one line may stand for many"


@dataclass(frozen=True, slots=True)
class Node:
    """A state of a machine.

    Attributes:
        id: letters and underscores, unique in the machine.
        rank: the place in the order of a life, from 0; less than 0 for what stands above.
        lane: the place beside others of the same rank, from 0.
    """

    id: str
    label: str
    kind: Kind
    rank: int
    lane: int
    machine: Machine


@dataclass(frozen=True, slots=True)
class Edge:
    """A step of a machine; where source and target are the same, the state stays.

    Attributes:
        source: id of a node.
        target: id of a node.
        guard: name of the condition; OTHERWISE where it decides after those of other edges; empty where there is none.
        rules: ids of the rows that say so.
        machine: whose step it is.
    """

    source: str
    target: str
    trigger: Trigger
    guard: str
    rules: tuple[str, ...]
    grade: Grade
    machine: Machine

    @property
    def actor(self) -> Actor:
        """Who takes the step."""
        if isinstance(self.trigger, Operation):
            return Actor.CALLER
        return Actor.SERVICE if isinstance(self.trigger, Drift) else Actor.MACHINE

    @property
    def stays(self) -> bool:
        """Whether the state is the same afterwards."""
        return self.source == self.target


@dataclass(frozen=True, slots=True)
class Tie:
    """What a step of one machine tells another.

    Attributes:
        guard: name of the condition; empty where there is none.
    """

    source: Machine
    target: Machine
    cause: Trigger
    guard: str
    signal: Trigger
    rule: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture's content.

    Attributes:
        name: one of NAMES.
        nodes: in the order of a life, machine by machine.
        edges: in the order of their sources, then of the table.
        ties: between the machines; none in the picture of a single machine.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    ties: tuple[Tie, ...] = ()

    @property
    def machines(self) -> tuple[Machine, ...]:
        """Whose states are shown."""
        return tuple(dict.fromkeys(node.machine for node in self.nodes))

    def part(self, machine: Machine) -> Graph:
        """Give what of the graph is the machine's own."""
        nodes = tuple(node for node in self.nodes if node.machine is machine)
        return replace(self, nodes=nodes, edges=tuple(edge for edge in self.edges if edge.machine is machine), ties=())

    def node(self, edge_end: str) -> Node:
        """Give the node of this id, in the graph of one machine."""
        return next(node for node in self.nodes if node.id == edge_end)

    def returns(self, edge: Edge) -> bool:
        """Tell whether an edge leads back in the order of a life, in the graph of one machine."""
        return self.node(edge.source).rank > self.node(edge.target).rank


def graph(name: str) -> Graph:
    """Make the graph of one machine, or of all of them.

    Args:
        name: one of NAMES.
    """
    if name != OVERVIEW:
        return _of_machine(MACHINES[name])
    parts = [_of_machine(machine) for machine in TABLES]
    nodes = tuple(node for part in parts for node in part.nodes)
    edges = tuple(edge for part in parts for edge in part.edges)
    return Graph(name, "The life of a certificate: its machines, and what they tell one another", nodes, edges, _ties())


def plain(word: Enum) -> str:
    """Name a word by lower-case letters and underscores."""
    return word.name.lower()


def short(trigger: Trigger) -> str:
    """Name a trigger in a word or two."""
    return plain(trigger).replace("_", " ")


def spoken(trigger: Trigger) -> str:
    """Name a trigger as a person would: an operation by its verb, all else by a sentence."""
    return short(trigger) if isinstance(trigger, Operation) else str(trigger.value)


def _of_machine(machine: Machine) -> Graph:
    states = dict(_nodes(machine))
    title = f"The {machine.value} machine"
    return Graph(machine.value, title, tuple(states.values()), tuple(_edges(machine, list(states))))


def _nodes(machine: Machine) -> Iterator[tuple[State, Node]]:
    in_order = LIVES.get(machine) or [(state,) for state in type(TABLES[machine][0].source[0])]
    for rank, side_by_side in enumerate(in_order):
        for lane, state in enumerate(side_by_side):
            if state is not None:
                kind = Kind.STATE if rank else Kind.START
                yield state, Node(plain(state), str(state.value), kind, rank, lane, machine)


def _edges(machine: Machine, states: list[State]) -> list[Edge]:
    """Make an edge of every row and source; rows that differ in nothing that is drawn become one."""
    drawn = [row for row in TABLES[machine] if row.reply is None or not row.reply.is_refusal]
    merged: dict[Edge, tuple[str, ...]] = {}
    for source in states:
        for row in (row for row in drawn if source in row.source):
            target = source if row.target is None else row.target
            guard = _guard(row, source, drawn)
            edge = Edge(plain(source), plain(target), row.trigger, guard, (), row.grade, machine)
            merged[edge] = (*merged.get(edge, ()), row.rule)
    return [replace(edge, rules=rules) for edge, rules in merged.items()]


def _guard(row: Row, source: State, drawn: list[Row]) -> str:
    if row.guard.name != "always":
        return row.guard.name
    before = drawn[: drawn.index(row)]
    rivals = (other for other in before if source in other.source and other.trigger is row.trigger)
    return OTHERWISE if any(other.guard.name != "always" for other in rivals) else ""


def _ties() -> tuple[Tie, ...]:
    return tuple(_tie(join) for join in JOINT)


def _tie(join: Join) -> Tie:
    source = next(machine for machine, table in TABLES.items() if any(row.trigger is join.cause for row in table))
    guard = "" if join.guard.name == "always" else join.guard.name
    return Tie(source, join.machine, join.cause, guard, join.signal, join.rule, join.grade)
