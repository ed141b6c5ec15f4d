"""The texts in a picture that Graphviz draws: boxes, lines of edges, tables between machines, the legend.

Not here: what stands where (dot).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from certlife.diagrams.fold import by_trigger
from certlife.diagrams.graph import Kind, short, spoken
from certlife.diagrams.style import (
    BORDER,
    COLOURS,
    FONT,
    INK,
    KNOWN,
    LINES,
    OF_MACHINE,
    OF_OVERVIEW,
    QUIET,
    SEVERAL,
    STATE,
    TIES,
    marked,
)

if TYPE_CHECKING:
    from certlife.diagrams.graph import Edge, Graph, Node, Tie

SMALL: Final = 10
_GAP: Final = '<td width="4"></td>'
_FILL: Final = {Kind.START: "white", Kind.STATE: STATE, Kind.SEVERAL: SEVERAL}


def title(graph: Graph) -> str:
    """Name the picture."""
    text = f'<font face="{FONT}" color="{INK}" point-size="16"><b>{escape(graph.title)}</b></font>'
    return f'<table border="0" cellpadding="6"><tr><td>{text}</td></tr></table>'


def box(node: Node, inside: list[Edge]) -> str:
    """Draw a state, with the steps that leave it as it is."""
    if node.kind is Kind.SEVERAL:
        return _framed([f"<tr><td>{_font(escape(node.label), QUIET, 11)}</td></tr>"], SEVERAL, padding=6, border=0)
    rows = [f'<tr><td colspan="5" cellpadding="5"><b>{escape(node.label)}</b></td></tr>']
    if inside:
        rows.append("<hr/>")
    for trigger, edges in by_trigger(inside).items():
        rows.append(_row(_font(escape(spoken(trigger)), QUIET), _ids(edges)))
    return _framed(rows, _FILL[node.kind])


def steps(group: list[Edge]) -> str:
    """Say what takes a state to another: trigger, guard, rule; the trigger once where it has several guards."""
    rows = []
    for trigger, edges in by_trigger(group).items():
        if any(edge.guard for edge in edges):
            rows.append(_wide(escape(spoken(trigger))))
            rows += [_row(_guard(edge.guard), _ids([edge])) for edge in edges]
        else:
            rows.append(_row(escape(spoken(trigger)), _ids(edges)))
    return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1.5">{"".join(rows)}</table>'


def triggers(group: list[Edge]) -> str:
    """Say what takes a state to another: the triggers alone, in short, and narrow."""
    names = [escape(short(trigger)) for trigger in by_trigger(group)]
    lines = names[0].split() if len(names) == 1 else [f"{name}," for name in names[:-1]] + names[-1:]
    return "".join(f'&#160;&#160;{line}&#160;<br align="left"/>' for line in lines)


def told(ties: list[Tie]) -> str:
    """Draw what one machine tells another."""
    rows = [_wide(f"<b>{ties[0].source.value} → {ties[0].target.value}</b>")]
    for tie in ties:
        cause = _font(escape(short(tie.cause)), INK) + (" " + _guard(tie.guard) if tie.guard else "")
        rule = _font(marked(tie.rule, tie.grade), COLOURS[tie.grade])
        rows.append(_row(cause, _font(f"→ {escape(short(tie.signal))}", INK), rule))
    return _framed(rows, TIES)


def legend(graph: Graph) -> str:
    """Explain lines, colours and marks."""
    lines = "".join(f"<td>{_sample(style)}</td>{_said(actor.value)}" for actor, style in LINES.items())
    grades = "".join(
        f'<td align="right">{_font(marked("RULE-1", grade), COLOURS[grade])}</td>{_said(text)}'
        for grade, text in KNOWN.items()
    )
    remarks = OF_OVERVIEW if graph.ties else OF_MACHINE
    rows = [f"<tr>{lines}</tr>", f"<tr>{grades}</tr>"]
    rows += [f'<tr><td align="left" colspan="12">{_font(remark, QUIET)}</td></tr>' for remark in remarks]
    return f'<table border="0" cellspacing="2" cellpadding="0">{"".join(rows)}</table>'


def _framed(rows: list[str], fill: str, *, padding: float = 1.5, border: int = 1) -> str:
    look = f'border="{border}" style="rounded" color="{BORDER}" bgcolor="{fill}"'
    return f'<table {look} cellborder="0" cellspacing="0" cellpadding="{padding}">{"".join(rows)}</table>'


def _row(*cells: str) -> str:
    filled = "".join(f'<td align="left">{cell}</td>{_GAP}' for cell in cells)
    return f"<tr>{_GAP}{filled}</tr>"


def _wide(text: str) -> str:
    return f'<tr>{_GAP}<td align="left" colspan="5">{text}</td></tr>'


def _ids(edges: list[Edge]) -> str:
    return " ".join(_font(marked(rule, edge.grade), COLOURS[edge.grade]) for edge in edges for rule in edge.rules)


def _guard(name: str) -> str:
    return _font(f"[{name}]", QUIET) if name else ""


def _font(text: str, colour: str, size: int = SMALL) -> str:
    return f'<font color="{colour}" point-size="{size}">{text}</font>'


def _sample(style: str) -> str:
    line = f'<tr><td border="1" sides="b" color="{INK}" width="40" height="7" style="{style}"></td></tr>'
    below = '<tr><td height="7"></td></tr>'
    return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{line}{below}</table>'


def _said(text: str) -> str:
    return f'{_GAP}<td align="left">{_font(text, INK)}</td><td width="14"></td>'
