"""Makes the recordings that the package ships (conformance/samples): what the real service would have answered.

No recording is copied: names, keys and times are our own, while members, their order, headers, texts and delays are
those of the observed service (shared/spec/observed-service.md; ids in the comments are its facts). What can not be
made twice alike, keys and certificates, is kept in tests/data/samples; so running this again gives the same bytes.
Not here: forging those (data/samples/forge.py), judging what comes out (test_samples).
"""

from __future__ import annotations

import argparse
import base64
import copy
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml
from cryptography import x509

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Json: TypeAlias = Any

HERE: Final = Path(__file__).resolve().parent
FOLDER: Final = HERE.parent / "conformance" / "samples"
MATERIAL: Final = json.loads((HERE / "data" / "samples" / "material.json").read_text(encoding="ascii"))

VAULT: Final = "https://contoso.vault.azure.net"
NO_HOST: Final = "https://VAULT"
"""How traces write the vault."""
MOCK: Final = "https://localhost:8443"
API: Final = "7.4"
TENANT: Final = "3f0c8a52-6f5e-4d0b-9c35-0d6a2f1b7e94"
LOGIN: Final = f"https://login.microsoftonline.com/{TENANT}"
DAY_S: Final = 86_400
RETENTION_DAYS: Final = 7
YEAR_OF_2024_S: Final = 366 * DAY_S
BOTH_EKUS: Final = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
AS_SEEN: Final = "what the service was seen to do"
NO_BODY: Final = 204


# --- what happens: steps, one after the other


@dataclass(frozen=True, slots=True)
class Step:
    """A request with its answer. `url` has no api-version; `headers` are those of the answer that are not always sent."""

    at: int
    method: str
    url: str
    status: int
    answer: Json = None
    sent: Json = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path, where the URL is the vault's."""
        return self.url.removeprefix(VAULT).partition("?")[0]

    @property
    def to_vault(self) -> bool:
        """Whether it went to a vault, rather than for a token or somewhere else."""
        return self.url.startswith((VAULT, MOCK))


class Story:
    """Steps as they come, and the clock. Delays are given in seconds, before the step.

    Attributes:
        at: the clock, seconds since 1970.
        note: what the recording says of itself.
    """

    def __init__(self, at: str, vault: str = VAULT, *, note: str = AS_SEEN) -> None:
        self.at = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())
        self.vault = vault
        self.note = f"{note}; made by tests/make_samples.py, not a recording"
        self.steps: list[Step] = []

    def ask(self, request: str, status: int, answer: Json = None, *, after: int = 0, **more: Json) -> None:
        """Ask what is written as `GET /certificates/contoso-web`; bodies are kept as they are now."""
        method, _, path = request.partition(" ")
        self.at += after
        url = path if path.startswith("https:") else self.vault + path
        self.steps.append(copy.deepcopy(Step(self.at, method, url, status, answer, **more)))


def made_up(label: str) -> str:
    """An identifier as the service makes them: a random UUID without dashes (P-8, P-27), the same for a label."""
    return uuid.UUID(bytes=hashlib.sha256(label.encode()).digest()[:16], version=4).hex


# --- what the service shows


