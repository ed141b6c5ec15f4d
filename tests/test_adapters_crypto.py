"""The in-memory vault's cryptography: whatever is made is read back by the reader that the rules use, and compared.

The strongest test puts the recorded policies in, and compares with the recorded requests and certificates byte by byte.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import warnings
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from certlife.adapters import der
from certlife.adapters.blobs import BlobMalformed, seal, unseal
from certlife.adapters.certificates import (
    CertificateMalformed,
    LocalCA,
    SubjectMalformed,
    certificates_in,
    csr,
    leaf_of,
    months_after,
    policy_of,
    public_key_matches,
    self_signed,
    thumbprint,
    times_of,
    uuid_serial,
)
from certlife.adapters.der import ContentRefused
from certlife.adapters.extensions import PropertyMalformed
from certlife.adapters.files import (
    EXPIRED,
    KEYLESS,
    MISMATCH,
    ODD_KEY,
    ODD_PEM,
    UNREAD_PEM,
    UNREAD_PFX,
    FileRefused,
    opened,
    written,
)
from certlife.adapters.files import PEM as PEM_FILE
from certlife.adapters.files import PKCS12 as PFX_FILE
from certlife.adapters.keys import RSA_SIZES, KeyMaker, PrivateKey, jwk, spelled
from certlife.adapters.subjects import distinguished_name
from certlife.adapters.x509 import X509Reader
from certlife.model.x509 import names_in, web_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import AttributeOID
from hypothesis import example, given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certlife.model.x509 import X509Facts

GROUND_TRUTH = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
recorded = pytest.mark.skipif(not GROUND_TRUTH.is_dir(), reason="the recordings in ../shared/ground-truth are not here")

READER = X509Reader()
NOW = 1_648_060_395
"""23 March 2022, seconds since 1970."""
SERIAL = 0x1E05C1D5D8254B549D75B1D29E82D08F
SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
KINDS = [
    ("RSA", 2048, None),
    ("RSA", 3072, None),
    ("RSA-HSM", 4096, None),
    ("EC", None, "P-256"),
    ("EC", None, "P-384"),
    ("EC-HSM", 521, None),
    ("EC", 256, "P-256K"),
]
KEYS: list[PrivateKey] = list(starmap(KeyMaker(1).make, KINDS))
KEY, OTHER = KEYS[0], KeyMaker(2).make("RSA", 2048, None)
POLICY: dict[str, Any] = {
    "x509_props": {
        "subject": 'C=US, ST=WA, L=Redmond, O="Docs, Contoso", OU=TestOU, CN=*.example',
        "sans": {
            "dns_names": ["web.example", "1"],
            "emails": ["me@example"],
            "upns": ["me@contoso"],
            "uris": ["spiffe://example/web"],
            "ipAddresses": ["10.0.0.1", "::1"],
        },
        "ekus": [SERVER, CLIENT],
        "key_usage": ["digitalSignature", "keyEncipherment"],
        "validity_months": 12,
        "basic_constraints": {"ca": False},
    },
}
NAMES = {
    ("dns_names", "web.example"),
    ("dns_names", "1"),
    ("emails", "me@example"),
    ("upns", "me@contoso"),
    ("uris", "spiffe://example/web"),
    ("ipAddresses", "10.0.0.1"),
    ("ipAddresses", "::1"),
}


def with_props(**props: object) -> dict[str, Any]:
    """The policy with other x509_props."""
    return {"x509_props": POLICY["x509_props"] | props}


def text(content: bytes | bytearray) -> str:
    """Bytes as the wire carries them."""
    return base64.b64encode(content).decode()


def request_facts(key: PrivateKey, policy: dict[str, Any]) -> X509Facts:
    """The request made for a policy, read."""
    facts = READER.request(csr(key, policy))
    assert facts is not None
    return facts


def facts_of(certificate: bytes) -> X509Facts:
    """A certificate, read."""
    facts = READER.certificate(text(certificate))
    assert facts is not None
    return facts


def own(key: PrivateKey, issued_at: int = NOW) -> bytes:
    """A certificate that a key signed itself."""
    return self_signed(key, POLICY, issued_at, SERIAL)


# --- keys


@pytest.mark.parametrize(("kind", "key"), list(zip(KINDS, KEYS, strict=True)))
def test_a_key_has_the_type_size_and_curve_asked_for(kind: tuple[str, int | None, str | None], key: PrivateKey) -> None:
    kty, size, curve = kind
    shown = policy_of(own(key))["key_props"]
    assert kty.removesuffix("-HSM") == shown["kty"]
    assert size in (None, shown["key_size"])
    assert curve in (None, shown.get("crv"))


def test_two_makers_with_one_seed_make_the_same_keys() -> None:
    first, second = KeyMaker(7), KeyMaker(7)
    for kind in KINDS * 3:
        assert spelled(first.make(*kind)) == spelled(second.make(*kind))


def test_makers_with_different_seeds_make_different_keys() -> None:
    for kind in KINDS:
        assert len({spelled(KeyMaker(seed).make(*kind)) for seed in range(8)}) == 8


def test_no_key_is_made_twice_even_when_the_pool_is_used_up() -> None:
    maker = KeyMaker(3)
    made = [spelled(maker.make("RSA", 3072, None)) for _ in range(24 * 23 // 2 + 1)]
    made += [spelled(maker.make(kty, size, crv)) for kty, size, crv in KINDS[3:] * 50]
    made += [spelled(maker.make("RSA-HSM" if turn % 2 else "RSA", 2048, None)) for turn in range(500)]
    assert len(set(made)) == len(made)


def test_the_first_keys_of_a_maker_share_no_prime() -> None:
    maker, primes = KeyMaker(4), set()
    for _ in range(51):
        key = maker.make("RSA", 2048, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        primes |= {key.private_numbers().p, key.private_numbers().q}
    assert len(primes) == 102


def test_the_pool_holds_primes() -> None:
    lines = (Path(der.__file__).parent / "primes.txt").read_text("ascii").split()
    primes = [int(line, 16) for line in lines]
    assert len(set(primes)) == len(primes)
    assert {2 * prime.bit_length() for prime in primes} == set(RSA_SIZES)
    for prime in primes:
        assert (prime * prime).bit_length() == 2 * prime.bit_length(), "the product of two has its full size"
        assert prime % 65537 != 1
        assert pow(3, prime - 1, prime) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_key_survives_the_checks_that_were_skipped_when_it_was_made(key: PrivateKey) -> None:
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    loaded = serialization.load_der_private_key(key.private_bytes(serialization.Encoding.DER, form, bare), None)
    assert isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert spelled(loaded) == spelled(key)


@pytest.mark.parametrize("kind", [("RSA", 1024, None), ("EC", None, "P-224"), ("oct", 256, None), ("", None, None)])
def test_a_key_that_no_vault_makes_is_refused(kind: tuple[str, int | None, str | None]) -> None:
    with pytest.raises(PropertyMalformed, match=r"policy\.key_props"):
        KeyMaker(1).make(*kind)


def test_the_old_name_of_a_curve_is_understood() -> None:
    assert policy_of(own(KeyMaker(1).make("EC", None, "SECP256K1")))["key_props"]["crv"] == "P-256K"


@pytest.mark.parametrize("key", KEYS)
def test_the_key_shown_is_the_key(key: PrivateKey) -> None:
    shown = jwk(key, "https://vault/keys/web/1", ["digitalSignature"])
    assert web_key(shown) == spelled(key)
    assert shown["key_ops"] == ["sign", "verify"]
    members = ["kid", "kty", "key_ops", *(["n", "e"] if shown["kty"] == "RSA" else ["crv", "x", "y"])]
    assert list(shown) == members
    assert shown.get("e", "AQAB") == "AQAB"


def test_a_coordinate_is_shown_in_its_full_length() -> None:
    maker = KeyMaker(5)
    lengths = {len(str(jwk(maker.make("EC", None, "P-521"), "", None)["x"])) for _ in range(600)}
    assert lengths == {88}


@pytest.mark.parametrize(
    ("usages", "operations"),
    [
        # key_usage, key_ops
        (None, ["sign", "verify", "wrapKey", "unwrapKey"]),
        ([], []),
        (["dataEncipherment"], ["encrypt", "decrypt"]),
        (["decipherOnly"], ["decrypt"]),
        (["encipherOnly"], ["encrypt"]),
        (["keyCertSign"], ["sign", "verify"]),
        (["crlSign"], ["sign", "verify"]),
        (["keyAgreement"], []),
        (
            ["digitalSignature", "keyAgreement", "keyCertSign", "keyEncipherment", "nonRepudiation"],
            ["sign", "verify", "wrapKey", "unwrapKey"],
        ),
    ],
)
def test_a_key_may_do_what_its_usages_stand_for(usages: list[str] | None, operations: list[str]) -> None:
    assert jwk(KEY, "", usages)["key_ops"] == operations


def test_a_key_of_an_hsm_is_called_so() -> None:
    assert [jwk(key, "", None, hsm=True)["kty"] for key in (KEY, KEYS[3])] == ["RSA-HSM", "EC-HSM"]


# --- requests and certificates

ORDER_OF_REQUESTS = ("2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.19")
ORDER_OF_CERTIFICATES = ("2.5.29.15", "2.5.29.19", "2.5.29.37", "2.5.29.17", "2.5.29.35", "2.5.29.14")
SIGNATURES = {
    2048: "1.2.840.113549.1.1.11",
    3072: "1.2.840.113549.1.1.11",
    4096: "1.2.840.113549.1.1.11",
    256: "1.2.840.10045.4.3.2",
    384: "1.2.840.10045.4.3.3",
    521: "1.2.840.10045.4.3.4",
}


@pytest.mark.parametrize("key", KEYS)
def test_a_request_says_what_its_policy_says(key: PrivateKey) -> None:
    facts = request_facts(key, POLICY)
    assert facts.self_signed is True
    assert facts.key == spelled(key)
    assert facts.subject is not None
    assert names_in(facts.subject) == names_in(POLICY["x509_props"]["subject"])
    assert set(facts.names or ()) == NAMES
    assert facts.ekus == (SERVER, CLIENT)
    assert facts.key_usage == ("digitalSignature", "keyEncipherment")
    assert facts.ca is False
    assert facts.signature == SIGNATURES[facts.key_size]
    assert facts.extensions == tuple((oid, oid == "2.5.29.15") for oid in ORDER_OF_REQUESTS)


@pytest.mark.parametrize("key", KEYS)
def test_a_self_signed_certificate_says_what_its_policy_says(key: PrivateKey) -> None:
    facts, request = facts_of(own(key)), request_facts(key, POLICY)
    assert facts.self_signed is True
    assert facts.version == 3
    assert facts.issuer == facts.subject == request.subject
    assert (facts.names, facts.ekus, facts.key_usage) == (request.names, request.ekus, request.key_usage)
    assert (facts.key, facts.ca, facts.signature) == (request.key, request.ca, request.signature)
    assert facts.extensions == tuple((oid, oid == "2.5.29.15") for oid in ORDER_OF_CERTIFICATES)
    assert facts.key_sha1 == facts.subject_key_id == facts.authority_key_id
    assert (facts.nbf, facts.exp) == (NOW - 600, NOW + 365 * 86400)
    assert facts.serial == SERIAL
    assert public_key_matches(own(key), key)
    assert not public_key_matches(own(key), OTHER)
    assert times_of(own(key)) == (facts.nbf, facts.exp)
    assert thumbprint(own(key)) == facts.thumbprint


@pytest.mark.parametrize("key", KEYS)
def test_the_same_makes_the_same(key: PrivateKey) -> None:
    assert own(key) == own(key)
    assert csr(key, POLICY) == csr(key, POLICY)


@pytest.mark.parametrize("key", KEYS)
def test_the_library_reads_what_was_made(key: PrivateKey) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        certificate = x509.load_der_x509_certificate(own(key))
        certificate.verify_directly_issued_by(certificate)
        assert len(certificate.extensions) == 6
        request = x509.load_der_x509_csr(base64.b64decode(csr(key, POLICY)))
        assert request.is_signature_valid
        assert len(request.extensions) == 4
    assert certificate.subject == certificate.issuer == request.subject
    assert certificate.subject.rdns[0].rfc4514_string() == "CN=*.example"


@given(st.integers())
def test_a_serial_number_is_a_positive_random_uuid(number: int) -> None:
    serial = uuid_serial(number)
    assert 0 < serial < 1 << 127
    assert serial >> 76 & 0xF == 4
    assert serial >> 62 & 3 == 2
    assert uuid_serial(serial) == serial


@pytest.mark.parametrize(
    ("usages", "content"),
    [
        # key_usage, the DER of keyUsage
        (["digitalSignature", "keyEncipherment"], "030205a0"),  # P-89
        (["decipherOnly"], "0303070080"),  # P-95
        (["crlSign"], "03020102"),
        (["encipherOnly", "digitalSignature"], "03020081"),
    ],
)
def test_key_usages_are_written_in_the_fewest_bits(usages: list[str], content: str) -> None:
    policy = with_props(key_usage=usages)
    assert bytes.fromhex(content) in base64.b64decode(csr(KEY, policy))
    read = facts_of(self_signed(KEY, policy, NOW, SERIAL)).key_usage
    assert {usage.lower() for usage in read or ()} == {usage.lower() for usage in usages}


def test_what_a_policy_leaves_open_gets_the_defaults() -> None:
    facts = request_facts(KEY, {"x509_props": {"subject": "CN=web"}})
    assert facts.ekus == (SERVER, CLIENT)
    assert facts.key_usage == ("digitalSignature", "keyEncipherment")
    assert [oid for oid, _ in facts.extensions or ()] == ["2.5.29.15", "2.5.29.37", "2.5.29.19"]
    assert times_of(self_signed(KEY, {}, NOW, SERIAL))[1] == NOW + 365 * 86400


def test_what_a_policy_lists_as_empty_is_left_out() -> None:
    facts = request_facts(KEY, {"x509_props": {"subject": "CN=web", "ekus": [], "key_usage": [], "sans": {}}})
    assert facts.extensions == (("2.5.29.19", False),)


def test_a_certificate_authority_is_one_if_the_policy_says_so() -> None:
    assert request_facts(KEY, with_props(basic_constraints={"ca": True})).ca is True
    assert facts_of(self_signed(KEY, with_props(basic_constraints={"ca": True}), NOW, SERIAL)).ca is True


@pytest.mark.parametrize(
    "props",
    [
        {"key_usage": ["invalid"]},
        {"key_usage": "digitalSignature"},
        {"ekus": ["1"]},
        {"ekus": ["server"]},
        {"ekus": ["1.40.3"]},
        {"ekus": [1]},
        {"sans": []},
        {"sans": {"dns_names": "web"}},
        {"sans": {"ipAddresses": ["web"]}},
        {"sans": {"emails": ["\ud800"]}},
    ],
)
def test_what_is_no_x509_property_is_refused(props: dict[str, Any]) -> None:
    with pytest.raises(PropertyMalformed, match=r"policy\.x509_props\."):
        csr(KEY, with_props(**props))


def test_a_host_beyond_ascii_is_written_as_idna_if_it_can_be() -> None:
    facts = request_facts(KEY, with_props(sans={"dns_names": ["bücher.example", "ü" * 70]}))
    assert facts.names == (("dns_names", "xn--bcher-kva.example"), ("dns_names", "ü" * 70))


@pytest.mark.parametrize(
    ("months", "ends"),
    [
        (0, "2024-02-29T12:00:00"),
        (1, "2024-03-29T12:00:00"),
        (12, "2025-02-28T12:00:00"),
        (48, "2028-02-29T12:00:00"),
        (1200, "2124-02-29T12:00:00"),
        (10**9, "9999-12-31T23:59:59"),
    ],
)
def test_validity_is_counted_in_calendar_months(months: int, ends: str) -> None:
    issued = int(dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC).timestamp())
    expected = int(dt.datetime.fromisoformat(f"{ends}+00:00").timestamp())
    assert months_after(issued, months) == expected
    certificate = self_signed(KEY, with_props(validity_months=months), issued, SERIAL)
    assert times_of(certificate) == (issued - 600, expected)


@pytest.mark.parametrize("content", ["1f00", "30", "3080", "308201", "3003", "300102"])
def test_what_is_no_der_is_refused(content: str) -> None:
    with pytest.raises(ContentRefused, match="no DER"):
        der.items(der.items(bytes.fromhex(content))[0][1])


# --- subjects


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        # as in a policy, as the service writes it
        ("", ""),
        ("CN=web", "CN=web"),
        ("cn = web ", "CN=web"),
        ("C=US, ST=WA, L=Redmond, O=TestO, OU=TestOU, CN=www", "C=US, S=WA, L=Redmond, O=TestO, OU=TestOU, CN=www"),
        ('O="Docs, Contoso";CN="say ""hi"""', 'O="Docs, Contoso", CN="say ""hi"""'),
        ("CN=a\nOU=b", "CN=a, OU=b"),
        ("E=me@example, DC=example, T=Dr, SERIALNUMBER=7", "E=me@example, DC=example, T=Dr, SERIALNUMBER=7"),
        ("OID.2.5.4.3=web, 2.5.4.10=o", "CN=web, O=o"),
        ("2.5.4.15=business", "OID.2.5.4.15=business"),
        ("CN=web,", "CN=web"),
        ("CN=", 'CN=""'),
        ("CN=Bücher", "CN=Bücher"),
        ("OU=b + CN=web, C=US", "OU=b + CN=web, C=US"),
        ("CN=web + OU=b, C=US", "OU=b + CN=web, C=US"),  # a SET is sorted
    ],
)
def test_a_subject_is_written_as_it_was_given(subject: str, read: str) -> None:
    facts = request_facts(KEY, with_props(subject=subject))
    assert facts.subject == read


