"""A history as its steps: every act with what was said when it was done, and each in a line of words.

Not here: in what form they are shown (told, curl, sequence, document, page).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from certlife.adapters.clock import DAY_S
from certlife.adapters.port import Issue, Refuse
from certlife.conformance.discreet import discreet, in_a_line
from certlife.conformance.report import query_text
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Join, Restart, Send, Take, Wait
from certlife.model import Exchange
from certlife.model.values import Json
from certlife.model.vocabulary import IssuerKind

_LONGEST: Final = 100
_UNITS: Final = ((DAY_S, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Step:
    """An act of a history.

    Attributes:
        number: its place, counted from 1.
        exchange: what was said; None for a lever, and for a request that was never sent.
    """

    number: int
    act: Act
    exchange: Exchange | None = None


def steps(acts: Sequence[Act], exchanges: Sequence[Exchange]) -> Iterator[Step]:
    """The acts with their exchanges: each request has one, in their order."""
    said = iter(exchanges)
    for number, act in enumerate(acts, start=1):
        yield Step(number, act, next(said, None) if isinstance(act, Send) else None)


def send_line(send: Send) -> str:
    """A request as it is meant, in a line: its references as they stand in the history, its body cut and discreet."""
    body = "" if send.body is None else f" {body_line(send.body)}"
    return in_a_line(f"{send.method} {send.path}{query_text(send.query)}{body}")


def body_line(body: Json, longest: int = _LONGEST) -> str:
    """A body in a line, cut and discreet."""
    text = in_a_line(json.dumps(discreet(body), ensure_ascii=False))
    return text if len(text) <= longest else f"{text[:longest]}…"


def lever_line(act: Act) -> str:  # noqa: PLR0911 - a sentence for each
    """A pull at a lever, as a sentence about the service."""
    match act:
        case Wait():
            return f"time passes: {span(act.seconds)}"
        case Decide():
            return _decided(act)
        case Cancellation(wins=True):
            return f"the next cancellation takes effect, {span(act.after_s)} after it is asked for"
        case Cancellation():
            return "the next cancellation comes too late: the issuer is not stopped by it"
        case Take():
            spans = {"deletions": act.deletion_s, "recoveries": act.recovery_s, "purges": act.purge_s}
            return ", ".join(f"{what} take {span(time)}" for what, time in spans.items() if time is not None)
        case Restart():
            return "the vault is stopped and started"
        case Join():
            return "somebody joins who knows nothing of what was before"
        case Send():
            return send_line(act)


def decided(act: Decide) -> str:
    """What the issuer does."""
    match act.decision:
        case Issue(after_s=after):
            return "signs" + _after(after)
        case Refuse(after_s=after):
            return "refuses" + _after(after)
        case _:
            return "says nothing"


def span(seconds: int) -> str:
    """A span of time in its units: `1 d 12 h`."""
    parts = []
    left = seconds
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or "0 s"


def _decided(act: Decide) -> str:
    if act.name is not None:
        return f"the issuer of {act.name} {decided(act)}"
    who = "the vault itself" if act.kind is IssuerKind.SELF else "the issuer"
    return f"{who} {decided(act)}, when it is next asked to sign"


def _after(seconds: int) -> str:
    return f" after {span(seconds)}" if seconds else ""