@dataclass(frozen=True, slots=True)
class Content:
    """A certificate, and what of it the service shows."""

    cer: str

    @property
    def _read(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(base64.b64decode(self.cer))

    @property
    def nbf(self) -> int:
        """The moment of notBefore."""
        return int(self._read.not_valid_before_utc.timestamp())

    @property
    def exp(self) -> int:
        """The moment of notAfter."""
        return int(self._read.not_valid_after_utc.timestamp())

    @property
    def x5t(self) -> str:
        """The thumbprint (P-28)."""
        digest = hashlib.sha1(base64.b64decode(self.cer), usedforsecurity=False).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def rsa_numbers(self) -> dict[str, str]:
        """Modulus and exponent as a JSON web key has them (P-84)."""
        numbers = self._read.public_key().public_numbers()  # type: ignore[union-attr]
        content = numbers.n.to_bytes(256)  # type: ignore[union-attr]
        return {"n": base64.urlsafe_b64encode(content).rstrip(b"=").decode(), "e": "AQAB"}


def attributes(*, enabled: bool, nbf: int, exp: int, created: int, updated: int | None = None) -> Json:
    """The attributes of a version (P-30)."""
    return {
        "enabled": enabled, "nbf": nbf, "exp": exp, "created": created, "updated": created if updated is None else updated,
        "recoveryLevel": "CustomizedRecoverable+Purgeable", "recoverableDays": RETENTION_DAYS,
    }  # fmt: skip


def placeholder(created: int) -> Json:
    """The attributes of a version that does not exist yet (J-12, N-22, P-20)."""
    return attributes(enabled=False, nbf=created - 600, exp=created + YEAR_OF_2024_S, created=created)


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a vault, and how the service writes what it holds."""

    name: str
    vault: str = VAULT

    @property
    def path(self) -> str:
        """Where it is asked for."""
        return f"/certificates/{self.name}"

    @property
    def deleted_path(self) -> str:
        """Where it is asked for when it is deleted."""
        return f"/deletedcertificates/{self.name}"

    @property
    def id(self) -> str:
        """Its identifier without version."""
        return self.vault + self.path

    def operation(self, csr: str, issuer: str = "Self", *, label: str = "") -> Json:
        """The operation just begun (N-3, N-5, P-2)."""
        merged = "Pending certificate created. Please Perform Merge to complete the request."
        issued = (
            "Pending certificate created. Certificate request is in progress. This may take some time based on the"
            " issuer provider. Please check again later."
        )
        return {
            "id": f"{self.id}/pending", "issuer": {"name": issuer}, "csr": csr, "cancellation_requested": False,
            "status": "inProgress", "status_details": merged if issuer == "Unknown" else issued,
            "request_id": made_up(f"request of {self.name}{label}"),
        }  # fmt: skip

    def location(self, operation: Json) -> dict[str, str]:
        """The headers of an accepted create request (N-2, P-1)."""
        return {"Location": f"{self.id}/pending?api-version={API}&request_id={operation['request_id']}", **WAIT}

    def policy(self, at: int, subject: str, **more: Json) -> Json:
        """The policy with all that the service fills in (N-29, N-30, P-38, P-40); `more` replaces members of its parts."""
        issuer = more.pop("issuer", "Self")
        action = "EmailContacts" if issuer == "Unknown" else "AutoRenew"
        props = {
            "subject": subject, "ekus": BOTH_EKUS, "key_usage": ["digitalSignature", "keyEncipherment"], "validity_months": 12,
            "basic_constraints": {"ca": False},
        }  # fmt: skip
        order = ("subject", "sans", "ekus", "key_usage", "validity_months", "basic_constraints")
        props |= more.pop("x509_props", {})
        return {
            "id": f"{self.id}/policy",
            "key_props": {"exportable": True, "kty": "RSA", "key_size": 2048, "reuse_key": False},
            "secret_props": {"contentType": "application/x-pkcs12"},
            "x509_props": {key: props[key] for key in order if key in props},
            "lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": action}}],
            "issuer": {"name": issuer},
            "attributes": {"enabled": True, "created": at, "updated": at},
            **more,
        }

    def version(self, version: str, content: Content, shown: Json, tags: Json = None) -> Json:
        """A version as it is shown on its own, without policy (N-24, P-26)."""
        return {
            "id": f"{self.id}/{version}", "kid": f"{self.vault}/keys/{self.name}/{version}",
            "sid": f"{self.vault}/secrets/{self.name}/{version}", "x5t": content.x5t, "cer": content.cer,
            "attributes": shown, **({"tags": tags} if tags else {}),
        }  # fmt: skip

    def stub(self, created: int) -> Json:
        """The placeholder on its own (N-22)."""
        return {"id": f"{self.id}/{made_up(f'placeholder of {self.name}')}", "attributes": placeholder(created)}

    def pending(self) -> Json:
        """What a bundle shows of an operation that is there (P-24)."""
        return {"pending": {"id": f"{self.id}/pending"}}

    def deleted(self, bundle: Json, at: int) -> Json:
        """The same, deleted (N-45, P-59)."""
        return {
            "recoveryId": self.vault + self.deleted_path, "deletedDate": at,
            "scheduledPurgeDate": at + RETENTION_DAYS * DAY_S, **bundle,
        }  # fmt: skip

    def not_found(self) -> Json:
        """There is no such certificate (N-48, P-31)."""
        return error(
            "CertificateNotFound",
            f"A certificate with (name/id) {self.name} was not found in this key vault. If you recently deleted this"
            " certificate you may be able to recover it using the correct recovery command. For help resolving this"
            " issue, please see https://go.microsoft.com/fwlink/?linkid=2125182",
        )

    def not_deleted(self) -> Json:
        """There is no such deleted certificate, or not yet (N-46, P-60)."""
        return error("CertificateNotFound", f"Deleted Certificate not found: {self.name}")

    def no_operation(self) -> Json:
        """There is no operation (N-15, P-18)."""
        return error("PendingCertificateNotFound", f"Pending certificate not found: {self.name}")


WAIT: Final = {"Retry-After": "10"}


def error(code: str, message: str, inner: str = "") -> Json:
    """A refusal."""
    return {"error": {"code": code, "message": message, **({"innererror": {"code": inner}} if inner else {})}}


def ended(operation: Json, status: str, **more: Json) -> Json:
    """An operation at its end (N-11 to N-13): of a failed one the service keeps the details."""
    order = ("id", "issuer", "csr", "cancellation_requested", "status", "status_details", "error", "target", "request_id")
    kept = {key: value for key, value in operation.items() if key != "status_details" or status == "failed"}
    shown = kept | {"status": status} | more
    return {key: shown[key] for key in order if key in shown}


def listed(*items: Json) -> Json:
    """A list on one page (P-71)."""
    return {"value": list(items), "nextLink": None}


def item(version: Json, identifier: str | None = None, **ahead: Json) -> Json:
    """A certificate or a version in a list (J-63, J-66, P-71), a deleted certificate with what comes `ahead` (P-62)."""
    shown = version["attributes"]
    if not ahead:
        shown = {key: value for key, value in shown.items() if not key.startswith("recover")}
    tags = {"tags": version["tags"]} if "tags" in version else {}
    subject = {} if ahead else {"subject": ""}
    return {**ahead, "id": identifier or version["id"], "x5t": version["x5t"], "attributes": shown, **tags, **subject}


def challenge(story: Story, request: str, **more: Json) -> None:
    """The first request, which has no token yet (N-1, P-32)."""
    header = f'Bearer authorization="{LOGIN}", resource="https://vault.azure.net"'
    refused = error("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
    story.ask(request, 401, refused, headers={"WWW-Authenticate": header}, **more)


# --- the stories


def issued_by_vault(story: Story, named: Named, key: str, sent: Json, **wanted: Json) -> tuple[Json, Json]:
    """From the create request to the first poll that says completed; gives the operation and the bundle.

    The story begins as long before the certificate was issued as it takes (N-26).
    """
    content = Content(MATERIAL[key]["cer"])
    policy = named.policy(story.at, sent["policy"]["x509_props"]["subject"], **wanted)
    begun = named.operation(MATERIAL[key]["csr"])
    story.ask(f"POST {named.path}/create", 202, begun, sent=sent, headers=named.location(begun))
    story.ask(f"GET {named.path}/pending", 200, begun, headers=WAIT)
    done = ended(begun, "completed", target=named.id)
    story.ask(f"GET {named.path}/pending", 200, done, after=10)
    shown = attributes(enabled=True, nbf=content.nbf, exp=content.exp, created=content.nbf + 600)
    version = named.version(made_up(f"version of {named.name}"), content, shown)
    return done, {**version, "policy": policy, **named.pending()}


def alone(bundle: Json, *, pending: bool = False) -> Json:
    """A bundle as its version is shown on its own; after a change `pending` comes with it (N-24, N-36)."""
    return {key: value for key, value in bundle.items() if key != "policy" and (pending or key != "pending")}


def changed(bundle: Json, at: int, **more: Json) -> Json:
    """A bundle with other attributes or tags (N-36, P-33)."""
    tags = {"tags": more.pop("tags")} if "tags" in more else {}
    order = ("id", "kid", "sid", "x5t", "cer", "attributes", "tags", "policy", "pending")
    shown = bundle | {"attributes": bundle["attributes"] | {"updated": at} | more} | tags
    return {key: shown[key] for key in order if key in shown}


def self_signed() -> Story:
    """The vault signs: create, polls, reads, tags, switched off and on again."""
    story, named = Story("2023-03-14T09:26:50"), Named("contoso-web")
    names = {"sans": {"dns_names": ["www.contoso.com", "contoso.com"]}}
    subject = "CN=www.contoso.com, O=Contoso, C=US"
    sent = {"policy": {"x509_props": {"subject": subject, **names}, "issuer": {"name": "Self"}}}
    _, bundle = issued_by_vault(story, named, "web", sent, x509_props=names)
    linked, version = bundle["attributes"], bundle["id"].rpartition("/")[2]
    key = {
        "kid": bundle["kid"], "kty": "RSA", "key_ops": ["sign", "verify", "wrapKey", "unwrapKey"],
        **Content(bundle["cer"]).rsa_numbers(),
    }  # fmt: skip
    secret = {
        "value": MATERIAL["web"]["pfx"], "contentType": "application/x-pkcs12", "id": bundle["sid"], "managed": True,
        "attributes": linked, "kid": bundle["kid"],
    }  # fmt: skip
    disabled = error("Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
    story.ask(f"GET {named.path}/", 200, bundle)
    story.ask(f"GET {named.path}/{version}", 200, alone(bundle))
    story.ask(f"GET /secrets/{named.name}/{version}", 200, secret, after=1)
    story.ask(f"GET /keys/{named.name}/{version}", 200, {"key": key, "attributes": linked, "managed": True})
    tags = {"team": "storefront", "stage": "production"}
    bundle = changed(bundle, story.at + 41, tags=tags)
    story.ask(f"PATCH {named.path}/", 200, bundle, sent={"tags": tags}, after=41)
    off = {"attributes": {"enabled": False}}
    bundle = changed(bundle, story.at + 5, enabled=False)
    story.ask(f"PATCH {named.path}/{version}", 200, alone(bundle, pending=True), sent=off, after=5)
    story.ask(f"GET /secrets/{named.name}/{version}", 403, disabled)
    story.ask(f"GET {named.path}/", 200, bundle, after=1)
    on = {"attributes": {"enabled": True}}
    bundle = changed(bundle, story.at + 20, enabled=True)
    story.ask(f"PATCH {named.path}/{version}", 200, alone(bundle, pending=True), sent=on, after=20)
    story.ask(f"GET {named.path}/", 200, bundle)
    story.ask(f"GET {named.path}/versions", 200, listed(item(bundle)))
    return story


def merge_by_hand() -> Story:
    """An authority of one's own signs, and the result is merged: first one for another key, then the right one."""
    story, named, material = Story("2023-03-14T10:02:11"), Named("contoso-api"), MATERIAL["api"]
    begun, created = named.operation(material["csr"], "Unknown"), story.at + 2
    sent = {"policy": {"x509_props": {"subject": "CN=api.contoso.com"}, "issuer": {"name": "Unknown"}}}
    policy = named.policy(created, "CN=api.contoso.com", issuer="Unknown")
    challenge(story, f"POST {named.path}/create")
    story.ask(f"GET {LOGIN}/v2.0/.well-known/openid-configuration", 200, {
        "token_endpoint": f"{LOGIN}/oauth2/v2.0/token", "issuer": f"{LOGIN}/v2.0", "tenant_region_scope": "EU",
    }, after=1)  # fmt: skip
    token = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "REDACTED"}
    form = "client_id=REDACTED&client_secret=REDACTED&grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default"
    story.ask(f"POST {LOGIN}/oauth2/v2.0/token", 200, token, sent=form)
    story.ask(f"POST {named.path}/create", 202, begun, sent=sent, after=1, headers=named.location(begun))
    # The placeholder and the policy are of the moment of the create request (J-12, P-20).
    story.ask(f"GET {named.path}/", 200, {**named.stub(created), "policy": policy, **named.pending()})
    story.ask(f"GET {named.path}/pending", 200, begun, after=1, headers=WAIT)
    signed = {"request": 4711, "state": "signed", "chain": "Contoso Issuing CA"}
    story.ask("GET https://pki.contoso.com/requests/4711", 200, signed, after=1743)
    mismatch = error(
        "BadParameter",
        "The public key of the end-entity certificate in the specified X.509 certificate content does not match the"
        " public part of the specified private key. Please check if certificate is valid.",
    )
    wrong, right = [material["foreign"], material["ca"]], [material["cer"], material["ca"]]
    story.ask(f"POST {named.path}/pending/merge", 400, mismatch, sent={"x5c": wrong}, after=2)
    story.ask(f"GET {named.path}/pending", 200, begun, headers=WAIT, after=1)
    story.at += 95
    content = Content(material["cer"])
    shown = attributes(enabled=True, nbf=content.nbf, exp=content.exp, created=story.at)
    version = named.version(made_up(f"version of {named.name}"), content, shown)
    bundle = {**version, "policy": policy, **named.pending()}
    merged = {"Location": f"{named.id}?api-version={API}"}
    story.ask(f"POST {named.path}/pending/merge", 201, bundle, sent={"x5c": right}, headers=merged)
    story.ask(f"GET {named.path}/pending", 200, ended(begun, "completed", target=named.id))
    story.ask(f"GET {named.path}/", 200, bundle, after=1)
    return story


