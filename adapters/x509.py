"""Reads certificates, certificate requests and the files that secrets hold, into the values that the model works on.

What is odd is read as far as possible: extensions and names are taken from the DER part by part, because the library
refuses them all where one is unusual (keyUsage with decipherOnly alone, observed P-95). Not here: what they must be.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import warnings
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, TypeVar

from certlife.adapters.armour import bare
from certlife.adapters.armour import blocks as armoured
from certlife.adapters.der import items
from certlife.model.x509 import UNREAD_KEY, Reader, SecretFacts, X509Facts, ec_key, rsa_key
from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CERTIFICATES_KEPT: Final = 1024
"""How many certificates, and how many requests, are kept read: the same ones are looked at again and again."""

SECRETS_KEPT: Final = 64

_T = TypeVar("_T")
_BEYOND: Final = (
    ValueError, TypeError, LookupError, OverflowError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion,
)  # fmt: skip
_INTEGER, _BIT_STRING, _OCTET_STRING, _OID, _SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
_PKCS12, _PEM = "application/x-pkcs12", "application/x-pem-file"
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "P-256K"}
_PRIME_OF_P256K: Final = 2**256 - 2**32 - 977
_EC: Final = "1.2.840.10045.2.1"
_EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
_UPN: Final = "1.3.6.1.4.1.311.20.2.3"


class X509Reader(Reader):
    """Reads X.509 content with the library `cryptography`; signatures by third parties are not verified."""

    def certificate(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate; None where it can not be read.

        The text may be encoded twice, or stand between the lines of PEM (observed P-45, J-28).
        """
        return _certificate(text)

    def request(self, text: str) -> X509Facts | None:
        """The facts of a base64 DER certificate request; None where it can not be read."""
        return _request(text)

    def secret(self, text: str, password: str | None = None) -> SecretFacts | None:
        """The facts of a base64 PKCS#12 file or of PEM text; None where it can not be read, or not with `password`."""
        return _secret(text, password)


@lru_cache(maxsize=CERTIFICATES_KEPT)
def _certificate(text: str) -> X509Facts | None:
    der = _der(text)
    return None if der is None else _attempt(partial(_certificate_facts, der))


@lru_cache(maxsize=CERTIFICATES_KEPT)
def _request(text: str) -> X509Facts | None:
    der = _der(text)
    return None if der is None else _attempt(partial(_request_facts, der))


@lru_cache(maxsize=SECRETS_KEPT)
def _secret(text: str, password: str | None) -> SecretFacts | None:
    secret = None if password is None else password.encode()
    if "-----BEGIN " in text:
        return _attempt(partial(_pem_facts, text, secret))
    der = _der(text)
    return None if der is None else _attempt(partial(_pkcs12_facts, der, secret))


