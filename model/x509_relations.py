"""How X.509 content must relate: to the attributes, the request, the policy, the file that it came in.

Each takes a Look and says whether the relation holds; where a part could not be read, it does. Not here: which bodies
they are about, and when (x509_rules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certlife.model.known import ABSENT, UNKNOWN, Doc
from certlife.model.relations import months_later
from certlife.model.x509 import UNREAD_KEY, X509Facts, names_in, plain_certificate, web_key

if TYPE_CHECKING:
    from certlife.model.look import Look

from certlife.model.x509_content import (
    Members,
    ca_shown,
    ca_wanted,
    certificate_of,
    curve_fits,
    file_of,
    former_of,
    kind_fits,
    listed_in,
    member_of,
    name_folded,
    names_shown,
    names_wanted,
    of_origin,
    of_policy,
    policy_of,
    policy_of_version,
    purposes_shown,
    purposes_wanted,
    request_of,
    size_fits,
    subject_shown,
    subject_wanted,
    type_fits,
    usages_shown,
    usages_wanted,
)

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


# --- every certificate


def nbf_is_not_before(look: Look) -> bool:
    """attributes.nbf is the certificate's notBefore."""
    facts, nbf = certificate_of(look), look.member("attributes", "nbf")
    return facts is None or facts.nbf is None or not isinstance(nbf, int) or nbf == facts.nbf


def exp_is_not_after(look: Look) -> bool:
    """attributes.exp is the certificate's notAfter."""
    facts, exp = certificate_of(look), look.member("attributes", "exp")
    return facts is None or facts.exp is None or not isinstance(exp, int) or exp == facts.exp


def parts_are_of_certificate(look: Look) -> bool:
    """The subject, issuer and serialnumber shown beside a certificate are its own."""
    facts = certificate_of(look)
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
    facts, request = certificate_of(look), request_of(look)
    return facts is None or request is None or facts.key == request.key


def key_kind_is_of_policy(look: Look) -> bool:
    """The certificate's key has the type, size and curve that its policy names."""
    facts, request, policy = certificate_of(look), request_of(look), policy_of_version(look)
    if facts is None or policy is None or (request is not None and request.key == facts.key):
        return True
    return kind_fits(facts, policy.get("key_props"))


def issued_by_itself(look: Look) -> bool:
    """A self-signed certificate names itself as its issuer."""
    facts = certificate_of(look)
    return facts is None or facts.subject is None or facts.issuer is None or facts.subject == facts.issuer


def signed_by_itself(look: Look) -> bool:
    """A self-signed certificate's signature verifies with its own key."""
    facts = certificate_of(look)
    return facts is None or facts.self_signed is not False


def subject_is_of_source(look: Look) -> bool:
    """A self-signed certificate has the subject that its policy names."""
    return of_origin(look, subject_wanted, subject_shown)


def names_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the alternative names that its policy lists, and no others."""
    return of_origin(look, names_wanted, names_shown)


def purposes_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the extended key usages that its policy lists, and no others."""
    return of_origin(look, purposes_wanted, purposes_shown)


def usages_are_of_source(look: Look) -> bool:
    """A self-signed certificate has the key usages that its policy lists, and no others."""
    return of_origin(look, usages_wanted, usages_shown)


def ca_is_of_source(look: Look) -> bool:
    """A self-signed certificate is a CA only if its policy says so."""
    return of_origin(look, ca_wanted, ca_shown)


def version_is_three(look: Look) -> bool:
    """A self-signed certificate is of X.509 version 3."""
    facts = certificate_of(look)
    return facts is None or facts.version == 3


def signed_with_sha256(look: Look) -> bool:
    """A self-signed certificate with an RSA key of 2048 bits is signed by SHA-256 with RSA."""
    return _sha256(certificate_of(look))


def extensions_in_order(look: Look) -> bool:
    """A self-signed certificate's extensions are those the service writes, in its order and with its criticality."""
    return _in_order(certificate_of(look), _OF_CERTIFICATES)


def key_identifiers_fit(look: Look) -> bool:
    """A self-signed certificate's key identifiers are both the SHA-1 of its key."""
    facts = certificate_of(look)
    if facts is None or facts.extensions is None:
        return True
    return facts.key_sha1 == facts.subject_key_id == facts.authority_key_id


