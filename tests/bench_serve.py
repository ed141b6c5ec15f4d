"""How fast the emulator answers, next to the bare server library with a constant answer: `make bench-serve`.

Asked by wrk (Debian: `apt-get install wrk`), 32 connections unless told otherwise, over plain HTTP so that the server is
measured and not TLS. Emulator and bare server take turns; medians of the turns are printed. Of a machine that does other
things as well, time on the processor is the surer measure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certlife.adapters.emulator.tokens import SERVICE
from served import POLICY, Served, serving

TICKS = os.sysconf("SC_CLK_TCK")
AIMS = {"GET": 0.6, "p99 ms": 5.0, "ready s": 0.7, "MB": 90.0}
BARE = """
import sys
import uvicorn

BODY = b"x" * int(sys.argv[2])
HEAD = {"type": "http.response.start", "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]}

async def app(scope, receive, send):
    await send(HEAD)
    await send({"type": "http.response.body", "body": BODY})

uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="uvloop", ws="none", lifespan="off", interface="asgi3",
            access_log=False, log_level="error")
"""
CREATE = """
local body = '%s'
local n = 0
request = function()
  n = n + 1
  return wrk.format("POST", "/certificates/%s" .. n .. "/create?api-version=7.4", {["Content-Type"] = "application/json", %s}, body)
