"""Vaults in a file: what has changed is written before the answer goes out, and is there again after a crash.

One SQLite database in WAL mode; `save` returns when the disk has it. Private keys stand in it in the clear.
Not here: the tables (schema), rows (written), when to save (whoever answers requests).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from certlife.adapters.emulator import written
from certlife.adapters.emulator.schema import StoreUnusable, connect, reasons, transaction
from certlife.adapters.memory.state import Part, Record, State, Version
from certlife.adapters.memory.vault import MemoryVault

__all__ = ["Store", "StoreUnusable"]

V = TypeVar("V", bound=MemoryVault)
_TABLES: Final = ("outbox", "issuers", "parts", "versions", "records", "vaults")

_VAULT: Final = """
    INSERT INTO vaults VALUES (:vault, :settings, :clock, :address, :chance, :contacts, :plan)
    ON CONFLICT DO UPDATE SET settings = excluded.settings, clock = excluded.clock, address = excluded.address,
        chance = excluded.chance, contacts = excluded.contacts, plan = excluded.plan
    WHERE (settings, clock, address, chance, contacts, plan) IS NOT (excluded.settings, excluded.clock,
        excluded.address, excluded.chance, excluded.contacts, excluded.plan)
"""
_RECORD: Final = """
    INSERT INTO records VALUES (:vault, :name, :spelled, :stage, :deleted_date, :purge_date, :turn, :policy, :placeholder,
        :operation, :operation_key, :agenda)
    ON CONFLICT DO UPDATE SET spelled = excluded.spelled, stage = excluded.stage, deleted_date = excluded.deleted_date,
        purge_date = excluded.purge_date, turn = excluded.turn, policy = excluded.policy,
        placeholder = excluded.placeholder, operation = excluded.operation, operation_key = excluded.operation_key,
        agenda = excluded.agenda
    WHERE (spelled, stage, deleted_date, purge_date, turn, policy, placeholder, operation, operation_key, agenda)
        IS NOT (excluded.spelled, excluded.stage, excluded.deleted_date, excluded.purge_date, excluded.turn,
        excluded.policy, excluded.placeholder, excluded.operation, excluded.operation_key, excluded.agenda)
"""
_NEW_VERSION: Final = """
    INSERT INTO versions VALUES (:vault, :name, :number, :id, :attributes, :policy, :chain, :key, :secret)
"""
_VERSION: Final = """
    UPDATE versions SET attributes = :attributes, secret = :secret
    WHERE vault = :vault AND name = :name AND number = :number
        AND (attributes, secret) IS NOT (:attributes, :secret)
"""
_NEW_PART: Final = "INSERT INTO parts VALUES (:vault, :kind, :name, :number, :id, :attributes, :content, :key)"
_PART: Final = """
    UPDATE parts SET attributes = :attributes
    WHERE vault = :vault AND kind = :kind AND name = :name AND number = :number AND attributes IS NOT :attributes
"""
_ISSUER: Final = """
    INSERT INTO issuers VALUES (:vault, :name, :issuer)
    ON CONFLICT DO UPDATE SET issuer = excluded.issuer WHERE issuer IS NOT excluded.issuer
