"""DER, read and written element by element: what the library `cryptography` refuses to write, the service does write.

Such are keyUsage with decipherOnly alone (observed P-95) and names as PrintableString where they fit (P-87). Not here:
what the elements mean.
"""

from __future__ import annotations

import re
from typing import Final

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
UTF8_STRING: Final = 0x0C
SEQUENCE: Final = 0x30
SET: Final = 0x31
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18

_DOTTED: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,32}", re.ASCII)


class ContentRefused(ValueError):  # noqa: N818 - a refusal is the vault's answer, no error of ours
    """The caller sent content that the vault does not take.

    ContentRefused
     ├─ SubjectMalformed      the policy's subject is no X.500 distinguished name
     ├─ PropertyMalformed     another part of the policy can not be made into X.509 content
     ├─ CertificateMalformed  a certificate, a request or a chain can not be read
     ├─ FileRefused           the file of an import; has the service's code and message
     └─ BlobMalformed         the blob of a restore
    """


def element(tag: int, *parts: bytes) -> bytes:
    """One element: tag, length, and its parts one after another."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes(-(-size.bit_length() // 8))
    return bytes((tag, 0x80 + len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of elements."""
    return element(SEQUENCE, *parts)


def integer(number: int) -> bytes:
    """An INTEGER, in the fewest bytes."""
    return element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING whose last byte has so many unused bits."""
    return element(BIT_STRING, bytes((unused,)), content)


def object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, out of its dotted form.

    Raises: ContentRefused: it is none.
    """
    if not _DOTTED.fullmatch(dotted):
        raise ContentRefused(f"{dotted!r} is no object identifier")
    first, second, *rest = map(int, dotted.split("."))
    if first < 2 and second > 39:  # X.660: 0 and 1 have 40 arcs each
        raise ContentRefused(f"{dotted!r} is no object identifier")
    return element(OBJECT_IDENTIFIER, *map(_base128, (40 * first + second, *rest)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def items(content: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the elements that follow one another.

    Raises: ContentRefused: it is no DER, or none that occurs in X.509.
    """
    found, position = [], 0
    while position < len(content):
        tag, (length, start) = content[position], _length(content, position + 1)
        if tag & 0x1F == 0x1F or start + length > len(content):
            raise ContentRefused("no DER, or none that occurs in X.509")
        found.append((tag, content[start : start + length]))
        position = start + length
    return found


def _length(content: bytes, position: int) -> tuple[int, int]:
    """The length that stands at `position`, and where what it measures starts."""
    first = content[position] if position < len(content) else 0x80
    if first < 0x80:
        return first, position + 1
    start = position + 1 + (first & 0x7F)
    if first == 0x80 or start > len(content):
        raise ContentRefused("no DER: a length without an end")
    return int.from_bytes(content[position + 1 : start]), start
