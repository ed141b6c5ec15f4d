"""How certificates come to be, as the official clients for Python see it: signed, merged, imported, refused, given up.

Every test is lived by both kinds of client, and what they said is held against the model (see `vault`).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.keyvault.certificates import (
    CertificateContentType,
    CertificateOperation,
    CertificatePolicy,
    CertificatePolicyAction,
    KeyCurveName,
    KeyType,
    KeyUsageType,
    KeyVaultCertificate,
    LifetimeAction,
    WellKnownIssuerNames,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = CertificatePolicy(
    WellKnownIssuerNames.self,
    subject="CN=web.example.com",
    san_dns_names=["web.example.com", "www.example.com"],
    key_type=KeyType.rsa,
    key_size=3072,
    exportable=True,
    reuse_key=False,
    key_usage=[KeyUsageType.digital_signature, KeyUsageType.key_encipherment],
    enhanced_key_usage=["1.3.6.1.5.5.7.3.1"],
    content_type=CertificateContentType.pkcs12,
    validity_in_months=6,
    lifetime_actions=[LifetimeAction(CertificatePolicyAction.auto_renew, lifetime_percentage=75)],
)
BY_HAND = CertificatePolicy(WellKnownIssuerNames.unknown, subject="CN=hand", key_type=KeyType.ec, key_curve_name="P-256")


# --- a CA of the tests


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def signed(subject: x509.Name, key: Any, issuer: x509.Name, signer: Any, *, ca: bool = False) -> x509.Certificate:
    """A certificate of the test's CA, or of itself."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


CA_KEY = ec.generate_private_key(ec.SECP256R1())
CA = signed(name("the test's CA"), CA_KEY.public_key(), name("the test's CA"), CA_KEY, ca=True)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def read(one: Any) -> x509.Certificate:
    """The certificate in what a client returned."""
    return x509.load_der_x509_certificate(bytes(one.cer))


def spki(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


# --- the vault signs


def test_certificate_that_the_vault_signs_shows_what_its_policy_asked_for(vault: Any) -> None:
    made = vault.create("web", POLICY, tags={"team": "blue"})

    assert isinstance(made, KeyVaultCertificate)
    version = made.properties.version
    certificate = read(made)
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert (made.name, len(version), made.id) == ("web", 32, f"{vault.emulator.url}/certificates/web/{version}")
    assert made.key_id == f"{vault.emulator.url}/keys/web/{version}"
    assert made.secret_id == f"{vault.emulator.url}/secrets/web/{version}"
    assert (certificate.subject.rfc4514_string(), key.key_size) == ("CN=web.example.com", 3072)
    assert alternatives.get_values_for_type(x509.DNSName) == ["web.example.com", "www.example.com"]
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert bytes(made.properties.x509_thumbprint) == hashlib.sha1(bytes(made.cer)).digest()  # noqa: S324 - as x5t is
    assert made.properties.expires_on == certificate.not_valid_after_utc
    assert made.properties.not_before == certificate.not_valid_before_utc
    assert 180 <= (made.properties.expires_on - made.properties.created_on).days <= 185
    assert (made.properties.enabled, made.properties.tags) == (True, {"team": "blue"})
    assert (made.properties.recovery_level, made.properties.recoverable_days) == ("Recoverable+Purgeable", 90)


def test_policy_is_shown_as_it_was_sent(vault: Any) -> None:
    shown = vault.create("web", POLICY).policy

    same = (
        "issuer_name", "subject", "san_dns_names", "key_type", "key_size", "exportable", "reuse_key", "key_usage",
        "enhanced_key_usage", "content_type", "validity_in_months",
    )  # fmt: skip
    assert {one: getattr(shown, one) for one in same} == {one: getattr(POLICY, one) for one in same}
    assert [(one.action, one.lifetime_percentage, one.days_before_expiry) for one in shown.lifetime_actions] == [
        (CertificatePolicyAction.auto_renew, 75, None)
    ]


def test_names_of_every_kind_are_in_the_certificate(vault: Any) -> None:
    names = {
        "san_dns_names": ["web.example.com"],
        "san_emails": ["web@example.com"],
        "san_user_principal_names": ["web@upn.example.com"],
        "san_ip_addresses": ["192.0.2.1", "2001:db8::1"],
        "san_uris": ["https://web.example.com/"],
    }

    made = vault.create("web", CertificatePolicy("Self", subject="CN=web", **names), preserve_order=True)

    found = read(made).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    kinds = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress)
    shown = [[str(one) for one in found.get_values_for_type(kind)] for kind in kinds]
    (other,) = found.get_values_for_type(x509.OtherName)
    assert shown == [names[one] for one in ("san_dns_names", "san_emails", "san_uris", "san_ip_addresses")]
    assert other.value.endswith(b"web@upn.example.com")
    assert {one: getattr(made.policy, one) for one in names} == names
    assert made.properties.preserve_order is True


