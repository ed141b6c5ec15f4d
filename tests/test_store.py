"""Vaults in a file: as they were when they come back, and nothing that was answered is ever lost."""

from __future__ import annotations

import base64
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters import files
from certlife.adapters.emulator.schema import APPLICATION_ID, MIGRATIONS, connect, transaction
from certlife.adapters.emulator.store import Store, StoreUnusable
from certlife.adapters.keys import spelled
from certlife.adapters.memory import MemoryVault, Settings
from certlife.adapters.memory.dice import Dice
from certlife.adapters.memory.state import State
from certlife.adapters.port import Controls, Issue, Message, Refuse, Stall
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import IssuerKind
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

START = 1_700_000_000
DAY_S = 86_400
CREATE: Any = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}, "key_props": {"kty": "EC"}}}


MEMORY = import_module("test_memory")
KILL = import_module("kill_store")


def revived(state: State) -> MemoryVault:
    return MemoryVault(state=state)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vaults.db"


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A file in memory where that can be had; what is kept does not depend on how durable it is."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder) / "vaults.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


@dataclass
class Watched:
    """A store, its connection, and the statements that were run on it."""

    store: Store
    connection: sqlite3.Connection
    statements: list[str] = field(default_factory=list)


@pytest.fixture
def watched(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    connection = connect(path)
    monkeypatch.setattr("certlife.adapters.emulator.store.connect", lambda _: connection)
    watched = Watched(Store(path), connection)
    connection.set_trace_callback(watched.statements.append)
    yield watched
    watched.store.close()


def ask(vault: MemoryVault, method: str, path: str, body: Any = None) -> Answer:
    return vault.perform(Request(method, path, body=body))


def filled(names: int = 3) -> MemoryVault:
    """A vault with a few certificates."""
    vault = MemoryVault(3, start=START)
    for number in range(names):
        ask(vault, "POST", f"/certificates/n{number}/create", CREATE)
    vault.controls.advance(60)
    ask(vault, "GET", "/certificates")
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
        assert secrets(copy) == secrets(self.copy)
        self.copy, self.left = copy, self.dice.randint(0, self.most)

    def perform(self, request: Request) -> Answer:
        """Ask both; they must say the same."""
        answer = self._ask(request)
        if self.dice.random() < 0.1 and request.path.count("/") > 1:
            self._ask(replace(request, method="GET", path="/secrets/" + request.path.split("/")[2], query={}, body=None))
        return answer

    def _ask(self, request: Request) -> Answer:
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
    """The levers of both; they must give the same, or refuse alike."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def __getattr__(self, lever: str) -> Callable[..., Any]:
        return lambda *args, **named: self._both(lambda levers: getattr(levers, lever)(*args, **named))

    @property
    def outbox(self) -> tuple[Message, ...]:
        """What both have sent."""
        return self._both(lambda levers: levers.outbox)  # type: ignore[no-any-return]

    def _both(self, pull: Callable[[Any], Any]) -> Any:
        results: list[Any] = []
        for vault in (self._twin.original, self._twin.copy):
            try:
                results.append(pull(vault.controls))
            except ValueError as error:
                results.append(error)
        assert repr(results[0]) == repr(results[1])
        self._twin.keep()
        if isinstance(results[0], ValueError):
            raise results[0]
        return results[0]


def shown(answer: Answer) -> str:
    """An answer to the byte; of a PFX file, whose salts are random, what is in it."""
    body: Any = answer.body
    if isinstance(body, dict) and body.get("contentType") == files.PKCS12:
        opened = pkcs12.load_pkcs12(base64.b64decode(body["value"]), None)
        links = [opened.cert, *opened.additional_certs]
        held = [link and link.certificate.fingerprint(hashes.SHA256()).hex() for link in links]
        body = {**body, "value": [opened.key and spelled(opened.key), *held]}  # type: ignore[arg-type]
    return json.dumps([answer.status, body, dict(answer.headers)])


def secrets(vault: MemoryVault) -> dict[str, str | None]:
    return {version.id: version.secret for record in vault.state.records.values() for version in record.versions}


@pytest.mark.parametrize("most", [0, 7])
@pytest.mark.parametrize("disputed", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_vault_from_the_file_answers_as_if_it_had_never_been_away(
    seed: int, disputed: bool, most: int, quick_path: Path  # noqa: FBT001
) -> None:
    walk = MEMORY.Walk(seed, disputed=disputed)
    twin = Twin(walk.vault, quick_path, random.Random(seed), most)  # noqa: S311 - it shall repeat itself
    walk.vault, walk.controls = twin, twin.controls
    walk.run(80)
    twin.reopen()
    twin.controls.advance(800 * DAY_S)
    for name in walk.NAMES:
        walk.pages(f"/certificates/{name}/versions")
        for path in (f"/certificates/{name}", f"/certificates/{name}/pending", f"/keys/{name}", f"/deletedcertificates/{name}"):
            walk.get(path)

    assert twin.controls.outbox == tuple(twin.original.controls.outbox)
    twin.store.close()




def elsewhere() -> str:
    """A backup from another vault, of a certificate with two versions."""
    session = MEMORY.Session(9)
    session.issued()
    session.issued(tags={"a": "b"})
    return str(session.ask("POST", WEB + "/backup").body["value"])


WEB = "/certificates/web"
CANCEL: tuple[Any, ...] = ("PATCH", WEB + "/pending", {"cancellation_requested": True})
SOON: Any = [{"trigger": {"lifetime_percentage": 50}, "action": {"action_type": kind}} for kind in ("AutoRenew", "EmailContacts")]
MAIL: Any = ("PUT", "/certificates/contacts", {"contacts": [{"email": "a@b.c", "name": "n"}]})
UNDER_WAY: dict[str, Callable[[Any], Any]] = {
    "an operation fails": lambda s: (s.controls.decide(Refuse("no", "never", 5)), s.create("ca"), s.wait(6), s.get(WEB + "/pending")),
    "an issuer stalls, then signs": lambda s: (
        (s.controls.decide(Stall()), s.create("ca"), s.wait(DAY_S), s.get(WEB + "/pending")),
        (s.controls.decide(Issue(3), name="web"), s.wait(4), s.get(WEB)),
    ),
    "a cancellation is taken back": lambda s: (
        (s.controls.decide(Issue(90)), s.create("ca"), s.ask(*CANCEL), s.get(WEB + "/pending")),
        (s.ask("PATCH", WEB + "/pending", {"cancellation_requested": False}), s.wait(20), s.get(WEB + "/pending")),
        (s.wait(90), s.get(WEB + "/pending")),
    ),
    "a cancellation waits while its name is deleted": lambda s: (
        (s.controls.decide(Issue(200)), s.create("ca"), s.ask(*CANCEL), s.ask("DELETE", WEB), s.wait(5)),
        (s.ask("POST", "/deletedcertificates/web/recover"), s.wait(3), s.get(WEB + "/pending"), s.wait(70), s.get(WEB + "/pending")),
    ),
    "a cancellation loses": lambda s: (
        (s.controls.decide(Issue(30)), s.controls.decide_cancellation(wins=False), s.create("ca"), s.ask(*CANCEL)),
        (s.wait(20), s.get(WEB + "/pending"), s.wait(20), s.get(WEB + "/pending")),
    ),
    "an operation is deleted before its issuer answers": lambda s: (
        (s.controls.decide(Issue(30)), s.create("ca"), s.ask("DELETE", WEB + "/pending"), s.create(), s.wait(40), s.get(WEB)),
    ),
    "a deletion, a recovery and a purge run": lambda s: (
        (s.issued(), s.controls.take(deletion_s=20, recovery_s=30, purge_s=40), s.ask("DELETE", WEB), s.create(), s.wait(21)),
        (s.ask("POST", "/deletedcertificates/web/recover"), s.get(WEB), s.wait(31), s.get(WEB), s.ask("DELETE", WEB), s.wait(21)),
        (s.ask("DELETE", "/deletedcertificates/web"), s.create(), s.wait(41), s.create(), s.wait(41), s.get(WEB)),
    ),
    "a name that was purged is another's, and the retention of the first is over": lambda s: (
        (s.issued(), s.ask("DELETE", WEB), s.wait(5), s.ask("DELETE", "/deletedcertificates/web"), s.wait(10)),
        (s.issued(), s.ask("DELETE", WEB), s.wait(5), s.ask("POST", "/deletedcertificates/web/recover"), s.wait(100 * DAY_S)),
        (s.get(WEB), s.get("/deletedcertificates/web")),
    ),
    "a retention ends": lambda s: (s.issued(), s.ask("DELETE", WEB), s.wait(5), s.wait(91 * DAY_S), s.get("/deletedcertificates/web"), s.create()),
    "certificates are renewed, and what was done once is not done again": lambda s: (
        (s.ask(*MAIL), s.create(lifetime_actions=SOON), s.wait(200 * DAY_S), s.get(WEB)),
        (s.ask("PATCH", WEB + "/policy", {"lifetime_actions": SOON[1:]}), s.wait(1200 * DAY_S), s.get(WEB + "/versions")),
    ),
    "an action was taken, and the policy is changed": lambda s: (
        (s.ask(*MAIL), s.create(lifetime_actions=SOON[1:]), s.wait(200 * DAY_S), s.get(WEB)),
        (s.ask("PATCH", WEB + "/policy", {"key_props": {"reuse_key": True}}), s.wait(100 * DAY_S), s.controls.outbox),
    ),
    "a renewal fails": lambda s: (
        (s.ask(*MAIL), s.controls.decide(Issue(1)), s.create("ca", lifetime_actions=SOON), s.wait(5), s.get(WEB)),
        (s.controls.decide(Refuse("no", "never", 9)), s.wait(183 * DAY_S), s.get(WEB + "/pending"), s.wait(DAY_S), s.get(WEB + "/pending")),
    ),
    "the order of a chain is preserved": lambda s: (
        (s.ask("POST", WEB + "/create", {**CREATE, "preserveCertOrder": True}), s.get(WEB + "/pending"), s.wait(20), s.get(WEB)),
        (s.ask("POST", "/certificates/stub/create", {"policy": {"x509_props": {"subject": "CN=s"}}, "preserveCertOrder": True})),
        s.get("/certificates/stub"),
    ),
    "what falls due at one moment falls due in its order": lambda s: (
        [s.create("Unknown", name=name) for name in ("e", "b", "d", "a", "c")],
        [s.ask("POST", f"/certificates/{name}/import", {"value": s.file()}) for name in ("z", "x", "y", "w", "v")],
        (s.wait(400 * DAY_S), s.controls.outbox),
    ),
    "the vault is reached under another address": lambda s: (
        (s.create(), s.vault.perform(Request("GET", WEB, api_version=s.api, vault="https://other.example")), s.wait(60), s.controls.outbox),
    ),
    "keys and secrets of their own hold names": lambda s: (
        (s.ask("PUT", "/secrets/own", {"value": "first"}), s.ask("PUT", "/secrets/own", {"value": "second", "contentType": "text"})),
        (s.ask("POST", "/keys/own/create", {"kty": "EC"}), s.get("/keys/own"), s.get("/secrets/own"), s.create(name="own")),
        (s.ask("PATCH", "/secrets/own", {"tags": {"a": "b"}, "attributes": {"enabled": False}}), s.get("/secrets"), s.get("/secrets/own")),
        (s.ask("DELETE", "/secrets/own"), s.ask("PUT", "/secrets/own", {"value": "third"}), s.get("/secrets/own/versions")),
        (s.ask("DELETE", "/secrets/own"), s.ask("DELETE", "/keys/own"), s.create(name="own"), s.get("/keys"), s.get("/keys/own")),
    ),
    "a key is used again": lambda s: (s.issued(key_props={"reuse_key": True}), s.issued(key_props={"reuse_key": True}), s.get("/keys/web")),
    "a backup is restored over nothing": lambda s: (
        (s.ask("POST", "/certificates/restore", {"value": elsewhere()}), s.get(WEB), s.get("/secrets/web"), s.get("/keys/web")),
    ),
}  # fmt: skip
"""What may be under way when a vault is let go of; the twin is read anew after every step."""


@pytest.mark.parametrize("title", UNDER_WAY)
def test_what_is_under_way_goes_on_where(title: str, quick_path: Path) -> None:
    session = MEMORY.Session(4, api="2025-07-01")
    session.ask("PUT", "/certificates/issuers/ca", {"provider": "Test"})
    twin = Twin(session.vault, quick_path, random.Random(0), 0)  # noqa: S311 - it shall repeat itself
    session.vault, session.controls = twin, twin.controls
    UNDER_WAY[title](session)
    session.wait(3000 * DAY_S)
    for part in (WEB, WEB + "/pending", WEB + "/versions", "/deletedcertificates", "/certificates/contacts", "/secrets/web"):
        session.get(part)

    assert twin.controls.outbox == tuple(twin.original.controls.outbox)
    twin.store.close()


# --- one file


def test_new_file_is_its_owners_alone(store: Store, path: Path) -> None:
    store.save("v", filled())
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert modes == {"vaults.db": 0o600, "vaults.db-wal": 0o600}


def test_vaults_live_side_by_side_and_are_forgotten_one_by_one(store: Store, path: Path) -> None:
    for name, settings in (("two", Settings(retention_days=7)), ("one", Settings(soft_delete=False)), ("gone", Settings())):
        vault = MemoryVault(1, settings=settings, start=START)
        ask(vault, "POST", f"/certificates/{name}/create", CREATE)
        store.save(name, vault)
    store.forget("gone")
    store.forget("never was")
    store.close()
    again = Store(path)
    loaded = {name: again.load(name, revived) for name in (*again.vaults(), "gone")}
    again.close()

    assert {name: vault and (vault.state.settings, [*vault.state.records]) for name, vault in loaded.items()} == {
        "one": (Settings(soft_delete=False), ["one"]),
        "two": (Settings(retention_days=7), ["two"]),
        "gone": None,
    }


def test_another_vault_under_a_name_takes_the_place_of_the_first(store: Store) -> None:
    first, second = filled(3), filled(1)
    store.save("v", first)
    store.save("v", second)
    loaded = store.load("v", revived)

    assert loaded is not None
    assert [*loaded.state.records] == ["n0"]
    assert [*loaded.state.outbox] == [*second.state.outbox]


def test_issuers_and_contacts_come_and_go(watched: Watched) -> None:
    vault, seen = filled(0), []
    steps: tuple[tuple[str, str, Any], ...] = (
        ("PUT", "issuers/ca", {"provider": "Test"}),
        ("PUT", "contacts", {"contacts": [{"email": "a@b.c"}]}),
        ("DELETE", "issuers/ca", None),
        ("DELETE", "contacts", None),
    )
    for method, path, body in steps:
        ask(vault, method, f"/certificates/{path}", body)
        watched.store.save("v", vault)
        (contacts,) = watched.connection.execute("SELECT contacts FROM vaults").fetchone()
        seen.append((len(watched.connection.execute("SELECT * FROM issuers").fetchall()), contacts))

    assert seen == [(1, "null"), (1, '[{"email":"a@b.c"}]'), (0, '[{"email":"a@b.c"}]'), (0, "null")]


def test_name_that_is_let_go_and_taken_again_between_two_saves_holds_what_is_new(watched: Watched) -> None:
    vault = filled(1)
    vault.controls.take(deletion_s=0, purge_s=0)
    for value in ("first", "second"):
        ask(vault, "PUT", "/secrets/own", {"value": value})
    watched.store.save("v", vault)
    ask(vault, "DELETE", "/certificates/n0")
    ask(vault, "DELETE", "/deletedcertificates/n0")
    ask(vault, "POST", "/certificates/n0/create", CREATE)
    ask(vault, "DELETE", "/secrets/own")
    ask(vault, "PUT", "/secrets/own", {"value": "third"})
    watched.store.save("v", vault)
    loaded = watched.store.load("v", revived)

    assert loaded is not None
    assert loaded.state.records["n0"].versions == []
    assert [part.value for part in loaded.state.parts["secrets", "own"]] == ["third"]


def test_no_key_is_made_twice_across_restarts(store: Store) -> None:
    vault: MemoryVault | None = MemoryVault(1, start=START)
    for number in range(6):
        assert vault is not None
        ask(vault, "POST", f"/certificates/n{number}/create", {"policy": {**CREATE["policy"], "key_props": {"kty": ["EC", "RSA"][number % 2]}}})
        store.save("v", vault)
        vault = store.load("v", revived)
    assert vault is not None
    keys = [spelled(record.pending.key) for record in vault.state.records.values() if record.pending]

    assert len(set(keys)) == 6


def test_what_changes_nothing_is_not_written(watched: Watched) -> None:
    vault = filled()
    watched.store.save("v", vault)
    before = watched.connection.total_changes
    asked = [ask(vault, *one).status for one in (("GET", "/certificates/n0"), ("DELETE", "/certificates/never"))]
    watched.store.save("v", vault)
    after_those = watched.connection.total_changes
    asked.append(ask(vault, "PATCH", "/certificates/n0", {"tags": {"a": "b"}}).status)
    watched.store.save("v", vault)

    assert asked == [200, 404, 200]
    assert after_those == before
    assert watched.connection.total_changes == after_those + 1


def test_a_write_costs_as_much_among_many_names_as_among_few(watched: Watched) -> None:
    counts = []
    for name, names in (("few", 3), ("many", 200)):
        vault = filled(names)
        watched.store.save(name, vault)
        watched.statements.clear()
        ask(vault, "POST", "/certificates/n0/create", CREATE)
        watched.store.save(name, vault)
        counts.append(len(watched.statements))

    assert counts == [5, 5]  # begin, the vault, the name, its version, commit


@pytest.mark.parametrize(
    ("name", "value"),
    [("tags", {"ключ": "🔑 \x00 \ud800"}), ("tags", {"a'; DROP TABLE vaults; --": '"'})],
)
def test_any_text_comes_back(store: Store, name: str, value: Any) -> None:
    vault = filled()
    answer = ask(vault, "PATCH", "/certificates/n0", {name: value})
    store.save("v", vault)
    loaded = store.load("v", revived)

    assert loaded is not None
    assert ask(loaded, "GET", "/certificates/n0").body == answer.body
    assert answer.status == 200


# --- files that are no good


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (title TEXT)")
    other.close()


def _newer(path: Path) -> None:
    connect(path).close()
    with sqlite3.connect(path) as store:
        store.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()


def _torn(path: Path) -> None:
    _stored(path)
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)


def _stored(path: Path) -> None:
    store = Store(path)
    store.save("v", filled(20))
    store.close()


UNUSABLE: dict[str, tuple[Callable[[Path], Any], str]] = {
    # what stands there -> what is said about it
    "a text": (lambda path: path.write_text("Dear diary"), "it is no store, and no database at all"),
    "a long text": (lambda path: path.write_text("Dear diary\n" * 5000), "it is no store, and no database at all"),
    "another program's database": (_foreign, "it is a database of another program"),
    "a later schema": (_newer, f"it was written by a later certlife (its schema is {len(MIGRATIONS) + 1}, this one knows {len(MIGRATIONS)})"),
    "a folder": (lambda path: path.mkdir(), "it is no file"),
    "a damaged store": (_torn, "it is damaged (database disk image is malformed)"),
}


@pytest.mark.parametrize("title", UNUSABLE)
def test_file_is_refused_in_plain_words_and_stays_as_it_is_where_it_holds(title: str, path: Path) -> None:
    make, reason = UNUSABLE[title]
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreUnusable) as refused:
        _opened_and_read(path)

    assert str(refused.value) == f"{path}: {reason}"
    assert (path.read_bytes() if path.is_file() else b"") == before


def _opened_and_read(path: Path) -> None:
    store = Store(path)
    try:
        for name in store.vaults():
            store.load(name, revived)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("statement", "about"),
    [
        ("UPDATE vaults SET chance = '{}'", "KeyError: 'seed'"),
        ("UPDATE vaults SET plan = 'x'", "JSONDecodeError: "),
        ("UPDATE records SET stage = 'WHATEVER'", "KeyError: 'WHATEVER'"),
        ("UPDATE versions SET key = x'00'", "ValueError: "),
        ("UPDATE outbox SET body = ''", "JSONDecodeError"),
    ],
)
def test_row_that_can_not_be_read_is_told(path: Path, statement: str, about: str) -> None:
    _stored(path)
    with sqlite3.connect(path) as other:
        other.execute(statement)
    other.close()
    with pytest.raises(StoreUnusable, match="vault 'v' is damaged") as refused:
        _opened_and_read(path)

    assert about in str(refused.value)


def test_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="it can not be made: No such file or directory"):
        Store(tmp_path / "nowhere" / "vaults.db")


def test_second_store_of_one_file_is_refused(store: Store, path: Path) -> None:
    store.save("v", filled())
    with pytest.raises(StoreUnusable, match="another process holds it"):
        Store(path)
    done = subprocess.run([sys.executable, "-c", OPENS, str(path)], check=False, capture_output=True, text=True)  # noqa: S603

    assert done.stdout == f"{path}: another process holds it; only one can keep its vaults there\n"
    assert store.load("v", revived) is not None


OPENS = """
import sys
from pathlib import Path
from certlife.adapters.emulator.store import Store, StoreUnusable
try:
    Store(Path(sys.argv[1]))
except StoreUnusable as refused:
    print(refused)
"""


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be nobody for a while; root may write everywhere."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_file_and_folder_of_somebody_else_are_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vaults.db"
        _stored(path)
        path.chmod(0o444)
        Path(folder).chmod(0o755)
        with somebody_else(), pytest.raises(StoreUnusable) as unwritable:
            Store(path)
        with somebody_else(), pytest.raises(StoreUnusable) as not_made:
            Store(path.with_name("new.db"))

    assert str(unwritable.value) == f"{path}: it can not be written, for it is read-only"
    assert str(not_made.value) == f"{folder}/new.db: it can not be made: Permission denied"


def test_full_disk_loses_nothing_and_what_was_not_written_is_written_later(watched: Watched) -> None:
    vault = filled()
    watched.store.save("v", vault)
    (pages,) = watched.connection.execute("PRAGMA page_count").fetchone()
    watched.connection.execute(f"PRAGMA max_page_count = {pages}")
    ask(vault, "DELETE", "/certificates/n0")
    for number in range(5):
        ask(vault, "POST", f"/certificates/late{number}/create", CREATE)
    for _ in range(2):
        with pytest.raises(StoreUnusable, match="the disk is full"):
            watched.store.save("v", vault)
    kept = [*watched.connection.execute("SELECT name, stage FROM records ORDER BY name")]
    watched.connection.execute("PRAGMA max_page_count = 1000000")
    watched.store.save("v", vault)
    loaded = watched.store.load("v", revived)

    assert [tuple(row) for row in kept] == [("n0", "LIVE"), ("n1", "LIVE"), ("n2", "LIVE")]
    assert loaded is not None
    assert {name: record.stage.name for name, record in loaded.state.records.items()} == {
        **dict.fromkeys(("n1", "n2", *(f"late{number}" for number in range(5))), "LIVE"),
        "n0": "DELETING",
    }


def test_making_a_store_is_all_or_nothing(path: Path) -> None:
    path.touch()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")  # as far as a crash may have let it come
    connection.close()
    Store(path).close()
    with sqlite3.connect(path) as other:
        marked = other.execute("PRAGMA application_id").fetchone()
    other.close()

    assert marked == (APPLICATION_ID,)


def test_transaction_that_fails_leaves_nothing(path: Path) -> None:
    connection = connect(path)
    row = "INSERT INTO issuers VALUES ('v', 'n', '{}')"
    with pytest.raises(sqlite3.IntegrityError), transaction(connection):
        connection.executemany(row, [(), ()])
    rows = connection.execute("SELECT * FROM issuers").fetchall()
    connection.close()

    assert rows == []


def test_dice_go_on_where_they_were_left() -> None:
    first = Dice(5)
    drawn = [first.randint(2, 9), first.getrandbits(128), first.random(), first.getrandbits(7)]
    second = Dice(5, first.drawn)

    assert [first.getrandbits(128), first.randint(5, 20)] == [second.getrandbits(128), second.randint(5, 20)]
    assert drawn == [random.Random(5).randint(2, 9), *drawn[1:]]  # noqa: S311 - the seeds of before give what they gave


def test_decisions_and_spans_that_were_settled_are_still_settled(store: Store) -> None:
    vault = filled(0)
    for decision in (Issue(5), Refuse("no", "never", 7), Stall()):
        vault.controls.decide(decision)
    vault.controls.decide(Issue(1), kind=IssuerKind.SELF)
    vault.controls.decide_cancellation(wins=False, after_s=3)
    vault.controls.take(deletion_s=1, recovery_s=2, purge_s=3)
    store.save("v", vault)
    loaded = store.load("v", revived)

    assert loaded is not None
    assert loaded.state.plan == vault.state.plan


# --- killed


def test_every_acknowledged_step_is_there_after_a_kill(path: Path) -> None:
    *_, tally = KILL.run(path, kills=6, seed=3)

    assert tally.kills == 6
    assert tally.acknowledged >= 6


def test_a_commit_waits_for_the_disk(path: Path) -> None:
    connection = connect(path)
    settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "locking_mode")]
    connection.close()

    assert settings == ["wal", 2, "exclusive"]
