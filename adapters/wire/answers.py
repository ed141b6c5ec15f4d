"""Answers to and from HTTP, with the headers that the service sets.

Of those that recordings show, two are left out on purpose: Strict-Transport-Security would keep browsers from every other
thing on localhost, and x-ms-keyvault-network-info tells of the caller's network. Not here: the challenge (the emulator).
"""

from __future__ import annotations

import re
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from certlife.adapters.wire import bodies
from certlife.adapters.wire.form import WireAnswer
from certlife.model.values import Answer, Json, Request

SERVICE_VERSION: Final = "1.9.713.1"
"""The service whose answers are imitated where services differ: the newest recorded one (N-1)."""

_ALWAYS: Final = (
    ("Cache-Control", "no-cache"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
    ("X-Content-Type-Options", "nosniff"),
    ("x-ms-keyvault-region", "local"),
    ("x-ms-keyvault-service-version", SERVICE_VERSION),
)
_TYPE: Final = ("Content-Type", "application/json; charset=utf-8")
_SPELLED: Final = {"location": "Location", "retry-after": "Retry-After", "www-authenticate": "WWW-Authenticate"}
_UNSAFE: Final = re.compile(r"[^\x20-\x7e]")


def answer_to_wire(
    answer: Answer,
    request: Request | None = None,
    *,
    at: int | None = None,
    request_id: str = "",
    client_request_id: str = "",
) -> WireAnswer:
    """An answer as the service sends it.

    Args:
        request: what it answers; HEAD gets no body.
        at: the vault's clock, seconds since 1970, for `Date`.
        request_id: the service's own name for the request, a UUID.
        client_request_id: the caller's name for it, sent back.
    """
    own = [(_SPELLED.get(name, name), one_line(value)) for name, value in answer.headers.items()]
    body = b"" if answer.body is None else bodies.written(answer.body)
    head = [_TYPE] if body else []
    ids = [("x-ms-request-id", request_id), ("x-ms-client-request-id", client_request_id)]
    named = [(name, one_line(value)) for name, value in ids if value]
    length = [] if answer.status == 204 else [("Content-Length", str(len(body)))]
    date = [] if at is None else [("Date", date_of(at))]
    silent = request is not None and request.method == "HEAD"
    return WireAnswer(answer.status, (*head, *length, *date, *_ALWAYS, *own, *named), b"" if silent else body)


def answer_from_wire(wire: WireAnswer) -> Answer:
    """An answer as it came: header names in lower case, of equal ones the last; a body that is not JSON as its text."""
    headers = {name.lower(): value for name, value in wire.headers}
    return Answer(wire.status, _body(wire.body), headers)


@lru_cache(maxsize=16)
def date_of(at: int) -> str:
    """A moment as `Date` has it."""
    return formatdate(at, usegmt=True)


def one_line(value: str) -> str:
    """A header's value that stays one: whatever is not printable ASCII becomes a question mark."""
    return _UNSAFE.sub("?", value)


def _body(body: bytes) -> Json:
    try:
        return bodies.read(body)
    except ValueError:
        return body.decode("utf-8", "replace")
