"""The emulator as a process of its own, and how tests ask it over sockets: with the standard library's client.

Not here: what is asked.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CERTLIFE = str(Path(sys.executable).with_name("certlife"))
POLICY = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}}


@dataclass
class Served:
    """A running emulator."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    log: Path
    token: str = ""

    def connection(self, *, host: str | None = None) -> http.client.HTTPConnection:
        """A connection that trusts the emulator's CA, by another name where one is given."""
        where = urlsplit(self.ready["url"])
        if where.scheme == "http":
            return http.client.HTTPConnection("127.0.0.1", where.port, timeout=20)
        context = ssl.create_default_context(cafile=self.ready["ca_file"])
        if host is None:
            return http.client.HTTPSConnection("localhost", where.port, timeout=20, context=context)
        made = http.client.HTTPSConnection(host, where.port, timeout=20, context=context)
        made.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", where.port or 0), 20), server_hostname=host)
        return made

    def ask(
        self, method: str, target: str, body: Any = None, *, on: http.client.HTTPConnection | None = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Ask it over a connection, else over one of its own; status, headers, JSON."""
        connection = on or self.connection()
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if raw is not None else {}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        connection.request(method, target, raw, given | headers)
        answer = connection.getresponse()
        text = answer.read()
        if on is None:
            connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(text) if text else None

    def control(self, method: str, path: str, body: Any = None) -> int:
        """Ask the control endpoint; the status."""
        where = urlsplit(self.ready["control_url"])
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.ready['control_token']}"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def sign_in(self, resource: str | None = None) -> None:
        """Get a token, for all that is asked from now on."""
        ready = self.ready
        form = f"grant_type=client_credentials&client_id={ready['client_id']}&client_secret={ready['client_secret']}&scope={resource or ready['url']}/.default"
        self.token = self.ask("POST", f"/{ready['tenant']}/oauth2/v2.0/token", form.encode())[2]["access_token"]


def started(command: list[str], log: Any, **environment: str) -> subprocess.Popen[str]:
    """Start a process that tells that it is ready."""
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **environment}
    )


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """Start an emulator and stop it in the end."""
    log = folder / "log"
    command = [CERTLIFE, "serve", "--port", "0", "--json", *options]
    with log.open("w") as written, started(command, written) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line, log.read_text()
            yield Served(process, json.loads(line), log)
        finally:
            if process.poll() is None:
                process.kill()


def raw(served: Served, content: bytes) -> bytes:
    """Send bytes, and read until the connection is closed."""
    context = ssl.create_default_context(cafile=served.ready["ca_file"])
    port = urlsplit(served.ready["url"]).port or 0
    with (
        socket.create_connection(("127.0.0.1", port), 20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as made,
    ):
        made.sendall(content)
        return b"".join(iter(lambda: made.recv(65536), b""))
