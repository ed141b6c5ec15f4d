"""The vault's keys: made under a seed, fast, and never the same twice; and how GET /keys shows them.

EC keys are derived from the seed. RSA keys are made of two primes of a pool that comes with the package, because a run
must not be spent on prime numbers: n primes give n(n-1)/2 keys. So none of them protects anything, for the pool is
public, and after the first n/2 keys of one maker two keys may share a prime. Not here: certificates.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

from certlife.adapters.extensions import DEFAULT_USAGES, PropertyMalformed
from certlife.adapters.light import EXPONENT, LightEcKey, LightRsaKey
from certlife.model.x509 import curve_named, ec_key, rsa_key
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

RSA_SIZES: Final = (2048, 3072, 4096)
CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
    "P-256K": ec.SECP256K1,
}
"""The curves, as the wire names them (KVC-POL-011)."""

_WIRE: Final = {curve().name: name for name, curve in CURVES.items()}
_BY_SIZE: Final = {256: "P-256", 384: "P-384", 521: "P-521"}
_AHEAD: Final = 50
"""How many keys before the last one further primes are searched for: a search takes as long as two to ten keys."""
_SEARCH: Final = ThreadPoolExecutor(1, thread_name_prefix="primes")
_OPERATIONS: Final = {
    "dataencipherment": ("encrypt", "decrypt"),
    "decipheronly": ("decrypt",),
    "digitalsignature": ("sign", "verify"),
    "encipheronly": ("encrypt",),
    "keycertsign": ("sign", "verify"),
    "keyencipherment": ("wrapKey", "unwrapKey"),
    "nonrepudiation": ("sign", "verify"),
    "crlsign": ("sign", "verify"),
}
"""What a key may do by its usages (KVC-OBJ-010 to KVC-OBJ-017); keyAgreement stands in no source."""
_IN_ORDER: Final = ("encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey")


class KeyMaker:
    """Makes keys in an order that the seed decides; one maker never makes the same key twice.

    Two makers with one seed, asked for the same, make the same keys, until the pool of primes is used up (5151 RSA keys
    of 2048 bits, 276 of 3072, 276 of 4096): after that they are made of random primes too.

    Args:
        seed: decides the order.
        made: what another maker with that seed says it has made, where this one is to go on in its place.
    """

    def __init__(self, seed: int, made: Mapping[str, int] | None = None) -> None:
        self.seed: Final = seed
        self._made = dict(made or {})
        self._primes: dict[int, tuple[int, ...]] = {}
        self._waiting: dict[int, list[tuple[int, int]]] = {}
        self._searches: dict[int, Future[tuple[int, int]]] = {}

    @property
    def made(self) -> Mapping[str, int]:
        """How many keys of which kind it has made."""
        return self._made

    def make(self, kty: str, key_size: int | None, crv: str | None) -> PrivateKey:
        """A key that this maker has not made before; types of an HSM are made alike.

        Args:
            kty: RSA, RSA-HSM, EC or EC-HSM.
            key_size: in bits; of an RSA key 2048 where it is missing.
            crv: of an EC key; where it is missing, key_size decides, else it is P-256.
        Raises: PropertyMalformed: there is no such key (KVC-POL-010, KVC-POL-011, KVC-POL-032).
        """
        kind = kty.removesuffix("-HSM")
        if kind == "RSA":
            return self._rsa(2048 if key_size is None else key_size)
        if kind == "EC":
            return self._ec(_BY_SIZE.get(key_size or 256, "P-256") if crv is None else curve_named(crv))
        raise PropertyMalformed("policy.key_props.kty", f"no type of key: {kty!r}")

    def _rsa(self, size: int) -> rsa.RSAPrivateKey:
        if size not in RSA_SIZES:
            raise PropertyMalformed("policy.key_props.key_size", f"no size of an RSA key: {size!r}")
        if size not in self._primes:
            self._primes[size] = tuple(sorted(_pool()[size // 2], key=lambda prime: self._drawn(f"{prime:x}", 16)))
        primes, turn = self._primes[size], self._turn(f"RSA {size}")
        pool = len(_pool()[size // 2])
        left = pool * (pool - 1) // 2 - turn
        waiting = self._waiting.setdefault(size, [])
        if max(left, len(waiting)) <= _AHEAD and size not in self._searches:
            self._searches[size] = _SEARCH.submit(_two_primes, size)
        if left > 0:
            return LightRsaKey(*_paired(primes, turn))
        if not waiting:
            waiting += self._further(size)
        return LightRsaKey(*waiting.pop())

    def _further(self, size: int) -> list[tuple[int, int]]:
        """Two random primes, each with every prime there is: one search for primes is good for twice as many keys."""
        known, found = self._primes[size], self._searches.pop(size).result()
        self._primes[size] = (*known, *found)
        return [found, *((new, old) for new in found for old in known)]

    def _ec(self, curve: str) -> ec.EllipticCurvePrivateKey:
        if curve not in CURVES:
            raise PropertyMalformed("policy.key_props.crv", f"no curve: {curve!r}")
        kind = CURVES[curve]()
        number = int.from_bytes(self._drawn(f"EC {curve} {self._turn(curve)}", 80))
        # every curve's order lies above 2 ** (key_size - 1), so that this is a private key of it
        return LightEcKey(1 + number % (1 << kind.key_size - 1), kind)

    def _turn(self, kind: str) -> int:
        """How many keys of a kind were made before this one."""
        turn = self._made.get(kind, 0)
        self._made[kind] = turn + 1
        return turn

    def _drawn(self, label: str, size: int) -> bytes:
        """Bytes that the seed decides."""
        return hashlib.shake_256(f"{self.seed} {label}".encode()).digest(size)


def _two_primes(size: int) -> tuple[int, int]:
    made = rsa.generate_private_key(public_exponent=EXPONENT, key_size=size).private_numbers()
    return made.p, made.q


@cache
def _pool() -> dict[int, list[int]]:
    """The primes that come with the package, by their size in bits."""
    pool: dict[int, list[int]] = {}
    for line in files(__package__).joinpath("primes.txt").read_text("ascii").split():
        prime = int(line, 16)
        pool.setdefault(prime.bit_length(), []).append(prime)
    return pool


def _paired(primes: tuple[int, ...], turn: int) -> tuple[int, int]:
    """The pair of primes of a turn: rounds of a tournament, so each pair comes once, and late to the same primes."""
    ring, last = primes[:-1], primes[-1]
    lap, place = divmod(turn, len(primes) // 2)
    if place == 0:
        return last, ring[lap]
    return ring[(lap + place) % len(ring)], ring[lap - place]


# --- what is public of a key


def curve_of(key: ec.EllipticCurvePrivateKey) -> str | None:
    """The curve of a key as the wire names it; None of one that the vault does not know."""
    return _WIRE.get(key.curve.name)


def spelled(key: PrivateKey) -> str:
    """The public half, spelled as in `X509Facts.key`."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return rsa_key(modulus=numbers.n, exponent=numbers.e)
    point = key.public_key().public_numbers()
    return ec_key(curve_of(key) or key.curve.name, x=point.x, y=point.y)


