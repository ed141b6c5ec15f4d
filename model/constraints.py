"""What a request must hold to: if it breaks one of these, the vault has to refuse it, whatever the state.

Which refusal comes first when several are due no document says (S-50), so the state's own refusal will do as well.
Not here: refusals that depend on the state (tables).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from certlife.model.asks import Ask, kind_of
from certlife.model.policy import KEY_USAGES
from certlife.model.rows import FAILS, Constraint, Reply, refuses
from certlife.model.vocabulary import Grade, IssuerKind, Profile
from certlife.model.vocabulary import Operation as Op
from certlife.model.x509 import names_in

DOC, OBS, ASM = Grade.DOCUMENTED, Grade.OBSERVED, Grade.ASSUMED
LONGEST_NAME: Final = 127
LONGEST_SUBJECT: Final = 200
LONGEST_PASSWORD: Final = 200
LARGEST_PAGE: Final = 25
MOST_TAGS: Final = 15
USUAL_MONTHS: Final = 12

_NAME: Final = re.compile(r"[0-9a-zA-Z-]+")
RSA_SIZES: Final = (2048, 3072, 4096)
_CURVES: Final = {"P-256": 256, "P-256K": 256, "P-384": 384, "P-521": 521}
_KEY_TYPES: Final = ("RSA", "RSA-HSM", "EC", "EC-HSM")
_USAGES: Final = {usage.lower() for usage in KEY_USAGES}
_RDN: Final = re.compile(r"\s*[A-Za-z0-9.]+\s*=.*", re.DOTALL)
_OID: Final = re.compile(r"[0-2](\.\d+)+")
_NAMES: Final = {
    "dns_names": re.compile(r"[\x21-\x7e]+"),
    "emails": re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+"),
    "uris": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+"),
    "ipAddresses": re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"),
}
_API_VERSION: Final = re.compile(r"7\.[0-6](-preview(\.\d)?)?|20(15|16|25|26)-\d\d-\d\d(-preview)?")
_PEM_KEY: Final = "PRIVATE KEY-----"


def _part(ask: Ask, name: str) -> Mapping[str, Any]:
    part = ask.policy.get(name)
    return part if isinstance(part, dict) else {}


def _key(ask: Ask) -> Mapping[str, Any]:
    return _part(ask, "key_props")


def _x509(ask: Ask) -> Mapping[str, Any]:
    return _part(ask, "x509_props")


def _actions(ask: Ask) -> Iterator[Mapping[str, Any]]:
    actions = ask.policy.get("lifetime_actions")
    return (action for action in actions if isinstance(action, dict)) if isinstance(actions, list) else iter(())


def _triggers(ask: Ask) -> Iterator[Mapping[str, Any]]:
    return (trigger for action in _actions(ask) if isinstance(trigger := action.get("trigger"), dict))


def _outside(value: Any, low: int, high: int | None = None) -> bool:
    return (
        isinstance(value, int) and not isinstance(value, bool) and (value < low or (high is not None and value > high))
    )


def name_malformed(ask: Ask) -> bool:
    """The name has a character that no name may have, or more than 127."""
    return not _NAME.fullmatch(ask.name) or len(ask.name) > LONGEST_NAME


def named_badly(ask: Ask) -> bool:
    """The request is about a name that no certificate can have."""
    return ask.name != "" and name_malformed(ask)


def dates_sent(ask: Ask) -> bool:
    """The request sets nbf or exp, which are the certificate's own."""
    attributes = ask.body.get("attributes")
    return isinstance(attributes, dict) and (attributes.get("nbf") is not None or attributes.get("exp") is not None)


def api_version_unknown(ask: Ask) -> bool:
    """The request may have carried no api-version, or one that never was."""
    return ask.request.api_version is None or not _API_VERSION.fullmatch(ask.request.api_version)


def actions_doubtful(ask: Ask) -> bool:
    """Lifetime actions with both triggers or none, twice the same, or a renewal that nobody can do."""
    kinds = [str(action.get("action")) for action in _actions(ask)]
    both = any(("lifetime_percentage" in t) == ("days_before_expiry" in t) for t in _triggers(ask))
    renews = any("AutoRenew" in kind for kind in kinds)
    return both or len(kinds) != len(set(kinds)) or (renews and kind_of(ask.issuer) is IssuerKind.UNKNOWN)


def validity_doubtful(ask: Ask) -> bool:
    """validity_months is zero, or longer than a hundred years."""
    return _outside(_x509(ask).get("validity_months"), 1, 1200)


