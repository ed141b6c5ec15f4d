"""What the in-memory vault holds, as plain records.

Not here: how any of it changes (the modules of the operations, drift), how it is shown (shown).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias

from certlife.adapters.certificates import LocalCA
from certlife.adapters.clock import Clock
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory.dice import Dice
from certlife.adapters.port import Decision, Message
from certlife.model.values import Json, Request
from certlife.model.vocabulary import IssuerKind

Members: TypeAlias = dict[str, Json]
Key: TypeAlias = Any  # a private key of the library `cryptography`, RSA or EC
FIRST_DAYS: Final = ("2015-06-01", "2016-10-01", "7.0-preview", "7.0")
API_VERSIONS: Final = (
    *FIRST_DAYS, "7.1-preview", "7.1", "7.2-preview", "7.2", "7.3-preview", "7.3", "7.4-preview.1", "7.4", "7.5",
    "7.6-preview.1", "7.6-preview.2", "7.6", "2025-06-01-preview", "2025-07-01", "2026-01-01-preview",
    "2026-03-01-preview", "2026-04-01", "2026-05-01-preview", "2026-07-01-preview",
)  # fmt: skip
_RANK: Final = {version: rank for rank, version in enumerate(API_VERSIONS)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is decided when a vault is made.

    Attributes:
        soft_delete: whether deleted certificates are kept; off means that deletion is final.
        retention_days: how long they are kept, 7 to 90.
        purge_protection: whether nobody may purge them before.
        geography: backups go into any vault of the same one (KVC-BAK-005).
    """

    soft_delete: bool = True
    retention_days: int = 90
    purge_protection: bool = False
    geography: str = "certlife"

    @property
    def recovery_level(self) -> str:
        """The recovery level of everything in the vault (observed P-30)."""
        if not self.soft_delete:
            return "Purgeable"
        stem = "CustomizedRecoverable" if self.retention_days < 90 else "Recoverable"
        return stem if self.purge_protection else f"{stem}+Purgeable"


class Stage(Enum):
    """Where a name is in its life."""

    LIVE = "live"
    DELETING = "being deleted"
    DELETED = "deleted"
    RECOVERING = "being recovered"
    PURGING = "being purged"


@dataclass(slots=True)
class Version:
    """One version of a certificate with its key and its secret; a placeholder has neither `chain` nor `key`.

    Attributes:
        chain: DER, the leaf first.
        policy: as it was when the version was asked for; it says what the secret looks like.
        secret: the value of the secret, once it was asked for.
        acted: the types of the lifetime actions that have been taken for it.
    """

    id: str
    created: int
    updated: int
    nbf: int
    exp: int
    enabled: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    chain: list[bytes] = field(default_factory=list)
    key: Key = None
    policy: Members = field(default_factory=dict)
    keep_order: bool = False
    secret: str | None = None
    acted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Pending:
    """A certificate operation: the one pending object of a name.

    Attributes:
        policy: a copy, from the moment of the create.
        due: when the issuer answers, and what; None where it stalls.
        cancels_at: when a cancellation takes effect; None where it will not.
        turn: counts what was decided about it; a moment on the agenda that knows an older turn is void.
        renewal: whether the vault started it itself.
    """

    request_id: str
    issuer: str
    kind: IssuerKind
    csr: str
    key: Key
    policy: Members
    started: int
    tags: dict[str, str] = field(default_factory=dict)
    enabled: bool = True
    keep_order: bool = False
    status: str = "inProgress"
    details: str | None = None
    error: Members | None = None
    cancellation_requested: bool = False
    due: tuple[int, Decision] | None = None
    cancels_at: int | None = None
    turn: int = 0
    renewal: bool = False

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.status == "inProgress"


