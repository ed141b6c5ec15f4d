"""A vault that is somebody's: only names of our own are touched, what is seen speaks of them alone, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.memory.state import Settings
from certlife.adapters.memory.vault import MemoryVault
from certlife.adapters.port import NotAsked
from certlife.adapters.remote.address import address_of
from certlife.adapters.remote.ledger import Ledger
from certlife.adapters.remote.names import Names
from certlife.adapters.remote.target import ForeignTarget
from certlife.adapters.targets import Access
from certlife.adapters.wire import WireAnswer, WireMalformed, WireRequest, answer_to_wire, request_from_wire
from certlife.conformance.cli import main
from certlife.conformance.suite import trial
from certlife.conformance.suite.acts import Send
from certlife.conformance.suite.history import History, replay
from certlife.model.belief import Belief
from certlife.model.values import Answer, Json, Request
from click.testing import CliRunner

POLICY: dict[str, Json] = {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}
CREATE = Request("POST", "/certificates/n1/create", {}, {"policy": POLICY})
THEIRS = ("alpha", "n1", "zoo")
PREFIX = "certlife-abc123-1-"
NAMES = Names(address_of("https://v.example"), PREFIX, contacts=False)


@dataclass
class Somebody:
    """A vault that is somebody's, behind a server."""

    vault: MemoryVault
    url: str = ""
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    refuses: Callable[[Request], Answer | None] = lambda _: None
    lock: Any = field(default_factory=threading.Lock)

    def answer(self, wire: WireRequest) -> WireAnswer:
        """Answer, on the real clock."""
        with self.lock:
            try:
                request = request_from_wire(wire, vault=self.url)
            except WireMalformed as malformed:
                return answer_to_wire(malformed.answer)
            self.vault.controls.advance(max(0, int(time.time()) - self.vault.controls.now()))
            answer = self.refuses(request) or self.vault.perform(request)
            self.seen.append((request.method, request.path, answer.status))
            if request.path.endswith("/create"):
                self.came.set()
            return answer_to_wire(answer, request)

    def holds(self) -> list[str]:
        """Everything that is in it."""
        lists = ("/certificates", "/deletedcertificates", "/certificates/issuers")
        pages = [self.vault.perform(Request("GET", path, {"includePending": "true"})).body for path in lists]
        return [str(item["id"]).rpartition("/")[2] for page in pages for item in page["value"]]  # type: ignore[index, call-overload, union-attr]


@pytest.fixture
def somebody(serving: Callable[..., Any]) -> Iterator[Somebody]:
    vault = MemoryVault(1, start=int(time.time()) - 1000)
    vault.controls.take(deletion_s=0, recovery_s=0, purge_s=0)
    for name in THEIRS:
        vault.perform(Request("POST", f"/certificates/{name}/create", {}, {"policy": POLICY}))
    vault.perform(Request("PUT", "/certificates/issuers/ca", {}, {"provider": "DigiCert"}))
    one = Somebody(vault)
    one.url = serving(one.answer).url
    yield one
    assert [name for name in one.holds() if name in (*THEIRS, "ca")] == [*THEIRS, "ca"]


def target(somebody: Somebody, told: list[str] | None = None, **access: Any) -> ForeignTarget:
    lines: list[str] = [] if told is None else told
    return ForeignTarget(somebody.url, address_of(somebody.url), Access(**access), told=lines.append)


# --- names