def contact_malformed(ask: Ask) -> bool:
    """There is no contact, or one without an e-mail address."""
    contacts = ask.body.get("contacts")
    return not isinstance(contacts, list) or not contacts or any(
        not isinstance(contact, dict) or "@" not in str(contact.get("email")) for contact in contacts
    )


def issuer_doubtful(ask: Ask) -> bool:
    """The issuer's provider is none that is known, or its details are not all there."""
    return ask.body.get("provider") not in (None, "Test") and not isinstance(ask.body.get("org_details"), dict)


def api_version_missing(ask: Ask) -> bool:
    """The request carries an empty api-version."""
    return ask.request.api_version == ""


def page_size_impossible(ask: Ask) -> bool:
    """Maxresults is no number from 1 to 25."""
    wanted = ask.query.get("maxresults")
    return wanted is not None and not (wanted.isdigit() and 1 <= int(wanted) <= LARGEST_PAGE)


def validity_negative(ask: Ask) -> bool:
    """validity_months is below zero."""
    return _outside(_x509(ask).get("validity_months"), 0)


def percentage_impossible(ask: Ask) -> bool:
    """lifetime_percentage is not from 1 to 99."""
    return any(_outside(trigger.get("lifetime_percentage"), 1, 99) for trigger in _triggers(ask))


def days_beyond_validity(ask: Ask) -> bool:
    """days_before_expiry is not from 1 to 27 a month."""
    months = _x509(ask).get("validity_months")
    most = 27 * (months if isinstance(months, int) and not isinstance(months, bool) else USUAL_MONTHS)
    return any(_outside(trigger.get("days_before_expiry"), 1, most) for trigger in _triggers(ask))


def action_unknown(ask: Ask) -> bool:
    """An action is neither EmailContacts nor AutoRenew."""
    kinds = (action.get("action") for action in _actions(ask))
    names = (kind.get("action_type") for kind in kinds if isinstance(kind, dict))
    return any(isinstance(name, str) and name.lower() not in ("emailcontacts", "autorenew") for name in names)


def key_size_impossible(ask: Ask) -> bool:
    """An RSA key is to have a size other than 2048, 3072, 4096."""
    size, kty = _key(ask).get("key_size"), str(_key(ask).get("kty", "RSA"))
    return kty.startswith("RSA") and isinstance(size, int) and size not in RSA_SIZES


def curve_unknown(ask: Ask) -> bool:
    """An EC key is to lie on an unknown curve."""
    curve = _key(ask).get("crv")
    return isinstance(curve, str) and curve not in _CURVES


def key_type_unknown(ask: Ask) -> bool:
    """The key type is none that a certificate can have."""
    kty = _key(ask).get("kty")
    return isinstance(kty, str) and kty not in _KEY_TYPES


def hsm_key_exportable(ask: Ask) -> bool:
    """A key of an HSM is to be exportable."""
    return str(_key(ask).get("kty", "")).endswith("-HSM") and _key(ask).get("exportable") is True


def subject_malformed(ask: Ask) -> bool:
    """The subject is no X.500 distinguished name."""
    subject = _x509(ask).get("subject")
    return isinstance(subject, str) and subject != "" and not _RDN.fullmatch(subject)


def subject_doubtful(ask: Ask) -> bool:
    """The subject may be no distinguished name: a comma that is not quoted, an attribute without an agreed name."""
    subject = _x509(ask).get("subject")
    return isinstance(subject, str) and not subject_malformed(ask) and names_in(subject) is None


def purposes_doubtful(ask: Ask) -> bool:
    """An extended key usage is no object identifier."""
    ekus = _x509(ask).get("ekus")
    return isinstance(ekus, list) and any(not _OID.fullmatch(str(eku)) for eku in ekus)


def names_doubtful(ask: Ask) -> bool:
    """An alternative name may not be one: empty, not in ASCII, or no address."""
    sans = _x509(ask).get("sans")
    lists = sans.items() if isinstance(sans, dict) else ()
    return any(
        not _NAMES[kind].fullmatch(str(name))
        for kind, names in lists
        if kind in _NAMES and isinstance(names, list)
        for name in names
    )


def subject_too_long(ask: Ask) -> bool:
    """The subject has more than 200 characters."""
    subject = _x509(ask).get("subject")
    return isinstance(subject, str) and len(subject) > LONGEST_SUBJECT


