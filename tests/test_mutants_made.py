"""Every mutant that makes certificates wrongly is caught by a rule that is about it; what catches it conforms else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
from certlife.adapters.memory.target import MemoryTarget
from certlife.adapters.port import Refuse, Stall
from certlife.conformance.mutants import (
    accepting,
    cancelling,
    creating,
    dropping,
    importing,
    merging,
    naming,
    polling,
    renewing,
    requesting,
    signing,
)
from certlife.conformance.mutants.mutant import MUTANTS
from certlife.conformance.mutants.target import MutantTarget
from certlife.conformance.suite.acts import Act, Decide, Send, Wait
from certlife.conformance.suite.history import History, replay
from certlife.model.vocabulary import IssuerKind

MODULES: Final = (
    accepting, cancelling, creating, dropping, importing, merging, naming, polling, renewing, requesting, signing,
)  # fmt: skip
WEB: Final = "/certificates/web"
PENDING: Final = f"{WEB}/pending"
EC: Final = {"kty": "EC"}
DAY_S: Final = 86_400


def created(
    issuer: str = "Self",
    name: str = "web",
    *,
    key: dict[str, Any] | None = None,
    parts: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    **x509: Any,
) -> Send:
    """A create; `x509`, `key` and other `parts` go into the policy, `more` into the body."""
    policy = {"x509_props": {"subject": "CN=web", **x509}, "issuer": {"name": issuer}, "key_props": key or EC}
    return Send("POST", f"/certificates/{name}/create", {"policy": {**policy, **(parts or {})}, **(more or {})})


def again() -> Send:
    """A create that leaves the policy as it is."""
    return Send("POST", f"{WEB}/create", {})


def got(path: str = WEB) -> Send:
    return Send("GET", path)


def polled(**query: str) -> Send:
    return Send("GET", PENDING, query=query)


def cancelled(*, wish: bool | None = True, **query: str) -> Send:
    return Send("PATCH", PENDING, {"cancellation_requested": wish}, query)


def dropped(**query: str) -> Send:
    return Send("DELETE", PENDING, query=query)


def merged(more: dict[str, Any] | None = None, **wishes: Any) -> Send:
    return Send("POST", f"{PENDING}/merge", {"x5c": {"$signed": {"csr": "${web.csr}", **wishes}}, **(more or {})})


def imported(more: dict[str, Any] | None = None, **wishes: Any) -> Send:
    return Send("POST", f"{WEB}/import", {"value": {"$file": wishes}, **(more or {})})


def acting(action: str = "AutoRenew", **trigger: int) -> dict[str, Any]:
    """The part of a policy that says what is done in time."""
    return {"lifetime_actions": [{"trigger": trigger, "action": {"action_type": action}}]}


def issued(**x509: Any) -> tuple[Act, ...]:
    """A certificate with its first version."""
    return created(**x509), Wait(10)


SOON: Final = Wait(10)
DELETE: Final = (Send("DELETE", WEB), Wait(5))
VERSIONS: Final = got(f"{WEB}/versions")
BY_HAND: Final = created("Unknown")
STALLS: Final = Decide(Stall(), IssuerKind.SELF)
TELL: Final = acting("EmailContacts", lifetime_percentage=80)
BY_NOBODY: Final = Send("PATCH", f"{WEB}/policy", {"issuer": {"name": "Unknown"}})
ANOTHER: Final = "0" * 32
REFUSES: Final = Decide(Refuse())
AS_PEM: Final = {"policy": {"secret_props": {"contentType": "application/x-pem-file"}}}
BY_CA: Final = (Send("PUT", "/certificates/issuers/ca", {"provider": "Test"}), created("ca"))

# mutant -> what is done until a rule objects
ACCEPTING: Final[dict[str, Sequence[Act]]] = {
    "names-with-odd-characters-are-accepted": [created(name="we_b")],
    "overlong-names-are-accepted": [created(name="w" * 128)],
    "malformed-subject-is-accepted": [created(subject="web")],
    "overlong-subject-is-accepted": [created(subject="CN=" + "w" * 250)],
    "months-below-zero-are-accepted": [created(validity_months=-1)],
    "unknown-key-usages-are-accepted": [created(key_usage=["digitalSignature", "signing"])],
    "odd-key-sizes-are-accepted": [created(key={"kty": "RSA", "key_size": 1024})],
    "unknown-curves-are-accepted": [created(key={"kty": "EC", "crv": "P-192"})],
    "unknown-key-types-are-accepted": [created(key={"kty": "oct"})],
    "unknown-content-types-are-accepted": [created(parts={"secret_props": {"contentType": "text/plain"}})],
    "impossible-percentages-are-accepted": [created(parts=acting(lifetime_percentage=100))],
    "unknown-actions-are-accepted": [created(parts=acting("Delete", lifetime_percentage=80))],
}
CREATING: Final[dict[str, Sequence[Act]]] = {
    "issuer-is-ignored": [BY_HAND],
    "unknown-is-treated-as-self": [BY_HAND, SOON, polled()],
    "unknown-is-told-to-wait": [BY_HAND],
    "second-create-replaces-the-running-operation": [BY_HAND, created()],
    "second-create-joins-the-running-operation": [BY_HAND, created()],
    "create-takes-the-name-of-something-deleted": [*issued(), *DELETE, created()],
    "create-of-a-new-name-needs-no-policy": [again()],
    "create-without-policy-forgets-the-stored-one": [*issued(ekus=["1.3.6.1.5.5.7.3.1"]), again()],
    "create-keeps-the-policy-that-was-there": [*issued(), created(subject="CN=other")],
    "create-caps-the-validity": [created(validity_months=24), got()],
    "create-needs-a-new-name": [*issued(), polled(), again()],
    "create-answers-200": [created()],
    "create-names-no-location": [created()],
    "location-lacks-the-request-id": [created()],
    "every-operation-has-the-same-request-id": [*issued(), polled(), again()],
    "tags-of-create-are-lost": [created(more={"tags": {"a": "b"}}), SOON, got()],
    "create-drops-the-older-versions": [*issued(), polled(), again(), SOON, polled(), again(), VERSIONS],
    "placeholder-is-enabled": [BY_HAND, got()],
    "placeholder-is-valid-from-its-making": [BY_HAND, got()],
    "placeholder-is-valid-for-a-year": [created("Unknown", validity_months=6), got()],
    "placeholder-has-no-policy": [BY_HAND, got()],
    "issuer-that-is-not-named-is-self": [created(parts={"issuer": {}})],
    "placeholder-has-key-and-secret": [BY_HAND, got()],
    "certificate-is-not-found-before-its-first-version": [BY_HAND, got()],
    "first-version-keeps-the-identifier-of-the-placeholder": [created(), got(), SOON, got()],
}
REQUESTING: Final[dict[str, Sequence[Act]]] = {
    "request-has-another-subject": [created()],
    "request-lacks-the-alternative-names": [created(sans={"dns_names": ["a.example"]})],
    "request-names-a-host-nobody-asked-for": [created()],
    "request-is-for-servers-only": [created()],
    "request-is-for-signing-only": [created()],
    "request-is-for-a-ca": [created()],
    "request-is-signed-by-another-key": [created()],
    "every-key-is-rsa": [created()],
    "every-rsa-key-has-2048-bits": [created(key={"kty": "RSA", "key_size": 3072})],
    "every-curve-is-p-256": [created(key={"kty": "EC", "crv": "P-384"})],
    "key-is-always-used-again": [*issued(), got(), again()],
    "key-is-never-used-again": [*issued(key={"kty": "EC", "reuse_key": True}), got(), again()],
    "all-certificates-share-a-key": [*issued(), got(), again()],
}
POLLING: Final[dict[str, Sequence[Act]]] = {
    "operation-is-always-completed": [created()],
    "request-id-changes-per-poll": [created(), polled()],
    "csr-changes-per-poll": [created(), polled()],
    "request-id-asked-for-does-not-matter": [created(), polled(request_id=ANOTHER)],
    "poll-answers-202-while-it-runs": [BY_HAND, polled()],
    "operation-is-gone-once-it-is-completed": [*issued(), got(), polled()],
    "failed-operation-is-an-error": [REFUSES, *BY_CA, SOON, polled()],
    "poll-without-operation-shows-nothing": [BY_HAND, dropped(), polled()],
    "operation-of-something-deleted-can-be-polled": [*issued(), *DELETE, polled()],
    "status-is-spelt-otherwise": [*issued(), polled()],
    "operation-is-identified-by-its-request": [created()],
    "issuer-is-shown-by-its-provider": [*BY_CA],
    "running-operation-says-nothing-of-itself": [created()],
    "ended-operation-still-tells-to-wait": [*issued(), polled()],
    "completed-operation-has-no-target": [*issued(), polled()],
    "target-is-the-key": [*issued(), polled()],
    "target-is-a-version": [*issued(), polled()],
    "running-operation-has-a-target": [created()],
    "failed-operation-has-no-error": [REFUSES, *BY_CA, SOON, polled()],
    "every-operation-has-an-error": [created()],
    "ended-operation-asks-to-be-polled-again": [*issued(), polled()],
    "running-operation-is-not-shown-with-its-certificate": [BY_HAND, got()],
    "self-signing-fails": [*issued(), polled()],
    "completed-operation-starts-over": [*issued(), polled(), Wait(3600), polled()],
    "merged-operation-is-gone": [BY_HAND, merged(), polled()],
}
CANCELLING: Final[dict[str, Sequence[Act]]] = {
    "cancel-after-completion-is-granted": [*issued(), polled(), cancelled()],
    "cancel-after-failure-is-granted": [REFUSES, *BY_CA, SOON, polled(), cancelled()],
    "cancellation-takes-effect-at-once": [BY_HAND, cancelled()],
    "operation-that-awaits-a-merge-can-not-be-cancelled": [BY_HAND, cancelled()],
    "cancel-answers-202": [BY_HAND, cancelled()],
    "cancelled-operation-is-gone": [BY_HAND, cancelled(), polled()],
    "cancel-does-not-read-the-flag": [BY_HAND, cancelled(wish=False)],
    "cancel-does-not-look-at-the-request-id": [BY_HAND, cancelled(request_id=ANOTHER)],
    "cancel-needs-no-flag": [BY_HAND, cancelled(wish=None)],
    "request-for-cancellation-is-not-shown": [BY_HAND, cancelled()],
    "cancelled-operation-was-never-asked-to-be": [STALLS, created(), cancelled(), Wait(20), polled()],
    "operation-begins-with-its-cancellation": [STALLS, created(), cancelled(), Wait(20), polled(), again()],
    "cancel-without-operation-is-granted": [BY_HAND, dropped(), cancelled()],
    "operation-of-something-deleted-can-be-cancelled": [BY_HAND, *DELETE, cancelled()],
    "cancelled-operation-issues-all-the-same": [STALLS, created(), cancelled(), Wait(20), polled(), Wait(60), polled()],
}
DROPPING: Final[dict[str, Sequence[Act]]] = {
    "operation-is-looked-for-among-deleted-certificates": [created(), dropped()],
    "operation-survives-its-deletion": [created(), dropped(), polled()],
    "deleted-operation-still-shows": [created(), dropped(), got()],
    "running-operation-can-not-be-deleted": [BY_HAND, dropped()],
    "deleting-an-operation-answers-204": [created(), dropped()],
    "certificate-is-deleted-with-its-operation": [created(), dropped(), got()],
    "version-is-deleted-with-its-operation": [*issued(), polled(), again(), SOON, got(), dropped(), got()],
    "deleted-operation-is-shown-as-cancelled": [BY_HAND, dropped()],
    "deletion-does-not-look-at-the-request-id": [BY_HAND, dropped(request_id=ANOTHER)],
    "deleting-no-operation-succeeds": [BY_HAND, dropped(), dropped()],
    "deleted-operation-issues-all-the-same": [created(), dropped(), got()],
    "operation-of-something-deleted-can-be-deleted": [BY_HAND, *DELETE, dropped()],
}
MERGING: Final[dict[str, Sequence[Act]]] = {
    "merge-does-not-check-the-key": [BY_HAND, merged(key="other")],
    "merge-overtakes-the-vault": [STALLS, created(), merged()],
    "merge-is-granted-twice": [BY_HAND, merged(), merged()],
    "merge-without-operation-is-granted": [BY_HAND, merged(), dropped(), merged()],
    "operation-of-something-deleted-can-be-merged": [BY_HAND, *DELETE, merged()],
    "merge-answers-200": [BY_HAND, merged()],
    "merge-names-no-location": [BY_HAND, merged()],
    "merge-needs-no-certificate": [BY_HAND, Send("POST", f"{PENDING}/merge", {"x5c": []})],
    "merged-certificate-is-signed-anew": [BY_HAND, merged()],
    "last-link-of-a-chain-is-merged": [BY_HAND, merged()],
    "merged-version-has-the-dates-of-its-placeholder": [BY_HAND, merged()],
    "tags-of-merge-are-lost": [BY_HAND, merged({"tags": {"a": "b"}})],
    "merge-loses-the-tags-of-create": [created("Unknown", more={"tags": {"a": "b"}}), merged()],
    "operation-goes-on-after-its-merge": [BY_HAND, merged(), polled()],
    "merged-version-is-not-the-current-one": [BY_HAND, merged(), again(), merged(), got()],
    "merge-drops-the-older-versions": [BY_HAND, merged(), again(), merged(), VERSIONS],
    "merge-rewrites-the-policy": [BY_HAND, got(), merged(subject="CN=other")],
}
IMPORTING: Final[dict[str, Sequence[Act]]] = {
    "import-ends-the-running-operation": [BY_HAND, imported()],
    "import-takes-the-name-of-something-deleted": [imported(), *DELETE, imported()],
    "import-answers-201": [imported()],
    "import-needs-a-new-name": [imported(), imported(months=6)],
    "import-needs-no-private-key": [imported(AS_PEM, form="pem", key=False)],
    "overlong-passwords-are-accepted": [imported({"pwd": "p" * 201})],
    "tags-of-import-are-lost": [imported({"tags": {"a": "b"}})],
    "imported-version-is-disabled": [imported()],
    "imported-version-is-valid-from-now-on": [imported(age_days=1)],
    "imported-certificate-is-signed-anew": [imported()],
    "import-keeps-the-former-operation": [BY_HAND, merged(), imported()],
    "import-leaves-an-operation": [imported()],
    "imported-subject-is-what-was-sent": [imported({"policy": {"x509_props": {"subject": "CN=other"}}})],
    "imported-subject-is-written-backwards": [imported()],
    "imported-purposes-are-the-usual-ones": [imported()],
    "imported-usages-are-the-usual-ones": [imported()],
    "imported-validity-is-the-usual-one": [imported(months=6)],
    "imported-certificate-is-taken-for-a-ca": [imported()],
    "imported-key-is-taken-for-rsa": [imported()],
    "import-replaces-the-version-that-was-there": [imported(), imported(months=6)],
    "import-drops-the-older-versions": [imported(), imported(months=6), VERSIONS],
}
SIGNING: Final[dict[str, Sequence[Act]]] = {
    "certificate-has-another-subject": [*issued(), got()],
    "certificate-lacks-the-alternative-names": [*issued(sans={"dns_names": ["a.example"]}), got()],
    "certificate-is-for-localhost-too": [*issued(), got()],
    "certificate-is-for-servers-only": [*issued(), got()],
    "certificate-may-do-everything": [*issued(), got()],
    "certificate-is-a-ca": [*issued(), got()],
    "certificate-is-always-valid-for-a-year": [*issued(validity_months=6), got()],
    "months-have-30-days": [*issued(), got()],
    "certificate-begins-when-it-is-issued": [*issued(), got()],
    "certificate-names-another-issuer": [*issued(), got()],
    "certificate-is-signed-by-another-key": [*issued(), got()],
    "certificate-is-of-version-one": [*issued(), got()],
    "certificate-names-an-odd-algorithm": [*issued(key={"kty": "RSA"}), got()],
    "extensions-come-in-the-order-of-requests": [*issued(), got()],
    "key-usage-is-not-critical": [*issued(), got()],
    "key-identifiers-are-of-the-whole-key": [*issued(), got()],
    "serial-numbers-are-counted": [*issued(), got()],
    "serial-numbers-are-negative": [*issued(), got()],
    "certificate-has-another-key": [*issued(), got()],
    "issuer-is-sent-another-request": [*BY_CA, Wait(30), got()],
}
NAMING: Final[dict[str, Sequence[Act]]] = {
    "thumbprint-is-in-hex": [*issued(), got()],
    "thumbprint-is-a-sha-256": [*issued(), got()],
    "thumbprint-is-that-of-the-key": [*issued(), got()],
    "key-is-that-of-another-version": [*issued(), got()],
    "secret-is-that-of-another-version": [*issued(), got()],
    "key-has-no-version": [*issued(), got()],
    "certificate-is-identified-without-version": [*issued(), got()],
    "version-is-as-old-as-its-name": [*issued(), got(), Wait(60), again(), SOON, polled(), got()],
    "new-version-is-not-the-current-one": [*issued(), got(), again(), SOON, polled(), got()],
    "older-versions-are-dropped": [*issued(), got(), again(), SOON, polled(), VERSIONS],
    "certificate-ends-a-second-early": [*issued(), got()],
    "certificate-begins-a-second-early": [*issued(), got()],
    "tags-stay-with-the-placeholder": [created(more={"tags": {"a": "b"}}), SOON, got()],
}
RENEWING: Final[dict[str, Sequence[Act]]] = {
    "renewal-comes-at-half-its-time": [created(), SOON, got(), Wait(150 * DAY_S), polled()],
    "mail-to-the-contacts-renews": [created(parts=TELL), SOON, got(), Wait(300 * DAY_S), polled()],
    "vault-renews-what-is-signed-outside": [*issued(), got(), BY_NOBODY, Wait(300 * DAY_S), polled()],
    "renewal-replaces-the-running-operation": [
        *issued(),
        got(),
        Wait(250 * DAY_S),
        STALLS,
        again(),
        Wait(50 * DAY_S),
        polled(),
    ],
    "renewal-loses-the-tags": [created(more={"tags": {"a": "b"}}), SOON, got(), Wait(300 * DAY_S), SOON, got()],
    "renewal-is-by-another-issuer": [created(), SOON, got(), Wait(300 * DAY_S), polled()],
    "renewal-repeats-the-certificate": [*BY_CA, Wait(30), got(), Wait(300 * DAY_S), got()],
}
WITNESSES: Final = {
    **ACCEPTING, **CREATING, **REQUESTING, **POLLING, **CANCELLING, **DROPPING, **MERGING, **IMPORTING, **SIGNING,
    **NAMING, **RENEWING,
}  # fmt: skip


def test_every_mutant_of_these_modules_has_its_witness() -> None:
    functions = {name.replace("_", "-") for module in MODULES for name in vars(module)}

    assert functions & set(MUTANTS) == set(WITNESSES)


@pytest.mark.parametrize("name", WITNESSES)
def test_mutant_is_caught_by_a_rule_that_is_about_it(name: str) -> None:
    mutant = MUTANTS[name]
    replayed = replay(History(name, tuple(WITNESSES[name])), MutantTarget(mutant))

    assert replayed.deviated is not None
    assert replayed.deviated.found.rule in mutant.rules


@pytest.mark.parametrize("name", WITNESSES)
def test_what_catches_a_mutant_conforms_on_a_sound_vault(name: str) -> None:
    replayed = replay(History(name, tuple(WITNESSES[name])), MemoryTarget())

    assert (replayed.verdict, replayed.missing) == ("conforms", "")
