"""What X.509 content must be: the certificate against the policy, the CSR, the attributes.

The content is read by somebody else (adapters) and comes as values; where it could not be read, nothing is demanded.
Not here: parsing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class X509Facts:
    """A certificate or a certificate request, read.

    Attributes:
        key: a fingerprint of the public key.
        subject: the distinguished name as the service writes it (observed P-52).
        issuer: the same, of the issuer; empty for a request.
        nbf: notBefore, seconds since 1970; None for a request.
        exp: notAfter, likewise.
        key_type: RSA or EC.
        key_size: in bits.
        curve: of an EC key, as the wire spells it.
        dns_names: of the subjectAltName.
        emails: the same.
        upns: the same.
        ekus: object identifiers of the extended key usages.
        key_usage: as the wire spells them, sorted.
        ca: whether basicConstraints says so; None where the extension is missing.
        self_signed: whether its own key verifies its signature; None where that was not tried.
        serial: the serial number; None for a request.
        extensions: the object identifiers of its extensions, in order, each with its criticality.
    """

    key: str
    subject: str
    issuer: str = ""
    nbf: int | None = None
    exp: int | None = None
    key_type: str = "RSA"
    key_size: int = 0
    curve: str | None = None
    dns_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    upns: tuple[str, ...] = ()
    ekus: tuple[str, ...] = ()
    key_usage: tuple[str, ...] = ()
    ca: bool | None = None
    self_signed: bool | None = None
    serial: int | None = None
    extensions: tuple[tuple[str, bool], ...] = ()


class Reader(Protocol):
    """Reads X.509 content."""

    def certificate(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate (doubly encoded ones too); None where it can not be read."""
        ...

    def request(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate request; None where it can not be read."""
        ...


class _NoReader:
    """Reads nothing."""

    def certificate(self, _: str) -> X509Facts | None:
        """Nothing."""
        return None

    def request(self, _: str) -> X509Facts | None:
        """Nothing."""
        return None


NO_READER: Final[Reader] = _NoReader()
