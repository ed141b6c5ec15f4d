"""The control endpoint, without sockets: its verbs do what the levers do, and nobody else gets in."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from certlife.adapters.emulator.control import Control
from certlife.adapters.emulator.faults import Faults
from certlife.adapters.emulator.vaults import Vaults
from certlife.adapters.memory import MemoryVault
from certlife.model.values import Answer, Request

SELF = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}}
CA = {"policy": {"issuer": {"name": "ca"}, "x509_props": {"subject": "CN=web"}}}


@dataclass
class Desk:
    """A control endpoint with its vaults."""

    control: Control = field(
        default_factory=lambda: Control(
            "word", Vaults(mutants={"odd": lambda seed, settings: MemoryVault(seed, settings=settings)}), Faults(), "https://localhost:1"
        )
    )

    def ask(
        self, method: str, path: str, body: Any = None, *, host: str = "127.0.0.1:9", token: str = "word"  # noqa: S107
    ) -> tuple[int, Any]:
        """Ask it; the status and the JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = [(b"host", host.encode()), (b"authorization", f"Bearer {token}".encode("latin-1"))]
        headers += [(b"content-length", str(len(raw)).encode())]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
        said: dict[str, Any] = {"body": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
            else:
                said["body"] += message["body"]

        asyncio.run(self.control(scope, receive, send))
        return said["status"], json.loads(said["body"]) if said["body"] else None

    def held(self, **wish: Any) -> MemoryVault:
        """The default vault, empty, with its clock held."""
        status, _ = self.ask("POST", "/vaults/default", {"clock": "held", **wish})
        assert status in (200, 201)
        return self.control.vaults.there("default").vault


def perform(vault: MemoryVault, method: str, path: str, body: Any = None) -> Answer:
    return vault.perform(Request(method, path, {}, body, "7.4"))


def member(answer: Answer, name: str) -> Any:
    assert isinstance(answer.body, dict)
    return answer.body[name]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_vault_is_made_with_settings_and_shown(desk: Desk) -> None:
    settings = {"soft_delete": True, "retention_days": 7, "purge_protection": True}
    wish = {"settings": settings, "seed": 5, "clock": "held", "start": 1_600_000_000}
    shown = {"name": "team", "url": "https://localhost:1/team", "now": 1_600_000_000, "clock": "held", "mutant": None, "settings": settings}

    assert desk.ask("POST", "/vaults/Team", wish) == (201, shown)
    assert desk.ask("GET", "/vaults/team") == (200, shown)
    assert desk.ask("GET", "/vaults") == (200, {"vaults": [shown]})
    vault = desk.control.vaults.there("team").vault
    perform(vault, "POST", "/certificates/web/create", {"policy": {"x509_props": {"subject": "CN=web"}}})
    assert member(perform(vault, "GET", "/certificates/web"), "attributes")["recoveryLevel"] == "CustomizedRecoverable"


def test_vault_that_is_made_again_is_empty_and_one_that_is_deleted_is_gone(desk: Desk) -> None:
    perform(desk.held(), "POST", "/certificates/web/create", SELF)

    assert desk.ask("POST", "/vaults/default", {"clock": "held"})[0] == 200
    assert perform(desk.control.vaults.there("default").vault, "GET", "/certificates/web").status == 404
    assert desk.ask("DELETE", "/vaults/default") == (204, None)
    assert desk.ask("GET", "/vaults/default/now")[0] == 404
    assert desk.ask("DELETE", "/vaults/default")[0] == 404


def test_clock_that_is_held_moves_by_advance_alone(desk: Desk) -> None:
    desk.held()

    assert desk.ask("GET", "/vaults/default/now") == (200, {"now": 1_700_000_000})
    assert desk.ask("POST", "/vaults/default/advance", {"seconds": 60}) == (200, {"now": 1_700_000_060})
    assert desk.ask("GET", "/vaults/default/now") == (200, {"now": 1_700_000_060})


def test_clock_that_follows_real_time_can_be_ahead_of_it() -> None:
    now = [1_800_000_000.5]
    desk = Desk(Control("word", Vaults(clock=lambda: now[0]), Faults(), "https://localhost:1"))
    desk.ask("POST", "/vaults/default")

    assert desk.ask("GET", "/vaults/default/now") == (200, {"now": 1_800_000_000})
    assert desk.ask("POST", "/vaults/default/advance", {"seconds": 100}) == (200, {"now": 1_800_000_100})
    now[0] += 5
    assert desk.ask("GET", "/vaults/default/now") == (200, {"now": 1_800_000_105})
    now[0] -= 50
    assert desk.ask("GET", "/vaults/default/now") == (200, {"now": 1_800_000_105})


def test_issuer_does_what_it_is_told(desk: Desk) -> None:
    vault = desk.held()
    assert desk.ask("POST", "/vaults/default/decide", {"decision": {"kind": "issue", "after_s": 0}, "issuer": "Self"}) == (204, None)
    perform(vault, "POST", "/certificates/web/create", SELF)
    assert member(perform(vault, "GET", "/certificates/web/pending"), "status") == "completed"

    perform(vault, "PUT", "/certificates/issuers/ca", {"provider": "Test"})
    desk.ask("POST", "/vaults/default/decide", {"decision": {"kind": "stall"}})
    perform(vault, "POST", "/certificates/app/create", CA)
    desk.ask("POST", "/vaults/default/advance", {"seconds": 86_400})
    assert member(perform(vault, "GET", "/certificates/app/pending"), "status") == "inProgress"
    refuse = {"kind": "refuse", "code": "No", "message": "never"}
    assert desk.ask("POST", "/vaults/default/decide", {"decision": refuse, "name": "app"}) == (204, None)
    assert member(perform(vault, "GET", "/certificates/app/pending"), "error") == {"code": "No", "message": "never"}


def test_cancellation_is_decided(desk: Desk) -> None:
    vault = desk.held()
    assert desk.ask("POST", "/vaults/default/cancellation", {"wins": True, "after_s": 0}) == (204, None)
    perform(vault, "POST", "/certificates/web/create", SELF)
    perform(vault, "PATCH", "/certificates/web/pending", {"cancellation_requested": True})

    assert member(perform(vault, "GET", "/certificates/web/pending"), "status") == "cancelled"


def test_times_are_settled_and_forgotten_by_no_restart(desk: Desk) -> None:
    vault = desk.held()
    assert desk.ask("POST", "/vaults/default/take", {"deletion_s": 0, "recovery_s": None, "issuance_s": 0}) == (204, None)
    assert desk.ask("POST", "/vaults/default/restart") == (204, None)
    perform(vault, "POST", "/certificates/web/create", SELF)
    perform(vault, "DELETE", "/certificates/web")

    assert member(perform(vault, "GET", "/deletedcertificates/web"), "attributes")["enabled"] is True


def test_outbox_is_told(desk: Desk) -> None:
    vault = desk.held()
    desk.ask("POST", "/vaults/default/take", {"issuance_s": 0})
    perform(vault, "PUT", "/certificates/contacts", {"contacts": [{"email": "a@b"}]})
    perform(vault, "POST", "/certificates/web/create", SELF)

    status, told = desk.ask("GET", "/vaults/default/outbox")

    assert status == 200
    assert [(one["kind"], one["body"]["subject"], one["to"]) for one in told["messages"]] == [("event", "web", [])]


def test_mutant_is_made_by_its_name(desk: Desk) -> None:
    assert desk.ask("GET", "/mutants") == (200, {"mutants": ["odd"]})
    assert desk.ask("POST", "/vaults/default", {"mutant": "odd"})[1]["mutant"] == "odd"
    status, told = desk.ask("POST", "/vaults/default", {"mutant": "even"})
    assert (status, "even" in told["error"]["message"]) == (400, True)


def test_faults_are_ordered_and_forgotten(desk: Desk) -> None:
    assert desk.ask("POST", "/faults", {"kind": "throttle", "times": 3, "retry_after_s": 1}) == (204, None)
    assert desk.ask("POST", "/faults", {"kind": "slow", "after_s": 0.5, "vault": "team"}) == (204, None)
    assert desk.ask("GET", "/faults") == (200, {"waiting": 4})
    assert desk.ask("DELETE", "/faults") == (204, None)
    assert desk.ask("GET", "/faults") == (200, {"waiting": 0})


MALFORMED = (
    ("/vaults/default", b"{"),
    ("/vaults/default", []),
    ("/vaults/default", {"clok": "held"}),
    ("/vaults/default", {"clock": "slow"}),
    ("/vaults/default", {"settings": {"retention_days": 6}}),
    ("/vaults/default", {"settings": {"retention_days": True}}),
    ("/vaults/default", {"settings": {"soft_delete": "no"}}),
    ("/vaults/default", {"settings": {"x": 1}}),
    ("/vaults/default", {"seed": -1}),
    ("/vaults/a--b", {}),
    ("/vaults/default/advance", {}),
    ("/vaults/default/advance", {"seconds": -1}),
    ("/vaults/default/advance", {"seconds": 1.5}),
    ("/vaults/default/advance", {"seconds": 1, "minutes": 1}),
    ("/vaults/default/decide", {}),
    ("/vaults/default/decide", {"decision": {"kind": "dither"}}),
    ("/vaults/default/decide", {"decision": {"kind": "issue", "code": "x"}}),
    ("/vaults/default/decide", {"decision": {"kind": "issue"}, "issuer": "Unknown"}),
    ("/vaults/default/decide", {"decision": {"kind": "refuse"}, "issuer": "Self"}),
    ("/vaults/default/decide", {"decision": {"kind": "issue"}, "name": "nobody"}),
    ("/vaults/default/cancellation", {"after_s": 1}),
    ("/vaults/default/take", {"deletion_s": "1"}),
    ("/faults", {}),
    ("/faults", {"kind": "fail", "times": 0}),
    ("/faults", {"kind": "slow", "after_s": -1}),
)


@pytest.mark.parametrize(("path", "body"), MALFORMED)
def test_slip_of_the_pen_is_told_and_changes_nothing(desk: Desk, path: str, body: Any) -> None:
    vault = desk.held()

    status, told = desk.ask("POST", path, body)

    assert (status, told["error"]["code"]) == (400, "BadVerb")
    assert desk.control.vaults.there("default").vault is vault
    assert (vault.clock.now, len(desk.control.faults)) == (1_700_000_000, 0)


def test_clock_does_not_leave_the_age_of_certificates(desk: Desk) -> None:
    desk.held(start=249_999_999_999)

    assert desk.ask("POST", "/vaults/default/advance", {"seconds": 2})[0] == 400


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1:9", "", "127.0.0.1.nip.io"])
def test_host_that_is_not_loopback_is_refused(desk: Desk, host: str) -> None:
    assert desk.ask("GET", "/vaults", host=host)[0] == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1", "127.8.8.8:9", "[::1]:9"])
def test_host_that_is_loopback_is_let_in(desk: Desk, host: str) -> None:
    assert desk.ask("GET", "/vaults", host=host)[0] == 200


@pytest.mark.parametrize("token", ["", "other", "wordy", "é"])
def test_wrong_token_is_refused(desk: Desk, token: str) -> None:
    assert desk.ask("POST", "/vaults/default", token=token)[0] == 401
    assert list(desk.control.vaults) == []


ELSEWHERE = (("GET", "/", 404), ("GET", "/vaults/a/b/c", 404), ("PUT", "/vaults", 405), ("POST", "/vaults/default/now", 405), ("GET", "/vault", 404))


@pytest.mark.parametrize(("method", "path", "status"), ELSEWHERE)
def test_verb_that_is_none_is_refused(desk: Desk, method: str, path: str, status: int) -> None:
    assert desk.ask(method, path)[0] == status


def test_body_that_is_too_large_is_refused(desk: Desk) -> None:
    assert desk.ask("POST", "/vaults/default", b" " * 70_000)[0] == 413
