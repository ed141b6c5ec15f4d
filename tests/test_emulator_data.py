"""`serve --data`: what was answered is kept, nobody sees what is not, and a kill under load loses nothing."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.clock import Clock, FollowingClock
from certlife.adapters.emulator import Options
from certlife.adapters.emulator.app import Emulator
from certlife.adapters.emulator.changes import Statement
from certlife.adapters.emulator.control import Control
from certlife.adapters.emulator.faults import Faults
from certlife.adapters.emulator.keeper import Keeper
from certlife.adapters.emulator.store import Store, StoreUnusable
from certlife.adapters.emulator.vaults import Vaults, Wish
from certlife.adapters.memory import Settings
from certlife.adapters.port import Issue
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.serve import serve_command
from certlife.model.vocabulary import IssuerKind
from click.testing import CliRunner

CREATE: Any = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}, "key_props": {"kty": "EC"}}}
MUTANT = "cancel-after-completion-is-granted"


class Slow(Store):
    """A store whose disk takes its time, or fails, when it is told to."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        super().__init__(path, clock=clock)
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.full = False
        self.writes = 0

    def write(self, batch: Iterable[list[Statement]]) -> None:
        """Write once it may."""
        assert self.goes_on.wait(30)
        self.writes += 1
        if self.full:
            raise StoreUnusable("the disk is full")
        super().write(batch)


class Run:
    """An emulator with its controls, from start to end, without sockets."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, **options: Any) -> None:
        self.store = Slow(path, clock)
        self.keeper = Keeper(self.store)
        mutants = {name: mutant.vault for name, mutant in MUTANTS.items()}
        self.vaults = Vaults(mutants=mutants, stored=self.keeper.note, kept=self.keeper.kept, clock=clock, **options)
        for hosted in self.keeper.hosted():
            self.vaults.adopt(hosted)
        self.app = Emulator(Options(auth=False), self.vaults)
        self.control = Control("token", self.vaults, Faults(), "http://localhost")

    async def ask(self, method: str, target: str, body: Any = None, *, app: Any = None) -> tuple[int, Any]:
        """Ask, and return the status and the body."""
        said: dict[str, Any] = {"body": b""}
        raw = b"" if body is None else json.dumps(body).encode()
        headers = [(b"host", b"localhost"), (b"authorization", b"Bearer token"), (b"content-length", str(len(raw)).encode())]
        scope = {"type": "http", "method": method, "scheme": "http", "path": target, "raw_path": target.encode(), "headers": headers}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            said["status"] = message.get("status", said.get("status"))
            said["body"] += message.get("body", b"")

        await (app or self.app)({**scope, "query_string": b"api-version=7.4"}, receive, send)
        return said["status"], json.loads(said["body"]) if said["body"] else None

    async def steer(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Ask the control endpoint."""
        return await self.ask(method, target, body, app=self.control)


@contextmanager
def running(path: Path, **options: Any) -> Iterator[Run]:
    run = Run(path, **options)
    try:
        yield run
    finally:
        run.keeper.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vaults.db"


def within(path: Path, story: Callable[[Run], Awaitable[Any]], **options: Any) -> Any:
    """What a story comes to that is played on one emulator."""
    with running(path, **options) as run:
        return asyncio.run(story(run))  # type: ignore[arg-type]


