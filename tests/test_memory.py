"""The in-memory vault: its lives, its whiles, its refusals; and what the judge says of what it does.

That it answers as the real service was recorded stands in test_memory_replays.
"""

from __future__ import annotations

import ast
import base64
import random
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from certlife.adapters import certificates, files
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory import MemoryVault, Settings
from certlife.adapters.port import Controls, Decision, Issue, Refuse, Stall, Vault
from certlife.adapters.x509 import X509Reader
from certlife.conformance.judge import judge_exchanges
from certlife.conformance.suite.content import Maker
from certlife.model import Profile
from certlife.model.values import Answer, Exchange, Json, Request
from certlife.model.vocabulary import IssuerKind

START = 1_700_000_000
DAY_S = 86_400
WEB = "/certificates/web"
DELETED = "/deletedcertificates/web"
READER = X509Reader()


class Session:
    """A vault, and everything that was asked of it and answered."""

    def __init__(self, seed: int = 0, *, api: str = "7.4", **settings: Any) -> None:
        self.vault = MemoryVault(seed, settings=Settings(**settings), start=START, api_version=api)
        self.controls = self.vault.controls
        self.api = api
        self.exchanges: list[Exchange] = []
        self.ca = certificates.LocalCA(seed + 1)
        self.maker = KeyMaker(seed + 2)

    def ask(self, method: str, path: str, body: Json = None, query: dict[str, str] | None = None) -> Answer:
        """Send a request and note the exchange."""
        request = Request(method, path, query or {}, body, self.api)
        answer = self.vault.perform(request)
        self.exchanges.append(Exchange(request, answer, self.controls.now()))
        return answer

    def wait(self, seconds: int) -> int:
        """Let time pass; return the clock."""
        self.controls.advance(seconds)
        return self.controls.now()

    def get(self, path: str, **query: str) -> Any:
        """Read, and return the body."""
        return self.ask("GET", path, query=query).body

    def pages(self, path: str, **query: str) -> list[Any]:
        """Read all pages of a list, and return what stands on them."""
        page, listed = self.get(path, **query), list[Any]()
        while page.get("nextLink"):
            listed += page["value"]
            following = urlsplit(page["nextLink"])
            page = self.get(following.path, **{k: v for k, v in parse_qsl(following.query) if k != "api-version"})
        return listed + page.get("value", [])

    def create(self, issuer: str | None = "Self", /, name: str = "web", **more: Any) -> Answer:
        """Create, with everything else of the policy as it is given."""
        return self.ask("POST", f"/certificates/{name}/create", created(issuer, **more))

    def issued(self, name: str = "web", **more: Any) -> Any:
        """Create, wait until it is issued, and return the bundle."""
        self.create(name=name, **more)
        self.controls.advance(10)
        return self.get(f"/certificates/{name}")

    def file(self, form: str = files.PKCS12, *, began: int | None = None, key: bool = True) -> str:
        """Return a PFX or PEM of a new certificate, with its key or without."""
        private = self.maker.make("EC", None, "P-256")
        policy = {"x509_props": {"subject": "CN=file, O=Org", "validity_months": 12, "key_usage": ["digitalSignature"]}}
        leaf = certificates.self_signed(private, policy, began or self.controls.now(), self.maker._turn("serial"))  # noqa: SLF001
        return files.written(private if key else None, [leaf], form)

    def chain(self, csr: str) -> list[str]:
        """Have a request signed elsewhere."""
        return [base64.b64encode(link).decode() for link in self.ca.issue(csr, self.controls.now(), 12)]

    def deleted(self) -> Answer:
        """Have a certificate, delete it, and wait until it is."""
        self.issued()
        answer = self.ask("DELETE", WEB)
        self.controls.advance(60)
        return answer


def created(issuer: str | None = "Self", /, **more: Any) -> dict[str, Any]:
    """Return the body of a create."""
    policy: dict[str, Any] = {"x509_props": {"subject": "CN=web"}, **({"issuer": {"name": issuer}} if issuer else {})}
    rest: dict[str, Any] = {name: more.pop(name) for name in ("tags", "attributes") if name in more}
    for part, value in more.items():
        policy[part] = {**policy.get(part, {}), **value} if isinstance(value, dict) else value
    return {"policy": policy, **rest}


def code(answer: Answer) -> tuple[int, str, str | None]:
    """Return status, code and inner code of a refusal."""
    assert isinstance(answer.body, dict), answer
    error: Any = answer.body["error"]
    return answer.status, error["code"], error.get("innererror", {}).get("code")


NOT_FOUND = (404, "CertificateNotFound", None)
NO_OPERATION = (404, "PendingCertificateNotFound", None)
BAD = (400, "BadParameter", None)
FORBIDDEN = (403, "Forbidden", None)
CONFLICT = (409, "Conflict", None)
BEING_DELETED = (409, "Conflict", "ObjectIsBeingDeleted")
BEING_RECOVERED = (409, "Conflict", "ObjectIsBeingRecovered")
RECOVERABLE = (409, "Conflict", "ObjectIsDeletedButRecoverable")


# --- lives


def test_self_signed_certificate_is_issued_within_seconds() -> None:
    session = Session()
    answer = session.create(tags={"a": "b"})
    operation: Any = answer.body
    stub = session.get(WEB)
    session.controls.advance(10)
    bundle = session.get(WEB)
    done = session.get(WEB + "/pending")

    assert (answer.status, answer.headers["retry-after"]) == (202, "10")
    assert answer.headers["location"].endswith(f"/pending?api-version=7.4&request_id={operation['request_id']}")
    assert [*operation] == ["id", "issuer", "csr", "cancellation_requested", "status", "status_details", "request_id"]
    assert [*stub] == ["id", "attributes", "tags", "policy", "pending"]
    assert not stub["attributes"]["enabled"]
    assert [*bundle] == ["id", "kid", "sid", "x5t", "cer", "attributes", "tags", "policy", "pending"]
    assert bundle["id"] != stub["id"]
    assert bundle["attributes"]["nbf"] == bundle["attributes"]["created"] - 600
    assert 2 <= bundle["attributes"]["created"] - START <= 9
    assert [*done] == ["id", "issuer", "csr", "cancellation_requested", "status", "target", "request_id"]
    assert code(session.ask("GET", f"{WEB}/{stub['id'].split('/')[-1]}")) == NOT_FOUND


def test_unknown_issuer_waits_for_a_merge() -> None:
    session = Session()
    operation: Any = session.create(None).body
    session.controls.advance(1_000_000)
    still = session.get(WEB + "/pending")
    merged = session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(operation["csr"])]})
    body: Any = merged.body

    assert still["status"] == "inProgress"
    assert (merged.status, merged.headers["location"]) == (201, "https://VAULT/certificates/web?api-version=7.4")
    assert body["policy"]["lifetime_actions"][0]["action"] == {"action_type": "EmailContacts"}
    assert session.get(WEB + "/pending")["status"] == "completed"
    assert code(session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(operation["csr"])]})) == FORBIDDEN


def test_chain_may_come_in_the_wrong_order() -> None:
    session = Session()
    operation: Any = session.create(None).body
    merged: Any = session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(operation["csr"])[::-1]]}).body

    assert READER.certificate(merged["cer"]).key == READER.request(operation["csr"]).key  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("decision", "status"),
    [(Issue(3), "completed"), (Refuse("Certificate issuer error", "no", 3), "failed"), (Stall(), "inProgress")],
)
def test_partner_does_what_was_settled(decision: Decision, status: str) -> None:
    session = Session()
    session.ask("PUT", "/certificates/issuers/ca", {"provider": "DigiCert", "credentials": {"pwd": "x"}})
    session.controls.decide(decision)
    session.create("ca")
    session.controls.advance(3_000)
    operation = session.get(WEB + "/pending")

    assert operation["status"] == status
    assert ("error" in operation) == (status == "failed")
    assert session.get(WEB)["attributes"]["enabled"] == (status == "completed")


def test_running_operation_can_be_settled_by_name() -> None:
    session = Session()
    session.controls.decide(Stall(), kind=IssuerKind.SELF)
    session.create()
    session.controls.advance(1_000)
    session.controls.decide(Issue(5), name="web")
    before = session.get(WEB + "/pending")["status"]
    session.controls.advance(5)

    assert (before, session.get(WEB + "/pending")["status"]) == ("inProgress", "completed")