def import_renew() -> Story:
    """A file without password is imported, and next year's over it; then the policy is read and changed."""
    story, named = Story("2023-03-14T13:30:00"), Named("contoso-mail")

    def imported(year: str, months: int, first: int) -> Json:
        content = Content(MATERIAL[f"mail-{year}"]["cer"])
        # What the certificate says goes into the policy (N-42, P-51 to P-53); key usages are sorted (P-41).
        props = {
            "sans": {"emails": [], "dns_names": ["mail.contoso.com", "smtp.contoso.com"], "upns": []},
            "ekus": BOTH_EKUS[:1], "validity_months": months,
        }  # fmt: skip
        subject = "CN=mail.contoso.com, O=Contoso, L=Redmond, S=WA, C=US"
        policy = named.policy(story.at, subject, issuer="Unknown", x509_props=props)
        policy["attributes"]["created"] = first
        shown = attributes(enabled=True, nbf=content.nbf, exp=content.exp, created=story.at)
        return {**named.version(made_up(f"{year} of {named.name}"), content, shown), "policy": policy}

    challenge(story, f"POST {named.path}/import")
    first = story.at + 1
    story.at = first
    old = imported("2022", 12, first)
    story.ask(f"POST {named.path}/import", 200, old, sent={"value": MATERIAL["mail-2022"]["pfx"]})
    story.ask(f"GET {named.path}/", 200, old, after=2)
    story.at += 31
    new = imported("2023", 13, first)
    story.ask(f"POST {named.path}/import", 200, new, sent={"value": MATERIAL["mail-2023"]["pfx"]})
    story.ask(f"GET {named.path}/", 200, new, after=2)
    both = sorted((item(old), item(new)), key=lambda one: one["id"])
    story.ask(f"GET {named.path}/versions", 200, listed(*both), after=3)
    story.ask(f"GET {named.path}/{old['id'].rpartition('/')[2]}", 200, alone(old), after=2)
    story.ask(f"GET {named.path}/policy", 200, new["policy"], after=9)
    action = {"trigger": {"days_before_expiry": 30}, "action": {"action_type": "EmailContacts"}}
    change = {"key_props": {"reuse_key": True}, "lifetime_actions": [action]}
    story.at += 14
    policy = new["policy"] | {
        "key_props": new["policy"]["key_props"] | change["key_props"],
        "lifetime_actions": [action],
        "attributes": new["policy"]["attributes"] | {"updated": story.at},
    }
    story.ask(f"PATCH {named.path}/policy", 200, policy, sent=change)
    story.ask(f"GET {named.path}/", 200, new | {"policy": policy}, after=2)
    story.ask("GET /certificates", 200, listed(item(new, named.id)), after=4)
    return story