def _attempt(read: Callable[[], _T]) -> _T | None:
    """What `read` returns; None where the content is beyond it. The library's warnings about odd content stay here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except _BEYOND:
            return None


def _der(text: str) -> bytes | None:
    """The DER in a text that is base64 once or twice, with or without the lines of PEM."""
    for _ in range(2):
        body = bare(text)
        try:
            content = base64.b64decode("".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
        if content[:1] == b"\x30":
            return content
        text = content.decode("ascii", "replace")
    return None


# --- certificates and requests


def _certificate_facts(der: bytes) -> X509Facts:
    certificate = x509.load_der_x509_certificate(der)
    fields = items(items(certificate.tbs_certificate_bytes)[0][1])
    version = int.from_bytes(items(fields.pop(0)[1])[0][1]) + 1 if fields[0][0] == 0xA0 else 1
    serial, _, issuer, _, subject, spki = (content for _, content in fields[:6])
    listed = next((items(content)[0][1] for tag, content in fields[6:] if tag == 0xA3), b"")
    key = _public_key(certificate.public_key, spki)
    return replace(
        _common(key, spki, subject, _attempt(partial(_read_extensions, listed))),
        issuer=_attempt(partial(_written, issuer)),
        nbf=_attempt(lambda: _seconds(certificate.not_valid_before_utc)),
        exp=_attempt(lambda: _seconds(certificate.not_valid_after_utc)),
        serial=int.from_bytes(serial, signed=True),
        version=version,
        self_signed=_attempt(partial(_verifies_itself, certificate, certificate.tbs_certificate_bytes, key)),
        signature=certificate.signature_algorithm_oid.dotted_string,
        thumbprint=_thumbprint(der),
    )


def _request_facts(der: bytes) -> X509Facts:
    request = x509.load_der_x509_csr(der)
    _, (_, subject), (_, spki), *attributes = items(items(request.tbs_certrequest_bytes)[0][1])
    extensions = _attempt(lambda: _read_extensions(_requested(attributes[0][1] if attributes else b"")))
    key = _public_key(request.public_key, spki)
    return replace(
        _common(key, spki, subject, extensions),
        self_signed=_attempt(partial(_verifies_itself, request, request.tbs_certrequest_bytes, key)),
        signature=request.signature_algorithm_oid.dotted_string,
        thumbprint=_thumbprint(der),
    )


_NONE: Final[tuple[str, ...]] = ()
_NAMELESS: Final[tuple[tuple[str, str], ...]] = ()


def _common(key: object, spki: bytes, subject: bytes, extensions: list[tuple[str, bool, bytes]] | None) -> X509Facts:
    """What a certificate and a request have in common: key, subject, extensions."""
    spelling, kind, size, curve = _key_facts(key, spki)
    inside: dict[str, bytes] | None = None if extensions is None else {oid: value for oid, _, value in extensions}
    bits = dict(items(spki)).get(_BIT_STRING, b"")[1:]
    return X509Facts(
        key=spelling,
        subject=_attempt(partial(_written, subject)),
        key_type=kind,
        key_size=size,
        curve=curve,
        names=_part(inside, "2.5.29.17", _alternative_names, _NAMELESS),
        ekus=_part(inside, "2.5.29.37", _purposes, _NONE),
        key_usage=_part(inside, "2.5.29.15", _usages, _NONE),
        ca=_part(inside, "2.5.29.19", _is_ca, None),
        extensions=None if extensions is None else tuple((oid, critical) for oid, critical, _ in extensions),
        key_sha1=hashlib.sha1(bits, usedforsecurity=False).hexdigest(),
        subject_key_id=_part(inside, "2.5.29.14", lambda value: _only(value, _OCTET_STRING).hex(), None),
        authority_key_id=_part(inside, "2.5.29.35", _authority, None),
    )


def _part(inside: dict[str, bytes] | None, oid: str, read: Callable[[bytes], _T], missing: _T | None) -> _T | None:
    """One extension, read; `missing` where it is not there, None where it can not be read."""
    if inside is None:
        return None
    return _attempt(partial(read, inside[oid])) if oid in inside else missing


def _public_key(load: Callable[[], object], spki: bytes) -> object:
    """The key as the library knows it; None where it is of a kind that is not known.

    The service writes P-256K with all its parameters instead of the curve's name, which the library does not read.
    """
    key = _attempt(load)
    return _attempt(partial(_key_by_parameters, spki)) if key is None else key


def _key_by_parameters(spki: bytes) -> ec.EllipticCurvePublicKey | None:
    (_, algorithm), (_, bits) = items(spki)
    (_, kind), (_, parameters) = items(algorithm)
    _, (_, field), *_ = items(parameters)
    if _oid(kind) != _EC or int.from_bytes(items(field)[1][1]) != _PRIME_OF_P256K:
        return None
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bits[1:])


def _key_facts(key: object, spki: bytes) -> tuple[str, str, int, str | None]:
    """Spelling, type, size and curve of a public key."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return rsa_key(modulus=numbers.n, exponent=numbers.e), "RSA", key.key_size, None
    if isinstance(key, ec.EllipticCurvePublicKey):
        point, curve = key.public_numbers(), _CURVES.get(key.curve.name, key.curve.name)
        return ec_key(curve, x=point.x, y=point.y), "EC", key.key_size, curve
    return f"{UNREAD_KEY} {spki.hex()}", UNREAD_KEY, 0, None


