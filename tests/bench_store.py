"""What a durable write costs, and what a large store does: figures for the store alone, and over HTTP.

How many certificates the large one has, the command line may say; else they are 10,000.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certlife.adapters.emulator.store import Store
from certlife.adapters.memory import MemoryVault
from certlife.model.values import Request

CREATE: Any = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}}
RSA = 4000
"""So many keys are RSA; beyond some 5,000 the vault has to look for prime numbers."""
ELLIPTIC: Any = {"policy": {**CREATE["policy"], "key_props": {"kty": "EC"}}}
TAGS: Any = {"tags": {"a": "b"}}


def told(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    print(f"{what:58} p50 {ordered[len(ordered) // 2] * 1e3:7.2f} ms   p99 {ordered[len(ordered) * 99 // 100] * 1e3:7.2f} ms")


def timed(work: Callable[[int], object], times: int) -> list[float]:
    taken = []
    for number in range(times):
        begin = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - begin)
    return taken


def disk(folder: Path) -> None:
    """The least that any durable write can cost here: 4 KB appended and synced."""
    with (folder / "raw").open("wb", buffering=0) as file:
        told("4 KB appended and fdatasync, bare", timed(lambda _: (file.write(b"x" * 4096), os.fdatasync(file.fileno())), 200))


def stores(folder: Path, names: int) -> Path:
    """Writes among so many certificates, and reading them all."""
    path = folder / f"{names}.db"
    store, vault = Store(path), MemoryVault(1)

    def ask(method: str, name: object, end: str, body: Any) -> None:
        vault.perform(Request(method, f"/certificates/n{name}{end}", body=body))

    for number in range(names):
        ask("POST", number, "/create", CREATE if number < RSA else ELLIPTIC)
    vault.controls.advance(60)
    ask("GET", 0, "", None)
    begin = time.perf_counter()
    store.save("default", vault)
    print(f"{names} certificates written at once in {time.perf_counter() - begin:.2f} s, {path.stat().st_size / 1e6:.1f} MB + WAL")
    for what, method, end, body in (("tags", "PATCH", "", TAGS), ("create", "POST", "/create", CREATE)):
        performed = timed(lambda n: ask(method, n % 10 if what == "tags" else f"{what}{n}", end, body), 1)  # noqa: B023 - at once
        taken = []
        for number in range(200):
            ask(method, number % 10 if what == "tags" else f"{what}{number + 1}", end, {**body, "tags": {"a": str(number)}})
            taken += timed(lambda _: store.save("default", vault), 1)
        told(f"save after {what}, among {names} (without it {performed[0] * 1e3:.1f} ms)", taken)
    ask("DELETE", "ever", "", None)
    told(f"save where nothing has changed, among {names}", timed(lambda _: (vault.state.touch("n1"), store.save("default", vault)), 200))
    store.close()
    begin = time.perf_counter()
    store = Store(path)
    store.load("default", lambda state: MemoryVault(state=state))
    print(f"{names + 201} certificates read in {time.perf_counter() - begin:.2f} s")
    store.close()
    return path


def served(path: Path | None, connections: int, seconds: float = 4.0) -> None:
    """Creates over HTTP from so many connections at once."""
    command = [str(Path(sys.executable).with_name("certlife")), "serve", "--http", "--no-auth", "--host", "127.0.0.1"]
    command += ["--port", "0", "--json", "--log-level", "error", *(["--data", str(path)] if path else [])]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    parts = urlsplit(json.loads(process.stdout.readline())["url"])
    ready_s = time.perf_counter() - begin
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        count = 0
        while time.perf_counter() < end:
            begun = time.perf_counter()
            target = f"/bench/certificates/c{number}-{count}/create?api-version=7.4"
            connection.request("POST", target, json.dumps(CREATE), {"Content-Type": "application/json"})
            connection.getresponse().read()
            taken.append(time.perf_counter() - begun)
            count += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    status = Path(f"/proc/{process.pid}/status")
    memory = next((line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")), "0")
    process.terminate()
    process.wait()
    process.stdout.close()
    kept = "in a file" if path else "in memory"
    print(f"creates over HTTP, {connections:2} connections, {kept}: {len(taken) / seconds:.0f}/s, mean {statistics.mean(taken) * 1e3:.1f} ms; ready in {ready_s:.2f} s, {int(memory) / 1024:.0f} MB")


def main() -> None:
    """Print all figures."""
    names = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        disk(Path(folder))
        stores(Path(folder), 10)
        large = stores(Path(folder), names)
        for connections in (1, 32):
            served(None, connections)
            served(Path(folder) / f"served{connections}.db", connections)
        served(large, 1)
    print(f"memory of this process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