# a request -> the path that goes out
OUTWARD = {
    "GET /certificates": "/certificates",
    "GET /certificates/": "/certificates/",
    "GET /deletedcertificates": "/deletedcertificates",
    "GET /certificates/issuers": "/certificates/issuers",
    "PUT /certificates/issuers/ca": f"/certificates/issuers/{PREFIX}ca",
    "GET /certificates/n1": f"/certificates/{PREFIX}n1",
    "GET //certificates//N1/versions/": f"//certificates//{PREFIX}N1/versions/",
    "GET /certificates/n1/0123": f"/certificates/{PREFIX}n1/0123",
    "DELETE /deletedcertificates/n1": f"/deletedcertificates/{PREFIX}n1",
    "POST /certificates/not_a_name/create": f"/certificates/{PREFIX}not_a_name/create",
    "GET /secrets/n1": f"/secrets/{PREFIX}n1",
    "GET /keys/n1/0123": f"/keys/{PREFIX}n1/0123",
    "POST /certificates/restore": "/certificates/restore",
    f"POST /certificates/{'x' * 128}/create": f"/certificates/{PREFIX}{'x' * 128}/create",
}


@pytest.mark.parametrize("line", OUTWARD)
def test_name_in_a_path_gets_the_prefix(line: str) -> None:
    method, _, path = line.partition(" ")

    assert NAMES.outward(Request(method, path)).path == OUTWARD[line]


@pytest.mark.parametrize(
    "line",
    [
        "DELETE /certificates/restore", "GET /certificates/contacts", "DELETE /certificates/contacts", "POST /certificates/contacts/create", "DELETE /certificates",
        "POST /certificates/issuers/create", "GET /certificates/issuers/ca/x", "DELETE /certificates/issuers", "PUT /secrets/n1", "DELETE /keys/n1", "GET /keys", "GET /", "POST /certificates/n1/../zoo/create",
        "GET /certificates/./n1", "GET /certificates/n1\\..\\zoo", "GET /storage/n1", "PUT /Certificates/Contacts", f"POST /certificates/{'x' * 127}/create",
    ],
)  # fmt: skip
def test_request_that_could_reach_what_is_not_ours_is_not_sent(line: str) -> None:
    method, _, path = line.partition(" ")

    with pytest.raises(NotAsked):
        NAMES.outward(Request(method, path))


def test_issuer_in_a_policy_gets_the_prefix_unless_it_is_nobodys() -> None:
    for name, sent in {"ca": f"{PREFIX}ca", "Self": "Self", "unknown": "unknown"}.items():
        policy: dict[str, Json] = {"issuer": {"name": name, "cty": "x"}, "x509_props": {"subject": "CN=ca"}}

        assert NAMES.outward(replace(CREATE, body={"policy": policy, "tags": {"issuer": "ca"}})).body == {
            "policy": {"issuer": {"name": sent, "cty": "x"}, "x509_props": {"subject": "CN=ca"}},
            "tags": {"issuer": "ca"},
        }
        assert NAMES.outward(Request("PATCH", "/certificates/n1/policy", {}, policy)).body == {**policy, "issuer": {"name": sent, "cty": "x"}}


def test_backup_of_somebody_elses_is_not_restored() -> None:
    ours = "A" * 500
    names = replace(NAMES, knows=lambda blob: blob == ours)
    for blob in (ours, "bogus", None):
        names.outward(Request("POST", "/certificates/restore", {}, {"value": blob}))

    with pytest.raises(NotAsked, match="backup"):
        names.outward(Request("POST", "/certificates/restore", {}, {"value": "B" * 500}))


# what the vault says -> what is judged
INWARD = {
    f"https://v.example/certificates/{PREFIX}n1/01": "https://VAULT/certificates/n1/01",
    f"https://V.example/certificates/{PREFIX.upper()}N1": "https://VAULT/certificates/N1",
    f"https://v.example:443/certificates/{PREFIX}n1/versions?$skiptoken=eyJ": "https://VAULT:443/certificates/n1/versions?$skiptoken=eyJ",
    "https://v.example:443/certificates?$skiptoken=eyJ": "https://VAULT:443/certificates?$skiptoken=eyJ",
    "https://v.example/certificates/n1": "https://VAULT/certificates/!n1".replace("!", "~"),
    "https://v.example/certificates/alpha": "https://VAULT/certificates/!alpha",
    "https://v.example/certificates/issuers/DigiCert": "https://VAULT/certificates/issuers/~DigiCert",
    f"https://v.example/certificates/issuers/{PREFIX}ca": "https://VAULT/certificates/issuers/ca",
    "https://v.example/certificates/contacts": "https://VAULT/certificates/contacts",
    f"https://v.example/deletedcertificates/{PREFIX}n1": "https://VAULT/deletedcertificates/n1",
    f"https://v.example/secrets/{PREFIX}n1/01": "https://VAULT/secrets/n1/01",
    f"https://v.example.evil/certificates/{PREFIX}n1": "https://v.example.evil/certificates/n1",
    f"A certificate with (name/id) {PREFIX}n1 was not found": "A certificate with (name/id) n1 was not found",
}


