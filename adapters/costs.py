"""How much work it would be to open a file, found out before it is done.

A PFX or an encrypted key says itself how often a password is hashed, up to 2**31 times, which takes minutes; and the primes
of a private key are tested, which for one of 16384 bits takes half a minute. Not here: the opening (files). What stands
inside of an encrypted part is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

MOST_ROUNDS: Final = 1_000_000
"""All derivations of a file together, about a second; files of today have 2,000 to 600,000."""
MOST_OF_KEY: Final = 3072
"""Bytes of a private key in PKCS#8, locked or not; one of RSA 4096 has 2,400."""

_END, _INTEGER, _OCTETS, _CONSTRUCTED, _SEQUENCE = 0x00, 0x02, 0x04, 0x20, 0x30
_KEY_BAGS: Final = tuple(bytes.fromhex(f"060b2a864886f70d010c0a010{kind}") for kind in (1, 2))  # RFC 7292, 4.2
_SALTS: Final = (_OCTETS, _OCTETS | _CONSTRUCTED, _END)


def too_many_rounds(content: bytes) -> bool:
    """Whether a file asks for more rounds than are run for anybody; one that can not be read asks for none.

    In all schemes (RFC 7292, 4: MacData; appendix C; RFC 8018, A.2; RFC 7914, 7) the number stands behind a salt.
    """
    return sum(_numbers(content)) > MOST_ROUNDS


def too_large_key(content: bytes) -> bool:
    """Whether a PFX has a bag with a key that is larger than any that the vault takes."""
    for bag in _KEY_BAGS:
        position = content.find(bag)
        while position >= 0:
            start = position + len(bag) + 1  # behind the tag of the value
            if (_length(content, start)[0] or 0 if start < len(content) else 0) > MOST_OF_KEY:
                return True
            position = content.find(bag, start)
    return False


def _numbers(content: bytes) -> Iterator[int]:
    """The integers that stand right behind an OCTET STRING, in BER, also in that of OCTET STRINGs."""
    waiting = [(0, len(content))]
    while waiting:
        position, last = waiting.pop()
        before = -1
        while position + 2 <= last:
            tag, length, start = content[position], *_length(content, position + 1)
            end = start if length is None else min(start + length, last)
            if tag == _INTEGER and before in _SALTS:
                yield int.from_bytes(content[start:end])
            if length is not None and (tag & _CONSTRUCTED or (tag == _OCTETS and content[start : start + 1] == b"\x30")):
                waiting.append((start, end))
            before, position = tag, end


def _length(content: bytes, position: int) -> tuple[int | None, int]:
    """The length at a position, None for one that is marked by its end; and where what it measures starts."""
    first = content[position]
    if first < 0x80:
        return first, position + 1
    if first == 0x80:
        return None, position + 1
    size = first & 0x7F
    return int.from_bytes(content[position + 1 : position + 1 + size]), position + 1 + size
