"""X.509: the reader with its odd certificates, the texts that stand for keys and names, every rule kept and broken.

Not here: how rules are run over a session (the tests of the judge).
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import certlife.model
import pytest
from certlife.adapters.x509 import X509Reader
from certlife.model.asks import Ask
from certlife.model.guards import Facts
from certlife.model.joint import Joint
from certlife.model.known import UNKNOWN, Doc, Document, Known, Making, PendingFacts, PolicyFacts, VersionFacts
from certlife.model.look import Look
from certlife.model.settings import Settings
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import Operation, OperationState, View
from certlife.model.x509 import (
    NO_READER,
    UNREAD_KEY,
    SecretFacts,
    X509Facts,
    ec_key,
    names_in,
    plain_certificate,
    rsa_key,
    web_key,
)
from certlife.model.x509_rules import X509_RELATIONS
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certlife.model.rows import Relation

GROUND_TRUTH = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
REGISTER = Path(next(iter(certlife.model.__path__))) / "requirements.toml"

Key: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Attributes: TypeAlias = tuple[tuple[str, str], ...]
Part: TypeAlias = Any
"""One way in which a certificate, a request or a look differs from the right one: an argument of what makes it."""

READER = X509Reader()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVED = ec.generate_private_key(ec.SECP384R1())

MADE = 1_648_060_395
"""When the certificate of most tests was made: 23 March 2022, seconds since 1970."""
NBF, EXP = MADE - 600, 1_679_596_395
UUID = 0x1E05C1D5D8254B549D75B1D29E82D08F
SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
SUBJECT = (("2.5.4.3", "web"), ("2.5.4.10", "Docs, Contoso"), ("2.5.4.8", "WA"), ("2.5.4.6", "US"))
POLICY: dict[str, Any] = {
    "key_props": {"exportable": True, "kty": "RSA", "key_size": 2048, "reuse_key": False},
    "secret_props": {"contentType": "application/x-pkcs12"},
    "x509_props": {
        "subject": 'C=US, ST=WA, O="Docs, Contoso", CN=web',
        "sans": {"dns_names": ["Web.example"], "upns": ["me@example"]},
        "ekus": [SERVER, CLIENT],
        "key_usage": ["digitalSignature", "keyEncipherment"],
        "validity_months": 12,
        "basic_constraints": {"ca": False},
    },
    "issuer": {"name": "Self"},
}


# --- what is read


def der(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    content = b"".join(parts)
    size = len(content)
    length = size.to_bytes(max(1, -(-size.bit_length() // 8)))
    return bytes([tag, *([0x80 + len(length)] if size > 0x7F else []), *length]) + content


def text(content: bytes) -> str:
    """Bytes as the wire carries them."""
    return base64.b64encode(content).decode()


def name_of(attributes: Attributes) -> x509.Name:
    """A distinguished name, in the order of its DER."""
    return x509.Name([x509.NameAttribute(ObjectIdentifier(oid), value) for oid, value in attributes])


USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}
DNS = (
    x509.DNSName("web.example"),
    x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), der(0x0C, b"me@example")),
)
IN_CERTIFICATES = ("usages", "constraints", "purposes", "names", "authority", "identifier")
IN_REQUESTS = ("usages", "purposes", "names", "constraints")


def extensions(
    key: Key,
    order: tuple[str, ...],
    *,
    usages: tuple[str, ...] = ("digitalSignature", "keyEncipherment"),
    purposes: tuple[str, ...] = (SERVER, CLIENT),
    names: tuple[x509.GeneralName, ...] = DNS,
    ca: bool = False,
    critical: tuple[str, ...] = ("usages",),
    identified: Key | None = None,
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """The extensions that the service writes, in `order`."""
    identifier = x509.SubjectKeyIdentifier.from_public_key((identified or key).public_key())
    made: dict[str, x509.ExtensionType] = {
        "usages": x509.KeyUsage(**{flag: usage in usages for usage, flag in USAGES.items()}),
        "constraints": x509.BasicConstraints(ca=ca, path_length=None),
        "purposes": x509.ExtendedKeyUsage([ObjectIdentifier(oid) for oid in purposes]),
        "names": x509.SubjectAlternativeName(names),
        "authority": x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
        "identifier": identifier,
    }
    for part in order:
        if part != "names" or names:
            yield made[part], part in critical


def certificate(
    *,
    key: Key = KEY,
    signer: Key | None = None,
    subject: Attributes = SUBJECT,
    issuer: Attributes | None = None,
    nbf: int = NBF,
    exp: int = EXP,
    serial: int = UUID,
    digest: hashes.SHA384 | hashes.SHA512 | None = None,
    order: tuple[str, ...] = IN_CERTIFICATES,
    **parts: Part,
) -> x509.Certificate:
    """A certificate as the service signs it itself, but for what is named."""
    builder = x509.CertificateBuilder(
        name_of(subject if issuer is None else issuer), name_of(subject), key.public_key()
    )
    builder = builder.serial_number(serial).not_valid_before(_moment(nbf)).not_valid_after(_moment(exp))
    for extension, critical in extensions(key, order, **parts):
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer or key, digest or hashes.SHA256())


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def request(
    *,
    key: Key = KEY,
    subject: Attributes = SUBJECT,
    digest: hashes.SHA384 | hashes.SHA512 | None = None,
    order: tuple[str, ...] = IN_REQUESTS,
    **parts: Part,
) -> x509.CertificateSigningRequest:
    """A certificate request as the service makes it, but for what is named."""
    builder = x509.CertificateSigningRequestBuilder(name_of(subject))
    for extension, critical in extensions(key, order, **parts):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, digest or hashes.SHA256())


def encoded(item: x509.Certificate | x509.CertificateSigningRequest) -> str:
    """A certificate or a request as the wire carries it."""
    return text(item.public_bytes(serialization.Encoding.DER))


def facts_of(item: x509.Certificate | x509.CertificateSigningRequest) -> X509Facts:
    """A certificate or a request, read."""
    read = READER.certificate if isinstance(item, x509.Certificate) else READER.request
    facts = read(encoded(item))
    assert facts is not None
    return facts


@cache
def right() -> X509Facts:
    """The certificate that nothing is wrong with."""
    return facts_of(certificate())


@cache
def right_request() -> X509Facts:
    """The request that nothing is wrong with."""
    return facts_of(request())


def test_every_part_of_a_certificate_is_read() -> None:
    facts = right()
    numbers = KEY.public_key().public_numbers()
    assert facts.key == rsa_key(modulus=numbers.n, exponent=65537)
    assert (facts.key_type, facts.key_size, facts.curve) == ("RSA", 2048, None)
    assert facts.subject == facts.issuer == 'C=US, S=WA, O="Docs, Contoso", CN=web'
    assert (facts.nbf, facts.exp, facts.serial, facts.version) == (NBF, EXP, UUID, 3)
    assert facts.names == (("dns_names", "web.example"), ("upns", "me@example"))
    assert facts.ekus == (SERVER, CLIENT)
    assert facts.key_usage == ("digitalSignature", "keyEncipherment")
    assert (facts.ca, facts.self_signed, facts.signature) == (False, True, "1.2.840.113549.1.1.11")
    assert facts.extensions == (
        ("2.5.29.15", True),
        *((f"2.5.29.{arc}", False) for arc in (19, 37, 17, 35, 14)),
    )
    assert facts.subject_key_id == facts.authority_key_id == facts.key_sha1


def test_thumbprint_is_spelled_like_x5t() -> None:
    made = certificate()
    expected = base64.urlsafe_b64encode(made.fingerprint(hashes.SHA1())).decode().rstrip("=")  # noqa: S303 - x5t is SHA-1
    assert facts_of(made).thumbprint == expected


def test_every_part_of_a_request_is_read() -> None:
    facts = right_request()
    assert (facts.key, facts.subject, facts.names) == (right().key, right().subject, right().names)
    assert (facts.issuer, facts.nbf, facts.exp, facts.serial, facts.version) == (None, None, None, None, 0)
    assert facts.extensions == (("2.5.29.15", True), *((f"2.5.29.{arc}", False) for arc in (37, 17, 19)))
    assert facts.self_signed is True


def test_request_without_attributes_has_no_extensions() -> None:
    assert facts_of(request(order=())).extensions == ()


def test_other_attributes_of_a_request_are_passed_over() -> None:
    builder = x509.CertificateSigningRequestBuilder(name_of(SUBJECT))
    made = builder.add_attribute(ObjectIdentifier("1.2.840.113549.1.9.7"), b"secret").sign(KEY, hashes.SHA256())
    assert facts_of(made).extensions == ()


# attributes in the order of the DER, and how the service writes them
@pytest.mark.parametrize(
    ("attributes", "written"),
    [
        ((("2.5.4.6", "AU"), ("2.5.4.8", "Some-State"), ("2.5.4.10", "Internet Widgits Pty Ltd")),
         "O=Internet Widgits Pty Ltd, S=Some-State, C=AU"),  # observed P-51
        ((("2.5.4.3", "Azure SDK"), ("1.2.840.113549.1.9.1", "opensource@microsoft.com")),
         "E=opensource@microsoft.com, CN=Azure SDK"),  # observed N-42
        ((("2.5.4.3", 'say "hi"'),), 'CN="say ""hi"""'),
        ((("2.5.4.3", " a"),), 'CN=" a"'),
        ((("0.9.2342.19200300.100.1.25", "example"), ("2.5.4.65", "b")), "OID.2.5.4.65=b, DC=example"),
        ((("2.5.4.3", "Zoë"),), "CN=Zoë"),
        ((), ""),
    ],
)  # fmt: skip
def test_subject_is_written_as_the_service_does(attributes: Attributes, written: str) -> None:
    assert facts_of(certificate(subject=attributes, names=())).subject == written


