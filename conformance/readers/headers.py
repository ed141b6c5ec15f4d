"""The few headers of an answer that matter to the lifecycle, and the vault's clock among them.

Not here: the headers of requests, which no reader looks at.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from certlife.conformance.readers.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEPT = frozenset({"location", "retry-after", "www-authenticate", "x-ms-keyvault-service-version", "x-ms-request-id"})
WANTED = KEPT | {"date"}


def from_object(node: Node) -> dict[str, str]:
    """Pick the wanted headers from an object of values, or of lists of values; of a list the last.

    Raises:
        ReadingError: it is no object, or a wanted header is no string.
    """
    return _wanted((name, _last(value)) for name, value in node.members())


def from_list(node: Node) -> dict[str, str]:
    """Pick the wanted headers from a list of objects with `name` and `value`; of the same name the last.

    Raises:
        ReadingError: it is no such list, or a wanted header is no string.
    """
    if node.value is None:
        return {}
    return _wanted((header.member("name").text(), header.member("value")) for header in node.elements())


def clock(headers: Mapping[str, str]) -> int | None:
    """Tell the vault's clock from its `Date` (RFC 7231, 7.1.1.1), in seconds since 1970.

    None where there is no date or the recorder has put something else in its place.
    """
    try:
        date = parsedate_to_datetime(headers["date"])
    except (LookupError, ValueError, TypeError, OverflowError):
        return None
    # The form of asctime() names no zone; it means UTC, too.
    return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())


def _wanted(headers: Iterable[tuple[str, Node]]) -> dict[str, str]:
    return {name.lower(): _text(value) for name, value in headers if name.lower() in WANTED and value.value is not None}


def _last(node: Node) -> Node:
    if not isinstance(node.value, list):
        return node
    return node.elements()[-1] if node.value else Node(None, node.place)


def _text(node: Node) -> str:
    return node.value.decode("latin-1") if isinstance(node.value, bytes) else node.text()
