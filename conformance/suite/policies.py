"""Policies that a caller may send: sound ones, put together of parts, and bad ones, each for a reason.

Not here: the requests that carry them (requests).
"""

from __future__ import annotations

from typing import Any, Final

from certlife.conformance.suite.choosing import Choosing
from certlife.model.values import Json

PARTNER: Final = "ca"
"""The issuer object that stands for a CA."""
NOBODY: Final = "nobody"
"""An issuer object that is never there."""
UNHEARD_OF: Final = "unheard-of"
"""Another one, after which nobody asks."""

SUBJECTS: Final = (
    "CN=web", "CN=web.example.com", "CN=web, O=certlife", 'C=DE, O=certlife, OU="a, b", CN=web', "O=certlife, CN=web and more",
    "CN=a, CN=b", "DC=com, DC=example, CN=web", "E=me@example.com, CN=web",
)  # fmt: skip
NAMES: Final[tuple[dict[str, Json] | None, ...]] = (
    None, {"dns_names": ["a.example", "b.example"]}, {"emails": ["me@example.com"]}, {"upns": ["me@example.com"]}, {},
    {"dns_names": ["*.example"], "emails": ["a@b.c", "d@e.f"], "upns": ["u@v.w"]}, {"dns_names": []},
)  # fmt: skip
_EC: Final[dict[str, Json]] = {"kty": "EC", "crv": "P-256"}
KEYS: Final[tuple[dict[str, Json] | None, ...]] = (
    _EC, None, _EC, {"kty": "RSA", "key_size": 2048}, {"kty": "EC"}, _EC, {"kty": "EC", "crv": "P-384", "key_size": 384}, _EC,
    {"kty": "EC", "crv": "P-256", "reuse_key": True}, {"kty": "EC", "crv": "P-256", "exportable": False}, {"kty": "EC", "crv": "P-521"},
    {"kty": "EC", "crv": "P-256K"}, {"kty": "RSA", "key_size": 3072, "exportable": True, "reuse_key": False},
    {"kty": "RSA", "reuse_key": True}, {"kty": "EC-HSM", "exportable": False}, {"key_size": 4096, "kty": "RSA"},
)  # fmt: skip
USAGES: Final[tuple[list[Json] | None, ...]] = (
    None, ["digitalSignature"], ["digitalSignature", "keyEncipherment"], ["keyCertSign", "cRLSign"], ["keyAgreement", "dataEncipherment", "nonRepudiation"],
)  # fmt: skip
PURPOSES: Final[tuple[list[Json] | None, ...]] = (None, ["1.3.6.1.5.5.7.3.1"], ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"])
MONTHS: Final = (None, 12, 24, 1, 6)
FORMS: Final = (None, "application/x-pkcs12", "application/x-pem-file")
RENEWED: Final[list[Json]] = [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}}]
ACTIONS: Final[tuple[list[Json] | None, ...]] = (
    None, [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}], RENEWED,
    [{"trigger": {"days_before_expiry": 10}, "action": {"action_type": "AutoRenew"}}],
    [{"trigger": {"days_before_expiry": 20}, "action": {"action_type": "EmailContacts"}}],
)  # fmt: skip

# what is wrong with it, and the member that makes it so
BAD: Final[dict[str, dict[str, Json]]] = {
    "a validity below zero": {"x509_props": {"subject": "CN=web", "validity_months": -1}},
    "a percentage of 100": {"lifetime_actions": [{"trigger": {"lifetime_percentage": 100}, "action": {"action_type": "EmailContacts"}}]},
    "a percentage of 0": {"lifetime_actions": [{"trigger": {"lifetime_percentage": 0}, "action": {"action_type": "EmailContacts"}}]},
    "more days than the validity has": {"lifetime_actions": [{"trigger": {"days_before_expiry": 4000}, "action": {"action_type": "EmailContacts"}}]},
    "an unknown action": {"lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "Explode"}}]},
    "both triggers": {"lifetime_actions": [{"trigger": {"lifetime_percentage": 80, "days_before_expiry": 5}, "action": {"action_type": "EmailContacts"}}]},
    "an impossible key size": {"key_props": {"kty": "RSA", "key_size": 1000}},
    "an unknown curve": {"key_props": {"kty": "EC", "crv": "P-999"}},
    "an unknown key type": {"key_props": {"kty": "DSA"}},
    "a symmetric key": {"key_props": {"kty": "oct"}},
    "an exportable key of an HSM": {"key_props": {"kty": "RSA-HSM", "exportable": True}},
    "a size that is not the curve's": {"key_props": {"kty": "EC", "crv": "P-256", "key_size": 384}},
    "a malformed subject": {"x509_props": {"subject": "no distinguished name"}},
    "an empty subject": {"x509_props": {"subject": ""}},
    "a doubtful subject": {"x509_props": {"subject": "CN=web, and more"}},
    "a subject that is too long": {"x509_props": {"subject": "CN=" + "a" * 210}},
    "an unknown key usage": {"x509_props": {"subject": "CN=web", "key_usage": ["everything"]}},
    "a purpose that is no OID": {"x509_props": {"subject": "CN=web", "ekus": ["serverAuth"]}},
    "a name that is none": {"x509_props": {"subject": "CN=web", "sans": {"emails": ["nobody"]}}},
    "a validity of 0": {"x509_props": {"subject": "CN=web", "validity_months": 0}},
    "an unknown content type": {"secret_props": {"contentType": "text/plain"}},
    "a member of another type": {"x509_props": {"subject": 5}},
}  # fmt: skip


def policy(choosing: Choosing, issuer: str | None) -> dict[str, Json]:
    """A sound policy.

    Args:
        issuer: its name; None leaves it out.
    """
    x509: dict[str, Json] = {"subject": choosing.pick(SUBJECTS)}
    parts: dict[str, Any] = {
        "sans": choosing.pick(NAMES),
        "key_usage": choosing.pick(USAGES),
        "ekus": choosing.pick(PURPOSES),
        "validity_months": choosing.pick(MONTHS),
    }
    x509.update({name: part for name, part in parts.items() if part is not None})
    whole: dict[str, Any] = {
        "x509_props": x509,
        "key_props": choosing.pick(KEYS),
        "secret_props": _form(choosing.pick(FORMS)),
        "lifetime_actions": None if issuer in (None, "Unknown") else choosing.pick(ACTIONS),
        "issuer": None if issuer is None else {"name": issuer},
    }
    return {name: part for name, part in whole.items() if part is not None}


def bad_policy(choosing: Choosing, issuer: str | None = "Self", flaw: str | None = None) -> dict[str, Json]:
    """A policy that is bad in one way, a given one or any."""
    bad = BAD[choosing.pick(tuple(BAD)) if flaw is None else flaw]
    sound: dict[str, Json] = {"x509_props": {"subject": "CN=web"}, "key_props": dict(_EC)}
    return {**sound, **bad, **({} if issuer is None else {"issuer": {"name": issuer}})}


def _form(content_type: str | None) -> dict[str, Json] | None:
    return None if content_type is None else {"contentType": content_type}
