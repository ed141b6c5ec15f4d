"""What X.509 content is made of, as values: a certificate, a certificate request, the file that a secret holds.

The content is read by somebody else (adapters); where it could not be read, nothing is demanded. Not here: parsing,
what a certificate must be (x509_rules).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class X509Facts:
    """A certificate or a certificate request, read. Where a part of it could not be read, its fact is None.

    Attributes:
        key: the public key, as `rsa_key` or `ec_key` spells it; of other keys the algorithm and the DER in hex.
        subject: the distinguished name as the service writes it (observed P-52).
        issuer: the same, of the issuer; None for a request.
        nbf: notBefore, seconds since 1970; None for a request.
        exp: notAfter, likewise.
        key_type: RSA, EC, or another word.
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
        private_key: the public half of the private key, spelled like `X509Facts.key`; None where there is none.
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
