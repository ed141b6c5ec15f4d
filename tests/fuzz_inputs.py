"""What the emulator is fuzzed with: sound requests for a vault with known names, and ways to spoil them.

Everything comes from one generator of random numbers, so that a seed repeats a run. Not here: who is asked (fuzz_emulator).
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote

from certlife.adapters import certificates
from certlife.adapters.keys import KeyMaker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

NOW = 1_800_000_000
PASSWORD = "öffne dich"  # noqa: S105 - the test's own
API = "api-version=7.4"
LIVES = ("active", "waiting", "ordered", "deleted", "secret-only", "key-only", "fuzzed", "nobody")
"""Names of the vault, in all the states that a name can be in; `fuzzed` and `nobody` are free at first."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, before it is bytes.

    Attributes:
        path: as it stands in the request line, escapes included.
        body: JSON, or bytes; None for none.
        file: where in the JSON a file stands, as a path of members.
    """

    method: str
    path: str
    query: str = API
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    file: tuple[str | int, ...] = ()

    @property
    def raw(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()

    def shown(self) -> str:
        """The request as somebody would repeat it."""
        return f"{self.method} {self.path}?{self.query} {dict(self.headers)} {self.raw[:2000]!r}"


# --- sound requests


@cache
def files() -> dict[str, str]:
    """Files of every kind that an import or a merge takes, by name, as text."""
    maker = KeyMaker(5)
    key, policy = maker.make("RSA", 2048, None), {"x509_props": {"subject": "CN=file", "validity_months": 600}}
    der = certificates.self_signed(key, policy, NOW, 7)
    leaf = x509.load_der_x509_certificate(der)
    curve = maker.make("EC", None, "P-256")
    odd = x509.load_der_x509_certificate(certificates.self_signed(curve, policy, NOW, 8))
    form = serialization.PrivateFormat
    locked = form.PKCS12.encryption_builder().kdf_rounds(20)
    old = locked.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303 - as old files have it
    secret = PASSWORD.encode()

    def text(content: bytes) -> str:
        return base64.b64encode(content).decode()

    def pem(encryption: serialization.KeySerializationEncryption) -> str:
        block = key.private_bytes(serialization.Encoding.PEM, form.PKCS8, encryption)
        return (block + leaf.public_bytes(serialization.Encoding.PEM)).decode()

    return {
        "pfx": text(pkcs12.serialize_key_and_certificates(None, key, leaf, [odd], serialization.NoEncryption())),
        "pfx-ec": text(pkcs12.serialize_key_and_certificates(b"n", curve, odd, None, serialization.NoEncryption())),
        "pfx-locked": text(pkcs12.serialize_key_and_certificates(None, key, leaf, None, locked.build(secret))),
        "pfx-old": text(pkcs12.serialize_key_and_certificates(None, key, leaf, [odd], old.build(secret))),
        "pem": pem(serialization.NoEncryption()),
        "pem-locked": pem(serialization.BestAvailableEncryption(secret)),
        "der": text(der),
        "p7b": text(pkcs7.serialize_certificates([leaf, odd], serialization.Encoding.DER)),
        "p7b-pem": pkcs7.serialize_certificates([leaf, odd], serialization.Encoding.PEM).decode(),
    }


def _policy(**more: Any) -> dict[str, Any]:
    x509_props = {
        "subject": 'O="Fuzz, Inc.", CN=fuzz.example',
        "sans": {"dns_names": ["fuzz.example"], "emails": ["a@b.example"], "upns": ["a@b"]},
        "ekus": ["1.3.6.1.5.5.7.3.1"],
        "key_usage": ["digitalSignature", "keyEncipherment"],
        "validity_months": 12,
        "basic_constraints": {"ca": False},
    }
    return {
        "key_props": {"exportable": True, "kty": "EC", "key_size": 256, "reuse_key": False, "crv": "P-256"},
        "secret_props": {"contentType": "application/x-pkcs12"},
        "x509_props": x509_props,
        "lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}],
        "issuer": {"name": "Self", "cert_transparency": False},
        "attributes": {"enabled": True},
    } | more


def setting_up() -> tuple[Sent, ...]:
    """What makes the names of an empty vault."""
    unknown, partner = _policy(issuer={"name": "Unknown"}), _policy(issuer={"name": "ca"})
    return (
        Sent("PUT", "/certificates/issuers/ca", body={"provider": "Test"}),
        Sent("PUT", "/certificates/contacts", body={"contacts": [{"email": "a@b.example"}]}),
        Sent("POST", "/certificates/active/import", body={"value": files()["pfx-ec"]}),
        Sent("POST", "/certificates/active/create", body={"policy": _policy()}),
        Sent("POST", "/certificates/waiting/create", body={"policy": unknown}),
        Sent("POST", "/certificates/ordered/create", body={"policy": partner}),
        Sent("POST", "/certificates/deleted/import", body={"value": files()["pfx"]}),
        Sent("DELETE", "/certificates/deleted"),
        Sent("PUT", "/secrets/secret-only", body={"value": "s"}),
        Sent("POST", "/keys/key-only/create", body={"kty": "EC"}),
    )


def _imports() -> Iterator[Sent]:
    pem = {"secret_props": {"contentType": "application/x-pem-file"}}
    for kind, value in files().items():
        if kind.startswith("p"):
            body: dict[str, Any] = {"value": value, "tags": {"a": "b"}, "policy": pem if kind.startswith("pem") else {}}
            body |= {"pwd": PASSWORD} if kind in ("pfx-locked", "pfx-old", "pem-locked") else {}
            yield Sent("POST", "/certificates/fuzzed/import", body=body, file=("value",))


def sound(csr: str, blob: str) -> tuple[Sent, ...]:
    """Requests that the vault takes, one at least for every operation.

    Args:
        csr: of the operation of `waiting`.
        blob: a backup.
    """
    signed = [base64.b64encode(link).decode() for link in certificates.LocalCA(3).issue(csr, NOW, 12)]
    issuer = {
        "provider": "Test",
        "credentials": {"account_id": "a", "pwd": "b"},
        "org_details": {"id": "o", "admin_details": [{"first_name": "A", "email": "a@b", "phone": "1"}]},
        "attributes": {"enabled": True},
    }
    merges = [signed, *([files()[kind]] for kind in ("der", "p7b", "p7b-pem"))]
    form = "grant_type=client_credentials&client_id=app&client_secret=xyzzy&scope=https%3A%2F%2Flocalhost/.default"
    return (
        *_imports(),
        *(Sent("POST", "/certificates/waiting/pending/merge", body={"x5c": x5c}, file=("x5c", 0)) for x5c in merges),
        Sent("POST", "/certificates/fuzzed/create", body={"policy": _policy(), "tags": {"a": "b"}, "preserveCertOrder": True}),
        Sent("POST", "/certificates/active/create", body={"attributes": {"enabled": False}}),
        Sent("PATCH", "/certificates/active/policy", body=_policy()),
        Sent("PATCH", "/certificates/active", body={"attributes": {"enabled": True}, "tags": {"c": "d"}, "policy": _policy()}),
        Sent("GET", "/certificates/active"),
        Sent("GET", "/certificates", f"{API}&maxresults=2&includePending=true"),
        Sent("GET", "/certificates", f"{API}&$skiptoken=eyJOZXh0TWFya2VyIjoiMiE0OCFNREF3TURJd0lXTmxjblJwIn0"),
        Sent("GET", "/certificates/active/versions", f"{API}&maxresults=1"),
        Sent("GET", "/certificates/active/policy"),
        Sent("GET", "/certificates/ordered/pending", f"{API}&request_id=0"),
        Sent("PATCH", "/certificates/ordered/pending", body={"cancellation_requested": True}),
        Sent("DELETE", "/certificates/nobody/pending"),
        Sent("POST", "/certificates/active/backup"),
        Sent("POST", "/certificates/restore", body={"value": blob}, file=("value",)),
        Sent("GET", "/deletedcertificates"),
        Sent("GET", "/deletedcertificates/deleted"),
        Sent("POST", "/deletedcertificates/nobody/recover"),
        Sent("DELETE", "/deletedcertificates/nobody"),
        Sent("DELETE", "/certificates/fuzzed"),
        Sent("PUT", "/certificates/contacts", body={"contacts": [{"email": "a@b.example", "name": "A", "phone": "1"}]}),
        Sent("GET", "/certificates/contacts"),
        Sent("DELETE", "/certificates/contacts"),
        Sent("PUT", "/certificates/issuers/ca", body=issuer),
        Sent("PATCH", "/certificates/issuers/ca", body=issuer),
        Sent("GET", "/certificates/issuers"),
        Sent("GET", "/keys/active"),
        Sent("GET", "/secrets/active"),
        Sent("GET", "/keys"),
        Sent("PUT", "/secrets/secret-only", body={"value": "text", "contentType": "text/plain", "tags": {"a": "b"}}),
        Sent("POST", "/keys/key-only/create", body={"kty": "EC", "crv": "P-256", "key_size": 256, "attributes": {"enabled": True}}),
        Sent("PATCH", "/secrets/secret-only", body={"attributes": {"enabled": True}}),
        Sent("DELETE", "/secrets/nobody"),
        Sent("POST", "/6f1f7d0c-5a0e-4b0e-9a53-6365727400ff/oauth2/v2.0/token", "", body=form.encode()),
        Sent("GET", "/openapi.json", ""),
        Sent("GET", "/health", ""),
    )


# --- ways to spoil them

_DEEP = 3000
TEXTS = (
    "", " ", "x" * 130, "x" * 70_000, "\0", "a\r\nX-Bad: 1", "../..", "%", "ä", "\U0001f512", "\ud800", "CN=", "CN=a+", 'CN="', "CN=a," * 40,
    "-----BEGIN CERTIFICATE-----", "-----BEGIN A-----\n" * 500, "=", "A" * 4097, "application/x-pem-file", "9" * 5000, "-1", "1e999", "NaN",
    "Unknown", "Self", "RSA", "EC-HSM", "P-521", "1.2.3", "2.999." + "9" * 60, "\u0130", "\ufeff", "null",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 1, 255, 256, 2048, 2048.0, 3072, 521, 2**31, 2**63, -(2**64), 10**400, 0.5, -0.0, 1e308, [], {}, [[]], [{}], {"": None},
    [None], {"a": {"a": {"a": []}}}, ["CN=a"] * 300, {str(number): "v" for number in range(40)},
)  # fmt: skip
RAW = (
    b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, b"NaN", b"[NaN]", b"-Infinity", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"{", b'"',
    b'{"value":"\\ud800"}', b'{"value":1e999}', b'{"value":' + b"9" * 5000 + b"}", b'{"value":"a","value":1}', b'{"policy":{},"policy":null}', b"\xc0\x80", b"\0" * 40,
    b"[" * 200_000, b'{"x5c":[' + b'"",' * 3000 + b'""]}', b" " * 70_000, b"\x80" * 100,
)  # fmt: skip
HEADERS = (
    ("x-ms-client-request-id", "a\tb"), ("x-ms-client-request-id", "\xff\xfe"), ("x-ms-client-request-id", "x" * 9000), ("content-type", "text/plain"),
    ("content-type", "application/json; charset=utf-16"), ("content-type", ""), ("authorization", "Bearer"), ("authorization", "Bearer " + "e30." * 3),
    ("authorization", "Bearer " + base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30.AA"), ("authorization", "Basic \xff"), ("accept", "text/html"),
    ("x-forwarded-host", "evil"), ("content-encoding", "gzip"), ("accept-encoding", "br"), ("range", "bytes=0-0"), ("if-match", "*"), ("host", "team.vault.localhost"),
    ("host", "a" * 300), ("host", "[::1"), ("host", "[:::::::::::::::::]"), ("host", ""), ("host", "1.2.3.4.5"), ("host", "xn--a.vault.localhost"),
)  # fmt: skip
QUERIES = (
    "", "api-version=", "api-version=7.4&api-version=9", "api-version=7.3-preview", "API-VERSION=7.4", "api-version=%ff", "&" * 200, "api-version=" + "7" * 9000,
    f"{API}&maxresults={'1' * 5000}", f"{API}&maxresults=%D9%A1", f"{API}&maxresults=0", f"{API}&maxresults=-1", f"{API}&maxresults=+1", f"{API}&request_id=%00",
    f"{API}&$skiptoken={base64.urlsafe_b64encode(b'[' * 20_000).decode()}", f"{API}&$skiptoken={base64.urlsafe_b64encode(b'[1]').decode()}", f"{API}&$skiptoken=%C3%A9",
    f"{API}&$skiptoken={base64.urlsafe_b64encode(b'{%22NextMarker%22:{}}').decode()}", f"{API}&$skiptoken=====", f"{API}&includePending=%ED%A0%80", f"{API}&a=b=c&;",
    f"{API}&" + "&".join(f"a{number}=1" for number in range(60)),
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def of_bytes(rng: Random, content: bytes, other: bytes) -> bytes:
    """Bytes, spoiled in one way: a bit, a piece, a length, a splice."""
    if not content:
        return rng.randbytes(rng.randint(0, 40))
    at, end = sorted((rng.randrange(len(content)), rng.randrange(len(content) + 1)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: content[:at] + bytes((content[at] ^ 1 << rng.randrange(8),)) + content[at + 1 :],
        lambda: content[:at],
        lambda: content[:at] + content[end:],
        lambda: content[:at] + content[at:end] * rng.randint(2, 4) + content[end:],
        lambda: content[:at] + other[min(at, len(other)) :],
        lambda: content[:at] + rng.randbytes(rng.randint(1, 8)) + content[at:],
        lambda: content[:at] + rng.choice((b"\x84\xff\xff\xff\xff", b"\x80", b"\0\0\0\0", b"\xff" * 8, b"\x02\x04\x7f\xff\xff\xff", b"\x30\x82")) + content[at + 1 :],
        lambda: content[:at] + bytes((content[at] + rng.choice((-1, 1)) & 0xFF,)) + content[at + 1 :],
        lambda: content + content,
    )
    return rng.choice(ways)()


def of_file(rng: Random, value: str, other: str) -> str:
    """A file as it stands in JSON, spoiled inside of its base64 or as text."""
    content = _decoded(value)
    if content is None or rng.random() < 0.25:
        return of_bytes(rng, value.encode(), other.encode()).decode("latin-1")
    return base64.b64encode(of_bytes(rng, content, _decoded(other) or b"0")).decode()


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4), altchars=b"-_", validate="-" in value or "_" in value)
    except ValueError:
        return None


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _places(one, (*path, name))


def _put(value: Any, path: tuple[str | int, ...], put: Callable[[Any], Any]) -> Any:
    """A copy of JSON in which one place is another."""
    if not path:
        return put(value)
    whole = copy.copy(value)
    whole[path[0]] = _put(value[path[0]], path[1:], put)
    return whole


def of_json(rng: Random, value: Any) -> Any:
    """JSON, spoiled in one place: of another type, too large, gone, twice, wrapped."""
    place = rng.choice(list(_places(value)))
    odd = copy.deepcopy(rng.choice((*TEXTS, *VALUES)))

    def put(one: Any) -> Any:
        if isinstance(one, dict) and one and rng.random() < 0.3:
            return {name: inner for name, inner in one.items() if name != rng.choice(list(one))}
        if isinstance(one, dict) and rng.random() < 0.3:
            return {**one, rng.choice(("value", "policy", "pwd", "x", "", "x5c", "kty", "tags", "\ud800")): odd}
        if isinstance(one, list) and one and rng.random() < 0.3:
            return one * rng.choice((0, 2, 30))
        if rng.random() < 0.1:
            return [one] if rng.random() < 0.5 else {"value": one}
        return odd

    return _put(value, place, put)


def _target(rng: Random, path: str) -> str:
    parts = path.split("/")
    at = rng.randrange(len(parts))
    names = (*LIVES, "contacts", "issuers", "restore", "versions", "policy", "pending", "0" * 32, "Active", "")
    odd = ("%00", "%0d%0aX-Bad:1", "%ff", "%2e%2e", "..", "%2F", "%25", "a" * 130, "a" * 9000, "%C3%A9", "%ED%A0%80", "%", "%zz", "*", "ä", "a b".replace(" ", "%20"))
    put = rng.choice(names) if rng.random() < 0.6 else rng.choice(odd)
    ways = (
        [*parts[:at], put, *parts[at + 1 :]],
        [*parts[:at], put, *parts[at:]],
        [*parts[:at], *parts[at + 1 :]],
        [*parts[:at], "", "", *parts[at:]],
        [*parts, ""],
        [*parts[:at], parts[at].swapcase(), *parts[at + 1 :]],
    )
    return "/" + "/".join(rng.choice(ways)).lstrip("/")


def spoiled(rng: Random, every: tuple[Sent, ...]) -> Sent:
    """A request out of sound ones, spoiled in one or more ways, now and then in none."""
    sent = rng.choice(every)
    name = rng.choice(LIVES)
    if rng.random() < 0.3:
        parts = sent.path.split("/")
        if len(parts) > 2 and parts[2] in LIVES:
            sent = replace(sent, path="/".join((*parts[:2], name, *parts[3:])))
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
        sent = _spoiled_once(rng, sent, rng.choice(every))
    return sent


def _spoiled_once(rng: Random, sent: Sent, other: Sent) -> Sent:  # noqa: PLR0911 - one for each part of a request
    lot = rng.random()
    if lot < 0.06:
        return replace(sent, method=rng.choice(METHODS))
    if lot < 0.14:
        return replace(sent, path=_target(rng, sent.path))
    if lot < 0.22:
        return replace(sent, query=rng.choice(QUERIES) if rng.random() < 0.6 else quote(of_bytes(rng, sent.query.encode(), b"&"), safe="&=$"))
    if lot < 0.28:
        return replace(sent, headers=(*sent.headers, rng.choice(HEADERS)))
    if lot < 0.32:
        return replace(sent, body=rng.choice(RAW), file=())
    if isinstance(sent.body, bytes) or sent.body is None:
        return replace(sent, body=of_bytes(rng, sent.raw, other.raw)) if sent.body is not None or rng.random() < 0.1 else sent
    if sent.file and lot < 0.75:
        there = str(_at(sent.body, sent.file))
        foreign = str(_at(other.body, other.file)) if other.file and isinstance(other.body, dict) else "AAAA"
        return replace(sent, body=_put(sent.body, sent.file, lambda _: of_file(rng, there, foreign)))
    if lot < 0.92:
        return replace(sent, body=of_json(rng, sent.body), file=())
    return replace(sent, body=of_bytes(rng, sent.raw, other.raw), file=())


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for name in path:
        value = value[name]
    return value
