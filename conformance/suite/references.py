"""Where the references of a history come from: which earlier answer showed the value first, and where; in jq's words.

Not here: what is written with it (curl).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from certlife.conformance.suite.acts import Act, Send
from certlife.conformance.suite.notebook import NAMED, NEXT, REFERENCE, Notebook, NothingToReferTo
from certlife.conformance.suite.steps import Step, steps
from certlife.model import Exchange

_MEMBERS: Final = {"request_id": "request_id", "csr": "csr", "blob": "value"}
_NO_WORD: Final = re.compile(r"[^0-9A-Za-z]")
_PAGE: Final = '.nextLink | split("/")[3:] | "/" + join("/")'
"""The next page without its host: a token is sent to the vault alone, wherever the answer points."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was shown first.

    Attributes:
        variable: a name for it, of letters, digits and underscores.
        step: the number of the request that was answered with it; 0 where no answer has shown it.
        path: jq's expression for it.
    """

    variable: str
    step: int = 0
    path: str = ""


class References:
    """What the references of every request of a history stand for.

    Args:
        exchanges: what was said when it was carried out; only they tell where a value was shown.
    """

    def __init__(self, acts: Sequence[Act], exchanges: Sequence[Exchange]) -> None:
        self._of: dict[tuple[int, str], Source] = {}
        notebook, past = Notebook(), list[Step]()
        for step in steps(acts, exchanges):
            if isinstance(step.act, Send):
                for reference in _references(step.act):
                    self._of[step.number, reference] = _source(reference, notebook, past)
            if step.exchange is not None:
                notebook.note(step.exchange.request, step.exchange.answer)
                past.append(step)

    def of(self, number: int, reference: str) -> Source:
        """What a reference, without its dollar and braces, stands for at a step."""
        return self._of[number, reference]

    def taken_from(self, number: int) -> tuple[Source, ...]:
        """What later steps want of the answer to a step."""
        return tuple(dict.fromkeys(source for source in self._of.values() if source.step == number))


def _references(send: Send) -> Iterator[str]:
    for text in _texts([send.path, *send.query.values(), send.body]):
        yield from REFERENCE.findall(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _source(reference: str, notebook: Notebook, past: Sequence[Step]) -> Source:
    if f"${{{reference}}}" == NEXT:
        step = past[-1].number if past and notebook.next_page else 0
        return Source(f"next_{step}", step, _PAGE)
    named = NAMED.fullmatch(reference)
    if named is None:
        return Source(_word(reference))
    name, kind = named[1], named[2]
    try:
        value = notebook.looked_up(reference)
    except NothingToReferTo:
        return Source(_word(f"{kind}_{name}"))
    place = notebook.seen(name, kind).index(value)
    variable = _word(f"{kind}_{name}") + (f"_{place + 1}" if place else "")
    found = ((step.number, path) for step in past for path in _shown(step, kind, value))
    return Source(variable, *next(found))


def _shown(step: Step, kind: str, value: str) -> Iterator[str]:
    """Where an answer shows a value."""
    body = step.exchange.answer.body if step.exchange is not None else None
    if not isinstance(body, dict):
        return
    if kind in _MEMBERS:
        if body.get(_MEMBERS[kind]) == value:
            yield f".{_MEMBERS[kind]}"
        return
    listed = body.get("value")
    items = listed if isinstance(listed, list) else []
    for place, item in (("", body), *((f".value[{index}]", item) for index, item in enumerate(items))):
        if isinstance(item, dict) and str(item.get("id")).endswith(f"/{value}"):
            yield f'{place}.id | split("/") | last'


def _word(text: str) -> str:
    return _NO_WORD.sub("_", text).lower()
