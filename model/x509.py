"""What X.509 content is made of, as values: a certificate, a certificate request, the file that a secret holds.

DER is read by somebody else (adapters); where it could not be read, nothing is demanded. Here are the texts that stand
for the same things: distinguished names, JSON web keys, links of a chain. Not here: what must be (x509_rules).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREAD_KEY: Final = "unread"
_ARMOUR: Final = re.compile(r"-----[A-Z0-9 ]+-----|\s")
_SEQUENCE: Final = b"\x30"
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")


@dataclass(frozen=True, slots=True)
class X509Facts:
    """A certificate or a certificate request, read. Where a part of it could not be read, its fact is None.

    Attributes:
        key: the public key, as `rsa_key` or `ec_key` spells it; of other keys `UNREAD_KEY` and the DER in hex.
        subject: the distinguished name as the service writes it (observed P-52).
        issuer: the same, of the issuer; None for a request.
        nbf: notBefore, seconds since 1970; None for a request.
        exp: notAfter, likewise.
        key_type: RSA, EC, or `UNREAD_KEY`.
        key_size: in bits.
        curve: of an EC key, as the wire spells it.
        names: the subject's alternative names, each with its kind as the wire spells it (`dns_names`); `other` for one
            that the wire has no word for.
        ekus: object identifiers of the extended key usages.
        key_usage: as the wire spells them, sorted.
        ca: whether basicConstraints says so; None where the extension is missing.
        self_signed: whether its own key verifies its signature; None where that can not be tried.
        serial: the serial number, below zero too; None for a request.
        extensions: the object identifiers of its extensions, in order, each with its criticality.
        version: 1 to 3; 0 for a request.
        signature: the object identifier of the signature algorithm.
        thumbprint: the SHA-1 of the DER, as x5t spells it.
        key_sha1: the SHA-1 of the key's bit string, in hex (RFC 5280, 4.2.1.2, method 1).
        subject_key_id: the subjectKeyIdentifier in hex; None where it is missing.
        authority_key_id: the same, of the authorityKeyIdentifier.
    """

    key: str
    subject: str | None
    issuer: str | None = None
    nbf: int | None = None
    exp: int | None = None
    key_type: str = "RSA"
    key_size: int = 0
    curve: str | None = None
    names: tuple[tuple[str, str], ...] | None = ()
    ekus: tuple[str, ...] | None = ()
    key_usage: tuple[str, ...] | None = ()
    ca: bool | None = None
    self_signed: bool | None = None
    serial: int | None = None
    extensions: tuple[tuple[str, bool], ...] | None = ()
    version: int = 0
    signature: str | None = None
    thumbprint: str | None = None
    key_sha1: str | None = None
    subject_key_id: str | None = None
    authority_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """What a secret's value, or the file of an import, holds; nothing of the private key itself.

    Attributes:
        content_type: the form, as secret_props.contentType spells it.
        certificates: all of them, in the order of the file.
        private_key: the public half of the private key, spelled like `X509Facts.key`; None where there is none,
            `UNREAD_KEY` where it could not be read.
        locked: whether it is the form, but does not open, or not all of it, with the password given.
    """

    content_type: str
    certificates: tuple[X509Facts, ...] = ()
    private_key: str | None = None
    locked: bool = False


def rsa_key(*, modulus: int, exponent: int) -> str:
    """The spelling of an RSA key."""
    return f"RSA {exponent:x} {modulus:x}"


def ec_key(curve: str, *, x: int, y: int) -> str:
    """The spelling of an EC key on the curve that the wire calls so."""
    return f"EC {curve} {x:x} {y:x}"


def curve_named(name: str) -> str:
    """A curve as the wire calls it now; before 7.0 it called P-256K otherwise."""
    return "P-256K" if name.upper() == "SECP256K1" else name


def web_key(key: Mapping[str, object]) -> str | None:
    """The spelling of a JSON web key; None where it is elided, or neither RSA nor EC."""
    numbers = {name: _number(key.get(name)) for name in ("n", "e", "x", "y")}
    n, e, x, y = numbers.values()
    kind = str(key.get("kty")).removesuffix("-HSM")
    if kind == "RSA" and n is not None and e is not None:
        return rsa_key(modulus=n, exponent=e)
    if kind == "EC" and x is not None and y is not None:
        return ec_key(curve_named(str(key.get("crv"))), x=x, y=y)
    return None


def _number(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None


def plain_certificate(text: str) -> str | None:
    """A certificate as `cer` spells it, out of the texts that a merge may bring (KVC-MRG-008, KVC-MRG-009, P-45).

    Returns: None where the text is elided, or may be something else, such as a chain in one piece.
    """
    body = _ARMOUR.sub("", text)
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    if content[:1] == _SEQUENCE:
        return None if _SIGNED_DATA in content[:32] else body
    return plain_certificate(content.decode("ascii", "replace")) if content[:2] in (b"MI", b"--") else None


class Reader(Protocol):
    """Reads X.509 content. None of its methods raises: what can not be read is None."""

    def certificate(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate (doubly encoded ones too); None where it can not be read."""
        ...

    def request(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate request; None where it can not be read."""
        ...

    def secret(self, text: str, password: str | None = None) -> SecretFacts | None:
        """The facts of a base64 PKCS#12 file or of PEM text; None where it can not be read."""
        ...


class _NoReader:
    """Reads nothing."""

    def certificate(self, _: str) -> X509Facts | None:
        """Nothing."""
        return None

    def request(self, _: str) -> X509Facts | None:
        """Nothing."""
        return None

    def secret(self, _: str, password: str | None = None) -> SecretFacts | None:  # noqa: ARG002 - the protocol's name
        """Nothing."""
        return None


NO_READER: Final[Reader] = _NoReader()


# --- distinguished names

_ALIKE: Final = {
    "EMAIL": "E",
    "EMAILADDRESS": "E",
    "GIVENNAME": "G",
    "GN": "G",
    "INITIALS": "I",
    "ST": "S",
    "SURNAME": "SN",
    "TITLE": "T",
}
_ATTRIBUTES: Final = {"C", "CN", "DC", "E", "G", "I", "L", "O", "OU", "S", "SERIALNUMBER", "SN", "STREET", "T"}
_ATTRIBUTE: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"]|"")+"|[^",;+\\#\n][^",;+\\\n]*?)\s*(?:[,;+]|$)')


@lru_cache(maxsize=1024)
def names_in(subject: str) -> tuple[tuple[str, str], ...] | None:
    """The attributes of a distinguished name in its text form, sorted, because their order may be reversed (P-87).

    Returns: None where the text can be read in more than one way, or has attributes without an agreed short name.
    """
    found, position = [], 0
    while position < len(subject):
        match = _ATTRIBUTE.match(subject, position)
        kind = None if match is None else _ALIKE.get(match[1].upper(), match[1].upper())
        if match is None or kind not in _ATTRIBUTES:
            return None
        value = match[2][1:-1].replace('""', '"') if match[2].startswith('"') else match[2]
        found.append((str(kind), " ".join(value.split())))
        position = match.end()
    return tuple(sorted(found))
