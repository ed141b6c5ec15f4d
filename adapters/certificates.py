"""Certificate requests and certificates as the service makes them, a local authority that issues, and chains that come.

All of it is written element by element, as observed (P-86 to P-95), and is the same for the same key, policy and moment:
signatures are deterministic too. Not here: extensions and names (extensions, subjects), the files of secrets (files).
"""

from __future__ import annotations

import base64
import hashlib
import warnings
from collections.abc import Sequence
from typing import Any, Final

from certlife.adapters import armour, der, extensions
from certlife.adapters.keys import KeyMaker, PrivateKey, public_key_info, spelled
from certlife.adapters.signing import END_OF_TIME, key_id, months_after, signed, signed_certificate
from certlife.adapters.subjects import SubjectMalformed, distinguished_name
from certlife.adapters.x509 import X509Reader
from certlife.model.x509 import UNREAD_KEY, X509Facts
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

__all__ = [
    "CertificateMalformed",
    "LocalCA",
    "SubjectMalformed",
    "certificates_in",
    "csr",
    "leaf_of",
    "months_after",
    "policy_of",
    "public_key_matches",
    "self_signed",
    "thumbprint",
    "times_of",
    "uuid_serial",
]

Policy = extensions.Policy

BEFORE_S: Final = 600
"""How long before its issuance a certificate of the vault's own begins (observed P-93)."""

_READER: Final = X509Reader()
_VALIDITY_OF_AUTHORITY: Final = (631_152_000, END_OF_TIME)
"""From 1990 to the end of 9999, so that it is valid on any clock."""
_AUTHORITY: Final = "C=US, O=certlife, CN=certlife local CA"
_EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_ENCODED_TWICE: Final = 3
"""How often a link of a chain may be wrapped: base64 of PEM of base64 (observed P-45)."""


class CertificateMalformed(der.ContentRefused):
    """A certificate, a certificate request or a chain can not be read, or has a key that the vault does not know."""


# --- what the vault makes


def csr(key: PrivateKey, policy: Policy) -> str:
    """The certificate request for a key, as base64 of its DER.

    Raises:
        SubjectMalformed: the policy's subject is no distinguished name.
        PropertyMalformed: another part of its x509_props can not be written.
    Source: KVC-CRE-004, P-86 to P-89, P-95.
    """
    asked = der.sequence(der.object_identifier(_EXTENSION_REQUEST), der.element(der.SET, extensions.of_request(policy)))
    body = der.sequence(der.integer(0), _subject(policy), public_key_info(key), der.element(0xA0, asked))
    return base64.b64encode(signed(key, body)).decode()


def self_signed(key: PrivateKey, policy: Policy, issued_at: int, serial: int) -> bytes:
    """The DER of a certificate that the vault signs itself.

    Args:
        issued_at: seconds since 1970.
        serial: any number; `uuid_serial` makes a serial number of it.
    Raises: SubjectMalformed, PropertyMalformed: as `csr`.
    Source: KVC-CRE-020, P-90 to P-95.
    """
    months = extensions.properties(policy).get("validity_months")
    ends = months_after(issued_at, max(0, months) if isinstance(months, int) else 12)
    name, spki = _subject(policy), public_key_info(key)
    return signed_certificate(
        key,
        serial=uuid_serial(serial),
        issuer=name,
        validity=(issued_at - BEFORE_S, ends),
        subject=name,
        spki=spki,
        extensions=extensions.of_certificate(policy, key_id(spki)),
    )


def uuid_serial(number: int) -> int:
    """The number with the bits of a random UUID set, and its highest bit clear (observed P-92).

    Args:
        number: of any size; its lowest bits are taken.
    """
    return number & ((1 << 127) - 1) & ~(0xF << 76 | 3 << 62) | 4 << 76 | 2 << 62


