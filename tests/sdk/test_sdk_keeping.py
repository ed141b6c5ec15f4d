"""What becomes of certificates, as the official clients for Python see it: changed, listed, deleted, brought back.

Every test is lived by both kinds of client, and what they said is held against the model (see `vault`).
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.certificates import (
    AdministratorContact,
    CertificateContact,
    CertificateContentType,
    CertificatePolicy,
    CertificatePolicyAction,
    KeyType,
    LifetimeAction,
)
from azure.keyvault.keys import KeyOperation
from azure.keyvault.keys import KeyType as JsonWebKeyType
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

POLICY = CertificatePolicy("Self", subject="CN=web", key_type=KeyType.rsa, key_size=2048)


def refusal(kind: type[HttpResponseError], call: Any, *args: Any, **options: Any) -> str:
    """The status and the codes, outer and inner, of a refusal; the exception has to be of that kind and no other."""
    with pytest.raises(kind) as refused:
        call(*args, **options)
    assert type(refused.value) is kind
    error = refused.value.error
    return " ".join((str(refused.value.status_code), error.code, *error.innererror.values()))


# --- changed


def test_tags_and_enabled_are_changed_and_leave_the_certificate_as_it_was(vault: Any) -> None:
    made = vault.create("web", POLICY, tags={"a": "1"})

    changed = vault.certificates.update_certificate_properties("web", enabled=False, tags={"b": "2"})
    shown = vault.certificates.get_certificate("web")

    assert (changed.properties.enabled, changed.properties.tags, changed.cer) == (False, {"b": "2"}, made.cer)
    assert (shown.properties.enabled, shown.properties.tags) == (False, {"b": "2"})
    assert shown.properties.version == made.properties.version
    assert shown.properties.created_on == made.properties.created_on


def test_version_that_is_named_is_the_one_that_changes(vault: Any) -> None:
    first, second = vault.create("web", POLICY), vault.create("web", POLICY)

    vault.certificates.update_certificate_properties("web", version=first.properties.version, enabled=False)

    listed = {one.version: one.enabled for one in vault.certificates.list_properties_of_certificate_versions("web")}
    assert listed == {first.properties.version: False, second.properties.version: True}


def test_disabled_certificate_keeps_its_key_and_secret_to_itself(vault: Any) -> None:
    vault.create("web", POLICY)
    vault.certificates.update_certificate_properties("web", enabled=False)

    assert refusal(HttpResponseError, vault.secrets.get_secret, "web") == "403 Forbidden SecretDisabled"
    assert refusal(HttpResponseError, vault.keys.get_key, "web") == "403 Forbidden KeyDisabled"

    vault.certificates.update_certificate_properties("web", enabled=True)
    assert vault.secrets.get_secret("web").properties.enabled is True


def test_policy_is_changed_for_what_is_made_next(vault: Any) -> None:
    vault.create("web", POLICY)
    action = LifetimeAction(CertificatePolicyAction.email_contacts, days_before_expiry=10)
    wanted = CertificatePolicy(
        "Self", subject="CN=next", key_type=KeyType.rsa, key_size=4096, validity_in_months=3, lifetime_actions=[action]
    )

    changed = vault.certificates.update_certificate_policy("web", wanted)
    shown = vault.certificates.get_certificate_policy("web")
    made = vault.create("web", shown)

    assert (changed.subject, changed.key_size, changed.validity_in_months) == ("CN=next", 4096, 3)
    assert (shown.subject, shown.key_size, shown.validity_in_months) == ("CN=next", 4096, 3)
    assert [(one.action, one.days_before_expiry) for one in shown.lifetime_actions] == [
        (CertificatePolicyAction.email_contacts, 10)
    ]
    certificate = x509.load_der_x509_certificate(bytes(made.cer))
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert (certificate.subject.rfc4514_string(), key.key_size) == ("CN=next", 4096)


# --- issuers and contacts


def test_issuer_lives(vault: Any) -> None:
    client, admin = vault.certificates, AdministratorContact("Ann", "Admin", "ann@example.com", "123")
    made = client.create_issuer(
        "ca", "DigiCert", account_id="account", password="hunter2", organization_id="org", admin_contacts=[admin]  # noqa: S106
    )  # fmt: skip
    changed = client.update_issuer("ca", account_id="another", enabled=False)
    client.create_issuer("b-ca", "GlobalSign")

    shown = client.get_issuer("ca")
    listed = [(one.name, one.provider) for one in client.list_properties_of_issuers()]
    deleted = client.delete_issuer("ca")

    assert (made.id, made.provider, made.enabled) == (f"{vault.emulator.url}/certificates/issuers/ca", "DigiCert", True)
    assert (made.account_id, made.password, made.organization_id) == ("account", None, "org")
    assert [(one.first_name, one.last_name, one.email, one.phone) for one in made.admin_contacts] == [
        ("Ann", "Admin", "ann@example.com", "123")
    ]
    assert (changed.provider, changed.account_id, changed.enabled) == ("DigiCert", "another", False)
    assert (shown.account_id, shown.organization_id, shown.created_on) == ("another", "org", made.created_on)
    assert listed == [("b-ca", "GlobalSign"), ("ca", "DigiCert")]
    assert deleted.name == "ca"
    assert refusal(ResourceNotFoundError, client.get_issuer, "ca") == "404 CertificateIssuerNotFound"


def test_disabled_issuer_gets_no_orders(vault: Any) -> None:
    vault.certificates.create_issuer("ca", "DigiCert", enabled=False)

    refused = refusal(HttpResponseError, vault.create, "web", CertificatePolicy("ca", subject="CN=web"))

    assert refused == "400 BadParameter"


def test_contacts_are_set_shown_and_deleted(vault: Any) -> None:
    def plain(contacts: list[CertificateContact]) -> list[tuple[str | None, str | None, str | None]]:
        return [(one.email, one.name, one.phone) for one in contacts]

    client, wanted = vault.certificates, [("b@example.com", "Bo", "2"), ("a@example.com", None, None)]
    none_yet = refusal(ResourceNotFoundError, client.get_contacts)
    made = client.set_contacts([CertificateContact(*one) for one in wanted])
    shown = client.get_contacts()
    deleted = client.delete_contacts()

    assert plain(made) == plain(shown) == plain(deleted) == wanted
    assert none_yet == refusal(ResourceNotFoundError, client.get_contacts) == "404 ContactsNotFound"


# --- listed


def names(pages: list[list[Any]]) -> list[list[str]]:
    return [[one.name for one in page] for page in pages]


def test_lists_come_in_pages_and_go_on_where_they_were_left(vault: Any) -> None:
    for name in ("e", "a", "d", "b", "c"):
        vault.create(name, POLICY)
    everything = vault.pages("list_properties_of_certificates", max_page_size=2)

    vault.certificates.update_certificate_properties("c", tags={"last": "yes"})
    items = list(vault.certificates.list_properties_of_certificates())

    assert names(everything) == [["a", "b"], ["c", "d"], ["e"]]
    assert [one.name for one in items] == ["a", "b", "c", "d", "e"]
    assert [one.tags for one in items if one.name == "c"] == [{"last": "yes"}]
    assert all(one.version is None and one.x509_thumbprint for one in items)


def test_full_page_promises_another_even_if_that_is_empty(vault: Any) -> None:
    for name in ("a", "b"):
        vault.create(name, POLICY)

    assert names(vault.pages("list_properties_of_certificates", max_page_size=2)) == [["a", "b"], []]


def test_versions_and_deleted_certificates_come_in_pages_too(vault: Any) -> None:
    made = {vault.create("web", POLICY).properties.version for _ in range(3)}
    vault.create("web-2", POLICY)
    versions = vault.pages("list_properties_of_certificate_versions", "web", max_page_size=2)
    for name in ("web", "web-2"):
        vault.delete(name)

    deleted = vault.pages("list_deleted_certificates", max_page_size=1)

    assert [len(page) for page in versions] == [2, 1]
    assert {one.version for page in versions for one in page} == made
    assert names(deleted) == [["web"], ["web-2"], []]


def test_certificate_that_is_not_there_yet_is_listed_on_request(vault: Any) -> None:
    vault.create("hand", CertificatePolicy("Unknown", subject="CN=hand"))
    listed = vault.certificates.list_properties_of_certificates

    assert list(listed()) == []
    assert [(one.name, one.enabled) for one in listed(include_pending=True)] == [("hand", False)]


# --- deleted, recovered, purged


def test_deletion_is_waited_for(vault: Any) -> None:
    vault.create("web", POLICY)
    vault.control("take", deletion_s=3600)
    finish = vault.begin("delete_certificate", "web")

    being_deleted = refusal(ResourceNotFoundError, vault.certificates.get_deleted_certificate, "web")
    gone = refusal(ResourceNotFoundError, vault.certificates.get_certificate, "web")
    taken = refusal(ResourceExistsError, vault.create, "web", POLICY)
    vault.control("advance", seconds=3600)
    deleted = finish()

    assert being_deleted == gone == "404 CertificateNotFound"
    assert taken == "409 Conflict ObjectIsBeingDeleted"
    assert vault.certificates.get_deleted_certificate("web").recovery_id == deleted.recovery_id


def test_deleted_certificate_is_shown_with_its_dates_and_holds_its_name(vault: Any) -> None:
    made = vault.create("web", POLICY)

    deleted = vault.delete("web")
    shown = vault.certificates.get_deleted_certificate("web")
    listed = list(vault.certificates.list_deleted_certificates())

    assert (deleted.name, deleted.cer, deleted.properties.version) == ("web", made.cer, made.properties.version)
    assert deleted.recovery_id == f"{vault.emulator.url}/deletedcertificates/web"
    assert deleted.scheduled_purge_date - deleted.deleted_on == timedelta(days=90)
    assert (shown.cer, shown.deleted_on) == (deleted.cer, deleted.deleted_on)
    assert shown.policy.subject == "CN=web"
    assert [(one.name, one.recovery_id, one.deleted_on) for one in listed] == [
        ("web", deleted.recovery_id, deleted.deleted_on)
    ]
    assert refusal(ResourceExistsError, vault.create, "web", POLICY) == "409 Conflict ObjectIsDeletedButRecoverable"
    assert refusal(ResourceNotFoundError, vault.delete, "web") == "404 CertificateNotFound"


def test_recovered_certificate_is_what_it_was(vault: Any) -> None:
    first, second = vault.create("web", POLICY, tags={"a": "b"}), vault.create("web", POLICY, tags={"c": "d"})
    vault.delete("web")

    recovered = vault.recover("web")
    shown = vault.certificates.get_certificate("web")

    assert (recovered.cer, recovered.properties.version) == (second.cer, second.properties.version)
    assert (shown.cer, shown.properties.tags, shown.policy.subject) == (second.cer, {"c": "d"}, "CN=web")
    assert vault.certificates.get_certificate_version("web", first.properties.version).cer == first.cer
    assert list(vault.certificates.list_deleted_certificates()) == []
    assert refusal(ResourceNotFoundError, vault.certificates.get_deleted_certificate, "web") == "404 CertificateNotFound"


def test_purged_certificate_is_gone_and_its_name_free(vault: Any) -> None:
    first = vault.create("web", POLICY)
    vault.delete("web")

    assert vault.certificates.purge_deleted_certificate("web") is None

    gone = refusal(ResourceNotFoundError, vault.certificates.get_deleted_certificate, "web")
    second = vault.create("web", POLICY)
    assert gone == "404 CertificateNotFound"
    assert [one.version for one in vault.certificates.list_properties_of_certificate_versions("web")] == [
        second.properties.version
    ]
    assert first.cer != second.cer


def test_purge_is_refused_by_a_vault_that_is_protected(vault: Any) -> None:
    vault.emulator.anew(settings={"purge_protection": True, "retention_days": 7})
    made = vault.create("web", POLICY)
    deleted = vault.delete("web")

    refused = refusal(HttpResponseError, vault.certificates.purge_deleted_certificate, "web")

    assert refused == "403 Forbidden"
    assert (made.properties.recovery_level, made.properties.recoverable_days) == ("CustomizedRecoverable", 7)
    assert deleted.scheduled_purge_date - deleted.deleted_on == timedelta(days=7)


def test_backup_is_restored_with_all_versions_once_the_name_is_free(vault: Any) -> None:
    made = [vault.create("web", POLICY, tags={"n": str(n)}) for n in range(2)]

    blob = vault.certificates.backup_certificate("web")
    there = refusal(ResourceExistsError, vault.certificates.restore_certificate_backup, blob)
    vault.delete("web")
    deleted = refusal(ResourceExistsError, vault.certificates.restore_certificate_backup, blob)
    vault.certificates.purge_deleted_certificate("web")
    restored = vault.certificates.restore_certificate_backup(blob)

    versions = {one.version for one in vault.certificates.list_properties_of_certificate_versions("web")}
    assert there == deleted == "409 Conflict"
    assert (restored.cer, restored.properties.version) == (made[1].cer, made[1].properties.version)
    assert (restored.properties.tags, restored.policy.subject) == ({"n": "1"}, "CN=web")
    assert versions == {one.properties.version for one in made}
    assert refusal(HttpResponseError, vault.certificates.restore_certificate_backup, b"nonsense") == "400 Malformed backup blob"


# --- the key and the secret


def test_secret_of_a_certificate_is_a_pfx_with_its_key(vault: Any) -> None:
    made = vault.create("web", POLICY, tags={"a": "b"})

    secret = vault.secrets.get_secret("web")

    key, certificate, more = pkcs12.load_key_and_certificates(base64.b64decode(secret.value), None)
    assert certificate == x509.load_der_x509_certificate(bytes(made.cer))
    assert isinstance(key, rsa.RSAPrivateKey)
    assert (key.public_key(), more) == (certificate.public_key(), [])
    assert (secret.properties.content_type, secret.properties.managed) == ("application/x-pkcs12", True)
    assert (secret.id, secret.properties.key_id, secret.properties.tags) == (made.secret_id, made.key_id, {"a": "b"})
    assert secret.properties.expires_on == made.properties.expires_on


def test_secret_of_a_certificate_is_pem_where_the_policy_says_so(vault: Any) -> None:
    policy = CertificatePolicy(
        "Self", subject="CN=web", key_type=KeyType.rsa, key_size=2048, content_type=CertificateContentType.pem
    )
    made = vault.create("web", policy)

    secret = vault.secrets.get_secret("web", made.properties.version)

    certificate = x509.load_pem_x509_certificate(secret.value.encode())
    assert secret.properties.content_type == "application/x-pem-file"
    assert certificate == x509.load_der_x509_certificate(bytes(made.cer))
    assert load_pem_private_key(secret.value.encode(), None).public_key() == certificate.public_key()


def test_secret_is_without_its_key_where_that_is_not_exportable(vault: Any) -> None:
    made = vault.create("web", CertificatePolicy("Self", subject="CN=web", exportable=False, key_type=KeyType.rsa))

    content = base64.b64decode(vault.secrets.get_secret("web").value)

    key, certificate, more = pkcs12.load_key_and_certificates(content, None)
    found = [one for one in (certificate, *more) if one is not None]
    assert key is None
    assert found == [x509.load_der_x509_certificate(bytes(made.cer))]


def test_key_of_a_certificate_is_the_public_one(vault: Any) -> None:
    made = vault.create("web", POLICY)
    public = x509.load_der_x509_certificate(bytes(made.cer)).public_key()
    assert isinstance(public, rsa.RSAPublicKey)

    shown = vault.keys.get_key("web")

    numbers = public.public_numbers()
    assert (int.from_bytes(shown.key.n, "big"), int.from_bytes(shown.key.e, "big")) == (numbers.n, numbers.e)
    assert (shown.id, shown.key_type, shown.properties.managed) == (made.key_id, JsonWebKeyType.rsa, True)
    assert KeyOperation.sign in shown.key_operations
    assert shown.key.d is None


def test_key_and_secret_are_listed_as_managed(vault: Any) -> None:
    made = vault.create("web", POLICY)

    keys, secrets = list(vault.keys.list_properties_of_keys()), list(vault.secrets.list_properties_of_secrets())
    versions = list(vault.secrets.list_properties_of_secret_versions("web"))

    assert [(one.name, one.managed) for one in keys] == [("web", True)]
    assert [(one.name, one.managed, one.content_type) for one in secrets] == [("web", True, "application/x-pkcs12")]
    assert [(one.id, one.managed) for one in versions] == [(made.secret_id, True)]


WRITES = (
    ("secrets", ("set_secret",), ("web", "value")),
    ("secrets", ("update_secret_properties",), ("web",)),
    ("secrets", ("begin_delete_secret", "delete_secret"), ("web",)),
    ("keys", ("create_rsa_key",), ("web",)),
    ("keys", ("update_key_properties",), ("web",)),
    ("keys", ("begin_delete_key", "delete_key"), ("web",)),
)


@pytest.mark.parametrize(("kind", "verbs", "args"), WRITES, ids=lambda one: one[0] if isinstance(one, tuple) else one)
def test_key_and_secret_of_a_certificate_refuse_to_be_written(
    vault: Any, kind: str, verbs: tuple[str, ...], args: tuple[str, ...]
) -> None:
    made = vault.create("web", POLICY)
    client = getattr(vault, kind)
    verb = next(getattr(client, one) for one in verbs if hasattr(client, one))

    assert refusal(HttpResponseError, verb, *args) == f"403 Forbidden {kind.capitalize()[:-1]}ManagedByKeyVault"
    assert vault.secrets.get_secret("web").properties.version == made.properties.version


def test_secret_of_another_kind_holds_the_name_of_a_certificate(vault: Any) -> None:
    vault.secrets.set_secret("web", "value", content_type="text/plain")

    refused = refusal(ResourceExistsError, vault.create, "web", POLICY)

    assert refused == "409 Conflict"
    assert vault.secrets.get_secret("web").value == "value"
