"""What X.509 content must be: a row for every way in which a certificate, a request or a secret hangs together.

How to read a row. In a body of one of the `views`, `holds` must be so, `when` the condition holds. The rows are run like
those of answers.RELATIONS; where a part could not be read, or nobody knows which policy a version was made by, they hold.

What a version was made by is the certificate request (CSR), and the request by the policy at the moment of its making.
So a request is held against the policy in the answer to the create request alone, and a certificate against its
request; against the policy only where the request is not there to be read, and the policy was not written since. A
certificate of the vault's own making may follow either, because no source says which one counts after a policy is
patched while the operation runs. What an issuer or the caller signed may differ in all but the key (KVC-CRE-045, P-46).

Not here: how content is read (adapters), the other answer rules (answers).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from certlife.model import conditions as c
from certlife.model.known import ABSENT, CLOCK_SLACK_S, Doc, Making
from certlife.model.relations import months_later
from certlife.model.rows import Condition, Relation
from certlife.model.vocabulary import Grade, Operation, OperationState, View
from certlife.model.x509 import UNREAD_KEY, SecretFacts, X509Facts, curve_named, names_in, plain_certificate, web_key

if TYPE_CHECKING:
    from certlife.model.look import Look

Members: TypeAlias = Mapping[str, Any]

_BY_REQUEST: Final = (Making.SELF_SIGNED, Making.ORDERED, Making.MERGED)
_SPELLED: Final = {"C", "CN", "E", "L", "O", "OU", "S"}
"""The attributes of distinguished names that were seen in the service's spelling."""
_QUOTED: Final = {'"', "+"}
_NEW_KINDS: Final = ("uris", "ipAddresses")
"""The kinds of alternative name that api-versions before 2025-06-01-preview do not show (KVC-POL-016)."""
_SHA256_RSA: Final = "1.2.840.113549.1.1.11"
_EXPONENT: Final = "10001"
_KEY_USAGE, _NAMES, _CONSTRAINTS, _PURPOSES = "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"
_AUTHORITY_KEY, _SUBJECT_KEY = "2.5.29.35", "2.5.29.14"
_OF_CERTIFICATES: Final = (
    (_KEY_USAGE, True), (_CONSTRAINTS, False), (_PURPOSES, False),
    (_NAMES, False), (_AUTHORITY_KEY, False), (_SUBJECT_KEY, False),
)  # fmt: skip
_OF_REQUESTS: Final = ((_KEY_USAGE, True), (_PURPOSES, False), (_NAMES, False), (_CONSTRAINTS, False))


# --- what is there to be looked at


def _read(look: Look) -> X509Facts | None:
    return look.x509


def _request(look: Look) -> X509Facts | None:
    """The request by which the version shown was made, or that of the operation shown."""
    return look.csr


def _former(look: Look) -> X509Facts | None:
    """The certificate of the version that was the current one before the operation."""
    return look.former


def _file(look: Look) -> SecretFacts | None:
    """What the secret shown holds, or the file that an import request brought."""
    return look.secret


def _members(document: object) -> Members | None:
    return document.value if isinstance(document, Doc) and isinstance(document.value, dict) else None


def _policy(look: Look) -> Members:
    """The policy as it is known now; of an operation just begun it is the one in force."""
    policy = look.known.policy
    return (_members(policy.members) if policy is not None else None) or {}


def _policy_of_version(look: Look) -> Members | None:
    """The policy that the version shown was made by; None where that is not certain."""
    own = _members(look.version.policy) if look.version is not None else None
    if own is not None:
        return own
    policy, shown = look.known.policy, look.member("policy")
    if not _not_written_since(look) or policy is None:
        return None
    if isinstance(shown, dict):
        return shown
    return _members(policy.members) if policy.seen else None


def _not_written_since(look: Look) -> bool:
    """Whether the only version there is was made by an operation, and nobody wrote the policy after its begin."""
    pending, known = look.known.pending, look.known
    if len(known.versions) != 1 or pending is None or look.joint.operation is not OperationState.COMPLETED:
        return False
    written, made, started = look.slot("policy.updated"), look.slot("version.created"), pending.started
    if not (isinstance(written, int) and isinstance(made, int) and isinstance(started, int)):
        return False
    return written < made and written <= started + CLOCK_SLACK_S


