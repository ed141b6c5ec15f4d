"""A graph as Mermaid, which GitHub and many editors draw: a state diagram for one machine, a flowchart for all.

A line of a state diagram has neither colour nor dashes there, so marks tell what the legend explains.
Not here: which states and steps there are (graph), DOT (dot), SCXML (scxml).
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from certlife.diagrams.fold import bundles, by_trigger, fold, inside
from certlife.diagrams.graph import Actor, Kind, short, spoken
from certlife.diagrams.style import (
    BORDER,
    COLOURS,
    INK,
    KNOWN,
    LINES,
    MACHINE,
    OF_MACHINE,
    OF_OVERVIEW,
    QUIET,
    SEVERAL,
    STATE,
    TIES,
    best,
    marked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.diagrams.graph import Edge, Graph, Node, Tie
    from certlife.model.vocabulary import Machine

WHO: Final = {Actor.CALLER: "", Actor.SERVICE: "~ ", Actor.MACHINE: "» "}
DASHES: Final = {Actor.CALLER: "", Actor.SERVICE: ",stroke-dasharray:7 4", Actor.MACHINE: ",stroke-dasharray:2 4"}
LOOKS: Final = {
    Kind.START: f"fill:#ffffff,stroke:{BORDER},color:{INK}",
    Kind.STATE: f"fill:{STATE},stroke:{BORDER},color:{INK}",
    Kind.SEVERAL: f"fill:{SEVERAL},stroke:{SEVERAL},color:{QUIET}",
}
HEAD: Final = f"""---
title: "{{title}}"
config:
  theme: base
  themeVariables:
    fontSize: 14px
    primaryColor: "{STATE}"
    primaryTextColor: "{INK}"
    primaryBorderColor: "{BORDER}"
    lineColor: "{QUIET}"
    edgeLabelBackground: "#ffffff"
    clusterBkg: "{MACHINE}"
    clusterBorder: "{BORDER}"
    noteBkgColor: "{TIES}"
    noteTextColor: "{INK}"
    noteBorderColor: "{BORDER}"
  flowchart:
    wrappingWidth: 420
  state:
    nodeSpacing: 80
    rankSpacing: 80
---
"""
WIDTH: Final = 24
"""Characters of a line on an edge: Mermaid wraps at 200 pixels, and would do so inside of a rule's id."""
NOTE: Final = "%% Made from the tables by `certlife diagram`; not to be edited."


def mermaid(graph: Graph) -> str:
    """Write a graph as Mermaid."""
    drawn = fold(graph)
    lines = _overview(drawn) if graph.ties else _machine(drawn)
    return HEAD.format(title=graph.title) + "\n".join([NOTE, *lines, ""])


def _machine(part: Graph) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"  [*] --> {part.nodes[0].id}"
    yield from (f"  classDef {kind.name.lower()} {look}" for kind, look in LOOKS.items())
    for node in part.nodes:
        yield f'  state "{node.label}" as {node.id}'
        for trigger, edges in by_trigger(inside(node, part)).items():
            yield f"  {node.id} : {WHO[edges[0].actor]}{spoken(trigger)} {_ids(edges)}"
    for group in bundles(part):
        yield f"  {group[0].source} --> {group[0].target} : {_steps(group)}"
    yield from (f"  class {node.id} {node.kind.name.lower()}" for node in part.nodes)
    yield f"  note right of {part.nodes[0].id}"
    yield from (f"    {line}" for line in _legend())
    yield "  end note"


def _steps(group: list[Edge]) -> str:
    """Say what takes a state to another, in lines: the trigger once where it has several guards."""
    lines: list[str] = []
    for trigger, edges in by_trigger(group).items():
        name = WHO[edges[0].actor] + spoken(trigger)
        if any(edge.guard for edge in edges):
            lines += [name, *(f"[{edge.guard}] {_ids([edge])}".removeprefix("[] ") for edge in edges)]
        else:
            lines.append(f"{name} {_ids(edges)}")
    return "<br/>".join("<br/>".join(wrap(line, WIDTH, break_on_hyphens=False)) for line in lines)


def _ids(edges: list[Edge]) -> str:
    # The space before a mark is one that does not break.
    return " ".join(
        marked(rule, edge.grade).replace(" ", "\N{NO-BREAK SPACE}") for edge in edges for rule in edge.rules
    )


def _legend() -> Iterator[str]:
    yield from (f"{mark or 'no mark: '}{actor.value}" for actor, mark in WHO.items())
    yield from _grades()
    yield from OF_MACHINE


def _grades() -> Iterator[str]:
    yield from (f"{marked('RULE-1', grade)} {text}" for grade, text in KNOWN.items())


def _overview(whole: Graph) -> Iterator[str]:
    yield "flowchart TB"
    yield from (f"  classDef {kind.name.lower()} {look}" for kind, look in LOOKS.items())
    yield f"  classDef table fill:{TIES},stroke:{BORDER},color:{INK},text-align:left"
    looks: list[str] = []
    for machine in whole.machines:
        yield f"  subgraph {machine.value}"
        yield from (f"    {line}" for line in _cluster(whole.part(machine), looks))
        yield "  end"
    yield from (f"  {line}" for line in _tables(whole.ties, looks))
    for look in dict.fromkeys(looks):
        yield f"  linkStyle {','.join(str(place) for place, other in enumerate(looks) if other == look)} {look}"


def _cluster(part: Graph, looks: list[str]) -> Iterator[str]:
    for node in part.nodes:
        yield f'{_id(node)}("{node.label}"):::{node.kind.name.lower()}'
    for group in bundles(part):
        if not group[0].stays:
            text = ", ".join(short(trigger) for trigger in by_trigger(group))
            yield f'{_id(part.node(group[0].source))} -->|"{text}"| {_id(part.node(group[0].target))}'
            looks.append(f"stroke:{COLOURS[best(group)]}{DASHES[group[0].actor]}")


def _tables(ties: tuple[Tie, ...], looks: list[str]) -> Iterator[str]:
    pairs: dict[tuple[Machine, Machine], list[str]] = {}
    for tie in ties:
        guard = f" [{tie.guard}]" if tie.guard else ""
        line = f"{short(tie.cause)}{guard} → {short(tie.signal)} {marked(tie.rule, tie.grade)}"
        pairs.setdefault((tie.source, tie.target), []).append(line)
    for (source, target), lines in pairs.items():
        table = f"{source.value}_tells_{target.value}"
        yield f'{table}["{"<br/>".join(lines)}"]:::table'
        yield f"{source.value} --- {table}"
        yield f"{table} --> {target.value}"
        looks += [f"stroke:{QUIET}{DASHES[Actor.MACHINE]}"] * 2
    legend = [f"{line}: {actor.value}" for actor, line in LINES.items()]
    yield f'legend["{"<br/>".join([*legend, *_grades(), *OF_OVERVIEW])}"]:::table'


def _id(node: Node) -> str:
    return f"{node.machine.value}_{node.id}"