@pytest.mark.parametrize("text", INWARD)
def test_name_in_an_answer_loses_the_prefix_or_is_marked_as_somebody_elses(text: str) -> None:
    answer = Answer(200, {"id": text, "list": [{"kid": text}], "tags": {"id": text}, "cer": text}, {"location": text, "date": text})

    seen = NAMES.inward(answer, Request("GET", "/"))

    assert seen.body == {"id": INWARD[text], "list": [{"kid": INWARD[text]}], "tags": {"id": text}, "cer": text}
    assert seen.headers == {"location": INWARD[text], "date": text}


def test_issuer_in_an_answer_is_ours_or_marked() -> None:
    for name, seen in {f"{PREFIX}ca": "ca", "ca": "!ca", "Self": "Self", "Unknown": "Unknown"}.items():
        answer = NAMES.inward(Answer(200, {"policy": {"issuer": {"name": name}}, "name": name}), CREATE)
        assert answer.body["policy"] == {"issuer": {"name": seen}}  # type: ignore[index, call-overload]


def test_order_of_a_list_stays() -> None:
    listed = sorted([PREFIX + name for name in ("a", "n1", "zz")] + ["0", "alpha", "Certlife", "certlife-abc123-", "certlife-zzz", "n1", "zoo"], key=str.lower)

    shown = [NAMES.shown(name) for name in listed]

    assert shown == sorted(shown, key=str.lower)
    assert len(set(shown)) == len(listed)


def test_whole_vault_that_is_ours_keeps_all_names() -> None:
    names = Names(address_of("https://localhost:8443/one"))
    request = Request("DELETE", "/certificates/contacts")
    answer = Answer(200, {"id": "https://localhost:8443/one/certificates/n1", "issuer": {"name": "ca"}})

    assert names.outward(request) is request
    assert names.inward(answer, request).body == {"id": "https://VAULT/certificates/n1", "issuer": {"name": "ca"}}


def test_names_of_ours_are_known_to_be_free_and_those_of_others_are_not() -> None:
    belief = Belief(names_are_new=True)

    assert [belief.is_new(name) for name in ("n1", "!n1", "~n1")] == [True, False, False]
    assert not Belief().is_new("n1")


# --- a life in somebody's vault


LIFE = (
    CREATE,
    Request("GET", "/certificates/n1/pending"),
    Request("PUT", "/certificates/issuers/ca", {}, {"provider": "Test"}),
    Request("GET", "/certificates/issuers/ca"),
    Request("POST", "/certificates/other/create", {}, {"policy": {"issuer": {"name": "ca"}, "x509_props": {"subject": "CN=o"}}}),
    Request("GET", "/certificates/other/policy"),
    Request("POST", "/certificates/n1/backup"),
    Request("GET", "/certificates", {"includePending": "true"}),
    Request("DELETE", "/certificates/n1"),
    Request("GET", "/deletedcertificates/n1"),
)