def _member(document: object, *path: str) -> object:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


# --- what a policy wants, comparable with what X.509 content says; None: nothing, or nothing clear


def _subject_wanted(policy: Members) -> object:
    subject = _member(policy, "x509_props", "subject")
    return names_in(subject) if isinstance(subject, str) else None


def _names_wanted(policy: Members) -> object:
    props = _member(policy, "x509_props")
    sans = _member(props, "sans") or {}
    if not isinstance(props, dict) or not isinstance(sans, dict):
        return None
    listed = [(kind, name) for kind, names in sans.items() for name in (names if isinstance(names, list) else ())]
    if not all(isinstance(name, str) and name.isascii() and not name.startswith("<") for _, name in listed):
        return None
    return frozenset((kind, _name(kind, name)) for kind, name in listed)


def _name(kind: str, name: str) -> str:
    if kind != "ipAddresses":
        return name.lower()
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def _purposes_wanted(policy: Members) -> object:
    return _listed(_member(policy, "x509_props", "ekus")) or None


def _usages_wanted(policy: Members) -> object:
    usages = _listed(_member(policy, "x509_props", "key_usage"))
    return frozenset(usage.lower() for usage in usages) if usages else None


def _listed(value: object) -> frozenset[str] | None:
    return frozenset(map(str, value)) if isinstance(value, list) else None


def _ca_wanted(policy: Members) -> object:
    ca = _member(policy, "x509_props", "basic_constraints", "ca")
    return ca if isinstance(ca, bool) else None


# --- the same of a certificate or a request: made once, because the same ones are looked at again and again


@lru_cache(maxsize=1024)
def _names_of(names: tuple[tuple[str, str], ...]) -> frozenset[tuple[str, str]]:
    return frozenset((kind, _name(kind, name)) for kind, name in names)


@lru_cache(maxsize=1024)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


def _subject_shown(facts: X509Facts) -> object:
    return None if facts.subject is None else names_in(facts.subject)


def _names_shown(facts: X509Facts) -> object:
    return None if facts.names is None else _names_of(facts.names)


def _purposes_shown(facts: X509Facts) -> object:
    return None if facts.ekus is None else _folded(facts.ekus)


def _usages_shown(facts: X509Facts) -> object:
    return None if facts.key_usage is None else _folded(facts.key_usage)


def _ca_shown(facts: X509Facts) -> object:
    return None if facts.extensions is None else facts.ca is True


# --- how they are compared


def _of_policy(look: Look, wanted: Callable[[Members], object], shown: Callable[[X509Facts], object]) -> bool:
    """Whether the request shows what the policy in force wants."""
    request = _request(look)
    want, have = wanted(_policy(look)), None if request is None else shown(request)
    return want is None or have is None or have == want


def _of_origin(look: Look, wanted: Callable[[Members], object], shown: Callable[[X509Facts], object]) -> bool:
    """Whether the certificate shows what its request shows or its policy wants; of those that are known."""
    certificate, request = _read(look), _request(look)
    have = None if certificate is None else shown(certificate)
    asked = None if request is None else shown(request)
    if have is None or have == asked:
        return True
    policy = _policy_of_version(look)
    if asked is None and policy is None:
        return True
    known = (asked, wanted(policy if policy is not None else _policy(look)))
    return have in known or known == (None, None)


def _kind_fits(facts: X509Facts, props: object) -> bool:
    """Whether a key is of the type, size and curve that key_props name."""
    return _type_fits(facts, props) and _size_fits(facts, props) and _curve_fits(facts, props)


def _type_fits(facts: X509Facts, props: object) -> bool:
    kty = _member(props, "kty")
    return facts.key_type == UNREAD_KEY or not isinstance(kty, str) or kty.removesuffix("-HSM") == facts.key_type