def test_all_kinds_of_alternative_names_are_told_apart() -> None:
    made = (
        x509.RFC822Name("me@example"),
        x509.UniformResourceIdentifier("https://example/a"),
        x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
        x509.RegisteredID(ObjectIdentifier("1.2.3")),
        x509.OtherName(ObjectIdentifier("1.2.3.4"), der(0x0C, b"x")),
    )
    names = facts_of(certificate(names=made)).names
    assert names is not None
    assert names[:3] == (("emails", "me@example"), ("uris", "https://example/a"), ("ipAddresses", "2001:db8::1"))
    assert [kind for kind, _ in names[3:]] == ["other", "other"]


@pytest.mark.parametrize(
    ("curve", "word"),
    [(ec.SECP256R1(), "P-256"), (ec.SECP384R1(), "P-384"), (ec.SECP521R1(), "P-521"), (ec.SECP256K1(), "P-256K")],
)
def test_ec_keys_are_read(curve: ec.EllipticCurve, word: str) -> None:
    key = ec.generate_private_key(curve)
    facts, numbers = facts_of(certificate(key=key)), key.public_key().public_numbers()
    assert (facts.key_type, facts.curve, facts.key_size, facts.self_signed) == ("EC", word, curve.key_size, True)
    assert facts.key == ec_key(word, x=numbers.x, y=numbers.y)


# --- odd certificates, put together byte by byte

PARAMETERS_OF_P256K = der(
    0x30,
    der(0x02, b"\x01"),
    der(0x30, bytes.fromhex("06072a8648ce3d0101"), der(0x02, b"\0" + (2**256 - 2**32 - 977).to_bytes(32))),
    bytes.fromhex("3006040100040107"),
    bytes.fromhex(
        "044104"
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
    ),
    der(0x02, bytes.fromhex("00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")),
    der(0x02, b"\x01"),
)
ECDSA = der(0x30, bytes.fromhex("06082a8648ce3d040302"))


def by_hand(
    *, key: ec.EllipticCurvePrivateKey = CURVED, serial: bytes = b"\x01", spki: bytes | None = None, added: bytes = b"",
    version: bytes = bytes.fromhex("a003020102"), subject: bytes = der(0x30),
) -> str:  # fmt: skip
    """A self-signed certificate that no builder makes."""
    spki = spki or key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    validity = der(0x30, der(0x17, b"220323182315Z"), der(0x17, b"230323183315Z"))
    body = der(0x30, version, der(0x02, serial), ECDSA, subject, validity, subject, spki, added)
    signature = key.sign(body, ec.ECDSA(hashes.SHA256()))
    return text(der(0x30, body, ECDSA, der(0x03, b"\0", signature)))


def extension(arc: int, value: bytes) -> bytes:
    """The only extension of a certificate, 2.5.29.arc."""
    return der(0xA3, der(0x30, der(0x30, der(0x06, bytes([0x55, 0x1D, arc])), der(0x04, value))))


