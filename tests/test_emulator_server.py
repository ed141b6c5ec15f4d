"""The emulator as a process of its own, asked over sockets by the standard library's client."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from certlife.adapters.emulator.authority import identity
from certlife.conformance.serve import serve_command
from click.testing import CliRunner
from cryptography import x509
from served import CERTLIFE, POLICY, Served, raw, serving, started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An emulator with controls, that asks for tokens."""
    with serving(tmp_path_factory.mktemp("served"), "--control-port", "0", "--fast", "--log-level", "info") as one:
        one.sign_in()
        yield one


def test_life_of_a_certificate_over_one_connection(served: Served) -> None:
    connection = served.connection()

    def ask(method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
        return served.ask(method, f"/life/{path}?api-version=7.4", body, on=connection)

    status, headers, pending = ask("POST", "certificates/web/create", POLICY)
    assert (status, pending["status"], headers["retry-after"]) == (202, "inProgress", "10")
    assert ask("GET", "certificates/web/pending")[2]["status"] == "completed"
    for _ in range(3):  # from the memo, in the end
        status, headers, bundle = ask("GET", "certificates/web")
        assert (status, bundle["attributes"]["enabled"]) == (200, True)
        assert headers["x-ms-keyvault-service-version"]
    assert ask("GET", "secrets/web")[2]["managed"] is True
    assert ask("DELETE", "certificates/web")[0] == 200
    assert ask("GET", "certificates/web")[0] == 404
    assert ask("DELETE", "deletedcertificates/web")[0] == 204
    connection.close()


def test_host_name_of_a_vault_is_in_the_certificate(served: Served) -> None:
    port = urlsplit(served.ready["url"]).port
    connection = served.connection(host="team.vault.localhost")

    status, headers, _ = served.ask("GET", "/certificates?api-version=7.4", on=connection, Authorization="")

    assert status == 401
    assert f'resource="https://vault.localhost:{port}"' in headers["www-authenticate"]
    connection.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_before_1_2_is_refused(served: Served, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cafile=served.ready["ca_file"])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = version
        context.maximum_version = version
    port = urlsplit(served.ready["url"]).port or 0

    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_client_that_does_not_trust_the_ca_does_not_come_through(served: Served) -> None:
    port = urlsplit(served.ready["url"]).port or 0
    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


NO_HTTP = (
    b"NONSENSE\r\n\r\n",
    b"GET /certificates HTTP/1.1\r\nHost localhost\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
)


@pytest.mark.parametrize("content", NO_HTTP)
def test_what_is_no_http_is_refused_in_the_services_form(served: Served, content: bytes) -> None:
    head, _, body = raw(served, content).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "BadRequest"


def test_requests_that_come_at_once_are_answered_in_their_order(served: Served) -> None:
    head = f"Host: {urlsplit(served.ready['url']).netloc}\r\nAuthorization: Bearer {served.token}\r\n"
    get = f"GET /many/certificates?api-version=7.4 HTTP/1.1\r\n{head}\r\n"
    body = json.dumps(POLICY)
    create = f"POST /many/certificates/web/create?api-version=7.4 HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
    last = get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")

    said = raw(served, (get * 200 + create + get * 400 + last).encode())

    statuses = [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200] * 200 + [202] + [200] * 401


def test_request_over_many_connections_are_all_answered(served: Served) -> None:
    def create(number: int) -> int:
        return served.ask("POST", f"/crowd/certificates/c{number}/create?api-version=7.4", POLICY)[0]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(create, range(24))) == {202}
    assert len(served.ask("GET", "/crowd/certificates?api-version=7.4")[2]["value"]) == 24


def test_connection_is_dropped_and_answer_is_lost_when_ordered(served: Served) -> None:
    path = "/faulty/certificates/web/create?api-version=7.4"
    for kind in ("drop", "lose"):
        assert served.control("POST", "/faults", {"kind": kind, "vault": "faulty"}) == 204
        with pytest.raises((ConnectionError, http.client.HTTPException, ssl.SSLError)):
            served.ask("POST", path, {"policy": {"x509_props": {"subject": "CN=a"}}})
    assert served.ask("POST", path, POLICY)[2]["error"]["code"] == "Conflict"  # the second was carried out


def test_body_that_is_too_large_is_refused_and_the_client_hears_it(served: Served) -> None:
    status, headers, body = served.ask("POST", "/certificates/web/create?api-version=7.4", b" " * (9 * 1024 * 1024))

    assert (status, headers["connection"], body["error"]["code"]) == (413, "close", "RequestEntityTooLarge")


