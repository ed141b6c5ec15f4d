"""What is kept - certificates read, changed, deleted, brought back, listed, and what belongs to them: its mutants.

Every mutant has a witness: a short history that makes the model object by a rule that is about what is wrong with the
mutant, and that a sound vault goes through unharmed.
"""

from __future__ import annotations

from typing import Any

import pytest
from certlife.adapters.memory.target import MemoryTarget
from certlife.adapters.targets import Setup
from certlife.conformance.mutants import (
    contacts,
    deleting,
    issuers,
    linking,
    listing,
    paging,
    policies,
    purging,
    reading,
    recovering,
    restoring,
    updating,
)
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.mutants.target import MutantTarget
from certlife.conformance.suite.acts import Act, Send, Wait
from certlife.conformance.suite.history import History, replay

WEB, GONE, VERSIONS = "/certificates/web", "/deletedcertificates/web", "/certificates/web/versions"
OLD, NEWEST, POLICY = f"{WEB}/${{web.version.0}}", f"{WEB}/${{web.version}}", f"{WEB}/policy"
UNKNOWN = f"{WEB}/{'0' * 32}"
LIST, DELETED_LIST = "/certificates", "/deletedcertificates"
KEY, SECRET = "/keys/web", "/secrets/web"
CA, ISSUERS, CONTACTS = "/certificates/issuers/ca", "/certificates/issuers", "/certificates/contacts"
TAGS: dict[str, Any] = {"tags": {"a": "1"}}
PEM: dict[str, Any] = {"secret_props": {"contentType": "application/x-pem-file"}}
PROTECTED, UNKEPT = Setup(retention_days=7, purge_protection=True), Setup(soft_delete=False)
YEAR = Wait(400 * 86_400)


def get(path: str, **query: str) -> Send:
    return Send("GET", path, None, query)


def post(path: str, **body: Any) -> Send:
    return Send("POST", path, body)


def patch(path: str, **body: Any) -> Send:
    return Send("PATCH", path, body)


def put(path: str, **body: Any) -> Send:
    return Send("PUT", path, body)


def delete(path: str) -> Send:
    return Send("DELETE", path)


def create(name: str = "web", issuer: str = "Self", tags: Any = None, **policy: Any) -> Send:
    asked = {"x509_props": {"subject": "CN=web"}, "issuer": {"name": issuer}, **policy}
    return post(f"/certificates/{name}/create", policy=asked, **({"tags": tags} if tags else {}))


def imported(name: str = "web", months: int = 12, **body: Any) -> Send:
    return post(f"/certificates/{name}/import", value={"$file": {"months": months}}, **body)


def enable(path: str, *, to: bool) -> Send:
    return patch(path, attributes={"enabled": to})


STUB = (create(issuer="Unknown"),)
DELETED = (delete(WEB), Wait(20), get(GONE))
RECOVERED = (*DELETED, post(f"{GONE}/recover"), Wait(20))
PURGED = (*DELETED, delete(GONE), Wait(60))
BACKED_UP = post(f"{WEB}/backup")
RESTORE = post("/certificates/restore", value="${web.blob}")
RESTORED = (BACKED_UP, *PURGED, RESTORE)
DISABLED = (imported(), enable(WEB, to=False))
TWO = (imported(), imported())
TWO_TAGGED = (imported(tags={"v": "1"}), imported(tags={"v": "2"}))
NAMES = tuple(imported(name) for name in ("a1", "a2", "a3"))
MAIL: dict[str, Any] = {"contacts": [{"email": "b@x", "name": "b", "phone": "1"}, {"email": "a@x"}]}
ORGANIZATION: dict[str, Any] = {"id": "o", "admin_details": [{"email": "a@x"}]}