def _size_fits(facts: X509Facts, props: object) -> bool:
    size = _member(props, "key_size")
    return facts.key_type != "RSA" or not isinstance(size, int) or size == facts.key_size


def _curve_fits(facts: X509Facts, props: object) -> bool:
    curve = _member(props, "crv")
    return facts.key_type != "EC" or not isinstance(curve, str) or curve_named(curve) == facts.curve


# --- when


def parts_shown(look: Look) -> bool:
    """A certificate is there to be read, and some of its parts stand beside it, as in api-version 7.2."""
    return _read(look) is not None and look.member("serialnumber") is not ABSENT


def self_signed(look: Look) -> bool:
    """A version that the vault signed itself is there to be read."""
    return _read(look) is not None and look.version is not None and look.version.making is Making.SELF_SIGNED


def self_signed_from_source(look: Look) -> bool:
    """The same, and the request or the policy that it was made by is known."""
    return self_signed(look) and (_request(look) is not None or _policy_of_version(look) is not None)


def made_by_request(look: Look) -> bool:
    """A version and the request that it was made by are there to be read."""
    made = look.version is not None and look.version.making in _BY_REQUEST
    return made and _read(look) is not None and _request(look) is not None


def made_by_policy(look: Look) -> bool:
    """A version is there to be read, and the policy that it was made by is known."""
    made = look.version is not None and look.version.making in _BY_REQUEST
    return made and _read(look) is not None and _policy_of_version(look) is not None


def importing(look: Look) -> bool:
    """The answer is that of an import, and the certificate is there to be read."""
    return look.ask.operation is Operation.IMPORT and _read(look) is not None


def importing_file(look: Look) -> bool:
    """The same, and the file that was sent could be read."""
    return importing(look) and _file(look) is not None


def request_read(look: Look) -> bool:
    """The request of the operation shown is there to be read."""
    return _request(look) is not None


def request_made(look: Look) -> bool:
    """The request has just been made."""
    return look.ask.operation is Operation.CREATE and _request(look) is not None


def _chosen(path: str) -> Condition:
    """The request has just been made, and what the policy says at the path was given, or seen before."""
    given, keys = c.given(path), path.split(".")

    def chosen(look: Look) -> bool:
        if not request_made(look):
            return False
        return c.policy_seen(look) or (given(look) and _member(_policy(look), *keys) is not None)

    return chosen


def _filled(path: str) -> Condition:
    """The request has just been made, and what the policy says at the path was left to the service."""
    left = c.filled(path)

    def filled(look: Look) -> bool:
        return request_made(look) and bool(look.ask.policy) and left(look)

    return filled


def _renewed(path: str, decided: Callable[[str], Condition]) -> Condition:
    """As `decided` says of the path, and the certificate before the request is there to be read."""
    condition = decided(path)

    def renewed(look: Look) -> bool:
        return _former(look) is not None and condition(look)

    return renewed


def key_read(look: Look) -> bool:
    """The certificate of the key shown is there to be read."""
    return _read(look) is not None


def secret_read(look: Look) -> bool:
    """The value of the secret shown could be read."""
    return _file(look) is not None


def secret_of_policy(look: Look) -> bool:
    """The same, and the policy that its version was made by is known."""
    return secret_read(look) and _policy_of_version(look) is not None


# --- every certificate


def nbf_is_not_before(look: Look) -> bool:
    """attributes.nbf is the certificate's notBefore."""
    facts, nbf = _read(look), look.member("attributes", "nbf")
    return facts is None or facts.nbf is None or not isinstance(nbf, int) or nbf == facts.nbf


def exp_is_not_after(look: Look) -> bool:
    """attributes.exp is the certificate's notAfter."""
    facts, exp = _read(look), look.member("attributes", "exp")
    return facts is None or facts.exp is None or not isinstance(exp, int) or exp == facts.exp