def usage_unknown(ask: Ask) -> bool:
    """A key usage is none of the nine."""
    usages = _x509(ask).get("key_usage")
    return isinstance(usages, list) and any(str(usage).lower() not in _USAGES for usage in usages)


def password_too_long(ask: Ask) -> bool:
    """The password has more than 200 characters."""
    password = ask.body.get("pwd")
    return isinstance(password, str) and len(password) > LONGEST_PASSWORD


def value_missing(ask: Ask) -> bool:
    """The body has no value."""
    return not isinstance(ask.body.get("value"), str)


def private_key_missing(ask: Ask) -> bool:
    """A PEM without a private key, or with one that is not in PKCS#8."""
    value = ask.body.get("value")
    if not isinstance(value, str) or "-----BEGIN" not in value:
        return False
    return _PEM_KEY not in value or "RSA PRIVATE KEY" in value or "EC PRIVATE KEY" in value


def lines_end_wrong(ask: Ask) -> bool:
    """A PEM whose lines end in a carriage return."""
    value = ask.body.get("value")
    return isinstance(value, str) and "-----BEGIN" in value and "\r" in value


def content_type_not_of_file(ask: Ask) -> bool:
    """A PEM is imported with a policy whose content type is not that of PEM."""
    value = ask.body.get("value")
    pem = isinstance(value, str) and "-----BEGIN" in value
    return pem and _part(ask, "secret_props").get("contentType") != "application/x-pem-file"


def chain_missing(ask: Ask) -> bool:
    """The body has no x5c, or one that is no list of texts."""
    chain = ask.body.get("x5c")
    return not isinstance(chain, list) or not chain or not all(isinstance(link, str) for link in chain)


def flag_missing(ask: Ask) -> bool:
    """The body does not say whether cancellation is requested."""
    return not isinstance(ask.body.get("cancellation_requested"), bool)


def provider_missing(ask: Ask) -> bool:
    """The issuer has no provider."""
    return not isinstance(ask.body.get("provider"), str)


def issuer_name_reserved(ask: Ask) -> bool:
    """The issuer is to be called like one of the reserved names."""
    return ask.name in ("self", "unknown")


def organization_missing(ask: Ask) -> bool:
    """An issuer of DigiCert has no organization id."""
    details = ask.body.get("org_details")
    return ask.body.get("provider") == "DigiCert" and not (isinstance(details, dict) and details.get("id"))


def too_many_tags(ask: Ask) -> bool:
    """More than 15 tags."""
    return ask.tags is not None and len(ask.tags) > MOST_TAGS


def content_type_unknown(ask: Ask) -> bool:
    """The content type of the secret is neither PFX nor PEM."""
    content_type = _part(ask, "secret_props").get("contentType")
    return isinstance(content_type, str) and content_type not in ("application/x-pkcs12", "application/x-pem-file")


_TYPES: Final[tuple[tuple[str, str, type], ...]] = (
    ("key_props", "kty", str), ("key_props", "key_size", int), ("key_props", "crv", str),
    ("key_props", "exportable", bool), ("key_props", "reuse_key", bool),
    ("secret_props", "contentType", str),
    ("x509_props", "subject", str), ("x509_props", "sans", dict), ("x509_props", "ekus", list),
    ("x509_props", "key_usage", list), ("x509_props", "validity_months", int), ("x509_props", "basic_constraints", dict),
    ("issuer", "name", str), ("issuer", "cty", str), ("issuer", "cert_transparency", bool),
    ("attributes", "enabled", bool),
)  # fmt: skip


_PARTS: Final = frozenset(part for part, _, _ in _TYPES)


def _mistyped(value: Any, kind: type) -> bool:
    return value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool)))


def policy_mistyped(ask: Ask) -> bool:
    """A member of the policy is not of its type."""
    sans, basic = _x509(ask).get("sans"), _x509(ask).get("basic_constraints")
    return (
        any(_mistyped(ask.policy.get(part), dict) for part in _PARTS)
        or _mistyped(ask.policy.get("lifetime_actions"), list)
        or any(_mistyped(_part(ask, part).get(name), kind) for part, name, kind in _TYPES)
        or (isinstance(sans, dict) and any(_mistyped(names, list) for names in sans.values()))
        or (isinstance(basic, dict) and _mistyped(basic.get("ca"), bool))
    )