READING: dict[str, tuple[Act, ...]] = {
    "disabled-certificate-is-not-found": (*DISABLED, get(WEB)),
    "disabled-certificate-is-forbidden": (*DISABLED, get(WEB)),
    "expired-certificate-is-not-found": (imported(), YEAR, get(WEB)),
    "stub-is-not-found": (*STUB, get(WEB)),
    "old-version-shows-the-current-one": (*TWO, get(OLD)),
    "unknown-version-shows-the-current-one": (imported(), get(UNKNOWN)),
    "name-in-other-case-is-not-found": (imported(), get("/certificates/WEB")),
    "deleted-certificate-can-be-read": (imported(), *DELETED, get(WEB)),
    "certificate-can-be-read-while-it-is-deleted": (imported(), delete(WEB), get(WEB)),
    "unknown-certificate-is-shown-empty": (get(WEB),),
    "version-shows-the-policy": (imported(), get(NEWEST)),
    "version-shows-the-operation": (create(), Wait(20), get(WEB), get(NEWEST)),
    "certificate-hides-its-policy": (imported(), get(WEB)),
    "certificate-hides-its-operation": (create(), Wait(20), get(WEB)),
    "certificate-shows-an-operation-that-is-not-there": (imported(), get(WEB)),
    "kid-lacks-the-version": (imported(), get(WEB)),
    "sid-leads-to-the-key": (imported(), get(WEB)),
    "stub-shows-key-and-secret": (*STUB, get(WEB)),
    "x5t-is-by-sha256": (create(), Wait(20), get(WEB)),
    "x5t-is-that-of-the-first-version": (create(), Wait(20), create(), Wait(20), get(WEB)),
    "cer-is-in-pem": (create(), Wait(20), get(WEB)),
    "certificate-shows-its-private-key": (imported(), get(WEB)),
    "certificate-hides-its-tags": (imported(**TAGS), get(WEB)),
    "everything-is-shown-enabled": (*DISABLED, get(WEB)),
    "created-is-that-of-the-first-version": (imported(), Wait(60), imported(), get(WEB)),
    "updated-is-the-time-of-reading": (imported(), Wait(60), get(WEB)),
    "stamps-are-in-milliseconds": (imported(), get(WEB)),
    "recovery-level-is-always-purgeable": (imported(), get(WEB)),
    "recovery-level-hides-the-protection": (imported(), get(WEB)),
    "recoverable-days-are-always-90": (imported(), get(WEB)),
    "living-certificate-shows-a-recovery-id": (imported(), get(WEB)),
    "policy-in-a-certificate-has-the-certificates-id": (imported(), get(WEB)),
    "error-has-no-message": (get(WEB),),
}

UPDATING: dict[str, tuple[Act, ...]] = {
    "update-without-tags-wipes-them": (imported(**TAGS), patch(WEB, attributes={"enabled": True})),
    "update-adds-to-the-tags": (imported(**TAGS), patch(WEB, tags={"b": "2"})),
    "update-ignores-tags": (imported(**TAGS), patch(WEB, tags={"b": "2"})),
    "update-of-an-old-version-makes-it-current": (*TWO, patch(OLD, tags={"b": "2"}), get(WEB)),
    "update-of-one-version-disables-all": (*TWO, enable(OLD, to=False), get(WEB)),
    "update-of-one-version-tags-all": (*TWO, patch(OLD, tags={"b": "2"}), get(WEB)),
    "update-of-an-old-version-goes-to-the-current-one": (*TWO, patch(OLD, tags={"b": "2"})),
    "update-ignores-enabled": (imported(), enable(WEB, to=False)),
    "update-can-not-enable-again": (*DISABLED, enable(WEB, to=True)),
    "update-without-enabled-enables": (*DISABLED, patch(WEB, **TAGS)),
    "update-leaves-updated-as-it-was": (imported(), Wait(60), patch(WEB, **TAGS)),
    "update-moves-created": (imported(), Wait(60), patch(WEB, **TAGS)),
    "update-sets-the-dates": (imported(), patch(WEB, attributes={"exp": 1_800_000_000})),
    "update-answers-with-the-old-state": (imported(), patch(WEB, **TAGS)),
    "update-answers-with-no-content": (imported(), patch(WEB, **TAGS)),
    "disabled-certificate-can-not-be-updated": (*DISABLED, patch(WEB, **TAGS)),
    "stub-can-not-be-updated": (*STUB, patch(WEB, **TAGS)),
    "update-makes-a-version": (imported(), patch(WEB, **TAGS)),
    "update-of-an-unknown-version-changes-the-current-one": (imported(), patch(UNKNOWN, **TAGS)),
    "deleted-certificate-can-be-updated": (imported(), *DELETED, patch(WEB, **TAGS)),
    "update-of-a-version-shows-the-policy": (imported(), patch(NEWEST, **TAGS)),
    "update-ignores-the-policy": (imported(), patch(WEB, policy={"x509_props": {"validity_months": 7}})),
    "update-of-an-unknown-certificate-is-granted": (patch(WEB, **TAGS),),
}