@pytest.mark.parametrize("name", ["web", "nobody"])
def test_nothing_is_settled_where_nothing_runs(name: str) -> None:
    session = Session()
    session.create("Unknown")

    with pytest.raises(ValueError, match=r"runn|Unknown"):
        session.controls.decide(Issue(), name=name)
    with pytest.raises(ValueError, match="Unknown"):
        session.controls.decide(Issue(), kind=IssuerKind.UNKNOWN)


def test_vault_itself_refuses_nothing() -> None:
    session = Session()
    session.create()

    with pytest.raises(ValueError, match="itself"):
        session.controls.decide(Refuse(), kind=IssuerKind.SELF)
    with pytest.raises(ValueError, match="itself"):
        session.controls.decide(Refuse(), name="web")


def test_failed_operation_of_a_partner_takes_a_merge() -> None:
    session = Session()
    session.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"})
    session.controls.decide(Refuse())
    operation: Any = session.create("ca").body
    session.get(WEB)

    assert session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(operation["csr"])]}).status == 201


@pytest.mark.parametrize("form", [files.PKCS12, files.PEM])
def test_file_is_imported_at_once(form: str) -> None:
    session = Session()
    secret: Json = {"secret_props": {"contentType": form}}
    answer = session.ask("POST", WEB + "/import", {"value": session.file(form), "policy": secret})
    body: Any = answer.body

    assert (answer.status, "pending" in body) == (200, False)
    assert body["policy"]["x509_props"]["subject"] == "CN=file, O=Org"
    assert body["policy"]["issuer"] == {"name": "Unknown"}
    assert session.get("/secrets/web")["contentType"] == form


def test_import_clears_a_finished_operation() -> None:
    session = Session()
    session.issued()
    session.ask("POST", WEB + "/import", {"value": session.file()})

    assert code(session.ask("GET", WEB + "/pending")) == NO_OPERATION
    assert len(session.get(WEB + "/versions")["value"]) == 2


def test_cancellation_wins_unless_settled_otherwise() -> None:
    session = Session()
    session.create()
    asked = session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.controls.advance(9)
    during = session.get(WEB + "/pending")
    session.controls.advance(1)
    after = session.get(WEB + "/pending")

    assert (asked.status, "retry-after" in asked.headers) == (200, False)
    assert (during["status"], during["cancellation_requested"]) == ("inProgress", True)
    assert [*after] == ["id", "issuer", "csr", "cancellation_requested", "status", "request_id"]
    assert (after["status"], after["cancellation_requested"]) == ("cancelled", True)


def test_lost_cancellation_ends_with_the_flag_false() -> None:
    session = Session()
    session.controls.decide_cancellation(wins=False)
    session.create()
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.controls.advance(10)
    after = session.get(WEB + "/pending")

    assert (after["status"], after["cancellation_requested"]) == ("completed", False)


def test_cancellation_can_be_taken_back_in_time() -> None:
    session = Session()
    session.create()
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": False})
    session.controls.advance(60)

    assert session.get(WEB + "/pending")["status"] == "completed"


def test_unknown_issuer_is_never_cancelled() -> None:
    session = Session()
    session.create("Unknown")
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.controls.advance(DAY_S)

    assert session.get(WEB + "/pending")["status"] == "inProgress"


def test_deleted_operation_leaves_a_stub() -> None:
    session = Session()
    session.create()
    gone = session.ask("DELETE", WEB + "/pending")
    session.controls.advance(1_000)
    stub = session.get(WEB)
    listed = session.get("/certificates", includePending="true")["value"]

    assert gone.status == 200
    assert [*stub] == ["id", "attributes", "policy"]
    assert [*listed[0]] == ["id", "attributes"]
    assert session.get("/certificates")["value"] == []
    assert code(session.ask("GET", "/secrets/web")) == (403, "Forbidden", "SecretDisabled")
    assert session.create().status == 202


def test_next_version_replaces_the_current_one_only_when_issued() -> None:
    session = Session()
    first = session.issued(tags={"n": "1"})
    session.create(tags={"n": "2"})
    during = session.get(WEB)
    session.controls.advance(10)
    second = session.get(WEB)
    old = session.get(WEB + "/" + first["id"].split("/")[-1])

    assert (during["id"], during["tags"]) == (first["id"], {"n": "1"})
    assert (second["id"] != first["id"], second["tags"]) == (True, {"n": "2"})
    assert second["policy"]["attributes"]["created"] == first["policy"]["attributes"]["created"]
    assert [*old] == ["id", "kid", "sid", "x5t", "cer", "attributes", "tags"]


def test_key_is_reused_where_the_policy_says_so() -> None:
    session = Session()
    first = session.issued(key_props={"reuse_key": True})
    second = session.issued(key_props={"reuse_key": True})
    third = session.issued(key_props={"reuse_key": True, "key_size": 3072})
    keys = [READER.certificate(one["cer"]).key for one in (first, second, third)]  # type: ignore[union-attr]

    assert keys[0] == keys[1]
    assert keys[1] != keys[2]


def test_secret_holds_the_key_only_if_it_is_exportable() -> None:
    for exportable in (True, False):
        session = Session()
        session.issued(key_props={"exportable": exportable}, secret_props={"contentType": files.PEM})
        value = session.get("/secrets/web")["value"]

        assert ("PRIVATE KEY" in value) is exportable
        assert session.get("/secrets/web")["value"] == value


def test_disabled_version_keeps_its_key_and_secret_back() -> None:
    session = Session()
    version = session.issued()["id"].split("/")[-1]
    updated: Any = session.ask("PATCH", f"{WEB}/{version}", {"attributes": {"enabled": False, "exp": 1}}).body

    assert "policy" not in updated
    assert updated["attributes"]["exp"] > START
    assert session.get(WEB)["cer"] == updated["cer"]
    assert code(session.ask("GET", "/secrets/web")) == (403, "Forbidden", "SecretDisabled")
    assert code(session.ask("GET", f"/keys/web/{version}")) == (403, "Forbidden", "KeyDisabled")


def test_policy_update_changes_what_is_given() -> None:
    session = Session()
    before = session.issued()["policy"]
    session.controls.advance(5)
    changed: Any = session.ask("PATCH", WEB + "/policy", {"key_props": {"kty": "EC", "reuse_key": None}}).body

    assert changed["key_props"] == {"exportable": True, "kty": "EC", "key_size": 256, "reuse_key": False, "crv": "P-256"}
    assert changed["x509_props"] == before["x509_props"]
    assert changed["attributes"]["updated"] == before["attributes"]["updated"] + 15
    assert session.get(WEB + "/policy") == changed


def test_certificate_update_may_carry_a_policy() -> None:
    session = Session()
    session.issued()
    changed: Any = session.ask("PATCH", WEB, {"policy": {"x509_props": {"subject": "CN=other"}}, "tags": {"a": "b"}}).body
    again: Any = session.ask("PATCH", WEB, {"tags": {}}).body

    assert changed["policy"]["x509_props"]["subject"] == "CN=other"
    assert again["tags"] == {"a": "b"}


# --- whiles


def test_deletion_recovery_and_purge_take_their_time() -> None:
    session = Session(retention_days=7)
    bundle = session.issued()
    session.controls.take(deletion_s=4, recovery_s=2, purge_s=7)
    deleted: Any = session.ask("DELETE", WEB).body
    during = [code(session.ask(*one)) for one in (("GET", WEB), ("GET", DELETED), ("DELETE", DELETED), ("POST", DELETED + "/recover"))]
    session.controls.advance(4)
    kept = session.get(DELETED)
    recovered = session.ask("POST", DELETED + "/recover")
    on_its_way = [code(session.ask(*one)) for one in (("GET", WEB), ("GET", DELETED), ("DELETE", DELETED), ("POST", DELETED + "/recover"))]
    session.controls.advance(2)
    back = session.get(WEB)
    session.ask("DELETE", WEB)
    session.controls.advance(4)
    purged = session.ask("DELETE", DELETED)
    busy = code(session.create())
    session.controls.advance(7)

    assert [*deleted][:4] == ["recoveryId", "deletedDate", "scheduledPurgeDate", "id"]
    assert deleted["scheduledPurgeDate"] - deleted["deletedDate"] == 7 * DAY_S
    assert during == [NOT_FOUND, NOT_FOUND, BEING_DELETED, BEING_DELETED]
    assert kept == deleted
    assert recovered.body == bundle == back
    assert on_its_way == [NOT_FOUND, NOT_FOUND, BEING_RECOVERED, BEING_RECOVERED]
    assert (purged.status, purged.body, busy) == (204, None, BEING_DELETED)
    assert session.create().status == 202


