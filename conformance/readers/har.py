"""HAR 1.2, as browsers, mitmproxy, Playwright and Charles write it.

Not here: the browser's clock (`startedDateTime`), cookies, timings, and everything else that is not the vault's word.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from certlife.conformance.readers import bodies, headers
from certlife.conformance.readers.entry import Entry
from certlife.conformance.readers.node import Node, ReadingError
from certlife.conformance.readers.target import Target, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certlife.model.values import Json

_METHODS_WITH_A_BODY = ("POST", "PUT", "PATCH")


def entries(document: Node) -> Iterator[Entry]:
    """Give the exchanges of an archive."""
    for node in document.member("log").member("entries").elements():
        yield _entry(node)


def _entry(node: Node) -> Entry:
    request = node.member("request")
    response = _present(node.member("response"))
    status = response.member("status")
    return Entry(
        place=node.place,
        method=request.member("method").text().upper(),
        target=_target(request),
        # Playwright writes -1, everybody else 0, where the request was aborted.
        status=max(status.whole_number(default=0), 0),
        status_place=status.place,
        request_body=partial(_request_body, request),
        answer_body=partial(_answer_body, response),
        headers=partial(headers.from_list, response.member("headers")),
    )


def _target(request: Node) -> Target:
    """Prefer the query in the URL: whether `queryString` is decoded differs from browser to browser."""
    url = request.member("url").text()
    query = request.member("queryString")
    if "?" in url or query.value is None:
        return target_of(url)
    parameters = {item.member("name").text(): item.member("value").text() for item in query.elements()}
    return target_of(url, more_query=parameters)


def _request_body(request: Node) -> Json:
    size = request.member("bodySize") if request.member("method").value in _METHODS_WITH_A_BODY else None
    return _body(_present(request.member("postData")), size)


def _answer_body(response: Node) -> Json:
    content = _present(response.member("content"))
    return _body(content, content.member("size"))


def _body(content: Node, size: Node | None) -> Json:
    text = content.member("text")
    if not text.value and size is not None and isinstance(size.value, int) and size.value > 0:
        # To take the body for empty would blame the vault for what the browser has dropped.
        raise ReadingError(text.place, f"the recording is without this body of {size.value} bytes")
    if text.value is not None and content.member("encoding").value == "base64":
        return bodies.from_base64(text)
    return bodies.from_text(text)


def _present(node: Node) -> Node:
    """Take what is not there for an object without members, as exporters of aborted requests leave it out."""
    return Node({}, node.place) if node.value is None else node
