"""A graph as SCXML, the state charts of the W3C: a document for a machine, or one with all of them in parallel.

The steps are those of the pictures, so refusals are left out; what a rule's guard is called stands as its condition.
Not here: which states and steps there are (graph), pictures (dot, mermaid).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from certlife.diagrams.graph import OTHERWISE, Actor, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certlife.diagrams.graph import Edge, Graph, Tie
    from certlife.model.vocabulary import Machine, Trigger

SCXML: Final = "http://www.w3.org/2005/07/scxml"
OURS: Final = "urn:certlife:rows"
ACTORS: Final = {Actor.CALLER: "caller", Actor.SERVICE: "service", Actor.MACHINE: "signal"}
REMARK: Final = " Made from the tables by `certlife diagram`; not to be edited. Refusals are left out. "


def scxml(graph: Graph) -> str:
    """Write a graph as SCXML: events are `caller.create`, `service.deletion_ends`, `signal.version.issued`."""
    ET.register_namespace("", SCXML)
    ET.register_namespace("certlife", OURS)
    root = ET.Element(f"{{{SCXML}}}scxml", {"version": "1.0", "datamodel": "ecmascript", "name": graph.name})
    root.append(ET.Comment(REMARK))
    if graph.ties:
        all_of_them = _sub(root, "parallel", id=graph.name)
        for machine in graph.machines:
            _states(_sub(all_of_them, "state", id=machine.value), graph.part(machine), f"{machine.value}.", graph.ties)
    else:
        _states(root, graph, "", ())
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _states(parent: ET.Element, part: Graph, prefix: str, ties: Iterable[Tie]) -> None:
    parent.set("initial", prefix + part.nodes[0].id)
    for node in part.nodes:
        state = _sub(parent, "state", id=prefix + node.id)
        state.set(f"{{{OURS}}}label", node.label)
        for edge in (edge for edge in part.edges if edge.source == node.id):
            transition = _transition(state, edge, prefix)
            for tie in (tie for tie in ties if tie.cause is edge.trigger and tie.source is edge.machine):
                _raise(transition, tie)


def _transition(state: ET.Element, edge: Edge, prefix: str) -> ET.Element:
    made = _sub(state, "transition", event=_event(edge.actor, edge.trigger, edge.machine))
    if edge.guard not in ("", OTHERWISE):
        made.set("cond", f"{edge.guard}()")
    if not edge.stays:
        made.set("target", prefix + edge.target)
    made.set(f"{{{OURS}}}rule", " ".join(edge.rules))
    made.set(f"{{{OURS}}}grade", edge.grade.value)
    return made


def _raise(transition: ET.Element, tie: Tie) -> None:
    parent = _sub(transition, "if", cond=f"{tie.guard}()") if tie.guard else transition
    signal = _sub(parent, "raise", event=_event(Actor.MACHINE, tie.signal, tie.target))
    signal.set(f"{{{OURS}}}rule", tie.rule)
    signal.set(f"{{{OURS}}}grade", tie.grade.value)


def _event(actor: Actor, trigger: Trigger, machine: Machine) -> str:
    who = ACTORS[actor] if actor is not Actor.MACHINE else f"{ACTORS[actor]}.{machine.value}"
    return f"{who}.{plain(trigger)}"


def _sub(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{SCXML}}}{tag}", attributes)
