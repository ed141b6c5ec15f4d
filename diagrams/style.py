"""How things look in every picture: colours and marks of the grades, lines of the actors, the words of the legend.

Not here: the syntax of a format (dot, mermaid, scxml).
"""

from __future__ import annotations

from typing import Final

from certlife.diagrams.graph import Actor, Edge
from certlife.model.vocabulary import Grade

FONT: Final = "DejaVu Sans Condensed,Helvetica,Arial,sans-serif"
"""The first is in the folder fonts; the others are about as wide, so text fits where it is missing."""

INK: Final = "#2b333b"
QUIET: Final = "#66717c"
BORDER: Final = "#8a96a3"
STATE: Final = "#eef2f6"
SEVERAL: Final = "#f4f4f4"
MACHINE: Final = "#fafbfc"
TIES: Final = "#fffcf0"

COLOURS: Final = {Grade.DOCUMENTED: "#1f5c99", Grade.OBSERVED: "#1b7f5c", Grade.ASSUMED: "#b3590f"}
MARKS: Final = {Grade.DOCUMENTED: "", Grade.OBSERVED: " °", Grade.ASSUMED: " ?"}
KNOWN: Final = {
    Grade.DOCUMENTED: "a document says so",
    Grade.OBSERVED: "only seen at the real service",
    Grade.ASSUMED: "neither: assumed",
}
LINES: Final = {Actor.CALLER: "solid", Actor.SERVICE: "dashed", Actor.MACHINE: "dotted"}

OF_MACHINE: Final = (
    "In a box: what is answered, or told, and leaves the state as it is.",
    "[otherwise]: when no guard beside it holds. Refusals are left out.",
)
OF_OVERVIEW: Final = (
    "Between the machines: which step of the one (left) tells the other what (right).",
    "Guards and rules of the steps: in the picture of each machine. Refusals are left out.",
)


def marked(rule: str, grade: Grade) -> str:
    """Give a rule's id with the mark of its grade."""
    return rule + MARKS[grade]


def best(group: list[Edge]) -> Grade:
    """Give the grade of the best known of several steps."""
    return min((edge.grade for edge in group), key=list(Grade).index)
