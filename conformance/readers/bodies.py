"""Bodies of kept exchanges, from what a recorder wrote to the JSON that travelled.

Not here: which member of which format holds a body (trace, har, test_proxy, vcr).
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, cast

from certlife.conformance.readers import strict_json
from certlife.conformance.readers.node import WHOLE_FILE, Node, ReadingError

if TYPE_CHECKING:
    from certlife.model.values import Json

MAX_DEPTH = 100
"""No body of the service is nested deeper than ten; comparing and printing much deeper ones would recurse too far."""

MAX_BYTES = 64 * 1024 * 1024
"""The most that a compressed body may unfold to."""

_GZIP, _ZLIB = b"\x1f\x8b", b"x"
_GZIP_OR_ZLIB_HEADER = 47  # zlib's wbits for "whichever header is there"


def from_value(node: Node) -> Json:
    """Take a body that the recorder has already parsed.

    Raises:
        ReadingError: it is nested deeper than MAX_DEPTH.
    """
    level = [node.value]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return cast("Json", node.value)
    raise ReadingError(node.place, f"nested deeper than {MAX_DEPTH}")


def from_text(node: Node) -> Json:
    """Parse a body that the recorder kept as text or as bytes, compressed or not; an empty one is None.

    Raises:
        ReadingError: it is neither, or its content is not JSON.
    """
    text = _text(node)
    if not text.strip():
        return None
    try:
        value = strict_json.parsed(text)
    except ReadingError as error:
        where = "" if error.place == WHOLE_FILE else f" at {error.place} of the body"
        raise ReadingError(node.place, error.reason + where) from None
    return from_value(Node(value, node.place))


def from_base64(node: Node) -> Json:
    """Parse a body that the recorder kept as base64.

    Text that is no base64 is taken as it is: Firefox calls bodies base64 that are not (its bug 1762313).

    Raises:
        ReadingError: it is neither text nor bytes, or its content is not JSON.
    """
    text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.text()
    try:
        # Ruby breaks lines of base64; other white space does no harm here either.
        return from_text(Node(base64.b64decode("".join(text.split()), validate=True), node.place))
    except ValueError:
        return from_text(Node(text, node.place))


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _text(node: Node) -> str:
    if node.value is None:
        return ""
    if not isinstance(node.value, bytes):
        return node.text()
    try:
        return _unfolded(node.value).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadingError(node.place, "not JSON: binary content") from None
    except (zlib.error, EOFError):
        raise ReadingError(node.place, "compressed content that is damaged, cut off or too large") from None


def _unfolded(content: bytes) -> bytes:
    if not content.startswith((_GZIP, _ZLIB)):
        return content
    unfold = zlib.decompressobj(wbits=_GZIP_OR_ZLIB_HEADER)
    unfolded = unfold.decompress(content, MAX_BYTES)
    if not unfold.eof:
        raise EOFError
    return unfolded