class LocalCA:
    """A real certificate authority, in place of a partner's.

    Its certificates have the subject, the alternative names, the usages and the key that the request asks for. It never
    issues two with the same serial number.

    Args:
        issued: how many certificates an authority with that seed has issued, where this one is to go on in its place.
    """

    def __init__(self, seed: int, name: str = _AUTHORITY, *, issued: int = 0) -> None:
        self.seed: Final = seed
        self.issued = issued
        self._name = distinguished_name(name)
        self._key = KeyMaker(seed ^ int.from_bytes(b"local CA")).make("EC", None, "P-256")
        spki = public_key_info(self._key)
        self._key_id = key_id(spki)
        self.certificate: Final = signed_certificate(
            self._key,
            serial=1,
            issuer=self._name,
            validity=_VALIDITY_OF_AUTHORITY,
            subject=self._name,
            spki=spki,
            extensions=extensions.of_authority(self._key_id),
        )

    def issue(self, csr: str, issued_at: int, months: int, *, subject: str | None = None) -> list[bytes]:
        """The DER of a new certificate, and that of the authority's own.

        Args:
            csr: base64 of a DER certificate request.
            issued_at: seconds since 1970; the certificate is valid from then on.
            months: how many calendar months.
            subject: what the authority puts in place of the subject asked for (KVC-CRE-045).

        Raises:
            CertificateMalformed: the request can not be read, or is not signed by its own key.
            SubjectMalformed: `subject` is no distinguished name.
        """
        body = der.items(_request(csr))[0][1]
        _, (_, name), (_, spki), *attributes = der.items(body)
        asked, wrapped = _extensions_asked(attributes[0][1] if attributes else b""), der.element(der.SEQUENCE, spki)
        identifiers = extensions.authority_key(self._key_id) + extensions.subject_key(key_id(wrapped))
        leaf = signed_certificate(
            self._key,
            serial=self._serial(),
            issuer=self._name,
            validity=(issued_at, months_after(issued_at, months)),
            subject=der.element(der.SEQUENCE, name) if subject is None else distinguished_name(subject),
            spki=wrapped,
            extensions=der.sequence(asked, identifiers),
        )
        return [leaf, self.certificate]

    def _serial(self) -> int:
        self.issued += 1
        return uuid_serial(int.from_bytes(hashlib.sha256(f"{self.seed} {self.issued}".encode()).digest()))


def _request(csr: str) -> bytes:
    """What stands inside the SEQUENCE of a request that is sound."""
    try:
        content = base64.b64decode(csr, validate=True)
    except ValueError:
        raise CertificateMalformed("the certificate request is no base64") from None
    facts = _READER.request(csr) if content[:1] == b"\x30" else None
    if facts is None or facts.extensions is None or facts.self_signed is not True:
        raise CertificateMalformed("the certificate request can not be read, or its signature is wrong")
    return der.items(content)[0][1]


def _extensions_asked(attributes: bytes) -> bytes:
    """What stands inside the SEQUENCE of the extensions that a request asks for."""
    for _, attribute in der.items(attributes):
        (_, kind), (_, values) = der.items(attribute)
        if der.element(der.OBJECT_IDENTIFIER, kind) == der.object_identifier(_EXTENSION_REQUEST):
            return der.items(values)[0][1]
    return b""


def _subject(policy: Policy) -> bytes:
    subject = extensions.properties(policy).get("subject") or ""
    if not isinstance(subject, str):
        raise SubjectMalformed("the subject is no text")
    return distinguished_name(subject)


# --- what is read of a certificate


def thumbprint(certificate: bytes) -> str:
    """The SHA-1 of a DER certificate, as x5t spells it (observed P-28)."""
    return base64.urlsafe_b64encode(hashlib.sha1(certificate, usedforsecurity=False).digest()).rstrip(b"=").decode()


def times_of(certificate: bytes) -> tuple[int, int]:
    """NotBefore and notAfter of a DER certificate, seconds since 1970.

    Raises: CertificateMalformed: it can not be read.
    """
    facts = _READER.certificate(base64.b64encode(certificate).decode())
    if facts is None or facts.nbf is None or facts.exp is None:
        raise CertificateMalformed("the certificate, or its validity, can not be read")
    return facts.nbf, facts.exp


def public_key_matches(certificate: bytes, key: PrivateKey) -> bool:
    """Whether a DER certificate is one of this key.

    Raises: CertificateMalformed: it can not be read.
    """
    return _facts(certificate).key == spelled(key)


