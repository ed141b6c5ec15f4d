"""Fewer lines for the eye: what leads back to one state from many others is drawn once.

The facts stay the same. Not here: what the tables say (graph), syntax (dot, mermaid).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from certlife.diagrams.graph import Actor, Edge, Graph, Kind, Node
from certlife.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certlife.model.vocabulary import Trigger

MANY: Final = 3


def fold(whole: Graph) -> Graph:
    """Let one node stand for all the states from which the same step leads back to one state, where they are MANY."""
    parts = [_folded(whole.part(machine)) for machine in whole.machines]
    nodes = tuple(node for part in parts for node in part.nodes)
    return replace(whole, nodes=nodes, edges=tuple(edge for part in parts for edge in part.edges))


def bundles(part: Graph) -> list[list[Edge]]:
    """Put together what one line may stand for: the steps of one actor between the same two states.

    Steps that leave the state as it is are not among them, unless the service takes them alone: see inside.
    """
    found: dict[tuple[str, str, Actor], list[Edge]] = {}
    for edge in part.edges:
        if not _is_inside(edge):
            found.setdefault((edge.source, edge.target, edge.actor), []).append(edge)
    return list(found.values())


def inside(node: Node, part: Graph) -> list[Edge]:
    """Give the steps that leave the state as it is, to be written into its box."""
    return [edge for edge in part.edges if edge.source == node.id and _is_inside(edge)]


def by_trigger(edges: Iterable[Edge]) -> dict[Trigger, list[Edge]]:
    """Put together what the same trigger brings about."""
    found: dict[Trigger, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.trigger, []).append(edge)
    return found


def _is_inside(edge: Edge) -> bool:
    return edge.stays and edge.actor is not Actor.SERVICE


def _folded(part: Graph) -> Graph:
    alike: dict[tuple[object, ...], list[Edge]] = {}
    for edge in part.edges:
        alike.setdefault((edge.target, edge.trigger, edge.guard, edge.grade), []).append(edge)
    edges: list[Edge] = []
    stand_ins: dict[str, Node] = {}
    for group in alike.values():
        returning = [edge for edge in group if part.returns(edge)]
        if len(returning) < MANY:
            edges += group
            continue
        node = _stand_in(returning, part)
        stand_ins[node.id] = node
        rules = tuple(dict.fromkeys(rule for edge in returning for rule in edge.rules))
        edges.append(replace(returning[0], source=node.id, rules=rules))
        edges += [edge for edge in group if not part.returns(edge) and not edge.stays]
    return _sorted(replace(part, nodes=(*part.nodes, *stand_ins.values())), edges)


def _stand_in(returning: list[Edge], part: Graph) -> Node:
    sources = [part.node(edge.source) for edge in returning]
    *most, last = (node.label for node in sources)
    name, label = "_or_".join(node.id for node in sources), f"{', '.join(most)} or {last}"
    if len(sources) == len(part.nodes) - 1:
        name, label = "any_other", "any other state"
    rank = part.node(returning[0].target).rank - 1
    return Node(name, label, Kind.SEVERAL, rank, len(part.nodes), sources[0].machine)


def _sorted(part: Graph, edges: list[Edge]) -> Graph:
    order = {row.rule: place for place, row in enumerate(TABLES[part.machines[0]])}
    nodes = {node.id: (node.rank, node.lane) for node in part.nodes}
    edges.sort(key=lambda edge: (nodes[edge.source], order[edge.rules[0]]))
    return replace(part, edges=tuple(edges))
