"""The result of `verify`, for people at a terminal.

Not here: the same for machines and browsers (document, junit, page), what is found (verify).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Final

from certlife.adapters.clock import DAY_S
from certlife.conformance.report import COLOURS, met_lines, request_line
from certlife.conformance.suite.acts import Join, Send
from certlife.conformance.suite.saved import stem
from certlife.conformance.suite.standing import Standing, not_reached, standings
from certlife.conformance.suite.steps import Step, body_line, lever_line, send_line, steps
from certlife.conformance.suite.verdict import Problem, Verified
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_LOOKS: Final = {
    Standing.HELD: "green",
    Standing.BROKEN: "red",
    Standing.KNOWN_GAP: "yellow",
    Standing.NOT_REACHED: "dim",
}


def print_verified(console: Console, verified: Verified, *, folder: Path | None = None) -> None:
    """Findings, the rules by table, what was not reached, and the verdict in one line.

    Args:
        folder: where the findings are saved; None where they are not.
    """
    for problem in verified.problems:
        for line in problem_lines(problem, target=verified.target, folder=folder):
            console.print(line, soft_wrap=True, highlight=False)
        console.print()
    console.print(_table(verified))
    _print_not_reached(console, verified)
    console.print()
    for line in verdict_lines(verified):
        console.print(line, soft_wrap=True, highlight=False)


def problem_lines(problem: Problem, *, target: str = "TARGET", folder: Path | None = None) -> Iterator[str]:
    """A finding: the rule, what was met, what was allowed, the shortest history, how to repeat it; with markup."""
    known = f", a known gap: {escape(problem.known)}" if problem.known else ""
    colour = "yellow" if problem.known else "red"
    yield f"[{colour}]{problem.rule}[/] [bold]is broken[/]{known}  [dim](met after {_count(problem.requests, 'request')})[/]"
    if problem.exchanges:
        yield from met_lines(problem.finding, problem.exchanges[-1])
    yield "  history"
    yield from (f"    {line}" for line in history_lines(problem))
    yield f"  repeat: {escape(repeat_line(problem, target, folder))}"
    yield f"  more: certlife explain {problem.rule}"


def history_lines(problem: Problem) -> Iterator[str]:
    """The acts that lead to a finding, one a line, each request with its status and its day, if it is a later one; with markup."""
    began = next((exchange.at for exchange in problem.exchanges if exchange.at is not None), 0)
    for step in steps(problem.history.acts, problem.exchanges):
        last = "  [bold]←[/]" if step.number == len(problem.history.acts) else ""
        yield f"{step.number:>3}  {_later(step, began)}{_step(step)}{last}"


def _later(step: Step, began: int) -> str:
    at = None if step.exchange is None else step.exchange.at
    days = 0 if at is None else (at - began) // DAY_S
    return f"+{days} d " if days else ""


def repeat_line(problem: Problem, target: str = "TARGET", folder: Path | None = None) -> str:
    """The command that runs the history of a finding again."""
    named = target if target == "TARGET" else shlex.quote(target)
    file = f"{stem(problem)}.json"
    if folder is not None:
        return f"certlife replay {shlex.quote(str(folder / file))} {named}"
    return f"certlife replay {file} {named}  (verify --save DIR writes the file)"


def verdict_lines(verified: Verified) -> Iterator[str]:
    """What makes the verdict, and in the last line the verdict itself; with markup."""
    for gap in verified.closed:
        yield f"[red]{gap}[/] is listed as a known gap and is none any more: strike it from the file of gaps"
    if verified.trouble:
        yield f"[yellow]trouble[/]: {escape(verified.trouble)}"
    elif verified.verdict == "inconclusive":
        yield "[yellow]no rule was exercised[/]"
    known = sum(bool(problem.known) for problem in verified.problems)
    found = [_count(len(verified.problems) - known, "finding")] if len(verified.problems) > known else []
    gaps = [_count(known, "known gap")] if known else []
    parts = (
        f"[{COLOURS[verified.verdict]}]{verified.verdict}[/]: {escape(verified.target)}",
        *found,
        *gaps,
        f"{_count(verified.requests, 'request')} in {verified.seconds:.1f} s",
        f"seed {verified.seed}",
        f"profile {verified.profile.value}",
    )
    yield ", ".join(parts)


def _step(step: Step) -> str:
    act = step.act
    if not isinstance(act, Send):
        return f"[dim]{'—' if isinstance(act, Join) else '~'} {escape(lever_line(act))}[/]"
    if step.exchange is None:
        return f"{escape(send_line(act))} → not sent"
    body = "" if act.body is None else f" [dim]{escape(body_line(act.body))}[/]"
    return f"{request_line(step.exchange)}{body} → {step.exchange.answer.status}"


def _table(verified: Verified) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True, footer_style="bold")
    counted = standings(verified)
    table.add_column("table", "all")
    table.add_column("rules", str(sum(one.total() for one in counted.values())), justify="right")
    for standing in Standing:
        table.add_column(standing.value, str(sum(one[standing] for one in counted.values())), justify="right")
    for name, one in counted.items():
        cells = (f"[{_LOOKS[standing]}]{one[standing]}[/]" if one[standing] else "[dim]·[/]" for standing in Standing)
        table.add_row(name, str(one.total()), *cells)
    return table


def _print_not_reached(console: Console, verified: Verified) -> None:
    for reason, found in not_reached(verified).items():
        console.print(f"\nnot reached, {_count(len(found), 'rule')}: {escape(reason)}", highlight=False)
        for line in wrap(" ".join(found), console.width - 2, break_on_hyphens=False):
            console.print(f"  [dim]{line}[/]", highlight=False)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
