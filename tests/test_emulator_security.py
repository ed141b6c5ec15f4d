"""What the emulator guards, attacked: slow and endless heads, injection, secrets in logs, comparisons that tell the time."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from certlife.adapters.emulator.authority import identity
from certlife.adapters.emulator.options import TENANT, Options
from certlife.adapters.emulator.protocol import MOST_OF_HEAD, Protocol
from certlife.adapters.emulator.server import _config
from certlife.adapters.emulator.sign_in import SignIn
from certlife.adapters.emulator.tokens import TokenRefused, Tokens
from fuzz_emulator import InProcess, Said
from fuzz_inputs import PASSWORD, Sent, files
from served import POLICY, Served, serving
from test_emulator_control import Desk
from uvicorn.server import ServerState

# --- TLS


def test_tls_begins_with_1_2() -> None:
    assert identity().context().minimum_version == ssl.TLSVersion.TLSv1_2


# --- comparisons


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[bytes, bytes]]]:
    """What was compared in constant time."""
    pairs: list[tuple[bytes, bytes]] = []
    plain = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        pairs.append((one, other))
        return plain(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    return pairs


@pytest.mark.parametrize("told", ["", "x", "xyzz", "xyzzy"])
@pytest.mark.parametrize("name", ["", "app"])
def test_client_secret_is_compared_in_constant_time_whoever_asks(compared: list[Any], name: str, told: str) -> None:
    form = f"grant_type=client_credentials&client_id={name}&client_secret={told}&scope=https://a/.default"

    said = SignIn(Tokens(TENANT), "app", "xyzzy").answer("POST", f"/{TENANT}/oauth2/v2.0/token", form.encode(), "https://a")

    assert said is not None
    assert (said.status == 200) is (name == "app" and told == "xyzzy")
    assert (told.encode(), b"xyzzy") in compared


def test_signature_of_a_token_is_compared_in_constant_time(compared: list[Any]) -> None:
    tokens = Tokens(TENANT)
    head, body, _ = tokens.make(client_id="a", audience="https://a").split(".")

    for forged in ("", "AA", "A" * 43):
        with pytest.raises(TokenRefused):
            tokens.check(f"Bearer {head}.{body}.{forged}", "https://a")

    assert len(compared) == 3


def test_token_of_the_controls_is_compared_in_constant_time(compared: list[Any]) -> None:
    assert Desk().ask("GET", "/vaults", token="wor")[0] == 401  # noqa: S106 - a wrong one

    assert (b"wor", b"word") in compared


# --- heads

GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"


def over_a_socket(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]], **limits: float) -> bytes:
    """What a client gets that talks to the emulator's protocol with other limits."""

    async def run() -> bytes:
        config, state = _config(InProcess().app, None), ServerState()

        def protocol() -> Protocol:
            made = Protocol(config, state, {})
            for name, value in limits.items():
                setattr(made, name, value)
            return made

        server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                return await asyncio.wait_for(talk(reader, writer), 20)
            finally:
                writer.close()

    return asyncio.run(run())


def sending(*pieces: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]:
    """A client that sends pieces, each once the one before has been taken, and reads until the end."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return await reader.read()

    return talk


def refused(said: bytes) -> tuple[int, str, bool]:
    """Status and code of an answer, and whether it is the last."""
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]["code"], b"Connection: close" in head


@pytest.mark.parametrize("sent", [b"G", GET, GET + b"X: y", GET + b"\r\n" + GET], ids=["line", "headers", "header", "second"])
def test_head_that_does_not_come_to_its_end_is_given_up(sent: bytes) -> None:
    said = over_a_socket(sending(sent), head_s=0.05)

    assert refused(said[said.rindex(b"HTTP/1.1 ") :]) == (408, "RequestTimeout", True)


def test_head_that_comes_byte_by_byte_is_given_up_too() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        answer = asyncio.ensure_future(reader.read())
        while not answer.done():
            writer.write(b"x" if answer.done() else b"X-a: b\r\n")
            await asyncio.wait([answer], timeout=0.01)
        return answer.result()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(GET)
        return await drip(reader, writer)

    assert refused(over_a_socket(talk, head_s=0.2)) == (408, "RequestTimeout", True)


@pytest.mark.parametrize("sent", [b"", b"\r\n", GET + b"\r\n", GET + b"\r\n\r\n\r\n"])
def test_client_that_rests_is_left_without_a_word(sent: bytes) -> None:
    said = over_a_socket(sending(sent), timeout_keep_alive=0.05)

    assert said.count(b"HTTP/1.1 ") == said.count(b" 200 OK") == sent.count(b"GET")


LINE = b"X-Long: " + b"x" * 1000 + b"\r\n"
# what is sent, in one piece or several
ENDLESS = {
    "path": [b"GET /" + b"a" * (MOST_OF_HEAD + 1) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    "one header": [GET, b"X-Long: ", *[b"x" * 8000] * 10],
    "many headers": [GET, *[LINE] * 80],
    "one piece": [GET + LINE * 80 + b"\r\n"],
    "one piece without an end": [GET + LINE * 300],
}


@pytest.mark.parametrize("pieces", ENDLESS.values(), ids=ENDLESS)
def test_head_that_is_too_large_is_refused(pieces: list[bytes]) -> None:
    assert refused(over_a_socket(sending(*pieces))) == (431, "RequestHeaderFieldsTooLarge", True)


def test_many_requests_in_one_piece_are_no_large_head() -> None:
    said = over_a_socket(sending((GET + b"\r\n") * 3000 + GET + b"Connection: close\r\n\r\n"))

    assert said.count(b"HTTP/1.1 200 OK") == 3001


# --- injection


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An emulator that logs all it ever does."""
    options = ("--control-port", "0", "--fast", "--log-level", "debug", "--client-secret", SECRETS["client secret"], "--control-token", SECRETS["control token"])
    with serving(tmp_path_factory.mktemp("guarded"), *options) as one:
        one.sign_in()
        yield one


