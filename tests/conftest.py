"""What several tests of the reports want: findings that a mutant really gave rise to, and a result with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from certlife.adapters.port import Issue
from certlife.adapters.targets import Setup
from certlife.adapters.wire import WireAnswer, WireRequest
from certlife.conformance.mutants.target import mutant
from certlife.conformance.register import rules
from certlife.conformance.suite.acts import Cancellation, Decide, Send, Wait
from certlife.conformance.suite.history import History, Replayed, replay
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from certlife.model import Profile

TARGET = "mutant:cancel-after-completion-is-granted"
NO_LEVERS = "the target has no <levers> & no [red]clock"
SUBJECT = """CN="<web> & co's; $(id) `id` # %%" """
LATE_CANCEL = (
    Decide(Issue(10)),
    Send("POST", "/certificates/web/create", {"policy": {"x509_props": {"subject": SUBJECT}, "issuer": {"name": "Self"}}}),
    Wait(3600),
    Send("GET", "/certificates/web/pending", query={"request_id": "${web.request_id}"}),
    Send("PATCH", "/certificates/web/pending", {"cancellation_requested": True}),
)
EVERYTHING = (
    Send("PUT", "/certificates/issuers/ca", {"provider": "DigiCert", "credentials": {"account_id": "a", "pwd": "hunter2"}}),
    Send("POST", "/certificates/hand/create", {"policy": {"issuer": {"name": "Unknown"}, "x509_props": {"subject": "CN=hand"}}}),
    Send("POST", "/certificates/hand/pending/merge", {"x5c": {"$signed": {"csr": "${hand.csr}"}}}),
    Send("POST", "/certificates/my-file/import", {"value": {"$file": {"password": "it's"}}, "pwd": "it's"}),
    Send("GET", "/secrets/my-file"),
    Send("POST", "/certificates/my-file/backup"),
    Send("DELETE", "/certificates/my-file"),
    Wait(60),
    Send("DELETE", "/deletedcertificates/my-file"),
    Wait(60),
    Send("POST", "/certificates/restore", {"value": "${my-file.blob}"}),
    Send("GET", "/certificates/my-file/${my-file.version}"),
    Send("GET", "/certificates", query={"maxresults": "1"}),
    Send("GET", "${next}"),
    Cancellation(wins=False),
    *LATE_CANCEL,
)  # fmt: skip


def replayed(acts: Any) -> Replayed:
    """What comes of doing this to the mutant."""
    return replay(History("late <cancel>\n--", acts, setup=Setup()), mutant(TARGET))


def problem_of(run: Replayed) -> Problem:
    """The finding of a replay."""
    assert run.deviated is not None, run.missing
    return Problem(run.deviated.found.finding, run.history, run.deviated.exchanges, 57)


@pytest.fixture(scope="session")
def runs() -> Mapping[str, Replayed]:
    """Two histories, carried out: a short one, and one with files, chains, backups, pages and secrets."""
    return {"short": replayed(LATE_CANCEL), "long": replayed(EVERYTHING)}


@pytest.fixture(scope="session")
def problem(runs: Mapping[str, Replayed]) -> Problem:
    """A finding with a short history."""
    return problem_of(runs["short"])


@pytest.fixture(scope="session")
def long_problem(runs: Mapping[str, Replayed]) -> Problem:
    """A finding in whose history everything occurs that must not be shown."""
    return problem_of(runs["long"])


@pytest.fixture(scope="session")
def verified(runs: Mapping[str, Replayed], problem: Problem, long_problem: Problem) -> Verified:
    """A result with both findings."""
    tallies = {rule: Tally(why=NO_LEVERS if rule.startswith("JOIN") else "") for rule in rules()}
    for run in runs.values():
        for rule, times in run.trial.held.items():
            tallies[rule] = Tally(tallies[rule].held + times)
    tallies["OPER-20"] = Tally(3, 2)
    return Verified(TARGET, Profile.EITHER, 7, (problem, long_problem), tallies, 1234, 3.21, 3)


@pytest.fixture(scope="session")
def secrets(long_problem: Problem) -> tuple[str, ...]:
    """Pieces of what the vault keeps secret, and of what was sent to it in confidence."""
    bodies = [body for one in long_problem.exchanges for body in (one.request.body, one.answer.body)]
    values = [body["value"] for body in bodies if isinstance(body, dict) and isinstance(body.get("value"), str)]
    assert len(values) == 4  # a file, a secret, a backup, and the backup again
    return tuple(piece for value in values for piece in (value[:30], value[200:230], value[-30:]))


Script = Callable[[WireRequest], WireAnswer]


class Scripted(ThreadingHTTPServer):
    """A server of the standard library's that says what it is told to say; a status of 0 hangs up.

    Attributes:
        seen: the requests that came.
        says: makes the next answers; the last one is repeated.
        connections: how many there were.
    """

    daemon_threads = True

    def __init__(self, *says: WireAnswer | Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[WireRequest] = []
        self.says = list(says)
        self.connections = 0
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that do not trust it hang up."""

    def answer(self, wire: WireRequest) -> WireAnswer:
        """The next answer."""
        self.seen.append(wire)
        says = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        return says(wire) if callable(says) else says


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Scripted

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def log_message(self, *_: object) -> None:
        pass

    def handle_one_request(self) -> None:
        """Any method, one answer."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        told = self.server.answer(WireRequest(self.command, self.path, headers, body))
        if told.status == 0:
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in told.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body)
        self.wfile.flush()


@pytest.fixture
def serving() -> Iterator[Callable[..., Scripted]]:
    """Starts servers that say what they are told to say."""
    running: list[Scripted] = []

    def serve(*says: WireAnswer | Script) -> Scripted:
        running.append(Scripted(*says))
        return running[-1]

    yield serve
    for one in running:
        one.shutdown()
        one.server_close()
