"""The emulator bears whatever comes: a short run of the fuzzers, and what they, or a close look, have found before."""

from __future__ import annotations

import asyncio
import base64
import gc
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import fuzz_schema
import pytest
from certlife.adapters import armour, certificates, costs
from certlife.adapters.blobs import seal
from certlife.adapters.der import element, integer, object_identifier, sequence
from certlife.adapters.emulator.logs import LOGGER
from certlife.adapters.emulator.tokens import SERVICE
from certlife.adapters.files import FileRefused, opened
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory import Settings, policy
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from fuzz_emulator import Connection, Found, InProcess, Said, fault_of, fuzz, kept_bytes, over_sockets
from fuzz_inputs import NOW, Sent, files
from served import serving

BORNE_S = 5.0
"""On the processor; each of these took minutes, or for ever, before it was borne."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The logger as it was."""
    handlers, propagate = LOGGER.handlers[:], LOGGER.propagate
    yield
    LOGGER.handlers[:], LOGGER.propagate = handlers, propagate


def asked(*every: Sent) -> Said:
    """The answer to the last of several requests to a fresh vault with names."""

    async def run() -> Said:
        emulator = InProcess()
        await emulator.renew(1)
        for sent in every:
            said = await emulator.ask(sent)
        return said

    return asyncio.run(run())


# --- short runs


@pytest.mark.parametrize("seed", [11, 12])
def test_emulator_bears_spoiled_requests(seed: int) -> None:
    found = Found()

    asyncio.run(fuzz(InProcess(), Random(seed), 2500, found))

    assert found.wrong == {}
    assert found.inputs == 2500
    assert {200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 415} <= set(found.statuses)  # it came everywhere
    shared = policy._PARTS_KEPT  # noqa: SLF001 - no request may change what policies share
    assert shared
    assert [spelled for spelled, part in shared.items() if repr(part) != spelled] == []


def test_emulator_bears_spoiled_bytes_over_sockets(tmp_path: Path) -> None:
    found = Found()
    with serving(tmp_path, "--http", "--fast", "--log-level", "warning") as one:
        one.sign_in(SERVICE)
        over_sockets(Random(13), 500, found, Connection(urlsplit(one.ready["url"]).port or 0, one.token))
        assert one.process.poll() is None
        log = one.log.read_text()

    assert found.wrong == {}
    assert found.inputs > 400
    assert "exception" not in log.lower()


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    status, said, log = fuzz_schema.run(tmp_path, examples=2, phases="examples,fuzzing,stateful", seed=1)

    assert status == 0, said
    assert "broken" not in log
    assert "Stateful" in said


def test_vaults_that_were_replaced_are_forgotten() -> None:
    emulator, rng, found = InProcess(), Random(14), Found()

    def run() -> None:
        asyncio.run(fuzz(emulator, rng, 250, found))
        emulator.app.memo.forget()

    run()
    gc.collect()
    kept = kept_bytes(run, 5)

    assert kept[-1] - kept[1] < 600_000  # a vault with its names has 150,000; caches may fill


# --- what was found: each was a 500, or took for ever