async def turns() -> None:
    """Let everybody else go as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)


# --- from one emulator to the next


def test_vaults_are_there_again_with_their_clocks_and_settings(path: Path) -> None:
    async def before(run: Run) -> list[Any]:
        await run.steer("POST", "/vaults/held", {"clock": "held", "settings": {"retention_days": 7}})
        await run.steer("POST", "/vaults/ahead", {})
        await run.steer("POST", "/vaults/ahead/advance", {"seconds": 1000})
        await run.steer("POST", "/vaults/held/decide", {"decision": {"kind": "issue", "after_s": 5}, "issuer": "Self"})
        return [await run.ask("POST", f"{vault}/certificates/web/create", CREATE) for vault in ("/held", "/ahead", "")]

    async def after(run: Run) -> list[Any]:
        assert isinstance(run.vaults.there("ahead").vault.clock, FollowingClock)
        assert type(run.vaults.there("held").vault.clock) is Clock
        shown = [await run.ask("GET", f"{vault}/certificates/web/pending") for vault in ("/held", "/ahead", "")]
        return [*shown, await run.steer("GET", "/vaults/held"), run.vaults.there("ahead").vault.controls.now()]

    created = within(path, before, clock=lambda: 1_800_000_000.5)
    *shown, held, now = within(path, after, clock=lambda: 1_800_000_003.5)

    assert shown[0][1] == created[0][1]
    assert [answer["request_id"] for _, answer in shown] == [answer["request_id"] for _, answer in created]
    assert (held[1]["clock"], held[1]["settings"]["retention_days"], held[1]["now"]) == ("held", 7, 1_700_000_000)
    assert now == 1_800_000_003 + 1000


def test_lever_that_was_pulled_stays_pulled(path: Path) -> None:
    async def pull(run: Run) -> list[int]:
        return [
            (await run.steer("POST", f"/vaults/one{end}", body))[0]
            for end, body in (
                ("", {"clock": "held"}),
                ("/advance", {"seconds": 10}),
                ("/cancellation", {"wins": False}),
                ("/take", {"deletion_s": 77}),
                ("/decide", {"decision": {"kind": "issue", "after_s": 5}, "issuer": "Self"}),
            )
        ]

    async def look(run: Run) -> Any:
        return run.vaults.there("one").vault.state

    statuses, state = within(path, pull), within(path, look)

    assert statuses == [201, 200, 204, 204, 204]
    assert (state.clock.now, state.plan.deletion_s, [*state.plan.cancellations]) == (1_700_000_010, 77, [(False, 10)])
    assert [*state.plan.decisions[IssuerKind.SELF]] == [Issue(5)]


def test_vault_that_is_forgotten_or_replaced_is_not_there_again(path: Path) -> None:
    async def story(run: Run) -> None:
        for name in ("gone", "new", "lies"):
            await run.ask("POST", f"/{name}/certificates/web/create", CREATE)
        await run.steer("DELETE", "/vaults/gone")
        await run.steer("POST", "/vaults/new", {"settings": {"soft_delete": False}})
        await run.steer("POST", "/vaults/lies", {"mutant": MUTANT})
        await run.ask("POST", "/lies/certificates/web/create", CREATE)

    async def look(run: Run) -> Any:
        return {hosted.name: (hosted.vault.state.settings, [*hosted.vault.state.records]) for hosted in run.vaults}

    within(path, story)

    assert within(path, look) == {"new": (Settings(soft_delete=False), [])}


# --- what is not on the disk


def test_nobody_is_answered_before_the_disk_has_what_the_answer_says(path: Path) -> None:
    async def story(run: Run) -> tuple[list[bool], list[int]]:
        await run.ask("GET", "/certificates")
        run.store.goes_on.clear()
        asked = [("POST", "/certificates/web/create", CREATE), ("GET", "/certificates/web", None), ("GET", "/other/certificates", None)]
        tasks = [asyncio.create_task(run.ask(*one)) for one in asked]
        await turns()
        tasks.append(asyncio.create_task(run.ask("GET", "/certificates/web/policy")))  # changes nothing, and has seen it all
        await turns()
        done = [task.done() for task in tasks]
        run.store.goes_on.set()
        return done, [status for status, _ in await asyncio.gather(*tasks)]

    done, statuses = within(path, story)

    assert done == [False, False, False, False]
    assert statuses == [202, 200, 200, 200]


def test_reading_what_is_on_the_disk_waits_for_nobody(path: Path) -> None:
    async def story(run: Run) -> tuple[bool, bool]:
        for vault in ("/one", "/two"):
            await run.ask("GET", f"{vault}/certificates")
        run.store.goes_on.clear()
        writing = asyncio.create_task(run.ask("POST", "/one/certificates/web/create", CREATE))
        await turns()
        reading = asyncio.create_task(run.ask("GET", "/two/certificates"))
        await turns()
        done = writing.done(), reading.done()
        run.store.goes_on.set()
        await asyncio.gather(writing, reading)
        return done

    assert within(path, story) == (False, True)


def test_what_comes_up_while_the_disk_is_busy_goes_there_at_once(path: Path) -> None:
    async def story(run: Run) -> int:
        await run.ask("GET", "/certificates")
        before = run.store.writes
        await asyncio.gather(*(run.ask("POST", f"/certificates/n{number}/create", CREATE) for number in range(30)))
        return run.store.writes - before

    async def look(run: Run) -> Any:
        return len(run.vaults.there("default").vault.state.records)

    assert within(path, story) <= 3
    assert within(path, look) == 30


def test_answer_that_was_overtaken_while_it_waited_is_not_given_again(path: Path) -> None:
    async def story(run: Run) -> tuple[Any, Any]:
        await run.steer("POST", "/vaults/default", {"clock": "held"})
        await run.ask("POST", "/certificates/web/create", CREATE)
        await run.steer("POST", "/vaults/default/advance", {"seconds": 60})
        run.store.goes_on.clear()
        first = asyncio.create_task(run.ask("GET", "/certificates/web"))
        await turns()
        second = asyncio.create_task(run.ask("PATCH", "/certificates/web", {"tags": {"a": "b"}}))
        await turns()
        run.store.goes_on.set()
        await asyncio.gather(first, second)
        scope = {"method": "GET", "scheme": "http", "path": "/certificates/web", "raw_path": b"/certificates/web"}
        known = run.app.memo.answer({**scope, "query_string": b"api-version=7.4", "headers": [(b"host", b"localhost")]})
        return known, (await run.ask("GET", "/certificates/web"))[1].get("tags")

    assert within(path, story) == (None, {"a": "b"})


def test_full_disk_is_a_500_until_there_is_room_and_then_nothing_is_missing(path: Path) -> None:
    async def story(run: Run) -> list[int]:
        statuses = [(await run.ask("POST", "/certificates/old/create", CREATE))[0]]
        run.store.full = True
        statuses += [(await run.ask("POST", "/certificates/web/create", CREATE))[0], (await run.ask("GET", "/certificates/web"))[0]]
        statuses += [(await run.steer("POST", "/vaults/default/advance", {"seconds": 1}))[0]]
        run.store.full = False
        return [*statuses, (await run.ask("GET", "/certificates/web"))[0]]

    async def look(run: Run) -> list[str]:
        return [*run.vaults.there("default").vault.state.records]

    assert within(path, story) == [202, 500, 500, 500, 200]
    assert within(path, look) == ["old", "web"]


def test_vault_whose_forgetting_failed_gives_way_to_a_mutant_all_the_same(path: Path) -> None:
    async def story(run: Run) -> list[int]:
        await run.ask("GET", "/team/certificates")
        run.store.full = True
        statuses = [(await run.steer("DELETE", "/vaults/team"))[0]]
        run.store.full = False
        return [*statuses, (await run.steer("POST", "/vaults/team", {"mutant": MUTANT}))[0]]

    async def look(run: Run) -> list[str]:
        return [hosted.name for hosted in run.vaults]

    assert within(path, story) == [500, 201]
    assert within(path, look) == []


def test_vault_whose_forgetting_failed_is_forgotten_when_it_is_asked_again(path: Path) -> None:
    async def story(run: Run) -> list[int]:
        await run.ask("GET", "/team/certificates")
        run.store.full = True
        statuses = [(await run.steer("DELETE", "/vaults/team"))[0]]
        run.store.full = False
        await run.ask("GET", "/team/certificates")
        return [*statuses, (await run.steer("DELETE", "/vaults/team"))[0]]

    async def look(run: Run) -> list[str]:
        return [hosted.name for hosted in run.vaults]

    assert within(path, story) == [500, 204]
    assert within(path, look) == []


# --- as a command


def test_file_that_is_held_by_another_or_is_no_store_is_told(path: Path) -> None:
    store = Store(path)
    held = CliRunner().invoke(serve_command, ["--port", "0", "--data", str(path)])
    store.close()
    path.write_text("Dear diary")
    diary = CliRunner().invoke(serve_command, ["--port", "0", "--data", str(path)])

    assert (held.exit_code, diary.exit_code) == (2, 2)
    assert f"{path}: another process holds it" in held.output
    assert f"{path}: it is no store" in diary.output


def test_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    *_, tally = import_module("kill_server").run(tmp_path, kills=3, seed=7)

    assert tally.kills == 3
    assert tally.writes > 0
    assert tally.judged > 0


def test_wish_of_a_vault_that_is_revived_says_how_it_was_made(path: Path) -> None:
    async def story(run: Run) -> None:
        await run.steer("POST", "/vaults/one", {"seed": 5, "clock": "held", "settings": {"retention_days": 8}})

    async def look(run: Run) -> Wish:
        return run.vaults.there("one").wish

    within(path, story)

    assert within(path, look) == Wish(Settings(retention_days=8), seed=5, clock="held")