def soft_delete() -> Story:
    """Deleted, recovered, deleted again, purged and restored, with the windows in which nothing can be had."""
    story, named = Story("2023-03-15T11:15:20"), Named("contoso-shop")
    curve = {"kty": "EC", "exportable": True, "crv": "P-256"}
    sent = {
        "policy": {
            "key_props": curve,
            "x509_props": {"subject": "CN=shop.contoso.com", "key_usage": ["digitalSignature"]},
            "issuer": {"name": "Self"},
        }
    }
    filled = {"exportable": True, "kty": "EC", "key_size": 256, "reuse_key": False, "crv": "P-256"}
    usage = {"key_usage": ["digitalSignature"]}
    _, bundle = issued_by_vault(story, named, "shop", sent, key_props=filled, x509_props=usage)
    blob = {"value": base64.urlsafe_b64encode(b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(6))).decode()}
    story.ask(f"GET {named.path}/", 200, bundle)
    story.ask(f"POST {named.path}/backup", 200, blob, after=1)
    deleted = named.deleted(bundle, story.at + 8)
    story.ask(f"DELETE {named.path}", 200, deleted, after=8)
    story.ask(f"GET {named.deleted_path}", 404, named.not_deleted())
    story.ask(f"GET {named.path}/", 404, named.not_found(), after=1)
    story.ask(f"GET {named.deleted_path}", 404, named.not_deleted(), after=1)
    story.ask(f"GET {named.deleted_path}", 200, deleted, after=4)
    ahead = {key: deleted[key] for key in ("recoveryId", "deletedDate", "scheduledPurgeDate")}
    story.ask("GET /deletedcertificates", 200, listed(item(bundle, named.id, **ahead)))
    story.ask(f"POST {named.deleted_path}/recover", 200, bundle, after=3)
    story.ask(f"GET {named.path}/", 404, named.not_found())
    story.ask(f"GET {named.path}/", 404, named.not_found(), after=2)
    story.ask(f"GET {named.path}/", 200, bundle, after=6)
    # The date may be a second later than the answer (N-45, J-73).
    deleted = named.deleted(bundle, story.at + 16)
    story.ask(f"DELETE {named.path}", 200, deleted, after=15)
    busy = error("Conflict", "Certificate is currently being deleted.", "ObjectIsBeingDeleted")
    story.ask(f"DELETE {named.deleted_path}", 409, busy, after=1)
    story.ask(f"GET {named.deleted_path}", 200, deleted, after=10)
    story.ask(f"DELETE {named.deleted_path}", 204)
    conflict = error(
        "Conflict",
        f"There was a conflict restoring the certificate '{bundle['id']}'. This can happen if either: a second"
        " certificate with the same name was created after the first certificate was deleted; thus trying to restore a"
        " certificate whose name is already in use. To fix this, rename the second certificate to something else so"
        " that the restore works. The second probable cause of this exception is when multiple operations are performed"
        " in parallel against the certificate. To avoid this error, perform operations against a certificate in a"
        " sequential manner.",
    )
    restored = {key: value for key, value in bundle.items() if key != "pending"}
    story.ask("POST /certificates/restore", 409, conflict, sent=blob)
    story.ask("POST /certificates/restore", 200, restored, sent=blob, after=11)
    story.ask(f"GET {named.path}/", 200, restored)
    return story