def test_operation_that_is_completed_shows_the_request_that_was_signed(vault: Any) -> None:
    made = vault.create("web", POLICY)

    operation = vault.certificates.get_certificate_operation("web")

    request = x509.load_der_x509_csr(bytes(operation.csr))
    assert (operation.status, operation.issuer_name, operation.cancellation_requested) == ("completed", "Self", False)
    assert (operation.target, operation.error) == (f"{vault.emulator.url}/certificates/web", None)
    assert spki(request.public_key()) == spki(read(made).public_key())


def test_certificate_created_again_has_another_version_and_the_first_stays(vault: Any) -> None:
    first, second = vault.create("web", POLICY), vault.create("web", POLICY)

    newest = vault.certificates.get_certificate("web")
    old = vault.certificates.get_certificate_version("web", first.properties.version)
    listed = list(vault.certificates.list_properties_of_certificate_versions("web"))
    assert first.properties.version != second.properties.version
    assert (newest.properties.version, newest.cer) == (second.properties.version, second.cer)
    assert (old.cer, old.policy) == (first.cer, None)
    assert {one.version for one in listed} == {first.properties.version, second.properties.version}
    assert spki(read(first).public_key()) != spki(read(second).public_key())


CURVES = (
    (KeyCurveName.p_256, ec.SECP256R1),
    (KeyCurveName.p_384, ec.SECP384R1),
    (KeyCurveName.p_521, ec.SECP521R1),
    (KeyCurveName.p_256_k, ec.SECP256K1),
)


@pytest.mark.parametrize(("curve", "made_of"), CURVES)
def test_elliptic_curves_are_those_that_were_asked_for(vault: Any, curve: KeyCurveName, made_of: type) -> None:
    made = vault.create("web", CertificatePolicy.get_default() if curve is None else ec_policy(curve))

    key = read(made).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, made_of)
    assert (made.policy.key_type, made.policy.key_curve_name) == (KeyType.ec, curve)


def ec_policy(curve: KeyCurveName) -> CertificatePolicy:
    return CertificatePolicy("Self", subject="CN=web", key_type=KeyType.ec, key_curve_name=curve)


def test_certificate_that_never_was_is_not_found(vault: Any) -> None:
    with pytest.raises(ResourceNotFoundError) as refused:
        vault.certificates.get_certificate("web")
    assert (refused.value.status_code, refused.value.error.code) == (404, "CertificateNotFound")

    with pytest.raises(ResourceNotFoundError) as refused:
        vault.certificates.get_certificate_operation("web")
    assert refused.value.error.code == "PendingCertificateNotFound"


# --- a CA signs


def partner(vault: Any, issuer: str = "ca") -> CertificatePolicy:
    vault.certificates.create_issuer(issuer, "DigiCert", account_id="account", password="hunter2")  # noqa: S106 - a test's
    return CertificatePolicy(issuer, subject="CN=shop", key_type=KeyType.rsa, key_size=2048)