def test_answers_of_somebodys_vault_speak_of_our_names(somebody: Somebody) -> None:
    ours = target(somebody)
    vault = ours.open(seed=0)

    answers = [vault.perform(request) for request in LIFE]
    ours.close()

    assert [answer.status for answer in answers] == [202, 200, 200, 200, 202, 200, 200, 200, 200, 200]
    text = json.dumps([[answer.body, dict(answer.headers)] for answer in answers])
    assert "certlife-" not in text
    assert somebody.url not in text
    assert [item["id"] for item in answers[7].body["value"]] == [  # type: ignore[index, call-overload, union-attr]
        f"https://VAULT/certificates/{name}" for name in ("!alpha", "n1", "other", "~n1", "~zoo")
    ]


def test_everything_that_was_made_is_gone_in_the_end(somebody: Somebody) -> None:
    told: list[str] = []
    ours = target(somebody, told)
    for _ in range(2):
        vault = ours.open(seed=0)
        assert [vault.perform(request).status for request in LIFE] == [202, 200, 200, 200, 202, 200, 200, 200, 200, 200]
        vault.close()
        vault.close()
    ours.close()
    ours.close()

    assert sorted(somebody.holds()) == sorted([*THEIRS, "ca"])
    assert told == []


def test_openings_have_nothing_in_common(somebody: Somebody) -> None:
    ours = target(somebody)
    one, other = ours.open(seed=0), ours.open(seed=0)
    one.perform(CREATE)

    assert other.perform(Request("GET", "/certificates/n1")).status == 404
    assert one.perform(Request("GET", "/certificates/n1")).status == 200
    ours.close()


def test_what_can_not_be_removed_is_told(serving: Callable[..., Any]) -> None:
    vault = MemoryVault(1, settings=Settings(purge_protection=True))
    vault.controls.take(deletion_s=0)
    one = Somebody(vault)
    one.url = serving(one.answer).url
    told: list[str] = []
    ours = target(one, told)
    ours.open(seed=0).perform(CREATE)
    ours.close()

    assert told[0] == f"certlife could not remove from {one.url}:"
    assert f"certificate {ours.prefix}1-n1: 403" in told[1]


def test_vault_that_is_gone_is_told_what_was_left_in_it(somebody: Somebody, serving: Callable[..., Any]) -> None:
    told: list[str] = []
    gone: list[bool] = []
    server = serving(lambda wire: WireAnswer(0, (), b"") if gone else somebody.answer(wire))
    ours = ForeignTarget("x", address_of(server.url), told=told.append)
    vault = ours.open(seed=0)
    vault.perform(CREATE)
    gone.append(True)
    vault.close()
    ours.close()

    assert f"certificate {ours.prefix}1-n1: " in told[1]
    assert "hung up" in told[1]


def test_contacts_that_were_there_are_put_back(somebody: Somebody) -> None:
    path, theirs = "/certificates/contacts", {"contacts": [{"email": "somebody@example.com"}]}
    somebody.vault.perform(Request("PUT", path, {}, {"contacts": [{"email": "somebody@example.com"}]}))
    ours = target(somebody, contacts=True)
    ours.open(seed=0).perform(Request("DELETE", path))
    ours.open(seed=0).perform(Request("PUT", path, {}, {"contacts": [{"email": "me@example.com"}]}))
    ours.close()

    assert somebody.vault.perform(Request("GET", path)).body == {"id": "https://VAULT/certificates/contacts", **theirs}


def test_contacts_that_were_not_there_are_removed(somebody: Somebody) -> None:
    path = "/certificates/contacts"
    ours = target(somebody, contacts=True)
    ours.open(seed=0).perform(Request("PUT", path, {}, {"contacts": [{"email": "me@example.com"}]}))
    ours.close()

    assert somebody.vault.perform(Request("GET", path)).status == 404


# --- tidying up, step by step


def scripted(*answers: tuple[str, int, Json]) -> Callable[[Request], Answer]:
    """A vault that answers in this order, to these methods and beginnings of paths."""
    left = list(answers)

    def send(request: Request) -> Answer:
        line, status, body = left.pop(0)
        assert f"{request.method} {request.path}" == line
        return Answer(status, body)

    return send