def test_whiles_of_no_length_are_over_at_once() -> None:
    session = Session()
    session.controls.take(deletion_s=0, recovery_s=0, purge_s=0)
    session.issued()
    session.ask("DELETE", WEB)
    there = session.ask("GET", DELETED).status
    session.ask("POST", DELETED + "/recover")
    back = session.ask("GET", WEB).status
    session.ask("DELETE", WEB)
    session.ask("DELETE", DELETED)

    assert (there, back, session.create().status) == (200, 200, 202)


def test_retention_ends_by_itself() -> None:
    session = Session(retention_days=7, purge_protection=True)
    session.deleted()
    refused = code(session.ask("DELETE", DELETED))
    session.controls.advance(7 * DAY_S)

    assert refused == FORBIDDEN
    assert code(session.ask("GET", DELETED)) == NOT_FOUND
    assert session.create().status == 202


def test_recovery_in_time_outlives_the_retention() -> None:
    session = Session(retention_days=7)
    session.deleted()
    session.ask("POST", DELETED + "/recover")
    session.controls.advance(30 * DAY_S)

    assert session.ask("GET", WEB).status == 200


def test_operation_sleeps_while_its_name_is_deleted() -> None:
    session = Session()
    session.create()
    session.ask("DELETE", WEB)
    session.controls.advance(1_000)
    deleted = session.get(DELETED)
    session.ask("POST", DELETED + "/recover")
    session.controls.advance(12)
    soon = session.get(WEB)
    session.controls.advance(100)

    assert ("x5t" in deleted, "pending" in deleted) == (False, True)
    assert soon["attributes"]["enabled"] is False
    assert session.get(WEB + "/pending")["status"] == "completed"


def test_cancelled_operation_sleeps_too() -> None:
    session = Session()
    session.create()
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.ask("DELETE", WEB)
    session.controls.advance(60)
    session.ask("POST", DELETED + "/recover")
    session.controls.advance(100)

    assert session.get(WEB + "/pending")["status"] == "cancelled"


def test_without_soft_delete_deletion_is_final() -> None:
    session = Session(soft_delete=False)
    session.issued()
    body: Any = session.ask("DELETE", WEB).body

    assert "recoveryId" not in body
    assert body["attributes"]["recoveryLevel"] == "Purgeable"
    assert session.get("/deletedcertificates") == {"value": [], "nextLink": None}
    assert code(session.ask("DELETE", DELETED)) == (400, "NotSupported", None)
    assert session.create().status == 202


# --- backup


def test_backup_survives_purge_and_comes_back_whole() -> None:
    session = Session()
    session.issued(x509_props={"sans": {}})
    session.create(x509_props={"sans": {}})
    session.controls.advance(10)
    before, versions = session.get(WEB), session.get(WEB + "/versions")
    key, blob = session.get("/keys/web"), session.get  # the key is compared, the blob comes from a POST
    backup: Any = session.ask("POST", WEB + "/backup").body
    living = code(session.ask("POST", "/certificates/restore", backup))
    session.ask("DELETE", WEB)
    session.controls.advance(60)
    deleted = code(session.ask("POST", "/certificates/restore", backup))
    session.ask("DELETE", DELETED)
    just_purged = code(session.ask("POST", "/certificates/restore", backup))
    session.controls.advance(60)
    restored: Any = session.ask("POST", "/certificates/restore", backup).body

    assert (living, deleted, just_purged) == (CONFLICT, CONFLICT, CONFLICT)
    assert "pending" not in restored
    assert "sans" not in restored["policy"]["x509_props"]
    assert restored["attributes"] == before["attributes"]
    assert session.get(WEB + "/versions") == versions
    assert blob("/keys/web") == key


def test_stub_is_backed_up_without_its_operation() -> None:
    session = Session()
    session.create()
    backup: Any = session.ask("POST", WEB + "/backup").body
    other = Session(5)
    restored: Any = other.ask("POST", "/certificates/restore", backup).body
    other.controls.advance(DAY_S)

    assert [*restored] == ["id", "attributes", "policy"]
    assert other.get(WEB)["attributes"]["enabled"] is False
    assert code(Session(geography="elsewhere").ask("POST", "/certificates/restore", backup))[0] == 400


# --- refusals

