"""What the explorer has found, for people and as JSON.

Not here: the walk (certlife.model.explore).
"""

from __future__ import annotations

from typing import Any

from certlife.model.explore import Exploration
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def holds(explored: Exploration) -> bool:
    """Whether every invariant holds, and every rule fires somewhere."""
    return not explored.never and not any(checked.broken for checked in explored.invariants)


def print_explored(console: Console, explored: Exploration, seconds: float) -> None:
    """The sizes, the rules that never fire, and the invariants."""
    sizes = Table(box=None, pad_edge=False, header_style="bold")
    sizes.add_column("scope")
    for name in ("states", "transitions"):
        sizes.add_column(name, justify="right")
    for walked in explored.walked:
        sizes.add_row(walked.scope, f"{walked.states:,}", f"{walked.transitions:,}")
    console.print(sizes)
    console.print(
        f"{explored.states:,} states and {explored.transitions:,} transitions in {seconds:.1f} s:"
        f" {explored.states / seconds:,.0f} states/s, {explored.transitions / seconds:,.0f} transitions/s",
        highlight=False,
    )
    fired = len(explored.fired) - len(explored.never)
    console.print(f"{fired} of {len(explored.fired)} rows and joint rules fire somewhere", highlight=False)
    for name, these in (
        ("never fires", explored.never),
        ("has no way in", explored.no_way_in),
        ("has no way out", explored.no_way_out),
    ):
        for one in these:
            console.print(f"[yellow]{name}[/]: {one}", highlight=False)
    console.print()
    for checked in explored.invariants:
        mark = "[green]holds[/] " if not checked.broken else "[red]broken[/]"
        console.print(f"{mark} {checked.rule}  {escape(checked.sentence)}  ({checked.states:,} states)", highlight=False)
        for violation in checked.violations:
            console.print(f"  {violation.scope}", highlight=False)
            for step in violation.path:
                console.print(f"    {escape(str(step))}", highlight=False)


def document(explored: Exploration, seconds: float) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "scopes": [{"scope": w.scope, "states": w.states, "transitions": w.transitions} for w in explored.walked],
        "states": explored.states,
        "transitions": explored.transitions,
        "seconds": round(seconds, 3),
        "fired": dict(explored.fired),
        "never": list(explored.never),
        "no_way_in": [str(state) for state in explored.no_way_in],
        "no_way_out": [str(state) for state in explored.no_way_out],
        "largest_settled": explored.settled,
        "invariants": [
            {
                "rule": checked.rule,
                "sentence": checked.sentence,
                "states": checked.states,
                "broken": checked.broken,
                "violations": [
                    {"scope": violation.scope, "path": [str(step) for step in violation.path]}
                    for violation in checked.violations
                ],
            }
            for checked in explored.invariants
        ],
    }