"""
_MESSAGE: Final = "INSERT INTO outbox VALUES (:vault, :number, :at, :kind, :addressees, :body)"


@dataclass(slots=True)
class _Kept:
    """What the file knows of a vault; it tells which rows are new, and which must go.

    Attributes:
        records: by name, and how many versions of it are in the file.
        parts: the keys and secrets of their own, likewise.
        issuers: their names.
        sent: how many messages.
    """

    state: State
    records: dict[str, tuple[Record, int]] = field(default_factory=dict)
    parts: dict[tuple[str, str], tuple[list[Part], int]] = field(default_factory=dict)
    issuers: set[str] = field(default_factory=set)
    sent: int = 0

    @classmethod
    def all_of(cls, state: State) -> _Kept:
        """The file knows all there is."""
        records = {name: (record, len(record.versions)) for name, record in state.records.items()}
        parts = {place: (part, len(part)) for place, part in state.parts.items()}
        return cls(state, records, parts, set(state.issuers), len(state.outbox))


class Store:
    """One file with several vaults, for one process alone.

    Args:
        path: the file; where there is none, it is made, readable and writable for its owner only.
        clock: what clocks follow that do not stand still, seconds since 1970.
    Raises: StoreUnusable: as `schema.connect`.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._connection = connect(path)
        self._kept: dict[str, _Kept] = {}

    def vaults(self) -> Sequence[str]:
        """The names of the vaults in it, sorted."""
        with reasons(self._path):
            return [str(row["vault"]) for row in self._connection.execute("SELECT vault FROM vaults ORDER BY vault")]

    def load(self, name: str, make: Callable[[State], V]) -> V | None:
        """A vault as it was when it was last saved, with the clock as it stood then; None where there is none.

        Args:
            make: makes a vault that goes on with a state.
        Raises: StoreUnusable: the file is damaged.
        """
        try:
            with reasons(self._path):
                state = self._read(name)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise StoreUnusable(f"{self._path}: vault {name!r} is damaged ({type(error).__name__}: {error})") from error
        if state is None:
            return None
        self._kept[name] = _Kept.all_of(state)
        return make(state)

    def save(self, name: str, vault: MemoryVault) -> None:
        """Write what has changed since the vault was last saved or loaded; when this returns, it is on the disk.

        It costs nothing where no request since then can have changed anything. All of it is written, or nothing.

        Raises: StoreUnusable: the disk is full, or failed; what was to be written stays to be written.
        """
        state, kept = vault.state, self._kept.get(name)
        if kept is not None and kept.state is state and not state.touched:
            return
        self._kept.pop(name, None)  # unless all is written, the file knows nothing for sure, and is written anew next time
        with reasons(self._path), transaction(self._connection):
            if kept is None or kept.state is not state:
                self._forget(name)
                kept = _Kept(state)
                state.touched.update(state.records, state.issuers, (name for _, name in state.parts))
            self._write(name, kept)
        self._kept[name] = kept
        state.touched.clear()

    def forget(self, name: str) -> None:
        """Let go of a vault with all that is in it; of one that is not there, nothing happens."""
        with reasons(self._path), transaction(self._connection):
            self._forget(name)
        self._kept.pop(name, None)

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        self._connection.close()

    def _forget(self, name: str) -> None:
        for table in _TABLES:
            self._connection.execute(f"DELETE FROM {table} WHERE vault = ?", (name,))  # noqa: S608 - our own tables

    def _write(self, vault: str, kept: _Kept) -> None:
        state, execute = kept.state, self._connection.execute
        execute(_VAULT, {"vault": vault, **written.vault_row(state)})
        for name in state.touched:
            self._write_record(vault, name, kept)
            for kind in ("keys", "secrets"):
                self._write_part(vault, kind, name, kept)
            if name in state.issuers:
                execute(_ISSUER, {"vault": vault, "name": name, "issuer": json.dumps(state.issuers[name])})
                kept.issuers.add(name)
            elif name in kept.issuers:
                execute("DELETE FROM issuers WHERE vault = ? AND name = ?", (vault, name))
                kept.issuers.remove(name)
        for number, message in enumerate(state.outbox[kept.sent :], start=kept.sent):
            execute(_MESSAGE, {"vault": vault, "number": number, **written.message_row(message)})
        kept.sent = len(state.outbox)

    def _write_record(self, vault: str, name: str, kept: _Kept) -> None:
        execute = self._connection.execute
        record = kept.state.records.get(name)
        before, count = kept.records.get(name, (None, 0))
        if before is not None and record is not before:  # the name is gone, or somebody else's now
            execute("DELETE FROM versions WHERE vault = ? AND name = ?", (vault, name))
            execute("DELETE FROM records WHERE vault = ? AND name = ?", (vault, name))
            del kept.records[name]
            count = 0
        if record is None:
            return
        place = {"vault": vault, "name": name}
        execute(_RECORD, {**place, **written.record_row(record)})
        for number, version in enumerate(record.versions):
            if number < count:
                execute(_VERSION, {**place, "number": number, **written.changing_row(version)})
            else:
                execute(_NEW_VERSION, {**place, "number": number, **written.version_row(version)})
        kept.records[name] = (record, len(record.versions))

    def _write_part(self, vault: str, kind: str, name: str, kept: _Kept) -> None:
        execute, place = self._connection.execute, {"vault": vault, "kind": kind, "name": name}
        part = kept.state.parts.get((kind, name))
        before, count = kept.parts.get((kind, name), (None, 0))
        if before is not None and part is not before:
            execute("DELETE FROM parts WHERE vault = :vault AND kind = :kind AND name = :name", place)
            del kept.parts[kind, name]
            count = 0
        if part is None:
            return
        for number, one in enumerate(part):
            if number < count:
                execute(_PART, {**place, "number": number, **written.changing_part_row(one)})
            else:
                execute(_NEW_PART, {**place, "number": number, **written.part_row(one)})
        kept.parts[kind, name] = (part, len(part))

    def _read(self, vault: str) -> State | None:
        def rows(table: str, order: str) -> Iterator[dict[str, Any]]:
            query = f"SELECT * FROM {table} WHERE vault = ? ORDER BY {order}"  # noqa: S608 - our own tables
            return map(dict, self._connection.execute(query, (vault,)))

        found = next(rows("vaults", "vault"), None)
        if found is None:
            return None
        state = written.vault_of(found, self._clock)
        versions = defaultdict[str, list[Version]](list)
        for row in rows("versions", "name, number"):
            versions[row["name"]].append(written.version_of(row))
        state.records = {row["name"]: written.record_of(row, versions[row["name"]]) for row in rows("records", "rowid")}
        parts = defaultdict[tuple[str, str], list[Part]](list)
        for row in rows("parts", "kind, name, number"):
            parts[row["kind"], row["name"]].append(written.part_of(row))
        state.parts = dict(parts)
        state.issuers = {row["name"]: json.loads(row["issuer"]) for row in rows("issuers", "rowid")}
        state.outbox = [written.message_of(row) for row in rows("outbox", "number")]
        state.agenda.take_up(state.records.values())
        return state
