"""The emulator, fuzzed: `make fuzz`. No 5xx, no hang, no growth of memory, errors in the service's form, the vault lives on.

Most inputs go through the application in process, a part as bytes over sockets to an emulator of its own. The same seed
gives the same inputs. Not here: the inputs (fuzz_inputs).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import socket
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from certlife.adapters.emulator import openapi
from certlife.adapters.emulator.app import Emulator
from certlife.adapters.emulator.logs import LOGGER
from certlife.adapters.emulator.options import Options
from certlife.adapters.emulator.tokens import SERVICE
from certlife.adapters.emulator.vaults import Vaults, Wish
from fuzz_inputs import Sent, setting_up, sound, spoiled
from served import serving

HOST = "localhost:8443"
ROUND = 250
"""How many inputs one vault gets, before another takes its place."""
SLOW_S = 5.0
"""The longest that an answer may take, seconds on the processor."""


BROKEN: list[str] = []
"""What the emulators of this process logged as their own fault."""


class Listening(logging.Handler):
    """Hears what the emulator logs as its own fault."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the kind of an exception, and the last places."""
        raised = getattr(record, "members", {}).get("exception")
        if raised is not None:
            BROKEN.append(f"{raised['kind']} at {raised['place'][-2:]}")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass(slots=True)
class Found:
    """What came of a run.

    Attributes:
        wrong: what was found, each with its request; at most one for each kind.
    """

    inputs: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    wrong: dict[str, str] = field(default_factory=dict)

    def note(self, sent: Sent, said: Said, seconds: float) -> None:
        """Look at an answer."""
        self.inputs += 1
        self.statuses[said.status] += 1
        if seconds > self.slowest[0]:
            self.slowest = (seconds, sent.shown()[:300])
        fault = fault_of(sent, said) or ("took too long" if seconds > SLOW_S else None)
        if said.status == 500 and BROKEN:
            fault = f"status 500, {BROKEN[-1]}"
        if fault is not None:
            self.wrong.setdefault(fault, sent.shown())

    def print(self, title: str, seconds: float) -> None:
        """Say what came of it."""
        shown = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        print(f"{title}: {self.inputs} inputs in {seconds:.0f} s, {shown}; slowest {self.slowest[0] * 1000:.0f} ms", flush=True)
        for fault, sent in self.wrong.items():
            print(f"  WRONG {fault}\n    {sent}")


def fault_of(sent: Sent, said: Said) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    if said.status >= 500 or said.status < 200:
        return f"status {said.status}"
    if any("\r" in value or "\n" in value for value in said.headers.values()):
        return "a header of two lines"
    if said.status < 400 or sent.method == "HEAD":
        return None
    try:
        error = said.json["error"]
    except (ValueError, TypeError, KeyError):
        return f"the error of a {said.status} is not in the service's form"
    if "oauth2" in sent.path and isinstance(error, str):
        return None  # RFC 6749, 5.2
    good = isinstance(error, dict) and isinstance(error.get("code"), str) and isinstance(error.get("message"), str)
    return None if good else f"the error of a {said.status} is not in the service's form"


# --- in process


class InProcess:
    """An emulator's application, asked without sockets."""

    def __init__(self) -> None:
        LOGGER.handlers[:] = [Listening()]
        LOGGER.propagate = False
        self.vaults = Vaults(fast=True, seed=1)
        options = Options(client_id="app", client_secret="xyzzy")  # noqa: S106 - the test's own
        self.app = Emulator(options, self.vaults, openapi=openapi.document)
        self._token = self.app.tokens.make(client_id="app", audience=SERVICE)

    async def ask(self, sent: Sent) -> Said:
        """Send one."""
        body = sent.raw
        headers = {"host": HOST, "content-type": "application/json", "authorization": f"Bearer {self._token}", **dict(sent.headers)}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        pairs += [(b"content-length", str(len(body)).encode())] if body else []
        raw = sent.path.encode()
        scope = {"type": "http", "method": sent.method, "scheme": "https", "path": sent.path, "raw_path": raw}
        scope |= {"query_string": sent.query.encode(), "headers": pairs}
        parts: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            parts.append(message)

        await self.app(scope, receive, send)
        head = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in parts[0]["headers"]}
        return Said(parts[0]["status"], head, parts[1]["body"])

    async def renew(self, seed: int) -> tuple[Sent, ...]:
        """Put a fresh vault with known names in the place of all that are there; sound requests for it."""
        for hosted in self.vaults:
            self.vaults.forget(hosted.name)
        self.vaults.make("default", Wish(seed=seed))
        for sent in setting_up():
            said = await self.ask(sent)
            assert said.status < 300, (sent.shown(), said.body)
        csr = (await self.ask(Sent("GET", "/certificates/waiting/pending"))).json["csr"]
        blob = (await self.ask(Sent("POST", "/certificates/active/backup"))).json["value"]
        return sound(csr, blob)