# what was done before; method, path, body; what is answered
REFUSALS: list[tuple[Callable[[Session], Any], str, str, Json, tuple[int, str, str | None]]] = [
    (lambda _: None, "POST", "/certificates//create", {}, (405, "MethodNotAllowed", None)),
    (lambda _: None, "GET", "/elsewhere", None, (405, "MethodNotAllowed", None)),
    (lambda _: None, "POST", "/certificates/a_b/create", {}, BAD),
    (lambda _: None, "POST", WEB + "/create", {}, BAD),
    (lambda _: None, "POST", WEB + "/create", created("nobody"), BAD),
    (lambda _: None, "POST", WEB + "/create", created(tags=7), BAD),
    (lambda _: None, "POST", WEB + "/create", created(tags={"a": "b" * 300}), BAD),
    (lambda _: None, "POST", WEB + "/create", created(attributes=[]), BAD),
    (lambda _: None, "POST", WEB + "/create", created(attributes={"enabled": "no"}), BAD),
    (lambda _: None, "POST", WEB + "/create", {**created(), "preserveCertOrder": 1}, BAD),
    (lambda s: s.create(), "POST", WEB + "/create", created(), CONFLICT),
    (lambda s: s.create(), "POST", WEB + "/import", {"value": "AAAA"}, CONFLICT),
    (lambda s: s.deleted(), "POST", WEB + "/create", created(), RECOVERABLE),
    (lambda s: s.deleted(), "POST", WEB + "/import", {"value": "AAAA"}, RECOVERABLE),
    (lambda s: (s.deleted(), s.ask("POST", DELETED + "/recover")), "POST", WEB + "/create", created(), BEING_RECOVERED),
    (lambda s: (s.issued(), s.ask("DELETE", WEB)), "POST", WEB + "/create", created(), BEING_DELETED),
    (lambda s: s.deleted(), "GET", WEB + "/versions", None, NOT_FOUND),
    (lambda s: s.deleted(), "DELETE", WEB, None, NOT_FOUND),
    (lambda s: s.deleted(), "GET", "/secrets/web", None, (404, "SecretNotFound", None)),
    (lambda s: s.deleted(), "GET", "/keys/web", None, (404, "KeyNotFound", None)),
    (lambda s: s.deleted(), "GET", WEB + "/pending", None, NO_OPERATION),
    (lambda _: None, "GET", WEB, None, NOT_FOUND),
    (lambda s: s.issued(), "GET", WEB + "/" + "f" * 32, None, NOT_FOUND),
    (lambda _: None, "PATCH", WEB, {"tags": {"a": "b"}}, NOT_FOUND),
    (lambda _: None, "GET", WEB + "/policy", None, NOT_FOUND),
    (lambda s: s.issued(), "PATCH", WEB + "/policy", None, BAD),
    (lambda s: s.issued(), "PATCH", WEB + "/policy", {"x509_props": []}, BAD),
    (lambda _: None, "POST", WEB + "/backup", None, NOT_FOUND),
    (lambda _: None, "POST", DELETED + "/recover", None, NOT_FOUND),
    (lambda s: s.issued(), "DELETE", DELETED, None, NOT_FOUND),
    (lambda _: None, "PATCH", WEB + "/pending", {"cancellation_requested": True}, NO_OPERATION),
    (lambda s: s.create(), "PATCH", WEB + "/pending", {}, BAD),
    (lambda s: s.issued(), "PATCH", WEB + "/pending", {"cancellation_requested": True}, FORBIDDEN),
    (lambda s: s.create(), "POST", WEB + "/pending/merge", {"x5c": ["AAAA"]}, FORBIDDEN),
    (lambda s: s.create(None), "POST", WEB + "/pending/merge", {}, BAD),
    (lambda s: s.create(None), "POST", WEB + "/pending/merge", {"x5c": ["!"]}, BAD),
    (lambda s: s.create(None), "POST", WEB + "/pending/merge", {"x5c": [base64.b64encode(certificates.LocalCA(1).certificate).decode()]}, BAD),
    (lambda _: None, "POST", WEB + "/pending/merge", {"x5c": ["AAAA"]}, NO_OPERATION),
    (lambda _: None, "POST", WEB + "/import", {}, BAD),
    (lambda _: None, "POST", WEB + "/import", {"value": "AAAA"}, BAD),
    (lambda _: None, "POST", WEB + "/import", {"value": "AAAA", "pwd": 7}, BAD),
    (lambda _: None, "POST", WEB + "/import", {"value": "AAAA", "pwd": "x" * 201}, BAD),
    (lambda _: None, "POST", "/certificates/restore", {}, BAD),
    (lambda _: None, "POST", "/certificates/restore", {"value": "AAAA"}, (400, "Malformed backup blob", None)),
    (lambda _: None, "PUT", "/certificates/issuers/ca", {}, BAD),
    (lambda _: None, "PUT", "/certificates/issuers/Self", {"provider": "Test"}, BAD),
    (lambda _: None, "PUT", "/certificates/issuers/ca", {"provider": "Test", "attributes": {"enabled": 1}}, BAD),
    (lambda _: None, "PATCH", "/certificates/issuers/ca", {"provider": "Test"}, (404, "CertificateIssuerNotFound", None)),
    (lambda s: s.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"}), "PATCH", "/certificates/issuers/ca", {"provider": 1}, BAD),
    (lambda s: s.ask("PUT", "/certificates/issuers/ca", {"provider": "Test", "attributes": {"enabled": False}}), "POST", WEB + "/create", created("ca"), BAD),
    (lambda _: None, "PUT", "/certificates/contacts", {"contacts": []}, BAD),
    (lambda _: None, "PUT", "/certificates/contacts", {"contacts": [1]}, BAD),
    (lambda _: None, "PUT", "/certificates/contacts", {"contacts": [{"email": 1}]}, BAD),
    (lambda _: None, "DELETE", "/certificates/contacts", None, (404, "ContactsNotFound", None)),
]  # fmt: skip


@pytest.mark.parametrize(("before", "method", "path", "body", "expected"), REFUSALS)
def test_request_is_refused(
    before: Callable[[Session], Any], method: str, path: str, body: Json, expected: tuple[int, str, str | None]
) -> None:
    session = Session()
    before(session)

    assert code(session.ask(method, path, body)) == expected


# parts of a policy that no policy may have, by the documents
BAD_POLICIES: list[dict[str, Any]] = [
    {"x509_props": {"subject": "Self"}},
    {"x509_props": {"subject": "CN=" + "a" * 200}},
    {"x509_props": {"ekus": ["server"]}},
    {"x509_props": {"key_usage": ["invalid"]}},
    {"x509_props": {"validity_months": -1}},
    {"key_props": {"kty": "oct"}},
    {"key_props": {"key_size": 1024}},
    {"key_props": {"kty": "EC", "crv": "P-1"}},
    {"key_props": {"kty": "RSA-HSM", "exportable": True}},
    {"secret_props": {"contentType": "text/plain"}},
    {"lifetime_actions": [{"trigger": {"lifetime_percentage": 0}, "action": {"action_type": "AutoRenew"}}]},
    {"lifetime_actions": [{"trigger": {"lifetime_percentage": 100}, "action": {"action_type": "AutoRenew"}}]},
    {"lifetime_actions": [{"trigger": {"soon": 1}, "action": {"action_type": "AutoRenew"}}]},
    {"lifetime_actions": [{"trigger": {}, "action": {"action_type": "AutoRenew"}}]},
    {"lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "Hope"}}]},
]
# parts that break the types of the interface, or fit no certificate
ODD_POLICIES: list[dict[str, Any]] = [
    {"x509_props": {"subject": ""}},
    {"x509_props": {"subject": 5}},
    {"x509_props": {"sans": {"dns_names": "web"}}},
    {"x509_props": {"validity_months": True}},
    {"x509_props": {"basic_constraints": {"ca": "yes"}}},
    {"key_props": {"kty": "EC", "crv": "P-256", "key_size": 384}},
    {"issuer": {"name": 5}},
    {"issuer": {"cert_transparency": "no"}},
    {"lifetime_actions": {}},
    {"lifetime_actions": [{"trigger": {"days_before_expiry": 325}, "action": {"action_type": "AutoRenew"}}]},
]


@pytest.mark.parametrize("part", BAD_POLICIES + ODD_POLICIES)
def test_policy_is_refused(part: dict[str, Any]) -> None:
    assert code(Session().create(**part)) == BAD


def test_refused_create_leaves_nothing_behind() -> None:
    session = Session()
    session.create(x509_props={"subject": "Self"})

    assert code(session.ask("GET", WEB)) == NOT_FOUND


def test_other_request_ids_find_nothing() -> None:
    session = Session()
    session.create()

    for method, body in (("GET", None), ("PATCH", {"cancellation_requested": True}), ("DELETE", None)):
        assert code(session.ask(method, WEB + "/pending", body, {"request_id": "f" * 32})) == NO_OPERATION  # type: ignore[arg-type]


def test_unknown_api_version_is_refused() -> None:
    assert code(Session(api="6.6").ask("GET", "/certificates")) == BAD


# --- lists, names, versions of the interface


def test_pages_follow_each_other_without_loss() -> None:
    session = Session()
    for name in ("b", "A", "c"):
        session.ask("POST", f"/certificates/{name}/import", {"value": session.file()})
    page = session.get("/certificates", maxresults="2")
    following = urlsplit(page["nextLink"])
    rest = session.get(following.path, **{k: v for k, v in parse_qsl(following.query) if k != "api-version"})

    assert [item["id"][-1] for item in page["value"] + rest["value"]] == ["A", "b", "c"]
    assert following.netloc == "VAULT:443"
    assert rest["nextLink"] is None


@pytest.mark.parametrize("count", ["0", "26", "-1", "x"])
def test_page_size_is_from_1_to_25(count: str) -> None:
    assert code(Session().ask("GET", "/certificates", None, {"maxresults": count})) == BAD


def test_spoilt_token_is_refused() -> None:
    assert code(Session().ask("GET", "/certificates", None, {"$skiptoken": "x"})) == BAD


def test_versions_are_listed_by_id() -> None:
    session = Session()
    for _ in range(5):
        session.ask("POST", WEB + "/import", {"value": session.file()})
    ids = [item["id"] for item in session.get(WEB + "/versions")["value"]]

    assert ids == sorted(ids)
    assert session.get("/certificates/nobody/versions") == {"value": [], "nextLink": None}


def test_names_are_one_whatever_their_case() -> None:
    session = Session()
    first = session.issued(name="Web")
    session.ask("PUT", "/certificates/issuers/Ca", {"provider": "Test"})

    assert session.get("/CERTIFICATES/wEB/") == first
    assert session.get("/certificates/issuers/cA")["id"].endswith("/Ca")


@pytest.mark.parametrize(("api", "shown"), [("7.0", False), ("7.1", True), ("2026-04-01", True)])
def test_recoverable_days_are_shown_since_7_1(api: str, shown: bool) -> None:  # noqa: FBT001
    assert ("recoverableDays" in Session(api=api).issued()["attributes"]) is shown


def test_chain_order_is_shown_since_7_6() -> None:
    session = Session(api="7.6")

    assert session.create().body["preserveCertOrder"] is False  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({"soft_delete": False}, "Purgeable"),
        ({}, "Recoverable+Purgeable"),
        ({"purge_protection": True}, "Recoverable"),
        ({"retention_days": 7}, "CustomizedRecoverable+Purgeable"),
        ({"retention_days": 7, "purge_protection": True}, "CustomizedRecoverable"),
    ],
)
def test_recovery_level_follows_from_the_settings(settings: dict[str, Any], level: str) -> None:
    assert Session(**settings).issued()["attributes"]["recoveryLevel"] == level


