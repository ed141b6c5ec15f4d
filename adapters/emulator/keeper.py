"""Keeps the vaults of a running emulator in a store: all that came up while the disk was busy goes there at once.

Nothing waits for the disk but the answers that depend on it: those to requests that have changed something, and to those
that have seen what is not yet written. Not here: the store itself.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from certlife.adapters.emulator.store import Store, StoreUnusable
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

    Args:
        store: nobody else uses it as long as the keeper is not closed.
    """

    def __init__(self, store: Store) -> None:
        self.store: Final = store
        self._thread = ThreadPoolExecutor(1, "store")  # while SQLite waits for the disk, others are answered
        self._next, self._now = _Round(), _Round()
        self._task: asyncio.Task[None] | None = None

    def note(self, name: str, vault: MemoryVault | None) -> None:
        """Have a vault written as it will be a moment from now, or forgotten, if there is none."""
        self._next.vaults[name] = vault
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def kept(self, name: str) -> None:
        """Wait until everything that was noted of a name is on the disk.

        Raises: StoreUnusable: it could not be written; it is tried again when the vault is noted again.
        """
        for one in (self._next, self._now):
            if name in one.vaults:
                await one.done.wait()
                if one.error is not None:
                    raise StoreUnusable(str(one.error)) from one.error
                return

    def close(self) -> None:
        """Wait for what is being written, then let go of the store; a second time does nothing."""
        self._thread.shutdown()
        self.store.close()

    async def _write(self) -> None:
        while self._next.vaults:
            self._now, self._next = self._next, _Round()
            batch = [self.store.changes(name, vault) for name, vault in self._now.vaults.items()]
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self.store.write, batch)
            except BaseException as error:
                self.store.take_back(batch)
                self._now.error = error  # whoever waits is told
                if not isinstance(error, Exception):
                    raise
            finally:
                self._now.done.set()
                self._now = _Round()
