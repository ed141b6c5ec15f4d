"""What a policy may say, what it says where nothing was said, and how a part of one changes the whole.

Not here: policies as operations of their own (current), what X.509 content they lead to (adapters.certificates).
"""

from __future__ import annotations

import copy
import re
from typing import Final, TypeVar, cast

from certlife.adapters.keys import CURVES, RSA_SIZES
from certlife.adapters.memory.errors import bad_property
from certlife.adapters.memory.state import Members
from certlife.adapters.subjects import SubjectMalformed, distinguished_name
from certlife.model.values import Json

PKCS12, PEM = "application/x-pkcs12", "application/x-pem-file"
KEY_USAGES: Final = (
    "cRLSign", "dataEncipherment", "decipherOnly", "digitalSignature", "encipherOnly", "keyAgreement", "keyCertSign",
    "keyEncipherment", "nonRepudiation",
)  # fmt: skip
_SPELLED: Final = {usage.lower(): usage for usage in KEY_USAGES}
_CURVES: Final = {name: curve().key_size for name, curve in CURVES.items()}
_PARTS: Final = ("key_props", "secret_props", "x509_props", "issuer")
_EKUS: Final = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
_OID: Final = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_Part = TypeVar("_Part", bound=Members | list[Json])
_PARTS_KEPT: Final[dict[str, Members | list[Json]]] = {}
_MOST_KEPT, _MOST_SPELLED = 256, 500
_MOST_MONTHS: Final = 1200
_SUBJECT_MOST: Final = 200  # KVC-LIM-001


def members(value: Json, name: str) -> Members:
    """Return an object's members; null is as if nothing had been said.

    Raises: RefusedError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_property(name)
    return value


def complete(sent: Members) -> Members:
    """Fill in the defaults, in the order in which the service shows them (observed N-29 to N-33, P-38 to P-41).

    Raises: RefusedError: something in it is not allowed.
    """
    x509 = _x509(members(sent.get("x509_props"), "policy.x509_props"))
    issuer = _once(_issuer(members(sent.get("issuer"), "policy.issuer")))
    key = _once(_key(members(sent.get("key_props"), "policy.key_props")))
    return {
        "key_props": key,
        "secret_props": _once(_secret(members(sent.get("secret_props"), "policy.secret_props"))),
        "x509_props": x509,
        "lifetime_actions": _once(_actions(sent.get("lifetime_actions"), issuer, x509)),
        "issuer": issuer,
        "attributes": {"enabled": _flag(members(sent.get("attributes"), "policy.attributes"), "enabled", usual=True)},
    }


def _once(part: _Part) -> _Part:
    """An equal part of a policy that is there already: most policies say the same, and none is changed in place."""
    spelled = repr(part)
    if len(_PARTS_KEPT) >= _MOST_KEPT:
        _PARTS_KEPT.clear()
    found = _PARTS_KEPT.setdefault(spelled, part) if len(spelled) <= _MOST_SPELLED else part
    return cast("_Part", found)


def dated(policy: Members, before: Members | None, now: int) -> Members:
    """Put the times in: `created` stays that of the name's first policy (observed N-8, P-11, P-56)."""
    old = members(before.get("attributes"), "attributes") if before else {}
    enabled = members(policy["attributes"], "attributes").get("enabled", True)
    return {**policy, "attributes": {"enabled": enabled, "created": old.get("created", now), "updated": now}}


def merged(old: Members, sent: Members) -> Members:
    """Change what is given, keep the rest; null changes nothing, lists are replaced (observed N-35; KVC-POL-002)."""
    result = copy.deepcopy(old)
    for part in _PARTS:
        asked = members(sent.get(part), f"policy.{part}")
        given: Members = {name: value for name, value in asked.items() if value is not None}
        kept = members(result.get(part), part)
        result[part] = {**(_other_key(kept, given) if part == "key_props" else kept), **given}
    enabled = members(sent.get("attributes"), "policy.attributes").get("enabled")
    if enabled is not None:
        result["attributes"] = {"enabled": enabled}
    if sent.get("lifetime_actions") is not None:
        result["lifetime_actions"] = sent["lifetime_actions"]
    return complete(result)


