"""The tables against the matrices of the dossier (requirements.md D.3), cell by cell.

A cell of the dossier is specified (S), contradictory (X), silent (-) or not applicable (n/a). Here every cell is put to
the tables as a handful of situations, and what they say is held against what the cell says.

Not here: what the bodies of the answers must show (test_falsifications), whether the tables are in order (test_tables).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from certlife.model import tables
from certlife.model.answers import rules_of
from certlife.model.asks import Ask
from certlife.model.constraints import CONSTRAINTS
from certlife.model.guards import Facts, Situation
from certlife.model.joint import Joint
from certlife.model.known import DeletionFacts, Doc, Known, PendingFacts, PolicyFacts, VersionFacts
from certlife.model.moves import (
    JOINS,
    OWNER,
    TIMELY,
    UNPROMPTED,
    Hypothesis,
    answered,
    choices,
    drifted,
    rows_for,
    state_of,
)
from certlife.model.rows import Reply, Row, Rule
from certlife.model.settings import Settings
from certlife.model.tables import TABLES
from certlife.model.values import Json, Request
from certlife.model.vocabulary import (
    CertificateState as C,
)
from certlife.model.vocabulary import (
    ContactsState,
    Drift,
    Grade,
    IssuerKind,
    IssuerState,
    Machine,
    Operation,
    PolicyState,
    Profile,
    State,
    Trigger,
    View,
)
from certlife.model.vocabulary import (
    OperationState as O,
)
from certlife.model.vocabulary import (
    VersionState as V,
)

DOSSIER: Final = Path(__file__).resolve().parents[2] / "shared" / "spec" / "requirements.md"
REGISTER: Final = tomllib.loads((Path(tables.__file__).parent / "requirements.toml").read_text())

if not DOSSIER.is_file():
    pytest.skip(f"the dossier with the matrices is not at {DOSSIER}", allow_module_level=True)


# --- what the dossier says

_IDENTIFIER: Final = re.compile(r"\b(?:[A-Z]{3}-\d{3}|[SCF]-\d{2})\b")
_STATUS: Final = re.compile(r"(?<![-\d])[1-5]\d\d\b")
_ASIDE: Final = re.compile(r"\([^)]*\)")
_HEADING: Final = re.compile(r"#### (D\.3\.\d) ")
_COUNTS: Final = re.compile(r"specified (\d+), silent (\d+), contradictory (\d+), n/a (\d+)")

REFUSED: Final = "refused"
LISTED: Final = "listed"
UNLISTED: Final = "not listed"
HAPPENS: Final = "happens"
Outcome: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix, as the dossier writes it."""

    matrix: str
    row: str
    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.matrix} [{self.row}] x [{self.column}]: {self.text!r}"

    @property
    def place(self) -> tuple[str, str, str]:
        """Where the cell stands."""
        return self.matrix, self.row, self.column

    @property
    def mark(self) -> str:
        """S, -, X or n/a."""
        return self.text.partition(" ")[0].strip("*")

    @property
    def said(self) -> str:
        """What is said outright, without the asides in brackets."""
        return _ASIDE.sub("", self.text)

    @property
    def hints(self) -> frozenset[str]:
        """The silences, contradictions and field notes that the cell names."""
        return frozenset(found for found in _IDENTIFIER.findall(self.text) if len(found) == 4)

    @property
    def demanded(self) -> tuple[str, ...]:
        """The requirements that decide the cell."""
        return tuple(f"KVC-{found}" for found in _IDENTIFIER.findall(self.said) if len(found) == 7)

    @property
    def remarked(self) -> tuple[str, ...]:
        """The requirements that the cell names in an aside."""
        asides = " ".join(_ASIDE.findall(self.text))
        return tuple(f"KVC-{found}" for found in _IDENTIFIER.findall(asides) if len(found) == 7)

    @property
    def outcomes(self) -> frozenset[Outcome]:
        """What may come of it; several where the cell tells cases apart."""
        said = self.said
        found: set[Outcome] = set(map(int, _STATUS.findall(_IDENTIFIER.sub("", said))))
        if re.search(r"4xx|fail\*|refused\*|inoperable|inaccessible", said):
            found.add(REFUSED)
        if UNLISTED in said:
            found.add(UNLISTED)
        elif LISTED in said:
            found.add(LISTED)
        return frozenset(found)