def read(made: str) -> X509Facts:
    """The facts of what surely can be read."""
    facts = READER.certificate(made)
    assert facts is not None
    return facts


def test_certificate_of_version_1_has_no_extensions() -> None:
    facts = read(by_hand(version=b""))
    assert (facts.version, facts.extensions, facts.names, facts.ca) == (1, (), (), None)
    assert facts.self_signed is True


@pytest.mark.parametrize(
    ("serial", "number"),
    [(b"\x80", -128), (b"\x00", 0), (b"\x01" + bytes(29), 1 << 232)],
    ids=["negative", "zero", "long"],
)
def test_unusual_serial_number_is_read_without_a_warning(serial: bytes, number: int) -> None:
    assert read(by_hand(serial=serial)).serial == number


def test_decipher_only_alone_is_read() -> None:
    facts = read(by_hand(added=extension(15, bytes.fromhex("0303070080"))))  # observed P-95
    assert facts.key_usage == ("decipherOnly",)


def test_unreadable_extension_leaves_the_others_readable() -> None:
    facts = read(by_hand(added=extension(17, b"\x30\x05")))
    assert facts.names is None
    assert (facts.ekus, facts.extensions) == ((), (("2.5.29.17", False),))


def test_unreadable_extensions_are_not_taken_for_none() -> None:
    facts = READER.certificate(by_hand(added=der(0xA3, der(0x30, der(0x30, der(0x06))))))
    assert facts is None or (facts.extensions, facts.names) == (None, None)


def test_unreadable_subject_is_not_taken_for_an_empty_one() -> None:
    name = der(0x30, der(0x31, der(0x30, der(0x06, b"\x55\x04\x03"), der(0x0C, b"\xff"))))
    facts = READER.certificate(by_hand(subject=name))
    assert facts is None or (facts.subject, facts.issuer) == (None, None)


def test_p256k_with_all_its_parameters_is_read() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    kind = der(0x30, bytes.fromhex("06072a8648ce3d0201"), PARAMETERS_OF_P256K)
    facts = read(by_hand(key=key, spki=der(0x30, kind, der(0x03, b"\0", point))))
    numbers = key.public_key().public_numbers()
    assert facts.key == ec_key("P-256K", x=numbers.x, y=numbers.y)
    assert facts.self_signed is True


def test_key_of_an_unknown_kind_is_still_the_same_in_certificate_and_request() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder(name_of(SUBJECT), name_of(SUBJECT), key.public_key()).serial_number(1)
    made = builder.not_valid_before(_moment(NBF)).not_valid_after(_moment(EXP)).sign(key, None)
    asked = x509.CertificateSigningRequestBuilder(name_of(SUBJECT)).sign(key, None)
    assert facts_of(made).key == facts_of(asked).key
    assert facts_of(made).key_type == UNREAD_KEY
    assert facts_of(made).self_signed is None


def test_other_curves_by_their_parameters_are_not_taken_for_p256k() -> None:
    others = PARAMETERS_OF_P256K.replace(bytes.fromhex("fffffc2f"), bytes.fromhex("fffffc2d"))
    kind = der(0x30, bytes.fromhex("06072a8648ce3d0201"), others)
    facts = read(by_hand(spki=der(0x30, kind, der(0x03, b"\0\4", bytes(64)))))
    assert (facts.key_type, facts.self_signed) == (UNREAD_KEY, None)


# an extension of an unexpected form; which fact is then unknown
@pytest.mark.parametrize(
    ("arc", "value", "fact"),
    [
        (15, der(0x04, b"\5\xa0"), "key_usage"),
        (37, der(0x30, der(0x06)), "ekus"),
        (17, der(0x30, der(0x87, b"\1")), "names"),
        (19, der(0x30, b"\1"), "ca"),
        (14, b"", "subject_key_id"),
        (35, der(0x31), "authority_key_id"),
    ],
)
def test_unreadable_part_is_unknown(arc: int, value: bytes, fact: str) -> None:
    assert getattr(read(by_hand(added=extension(arc, value))), fact) is None


def test_unreadable_extensions_of_a_request_are_not_taken_for_none() -> None:
    spki = CURVED.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    wish = der(0xA0, der(0x30, bytes.fromhex("06092a864886f70d01090e"), der(0x31, der(0x30, der(0x02, b"\1")))))
    body = der(0x30, der(0x02, b"\0"), der(0x30), spki, wish)
    facts = READER.request(text(der(0x30, body, ECDSA, der(0x03, b"\0", CURVED.sign(body, ec.ECDSA(hashes.SHA256()))))))
    assert facts is not None
    assert (facts.extensions, facts.names, facts.key_usage, facts.self_signed) == (None, None, None, True)


def test_signature_by_another_key_is_noticed() -> None:
    assert facts_of(certificate(signer=OTHER)).self_signed is False
    assert facts_of(certificate(signer=CURVED)).self_signed is False


# --- texts


def test_certificate_may_be_encoded_twice_or_stand_between_lines_of_pem() -> None:
    made = certificate()
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    footed = pem.partition("-----\n")[2]
    for spelled in (encoded(made), text(encoded(made).encode()), text(pem.encode()), pem, footed):
        assert READER.certificate(spelled) == right()


@pytest.mark.parametrize("garbage", ["", "<cer:1>", "<csr>", "*", "MII", "AAAA", text(b"0"), text(b"0\x80"), "\ud800"])
def test_garbage_is_read_as_nothing(garbage: str) -> None:
    assert READER.certificate(garbage) is None
    assert READER.request(garbage) is None
    assert READER.secret(garbage) is None


@given(st.text() | st.binary().map(text) | st.binary().map(lambda some: text(der(0x30, some))))
def test_nothing_makes_the_reader_raise(some: str) -> None:
    READER.certificate(some)
    READER.request(some)
    READER.secret(some)
    plain_certificate(some)
    names_in(some)
    web_key({"kty": "RSA", "n": some, "e": some})


@given(st.data())
def test_damaged_content_never_makes_the_reader_raise(data: st.DataObject) -> None:
    whole = base64.b64decode(data.draw(st.sampled_from([encoded(certificate()), encoded(request()), _files()[0]])))
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = text(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + 1 :])
    READER.certificate(damaged)
    READER.request(damaged)
    READER.secret(damaged)


def test_same_text_is_read_once() -> None:
    assert READER.certificate(encoded(certificate())) is READER.certificate(encoded(certificate()))