def _other_key(kept: Members, given: Members) -> Members:
    """Leave out of key_props what belongs to the former type of key; keys of an HSM are not exportable (S-56)."""
    dropped = {"key_size"} if "kty" in given or "crv" in given else {"crv"} if "key_size" in given else set()
    dropped |= {"crv"} if "kty" in given else set()
    dropped |= {"exportable"} if str(given.get("kty")).endswith("-HSM") else set()
    return {name: value for name, value in kept.items() if name not in dropped}


def imported(sent: Members, derived: Members) -> Members:
    """Make the policy of an import: what is in the file comes first, the rest as it was sent (observed N-42, P-50, P-51).

    Args:
        derived: key_props and x509_props, read from the file.
    Raises: RefusedError: something in what was sent is not allowed.
    """
    key, x509 = members(derived["key_props"], "key_props"), members(derived["x509_props"], "x509_props")
    asked = members(sent.get("key_props"), "policy.key_props")
    months = members(sent.get("x509_props"), "policy.x509_props").get("validity_months")
    if isinstance(months, int) and months < 0:  # KVC-POL-005, although the file has the last word
        raise bad_property("policy.x509_props.validity_months")
    issuer = _issuer(members(sent.get("issuer"), "policy.issuer"))
    flags: Members = {
        "exportable": _flag(asked, "exportable", usual=True),
        "reuse_key": _flag(asked, "reuse_key", usual=False),
    }
    return {
        "key_props": {**key, **flags},
        "secret_props": _secret(members(sent.get("secret_props"), "policy.secret_props")),
        "x509_props": x509,
        "lifetime_actions": _actions(sent.get("lifetime_actions"), issuer, x509),
        "issuer": issuer,
        "attributes": {"enabled": _flag(members(sent.get("attributes"), "policy.attributes"), "enabled", usual=True)},
    }


def _x509(sent: Members) -> Members:
    subject = sent.get("subject")
    if subject is not None and not isinstance(subject, str):
        raise bad_property("policy.x509_props.subject")
    if len(subject or "") > _SUBJECT_MOST:
        raise bad_property("policy.x509_props.subject", "The char length is too long.")
    try:
        distinguished_name(subject or "")
    except SubjectMalformed:
        raise bad_property("policy.x509_props", "Invalid X.500 distinguished name") from None
    if not subject and not any(members(sent.get("sans"), "policy.x509_props.sans").values()):
        raise bad_property("policy.x509_props", "Invalid X.500 distinguished name")
    shown: Members = {"subject": subject or ""}
    if sent.get("sans") is not None:
        shown["sans"] = _sans(members(sent["sans"], "policy.x509_props.sans"))
    shown["ekus"] = _once(_ekus(sent.get("ekus")))
    shown["key_usage"] = _once(_key_usage(sent.get("key_usage")))
    shown["validity_months"] = _months(sent.get("validity_months"))
    ca = _flag(members(sent.get("basic_constraints"), "policy.x509_props.basic_constraints"), "ca", usual=False)
    basic: Members = {"ca": ca}
    return {**shown, "basic_constraints": _once(basic)}


def _sans(sent: Members) -> Members:
    for kind, names in sent.items():
        if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
            raise bad_property(f"policy.x509_props.sans.{kind}")
    return {kind: names for kind, names in sent.items() if names is not None}


def _ekus(sent: Json) -> list[Json]:
    if sent is None:
        return [*_EKUS]
    if not isinstance(sent, list) or not all(isinstance(oid, str) and _OID.fullmatch(oid) for oid in sent):
        raise bad_property("policy.x509_props.ekus")
    return sent


def _key_usage(sent: Json) -> list[Json]:
    """Sorted, and spelled as the service does (observed N-31, P-41)."""
    if sent is None:
        return ["digitalSignature", "keyEncipherment"]
    if not isinstance(sent, list) or not all(isinstance(use, str) and use.lower() in _SPELLED for use in sent):
        raise bad_property("policy.x509_props.key_usage")
    return [*sorted({_SPELLED[str(use).lower()] for use in sent})]


