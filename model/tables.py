"""The life of a certificate, as tables: every rule that says what may follow what is a row here.

How to read a row. In the state `source`, when the `trigger` comes (an operation of the caller, a drift of the service,
a signal of another machine) and the `guard` holds, the machine goes to `target` (a dot: it stays) and the caller gets
`reply`. Read from top to bottom: the first guard that holds decides. Rows that follow one another with the same source,
trigger and guard are alternatives, told apart by their reply: where a document and the service disagree, both stand.

Refusals are rows too, so every pair of state and operation has its answer. What the service does alone is a row as
well, and guarded. What one machine's step means to another stands in JOINT, at the end.

Not here: what the bodies show (answers), what a request must hold to (constraints), how rows are run (machine, belief).
"""

from __future__ import annotations

from typing import Final

from certlife.model import guards as g
from certlife.model.rows import FAILS, Join, Reply, Row, refuses, shows
from certlife.model.vocabulary import (
    CertificateState as C,
)
from certlife.model.vocabulary import (
    ContactsState,
    Drift,
    Grade,
    IssuerState,
    Machine,
    Signal,
    State,
    Trigger,
    View,
)
from certlife.model.vocabulary import (
    Operation as Op,
)
from certlife.model.vocabulary import (
    OperationState as O,
)
from certlife.model.vocabulary import (
    PolicyState as P,
)
from certlife.model.vocabulary import (
    VersionState as V,
)

DOC, OBS, ASM = Grade.DOCUMENTED, Grade.OBSERVED, Grade.ASSUMED
STAYS: Final = None
SILENT: Final = None

# Who owns an operation answers it; the other machines hear of it through JOINT.
OWNERS: Final[dict[Machine, tuple[Op, ...]]] = {
    Machine.CERTIFICATE: (
        Op.CREATE, Op.IMPORT, Op.GET, Op.LIST, Op.LIST_VERSIONS, Op.UPDATE, Op.DELETE, Op.BACKUP, Op.RESTORE,
        Op.GET_DELETED, Op.LIST_DELETED, Op.RECOVER, Op.PURGE, Op.GET_KEY, Op.GET_SECRET,
    ),
    Machine.OPERATION: (Op.POLL, Op.CANCEL, Op.DELETE_OPERATION, Op.MERGE),
    Machine.VERSION: (),
    Machine.POLICY: (Op.GET_POLICY, Op.UPDATE_POLICY),
    Machine.ISSUER: (Op.SET_ISSUER, Op.UPDATE_ISSUER, Op.GET_ISSUER, Op.DELETE_ISSUER, Op.LIST_ISSUERS),
    Machine.CONTACTS: (Op.SET_CONTACTS, Op.GET_CONTACTS, Op.DELETE_CONTACTS),
}  # fmt: skip

ALIVE: Final = (C.STUB, C.ACTIVE)
FREE: Final = (C.ABSENT, C.PURGING)
BURIED: Final = (C.SOFT_DELETING, C.DELETED)
KEPT: Final = (*BURIED, C.RECOVERING)
ABSENT_OR_ALIVE: Final = (C.ABSENT, *ALIVE)
FREE_OR_ALIVE: Final = (*FREE, *ALIVE)
FREE_OR_BURIED: Final = (*FREE, *BURIED)
NOT_DELETED: Final = (*FREE, *ALIVE, C.SOFT_DELETING)
NOT_BURIED: Final = (*FREE, *ALIVE, C.RECOVERING)
MOVING: Final = (C.SOFT_DELETING, C.RECOVERING)
GONE: Final = (C.ABSENT, C.SOFT_DELETING, C.DELETED, C.RECOVERING, C.PURGING)
RUNNING: Final = (O.IN_PROGRESS, O.CANCELLING)
ENDED: Final = (O.COMPLETED, O.CANCELLED, O.FAILED)
MISSED: Final = (O.CANCELLED, O.FAILED)
IDLE: Final = (O.NONE, *ENDED)
THERE: Final = (*RUNNING, *ENDED)

ACCEPTED: Final = shows(202, View.OPERATION)
OPERATION: Final = shows(200, View.OPERATION)
BUNDLE: Final = shows(200, View.BUNDLE)
DELETED: Final = shows(200, View.DELETED_BUNDLE)
MERGED: Final = shows(201, View.BUNDLE)
NOT_FOUND: Final = refuses(404, "CertificateNotFound")
NOT_SUPPORTED: Final = refuses(400, "NotSupported")
NO_PENDING: Final = refuses(404, "PendingCertificateNotFound")
CONFLICT: Final = refuses(409, "Conflict")
BEING_DELETED: Final = refuses(409, "Conflict", "ObjectIsBeingDeleted")
FORBIDDEN: Final = refuses(403, "Forbidden")
UNLISTED: Final = shows(200, View.UNLISTED)
NO_CONTENT: Final = shows(204, View.NOTHING)
ITEM: Final = shows(200, View.ITEM)
DELETED_ITEM: Final = shows(200, View.DELETED_ITEM)
VERSIONS: Final = shows(200, View.VERSIONS)
KEY: Final = shows(200, View.KEY)
SECRET: Final = shows(200, View.SECRET)
SECRET_DISABLED: Final = refuses(403, "Forbidden", "SecretDisabled")
BLOB: Final = shows(200, View.BLOB)
BAD_PARAMETER: Final = refuses(400, "BadParameter")
CONFLICT_FORBIDDEN: Final = refuses(409, "Forbidden")
POLICY_SHOWN: Final = shows(200, View.POLICY)
ISSUER_SHOWN: Final = shows(200, View.ISSUER)
ISSUER_ITEM: Final = shows(200, View.ISSUER_ITEM)
NO_ISSUER: Final = refuses(404, "CertificateIssuerNotFound")
CONTACTS_SHOWN: Final = shows(200, View.CONTACTS)
NO_CONTACTS: Final = refuses(404, "ContactsNotFound")


def _row(
    rule: str,
    source: State | tuple[State, ...],
    trigger: Trigger,
    guard: g.Guard,
    target: State | None,
    reply: Reply | None,
    grade: Grade,
    because: str,
) -> Row:
    states = source if isinstance(source, tuple) else (source,)
    return Row(rule, states, trigger, guard, target, reply, grade, tuple(because.split()))


