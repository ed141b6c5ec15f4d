"""What of X.509 content there is to be looked at, what the policy wants of it, and when a rule about it applies.

Not here: how content is read (adapters), the relations themselves (x509_relations), their table (x509_rules).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from certlife.model import conditions as c
from certlife.model.known import ABSENT, CLOCK_SLACK_S, Doc, Making
from certlife.model.rows import Condition
from certlife.model.vocabulary import Operation, OperationState
from certlife.model.x509 import UNREAD_KEY, SecretFacts, X509Facts, curve_named, names_in

if TYPE_CHECKING:
    from certlife.model.look import Look

Members: TypeAlias = Mapping[str, Any]

_BY_REQUEST: Final = (Making.SELF_SIGNED, Making.ORDERED, Making.MERGED)


# --- what is there to be looked at


def certificate_of(look: Look) -> X509Facts | None:
    """The certificate shown, read."""
    return look.x509


def request_of(look: Look) -> X509Facts | None:
    """The request by which the version shown was made, or that of the operation shown."""
    return look.csr


def former_of(look: Look) -> X509Facts | None:
    """The certificate of the version that was the current one before the operation."""
    return look.former


def file_of(look: Look) -> SecretFacts | None:
    """What the secret shown holds, or the file that an import request brought."""
    return look.secret


def _members(document: object) -> Members | None:
    return document.value if isinstance(document, Doc) and isinstance(document.value, dict) else None


def policy_of(look: Look) -> Members:
    """The policy as it is known now; of an operation just begun it is the one in force."""
    policy = look.known.policy
    return (_members(policy.members) if policy is not None else None) or {}


def policy_of_version(look: Look) -> Members | None:
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


def member_of(document: object, *path: str) -> object:
    """A member of a document by its path; None where it is not there."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


# --- what a policy wants, comparable with what X.509 content says; None: nothing, or nothing clear


def subject_wanted(policy: Members) -> object:
    """The subject that a policy asks for."""
    subject = member_of(policy, "x509_props", "subject")
    return names_in(subject) if isinstance(subject, str) else None


def names_wanted(policy: Members) -> object:
    """The alternative names that a policy asks for."""
    props = member_of(policy, "x509_props")
    sans = member_of(props, "sans") or {}
    if not isinstance(props, dict) or not isinstance(sans, dict):
        return None
    listed = [(kind, name) for kind, names in sans.items() for name in (names if isinstance(names, list) else ())]
    if not all(isinstance(name, str) and name.isascii() and not name.startswith("<") for _, name in listed):
        return None
    return frozenset((kind, name_folded(kind, name)) for kind, name in listed)


def name_folded(kind: str, name: str) -> str:
    """An alternative name as it is compared."""
    if kind != "ipAddresses":
        return name.lower()
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def purposes_wanted(policy: Members) -> object:
    """The extended key usages that a policy asks for."""
    return listed_in(member_of(policy, "x509_props", "ekus")) or None


def usages_wanted(policy: Members) -> object:
    """The key usages that a policy asks for."""
    usages = listed_in(member_of(policy, "x509_props", "key_usage"))
    return frozenset(usage.lower() for usage in usages) if usages else None


def listed_in(value: object) -> frozenset[str] | None:
    """A list of texts as a set; None where it is no list."""
    return frozenset(map(str, value)) if isinstance(value, list) else None


def ca_wanted(policy: Members) -> object:
    """Whether a policy asks for a CA."""
    ca = member_of(policy, "x509_props", "basic_constraints", "ca")
    return ca if isinstance(ca, bool) else None


# --- the same of a certificate or a request: made once, because the same ones are looked at again and again


@lru_cache(maxsize=1024)
def _names_of(names: tuple[tuple[str, str], ...]) -> frozenset[tuple[str, str]]:
    return frozenset((kind, name_folded(kind, name)) for kind, name in names)


@lru_cache(maxsize=1024)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


def subject_shown(facts: X509Facts) -> object:
    """The subject of a certificate or request."""
    return None if facts.subject is None else names_in(facts.subject)


def names_shown(facts: X509Facts) -> object:
    """The alternative names of a certificate or request."""
    return None if facts.names is None else _names_of(facts.names)


def purposes_shown(facts: X509Facts) -> object:
    """The extended key usages of a certificate or request."""
    return None if facts.ekus is None else _folded(facts.ekus)


def usages_shown(facts: X509Facts) -> object:
    """The key usages of a certificate or request."""
    return None if facts.key_usage is None else _folded(facts.key_usage)


def ca_shown(facts: X509Facts) -> object:
    """Whether a certificate or request is for a CA."""
    return None if facts.extensions is None else facts.ca is True


# --- how they are compared