def parts_are_of_certificate(look: Look) -> bool:
    """The subject, issuer and serialnumber shown beside a certificate are its own."""
    facts = _read(look)
    if facts is None:
        return True
    pairs = [(look.member("subject"), facts.subject), (look.member("issuer"), facts.issuer)]
    named = all(_same_name(shown, own) for shown, own in pairs if isinstance(shown, str) and own is not None)
    number = look.member("serialnumber")
    own = facts.serial if facts.serial is not None and facts.serial > 0 else None
    return named and (own is None or not isinstance(number, str) or number.upper().lstrip("0") == f"{own:X}")


def _same_name(first: str, second: str) -> bool:
    names = names_in(first), names_in(second)
    return None in names or names[0] == names[1]


# --- a certificate and what it was made by


def key_is_of_request(look: Look) -> bool:
    """The certificate has the key of the CSR that it was made by."""
    facts, request = _read(look), _request(look)
    return facts is None or request is None or facts.key == request.key


def key_kind_is_of_policy(look: Look) -> bool:
    """The certificate's key has the type, size and curve that its policy names."""
    facts, request, policy = _read(look), _request(look), _policy_of_version(look)
    if facts is None or policy is None or (request is not None and request.key == facts.key):
        return True
    return _kind_fits(facts, policy.get("key_props"))


def issued_by_itself(look: Look) -> bool:
    """A self-signed certificate names itself as its issuer."""
    facts = _read(look)
    return facts is None or facts.subject is None or facts.issuer is None or facts.subject == facts.issuer


def signed_by_itself(look: Look) -> bool:
    """A self-signed certificate's signature verifies with its own key."""
    facts = _read(look)
    return facts is None or facts.self_signed is not False


def subject_is_of_source(look: Look) -> bool:
    """A self-signed certificate has the subject that its policy names."""
    return _of_origin(look, _subject_wanted, _subject_shown)


def names_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the alternative names that its policy lists, and no others."""
    return _of_origin(look, _names_wanted, _names_shown)


def purposes_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the extended key usages that its policy lists, and no others."""
    return _of_origin(look, _purposes_wanted, _purposes_shown)


def usages_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the key usages that its policy lists, and no others."""
    return _of_origin(look, _usages_wanted, _usages_shown)


def ca_is_of_source(look: Look) -> bool:
    """A self-signed certificate is a CA only if its policy says so."""
    return _of_origin(look, _ca_wanted, _ca_shown)


def version_is_three(look: Look) -> bool:
    """A self-signed certificate is of X.509 version 3."""
    facts = _read(look)
    return facts is None or facts.version == 3


def signed_with_sha256(look: Look) -> bool:
    """A self-signed certificate with an RSA key of 2048 bits is signed by SHA-256 with RSA."""
    return _sha256(_read(look))


def extensions_in_order(look: Look) -> bool:
    """A self-signed certificate's extensions are those the service writes, in its order and with its criticality."""
    return _in_order(_read(look), _OF_CERTIFICATES)


def key_identifiers_fit(look: Look) -> bool:
    """A self-signed certificate's key identifiers are both the SHA-1 of its key."""
    facts = _read(look)
    if facts is None or facts.extensions is None:
        return True
    return facts.key_sha1 == facts.subject_key_id == facts.authority_key_id


def serial_is_random_uuid(look: Look) -> bool:
    """A self-signed certificate's serial number is a random UUID, positive and of 16 bytes."""
    facts = _read(look)
    if facts is None or facts.serial is None:
        return True
    return 0 < facts.serial < 1 << 127 and facts.serial >> 76 & 0xF == 4 and facts.serial >> 62 & 3 == 2


def _sha256(facts: X509Facts | None) -> bool:
    if facts is None or facts.signature is None or (facts.key_type, facts.key_size) != ("RSA", 2048):
        return True
    return facts.signature == _SHA256_RSA


def _in_order(facts: X509Facts | None, order: tuple[tuple[str, bool], ...]) -> bool:
    left = iter(order)
    return facts is None or facts.extensions is None or all(extension in left for extension in facts.extensions)


# --- a certificate and where it came from