DELETE, PURGE, PENDING = "DELETE /certificates/n1", "DELETE /deletedcertificates/n1", "DELETE /certificates/n1/pending"
IN_BIN: dict[str, Json] = {"recoveryId": "x"}
# what the vault answers, round by round -> what is left in the end
TIDIED: dict[str, tuple[list[tuple[str, int, Json]], list[str]]] = {
    "never there": ([(DELETE, 404, None), (PURGE, 404, None)], []),
    "deleted and purged": ([(DELETE, 200, IN_BIN), (PURGE, 204, None)], []),
    "without soft delete": ([(DELETE, 200, {}), (PURGE, 400, None)], []),
    "slow to be deleted": ([(DELETE, 200, IN_BIN), (PURGE, 404, None), (DELETE, 404, None), (PURGE, 404, None), (DELETE, 404, None), (PURGE, 204, None)], []),
    "busy being deleted": ([(DELETE, 200, IN_BIN), (PURGE, 409, None), (DELETE, 409, None), (PENDING, 404, None), (PURGE, 204, None)], []),
    "with an operation in its way": ([(DELETE, 409, None), (PENDING, 200, {}), (DELETE, 200, IN_BIN), (PURGE, 204, None)], []),
    "protected": ([(DELETE, 200, IN_BIN), (PURGE, 403, None)], ["certificate n1"]),
    "not ours to delete": ([(DELETE, 403, None), (PENDING, 403, None), (PURGE, 404, None)], ["certificate n1"]),
}


@pytest.mark.parametrize("case", TIDIED)
def test_tidying_up_goes_on_until_nothing_is_left_or_it_is_of_no_use(case: str) -> None:
    answers, left = TIDIED[case]
    ledger = Ledger(names={"n1": False})

    assert list(ledger.tidy(scripted(*answers), sleep=lambda _: None, clock=lambda: 0.0)) == left
    assert ledger.is_empty == (not left)


def test_tidying_up_comes_to_an_end() -> None:
    now = [0.0]
    ledger = Ledger(names={"n1": True}, issuers={"ca": None})

    def pass_time(seconds: float) -> None:
        now[0] += seconds

    left = ledger.tidy(lambda _: Answer(404), most_s=60, sleep=pass_time, clock=lambda: now[0])

    assert list(left) == ["certificate n1"]
    assert 30 <= now[0] <= 60


def test_what_a_request_may_make_is_taken_down_before_it_is_sent() -> None:
    ledger = Ledger()
    for request in (CREATE, Request("PUT", "/certificates/issuers/CA"), Request("GET", "/certificates/n2"), Request("POST", "/certificates/restore")):
        ledger.note(request, lambda _: Answer(404))

    assert ledger.listed() == ["certificate n1", "issuer ca"]


# --- however it ends


