"""Signatures, certificates and moments as DER: the last step in making what is signed.

Signatures are deterministic: the same key signs the same body alike. Not here: what is put into certificates.
"""

from __future__ import annotations

import calendar
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from certlife.adapters import der
from certlife.adapters.keys import PrivateKey
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

END_OF_TIME: Final = 253_402_300_799
"""The last second of 9999, after which no certificate can end."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR: Final = 9999
_UTC_YEARS: Final = range(1950, 2050)
_SHA256_RSA: Final = der.sequence(der.object_identifier("1.2.840.113549.1.1.11"), der.element(der.NULL))
_ECDSA: Final[dict[int, tuple[hashes.HashAlgorithm, bytes]]] = {
    256: (hashes.SHA256(), der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))),
    384: (hashes.SHA384(), der.sequence(der.object_identifier("1.2.840.10045.4.3.3"))),
    521: (hashes.SHA512(), der.sequence(der.object_identifier("1.2.840.10045.4.3.4"))),
}
"""The digest and the signature algorithm for the size of a curve."""


def signed_certificate(
    key: PrivateKey,
    *,
    serial: int,
    issuer: bytes,
    validity: tuple[int, int],
    subject: bytes,
    spki: bytes,
    extensions: bytes,
) -> bytes:
    """The DER of a certificate of version 3.

    Args:
        key: signs it.
        issuer: the DER of the issuer's name.
        validity: notBefore and notAfter, seconds since 1970.
        subject: the DER of the subject's name.
        spki: the DER of the SubjectPublicKeyInfo.
        extensions: the DER of all of them, as one SEQUENCE.
    """
    body = der.sequence(
        der.element(0xA0, der.integer(2)),
        der.integer(serial),
        _algorithm(key),
        issuer,
        der.sequence(*map(_time, validity)),
        subject,
        spki,
        der.element(0xA3, extensions),
    )
    return signed(key, body)


def signed(key: PrivateKey, body: bytes) -> bytes:
    """A SEQUENCE of the body, the signature algorithm and the signature.

    It is SHA-256 with RSA whatever the size of the key (observed P-86, P-90), and for EC the digest of the curve's size.
    """
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(body, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = _ecdsa(key, body, _ECDSA[key.curve.key_size][0])
    return der.sequence(body, _algorithm(key), der.bit_string(signature))


def _ecdsa(key: ec.EllipticCurvePrivateKey, body: bytes, digest: hashes.HashAlgorithm) -> bytes:
    try:
        return key.sign(body, ec.ECDSA(digest, deterministic_signing=True))
    except UnsupportedAlgorithm:  # pragma: no cover - OpenSSL before 3.2: the signature is random then
        return key.sign(body, ec.ECDSA(digest))


def _algorithm(key: PrivateKey) -> bytes:
    return _SHA256_RSA if isinstance(key, rsa.RSAPrivateKey) else _ECDSA[key.curve.key_size][1]


def key_id(spki: bytes) -> bytes:
    """The SHA-1 of the key's bit string (RFC 5280, 4.2.1.2, method 1)."""
    _, (_, bits) = der.items(der.items(spki)[0][1])
    return hashlib.sha1(bits[1:], usedforsecurity=False).digest()


def months_after(moment: int, months: int) -> int:
    """The same moment so many calendar months later, seconds since 1970; at most the end of 9999.

    Args:
        months: 0 or more.
    Source: P-93, J-40.
    """
    begin = _EPOCH + timedelta(seconds=moment)
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    if year > _LAST_YEAR:
        return END_OF_TIME
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return _seconds(begin.replace(year=year, month=month + 1, day=day))


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


def _time(moment: int) -> bytes:
    at = _EPOCH + timedelta(seconds=moment)
    if at.year in _UTC_YEARS:
        return der.element(der.UTC_TIME, f"{at:%y%m%d%H%M%S}Z".encode())
    return der.element(der.GENERALIZED_TIME, f"{at.year:04}{at:%m%d%H%M%S}Z".encode())