def merged_certificate_was_sent(look: Look) -> bool:
    """The cer shown is one of the certificates that the merge request brought."""
    cer, chain = look.member("cer"), look.ask.body.get("x5c")
    if not isinstance(cer, str) or not isinstance(chain, list) or cer.startswith("<"):
        return True
    links = [plain_certificate(link) if isinstance(link, str) else None for link in chain]
    return None in links or cer in links


def imported_certificate_was_sent(look: Look) -> bool:
    """The cer shown is the certificate of the file that was imported."""
    facts, file = _read(look), _file(look)
    if facts is None or file is None or not file.certificates:
        return True
    return any(facts.thumbprint == sent.thumbprint for sent in file.certificates)


def subject_from_file(look: Look) -> bool:
    """After an import the policy's subject is the certificate's."""
    facts, want = _read(look), _subject_wanted(_shown_policy(look))
    have = None if facts is None else _subject_shown(facts)
    return want is None or have is None or have == want


def subject_spelled_as_the_service_does(look: Look) -> bool:
    """After an import the policy's subject is written from the last part to the first, with S for the state."""
    facts, shown = _read(look), _member(_shown_policy(look), "x509_props", "subject")
    names = None if facts is None or facts.subject is None else names_in(facts.subject)
    if facts is None or not isinstance(shown, str) or names is None or not {kind for kind, _ in names} <= _SPELLED:
        return True
    return shown == facts.subject or bool(_QUOTED & set(str(facts.subject)))


def names_from_file(look: Look) -> bool:
    """After an import the policy's alternative names are the certificate's."""
    facts, policy = _read(look), _shown_policy(look)
    wanted, sans = _names_wanted(policy), _member(policy, "x509_props", "sans")
    if facts is None or facts.names is None or not isinstance(wanted, frozenset):
        return True
    kinds = {"emails", "dns_names", "upns", *(kind for kind in _NEW_KINDS if _member(sans, kind) is not None)}
    return wanted == {(kind, _name(kind, name)) for kind, name in facts.names if kind in kinds}


def purposes_from_file(look: Look) -> bool:
    """After an import the policy's extended key usages are the certificate's."""
    facts, shown = _read(look), _listed(_member(_shown_policy(look), "x509_props", "ekus"))
    return facts is None or facts.ekus is None or shown is None or shown == frozenset(facts.ekus)


def usages_from_file(look: Look) -> bool:
    """After an import the policy's key usages are the certificate's."""
    facts, shown = _read(look), _listed(_member(_shown_policy(look), "x509_props", "key_usage"))
    return facts is None or facts.key_usage is None or shown is None or shown == frozenset(facts.key_usage)


def ca_from_file(look: Look) -> bool:
    """After an import the policy says of a CA certificate, and of no other, that it is one."""
    facts, shown = _read(look), _ca_wanted(_shown_policy(look))
    return facts is None or shown is None or _ca_shown(facts) in (None, shown)


def months_from_file(look: Look) -> bool:
    """After an import the policy's validity_months are the certificate's, rounded up."""
    facts, months = _read(look), _member(_shown_policy(look), "x509_props", "validity_months")
    if facts is None or facts.nbf is None or facts.exp is None or not isinstance(months, int):
        return True
    return months_later(facts.nbf, months - 1) - 1 < facts.exp <= months_later(facts.nbf, months) + 1


def key_kind_from_file(look: Look) -> bool:
    """After an import the policy's key type, size and curve are those of the certificate's key."""
    facts = _read(look)
    return facts is None or _kind_fits(facts, _shown_policy(look).get("key_props"))


def _shown_policy(look: Look) -> Members:
    shown = look.member("policy")
    return shown if isinstance(shown, dict) else {}


# --- requests


def request_signed_by_itself(look: Look) -> bool:
    """The CSR's signature verifies with its own key."""
    request = _request(look)
    return request is None or request.self_signed is not False


def request_has_key_type(look: Look) -> bool:
    """The CSR's key has the type that the policy names."""
    request = _request(look)
    return request is None or _type_fits(request, _policy(look).get("key_props"))


def request_has_key_size(look: Look) -> bool:
    """The CSR's RSA key has the size that the policy names."""
    request = _request(look)
    return request is None or _size_fits(request, _policy(look).get("key_props"))