end
"""
LIFE = """
local body = '%s'
local n = -2  -- wrk tries the function once before it begins
local steps = {
  {"POST", "/certificates/%%s/create"}, {"GET", "/certificates/%%s/pending"}, {"GET", "/certificates/%%s"},
  {"GET", "/secrets/%%s"}, {"DELETE", "/certificates/%%s"}, {"DELETE", "/deletedcertificates/%%s"},
}
request = function()
  n = n + 1
  local step = steps[n %% #steps + 1]
  local path = string.format(step[2], "%s" .. math.floor(n / #steps)) .. "?api-version=7.4"
  return wrk.format(step[1], path, {["Content-Type"] = "application/json", %s}, step[1] == "POST" and body or nil)
end
"""
EC_POLICY = {"policy": {**POLICY["policy"], "key_props": {"kty": "EC", "crv": "P-256"}}}


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one load.

    Attributes:
        rate: requests a second.
        p50_ms, p99_ms: how long an answer took.
        cpu_us: of the server's time on the processor, user and system, for each request.
        bad: answers that were no success.
    """

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    bad: int


def loaded(process: int, url: str, *, seconds: int, connections: int = 32, script: str = "", token: str = "") -> Load:
    """Ask an address for so many seconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Authorization: Bearer {token}"] if token else []
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        before = cpu_s(process)
        said = subprocess.run(  # noqa: S603 - our own command
            [*command, *(["-s", file.name] if script else []), url], capture_output=True, text=True, check=True
        ).stdout
    spent = cpu_s(process) - before
    count = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(
        float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),  # type: ignore[index]
        _ms(said, "50%"),
        _ms(said, "99%"),
        spent / count * 1e6,
        int(bad[1]) if bad else 0,
    )


def _ms(said: str, part: str) -> float:
    found = re.search(rf"{part}\s+([\d.]+)(us|ms|s)", said)
    assert found is not None, said
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def cpu_s(process: int) -> float:
    """Seconds on the processor that a process has had."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def resident_mb(process: int) -> float:
    """Its resident memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def bare(size: int) -> Iterator[tuple[int, str]]:
    """The server library alone, with a constant answer of so many bytes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", BARE, str(port), str(size)]) as process:  # noqa: S603 - our own command
        try:
            _wait(port)
            yield process.pid, f"http://127.0.0.1:{port}/"
        finally:
            process.kill()


def _wait(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the bare server does not answer")


@contextmanager
def emulator(*options: str) -> Iterator[Served]:
    """An emulator over plain HTTP, with tokens."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), "--http", "--fast", "--log-level", "warning", *options) as one:
        one.sign_in(SERVICE)
        yield one


def median(loads: list[Load], of: Callable[[Load], float]) -> float:
    """The median of one figure."""
    return statistics.median(of(one) for one in loads)


def compare(what: str, served: Served, target: str, rounds: int, seconds: int) -> None:
    """Ask for something and for the bare server's answer of that size in turns, and print medians."""
    _, _, body = served.ask("GET", target)
    url = f"http://127.0.0.1:{urlsplit(served.ready['url']).port}{target}"
    ours: list[Load] = []
    theirs: list[Load] = []
    with bare(len(json.dumps(body, separators=(",", ":")))) as (process, address):
        for _ in range(rounds):
            theirs.append(loaded(process, address, seconds=seconds))
            ours.append(loaded(served.process.pid, url, seconds=seconds, token=served.token))
    assert not any(one.bad for one in ours), what
    _print(f"bare, for {what}", theirs)
    _print(what, ours)
    rate = statistics.median(mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True))
    cpu = median(theirs, lambda one: one.cpu_us) / median(ours, lambda one: one.cpu_us)
    print(f"| ratio | {rate:.2f} of the requests/s, {cpu:.2f} by time on the processor (aim: {AIMS['GET']}) | | | |")


def _print(what: str, loads: list[Load]) -> None:
    figures = [median(loads, of) for of in (lambda one: one.rate, lambda one: one.p50_ms, lambda one: one.p99_ms, lambda one: one.cpu_us)]
    print(f"| {what} | {figures[0]:,.0f} | {figures[1]:.2f} | {figures[2]:.2f} | {figures[3]:.0f} |", flush=True)


def writes(served: Served, rounds: int, seconds: int) -> None:
    """Creations, and whole lives, over and over."""
    url = f"http://127.0.0.1:{urlsplit(served.ready['url']).port}/"
    token = f'["Authorization"] = "Bearer {served.token}"'
    for what, script, policy, connections in (
        ("create, RSA 2048", CREATE, POLICY, 32),
        ("create, EC P-256", CREATE, EC_POLICY, 32),
        ("a step of a whole life, RSA 2048, 1 connection", LIFE, POLICY, 1),
        ("a step of a whole life, EC P-256, 1 connection", LIFE, EC_POLICY, 1),
    ):
        loads = []
        for number in range(rounds):
            filled = script % (json.dumps(policy), f"{re.sub('[^a-z]', '', what.lower())}{number}x", token)
            loads.append(loaded(served.process.pid, url, seconds=seconds, connections=connections, script=filled))
        assert not any(one.bad for one in loads), what
        _print(what, loads)


def starts(rounds: int) -> None:
    """How long it takes until requests are answered, with TLS."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            with serving(Path(folder)):
                seconds.append(time.perf_counter() - begun)
    print(f"ready after {statistics.median(seconds):.2f} s, at best {min(seconds):.2f} (aim: {AIMS['ready s']})", flush=True)


def memory(count: int) -> None:
    """The emulator's memory before and after so many certificates."""
    for what, policy in (("RSA 2048", POLICY), ("EC P-256", EC_POLICY)):
        with emulator() as served:
            before = resident_mb(served.process.pid)
            connection = served.connection()
            for number in range(count):
                assert served.ask("POST", f"/certificates/c{number}/create?api-version=7.4", policy, on=connection)[0] == 202
            assert served.ask("GET", "/certificates?api-version=7.4", on=connection)[0] == 200
            after = resident_mb(served.process.pid)
            connection.close()
        print(f"resident {before:.0f} MB, {after:.0f} MB after {count} certificates, {what} (aim: {AIMS['MB']:.0f})", flush=True)


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=3, help="of one load")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--certificates", type=int, default=10_000)
    given = arguments.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not there; on Debian: apt-get install wrk")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    starts(given.rounds)
    print("| | requests/s | p50 ms | p99 ms | µs on the processor |\n|---|---|---|---|---|")
    with emulator() as served:
        for number in range(30):
            served.ask("POST", f"/certificates/web{number}/create?api-version=7.4", POLICY)
        for what, target in (
            ("GET certificate", "/certificates/web0?api-version=7.4"),
            ("GET pending", "/certificates/web0/pending?api-version=7.4"),
            ("list of 25", "/certificates?api-version=7.4"),
        ):
            compare(what, served, target, given.rounds, given.seconds)
    with emulator() as served:
        writes(served, given.rounds, given.seconds)
    memory(given.certificates)


if __name__ == "__main__":
    main()
