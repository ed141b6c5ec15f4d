"""Answers and requests with something in them changed: the strokes that mutants are made of.

Not here: the mutants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from certlife.adapters.memory.access import living
from certlife.adapters.memory.state import Call, Stage, State, Version, find
from certlife.adapters.memory.vault import Handler
from certlife.model.values import Answer


def members_of(answer: Answer) -> dict[str, Any]:
    """The members of a body; none where it is no object."""
    return dict(answer.body) if isinstance(answer.body, dict) else {}


def showing_also(answer: Answer, **members: Any) -> Answer:
    """An answer whose body has further members, or other ones."""
    return replace(answer, body={**members_of(answer), **members})


def showing_less(answer: Answer, *names: str) -> Answer:
    """An answer whose body lacks members."""
    return replace(answer, body=_less(members_of(answer), names))


def showing_in(answer: Answer, part: str, **members: Any) -> Answer:
    """An answer whose body has further members, or other ones, in one of its parts."""
    return showing_also(answer, **{part: {**members_of(answer).get(part, {}), **members}})


def items_of(answer: Answer) -> list[dict[str, Any]]:
    """The items of a list."""
    return [dict(item) for item in members_of(answer).get("value", ())]


def listing(answer: Answer, items: Sequence[dict[str, Any]]) -> Answer:
    """A list with other items."""
    return showing_also(answer, value=list(items))


def items_with(answer: Answer, **members: Any) -> Answer:
    """A list whose items have further members, or other ones."""
    return listing(answer, [{**item, **members} for item in items_of(answer)])


def items_without(answer: Answer, *names: str) -> Answer:
    """A list whose items lack members."""
    return listing(answer, [_less(item, names) for item in items_of(answer)])


def asking_also(call: Call, **members: Any) -> Call:
    """A call whose body has further members, or other ones."""
    return replace(call, request=replace(call.request, body={**call.body, **members}))


def asking_less(call: Call, *names: str) -> Call:
    """A call whose body lacks members."""
    return replace(call, request=replace(call.request, body=_less(call.body, names)))


def asking_for(call: Call, **parameters: str) -> Call:
    """A call whose query has further parameters, or other ones."""
    return replace(call, request=replace(call.request, query={**call.request.query, **parameters}))


def current(state: State, call: Call) -> Version:
    """The current version of a living name.

    Raises: RefusedError: 404.
    """
    return living(state, call).current


def as_if_living(original: Handler, state: State, call: Call) -> Answer:
    """Answer about a deleted certificate as if it lived."""
    record = find(state, call.name)
    if record is None or record.stage is not Stage.DELETED:
        return original(state, call)
    record.stage = Stage.LIVE
    try:
        return original(state, call)
    finally:
        record.stage = Stage.DELETED


def _less(members: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