# --- issuers and contacts


def test_issuer_lives() -> None:
    session = Session()
    path = "/certificates/issuers/ca"
    put: Any = session.ask("PUT", path, {"provider": "Test", "credentials": {"account_id": "a", "pwd": "b"}, "org_details": {"id": "1"}}).body
    session.controls.advance(5)
    patched: Any = session.ask("PATCH", path, {"provider": "DigiCert", "attributes": {"enabled": False}}).body
    replaced: Any = session.ask("PUT", path, {"provider": "Test"}).body
    listed = session.get("/certificates/issuers")["value"]
    gone = session.ask("DELETE", path)

    assert put["credentials"] == {"account_id": "a"}
    assert put["org_details"] == {"id": "1", "zip": 0}
    assert patched["org_details"] == put["org_details"]
    assert patched["attributes"] == {"enabled": False, "created": START, "updated": START + 5}
    assert [*replaced] == ["id", "provider", "attributes"]
    assert replaced["attributes"]["created"] == START
    assert listed == [{"id": "https://VAULT/certificates/issuers/ca", "provider": "Test"}]
    assert gone.body == replaced
    assert session.ask("GET", path).status == 404


def test_contacts_live() -> None:
    session = Session()
    sent: Json = {"contacts": [{"name": "n", "email": "a@b.c"}]}
    put = session.ask("PUT", "/certificates/contacts", sent).body
    read = session.get("/certificates/contacts/")
    gone = session.ask("DELETE", "/certificates/contacts").body

    assert put == read == gone == {"id": "https://VAULT/certificates/contacts", "contacts": [{"email": "a@b.c", "name": "n"}]}
    assert session.ask("GET", "/certificates/contacts").status == 404


# --- what happens by itself


def mails(session: Session) -> list[str]:
    return [str(message.body["text"]) for message in session.controls.outbox if message.kind == "mail"]


def events(session: Session) -> list[str]:
    return [str(message.body["eventType"]).rsplit(".", 1)[-1] for message in session.controls.outbox if message.kind == "event"]


def test_certificate_is_renewed_in_time_with_its_tags() -> None:
    session = Session()
    session.ask("PUT", "/certificates/contacts", {"contacts": [{"email": "a@b.c"}, {"name": "no address"}]})
    first = session.issued(tags={"a": "b"})
    session.controls.advance(330 * DAY_S)
    second = session.get(WEB)

    assert second["id"] != first["id"]
    assert second["tags"] == {"a": "b"}
    assert len(session.get(WEB + "/versions")["value"]) == 2
    assert mails(session) == ["web is about to be renewed.", "The renewal of web succeeded."]
    assert {to for message in session.controls.outbox for to in message.to} == {"a@b.c"}


@pytest.mark.parametrize(
    ("issuer", "more", "said"),
    [
        ("Unknown", {}, "It is time to renew web."),
        ("Unknown", {"lifetime_actions": [{"trigger": {"days_before_expiry": 90}, "action": {"action_type": "AutoRenew"}}]}, "Renew web by hand."),
        ("ca", {}, "Issuer ca of web is missing."),
    ],
)
def test_contacts_hear_what_they_have_to_do(issuer: str, more: dict[str, Any], said: str) -> None:
    session = Session()
    session.ask("PUT", "/certificates/contacts", {"contacts": [{"email": "a@b.c"}]})
    session.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"})
    operation: Any = session.create(issuer, **more).body
    if issuer == "Unknown":
        session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(operation["csr"])]})
    session.controls.advance(60)
    session.get(WEB)
    session.ask("DELETE", "/certificates/issuers/ca")
    session.controls.advance(340 * DAY_S)

    assert mails(session)[-1] == said
    assert len(session.get(WEB + "/versions")["value"]) == 1


def test_failed_renewal_is_told() -> None:
    session = Session()
    session.ask("PUT", "/certificates/contacts", {"contacts": [{"email": "a@b.c"}]})
    session.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"})
    session.create("ca")
    session.controls.advance(60)
    session.get(WEB)
    session.controls.decide(Refuse())
    session.controls.advance(330 * DAY_S)

    assert mails(session)[-1].endswith("failed: renew it by hand.")
    assert session.get(WEB + "/pending")["status"] == "failed"


def test_nothing_is_renewed_that_is_disabled_or_deleted() -> None:
    session = Session()
    session.issued()
    session.issued(name="other")
    session.ask("PATCH", WEB, {"attributes": {"enabled": False}})
    session.ask("DELETE", "/certificates/other")
    session.controls.advance(800 * DAY_S)

    assert len(session.get(WEB + "/versions")["value"]) == 1
    assert session.ask("GET", "/deletedcertificates/other").status == 404


def test_events_tell_of_versions_and_their_ends() -> None:
    session = Session()
    session.ask("POST", WEB + "/import", {"value": session.file()})
    session.controls.advance(400 * DAY_S)
    event = session.controls.outbox[0]
    data: Any = event.body["data"]

    assert events(session) == ["CertificateNewVersionCreated", "CertificateNearExpiry", "CertificateExpired"]
    assert [*data] == ["Id", "VaultName", "ObjectType", "ObjectName", "Version", "NBF", "EXP"]


def test_nothing_happens_to_what_is_gone() -> None:
    session = Session(soft_delete=False)
    session.ask("POST", "/certificates/other/import", {"value": session.file()})
    session.create()
    session.ask("DELETE", WEB)
    session.ask("DELETE", "/certificates/other")
    session.controls.advance(800 * DAY_S)

    assert events(session) == ["CertificateNewVersionCreated"]


def test_recovered_certificate_ends_once() -> None:
    session = Session()
    session.ask("POST", WEB + "/import", {"value": session.file()})
    session.ask("DELETE", WEB)
    session.controls.advance(60)
    session.ask("POST", DELETED + "/recover")
    session.controls.advance(800 * DAY_S)

    assert events(session)[1:] == ["CertificateNearExpiry", "CertificateExpired"]


def test_what_is_settled_by_name_overrules_a_cancellation() -> None:
    session = Session()
    session.create()
    session.ask("PATCH", WEB + "/pending", {"cancellation_requested": True})
    session.controls.decide(Issue(60), name="web")
    session.controls.advance(60)

    assert session.get(WEB + "/pending")["status"] == "completed"


# --- as a piece of software


def test_vault_fits_the_port() -> None:
    vault: Vault = MemoryVault()
    controls: Controls | None = vault.controls
    vault.close()

    assert controls is not None
    assert controls.now() == START


def test_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="go back"):
        MemoryVault().controls.advance(-1)


def test_restart_forgets_plans_but_nothing_that_is_held() -> None:
    session = Session()
    session.controls.decide(Stall(), kind=IssuerKind.SELF)
    session.create(name="running")
    session.controls.decide(Stall(), kind=IssuerKind.SELF)
    session.controls.decide_cancellation(wins=False)
    session.controls.restart()
    session.create()
    session.controls.advance(10)

    assert session.get("/certificates/running/pending")["status"] == "inProgress"
    assert session.get(WEB + "/pending")["status"] == "completed"


def test_same_seed_gives_the_same_answers() -> None:
    runs = [Walk(11).run(60) for _ in range(2)]
    plain = [[one.answer for one in run.exchanges if "/secrets/" not in one.request.path] for run in runs]

    assert plain[0] == plain[1]
    assert Session(1).create().body != Session(2).create().body


def test_nobody_outside_holds_a_piece_of_the_vault() -> None:
    session = Session()
    sent = created(x509_props={"ekus": ["1.2.3"]})
    session.ask("POST", WEB + "/create", sent)
    sent["policy"]["x509_props"]["ekus"].append("9.9")
    session.get(WEB)["policy"]["x509_props"]["ekus"].append("8.8")

    assert session.get(WEB)["policy"]["x509_props"]["ekus"] == ["1.2.3"]