def size_not_of_curve(ask: Ask) -> bool:
    """An EC key is to have another size than its curve."""
    size, curve = _key(ask).get("key_size"), _key(ask).get("crv")
    return size is not None and isinstance(curve, str) and _CURVES.get(curve, size) != size


def subject_empty(ask: Ask) -> bool:
    """The subject is empty, and no alternative name stands in for it."""
    return _x509(ask).get("subject") == "" and not _x509(ask).get("sans")


def key_or_subject_impossible(ask: Ask) -> bool:
    """What a create would or might be refused for; whether anything but a create or a change of policy is, no document says."""
    return any(broken(ask) for broken in _IMPOSSIBLE)


_IMPOSSIBLE: Final = (
    key_size_impossible, curve_unknown, key_type_unknown, hsm_key_exportable, subject_malformed, usage_unknown, content_type_unknown,
    subject_too_long, subject_doubtful, purposes_doubtful, names_doubtful, size_not_of_curve, subject_empty,
)  # fmt: skip
_POLICY: Final = (Op.CREATE, Op.IMPORT, Op.UPDATE, Op.UPDATE_POLICY)
_MADE: Final = (Op.CREATE, Op.UPDATE_POLICY)
_NAMED: Final = tuple(
    op
    for op in Op
    if op not in (Op.LIST, Op.LIST_DELETED, Op.LIST_ISSUERS, Op.RESTORE, Op.SET_CONTACTS, Op.GET_CONTACTS)
)
_BAD: Final = refuses(400, "BadParameter")
_REFUSED: Final = FAILS


def _constraint(
    rule: str, operations: tuple[Op, ...], broken: Any, reply: Reply, grade: Grade, because: str, *, strict: bool = True
) -> Constraint:
    return Constraint(rule, operations, broken, reply, grade, tuple(because.split()), strict)


