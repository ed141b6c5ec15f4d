"""Vaults in a file: what has changed is written before the answer goes out, and is there again after a crash.

One SQLite database in WAL mode; `save` returns when the disk has it. Private keys stand in it in the clear.
Not here: the tables (schema), rows (written), which of them (changes), when to save (keeper).
"""

from __future__ import annotations

import gc
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from certlife.adapters.emulator import written
from certlife.adapters.emulator.changes import Kept, Statement, Writing, forgetting
from certlife.adapters.emulator.schema import StoreUnusable, connect, reasons, transaction
from certlife.adapters.memory.state import Part, State
from certlife.adapters.memory.vault import MemoryVault

__all__ = ["Store", "StoreUnusable"]

V = TypeVar("V", bound=MemoryVault)


class Store:
    """One file with several vaults, for one process alone.

    `save` does it all. Who has more to do than to wait for a disk takes the `changes` of some vaults, has them written in
    another thread, and takes them back if that fails; one `write` at a time, and no other call meanwhile but `changes`.

    Args:
        path: the file; where there is none, it is made, readable and writable for its owner only.
        clock: what clocks follow that do not stand still, seconds since 1970.
    Raises: StoreUnusable: as `schema.connect`.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._connection = connect(path)
        self._kept: dict[str, Kept] = {}

    def vaults(self) -> Sequence[str]:
        """The names of the vaults in it, sorted."""
        with reasons(self._path):
            return [str(row["vault"]) for row in self._connection.execute("SELECT vault FROM vaults ORDER BY vault")]

    def load(self, name: str, make: Callable[[State], V]) -> V | None:
        """A vault as it was when it was last saved; None where there is none.

        A clock that stands still stands where it stood; one that follows real time has gone on meanwhile.

        Args:
            make: makes a vault that goes on with a state.
        Raises: StoreUnusable: the file is damaged.
        """
        try:
            with reasons(self._path), _uncollected():
                state = self._read(name)
                kept = None if state is None else Kept.all_of(state)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise StoreUnusable(f"{self._path}: vault {name!r} is damaged ({type(error).__name__}: {error})") from error
        if state is None or kept is None:
            return None
        self._kept[name] = kept
        state.touched = set()
        return make(state)

    def save(self, name: str, vault: MemoryVault) -> None:
        """Write what has changed since the vault was last saved or loaded; when this returns, it is on the disk.

        It costs nothing where no request since then can have changed anything. All of it is written, or nothing.

        Raises: StoreUnusable: the disk is full, or failed; what was to be written stays to be written.
        """
        self._at_once(name, vault)

    def forget(self, name: str) -> None:
        """Let go of a vault with all that is in it; of one that is not there, nothing happens."""
        self._at_once(name, None)

    def changes(self, name: str, vault: MemoryVault | None) -> list[Statement]:
        """Take what `save` is to write of a vault, or what `forget` does, where there is none."""
        kept = self._kept.get(name)
        if vault is None:
            self._kept.pop(name, None)
            return forgetting(name)
        state, statements = vault.state, list[Statement]()
        touched, state.touched = sorted(state.touched or ()), set()
        if kept is None or kept.state is not state:
            kept = self._kept[name] = Kept(state)
            touched = [*dict.fromkeys(("", *state.records, *state.issuers, *(one for _, one in state.parts)))]
            statements = forgetting(name)
        if touched:
            statements += Writing(name, kept).all_about(touched)
        return statements

    def write(self, batch: Iterable[list[Statement]]) -> None:
        """Write the changes of some vaults in one transaction; when this returns, they are on the disk. Any thread may do it.

        Raises: StoreUnusable: nothing was written; `take_back` the changes.
        """
        statements = [*chain.from_iterable(batch)]
        if not statements:
            return
        with reasons(self._path), transaction(self._connection):
            for statement, columns in statements:
                self._connection.execute(statement, columns)

    def take_back(self, vaults: Mapping[str, MemoryVault | None]) -> None:
        """Have all of them written next time, since nobody knows what the file holds."""
        for name, vault in vaults.items():
            self._kept.pop(name, None)
            if vault is not None:
                vault.state.touch()

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        self._connection.close()

    def _at_once(self, name: str, vault: MemoryVault | None) -> None:
        try:
            self.write([self.changes(name, vault)])
        except BaseException:
            self.take_back({name: vault})
            raise

    def _read(self, vault: str) -> State | None:
        def rows(table: str, order: str) -> Iterator[dict[str, Any]]:
            query = f"SELECT * FROM {table} WHERE vault = ? ORDER BY {order}"  # noqa: S608 - our own tables
            return map(dict, self._connection.execute(query, (vault,)))

        found = next(rows("vaults", "vault"), None)
        if found is None:
            return None
        state = written.vault_of(found, self._clock)
        versions = _grouped(rows("versions", "name, number"))
        state.records = {row["name"]: written.record_of(row, versions(row["name"])) for row in rows("records", "name")}
        parts = defaultdict[tuple[str, str], list[Part]](list)
        for row in rows("parts", "kind, name, number"):
            parts[row["kind"], row["name"]].append(written.part_of(row))
        state.parts = dict(parts)
        state.issuers = {row["name"]: json.loads(row["issuer"]) for row in rows("issuers", "rowid")}
        state.outbox = [written.message_of(row) for row in rows("outbox", "number")]
        state.agenda.take_up(state.records.values())
        return state


def _grouped(rows: Iterator[dict[str, Any]]) -> Callable[[str], list[dict[str, Any]]]:
    """Give the rows of a name, of rows that are sorted by name; whoever asks does so in the same order."""
    following = next(rows, None)

    def of(name: str) -> list[dict[str, Any]]:
        nonlocal following
        found = []
        while following is not None and following["name"] <= name:
            if following["name"] == name:
                found.append(following)
            following = next(rows, None)
        return found

    return of


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the garbage collector out for a while: it would look through all that is read again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