LIFE = (
    ("POST", "/certificates/sane/create", {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=sane"}}}, 202),
    ("GET", "/certificates/sane/pending", None, 200),
    ("GET", "/certificates/sane", None, 200),
    ("GET", "/secrets/sane", None, 200),
    ("PATCH", "/certificates/sane", {"tags": {"a": "b"}}, 200),
    ("POST", "/certificates/sane/backup", None, 200),
    ("DELETE", "/certificates/sane", None, 200),
    ("DELETE", "/deletedcertificates/sane", None, 204),
    ("GET", "/certificates/sane", None, 404),
    ("GET", "/certificates", None, 200),
)  # fmt: skip


async def lives(emulator: InProcess) -> str | None:
    """Whether a certificate still can live there; what went wrong, None where nothing did."""
    for method, path, body, status in LIFE:
        said = await emulator.ask(Sent(method, path, body=body))
        if said.status != status:
            return f"a life afterwards: {method} {path} answered {said.status}"
    return None


async def fuzz(emulator: InProcess, rng: Random, inputs: int, found: Found) -> None:
    """Send so many inputs."""
    for number in range(inputs):
        if number % ROUND == 0:
            every = await emulator.renew(rng.getrandbits(32))
        sent = spoiled(rng, every)
        begun = time.process_time()
        try:
            said = await emulator.ask(sent)
        except BaseException as error:
            print(f"WRONG {type(error).__name__} came through: {sent.shown()}")
            raise
        found.note(sent, said, time.process_time() - begun)
        if number % ROUND == ROUND - 1:
            wrong = await lives(emulator)
            if wrong is not None:
                found.wrong.setdefault(wrong, sent.shown())


# --- over sockets


def over_sockets(rng: Random, inputs: int, found: Found, connection: Connection) -> None:
    """Send so many inputs as bytes, some of them no HTTP."""
    every: tuple[Sent, ...] = ()
    for number in range(inputs):
        if number % ROUND == 0:
            every = _renewed(connection)
        sent = spoiled(rng, every)
        head = connection.head(sent)
        if rng.random() < 0.05:
            at = rng.randrange(len(head))
            head = head[:at] + rng.randbytes(rng.randint(1, 3)) + head[at + rng.randint(0, 3) :]
            connection.send_and_close(head + sent.raw)
            continue
        begun = time.perf_counter()
        said = connection.ask(head + sent.raw, sent.method)
        if said is not None:
            found.note(sent, said, time.perf_counter() - begun)
    connection.close()


def _renewed(connection: Connection) -> tuple[Sent, ...]:
    """The names of the vault, made again where they are gone; sound requests for it."""
    for name in ("active", "waiting", "ordered", "deleted", "fuzzed"):
        connection.sent(Sent("DELETE", f"/certificates/{name}"))
        connection.sent(Sent("DELETE", f"/deletedcertificates/{name}"))
    for sent in setting_up():
        connection.sent(sent)
    csr = connection.sent(Sent("GET", "/certificates/waiting/pending")).json["csr"]
    blob = connection.sent(Sent("POST", "/certificates/active/backup")).json["value"]
    return sound(csr, blob)


class Connection:
    """A connection for HTTP, opened again where the emulator closed it."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._socket: socket.socket | None = None

    def head(self, sent: Sent) -> bytes:
        """A head as bytes; whatever stands in the parts goes out as it is, but for line ends in them."""
        headers = {"host": f"localhost:{self._port}", "content-type": "application/json", "authorization": f"Bearer {self._token}"}
        headers |= dict(sent.headers)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if sent.raw or sent.method in ("POST", "PUT", "PATCH"):
            lines.append(f"content-length: {len(sent.raw)}")
        target = sent.path + (f"?{sent.query}" if sent.query else "")
        return "\r\n".join([f"{sent.method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1")

    def sent(self, sent: Sent) -> Said:
        """Ask, of what has an answer."""
        said = self.ask(self.head(sent) + sent.raw, sent.method)
        assert said is not None, sent.shown()
        return said

    def ask(self, content: bytes, method: str) -> Said | None:
        """Send bytes and read an answer; None where the connection was closed without one."""
        for _ in range(2):
            try:
                return self._asked(content, method)
            except (ConnectionError, EOFError):
                self.close()
        return None

    def send_and_close(self, content: bytes) -> None:
        """Send bytes, and read until the emulator has said what it says, or a little while."""
        self.close()
        try:
            with socket.create_connection(("127.0.0.1", self._port), 20) as one:
                one.sendall(content)
                one.shutdown(socket.SHUT_WR)
                while one.recv(65536):
                    pass
        except ConnectionError:
            pass

    def close(self) -> None:
        """Close it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _asked(self, content: bytes, method: str) -> Said:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), 20)
        self._socket.sendall(content)
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, body = read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        while len(body) < length:
            body += self._more()
        if headers.get("connection") == "close":
            self.close()
        return Said(status, headers, body)

    def _more(self) -> bytes:
        assert self._socket is not None
        piece = self._socket.recv(65536)
        if not piece:
            raise EOFError
        return piece