def test_address_is_that_of_the_request_unless_given() -> None:
    request = Request("POST", WEB + "/create", body=created(), vault="https://one.example:8443")
    own: Any = MemoryVault().perform(request).body
    given: Any = MemoryVault(address="https://two.example").perform(request).body

    assert own["id"].startswith("https://one.example:8443/")
    assert given["id"].startswith("https://two.example/")


def test_vault_knows_nothing_of_the_model_but_words_and_values() -> None:
    folder = Path(__file__).resolve().parents[1] / "adapters"
    sources = [*(folder / "memory").glob("*.py"), folder / "port.py", folder / "clock.py"]
    imported = {
        node.module
        for source in sources
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("certlife.")
    }

    assert {name for name in imported if not name.startswith("certlife.adapters")} <= {
        "certlife.model.values",
        "certlife.model.vocabulary",
    }


# --- judged


PARTNERS: list[Decision] = [Issue(0), Issue(30), Stall(), Refuse(after_s=3)]


class Walk(Session):
    """A random history: all operations, good and bad requests, with the clock and the issuers at random too.

    Args:
        disputed: whether it goes where the model once objected to what the vault does for good reasons (DISPUTES); if
            not, it looks more often before it does something, so that less is left open.
    """

    NAMES = ("web", "Api", "db")
    APIS = ("7.0", "7.1", "7.3", "7.4", "7.6", "2025-07-01")

    def __init__(self, seed: int, *, disputed: bool = False) -> None:
        self.dice = dice = random.Random(seed)  # noqa: S311 - it shall repeat itself
        self.disputed = disputed
        settings = {"soft_delete": dice.random() < 0.85, "retention_days": dice.choice([7, 90])}
        api = dice.choice(self.APIS)
        super().__init__(seed, api=api, purge_protection=dice.random() < 0.2, **settings)
        self.seen: dict[str, list[str]] = {}
        self.csrs: dict[str, str] = {}
        self.rids: list[str] = []
        self.blobs: list[str] = ["bogus"]
        self.brings = Maker(seed)
        self.recovers = disputed or settings["soft_delete"]
        self.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"})

    def run(self, steps: int) -> Walk:
        """Take so many steps."""
        for _ in range(steps):
            self._meanwhile()
            self._step()
        return self

    def ask(self, method: str, path: str, body: Json = None, query: dict[str, str] | None = None) -> Answer:
        """Send a request and learn from the answer."""
        answer = super().ask(method, path, body, query)
        shown: Any = answer.body if isinstance(answer.body, dict) else {}
        name = path.split("/")[2].lower() if path.count("/") > 1 else ""
        if "csr" in shown:
            self.csrs[name] = shown["csr"]
            self.rids.append(shown["request_id"])
        if re.fullmatch(r".*/certificates/[^/]+/[0-9a-f]{32}", str(shown.get("id"))):
            self.seen.setdefault(name, []).append(shown["id"][-32:])
        if path.endswith("/backup") and answer.status == 200:
            self.blobs.append(shown["value"])
        return answer

    def _meanwhile(self) -> None:
        dice, levers = self.dice, self.controls
        if dice.random() < 0.35:
            levers.advance(dice.choice([1, 2, 5, 10, 10, 20, 60, 3600, DAY_S, 8 * DAY_S, 40 * DAY_S, 200 * DAY_S, 400 * DAY_S]))
        if dice.random() < 0.1:
            levers.decide(dice.choice(PARTNERS))
        if dice.random() < 0.05:
            levers.decide(dice.choice(PARTNERS[:3]), kind=IssuerKind.SELF)
        if dice.random() < 0.05:
            levers.decide_cancellation(wins=dice.random() < 0.5, after_s=dice.choice([0, 1, 10, 30]))
        if dice.random() < 0.05:
            spans = [0, 4, 9, 20, DAY_S, 8 * DAY_S]
            levers.take(deletion_s=dice.choice(spans), recovery_s=dice.choice(spans), purge_s=dice.choice(spans))
        if dice.random() < 0.05:
            with suppress(ValueError):  # nothing of that name runs, or the vault itself should refuse
                levers.decide(dice.choice(PARTNERS), name=dice.choice(self.NAMES))
        if dice.random() < 0.02:
            levers.restart()
        if dice.random() < 0.05:
            self.api = dice.choice(self.APIS)

    def _step(self) -> None:
        dice = self.dice
        name = dice.choice(self.NAMES)
        path = f"/certificates/{name.upper() if dice.random() < 0.2 else name}"
        dice.choice(
            [self._create] * 3
            + [self._operation] * 4
            + [self._merge, self._import, self._read, self._read, self._update, self._policy, self._delete]
            + [self._undelete] * 2
            + [self._backup, self._list, self._linked, self._issuer, self._contacts]
        )(path)

    def _more(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.dice.random() < 0.3:
            body["tags"] = self.dice.choice([{"a": "b"}, {}, {"x": "y", "z": "1"}])
        if self.dice.random() < 0.3:
            body["attributes"] = self.dice.choice([{"enabled": False}, {"enabled": True}, {"exp": 2_000_000_000}, {}])
        return body

    def _some_policy(self) -> dict[str, Any]:
        dice = self.dice
        if dice.random() < 0.1:
            return created(**dice.choice(BAD_POLICIES + ODD_POLICIES * self.disputed))["policy"]  # type: ignore[no-any-return]
        policy: dict[str, Any] = created(dice.choice([None, "Self", "Self", "Unknown", "ca"]))["policy"]
        x509: dict[str, Any] = policy["x509_props"]
        if dice.random() < 0.4:
            x509["sans"] = dice.choice([{}, {"dns_names": ["a.example", "b.example"]}, {"emails": ["a@b.c"]}, {"upns": ["u@v.w"]}])
        x509["key_usage"] = ["digitalSignature"]
        if self.disputed:
            x509["key_usage"] = dice.choice([["crlSign", "digitalSignature"], ["keyAgreement"], ["dataEncipherment", "nonRepudiation"]])
        if dice.random() < 0.4:
            x509["validity_months"] = dice.choice([1, 2, 24])
        if dice.random() < 0.5:
            policy["key_props"] = dice.choice([{"exportable": False}, {"kty": "EC", "crv": "P-384"}, {"kty": "EC"}, {"reuse_key": self.disputed}])
        if dice.random() < 0.4:
            policy["secret_props"] = {"contentType": dice.choice([files.PEM, files.PKCS12])}
        if dice.random() < 0.8 or not self.disputed:
            trigger = dice.choice([{"lifetime_percentage": 50}, {"days_before_expiry": 10}])
            policy["lifetime_actions"] = [{"trigger": trigger, "action": {"action_type": dice.choice(["EmailContacts", "AutoRenew"] if self.disputed else ["EmailContacts"])}}]
        return policy

    def _create(self, path: str) -> None:
        if not self.disputed:
            self.ask("GET", path)
        self.ask("POST", path + "/create", self._more({"policy": self._some_policy()} if self.dice.random() < 0.9 else {}))

    def _operation(self, path: str) -> None:
        query = {"request_id": self.dice.choice(self.rids)} if self.rids and self.dice.random() < 0.3 else {}
        method = self.dice.choice(["GET", "GET", "PATCH", "DELETE"])
        body: Json = {"cancellation_requested": self.dice.random() < 0.8} if method == "PATCH" else None
        self.ask(method, path + "/pending", body, query)

    def _merge(self, path: str) -> None:
        known = self.csrs.get(path.split("/")[2].lower())
        dice = self.dice
        wishes = {
            "csr": dice.choice([*self.csrs.values(), known]) if dice.random() < 0.15 else known,
            "months": dice.choice([1, 12, 24]),
            "age_days": dice.choice([0, 0, 0, 20, 500, -30]),
            "links": dice.choice(["all", "leaf", "reversed"]),
            "form": dice.choice(["list", "list", "p7b"]),
            "subject": dice.choice([None, None, "CN=another"]),
        }
        chain = self.brings.make("$signed", wishes, self.controls.now()) if wishes["csr"] and dice.random() < 0.9 else ["!"]
        self.ask("POST", path + "/pending/merge", self._more({"x5c": chain}))

    def _import(self, path: str) -> None:
        dice = self.dice
        pem = dice.random() < 0.5
        password = "" if pem else dice.choice(["", "", "secret", "x" * 200])
        wishes = {
            "form": "pem" if pem else "pfx",
            "password": password,
            "age_days": dice.choice([0, 0, 100, 500, -30]),
            "key": password != "" or dice.random() < 0.9,
            "chain": dice.random() < 0.3,
            **dice.choice([{}, {"curve": "P-521"}, {"kty": "RSA", "size": 2048}]),
        }
        names = ["Self", "Unknown", "ca"] if self.disputed else ["Unknown"]
        policy: dict[str, Any] = {"secret_props": {"contentType": files.PEM if pem else files.PKCS12}}
        policy |= {"issuer": {"name": dice.choice(names)}} if dice.random() < 0.3 else {}
        policy |= {"lifetime_actions": EARLY} if dice.random() < 0.3 and self.disputed else {}
        policy |= {"key_props": {"exportable": False}} if dice.random() < 0.1 else {}
        body: dict[str, Any] = {"value": self.brings.make("$file", wishes, self.controls.now()), "policy": policy}
        body |= {"pwd": password if dice.random() < 0.8 else "wrong"} if password else {}
        self.ask("POST", path + "/import", self._more(body))

    def _version(self, path: str) -> str:
        seen = self.seen.get(path.split("/")[2].lower(), ["f" * 32] if self.disputed else [""])
        version = self.dice.choice(seen)
        return self.dice.choice(["", "/", "/" + (version.upper() if self.dice.random() < 0.1 else version)])

    def _read(self, path: str) -> None:
        self.ask("GET", path + self.dice.choice([self._version(path), "/policy"]))

    def _update(self, path: str) -> None:
        operation: Any = self.ask("GET", path + "/pending").body
        if operation.get("status") in ("inProgress", "cancelled", "failed") and not self.disputed:
            return
        body = self._more({})
        if self.dice.random() < 0.2 and self.disputed:
            body["policy"] = self._some_policy()
        self.ask("PATCH", path + self._version(path), body)

    def _policy(self, path: str) -> None:
        self.ask("PATCH", path + "/policy", self._some_policy())

    def _delete(self, path: str) -> None:
        self.ask("DELETE", path)

    def _undelete(self, path: str) -> None:
        method, end = self.dice.choice([("GET", ""), ("POST", "/recover"), ("POST", "/recover"), ("DELETE", "")])
        if method != "POST" or self.recovers:
            self.ask(method, "/deleted" + path[1:] + end)

    def _backup(self, path: str) -> None:
        if self.dice.random() < 0.5:
            self.ask("POST", path + "/backup")
        else:
            self.ask("POST", "/certificates/restore", {"value": self.dice.choice(self.blobs)})

    def _list(self, path: str) -> None:
        where = self.dice.choice(["/certificates", "/deletedcertificates", path + "/versions", "/certificates/issuers"])
        query = {"maxresults": str(self.dice.choice([1, 2, 25]))} if self.dice.random() < 0.5 else {}
        if where.endswith("certificates") and self.dice.random() < 0.5:
            query["includePending"] = self.dice.choice(["true", "false"])
        if where.startswith("/deleted") and not self.disputed:
            query["includePending"] = "true"
        self.pages(where, **query)

    def _linked(self, path: str) -> None:
        version = self._version(path) if self.disputed else ""
        self.ask("GET", path.replace("certificates", self.dice.choice(["keys", "secrets"])) + version)

    def _issuer(self, _: str) -> None:
        method = self.dice.choice(["PUT", "PUT", "PATCH", "GET", "DELETE"])
        body: dict[str, Json] = {"provider": self.dice.choice(["DigiCert", "GlobalSign", "Test"])}
        if self.dice.random() < 0.5:
            body["org_details"] = {"id": "1", "admin_details": [{"first_name": "a", "email": "e@f.g"}]}
        name = "ca" if self.disputed else "spare"
        self.ask(method, f"/certificates/issuers/{name}", body if method in ("PUT", "PATCH") else None)

    def _contacts(self, _: str) -> None:
        method = self.dice.choice(["PUT", "GET", "DELETE"])
        self.ask(method, "/certificates/contacts", {"contacts": [{"email": "a@b.c", "name": "n"}]} if method == "PUT" else None)


def findings(session: Session) -> list[str]:
    verdict = judge_exchanges(session.exchanges, starts_empty=True, profile=Profile.SERVICE, reader=READER)
    return [f"{found.step} {found.rule}: {found.finding.text}" for found in verdict.findings]


@pytest.mark.parametrize("disputed", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_judge_finds_nothing(seed: int, disputed: bool) -> None:  # noqa: FBT001
    assert findings(Walk(seed, disputed=disputed).run(80)) == []


# what the vault does for good reasons and the model objected to once
NEXT: Json = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Unknown"}}}
REUSE: dict[str, Any] = {"key_props": {"reuse_key": True}}
SOON: dict[str, Any] = {"lifetime_actions": [{"trigger": {"lifetime_percentage": 1}, "action": {"action_type": "AutoRenew"}}]}
LATE: Json = [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}}]
EARLY: Json = [{"trigger": {"lifetime_percentage": 50}, "action": {"action_type": "AutoRenew"}}]
OF_OPERATION: tuple[tuple[str, str, Json], ...] = (
    ("GET", WEB + "/pending", None),
    ("PATCH", WEB + "/pending", {"cancellation_requested": True}),
    ("DELETE", WEB + "/pending", None),
)
DISPUTES: dict[str, tuple[Callable[[Session], Any], ...]] = {
    # RELA-10, but J-16: until it ends, GET shows the version that was there before it, however old
    "the first look at a version comes while the next operation runs": (
        lambda s: (s.create(), s.wait(10), s.get(WEB + "/pending"), s.wait(10)),
        lambda s: (s.ask("POST", WEB + "/create", NEXT), s.get(WEB)),
    ),
    # RELA-16: the same key signs the same request, and RSA signatures of PKCS#1 v1.5 have no chance in them
    "a request with a reused key is the same request": (
        lambda s: (s.issued(**REUSE), s.issued(**REUSE)),
    ),
    # RELA-10: after a PATCH the operation, even one that was cancelled or has failed, is taken for completed, although its answer shows the version from before
    "a certificate is updated while its next version is on the way": (
        lambda s: (s.issued(), s.wait(60), s.create("Unknown")),
        lambda s: (s.ask("PATCH", WEB, {"tags": {"a": "b"}}), s.get(WEB + "/pending")),
    ),
    # CERT-18: a create without policy for an issuer that never was there: KVC-CRE-040 wants it to be there (S-19)
    "a create without policy has an issuer that is not there": (
        lambda s: s.ask("POST", WEB + "/import", {"value": s.file(), "policy": {"issuer": {"name": "ca"}}}),
        lambda s: s.ask("POST", WEB + "/create", {}),
    ),
    # SHOW-004: the service renews in its time, looked at or not (KVC-REN-001)
    "a renewal ends before anybody has looked": (
        lambda s: (s.create(**SOON), s.wait(100 * DAY_S), s.get(WEB + "/pending")),
    ),
    # X509-04: what is renewed twice has the key of the second renewal
    "two renewals pass before anybody has looked": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=SOON["lifetime_actions"]), s.wait(40 * DAY_S), s.get(WEB)),
    ),
    # CERT-63: J-20 shows the current version; one that never was is not found
    "a secret's version that never was is not found, beside a stub too": (
        lambda s: (s.create("Unknown"), s.get("/secrets/web/" + "f" * 32)),
    ),
    # CERT-61: an update may carry a policy (P-35), so it may carry a bad one (N-6)
    "an update with a bad policy is refused": (
        lambda s: (s.issued(), s.ask("PATCH", WEB, {"policy": {"x509_props": {"subject": "Self"}}})),
    ),
    # RELA-05, SHOW-004, OPER-09: a row of renewals of which some are looked at, in part (KVC-REN-001, KVC-REN-010)
    "renewals pass before anybody has looked at the versions": (
        lambda s: (s.create(), s.wait(3), s.get(WEB + "/pending"), s.wait(30)),
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=LATE), s.wait(40 * DAY_S), s.ask("DELETE", WEB)),
    ),
    "renewals go on after their operation was looked at": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=EARLY), s.wait(20 * DAY_S), s.get(WEB + "/pending")),
        lambda s: (s.wait(20 * DAY_S), s.get(WEB + "/pending"), s.wait(20 * DAY_S), s.get(WEB + "/pending"), s.get(WEB)),
    ),
    "renewals go on after their operation was deleted": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=EARLY), s.wait(40 * DAY_S)),
        lambda s: (s.ask("DELETE", WEB + "/pending"), s.wait(40 * DAY_S), s.get(WEB + "/pending")),
    ),
    "a renewal stalls after others that nobody has looked at": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=EARLY), s.wait(1)),
        lambda s: [s.controls.decide(decision, kind=IssuerKind.SELF) for decision in (Issue(), Issue(), Stall())],
        lambda s: (s.wait(100 * DAY_S), s.get(WEB), s.get(WEB + "/pending"), s.get(WEB + "/versions")),
    ),
    # OPER-13, OPER-25: the request_id is that of the operation before the renewal, or one of another renewal (KVC-OPR-008)
    "an operation that a renewal has overwritten is asked for": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=EARLY), s.wait(100 * DAY_S)),
        lambda s: [s.ask(*one, {"request_id": s.exchanges[0].answer.body["request_id"]}) for one in OF_OPERATION],
    ),
    "some operation is asked for after a renewal": (
        lambda s: (s.create(x509_props={"validity_months": 1}, lifetime_actions=EARLY), s.wait(60), s.get(WEB)),
        lambda s: (s.wait(100 * DAY_S), s.get(WEB)),
        lambda s: [s.ask(*one, {"request_id": "f" * 32}) for one in OF_OPERATION],
    ),
    # SHOW-006: what a version's PATCH makes of the policy nobody knows (C-08), its issuer neither
    "a create without policy follows on the update of a version with one": (
        lambda s: s.ask("PATCH", f"{WEB}/{s.issued()['id'][-32:]}", {"policy": {"issuer": {"name": "Self"}}}),
        lambda s: (s.ask("POST", WEB + "/create", {}), s.get(WEB + "/pending"), s.get(WEB)),
    ),
    "a create without policy lacks the issuer that the update of a version has brought": (
        lambda s: s.ask("PATCH", f"{WEB}/{s.issued()['id'][-32:]}", {"policy": {"issuer": {"name": "ca"}}}),
        lambda s: s.ask("POST", WEB + "/create", {}),
    ),
    "a renewal follows on the update of a version with a policy": (
        lambda s: s.ask("PATCH", f"{WEB}/{s.issued()['id'][-32:]}", {"policy": SOON}),
        lambda s: (s.wait(100 * DAY_S), s.get(WEB)),
    ),
    # SHOW-074, RELA-05: what a version is made by, the policy before or after the change, nobody says
    "the policy is changed while an operation runs": (
        lambda s: (s.controls.decide(Issue(9), kind=IssuerKind.SELF), s.create()),
        lambda s: s.ask("PATCH", WEB + "/policy", {"secret_props": {"contentType": files.PEM}, "x509_props": {"validity_months": 1}}),
        lambda s: (s.get(WEB + "/pending"), s.wait(10), s.get(WEB), s.get("/secrets/web")),
    ),
    # CERT-108: includePending is a parameter of this list too (KVC-LST-003); without it nothing is recorded of stubs (J-65, J-68)
    "a deleted stub is not listed without includePending": (
        lambda s: (s.create(), s.ask("DELETE", WEB), s.wait(60), s.get(DELETED)),
        lambda s: [s.get("/deletedcertificates", **query) for query in ({}, {"includePending": "false"}, {"includePending": "true"})],
    ),
    # SHOW-040, SHOW-042: of this version a list has shown all but its identifier
    "a version is updated of which no identifier was shown": (
        lambda s: (s.create(), s.wait(60), s.get("/certificates"), s.wait(60)),
        lambda s: s.ask("PATCH", f"{WEB}/{s.vault.perform(Request('GET', WEB)).body['id'][-32:]}", {"attributes": {"enabled": False}}),  # type: ignore[index, call-overload]
        lambda s: (s.get(WEB), s.get(WEB + "/versions")),
    ),
    # SHOW-021: polled with this id and that, and each time the same is said: not found, but for other reasons
    "an operation is polled with another request_id after its recovery": (
        lambda s: (s.controls.decide(Stall(), kind=IssuerKind.SELF), s.create(), s.ask("DELETE", WEB), s.wait(60)),
        lambda s: (s.ask("POST", DELETED + "/recover"), s.get(WEB + "/pending"), s.wait(60), s.get(WEB)),
        lambda s: (s.get(WEB + "/pending", request_id="f" * 32), s.get(WEB)),
    ),
    "an update with a policy that fits no certificate is refused": tuple(
        lambda s, part=part: (s.create("Unknown"), s.ask("PATCH", WEB, {"policy": part}))  # type: ignore[misc]
        for part in ODD_POLICIES
    ),
    # CERT-09: schema violations are 4xx (KVC-ERR-014)
    **{
        f"a create is refused that has {part}": (lambda s, part=part: s.create(**part),)  # type: ignore[misc]
        for part in ODD_POLICIES
    },
}  # fmt: skip


