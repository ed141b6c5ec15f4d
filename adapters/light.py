"""Private keys that are a number or two until somebody uses them.

A key of the library takes 2 KB, and 9 KB once it has signed; a vault has thousands, and uses few. Not here: which keys
there are (keys).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

EXPONENT: Final = 65537
_KEPT: Final = 256


class LightRsaKey(rsa.RSAPrivateKey):
    """An RSA key, as its two primes."""

    __slots__ = ("_primes",)

    def __init__(self, first: int, second: int) -> None:
        self._primes = (max(first, second), min(first, second))

    def decrypt(self, ciphertext: Any, padding: Any) -> bytes:
        """As the library's."""
        return self.open().decrypt(ciphertext, padding)

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return (self._primes[0] * self._primes[1]).bit_length()

    def public_key(self) -> rsa.RSAPublicKey:
        """The public half."""
        return self.open().public_key()

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        """As the library's."""
        return self.open().sign(data, padding, algorithm)

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        """All its numbers."""
        return self.open().private_numbers()

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002 - the library's name
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        """As the library's."""
        return self.open().private_bytes(encoding, format, encryption_algorithm)

    def open(self) -> rsa.RSAPrivateKey:
        """The library's key."""
        return _rsa_of(*self._primes)

    def __copy__(self) -> LightRsaKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> LightRsaKey:
        return self


class LightEcKey(ec.EllipticCurvePrivateKey):
    """An EC key, as its number and its curve."""

    __slots__ = ("_curve", "_number")

    def __init__(self, number: int, curve: ec.EllipticCurve) -> None:
        self._number, self._curve = number, curve

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        """As the library's."""
        return self.open().exchange(algorithm, peer_public_key)

    @property
    def curve(self) -> ec.EllipticCurve:
        """The curve."""
        return self._curve

    @property
    def key_size(self) -> int:
        """Bits of the curve's order."""
        return self._curve.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half."""
        return self.open().public_key()

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """As the library's."""
        return self.open().sign(data, signature_algorithm)

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """All its numbers."""
        return self.open().private_numbers()

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002 - the library's name
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        """As the library's."""
        return self.open().private_bytes(encoding, format, encryption_algorithm)

    def open(self) -> ec.EllipticCurvePrivateKey:
        """The library's key."""
        return _ec_of(self._number, type(self._curve))

    def __copy__(self) -> LightEcKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> LightEcKey:
        return self


@lru_cache(maxsize=_KEPT)
def _rsa_of(p: int, q: int) -> rsa.RSAPrivateKey:
    d = rsa.rsa_recover_private_exponent(EXPONENT, p, q)
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(EXPONENT, p * q),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)  # the tests of the pool have tried its primes


@lru_cache(maxsize=_KEPT)
def _ec_of(number: int, curve: type[ec.EllipticCurve]) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, curve())
