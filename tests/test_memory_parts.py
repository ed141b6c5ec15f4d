"""Keys and secrets in the in-memory vault: a certificate's are read-only, others hold their name."""

from __future__ import annotations

from typing import Any

import pytest
from certlife.adapters.memory import MemoryVault
from certlife.adapters.port import Issue
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import IssuerKind

POLICY = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}}


def ask(vault: MemoryVault, method: str, path: str, body: Any = None, **query: str) -> Answer:
    return vault.perform(Request(method, path, query, body, "7.4"))


def members(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer.body, dict)
    return answer.body


def refusal(answer: Answer) -> tuple[int, str, str | None]:
    error = members(answer)["error"]
    return answer.status, error["code"], error.get("innererror", {}).get("code")


@pytest.fixture
def vault() -> MemoryVault:
    """A vault with the certificate `web`."""
    made = MemoryVault(1)
    made.controls.decide(Issue(), kind=IssuerKind.SELF)
    assert ask(made, "POST", "/certificates/web/create", POLICY).status == 202
    return made


DIRECT = (
    ("PUT", "/secrets/web", {"value": "x"}, "SecretManagedByKeyVault"),
    ("PATCH", "/secrets/web", {"attributes": {"enabled": False}}, "SecretManagedByKeyVault"),
    ("DELETE", "/secrets/WEB", None, "SecretManagedByKeyVault"),
    ("POST", "/keys/web/create", {"kty": "RSA"}, "KeyManagedByKeyVault"),
    ("PATCH", "/keys/web/", {"attributes": {"enabled": False}}, "KeyManagedByKeyVault"),
    ("DELETE", "/keys/web", None, "KeyManagedByKeyVault"),
)


@pytest.mark.parametrize(("method", "path", "body", "inner"), DIRECT)
def test_managed_part_is_not_changed_directly(vault: MemoryVault, method: str, path: str, body: Any, inner: str) -> None:
    before = ask(vault, "GET", "/secrets/web"), ask(vault, "GET", "/keys/web")

    assert refusal(ask(vault, method, path, body)) == (403, "Forbidden", inner)
    assert (ask(vault, "GET", "/secrets/web"), ask(vault, "GET", "/keys/web")) == before


@pytest.mark.parametrize(
    ("method", "path", "body"), [("PUT", "/secrets/web", {"value": "x"}), ("POST", "/keys/web/create", {"kty": "EC"})]
)
def test_name_of_a_deleted_certificate_is_not_free_for_keys_and_secrets(
    vault: MemoryVault, method: str, path: str, body: Any
) -> None:
    ask(vault, "DELETE", "/certificates/web")
    assert refusal(ask(vault, method, path, body)) == (409, "Conflict", "ObjectIsBeingDeleted")
    vault.controls.advance(60)

    assert refusal(ask(vault, method, path, body)) == (409, "Conflict", "ObjectIsDeletedButRecoverable")


HOLDERS = (("PUT", "/secrets/{}", {"value": "x"}), ("POST", "/keys/{}/create", {"kty": "EC"}))


@pytest.mark.parametrize(("method", "path", "body"), HOLDERS)
def test_key_or_secret_holds_its_name_until_it_is_deleted(vault: MemoryVault, method: str, path: str, body: Any) -> None:
    backup = members(ask(vault, "POST", "/certificates/web/backup"))["value"]
    ask(vault, "DELETE", "/certificates/web")
    vault.controls.advance(60)
    ask(vault, "DELETE", "/deletedcertificates/web")
    vault.controls.advance(60)
    assert ask(vault, method, path.format("Web"), body).status == 200

    assert refusal(ask(vault, "POST", "/certificates/web/create", POLICY))[:2] == (409, "Conflict")
    assert refusal(ask(vault, "POST", "/certificates/web/import", {"value": "x"}))[:2] == (409, "Conflict")
    assert refusal(ask(vault, "POST", "/certificates/restore", {"value": backup}))[:2] == (409, "Conflict")

    assert ask(vault, "DELETE", path.format("web").removesuffix("/create")).status == 200
    assert ask(vault, "POST", "/certificates/web/create", POLICY).status == 202


