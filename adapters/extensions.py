"""The X.509 extensions that a policy asks for, as DER, in the order and with the criticality that the service writes.

Requests and certificates have different orders (observed P-88, P-91). Not here: what they are put into (certificates).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from certlife.adapters import der

Policy: TypeAlias = Mapping[str, Any]

DEFAULT_USAGES: Final = ("digitalSignature", "keyEncipherment")
DEFAULT_PURPOSES: Final = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
"""Server and client authentication (observed P-38)."""

KEY_USAGE: Final = "2.5.29.15"
ALTERNATIVE_NAMES: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
PURPOSES: Final = "2.5.29.37"
AUTHORITY_KEY: Final = "2.5.29.35"
SUBJECT_KEY: Final = "2.5.29.14"

_BITS: Final = (
    "digitalsignature",
    "nonrepudiation",
    "keyencipherment",
    "dataencipherment",
    "keyagreement",
    "keycertsign",
    "crlsign",
    "encipheronly",
    "decipheronly",
)
_UPN: Final = der.object_identifier("1.3.6.1.4.1.311.20.2.3")


class PropertyMalformed(der.ContentRefused):
    """A part of a policy can not be made into X.509 content.

    Attributes:
        where: the part, as in `policy.x509_props`.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


def of_request(policy: Policy) -> bytes:
    """The extensions of a CSR, as one SEQUENCE: keyUsage, extendedKeyUsage, [names], basicConstraints (P-88)."""
    props = properties(policy)
    return der.sequence(_usages(props), _purposes(props), _names(props), _constraints(props))


def of_certificate(policy: Policy, key_id: bytes) -> bytes:
    """The extensions of a self-signed certificate, as one SEQUENCE.

    Their order: keyUsage, basicConstraints, extendedKeyUsage, [names], authority's key, subject's key (P-91).

    Args:
        key_id: the SHA-1 of the key's bit string; it is the authority's as well as the subject's.
    """
    props = properties(policy)
    identifiers = (authority_key(key_id), subject_key(key_id))
    return der.sequence(_usages(props), _constraints(props), _purposes(props), _names(props), *identifiers)


def of_authority(key_id: bytes) -> bytes:
    """The extensions of a certificate authority's own certificate, as one SEQUENCE."""
    props = {"key_usage": ["keyCertSign", "cRLSign"], "basic_constraints": {"ca": True}}
    return der.sequence(_constraints(props), _usages(props), subject_key(key_id))


def properties(policy: Policy) -> Policy:
    """The policy's x509_props; empty where there are none."""
    props = policy.get("x509_props")
    return props if isinstance(props, Mapping) else {}


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """One extension."""
    flag = der.element(der.BOOLEAN, b"\xff") if critical else b""
    return der.sequence(der.object_identifier(oid), flag, der.element(der.OCTET_STRING, value))


def authority_key(key_id: bytes) -> bytes:
    """AuthorityKeyIdentifier with nothing but the key's."""
    return extension(AUTHORITY_KEY, der.sequence(der.element(0x80, key_id)))


def subject_key(key_id: bytes) -> bytes:
    """SubjectKeyIdentifier."""
    return extension(SUBJECT_KEY, der.element(der.OCTET_STRING, key_id))


def _usages(props: Policy) -> bytes:
    usages = [usage.lower() for usage in _texts(props, "key_usage", DEFAULT_USAGES)]
    unknown = set(usages).difference(_BITS)
    if unknown:
        raise PropertyMalformed("policy.x509_props.key_usage", f"unknown: {', '.join(sorted(unknown))}")
    if not usages:
        return b""
    places = {_BITS.index(usage) for usage in usages}
    size = max(places) // 8 + 1
    bits = sum(0x80 << 8 * (size - 1) >> place for place in places)
    return extension(KEY_USAGE, der.bit_string(bits.to_bytes(size), 7 - max(places) % 8), critical=True)


def _purposes(props: Policy) -> bytes:
    try:
        listed = [der.object_identifier(oid) for oid in _texts(props, "ekus", DEFAULT_PURPOSES)]
    except der.ContentRefused as refused:
        raise PropertyMalformed("policy.x509_props.ekus", str(refused)) from None
    return extension(PURPOSES, der.sequence(*listed)) if listed else b""


def _constraints(props: Policy) -> bytes:
    constraints = props.get("basic_constraints")
    ca = isinstance(constraints, Mapping) and constraints.get("ca") is True
    return extension(BASIC_CONSTRAINTS, der.sequence(der.element(der.BOOLEAN, b"\xff") if ca else b""))


def _names(props: Policy) -> bytes:
    sans = props.get("sans")
    if sans is not None and not isinstance(sans, Mapping):
        raise PropertyMalformed("policy.x509_props.sans", "no object")
    try:
        named = [write(name) for kind, write in _KINDS.items() for name in _texts(sans or {}, kind, ())]
    except (ValueError, UnicodeError) as refused:
        raise PropertyMalformed("policy.x509_props.sans", str(refused)) from None
    return extension(ALTERNATIVE_NAMES, der.sequence(*named)) if named else b""


def _texts(props: Policy, member: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """The texts that a member lists; `default` where it is not there."""
    listed = props.get(member)
    if listed is None:
        return default
    if not isinstance(listed, list | tuple) or not all(isinstance(text, str) for text in listed):
        raise PropertyMalformed(f"policy.x509_props.{member}", "no list of texts")
    return tuple(listed)


def _host(name: str) -> bytes:
    try:
        return der.element(0x82, name.encode("ascii" if name.isascii() else "idna"))
    except UnicodeError:  # IDNA knows no such label
        return der.element(0x82, name.encode())


def _principal(name: str) -> bytes:
    return der.element(0xA0, _UPN, der.element(0xA0, der.element(der.UTF8_STRING, name.encode())))


_KINDS: Final[Mapping[str, Callable[[str], bytes]]] = {
    "emails": lambda name: der.element(0x81, name.encode()),
    "dns_names": _host,
    "upns": _principal,
    "uris": lambda name: der.element(0x86, name.encode()),
    "ipAddresses": lambda name: der.element(0x87, ipaddress.ip_address(name).packed),
}
"""How each kind of alternative name is written (KVC-POL-016, observed P-43)."""