_ACTION: dict[str, Any] = {"trigger": {"lifetime_percentage": 70}, "action": {"action_type": "EmailContacts"}}
_WHOLE: dict[str, Any] = {"key_props": {"kty": "EC", "crv": "P-256"}}
POLICIES: dict[str, tuple[Act, ...]] = {
    "policy-is-replaced-instead-of-merged": (create(), patch(POLICY, x509_props={"subject": "CN=b"}, lifetime_actions=[_ACTION])),
    "parts-of-the-policy-are-replaced-instead-of-merged": (
        create(**_WHOLE), patch(POLICY, key_props={"reuse_key": True}),
    ),
    "policy-update-is-ignored": (create(), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-answers-with-the-old-policy": (create(), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-adds-to-the-lifetime-actions": (create(), patch(POLICY, lifetime_actions=[_ACTION])),
    "policy-update-forgets-the-lifetime-actions": (create(), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-forgets-the-issuer": (create(), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-turns-reuse-key": (create(), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-resets-the-content-type": (create(**PEM), patch(POLICY, x509_props={"validity_months": 7})),
    "policy-update-updates-the-certificate": (imported(), Wait(60), patch(POLICY, **PEM), get(WEB)),
    "policy-update-prolongs-the-certificate": (imported(), patch(POLICY, x509_props={"validity_months": 24}), get(WEB)),
    "policy-update-starts-an-operation": (imported(), patch(POLICY, **PEM), get(WEB)),
    "policy-update-ends-the-operation": (*STUB, patch(POLICY, **PEM), get(WEB)),
    "policy-update-changes-the-running-request": (*STUB, patch(POLICY, x509_props={"subject": "CN=b"}), get(f"{WEB}/pending")),
    "policy-update-leaves-its-stamp": (create(), Wait(60), patch(POLICY, **PEM)),
    "policy-update-moves-created": (create(), Wait(60), patch(POLICY, **PEM)),
    "policy-of-a-deleted-certificate-can-be-updated": (imported(), *DELETED, patch(POLICY, **PEM)),
    "policy-of-a-deleted-certificate-can-be-read": (imported(), *DELETED, get(POLICY)),
    "policy-of-a-stub-is-not-found": (*STUB, get(POLICY)),
    "policy-of-an-unknown-name-is-shown": (get(POLICY),),
    "policy-shows-only-what-was-sent": (create(), get(POLICY)),
    "policy-hides-the-lifetime-actions": (create(), get(POLICY)),
    "key-usages-come-in-capitals": (create(), get(POLICY)),
    "policy-hides-whether-it-is-enabled": (create(), get(POLICY)),
    "negative-validity-is-accepted": (create(), patch(POLICY, x509_props={"validity_months": -1})),
    "impossible-key-size-is-accepted": (create(), patch(POLICY, key_props={"key_size": 1024})),
    "unknown-key-usage-is-accepted": (create(), patch(POLICY, x509_props={"key_usage": ["everything"]})),
    "impossible-lifetime-action-is-accepted": (
        create(), patch(POLICY, lifetime_actions=[{**_ACTION, "trigger": {"lifetime_percentage": 100}}]),
    ),
}  # fmt: skip

DELETING: dict[str, tuple[Act, ...]] = {
    "deletion-hides-the-recovery-id": (imported(), delete(WEB)),
    "deletion-hides-its-date": (imported(), delete(WEB)),
    "deletion-hides-when-it-is-purged": (imported(), delete(WEB)),
    "recovery-id-leads-to-the-certificate": (imported(), delete(WEB)),
    "scheduled-purge-date-is-a-day-early": (imported(), delete(WEB)),
    "scheduled-purge-date-is-always-90-days-on": (imported(), delete(WEB)),
    "deletion-is-accepted-instead-of-done": (imported(), delete(WEB)),
    "running-operation-prevents-deletion": (*STUB, delete(WEB)),
    "second-deletion-is-granted": (imported(), *DELETED, delete(WEB)),
    "unknown-certificate-can-be-deleted": (delete(WEB),),
    "deletion-is-final-although-soft-delete-is-on": (imported(), delete(WEB), imported()),
    "certificate-stays-without-soft-delete": (imported(), delete(WEB), get(WEB)),
    "certificate-is-kept-without-soft-delete": (imported(), delete(WEB), get(GONE)),
    "deletion-leaves-a-trace-without-soft-delete": (imported(), delete(WEB)),
    "deletion-wipes-the-tags": (imported(**TAGS), delete(WEB)),
    "deletion-disables": (imported(), delete(WEB)),
    "deletion-ends-the-operation": (*STUB, delete(WEB)),
    "certificate-is-deleted-before-its-deletion-has-ended": (imported(), get(GONE)),
    "deleted-stub-is-not-found": (*STUB, *DELETED, get(DELETED_LIST, includePending="true"), get(GONE)),
    "deleted-certificate-hides-its-policy": (imported(), *DELETED, get(GONE)),
    "deleted-date-is-the-time-of-reading": (imported(), *DELETED, get(GONE)),
    "deleted-name-can-be-created-again": (imported(), *DELETED, create()),
    "deleted-name-can-be-imported-again": (imported(), *DELETED, imported()),
    "deleted-certificate-is-still-listed": (imported(), *DELETED, get(LIST)),
    "operation-of-a-deleted-certificate-can-be-polled": (*STUB, *DELETED, get(f"{WEB}/pending")),
    "retention-never-ends": (imported(), *DELETED, YEAR, get(GONE)),
    "retention-ends-half-way": (imported(), *DELETED, Wait(50 * 86_400), get(GONE)),
    "deletion-updates-the-certificate": (imported(), Wait(60), delete(WEB), get(GONE), Wait(60), get(GONE)),
}

RECOVERING: dict[str, tuple[Act, ...]] = {
    "recovery-restores-one-version-only": (*TWO, *RECOVERED, get(WEB), get(VERSIONS)),
    "recovery-leaves-key-and-secret-deleted": (imported(), *RECOVERED, get(WEB), get(SECRET)),
    "recovery-is-answered-with-201": (imported(), *RECOVERED),
    "recovery-shows-the-deletion": (imported(), *RECOVERED),
    "recovery-wipes-the-tags": (imported(**TAGS), *RECOVERED, get(WEB)),
    "recovery-disables": (imported(), *RECOVERED, get(WEB)),
    "recovery-enables": (*DISABLED, *RECOVERED, get(WEB)),
    "recovery-resets-the-policy": (imported(), *RECOVERED, get(WEB)),
    "recovery-makes-a-new-version": (imported(), *RECOVERED, get(WEB)),
    "recovery-moves-created": (imported(), *RECOVERED, get(WEB)),
    "recovery-updates-the-certificate": (imported(), *RECOVERED, get(WEB)),
    "recovery-loses-the-operation": (*STUB, *RECOVERED, get(WEB)),
    "recovery-does-nothing": (imported(), *RECOVERED, post(f"{GONE}/recover")),
    "living-certificate-can-be-recovered": (imported(), post(f"{GONE}/recover")),
    "recovery-overtakes-the-purge": (imported(), *DELETED, delete(GONE), post(f"{GONE}/recover")),
    "recovered-certificate-is-still-shown-as-deleted": (imported(), *RECOVERED, get(WEB), get(GONE)),
    "recovered-certificate-is-still-listed-as-deleted": (imported(), *RECOVERED, get(WEB), get(DELETED_LIST)),
}

PURGING: dict[str, tuple[Act, ...]] = {
    "purge-leaves-the-name-blocked": (imported(), *PURGED, create()),
    "purge-is-granted-under-protection": (imported(), *PURGED),
    "purge-is-never-granted": (imported(), *DELETED, delete(GONE)),
    "purge-does-nothing": (imported(), *PURGED, get(GONE)),
    "purge-recovers": (imported(), *PURGED, get(WEB)),
    "purge-is-answered-with-200": (imported(), *PURGED),
    "living-certificate-can-be-purged": (imported(), delete(GONE)),
    "unknown-certificate-can-be-purged": (delete(GONE),),
    "purged-certificate-is-still-shown-as-deleted": (imported(), *DELETED, delete(GONE), get(GONE)),
    "purged-certificate-is-still-listed-as-deleted": (imported(), *DELETED, delete(GONE), get(DELETED_LIST)),
    "operation-survives-deletion-and-purge": (*STUB, *PURGED, get(f"{WEB}/pending")),
    "operation-comes-back-with-the-name": (*STUB, *PURGED, imported(), get(f"{WEB}/pending")),
    "purge-spoils-the-backups": (imported(), *RESTORED),
    "purge-leaves-versions-behind": (imported(), *PURGED, imported(), get(VERSIONS)),
    "purge-leaves-the-secret-behind": (imported(), *PURGED, get(SECRET)),
}

RESTORING: dict[str, tuple[Act, ...]] = {
    "restore-overwrites": (imported(), BACKED_UP, RESTORE),
    "restore-takes-the-place-of-a-deleted-one": (imported(), BACKED_UP, *DELETED, RESTORE),
    "restore-brings-back-one-version-only": (*TWO, *RESTORED, get(VERSIONS)),
    "restore-turns-the-versions-over": (*TWO, *RESTORED),
    "restore-makes-new-versions": (imported(), *RESTORED),
    "restore-wipes-the-tags": (imported(**TAGS), *RESTORED),
    "restore-moves-created": (imported(), *RESTORED),
    "restore-updates-the-certificate": (imported(), *RESTORED),
    "restore-enables": (*DISABLED, *RESTORED),
    "restore-resets-the-policy": (imported(policy={"key_props": {"reuse_key": True}}), *RESTORED),
    "restore-brings-the-operation-back": (create(), Wait(20), get(WEB), *RESTORED),
    "restore-leaves-key-and-secret-out": (imported(), *RESTORED, get(SECRET)),
    "restore-is-answered-with-201": (imported(), BACKED_UP, delete(WEB), RESTORE),
    "restore-is-never-granted": (imported(), BACKED_UP, delete(WEB), RESTORE),
    "restore-without-a-blob-is-granted": (post("/certificates/restore"),),
    "deleted-certificate-can-be-backed-up": (imported(), *DELETED, BACKED_UP),
    "stub-can-not-be-backed-up": (*STUB, BACKED_UP),
    "disabled-certificate-can-not-be-backed-up": (*DISABLED, BACKED_UP),
    "backup-is-empty": (imported(), BACKED_UP),
    "backup-takes-the-certificate-away": (imported(), BACKED_UP, get(WEB)),
}

LISTING: dict[str, tuple[Act, ...]] = {
    "current-version-is-the-one-that-lasts-longest": (imported(months=24), imported(), get(WEB)),
    "current-version-is-the-first-listed": (*TWO, imported(), get(WEB)),
    "current-version-is-the-newest-that-is-enabled": (*TWO, enable(WEB, to=False), get(WEB)),
    "versions-are-listed-by-time": (imported(), Wait(60), imported(), Wait(60), imported(), get(VERSIONS)),
    "certificates-are-listed-by-time": (imported("a1"), Wait(60), imported("a2"), get(LIST)),
    "current-version-is-not-listed": (*TWO, get(VERSIONS)),
    "old-versions-are-not-listed": (*TWO, get(VERSIONS)),
    "placeholder-is-listed-as-a-version": (*STUB, get(VERSIONS)),
    "versions-are-listed-without-their-identifiers": (imported(), get(VERSIONS)),
    "versions-are-listed-with-the-current-attributes": (imported(), Wait(60), imported(), get(VERSIONS)),
    "unknown-name-has-no-list-of-versions": (get(VERSIONS),),
    "stubs-are-listed-unasked": (*STUB, get(LIST)),
    "stubs-are-never-listed": (*STUB, get(LIST, includePending="true")),
    "disabled-certificates-are-not-listed": (*DISABLED, get(LIST)),
    "expired-certificates-are-not-listed": (imported(), YEAR, get(LIST)),
    "every-version-is-listed-as-a-certificate": (*TWO, get(LIST)),
    "certificates-are-listed-with-their-first-version": (imported(), Wait(60), imported(), get(LIST)),
    "certificates-are-listed-with-a-version": (imported(), get(LIST)),
    "certificates-are-listed-with-their-policy": (imported(), get(LIST)),
    "certificates-are-listed-with-their-content": (imported(), get(LIST)),
    "certificates-are-listed-with-key-and-secret": (imported(), get(LIST)),
    "certificates-are-listed-with-their-recovery-level": (imported(), get(LIST)),
    "items-lack-their-attributes": (imported(), get(LIST)),
    "items-lack-their-thumbprint": (imported(), get(LIST)),
    "items-lack-their-tags": (imported(**TAGS), get(LIST)),
    "deleted-certificates-are-listed-as-living-ones": (imported(), *DELETED, get(DELETED_LIST)),
    "list-of-the-deleted-is-empty": (imported(), *DELETED, get(DELETED_LIST)),
    "page-of-no-items-is-granted": (get(LIST, maxresults="0"),),
    "page-of-any-size-is-granted": (get(LIST, maxresults="26"),),
    "maxresults-is-ignored": (*NAMES, get(LIST, maxresults="1")),
    "page-holds-one-more": (*NAMES, get(LIST, maxresults="1")),
    "list-ends-with-the-first-page": (*NAMES, get(LIST, maxresults="2")),
    "next-page-begins-again": (*NAMES, get(LIST, maxresults="2"), get("${next}")),
    "next-page-skips-an-item": (*NAMES, get(LIST, maxresults="2"), get("${next}")),
    "second-page-leads-to-itself": (*NAMES, imported("a4"), get(LIST, maxresults="2"), get("${next}"), get("${next}")),
    "next-link-leads-elsewhere": (*NAMES, get(LIST, maxresults="2")),
    "next-link-is-a-bare-token": (*NAMES, get(LIST, maxresults="2")),
    "list-is-a-dictionary": (imported(), get(LIST)),
    "empty-list-is-no-content": (get(LIST),),
    "foreign-names-are-listed": (get("/certificates/a0"), get(LIST)),
}

_ISSUER = put(CA, provider="Test", credentials={"account_id": "me", "pwd": "x"}, org_details=ORGANIZATION)
VAULTWIDE: dict[str, tuple[Act, ...]] = {
    "issuer-needs-no-provider": (put(CA),),
    "issuer-is-set-with-201": (_ISSUER,),
    "issuer-can-not-be-set-twice": (_ISSUER, _ISSUER),
    "issuer-set-again-keeps-the-rest": (_ISSUER, put(CA, provider="Test")),
    "issuer-set-again-moves-created": (_ISSUER, Wait(60), _ISSUER),
    "issuer-is-always-enabled": (put(CA, provider="Test", attributes={"enabled": False}),),
    "issuer-update-replaces": (_ISSUER, patch(CA, provider="Test")),
    "issuer-update-ignores-the-provider": (_ISSUER, patch(CA, provider="OneCert")),
    "issuer-update-ignores-the-account": (_ISSUER, patch(CA, credentials={"account_id": "you"})),
    "issuer-update-leaves-updated-as-it-was": (_ISSUER, Wait(60), patch(CA, provider="Test")),
    "issuer-update-moves-created": (_ISSUER, Wait(60), patch(CA, provider="Test")),
    "issuer-update-makes-the-issuer": (patch(CA, provider="Test"),),
    "issuer-shows-its-password": (_ISSUER, get(CA)),
    "issuer-hides-its-administrators": (_ISSUER, get(CA)),
    "issuer-hides-its-provider": (_ISSUER, get(CA)),
    "issuer-has-no-identifier-of-its-own": (_ISSUER, get(CA)),
    "issuer-in-other-case-is-not-found": (_ISSUER, get(f"{ISSUERS}/CA")),
    "unknown-issuer-is-shown-empty": (get(CA),),
    "deleted-issuer-is-still-there": (_ISSUER, delete(CA), get(CA)),
    "issuer-of-a-certificate-can-not-be-deleted": (_ISSUER, create(issuer="ca"), delete(CA)),
    "deletion-of-an-issuer-takes-its-certificates": (_ISSUER, create(issuer="ca"), delete(CA), get(WEB)),
    "issuer-is-deleted-with-204": (_ISSUER, delete(CA)),
    "unknown-issuer-can-be-deleted": (delete(CA),),
    "issuers-are-listed-whole": (_ISSUER, get(ISSUERS)),
    "issuers-are-listed-without-their-provider": (_ISSUER, get(ISSUERS)),
    "newest-issuer-is-not-listed": (_ISSUER, get(ISSUERS)),
    "reserved-issuers-are-listed": (get(f"{ISSUERS}/a0"), get(ISSUERS)),
    "second-list-of-contacts-is-lost": (put(CONTACTS, **MAIL), put(CONTACTS, contacts=[{"email": "c@x"}]), get(CONTACTS)),
    "contacts-are-added": (put(CONTACTS, **MAIL), put(CONTACTS, contacts=[{"email": "c@x"}])),
    "contacts-are-sorted": (put(CONTACTS, **MAIL),),
    "contacts-lose-their-phone": (put(CONTACTS, **MAIL),),
    "contacts-are-set-with-204": (put(CONTACTS, **MAIL),),
    "no-contacts-are-an-empty-list": (put(CONTACTS, **MAIL), delete(CONTACTS), get(CONTACTS)),
    "contacts-have-no-identifier": (put(CONTACTS, **MAIL), get(CONTACTS)),
    "deleted-contacts-are-still-there": (put(CONTACTS, **MAIL), delete(CONTACTS), get(CONTACTS)),
    "deletion-of-contacts-shows-none": (put(CONTACTS, **MAIL), delete(CONTACTS)),
    "no-contacts-can-be-deleted": (delete(CONTACTS),),
}

_LOCKED: dict[str, Any] = {"key_props": {"exportable": False}}
LINKING: dict[str, tuple[Act, ...]] = {
    "secret-has-another-key": (imported(), get(SECRET)),
    "secret-has-another-certificate": (*TWO, get(SECRET)),
    "secret-has-no-key": (create(), Wait(20), get(WEB), get(SECRET)),
    "secret-has-a-key-that-is-not-exportable": (create(**_LOCKED), Wait(20), get(WEB), get(SECRET)),
    "secret-is-a-pfx-called-pem": (create(**PEM), Wait(20), get(WEB), get(SECRET)),
    "secret-is-pem-called-a-pfx": (imported(), get(SECRET)),
    "secret-is-always-called-a-pfx": (create(**PEM), Wait(20), get(WEB), get(SECRET)),
    "secret-has-no-value": (imported(), get(SECRET)),
    "secret-hides-its-key": (imported(), get(SECRET)),
    "secret-leads-to-the-key-without-version": (imported(), get(SECRET)),
    "secret-of-an-old-version-is-the-newest": (*TWO, get(f"{SECRET}/${{web.version.0}}")),
    "secret-of-an-unknown-version-is-the-newest": (imported(), get(f"{SECRET}/{'0' * 32}")),
    "disabled-secret-can-be-read": (*DISABLED, get(SECRET)),
    "secret-of-a-stub-is-not-found": (*STUB, get(SECRET)),
    "secret-of-a-deleted-certificate-can-be-read": (imported(), *DELETED, get(SECRET)),
    "key-of-a-deleted-certificate-can-be-read": (imported(), *DELETED, get(KEY)),
    "secret-of-a-non-exportable-key-is-forbidden": (create(**_LOCKED), Wait(20), get(WEB), get(SECRET)),
    "key-is-another-one": (imported(), get(KEY)),
    "key-of-an-old-version-is-the-newest": (*TWO, get(f"{KEY}/${{web.version.0}}")),
    "key-is-called-a-certificate": (imported(), get(KEY)),
    "key-may-do-everything": (create(), Wait(20), get(WEB), get(KEY)),
    "key-may-do-nothing": (create(), Wait(20), get(WEB), get(KEY)),
    "key-is-always-called-rsa": (create(**_WHOLE), Wait(20), get(WEB), get(KEY)),
    "key-is-not-managed": (imported(), get(KEY)),
    "secret-is-not-managed": (imported(), get(SECRET)),
    "key-never-expires": (imported(), get(KEY)),
    "secret-is-as-old-as-its-reading": (imported(), Wait(60), get(SECRET)),
    "secret-is-purgeable": (imported(), get(SECRET)),
}

WITNESSES = {
    **READING, **UPDATING, **POLICIES, **DELETING, **RECOVERING, **PURGING, **RESTORING, **LISTING, **VAULTWIDE, **LINKING,
}  # fmt: skip
SETUPS = {
    "recoverable-days-are-always-90": PROTECTED,
    "recovery-level-hides-the-protection": PROTECTED,
    "scheduled-purge-date-is-always-90-days-on": PROTECTED,
    "purge-is-granted-under-protection": PROTECTED,
    "certificate-stays-without-soft-delete": UNKEPT,
    "certificate-is-kept-without-soft-delete": UNKEPT,
    "deletion-leaves-a-trace-without-soft-delete": UNKEPT,
    "restore-is-answered-with-201": UNKEPT,
    "restore-is-never-granted": UNKEPT,
}


MODULES = (
    contacts, deleting, issuers, linking, listing, paging, policies, purging, reading, recovering, restoring, updating,
)  # fmt: skip


def test_every_mutant_of_these_modules_has_its_witness() -> None:
    mutants = {
        name.replace("_", "-")
        for module in MODULES
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
    }

    assert mutants == set(WITNESSES)


@pytest.mark.parametrize("name", WITNESSES)
def test_mutant_is_caught_by_a_rule_about_what_is_wrong_with_it(name: str) -> None:
    mutant = MUTANTS[name]

    replayed = replay(History(name, WITNESSES[name], setup=SETUPS.get(name)), MutantTarget(mutant))

    assert replayed.deviated is not None
    assert replayed.deviated.found.rule in mutant.rules


@pytest.mark.parametrize("name", WITNESSES)
def test_sound_vault_passes_where_the_mutant_is_caught(name: str) -> None:
    replayed = replay(History(name, WITNESSES[name], setup=SETUPS.get(name)), MemoryTarget())

    assert replayed.verdict == "conforms", replayed.deviated or replayed.missing