def partner_fails() -> Story:
    """An authority in partnership refuses, because its issuer object has the wrong key."""
    story, named, host = Story("2023-03-16T08:05:30"), Named("contoso-pay"), "CN=pay.contoso.com"
    issuer = f"{VAULT}/certificates/issuers/contoso-digicert"
    account = {"account_id": "19530706", "pwd": "out-of-date"}
    sent = {"provider": "DigiCert", "credentials": account, "org_details": {"id": "51423"}}
    kept: Json = {
        "id": issuer, "provider": "DigiCert", "credentials": {"account_id": "19530706"},
        "org_details": {"id": "51423", "zip": 0},
        "attributes": {"enabled": True, "created": story.at, "updated": story.at},
    }  # fmt: skip
    people = [
        {"email": "pki@contoso.com", "name": "Ada Example", "phone": "4255550100"},
        {"email": "oncall@contoso.com"},
    ]
    contacts = {"id": f"{VAULT}/certificates/contacts", "contacts": people}
    story.ask("PUT /certificates/issuers/contoso-digicert", 200, kept, sent=sent)
    story.ask("GET /certificates/issuers", 200, listed({"id": issuer, "provider": "DigiCert"}))
    story.ask("PUT /certificates/contacts", 200, contacts, sent={"contacts": people}, after=1)
    story.ask("GET /certificates/contacts", 200, contacts)
    begun = named.operation(MATERIAL["pay"]["csr"], "contoso-digicert")
    wish = {"policy": {"x509_props": {"subject": host}, "issuer": {"name": "contoso-digicert"}}}
    policy = named.policy(story.at + 1, host, issuer="contoso-digicert")
    stub = {**named.stub(story.at + 1), "policy": policy, **named.pending()}
    story.ask(f"POST {named.path}/create", 202, begun, sent=wish, after=1, headers=named.location(begun))
    story.ask(f"GET {named.path}/", 200, stub)
    story.ask(f"GET {named.path}/pending", 200, begun, headers=WAIT)
    denied = (
        "The call to DigiCert failed with Error code access_denied|access_denied_invalid_key and Message Access denied"
        " due to access_denied_invalid_key.. If you have any questions or concerns, please feel free to reach out to"
        " DigiCert for support at support@digicert.com or 1-801-701-9600."
    )
    failed = ended(begun, "failed", error={"code": "Request rejected", "message": denied})
    story.ask(f"GET {named.path}/pending", 200, failed, after=10)
    story.ask(f"DELETE {named.path}/pending", 200, failed, after=2)
    story.ask(f"GET {named.path}/pending", 404, named.no_operation())
    # What a PATCH names is replaced, the rest stays (N-55, J-69, P-80).
    moved = {"org_details": {"id": "51424"}}
    kept |= {"org_details": {"id": "51424", "zip": 0}, "attributes": kept["attributes"] | {"updated": story.at + 4}}
    story.ask("PATCH /certificates/issuers/contoso-digicert", 200, kept, sent=moved, after=4)
    story.ask("DELETE /certificates/issuers/contoso-digicert", 200, kept, after=1)
    story.ask("GET /certificates/issuers/contoso-digicert", 404, error("CertificateIssuerNotFound", "Issuer not found"))
    story.ask("DELETE /certificates/contacts", 200, contacts, after=1)
    story.ask("GET /certificates/contacts", 404, error("ContactsNotFound", "Contacts not found"))
    return story