@dataclass(slots=True)
class Record:
    """Everything under one name.

    Attributes:
        versions: the issued ones, oldest first; the last is the current one.
        placeholder: what stands for the certificate before its first version is issued (observed J-12, P-19).
        turn: counts changes of stage and of policy; a moment on the agenda that knows an older turn is void.
        dues: its part of the agenda, by number: the moment, and what falls due then.
    """

    name: str
    policy: Members
    versions: list[Version] = field(default_factory=list)
    placeholder: Version | None = None
    pending: Pending | None = None
    stage: Stage = Stage.LIVE
    deleted_date: int = 0
    purge_date: int = 0
    turn: int = 0
    dues: dict[int, tuple[int, Due]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def current(self) -> Version:
        """The current version, or the placeholder."""
        if self.versions:
            return self.versions[-1]
        if self.placeholder is None:  # pragma: no cover - a record has one or the other
            msg = f"{self.name} has no version at all"
            raise LookupError(msg)
        return self.placeholder

    def version(self, wanted: str) -> Version | None:
        """Return the version of that id, the current one for an empty id."""
        if not wanted:
            return self.current
        everything = [*self.versions, *([self.placeholder] if self.placeholder else [])]
        return next((version for version in everything if version.id == wanted.lower()), None)


@dataclass(slots=True)
class Part:
    """One version of a key or a secret of its own.

    Attributes:
        value, content_type: of a secret.
        key: the private key, of a key.
        hsm: whether its type is named as one of an HSM.
    """

    name: str
    id: str
    created: int
    updated: int
    enabled: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    value: str = ""
    content_type: str | None = None
    key: Key = None
    hsm: bool = False


@dataclass(slots=True)
class Plan:
    """What the controls have settled in advance, and how long things take where nothing was settled.

    The usual times are those of 2022 (observed N-26, N-46, N-48, J-59): a few seconds each; of issuers None stands for
    that.
    """

    decisions: dict[IssuerKind, deque[Decision]] = field(
        default_factory=lambda: {IssuerKind.SELF: deque(), IssuerKind.PARTNER: deque()}
    )
    cancellations: deque[tuple[bool, int]] = field(default_factory=deque)
    issuance_s: int | None = None
    deletion_s: int = 4
    recovery_s: int = 2
    purge_s: int = 7


class What(Enum):
    """What can be due."""

    ORDER = "the issuer answers"
    CANCELLATION = "a cancellation takes effect"
    DELETION = "a deletion ends"
    RECOVERY = "a recovery ends"
    PURGE = "a purge ends"
    RETENTION = "the retention ends"
    LIFETIME = "a lifetime action is due"
    NEAR_EXPIRY = "30 days are left"
    EXPIRY = "exp is reached"


@dataclass(frozen=True, slots=True)
class Due:
    """Something on the agenda.

    Attributes:
        about: the operation or the version that it is about; it is void once the name has another.
        turn: of the operation, else of the record; it is void once that has moved on.
        action: of a lifetime action its type.
    """

    what: What
    record: Record
    turn: int
    about: Pending | Version | None = None
    action: str = ""

    @property
    def void(self) -> bool:
        """Whether its name has moved on, for good: there will be nothing to do."""
        if isinstance(self.about, Pending):
            return self.record.pending is not self.about or self.about.turn != self.turn
        if self.what in (What.NEAR_EXPIRY, What.EXPIRY):
            return not self.record.versions or self.record.versions[-1] is not self.about
        return self.record.turn != self.turn


@dataclass(slots=True)
class Agenda:
    """What will happen by itself, in order of time; every record knows its own part of it."""

    _moments: list[tuple[int, int, Due]] = field(default_factory=list)
    _count: int = 0

    def at(self, moment: int, due: Due) -> None:
        """Note that something falls due at a moment."""
        self._count += 1
        record = due.record
        record.dues = {number: one for number, one in record.dues.items() if not one[1].void}
        record.dues[self._count] = (moment, due)
        heapq.heappush(self._moments, (moment, self._count, due))

    def take_up(self, records: Iterable[Record]) -> None:
        """Go on with what these records have noted."""
        self._moments = [(moment, number, due) for one in records for number, (moment, due) in one.dues.items()]
        self._count = max((number for _, number, _ in self._moments), default=0)
        heapq.heapify(self._moments)

    def until(self, now: int) -> Iterator[tuple[int, Due]]:
        """Yield what has fallen due with its moment, also what that brings about."""
        while self._moments and self._moments[0][0] <= now:
            moment, number, due = heapq.heappop(self._moments)
            due.record.dues.pop(number, None)
            yield moment, due

    @property
    def first(self) -> float:
        """The moment of what falls due first; infinite where nothing will."""
        return self._moments[0][0] if self._moments else math.inf


@dataclass(slots=True)
class State:
    """One vault.

    Attributes:
        parts: keys and secrets of their own by `keys` or `secrets` and the name in lower case, the newest version last.
        touched: what may have changed since the vault was last kept: names in lower case, the empty one for the rest; None
            as long as nobody keeps it.
        changes: counts whatever may have changed it; as long as it stays, and nothing is due, it answers a GET alike.
    """

    settings: Settings
    clock: Clock
    address: str
    dice: Dice
    keys: KeyMaker
    ca: LocalCA
    records: dict[str, Record] = field(default_factory=dict)
    issuers: dict[str, Members] = field(default_factory=dict)
    contacts: list[Json] | None = None
    plan: Plan = field(default_factory=Plan)
    agenda: Agenda = field(default_factory=Agenda)
    outbox: list[Message] = field(default_factory=list)
    parts: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    touched: set[str] | None = None
    changes: int = 0

    def touch(self, name: str = "") -> None:
        """Note that what is under a name may have changed, and the rest of the vault."""
        self.changes += 1
        if self.touched is not None:
            self.touched.add(name.lower())

    def new_id(self) -> str:
        """Return 32 hex digits, a UUIDv4 without its dashes (observed P-8, P-27)."""
        return f"{self.new_number():032x}"

    def new_number(self) -> int:
        """Return a UUIDv4 pattern below 2**127 (serial numbers are positive: observed P-92)."""
        bits = self.dice.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)
        return bits | 0x4 << 76 | 0x2 << 62


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through the vault.

    Attributes:
        name, version: from the path; empty where it has none.
        now: the clock; the whole request happens at one moment.
        vault: scheme and host, as they are shown in identifiers.
    """

    request: Request
    name: str
    version: str
    now: int
    api: str
    vault: str

    @property
    def body(self) -> Members:
        """The body's members; none where it is no JSON object."""
        return self.request.body if isinstance(self.request.body, dict) else {}

    def since(self, api: str) -> bool:
        """Whether the request's api-version is that one or a later one."""
        return _RANK[self.api] >= _RANK[api]


def find(state: State, name: str) -> Record | None:
    """Return the record of a name, whatever stage it is in; names are compared without case (KVC-NAM-007)."""
    return state.records.get(name.lower())