@pytest.mark.parametrize(
    "subject",
    ["Self", "web", "=web", "CN", "CN=a,,CN=b", "CN=a=b", 'CN="a', 'CN="a" b', "O=Docs, Contoso", "FOO=a", "CN=a+", ",",
     "CN=\ud800", "1=2", "9.9=a", "C=US CN=a"],
)  # fmt: skip
def test_what_is_no_distinguished_name_is_refused(subject: str) -> None:
    with pytest.raises(SubjectMalformed):
        csr(KEY, with_props(subject=subject))


def test_a_subject_that_is_no_text_is_refused() -> None:
    with pytest.raises(SubjectMalformed):
        csr(KEY, with_props(subject=1))


def test_a_name_is_printable_where_it_can_be_and_reversed() -> None:
    assert distinguished_name("C=US, CN=web").hex() == "301b310c300a06035504031303776562310b3009060355040613025553"
    assert distinguished_name("CN=*.example")[11] == der.UTF8_STRING
    assert der.element(der.IA5_STRING, b"me@example") in distinguished_name("E=me@example")


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\\", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(st.tuples(st.sampled_from(["CN", "O", "OU", "L", "S", "C", "E"]), VALUES), min_size=1, max_size=6))
def test_every_quoted_subject_is_read_back(attributes: list[tuple[str, str]]) -> None:
    subject = ", ".join(f'{kind}="{value.replace(chr(34), chr(34) * 2)}"' for kind, value in attributes)
    facts = request_facts(KEYS[3], with_props(subject=subject))
    assert facts.subject is not None
    assert sorted(attributes) == list(names_in(subject) or ())
    assert names_in(facts.subject) == names_in(subject)