def test_certificate_of_a_partner_ca_is_waited_for(vault: Any) -> None:
    made = vault.create("shop", partner(vault))

    certificate = read(made)
    assert isinstance(made, KeyVaultCertificate)
    assert made.policy.issuer_name == "ca"
    assert certificate.subject.rfc4514_string() == "CN=shop"
    assert certificate.issuer != certificate.subject


def test_refusal_of_a_partner_ca_is_what_the_poller_returns(vault: Any) -> None:
    policy = partner(vault)
    vault.control("decide", decision={"kind": "refuse", "message": "No more funds."}, issuer="partner")

    ended = vault.create("shop", policy)

    assert isinstance(ended, CertificateOperation)
    assert (ended.status, ended.issuer_name) == ("failed", "ca")
    assert (ended.error.code, ended.error.message) == ("Request rejected", "No more funds.")
    shown = vault.certificates.get_certificate("shop")
    assert (shown.properties.enabled, shown.cer) == (False, None)


def test_poller_waits_until_an_operation_is_cancelled(vault: Any) -> None:
    policy = partner(vault)
    vault.control("decide", decision={"kind": "stall"}, issuer="partner")
    vault.control("cancellation", wins=True, after_s=0)
    finish = vault.begin("create_certificate", "shop", policy)

    running = vault.certificates.get_certificate_operation("shop")
    asked = vault.certificates.cancel_certificate_operation("shop")
    ended = finish()

    assert (running.status, running.cancellation_requested) == ("inProgress", False)
    assert asked.cancellation_requested is True
    assert isinstance(ended, CertificateOperation)
    assert (ended.status, ended.cancellation_requested) == ("cancelled", True)


def test_request_of_a_ca_that_failed_is_signed_by_another_and_merged(vault: Any) -> None:
    policy = partner(vault)
    vault.control("decide", decision={"kind": "refuse"}, issuer="partner")
    request = x509.load_der_x509_csr(bytes(vault.create("shop", policy).csr))

    made = vault.certificates.merge_certificate(
        "shop", [der(signed(request.subject, request.public_key(), CA.subject, CA_KEY))], enabled=False
    )

    assert read(made).issuer == CA.subject
    assert (made.properties.enabled, vault.certificates.get_certificate_operation("shop").status) == (False, "completed")


def test_issuer_that_is_not_there_is_refused(vault: Any) -> None:
    with pytest.raises(HttpResponseError) as refused:
        vault.create("shop", CertificatePolicy("nobody", subject="CN=shop"))

    assert (refused.value.status_code, refused.value.error.code) == (400, "BadParameter")


# --- the caller signs


def test_certificate_signed_elsewhere_is_merged_with_its_chain(vault: Any) -> None:
    begun = vault.create("hand", BY_HAND, tags={"by": "hand"})
    request = x509.load_der_x509_csr(bytes(begun.csr))
    own = signed(request.subject, request.public_key(), CA.subject, CA_KEY)

    made = vault.certificates.merge_certificate("hand", [der(own), der(CA)], tags={"by": "merge"})

    operation = vault.certificates.get_certificate_operation("hand")
    assert isinstance(begun, CertificateOperation)
    assert (begun.status, begun.issuer_name, request.is_signature_valid) == ("inProgress", "Unknown", True)
    assert bytes(made.cer) == der(own)
    assert made.properties.tags == {"by": "merge"}
    assert made.properties.expires_on == own.not_valid_after_utc
    assert operation.status == "completed"


def test_merge_of_a_certificate_for_another_key_is_refused_and_the_operation_goes_on(vault: Any) -> None:
    vault.create("hand", BY_HAND)
    other = signed(name("hand"), ec.generate_private_key(ec.SECP256R1()).public_key(), CA.subject, CA_KEY)

    with pytest.raises(HttpResponseError) as refused:
        vault.certificates.merge_certificate("hand", [der(other)])

    assert (refused.value.status_code, refused.value.error.code) == (400, "BadParameter")
    assert "does not match the public part of the specified private key" in refused.value.message
    assert vault.certificates.get_certificate_operation("hand").status == "inProgress"


