"""The remote adapter against a small server of the standard library's: what travels, what is said when it does not."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.port import BudgetSpent, NotAsked, VaultUnreachable
from certlife.adapters.remote import tokens as token_sources
from certlife.adapters.remote.address import address_of
from certlife.adapters.remote.asking import Asking, Budget, Patience, pause_of
from certlife.adapters.remote.challenge import Challenge, challenge_of
from certlife.adapters.remote.connection import Connection
from certlife.adapters.remote.target import ForeignTarget, https
from certlife.adapters.remote.tokens import ClientCredentials, Given, Nothing, Token, Tokens, token_of, tokens_for
from certlife.adapters.targets import Access, TargetRefused, TargetUnknown, find_target
from certlife.adapters.wire import WireAnswer, WireRequest
from certlife.model.values import Request

SECRET = "eyJhbGciOi.very-secret-token.c2lnbmF0dXJl"  # noqa: S105 - nobody's
GET = WireRequest("GET", "/certificates/web?api-version=7.4", {}, b"")
ASKED = Request("GET", "/certificates/web")
CHALLENGE = ("WWW-Authenticate", 'Bearer authorization="https://login.example/tenant-1", resource="https://127.0.0.1"')
Serving = Callable[..., Any]


def said(status: int, body: Any = None, *headers: tuple[str, str]) -> WireAnswer:
    return WireAnswer(status, headers, b"" if body is None else json.dumps(body).encode())


DROP = said(0)
OK = said(200, {})


@pytest.fixture
def asking() -> Iterator[Callable[..., Asking]]:
    opened: list[Connection] = []

    def make(
        url: str,
        *,
        access: Access | None = None,
        budget: Budget | None = None,
        patience: Patience | None = None,
        slept: list[float] | None = None,
        environ: dict[str, str] | None = None,
    ) -> Asking:
        address = address_of(url)
        opened.append(Connection(address, silence_s=5))
        tokens = Tokens(tokens_for(address, access or Access(), environ=environ or {}))
        naps: list[float] = [] if slept is None else slept
        return Asking(opened[-1], tokens, budget=budget or Budget(), patience=patience or Patience(), sleep=naps.append)

    yield make
    for connection in opened:
        connection.close()


# --- addresses


# a URL -> how it is shown, and how identifiers in answers may spell it
ADDRESSES = {
    "https://vault.example": ("https://vault.example", ["https://vault.example", "https://vault.example:443"]),
    "https://VAULT.example:443/": ("https://vault.example", ["https://vault.example", "https://vault.example:443"]),
    "https://localhost:8443/one/": ("https://localhost:8443/one", ["https://localhost:8443/one"]),
    "http://[::1]:80/x": ("http://[::1]/x", ["http://[::1]/x", "http://[::1]:80/x"]),
    "https://bücher.example": ("https://xn--bcher-kva.example", ["https://xn--bcher-kva.example", "https://xn--bcher-kva.example:443"]),
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_address_is_shown_in_one_way_and_known_in_all_its_spellings(url: str) -> None:
    shown, spellings = ADDRESSES[url]

    assert str(address_of(url)) == shown
    assert [spelled for spelled, _ in address_of(url).spellings] == spellings


@pytest.mark.parametrize(
    "url",
    ["https://", "https:vault", "ftp://vault", "https://vault:port", "https://vault:99999", "https://vault?x=1", "https://vault/#x", "https://va ult", "https://vault/a\\b", "https://[::1"],
)
def test_what_is_no_address_is_told_so(url: str) -> None:
    with pytest.raises(TargetUnknown):
        address_of(url)


def test_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(TargetUnknown, match="--token") as told:
        address_of("https://me:hunter2@vault.example")

    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    "host",
    ["mine.vault.azure.net", "mine.VAULT.azure.net.", "mine.vault.azure.cn", "mine.vault.usgovcloudapi.net", "mine.managedhsm.azure.net", "mine.privatelink.vaultcore.azure.net"],
)
def test_vault_in_azure_is_not_touched_unless_somebody_says_yes(host: str) -> None:
    with pytest.raises(TargetRefused, match="--yes"):
        find_target(f"https://{host}")

    target = https(f"https://{host}", Access(yes=True))
    assert isinstance(target, ForeignTarget)
    target.close()


def test_host_that_only_looks_like_azure_is_touched() -> None:
    assert not address_of("https://vault.azure.net.example").is_azure
    assert not address_of("https://mineVvault.azure.net.example").is_azure


# --- what can go wrong


def unreachable(url: str, *, wire: WireRequest = GET, **options: Any) -> VaultUnreachable:
    connection = Connection(address_of(url), **options)
    with pytest.raises(VaultUnreachable) as told:
        connection.ask(wire, {})
    connection.close()
    return told.value


def test_host_that_is_not_there_is_told_with_its_cause() -> None:
    told = unreachable("http://nowhere.invalid")

    assert "no host is called nowhere.invalid" in str(told)
    assert told.__cause__ is not None


def test_port_where_nothing_listens_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        told = unreachable(f"http://127.0.0.1:{taken.getsockname()[1]}")

    assert "nothing answers at http://127.0.0.1" in str(told)
    assert "is the vault running?" in str(told)


def test_host_that_says_nothing_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}", silence_s=0.05)

    assert "has not answered GET in time (0.05 s)" in str(told)


def test_answer_without_end_is_cut_off(serving: Serving) -> None:
    told = unreachable(serving(OK).url, whole_s=-1)

    assert "does not come to an end" in str(told)


def test_plain_server_behind_https_is_told(serving: Serving) -> None:
    told = unreachable(serving(OK).url.replace("http:", "https:"))

    assert "is it plain http://?" in str(told)


def test_certificate_that_nobody_vouches_for_is_told_with_what_to_do(tls: tuple[str, Path]) -> None:
    url, ca_file = tls

    told = unreachable(url)

    assert "--ca-file" in str(told)
    assert "--insecure" in str(told)
    assert isinstance(told.__cause__, Exception)
    for options in ({"ca_file": ca_file}, {"insecure": True}):
        trusting = Connection(address_of(url), **options)  # type: ignore[arg-type]
        assert trusting.ask(GET, {}).status == 200
        trusting.close()


def test_certificate_for_another_host_is_not_taken(tls: tuple[str, Path]) -> None:
    url, ca_file = tls

    assert "is not trusted" in str(unreachable(url.replace("localhost", "127.0.0.1"), ca_file=ca_file))


def test_authorities_that_can_not_be_read_are_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(TargetUnknown, match=name):
            https("https://localhost", Access(ca_file=tmp_path / name))


@pytest.fixture
def tls(serving: Serving, tmp_path: Path) -> tuple[str, Path]:
    """A server whose certificate is good for localhost, and its own authority."""
    from certlife.adapters import certificates  # noqa: PLC0415
    from certlife.adapters.keys import KeyMaker  # noqa: PLC0415
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    key = KeyMaker(7).make("EC", None, "P-256")
    policy = {"x509_props": {"subject": "CN=localhost", "sans": {"dns_names": ["localhost"]}, "validity_months": 12, "ekus": ["1.3.6.1.5.5.7.3.1"], "key_usage": ["digitalSignature", "keyCertSign"]}}
    link = certificates.self_signed(key, policy, int(datetime.now(UTC).timestamp()) - 3600, 7)
    pem = x509.load_der_x509_certificate(link).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "ca.pem").write_bytes(pem)
    (tmp_path / "both.pem").write_bytes(pem + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    server = serving(OK)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return f"https://localhost:{server.server_port}", tmp_path / "ca.pem"


# --- the connection


def test_one_connection_is_kept_alive(serving: Serving) -> None:
    server = serving(OK)
    connection = Connection(address_of(f"{server.url}/path"))

    for _ in range(5):
        connection.ask(GET, {"x": "y"})
    connection.close()

    assert server.connections == 1
    assert server.seen[0].target == "/path/certificates/web?api-version=7.4"
    assert server.seen[0].headers["host"] == server.url.removeprefix("http://")


def test_redirect_is_an_answer_and_never_followed(serving: Serving, asking: Callable[..., Asking]) -> None:
    other = serving(OK)
    server = serving(said(307, None, ("Location", f"{other.url}/certificates/web")))

    answer = asking(server.url, access=Access(token=SECRET)).ask(GET)

    assert answer.status == 307
    assert other.seen == []


# what is asked -> how often it is sent when the connection breaks before the answer
BROKEN = {"GET": 2, "DELETE": 2, "PUT": 2, "POST": 1, "PATCH": 1}


@pytest.mark.parametrize("method", BROKEN)
def test_request_is_sent_again_over_a_broken_connection_only_if_that_does_no_harm(method: str, serving: Serving) -> None:
    server = serving(DROP)

    told = unreachable(server.url, wire=WireRequest(method, "/certificates/web?x=1", {}, b""))

    assert len(server.seen) == BROKEN[method]
    assert f"hung up on {method} /certificates/web" in str(told)


# --- patience and budget


def test_vault_that_is_busy_is_asked_again_when_it_says(serving: Serving, asking: Callable[..., Asking]) -> None:
    slept: list[float] = []
    server = serving(said(429, None, ("Retry-After", "7")), said(503, None, ("Retry-After", "2")), said(429), OK)

    assert asking(server.url, slept=slept).ask(GET).status == 200
    assert slept == [7, 2, 4]


@pytest.mark.parametrize(("patience", "sent"), [(Patience(times=3), 4), (Patience(seconds=15), 2)])
def test_vault_that_stays_busy_is_left_alone_after_a_while(patience: Patience, sent: int, serving: Serving, asking: Callable[..., Asking]) -> None:
    slept: list[float] = []
    server = serving(said(429, None, ("Retry-After", "10")))

    with pytest.raises(VaultUnreachable, match="stays busy"):
        asking(server.url, patience=patience, slept=slept).ask(GET)

    assert len(server.seen) == sent
    assert sum(slept) <= patience.seconds


def test_unavailable_vault_that_names_no_time_has_answered() -> None:
    assert pause_of(said(503), 0) is None
    assert pause_of(said(500, None, ("Retry-After", "3")), 0) is None


def test_moment_to_ask_again_may_be_a_date_and_may_be_nonsense() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

    assert 90 < (pause_of(said(429, None, ("Retry-After", later)), 0) or 0) <= 100
    assert pause_of(said(429, None, ("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")), 0) == 0
    assert pause_of(said(429, None, ("Retry-After", "soon")), 2) == 4


def test_budget_counts_what_is_sent_again_too_and_is_never_exceeded(serving: Serving, asking: Callable[..., Asking]) -> None:
    server = serving(said(429, None, ("Retry-After", "1")), OK)
    budget = Budget(3)
    asks = asking(server.url, budget=budget)
    asks.ask(GET)
    asks.ask(GET)

    with pytest.raises(BudgetSpent, match="3 requests"):
        asks.ask(GET)

    assert len(server.seen) == 3
    with budget.lifted():
        assert asks.ask(GET).status == 200


# --- tokens


def test_token_that_is_given_goes_before_that_of_the_environment_and_that_before_a_token_url() -> None:
    at, environ = address_of("https://v.example"), {"CERTLIFE_TOKEN": "two", "CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "s"}
    url = "https://login.example/t/oauth2/v2.0/token"

    assert tokens_for(at, Access(token="one", token_url=url), environ=environ).at_once() == Token("one")  # noqa: S106
    assert tokens_for(at, Access(token_url=url), environ=environ).at_once() == Token("two")
    del environ["CERTLIFE_TOKEN"]
    assert isinstance(tokens_for(at, Access(token_url=url), environ=environ), ClientCredentials)
    assert tokens_for(at, Access(), environ=environ) == Nothing("v.example")


def test_token_is_sent_at_once(serving: Serving, asking: Callable[..., Asking]) -> None:
    server = serving(OK)

    asking(server.url, access=Access(token=SECRET)).ask(GET)

    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"


def test_token_is_fetched_when_the_vault_asks_for_one_and_kept(serving: Serving, asking: Callable[..., Asking]) -> None:
    login = serving(said(200, {"access_token": SECRET, "expires_in": 3600, "token_type": "Bearer"}))
    server = serving(said(401, None, CHALLENGE), OK)
    environ = {"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "my&secret"}
    asks = asking(server.url, access=Access(token_url=f"{login.url}/t/oauth2/v2.0/token"), environ=environ)

    assert asks.ask(GET).status == 200
    asks.ask(GET)

    assert [one.headers.get("authorization") for one in server.seen] == [None, f"Bearer {SECRET}", f"Bearer {SECRET}"]
    assert len(login.seen) == 1
    assert login.seen[0].target == "/t/oauth2/v2.0/token"
    assert login.seen[0].body == b"grant_type=client_credentials&client_id=me&client_secret=my%26secret&scope=https%3A%2F%2F127.0.0.1%2F.default"


def test_token_is_fetched_again_before_it_expires() -> None:
    now = [0.0]
    made = iter((token_of("one", 3600, 0), token_of("two", "100", 3400)))

    class Source:
        def at_once(self) -> None:
            """Nothing."""

        def fetch(self, _: Challenge | None) -> Token:
            return next(made)

    kept = Tokens(Source(), clock=lambda: now[0])
    kept.renew(None)
    sent = []
    for now[0] in (0, 3299, 3300, 3489):
        sent.append(kept.header()["authorization"])

    assert sent == ["Bearer one", "Bearer one", "Bearer two", "Bearer two"]
    assert token_of("two", "100", 3400).ends == 3490


def test_vault_that_takes_no_token_is_told_with_tenant_and_resource(serving: Serving, monkeypatch: pytest.MonkeyPatch, asking: Callable[..., Asking]) -> None:
    monkeypatch.setattr(token_sources, "_from_azure", lambda _: None)
    server = serving(said(401, None, CHALLENGE))
    for access in (Access(), Access(token=SECRET)):
        with pytest.raises(VaultUnreachable, match="tenant tenant-1 for https://127") as told:
            asking(server.url, access=access).ask(GET)
        assert SECRET not in str(told.value)


def test_token_that_is_fetched_and_not_taken_is_fetched_once(serving: Serving, asking: Callable[..., Asking]) -> None:
    login = serving(said(200, {"access_token": SECRET}))
    server = serving(said(401, None, CHALLENGE))
    environ = {"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "s"}

    with pytest.raises(VaultUnreachable, match="not a new one either"):
        asking(server.url, access=Access(token_url=f"{login.url}/token"), environ=environ).ask(GET)

    assert (len(login.seen), len(server.seen)) == (1, 2)


@pytest.mark.parametrize("answer", [said(401, {"error": "invalid_client", "error_description": "wrong secret\nTrace"}), said(200, {"token": "x"}), said(200), said(302, None, ("Location", "/"))])
def test_token_url_that_gives_none_is_told(answer: WireAnswer, serving: Serving, asking: Callable[..., Asking]) -> None:
    login, server = serving(answer), serving(said(401, None, CHALLENGE))
    environ = {"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "hunter2"}

    with pytest.raises(VaultUnreachable, match="gives no token") as told:
        asking(server.url, access=Access(token_url=f"{login.url}/token"), environ=environ).ask(GET)

    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)


def test_token_for_another_resource_is_not_fetched_for_a_host_that_asks_for_it(serving: Serving, monkeypatch: pytest.MonkeyPatch, asking: Callable[..., Asking]) -> None:
    fetched: list[Challenge] = []
    monkeypatch.setattr(token_sources, "_from_azure", fetched.append)
    server = serving(said(401, None, ("WWW-Authenticate", 'Bearer authorization="https://login.example/t", resource="https://management.azure.com"')))

    with pytest.raises(VaultUnreachable, match="no token for that is sent to 127"):
        asking(server.url).ask(GET)

    assert fetched == []


# a challenge's resource, a host -> whether a token for the one may be sent to the other
RESOURCES = {
    ("https://vault.azure.net", "mine.vault.azure.net"): True,
    ("https://vault.azure.net", "vault.azure.net.evil.example"): False,
    ("https://vault.azure.net", "evilvault.azure.net"): False,
    ("https://localhost:8443", "localhost"): True,
    ("", "localhost"): False,
}


@pytest.mark.parametrize(("resource", "host"), RESOURCES)
def test_resource_has_to_be_the_hosts(resource: str, host: str) -> None:
    challenge = challenge_of([("www-authenticate", f'Bearer authorization="https://login/t", resource="{resource}"')])

    assert challenge is not None
    assert challenge.is_for(host) == RESOURCES[resource, host]


def test_challenge_is_read_in_its_forms() -> None:
    both = challenge_of([("x", "y"), ("WWW-Authenticate", 'Basic realm="x"'), ("WWW-Authenticate", "bearer authorization_uri=https://login/t/x, scope=https://a/.default")])

    assert both == Challenge("https://login/t/x", "https://a/.default")
    assert both is not None
    assert both.tenant == "t"
    assert challenge_of([("WWW-Authenticate", 'Basic realm="x"')]) is None
    assert challenge_of([("WWW-Authenticate", "Bearer")]) == Challenge()


def test_token_does_not_go_over_plain_http_to_another_machine() -> None:
    at = address_of("http://vault.example")
    for access in (Access(token=SECRET), Access(token_url="https://login.example/")):  # noqa: S106
        with pytest.raises(TargetRefused, match="plain HTTP") as told:
            tokens_for(at, access, environ={"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "s"})
        assert SECRET not in str(told.value)
    assert tokens_for(at, Access(token=SECRET, insecure=True), environ={}) == Given(Token(SECRET))
    with pytest.raises(TargetRefused, match="client secret"):
        tokens_for(address_of("https://v.example"), Access(token_url="http://login.example/"), environ={"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": "s"})  # noqa: S106


def test_half_a_client_is_told_what_is_missing() -> None:
    with pytest.raises(TargetUnknown, match=r"\$CERTLIFE_CLIENT_SECRET$"):
        tokens_for(address_of("https://v.example"), Access(token_url="https://login.example/"), environ={"CERTLIFE_CLIENT_ID": "me"})  # noqa: S106


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ümlaut"])
def test_token_that_is_none_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(TargetUnknown, match="the token is none") as told:
        tokens_for(address_of("https://v.example"), Access(token=token), environ={})

    assert token not in str(told.value)


def test_token_stands_in_no_repr_and_in_no_log(serving: Serving, caplog: pytest.LogCaptureFixture, asking: Callable[..., Asking]) -> None:
    caplog.set_level(logging.DEBUG)
    environ = {"CERTLIFE_CLIENT_ID": "me", "CERTLIFE_CLIENT_SECRET": SECRET}
    access = Access(token=SECRET, control_token=SECRET)
    at = address_of("https://v.example")
    server = serving(OK)

    asking(server.url, access=access).ask(GET)

    assert caplog.text  # the client library does log
    client = tokens_for(at, Access(token_url="https://login.example/"), environ=environ)  # noqa: S106
    shown = [repr(access), repr(tokens_for(at, access, environ={})), repr(client), repr(Token(SECRET)), caplog.text]
    assert not any(SECRET in text for text in shown)


# --- the vault


def test_body_that_is_not_json_is_an_answer(serving: Serving) -> None:
    server = serving(WireAnswer(502, (("Content-Type", "text/html"),), b"<html>"))
    target = ForeignTarget("x", address_of(server.url))

    assert target.open(seed=0).perform(ASKED).body == "<html>"
    target.close()


def test_contacts_of_a_foreign_vault_are_left_alone(serving: Serving) -> None:
    server = serving(OK)
    target = ForeignTarget("x", address_of(server.url))
    for method in ("GET", "PUT", "DELETE"):
        with pytest.raises(NotAsked, match="--contacts"):
            target.open(seed=0).perform(Request(method, "/certificates/contacts"))
    target.close()

    assert server.seen == []
