"""Mutants that sign certificates wrongly: the versions that come of an operation are not what they must be.

Each lets happen what is due, and then changes what has just been issued. Not here: how versions are named and shown
(naming), when they are renewed (renewing).
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from certlife.adapters import certificates, der, extensions
from certlife.adapters.keys import public_key_info
from certlife.adapters.memory.state import State, Version
from certlife.adapters.signing import key_id, signed
from certlife.adapters.subjects import distinguished_name
from certlife.conformance.mutants.means import issued
from certlife.conformance.mutants.mutant import meanwhile
from certlife.model.vocabulary import IssuerKind

_VERSION, _SERIAL, _ALGORITHM, _ISSUER, _VALIDITY, _EXTENSIONS = 0, 1, 2, 3, 4, 7
"""Where the parts of a certificate stand that are changed here."""
_DAY_S: Final = 86_400
_ODD_ALGORITHM: Final = der.sequence(der.object_identifier("1.2.840.113549.1.1.16"), der.element(der.NULL))

_Change: TypeAlias = Callable[[Version, list[bytes]], object]


@meanwhile(rules="X509-08")
def certificate_has_another_subject(state: State) -> None:
    """A self-signed certificate is issued for the vault."""
    _by_other_policy(state, lambda wanted: wanted.update(subject="CN=the vault"))


@meanwhile(rules="X509-09")
def certificate_lacks_the_alternative_names(state: State) -> None:
    """A self-signed certificate has no alternative names."""
    _by_other_policy(state, lambda wanted: wanted.pop("sans", None))


@meanwhile(rules="X509-09")
def certificate_is_for_localhost_too(state: State) -> None:
    """A self-signed certificate has the alternative name `localhost`."""
    _by_other_policy(state, lambda wanted: wanted.update(sans={"dns_names": ["localhost"]}))


@meanwhile(rules="X509-10")
def certificate_is_for_servers_only(state: State) -> None:
    """A self-signed certificate is for server authentication, whatever the policy says."""
    _by_other_policy(state, lambda wanted: wanted.update(ekus=["1.3.6.1.5.5.7.3.1"]))


@meanwhile(rules="X509-11")
def certificate_may_do_everything(state: State) -> None:
    """A self-signed certificate has key usages that the policy does not list."""
    usages = ["dataEncipherment", "digitalSignature", "keyEncipherment", "nonRepudiation"]
    _by_other_policy(state, lambda wanted: wanted.update(key_usage=usages))


@meanwhile(rules="X509-12")
def certificate_is_a_ca(state: State) -> None:
    """A self-signed certificate is one of a CA."""
    _by_other_policy(state, lambda wanted: wanted.update(basic_constraints={"ca": True}))


@meanwhile(rules="RELA-05")
def certificate_is_always_valid_for_a_year(state: State) -> None:
    """A self-signed certificate is valid for a year, whatever the policy says."""
    _by_other_policy(state, lambda wanted: wanted.update(validity_months=12))


@meanwhile(rules="RELA-05")
def months_have_30_days(state: State) -> None:
    """A self-signed certificate is valid for 30 days a month."""

    def end_early(version: Version, parts: list[bytes]) -> None:
        months: Any = version.policy["x509_props"]
        parts[_VALIDITY] = _validity(version.nbf, version.created + 30 * _DAY_S * int(months["validity_months"]))

    _by_other_parts(state, end_early)


@meanwhile(rules="RELA-04")
def certificate_begins_when_it_is_issued(state: State) -> None:
    """A self-signed certificate is valid from the moment of its issuance, not from ten minutes before."""

    def begin_late(version: Version, parts: list[bytes]) -> None:
        parts[_VALIDITY] = _validity(version.created, version.exp)

    _by_other_parts(state, begin_late)


@meanwhile(rules="X509-06")
def certificate_names_another_issuer(state: State) -> None:
    """A certificate that the vault has signed itself says that somebody else has."""

    def name_another(_: Version, parts: list[bytes]) -> None:
        parts[_ISSUER] = distinguished_name("CN=the vault")

    _by_other_parts(state, name_another)


@meanwhile(rules="X509-07")
def certificate_is_signed_by_another_key(state: State) -> None:
    """A self-signed certificate's signature is not that of its key."""
    for _, version in issued(state):
        other = state.keys.make(*_kind(version))
        _take(version, signed(other, der.sequence(*_parts(version))))


@meanwhile(rules="X509-13")
def certificate_is_of_version_one(state: State) -> None:
    """A self-signed certificate is of X.509 version 1, although it has extensions."""

    def lower(_: Version, parts: list[bytes]) -> None:
        parts[_VERSION] = b""

    _by_other_parts(state, lower)