def _lines_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of every matrix, split at their bars, with the matrix they belong to."""
    matrix = ""
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading or line.startswith("### "):
            matrix = heading[1] if heading else ""
        elif matrix and line.startswith("|") and not line.startswith("|--"):
            yield matrix, [part.strip() for part in line.strip("|").split("|")]


def _cells_of(text: str) -> Iterator[Cell]:
    columns: dict[str, list[str]] = {}
    for matrix, (first, *rest) in _lines_of(text):
        if matrix not in columns:
            columns[matrix] = rest
            continue
        yield from (Cell(matrix, first, column, said) for column, said in zip(columns[matrix], rest, strict=True))


TEXT: Final = DOSSIER.read_text()
CELLS: Final = tuple(_cells_of(TEXT))

# Rows and columns (D.3.5) that the model does not have, and why.
OUTSIDE: Final[Mapping[tuple[str, str], str]] = {
    ("D.3.2", "30 days before exp"): "events are no answers to a caller",
    ("D.3.2", "exp reached (event)"): "events are no answers to a caller",
    ("D.3.5", "write new version (PUT secret / create key)"): "of keys and secrets only the reads are there",
    ("D.3.5", "PATCH"): "the same",
    ("D.3.5", "DELETE"): "the same",
    ("D.3.5", "recover / purge of the part alone"): "the same",
    ("D.3.5", "backup of the part alone"): "the same",
}


def _is_modelled(cell: Cell) -> bool:
    return (cell.matrix, cell.row) not in OUTSIDE and (cell.matrix, cell.column) not in OUTSIDE


# --- what is put to the tables

KINDS: Final = tuple(IssuerKind)
IDLE: Final = (O.NONE, O.COMPLETED, O.CANCELLED, O.FAILED)
ENDED: Final = (O.COMPLETED, O.CANCELLED, O.FAILED)
NOW: Final = 1_700_000_000
YEAR_S: Final = 365 * 86_400
ISSUER_NAMES: Final = {IssuerKind.SELF: "Self", IssuerKind.UNKNOWN: "Unknown", IssuerKind.PARTNER: "ca"}
KEPT_A_WHILE: Final = Settings(soft_delete=True, purge_protected=False, retention_days=90, shows_level=True)
PROTECTED: Final = replace(KEPT_A_WHILE, purge_protected=True)
FULL_POLICY: Final[dict[str, Json]] = {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}


def _known(joint: Joint, issuer: IssuerKind, action: str, deletion: DeletionFacts | None) -> Known:
    """What is known of a name in these states: everything that a guard may ask for."""
    nbf, exp = NOW - YEAR_S // 2, NOW + YEAR_S // 2
    versions = tuple(VersionFacts(id=f"{n:032x}", nbf=nbf, exp=exp) for n in range(len(joint.versions)))
    actions: Json = [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": action}}]
    policy = PolicyFacts(Doc({"issuer": {"name": ISSUER_NAMES[issuer]}, "lifetime_actions": actions}))
    return Known(
        versions=versions,
        stub=None if versions or joint.policy is PolicyState.NONE else VersionFacts(id="f" * 32),
        pending=None if joint.operation is O.NONE else PendingFacts(request_id="a" * 32, issuer=ISSUER_NAMES[issuer]),
        policy=None if joint.policy is PolicyState.NONE else policy,
        deletion=deletion,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in every cell of a row or column, and the circumstances in which it is.

    Attributes:
        version: the version asked for; None for the current one.
        idle: which operations a name may have where none is running.
        kinds: who signs for the operation.
        settings: the vaults in which it is asked.
    """

    operation: Operation
    body: Mapping[str, Json] = field(default_factory=dict)
    query: tuple[Mapping[str, str], ...] = ({},)
    version: str | None = None
    idle: tuple[O, ...] = IDLE
    kinds: tuple[IssuerKind, ...] = KINDS
    settings: tuple[Settings, ...] = (KEPT_A_WHILE,)
    issuer_there: bool = True

    def asks(self) -> Iterator[Ask]:
        """The requests."""
        for query in self.query:
            yield Ask(self.operation, "web", self.version, Request("", "", query, dict(self.body)))


