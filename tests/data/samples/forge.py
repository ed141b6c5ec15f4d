"""Forges the keys, requests and certificates of the sample recordings, once; the result is kept beside it.

Signatures of elliptic curves and the salts of PKCS#12 differ from run to run, so make_samples reads material.json
instead of forging anew; this script is only run again to change what is in it. The private keys end in the PKCS#12 files
of those certificates whose sample shows one, and open nothing anywhere. Not here: recordings (make_samples).
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key: TypeAlias = "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey"

MATERIAL: Final = Path(__file__).parent / "material.json"
BACKDATED: Final = timedelta(minutes=10)
_PRINTABLE: Final = x509.name._ASN1Type.PrintableString  # noqa: SLF001 - the service's choice (observed P-87)
_SIGNS: Final = "digital_signature"
_USAGES: Final = (
    _SIGNS, "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
_KINDS: Final = {
    "C": NameOID.COUNTRY_NAME, "ST": NameOID.STATE_OR_PROVINCE_NAME, "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME,
}  # fmt: skip
_CLIENT_AND_SERVER: Final = x509.ExtendedKeyUsage([Eku.SERVER_AUTH, Eku.CLIENT_AUTH])
_SERVER: Final = x509.ExtendedKeyUsage([Eku.SERVER_AUTH])
_NO_CA: Final = x509.BasicConstraints(ca=False, path_length=None)


def moment(text: str) -> datetime:
    """A moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def subject(text: str) -> x509.Name:
    """A distinguished name from its text in the order of the DER, last part last."""
    parts = (part.split("=") for part in text.split(", "))
    return x509.Name([x509.NameAttribute(_KINDS[kind], value, _type=_PRINTABLE) for kind, value in parts])


def usage(*wanted: str) -> x509.KeyUsage:
    """A keyUsage with these, and no others."""
    return x509.KeyUsage(**{name: name in wanted for name in _USAGES})


def names(*hosts: str) -> list[tuple[x509.ExtensionType, bool]]:
    """The alternative names, as an extension; none at all without hosts."""
    return [(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)] if hosts else []


def serial(label: str) -> int:
    """A serial number like the service's: a random UUID, positive (observed P-92)."""
    content = hashlib.sha256(label.encode()).digest()[:16]
    return uuid.UUID(bytes=bytes([content[0] & 0x7F]) + content[1:], version=4).int


