"""Distinguished names, from the text of a policy to DER, as the service writes them.

The grammar is that of Windows' CertStrToName, whose complaint the service passes on (observed N-6): attributes apart by
comma, semicolon, line end or plus; values with special characters in quotes, quotes doubled in them (KVC-POL-015).
Not here: how the service writes a name that it has read (x509).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from certlife.adapters import der

_TYPES: Final = {
    "C": "2.5.4.6",
    "CN": "2.5.4.3",
    "DC": "0.9.2342.19200300.100.1.25",
    "E": "1.2.840.113549.1.9.1",
    "EMAIL": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "G": "2.5.4.42",
    "GIVENNAME": "2.5.4.42",
    "GN": "2.5.4.42",
    "I": "2.5.4.43",
    "INITIALS": "2.5.4.43",
    "L": "2.5.4.7",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "S": "2.5.4.8",
    "SERIALNUMBER": "2.5.4.5",
    "SN": "2.5.4.4",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "SURNAME": "2.5.4.4",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
}
_IA5: Final = {_TYPES["DC"], _TYPES["E"]}
_PRINTABLE: Final = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*", re.ASCII)
_ATTRIBUTE: Final = re.compile(
    r"""\s*(?:OID\.)?(?P<kind>[A-Za-z]+|[0-9]+(?:\.[0-9]+)+)\s*=[^\S\n]*
        (?:"(?P<quoted>(?:[^"]|"")*)"\s*|(?P<plain>[^"=,;+\n]*))
        (?P<after>[,;+\n]|\Z)""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


class SubjectMalformed(der.ContentRefused):
    """The text is no X.500 distinguished name (observed N-6)."""


@lru_cache(maxsize=1024)
def distinguished_name(text: str) -> bytes:
    """The DER of a distinguished name; its parts are in reversed order (observed P-87). An empty text names nobody.

    A value is a PrintableString where it can be one, else a UTF8String; e-mail and domain parts are IA5Strings.

    Raises: SubjectMalformed: it is none.
    Source: KVC-POL-014, KVC-POL-015, KVC-POL-026, P-87.
    """
    parts: list[list[bytes]] = [[]]
    position, after = 0, ","
    while position < len(text) and (text[position:].strip() or after == "+"):
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            raise SubjectMalformed(f"no X.500 distinguished name: {text!r}")
        if after != "+":
            parts.append([])
        parts[-1].append(_attribute(match))
        position, after = match.end(), match["after"]
    if after == "+":
        raise SubjectMalformed(f"a part is missing: {text!r}")
    return der.sequence(*(der.element(der.SET, *sorted(part)) for part in reversed(parts) if part))


def _attribute(match: re.Match[str]) -> bytes:
    kind, quoted = match["kind"], match["quoted"]
    value = match["plain"].strip() if quoted is None else quoted.replace('""', '"')
    dotted = kind if "." in kind else _TYPES.get(kind.upper(), "")
    try:
        return der.sequence(der.object_identifier(dotted), _string(dotted, value))
    except ValueError:  # the type is unknown, or the value can not be encoded
        raise SubjectMalformed(f"no attribute of a distinguished name: {match[0]!r}") from None


def _string(dotted: str, value: str) -> bytes:
    if dotted in _IA5 and value.isascii():
        return der.element(der.IA5_STRING, value.encode())
    return der.element(der.PRINTABLE_STRING if _PRINTABLE.fullmatch(value) else der.UTF8_STRING, value.encode())