def _verifies_itself(
    signed: x509.Certificate | x509.CertificateSigningRequest, body: bytes, key: object
) -> bool | None:
    """Whether `key` verifies the signature over `body`; None for keys and signatures of kinds that are not known."""
    digest, scheme = signed.signature_hash_algorithm, signed.signature_algorithm_parameters
    if digest is None or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return None
    try:
        if isinstance(key, rsa.RSAPublicKey) and isinstance(scheme, padding.PKCS1v15 | padding.PSS):
            key.verify(signed.signature, body, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(scheme, ec.ECDSA):
            key.verify(signed.signature, body, scheme)
        else:
            return False  # signed by a key of another kind
    except InvalidSignature:
        return False
    return True


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _thumbprint(der: bytes) -> str:
    digest = hashlib.sha1(der, usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


# --- files


def _pem_facts(text: str, password: bytes | None) -> SecretFacts:
    blocks = [(block.label, block.whole) for block in armoured(text)]
    found = [_certificate(block) for label, block in blocks if label.endswith("CERTIFICATE")]
    key = next((block for label, block in blocks if label.endswith("PRIVATE KEY")), None)
    if key is None:
        return _secret_facts(_PEM, found, None)
    encrypted = "ENCRYPTED" in key
    private = _attempt(partial(serialization.load_pem_private_key, key.encode(), password if encrypted else None))
    if private is None:
        return replace(_secret_facts(_PEM, found, None), private_key=UNREAD_KEY, locked=encrypted)
    return _secret_facts(_PEM, found, private)


def _pkcs12_facts(der: bytes, password: bytes | None) -> SecretFacts | None:
    file = _opened(der, password)
    if file is None:
        return SecretFacts(_PKCS12, private_key=UNREAD_KEY, locked=True) if _is_pkcs12(der) else None
    entries = [file.cert, *file.additional_certs]
    ders = [entry.certificate.public_bytes(serialization.Encoding.DER) for entry in entries if entry is not None]
    return _secret_facts(_PKCS12, [_certificate(base64.b64encode(der).decode()) for der in ders], file.key)


def _opened(der: bytes, password: bytes | None) -> pkcs12.PKCS12KeyAndCertificates | None:
    """The file, or None where it does not open; no password and the empty one are not the same, and both are none.

    Raises: UnsupportedAlgorithm: it opens, but holds what the library does not know.
    """
    if password is not None and b"\0" in password:
        return None  # the library panics on it; no password of a file holds it
    for tried in (None, b"") if password is None else (password,):
        with suppress(ValueError):
            return pkcs12.load_pkcs12(der, tried)
    return None


def _is_pkcs12(der: bytes) -> bool:
    """Whether it has the outermost structure: version 3, then what is wrapped."""
    members = items(_only(der, _SEQUENCE))
    return members[0] == (_INTEGER, b"\x03") and items(members[1][1])[0][0] == _OID


def _secret_facts(content_type: str, found: list[X509Facts | None], private: object) -> SecretFacts:
    public: Callable[[], object] | None = getattr(private, "public_key", None)
    spelling = None if public is None else _key_facts(public(), b"")[0]
    return SecretFacts(content_type, tuple(facts for facts in found if facts is not None), spelling)


# --- extensions


def _requested(attributes: bytes) -> bytes:
    """The extensions that a request asks for, out of its attributes."""
    for _, attribute in items(attributes):
        (_, oid), (_, values) = items(attribute)
        if _oid(oid) == _EXTENSION_REQUEST:
            return items(values)[0][1]
    return b""


def _read_extensions(listed: bytes) -> list[tuple[str, bool, bytes]]:
    """Object identifier, criticality and value of each."""
    found = []
    for _, extension in items(listed):
        (_, oid), *flag, (_, value) = items(extension)
        found.append((_oid(oid), bool(flag) and flag[0][1] != b"\x00", value))
    return found


_USAGES: Final = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


def _usages(value: bytes) -> tuple[str, ...]:
    bits = _only(value, _BIT_STRING)[1:]
    places = range(min(len(_USAGES), 8 * len(bits)))
    return tuple(sorted(_USAGES[place] for place in places if bits[place // 8] & (0x80 >> place % 8)))


def _purposes(value: bytes) -> tuple[str, ...]:
    return tuple(_oid(content) for _, content in items(_only(value, _SEQUENCE)))


def _is_ca(value: bytes) -> bool:
    members = items(_only(value, _SEQUENCE))
    return bool(members) and members[0] == (0x01, b"\xff")


def _authority(value: bytes) -> str | None:
    members = dict(items(_only(value, _SEQUENCE)))
    return members[0x80].hex() if 0x80 in members else None


_KINDS: Final = {0x81: "emails", 0x82: "dns_names", 0x86: "uris"}


def _alternative_names(value: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(_alternative_name(tag, content) for tag, content in items(_only(value, _SEQUENCE)))


def _alternative_name(tag: int, content: bytes) -> tuple[str, str]:
    if tag in _KINDS:
        return _KINDS[tag], content.decode("utf-8", "replace")
    if tag == 0x87:
        return "ipAddresses", str(ipaddress.ip_address(content))
    if tag == 0xA0:
        (_, oid), (_, wrapped) = items(content)
        if _oid(oid) == _UPN:
            return "upns", items(wrapped)[0][1].decode("utf-8", "replace")
    return "other", content.hex()


# --- distinguished names

_SHORT: Final = {
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
}
_ENCODINGS: Final = {0x0C: "utf-8", 0x14: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
_SPECIAL: Final = frozenset(',+="\n<>#;')


def _written(name: bytes) -> str:
    """A distinguished name as the service writes it: the last part first (observed P-52)."""
    return ", ".join(" + ".join(_attribute(content) for _, content in items(part)) for _, part in items(name)[::-1])


def _attribute(content: bytes) -> str:
    (_, oid), (tag, text) = items(content)
    kind = _oid(oid)
    value = text.decode(_ENCODINGS.get(tag, "latin-1"))
    if not value or value != value.strip() or _SPECIAL & set(value):
        value = '"' + value.replace('"', '""') + '"'
    return f"{_SHORT.get(kind, f'OID.{kind}')}={value}"


# --- DER


def _only(content: bytes, tag: int) -> bytes:
    """The content of the one element, which has this tag.

    Raises: ValueError: it is not alone, or another one.
    """
    ((found, inside),) = items(content)
    if found != tag:
        raise ValueError(f"tag {found:#x} where {tag:#x} belongs")
    return inside


def _oid(content: bytes) -> str:
    """An object identifier in its dotted form."""
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        raise ValueError("an empty object identifier")
    head = min(numbers[0] // 40, 2)
    return ".".join(map(str, (head, numbers[0] - 40 * head, *numbers[1:])))