def test_no_reader_reads_nothing() -> None:
    made = encoded(certificate())
    assert (NO_READER.certificate(made), NO_READER.request(made), NO_READER.secret(made, password="")) == (None,) * 3


# --- secrets


@cache
def _files() -> tuple[str, str]:
    """A PKCS#12 file without a password, and one with the password `1234`."""
    locked = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)
    made = [
        pkcs12.serialize_key_and_certificates(None, KEY, certificate(), [certificate(key=OTHER)], encryption)
        for encryption in (serialization.NoEncryption(), locked.build(b"1234"))
    ]
    return text(made[0]), text(made[1])


def _pem(*, key: Key | None = KEY, password: bytes | None = None) -> str:
    hidden = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    parts = [] if key is None else [
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
    ]  # fmt: skip
    parts.append(certificate().public_bytes(serialization.Encoding.PEM))
    return b"".join(parts).decode()


def secret_of(value: str, password: str | None = None) -> SecretFacts:
    """A file, read."""
    facts = READER.secret(value, password)
    assert facts is not None
    return facts


def test_pkcs12_shows_its_certificates_and_whose_key_it_holds() -> None:
    facts = secret_of(_files()[0])
    assert (facts.content_type, facts.private_key, facts.locked) == ("application/x-pkcs12", right().key, False)
    assert [found.key for found in facts.certificates] == [right().key, facts_of(certificate(key=OTHER)).key]


def test_pkcs12_without_a_key_is_read() -> None:
    made = pkcs12.serialize_key_and_certificates(None, None, None, [certificate()], serialization.NoEncryption())
    facts = secret_of(text(made))
    assert (facts.private_key, facts.certificates) == (None, (right(),))


def test_pkcs12_with_a_password_opens_with_it_alone() -> None:
    assert secret_of(_files()[1]).locked
    assert secret_of(_files()[1], "123").locked
    assert secret_of(_files()[1], "1234").private_key == right().key


def test_pem_shows_its_certificates_and_whose_key_it_holds() -> None:
    facts = secret_of(_pem())
    assert facts == SecretFacts("application/x-pem-file", (right(),), right().key)
    assert secret_of(_pem(key=None)).private_key is None


def test_pem_with_an_encrypted_key_opens_with_the_password_alone() -> None:
    hidden = _pem(password=b"1234")
    assert secret_of(hidden).locked
    assert secret_of(hidden, "1234").private_key == right().key


def test_pem_key_that_can_not_be_read_is_still_a_key() -> None:
    facts = secret_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert (facts.private_key, facts.locked) == (UNREAD_KEY, False)


# --- ground truth


def _recorded(trace: str) -> dict[str, Any]:
    path = GROUND_TRUTH / "python" / trace
    if not path.is_file():
        pytest.skip(f"the recording {trace} is not there: ../shared/ground-truth is missing")
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def test_makecert_certificate_is_read() -> None:
    trace = _recorded("sdist_4.0.0b5__test_certificates_client.test_list.json")
    sent, body = trace["exchanges"][0]["request"], trace["exchanges"][0]["response"]
    facts = read(body["cer"])
    assert (facts.subject, facts.issuer, facts.signature) == ("CN=KeyVaultTest", "CN=Root Agency", "1.3.14.3.2.29")
    assert facts.serial is not None
    assert facts.serial < 0
    assert (facts.nbf, facts.exp) == (body["attributes"]["nbf"], body["attributes"]["exp"])
    assert (facts.extensions, facts.names, facts.ekus, facts.ca) == ((("2.5.29.1", False),), (), (), None)
    assert facts.self_signed is not True
    assert facts in secret_of(sent["value"], sent["pwd"]).certificates


def test_doubly_encoded_certificate_of_version_1_is_read() -> None:
    trace = _recorded("sdist_4.0.0b5__test_certificates_client.test_merge_certificate.json")
    merge = next(exchange for exchange in trace["exchanges"] if exchange["path"].endswith("/merge"))
    link = merge["request"]["x5c"][0]
    facts = read(link)
    assert (facts.version, facts.serial, facts.extensions, facts.self_signed) == (1, 1, (), False)
    assert facts.thumbprint == merge["response"]["x5t"]
    assert plain_certificate(link) == merge["response"]["cer"]


@pytest.mark.parametrize("path", sorted(GROUND_TRUTH.glob("python/sdist_*.json")), ids=lambda path: path.stem[15:])
def test_every_recorded_certificate_and_request_is_read(path: Path) -> None:
    bodies = [exchange["response"] for exchange in json.loads(path.read_text("utf-8"))["exchanges"]]
    for body in bodies:
        if isinstance(body, dict) and "cer" in body:
            assert read(body["cer"]).thumbprint == body["x5t"]
        if isinstance(body, dict) and "csr" in body:
            facts = READER.request(body["csr"])
            assert facts is not None
            assert facts.self_signed is True


# --- distinguished names, keys and chains as text


# a name, and its attributes; None: nobody can tell
@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ("", ()),
        ("CN=web", (("CN", "web"),)),
        ("C=US, ST=WA, CN=*.contoso.com", (("C", "US"), ("CN", "*.contoso.com"), ("S", "WA"))),
        ("cn = web ,s=WA", (("CN", "web"), ("S", "WA"))),
        ('O="Docs, Contoso",CN=web', (("CN", "web"), ("O", "Docs, Contoso"))),
        ('CN="say ""hi"""', (("CN", 'say "hi"'),)),
        ("emailAddress=a@b;OU=x + OU=y", (("E", "a@b"), ("OU", "x"), ("OU", "y"))),
        ("CN=two  words", (("CN", "two words"),)),
        ("CN=a=b", (("CN", "a=b"),)),
        ("OID.2.5.4.65=x", None),
        ("XX=y", None),
        (r"CN=a\,b", None),
        ("CN=#0403", None),
        ('CN="open', None),
        ("CN=", None),
        ("web", None),
        ("<subject>", None),
    ],
)
def test_distinguished_names_are_compared_by_their_attributes(subject: str, names: object) -> None:
    assert names_in(subject) == names