def test_secret_of_its_own_is_read_changed_and_listed(vault: MemoryVault) -> None:
    made = members(ask(vault, "PUT", "/secrets/word", {"value": "hush", "contentType": "text/plain", "tags": {"a": "b"}}))
    assert (made["value"], made["contentType"], made["tags"]) == ("hush", "text/plain", {"a": "b"})
    second = members(ask(vault, "PUT", "/secrets/word", {"value": "hush hush"}))

    assert members(ask(vault, "GET", "/secrets/word"))["value"] == "hush hush"
    version = made["id"].rsplit("/", 1)[1]
    assert members(ask(vault, "GET", f"/secrets/word/{version}"))["value"] == "hush"
    listed = members(ask(vault, "GET", "/secrets"))["value"]
    assert [(one["id"], one.get("managed")) for one in listed] == [
        ("https://VAULT/secrets/web", True),
        ("https://VAULT/secrets/word", None),
    ]
    found = members(ask(vault, "GET", "/secrets/word/versions"))["value"]
    assert {one["id"] for one in found} == {made["id"], second["id"]}

    changed = members(ask(vault, "PATCH", "/secrets/word", {"attributes": {"enabled": False}, "tags": {"c": "d"}}))
    assert (changed["attributes"]["enabled"], changed["tags"], "value" in changed) == (False, {"c": "d"}, False)
    assert refusal(ask(vault, "GET", "/secrets/word")) == (403, "Forbidden", "SecretDisabled")
    assert members(ask(vault, "GET", f"/secrets/word/{version}"))["value"] == "hush"


def test_key_of_its_own_is_read_and_listed(vault: MemoryVault) -> None:
    made = members(ask(vault, "POST", "/keys/mine/create", {"kty": "EC", "crv": "P-384"}))
    assert (made["key"]["kty"], made["key"]["crv"], "managed" in made) == ("EC", "P-384", False)

    assert members(ask(vault, "GET", "/keys/mine")) == made
    listed = members(ask(vault, "GET", "/keys", maxresults="1"))
    assert [one["kid"] for one in listed["value"]] == ["https://VAULT/keys/mine"]
    assert listed["nextLink"]
    assert members(ask(vault, "GET", "/keys/web/versions"))["value"][0]["managed"] is True
    assert refusal(ask(vault, "GET", "/keys/mine/00"))[:2] == (404, "KeyNotFound")


WRONG = (
    ("PUT", "/secrets/a_b", {"value": "x"}),
    ("PUT", "/secrets/word", {}),
    ("PUT", "/secrets/word", {"value": "x" * 25_001}),
    ("PUT", "/secrets/word", {"value": "x", "contentType": "x" * 256}),
    ("PUT", "/secrets/word", {"value": "x", "tags": {"a": 1}}),
    ("POST", "/keys/mine/create", {}),
    ("POST", "/keys/mine/create", {"kty": "oct"}),
    ("POST", "/keys/mine/create", {"kty": "RSA", "key_size": 1024}),
    ("POST", "/keys/mine/create", {"kty": "EC", "crv": "P-1"}),
)


@pytest.mark.parametrize(("method", "path", "body"), WRONG)
def test_wrong_key_or_secret_is_refused_and_holds_nothing(method: str, path: str, body: Any) -> None:
    vault = MemoryVault(1)

    assert refusal(ask(vault, method, path, body))[:2] == (400, "BadParameter")
    assert members(ask(vault, "GET", "/keys"))["value"] == members(ask(vault, "GET", "/secrets"))["value"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/keys/x"), ("PATCH", "/keys/x"), ("DELETE", "/secrets/x"), ("GET", "/secrets/x/1")])
def test_key_or_secret_that_is_not_there_is_not_found(method: str, path: str) -> None:
    assert ask(MemoryVault(1), method, path, {} if method == "PATCH" else None).status == 404


def test_changes_count_whatever_may_change_an_answer(vault: MemoryVault) -> None:
    ask(vault, "GET", "/certificates/web")
    seen = vault.changes
    ask(vault, "GET", "/certificates/web")
    assert vault.changes == seen

    ask(vault, "GET", "/secrets/web")  # the file is made when it is first read
    assert vault.changes > seen
    seen = vault.changes
    vault.controls.take(deletion_s=3)
    assert vault.changes > seen
    ask(vault, "DELETE", "/certificates/web")
    seen = vault.changes
    assert vault.due == vault.clock.now + 3
    vault.controls.advance(3)
    ask(vault, "GET", "/deletedcertificates/web")
    assert vault.changes > seen