# --- the local authority


@pytest.mark.parametrize("key", KEYS)
def test_the_authority_issues_what_a_request_asks_for(key: PrivateKey) -> None:
    leaf, issuer = LocalCA(1).issue(csr(key, POLICY), NOW, 12)
    facts, request = facts_of(leaf), request_facts(key, POLICY)
    assert (facts.key, facts.subject, facts.names) == (request.key, request.subject, request.names)
    assert (facts.ekus, facts.key_usage, facts.ca) == (request.ekus, request.key_usage, request.ca)
    assert (facts.nbf, facts.exp) == (NOW, NOW + 365 * 86400)
    assert facts.issuer == facts_of(issuer).subject != facts.subject
    assert facts_of(issuer).ca is True
    assert facts.authority_key_id == facts_of(issuer).subject_key_id
    authority = x509.load_der_x509_certificate(issuer)
    x509.load_der_x509_certificate(leaf).verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)


def test_the_authority_never_gives_a_serial_number_twice_and_repeats_itself_under_its_seed() -> None:
    request, first, second = csr(KEY, POLICY), LocalCA(1), LocalCA(1)
    made = [first.issue(request, NOW, 12)[0] for _ in range(20)]
    assert made == [second.issue(request, NOW, 12)[0] for _ in range(20)]
    assert len({facts_of(leaf).serial for leaf in made}) == 20
    assert LocalCA(2).issue(request, NOW, 12)[0] not in made


