"""What a client brings along: files to import, and chains that a CA outside has signed.

Deterministic under a seed and the vault's clock. Not here: what the vault itself makes (adapters).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from certlife.adapters import certificates, files
from certlife.adapters.certificates import CertificateMalformed, LocalCA
from certlife.adapters.clock import DAY_S
from certlife.adapters.der import ContentRefused
from certlife.adapters.keys import KeyMaker, PrivateKey
from certlife.conformance.suite.acts import ActMalformed
from certlife.model.values import Json
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

_FORMS: Final = {"pfx": files.PKCS12, "pem": files.PEM}
_POLICY: Final = {"x509_props": {"key_usage": ["digitalSignature"], "ekus": ["1.3.6.1.5.5.7.3.1"]}}


@dataclass(frozen=True, slots=True)
class File:
    """What a file to import shall be.

    Attributes:
        form: `pfx` or `pem`.
        kty, size, curve: of its key, as in key_props.
        months: from when it was made to its exp.
        age_days: how long ago it was made; below zero lies ahead.
        key: whether it holds its private key.
        password: that protects it; empty for none.
        chain: whether it holds the CA's certificate too.
    """

    form: str = "pfx"
    kty: str = "EC"
    size: int | None = None
    curve: str | None = None
    subject: str = "CN=file, O=certlife"
    months: int = 12
    age_days: int = 0
    key: bool = True
    password: str = ""
    chain: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """What a chain for a merge shall be.

    Attributes:
        csr: the request that the CA is given.
        months: how long the certificate is valid.
        age_days: how long ago it was issued; below zero lies ahead.
        links: `all`, `leaf`, or `reversed`.
        form: `list` of certificates, or one `p7b`.
        key: `other` for one that is not the request's.
        subject: what the CA writes instead of the subject asked for.
    """

    csr: str
    months: int = 12
    age_days: int = 0
    links: str = "all"
    form: str = "list"
    key: str = "its own"
    subject: str | None = None


class Maker:
    """Makes them.

    Args:
        seed: decides keys and serial numbers; other than the vault's, so that they never share a key.
    """

    def __init__(self, seed: int) -> None:
        self._keys = KeyMaker(seed ^ int.from_bytes(b"client"))
        self._ca = LocalCA(seed ^ int.from_bytes(b"outside"), "CN=somebody's CA, O=elsewhere")
        self._serials = 0
        self._made: dict[object, Json] = {}

    def make(self, kind: str, wishes: Mapping[str, Any], now: int) -> Json:
        """Make a `$file` (the text of its value) or a `$signed` (the list of an x5c); the same one until it is let go.

        Args:
            now: the vault's clock, seconds since 1970.
        Raises: ActMalformed: there is no such file or chain.
        """
        key = (kind, now, *sorted((name, str(wish)) for name, wish in wishes.items()))
        if key not in self._made:
            self._made[key] = self._new(kind, wishes, now)
        return self._made[key]

    def let_go(self) -> None:
        """Make everything anew from now on."""
        self._made.clear()

    def _new(self, kind: str, wishes: Mapping[str, Any], now: int) -> Json:
        try:
            return self._file(File(**wishes), now) if kind == "$file" else self._chain(Signed(**wishes), now)
        except (KeyError, TypeError, ValueError, ContentRefused) as error:
            raise ActMalformed(f"{kind}: {error}") from None

    def _file(self, wish: File, now: int) -> str:
        key = self._keys.make(wish.kty, wish.size, wish.curve)
        policy = {"x509_props": {**_POLICY["x509_props"], "subject": wish.subject, "validity_months": wish.months}}
        made = now - wish.age_days * DAY_S
        chain = [certificates.self_signed(key, policy, made, self._serial())]
        if wish.chain:
            chain = self._ca.issue(certificates.csr(key, policy), made, wish.months)
        own = key if wish.key else None
        if not wish.password:
            return files.written(own, chain, _FORMS[wish.form])
        lock = serialization.BestAvailableEncryption(wish.password.encode())
        if _FORMS[wish.form] == files.PEM:
            return _locked_block(own, lock) + files.written(None, chain, files.PEM)
        leaf, *others = [x509.load_der_x509_certificate(link) for link in chain]
        return base64.b64encode(pkcs12.serialize_key_and_certificates(None, own, leaf, others, lock)).decode()

    def _chain(self, wish: Signed, now: int) -> Json:
        csr = wish.csr
        if wish.key == "other":
            csr = certificates.csr(self._keys.make("EC", None, None), {"x509_props": {"subject": "CN=another"}})
        try:
            links = self._ca.issue(csr, now - wish.age_days * DAY_S, wish.months, subject=wish.subject)
        except CertificateMalformed:
            return ["AAAA"]  # a request that nobody can sign: the vault's finding, not ours
        links = {"all": links, "leaf": links[:1], "reversed": links[::-1]}[wish.links]
        if wish.form == "p7b":
            bag = [x509.load_der_x509_certificate(link) for link in links]
            return [base64.b64encode(pkcs7.serialize_certificates(bag, serialization.Encoding.DER)).decode()]
        return [base64.b64encode(link).decode() for link in links]

    def _serial(self) -> int:
        self._serials += 1
        return certificates.uuid_serial(self._serials << 8 | 7)


def _locked_block(key: PrivateKey | None, lock: serialization.KeySerializationEncryption) -> str:
    if key is None:
        return ""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()
