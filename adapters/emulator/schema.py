"""The tables of a store, and how a file becomes one.

The standard library's `sqlite3` is the access library: what is asked of a store is a dozen fixed statements, and it
brings typed rows, transactions and error codes without a dependency.
Not here: what is read and written (store), what stands in the columns (written).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

APPLICATION_ID: Final = int.from_bytes(b"crtl")
"""Marks a file as a store; see PRAGMA application_id."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # chance: the seed, and how far the numbers and keys made from it have come; plan: what the controls have settled
        """
        CREATE TABLE vaults (
            vault TEXT PRIMARY KEY,
            settings TEXT NOT NULL, clock TEXT NOT NULL, address TEXT NOT NULL, chance TEXT NOT NULL,
            contacts TEXT NOT NULL, plan TEXT NOT NULL
        )
        """,
        # name: in lower case, as it is looked up; spelled: as it came; operation: the pending object
        """
        CREATE TABLE records (
            vault TEXT NOT NULL, name TEXT NOT NULL,
            spelled TEXT NOT NULL, stage TEXT NOT NULL, deleted_date INTEGER NOT NULL, purge_date INTEGER NOT NULL,
            turn INTEGER NOT NULL, policy TEXT NOT NULL, placeholder TEXT, operation TEXT,
            operation_policy TEXT, operation_key BLOB,
            agenda TEXT NOT NULL,
            PRIMARY KEY (vault, name)
        )
        """,
        # number: 0 for the oldest; key: PKCS #8, in the clear
        """
        CREATE TABLE versions (
            vault TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
            id TEXT NOT NULL, attributes TEXT NOT NULL, policy TEXT NOT NULL, chain TEXT NOT NULL, key BLOB, secret TEXT,
            PRIMARY KEY (vault, name, number)
        )
        """,
        # keys and secrets of their own; kind: keys or secrets
        """
        CREATE TABLE parts (
            vault TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
            id TEXT NOT NULL, attributes TEXT NOT NULL, content TEXT NOT NULL, key BLOB,
            PRIMARY KEY (vault, kind, name, number)
        )
        """,
        """
        CREATE TABLE issuers (
            vault TEXT NOT NULL, name TEXT NOT NULL, issuer TEXT NOT NULL,
            PRIMARY KEY (vault, name)
        )
        """,
        """
        CREATE TABLE outbox (
            vault TEXT NOT NULL, number INTEGER NOT NULL,
            at INTEGER NOT NULL, kind TEXT NOT NULL, addressees TEXT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (vault, number)
        )
        """,
    ),
)
"""Statements that lead from one version of the schema to the next; PRAGMA user_version says how many have been taken."""


class StoreUnusable(Exception):  # noqa: N818 - it says what the file is
    """A file can not be opened, read or written as a store; the text says why. Nothing in it was changed."""


_REASONS: Final = {
    sqlite3.SQLITE_BUSY: "another process holds it; only one can keep its vaults there",
    sqlite3.SQLITE_CANTOPEN: "it can not be opened for writing",
    sqlite3.SQLITE_CORRUPT: "it is damaged (database disk image is malformed)",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_NOTADB: "it is no store, and no database at all",
    sqlite3.SQLITE_READONLY: "it can not be written, for it is read-only",
}


@contextmanager
def reasons(path: Path) -> Iterator[None]:
    """Say in plain words what SQLite has against a file.

    Raises: StoreUnusable: SQLite failed.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StoreUnusable(f"{path}: {_REASONS.get(code, str(error))}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a store, or make one that only its owner may read; no other process gets in while it is open.

    Raises: StoreUnusable: the file is no store, was written by a later version, is held by another process, or can not be
    written.
    """
    _make(path)
    with reasons(path):
        # isolation_level None: transactions are begun and ended here, and nowhere in secret
        uri = f"{path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        with reasons(path):
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            taken = _taken(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # with less, a commit survives a crash of us, not of the machine
            connection.execute("PRAGMA journal_size_limit = 16777216")  # a large save leaves no large file behind
            with transaction(connection):
                _migrate(connection, taken)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, durable at the end; a transaction that changes nothing costs no writing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        raise


def _make(path: Path) -> None:
    """Make an empty file; SQLite's own would be readable for everybody."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not path.is_file():
            raise StoreUnusable(f"{path}: it is no file") from None
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise StoreUnusable(f"{path}: {_REASONS[sqlite3.SQLITE_READONLY]}") from None
    except OSError as error:
        raise StoreUnusable(f"{path}: it can not be made: {error.strerror}") from error


def _taken(connection: sqlite3.Connection, path: Path) -> int:
    """Return how many migrations a file has behind it; nothing is written before that is known.

    Raises: StoreUnusable: it is no store, or one of a later version.
    """
    (marked,) = connection.execute("PRAGMA application_id").fetchone()
    (taken,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if marked != APPLICATION_ID and (marked, taken, tables) != (0, 0, 0):
        raise StoreUnusable(f"{path}: it is a database of another program")
    if taken > len(MIGRATIONS):
        raise StoreUnusable(
            f"{path}: it was written by a later certlife (its schema is {taken}, this one knows {len(MIGRATIONS)})"
        )
    return int(taken)


def _migrate(connection: sqlite3.Connection, taken: int) -> None:
    if taken == len(MIGRATIONS):
        return
    for statements in MIGRATIONS[taken:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