@pytest.mark.parametrize("title", DISPUTES)
def test_judge_finds_nothing_where(title: str) -> None:
    session = Session()
    for step in DISPUTES[title]:
        step(session)

    assert findings(session) == []


def test_judge_finds_nothing_where_nothing_can_be_recovered() -> None:
    session = Session(soft_delete=False)
    session.ask("POST", DELETED + "/recover")

    assert findings(session) == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("more", [{}, {"validity_months": 1}])
def test_judge_finds_nothing_in_pages_of_versions_nobody_has_looked_at(seed: int, more: dict[str, Any]) -> None:
    session = Session(seed)
    for _ in range(3):
        session.create(x509_props=more, lifetime_actions=EARLY)
        session.wait(60)
    session.wait(40 * DAY_S)
    listed = session.pages(WEB + "/versions", maxresults="1")
    session.get(WEB)
    session.pages(WEB + "/versions", maxresults="2")

    assert len(listed) == 3 + 2 * bool(more)
    assert findings(session) == []


def test_judge_misses_no_deletion_that_never_ends() -> None:
    session = Session(retention_days=7)
    session.deleted()
    session.get(DELETED)
    last = session.exchanges[-1]
    session.exchanges.append(Exchange(last.request, last.answer, last.at + 9 * DAY_S))  # type: ignore[operator]

    assert [text.split(":")[0] for text in findings(session)] == ["4 CERT-102"]