TOKEN = f"Bearer {base64.urlsafe_b64encode(b'[' * 9000).decode()}.e30.AA"
DEEP = base64.urlsafe_b64encode(b"[" * 40_000).decode()
# what it was, the request, the status
BROKE = (
    ("a number too long for Python", Sent("GET", "/certificates", f"api-version=7.4&maxresults={'1' * 5000}"), 400),
    ("a page token without an end", Sent("GET", "/certificates", f"api-version=7.4&$skiptoken={DEEP}"), 400),
    ("an access token without an end", Sent("GET", "/certificates", headers=(("authorization", TOKEN),)), 401),
    ("a host that is no address", Sent("GET", "/certificates", headers=(("host", "[:::::]"),)), 400),
    ("a curve that is a list", Sent("POST", "/certificates/a/create", body={"policy": {"x509_props": {"subject": "CN=a"}, "key_props": {"kty": "EC", "crv": []}}}), 400),
    ("a size that is no whole number", Sent("POST", "/certificates/a/create", body={"policy": {"x509_props": {"subject": "CN=a"}, "key_props": {"key_size": 2048.0}}}), 400),
    ("a size of an EC key that is none", Sent("POST", "/certificates/a/create", body={"policy": {"x509_props": {"subject": "CN=a"}, "key_props": {"kty": "EC", "key_size": 256.0}}}), 400),
    ("an account that is a list", Sent("PUT", "/certificates/issuers/a", body={"provider": "a", "credentials": {"account_id": []}}), 400),
    ("people that are numbers", Sent("PUT", "/certificates/issuers/a", body={"provider": "a", "org_details": {"admin_details": [1]}}), 400),
    ("people that are no list", Sent("PUT", "/certificates/issuers/a", body={"provider": "a", "org_details": {"admin_details": {}}}), 400),
    ("a zip that is a text", Sent("PUT", "/certificates/issuers/a", body={"provider": "a", "org_details": {"zip": "1"}}), 400),
    ("a blob that somebody else sealed", Sent("POST", "/certificates/restore", body={"value": seal({"name": 1}, Settings().geography.encode())}), 400),
)  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), [case[1:] for case in BROKE], ids=[case[0] for case in BROKE])
def test_request_that_broke_the_emulator_is_refused(sent: Sent, status: int) -> None:
    said = asked(sent)

    assert said.status == status
    assert fault_of(sent, said) is None


PEM = {"secret_props": {"contentType": "application/x-pem-file"}}
MERGE, IMPORT, CREATE = "/certificates/waiting/pending/merge", "/certificates/heavy/import", "/certificates/heavy/create"
NESTED = "".join(f"-----BEGIN {'A' * depth}-----{'-----BEGIN B----------END B-----' * 2}" for depth in range(1, 400)) + "".join(
    f"-----END {'A' * depth}-----" for depth in range(399, 0, -1)
)


def heavy() -> Iterator[tuple[str, Sent]]:
    """Requests of up to a megabyte that take as much work as they can."""
    yield "a subject", Sent("POST", CREATE, body={"policy": {"x509_props": {"subject": "CN=a," * 180_000}}})
    yield "names", Sent("POST", CREATE, body={"policy": {"x509_props": {"subject": "CN=a", "sans": {"dns_names": ["a"] * 150_000}}}})
    yield "PEM of BEGINs", Sent("POST", IMPORT, body={"value": "-----BEGIN A-----\n" * 50_000, "policy": PEM})
    yield "a chain of BEGINs", Sent("POST", MERGE, body={"x5c": ["-----BEGIN A-----" * 50_000]})
    yield "a chain of nested blocks", Sent("POST", MERGE, body={"x5c": [NESTED]})
    yield "a chain of certificates", Sent("POST", MERGE, body={"x5c": [files()["der"]] * 700})
    yield "a file of a million rounds", Sent("POST", IMPORT, body={"value": pfx(rounds=3_000_000), "pwd": "p"})
    yield "a large key", Sent("POST", IMPORT, body={"value": pem_key(200_000), "policy": PEM})
    yield "JSON that opens", Sent("POST", CREATE, body=b"[" * 900_000)


def pfx(rounds: int) -> str:
    key = KeyMaker(5).make("EC", None, "P-256")
    leaf = x509.load_der_x509_certificate(certificates.self_signed(key, {"x509_props": {"subject": "CN=f"}}, NOW, 7))
    lock = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).build(b"p")
    return base64.b64encode(pkcs12.serialize_key_and_certificates(None, key, leaf, None, lock)).decode()