def test_the_authority_may_put_in_another_subject() -> None:
    leaf, _ = LocalCA(1).issue(csr(KEY, POLICY), NOW, 12, subject="CN=other")
    assert facts_of(leaf).subject == "CN=other"


def forged() -> str:
    """A request whose signature is wrong."""
    request = bytearray(base64.b64decode(csr(KEY, POLICY)))
    request[-1] ^= 1
    return text(request)


@pytest.mark.parametrize("request_", [forged(), "", "-", text(own(KEY)), text(csr(KEY, POLICY).encode())])
def test_the_authority_refuses_what_is_no_sound_request(request_: str) -> None:
    with pytest.raises(CertificateMalformed):
        LocalCA(1).issue(request_, NOW, 12)


def test_the_authority_issues_for_a_request_without_extensions() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")])
    bare = x509.CertificateSigningRequestBuilder(name).sign(KEY, hashes.SHA256())
    challenged = (
        x509.CertificateSigningRequestBuilder(name)
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"me")
        .sign(KEY, hashes.SHA256())
    )
    for request in (bare, challenged):
        leaf, _ = LocalCA(1).issue(text(request.public_bytes(serialization.Encoding.DER)), NOW, 12)
        assert [oid for oid, _ in facts_of(leaf).extensions or ()] == ["2.5.29.35", "2.5.29.14"]