@dataclass(frozen=True, slots=True)
class Happening:
    """What the service does on its own.

    Attributes:
        at: the clock.
        issuer: the one that the policy names.
        action: the policy's lifetime action.
        purge: the scheduled purge date of what is deleted.
        kinds: who signs for the operation that it happens to.
    """

    drift: Drift
    at: int = NOW
    issuer: IssuerKind | None = None
    action: str = "EmailContacts"
    purge: int = NOW + 86_400
    kinds: tuple[IssuerKind, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Reached:
    """A row that the tables reach, and where it leads."""

    before: Joint
    row: Row
    after: Hypothesis | None

    def __str__(self) -> str:
        leads = "" if self.after is None or self.after.joint == self.before else f" -> {self.after.joint}"
        reply = "" if self.row.reply is None else f" {self.row.reply}"
        return f"{self.row.rule} ({self.row.grade.value}){reply} in: {self.before}{leads}"


@dataclass(frozen=True, slots=True)
class Case:
    """One situation, and every row that the tables allow in it."""

    told: str
    reached: tuple[Reached, ...]
    rules: tuple[Rule, ...]


def _lives(
    certificate: C, versions: tuple[V, ...], operations: Iterable[O], kinds: Iterable[IssuerKind]
) -> Iterator[Joint]:
    for operation in operations:
        for kind in kinds if operation is not O.NONE else (None,):
            yield Joint(certificate, operation, kind, PolicyState.SET, versions)


def _joints(column: str, idle: Iterable[O], kinds: Iterable[IssuerKind]) -> Iterator[Joint]:
    """The joint states that a column of D.3.1 and D.3.2 stands for."""
    idle, kinds = tuple(idle), tuple(kinds)
    if column == "absent":
        yield Joint()
    elif column == "purged":
        yield from (Joint(), Joint(C.PURGING))
    elif column == "pending-first":
        yield from _lives(C.STUB, (), (O.IN_PROGRESS,), kinds)
    elif column == "active":
        yield from _lives(C.ACTIVE, (V.VALID,), idle, kinds)
    elif column == "active+pending":
        yield from _lives(C.ACTIVE, (V.VALID,), (O.IN_PROGRESS,), kinds)
    elif column == "disabled":
        yield from _lives(C.ACTIVE, (V.VALID_DISABLED,), idle, kinds)
    else:
        certificate = {"soft-deleting": C.SOFT_DELETING, "deleted": C.DELETED, "recovering": C.RECOVERING}[column]
        for versions in ((), (V.VALID,)):
            yield from _lives(certificate, versions, (*idle, O.IN_PROGRESS), kinds)


def _put(question: Question, joint: Joint, known: Known | None = None) -> Iterator[Case]:
    """Put a question to the tables of a name in these states."""
    for settings, ask in product(question.settings, question.asks()):
        backup = Known((VersionFacts(id="0" * 32),), policy=PolicyFacts())
        facts = Facts(NOW, settings, question.issuer_there, key_fits=True, file_fits=True)
        facts.backup, facts.backup_versions = backup, (V.VALID,)
        knows = known or _known(joint, joint.issuer or IssuerKind.SELF, "EmailContacts", DeletionFacts())
        machine = OWNER[question.operation]
        rules = _rules_about(machine, state_of(joint, machine), question.operation)
        protected = ", purge protected" if settings.purge_protected else ""
        asked = f", {dict(ask.query)}" if ask.query else ""
        for profile in (Profile.DOCUMENTATION, Profile.EITHER):
            ways = answered(Hypothesis(joint, knows), ask, facts, profile)
            reached = tuple(Reached(joint, row, after) for row, after in ways)
            yield Case(f"{profile.value}: {joint}{protected}{asked}", reached, rules)


def _put_alone(question: Question, machine: Machine, states: Iterable[State]) -> Iterator[Case]:
    """Put a question about what belongs to the vault itself."""
    for state, ask, profile in product(states, question.asks(), (Profile.DOCUMENTATION, Profile.EITHER)):
        rows = rows_for(machine, state, question.operation, Situation(Joint(), Known(), Facts(NOW), ask), profile)
        reached = tuple(Reached(Joint(), row, None) for row in rows)
        yield Case(f"{profile.value}: {state!r}", reached, _rules_about(machine, state, question.operation))


def _happens(happening: Happening, joint: Joint) -> Iterator[Case]:
    """Let the service do what it may, at the happening's time."""
    issuer = happening.issuer or joint.issuer or IssuerKind.SELF
    known = _known(joint, issuer, happening.action, DeletionFacts(NOW - 90 * 86_400, happening.purge))
    facts = Facts(happening.at, KEPT_A_WHILE)
    for profile in (Profile.DOCUMENTATION, Profile.EITHER):
        ways = drifted(Hypothesis(joint, known), facts, profile, timely=happening.drift in TIMELY)
        reached = tuple(Reached(joint, row, after) for row, after in ways if row.trigger is happening.drift)
        machine = next(machine for machine, drift in UNPROMPTED if drift is happening.drift)
        rules = _rules_about(machine, state_of(joint, machine), happening.drift)
        yield Case(f"{profile.value}: {joint}", reached, rules)


def _rules_about(machine: Machine, state: State, trigger: Operation | Drift) -> tuple[Rule, ...]:
    """All rows of a state and trigger, whatever their guard."""
    return tuple(row for _, rows in choices(Profile.EITHER).get((machine, state, trigger), ()) for row in rows)


# --- the rows of D.3.1, the columns of D.3.3 and D.3.4, and what they ask

CANCEL: Final[Mapping[str, Json]] = {"cancellation_requested": True}
KEEP_ON: Final[Mapping[str, Json]] = {"cancellation_requested": False}
NEW: Final[Mapping[str, Json]] = {"policy": FULL_POLICY}
ORDER: Final[Mapping[str, Json]] = {"policy": FULL_POLICY | {"issuer": {"name": "ca"}}}
CHAIN: Final[Mapping[str, Json]] = {"x5c": ["MIIB"]}
FILE: Final[Mapping[str, Json]] = {"value": "MIIB"}
WITH_AND_WITHOUT_PENDING: Final[tuple[Mapping[str, str], ...]] = (
    {"includePending": "true"},
    {"includePending": "false"},
    {},
)
CURRENT: Final = "0" * 32

QUESTIONS: Final[Mapping[str, Question]] = {
    "createCertificate": Question(Operation.CREATE, NEW),
    "importCertificate": Question(Operation.IMPORT, FILE),
    "getCertificate (current)": Question(Operation.GET),
    "getCertificate (version)": Question(Operation.GET, version=CURRENT),
    "getCertificateVersions": Question(Operation.LIST_VERSIONS),
    "getCertificates": Question(Operation.LIST, query=WITH_AND_WITHOUT_PENDING),
    "updateCertificate": Question(Operation.UPDATE, {"tags": {"a": "b"}}),
    "getCertificatePolicy": Question(Operation.GET_POLICY),
    "updateCertificatePolicy": Question(Operation.UPDATE_POLICY, FULL_POLICY),
    "deleteCertificate": Question(Operation.DELETE),
    "getCertificateOperation": Question(Operation.POLL),
    "updateCertificateOperation (cancel)": Question(Operation.CANCEL, CANCEL, idle=ENDED),
    "deleteCertificateOperation": Question(Operation.DELETE_OPERATION, idle=ENDED),
    "mergeCertificate (Unknown)": Question(Operation.MERGE, CHAIN, kinds=(IssuerKind.UNKNOWN,)),
    "mergeCertificate (issuer)": Question(Operation.MERGE, CHAIN, kinds=(IssuerKind.PARTNER,)),
    "mergeCertificate (Self)": Question(Operation.MERGE, CHAIN, kinds=(IssuerKind.SELF,)),
    "backupCertificate": Question(Operation.BACKUP),
    "restoreCertificate (same name in blob)": Question(Operation.RESTORE, FILE),
    "getDeletedCertificates": Question(Operation.LIST_DELETED, query=WITH_AND_WITHOUT_PENDING),
    "getDeletedCertificate": Question(Operation.GET_DELETED),
    "recoverDeletedCertificate": Question(Operation.RECOVER),
    "purgeDeletedCertificate": Question(Operation.PURGE, settings=(KEPT_A_WHILE, PROTECTED)),
}
# Which operations of its column a cell means, where it tells them apart.
MEANT: Final[Mapping[tuple[str, str, str], tuple[O, ...]]] = {
    ("D.3.1", "mergeCertificate (issuer)", "active"): (O.CANCELLED, O.FAILED),
}
REFERENCED: Final = "deleteCertificateIssuer (referenced by the certificate)"
PRESENT, ISSUER_THERE_OR_NOT = (IssuerState.PRESENT,), tuple(IssuerState)
OF_THE_VAULT: Final[Mapping[str, tuple[Question, Machine, tuple[State, ...]]]] = {
    "setCertificateContacts": (Question(Operation.SET_CONTACTS), Machine.CONTACTS, tuple(ContactsState)),
    "getCertificateContacts": (Question(Operation.GET_CONTACTS), Machine.CONTACTS, (ContactsState.SET,)),
    "deleteCertificateContacts": (Question(Operation.DELETE_CONTACTS), Machine.CONTACTS, (ContactsState.SET,)),
    "getCertificateIssuers": (Question(Operation.LIST_ISSUERS), Machine.ISSUER, PRESENT),
    "getCertificateIssuer": (Question(Operation.GET_ISSUER), Machine.ISSUER, PRESENT),
    "setCertificateIssuer": (Question(Operation.SET_ISSUER), Machine.ISSUER, ISSUER_THERE_OR_NOT),
    "updateCertificateIssuer": (Question(Operation.UPDATE_ISSUER), Machine.ISSUER, PRESENT),
    REFERENCED: (Question(Operation.DELETE_ISSUER), Machine.ISSUER, PRESENT),
}
NOT_BY_HAND: Final = (IssuerKind.SELF, IssuerKind.PARTNER)
LATE: Final = NOW + YEAR_S // 2 - 86_400
HAPPENINGS: Final[Mapping[str, Happening]] = {
    "lifetime trigger, AutoRenew, Self": Happening(Drift.RENEWAL_DUE, LATE, IssuerKind.SELF, "AutoRenew"),
    "lifetime trigger, AutoRenew, partnered": Happening(Drift.RENEWAL_DUE, LATE, IssuerKind.PARTNER, "AutoRenew"),
    "lifetime trigger, AutoRenew, Unknown": Happening(Drift.RENEWAL_DUE, LATE, IssuerKind.UNKNOWN, "AutoRenew"),
    "lifetime trigger, EmailContacts": Happening(Drift.RENEWAL_DUE, LATE, IssuerKind.SELF, "EmailContacts"),
    "operation completes (CA issues / Self signed)": Happening(Drift.ISSUER_ISSUES, kinds=NOT_BY_HAND),
    "operation fails (CA error/reject)": Happening(Drift.ISSUER_REFUSES, kinds=(IssuerKind.PARTNER,)),
    "cancel takes effect": Happening(Drift.CANCELLATION_TAKES_EFFECT),
    "retention elapses": Happening(Drift.RETENTION_ENDS, purge=NOW),
    "deletion finishes": Happening(Drift.DELETION_ENDS),
    "recovery finishes": Happening(Drift.RECOVERY_ENDS),
}
OUT_OF_TIME: Final = {  # which state a version is in, enabled and disabled
    "exp reached (access to key/secret)": (V.EXPIRED, V.EXPIRED_DISABLED),
    "before nbf (access)": (V.EARLY, V.EARLY_DISABLED),
}
SILENT_HAPPENINGS: Final = {"lifetime trigger, AutoRenew, Unknown", "lifetime trigger, EmailContacts"}
"""The happenings of which nothing shall come."""

PENDING_STATUSES: Final[Mapping[str, tuple[O, tuple[IssuerKind, ...]]]] = {
    "none (never, deleted, overwritten)": (O.NONE, ()),
    "inProgress, Self": (O.IN_PROGRESS, (IssuerKind.SELF,)),
    "inProgress, Unknown": (O.IN_PROGRESS, (IssuerKind.UNKNOWN,)),
    "inProgress, issuer": (O.IN_PROGRESS, (IssuerKind.PARTNER,)),
    "inProgress, cancellation requested": (O.CANCELLING, KINDS),
    "completed": (O.COMPLETED, KINDS),
    "canceled": (O.CANCELLED, KINDS),
    "failed": (O.FAILED, KINDS),
}
ON_PENDING: Final[Mapping[str, Question]] = {
    "GET": Question(Operation.POLL, query=({}, {"request_id": "a" * 32})),
    "PATCH cancel=true": Question(Operation.CANCEL, CANCEL),
    "PATCH cancel=false": Question(Operation.CANCEL, KEEP_ON),
    "DELETE": Question(Operation.DELETE_OPERATION),
    "merge": Question(Operation.MERGE, CHAIN),
    "create": Question(Operation.CREATE, NEW),
    "import": Question(Operation.IMPORT, FILE),
}
ON_ISSUER: Final[Mapping[str, Question]] = {
    "PUT": Question(Operation.SET_ISSUER),
    "PATCH": Question(Operation.UPDATE_ISSUER),
    "GET": Question(Operation.GET_ISSUER),
    "LIST": Question(Operation.LIST_ISSUERS),
    "DELETE": Question(Operation.DELETE_ISSUER),
}
RESERVED: Final = "name Self or Unknown"


def _cases_of_state_and_operation(cell: Cell) -> Iterator[Case]:
    if cell.row in OF_THE_VAULT:
        yield from _put_alone(*OF_THE_VAULT[cell.row])
        return
    question = QUESTIONS[cell.row]
    question = replace(question, idle=MEANT.get(cell.place, question.idle))
    for joint in _joints(cell.column, question.idle, question.kinds):
        yield from _put(question, joint)
    if cell.row == "updateCertificate":
        for joint in _joints(cell.column, question.idle, question.kinds):
            yield from _put(replace(question, version=CURRENT if joint.versions else "f" * 32), joint)


def _cases_of_state_and_happening(cell: Cell) -> Iterator[Case]:
    if cell.row in OUT_OF_TIME:
        enabled, disabled = OUT_OF_TIME[cell.row]
        aged = {V.VALID: enabled, V.VALID_DISABLED: disabled}
        for joint in _joints(cell.column, IDLE, KINDS):
            versions = tuple(aged[state] for state in joint.versions)
            yield from _put(Question(Operation.GET_SECRET), replace(joint, versions=versions))
        return
    happening = HAPPENINGS[cell.row]
    for joint in _joints(cell.column, IDLE, happening.kinds):
        cancelling = happening.drift is Drift.CANCELLATION_TAKES_EFFECT and joint.operation is O.IN_PROGRESS
        yield from _happens(happening, replace(joint, operation=O.CANCELLING) if cancelling else joint)


def _cases_of_pending_object(cell: Cell) -> Iterator[Case]:
    operation, kinds = PENDING_STATUSES[cell.row]
    if operation is O.NONE and cell.column in ("GET", "create", "import"):
        yield from _put(ON_PENDING[cell.column], Joint())
    for certificate, versions in ((C.STUB, ()), (C.ACTIVE, (V.VALID,))):
        if (certificate, operation) != (C.STUB, O.COMPLETED):
            for joint in _lives(certificate, versions, (operation,), kinds):
                yield from _put(ON_PENDING[cell.column], joint)


def _cases_of_issuer(cell: Cell) -> Iterator[Case]:
    there = cell.row != "absent"
    if cell.column in ON_ISSUER:
        states = ISSUER_THERE_OR_NOT if cell.row == RESERVED else PRESENT if there else (IssuerState.ABSENT,)
        yield from _put_alone(ON_ISSUER[cell.column], Machine.ISSUER, states)
        return
    kinds = (IssuerKind.SELF, IssuerKind.UNKNOWN) if cell.row == RESERVED else (IssuerKind.PARTNER,)
    if cell.column == "create naming it":
        for kind in kinds:
            policy = FULL_POLICY | {"issuer": {"name": ISSUER_NAMES[kind]}}
            for joint in (Joint(), Joint(C.ACTIVE, O.NONE, None, PolicyState.SET, (V.VALID,))):
                yield from _put(Question(Operation.CREATE, {"policy": policy}, issuer_there=there), joint)
        return
    running = cell.row == "present, used by a running operation"
    for kind in (IssuerKind.SELF,) if cell.row == RESERVED else kinds:  # of Unknown nothing comes: D.3.2
        for joint in _joints("active+pending" if running else "active", IDLE, kinds):
            yield from _happens(Happening(Drift.RENEWAL_DUE, LATE, kind, "AutoRenew"), joint)


_PAIRS: Final = {
    "pair of an active certificate": ("active", "disabled"),
    "pair of a pending-first certificate": ("pending-first", "pending-first"),
    "pair of a deleted certificate (cascade only implied, OBJ-027)": ("deleted", "deleted"),
}


def _cases_of_pair(cell: Cell) -> Iterator[Case]:
    enabled, disabled = _PAIRS[cell.row]
    read = cell.column == "read (GET)"
    for operation in (Operation.GET_KEY, Operation.GET_SECRET) if read else (Operation.GET_SECRET,):
        for joint in _joints(enabled if read else disabled, IDLE, KINDS):
            yield from _put(Question(operation), joint)


CASES_OF: Final[Mapping[str, Callable[[Cell], Iterator[Case]]]] = {
    "D.3.1": _cases_of_state_and_operation,
    "D.3.2": _cases_of_state_and_happening,
    "D.3.3": _cases_of_pending_object,
    "D.3.4": _cases_of_issuer,
    "D.3.5": _cases_of_pair,
}


@cache
def cases_of(cell: Cell, profile: Profile) -> tuple[Case, ...]:
    return tuple(case for case in CASES_OF[cell.matrix](cell) if case.told.startswith(f"{profile.value}:"))


# --- what the tables say

# Cells that the model deliberately treats otherwise.
#   matrix, row, column                                      why
OTHERWISE: Final[Mapping[tuple[str, str, str], str]] = {
    ("D.3.1", "getCertificateVersions", "soft-deleting"): "a name without certificate lists as empty (J-67, P-76)",
    ("D.3.1", "getCertificateVersions", "deleted"): "the same",
}

# Where a document is silent, whose analogy a documented row may follow, and why.
#   silence   requirements                                              why
ANALOGIES: Final[Mapping[str, tuple[str, str]]] = {
    "S-03": ("KVC-NAM-008 KVC-IMP-024", "nothing exempts the disabled from new versions"),
    "S-04": ("KVC-DEL-006", "what is being deleted holds its name like what is deleted (F-04)"),
    "S-05": ("KVC-POL-001 KVC-LST-005", "nothing exempts a stub from being read (J-14, J-34)"),
    "S-06": ("KVC-POL-001", "the policy is read in any state"),
    "S-07": ("KVC-OPR-010 KVC-OPR-012", "cancelling again, or taking it back, is a request like the first"),
    "S-09": ("KVC-ERR-014 KVC-MRG-006 KVC-MRG-007", "none is a missing object; the rest by the kind of issuer"),
    "S-18": ("KVC-REN-001", "the trigger is not said to spare the disabled"),
    "S-19": ("KVC-ISS-005 KVC-REN-002", "the reference is not said to protect the issuer object (N-55)"),
    "S-20": ("KVC-ISS-001 KVC-ISS-003 KVC-ISS-004 KVC-ISS-005 KVC-LST-008 KVC-ERR-014", "if the name is taken at all"),
    "S-21": ("KVC-ATT-008 KVC-POL-002", "a running operation is not said to lock the name (J-34, J-35)"),
    "S-22": ("KVC-DEL-001 KVC-DEL-005 KVC-OPR-007 KVC-ERR-014", "a running operation protects no name (J-42)"),
    "S-23": ("KVC-OBJ-027", "the pair goes with its certificate"),
    "S-24": ("KVC-BAK-001 KVC-DEL-034", "all versions that there are are backed up (J-58)"),
    "S-25": ("KVC-DEL-006", "the name is held until it is purged or back"),
    "S-26": ("KVC-DEL-021", "what is coming back is not deleted any more"),
    "S-27": ("KVC-DEL-005 KVC-DEL-034 KVC-POL-024 KVC-OBJ-027", "what is coming back is not there yet (N-48, J-53)"),
    "S-38": ("KVC-NAM-009 KVC-ATT-008 KVC-POL-002", "only the private part is withheld (J-37, F-19)"),
    "S-44": ("KVC-ERR-014", "no pending object is a missing object"),
    "S-47": ("KVC-CRE-001 KVC-REN-002", "the switch of an issuer object is not said to do anything"),
    "S-48": ("KVC-ISS-001 KVC-ISS-003", "a running operation is not said to lock the issuer"),
}

# What a cell says nothing about, though a requirement speaks of it: rows that cite it may stand beside what the cell says.
#   matrix, row, column                                  requirement    why
BESIDE: Final[Mapping[tuple[str, str, str], tuple[str, str]]] = {
    ("D.3.1", "getDeletedCertificates", "deleted"): ("KVC-LST-003", "includePending is a parameter of this list too"),
}

# Both sides of a contradiction, as far as the register chose both.
SIDES: Final[Mapping[str, frozenset[Outcome]]] = {
    "C-01": frozenset({200, 403}),
    "C-04": frozenset({403}),
    "C-05": frozenset({400, 403}),
    "C-06": frozenset({200}),
    "C-08": frozenset({200}),
}


def outcome_of(reply: Reply | None) -> Outcome:
    """What a row's reply amounts to, in the words of the matrices."""
    if reply is None:
        return HAPPENS
    if reply.shows in (View.ITEM, View.DELETED_ITEM, View.ISSUER_ITEM):
        return LISTED
    if reply.shows is View.UNLISTED:
        return UNLISTED
    return REFUSED if len(reply.statuses) > 1 else min(reply.statuses)


def fits(reply: Reply | None, outcomes: Iterable[Outcome]) -> bool:
    found = outcome_of(reply)
    return found in outcomes or (REFUSED in outcomes and reply is not None and reply.is_refusal)


def outcomes_in(cell: Cell) -> frozenset[Outcome]:
    """What the cell wants, in the words of the tables."""
    if cell.matrix == "D.3.2" and cell.row not in OUT_OF_TIME:
        return frozenset() if cell.row in SILENT_HAPPENINGS else frozenset({HAPPENS})
    if cell.column == "autorenewal using it":
        return frozenset({HAPPENS})
    if "only if includePending" in cell.text:
        return frozenset({LISTED, UNLISTED})
    if cell.row == "getCertificateIssuers":
        return frozenset({LISTED})
    if cell.row == RESERVED and cell.column == "create naming it":
        return frozenset({202})
    return cell.outcomes


def is_open(cell: Cell, one: Reached) -> bool:
    """Whether a row that no document supports may stand beside what the cell says, because the cell leaves it open."""
    may = all(REGISTER["requirements"][key]["level"] == "may" for key in cell.demanded)
    beside, _ = BESIDE.get(cell.place, ("", ""))
    told_apart = beside in one.row.because or not cell.hints.isdisjoint(one.row.because)
    return one.row.grade is not Grade.DOCUMENTED and (may or told_apart)


def rules_reached(cases: Iterable[Case], outcomes: frozenset[Outcome]) -> set[Rule]:
    """The rows with one of these outcomes, and what is reached by them."""
    found: set[Rule] = set()
    for case in cases:
        for one in case.reached:
            if not outcomes or fits(one.row.reply, outcomes):
                found |= {one.row, *_reached_by(one.row)}
                if one.after is not None:
                    found |= _coming_after(one.after.joint)
                if one.after is not None and isinstance(one.row.trigger, Drift):
                    found |= _shown_after(one.after.joint)
        if not case.reached:
            found.update(case.rules)
    return found


@cache
def _reached_by(row: Row) -> frozenset[Rule]:
    """Joint rules, what they tell others, answer rules, constraints."""
    granted = row.reply is None or not row.reply.is_refusal
    joins = JOINS.get(row.trigger, ()) if granted else ()
    signals = {(join.machine, join.signal) for join in joins}
    told_others = {other for machine, signal in signals for other in TABLES[machine] if other.trigger is signal}
    shows, relations = ((), ()) if row.reply is None else rules_of(row.reply.shows, Profile.EITHER)
    asked = {constraint for constraint in CONSTRAINTS if row.trigger in constraint.operations}
    return frozenset({*joins, *told_others, *shows, *relations, *asked})


@cache
def _coming_after(joint: Joint) -> frozenset[Rule]:
    """What the service may do on its own from these states."""
    ways = (_rules_about(machine, state_of(joint, machine), drift) for machine, drift in UNPROMPTED)
    return frozenset(rule for rules in ways for rule in rules)


@cache
def _shown_after(joint: Joint) -> frozenset[Rule]:
    """How it shows what has come of a name."""
    reads = (Operation.POLL, Operation.GET, Operation.GET_DELETED)
    rows = {rule for read in reads for rule in _rules_about(OWNER[read], state_of(joint, OWNER[read]), read)}
    return frozenset(rows.union(*(_reached_by(row) for row in rows if isinstance(row, Row))))


def cited_by(rules: Iterable[Rule]) -> set[str]:
    return {source for rule in rules for source in rule.because}


def told(cell: Cell, cases: Iterable[Case]) -> str:
    """The cell, and what the tables say about it."""
    lines = [f"{case.told}\n    " + ("\n    ".join(map(str, case.reached)) or "nothing") for case in cases]
    return f"\n{cell}\nthe tables say, by\n  " + "\n  ".join(lines)


def marked(mark: str) -> list[object]:
    """The cells with this mark that the model has and does not treat otherwise on purpose."""
    return [
        pytest.param(cell, id=f"{cell.matrix}-{cell.row}-{cell.column}".replace(" ", "_"))
        for cell in CELLS
        if cell.mark == mark and _is_modelled(cell) and cell.place not in OTHERWISE
    ]


# --- the matrices themselves


def test_matrices_are_read_whole() -> None:
    """The dossier counts its own cells."""
    counted = [tuple(map(int, found)) for found in _COUNTS.findall(TEXT.partition("### D.3 ")[2])]
    read = [
        tuple(sum((cell.matrix, cell.mark) == (matrix, mark) for cell in CELLS) for mark in ("S", "-", "X", "n/a"))
        for matrix in CASES_OF
    ]
    assert read == counted


@pytest.mark.parametrize("place", [*OTHERWISE, *BESIDE, *OUTSIDE], ids="-".join)
def test_exceptions_are_about_cells_that_are_there(place: tuple[str, ...]) -> None:
    matrix, *names = place
    assert any(cell.matrix == matrix and set(names) <= {cell.row, cell.column} for cell in CELLS)


def test_events_are_not_modelled() -> None:
    assert all("unmodelled" in REGISTER["requirements"][key] for key in ("KVC-EVT-002", "KVC-EVT-003"))


# --- specified


@pytest.mark.parametrize("cell", marked("S"))
def test_specified_cell_is_what_the_tables_say(cell: Cell) -> None:
    cases, outcomes = cases_of(cell, Profile.DOCUMENTATION), outcomes_in(cell)
    assert cases
    strange = [
        f"{one} is not what the cell says" for case in cases for one in case.reached
        if not fits(one.row.reply, outcomes) and not is_open(cell, one)
    ]  # fmt: skip
    lost = [
        f"no situation brings {outcome}" for outcome in outcomes
        if not any(fits(one.row.reply, {outcome}) for case in cases for one in case.reached)
    ]  # fmt: skip
    never = [
        f"not in: {case.told}" for case in cases
        if len(outcomes) == 1 and not is_beside(cell, case)
        and not any(fits(one.row.reply, outcomes) for one in case.reached)
    ]  # fmt: skip
    assert [*strange, *lost, *never] == [], told(cell, cases)


def comes_of(trigger: Trigger, before: Joint) -> tuple[C, O, int]:
    """Where a name stands once a trigger is taken: its certificate, its operation, the number of its versions."""
    certificate, operation, versions = before.certificate, before.operation, len(before.versions)
    alive = C.ACTIVE if versions else C.STUB
    after: dict[Trigger, tuple[C, O, int]] = {
        Operation.CREATE: (alive, O.IN_PROGRESS, versions),
        Operation.IMPORT: (C.ACTIVE, O.NONE, versions + 1),
        Operation.CANCEL: (certificate, O.CANCELLING, versions),
        Operation.DELETE_OPERATION: (certificate, O.NONE, versions),
        Operation.MERGE: (C.ACTIVE, O.COMPLETED, versions + 1),
        Operation.DELETE: (C.SOFT_DELETING, operation, versions),
        Operation.RESTORE: (C.ACTIVE, O.NONE, 1),
        Operation.RECOVER: (C.RECOVERING, operation, versions),
        Operation.PURGE: (C.PURGING, O.NONE, 0),
        Drift.ISSUER_ISSUES: (C.ACTIVE, O.COMPLETED, versions + 1),
        Drift.ISSUER_REFUSES: (certificate, O.FAILED, versions),
        Drift.CANCELLATION_TAKES_EFFECT: (certificate, O.CANCELLED, versions),
        Drift.DELETION_ENDS: (C.DELETED, operation, versions),
        Drift.RECOVERY_ENDS: (alive, operation, versions),
        Drift.RETENTION_ENDS: (C.ABSENT, O.NONE, 0),
        Drift.RENEWAL_DUE: (certificate, O.IN_PROGRESS, versions),
    }
    return after.get(trigger, (certificate, operation, versions))


@pytest.mark.parametrize("cell", marked("S"))
def test_specified_cell_leads_where_it_should(cell: Cell) -> None:
    cases = cases_of(cell, Profile.DOCUMENTATION)
    astray = [
        f"{one} does not lead to {wanted}"
        for case in cases
        for one in case.reached
        if one.after is not None and stands(one.after.joint) != (wanted := where(one))
    ]
    assert astray == [], told(cell, cases)


def where(one: Reached) -> tuple[C, O, int]:
    """Where a row must lead; a refusal leads nowhere."""
    refused = one.row.reply is not None and one.row.reply.is_refusal
    return stands(one.before) if refused else comes_of(one.row.trigger, one.before)


def stands(joint: Joint) -> tuple[C, O, int]:
    return joint.certificate, joint.operation, len(joint.versions)


def test_stub_is_listed_only_where_pending_ones_are_included() -> None:
    cell = next(cell for cell in CELLS if "only if includePending" in cell.text)
    for case in cases_of(cell, Profile.DOCUMENTATION):
        wanted = LISTED if "'true'" in case.told else UNLISTED
        assert {outcome_of(one.row.reply) for one in case.reached} == {wanted}, told(cell, [case])


def is_beside(cell: Cell, case: Case) -> bool:
    """Whether a situation is one that only the column has and the cell does not mean."""
    return bool(case.reached) and all(is_open(cell, one) for one in case.reached)


@pytest.mark.parametrize("cell", marked("S"))
def test_specified_cell_is_cited(cell: Cell) -> None:
    cases = cases_of(cell, Profile.DOCUMENTATION)
    cited = cited_by(rules_reached(cases, outcomes_in(cell)))
    beside = cited | cited_by(rule for case in cases for rule in case.rules)
    missing = [key for key in cell.demanded if key not in cited] + [key for key in cell.remarked if key not in beside]
    modelled = [key for key in missing if "unmodelled" not in REGISTER["requirements"][key]]
    assert modelled == [], f"no rule reached cites {' '.join(modelled)}{told(cell, cases)}"


# --- contradictory


@pytest.mark.parametrize("cell", marked("X"))
def test_contradictory_cell_has_the_sides_that_were_chosen(cell: Cell) -> None:
    cases = cases_of(cell, Profile.EITHER)
    named = [side for side in sorted(cell.hints) if side in SIDES]
    assert named, f"{cell} names no contradiction that the test knows"
    assert all(REGISTER["contradictions"][side]["chosen"] for side in named)
    wanted = frozenset().union(*(SIDES[side] for side in named))
    found = {case.told: {outcome_of(one.row.reply) for one in case.reached} for case in cases}
    assert found == dict.fromkeys(found, wanted), told(cell, cases)
    assert set(named) & cited_by(rules_reached(cases, wanted)), told(cell, cases)


# --- silent


@pytest.mark.parametrize("cell", marked("-"))
def test_silent_cell_rests_on_no_document(cell: Cell) -> None:
    cases = cases_of(cell, Profile.EITHER)
    claimed = {
        f"{one.row.rule} ({' '.join(one.row.because)}) is documented, but {' '.join(sorted(cell.hints))} is silent"
        for case in cases
        for one in case.reached
        if one.row.grade is Grade.DOCUMENTED and not analogies(cell, one.row)
    }
    assert claimed == set(), told(cell, cases)


def analogies(cell: Cell, row: Row) -> set[tuple[str, str]]:
    """The silences of the cell, with the requirements by whose analogy the row may fill them."""
    allowed = {(silence, key) for silence in cell.hints & ANALOGIES.keys() for key in ANALOGIES[silence][0].split()}
    return {(silence, key) for silence, key in allowed if key in row.because}


def test_every_analogy_is_drawn() -> None:
    silent = [cell for cell in CELLS if cell.mark == "-" and _is_modelled(cell)]
    drawn = {
        pair for cell in silent for case in cases_of(cell, Profile.EITHER) for one in case.reached
        if one.row.grade is Grade.DOCUMENTED for pair in analogies(cell, one.row)
    }  # fmt: skip
    assert {(silence, key) for silence, (keys, _) in ANALOGIES.items() for key in keys.split()} - drawn == set()


# --- not applicable


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mark == "n/a" and cell.row in HAPPENINGS], ids=str)
def test_what_cannot_happen_does_not(cell: Cell) -> None:
    cases = cases_of(cell, Profile.EITHER)
    assert [str(one) for case in cases for one in case.reached] == [], told(cell, cases)