# fmt: off
CONSTRAINTS: Final = (
    #           rule       operations                broken                     reply     grade because
    _constraint("ASKS-01", (Op.CREATE, Op.IMPORT),   name_malformed,            _REFUSED, DOC, "KVC-NAM-001 KVC-NAM-002"),
    _constraint("ASKS-02", tuple(Op),                api_version_missing,       _REFUSED, DOC, "KVC-ERR-003 S-32"),
    _constraint("ASKS-03", (Op.LIST, Op.LIST_VERSIONS, Op.LIST_DELETED, Op.LIST_ISSUERS), page_size_impossible,      _REFUSED, DOC, "KVC-LST-002"),
    _constraint("ASKS-04", _POLICY,                  validity_negative,         _REFUSED, DOC, "KVC-POL-005"),
    _constraint("ASKS-05", _POLICY,                  percentage_impossible,     _REFUSED, DOC, "KVC-POL-006"),
    _constraint("ASKS-06", _POLICY,                  days_beyond_validity,      _REFUSED, DOC, "KVC-POL-007", strict=False),
    _constraint("ASKS-07", _POLICY,                  action_unknown,            _REFUSED, DOC, "KVC-POL-008"),
    _constraint("ASKS-08", _MADE,                    key_size_impossible,       _REFUSED, DOC, "KVC-POL-010"),
    _constraint("ASKS-09", _MADE,                    curve_unknown,             _REFUSED, DOC, "KVC-POL-011"),
    _constraint("ASKS-10", _MADE,                    key_type_unknown,          _REFUSED, DOC, "KVC-POL-032 C-16"),
    _constraint("ASKS-11", _MADE,                    hsm_key_exportable,        _REFUSED, ASM, "KVC-OBJ-009 S-56", strict=False),
    _constraint("ASKS-12", _MADE,                    subject_malformed,         _BAD,     OBS, "KVC-POL-014 N-6 F-11"),
    _constraint("ASKS-13", _MADE,                    subject_too_long,          _REFUSED, DOC, "KVC-LIM-001 KVC-ERR-016"),
    _constraint("ASKS-14", _MADE,                    usage_unknown,             _REFUSED, DOC, "KVC-POL-017 F-11"),
    _constraint("ASKS-15", (Op.IMPORT,),             password_too_long,         _REFUSED, DOC, "KVC-LIM-002 KVC-ERR-016"),
    _constraint("ASKS-16", (Op.IMPORT,),             value_missing,             _REFUSED, DOC, "KVC-IMP-032"),
    _constraint("ASKS-17", (Op.IMPORT,),             private_key_missing,       _REFUSED, DOC, "KVC-IMP-003 KVC-IMP-004 KVC-IMP-005 KVC-IMP-006"),
    _constraint("ASKS-18", (Op.IMPORT,),             lines_end_wrong,           _REFUSED, DOC, "KVC-IMP-010", strict=False),
    _constraint("ASKS-19", (Op.IMPORT,),             content_type_not_of_file,  _REFUSED, ASM, "F-22 S-10", strict=False),
    _constraint("ASKS-20", (Op.MERGE,),              chain_missing,             _REFUSED, DOC, "KVC-MRG-003 KVC-MRG-004"),
    _constraint("ASKS-21", (Op.RESTORE,),            value_missing,             _REFUSED, DOC, "KVC-BAK-003"),
    _constraint("ASKS-22", (Op.CANCEL,),             flag_missing,              _REFUSED, DOC, "KVC-OPR-014"),
    _constraint("ASKS-23", (Op.SET_ISSUER,),         provider_missing,          _REFUSED, DOC, "KVC-ISS-002"),
    _constraint("ASKS-24", (Op.SET_ISSUER, Op.UPDATE_ISSUER), issuer_name_reserved,      _REFUSED, ASM, "S-20", strict=False),
    _constraint("ASKS-25", (Op.SET_ISSUER,),         organization_missing,      _BAD,     ASM, "KVC-ISS-013 F-12", strict=False),
    _constraint("ASKS-26", (Op.CREATE, Op.IMPORT, Op.UPDATE, Op.MERGE), too_many_tags,             _REFUSED, DOC, "KVC-LIM-010 S-34", strict=False),
    _constraint("ASKS-27", _NAMED,                   named_badly,               _BAD,     ASM, "KVC-NAM-002 S-32", strict=False),
    _constraint("ASKS-28", (*_POLICY, Op.MERGE),     dates_sent,                _REFUSED, DOC, "KVC-ATT-003 C-02", strict=False),
    _constraint("ASKS-29", tuple(Op),                api_version_unknown,       _REFUSED, DOC, "KVC-ERR-003 S-32", strict=False),
    _constraint("ASKS-30", _POLICY,                  actions_doubtful,          _REFUSED, ASM, "S-14 S-16", strict=False),
    _constraint("ASKS-31", _POLICY,                  validity_doubtful,         _REFUSED, ASM, "S-15", strict=False),
    _constraint("ASKS-32", (Op.SET_CONTACTS,),       contact_malformed,         _REFUSED, ASM, "S-35", strict=False),
    _constraint("ASKS-33", (Op.SET_ISSUER, Op.UPDATE_ISSUER), issuer_doubtful,           _REFUSED, ASM, "KVC-ISS-013 S-20", strict=False),
    _constraint("ASKS-34", _MADE,                    subject_doubtful,          _REFUSED, DOC, "KVC-POL-014 KVC-POL-015", strict=False),
    _constraint("ASKS-35", _MADE,                    purposes_doubtful,         _REFUSED, DOC, "KVC-POL-017", strict=False),
    _constraint("ASKS-36", _MADE,                    names_doubtful,            _REFUSED, DOC, "KVC-POL-016", strict=False),
    _constraint("ASKS-37", _MADE,                    content_type_unknown,      _REFUSED, DOC, "KVC-POL-013 KVC-LIM-009"),
    _constraint("ASKS-38", _POLICY,                  policy_mistyped,           _REFUSED, DOC, "KVC-ERR-014", strict=False),
    _constraint("ASKS-39", _MADE,                    size_not_of_curve,         _REFUSED, DOC, "KVC-POL-011", strict=False),
    _constraint("ASKS-40", _MADE,                    subject_empty,             _REFUSED, DOC, "KVC-POL-014", strict=False),
    _constraint("ASKS-41", (Op.IMPORT, Op.UPDATE),   key_or_subject_impossible, _REFUSED, DOC, "KVC-ERR-014 C-08 N-6 P-35", strict=False),
)
# fmt: on


def broken_by(ask: Ask, profile: Profile) -> list[Constraint]:
    """The constraints that a request breaks, as the profile believes them: what was observed drives out the rest."""
    broken = [constraint for constraint in _BY_OPERATION[ask.operation] if constraint.broken(ask)]
    observed = [constraint for constraint in broken if constraint.grade is OBS]
    return observed if observed and profile is not Profile.DOCUMENTATION else broken


_BY_OPERATION: Final = {
    operation: tuple(constraint for constraint in CONSTRAINTS if operation in constraint.operations) for operation in Op
}