def test_judge_misses_no_version_too_many() -> None:
    session = Session()
    session.issued()
    page: Any = session.get(WEB + "/versions")
    more = {**page["value"][0], "id": f"https://VAULT{WEB}/{'f' * 32}"}
    last = session.exchanges.pop()
    session.exchanges.append(Exchange(last.request, Answer(200, {**page, "value": [*page["value"], more]}), last.at))

    assert [text.split(":")[0] for text in findings(session)] == ["2 RELA-27"]


def test_judge_finds_nothing_in_what_a_latecomer_sees() -> None:
    session = Session()
    session.create("Unknown", attributes={"enabled": False})
    session.get(WEB)
    csr = str(session.get(WEB + "/pending")["csr"])
    session.ask("POST", WEB + "/pending/merge", {"x5c": [*session.chain(csr)]})
    last = judge_exchanges(session.exchanges[2:], profile=Profile.SERVICE, reader=READER)

    assert last.findings == ()


@pytest.mark.parametrize("seed", range(10))
def test_judge_finds_nothing_in_the_second_half(seed: int) -> None:
    exchanges = Walk(seed).run(80).exchanges
    verdict = judge_exchanges(exchanges[len(exchanges) // 2 :], profile=Profile.SERVICE, reader=READER)

    assert [found.finding.text for found in verdict.findings] == []