@meanwhile(rules="X509-14")
def certificate_names_an_odd_algorithm(state: State) -> None:
    """A self-signed certificate says that it is signed by SHA-512/256 with RSA."""
    for _, version in issued(state):
        parts = _parts(version)
        parts[_ALGORITHM] = _ODD_ALGORITHM
        _, _, signature = der.items(der.items(signed(version.key, der.sequence(*parts)))[0][1])
        _take(version, der.sequence(der.sequence(*parts), _ODD_ALGORITHM, der.element(*signature)))


@meanwhile(rules="X509-15")
def extensions_come_in_the_order_of_requests(state: State) -> None:
    """A self-signed certificate has its extensions in the order that requests have them in."""

    def reorder(version: Version, parts: list[bytes]) -> None:
        own = key_id(public_key_info(version.key))
        asked = der.items(extensions.of_request(version.policy))[0][1]
        parts[_EXTENSIONS] = _extensions(asked, extensions.authority_key(own), extensions.subject_key(own))

    _by_other_parts(state, reorder)


@meanwhile(rules="X509-15")
def key_usage_is_not_critical(state: State) -> None:
    """A self-signed certificate's key usage is an extension that may be overlooked."""

    def soften(_: Version, parts: list[bytes]) -> None:
        usage, *others = der.items(der.items(der.items(parts[_EXTENSIONS])[0][1])[0][1])
        softened = [(tag, content) for tag, content in der.items(usage[1]) if tag != der.BOOLEAN]
        rest = (der.element(*one) for one in others)
        parts[_EXTENSIONS] = _extensions(der.sequence(*(der.element(*one) for one in softened)), *rest)

    _by_other_parts(state, soften)


@meanwhile(rules="X509-16")
def key_identifiers_are_of_the_whole_key(state: State) -> None:
    """A self-signed certificate's key identifiers are the SHA-1 of more than the bits of the key."""

    def identify(version: Version, parts: list[bytes]) -> None:
        own = hashlib.sha1(public_key_info(version.key), usedforsecurity=False).digest()
        parts[_EXTENSIONS] = der.element(0xA3, extensions.of_certificate(version.policy, own))

    _by_other_parts(state, identify)


@meanwhile(rules="X509-17")
def serial_numbers_are_counted(state: State) -> None:
    """A self-signed certificate's serial number is the moment of its issuance."""

    def count(version: Version, parts: list[bytes]) -> None:
        parts[_SERIAL] = der.integer(version.created)

    _by_other_parts(state, count)


@meanwhile(rules="X509-17")
def serial_numbers_are_negative(state: State) -> None:
    """A self-signed certificate's serial number is below zero."""

    def negate(_: Version, parts: list[bytes]) -> None:
        parts[_SERIAL] = der.integer(-int.from_bytes(der.items(parts[_SERIAL])[0][1]))

    _by_other_parts(state, negate)


@meanwhile(rules="X509-04")
def certificate_has_another_key(state: State) -> None:
    """A self-signed certificate has a key that no request has asked for."""
    for _, version in issued(state):
        version.key = state.keys.make(*_kind(version))
        _take(version, certificates.self_signed(version.key, version.policy, version.created, state.new_number()))


@meanwhile(rules="X509-04")
def issuer_is_sent_another_request(state: State) -> None:
    """A CA signs a key that no request has asked for."""
    for _, version in issued(state, IssuerKind.PARTNER):
        version.key = state.keys.make(*_kind(version))
        version.chain = state.ca.issue(certificates.csr(version.key, version.policy), version.created, 12)


def _by_other_policy(state: State, change: Callable[[dict[str, Any]], object]) -> None:
    """Sign what was issued by other x509_props than those of its policy."""
    for _, version in issued(state):
        policy: dict[str, Any] = copy.deepcopy(version.policy)
        change(policy["x509_props"])
        _take(version, certificates.self_signed(version.key, policy, version.created, state.new_number()))


def _by_other_parts(state: State, change: _Change) -> None:
    """Sign what was issued again, with other parts."""
    for _, version in issued(state):
        parts = _parts(version)
        change(version, parts)
        _take(version, signed(version.key, der.sequence(*parts)))


def _take(version: Version, certificate: bytes) -> None:
    version.chain = [certificate]
    version.nbf, version.exp = certificates.times_of(certificate)


def _parts(version: Version) -> list[bytes]:
    """The elements of what is signed in a version's certificate."""
    body = der.items(der.items(version.chain[0])[0][1])[0][1]
    return [der.element(tag, content) for tag, content in der.items(body)]


def _validity(begin: int, end: int) -> bytes:
    return der.sequence(
        *(der.element(der.UTC_TIME, f"{_at(moment):%y%m%d%H%M%S}Z".encode()) for moment in (begin, end))
    )


def _at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _extensions(*one_after_another: bytes) -> bytes:
    return der.element(0xA3, der.sequence(*one_after_another))


def _kind(version: Version) -> tuple[str, int | None, str | None]:
    """Type, size and curve that the policy of a version names."""
    props: Any = version.policy["key_props"]
    return props["kty"], props.get("key_size"), props.get("crv")