def _months(sent: Json) -> int:
    if sent is None:
        return 12
    # S-15: the schema says 0 or more, but a certificate of no months is none; imports show up to 1200 (P-51)
    if not isinstance(sent, int) or isinstance(sent, bool) or not 1 <= sent <= _MOST_MONTHS:
        raise bad_property("policy.x509_props.validity_months")
    return sent


def _key(sent: Members) -> Members:
    kty = sent.get("kty") or "RSA"
    if kty not in ("RSA", "EC", "RSA-HSM", "EC-HSM"):  # KVC-POL-032; oct is listed too, C-16
        raise bad_property("policy.key_props.kty")
    soft = not str(kty).endswith("-HSM")
    exportable = _flag(sent, "exportable", usual=soft)
    if exportable and not soft:  # KVC-OBJ-009; refused or forced to false: S-56
        raise bad_property("policy.key_props.exportable")
    reuse = _flag(sent, "reuse_key", usual=False)
    if str(kty).startswith("RSA"):
        size = sent.get("key_size") or 2048
        if not isinstance(size, int) or size not in RSA_SIZES:
            raise bad_property("policy.key_props.key_size")
        return {"exportable": exportable, "kty": kty, "key_size": size, "reuse_key": reuse}
    curve, size = _curve(sent)
    return {"exportable": exportable, "kty": kty, "key_size": size, "reuse_key": reuse, "crv": curve}


def _curve(sent: Members) -> tuple[str, int]:
    size, curve = sent.get("key_size"), sent.get("crv")
    if curve is None:
        curve = next((name for name, bits in _CURVES.items() if bits == size), "P-256" if size is None else "")
    if not isinstance(curve, str) or curve not in _CURVES:
        raise bad_property("policy.key_props.crv")
    if size is not None and (not isinstance(size, int) or size != _CURVES[curve]):
        raise bad_property("policy.key_props.key_size")
    return curve, _CURVES[curve]


def _secret(sent: Members) -> Members:
    content_type = sent.get("contentType") or PKCS12
    if content_type not in (PKCS12, PEM):
        raise bad_property("policy.secret_props.contentType")
    return {"contentType": content_type}


def _issuer(sent: Members) -> Members:
    """Without a name it is Unknown (KVC-CRE-030); the rest stands only if it was sent (observed N-32, P-42)."""
    name = sent.get("name") or "Unknown"
    if not isinstance(name, str):
        raise bad_property("policy.issuer.name")
    shown: Members = {"name": name}
    for member, kind in (("cty", str), ("cert_transparency", bool)):
        if sent.get(member) is not None:
            if not isinstance(sent[member], kind):
                raise bad_property(f"policy.issuer.{member}")
            shown[member] = sent[member]
    return shown


def _actions(sent: Json, issuer: Members, x509: Members) -> list[Json]:
    """One action at 80 %: renew, or tell the contacts where nobody here can renew (observed N-29, N-30, J-32)."""
    if sent is None:
        usual = "EmailContacts" if str(issuer["name"]).lower() == "unknown" else "AutoRenew"
        return [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": usual}}]
    if not isinstance(sent, list):
        raise bad_property("policy.lifetime_actions")
    return [_action(members(one, "policy.lifetime_actions"), x509) for one in sent]


def _action(sent: Members, x509: Members) -> Members:
    trigger = members(sent.get("trigger"), "policy.lifetime_actions.trigger")
    action = members(sent.get("action"), "policy.lifetime_actions.action").get("action_type")
    if action not in ("EmailContacts", "AutoRenew"):  # a closed set: KVC-POL-008
        raise bad_property("policy.lifetime_actions.action.action_type")
    said = {name: value for name, value in trigger.items() if value is not None}
    months = x509["validity_months"]
    most = {"lifetime_percentage": 99, "days_before_expiry": 27 * months if isinstance(months, int) else 0}
    if len(said) != 1:  # both at once, or neither: S-14
        raise bad_property("policy.lifetime_actions.trigger")
    for name, value in said.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most.get(name, 0):
            raise bad_property(f"policy.lifetime_actions.trigger.{name}")
    return {"trigger": {**said}, "action": {"action_type": action}}


def _flag(sent: Members, name: str, *, usual: bool) -> bool:
    value = sent.get(name)
    if value is None:
        return usual
    if not isinstance(value, bool):
        raise bad_property(name)
    return value