def cancel_in_time() -> Story:
    """The cancellation wins; what is left of the name is a placeholder, which is deleted and purged."""
    story, named = Story("2023-03-16T15:20:00"), Named("contoso-app")
    sent = {"policy": {"x509_props": {"subject": "CN=app.contoso.com"}, "issuer": {"name": "Self"}}}
    policy, stub = named.policy(story.at, "CN=app.contoso.com"), named.stub(story.at)
    begun = named.operation(MATERIAL["app"]["csr"])
    asked = begun | {"cancellation_requested": True}
    gone = ended(asked, "cancelled")
    story.ask(f"POST {named.path}/create", 202, begun, sent=sent, headers=named.location(begun))
    story.ask(f"GET {named.path}/pending", 200, begun, headers=WAIT)
    story.ask(f"GET {named.path}/", 200, {**stub, "policy": policy, **named.pending()})
    story.ask(f"PATCH {named.path}/pending", 200, asked, sent={"cancellation_requested": True}, after=1)
    story.ask(f"GET {named.path}/pending", 200, asked, headers=WAIT)
    story.ask(f"GET {named.path}/pending", 200, gone, after=10)
    story.ask(f"DELETE {named.path}/pending", 200, gone, after=1)
    story.ask(f"GET {named.path}/pending", 404, named.no_operation())
    story.ask(f"GET {named.path}/", 200, {**stub, "policy": policy})
    deleted = named.deleted({**stub, "policy": policy}, story.at + 5)
    story.ask(f"DELETE {named.path}", 200, deleted, after=5)
    story.ask(f"GET {named.deleted_path}", 404, named.not_deleted())
    story.ask(f"GET {named.deleted_path}", 200, deleted, after=7)
    story.ask(f"DELETE {named.deleted_path}", 204, after=1)
    return story


def cancel_too_late(status: int, code: str, note: str = AS_SEEN) -> Story:
    """The operation has completed before its cancellation is asked for."""
    story, named = Story("2023-03-16T16:40:00", note=note), Named("contoso-blog")
    sent = {"policy": {"x509_props": {"subject": "CN=blog.contoso.com"}, "issuer": {"name": "Self"}}}
    done, bundle = issued_by_vault(story, named, "blog", sent)
    # The text is from the field (F-01); the documents have none.
    late = error(code, "Pending status must be in progress to allow update.")
    story.ask(f"PATCH {named.path}/pending", status, late, sent={"cancellation_requested": True}, after=1)
    story.ask(f"GET {named.path}/pending", 200, done)
    story.ask(f"GET {named.path}/", 200, bundle)
    return story