def test_throttled_request_tells_when_to_come_again(served: Served) -> None:
    served.control("POST", "/faults", {"kind": "throttle", "retry_after_s": 3, "vault": "slow"})

    status, headers, body = served.ask("GET", "/slow/certificates?api-version=7.4")

    assert (status, headers["retry-after"], body["error"]["code"]) == (429, "3", "Throttled")


def test_control_listens_on_loopback_alone(served: Served) -> None:
    where = urlsplit(served.ready["control_url"])
    assert where.hostname == "127.0.0.1"
    others = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1", "127.0.1.1"}
    for address in others:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((str(address), where.port or 0), 5)


def test_mutant_is_served(served: Served) -> None:
    assert served.control("POST", "/vaults/odd", {"mutant": "cancel-after-completion-is-granted"}) == 201
    served.ask("POST", "/odd/certificates/web/create?api-version=7.4", POLICY)

    cancelled = served.ask("PATCH", "/odd/certificates/web/pending?api-version=7.4", {"cancellation_requested": True})

    assert cancelled[0] == 200


STOPS: tuple[tuple[str, Callable[[Served], None]], ...] = (
    ("SIGTERM", lambda one: one.process.send_signal(signal.SIGTERM)),
    ("SIGINT", lambda one: one.process.send_signal(signal.SIGINT)),
)


@pytest.mark.parametrize("stop", [stop for _, stop in STOPS], ids=[name for name, _ in STOPS])
def test_emulator_stops_when_it_is_told_though_clients_rest(tmp_path: Path, stop: Callable[[Served], None]) -> None:
    with serving(tmp_path, "--no-auth", "--control-port", "0", "--log-level", "debug") as one:
        connection = one.connection()
        assert one.ask("GET", "/certificates?api-version=7.4", on=connection)[0] == 200
        assert Path(one.ready["ca_file"]).exists()

        stop(one)

        assert one.process.wait(20) == 0
        assert not Path(one.ready["ca_file"]).exists()
        connection.close()
    events = [json.loads(line)["event"] for line in one.log.read_text().splitlines()]
    assert events == ["ready", "request", "stopping", "stopped"]


def test_emulator_speaks_http_where_asked_and_writes_its_ca_where_asked(tmp_path: Path) -> None:
    with serving(tmp_path, "--http", "--no-auth") as one:
        assert one.ready["ca_file"] is one.ready["control_url"] is one.ready["client_secret"] is None
        assert one.ask("GET", "/certificates?api-version=7.4")[2] == {"value": [], "nextLink": None}
    with serving(tmp_path, "--ca-out", str(tmp_path / "ca.pem"), "--name", "*.vault.example", "--no-auth") as one:
        connection = one.connection(host="team.vault.example")
        assert one.ask("GET", "/certificates?api-version=7.4", on=connection)[0] == 200
        connection.close()
        assert (tmp_path / "ca.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")


def test_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = CliRunner().invoke(serve_command, ["--host", "127.0.0.1", "--port", port])

    assert ended.exit_code == 2
    assert f"port {port}" in ended.output


@pytest.mark.parametrize("options", [("--data", "/"), ("--name", "a..b"), ("--port", "70000")])
def test_option_that_can_not_be_met_is_told(options: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(serve_command, ["--port", "0", *options])

    assert ended.exit_code == 2
    assert options[0].removeprefix("--") in ended.output or options[1] in ended.output


def test_ready_line_is_for_people_without_json() -> None:
    command = [CERTLIFE, "serve", "--port", "0", "--control-port", "0"]
    secrets = {"CERTLIFE_CLIENT_SECRET": "xyzzy", "CERTLIFE_CONTROL_TOKEN": "plugh"}
    with started(command, subprocess.DEVNULL, **secrets) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        assert process.wait(20) == 0

    assert lines[0].startswith("serving https://localhost:")
    assert lines[1].startswith("trust ")
    assert lines[2].rstrip().endswith("with xyzzy")
    assert lines[3].rstrip().endswith("with plugh")


def test_ca_may_sign_for_the_emulators_names_alone() -> None:
    who = identity(["*.vault.example", "10.1.2.3"])
    ca = x509.load_pem_x509_certificate(who.ca)
    own = x509.load_pem_x509_certificate(who.chain)
    permitted = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []

    assert {str(one.value) for one in permitted} == {"localhost", "vault.localhost", "vault.example", "127.0.0.0/8", "::1/128", "10.1.2.3/32"}
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    own.verify_directly_issued_by(ca)
    assert "*.vault.example" in own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