# --- chains

CHAIN = LocalCA(1).issue(csr(KEY, POLICY), NOW, 12)
LEAF = CHAIN[0]


def pem_of(*certificates: bytes) -> str:
    """Certificates as PEM."""
    return written(None, certificates, PEM_FILE)


def p7b(form: serialization.Encoding) -> bytes:
    """The chain as a P7B."""
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(one) for one in CHAIN], form)


@pytest.mark.parametrize(
    "chain",
    [
        [*map(text, CHAIN)],
        [text(text(one).encode()) for one in CHAIN],
        [pem_of(one) for one in CHAIN],
        [text(pem_of(one).encode()) for one in CHAIN],
        [pem_of(*CHAIN)],
        [text(pem_of(*CHAIN).encode())],
        [text(one) + "\n-----END CERTIFICATE-----\n" for one in CHAIN],
        [text(p7b(serialization.Encoding.DER))],
        [p7b(serialization.Encoding.PEM).decode()],
        [text(p7b(serialization.Encoding.PEM))],
    ],
)
def test_a_chain_is_read_in_every_form(chain: list[str]) -> None:
    found = certificates_in(chain)
    assert sorted(found) == sorted(CHAIN)
    place = leaf_of(chain, KEY)
    assert place is not None
    assert found[place] == LEAF


def test_the_leaf_is_found_wherever_it_stands() -> None:
    assert leaf_of([text(CHAIN[1]), text(LEAF)], KEY) == 1
    assert leaf_of([*map(text, CHAIN)], OTHER) is None


@pytest.mark.parametrize(
    "chain",
    [[], [""], ["MII"], ["not base64"], ["-----BEGIN CERTIFICATE-----"], [text(LEAF[:-1])], [text(LEAF + b"0")],
     [text(b"\x30\x0b\x06\x09" + bytes.fromhex("2a864886f70d010702"))], [csr(KEY, POLICY)]],
)  # fmt: skip
def test_a_chain_that_can_not_be_read_is_refused(chain: list[str]) -> None:
    with pytest.raises(CertificateMalformed):
        leaf_of(chain, KEY)


# --- what an import derives


def built(key: PrivateKey, begin: dt.datetime, end: dt.datetime) -> bytes:
    """A certificate of somebody else's making, without extensions."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, end)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("begin", "end", "months"),
    [
        ("2019-10-15", "2029-10-12", 120),  # P-53
        ("2021-08-06", "2121-07-13", 1200),  # P-53
        ("2020-01-01T00:00", "2025-01-01T00:10", 61),  # P-53
        ("2020-01-01", "2021-01-01", 12),
        ("2020-01-01", "2020-01-02", 1),
        ("2020-01-01", "2020-01-01", 0),
        ("2000-01-01", "9999-12-31T23:59:59", 96000),
    ],
)
def test_validity_is_rounded_up_to_months(begin: str, end: str, months: int) -> None:
    certificate = built(KEYS[3], dt.datetime.fromisoformat(begin), dt.datetime.fromisoformat(end))
    assert policy_of(certificate)["x509_props"]["validity_months"] == months


def test_a_policy_is_derived_from_a_certificate() -> None:
    props = policy_of(own(KEYS[4]))
    assert props["key_props"] == {
        "exportable": True, "kty": "EC", "key_size": 384, "reuse_key": False, "crv": "P-384",
    }  # fmt: skip
    assert props["x509_props"] == POLICY["x509_props"] | {
        "subject": 'C=US, S=WA, L=Redmond, O="Docs, Contoso", OU=TestOU, CN=*.example',
        "validity_months": 13,  # J-30
    }


def test_a_policy_derived_from_a_bare_certificate_has_empty_lists_and_no_names() -> None:
    certificate = built(KEY, dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1))  # noqa: DTZ001 - the library's UTC
    props = policy_of(certificate)["x509_props"]
    assert list(props) == ["subject", "ekus", "key_usage", "validity_months", "basic_constraints"]
    assert (props["ekus"], props["key_usage"], props["basic_constraints"]) == ([], [], {"ca": False})


def test_a_name_of_a_kind_that_no_policy_knows_is_left_out() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")])
    begin, end = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    names = x509.SubjectAlternativeName([x509.RegisteredID(x509.ObjectIdentifier("1.2.3")), x509.DNSName("web")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 7, begin, end).add_extension(names, critical=False)
    certificate = builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert policy_of(certificate)["x509_props"]["sans"] == {"emails": [], "dns_names": ["web"], "upns": []}


def test_a_certificate_without_a_known_key_has_no_policy() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")])
    begin, end = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, ed25519.Ed25519PrivateKey.generate().public_key(), 7, begin, end)
    certificate = builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert not public_key_matches(certificate, KEY)
    with pytest.raises(CertificateMalformed, match="neither RSA nor EC"):
        policy_of(certificate)


@pytest.mark.parametrize("read", [policy_of, times_of, lambda content: public_key_matches(content, KEY)])
def test_what_is_no_certificate_is_refused(read: Callable[[bytes], object]) -> None:
    for content in (b"", b"garbage", LEAF[:-1], base64.b64decode(csr(KEY, POLICY))):
        with pytest.raises(CertificateMalformed):
            read(content)


# --- files


def key_pem(key: PrivateKey, password: str | None = None) -> str:
    """A private key in PKCS#8."""
    lock = (
        serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password.encode())
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()