def test_nothing_is_left_after_an_exception(somebody: Somebody) -> None:
    script = (
        "from certlife.adapters.targets import find_target\n"
        "from certlife.model.values import Request\n"
        f"vault = find_target({somebody.url!r}).open(seed=0)\n"
        f"print(vault.perform(Request('POST', '/certificates/n1/create', {{}}, {{'policy': {POLICY!r}}})).status)\n"
        "raise RuntimeError('crash')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ourselves

    assert (done.stdout, done.returncode) == ("202\n", 1)
    assert "RuntimeError: crash" in done.stderr
    assert sorted(somebody.holds()) == sorted([*THEIRS, "ca"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_a_verification_that_was_interrupted(number: signal.Signals, somebody: Somebody) -> None:
    # whoever runs the tests in the background may have had SIGINT ignored, which children inherit
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", f"{heeding}from certlife.conformance.cli import main; main()", "verify", somebody.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as child:  # noqa: S603 - ourselves
        assert somebody.came.wait(60)
        os.kill(child.pid, number)
        out, err = child.communicate(timeout=60)

    assert child.returncode == 2, f"{child.returncode}: {out} {err}"
    assert "interrupted; tidying up" in err
    assert out == ""
    assert any(method == "DELETE" and status == 200 for method, _, status in somebody.seen)
    assert sorted(somebody.holds()) == sorted([*THEIRS, "ca"])


# --- the suite


def test_suite_touches_only_its_own_names_and_keeps_its_budget(
    somebody: Somebody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "LONGEST_WAIT_S", 0)
    report = tmp_path / "x.json"
    result = CliRunner().invoke(main, ["verify", somebody.url, "--budget", "150", "--json", str(report), "--save", str(tmp_path / "found")])
    said = json.loads(report.read_text())

    assert result.exit_code == 0, result.output
    assert said["verdict"] == "conforms"
    assert said["requests"] <= 150
    writes = [path for method, path, _ in somebody.seen if method != "GET"]
    assert len(writes) > 20
    assert all("certlife-" in path or path == "/certificates/restore" for path in writes)
    reads = [path for method, path, _ in somebody.seen if method == "GET" and "certlife-" not in path]
    assert set(reads) <= {"/certificates", "/certificates/", "/deletedcertificates", "/certificates/issuers"}
    assert sorted(somebody.holds()) == sorted([*THEIRS, "ca"])


def test_history_is_replayed_under_names_of_its_own(somebody: Somebody) -> None:
    ours = target(somebody)
    body: dict[str, Json] = {"policy": POLICY}
    acts = (Send("POST", "/certificates/zoo/create", body), Send("GET", "/certificates/zoo/pending", query={"request_id": "${zoo.request_id}"}))

    run = replay(History("x", acts), ours)
    ours.close()

    assert run.verdict == "conforms"
    assert run.trial.held["OPER-01"] or run.trial.held
    assert [status for *_, status in somebody.seen][:2] == [202, 200]


def test_history_with_a_request_that_is_not_sent_is_inconclusive(somebody: Somebody) -> None:
    ours = target(somebody)

    run = replay(History("x", (Send("GET", "/certificates/contacts"), Send("GET", "/certificates/n1"))), ours)
    ours.close()

    assert run.verdict == "inconclusive"
    assert "--contacts" in run.missing
    assert [request.request.path for request in run.trial.exchanges] == ["/certificates/n1"]


def test_wrong_vault_is_found_out_under_names_of_its_own(
    somebody: Somebody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "LONGEST_WAIT_S", 0)
    somebody.refuses = lambda request: Answer(418, None) if request.path.endswith("/policy") else None
    result = CliRunner().invoke(main, ["verify", somebody.url, "--budget", "100", "--save", str(tmp_path)])

    assert result.exit_code == 1
    saved = next(tmp_path.glob("*.json")).read_text()
    assert "/policy" in saved
    assert "certlife-" not in saved


# a call -> its exit status and a piece of what is said
CALLS = {
    ("verify", "https://mine.vault.azure.net"): (2, "--yes"),
    ("verify", "https://u:p@localhost"): (2, "--token"),
    ("verify", "memory:", "--insecure"): (2, "it is not far away"),
    ("verify", "emulator:", "--token", "x"): (2, "the emulator tells them itself"),
    ("verify", "http://127.0.0.1:9", "--control-url", "http://example.com"): (2, "loopback"),
    ("verify", "https://localhost", "--ca-file", "/nowhere"): (2, "/nowhere"),
    ("replay", "cancel-too-late", "https://mine.managedhsm.azure.net"): (2, ""),
}


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_wrong_call_is_told(call: tuple[str, ...]) -> None:
    status, piece = CALLS[call]
    result = CliRunner().invoke(main, list(call))

    assert result.exit_code == status
    assert piece in result.output
    assert "Traceback" not in result.output


def test_vault_that_is_not_there_is_inconclusive() -> None:
    result = CliRunner().invoke(main, ["verify", "http://nowhere.invalid"])

    assert result.exit_code == 2
    assert "no host is called nowhere.invalid" in result.output
