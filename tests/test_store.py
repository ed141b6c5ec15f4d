"""Vaults in a file: as they were when they come back, and nothing that was answered is ever lost."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from certlife.adapters import files
from certlife.adapters.emulator.schema import APPLICATION_ID, MIGRATIONS, connect, transaction
from certlife.adapters.emulator.store import Store, StoreUnusable
from certlife.adapters.keys import spelled
from certlife.adapters.memory import MemoryVault, Settings
from certlife.adapters.memory.dice import Dice
from certlife.adapters.memory.state import State
from certlife.adapters.port import Controls, Decision, Issue, Message, Refuse, Stall
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import IssuerKind

HERE = Path(__file__).parent
START = 1_700_000_000
DAY_S = 86_400
CREATE: Any = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}, "key_props": {"kty": "EC"}}}


def sibling(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MEMORY = sibling("test_memory")


def revived(state: State) -> MemoryVault:
    return MemoryVault(state=state)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vaults.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def ask(vault: MemoryVault, method: str, path: str, body: Any = None) -> Answer:
    return vault.perform(Request(method, path, body=body))


def filled(names: int = 3) -> MemoryVault:
    """A vault with a few certificates."""
    vault = MemoryVault(3, start=START)
    for number in range(names):
        ask(vault, "POST", f"/certificates/n{number}/create", CREATE)
    vault.controls.advance(60)
    return vault


# --- as it was


class Twin:
    """A vault, and the same vault out of a file, asked and steered alike; now and then the second is read anew.

    Args:
        dice: decides how many requests pass until a fresh store reads the file again.
        most: at most so many.
    """

    def __init__(self, original: MemoryVault, path: Path, dice: random.Random, most: int) -> None:
        self.original, self.path, self.dice, self.most = original, path, dice, most
        self.left = 0
        self.store = Store(path)
        self.store.save("v", original)
        self.copy = original
        self.controls: Controls = TwinControls(self)
        self.reopen()

    def reopen(self) -> None:
        """Let go of the store and the copy, and read them from the file."""
        self.store.close()
        self.store = Store(self.path)
        copy = self.store.load("v", revived)
        assert copy is not None
        self.copy, self.left = copy, self.dice.randint(0, self.most)

    def perform(self, request: Request) -> Answer:
        """Ask both; they must say the same."""
        answer, same = self.original.perform(request), self.copy.perform(request)
        assert shown(answer) == shown(same), request
        self.keep()
        return answer

    def keep(self) -> None:
        """Save the copy, and read it anew when it is time."""
        self.store.save("v", self.copy)
        self.left -= 1
        if self.left < 0:
            self.reopen()


class TwinControls:
    """The levers of both."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def now(self) -> int:
        return self._both(lambda levers: levers.now())

    def advance(self, seconds: int) -> None:
        self._both(lambda levers: levers.advance(seconds))

    def decide(self, decision: Decision, **about: Any) -> None:
        self._both(lambda levers: levers.decide(decision, **about))

    def decide_cancellation(self, *, wins: bool, after_s: int = 10) -> None:
        self._both(lambda levers: levers.decide_cancellation(wins=wins, after_s=after_s))

    def take(self, **spans: int | None) -> None:
        self._both(lambda levers: levers.take(**spans))

    def restart(self) -> None:
        self._both(lambda levers: levers.restart())

    @property
    def outbox(self) -> tuple[Message, ...]:
        return self._both(lambda levers: levers.outbox)

    def _both(self, pull: Callable[[Any], Any]) -> Any:
        results = []
        for vault in (self._twin.original, self._twin.copy):
            try:
                results.append(pull(vault.controls))
            except ValueError as error:
                results.append(str(error))
        assert results[0] == results[1]
        self._twin.keep()
        return results[0]


def shown(answer: Answer) -> str:
    """An answer to the byte; of a PFX file, whose salts are random, what is in it."""
    body: Any = answer.body
    if isinstance(body, dict) and body.get("contentType") == files.PKCS12 and "/secrets/" in str(body.get("id")):
        opened = files.opened(_with_key(body["value"]), None, files.PKCS12, START)
        body = {**body, "value": [spelled(opened.key), opened.leaf.hex(), [link.hex() for link in opened.chain]]}
    return json.dumps([answer.status, body, dict(answer.headers)])


def _with_key(value: str) -> str:
    return value


@pytest.mark.parametrize("most", [0, 7])
@pytest.mark.parametrize("disputed", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_vault_from_the_file_answers_as_if_it_had_never_been_away(
    seed: int, disputed: bool, most: int, path: Path  # noqa: FBT001
) -> None:
    walk = MEMORY.Walk(seed, disputed=disputed)
    twin = Twin(walk.vault, path, random.Random(seed), most)  # noqa: S311 - it shall repeat itself
    walk.vault, walk.controls = twin, twin.controls
    walk.run(80)
    twin.reopen()
    twin.controls.advance(800 * DAY_S)
    for name in walk.NAMES:
        walk.pages(f"/certificates/{name}/versions")

    assert twin.controls.outbox == tuple(twin.original.controls.outbox)
    twin.store.close()