def policy_of(certificate: bytes) -> dict[str, Any]:
    """The members key_props and x509_props that an import derives from a DER certificate.

    Raises: CertificateMalformed: it can not be read, or has a key that no policy can name.
    Source: KVC-IMP-012, N-42, N-43, J-30, P-50 to P-53.
    """
    facts = _facts(certificate)
    if facts.key_type == UNREAD_KEY:
        raise CertificateMalformed("the certificate's key is neither RSA nor EC")
    nbf, exp = times_of(certificate)
    names = _names(facts.names or ())
    return {
        "key_props": {
            "exportable": True,
            "kty": facts.key_type,
            "key_size": facts.key_size,
            "reuse_key": False,
            **({} if facts.curve is None else {"crv": facts.curve}),
        },
        "x509_props": {
            "subject": facts.subject or "",
            **({"sans": names} if names else {}),
            "ekus": list(facts.ekus or ()),
            "key_usage": list(facts.key_usage or ()),
            "validity_months": _months_between(nbf, exp),
            "basic_constraints": {"ca": facts.ca is True},
        },
    }


def _names(names: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Alternative names by their kind; the three old kinds always, the new ones if there are some (N-42)."""
    kinds: dict[str, list[str]] = {"emails": [], "dns_names": [], "upns": []}
    for kind, name in names:
        if kind != "other":
            kinds.setdefault(kind, []).append(name)
    return kinds if names else {}


def _months_between(begin: int, end: int) -> int:
    """How many months are needed to come from `begin` to `end` (observed P-53)."""
    months = max(0, (end - begin) // (32 * 86400))
    while months_after(begin, months) < end:
        months += 1
    return months


def _facts(certificate: bytes) -> X509Facts:
    facts = _READER.certificate(base64.b64encode(certificate).decode())
    if facts is None:
        raise CertificateMalformed("the certificate can not be read")
    return facts


# --- the chain that a merge brings


def leaf_of(x5c: Sequence[str], key: PrivateKey) -> int | None:
    """Which of `certificates_in(x5c)` is a certificate of this key; None: none of them.

    Raises: CertificateMalformed: an element can not be read.
    Source: KVC-MRG-005, P-47.
    """
    own = spelled(key)
    keys = (_facts(certificate).key for certificate in certificates_in(x5c))
    return next((place for place, found in enumerate(keys) if found == own), None)


def certificates_in(x5c: Sequence[str]) -> list[bytes]:
    """The DER of all the certificates in a chain, in its order.

    An element is base64 of DER, once or twice, or PEM, with or without its first line; it may hold a P7B, and then
    gives all the certificates of that.

    Raises: CertificateMalformed: one can not be read, or there is none.
    Source: KVC-MRG-004, KVC-MRG-008, KVC-MRG-009, P-45, J-28.
    """
    found = [certificate for text in x5c for certificate in _unwrapped(text, _ENCODED_TWICE)]
    if not found:
        raise CertificateMalformed("there is no certificate")
    return found


def _unwrapped(text: str, layers: int) -> list[bytes]:
    if layers == 0:
        raise CertificateMalformed("an element is wrapped too often")
    blocks = [block.inside for block in armour.blocks(text)]
    if len(blocks) > 1:
        return [certificate for block in blocks for certificate in _unwrapped(block, layers - 1)]
    body = blocks[0] if blocks else armour.bare(text)
    try:
        content = base64.b64decode("".join(body.split()), validate=True)
    except ValueError:
        raise CertificateMalformed("an element is no base64") from None
    if content[:1] == b"\x30":
        return _certificates_of(content)
    return _unwrapped(content.decode("ascii", "replace"), layers - 1)


def _certificates_of(content: bytes) -> list[bytes]:
    """The DER certificate itself, or those in a DER P7B."""
    if _SIGNED_DATA not in content[:32]:
        _facts(content)
        return [content]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd certificates are taken (P-57)
        try:
            return [one.public_bytes(serialization.Encoding.DER) for one in pkcs7.load_der_pkcs7_certificates(content)]
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            raise CertificateMalformed("the P7B can not be read") from None
