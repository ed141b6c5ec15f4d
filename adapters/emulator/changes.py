"""Which statements bring the rows of a vault up to date, once it is known what may have changed.

What is under a touched name is compared by SQLite itself: rows that are as they were are not written, and cost no waiting
for the disk. Not here: the tables (schema), what stands in the columns (written), the file (store).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from certlife.adapters.emulator import written
from certlife.adapters.memory.state import Part, Record, State

Statement: TypeAlias = tuple[str, dict[str, Any]]
"""A statement with the values of its parameters."""
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
        :operation, :operation_policy, :operation_key, :agenda)
    ON CONFLICT DO UPDATE SET spelled = excluded.spelled, stage = excluded.stage, deleted_date = excluded.deleted_date,
        purge_date = excluded.purge_date, turn = excluded.turn, policy = excluded.policy,
        placeholder = excluded.placeholder, operation = excluded.operation,
        operation_policy = excluded.operation_policy, operation_key = excluded.operation_key,
        agenda = excluded.agenda
    WHERE (spelled, stage, deleted_date, purge_date, turn, policy, placeholder, operation,
            operation_policy, operation_key, agenda)
        IS NOT (excluded.spelled, excluded.stage, excluded.deleted_date, excluded.purge_date, excluded.turn,
        excluded.policy, excluded.placeholder, excluded.operation, excluded.operation_policy,
        excluded.operation_key, excluded.agenda)
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
class Kept:
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
    def all_of(cls, state: State) -> Kept:
        """The file knows all there is."""
        records = {name: (record, len(record.versions)) for name, record in state.records.items()}
        parts = {place: (part, len(part)) for place, part in state.parts.items()}
        return cls(state, records, parts, set(state.issuers), len(state.outbox))


def forgetting(vault: str) -> list[Statement]:
    """The statements that let go of a vault."""
    return [(f"DELETE FROM {table} WHERE vault = :vault", {"vault": vault}) for table in _TABLES]  # noqa: S608 - our own tables


class Writing:
    """Puts together the statements that bring the rows of one vault up to date, and notes that the file has them."""

    def __init__(self, vault: str, kept: Kept) -> None:
        self._vault, self._kept, self._state = vault, kept, kept.state
        self._statements: list[Statement] = []

    def all_about(self, touched: Iterable[str]) -> list[Statement]:
        """The statements about these names, and about the vault as a whole."""
        self._add(_VAULT, {}, written.vault_row(self._state))
        for name in touched:
            self._record(name)
            self._issuer(name)
            for kind in ("keys", "secrets"):
                self._part(kind, name)
        for number, message in enumerate(self._state.outbox[self._kept.sent :], start=self._kept.sent):
            self._add(_MESSAGE, {"number": number}, written.message_row(message))
        self._kept.sent = len(self._state.outbox)
        return self._statements

    def _add(self, statement: str, place: Mapping[str, Any], row: Mapping[str, Any] | None = None) -> None:
        self._statements.append((statement, {"vault": self._vault, **place, **(row or {})}))

    def _record(self, name: str) -> None:
        record, place = self._state.records.get(name), {"name": name}
        before, count = self._kept.records.get(name, (None, 0))
        if before is not None and record is not before:  # the name is gone, or somebody else's now
            self._add("DELETE FROM versions WHERE vault = :vault AND name = :name", place)
            self._add("DELETE FROM records WHERE vault = :vault AND name = :name", place)
            del self._kept.records[name]
            count = 0
        if record is None:
            return
        self._add(_RECORD, place, written.record_row(record))
        for number, version in enumerate(record.versions):
            if number < count:
                self._add(_VERSION, {**place, "number": number}, written.changing_row(version))
            else:
                self._add(_NEW_VERSION, {**place, "number": number}, written.version_row(version))
        self._kept.records[name] = (record, len(record.versions))

    def _part(self, kind: str, name: str) -> None:
        part, place = self._state.parts.get((kind, name)), {"kind": kind, "name": name}
        before, count = self._kept.parts.get((kind, name), (None, 0))
        if before is not None and part is not before:
            self._add("DELETE FROM parts WHERE vault = :vault AND kind = :kind AND name = :name", place)
            del self._kept.parts[kind, name]
            count = 0
        if part is None:
            return
        for number, one in enumerate(part):
            if number < count:
                self._add(_PART, {**place, "number": number}, written.changing_part_row(one))
            else:
                self._add(_NEW_PART, {**place, "number": number}, written.part_row(one))
        self._kept.parts[kind, name] = (part, len(part))

    def _issuer(self, name: str) -> None:
        if name in self._state.issuers:
            self._add(_ISSUER, {"name": name, "issuer": json.dumps(self._state.issuers[name])})
            self._kept.issuers.add(name)
        elif name in self._kept.issuers:
            self._add("DELETE FROM issuers WHERE vault = :vault AND name = :name", {"name": name})
            self._kept.issuers.remove(name)