def request_has_curve(look: Look) -> bool:
    """The CSR's EC key has the curve that the policy names."""
    request = _request(look)
    return request is None or _curve_fits(request, _policy(look).get("key_props"))


def request_names_subject(look: Look) -> bool:
    """The CSR has the subject that the policy names."""
    return _of_policy(look, _subject_wanted, _subject_shown)


def request_lists_names(look: Look) -> bool:
    """The CSR asks for the alternative names that the policy lists, and no others."""
    return _of_policy(look, _names_wanted, _names_shown)


def request_lists_purposes(look: Look) -> bool:
    """The CSR asks for the extended key usages that the policy lists, and no others."""
    return _of_policy(look, _purposes_wanted, _purposes_shown)


def request_lists_usages(look: Look) -> bool:
    """The CSR asks for the key usages that the policy lists, and no others."""
    return _of_policy(look, _usages_wanted, _usages_shown)


def request_in_order(look: Look) -> bool:
    """The CSR's extensions are those the service writes, in its order and with its criticality."""
    return _in_order(_request(look), _OF_REQUESTS)


def request_for_no_ca(look: Look) -> bool:
    """The CSR asks for a CA certificate only if the policy says so."""
    request = _request(look)
    return request is None or request.ca is not True or _ca_wanted(_policy(look)) is True


def request_in_service_form(look: Look) -> bool:
    """The CSR of an RSA key of 2048 bits has the exponent 65537, and is signed by SHA-256 with RSA."""
    request = _request(look)
    return request is None or (_sha256(request) and (request.key_type != "RSA" or request.key.split()[1] == _EXPONENT))


def key_reused_as_wished(look: Look) -> bool:
    """A new version has the key of the one before it exactly if the policy says reuse_key."""
    request, former, props = _request(look), _former(look), _policy(look).get("key_props")
    wish = _member(props, "reuse_key")
    if request is None or former is None or not isinstance(wish, bool) or not _kind_fits(former, props):
        return True
    return (request.key == former.key) == wish


# --- the linked key and secret


def linked_key_is_of_certificate(look: Look) -> bool:
    """The linked key is the one in the certificate."""
    facts, key = _read(look), look.member("key")
    shown = web_key(key) if isinstance(key, dict) else None
    return facts is None or shown is None or facts.key == shown


def secret_has_its_form(look: Look) -> bool:
    """The secret's value has the form that its contentType names."""
    file, named = _file(look), look.member("contentType")
    return file is None or named is ABSENT or file.content_type == named


def secret_holds_certificate(look: Look) -> bool:
    """The secret's value holds the certificate of its version."""
    file, x5t = _file(look), look.slot("version.x5t")
    if file is None or not file.certificates or not isinstance(x5t, str) or x5t.startswith("<"):
        return True
    return any(facts.thumbprint == x5t for facts in file.certificates)


def secret_holds_key_if_exportable(look: Look) -> bool:
    """The secret's value holds the private key exactly if the policy says exportable."""
    file, exportable = _file(look), _member(_policy_of_version(look), "key_props", "exportable")
    return file is None or not isinstance(exportable, bool) or (file.private_key is not None) == exportable


def secret_key_is_of_certificate(look: Look) -> bool:
    """The private key in the secret's value is the certificate's."""
    file, facts = _file(look), _read(look)
    if file is None or file.private_key in (None, UNREAD_KEY):
        return True
    keys = {facts.key} if facts is not None else {certificate.key for certificate in file.certificates}
    return not keys or file.private_key in keys


def secret_has_no_password(look: Look) -> bool:
    """The secret's value opens without a password."""
    file = _file(look)
    return file is None or not file.locked


# --- the table

DOC, OBS = Grade.DOCUMENTED, Grade.OBSERVED
BUNDLES: Final = (View.BUNDLE, View.DELETED_BUNDLE, View.VERSION, View.UPDATED_VERSION)
BUNDLE: Final = (View.BUNDLE,)
OPERATION: Final = (View.OPERATION,)


