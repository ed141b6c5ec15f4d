"""Every mutant that makes certificates wrongly is caught by a rule that is about it; what catches it conforms else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
from certlife.adapters.memory.target import MemoryTarget
from certlife.adapters.port import Issue, Refuse, Stall
from certlife.conformance.mutants.mutant import MUTANTS
from certlife.conformance.mutants.target import MutantTarget
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Send, Wait
from certlife.conformance.suite.history import History, replay
from certlife.model.vocabulary import IssuerKind

WEB: Final = "/certificates/web"
PENDING: Final = f"{WEB}/pending"
DELETED: Final = "/deletedcertificates/web"
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


def again(**body: Any) -> Send:
    """A create that leaves the policy as it is."""
    return Send("POST", f"{WEB}/create", body)


def got(path: str = WEB) -> Send:
    return Send("GET", path)


def polled(name: str = "web", **query: str) -> Send:
    return Send("GET", f"/certificates/{name}/pending", query=query)


def cancelled(*, wish: object = True) -> Send:
    return Send("PATCH", PENDING, {"cancellation_requested": wish})


def dropped() -> Send:
    return Send("DELETE", PENDING)


def merged(more: dict[str, Any] | None = None, **wishes: Any) -> Send:
    return Send("POST", f"{PENDING}/merge", {"x5c": {"$signed": {"csr": "${web.csr}", **wishes}}, **(more or {})})


def imported(more: dict[str, Any] | None = None, **wishes: Any) -> Send:
    return Send("POST", f"{WEB}/import", {"value": {"$file": wishes}, **(more or {})})


def issuer(name: str = "ca") -> Send:
    return Send("PUT", f"/certificates/issuers/{name}", {"provider": "Test"})


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
BY_CA: Final = (issuer(), created("ca"))

# mutant -> what is done until a rule objects
ACCEPTING: Final[dict[str, Sequence[Act]]] = {
    "names-with-odd-characters-are-accepted": [created(name="we_b")],
    "overlong-names-are-accepted": [created(name="w" * 128)],
    "malformed-subject-is-accepted": [created(subject="web")],
    "overlong-subject-is-accepted": [created(subject="CN=" + "w" * 250)],
    "negative-validity-is-accepted": [created(validity_months=-1)],
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
WITNESSES: Final = {**ACCEPTING, **CREATING, **REQUESTING}


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
