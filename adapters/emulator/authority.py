"""The emulator's own CA, its certificate for HTTPS, and the TLS that goes with them.

The CA may sign for the emulator's names alone, and its key is forgotten as soon as it has signed: to trust it opens no door.
Not here: the CA that signs certificates of the vault (adapters.certificates).
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES: Final = ("localhost", "*.vault.localhost", "127.0.0.1", "::1")
"""What every certificate of an emulator is good for."""

_DAYS: Final = 397  # the most that clients take from a server's certificate
_LOOPBACK: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the emulator is.

    Attributes:
        ca: the CA's certificate, PEM.
        chain: the emulator's own certificate, PEM.
        key: its key, PEM.
    """

    ca: bytes
    chain: bytes
    key: bytes = field(repr=False)

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later, with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        with tempfile.TemporaryDirectory() as folder:  # it can only be read from files; nobody else can enter the folder
            path = Path(folder) / "identity.pem"
            path.write_bytes(self.key + self.chain)
            context.load_cert_chain(path)
        return context


def identity(names: Iterable[str] = ()) -> Identity:
    """Make a CA, and a certificate for the emulator's names and these.

    Args:
        names: host names, `*.` may lead; addresses.
    Raises: ValueError: one is neither.
    """
    every = [_general(name) for name in dict.fromkeys((*NAMES, *names))]
    ca_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _ca(ca_key, every)
    own = (
        _begun("certlife emulator", own_key, ca.subject)
        .add_extension(x509.SubjectAlternativeName(every), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    key = own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Identity(ca.public_bytes(Encoding.PEM), own.public_bytes(Encoding.PEM), key)


def _ca(key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName]) -> x509.Certificate:
    subject = _named("certlife emulator CA")
    return (
        _begun("certlife emulator CA", key, subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _begun(name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=_DAYS - 1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    if not name or not name.isascii() or any(not part for part in name.removeprefix("*.").split(".")):
        raise ValueError(f"no name of a host: {name!r}")
    return x509.DNSName(name.lower())


def _permitted(names: list[x509.GeneralName]) -> list[x509.GeneralName]:
    """What the CA may sign for: the names, what lies below those with a star, loopback, and further addresses."""
    hosts: list[x509.GeneralName] = [
        x509.DNSName(name.value.removeprefix("*.")) for name in names if isinstance(name, x509.DNSName)
    ]
    single = [ip_network(str(name.value)) for name in names if isinstance(name, x509.IPAddress)]
    further = [one for one in single if not one.network_address.is_loopback]
    return [*hosts, *(x509.IPAddress(network) for network in (*_LOOPBACK, *further))]
