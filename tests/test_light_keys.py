"""Keys that are numbers until they are used do all that the library's do, and further ones cost one search for primes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from certlife.adapters import keys
from certlife.adapters.keys import KeyMaker
from certlife.adapters.light import LightEcKey, LightRsaKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
SIGNED = (padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("size", [2048, 3072, 4096])
def test_rsa_key_is_the_librarys(size: int) -> None:
    light = KeyMaker(1).make("RSA", size, None)
    loaded: Any = serialization.load_pem_private_key(light.private_bytes(*PEM), None)

    assert isinstance(light, LightRsaKey)
    assert isinstance(light, rsa.RSAPrivateKey)
    assert light.key_size == loaded.key_size == size
    assert light.private_numbers() == loaded.private_numbers()
    assert light.sign(b"text", *SIGNED) == loaded.sign(b"text", *SIGNED)
    assert light.decrypt(loaded.public_key().encrypt(b"text", OAEP), OAEP) == b"text"
    assert light.public_key() == loaded.public_key()
    assert copy.copy(light) is copy.deepcopy(light) is light


@pytest.mark.parametrize("curve", keys.CURVES)
def test_ec_key_is_the_librarys(curve: str) -> None:
    light = KeyMaker(1).make("EC", None, curve)
    loaded: Any = serialization.load_pem_private_key(light.private_bytes(*PEM), None)

    assert isinstance(light, LightEcKey)
    assert isinstance(light, ec.EllipticCurvePrivateKey)
    assert (light.key_size, light.curve.name) == (loaded.key_size, loaded.curve.name)
    assert light.private_numbers() == loaded.private_numbers()
    assert light.exchange(ec.ECDH(), loaded.public_key()) == loaded.exchange(ec.ECDH(), light.public_key())
    light.public_key().verify(light.sign(b"text", ec.ECDSA(hashes.SHA256())), b"text", ec.ECDSA(hashes.SHA256()))
    assert copy.copy(light) is copy.deepcopy(light) is light


def test_many_keys_beyond_the_pool_cost_few_searches_for_primes(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []
    search = rsa.generate_private_key

    def counted(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        searches.append(key_size)
        return search(public_exponent, key_size)

    monkeypatch.setattr(rsa, "generate_private_key", counted)
    maker = KeyMaker(1, made={"RSA 2048": 5150})

    moduli = [maker.make("RSA", 2048, None).private_numbers().public_numbers.n for _ in range(1 + 205 + 3)]

    assert len(set(moduli)) == len(moduli)
    assert {modulus.bit_length() for modulus in moduli} == {2048}
    assert searches == [2048, 2048]  # 102 primes with two more: 2 * 102 + 1 keys
