"""Keeps the vaults of a running emulator in a store: all that came up while the disk was busy goes there at once.

Nothing waits for the disk but the answers that depend on it: those to requests that have changed something, and to those
that have seen what is not yet written. Not here: the store itself, who tells of changes (app, control).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from certlife.adapters.clock import FollowingClock
from certlife.adapters.emulator.store import Store, StoreUnusable
from certlife.adapters.emulator.vaults import Hosted, Wish
from certlife.adapters.memory import MemoryVault


@dataclass(slots=True, eq=False)
class _Round:
    """What goes to the disk together.

    Attributes:
        vaults: by name; None for one that is to be forgotten.
        error: why it is not there, once `done`.
    """

    vaults: dict[str, MemoryVault | None] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    error: BaseException | None = None


class Keeper:
    """Brings vaults to the disk, for one event loop.

    A mutant is not kept, for it does not tell what it changes; it takes the place of what was kept under its name.

    Args:
        store: nobody else uses it as long as the keeper is not closed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._there = set(store.vaults())
        self._thread = ThreadPoolExecutor(1, "store")  # while SQLite waits for the disk, others are answered
        self._next, self._now = _Round(), _Round()
        self._task: asyncio.Task[None] | None = None

    def hosted(self) -> Iterator[Hosted]:
        """The vaults that are kept.

        Raises: StoreUnusable: the file is damaged.
        """
        for name in sorted(self._there):
            vault = self._store.load(name, lambda state: MemoryVault(state=state))
            if vault is not None:
                follows = isinstance(vault.clock, FollowingClock)
                wish = Wish(vault.state.settings, vault.state.keys.seed, clock="real" if follows else "held")
                yield Hosted(name, wish, vault, sound=True)

    def note(self, hosted: Hosted) -> None:
        """Have a vault written as it will be a moment from now, or forgotten, if it is not there any more."""
        name, vault = hosted.name, hosted.vault if hosted.there and hosted.sound else None
        if vault is None and name not in self._there:
            return
        (self._there.discard if vault is None else self._there.add)(name)
        self._next.vaults[name] = vault
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def kept(self, hosted: Hosted) -> None:
        """Wait until everything that is known of a vault by now is on the disk.

        Raises: StoreUnusable: it could not be written; the next one who waits has it tried again.
        """
        if hosted.there and hosted.sound and hosted.vault.state.touched:
            self.note(hosted)
        for one in (self._next, self._now):
            if hosted.name in one.vaults:
                await one.done.wait()
                if one.error is not None:
                    raise StoreUnusable(str(one.error)) from one.error
                return

    def close(self) -> None:
        """Wait for what is being written, then let go of the store; a second time does nothing."""
        self._thread.shutdown()
        self._store.close()

    async def _write(self) -> None:
        while self._next.vaults:
            self._now, self._next = self._next, _Round()
            vaults = self._now.vaults
            try:
                batch = [self._store.changes(name, vault) for name, vault in vaults.items()]
                await asyncio.get_running_loop().run_in_executor(self._thread, self._store.write, batch)
            except BaseException as error:
                self._store.take_back(vaults)
                self._there.update(vaults)  # for all that is known
                self._now.error = error  # whoever waits is told
                if not isinstance(error, Exception):
                    raise
            finally:
                self._now.done.set()
                self._now = _Round()
