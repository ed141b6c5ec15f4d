"""The words of the lifecycle: who may do what, in which states things can be, and how sure we are.

Not here: which word leads from where to where (tables), what travels (values).
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias


class Word(Enum):
    """A term of the vocabulary; hashed by identity, because tables are looked up by terms all the time."""

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return self.name


class Operation(Word):
    """What a caller may ask of a vault: the 27 certificate operations by their operationId, and the two linked reads."""

    LIST = "GetCertificates"
    DELETE = "DeleteCertificate"
    SET_CONTACTS = "SetCertificateContacts"
    GET_CONTACTS = "GetCertificateContacts"
    DELETE_CONTACTS = "DeleteCertificateContacts"
    LIST_ISSUERS = "GetCertificateIssuers"
    SET_ISSUER = "SetCertificateIssuer"
    UPDATE_ISSUER = "UpdateCertificateIssuer"
    GET_ISSUER = "GetCertificateIssuer"
    DELETE_ISSUER = "DeleteCertificateIssuer"
    CREATE = "CreateCertificate"
    IMPORT = "ImportCertificate"
    LIST_VERSIONS = "GetCertificateVersions"
    GET_POLICY = "GetCertificatePolicy"
    UPDATE_POLICY = "UpdateCertificatePolicy"
    UPDATE = "UpdateCertificate"
    GET = "GetCertificate"
    CANCEL = "UpdateCertificateOperation"
    POLL = "GetCertificateOperation"
    DELETE_OPERATION = "DeleteCertificateOperation"
    MERGE = "MergeCertificate"
    BACKUP = "BackupCertificate"
    RESTORE = "RestoreCertificate"
    LIST_DELETED = "GetDeletedCertificates"
    GET_DELETED = "GetDeletedCertificate"
    PURGE = "PurgeDeletedCertificate"
    RECOVER = "RecoverDeletedCertificate"
    GET_KEY = "GetKey"
    GET_SECRET = "GetSecret"


class Drift(Word):
    """What the service does on its own; every row that names one is guarded."""

    ISSUER_ISSUES = "the issuer issues"
    ISSUER_REFUSES = "the issuer refuses"
    CANCELLATION_TAKES_EFFECT = "the cancellation takes effect"
    DELETION_ENDS = "the deletion ends"
    RECOVERY_ENDS = "the recovery ends"
    PURGE_ENDS = "the purge ends"
    RETENTION_ENDS = "the retention ends"
    RENEWAL_DUE = "a renewal is due"
    NBF_REACHED = "nbf is reached"
    EXP_REACHED = "exp is reached"


class Signal(Word):
    """What one machine tells another, through the joint table."""

    STARTED = "an operation has started"
    OVERWRITTEN = "the operation is overwritten"
    ISSUED = "a version is there"
    RESTORED = "the versions of a backup are there"
    SWITCHED_ON = "enabled is set to true"
    SWITCHED_OFF = "enabled is set to false"
    WRITTEN = "a policy is written"
    FORGOTTEN = "nothing of the name is left"


Trigger: TypeAlias = Operation | Drift | Signal


class CertificateState(Word):
    """Where the name is in its life; the first three and DELETED are at rest."""

    ABSENT = "absent"
    STUB = "stub"
    ACTIVE = "active"
    SOFT_DELETING = "soft-deleting"
    DELETED = "deleted"
    RECOVERING = "recovering"
    PURGING = "purging"


class OperationState(Word):
    """Where the one pending object of the name is; CANCELLING is in progress with cancellation_requested."""

    NONE = "none"
    IN_PROGRESS = "in progress"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class VersionState(Word):
    """Whether a version is enabled, and where the clock stands to its nbf and exp."""

    NONE = "none"
    EARLY = "before nbf"
    VALID = "valid"
    EXPIRED = "expired"
    EARLY_DISABLED = "before nbf, disabled"
    VALID_DISABLED = "valid, disabled"
    EXPIRED_DISABLED = "expired, disabled"


class PolicyState(Word):
    """Whether the name has a policy."""

    NONE = "none"
    SET = "set"


class IssuerState(Word):
    """Whether the vault holds an issuer object of the name."""

    ABSENT = "absent"
    PRESENT = "present"


class ContactsState(Word):
    """Whether the vault holds a list of contacts."""

    UNSET = "unset"
    SET = "set"


State: TypeAlias = CertificateState | OperationState | VersionState | PolicyState | IssuerState | ContactsState


class Machine(Word):
    """The small machines; each owns the operations that its table answers."""

    CERTIFICATE = "certificate"
    OPERATION = "operation"
    VERSION = "version"
    POLICY = "policy"
    ISSUER = "issuer"
    CONTACTS = "contacts"


class IssuerKind(Word):
    """Who signs: the vault itself, somebody outside by hand, or a CA that the vault orders from."""

    SELF = "Self"
    UNKNOWN = "Unknown"
    PARTNER = "partner"


class Grade(Word):
    """How a rule is known: a document says so, a recording shows it, or neither and every plausible answer goes."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class Profile(Word):
    """Who is believed where the documents and the service disagree."""

    SERVICE = "service"
    DOCUMENTATION = "documentation"
    EITHER = "either"


class View(Word):
    """The kinds of body that an answer may show."""

    OPERATION = "CertificateOperation"
    BUNDLE = "CertificateBundle"
    VERSION = "CertificateBundle of one version"
    UPDATED_VERSION = "CertificateBundle of one version after an update"
    DELETED_BUNDLE = "DeletedCertificateBundle"
    ITEM = "CertificateItem"
    VERSION_ITEM = "CertificateItem of one version"
    DELETED_ITEM = "DeletedCertificateItem"
    VERSIONS = "CertificateListResult of one name"
    POLICY = "CertificatePolicy"
    LISTING = "a page of a list"
    BLOB = "BackupCertificateResult"
    KEY = "KeyBundle"
    SECRET = "SecretBundle"
    ISSUER = "IssuerBundle"
    ISSUER_ITEM = "CertificateIssuerItem"
    CONTACTS = "Contacts"
    UNLISTED = "no item in the list"
    NOTHING = "no body"
    ERROR = "KeyVaultError"