# --- figures


def resident_mb(process: int | str = "self") -> float:
    """The resident memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def kept_bytes(run: Callable[[], None], times: int) -> list[int]:
    """How many bytes are held after each of several runs, as Python counts them."""
    kept = []
    tracemalloc.start()
    for _ in range(times):
        run()
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return kept


def _in_process(rng: Random, inputs: int, found: Found) -> bool:
    emulator = InProcess()
    begun = time.perf_counter()

    def run(count: int) -> None:
        asyncio.run(fuzz(emulator, rng, count, found))
        emulator.app.memo.forget()

    resident = []
    for _ in range(5):
        run(inputs // 5)
        gc.collect()
        resident.append(resident_mb())
    found.print("in process", time.perf_counter() - begun)
    print(f"  resident after each fifth of them {', '.join(f'{one:.1f}' for one in resident)} MB")
    kept = kept_bytes(lambda: run(ROUND * 8), 5)
    print(f"  held, as tracemalloc counts, after rounds of {ROUND * 8}: {', '.join(f'{one / 1024:.0f}' for one in kept)} KB")
    # the caches are full after three fifths; what is counted last has taken the place of what was there before
    bounded = resident[-1] < resident[2] * 1.05 + 3 and kept[-1] < kept[1] + 2 * 1024 * 1024
    if not bounded:
        print("  WRONG memory grows")
    return bounded


def _over_sockets(rng: Random, inputs: int, found: Found) -> bool:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), "--http", "--fast", "--log-level", "warning") as one:
        one.sign_in(SERVICE)
        connection = Connection(urlsplit(one.ready["url"]).port or 0, one.token)
        begun = time.perf_counter()
        over_sockets(rng, inputs // 5, found, connection)
        before = resident_mb(one.process.pid)
        over_sockets(rng, inputs - inputs // 5, found, connection)
        after = resident_mb(one.process.pid)
        found.print("over sockets", time.perf_counter() - begun)
        print(f"  resident after a fifth of them {before:.1f} MB, in the end {after:.1f} MB")
        broken = [line for line in one.log.read_text().splitlines() if '"broken"' in line or "Traceback" in line or "Exception in" in line]
        for line in broken[:5]:
            print(f"  WRONG in the log: {line[:500]}")
        alive = one.process.poll() is None
    return alive and not broken


def main() -> None:
    """Run, and print figures; the exit status says whether all is well."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=200_000, help="in process")
    arguments.add_argument("--socket-inputs", type=int, default=20_000, help="over sockets")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    near, far = Found(), Found()
    well = _in_process(Random(given.seed), given.inputs, near)
    well &= _over_sockets(Random(given.seed + 1), given.socket_inputs, far)
    sys.exit(0 if well and not near.wrong and not far.wrong else 1)


if __name__ == "__main__":
    main()