INJECTED = "%0d%0aX-Injected:%20yes"


@pytest.mark.parametrize(
    "target",
    [
        f"/certificates/{INJECTED}/create?api-version=7.4",
        f"/certificates/web{INJECTED}?api-version=7.4",
        f"/certificates/web/pending?api-version=7.4&request_id={INJECTED}",
        f"/certificates?api-version={INJECTED}",
        f"/certificates/issuers/{INJECTED}?api-version=7.4",
        f"/{INJECTED}/certificates?api-version=7.4",
        f"/{INJECTED}/oauth2/v2.0/token",
        "/..%2f..%2f..%2fetc%2fpasswd?api-version=7.4",
        "/certificates/..%5c..%5cweb/create?api-version=7.4",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_nothing_in_a_target_becomes_a_header_or_a_file(served: Served, method: str, target: str) -> None:
    status, headers, body = served.ask(method, target, POLICY if method != "GET" else None)

    assert 400 <= status < 500
    assert "x-injected" not in headers
    assert "root:" not in json.dumps(body)


@pytest.mark.parametrize("value", ["a\tb", "é\x85ÿ", "\x0b\x0c", "a\r\n X-Injected: yes"])
def test_request_id_of_the_client_stays_one_line(value: str) -> None:
    said = asyncio.run(InProcess().ask(Sent("GET", "/certificates", headers=(("x-ms-client-request-id", value),))))

    assert re.fullmatch(r"[\x20-\x7e]+", said.headers["x-ms-client-request-id"])
    assert said.status == 200


@pytest.mark.parametrize("host", ['a".vault.localhost', "a b.vault.localhost", "a,b.vault.localhost", "a\\.vault.localhost", "evil.example/@localhost"])
def test_host_can_not_write_into_the_challenge(host: str) -> None:
    said = asyncio.run(InProcess().ask(Sent("GET", "/certificates", headers=(("host", host), ("authorization", "")))))

    assert said.status == 400
    assert "www-authenticate" not in said.headers


# --- secrets

SECRETS = {
    "client secret": "secret-of-the-client-7f1c",
    "control token": "token-of-the-controls-55aa",
    "password of an account": "password-of-the-account-90e2",
    "value of a secret": "value-of-a-secret-4b3d",
    "password of a file": PASSWORD,
}


def pieces(value: str) -> list[str]:
    """Parts of a long value, any of which would give it away."""
    return [value[at : at + 24] for at in range(0, len(value) - 24, 200)] if len(value) > 100 else [value]


def lived(served: Served) -> tuple[list[tuple[str, str]], list[str]]:
    """A life in which all that is secret occurs, in its place and elsewhere; what is secret, and the bodies of all errors."""
    secret = [*SECRETS.items(), ("access token", served.token), ("signature", served.token.rpartition(".")[2])]
    refusals: list[str] = []

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        status, _, said = served.ask(method, path if "?" in path else f"{path}?api-version=7.4", body, **headers)
        if status >= 400:
            refusals.append(json.dumps(said, ensure_ascii=False))
        return said

    locked, bare, pem = files()["pfx-locked"], files()["pfx"], files()["pem"]
    secret += [(kind, piece) for kind in ("pfx", "pfx-locked", "pem") for piece in pieces(files()[kind].replace("\n", "\\n") if kind == "pem" else files()[kind])]
    pwd, account, value = PASSWORD, SECRETS["password of an account"], SECRETS["value of a secret"]
    ask("POST", "/certificates/locked/import", {"value": locked, "pwd": pwd})
    ask("POST", "/certificates/locked/import", {"value": locked, "pwd": pwd + "x"})
    ask("POST", "/certificates/locked/import", {"value": locked + "AAAA", "pwd": pwd})
    ask("POST", "/certificates/locked/import", {"value": [locked], "pwd": [pwd]})
    ask("POST", "/certificates/locked/import", json.dumps({"value": locked, "pwd": pwd}).encode()[:-1])
    ask("POST", "/certificates/locked/import", {"value": bare, "policy": {"secret_props": {"contentType": "application/x-pem-file"}}})
    ask("POST", "/certificates/pem/import", {"value": pem, "policy": {"secret_props": {"contentType": "application/x-pem-file"}}})
    ask("POST", "/certificates/pem/import", {"value": pem})
    ask("PUT", "/certificates/issuers/ca", {"provider": "DigiCert", "credentials": {"account_id": "a", "pwd": account}})
    ask("PUT", "/certificates/issuers/ca", {"provider": "DigiCert", "credentials": {"account_id": [account], "pwd": [account]}})
    ask("PUT", "/certificates/issuers/ca", {"provider": ["DigiCert"], "credentials": account})
    ask("PUT", "/secrets/own", {"value": value})
    ask("PUT", "/secrets/own", {"value": [value]})
    ask("POST", "/certificates/made/create", POLICY)
    for name in ("locked", "pem", "made"):
        secret += [(f"secret of {name}", piece) for piece in pieces(ask("GET", f"/secrets/{name}")["value"])]
    blob = ask("POST", "/certificates/made/backup")["value"]
    secret += [("blob", piece) for piece in pieces(blob)]
    ask("POST", "/certificates/restore", {"value": blob})
    ask("POST", "/certificates/restore", {"value": blob[:-9]})
    ask("GET", f"/certificates?api-version=7.4&pwd={account}&access_token={served.token}")
    ask("GET", "/certificates", Authorization=f"Bearer {served.token}x")
    ask("GET", "/certificates", Authorization=f"Basic {base64.b64encode(value.encode()).decode()}")
    form = f"grant_type=client_credentials&client_id=x&client_secret={SECRETS['client secret']}&scope=a"
    ask("POST", f"/{TENANT}/oauth2/v2.0/token?x", form.encode())
    served.control("POST", "/vaults/other", {"seed": SECRETS["control token"]})
    served.control("POST", f"/vaults/{'x' * 30}", None)
    for kind in ("fail", "slow", "lose", "throttle"):
        served.control("POST", "/faults", {"kind": kind, "after_s": 0, "vault": "default"})
    for _ in range(4):
        try:
            ask("POST", "/certificates/locked/import", {"value": locked, "pwd": pwd})
        except (OSError, ConnectionError):
            refusals.append("the connection was dropped")
    return secret, refusals


def test_no_secret_is_logged_or_told_in_an_error(served: Served) -> None:
    secret, refusals = lived(served)
    log = served.log.read_text(encoding="utf-8")

    assert len(refusals) > 14
    assert len(log.splitlines()) > 30
    written = log + log.encode().decode("unicode_escape", "replace")
    assert [what for what, value in secret if value in written] == []
    assert [what for what, value in secret for told in refusals if value in told] == []


def test_what_is_no_http_is_not_logged(served: Served) -> None:
    port = urlsplit(served.ready["url"]).port or 0
    context = ssl.create_default_context(cafile=served.ready["ca_file"])
    with socket.create_connection(("127.0.0.1", port), 20) as plain, context.wrap_socket(plain, server_hostname="localhost") as made:
        made.sendall(b"hush-hush-hush\r\n\r\n")
        assert made.recv(99).startswith(b"HTTP/1.1 400")

    assert "hush" not in served.log.read_text()


def test_secrets_do_not_show_in_what_programs_print() -> None:
    options = Options(client_secret="xyzzy", control_token="plugh")  # noqa: S106 - the test's own

    assert "xyzzy" not in repr(options)
    assert "plugh" not in repr(options)
    assert "PRIVATE" not in repr(identity())


# --- the control endpoint


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "", "127.0.0.1@evil.example", "[::2]:9", "team.vault.localhost"])  # noqa: S104 - a header
def test_control_answers_to_no_name_that_another_host_may_have(host: str) -> None:
    assert Desk().ask("GET", "/vaults", host=host)[0] == 421


def test_body_of_an_answer_is_of_the_type_that_it_says() -> None:
    said: Said = asyncio.run(InProcess().ask(Sent("GET", "/certificates/%3Cscript%3E")))

    assert said.headers["content-type"].startswith("application/json")
    assert said.headers["x-content-type-options"] == "nosniff"


def test_log_is_lines_of_json(served: Served, tmp_path: Path) -> None:
    served.ask("GET", "/certificates/a%22%7D%5C?api-version=7.4")
    copied = tmp_path / "log"
    copied.write_text(served.log.read_text())

    assert all(isinstance(json.loads(line), dict) for line in copied.read_text().splitlines())
