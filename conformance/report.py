"""Verdicts and findings for people: what is printed to a terminal.

Not here: what is found (check_trace), the command line (cli).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from certlife.conformance.check_trace import Checked, Judged, Told
from certlife.conformance.discreet import in_a_line, text_shown
from certlife.conformance.register import entries, url_of
from certlife.model import Exchange
from certlife.model.findings import Allowed, Finding
from certlife.model.values import Answer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

COLOURS = {"conforms": "green", "deviates": "red", "inconclusive": "yellow"}
_MOST_ALLOWED = 12
_LONGEST = 40


def print_checked(console: Console, checked: Checked) -> None:
    """The table of recordings, the findings, and the verdict in one line."""
    console.print(_table(checked))
    for file in checked.files:
        for told in file.told:
            console.print()
            for line in finding_lines(file, told):
                console.print(line, soft_wrap=True, highlight=False)
    judged = sum(file.verdict.judged for file in checked.files if file.verdict is not None)
    console.print(
        f"\n[{COLOURS[checked.verdict]}]{checked.verdict}[/]: {len(checked.files)} recordings, {judged} exchanges judged"
        f" under profile {checked.profile.value}",
        highlight=False,
    )


def _table(checked: Checked) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("recording", overflow="fold")
    table.add_column("format")
    for name in ("exchanges", "judged", "rules held", "belief"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for file in checked.files:
        table.add_row(*_cells(file))
    return table


def _cells(file: Judged) -> tuple[str, ...]:
    if file.verdict is None:
        return escape(str(file.path)), file.format, "", "", "", "", "[yellow]inconclusive[/]"
    verdict = file.verdict
    skipped = sum(file.skipped.values())
    count = f"{verdict.exchanges + skipped}" + (f" ({skipped} skipped)" if skipped else "")
    named = f"[{COLOURS[verdict.verdict]}]{verdict.verdict}[/]"
    held = str(sum(verdict.held.values()))
    return escape(str(file.path)), file.format, count, str(verdict.judged), held, str(verdict.largest), named


def finding_lines(file: Judged, told: Told) -> Iterator[str]:
    """A finding: what was met, what was allowed and by which rule, and what went before."""
    finding, exchange = told.found.finding, told.found.exchange
    yield f"[red]{escape(str(file.path))}[/] {told.place}: [bold]{finding.rule}[/] is broken"
    yield from met_lines(finding, exchange)
    if told.steps:
        yield "  after"
        yield from (f"    {step:>4}  {request_line(past)} → {past.answer.status}" for step, past in told.steps)
    yield f"  more: certlife explain {finding.rule}"


def met_lines(finding: Finding, exchange: Exchange) -> Iterator[str]:
    """What was asked and answered, why that is wrong, and what the model allows."""
    yield f"  {request_line(exchange)}"
    yield f"  answered {answer_line(exchange.answer)}"
    yield f"  {escape(text_shown(finding.text))}"
    yield from (f"    {line}" for line in because_lines(finding.because))
    if finding.allowed:
        yield "  the model allows only"
        yield from (f"    {line}" for line in allowed_lines(finding.allowed))


def allowed_lines(allowed: tuple[Allowed, ...]) -> Iterator[str]:
    """The answers that would have been right: rule, reply, state, grade and source."""
    for one in allowed[:_MOST_ALLOWED]:
        source = next((f"  {url_of(cited)}" for cited in one.because if url_of(cited)), "")
        yield f"[bold]{one.rule}[/]  {escape(one.reply)}  while {one.state}  ({one.grade}: {' '.join(one.because[:4])}){source}"
    if len(allowed) > _MOST_ALLOWED:
        yield f"and {len(allowed) - _MOST_ALLOWED} more"


def because_lines(because: tuple[str, ...], most: int = 4) -> Iterator[str]:
    """The first few ids that a rule rests on, with what they say."""
    known = entries()
    for cited in because[:most]:
        if cited in known:
            yield f"{cited}: {escape(known[cited].text)}"


def request_line(exchange: Exchange) -> str:
    """A request in one line, with the time where it is known."""
    at = f"{datetime.fromtimestamp(exchange.at, UTC):%H:%M:%S} " if exchange.at is not None else ""
    asked = f"{exchange.request.method} {exchange.request.path}{query_text(exchange.request.query)}"
    return escape(f"{at}{in_a_line(asked)}")


def query_text(query: Mapping[str, str]) -> str:
    """A query with its question mark; what is long in it, as the marker of a page, is cut."""
    cut = {key: value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…" for key, value in query.items()}
    return "?" + "&".join(f"{key}={value}" for key, value in cut.items()) if cut else ""


def answer_line(answer: Answer) -> str:
    """An answer in one line: its status, and its error code or the state that it shows."""
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error")
    if answer.status >= 400 and isinstance(error, dict):
        return escape(text_shown(f"{answer.status} {error.get('code')}: {error.get('message')}"))
    shown = [f"{key} {body[key]}" for key in ("status", "id") if isinstance(body.get(key), str)]
    return escape(text_shown(f"{answer.status} {', '.join(shown)}".rstrip()))