def rsa_key(bits: int) -> bytes:
    """PKCS#8 of something that looks like an RSA key, with numbers that are no primes."""
    p, q = (1 << bits // 2) + 1, (1 << bits // 2) + 3
    body = sequence(*map(integer, (0, p * q, 65537, p * q - 2, p, q, p - 2, q - 2, 5)))
    algorithm = sequence(object_identifier("1.2.840.113549.1.1.1"), element(5))
    return sequence(integer(0), algorithm, element(4, body))


def pem_key(bits: int) -> str:
    text = base64.b64encode(rsa_key(bits)).decode()
    leaf = base64.b64decode(files()["der"])
    certificate = x509.load_der_x509_certificate(leaf).public_bytes(serialization.Encoding.PEM).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n{certificate}"


def test_heavy_requests_are_borne() -> None:
    for what, sent in heavy():
        begun = time.process_time()
        said = asked(sent)

        assert fault_of(sent, said) is None, what
        assert time.process_time() - begun < BORNE_S, what


def test_body_beyond_a_megabyte_is_for_restores_alone() -> None:
    large = {"value": "A" * 1_500_000}

    assert asked(Sent("POST", IMPORT, body=large)).status == 413
    assert asked(Sent("POST", "/certificates/restore", body=large)).json["error"]["code"] == "Malformed backup blob"


# --- the parts


def test_rounds_of_every_kind_of_lock_are_seen() -> None:
    few, many = 1000, 600_000
    key = KeyMaker(5).make("EC", None, "P-256")
    builder = serialization.PrivateFormat.PKCS12.encryption_builder()
    for algorithm in (pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, pkcs12.PBES.PBESv2SHA256AndAES256CBC):
        for rounds, refused in ((few, False), (many, True)):  # the certificates, the key and the seal: three times as many
            lock = builder.key_cert_algorithm(algorithm).kdf_rounds(rounds).build(b"p")
            leaf = x509.load_der_x509_certificate(certificates.self_signed(key, {"x509_props": {"subject": "CN=f"}}, NOW, 7))
            content = pkcs12.serialize_key_and_certificates(None, key, leaf, None, lock)
            assert costs.too_many_rounds(content) is refused
    endless = b"\x30\x80" + element(4, b"salt") + integer(costs.MOST_ROUNDS + 1) + b"\0\0"
    assert costs.too_many_rounds(endless)
    assert costs.too_many_rounds(element(4, sequence(element(4, b"salt"), integer(2**31))))
    assert not any(costs.too_many_rounds(content) for content in (b"", b"\x30", b"\x04\x84\xff\xff\xff\xff\x02", rsa_key(2048)))


def test_key_that_is_too_large_is_seen_in_its_bag() -> None:
    def bag(kind: int, content: bytes) -> bytes:
        return sequence(object_identifier(f"1.2.840.113549.1.12.10.1.{kind}"), element(0xA0, content))

    assert not costs.too_large_key(bag(1, rsa_key(4096)))
    assert costs.too_large_key(bag(3, b"x" * 9000) + bag(2, rsa_key(8192)))
    assert not costs.too_large_key(bag(1, b"")[:-2])


def test_large_key_is_refused_in_every_file() -> None:
    bag = sequence(object_identifier("1.2.840.113549.1.12.10.1.1"), element(0xA0, rsa_key(8192)))
    for value, form in ((base64.b64encode(bag).decode(), None), (pem_key(8192), "application/x-pem-file")):
        with pytest.raises(FileRefused, match="private key"):
            opened(value, None, form, NOW)


# text, the labels and insides of its blocks
ARMOURED: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    ("", []),
    ("-----BEGIN A-----x-----END A-----", [("A", "x")]),
    ("-----BEGIN A-----x-----END B-----", []),
    ("-----BEGIN A----------BEGIN B-----x-----END B-----", [("B", "x")]),
    ("-----BEGIN A----------BEGIN B-----x-----END B----------END A-----", [("A", "-----BEGIN B-----x-----END B-----")]),
    ("-----END A----------BEGIN A-----1-----END A-----2-----BEGIN A-----3-----END A-----", [("A", "1"), ("A", "3")]),
    ("-----BEGIN A-----1-----BEGIN A-----2-----END A-----3-----END A-----", [("A", "1-----BEGIN A-----2")]),
)


@pytest.mark.parametrize(("text", "found"), ARMOURED)
def test_blocks_are_found(text: str, found: list[tuple[str, str]]) -> None:
    told: list[Any] = list(armour.blocks(text))

    assert [(block.label, block.inside) for block in told] == found
    assert all(block.whole in text for block in told)