def serial_is_random_uuid(look: Look) -> bool:
    """A self-signed certificate's serial number is a random UUID, positive and of 16 bytes."""
    facts = certificate_of(look)
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
    facts, file = certificate_of(look), file_of(look)
    if facts is None or file is None or not file.certificates:
        return True
    return any(facts.thumbprint == sent.thumbprint for sent in file.certificates)


def subject_from_file(look: Look) -> bool:
    """After an import the policy's subject is the certificate's."""
    facts, want = certificate_of(look), subject_wanted(_shown_policy(look))
    have = None if facts is None else subject_shown(facts)
    return want is None or have is None or have == want


def subject_spelled_as_the_service_does(look: Look) -> bool:
    """After an import the policy's subject is written from the last part to the first, with S for the state."""
    facts, shown = certificate_of(look), member_of(_shown_policy(look), "x509_props", "subject")
    names = None if facts is None or facts.subject is None else names_in(facts.subject)
    if facts is None or not isinstance(shown, str) or names is None or not {kind for kind, _ in names} <= _SPELLED:
        return True
    return shown == facts.subject or bool(_QUOTED & set(str(facts.subject)))


def names_from_file(look: Look) -> bool:
    """After an import the policy's alternative names are the certificate's."""
    facts, policy = certificate_of(look), _shown_policy(look)
    wanted, sans = names_wanted(policy), member_of(policy, "x509_props", "sans")
    if facts is None or facts.names is None or not isinstance(wanted, frozenset):
        return True
    kinds = {"emails", "dns_names", "upns", *(kind for kind in _NEW_KINDS if member_of(sans, kind) is not None)}
    return wanted == {(kind, name_folded(kind, name)) for kind, name in facts.names if kind in kinds}


def purposes_from_file(look: Look) -> bool:
    """After an import the policy's extended key usages are the certificate's."""
    facts, shown = certificate_of(look), listed_in(member_of(_shown_policy(look), "x509_props", "ekus"))
    return facts is None or facts.ekus is None or shown is None or shown == frozenset(facts.ekus)


def usages_from_file(look: Look) -> bool:
    """After an import the policy's key usages are the certificate's."""
    facts, shown = certificate_of(look), listed_in(member_of(_shown_policy(look), "x509_props", "key_usage"))
    return facts is None or facts.key_usage is None or shown is None or shown == frozenset(facts.key_usage)


def ca_from_file(look: Look) -> bool:
    """After an import the policy says of a CA certificate, and of no other, that it is one."""
    facts, shown = certificate_of(look), ca_wanted(_shown_policy(look))
    return facts is None or shown is None or ca_shown(facts) in (None, shown)


def months_from_file(look: Look) -> bool:
    """After an import the policy's validity_months are the certificate's, rounded up."""
    facts, months = certificate_of(look), member_of(_shown_policy(look), "x509_props", "validity_months")
    if facts is None or facts.nbf is None or facts.exp is None or not isinstance(months, int):
        return True
    return months_later(facts.nbf, months - 1) - 1 < facts.exp <= months_later(facts.nbf, months) + 1


def key_kind_from_file(look: Look) -> bool:
    """After an import the policy's key type, size and curve are those of the certificate's key."""
    facts = certificate_of(look)
    return facts is None or kind_fits(facts, _shown_policy(look).get("key_props"))


def _shown_policy(look: Look) -> Members:
    shown = look.member("policy")
    return shown if isinstance(shown, dict) else {}


# --- requests


def request_signed_by_itself(look: Look) -> bool:
    """The CSR's signature verifies with its own key."""
    request = request_of(look)
    return request is None or request.self_signed is not False


def request_has_key_type(look: Look) -> bool:
    """The CSR's key has the type that the policy names."""
    request = request_of(look)
    return request is None or type_fits(request, policy_of(look).get("key_props"))


def request_has_key_size(look: Look) -> bool:
    """The CSR's RSA key has the size that the policy names."""
    request = request_of(look)
    return request is None or size_fits(request, policy_of(look).get("key_props"))


def request_has_curve(look: Look) -> bool:
    """The CSR's EC key has the curve that the policy names."""
    request = request_of(look)
    return request is None or curve_fits(request, policy_of(look).get("key_props"))