def request(key: Key, name: x509.Name, usages: x509.KeyUsage, hosts: Sequence[str]) -> x509.CertificateSigningRequest:
    """A request as the service writes it (observed P-86 to P-89)."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    wanted = [(usages, True), (_CLIENT_AND_SERVER, False), *names(*hosts), (_NO_CA, False)]
    for extension, critical in wanted:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())


def certificate(
    key: Key, name: x509.Name, begin: datetime, end: datetime, extensions: Iterable[tuple[x509.ExtensionType, bool]]
) -> x509.CertificateBuilder:
    """A certificate, still without issuer, serial number and signature."""
    builder = x509.CertificateBuilder().subject_name(name).public_key(key.public_key())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.not_valid_before(begin).not_valid_after(end)


def self_signed(
    key: Key, name: x509.Name, issued: datetime, usages: x509.KeyUsage, hosts: Sequence[str]
) -> x509.Certificate:
    """A certificate as the service signs it itself, for twelve months (observed P-90 to P-93)."""
    public = key.public_key()
    extensions = [
        (usages, True),
        (_NO_CA, False),
        (_CLIENT_AND_SERVER, False),
        *names(*hosts),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
    ]
    end = issued.replace(year=issued.year + 1)
    builder = certificate(key, name, issued - BACKDATED, end, extensions).issuer_name(name)
    return builder.serial_number(serial(f"{name.rfc4514_string()} {issued}")).sign(key, hashes.SHA256())


class Authority:
    """A certification authority of Contoso's own."""

    def __init__(self, text: str, begin: datetime) -> None:
        self.key, self.name = rsa_key(), subject(text)
        extensions = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (usage("key_cert_sign", "crl_sign"), True),
            (x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False),
        ]
        builder = certificate(self.key, self.name, begin, begin.replace(year=begin.year + 10), extensions)
        self.own = builder.issuer_name(self.name).serial_number(serial(text)).sign(self.key, hashes.SHA256())

    def issue(self, key: Key, text: str, begin: datetime, end: datetime, hosts: Sequence[str]) -> x509.Certificate:
        """A certificate for a server."""
        extensions = [
            (usage(_SIGNS, "key_encipherment"), True),
            (_SERVER, False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            *names(*hosts),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ]
        builder = certificate(key, subject(text), begin, end, extensions).issuer_name(self.name)
        return builder.serial_number(serial(f"{text} {begin} {hosts}")).sign(self.key, hashes.SHA256())


def rsa_key() -> rsa.RSAPrivateKey:
    """A new key of the size that the service takes where none is named."""
    return rsa.generate_private_key(65537, 2048)


def text_of(content: x509.Certificate | x509.CertificateSigningRequest) -> str:
    """Base64 of the DER."""
    return base64.b64encode(content.public_bytes(serialization.Encoding.DER)).decode()


def file_of(key: Key, own: x509.Certificate, chain: Sequence[x509.Certificate] = ()) -> str:
    """Base64 of a PKCS#12 file without password."""
    content = pkcs12.serialize_key_and_certificates(None, key, own, chain or None, serialization.NoEncryption())
    return base64.b64encode(content).decode()


def web() -> dict[str, str]:
    """What the vault signs itself, with names and a subject of several parts."""
    key, name = rsa_key(), subject("C=US, O=Contoso, CN=www.contoso.com")
    usages, hosts = usage(_SIGNS, "key_encipherment"), ("www.contoso.com", "contoso.com")
    own = self_signed(key, name, moment("2023-03-14T09:26:55"), usages, hosts)
    return {"csr": text_of(request(key, name, usages, hosts)), "cer": text_of(own), "pfx": file_of(key, own)}


def shop() -> dict[str, str]:
    """The same with an elliptic curve."""
    key, name, usages = ec.generate_private_key(ec.SECP256R1()), subject("CN=shop.contoso.com"), usage(_SIGNS)
    own = self_signed(key, name, moment("2023-03-15T11:15:29"), usages, ())
    return {"csr": text_of(request(key, name, usages, ())), "cer": text_of(own)}


def blog() -> dict[str, str]:
    """The same, as plain as can be."""
    key, name, usages = rsa_key(), subject("CN=blog.contoso.com"), usage(_SIGNS, "key_encipherment")
    own = self_signed(key, name, moment("2023-03-16T16:40:06"), usages, ())
    return {"csr": text_of(request(key, name, usages, ())), "cer": text_of(own)}


def api(authority: Authority) -> dict[str, str]:
    """What an authority signs: for the key of the request, and by mistake for another one."""
    key, text = rsa_key(), "CN=api.contoso.com"
    span = moment("2023-03-14T00:00:00"), moment("2024-03-13T23:59:59")
    usages, hosts = usage(_SIGNS, "key_encipherment"), ("api.contoso.com",)
    return {
        "csr": text_of(request(key, subject(text), usages, ())),
        "cer": text_of(authority.issue(key, text, *span, hosts)),
        "foreign": text_of(authority.issue(rsa_key(), text, *span, hosts)),
        "ca": text_of(authority.own),
    }


def mail(authority: Authority, begin: str, end: str) -> dict[str, str]:
    """What is imported."""
    key, text = rsa_key(), "C=US, ST=WA, L=Redmond, O=Contoso, CN=mail.contoso.com"
    own = authority.issue(key, text, moment(begin), moment(end), ("mail.contoso.com", "smtp.contoso.com"))
    return {"cer": text_of(own), "pfx": file_of(key, own, [authority.own])}


def asked_only(host: str) -> dict[str, str]:
    """A request that nothing comes of."""
    return {"csr": text_of(request(rsa_key(), subject(f"CN={host}"), usage(_SIGNS, "key_encipherment"), ()))}


def main() -> None:
    """Forge everything anew."""
    authority = Authority("C=US, O=Contoso, CN=Contoso Issuing CA", moment("2021-01-01T00:00:00"))
    material = {
        "api": api(authority),
        "app": asked_only("app.contoso.com"),
        "blog": blog(),
        "mail-2022": mail(authority, "2022-04-01T00:00:00", "2023-03-31T23:59:59"),
        "mail-2023": mail(authority, "2023-03-14T00:00:00", "2024-04-13T23:59:59"),
        "pay": asked_only("pay.contoso.com"),
        "shop": shop(),
        "web": web(),
    }
    MATERIAL.write_text(json.dumps(material, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