def _relation(
    rule: str, views: tuple[View, ...], holds: Condition, when: Condition, grade: Grade, because: str
) -> Relation:
    return Relation(rule, views, holds, when, grade, tuple(because.split()))


# fmt: off
X509_RELATIONS: Final[tuple[Relation, ...]] = (
    # every certificate
    #         rule       views       holds                            when                       grade because
    _relation("X509-01", BUNDLES,    nbf_is_not_before,               c.certificate_read,        DOC, "KVC-ATT-003 P-29"),
    _relation("X509-02", BUNDLES,    exp_is_not_after,                c.certificate_read,        DOC, "KVC-ATT-003 P-29"),
    _relation("X509-03", BUNDLES,    parts_are_of_certificate,        parts_shown,               OBS, "N-24"),
    # what was made by a request
    _relation("X509-04", BUNDLES,    key_is_of_request,               made_by_request,           DOC, "KVC-CRE-004 KVC-MRG-005 KVC-MRG-013 P-47 P-86"),
    _relation("X509-05", BUNDLES,    key_kind_is_of_policy,           made_by_policy,            DOC, "KVC-POL-010 KVC-POL-011 KVC-POL-031 N-33 P-90"),
    # what the vault signed itself
    _relation("X509-06", BUNDLES,    issued_by_itself,                self_signed,               DOC, "KVC-CRE-020 P-90"),
    _relation("X509-07", BUNDLES,    signed_by_itself,                self_signed,               DOC, "KVC-CRE-020 P-90"),
    _relation("X509-08", BUNDLES,    subject_is_of_source,            self_signed_from_source,   DOC, "KVC-POL-014 KVC-POL-015 KVC-CRE-009 P-87 P-90"),
    _relation("X509-09", BUNDLES,    names_are_of_source,             self_signed_from_source,   DOC, "KVC-POL-016 P-43 P-91"),
    _relation("X509-10", BUNDLES,    purposes_are_of_source,          self_signed_from_source,   DOC, "KVC-POL-017 P-91"),
    _relation("X509-11", BUNDLES,    usages_are_of_source,            self_signed_from_source,   DOC, "KVC-POL-017 KVC-OBJ-018 P-91 P-95"),
    _relation("X509-12", BUNDLES,    ca_is_of_source,                 self_signed_from_source,   OBS, "P-88 P-91"),
    _relation("X509-13", BUNDLES,    version_is_three,                self_signed,               OBS, "P-90"),
    _relation("X509-14", BUNDLES,    signed_with_sha256,              self_signed,               OBS, "P-90"),
    _relation("X509-15", BUNDLES,    extensions_in_order,             self_signed,               OBS, "P-91"),
    _relation("X509-16", BUNDLES,    key_identifiers_fit,             self_signed,               OBS, "P-91"),
    _relation("X509-17", BUNDLES,    serial_is_random_uuid,           self_signed,               OBS, "P-92"),
    # what was merged or imported
    _relation("X509-20", BUNDLE,     merged_certificate_was_sent,     c.merging,                 OBS, "KVC-MRG-009 N-37 P-45 P-46"),
    _relation("X509-21", BUNDLE,     imported_certificate_was_sent,   importing_file,            DOC, "KVC-OBJ-021 KVC-IMP-012 J-29 P-54"),
    _relation("X509-22", BUNDLE,     subject_from_file,               importing,                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-23", BUNDLE,     subject_spelled_as_the_service_does, importing,             OBS, "N-42 J-30 P-51 P-52"),
    _relation("X509-24", BUNDLE,     names_from_file,                 importing,                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-25", BUNDLE,     purposes_from_file,              importing,                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-26", BUNDLE,     usages_from_file,                importing,                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-27", BUNDLE,     months_from_file,                importing,                 OBS, "N-42 J-30 P-51 P-53"),
    _relation("X509-28", BUNDLE,     ca_from_file,                    importing,                 OBS, "N-42 J-30 P-51"),
    _relation("X509-29", BUNDLE,     key_kind_from_file,              importing,                 DOC, "KVC-IMP-012 N-43 P-50"),
    # requests
    _relation("X509-40", OPERATION,  request_signed_by_itself,        request_read,              OBS, "P-86"),
    _relation("X509-41", OPERATION,  request_in_order,                request_read,              OBS, "P-88"),
    _relation("X509-42", OPERATION,  request_for_no_ca,               request_read,              OBS, "P-88"),
    _relation("X509-43", OPERATION,  request_in_service_form,         request_read,              OBS, "P-86"),
    _relation("X509-44", OPERATION,  request_has_key_type,            _chosen("key_props.kty"),  DOC, "KVC-CRE-004 KVC-POL-031 KVC-POL-032 P-86"),
    _relation("X509-45", OPERATION,  request_has_key_type,            _filled("key_props.kty"),  OBS, "N-29 J-32 P-38 P-86"),
    _relation("X509-46", OPERATION,  request_has_key_size,            _chosen("key_props.key_size"), DOC, "KVC-POL-010 KVC-POL-031 P-86"),
    _relation("X509-47", OPERATION,  request_has_key_size,            _filled("key_props.key_size"), OBS, "N-29 J-32 P-38 P-86"),
    _relation("X509-48", OPERATION,  request_has_curve,               _chosen("key_props.crv"),  DOC, "KVC-POL-011 KVC-POL-031 N-33"),
    _relation("X509-49", OPERATION,  request_names_subject,           _chosen("x509_props.subject"), DOC, "KVC-POL-014 KVC-POL-015 P-87"),
    _relation("X509-50", OPERATION,  request_lists_names,             _chosen("x509_props.sans"), DOC, "KVC-POL-016 P-43 P-88"),
    _relation("X509-51", OPERATION,  request_lists_names,             _filled("x509_props.sans"), OBS, "P-88"),
    _relation("X509-52", OPERATION,  request_lists_purposes,          _chosen("x509_props.ekus"), DOC, "KVC-POL-017 P-88"),
    _relation("X509-53", OPERATION,  request_lists_purposes,          _filled("x509_props.ekus"), OBS, "N-29 J-32 P-38 P-88"),
    _relation("X509-54", OPERATION,  request_lists_usages,            _chosen("x509_props.key_usage"), DOC, "KVC-POL-017 P-88 P-95"),
    _relation("X509-55", OPERATION,  request_lists_usages,            _filled("x509_props.key_usage"), DOC, "KVC-OBJ-018 N-29 J-32 P-38 P-89"),
    _relation("X509-56", OPERATION,  key_reused_as_wished,            _renewed("key_props.reuse_key", _chosen), DOC, "KVC-POL-012"),
    _relation("X509-57", OPERATION,  key_reused_as_wished,            _renewed("key_props.reuse_key", _filled), OBS, "N-29 J-32 P-38 F-24"),
    # the linked key and secret
    _relation("X509-60", (View.KEY,), linked_key_is_of_certificate,   key_read,                  DOC, "KVC-OBJ-001 KVC-OBJ-003 N-53 P-84"),
    _relation("X509-61", (View.SECRET,), secret_has_its_form,         secret_read,               DOC, "KVC-POL-013 N-52 J-21 P-85"),
    _relation("X509-62", (View.SECRET,), secret_holds_certificate,    secret_read,               DOC, "KVC-OBJ-001 KVC-OBJ-007 KVC-OBJ-008"),
    _relation("X509-63", (View.SECRET,), secret_holds_key_if_exportable, secret_of_policy,       DOC, "KVC-OBJ-007 KVC-OBJ-008 KVC-POL-031 N-52"),
    _relation("X509-64", (View.SECRET,), secret_key_is_of_certificate, secret_read,              DOC, "KVC-OBJ-001 KVC-OBJ-007"),
    _relation("X509-65", (View.SECRET,), secret_has_no_password,      secret_read,               DOC, "KVC-OBJ-026 KVC-IMP-019 P-85"),
)
# fmt: on
"""The rules about X.509 content, in the order in which they are run."""