def request_names_subject(look: Look) -> bool:
    """The CSR has the subject that the policy names."""
    return of_policy(look, subject_wanted, subject_shown)


def request_lists_names(look: Look) -> bool:
    """The CSR asks for the alternative names that the policy lists, and no others."""
    return of_policy(look, names_wanted, names_shown)


def request_lists_purposes(look: Look) -> bool:
    """The CSR asks for the extended key usages that the policy lists, and no others."""
    return of_policy(look, purposes_wanted, purposes_shown)


def request_lists_usages(look: Look) -> bool:
    """The CSR asks for the key usages that the policy lists, and no others."""
    return of_policy(look, usages_wanted, usages_shown)


def request_in_order(look: Look) -> bool:
    """The CSR's extensions are those the service writes, in its order and with its criticality."""
    return _in_order(request_of(look), _OF_REQUESTS)


def request_for_no_ca(look: Look) -> bool:
    """The CSR asks for a CA certificate only if the policy says so."""
    request = request_of(look)
    return request is None or request.ca is not True or ca_wanted(policy_of(look)) is True


def request_in_service_form(look: Look) -> bool:
    """The CSR of an RSA key of 2048 bits has the exponent 65537, and is signed by SHA-256 with RSA."""
    request = request_of(look)
    return request is None or (_sha256(request) and (request.key_type != "RSA" or request.key.split()[1] == _EXPONENT))


def key_reused_as_wished(look: Look) -> bool:
    """A new version has the key of the one before it exactly if the policy says reuse_key."""
    request, former, props = request_of(look), former_of(look), policy_of(look).get("key_props")
    wish = member_of(props, "reuse_key")
    if request is None or former is None or not isinstance(wish, bool) or not kind_fits(former, props):
        return True
    reused, kept_in_hsm = request.key == former.key, _kept_in_hsm(look)
    if kept_in_hsm is None and not reused:
        return True
    moved = kept_in_hsm is not None and kept_in_hsm != _of_hsm(props)
    return moved or reused == wish


def _kept_in_hsm(look: Look) -> bool | None:
    """Whether the key before is of an HSM; one that is to be none, or the other way round, is another. None: not known."""
    policy = look.known.versions[-1].policy if look.known.versions else UNKNOWN
    return _of_hsm(policy.value.get("key_props")) if isinstance(policy, Doc) else None


def _of_hsm(props: object) -> bool:
    return str(member_of(props, "kty")).endswith("-HSM")


# --- the linked key and secret


def linked_key_is_of_certificate(look: Look) -> bool:
    """The linked key is the one in the certificate."""
    facts, key = certificate_of(look), look.member("key")
    shown = web_key(key) if isinstance(key, dict) else None
    return facts is None or shown is None or facts.key == shown


def secret_has_its_form(look: Look) -> bool:
    """The secret's value has the form that its contentType names."""
    file, named = file_of(look), look.member("contentType")
    return file is None or named is ABSENT or file.content_type == named


def secret_holds_certificate(look: Look) -> bool:
    """The secret's value holds the certificate of its version."""
    file, x5t = file_of(look), look.slot("version.x5t")
    unread = file is None or file.locked or (not file.certificates and file.private_key == UNREAD_KEY)
    if file is None or unread or not isinstance(x5t, str) or x5t.startswith("<"):
        return True
    return any(facts.thumbprint == x5t for facts in file.certificates)


def secret_holds_key_if_exportable(look: Look) -> bool:
    """The secret's value holds the private key exactly if the policy says exportable."""
    file, exportable = file_of(look), member_of(policy_of_version(look), "key_props", "exportable")
    return file is None or not isinstance(exportable, bool) or (file.private_key is not None) == exportable


def secret_key_is_of_certificate(look: Look) -> bool:
    """The private key in the secret's value is the certificate's."""
    file, facts = file_of(look), certificate_of(look)
    if file is None or file.private_key in (None, UNREAD_KEY):
        return True
    keys = {facts.key} if facts is not None else {certificate.key for certificate in file.certificates}
    return not keys or file.private_key in keys


def secret_has_no_password(look: Look) -> bool:
    """The secret's value opens without a password."""
    file = file_of(look)
    return file is None or not file.locked


# --- the table