def of_policy(look: Look, wanted: Callable[[Members], object], shown: Callable[[X509Facts], object]) -> bool:
    """Whether the request shows what the policy in force wants."""
    request = request_of(look)
    want, have = wanted(policy_of(look)), None if request is None else shown(request)
    return want is None or have is None or have == want


def of_origin(look: Look, wanted: Callable[[Members], object], shown: Callable[[X509Facts], object]) -> bool:
    """Whether the certificate shows what its request shows or its policy wants; of those that are known."""
    certificate, request = certificate_of(look), request_of(look)
    have = None if certificate is None else shown(certificate)
    asked = None if request is None else shown(request)
    if have is None or have == asked:
        return True
    policy = policy_of_version(look)
    if asked is None and policy is None:
        return True
    known = (asked, wanted(policy if policy is not None else policy_of(look)))
    return have in known or known == (None, None)


def kind_fits(facts: X509Facts, props: object) -> bool:
    """Whether a key is of the type, size and curve that key_props name."""
    return type_fits(facts, props) and size_fits(facts, props) and curve_fits(facts, props)


def type_fits(facts: X509Facts, props: object) -> bool:
    """Whether a key has the type that a policy asks for."""
    kty = member_of(props, "kty")
    return facts.key_type == UNREAD_KEY or not isinstance(kty, str) or kty.removesuffix("-HSM") == facts.key_type


def size_fits(facts: X509Facts, props: object) -> bool:
    """Whether a key has the size that a policy asks for."""
    size = member_of(props, "key_size")
    return facts.key_type != "RSA" or not isinstance(size, int) or size == facts.key_size


def curve_fits(facts: X509Facts, props: object) -> bool:
    """Whether a key lies on the curve that a policy asks for."""
    curve = member_of(props, "crv")
    return facts.key_type != "EC" or not isinstance(curve, str) or curve_named(curve) == facts.curve


# --- when


def parts_shown(look: Look) -> bool:
    """A certificate is there to be read, and some of its parts stand beside it, as in api-version 7.2."""
    return certificate_of(look) is not None and look.member("serialnumber") is not ABSENT


def self_signed(look: Look) -> bool:
    """A version that the vault signed itself is there to be read."""
    return certificate_of(look) is not None and look.version is not None and look.version.making is Making.SELF_SIGNED


def self_signed_from_source(look: Look) -> bool:
    """The same, and the request or the policy that it was made by is known."""
    return self_signed(look) and (request_of(look) is not None or policy_of_version(look) is not None)


def made_by_request(look: Look) -> bool:
    """A version and the request that it was made by are there to be read."""
    made = look.version is not None and look.version.making in _BY_REQUEST
    return made and certificate_of(look) is not None and request_of(look) is not None


def made_by_policy(look: Look) -> bool:
    """A version is there to be read, and the policy that it was made by is known."""
    made = look.version is not None and look.version.making in _BY_REQUEST
    return made and certificate_of(look) is not None and policy_of_version(look) is not None


def importing(look: Look) -> bool:
    """The answer is that of an import, and the certificate is there to be read."""
    return look.ask.operation is Operation.IMPORT and certificate_of(look) is not None


def importing_file(look: Look) -> bool:
    """The same, and the file that was sent could be read."""
    return importing(look) and file_of(look) is not None


def request_read(look: Look) -> bool:
    """The request of the operation shown is there to be read."""
    return request_of(look) is not None


def request_made(look: Look) -> bool:
    """The request has just been made."""
    return look.ask.operation is Operation.CREATE and request_of(look) is not None


def chosen(path: str) -> Condition:
    """The request has just been made, and what the policy says at the path was given, or seen before."""
    given, keys = c.given(path), path.split(".")

    def chosen(look: Look) -> bool:
        if not request_made(look):
            return False
        return c.policy_seen(look) or (given(look) and member_of(policy_of(look), *keys) is not None)

    return chosen


def filled(path: str) -> Condition:
    """The request has just been made, and what the policy says at the path was left to the service."""
    left = c.filled(path)

    def filled(look: Look) -> bool:
        return request_made(look) and bool(look.ask.policy) and left(look)

    return filled


def renewed(path: str, decided: Callable[[str], Condition]) -> Condition:
    """As `decided` says of the path, and the certificate before the request is there to be read."""
    condition = decided(path)

    def renewed(look: Look) -> bool:
        return former_of(look) is not None and condition(look)

    return renewed


def key_read(look: Look) -> bool:
    """The certificate of the key shown is there to be read."""
    return certificate_of(look) is not None


def secret_read(look: Look) -> bool:
    """The value of the secret shown could be read."""
    return file_of(look) is not None


def secret_of_policy(look: Look) -> bool:
    """The same, and the policy that its version was made by is known."""
    return secret_read(look) and policy_of_version(look) is not None
