"""What goes over a connection, as plain values, and how the service says no to what it can not read.

Not here: how requests and answers become these values (requests, answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from certlife.model.values import Answer


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request of HTTP.

    Attributes:
        method: upper-case.
        target: path and query as sent: `/certificates/web?api-version=7.4`.
        headers: by lower-case name.
        body: as sent, not compressed; empty where there is none.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An answer of HTTP.

    Attributes:
        status: 100 to 599.
        headers: name and value, in their order.
        body: not compressed; empty where there is none.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class WireMalformed(ValueError):  # noqa: N818 - it says what is wrong
    """What came can not be read as a request; the caller is wrong.

    Attributes:
        answer: what the service says to it.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body}")
        self.answer = answer


def refusal(status: int, code: str, message: str) -> Answer:
    """An error in the service's form (KVC-ERR-001)."""
    return Answer(status, {"error": {"code": code, "message": message}})