# fmt: off
CERTIFICATE: Final = (
    #    rule        source           trigger               guard                     target           reply               grade because
    # --- it comes into being
    _row("CERT-01",  FREE,               Op.CREATE,            g.name_held,              STAYS,           refuses(409),       DOC, "KVC-NAM-004"),
    _row("CERT-02",  FREE,               Op.CREATE,            g.policy_missing,         STAYS,           FAILS,              DOC, "KVC-CRE-006 S-01"),
    _row("CERT-03",  FREE,               Op.CREATE,            g.issuer_missing,         STAYS,           FAILS,              DOC, "KVC-CRE-040 S-02"),
    _row("CERT-04",  FREE,               Op.CREATE,            g.issuer_missing,         C.STUB,          ACCEPTED,           ASM, "S-02"),
    _row("CERT-05",  C.ABSENT,           Op.CREATE,            g.name_perhaps_held,      C.STUB,          ACCEPTED,           DOC, "KVC-CRE-001 N-2 J-1 P-1"),
    _row("CERT-06",  C.ABSENT,           Op.CREATE,            g.name_perhaps_held,      STAYS,           FAILS,              DOC, "KVC-NAM-004"),
    _row("CERT-07",  C.ABSENT,           Op.CREATE,            g.issuer_perhaps_missing, C.STUB,          ACCEPTED,           DOC, "KVC-CRE-001 KVC-CRE-021 N-14 J-70"),
    _row("CERT-08",  C.ABSENT,           Op.CREATE,            g.issuer_perhaps_missing, STAYS,           FAILS,              DOC, "KVC-CRE-040 S-02"),
    _row("CERT-09",  C.ABSENT,           Op.CREATE,            g.always,                 C.STUB,          ACCEPTED,           DOC, "KVC-CRE-001 KVC-CRE-005 KVC-CRE-021 KVC-CON-006 N-2 J-1 P-1 KVC-ISS-007 S-47"),
    _row("CERT-10",  C.PURGING,          Op.CREATE,            g.always,                 C.STUB,          ACCEPTED,           DOC, "KVC-DEL-031"),
    _row("CERT-11",  C.PURGING,          Op.CREATE,            g.always,                 STAYS,           refuses(409),       ASM, "S-04 F-13"),
    _row("CERT-12",  ALIVE,              Op.CREATE,            g.operation_running,      STAYS,           CONFLICT,           OBS, "KVC-CRE-012 C-03 J-9"),
    _row("CERT-13",  ALIVE,              Op.CREATE,            g.operation_running,      STAYS,           CONFLICT_FORBIDDEN, DOC, "KVC-CRE-012 C-03"),
    _row("CERT-14",  ALIVE,              Op.CREATE,            g.issuer_missing,         STAYS,           FAILS,              DOC, "KVC-CRE-040 S-02"),
    _row("CERT-15",  ALIVE,              Op.CREATE,            g.issuer_missing,         STAYS,           ACCEPTED,           ASM, "S-02"),
    _row("CERT-16",  ALIVE,              Op.CREATE,            g.issuer_perhaps_missing, STAYS,           ACCEPTED,           DOC, "KVC-CRE-001 KVC-ISS-007"),
    _row("CERT-17",  ALIVE,              Op.CREATE,            g.issuer_perhaps_missing, STAYS,           FAILS,              DOC, "KVC-CRE-040 S-02"),
    _row("CERT-18",  ALIVE,              Op.CREATE,            g.always,                 STAYS,           ACCEPTED,           DOC, "KVC-CRE-001 KVC-CRE-011 KVC-CRE-013 KVC-NAM-008 KVC-REN-008 S-03 N-7 J-10 P-10 KVC-ISS-007 S-47"),
    _row("CERT-19",  BURIED,             Op.CREATE,            g.always,                 STAYS,           refuses(409),       DOC, "KVC-CRE-014 KVC-DEL-006 KVC-NAM-015 S-04 F-03 F-04"),
    _row("CERT-20",  C.RECOVERING,       Op.CREATE,            g.always,                 STAYS,           refuses(409),       ASM, "S-04"),
    _row("CERT-21",  FREE,               Op.IMPORT,            g.name_held,              STAYS,           refuses(409),       DOC, "KVC-NAM-004"),
    _row("CERT-22",  C.ABSENT,           Op.IMPORT,            g.name_perhaps_held,      C.ACTIVE,        BUNDLE,             DOC, "KVC-IMP-001"),
    _row("CERT-23",  C.ABSENT,           Op.IMPORT,            g.name_perhaps_held,      STAYS,           FAILS,              DOC, "KVC-NAM-004"),
    _row("CERT-24",  C.ABSENT,           Op.IMPORT,            g.file_unfit,             STAYS,           FAILS,              DOC, "KVC-IMP-002 KVC-IMP-003 KVC-IMP-018 KVC-IMP-020 KVC-IMP-027"),
    _row("CERT-25",  C.ABSENT,           Op.IMPORT,            g.file_unread,            C.ACTIVE,        BUNDLE,             DOC, "KVC-IMP-001"),
    _row("CERT-26",  C.ABSENT,           Op.IMPORT,            g.file_unread,            STAYS,           refuses(400),       DOC, "KVC-IMP-002 KVC-IMP-018 KVC-IMP-020 KVC-IMP-026 KVC-IMP-027 S-10 S-11 S-33"),
    _row("CERT-27",  C.ABSENT,           Op.IMPORT,            g.always,                 C.ACTIVE,        BUNDLE,             DOC, "KVC-IMP-001 KVC-IMP-011 KVC-IMP-028 N-41 J-29 P-49 P-57"),
    _row("CERT-28",  C.PURGING,          Op.IMPORT,            g.always,                 C.ACTIVE,        BUNDLE,             DOC, "KVC-DEL-031"),
    _row("CERT-29",  C.PURGING,          Op.IMPORT,            g.always,                 STAYS,           refuses(409),       ASM, "S-04 F-13"),
    _row("CERT-30",  ALIVE,              Op.IMPORT,            g.operation_running,      STAYS,           refuses(409),       DOC, "KVC-IMP-022 J-9"),
    _row("CERT-31",  ALIVE,              Op.IMPORT,            g.file_unfit,             STAYS,           FAILS,              DOC, "KVC-IMP-002 KVC-IMP-003 KVC-IMP-018 KVC-IMP-020 KVC-IMP-027"),
    _row("CERT-32",  ALIVE,              Op.IMPORT,            g.file_unread,            C.ACTIVE,        BUNDLE,             DOC, "KVC-IMP-023 KVC-IMP-024"),
    _row("CERT-33",  ALIVE,              Op.IMPORT,            g.file_unread,            STAYS,           refuses(400),       DOC, "KVC-IMP-002 KVC-IMP-018 KVC-IMP-020 KVC-IMP-026 KVC-IMP-027 S-10 S-11 S-33"),
    _row("CERT-34",  ALIVE,              Op.IMPORT,            g.always,                 C.ACTIVE,        BUNDLE,             DOC, "KVC-IMP-023 KVC-IMP-024 S-03 N-59 P-56"),
    _row("CERT-35",  BURIED,             Op.IMPORT,            g.always,                 STAYS,           refuses(409),       DOC, "KVC-IMP-035 KVC-DEL-006 KVC-NAM-015 F-03 F-04 S-04"),
    _row("CERT-36",  C.RECOVERING,       Op.IMPORT,            g.always,                 STAYS,           refuses(409),       ASM, "S-04"),
    _row("CERT-37",  ALIVE,              Signal.ISSUED,        g.always,                 C.ACTIVE,        SILENT,             DOC, "KVC-CRE-015 KVC-CRE-043 KVC-MRG-001 J-14"),
    _row("CERT-38",  C.ACTIVE,           Drift.RENEWAL_DUE,    g.renewal_due,            STAYS,           SILENT,             DOC, "KVC-REN-001 KVC-REN-002 KVC-REN-003 KVC-REN-004 KVC-REN-010 KVC-CRE-034 KVC-IMP-029 S-13 S-17 F-25 S-18 S-19 S-47"),
    # --- it is read and changed
    _row("CERT-39",  ALIVE,              Op.GET,               g.version_missing,        STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 P-31"),
    _row("CERT-40",  ALIVE,              Op.GET,               g.version_unseen,         STAYS,           BUNDLE,             DOC, "KVC-NAM-010"),
    _row("CERT-41",  ALIVE,              Op.GET,               g.version_unseen,         STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 P-31"),
    _row("CERT-42",  C.STUB,             Op.GET,               g.always,                 STAYS,           BUNDLE,             OBS, "KVC-CRE-018 S-05 S-08 N-22 J-12 J-26 F-10"),
    _row("CERT-43",  C.ACTIVE,           Op.GET,               g.always,                 STAYS,           BUNDLE,             DOC, "KVC-NAM-009 KVC-NAM-010 KVC-NAM-012 KVC-ATT-006 KVC-OPR-026 KVC-REN-005 S-38 N-23 J-16 J-37 P-23 F-19"),
    _row("CERT-44",  GONE,               Op.GET,               g.always,                 STAYS,           NOT_FOUND,          OBS, "KVC-DEL-004 KVC-DEL-005 KVC-DEL-013 KVC-DEL-034 KVC-ERR-014 S-27 N-48 J-43 J-50 J-53 P-31 P-64"),
    _row("CERT-45",  C.STUB,             Op.LIST,              g.pending_included,       STAYS,           ITEM,               DOC, "KVC-LST-003 J-64 P-75"),
    _row("CERT-46",  C.STUB,             Op.LIST,              g.always,                 STAYS,           UNLISTED,           OBS, "KVC-LST-003 P-75 F-16"),
    _row("CERT-47",  C.ACTIVE,           Op.LIST,              g.always,                 STAYS,           ITEM,               DOC, "KVC-LST-001 KVC-LST-009 J-37 J-63 P-71"),
    _row("CERT-48",  C.RECOVERING,       Op.LIST,              g.always,                 STAYS,           ITEM,               ASM, "S-27"),
    _row("CERT-49",  C.RECOVERING,       Op.LIST,              g.always,                 STAYS,           UNLISTED,           ASM, "S-27"),
    _row("CERT-50",  FREE_OR_BURIED,     Op.LIST,              g.always,                 STAYS,           UNLISTED,           DOC, "KVC-LST-001 KVC-DEL-004 KVC-DEL-013 KVC-DEL-034 P-61"),
    _row("CERT-51",  ALIVE,              Op.LIST_VERSIONS,     g.always,                 STAYS,           VERSIONS,           DOC, "KVC-LST-005 KVC-REN-005 S-05 S-31 N-60 J-14 J-66"),
    _row("CERT-52",  FREE,               Op.LIST_VERSIONS,     g.always,                 STAYS,           VERSIONS,           OBS, "S-31 J-67 P-76"),
    _row("CERT-53",  BURIED,             Op.LIST_VERSIONS,     g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-005 KVC-DEL-034"),
    _row("CERT-54",  BURIED,             Op.LIST_VERSIONS,     g.always,                 STAYS,           VERSIONS,           ASM, "S-27 J-67 P-76"),
    _row("CERT-55",  C.RECOVERING,       Op.LIST_VERSIONS,     g.always,                 STAYS,           VERSIONS,           ASM, "S-27"),
    _row("CERT-56",  C.RECOVERING,       Op.LIST_VERSIONS,     g.always,                 STAYS,           FAILS,              ASM, "S-27"),
    _row("CERT-57",  ALIVE,              Op.UPDATE,            g.version_missing,        STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 P-31"),
    _row("CERT-58",  ALIVE,              Op.UPDATE,            g.version_unseen,         STAYS,           BUNDLE,             DOC, "KVC-ATT-008"),
    _row("CERT-59",  ALIVE,              Op.UPDATE,            g.version_unseen,         STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 P-31"),
    _row("CERT-60",  C.STUB,             Op.UPDATE,            g.always,                 STAYS,           BUNDLE,             OBS, "S-21 J-35"),
    _row("CERT-61",  C.ACTIVE,           Op.UPDATE,            g.always,                 STAYS,           BUNDLE,             DOC, "KVC-ATT-008 KVC-ATT-009 C-02 C-08 C-18 S-21 S-38 N-36 N-64 J-35 J-36 P-33"),
    _row("CERT-62",  GONE,               Op.UPDATE,            g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-005 KVC-DEL-034 KVC-ERR-014 S-27"),
    _row("CERT-63",  C.STUB,             Op.GET_SECRET,        g.version_missing,        STAYS,           FAILS,              DOC, "KVC-ERR-014"),
    _row("CERT-64",  C.STUB,             Op.GET_SECRET,        g.version_unseen,         STAYS,           FAILS,              ASM, "S-05 S-57"),
    _row("CERT-65",  C.STUB,             Op.GET_SECRET,        g.operation_running,      STAYS,           SECRET_DISABLED,    OBS, "S-05 J-20"),
    _row("CERT-66",  C.STUB,             Op.GET_SECRET,        g.always,                 STAYS,           FAILS,              ASM, "S-08 S-57"),
    _row("CERT-67",  C.ACTIVE,           Op.GET_SECRET,        g.version_missing,        STAYS,           refuses(404),       DOC, "KVC-ERR-014"),
    _row("CERT-68",  C.ACTIVE,           Op.GET_SECRET,        g.version_unseen,         STAYS,           SECRET,             DOC, "KVC-OBJ-002"),
    _row("CERT-69",  C.ACTIVE,           Op.GET_SECRET,        g.version_unseen,         STAYS,           FAILS,              DOC, "KVC-ERR-014 KVC-OBJ-020"),
    _row("CERT-70",  C.ACTIVE,           Op.GET_SECRET,        g.version_disabled,       STAYS,           refuses(403),       OBS, "KVC-OBJ-020 KVC-ATT-002 J-20 F-18"),
    _row("CERT-71",  C.ACTIVE,           Op.GET_SECRET,        g.outside_validity,       STAYS,           SECRET,             DOC, "KVC-ATT-015 KVC-ATT-006 C-01 F-20"),
    _row("CERT-72",  C.ACTIVE,           Op.GET_SECRET,        g.outside_validity,       STAYS,           refuses(403),       DOC, "KVC-ATT-005 KVC-ATT-007 KVC-ERR-011 C-01"),
    _row("CERT-73",  C.ACTIVE,           Op.GET_SECRET,        g.always,                 STAYS,           SECRET,             DOC, "KVC-OBJ-001 KVC-OBJ-002 KVC-OBJ-007 KVC-ACL-036 J-21 N-52"),
    _row("CERT-74",  GONE,               Op.GET_SECRET,        g.always,                 STAYS,           FAILS,              DOC, "KVC-OBJ-027 KVC-DEL-004 S-23 KVC-DEL-034 S-27"),
    _row("CERT-75",  C.STUB,             Op.GET_KEY,           g.always,                 STAYS,           KEY,                ASM, "S-57"),
    _row("CERT-76",  C.STUB,             Op.GET_KEY,           g.always,                 STAYS,           FAILS,              ASM, "S-57"),
    _row("CERT-77",  C.ACTIVE,           Op.GET_KEY,           g.version_missing,        STAYS,           refuses(404),       DOC, "KVC-ERR-014"),
    _row("CERT-78",  C.ACTIVE,           Op.GET_KEY,           g.version_unseen,         STAYS,           KEY,                DOC, "KVC-OBJ-002"),
    _row("CERT-79",  C.ACTIVE,           Op.GET_KEY,           g.version_unseen,         STAYS,           FAILS,              DOC, "KVC-ERR-014 KVC-OBJ-020"),
    _row("CERT-80",  C.ACTIVE,           Op.GET_KEY,           g.version_disabled,       STAYS,           KEY,                ASM, "S-53"),
    _row("CERT-81",  C.ACTIVE,           Op.GET_KEY,           g.version_disabled,       STAYS,           refuses(403),       ASM, "S-53 KVC-OBJ-020"),
    _row("CERT-82",  C.ACTIVE,           Op.GET_KEY,           g.always,                 STAYS,           KEY,                DOC, "KVC-OBJ-001 KVC-OBJ-002 C-01 N-53"),
    _row("CERT-83",  GONE,               Op.GET_KEY,           g.always,                 STAYS,           FAILS,              DOC, "KVC-OBJ-027 KVC-DEL-004 S-23 KVC-DEL-034 S-27"),
    _row("CERT-84",  ALIVE,              Op.BACKUP,            g.many_versions,          STAYS,           BLOB,               DOC, "KVC-BAK-001 KVC-BAK-006"),
    _row("CERT-85",  ALIVE,              Op.BACKUP,            g.many_versions,          STAYS,           FAILS,              DOC, "KVC-BAK-006 KVC-LIM-011"),
    _row("CERT-86",  ALIVE,              Op.BACKUP,            g.always,                 STAYS,           BLOB,               DOC, "KVC-BAK-001 S-24 J-58 P-67"),
    _row("CERT-87",  GONE,               Op.BACKUP,            g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-005 KVC-DEL-034 KVC-ERR-014 S-24"),
    _row("CERT-88",  C.ABSENT,           Op.RESTORE,           g.backup_unknown,         C.ACTIVE,        BUNDLE,             DOC, "KVC-BAK-002"),
    _row("CERT-89",  C.ABSENT,           Op.RESTORE,           g.backup_unknown,         C.STUB,          BUNDLE,             ASM, "S-24 J-61"),
    _row("CERT-90",  C.ABSENT,           Op.RESTORE,           g.backup_unknown,         STAYS,           refuses(400),       OBS, "J-62"),
    _row("CERT-91",  C.ABSENT,           Op.RESTORE,           g.backup_of_stub,         C.STUB,          BUNDLE,             OBS, "KVC-BAK-002 J-61"),
    _row("CERT-92",  C.ABSENT,           Op.RESTORE,           g.always,                 C.ACTIVE,        BUNDLE,             DOC, "KVC-BAK-002 KVC-BAK-009 J-60 P-68 P-70"),
    _row("CERT-93",  ALIVE,              Op.RESTORE,           g.always,                 STAYS,           CONFLICT,           OBS, "S-25 F-06"),
    _row("CERT-94",  C.PURGING,          Op.RESTORE,           g.always,                 STAYS,           CONFLICT,           OBS, "S-25 J-59 P-69 F-13"),
    _row("CERT-95",  KEPT,               Op.RESTORE,           g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-006 S-25"),
    # --- it goes, and may come back
    _row("CERT-96",  ALIVE,              Op.DELETE,            g.soft_delete_on,         C.SOFT_DELETING, DELETED,            DOC, "KVC-DEL-001 KVC-DEL-003 S-22 N-45 J-41 J-42 P-21 P-59"),
    _row("CERT-97",  ALIVE,              Op.DELETE,            g.always,                 C.ABSENT,        BUNDLE,             DOC, "KVC-DEL-001 KVC-DEL-018 KVC-DEL-024 S-49 N-66 P-58"),
    _row("CERT-98",  (*FREE, C.DELETED), Op.DELETE,            g.always,                 STAYS,           NOT_FOUND,          OBS, "KVC-DEL-005 KVC-ERR-014 S-26 J-49"),
    _row("CERT-99",  MOVING,             Op.DELETE,            g.always,                 STAYS,           NOT_FOUND,          ASM, "S-26"),
    _row("CERT-100", MOVING,             Op.DELETE,            g.always,                 STAYS,           refuses(409),       ASM, "S-26 F-09"),
    _row("CERT-101", C.SOFT_DELETING,    Drift.DELETION_ENDS,  g.soft_delete_on,         C.DELETED,       SILENT,             OBS, "KVC-DEL-001 N-46 J-44 P-60"),
    _row("CERT-102", C.DELETED,          Op.GET_DELETED,       g.retention_long_over,    STAYS,           NOT_FOUND,          DOC, "KVC-DEL-008 KVC-DEL-015"),
    _row("CERT-103", C.DELETED,          Op.GET_DELETED,       g.always,                 STAYS,           DELETED,            DOC, "KVC-DEL-017 KVC-DEL-022 C-24 J-45"),
    _row("CERT-104", C.RECOVERING,       Op.GET_DELETED,       g.always,                 STAYS,           DELETED,            ASM, "S-27"),
    _row("CERT-105", C.RECOVERING,       Op.GET_DELETED,       g.always,                 STAYS,           NOT_FOUND,          ASM, "S-27"),
    _row("CERT-106", NOT_DELETED,        Op.GET_DELETED,       g.always,                 STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 S-27 N-46 N-63 J-43 J-47 P-60"),
    _row("CERT-107", C.DELETED,          Op.LIST_DELETED,      g.retention_long_over,    STAYS,           UNLISTED,           DOC, "KVC-DEL-008"),
    _row("CERT-108", C.DELETED,          Op.LIST_DELETED,      g.pending_included,       STAYS,           DELETED_ITEM,       DOC, "KVC-LST-003 KVC-LST-007 KVC-LST-010 J-65"),
    _row("CERT-127", C.DELETED,          Op.LIST_DELETED,      g.ever_issued,            STAYS,           DELETED_ITEM,       DOC, "KVC-LST-007 KVC-LST-010 P-62"),
    _row("CERT-128", C.DELETED,          Op.LIST_DELETED,      g.always,                 STAYS,           DELETED_ITEM,       ASM, "KVC-LST-007 F-16 S-31"),
    _row("CERT-129", C.DELETED,          Op.LIST_DELETED,      g.always,                 STAYS,           UNLISTED,           ASM, "KVC-LST-003 F-16 S-31"),
    _row("CERT-109", C.RECOVERING,       Op.LIST_DELETED,      g.always,                 STAYS,           DELETED_ITEM,       ASM, "S-27"),
    _row("CERT-110", C.RECOVERING,       Op.LIST_DELETED,      g.always,                 STAYS,           UNLISTED,           ASM, "S-27"),
    _row("CERT-111", NOT_DELETED,        Op.LIST_DELETED,      g.always,                 STAYS,           UNLISTED,           OBS, "KVC-LST-007 KVC-DEL-013 P-61 P-65 P-77 S-27"),
    _row("CERT-112", C.DELETED,          Op.RECOVER,           g.retention_long_over,    STAYS,           FAILS,              DOC, "KVC-DEL-008 KVC-DEL-015"),
    _row("CERT-113", C.DELETED,          Op.RECOVER,           g.always,                 C.RECOVERING,    BUNDLE,             DOC, "KVC-DEL-014 KVC-DEL-015 KVC-DEL-025 N-47 J-52 P-63"),
    _row("CERT-114", C.SOFT_DELETING,    Op.RECOVER,           g.always,                 STAYS,           FAILS,              ASM, "S-26 F-05"),
    _row("CERT-115", C.RECOVERING,       Op.RECOVER,           g.always,                 STAYS,           FAILS,              ASM, "S-26 F-05"),
    _row("CERT-116", ABSENT_OR_ALIVE,    Op.RECOVER,           g.soft_delete_off,        STAYS,           NOT_FOUND,          ASM, "S-49 J-56"),
    _row("CERT-117", ABSENT_OR_ALIVE,    Op.RECOVER,           g.soft_delete_off,        STAYS,           NOT_SUPPORTED,      ASM, "S-49 F-08"),
    _row("CERT-118", FREE_OR_ALIVE,      Op.RECOVER,           g.always,                 STAYS,           NOT_FOUND,          OBS, "KVC-ERR-014 KVC-DEL-013 J-56"),
    _row("CERT-119", C.RECOVERING,       Drift.RECOVERY_ENDS,  g.ever_issued,            C.ACTIVE,        SILENT,             OBS, "KVC-DEL-014 N-48 J-53 P-64"),
    _row("CERT-120", C.RECOVERING,       Drift.RECOVERY_ENDS,  g.soft_delete_on,         C.STUB,          SILENT,             OBS, "J-54"),
    _row("CERT-121", C.DELETED,          Op.PURGE,             g.purge_allowed,          C.PURGING,       NO_CONTENT,         DOC, "KVC-DEL-010 KVC-DEL-021 KVC-DEL-028 N-50 J-51 P-65"),
    _row("CERT-122", C.DELETED,          Op.PURGE,             g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-012 KVC-DEL-022 KVC-DEL-026 KVC-DEL-029 S-29 F-08"),
    _row("CERT-123", C.SOFT_DELETING,    Op.PURGE,             g.always,                 STAYS,           BEING_DELETED,      OBS, "S-26 J-46 F-09"),
    _row("CERT-124", NOT_BURIED,         Op.PURGE,             g.always,                 STAYS,           FAILS,              DOC, "KVC-DEL-021 KVC-ERR-014 S-26 S-29"),
    _row("CERT-125", C.DELETED,          Drift.RETENTION_ENDS, g.retention_over,         C.ABSENT,        SILENT,             DOC, "KVC-DEL-007 KVC-DEL-008 C-25"),
    _row("CERT-126", C.PURGING,          Drift.PURGE_ENDS,     g.soft_delete_on,         C.ABSENT,        SILENT,             OBS, "KVC-DEL-031 J-59 P-69 F-13"),
)

OPERATION_TABLE: Final = (
    #    rule       source            trigger                          guard                   target         reply          grade because
    # --- it begins and ends
    _row("OPER-01", IDLE,             Signal.STARTED,                  g.always,               O.IN_PROGRESS, SILENT,        DOC, "KVC-CRE-001 KVC-CRE-013 KVC-OPR-022 J-10"),
    _row("OPER-02", O.IN_PROGRESS,    Drift.ISSUER_ISSUES,             g.issuer_can_issue,     O.COMPLETED,   SILENT,        DOC, "KVC-CRE-015 KVC-CRE-020 KVC-CRE-042 KVC-CRE-051 N-26 J-7 J-8 P-9"),
    _row("OPER-03", O.CANCELLING,     Drift.ISSUER_ISSUES,             g.issuer_can_issue,     O.COMPLETED,   SILENT,        DOC, "KVC-OPR-011 S-07 F-02"),
    _row("OPER-04", O.IN_PROGRESS,    Drift.ISSUER_REFUSES,            g.issuer_can_refuse,    O.FAILED,      SILENT,        DOC, "KVC-CRE-046 N-13"),
    _row("OPER-05", O.CANCELLING,     Drift.ISSUER_REFUSES,            g.issuer_can_refuse,    O.FAILED,      SILENT,        DOC, "KVC-CRE-046 KVC-OPR-011"),
    _row("OPER-06", O.CANCELLING,     Drift.CANCELLATION_TAKES_EFFECT, g.certificate_alive,    O.CANCELLED,   SILENT,        DOC, "KVC-OPR-011 KVC-OPR-015 S-07 N-17 P-15 P-16"),
    _row("OPER-07", IDLE,             Signal.OVERWRITTEN,              g.always,               O.NONE,        SILENT,        OBS, "KVC-IMP-023 S-12 P-24 P-25 P-68"),
    _row("OPER-08", (O.NONE, *THERE), Signal.FORGOTTEN,                g.always,               O.NONE,        SILENT,        DOC, "KVC-DEL-010 KVC-DEL-013"),
    # --- it is polled
    _row("OPER-09", O.NONE,           Op.POLL,                         g.certificate_alive,    STAYS,         NO_PENDING,    DOC, "KVC-OPR-007 KVC-OPR-017 N-15 J-25 P-18"),
    _row("OPER-10", O.NONE,           Op.POLL,                         g.always,               STAYS,         refuses(404),  DOC, "KVC-OPR-007 KVC-DEL-034 KVC-ERR-014"),
    _row("OPER-11", THERE,            Op.POLL,                         g.certificate_gone,     STAYS,         FAILS,         DOC, "KVC-DEL-005 KVC-DEL-034 S-22"),
    _row("OPER-12", THERE,            Op.POLL,                         g.request_id_differs,   STAYS,         refuses(404),  DOC, "KVC-OPR-008"),
    _row("OPER-13", THERE,            Op.POLL,                         g.always,               STAYS,         OPERATION,     DOC, "KVC-OPR-001 KVC-OPR-003 KVC-OPR-004 KVC-OPR-005 KVC-OPR-009 KVC-OPR-024 KVC-OPR-025 N-10 N-11 N-12 N-13 P-6 P-7"),
    # --- its cancellation is asked for
    _row("OPER-14", THERE,            Op.CANCEL,                       g.certificate_gone,     STAYS,         FAILS,         DOC, "KVC-DEL-005 KVC-DEL-034 S-22"),
    _row("OPER-15", THERE,            Op.CANCEL,                       g.request_id_differs,   STAYS,         FAILS,         ASM, "KVC-OPR-027 S-44"),
    _row("OPER-16", RUNNING,          Op.CANCEL,                       g.cancellation_asked,   O.CANCELLING,  OPERATION,     DOC, "KVC-OPR-010 KVC-OPR-025 KVC-OPR-027 KVC-OPR-030 S-07 N-16 J-22 P-14"),
    _row("OPER-17", O.CANCELLING,     Op.CANCEL,                       g.cancellation_asked,   STAYS,         FAILS,         ASM, "S-07"),
    _row("OPER-18", RUNNING,          Op.CANCEL,                       g.always,               O.IN_PROGRESS, OPERATION,     ASM, "S-07"),
    _row("OPER-19", RUNNING,          Op.CANCEL,                       g.always,               STAYS,         FAILS,         ASM, "S-07"),
    _row("OPER-20", ENDED,            Op.CANCEL,                       g.always,               STAYS,         FORBIDDEN,     OBS, "C-05 S-07 N-18 F-01"),
    _row("OPER-21", ENDED,            Op.CANCEL,                       g.always,               STAYS,         refuses(400),  DOC, "KVC-OPR-012 C-05 S-07"),
    _row("OPER-22", O.NONE,           Op.CANCEL,                       g.always,               STAYS,         FAILS,         DOC, "KVC-ERR-014 S-44"),
    # --- it is deleted
    _row("OPER-23", THERE,            Op.DELETE_OPERATION,             g.certificate_gone,     STAYS,         FAILS,         DOC, "KVC-DEL-005 KVC-DEL-034 S-22"),
    _row("OPER-24", THERE,            Op.DELETE_OPERATION,             g.request_id_differs,   STAYS,         FAILS,         ASM, "KVC-OPR-027 S-44"),
    _row("OPER-25", RUNNING,          Op.DELETE_OPERATION,             g.always,               O.NONE,        OPERATION,     DOC, "KVC-OPR-016 KVC-OPR-018 KVC-OPR-025 C-06 N-20 J-24 P-17 F-15"),
    _row("OPER-26", ENDED,            Op.DELETE_OPERATION,             g.always,               O.NONE,        OPERATION,     DOC, "KVC-OPR-016 KVC-OPR-020 N-21 P-17"),
    _row("OPER-27", O.COMPLETED,      Op.DELETE_OPERATION,             g.always,               STAYS,         FORBIDDEN,     ASM, "N-21 S-44"),
    _row("OPER-28", O.NONE,           Op.DELETE_OPERATION,             g.always,               STAYS,         FAILS,         DOC, "KVC-ERR-014 S-44"),
    # --- a certificate is merged into it
    _row("OPER-29", THERE,            Op.MERGE,                        g.certificate_gone,     STAYS,         FAILS,         DOC, "KVC-DEL-005 KVC-DEL-034 S-22"),
    _row("OPER-30", RUNNING,          Op.MERGE,                        g.ordered_from_partner, STAYS,         FORBIDDEN,     DOC, "KVC-MRG-006 C-04"),
    _row("OPER-31", RUNNING,          Op.MERGE,                        g.signed_by_vault,      STAYS,         FAILS,         ASM, "S-09"),
    _row("OPER-32", RUNNING,          Op.MERGE,                        g.key_differs,          STAYS,         FAILS,         DOC, "KVC-MRG-005 KVC-MRG-013"),
    _row("OPER-33", RUNNING,          Op.MERGE,                        g.key_differs,          STAYS,         BAD_PARAMETER, OBS, "KVC-MRG-005 P-47"),
    _row("OPER-34", ENDED,            Op.MERGE,                        g.key_differs,          STAYS,         FAILS,         DOC, "KVC-MRG-005 KVC-MRG-013"),
    _row("OPER-35", O.IN_PROGRESS,    Op.MERGE,                        g.key_unclear,          O.COMPLETED,   MERGED,        DOC, "KVC-MRG-001"),
    _row("OPER-36", O.IN_PROGRESS,    Op.MERGE,                        g.key_unclear,          STAYS,         BAD_PARAMETER, OBS, "KVC-MRG-005 P-47 F-21 C-15"),
    _row("OPER-37", O.IN_PROGRESS,    Op.MERGE,                        g.always,               O.COMPLETED,   MERGED,        DOC, "KVC-MRG-001 KVC-CRE-032 KVC-CRE-035 KVC-MRG-016 KVC-OPR-025 N-37 J-28 P-44 P-46 F-26"),
    _row("OPER-38", O.CANCELLING,     Op.MERGE,                        g.always,               O.COMPLETED,   MERGED,        ASM, "S-09"),
    _row("OPER-39", O.CANCELLING,     Op.MERGE,                        g.always,               STAYS,         FAILS,         ASM, "S-09"),
    _row("OPER-40", MISSED,           Op.MERGE,                        g.always,               O.COMPLETED,   MERGED,        DOC, "KVC-MRG-007 S-09"),
    _row("OPER-41", MISSED,           Op.MERGE,                        g.always,               STAYS,         FAILS,         ASM, "KVC-MRG-007 S-09"),
    _row("OPER-42", O.COMPLETED,      Op.MERGE,                        g.always,               STAYS,         FAILS,         ASM, "S-09"),
    _row("OPER-43", O.NONE,           Op.MERGE,                        g.always,               STAYS,         FAILS,         DOC, "KVC-ERR-014 S-09"),
)

VERSION: Final = (
    #    rule       source                           trigger              guard              target              reply   grade because
    _row("VERS-01", V.NONE,                          Signal.ISSUED,       g.not_yet_valid,   V.EARLY,            SILENT, DOC, "KVC-ATT-003 S-11"),
    _row("VERS-02", V.NONE,                          Signal.ISSUED,       g.exp_reached,     V.EXPIRED,          SILENT, DOC, "KVC-ATT-003 S-11"),
    _row("VERS-03", V.NONE,                          Signal.ISSUED,       g.disabled_wished, V.VALID_DISABLED,   SILENT, DOC, "KVC-CRE-016 KVC-MRG-011 S-39"),
    _row("VERS-04", V.NONE,                          Signal.ISSUED,       g.disabled_wished, V.VALID,            SILENT, ASM, "KVC-CRE-016 KVC-MRG-011 S-39"),
    _row("VERS-05", V.NONE,                          Signal.ISSUED,       g.always,          V.VALID,            SILENT, DOC, "KVC-ATT-001 KVC-CRE-015 KVC-NAM-008"),
    _row("VERS-06", V.NONE,                          Signal.RESTORED,     g.always,          V.VALID,            SILENT, DOC, "KVC-BAK-002"),
    _row("VERS-07", V.NONE,                          Signal.RESTORED,     g.always,          V.VALID_DISABLED,   SILENT, OBS, "KVC-BAK-002 P-68"),
    _row("VERS-08", V.EARLY,                         Drift.NBF_REACHED,   g.nbf_reached,     V.VALID,            SILENT, DOC, "KVC-ATT-005"),
    _row("VERS-09", V.VALID,                         Drift.EXP_REACHED,   g.exp_reached,     V.EXPIRED,          SILENT, DOC, "KVC-ATT-005 KVC-ATT-006"),
    _row("VERS-10", V.EARLY_DISABLED,                Drift.NBF_REACHED,   g.nbf_reached,     V.VALID_DISABLED,   SILENT, DOC, "KVC-ATT-005"),
    _row("VERS-11", V.VALID_DISABLED,                Drift.EXP_REACHED,   g.exp_reached,     V.EXPIRED_DISABLED, SILENT, DOC, "KVC-ATT-005"),
    _row("VERS-12", (V.EARLY, V.EARLY_DISABLED),     Signal.SWITCHED_OFF, g.always,          V.EARLY_DISABLED,   SILENT, DOC, "KVC-ATT-002 KVC-OBJ-020 J-37"),
    _row("VERS-13", (V.VALID, V.VALID_DISABLED),     Signal.SWITCHED_OFF, g.always,          V.VALID_DISABLED,   SILENT, DOC, "KVC-ATT-002 KVC-OBJ-020 J-37"),
    _row("VERS-14", (V.EXPIRED, V.EXPIRED_DISABLED), Signal.SWITCHED_OFF, g.always,          V.EXPIRED_DISABLED, SILENT, DOC, "KVC-ATT-002 KVC-OBJ-020"),
    _row("VERS-15", (V.EARLY, V.EARLY_DISABLED),     Signal.SWITCHED_ON,  g.always,          V.EARLY,            SILENT, DOC, "KVC-ATT-001 S-38"),
    _row("VERS-16", (V.VALID, V.VALID_DISABLED),     Signal.SWITCHED_ON,  g.always,          V.VALID,            SILENT, DOC, "KVC-ATT-001 S-38"),
    _row("VERS-17", (V.EXPIRED, V.EXPIRED_DISABLED), Signal.SWITCHED_ON,  g.always,          V.EXPIRED,          SILENT, DOC, "KVC-ATT-001 S-38"),
    _row("VERS-18", tuple(V)[1:],                    Signal.FORGOTTEN,    g.always,          V.NONE,             SILENT, DOC, "KVC-DEL-010 KVC-DEL-018"),
)

POLICY: Final = (
    #    rule       source    trigger           guard               target  reply         grade because
    _row("POLI-01", tuple(P), Signal.WRITTEN,   g.always,           P.SET,  SILENT,       DOC, "KVC-CRE-007 KVC-IMP-015 KVC-IMP-017 KVC-OBJ-024 S-06 N-8 P-12"),
    _row("POLI-02", P.SET,    Signal.FORGOTTEN, g.always,           P.NONE, SILENT,       DOC, "KVC-POL-024"),
    _row("POLI-03", P.SET,    Op.GET_POLICY,    g.certificate_gone, STAYS,  FAILS,        DOC, "KVC-POL-024 KVC-DEL-005 KVC-DEL-034 S-27"),
    _row("POLI-04", P.SET,    Op.GET_POLICY,    g.always,           STAYS,  POLICY_SHOWN, DOC, "KVC-POL-001 S-05 S-06 N-34 P-37"),
    _row("POLI-05", P.NONE,   Op.GET_POLICY,    g.always,           STAYS,  FAILS,        DOC, "KVC-ERR-014 KVC-POL-024"),
    _row("POLI-06", P.SET,    Op.UPDATE_POLICY, g.certificate_gone, STAYS,  FAILS,        DOC, "KVC-DEL-005 KVC-DEL-034 S-27"),
    _row("POLI-07", P.SET,    Op.UPDATE_POLICY, g.always,           STAYS,  POLICY_SHOWN, DOC, "KVC-POL-002 KVC-REN-015 S-21 S-38 N-35 J-34 P-36"),
    _row("POLI-08", P.NONE,   Op.UPDATE_POLICY, g.always,           STAYS,  FAILS,        DOC, "KVC-ERR-014"),
)

ISSUER: Final = (
    #    rule       source               trigger           guard     target               reply         grade because
    _row("ISSU-01", tuple(IssuerState),  Op.SET_ISSUER,    g.always, IssuerState.PRESENT, ISSUER_SHOWN, DOC, "KVC-ISS-001 KVC-ISS-006 S-48 N-54 N-65 J-69 P-78 P-79"),
    _row("ISSU-02", IssuerState.PRESENT, Op.UPDATE_ISSUER, g.always, STAYS,               ISSUER_SHOWN, DOC, "KVC-ISS-003 S-48 N-55 P-80"),
    _row("ISSU-03", IssuerState.ABSENT,  Op.UPDATE_ISSUER, g.always, STAYS,               FAILS,        DOC, "KVC-ERR-014"),
    _row("ISSU-04", IssuerState.PRESENT, Op.GET_ISSUER,    g.always, STAYS,               ISSUER_SHOWN, DOC, "KVC-ISS-004 N-55"),
    _row("ISSU-05", IssuerState.ABSENT,  Op.GET_ISSUER,    g.always, STAYS,               NO_ISSUER,    OBS, "KVC-ERR-014 J-69 P-81"),
    _row("ISSU-06", IssuerState.PRESENT, Op.DELETE_ISSUER, g.always, IssuerState.ABSENT,  ISSUER_SHOWN, DOC, "KVC-ISS-005 S-19 N-55 J-69 P-81 F-14"),
    _row("ISSU-07", IssuerState.ABSENT,  Op.DELETE_ISSUER, g.always, STAYS,               FAILS,        DOC, "KVC-ERR-014"),
    _row("ISSU-08", IssuerState.PRESENT, Op.LIST_ISSUERS,  g.always, STAYS,               ISSUER_ITEM,  DOC, "KVC-LST-008 N-56"),
    _row("ISSU-09", IssuerState.ABSENT,  Op.LIST_ISSUERS,  g.always, STAYS,               UNLISTED,     DOC, "KVC-LST-008 N-65"),
)

CONTACTS: Final = (
    #    rule       source                trigger             guard     target               reply           grade because
    _row("CONT-01", tuple(ContactsState), Op.SET_CONTACTS,    g.always, ContactsState.SET,   CONTACTS_SHOWN, DOC, "KVC-CON-001 N-57 J-71 P-82"),
    _row("CONT-02", ContactsState.SET,    Op.GET_CONTACTS,    g.always, STAYS,               CONTACTS_SHOWN, DOC, "KVC-CON-002 KVC-CON-004 C-34"),
    _row("CONT-03", ContactsState.UNSET,  Op.GET_CONTACTS,    g.always, STAYS,               NO_CONTACTS,    OBS, "KVC-ERR-014 S-35 J-71 P-82"),
    _row("CONT-04", ContactsState.SET,    Op.DELETE_CONTACTS, g.always, ContactsState.UNSET, CONTACTS_SHOWN, DOC, "KVC-CON-003 J-71"),
    _row("CONT-05", ContactsState.UNSET,  Op.DELETE_CONTACTS, g.always, STAYS,               FAILS,          DOC, "KVC-ERR-014 S-35"),
)


def _join(rule: str, cause: Trigger, guard: g.Guard, machine: Machine, signal: Signal, grade: Grade, because: str) -> Join:
    return Join(rule, cause, guard, machine, signal, grade, tuple(because.split()))


JOINT: Final = (
    #     rule       cause                 guard                  tells                signal               grade because
    _join("JOIN-01", Op.CREATE,            g.policy_sent,         Machine.POLICY,      Signal.WRITTEN,      DOC, "KVC-CRE-007 KVC-CRE-008 S-06 N-8 J-16 P-11"),
    _join("JOIN-02", Op.CREATE,            g.always,              Machine.OPERATION,   Signal.STARTED,      DOC, "KVC-CRE-001 KVC-CRE-004"),
    _join("JOIN-03", Drift.RENEWAL_DUE,    g.always,              Machine.OPERATION,   Signal.STARTED,      ASM, "KVC-REN-001 KVC-REN-002 KVC-REN-009 S-13"),
    _join("JOIN-04", Drift.ISSUER_ISSUES,  g.always,              Machine.VERSION,     Signal.ISSUED,       DOC, "KVC-CRE-015 KVC-CRE-042"),
    _join("JOIN-05", Drift.ISSUER_ISSUES,  g.always,              Machine.CERTIFICATE, Signal.ISSUED,       DOC, "KVC-CRE-015 KVC-CRE-043 C-31"),
    _join("JOIN-06", Op.MERGE,             g.always,              Machine.VERSION,     Signal.ISSUED,       DOC, "KVC-MRG-001"),
    _join("JOIN-07", Op.MERGE,             g.always,              Machine.CERTIFICATE, Signal.ISSUED,       DOC, "KVC-MRG-001 KVC-CRE-032"),
    _join("JOIN-08", Op.IMPORT,            g.always,              Machine.POLICY,      Signal.WRITTEN,      DOC, "KVC-IMP-012 KVC-IMP-014 KVC-IMP-015"),
    _join("JOIN-09", Op.IMPORT,            g.always,              Machine.VERSION,     Signal.ISSUED,       DOC, "KVC-IMP-001 KVC-IMP-024"),
    _join("JOIN-10", Op.IMPORT,            g.always,              Machine.OPERATION,   Signal.OVERWRITTEN,  OBS, "KVC-IMP-023 S-12 P-25"),
    _join("JOIN-11", Op.RESTORE,           g.always,              Machine.VERSION,     Signal.RESTORED,     DOC, "KVC-BAK-002 KVC-BAK-007"),
    _join("JOIN-12", Op.RESTORE,           g.always,              Machine.POLICY,      Signal.WRITTEN,      OBS, "KVC-BAK-002 J-60 P-68"),
    _join("JOIN-13", Op.RESTORE,           g.always,              Machine.OPERATION,   Signal.OVERWRITTEN,  OBS, "S-24 J-60 J-61 P-68"),
    _join("JOIN-14", Op.UPDATE,            g.switches_off,        Machine.VERSION,     Signal.SWITCHED_OFF, DOC, "KVC-ATT-008 KVC-OBJ-006"),
    _join("JOIN-15", Op.UPDATE,            g.switches_on,         Machine.VERSION,     Signal.SWITCHED_ON,  DOC, "KVC-ATT-008 KVC-OBJ-006"),
    _join("JOIN-16", Op.UPDATE,            g.policy_sent_to_name, Machine.POLICY,      Signal.WRITTEN,      OBS, "C-08 N-64 P-35"),
    _join("JOIN-17", Op.UPDATE_POLICY,     g.always,              Machine.POLICY,      Signal.WRITTEN,      DOC, "KVC-POL-002 KVC-POL-021"),
    _join("JOIN-18", Op.PURGE,             g.name_freed,          Machine.OPERATION,   Signal.FORGOTTEN,    DOC, "KVC-DEL-010 KVC-DEL-013"),
    _join("JOIN-19", Op.PURGE,             g.name_freed,          Machine.VERSION,     Signal.FORGOTTEN,    DOC, "KVC-DEL-010 KVC-DEL-013"),
    _join("JOIN-20", Op.PURGE,             g.name_freed,          Machine.POLICY,      Signal.FORGOTTEN,    DOC, "KVC-DEL-010 KVC-POL-024"),
    _join("JOIN-21", Drift.RETENTION_ENDS, g.name_freed,          Machine.OPERATION,   Signal.FORGOTTEN,    DOC, "KVC-DEL-008"),
    _join("JOIN-22", Drift.RETENTION_ENDS, g.name_freed,          Machine.VERSION,     Signal.FORGOTTEN,    DOC, "KVC-DEL-008"),
    _join("JOIN-23", Drift.RETENTION_ENDS, g.name_freed,          Machine.POLICY,      Signal.FORGOTTEN,    DOC, "KVC-DEL-008"),
    _join("JOIN-24", Op.DELETE,            g.name_freed,          Machine.OPERATION,   Signal.FORGOTTEN,    DOC, "KVC-DEL-018"),
    _join("JOIN-25", Op.DELETE,            g.name_freed,          Machine.VERSION,     Signal.FORGOTTEN,    DOC, "KVC-DEL-018 KVC-NAM-011"),
    _join("JOIN-26", Op.DELETE,            g.name_freed,          Machine.POLICY,      Signal.FORGOTTEN,    DOC, "KVC-DEL-018 KVC-POL-024"),
)
# fmt: on

TABLES: Final[dict[Machine, tuple[Row, ...]]] = {
    Machine.CERTIFICATE: CERTIFICATE,
    Machine.OPERATION: OPERATION_TABLE,
    Machine.VERSION: VERSION,
    Machine.POLICY: POLICY,
    Machine.ISSUER: ISSUER,
    Machine.CONTACTS: CONTACTS,
}
