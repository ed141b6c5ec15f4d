"""Cassettes: vcrpy's (YAML and JSON, of requests and of aiohttp), betamax's and Ruby VCR's, go-vcr's.

Not here: the YAML itself (safe_yaml), and `recorded_at`, which is the client's clock.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from certlife.conformance.readers import bodies, headers
from certlife.conformance.readers.entry import Entry
from certlife.conformance.readers.node import Node
from certlife.conformance.readers.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.model.values import Json


def entries(document: Node) -> Iterator[Entry]:
    """Give the exchanges of a cassette of vcrpy or go-vcr."""
    for node in document.member("interactions").elements():
        yield _entry(node)


def http_entries(document: Node) -> Iterator[Entry]:
    """Give the exchanges of a cassette of betamax or Ruby VCR."""
    for node in document.member("http_interactions").elements():
        yield _entry(node)


def _entry(node: Node) -> Entry:
    request = node.member("request")
    response = node.member("response")
    response = Node({}, response.place) if response.value is None else response
    status = _status(response)
    return Entry(
        place=node.place,
        method=request.member("method").text().upper(),
        target=target_of(_first(request, "uri", "url").text()),
        status=status.whole_number(default=0),
        status_place=status.place,
        request_body=partial(_body, request.member("body")),
        answer_body=partial(_body, response.member("body")),
        headers=partial(headers.from_object, response.member("headers")),
    )


def _status(response: Node) -> Node:
    status = response.member("status")
    if isinstance(status.value, dict):
        return status.member("code")
    # go-vcr has `code: 200` beside `status: 200 OK`, betamax had `status_code` before 0.3.
    code = _first(response, "code", "status_code")
    return status if code.value is None else code


def _first(node: Node, name: str, other_name: str) -> Node:
    member = node.member(name)
    other = node.member(other_name)
    return member if other.value is None or member.value is not None else other


def _body(node: Node) -> Json:
    if not isinstance(node.value, dict):
        return bodies.from_text(node)
    if node.member("base64_string").value is not None:
        return bodies.from_base64(node.member("base64_string"))
    return bodies.from_text(node.member("string"))
