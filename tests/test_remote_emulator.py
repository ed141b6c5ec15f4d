"""The emulator as a target: a process of its own, its vaults over TLS, its levers, and its lies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.memory.target import SETUPS
from certlife.adapters.port import Issue, Refuse, Stall, VaultUnreachable
from certlife.adapters.remote import process as started_process
from certlife.adapters.remote.controlled import StartedTarget, controlled, emulator
from certlife.adapters.remote.controls import ControlRefused
from certlife.adapters.remote.process import EmulatorProcess
from certlife.adapters.remote.target import https
from certlife.adapters.targets import Access, Setup, Target, TargetRefused, TargetUnknown, find_target, let_go
from certlife.adapters.wire import WireAnswer
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.rerun import rerun
from certlife.model.values import Json, Request
from certlife.model.vocabulary import IssuerKind

POLICY: dict[str, Json] = {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}
CREATE = Request("POST", "/certificates/web/create", {}, {"policy": POLICY})
GET, POLL = Request("GET", "/certificates/web"), Request("GET", "/certificates/web/pending")
DELETE, PURGE = Request("DELETE", "/certificates/web"), Request("DELETE", "/deletedcertificates/web")
CANCEL = Request("PATCH", "/certificates/web/pending", {}, {"cancellation_requested": True})


@pytest.fixture(scope="module")
def running() -> Iterator[StartedTarget]:
    target = emulator("emulator:")
    yield target
    target.close()


def test_emulator_can_be_opened_as_memory_can(running: Target) -> None:
    purges = []
    for setup in running.setups:
        vault = running.open(seed=0, setup=setup)
        assert vault.controls is not None
        vault.perform(CREATE)
        vault.perform(DELETE)
        vault.controls.advance(3600)
        purges.append(vault.perform(PURGE).status)
        vault.close()
        with pytest.raises(ControlRefused, match="no vault is called"):
            vault.controls.restart()

    assert list(running.setups) == list(SETUPS)
    assert purges == [204, 400, 403]


def test_vaults_of_an_emulator_have_nothing_in_common_and_speak_of_themselves(running: Target) -> None:
    one, other = running.open(seed=0), running.open(seed=0)

    assert one.perform(CREATE).body["id"] == "https://VAULT/certificates/web/pending"  # type: ignore[index, call-overload]
    assert one.perform(CREATE).status == 409
    assert other.perform(GET).status == 404
    one.close()
    other.close()


def test_levers_are_pulled_over_http(running: Target) -> None:
    vault = running.open(seed=0)
    levers = vault.controls
    assert levers is not None
    begin = levers.now()
    levers.decide(Stall(), kind=IssuerKind.SELF)
    vault.perform(CREATE)
    levers.advance(86_400)
    assert levers.now() == begin + 86_400
    assert vault.perform(POLL).body["status"] == "inProgress"  # type: ignore[index, call-overload]
    levers.decide_cancellation(wins=False)
    vault.perform(CANCEL)
    levers.decide(Issue(5), name="web")
    levers.advance(6)
    assert vault.perform(POLL).body["status"] == "completed"  # type: ignore[index, call-overload]
    levers.take(deletion_s=50)
    vault.perform(DELETE)
    levers.advance(49)
    assert vault.perform(PURGE).status == 409
    levers.restart()
    levers.advance(1)
    assert vault.perform(PURGE).status == 204
    vault.close()


def test_lever_that_makes_no_sense_is_refused_in_words(running: Target) -> None:
    vault = running.open(seed=0)
    levers = vault.controls
    assert levers is not None

    with pytest.raises(ControlRefused, match="no operation of 'web'"):
        levers.decide(Issue(), name="web")
    with pytest.raises(ValueError, match="refuses nothing"):
        levers.decide(Refuse(), kind=IssuerKind.SELF)
    vault.close()


def test_outbox_is_read_over_http(running: Target) -> None:
    vault = running.open(seed=0)
    assert vault.controls is not None
    vault.perform(Request("PUT", "/certificates/contacts", {}, {"contacts": [{"email": "me@example.com"}]}))
    action: Json = [{"trigger": {"days_before_expiry": 30}, "action": {"action_type": "EmailContacts"}}]
    vault.perform(Request("POST", "/certificates/web/create", {}, {"policy": {**POLICY, "lifetime_actions": action}}))
    vault.controls.advance(400 * 86_400)

    kinds = {message.kind for message in vault.controls.outbox}
    assert kinds == {"mail", "event"}
    assert any(message.to == ("me@example.com",) for message in vault.controls.outbox)
    vault.close()


# cases of the corpus that are carried out over TLS: one in eight
@pytest.mark.parametrize("name", sorted(cases())[::8])
def test_edge_case_conforms_over_tls(name: str, running: Target) -> None:
    verified = rerun([cases()[name]], running)

    assert (verified.status, verified.trouble) == (0, "")


def test_mutant_is_wrong_over_http_as_well() -> None:
    target = find_target("emulator:create-answers-200")
    vault = target.open(seed=0)

    assert target.name == "emulator:create-answers-200"
    assert vault.perform(CREATE).status == 200
    vault.close()
    let_go(target)


def test_mutant_that_there_is_not_is_told() -> None:
    with pytest.raises(TargetUnknown, match=r"no mutant is called 'create-answers-201'; perhaps .*create-answers-200"):
        find_target("emulator:create-answers-201")


def test_emulator_that_runs_already_is_used_by_its_control_endpoint(running: StartedTarget) -> None:
    ready = running.ready
    access = Access(
        token_url=f"{ready['url']}/{ready['tenant']}/oauth2/v2.0/token",
        ca_file=Path(ready["ca_file"]),
        control_url=ready["control_url"],
        control_token=ready["control_token"],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CERTLIFE_CLIENT_ID", ready["client_id"])
        patch.setenv("CERTLIFE_CLIENT_SECRET", ready["client_secret"])
        target = https(ready["url"], access)
        vault = target.open(seed=0, setup=Setup(soft_delete=False))

        assert vault.perform(CREATE).status == 202
    assert vault.controls is not None
    vault.close()
    let_go(target)


# --- what can go wrong


def test_token_that_the_endpoint_does_not_take_is_told(running: StartedTarget) -> None:
    target = controlled("x", Access(control_url=running.ready["control_url"], control_token="wrong"))  # noqa: S106

    with pytest.raises(VaultUnreachable, match="--control-token"):
        target.open(seed=0)
    target.close()


@pytest.mark.parametrize("answer", [WireAnswer(200, (), b"<html>"), WireAnswer(200, (), b"{}"), WireAnswer(500, (), b""), WireAnswer(404, (), b"nothing")])
def test_what_is_no_control_endpoint_is_told(answer: WireAnswer, serving: Callable[..., Any]) -> None:
    target = controlled("x", Access(control_url=serving(answer).url))

    with pytest.raises(VaultUnreachable, match=r"is no control endpoint|does not say where"):
        target.open(seed=0)
    target.close()


def test_emulator_that_does_not_start_is_told_with_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started_process, "_SERVE", ("serve", "--nonsense"))

    with pytest.raises(VaultUnreachable, match=r"does not start: .*--nonsense"):
        EmulatorProcess()


def test_emulator_that_is_not_ready_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started_process, "_CHILD", "import os; os.read(0, 1)")

    with pytest.raises(VaultUnreachable, match="does not start"):
        EmulatorProcess(start_s=0.01)


def test_emulator_ends_when_the_program_that_started_it_is_killed() -> None:
    script = (
        "from certlife.adapters.remote.process import EmulatorProcess\n"
        "print(EmulatorProcess().ready['control_url'], flush=True)\n"
        "import signal; signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 - ourselves
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            os.kill(parent.pid, signal.SIGKILL)
            assert line.recv(1) == b""


# --- through the SDK


LIFE = (
    (CREATE, 202),
    (POLL, 200),
    (Request("GET", "/certificates/web/pending", {"request_id": "f" * 32}), 404),
    (CANCEL, 200),
    (Request("PATCH", "/certificates/web/pending", {}, {"cancellation_requested": False}), 200),
    (GET, 200),
    (Request("PATCH", "/certificates/web", {}, {"tags": {}}), 200),
    (Request("PATCH", "/certificates/web", {}, {"tags": {"a": "b"}, "attributes": {"enabled": False}}), 200),
    (Request("PATCH", "/certificates/web/policy", {}, {**POLICY, "key_props": {"kty": "EC", "crv": "P-256"}}), 200),
    (Request("POST", "/certificates/bad/create", {}, {"policy": {**POLICY, "key_props": {"kty": "DSA"}}}), 400),
    (Request("POST", "/certificates/bad/create", {}, {}), 400),
    (Request("GET", "/certificates", {"maxresults": "1", "includePending": "true"}), 200),
    (Request("GET", "/certificates/web/versions"), 200),
    (Request("POST", "/certificates/web/backup"), 200),
    (Request("POST", "/certificates/restore", {}, {"value": "bogus"}), 400),
    (Request("PUT", "/certificates/issuers/ca", {}, {"provider": "Test", "org_details": {"admin_details": [{"first_name": "A", "email": "a@b.c"}]}}), 200),
    (Request("GET", "/certificates/issuers"), 200),
    (Request("PUT", "/certificates/contacts", {}, {"contacts": [{"email": "a@b.c"}]}), 200),
    (Request("DELETE", "/certificates/contacts"), 200),
    (Request("GET", "/secrets/web"), 403),
    (Request("GET", "/certificates/nobody"), 404),
    (DELETE, 200),
    (Request("GET", "/deletedcertificates"), 200),
    (Request("DELETE", "/certificates/issuers/ca"), 200),
)  # fmt: skip


@pytest.fixture(scope="module")
def through_the_sdk() -> Iterator[Target]:
    pytest.importorskip("azure.keyvault.certificates")
    target = find_target("azure-sdk:emulator:")
    yield target
    let_go(target)


def without_empty(value: Json) -> Json:
    """A body without empty objects: the SDK sends one for the alternative names of every policy."""
    if isinstance(value, list):
        return [without_empty(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: without_empty(one) for name, one in value.items() if one != {}}


def test_vault_answers_the_sdk_as_it_answers_anybody(running: Target, through_the_sdk: Target) -> None:
    plain, vault = running.open(seed=0), through_the_sdk.open(seed=0)
    for one in (plain, vault):
        assert one.controls is not None
        one.controls.decide(Stall(), kind=IssuerKind.SELF)
    for request, status in LIFE:
        here, there = plain.perform(request), vault.perform(request)

        assert (here.status, there.status) == (status, status), request
        if request.path != "/certificates/web/backup":
            assert without_empty(there.body) == without_empty(here.body)
    plain.close()
    vault.close()


def test_pollers_of_the_sdk_ask_nothing() -> None:
    pytest.importorskip("azure.keyvault.certificates")
    sending = import_module("certlife.adapters.azure.sending")
    gate = sending._Gate()  # noqa: SLF001
    gate.begin(POLL, strict=False)
    raised: list[BaseException] = []

    def poll() -> None:
        try:
            gate.on_request(None)
        except sending._StrayError as error:  # noqa: SLF001
            raised.append(error)

    poller = threading.Thread(target=poll)
    poller.start()
    poller.join()

    assert len(raised) == 1
    gate.on_request(None)
    with pytest.raises(sending._StrayError):  # noqa: SLF001
        gate.on_request(None)


def test_sdk_speaks_to_https_alone_and_to_versions_that_it_knows(through_the_sdk: Target) -> None:
    from certlife.adapters.port import NotAsked  # noqa: PLC0415

    vault = through_the_sdk.open(seed=0)
    with pytest.raises(TargetUnknown, match="https:// alone"):
        find_target("azure-sdk:http://localhost")
    for version in ("", "1.0"):
        with pytest.raises(NotAsked, match="does not speak api-version"):
            vault.perform(Request("GET", "/certificates/web", {}, None, version))
    vault.close()


def test_request_is_what_the_sdk_sends_or_it_is_sent_as_it_is() -> None:
    pytest.importorskip("azure.keyvault.certificates")
    sending = import_module("certlife.adapters.azure.sending")
    wanted: dict[str, Json] = {"policy": {"issuer": {"name": "Self"}, "tags": {"a": None}}, "list": [1, {"x": True}]}
    same = [
        wanted,
        {"policy": {"issuer": {"name": "Self", "cty": None}, "sans": {}, "tags": {}}, "list": [1, {"x": True, "y": None}], "more": None},
    ]
    other: list[Json] = [None, {}, {**wanted, "list": [1]}, {**wanted, "more": 1}, {**wanted, "list": [True, {"x": True}]}, {**wanted, "list": [1, {"x": 1}]}]

    assert [sending._says(sent, wanted) for sent in same] == [True, True]  # noqa: SLF001
    assert not any(sending._says(sent, wanted) for sent in other)  # noqa: SLF001
    assert sending._says(None, None)  # noqa: SLF001
    assert not sending._says({"tags": None}, {"tags": {}})  # noqa: SLF001


def test_vault_in_azure_is_not_touched_through_the_sdk_either() -> None:
    pytest.importorskip("azure.keyvault.certificates")

    with pytest.raises(TargetRefused, match="--yes"):
        find_target("azure-sdk:https://mine.vault.azure.net")


@pytest.mark.skipif(find_spec("azure") is not None, reason="the extra is installed")
def test_extra_that_is_missing_is_told() -> None:
    with pytest.raises(TargetUnknown, match=r"pip install 'certlife\[azure\]'"):
        find_target("azure-sdk:https://localhost")
