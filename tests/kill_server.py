"""Kill the emulator under load, again and again, and look whether each acknowledged write is there.

Clients, each with names of its own, ask `certlife serve --data FILE` for whatever comes to their minds until it is killed
with SIGKILL at some moment. It is started again, and each client first looks at all its names: what was acknowledged must be
there, and of the one request that got no answer all or nothing. In the end the judge (`certlife check-trace`) has to explain
the joined history of each vault; a request without an answer stands in it as a 500, after which both outcomes are possible.

    python tests/kill_server.py [KILLS] [SEED]
"""

from __future__ import annotations

import http.client
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certlife.conformance import check_trace

API = "7.4"
CLIENTS, NAMES = 6, 4
PER_VAULT = 10
"""After how many kills another vault is taken, so that no history grows too long to be judged."""
KEPT = ("date", "location", "retry-after")


class LostError(AssertionError):
    """Something that was acknowledged is not there, or the history can not be explained."""


@dataclass
class Server:
    """An emulator that keeps its vaults in a file."""

    path: Path
    process: subprocess.Popen[str] | None = None
    address: tuple[str, int] = ("", 0)

    def start(self) -> float:
        """Start it; return how long it took until it was ready, in seconds."""
        begin = time.perf_counter()
        command = [str(Path(sys.executable).with_name("certlife")), "serve", "--http", "--no-auth", "--host", "127.0.0.1"]
        command += ["--port", "0", "--json", "--log-level", "error", "--data", str(self.path)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None
        parts = urlsplit(json.loads(self.process.stdout.readline())["url"])
        self.address = (str(parts.hostname), int(parts.port or 0))
        return time.perf_counter() - begin

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Send it a signal, and return how it ended."""
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@dataclass
class Client:
    """Asks for its own names only, one request after the other, and notes every exchange.

    Attributes:
        acknowledged: by name and path, which member the last answer gave what value.
        unanswered: the request that got no answer, if there is one.
    """

    number: int
    dice: random.Random
    vault: str = ""
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: dict[str, dict[str, tuple[str, Any]]] = field(default_factory=dict)
    unanswered: dict[str, Any] | None = None
    writes: int = 0
    count: int = 0
    connection: http.client.HTTPConnection | None = None

    @property
    def names(self) -> list[str]:
        """Its names."""
        return [f"c{self.number}-{number}" for number in range(NAMES)]

    def connect(self, server: Server) -> None:
        """Reach an emulator that was started anew."""
        self.close()
        self.connection = http.client.HTTPConnection(*server.address, timeout=30)

    def close(self) -> None:
        """Let go of the connection."""
        if self.connection is not None:
            self.connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, note the exchange, and return the answer's body; None where there is no answer."""
        assert self.connection is not None
        sent = None if body is None else json.dumps(body)
        noted = {"method": method, "path": path, "query": {}, "request": body, "api_version": API}
        try:
            self.connection.request(method, f"/{self.vault}{path}?api-version={API}", sent, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            now = datetime.fromtimestamp(int(time.time()), UTC)  # to the second, as in the header Date
            self.unanswered = {**noted, "at": now.isoformat(), "status": 500, "headers": {}, "response": None}
            return None
        host = f"http://{self.connection.host}:{self.connection.port}/{self.vault}"
        headers = {name: value.replace(host, "https://VAULT") for name, value in answer.getheaders() if name.lower() in KEPT}
        at = parsedate_to_datetime(headers.pop("date", headers.pop("Date", ""))).isoformat()
        shown = json.loads(content.decode().replace(host, "https://VAULT")) if content else None
        self.exchanges.append({**noted, "at": at, "status": answer.status, "headers": headers, "response": shown})
        self.writes += method != "GET" and answer.status < 300
        return shown if answer.status < 300 else {}

    def load(self) -> None:
        """Ask for this and that until there is no answer."""
        while self.unanswered is None:
            self.step()

    def step(self) -> None:
        """Ask for something; what it acknowledges is remembered."""
        name, self.count = self.dice.choice(self.names), self.count + 1
        chosen = self.dice.choices([self.create, self.tag, self.change, self.end, self.undelete, self.read], [4, 8, 2, 3, 3, 4])
        chosen[0](name, f"/certificates/{name}")

    def create(self, name: str, path: str) -> None:
        """Create a certificate."""
        policy = {
            "issuer": {"name": self.dice.choice(["Self", "Self", "Unknown"])},
            "x509_props": {"subject": f"CN={name}", "validity_months": self.dice.choice([1, 12])},
            "key_props": {"kty": self.dice.choice(["EC", "RSA"])},
        }
        body = {"policy": policy, "tags": {"serial": str(self.count)}}
        self.note(name, "/pending", self.ask("POST", path + "/create", body), "request_id")

    def tag(self, name: str, path: str) -> None:
        """Give a version tags that no other request gives."""
        answer = self.ask("PATCH", path, {"tags": {"serial": str(self.count)}})
        if answer and "cer" in answer:  # what stands for a certificate that is not there yet goes when it comes
            self.note(name, "/" + answer["id"].split("/")[-1], answer, "tags")

    def change(self, _: str, path: str) -> None:
        """Change a policy, or ask for the end of an operation."""
        if self.dice.random() < 0.6:
            self.ask("PATCH", path + "/policy", {"x509_props": {"validity_months": self.dice.choice([1, 12])}})
        else:
            self.ask("PATCH", path + "/pending", {"cancellation_requested": True})

    def end(self, name: str, path: str) -> None:
        """Delete an operation, or a certificate."""
        end = self.dice.choice(["", "/pending"])
        if not self.ask("DELETE", path + end):
            return
        if end:
            self.acknowledged.get(name, {}).pop(end, None)
        else:
            self.acknowledged.pop(name, None)

    def undelete(self, name: str, _: str) -> None:
        """Recover a certificate, or purge it."""
        method, end = self.dice.choice([("POST", "/recover"), ("POST", "/recover"), ("DELETE", "")])
        self.ask(method, f"/deletedcertificates/{name}{end}")

    def read(self, _: str, path: str) -> None:
        """Look at something."""
        self.ask("GET", path + self.dice.choice(["", "/pending", "/versions", "/policy"]))

    def note(self, name: str, end: str, answer: Any, member: str) -> None:
        """Remember what was acknowledged of a name."""
        if answer:
            self.acknowledged.setdefault(name, {})[end] = member, answer[member]

    def look(self) -> None:
        """Look at all names after a restart.

        Raises: LostError: something that was acknowledged is not there.
        """
        lost, self.unanswered = self.unanswered, None
        if lost is not None and lost["method"] != "GET":
            self.exchanges.append(lost)
        about = "" if lost is None or lost["method"] == "GET" else lost["path"].split("/")[2]
        self.acknowledged.pop(about, None)
        for name in self.names:
            self.ask("GET", f"/certificates/{name}")
            self.ask("GET", f"/deletedcertificates/{name}")
            for end, (member, value) in self.acknowledged.get(name, {}).items():
                shown = self.ask("GET", f"/certificates/{name}{end}")
                if shown is None or shown.get(member) != value:
                    raise LostError(f"{self.vault}/{name}{end}: {member} was acknowledged as {value}, and is not")

    def move(self, vault: str) -> list[dict[str, Any]]:
        """Go on with another vault, and give out what was noted of the former."""
        noted = self.exchanges
        self.vault, self.exchanges, self.acknowledged, self.unanswered = vault, [], {}, None
        return noted


@dataclass
class Tally:
    """What came of it."""

    kills: int = 0
    writes: int = 0
    unanswered: int = 0
    exchanges: int = 0
    judged: int = 0
    ready_s: list[float] = field(default_factory=list)


def run(folder: Path, *, kills: int, seed: int) -> Iterator[Tally]:
    """Kill so many times, and judge in the end.

    Raises: LostError.
    """
    dice, tally, server = random.Random(seed), Tally(), Server(folder / "vaults.db")  # noqa: S311 - it shall repeat itself
    clients = [Client(number, random.Random(f"{seed} {number}"), "kill-000") for number in range(CLIENTS)]  # noqa: S311
    tally.ready_s.append(server.start())
    try:
        for kill in range(1, kills + 1):
            _loaded(server, clients, dice.uniform(0.05, 0.6))
            tally.unanswered += sum(one.unanswered is not None and one.unanswered["method"] != "GET" for one in clients)
            tally.ready_s.append(server.start())
            for client in clients:
                client.connect(server)
                client.look()
            tally.kills = kill
            tally.writes = sum(client.writes for client in clients)
            if kill % PER_VAULT == 0 or kill == kills:
                _judged(folder, clients, tally, f"kill-{kill:03}")
            yield tally
        if server.end(signal.SIGTERM) != 0:
            raise LostError("the emulator did not end by itself when it was told to")
    finally:
        for client in clients:
            client.close()
        if server.process is not None and server.process.poll() is None:
            server.end()


def _loaded(server: Server, clients: list[Client], after_s: float) -> None:
    """Let all clients ask at once, and kill the emulator after a while; where it is hit, chance decides."""
    for client in clients:
        client.connect(server)
    threads = [threading.Thread(target=client.load) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(after_s)
    if server.end() != -signal.SIGKILL:
        raise LostError("the emulator ended by itself")
    for thread in threads:
        thread.join()


def _judged(folder: Path, clients: list[Client], tally: Tally, following: str) -> None:
    """Have the history of a vault judged, and go on with another."""
    path = folder / f"{clients[0].vault}.json"
    # each client's exchanges are in their order, for the clock never goes back; between clients there is none that matters
    exchanges = sorted((one for client in clients for one in client.move(following)), key=lambda one: str(one["at"]))
    path.write_text(json.dumps({"api_version": API, "starts_empty": True, "exchanges": exchanges}))
    checked = check_trace.check([path])
    if checked.verdict != "conforms":
        said = [(one["step"], one["rule"], one["text"]) for one in check_trace.document(checked)["findings"]]
        raise LostError(f"{path}: {checked.verdict}: {said or checked.files[0].error}")
    verdict = checked.files[0].verdict
    assert verdict is not None
    tally.exchanges += verdict.exchanges
    tally.judged += verdict.judged


def main() -> None:
    """Run as often as the command line says, and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begin, tally, folder = time.perf_counter(), Tally(), Path(tempfile.mkdtemp(prefix="certlife-kill-"))
    for tally in run(folder, kills=kills, seed=seed):
        print(f"\r{tally.kills} kills, {tally.writes} acknowledged writes", end="", file=sys.stderr, flush=True)
    ready = sorted(tally.ready_s)
    print(
        f"\n{tally.kills} kills in {time.perf_counter() - begin:.0f} s, {tally.writes} acknowledged writes, all there; "
        f"{tally.unanswered} writes without an answer, all or nothing; {tally.exchanges} exchanges, {tally.judged} judged, "
        f"all explained; ready in {ready[len(ready) // 2]:.2f} s (median), {ready[-1]:.2f} s (most)"
    )


if __name__ == "__main__":
    main()