def deleted_still_answers() -> Story:
    """Not the service: the certificate is deleted, and can still be read."""
    note = "wrong on purpose: a deleted certificate can still be read"
    story, named = Story("2023-03-16T16:40:00", note=note), Named("contoso-blog")
    sent = {"policy": {"x509_props": {"subject": "CN=blog.contoso.com"}, "issuer": {"name": "Self"}}}
    _, bundle = issued_by_vault(story, named, "blog", sent)
    deleted = named.deleted(bundle, story.at + 5)
    story.ask(f"GET {named.path}/", 200, bundle)
    story.ask(f"DELETE {named.path}", 200, deleted, after=5)
    story.ask(f"GET {named.deleted_path}", 200, deleted, after=7)
    story.ask(f"GET {named.path}/", 200, bundle)
    return story


def key_of_another_version() -> Story:
    """Not the service: the key that the certificate refers to has a version of its own."""
    note = "wrong on purpose: kid names another version than id"
    story, named = Story("2023-03-16T16:40:00", note=note), Named("contoso-blog")
    sent = {"policy": {"x509_props": {"subject": "CN=blog.contoso.com"}, "issuer": {"name": "Self"}}}
    _, bundle = issued_by_vault(story, named, "blog", sent)
    other = {"kid": f"{VAULT}/keys/{named.name}/{made_up('another version')}"}
    story.ask(f"GET {named.path}/", 200, bundle | other)
    return story


def always_completed() -> Story:
    """Not the service: a mock that has no operations, and calls them completed before they began."""
    note = "wrong on purpose: the operation is completed before it began, and is not kept"
    story, named = Story("2023-03-16T16:40:06", MOCK, note=note), Named("contoso-blog", MOCK)
    content, at = Content(MATERIAL["blog"]["cer"]), story.at
    sent = {"policy": {"x509_props": {"subject": "CN=blog.contoso.com"}, "issuer": {"name": "Self"}}}
    done = ended(named.operation(MATERIAL["blog"]["csr"]), "completed", target=named.id)
    location = {"Location": named.location(done)["Location"]}
    shown = attributes(enabled=True, nbf=content.nbf, exp=content.exp, created=at)
    version = named.version(made_up(f"version of {named.name}"), content, shown)
    story.ask(f"POST {named.path}/create", 202, done, sent=sent, headers=location)
    story.ask(f"GET {named.path}/pending", 404, named.no_operation())
    story.ask(f"GET {named.path}/", 200, {**version, "policy": named.policy(at, "CN=blog.contoso.com")})
    return story


# --- the formats


def compact(value: Json) -> str:
    """JSON as the service writes it: without blanks."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def body(step: Step) -> str:
    """The body of an answer."""
    return "" if step.status == NO_BODY else compact(step.answer)


def whole_url(step: Step) -> str:
    """The URL with what the client adds."""
    return f"{step.url}?api-version={API}" if step.to_vault else step.url


def answer_headers(step: Step, number: int) -> dict[str, str]:
    """The headers of an answer, in the service's spelling and alphabetical order."""
    date = format_datetime(datetime.fromtimestamp(step.at, UTC), usegmt=True)
    named = {"Cache-Control": "no-cache", "Date": date, "Expires": "-1", "Pragma": "no-cache", **step.headers}
    if step.status != NO_BODY:
        named |= {"Content-Length": str(len(body(step))), "Content-Type": "application/json; charset=utf-8"}
    if step.url.startswith(VAULT):
        named |= {
            "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=203.0.113.17;act_addr_fam=InterNetwork;",
            "x-ms-keyvault-region": "westeurope",
            "x-ms-keyvault-service-version": "1.9.713.1",
            "x-ms-request-id": str(uuid.UUID(made_up(f"answer {number} to {step.method} {step.url}"))),
        }
    return dict(sorted(named.items(), key=lambda header: header[0].lower()))


def as_trace(story: Story) -> str:
    """The trace JSON of shared/ground-truth/README.md: without hosts and api-version."""
    exchanges = [
        {
            "at": f"{datetime.fromtimestamp(step.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "method": step.method, "path": step.path, "query": {}, "request": step.sent,
            "status": step.status, "headers": step.headers, "response": step.answer,
        }
        for step in story.steps
    ]  # fmt: skip
    source = {"repo": "certlife", "path": "tests/make_samples.py", "commit": None, "service_version": None, "note": story.note}
    document = {"source": source, "api_version": API, "exchanges": exchanges, "starts_empty": True}
    return json.dumps(document, indent=1).replace(VAULT, NO_HOST) + "\n"


AGENT: Final = "azsdk-python-keyvault-certificates/4.7.0 Python/3.11.2 (Linux-6.1.0-x86_64-with-glibc2.36)"
REASONS: Final = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 409: "Conflict",
}  # fmt: skip


