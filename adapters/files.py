"""The files that carry a certificate with its private key: those that an import brings, and those that secrets hold.

Not here: what the vault makes of them.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from certlife.adapters import armour, costs
from certlife.adapters.certificates import CertificateMalformed, certificates_in, public_key_matches, times_of
from certlife.adapters.der import ContentRefused
from certlife.adapters.keys import RSA_SIZES, PrivateKey, curve_of
from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

PKCS12: Final = "application/x-pkcs12"
PEM: Final = "application/x-pem-file"

FILES_KEPT: Final = 64
"""How many files are kept open: the same ones are imported again and again, and the keys in them are slow to check."""

_T = TypeVar("_T")
_BEYOND: Final = (
    ValueError, TypeError, LookupError, OverflowError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion,
)  # fmt: skip

# The service's own words, as its users quote them in public; no recording has them (N-44, J-31, P-57).
UNREAD_PFX: Final = (
    "The specified PKCS#12 X.509 certificate content can not be read. "
    "Please check if certificate is in valid PKCS#12 format."
)
UNREAD_PEM: Final = (
    "The specified PEM X.509 certificate content can not be read. Please check if certificate is in valid PEM format. "
    "Accepted formats: PEM content or Base64 encoded PEM content."
)
ODD_PEM: Final = (
    "The specified PEM X.509 certificate content is in an unexpected format. "
    "Please check if certificate is in valid PEM format."
)
MISMATCH: Final = (
    "The public key of the end-entity certificate in the specified X.509 certificate content does not match the public "
    "part of the specified private key. Please check if certificate is valid."
)
"""Observed P-47, at a merge."""
# In the same style; the service's words are not known.
KEYLESS: Final = (
    "Private key is not specified in the specified X.509 certificate content. "
    "Please specify private key in the X.509 certificate content."
)
ODD_KEY: Final = (
    "The private key in the specified X.509 certificate content is not supported. Please use an RSA key of 2048, 3072 "
    "or 4096 bits, or an EC key on the curve P-256, P-384, P-521 or P-256K."
)
EXPIRED: Final = "The specified X.509 certificate is expired. Please check if certificate is valid."


class FileRefused(ContentRefused):
    """The file of an import is none that the vault takes.

    Attributes:
        code: the service's error code.
        message: its message.
    """

    def __init__(self, message: str, code: str = "BadParameter") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds.

    Attributes:
        key: the private key.
        leaf: the DER of the certificate of this key.
        chain: the DER of the other certificates, in the order of the file.
        form: the content type that the file has.
    """

    key: PrivateKey
    leaf: bytes
    chain: tuple[bytes, ...]
    form: str


def opened(value: str, password: str | None, content_type: str | None, now: int) -> Opened:
    """The key and the certificates in the file of an import.

    PEM is only taken for PEM if the policy says so; its lines end in a line feed alone, and its key is in PKCS#8.

    Args:
        value: base64 of a PFX; or PEM, as it is or as base64.
        password: of the PFX, or of the encrypted key in the PEM.
        content_type: of the policy's secret_props; None stands for a PFX.
        now: seconds since 1970; a PFX whose certificate has ended is refused.
    Raises: FileRefused: it can not be opened, or holds no certificate and key that fit each other and the vault.
    Source: KVC-IMP-002 to KVC-IMP-006, KVC-IMP-010, KVC-IMP-018, KVC-IMP-020, KVC-IMP-025, KVC-IMP-027, P-54.
    """
    file = _opened(value, password, PEM if content_type == PEM else PKCS12)
    if file.form == PKCS12 and times_of(file.leaf)[1] <= now:
        raise FileRefused(EXPIRED)  # S-11: what becomes of an expired PEM, no document says
    return file


@lru_cache(maxsize=FILES_KEPT)
def _opened(value: str, password: str | None, form: str) -> Opened:
    """The file, if key and certificate fit each other, whether or not the certificate has ended."""
    key, found = _in_pem(_pem_text(value), password) if form == PEM else _in_pfx(value, password)
    if key is None:
        raise FileRefused(KEYLESS)
    fit = _fit(key)
    place = next((place for place, certificate in enumerate(found) if public_key_matches(certificate, fit)), None)
    if place is None:
        raise FileRefused(MISMATCH)
    return Opened(fit, found[place], tuple(found[:place] + found[place + 1 :]), form)


