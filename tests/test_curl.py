"""A history as a shell script: valid, safe whatever is in it, and run against a server that answers as was recorded."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from certlife.adapters import files
from certlife.adapters.targets import Setup
from certlife.conformance.suite.acts import Act, Decide, Send, Wait
from certlife.conformance.suite.curl import script
from certlife.conformance.suite.history import History
from certlife.conformance.suite.verdict import Problem
from certlife.model.findings import Finding
from certlife.model.values import Answer, Exchange, Json, Request
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7

PROGRAMS = ("sh", "curl", "jq", "openssl", "mktemp")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]
run_for_real = pytest.mark.skipif(bool(MISSING), reason=f"the script can not be run here, for want of {' '.join(MISSING)}")
TOKEN = "a-bearer-token"  # noqa: S105 - of nobody
NASTY = ("it's", "$(touch hacked)", "`touch hacked`", 'a"b', "back\\slash", "#;&|<>", "a b\nc", "%20", "é", "'; touch hacked; '")


@dataclass
class Received:
    """A request, as the server got it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


@dataclass
class Stub:
    """Answers as was recorded, in that order, and keeps what it was asked."""

    answers: Sequence[Answer]
    received: list[Received] = field(default_factory=list)

    def answer(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Take down a request; return its answer."""
        link = urlsplit(target)
        query = dict(parse_qsl(link.query, keep_blank_values=True))
        self.received.append(Received(method, link.path, query, json.loads(body) if body else None, headers))
        return self.answers[len(self.received) - 1]


@contextmanager
def serving(stub: Stub) -> Iterator[str]:
    """Run the server; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = stub.answer(self.command, self.path, body, dict(self.headers))
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(text: str, answers: Sequence[Answer], folder: Path) -> tuple[Stub, subprocess.CompletedProcess[str]]:
    """Run a script against a server that gives these answers; nobody sleeps."""
    shell, sleep = shutil.which("sh"), folder / "sleep"
    assert shell is not None
    sleep.write_text('#!/bin/sh\necho "slept $1"\n', encoding="utf-8")
    sleep.chmod(0o755)
    (folder / "script.sh").write_text(text, encoding="utf-8")
    stub = Stub(answers)
    with serving(stub) as address:
        environment = {"VAULT": f"{address}/", "TOKEN": TOKEN, "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}
        done = subprocess.run(  # noqa: S603 - our own script
            [shell, "script.sh"], env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    return stub, done


def checked(text: str) -> str:
    """What the shell says of the syntax; empty if nothing."""
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    return done.stderr


def scripted(*acts: Act, exchanges: Sequence[Exchange] = ()) -> str:
    return script(History("", acts), exchanges)


def said(send: Send, body: Json = None, status: int = 200) -> Exchange:
    return Exchange(Request(send.method, send.path, send.query, send.body, "7.4"), Answer(status, body))


# --- what is written


def test_script_has_a_curl_for_every_request_and_says_what_the_levers_do(problem: Problem) -> None:
    text = script(problem.history, problem.exchanges, problem.finding)

    assert text.startswith("#!/bin/sh\n# late <cancel> --\n# OPER-20 is broken: no explanation")
    assert text.count("status=$(curl ") == len(problem.exchanges)
    assert text.count("api-version=7.4") == len(problem.exchanges)
    assert "# 1. The service has to do this on its own: the issuer signs after 10 s" in text
    assert "# 3. time passes: 1 h\nsleep 3600\n" in text
    assert "# OPER-20 allows 403 Forbidden while active" in text
    assert checked(text) == ""


def test_reference_becomes_a_variable_that_jq_takes_from_the_answer_that_showed_it(long_problem: Problem) -> None:
    text = script(long_problem.history, long_problem.exchanges)

    assert "csr_hand=$(take 2 .csr)" in text
    assert "blob_my_file=$(take 6 .value)" in text
    assert """version_my_file=$(take 4 '.id | split("/") | last')""" in text
    assert '"$VAULT/certificates/my-file/${version_my_file}?api-version=7.4"' in text
    assert """next_13=$(take 13 '.nextLink | split("/")[3:] | "/" + join("/")')""" in text
    assert """'{"value": $blob_my_file}'""" in text
    assert checked(text) == ""


def test_reference_to_an_earlier_version_takes_it_from_where_it_stood() -> None:
    new, old = "1" * 32, "2" * 32
    send = Send("GET", "/certificates/web/versions")
    listed = said(send, {"value": [{"id": f"https://VAULT/certificates/web/{one}"} for one in (old, new)]})

    text = scripted(send, Send("GET", "/certificates/web/${web.version.0}/${web.version}"), exchanges=[listed])

    assert """version_web=$(take 1 '.value[0].id | split("/") | last')""" in text
    assert """version_web_2=$(take 1 '.value[1].id | split("/") | last')""" in text
    assert "/certificates/web/${version_web}/${version_web_2}?" in text


def test_script_shows_nothing_that_the_vault_keeps_secret(long_problem: Problem, secrets: tuple[str, ...]) -> None:
    text = script(long_problem.history, long_problem.exchanges, long_problem.finding)

    assert [piece for piece in secrets if piece in text] == []


def test_setup_api_version_and_a_vault_that_holds_something_are_told() -> None:
    history = History("", (Send("GET", "/x", api_version="2025-07-01"),), setup=Setup(soft_delete=False), api_version="7.0")

    text = script(history)

    assert "# The vault has no soft delete; purge protection is off." in text
    assert "?api-version=2025-07-01" in text
    assert "holds nothing" in text
    assert "holds nothing" not in script(History("", (), fresh=False))
    assert "keeps what is deleted for 7 days; purge protection is on" in script(
        History("", (), setup=Setup(retention_days=7, purge_protection=True))
    )


@pytest.mark.parametrize("nasty", NASTY)
def test_script_is_valid_whatever_is_in_it(nasty: str) -> None:
    finding = Finding("OPER-20", (), nasty, ())
    acts = (
        Send("POST", f"/certificates/{nasty}/import", {nasty: [nasty, {"$file": {"password": nasty, "subject": f"CN={nasty}"}}]}, {nasty: nasty}),
        Decide(decision=None, name=nasty),  # type: ignore[arg-type]  - only its name matters
        Wait(1),
    )

    assert checked(script(History(nasty, acts), (), finding)) == ""


def test_half_a_surrogate_pair_can_be_written_down() -> None:
    text = script(History("\ud800", (Send("POST", "/certificates/\ud800", {"a": "\ud800"}),)))

    assert text.encode()
    assert checked(text) == ""


# --- what it does


@run_for_real
def test_script_sends_what_the_replay_sent(long_problem: Problem, tmp_path: Path) -> None:
    text = script(long_problem.history, long_problem.exchanges, long_problem.finding)

    stub, done = run(text, [one.answer for one in long_problem.exchanges], tmp_path)

    assert done.returncode == 0, done.stderr
    made = {3, 4}  # a chain and a file: with keys of their own
    for number, (sent, meant) in enumerate(zip(stub.received, long_problem.exchanges, strict=True), start=1):
        assert (sent.method, sent.path) == (meant.request.method, meant.request.path)
        assert sent.query == {"api-version": "7.4", **meant.request.query}
        assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
        assert number in made or sent.body == meant.request.body
    assert "20. PATCH /certificates/web/pending -> 200" in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("slept")] == ["slept 60", "slept 60", "slept 3600"]
    assert done.stdout.splitlines()[-1] == json.dumps(long_problem.exchanges[-1].answer.body)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["script.sh", "sleep"]


@run_for_real
def test_what_is_nasty_arrives_as_it_was_meant(tmp_path: Path) -> None:
    sends = [Send("POST", f"/certificates/x{index}", {nasty: nasty}, {"q": nasty}) for index, nasty in enumerate(NASTY)]
    paths = [Send("GET", f"/certificates/{nasty}") for nasty in NASTY if nasty != "%20"]

    stub, done = run(scripted(*sends, *paths), [Answer(200)] * 30, tmp_path)

    assert done.returncode == 0, done.stderr
    assert [one.body for one in stub.received[: len(sends)]] == [send.body for send in sends]
    assert [one.query["q"] for one in stub.received[: len(sends)]] == list(NASTY)
    assert [unquote(one.path) for one in stub.received[len(sends) :]] == [send.path for send in paths]
    assert not (tmp_path / "hacked").exists()


@run_for_real
def test_script_ends_when_an_answer_lacks_what_a_later_request_wants(problem: Problem, tmp_path: Path) -> None:
    text = script(problem.history, problem.exchanges)

    stub, done = run(text, [Answer(403, {"error": {"code": "Forbidden"}})], tmp_path)

    assert done.returncode == 2
    assert "answer 2 does not show .request_id" in done.stderr
    assert len(stub.received) == 1


@run_for_real
def test_script_wants_to_be_told_the_vault(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    text = scripted(Send("GET", "/certificates"))

    done = subprocess.run([shell], input=text, env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603

    assert done.returncode != 0
    assert "VAULT" in done.stderr


# what a file is to be -> its form, how many links its chain has beyond its own certificate
FILES: dict[str, tuple[dict[str, Json], str, int]] = {
    "pfx": ({}, files.PKCS12, 0),
    "with a password": ({"password": "it's $secret"}, files.PKCS12, 0),
    "with a chain": ({"chain": True}, files.PKCS12, 1),
    "rsa": ({"kty": "RSA", "size": 2048}, files.PKCS12, 0),
    "koblitz": ({"kty": "EC-HSM", "curve": "P-256K"}, files.PKCS12, 0),
    "by size": ({"size": 384}, files.PKCS12, 0),
    "pem": ({"form": "pem"}, files.PEM, 0),
    "pem with a chain": ({"form": "pem", "chain": True}, files.PEM, 1),
    "old": ({"age_days": 100, "months": 6}, files.PKCS12, 0),
    "not yet valid": ({"age_days": -100, "subject": 'O="a/b, c", CN=x+y'}, files.PKCS12, 0),
}


@run_for_real
def test_files_are_what_they_are_to_be(tmp_path: Path) -> None:
    sends = [Send("POST", "/certificates/x/import", {"value": {"$file": wish}}) for wish, _, _ in FILES.values()]

    stub, done = run(scripted(*sends), [Answer(200)] * len(sends), tmp_path)

    assert done.returncode == 0, done.stderr
    for sent, (name, (wish, form, links)) in zip(stub.received, FILES.items(), strict=True):
        password = wish.get("password")
        opened = files.opened(sent.body["value"], password if isinstance(password, str) else None, form, 0)
        assert len(opened.chain) == links, name
        leaf = x509.load_der_x509_certificate(opened.leaf)
        assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days in (182, 365), name


@run_for_real
def test_ages_and_subjects_of_files_are_those_that_are_asked_for(tmp_path: Path) -> None:
    wishes: list[dict[str, Json]] = [{}, {"age_days": 400}, {"age_days": -100, "subject": 'CN=x, O="a/b, c"'}]
    sends = [Send("POST", "/certificates/x/import", {"value": {"$file": {"form": "pem", "key": False, **wish}}}) for wish in wishes]

    stub, done = run(scripted(*sends), [Answer(200)] * len(sends), tmp_path)

    assert done.returncode == 0, done.stderr
    assert "PRIVATE KEY" not in "".join(one.body["value"] for one in stub.received)
    now, old, ahead = (x509.load_pem_x509_certificate(one.body["value"].encode()) for one in stub.received)
    assert (now.not_valid_before_utc - old.not_valid_before_utc).days in (399, 400)
    assert (ahead.not_valid_before_utc - now.not_valid_before_utc).days in (99, 100)
    assert [attribute.value for attribute in ahead.subject] == ["a/b, c", "x"]


@run_for_real
@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER")  # openssl does not sort its sets
def test_chains_are_what_they_are_to_be(long_problem: Problem, tmp_path: Path) -> None:
    answer = long_problem.exchanges[1].answer
    assert isinstance(answer.body, dict)
    create = Send("POST", "/certificates/hand/create", {})
    wishes: list[dict[str, Json]] = [
        {}, {"links": "leaf"}, {"links": "reversed"}, {"form": "p7b"}, {"key": "other"}, {"subject": "CN=else", "age_days": 5},
    ]  # fmt: skip
    merges = [Send("POST", "/certificates/hand/pending/merge", {"x5c": {"$signed": {"csr": "${hand.csr}", **wish}}}) for wish in wishes]

    text = scripted(create, *merges, exchanges=[said(create, answer.body)])
    stub, done = run(text, [answer, *[Answer(201)] * len(merges)], tmp_path)

    assert done.returncode == 0, done.stderr
    chains = [[base64.b64decode(link) for link in one.body["x5c"]] for one in stub.received[1:]]
    everything, leaf, turned, bag, other, named = chains
    csr = x509.load_der_x509_csr(base64.b64decode(str(answer.body["csr"])))
    own = [certificate(one[0]).public_key() == csr.public_key() for one in (everything, leaf, turned, other, named)]
    assert own == [True, True, False, False, True]
    assert [len(one) for one in chains] == [2, 1, 2, 1, 2, 2]
    assert turned[0] == everything[1]
    assert len(pkcs7.load_der_pkcs7_certificates(bag[0])) == 2
    assert certificate(named[0]).subject.rfc4514_string() == "CN=else"
    certificate(everything[0]).verify_directly_issued_by(certificate(everything[1]))


def certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