def request_headers(step: Step, sent: str) -> dict[str, str]:
    """The headers of a request; never a token."""
    form = "application/json" if step.to_vault else "application/x-www-form-urlencoded"
    named = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}
    if step.method != "GET":
        named["Content-Length"] = str(len(sent))
    return named | ({"Content-Type": form} if sent else {}) | {"User-Agent": AGENT}


def sent_text(step: Step) -> str:
    """The body of a request, as Python's json writes it."""
    return "" if step.sent is None else step.sent if isinstance(step.sent, str) else json.dumps(step.sent)


def as_har(story: Story) -> str:
    """HAR 1.2 in the shape in which mitmproxy writes it."""
    entries = [_har_entry(step, number) for number, step in enumerate(story.steps)]
    creator = {"name": "make_samples.py", "version": "1", "comment": story.note}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}, indent=1) + "\n"


def _har_entry(step: Step, number: int) -> Json:
    sent, answer, url = sent_text(step), body(step), whole_url(step)
    headers, asked = answer_headers(step, number), request_headers(step, sent)
    # Milliseconds are made up, but add up.
    send, wait, receive = 1, 80 + number * 7 % 40, 2
    parameters = [pair.split("=", 1) for pair in url.partition("?")[2].split("&") if pair]
    entry: Json = {
        "startedDateTime": f"{datetime.fromtimestamp(step.at, UTC):%Y-%m-%dT%H:%M:%S}.{100 + number:03}000+00:00",
        "time": send + wait + receive,
        "request": {
            "method": step.method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": _pairs(asked),
            "queryString": [{"name": name, "value": value} for name, value in parameters],
            "headersSize": _size(asked), "bodySize": len(sent),
        },
        "response": {
            "status": step.status, "statusText": REASONS[step.status], "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": _pairs(headers),
            "content": {
                "size": len(answer), "compression": 0, "mimeType": headers.get("Content-Type", ""), "text": answer,
            },
            "redirectURL": headers.get("Location", ""), "headersSize": _size(headers), "bodySize": len(answer),
        },
        "cache": {},
        "timings": {"connect": -1, "ssl": -1, "send": send, "receive": receive, "wait": wait},
    }  # fmt: skip
    if step.method in {"POST", "PUT", "PATCH"}:
        entry["request"]["postData"] = {"mimeType": asked.get("Content-Type", ""), "text": sent, "params": []}
    return entry


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _size(headers: dict[str, str]) -> int:
    return sum(len(name) + len(value) + len(": \r\n") for name, value in headers.items())


def as_test_proxy(story: Story) -> str:
    """The recordings of the Azure SDKs."""
    entries = [
        {
            "RequestUri": whole_url(step),
            "RequestMethod": step.method,
            "RequestHeaders": request_headers(step, sent_text(step)),
            "RequestBody": step.sent,
            "StatusCode": step.status,
            "ResponseHeaders": answer_headers(step, number),
            "ResponseBody": step.answer,
        }
        for number, step in enumerate(story.steps)
    ]
    return json.dumps({"Entries": entries, "Variables": {}}, indent=2) + "\n"


def as_cassette(story: Story) -> str:
    """The YAML of vcrpy."""
    interactions = [
        {
            "request": {
                "body": sent_text(step) or None,
                "headers": {name: [value] for name, value in request_headers(step, sent_text(step)).items()},
                "method": step.method,
                "uri": whole_url(step),
            },
            "response": {
                "body": {"string": body(step)},
                "headers": {name.lower(): [value] for name, value in answer_headers(step, number).items()},
                "status": {"code": step.status, "message": REASONS[step.status]},
            },
        }
        for number, step in enumerate(story.steps)
    ]
    return yaml.dump({"interactions": interactions, "version": 1}, Dumper=yaml.SafeDumper)


SAMPLES: Final[dict[str, tuple[Callable[[], Story], Callable[[Story], str]]]] = {
    "self-signed.json": (self_signed, as_trace),
    "merge-by-hand.har": (merge_by_hand, as_har),
    "import-renew.yaml": (import_renew, as_cassette),
    "soft-delete.json": (soft_delete, as_test_proxy),
    "partner-fails.json": (partner_fails, as_trace),
    "cancel-in-time.json": (cancel_in_time, as_trace),
    "cancel-too-late-service.json": (lambda: cancel_too_late(403, "Forbidden"), as_trace),
    "cancel-too-late-documented.json": (lambda: cancel_too_late(400, "BadParameter", "what the documents say (KVC-OPR-012), and no service was seen to do"), as_trace),
    "deviating/deleted-still-answers.json": (deleted_still_answers, as_trace),
    "deviating/key-of-another-version.json": (key_of_another_version, as_trace),
    "deviating/always-completed.har": (always_completed, as_har),
}


def made() -> dict[str, str]:
    """Every sample by its path below the folder."""
    return {path: write(tell()) for path, (tell, write) in SAMPLES.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder = parser.parse_args(arguments).folder
    for path, text in made().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