def pfx(
    key: PrivateKey | dsa.DSAPrivateKey | None,
    certificates: list[bytes],
    lock: serialization.KeySerializationEncryption | None = None,
) -> str:
    """A PFX as somebody else writes it."""
    leaf, *others = [x509.load_der_x509_certificate(one) for one in certificates]
    lock = lock or serialization.NoEncryption()
    return text(pkcs12.serialize_key_and_certificates(b"web", key, leaf, others, lock))


def legacy(password: bytes) -> serialization.KeySerializationEncryption:
    """The encryption of old Windows."""
    builder = serialization.PrivateFormat.PKCS12.encryption_builder()
    builder = builder.kdf_rounds(2000).key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    return builder.hmac_hash(hashes.SHA1()).build(password)  # noqa: S303 - as old as it was


@pytest.mark.parametrize(
    ("value", "password", "content_type"),
    [
        (pfx(KEY, CHAIN), None, None),
        (pfx(KEY, CHAIN), None, PFX_FILE),
        (pfx(KEY, CHAIN), "", PFX_FILE),
        (pfx(KEY, CHAIN, serialization.BestAvailableEncryption(b"1234")), "1234", None),
        (pfx(KEY, CHAIN, legacy(b"1234")), "1234", None),
        (pfx(KEY, CHAIN, legacy("pässwörd".encode())), "pässwörd", None),
        (key_pem(KEY) + pem_of(*CHAIN), None, PEM_FILE),
        (key_pem(KEY) + pem_of(*CHAIN), "1234", PEM_FILE),
        (pem_of(*CHAIN) + key_pem(KEY), None, PEM_FILE),
        (pem_of(*reversed(CHAIN)) + key_pem(KEY), None, PEM_FILE),
        (key_pem(KEY, "1234") + pem_of(*CHAIN), "1234", PEM_FILE),
        (text((key_pem(KEY) + pem_of(*CHAIN)).encode()), None, PEM_FILE),
    ],
)
def test_a_file_is_opened(value: str, password: str | None, content_type: str | None) -> None:
    file = opened(value, password, content_type, NOW)
    assert spelled(file.key) == spelled(KEY)
    assert (file.leaf, file.chain) == (LEAF, (CHAIN[1],))
    assert file.form == (content_type or PFX_FILE)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("content_type", [PFX_FILE, PEM_FILE])
def test_a_file_that_was_written_opens_again(key: PrivateKey, content_type: str) -> None:
    chain = LocalCA(1).issue(csr(key, POLICY), NOW, 12)
    value = written(key, chain, content_type)
    file = opened(value, None, content_type, NOW)
    assert (spelled(file.key), [file.leaf, *file.chain]) == (spelled(key), chain)
    facts = READER.secret(value)
    assert facts is not None
    assert (facts.content_type, facts.private_key, facts.locked) == (content_type, spelled(key), False)
    assert facts.certificates == tuple(map(facts_of, chain))


@pytest.mark.parametrize("content_type", [PFX_FILE, PEM_FILE])
def test_a_file_without_its_key_holds_the_chain_alone(content_type: str) -> None:
    facts = READER.secret(written(None, CHAIN, content_type))
    assert facts is not None
    assert (facts.content_type, facts.private_key, facts.locked) == (content_type, None, False)
    assert facts.certificates == tuple(map(facts_of, CHAIN))


def test_a_pem_file_has_the_key_first() -> None:
    value = written(KEY, CHAIN, PEM_FILE)
    assert value == key_pem(KEY) + "".join(
        x509.load_der_x509_certificate(one).public_bytes(serialization.Encoding.PEM).decode() for one in CHAIN
    )


def old_form(key: PrivateKey) -> str:
    """A private key in the form before PKCS#8."""
    lock = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, lock).decode()


@cache
def dsa_key() -> dsa.DSAPrivateKey:
    """A key of a kind that the vault does not take."""
    return dsa.generate_private_key(1024)  # noqa: S505 - it is to be refused


def dsa_pfx() -> str:
    """A PFX with such a key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web")])
    begin, end = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, dsa_key().public_key(), 7, begin, end)
    return pfx(dsa_key(), [builder.sign(dsa_key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)])


def mixed_pfx() -> str:
    """A PFX whose key is not the certificate's."""
    leaf = x509.load_der_x509_certificate(own(OTHER))
    return text(pkcs12.serialize_key_and_certificates(None, KEY, None, [leaf], serialization.NoEncryption()))


def odd_pfx(key: PrivateKey) -> str:
    """A PFX with a key of a size or curve that the vault does not take."""
    begin, end = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    return pfx(key, [built(key, begin, end)])


SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is to be refused
ODD_CURVE = ec.generate_private_key(ec.BrainpoolP256R1())
LOCKED = serialization.BestAvailableEncryption(b"1234")
ENDED = own(KEY, NOW - 400 * 86400)
PRIVATE_DER = KEY.private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.mark.parametrize(
    ("value", "password", "content_type", "message"),
    [
        # PFX
        (pfx(KEY, CHAIN, LOCKED), "4321", None, UNREAD_PFX),
        (pfx(KEY, CHAIN, LOCKED), None, None, UNREAD_PFX),
        (pfx(KEY, CHAIN, LOCKED), "\ud800", None, UNREAD_PFX),
        (pfx(KEY, CHAIN), "1234", None, UNREAD_PFX),
        (pfx(KEY, CHAIN), "12\x0034", None, UNREAD_PFX),
        (pfx(None, CHAIN), None, None, KEYLESS),
        (pfx(OTHER, [own(OTHER)])[:-8], None, None, UNREAD_PFX),
        (pfx(KEY, [ENDED]), None, None, EXPIRED),
        (mixed_pfx(), None, None, MISMATCH),
        (odd_pfx(SMALL), None, None, ODD_KEY),
        (odd_pfx(ODD_CURVE), None, None, ODD_KEY),
        (dsa_pfx(), None, None, ODD_KEY),
        (text(LEAF), None, None, UNREAD_PFX),
        (text(PRIVATE_DER), None, None, UNREAD_PFX),
        ("garbage", None, None, UNREAD_PFX),
        ("", None, None, UNREAD_PFX),
        (key_pem(KEY) + pem_of(*CHAIN), None, None, UNREAD_PFX),
        # PEM
        (pfx(KEY, CHAIN), None, PEM_FILE, UNREAD_PEM),
        ("garbage", None, PEM_FILE, UNREAD_PEM),
        (text(b"garbage"), None, PEM_FILE, UNREAD_PEM),
        (pem_of(*CHAIN), None, PEM_FILE, KEYLESS),
        (key_pem(KEY), None, PEM_FILE, UNREAD_PEM),
        (key_pem(KEY) + pem_of(LEAF[:-1]), None, PEM_FILE, UNREAD_PEM),
        (key_pem(OTHER) + pem_of(*CHAIN), None, PEM_FILE, MISMATCH),
        (key_pem(KEY) + key_pem(OTHER) + pem_of(*CHAIN), None, PEM_FILE, ODD_PEM),
        (old_form(KEY) + pem_of(*CHAIN), None, PEM_FILE, ODD_PEM),
        (old_form(KEYS[3]) + pem_of(own(KEYS[3])), None, PEM_FILE, ODD_PEM),
        ((key_pem(KEY) + pem_of(*CHAIN)).replace("\n", "\r\n"), None, PEM_FILE, ODD_PEM),
        (key_pem(KEY, "1234") + pem_of(*CHAIN), None, PEM_FILE, UNREAD_PEM),
        (key_pem(KEY, "1234") + pem_of(*CHAIN), "4321", PEM_FILE, UNREAD_PEM),
        (key_pem(KEY).replace("MII", "AAA", 1) + pem_of(*CHAIN), None, PEM_FILE, UNREAD_PEM),
    ],
)
def test_a_file_that_no_vault_takes_is_refused(
    value: str, password: str | None, content_type: str | None, message: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(value, password, content_type, NOW)
    assert (refused.value.code, refused.value.message) == ("BadParameter", message)


def test_an_expired_pem_is_taken() -> None:
    assert opened(key_pem(KEY) + pem_of(ENDED), None, PEM_FILE, NOW).leaf == ENDED


# --- blobs

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
DOCUMENTS = st.dictionaries(st.text(), LEAVES | st.lists(LEAVES) | st.dictionaries(st.text(), LEAVES))


@given(DOCUMENTS, st.binary(), st.integers())
def test_a_blob_gives_back_what_was_sealed(document: dict[str, Any], key: bytes, count: int) -> None:
    blob = seal(document, key, count)
    assert unseal(blob, key) == document
    assert blob == seal(document, key, count)
    assert blob != seal(document, key, count + 1)
    assert set(blob) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_blob_is_opaque_and_about_as_long_as_its_content() -> None:
    blob = seal({"name": "web" * 1000}, b"key")
    assert 3000 < len(blob) < 4200
    assert b"web" not in base64.urlsafe_b64decode(blob + "==")


def test_a_blob_with_padding_is_read() -> None:
    document = {"a": "b"}
    for count in range(8):
        blob = seal(document | {"c": "d" * count}, b"key")
        assert unseal(blob + "=" * (-len(blob) % 4), b"key") == document | {"c": "d" * count}


def test_a_sealed_list_is_no_document() -> None:
    wrong: Any = ["web"]
    with pytest.raises(BlobMalformed):
        unseal(seal(wrong, b"key"), b"key")


@given(st.data())
def test_a_changed_blob_is_refused(data: st.DataObject) -> None:
    blob = bytearray(base64.urlsafe_b64decode(seal({"name": "web"}, b"key") + "=="))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BlobMalformed):
        unseal(base64.urlsafe_b64encode(blob).decode(), b"key")


@given(st.text() | st.binary().map(lambda content: base64.urlsafe_b64encode(content).decode()))
@example(seal({"name": "web"}, b"other key"))
@example("AAAA")
def test_garbage_is_no_blob(blob: str) -> None:
    with pytest.raises(BlobMalformed, match="Backup blob contains invalid or corrupt version"):
        unseal(blob, b"key")


# --- garbage

TEXTS = (
    st.text()
    | st.binary().map(text)
    | st.text(st.sampled_from('CN=O.1, +;"\n')).map(lambda value: f"CN={value}")
    | st.sampled_from([text(LEAF), pem_of(LEAF), pfx(KEY, CHAIN), key_pem(KEY)])
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inside: st.lists(inside) | st.dictionaries(TEXTS, inside)
)
PROPS = st.fixed_dictionaries(
    {},
    optional={
        "subject": TEXTS | JSON,
        "sans": st.dictionaries(
            st.sampled_from(["dns_names", "upns", "ipAddresses", "emails", "uris"]), st.lists(TEXTS)
        )
        | JSON,
        "ekus": st.lists(TEXTS) | JSON,
        "key_usage": st.lists(TEXTS) | JSON,
        "validity_months": st.integers() | JSON,
        "basic_constraints": JSON,
    },
)


def refused_or_done(attempt: Callable[[], object]) -> None:
    """Nothing but the errors that are named."""
    try:
        attempt()
    except ContentRefused as refused:
        assert type(refused) is not ContentRefused  # noqa: PT017 - no other error may come


