"""Recordings of the Azure SDKs: the test-proxy's, and those of the .NET recorders before it, which share its shape.

Not here: the older recordings of the SDKs for JavaScript (`recordings`) and Java (`networkCallRecords`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from certlife.conformance.readers import bodies, headers
from certlife.conformance.readers.entry import Entry
from certlife.conformance.readers.node import Node, ReadingError
from certlife.conformance.readers.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.model.values import Json


def entries(document: Node) -> Iterator[Entry]:
    """Give the exchanges of a recording; where its URIs are without a host, it is by the first .NET recorder."""
    for node in document.member("Entries").elements():
        yield _entry(node)


def _entry(node: Node) -> Entry:
    status = node.member("StatusCode")
    return Entry(
        place=node.place,
        method=node.member("RequestMethod").text().upper(),
        target=target_of(node.member("RequestUri").text()),
        status=status.whole_number(default=0),
        status_place=status.place,
        request_body=partial(_body, node.member("RequestBody")),
        answer_body=partial(_body, node.member("ResponseBody")),
        headers=partial(headers.from_object, node.member("ResponseHeaders")),
    )


def _body(node: Node) -> Json:
    """Undo what the recorder does: JSON as it is, lines of text as a list, content of unknown type as base64."""
    if isinstance(node.value, list) and all(isinstance(line, str) for line in node.value):
        return bodies.from_text(Node("".join(node.value), node.place))
    if not isinstance(node.value, str):
        return bodies.from_value(node)
    try:
        return bodies.from_text(node)
    except ReadingError as error:
        return _unknown_content(node, error)


def _unknown_content(node: Node, error: ReadingError) -> Json:
    try:
        return bodies.from_base64(node)
    except ReadingError:
        raise error from None
