"""What a policy becomes: what is sent, what the service fills in, what a patch keeps.

Not here: when a policy is written (tables), whether a sent policy is acceptable (constraints).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from certlife.model.asks import kind_of
from certlife.model.known import Doc, PolicyFacts, issuer_of
from certlife.model.vocabulary import IssuerKind

KEY_SIZES: Final = {"P-256": 256, "P-384": 384, "P-521": 521, "P-256K": 256}
SERVER_AND_CLIENT: Final = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
KEY_USAGES: Final = (
    "cRLSign",
    "dataEncipherment",
    "decipherOnly",
    "digitalSignature",
    "encipherOnly",
    "keyAgreement",
    "keyCertSign",
    "keyEncipherment",
    "nonRepudiation",
)
_SPELLING: Final = {name.lower(): name for name in KEY_USAGES}
PARTS: Final = ("key_props", "secret_props", "x509_props", "issuer")
"""The members of a policy that a patch merges member by member; lifetime_actions are replaced as a whole."""


def signer(policy: PolicyFacts | None) -> IssuerKind | None:
    """Who signs for a policy; None where that is not known: what is merely predicted may leave the issuer open."""
    name = issuer_of(policy)
    return None if name is None and (policy is None or not policy.seen) else kind_of(name)


def spelled(usages: object) -> object:
    """Key usages as the service shows them: in its spelling, sorted (observed N-31, P-41)."""
    if not isinstance(usages, list):
        return usages
    return sorted(_SPELLING.get(str(usage).lower(), str(usage)) for usage in usages)


def _given(policy: Mapping[str, object], part: str) -> dict[str, object]:
    """What is really sent of a part: null members say nothing (KVC-POL-002)."""
    members = policy.get(part)
    return {k: v for k, v in members.items() if v is not None} if isinstance(members, dict) else {}


def default_actions(issuer: object) -> list[object]:
    """The lifetime action of a policy that was sent without one (observed N-29, N-30, J-32, P-39)."""
    by_hand = kind_of(issuer if isinstance(issuer, str) else None) is IssuerKind.UNKNOWN
    action = "EmailContacts" if by_hand else "AutoRenew"
    return [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": action}}]


def _key_defaults(sent: Mapping[str, object]) -> dict[str, object]:
    kty = sent.get("kty", "RSA")
    defaults: dict[str, object] = {"exportable": not str(kty).endswith("-HSM"), "kty": kty, "reuse_key": False}
    if str(kty).startswith("EC"):
        defaults["crv"] = sent.get("crv", "P-256")
        defaults["key_size"] = KEY_SIZES.get(str(defaults["crv"]), 256)
    else:
        defaults["key_size"] = 2048
    return defaults


def _exportable_or_not(key: dict[str, object]) -> dict[str, object]:
    """An exportable key of an HSM is refused, or made one that is not (S-56): which, nobody knows."""
    if str(key.get("kty")).endswith("-HSM") and key.get("exportable") is True:
        return {name: value for name, value in key.items() if name != "exportable"}
    return key


def created(sent: Mapping[str, object]) -> tuple[Doc, frozenset[str]]:
    """The policy that a create request makes, and the paths of the members that the request itself gave."""
    key, secret, x509, issuer = (_given(sent, part) for part in PARTS)
    if "key_usage" in x509:
        x509["key_usage"] = spelled(x509["key_usage"])
    made: dict[str, object] = {
        "key_props": _exportable_or_not(_key_defaults(key) | key),
        "secret_props": {"contentType": "application/x-pkcs12"} | secret,
        "x509_props": {
            "ekus": SERVER_AND_CLIENT,
            "key_usage": ["digitalSignature", "keyEncipherment"],
            "validity_months": 12,
            "basic_constraints": {"ca": False},
        }
        | x509,
        "lifetime_actions": _actions(sent, issuer.get("name")),
        "issuer": {"name": "Unknown"} | issuer,
    }
    return Doc(made), _paths(sent)


def imported(sent: Mapping[str, object]) -> tuple[Doc, frozenset[str]]:
    """The policy that an import makes, as far as the request decides it; the rest comes from the file (observed N-42).

    Returns: the prediction, without x509_props, and the paths of the members that the request itself gave.
    """
    key, secret, issuer = _given(sent, "key_props"), _given(sent, "secret_props"), _given(sent, "issuer")
    made: dict[str, object] = {
        "key_props": {"exportable": True, "reuse_key": False} | {k: key[k] for k in ("exportable", "reuse_key") if k in key},
        "secret_props": {"contentType": "application/x-pkcs12"} | secret,
        "lifetime_actions": _actions(sent, issuer.get("name")),
        "issuer": {"name": issuer.get("name", "Unknown")},
    }
    return Doc(made), _paths(sent) - {path for path in _paths(sent) if path.startswith("x509_props")}


def patched(old: Mapping[str, object], sent: Mapping[str, object]) -> tuple[Doc, frozenset[str]]:
    """The policy after a patch: members given replace, members not given stay (KVC-POL-002, observed N-35, P-36)."""
    made = dict(old)
    for part in PARTS:
        given = _given(sent, part)
        if not given:
            continue
        if "key_usage" in given:
            given["key_usage"] = spelled(given["key_usage"])
        before = old.get(part)
        merged = (dict(before) if isinstance(before, dict) else {}) | given
        if part == "key_props" and "kty" in given:
            merged = {k: v for k, v in merged.items() if k in given or k not in ("key_size", "crv")}
        made[part] = _exportable_or_not(merged) if part == "key_props" else merged
    if isinstance(sent.get("lifetime_actions"), list):
        made["lifetime_actions"] = sent["lifetime_actions"]
    return Doc(made), _paths(sent)


def restored(old: Mapping[str, object]) -> tuple[Doc, frozenset[str]]:
    """The policy after backup and restore: `sans` may be lost, an empty one is (observed J-33, P-68)."""
    made = dict(old)
    x509 = old.get("x509_props")
    if isinstance(x509, dict):
        made["x509_props"] = {k: v for k, v in x509.items() if k != "sans"}
    return Doc(made), _paths(old)


def _actions(sent: Mapping[str, object], issuer: object) -> object:
    actions = sent.get("lifetime_actions")
    return actions if isinstance(actions, list) and actions else default_actions(issuer)


def _paths(sent: Mapping[str, object]) -> frozenset[str]:
    paths = {f"{part}.{member}" for part in PARTS for member in _given(sent, part)}
    return frozenset(paths | ({"lifetime_actions"} if sent.get("lifetime_actions") else set()))
