"""A graph as DOT, the language of Graphviz.

Not here: which states and steps there are (graph), the texts in the picture (labels), making a picture of DOT (render).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from certlife.diagrams import labels
from certlife.diagrams.fold import bundles, fold, inside
from certlife.diagrams.graph import Actor, plain
from certlife.diagrams.style import BORDER, COLOURS, FONT, INK, LINES, MACHINE, QUIET, best

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certlife.diagrams.graph import Edge, Graph, Node, Tie
    from certlife.model.vocabulary import Machine

LONG: Final = 3
"""Ranks: from here on a line that leads back is long."""


def dot(graph: Graph, dpi: int | None = None) -> str:
    """Write a graph as DOT.

    Args:
        dpi: dots per inch of a picture made of dots; None leaves it to Graphviz.
    """
    drawn = fold(graph)
    body = _overview(drawn) if graph.ties else _machine(drawn)
    lines = [f"digraph {graph.name} {{", *_indented([*_settings(graph, dpi), *body, *_legend(drawn)]), "}", ""]
    return "\n".join(lines)


def _settings(graph: Graph, dpi: int | None) -> Iterator[str]:
    room = "nodesep=0.35 ranksep=0.45" if graph.ties else "nodesep=0.25 ranksep=0.5"
    yield f"graph [bgcolor=white pad=0.3 {room} compound=true labelloc=t label=<{labels.title(graph)}>]"
    yield f'node [fontname="{FONT}" fontsize=11 fontcolor="{INK}" shape=plain]'
    yield f'edge [fontname="{FONT}" fontsize={labels.SMALL} fontcolor="{INK}" arrowsize=0.7]'
    if dpi is not None:
        yield f"dpi={dpi}"


def _machine(part: Graph) -> Iterator[str]:
    for node in part.nodes:
        yield f"{_id(node)} [label=<{labels.box(node, inside(node, part))}>]"
    yield from _order(part)
    for group in bundles(part):
        yield f"{_ends(group[0], part)} [{_look(group, part)} label=<{labels.steps(group)}>]"


def _overview(whole: Graph) -> Iterator[str]:
    for machine in whole.machines:
        yield f"subgraph {_cluster(machine)} {{"
        yield from _indented(_inside_cluster(machine, whole.part(machine)))
        yield "}"
    yield from _ties(whole)


def _inside_cluster(machine: Machine, part: Graph) -> Iterator[str]:
    yield f'graph [fontname="{FONT}" fontsize=14 fontcolor="{INK}" label=<<b>{machine.value}</b>>]'
    yield f'graph [style=rounded color="{BORDER}" bgcolor="{MACHINE}" margin=24]'
    for node in part.nodes:
        yield f"{_id(node)} [label=<{labels.box(node, [])}>]"
    yield from _order(part)
    for number, group in enumerate(bundles(part)):
        if not group[0].stays:
            yield from _short_step(group, part, f"{machine.value}_{number}")


def _short_step(group: list[Edge], part: Graph, text_id: str) -> Iterator[str]:
    """Draw a line of the overview; a long one has its text in the line, since a cluster does not reach around others."""
    text, look = f"label=<{labels.triggers(group)}>", _look(group, part)
    source, target = (part.node(end) for end in (group[0].source, group[0].target))
    if source.rank - target.rank < LONG:
        yield f"{_ends(group[0], part)} [{look} {text}]"
    else:
        yield f"{text_id} [{text} fontsize={labels.SMALL}]"
        yield f"{_id(target)} -> {text_id} [{look}]"
        yield f"{text_id} -> {_id(source)} [{look} arrowtail=none]"


def _ties(whole: Graph) -> Iterator[str]:
    """Draw a table for each pair of machines, in a row below the one that tells most, above the others."""
    hub = whole.ties[0].source
    pairs: dict[tuple[Machine, Machine], list[Tie]] = {}
    for tie in whole.ties:
        pairs.setdefault((tie.source, tie.target), []).append(tie)
    tables = {f"{source.value}_tells_{target.value}": ties for (source, target), ties in pairs.items()}
    for table, ties in tables.items():
        source, target = whole.part(ties[0].source), whole.part(ties[0].target)
        yield f"{table} [label=<{labels.told(ties)}>]"
        if source != target:
            yield _tie(table, source, "none", above=ties[0].source is hub)
        yield _tie(table, target, "normal", above=ties[0].target is hub or source == target)
    between = [table for table, ties in tables.items() if ties[0].source is not ties[0].target]
    yield f"{{rank=same; {'; '.join(between)}}}"


def _tie(table: str, part: Graph, head: str, *, above: bool) -> str:
    machine = part.machines[0]
    look = f'style={LINES[Actor.MACHINE]} color="{QUIET}"'
    if above:
        return f"{_id(_lowest(part))} -> {table} [{look} dir=back arrowtail={head} ltail={_cluster(machine)}]"
    return f"{table} -> {_id(_highest(part))} [{look} arrowhead={head} lhead={_cluster(machine)}]"


def _legend(whole: Graph) -> Iterator[str]:
    yield f"legend [label=<{labels.legend(whole)}>]"
    parts = [whole.part(machine) for machine in whole.machines]
    depth = max(_lowest(part).rank for part in parts)
    for part in parts:
        if _lowest(part).rank >= depth - 1:
            yield f"{_id(_lowest(part))} -> legend [style=invis weight=0]"


def _order(part: Graph) -> Iterator[str]:
    """Keep the order of a life from top to bottom, and each lane straight."""
    for rank in sorted({node.rank for node in part.nodes}):
        yield f"{{rank=same; {'; '.join(_id(node) for node in part.nodes if node.rank == rank)}}}"
    for lane in sorted({node.lane for node in part.nodes}):
        below = sorted((node for node in part.nodes if node.lane == lane), key=lambda node: node.rank)
        for upper, lower in pairwise(below):
            yield f"{_id(upper)} -> {_id(lower)} [style=invis weight=20]"


def _highest(part: Graph) -> Node:
    return min(part.nodes, key=lambda node: (node.rank, node.lane))


def _lowest(part: Graph) -> Node:
    return max(part.nodes, key=lambda node: (node.rank, -node.lane))


def _ends(edge: Edge, part: Graph) -> str:
    ends = _id(part.node(edge.source)), _id(part.node(edge.target))
    return " -> ".join(reversed(ends) if part.returns(edge) else ends)


def _look(group: list[Edge], part: Graph) -> str:
    """Style a line; one that leads back is written from its end, because Graphviz puts first what is written first."""
    back = " dir=back" if part.returns(group[0]) else ""
    return f'style={LINES[group[0].actor]} color="{COLOURS[best(group)]}"{back}'


def _id(node: Node) -> str:
    return f"{node.machine.value}_{node.id}"


def _cluster(machine: Machine) -> str:
    return f"cluster_{plain(machine)}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]
