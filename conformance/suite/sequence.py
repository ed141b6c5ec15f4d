"""A history as a sequence diagram in Mermaid: who says what to whom, and what happens without being asked for.

Not here: the life cycles (diagrams).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Final

from certlife.conformance.discreet import text_shown
from certlife.conformance.report import query_text
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Send
from certlife.conformance.suite.history import History
from certlife.conformance.suite.steps import Step, body_line, decided, lever_line, steps
from certlife.model import Exchange
from certlife.model.findings import Finding
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind

_PLAIN: Final = frozenset(" _-./,=?'+~()[]{}$\"→…")
_MOST_ALLOWED: Final = 3
_LONGEST: Final = 60
_WIDTH: Final = 70
"""Characters of a line in a note: Mermaid makes the picture as wide as the longest."""


def sequence(history: History, exchanges: Sequence[Exchange] = (), finding: Finding | None = None) -> str:
    """Draw a history; its last answer is noted with the rule that it breaks, if it breaks one."""
    return "\n".join((*_lines(history, exchanges, finding), ""))


def escaped(text: str) -> str:
    """A text as Mermaid takes it in a message or a note, whatever is in it."""
    line = f"{' '.join(text.split())} "
    # A colon right before an entity would end a style, where Mermaid finds that word before it.
    pairs = ((one, one.isalnum() or one in _PLAIN or (one == ":" and after == " ")) for one, after in pairwise(line))
    return "".join(one if plain else f"#{ord(one)};" for one, plain in pairs)


def _lines(history: History, exchanges: Sequence[Exchange], finding: Finding | None) -> Iterator[str]:
    yield "sequenceDiagram"
    yield "  participant client"
    yield "  participant vault"
    if any(isinstance(act, Cancellation) or _of_issuer(act) for act in history.acts):
        yield "  participant issuer"
    for step in steps(history.acts, exchanges):
        yield from (f"  {line}" for line in _step(step))
    if finding is not None:
        broken = f"{finding.rule} is broken: {text_shown(finding.text)}"
        allowed = (f"{one.rule} allows {one.reply}" for one in finding.allowed[:_MOST_ALLOWED])
        yield f"  Note over client,vault: {_noted(broken, *allowed)}"


def _step(step: Step) -> Iterator[str]:
    act = step.act
    if isinstance(act, Send):
        yield f"client->>vault: {escaped(_asked(step, act))}"
        if step.exchange is not None:
            yield f"vault-->>client: {escaped(_answered(step.exchange.answer))}"
    elif isinstance(act, Decide) and _of_issuer(act):
        if act.name is None:
            yield f"Note over issuer: {_noted(f'{decided(act)}, when it is next asked')}"
        else:
            yield f"issuer-)vault: {escaped(f'{act.name}: {decided(act)}')}"
    elif isinstance(act, Cancellation):
        yield f"Note over vault,issuer: {_noted(lever_line(act))}"
    else:
        yield f"Note over vault: {_noted(lever_line(act))}"


def _noted(*texts: str) -> str:
    """Texts as a note, in lines."""
    return "<br/>".join(escaped(line) for text in texts for line in wrap(text, _WIDTH) or [""])


def _asked(step: Step, send: Send) -> str:
    asked = send if step.exchange is None else step.exchange.request
    body = "" if send.body is None else f" {body_line(send.body, _LONGEST)}"
    return f"{step.number}. {send.method} {asked.path}{query_text(asked.query)}{body}"


def _answered(answer: Answer) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if answer.status >= 400 and isinstance(error, dict):
        return f"{answer.status} {text_shown(str(error.get('code')))}"
    status = answer.body.get("status") if isinstance(answer.body, dict) else None
    return f"{answer.status} {text_shown(status)}" if isinstance(status, str) else str(answer.status)


def _of_issuer(act: Act) -> bool:
    """Whether somebody other than the vault decides."""
    return isinstance(act, Decide) and (act.name is not None or act.kind is not IssuerKind.SELF)
