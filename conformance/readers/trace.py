"""The trace JSON of the recorded sessions with the real service: one object for each exchange, bodies already parsed.

Not here: what the placeholders in a body (`<csr>`, `<cer:2>`) stand for; they are handed on as they are.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from certlife.conformance.readers import bodies, headers
from certlife.conformance.readers.entry import Entry
from certlife.conformance.readers.target import Target, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.conformance.readers.node import Node


def entries(document: Node) -> Iterator[Entry]:
    """Give the exchanges of a trace."""
    api_version = _optional_text(document.member("api_version"))
    for node in document.member("exchanges").elements():
        yield _entry(node, api_version)


def _entry(node: Node, api_version: str | None) -> Entry:
    status = node.member("status")
    return Entry(
        place=node.place,
        method=node.member("method").text().upper(),
        target=_target(node, api_version),
        status=status.whole_number(default=0),
        status_place=status.place,
        request_body=partial(bodies.from_value, node.member("request")),
        answer_body=partial(bodies.from_value, node.member("response")),
        headers=partial(headers.from_object, node.member("headers")),
        at=_clock(node.member("at")),
        repeated=_repeated(node.member("repeated")),
    )


def _target(node: Node, api_version: str | None) -> Target:
    """Take the exchange's own api-version where it has one: a trace may be put together from several recordings."""
    path = node.member("path")
    if not path.text().startswith("/"):
        raise path.refusal("a path that begins with a slash")
    query = {name: _parameter(value) for name, value in node.member("query").members()}
    source = node.member("source")
    own_version = None if source.value is None else _optional_text(source.member("api_version"))
    target = target_of(path.text(), more_query=query)
    return target if target.api_version is not None else replace(target, api_version=own_version or api_version)


def _parameter(node: Node) -> str:
    """Give a parameter's text; numbers and truth values stand for how JSON writes them."""
    if isinstance(node.value, (bool, int, float)):
        return json.dumps(node.value)
    return node.text()


def _optional_text(node: Node) -> str | None:
    return None if node.value is None else node.text()


def _repeated(node: Node) -> int:
    repeated = node.whole_number(default=0)
    if repeated < 0:
        raise node.refusal("a whole number from 0 on")
    return repeated


def _clock(node: Node) -> int | None:
    if node.value is None:
        return None
    try:
        moment = datetime.fromisoformat(node.text())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise node.refusal("an ISO 8601 time with its zone")
    return int(moment.timestamp() // 1)