def test_operation_is_cancelled_and_deleted_and_can_not_be_merged_any_more(vault: Any) -> None:
    begun = vault.create("hand", BY_HAND)
    own = signed(name("hand"), x509.load_der_x509_csr(bytes(begun.csr)).public_key(), CA.subject, CA_KEY)
    vault.control("cancellation", wins=True, after_s=0)

    asked = vault.certificates.cancel_certificate_operation("hand")
    ended = vault.certificates.get_certificate_operation("hand")
    deleted = vault.certificates.delete_certificate_operation("hand")

    assert (asked.cancellation_requested, ended.status, deleted.status) == (True, "cancelled", "cancelled")
    with pytest.raises(ResourceNotFoundError) as gone:
        vault.certificates.get_certificate_operation("hand")
    with pytest.raises(ResourceNotFoundError) as late:
        vault.certificates.merge_certificate("hand", [der(own)])
    assert gone.value.error.code == late.value.error.code == "PendingCertificateNotFound"


def test_operation_that_is_completed_can_not_be_cancelled(vault: Any) -> None:
    vault.create("web", POLICY)

    with pytest.raises(HttpResponseError) as refused:
        vault.certificates.cancel_certificate_operation("web")

    assert (refused.value.status_code, refused.value.error.code) == (403, "Forbidden")


def test_operation_that_runs_keeps_another_from_beginning(vault: Any) -> None:
    vault.create("hand", BY_HAND)

    with pytest.raises(HttpResponseError) as refused:
        vault.create("hand", BY_HAND)

    assert refused.value.status_code == 409


# --- somebody else has signed


def file(kind: CertificateContentType, encryption: KeySerializationEncryption, key: Any, own: x509.Certificate) -> bytes:
    if kind is CertificateContentType.pkcs12:
        return pkcs12.serialize_key_and_certificates(b"web", key, own, [CA], encryption)
    bare = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return bytes(bare + own.public_bytes(Encoding.PEM) + CA.public_bytes(Encoding.PEM))


FILES = [
    (kind, password) for kind in (CertificateContentType.pkcs12, CertificateContentType.pem) for password in (None, "xyzzy")
]


@pytest.mark.parametrize(("kind", "password"), FILES)
def test_file_is_imported_and_its_policy_made_from_it(vault: Any, kind: CertificateContentType, password: str | None) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    own = signed(name("imported"), key.public_key(), CA.subject, CA_KEY)
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    asked = CertificatePolicy("Unknown", subject="CN=imported", content_type=kind)

    made = vault.certificates.import_certificate(
        "taken", file(kind, encryption, key, own), policy=asked, password=password, tags={"a": "b"}
    )

    assert bytes(made.cer) == der(own)
    assert made.properties.tags == {"a": "b"}
    assert (made.policy.key_type, made.policy.key_curve_name) == (KeyType.ec, KeyCurveName.p_384)
    assert (made.policy.issuer_name, made.policy.content_type) == ("Unknown", kind)
    assert made.policy.subject == "CN=imported"
    assert vault.certificates.get_certificate("taken").cer == made.cer


@pytest.mark.parametrize("kind", CertificateContentType)
def test_file_is_not_imported_with_the_wrong_password(vault: Any, kind: CertificateContentType) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = signed(name("imported"), key.public_key(), CA.subject, CA_KEY)
    content = file(kind, BestAvailableEncryption(b"xyzzy"), key, own)
    asked = CertificatePolicy("Unknown", subject="CN=imported", content_type=kind)

    with pytest.raises(HttpResponseError) as refused:
        vault.certificates.import_certificate("taken", content, policy=asked, password="plugh")  # noqa: S106 - the wrong one

    assert (refused.value.status_code, refused.value.error.code) == (400, "BadParameter")
    with pytest.raises(ResourceNotFoundError):
        vault.certificates.get_certificate("taken")