def public_key_info(key: PrivateKey) -> bytes:
    """The public half as SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def jwk(key: PrivateKey, kid: str, key_usage: Iterable[str] | None, *, hsm: bool = False) -> dict[str, object]:
    """The public half as the member `key` of GET /keys (observed P-84, N-53).

    Args:
        kid: the key's identifier.
        key_usage: the policy's; None stands for digitalSignature and keyEncipherment (KVC-OBJ-018).
        hsm: whether the type is to be named as one of an HSM, as the policy does.
    """
    usages = DEFAULT_USAGES if key_usage is None else key_usage
    allowed = {operation for usage in usages for operation in _OPERATIONS.get(usage.lower(), ())}
    kind = "RSA" if isinstance(key, rsa.RSAPrivateKey) else "EC"
    head: dict[str, object] = {
        "kid": kid,
        "kty": f"{kind}-HSM" if hsm else kind,
        "key_ops": [operation for operation in _IN_ORDER if operation in allowed],
    }
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return head | {"n": _written(numbers.n, key.key_size), "e": _written(numbers.e, numbers.e.bit_length())}
    point, size = key.public_key().public_numbers(), key.curve.key_size
    return head | {"crv": curve_of(key), "x": _written(point.x, size), "y": _written(point.y, size)}


def _written(number: int, bits: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(-(-bits // 8))).rstrip(b"=").decode()