def written(key: PrivateKey | None, chain: Sequence[bytes], content_type: str) -> str:
    """The value of a version's secret: base64 of a PFX without a password, or PEM with the key first.

    A PFX has a random salt, so no two are the same: whoever shows it more than once keeps it.

    Args:
        key: None where it is not exportable.
        chain: the DER of the certificates, the key's own one first; at least that.
        content_type: of the policy's secret_props.
    Source: KVC-OBJ-007, KVC-OBJ-008, KVC-OBJ-026, KVC-POL-013, N-52, P-85.
    """
    if content_type == PEM:
        blocks = [] if key is None else [_key_block(key)]
        return "".join((*blocks, *map(_certificate_block, chain)))
    with _quiet():
        leaf, *others = [x509.load_der_x509_certificate(certificate) for certificate in chain]
        pfx = pkcs12.serialize_key_and_certificates(None, key, leaf, others, serialization.NoEncryption())
    return base64.b64encode(pfx).decode()


def _key_block(key: PrivateKey) -> str:
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, bare).decode()


def _certificate_block(certificate: bytes) -> str:
    text = base64.b64encode(certificate).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))


# --- PEM


def _pem_text(value: str) -> str:
    """The PEM in a value; the newer services take base64 of it too."""
    if "-----BEGIN " in value:
        return value
    try:
        text = base64.b64decode("".join(value.split()), validate=True).decode()
    except ValueError:
        raise FileRefused(UNREAD_PEM) from None
    if "-----BEGIN " not in text:
        raise FileRefused(UNREAD_PEM)
    return text


def _in_pem(text: str, password: str | None) -> tuple[object, list[bytes]]:
    if "\r" in text:
        raise FileRefused(ODD_PEM)
    blocks = [(block.label, block.whole) for block in armour.blocks(text) if _has_lines(block.inside)]
    keys = [(label, block) for label, block in blocks if label.endswith("PRIVATE KEY")]
    if len(keys) > 1 or any(label not in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY") for label, _ in keys):
        raise FileRefused(ODD_PEM)
    listed = [block for label, block in blocks if label == "CERTIFICATE"]
    if not blocks or not listed:
        raise FileRefused(UNREAD_PEM)
    try:
        found = certificates_in(listed)
    except CertificateMalformed:
        raise FileRefused(UNREAD_PEM) from None
    return (_key_in(*keys[0], password) if keys else None), found


def _has_lines(inside: str) -> bool:
    return len(inside) > 1 and inside.startswith("\n") and inside.endswith("\n")


def _key_in(label: str, block: str, password: str | None) -> object:
    try:
        content = base64.b64decode(block.partition("\n")[2].rpartition("\n")[0])
    except ValueError:
        raise FileRefused(UNREAD_PEM) from None
    if len(content) > costs.MOST_OF_KEY:
        raise FileRefused(ODD_KEY)
    if costs.too_many_rounds(content):
        raise FileRefused(UNREAD_PEM)
    secret = _encoded(password) if label.startswith("ENCRYPTED") else None
    return _attempt(lambda: serialization.load_pem_private_key(block.encode(), secret), UNREAD_PEM)


# --- PFX


def _in_pfx(value: str, password: str | None) -> tuple[object, list[bytes]]:
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except ValueError:
        raise FileRefused(UNREAD_PFX) from None
    if password is not None and "\0" in password:
        raise FileRefused(UNREAD_PFX)  # the library does not refuse it, but panics
    if costs.too_large_key(content):
        raise FileRefused(ODD_KEY)
    if costs.too_many_rounds(content):
        raise FileRefused(UNREAD_PFX)
    file = _loaded(content, _encoded(password))
    entries = [entry for entry in (file.cert, *file.additional_certs) if entry is not None]
    return file.key, [entry.certificate.public_bytes(serialization.Encoding.DER) for entry in entries]


def _loaded(content: bytes, secret: bytes | None) -> pkcs12.PKCS12KeyAndCertificates:
    """The file; without a password both ways to say so are tried, for they are not the same."""
    if not secret:
        try:
            return _attempt(lambda: pkcs12.load_pkcs12(content, None), UNREAD_PFX)
        except FileRefused:
            secret = b""
    return _attempt(lambda: pkcs12.load_pkcs12(content, secret), UNREAD_PFX)


# --- what both have in common


def _fit(key: object) -> PrivateKey:
    """The key, if it is one that the vault takes (KVC-IMP-027)."""
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size in RSA_SIZES:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and curve_of(key) is not None:
        return key
    raise FileRefused(ODD_KEY)


def _encoded(password: str | None) -> bytes | None:
    return None if password is None else password.encode("utf-8", "replace")


def _attempt(load: Callable[[], _T], refusal: str) -> _T:
    with _quiet():
        try:
            return load()
        except _BEYOND:
            raise FileRefused(refusal) from None


def _quiet() -> warnings.catch_warnings:
    """The library's warnings about odd certificates stay here: they are taken (P-57)."""
    return warnings.catch_warnings(action="ignore")
