"""What became of the mutants, for people at a terminal.

Not here: the same as JSON, how they are verified (trials).
"""

from __future__ import annotations

from collections.abc import Sequence

from certlife.conformance.mutants.trials import Outcome, summary
from rich.console import Console
from rich.markup import escape


def print_outcome(console: Console, outcome: Outcome) -> None:
    """A line about one mutant."""
    mark = "[green]caught[/]" if outcome.caught else "[red]missed[/]"
    by = f"by {outcome.by} after {outcome.requests} requests, shrunk to {outcome.shrunk_to}" if outcome.caught else outcome.by
    console.print(f"{mark} {escape(outcome.name)}  {by}  [dim]{outcome.seconds:.1f} s[/]", highlight=False, soft_wrap=True)


def print_outcomes(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Those that were missed, and the figures."""
    for one in outcomes:
        if not one.caught:
            console.print(f"[red]missed[/] {escape(one.name)}: {escape(one.breaks)}", highlight=False, soft_wrap=True)
    figures = summary(outcomes)
    console.print(
        f"\n{figures['caught']} of {figures['of']} mutants caught, the median after {figures['median_requests']} requests;"
        f" {figures['shrunk_to_8_or_less']} shrunk to 8 requests or less",
        highlight=False,
    )