@given(TEXTS, st.none() | st.text(), st.sampled_from([None, PFX_FILE, PEM_FILE]))
def test_garbage_is_opened_or_refused(value: str, password: str | None, content_type: str | None) -> None:
    refused_or_done(lambda: opened(value, password, content_type, NOW))


@given(st.lists(TEXTS))
def test_garbage_is_merged_or_refused(chain: list[str]) -> None:
    refused_or_done(lambda: leaf_of(chain, KEY))


@given(PROPS | JSON)
def test_garbage_is_made_into_a_request_or_refused(props: object) -> None:
    refused_or_done(lambda: csr(KEYS[3], {"x509_props": props}))
    refused_or_done(lambda: self_signed(KEYS[3], {"x509_props": props}, NOW, 1))


@given(TEXTS)
def test_garbage_is_issued_or_refused(request: str) -> None:
    refused_or_done(lambda: LocalCA(1).issue(request, NOW, 12))


SOUND = [own(KEYS[3]), own(KEY), base64.b64decode(csr(KEYS[3], POLICY)), base64.b64decode(pfx(KEY, CHAIN))]


@given(content=st.sampled_from(SOUND), place=st.integers(0), change=st.integers(1, 255), cut=st.booleans())
def test_a_changed_byte_is_read_or_refused(content: bytes, place: int, change: int, *, cut: bool) -> None:
    changed = bytearray(content)
    changed[place % len(content)] ^= change
    if cut:
        del changed[place % len(content) :]
    for attempt in (
        lambda: policy_of(bytes(changed)),
        lambda: times_of(bytes(changed)),
        lambda: public_key_matches(bytes(changed), KEY),
        lambda: certificates_in([text(changed)]),
        lambda: opened(text(changed), None, None, NOW),
        lambda: LocalCA(1).issue(text(changed), NOW, 12),
    ):
        refused_or_done(attempt)


# --- the recordings


def exchanges() -> Iterator[dict[str, Any]]:
    """What was recorded with all its blobs."""
    for path in sorted((GROUND_TRUTH / "python").glob("sdist_*.json")):
        yield from json.loads(path.read_text("utf-8"))["exchanges"]


def recorded_versions() -> list[dict[str, Any]]:
    """The self-signed certificates that were recorded, each with its policy."""
    found = {}
    for exchange in exchanges():
        body = exchange.get("response")
        if isinstance(body, dict) and {"cer", "policy", "pending"} <= body.keys() and not body["cer"].startswith("<"):
            found[body["id"]] = body
    return [body for body in found.values() if facts_of(base64.b64decode(body["cer"])).self_signed]


@recorded
def test_a_certificate_is_the_recorded_one_but_for_its_key_and_serial_number() -> None:
    versions = recorded_versions()
    assert len(versions) >= 10
    for body in versions:
        theirs = base64.b64decode(body["cer"])
        ours = self_signed(KEY, body["policy"], times_of(theirs)[0] + 600, SERIAL)
        assert skeleton(ours) == skeleton(theirs)


def skeleton(certificate: bytes) -> list[object]:
    """A certificate without key, identifiers of the key, serial number and signature."""
    body, algorithm, _ = der.items(der.items(certificate)[0][1])
    version, (tag, _), *others, _, (_, listed) = der.items(body[1])
    extensions = der.items(der.items(listed)[0][1])
    assert [content[:5].hex() for _, content in extensions[-2:]] == ["0603551d23", "0603551d0e"]
    return [algorithm, version, tag, *others, extensions[:-2]]


@recorded
def test_a_request_is_the_recorded_one_but_for_its_key() -> None:
    policies: dict[str, Any] = {}
    compared = 0
    for exchange in exchanges():
        name, sent = exchange["path"].split("/")[2:3], exchange.get("request")
        if exchange["path"].endswith("/create") and isinstance(sent, dict):
            policies[str(name)] = sent["policy"]
        request = (exchange.get("response") or {}).get("csr", "<")
        if not request.startswith("<") and str(name) in policies:
            compared += 1
            assert bones(csr(KEY, policies[str(name)])) == bones(request)
    assert compared >= 20


def bones(request: str) -> list[object]:
    """A request without key and signature."""
    body, algorithm, _ = der.items(der.items(base64.b64decode(request))[0][1])
    version, subject, _, attributes = der.items(body[1])
    return [algorithm, version, subject, attributes]


@recorded
def test_the_recorded_imports_give_the_recorded_policies() -> None:
    imports = [exchange for exchange in exchanges() if exchange["path"].endswith("/import")]
    assert imports
    for exchange in imports:
        sent, body = exchange["request"], exchange["response"]
        file = opened(sent["value"], sent.get("pwd"), PFX_FILE, NOW)
        derived = policy_of(file.leaf)
        assert derived["key_props"] == body["policy"]["key_props"]
        assert derived["x509_props"] == body["policy"]["x509_props"]
        assert list(derived["x509_props"]) == list(body["policy"]["x509_props"])
        assert (thumbprint(file.leaf), text(file.leaf)) == (body["x5t"], body["cer"])
        assert opened(written(file.key, [file.leaf], PFX_FILE), None, None, NOW).leaf == file.leaf


@recorded
def test_the_recorded_merges_are_read() -> None:
    merges = [exchange for exchange in exchanges() if exchange["path"].endswith("/merge")]
    assert merges
    for exchange in merges:
        (certificate,) = certificates_in(exchange["request"]["x5c"])
        assert text(certificate) == exchange["response"]["cer"]
        assert thumbprint(certificate) == exchange["response"]["x5t"]
        attributes = exchange["response"]["attributes"]
        assert times_of(certificate) == (attributes["nbf"], attributes["exp"])