@given(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), min_size=1, max_size=3))
def test_what_the_reader_writes_can_be_taken_apart_again(values: list[str]) -> None:
    attributes = tuple((NameOID.ORGANIZATIONAL_UNIT_NAME.dotted_string, value[:64]) for value in values)
    written = facts_of(certificate(key=CURVED, subject=attributes, names=())).subject
    expected = tuple(sorted(("OU", " ".join(value[:64].split())) for value in values))
    assert written is not None
    assert names_in(written) in (expected, None)


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(-(-value.bit_length() // 8))).decode().rstrip("=")


@pytest.mark.parametrize(
    ("key", "spelling"),
    [
        ({"kty": "RSA", "n": _number(12345), "e": "AQAB"}, rsa_key(modulus=12345, exponent=65537)),
        ({"kty": "RSA-HSM", "n": _number(7), "e": "AQAB"}, rsa_key(modulus=7, exponent=65537)),
        ({"kty": "EC", "crv": "P-256", "x": _number(5), "y": _number(6)}, ec_key("P-256", x=5, y=6)),
        ({"kty": "EC-HSM", "crv": "SECP256K1", "x": _number(5), "y": _number(6)}, ec_key("P-256K", x=5, y=6)),
        ({"kty": "RSA", "n": "<n>", "e": "AQAB"}, None),
        ({"kty": "RSA", "n": 5, "e": "AQAB"}, None),
        ({"kty": "EC", "crv": "P-256", "x": _number(5)}, None),
        ({"kty": "oct", "n": _number(5), "e": "AQAB"}, None),
    ],
)
def test_web_keys_are_spelled_like_those_of_certificates(key: dict[str, object], spelling: str | None) -> None:
    assert web_key(key) == spelling


def test_links_of_a_chain_are_spelled_like_cer() -> None:
    made = certificate()
    plain, pem = encoded(made), made.public_bytes(serialization.Encoding.PEM).decode()
    for link in (plain, pem, pem.partition("-----\n")[2], text(plain.encode()), text(pem.encode())):
        assert plain_certificate(link) == plain
    signed_data = text(der(0x30, bytes.fromhex("06092a864886f70d010702")))
    for link in ("<cer:1>", "AAAA", signed_data, text(b"--x")):
        assert plain_certificate(link) is None


# --- the rules


class Wired(Look):
    """A look with all that the rules may ask for, whatever of it Look declares itself."""


@dataclass(frozen=True, slots=True)
class Remembering(VersionFacts):
    """A version that knows the policy it was made by, whether or not VersionFacts has the slot."""

    policy: Document = UNKNOWN


def look(
    view: View,
    body: dict[str, Any],
    *,
    operation: Operation = Operation.GET,
    sent: dict[str, Any] | None = None,
    making: Making = Making.SELF_SIGNED,
    policy: dict[str, Any] | None = None,
    asked: tuple[str, ...] | None = None,
    x5t: str | None = None,
    kept: Document = UNKNOWN,
    **seen: Part,
) -> Look:
    """A look at the only version of a name, or at the operation that is to make it.

    The policy is the one known, `kept` the one that the version was made by, `asked` the paths in it that the request itself gave (None: it was shown before), and
    what is `seen` the content that was read: x509, csr, former, secret.
    """
    members = Doc(POLICY if policy is None else policy)
    version = VersionFacts(id="1" * 32, x5t=x5t or str(right().thumbprint), created=MADE, making=making, policy=kept)
    known = Known(
        versions=(version,),
        pending=PendingFacts(started=MADE - 5),
        policy=PolicyFacts(members, seen=asked is None, updated=MADE - 5, asked=frozenset(asked or ())),
    )
    ask = Ask(operation, "web", None, Request("GET", "/certificates/web", {}, sent))
    made = Wired(view, body, Answer(200), Joint(operation=OperationState.COMPLETED), known, ask, Facts(), Settings())
    made.version = version
    for attribute in ("x509", "csr", "former", "secret"):
        setattr(made, attribute, seen.get(attribute))
    return made


def changed(part: str, **members: Part) -> dict[str, Any]:
    """The policy with other members in one part; None takes one away."""
    kept = {name: value for name, value in (POLICY[part] | members).items() if value is not None}
    return {**POLICY, part: kept}


def bundle(*, body: dict[str, Any] | None = None, **wrong: Part) -> Look:
    """A self-signed certificate and its request in a bundle; what is wrong with the certificate is named."""
    shown = {"attributes": {"nbf": NBF, "exp": EXP}, **(body or {})}
    return look(View.VERSION, shown, x509=facts_of(certificate(**wrong)), csr=right_request())


def requestless(**wrong: Part) -> Look:
    """The same where the request is not there to be read, and the policy decides."""
    return look(View.BUNDLE, {"attributes": {}, "policy": POLICY}, x509=facts_of(certificate(**wrong)))


def asking(*asked: str, policy: dict[str, Any] | None = None, former: X509Facts | None = None, **wrong: Part) -> Look:
    """A request in the answer to a create request that gave the paths `asked`; what is wrong with it is named."""
    facts = facts_of(request(**wrong))
    sent = {"policy": POLICY if policy is None else policy}
    return look(
        View.OPERATION, {}, operation=Operation.CREATE, sent=sent, policy=policy, asked=asked, csr=facts, former=former, kept=Doc(POLICY)
    )


def imported(*, policy: dict[str, Any] | None = None, **made: Part) -> Look:
    """The answer to an import, with the policy that was made of the certificate."""
    shown = {"attributes": {}, "policy": policy or changed("x509_props", subject=right().subject, validity_months=13)}
    facts = facts_of(certificate(**made))
    file = SecretFacts("application/x-pkcs12", (facts,), facts.key)
    return look(View.BUNDLE, shown, operation=Operation.IMPORT, making=Making.IMPORTED, x509=facts, secret=file)


def merged(*links: str) -> Look:
    """The answer to a merge that brought these links."""
    body = {"cer": encoded(certificate())}
    return look(View.BUNDLE, body, operation=Operation.MERGE, sent={"x5c": list(links)}, making=Making.MERGED)


def linked_key(key: rsa.RSAPrivateKey = KEY) -> Look:
    """The linked key, beside the certificate."""
    numbers = key.public_key().public_numbers()
    body = {"key": {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}}
    return look(View.KEY, body, x509=right())


def secret(value: str, *, content_type: str = "application/x-pkcs12", exportable: bool = True, **known: Part) -> Look:
    """The linked secret, beside the certificate."""
    policy = changed("key_props", exportable=exportable)
    body = {"value": value, "contentType": content_type}
    return look(View.SECRET, body, policy=policy, x509=right(), secret=secret_of(value), **known)


def _keyless() -> str:
    made = pkcs12.serialize_key_and_certificates(None, None, None, [certificate()], serialization.NoEncryption())
    return text(made)


def _of(key: rsa.RSAPrivateKey, *made: x509.Certificate) -> str:
    return text(pkcs12.serialize_key_and_certificates(None, key, made[0], made[1:], serialization.NoEncryption()))


PEER = (("2.5.4.3", "peer"),)
NO_NAMES = changed("x509_props", sans=None)
EC_POLICY = changed("key_props", kty="EC", crv="P-384", key_size=384)
PARTS = {"subject": 'CN=web, O="Docs, Contoso", ST=WA, C=US', "issuer": right().subject, "serialnumber": f"{UUID:032X}"}
REUSE = changed("key_props", reuse_key=True)

# the rule; a look that keeps it; looks that are wrong in just that way
CASES: dict[str, tuple[Callable[[], Look], tuple[Callable[[], Look], ...]]] = {
    "X509-01": (bundle, (lambda: bundle(nbf=NBF - 1),)),
    "X509-02": (bundle, (lambda: bundle(exp=EXP + 1),)),
    "X509-03": (
        lambda: bundle(body=PARTS),
        (
            lambda: bundle(body=PARTS | {"subject": "CN=peer"}),
            lambda: bundle(body=PARTS | {"issuer": "CN=peer"}),
            lambda: bundle(body=PARTS | {"serialnumber": "1"}),
        ),
    ),
    "X509-04": (bundle, (lambda: bundle(key=OTHER),)),
    "X509-05": (requestless, (lambda: requestless(key=CURVED),)),
    "X509-06": (bundle, (lambda: bundle(issuer=PEER),)),
    "X509-07": (bundle, (lambda: bundle(signer=OTHER),)),
    "X509-08": (bundle, (lambda: bundle(subject=PEER), lambda: requestless(subject=PEER))),
    "X509-09": (bundle, (lambda: bundle(names=DNS[:1]), lambda: bundle(names=()), lambda: requestless(names=()))),
    "X509-10": (bundle, (lambda: bundle(purposes=(SERVER,)), lambda: requestless(purposes=(SERVER,)))),
    "X509-11": (bundle, (lambda: bundle(usages=("keyCertSign",)), lambda: requestless(usages=("cRLSign",)))),
    "X509-12": (bundle, (lambda: bundle(ca=True), lambda: requestless(ca=True))),
    "X509-13": (
        bundle,
        (lambda: look(View.VERSION, {}, x509=replace(right(), version=1)),),
    ),
    "X509-14": (bundle, (lambda: bundle(digest=hashes.SHA384()),)),
    "X509-15": (
        bundle,
        (
            lambda: bundle(order=("constraints", "usages", "purposes", "names", "authority", "identifier")),
            lambda: bundle(critical=("usages", "constraints")),
            lambda: bundle(critical=()),
        ),
    ),
    "X509-16": (bundle, (lambda: bundle(identified=OTHER), lambda: bundle(order=IN_CERTIFICATES[:4]))),
    "X509-17": (bundle, (lambda: bundle(serial=1), lambda: bundle(serial=UUID ^ 1 << 78), lambda: bundle(serial=UUID | 1 << 127))),
    "X509-20": (
        lambda: merged(encoded(certificate(key=OTHER)), text(encoded(certificate()).encode())),
        (lambda: merged(encoded(certificate(key=OTHER))),),
    ),
    "X509-21": (imported, (lambda: _with(imported(), secret=SecretFacts("x", (right_request(),))),)),
    "X509-22": (imported, (lambda: imported(subject=PEER),)),
    "X509-23": (
        lambda: imported(policy=changed("x509_props", subject="CN=peer"), subject=PEER),
        (
            lambda: imported(policy=changed("x509_props", subject="cn=peer"), subject=PEER),
            lambda: imported(
                policy=changed("x509_props", subject="CN=peer, ST=WA"), subject=(("2.5.4.8", "WA"), *PEER)
            ),
        ),
    ),
    "X509-24": (imported, (lambda: imported(names=DNS[:1]), lambda: imported(names=()))),
    "X509-25": (imported, (lambda: imported(purposes=(SERVER,)), lambda: imported(order=("usages",)))),
    "X509-26": (imported, (lambda: imported(usages=("keyCertSign",)), lambda: imported(order=("purposes",)))),
    "X509-27": (imported, (lambda: imported(exp=NBF + 86_400), lambda: imported(exp=EXP - 601))),
    "X509-28": (imported, (lambda: imported(ca=True),)),
    "X509-29": (
        imported,
        (lambda: imported(key=CURVED), lambda: imported(policy=changed("key_props", key_size=4096)), lambda: imported(key=CURVED, policy=EC_POLICY | {"key_props": {"kty": "EC", "crv": "P-256"}})),
    ),
    "X509-40": (asking, (lambda: look(View.OPERATION, {}, csr=replace(right_request(), self_signed=False)),)),
    "X509-41": (asking, (lambda: asking(order=("purposes", "usages")), lambda: asking(critical=()))),
    "X509-42": (asking, (lambda: asking(ca=True),)),
    "X509-43": (
        asking,
        (
            lambda: asking(digest=hashes.SHA512()),
            lambda: look(View.OPERATION, {}, csr=replace(right_request(), key=rsa_key(modulus=7, exponent=3))),
        ),
    ),
    "X509-44": (lambda: asking("key_props.kty"), (lambda: asking("key_props.kty", key=CURVED),)),
    "X509-45": (asking, (lambda: asking(key=CURVED),)),
    "X509-46": (
        lambda: asking("key_props.key_size"),
        (lambda: asking("key_props.key_size", policy=changed("key_props", key_size=4096)),),
    ),
    "X509-47": (asking, (lambda: asking(policy=changed("key_props", key_size=4096)),)),
    "X509-48": (
        lambda: asking("key_props.crv", policy=EC_POLICY, key=CURVED),
        (lambda: asking("key_props.crv", policy=changed("key_props", kty="EC", crv="P-256"), key=CURVED),),
    ),
    "X509-49": (lambda: asking("x509_props.subject"), (lambda: asking("x509_props.subject", subject=PEER),)),
    "X509-50": (
        lambda: asking("x509_props.sans"),
        (lambda: asking("x509_props.sans", names=()), lambda: asking("x509_props.sans", names=DNS[1:])),
    ),
    "X509-51": (lambda: asking(policy=NO_NAMES, names=()), (lambda: asking(policy=NO_NAMES),)),
    "X509-52": (lambda: asking("x509_props.ekus"), (lambda: asking("x509_props.ekus", purposes=(CLIENT,)),)),
    "X509-53": (asking, (lambda: asking(purposes=(CLIENT,)), lambda: asking(order=("usages",)))),
    "X509-54": (
        lambda: asking("x509_props.key_usage"),
        (lambda: asking("x509_props.key_usage", usages=("digitalSignature",)),),
    ),
    "X509-55": (asking, (lambda: asking(usages=("digitalSignature",)), lambda: asking(order=("purposes",)))),
    "X509-56": (
        lambda: asking("key_props.reuse_key", policy=REUSE, former=right()),
        (
            lambda: asking("key_props.reuse_key", former=right()),
            lambda: asking("key_props.reuse_key", policy=REUSE, former=right(), key=OTHER),
        ),
    ),
    "X509-57": (lambda: asking(former=right(), key=OTHER), (lambda: asking(former=right()),)),
    "X509-60": (linked_key, (lambda: linked_key(OTHER),)),
    "X509-61": (lambda: secret(_files()[0]), (lambda: secret(_files()[0], content_type="application/x-pem-file"), lambda: secret(_pem()))),
    "X509-62": (lambda: secret(_files()[0]), (lambda: secret(_of(OTHER, certificate(key=OTHER))),)),
    "X509-63": (
        lambda: secret(_files()[0]),
        (lambda: secret(_files()[0], exportable=False), lambda: secret(_keyless())),
    ),
    "X509-64": (lambda: secret(_files()[0]), (lambda: secret(_of(OTHER, certificate(key=OTHER))),)),
    "X509-65": (lambda: secret(_files()[0]), (lambda: secret(_files()[1]), lambda: secret(_pem(password=b"1")))),
}  # fmt: skip


def _with(made: Look, **seen: Part) -> Look:
    for attribute, value in seen.items():
        setattr(made, attribute, value)
    return made


RULES = {relation.rule: relation for relation in X509_RELATIONS}


def test_every_rule_has_its_cases() -> None:
    assert list(CASES) == list(RULES)
    assert len(RULES) == len(X509_RELATIONS)


@pytest.mark.parametrize("rule", CASES)
def test_rule_accepts_what_is_right(rule: str) -> None:
    relation, kept = RULES[rule], CASES[rule][0]()
    assert kept.view in relation.views
    assert relation.when(kept)
    assert relation.holds(kept)


@pytest.mark.parametrize(
    ("rule", "case"), [(rule, case) for rule, (_, broken) in CASES.items() for case in range(len(broken))]
)
def test_rule_refuses_what_is_wrong(rule: str, case: int) -> None:
    relation, broken = RULES[rule], CASES[rule][1][case]()
    assert broken.view in relation.views
    assert relation.when(broken)
    assert not relation.holds(broken)


@pytest.mark.parametrize("rule", CASES)
def test_rule_demands_nothing_of_what_was_not_read(rule: str) -> None:
    for case in CASES[rule][1]:
        bare = _with(case(), x509=None, csr=None, former=None, secret=None)
        if "cer" in bare.body:
            bare.body = {"cer": "<cer>"}
        assert RULES[rule].holds(bare)


@pytest.mark.parametrize("rule", CASES)
def test_rule_demands_nothing_of_parts_that_were_not_read(rule: str) -> None:
    unread = X509Facts(
        key="", subject=None, version=3, key_type=UNREAD_KEY, names=None, ekus=None, key_usage=None, extensions=None
    )  # fmt: skip
    made = _with(CASES[rule][0](), x509=unread, csr=unread, former=None, secret=SecretFacts("x", (), UNREAD_KEY))
    made.body = {name: value for name, value in made.body.items() if name not in ("contentType", "key", "cer")}
    assert RULES[rule].holds(made)


# --- when nobody knows what a certificate was made by


def test_certificate_may_follow_its_request_where_the_policy_was_changed_since() -> None:
    other = changed("x509_props", subject="CN=peer", sans=None, ekus=[CLIENT], key_usage=["cRLSign"])
    made = look(View.VERSION, {}, policy=other, x509=right(), csr=right_request())
    assert _broken(made) == []


def test_certificate_may_follow_the_policy_where_that_was_changed_after_the_request() -> None:
    facts = facts_of(certificate(subject=PEER, names=(), purposes=(CLIENT,), usages=("cRLSign",)))
    other = changed("x509_props", subject="CN=peer", sans=None, ekus=[CLIENT], key_usage=["cRLSign"])
    assert _broken(look(View.VERSION, {}, policy=other, x509=facts, csr=right_request())) == []


@pytest.mark.parametrize(
    "uncertain",
    [
        lambda known: replace(known, versions=(*known.versions, VersionFacts())),
        lambda known: replace(known, pending=None),
        lambda known: replace(known, pending=PendingFacts()),
        lambda known: replace(known, policy=None),
        lambda known: replace(known, policy=replace(known.policy, updated=MADE + 1)),
        lambda known: replace(known, policy=replace(known.policy, updated=MADE)),
        lambda known: replace(known, policy=replace(known.policy, seen=False)),
    ],
    ids=["two versions", "no operation", "begin unknown", "no policy", "written later", "written then", "not shown"],
)
def test_certificate_without_its_request_may_be_anything_where_the_policy_is_uncertain(
    uncertain: Callable[[Known], Known],
) -> None:
    facts = facts_of(certificate(subject=PEER, names=(), purposes=(CLIENT,), usages=("cRLSign",), ca=True))
    made = look(View.VERSION, {}, x509=facts)
    assert _broken(made) != []
    made.known = uncertain(made.known)
    assert _broken(made) == []


def test_certificate_may_be_anything_where_its_request_was_not_read_either() -> None:
    made = look(View.VERSION, {}, x509=facts_of(certificate(subject=PEER)), csr=replace(right_request(), subject=None))
    assert _broken(made) == ["X509-08"]
    made.known = replace(made.known, pending=None)
    assert _broken(made) == []


def test_certificate_is_held_against_the_policy_that_its_version_remembers() -> None:
    made = look(View.VERSION, {}, policy=changed("x509_props", subject="CN=peer"), x509=right())
    assert _broken(made) == ["X509-08"]
    made.version = Remembering(created=MADE, making=Making.SELF_SIGNED, policy=Doc(POLICY))
    assert _broken(made) == []


def test_key_of_the_request_may_be_of_a_kind_that_the_policy_names_no_more() -> None:
    assert _broken(look(View.VERSION, {}, policy=EC_POLICY, x509=right(), csr=right_request())) == []
    assert _broken(look(View.VERSION, {}, policy=EC_POLICY, x509=right())) == ["X509-05"]


def test_certificate_of_a_ca_may_differ_in_all_but_the_key() -> None:
    facts = facts_of(
        certificate(
            signer=OTHER, issuer=PEER, subject=PEER, names=(), serial=7, order=("constraints", "usages"), ca=True
        )
    )
    made = look(View.VERSION, {}, making=Making.ORDERED, x509=facts, csr=right_request())
    assert _broken(made) == []
    assert _broken(_with(made, csr=facts_of(request(key=OTHER)))) == ["X509-04"]


def test_certificate_from_before_the_session_may_be_anything() -> None:
    facts = facts_of(certificate(signer=OTHER, issuer=PEER, serial=7, order=()))
    assert _broken(look(View.VERSION, {}, making=Making.PRIOR, x509=facts)) == []


def test_key_may_be_new_where_the_former_one_does_not_fit_the_policy() -> None:
    policy = changed("key_props", reuse_key=True, key_size=4096)
    assert RULES["X509-56"].holds(asking("key_props.reuse_key", policy=policy, former=right(), key=OTHER))


def test_key_may_be_new_where_nobody_knows_whether_the_former_one_can_leave_its_hsm() -> None:
    seen = asking("key_props.reuse_key", policy=REUSE, former=right(), key=OTHER)
    unknown = replace(seen.known, versions=(replace(seen.known.versions[0], policy=UNKNOWN),))
    seen.known = unknown

    assert RULES["X509-56"].holds(seen)


def test_request_of_a_seen_policy_is_held_against_it() -> None:
    made = look(View.OPERATION, {}, operation=Operation.CREATE, csr=facts_of(request(subject=PEER)))
    assert _broken(made) == ["X509-49"]


def test_request_is_held_against_the_policy_when_it_is_made_alone() -> None:
    assert _broken(look(View.OPERATION, {}, operation=Operation.POLL, csr=facts_of(request(subject=PEER)))) == []


def test_subject_that_can_be_read_in_more_than_one_way_is_not_judged() -> None:
    odd = changed("x509_props", subject=r"CN=a\,b")
    assert _broken(asking("x509_props.subject", policy=odd)) == []


def test_names_in_no_known_form_are_not_judged() -> None:
    odd = changed("x509_props", sans=["web.example"])
    assert _broken(asking("x509_props.sans", policy=odd)) == []


def test_names_beyond_ascii_are_not_judged() -> None:
    odd = changed("x509_props", sans={"dns_names": ["bücher.example"]})
    assert _broken(asking("x509_props.sans", policy=odd)) == []


def test_addresses_are_compared_as_addresses() -> None:
    policy = changed("x509_props", sans={"ipAddresses": ["2001:DB8:0::1"], "dns_names": [], "emails": None})
    made = (x509.IPAddress(ipaddress.ip_address("2001:db8::1")),)
    assert _broken(asking("x509_props.sans", policy=policy, names=made)) == []
    policy = changed("x509_props", sans={"ipAddresses": ["here"]})
    assert _broken(asking("x509_props.sans", policy=policy, names=made)) == ["X509-50"]


def test_imported_names_of_kinds_that_the_wire_does_not_show_are_let_be() -> None:
    shown = changed("x509_props", subject=right().subject, validity_months=13, sans=None)
    made = (x509.UniformResourceIdentifier("https://example"), x509.RegisteredID(ObjectIdentifier("1.2.3")))
    assert _broken(imported(policy=shown, names=made)) == []
    shown = changed("x509_props", subject=right().subject, validity_months=13, sans={"uris": []})
    assert _broken(imported(policy=shown, names=made)) == ["X509-24"]


# validity from the 31st of January 2022, 00:00, and the months that it may be called
@pytest.mark.parametrize(
    ("seconds", "months"),
    [
        (28 * 86_400, {1}),  # to the end of February
        (28 * 86_400 + 60, {2}),
        (365 * 86_400, {12, 13}),  # to the second: whether the last one counts is not known
        (365 * 86_400 - 1, {12}),
        (365 * 86_400 + 600, {13}),  # observed P-53
    ],
)
def test_months_of_an_imported_certificate_are_rounded_up(seconds: int, months: set[int]) -> None:
    begin = 1_643_587_200
    fitting = set()
    for number in range(15):
        shown = changed("x509_props", validity_months=number)
        if RULES["X509-27"].holds(imported(policy=shown, nbf=begin, exp=begin + seconds)):
            fitting.add(number)
    assert fitting <= months | {min(months) + 1}
    assert min(months) in fitting


def test_purposes_that_a_policy_leaves_empty_are_not_judged() -> None:
    empty = changed("x509_props", ekus=[], key_usage=[])
    assert _broken(asking("x509_props.ekus", "x509_props.key_usage", policy=empty)) == []


def _broken(made: Look) -> list[str]:
    """The rules that apply to a look, and are broken."""
    applying = [rule for rule in X509_RELATIONS if made.view in rule.views and rule.when(made)]
    return [rule.rule for rule in applying if not rule.holds(made)]


# --- the table


def test_rules_are_in_order() -> None:
    assert list(RULES) == sorted(RULES)


def test_every_source_stands_in_the_register() -> None:
    register = tomllib.loads(REGISTER.read_text("utf-8"))
    known = {name for part in register.values() for name in part}
    assert {source for rule in X509_RELATIONS for source in rule.because} <= known


@pytest.mark.parametrize("relation", X509_RELATIONS, ids=list(RULES))
def test_every_rule_says_in_a_sentence_what_must_be(relation: Relation) -> None:
    sentence = str(relation.holds.__doc__)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert relation.because


def test_password_with_a_zero_opens_nothing() -> None:
    path = FOLDER_OF_SAMPLES / "import-renew.yaml"
    value = re.search(r"MII[A-Za-z0-9+/]{300,}={0,2}", path.read_text(encoding="utf-8"))

    assert value is not None
    facts = X509Reader().secret(value[0], "a\0b")
    assert facts is None or facts.locked


FOLDER_OF_SAMPLES = Path(__file__).resolve().parents[1] / "conformance" / "samples"
