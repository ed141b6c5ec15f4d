"""The named demands and conditions of the answer rules: what must stand in a member, and when.

Each takes a Look. Not here: which member of which body they are about (answers).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from certlife.model.known import ABSENT, EMPTY, UNKNOWN, Doc, Mark, Within
from certlife.model.look import ANYTHING, MISFIT, Fit, Identifier, Look, Pattern
from certlife.model.settings import settings_shown
from certlife.model.vocabulary import IssuerKind, Operation, OperationState, VersionState, View

HEX32: Final = re.compile(r"[0-9a-f]{32}")
_RUNNING: Final = (OperationState.IN_PROGRESS, OperationState.CANCELLING)
_DISABLED: Final = (VersionState.EARLY_DISABLED, VersionState.VALID_DISABLED, VersionState.EXPIRED_DISABLED)


# --- patterns


@dataclass(frozen=True, slots=True)
class Folded(Pattern):
    """A text, whatever its case (KVC-NAM-007, C-07)."""

    texts: tuple[str, ...]

    def take(self, have: object) -> object:
        """The text met, or MISFIT."""
        return have if isinstance(have, str) and have.lower() in self.texts else MISFIT

    def __str__(self) -> str:
        return " or ".join(self.texts)


@dataclass(frozen=True, slots=True)
class VersionOf(Pattern):
    """The identifier of a version that is not known yet, below a collection; perhaps of a certain one."""

    collection: str
    version: str | None = None

    def take(self, have: object) -> object:
        """The version string, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        head, _, version = have.lower().rpartition("/")
        fits = head == self.collection and HEX32.fullmatch(version) and self.version in (None, version)
        return version if fits else MISFIT

    def __str__(self) -> str:
        return f"{self.collection}/ and 32 hex digits"


@dataclass(frozen=True, slots=True)
class Matching(Pattern):
    """Any text that a regular expression matches."""

    expression: re.Pattern[str]
    meaning: str

    def take(self, have: object) -> object:
        """The text met, or MISFIT; an elided value may be anything."""
        fits = isinstance(have, str) and (have.startswith("<") or self.expression.fullmatch(have))
        return have if fits else MISFIT

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True, slots=True)
class Kind(Pattern):
    """Any value of a JSON type."""

    types: tuple[type, ...]
    meaning: str

    def take(self, have: object) -> object:
        """The value met, or MISFIT."""
        return have if type(have) in self.types else MISFIT

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True, slots=True)
class TagsLike(Pattern):
    """Tags: none may be shown as absent or as an empty object."""

    tags: Doc | Mark

    def take(self, have: object) -> object:
        """The tags as a document, or MISFIT."""
        shown = EMPTY if have is ABSENT else Doc(have) if isinstance(have, dict) else None
        if shown is None or (self.tags is not UNKNOWN and shown != self.tags):
            return MISFIT
        return shown

    def __str__(self) -> str:
        return "any tags" if not isinstance(self.tags, Doc) else f"tags {self.tags.value}"


@dataclass(frozen=True, slots=True)
class LevelOf(Pattern):
    """A recoveryLevel that the vault's settings allow; it teaches them."""

    look: Look

    def take(self, have: object) -> object:
        """The level, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        days = self.look.member("attributes", "recoverableDays")
        days = days if isinstance(days, int) else None
        if have not in LEVELS or not self.look.settings.agrees_with_level(have, days=days):
            return MISFIT
        return have

    def __str__(self) -> str:
        return f"a recoveryLevel of {self.look.settings}"


LEVELS: Final = (
    "Purgeable",
    "Recoverable+Purgeable",
    "Recoverable",
    "Recoverable+ProtectedSubscription",
    "CustomizedRecoverable+Purgeable",
    "CustomizedRecoverable",
    "CustomizedRecoverable+ProtectedSubscription",
)
TEXT: Final = Kind((str,), "a text")
WHOLE: Final = Kind((int,), "a whole number of seconds")
BOOLEAN: Final = Kind((bool,), "true or false")
OBJECT: Final = Kind((dict,), "an object")
LIST: Final = Kind((list,), "a list")


@dataclass(frozen=True, slots=True)
class Between(Pattern):
    """A whole number between two others."""

    low: int
    high: int

    def take(self, have: object) -> object:
        """The number, or MISFIT."""
        return have if type(have) is int and self.low <= have <= self.high else MISFIT

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


DAYS: Final = Between(7, 90)
REQUEST_ID: Final = Matching(HEX32, "32 hex digits")
THUMBPRINT: Final = Matching(re.compile(r"[A-Za-z0-9_-]{27}"), "the base64url of a SHA-1")


# --- what must stand there


@dataclass(frozen=True, slots=True)
class Constant:
    """The same demand everywhere."""

    value: object

    def __call__(self, _: Look) -> object:
        return self.value


constant: Final = Constant


def slot(path: str, unknown: object = UNKNOWN) -> Callable[[Look], object]:
    """What is known of the slot; `unknown` says what may stand there while nothing is."""

    def known(look: Look) -> object:
        value = look.slot(path)
        return unknown if value is UNKNOWN else value

    return known


gone: Final = constant(ABSENT)
"""The member must not be there."""


def certificate_identifier(look: Look) -> object:
    """The certificate's identifier without a version."""
    return Identifier(look.ask.address("certificates"))


def _versioned(collection: str) -> Callable[[Look], object]:
    def identifier(look: Look) -> object:
        version = look.slot("version.id")
        address = look.ask.address(collection)
        return Identifier(f"{address}/{version}") if isinstance(version, str) else VersionOf(address.lower())

    return identifier


version_identifier: Final = _versioned("certificates")
key_identifier: Final = _versioned("keys")
secret_identifier: Final = _versioned("secrets")


def version_identifier_to_learn(look: Look) -> object:
    """The identifier of the version shown, which is learned where it is new."""
    version = look.slot("version.id")
    address = look.ask.address("certificates")
    if isinstance(version, str):
        return Identifier(f"{address}/{version}")
    return VersionOf(address.lower(), look.ask.version)


def pending_identifier(look: Look) -> object:
    """The address of the pending object."""
    return Identifier(look.ask.address("certificates") + "/pending")


def policy_identifier(look: Look) -> object:
    """The address of the policy."""
    return Identifier(look.ask.address("certificates") + "/policy")


def recovery_identifier(look: Look) -> object:
    """The address of the deleted certificate."""
    return Identifier(look.ask.address("deletedcertificates"))


def issuer_identifier(look: Look) -> object:
    """The address of the issuer object."""
    return Identifier(look.ask.address("certificates/issuers"))


def contacts_identifier(look: Look) -> object:
    """The address of the contacts."""
    return Identifier(f"{look.ask.request.vault}/certificates/contacts")


def whether_enabled(look: Look) -> object:
    """Whether the version shown is enabled; a placeholder never is."""
    return look.version_state is not VersionState.NONE and look.version_state not in _DISABLED


def tags(look: Look) -> object:
    """The tags of the version shown."""
    return TagsLike(look.slot("version.tags"))


def recovery_level(look: Look) -> object:
    """The recovery level in force."""
    return LevelOf(look)


def operation_status(look: Look) -> object:
    """The wire spelling of the operation's state."""
    return Folded(_STATUS[look.joint.operation])


_STATUS: Final = {
    OperationState.NONE: (),
    OperationState.IN_PROGRESS: ("inprogress",),
    OperationState.CANCELLING: ("inprogress",),
    OperationState.COMPLETED: ("completed",),
    OperationState.CANCELLED: ("cancelled", "canceled"),
    OperationState.FAILED: ("failed",),
}


def cancellation_flag(look: Look) -> object:
    """Whether cancellation is asked for; once the operation has ended otherwise, it may have been set back (F-02)."""
    if look.joint.operation in (OperationState.CANCELLING, OperationState.CANCELLED):
        return True
    asked = look.slot("pending.cancel_asked")
    if look.joint.operation is OperationState.IN_PROGRESS or asked is False:
        return False
    return Kind((bool,), "true or false")


def issuer_name(look: Look) -> object:
    """The name of the operation's issuer."""
    name = look.slot("pending.issuer")
    return Identifier(name) if isinstance(name, str) else IssuerOf(look.joint.issuer)


@dataclass(frozen=True, slots=True)
class IssuerOf(Pattern):
    """The name of an issuer of a kind."""

    kind: IssuerKind | None

    def take(self, have: object) -> object:
        """The name, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        reserved = {"self": IssuerKind.SELF, "unknown": IssuerKind.UNKNOWN}
        fits = self.kind is None or reserved.get(have.lower(), IssuerKind.PARTNER) is self.kind
        return have if fits else MISFIT

    def __str__(self) -> str:
        return "any issuer" if self.kind is None else f"an issuer of the kind {self.kind.value}"


def target(look: Look) -> object:
    """The certificate's address; whether with its version no document says."""
    return Below(look.ask.address("certificates").lower())


@dataclass(frozen=True, slots=True)
class Below(Pattern):
    """An address, or one below it."""

    address: str

    def take(self, have: object) -> object:
        """The address, or MISFIT."""
        text = have.lower() if isinstance(have, str) else ""
        return have if text == self.address or text.startswith(f"{self.address}/") else MISFIT

    def __str__(self) -> str:
        return self.address


def next_page(look: Look) -> object:
    """The address of the next page: of the same list, with a token; or null."""
    return NextPage(look.ask.request.path.strip("/").lower())


@dataclass(frozen=True, slots=True)
class NextPage(Pattern):
    """Null, or the address of a list's next page."""

    path: str

    def take(self, have: object) -> object:
        """The address, or MISFIT."""
        if have is ABSENT:
            return have
        parts = urlsplit(have) if isinstance(have, str) else None
        fits = parts is not None and parts.path.strip("/").lower() == self.path and "skiptoken" in parts.query.lower()
        return have if fits else MISFIT

    def __str__(self) -> str:
        return f"null, or the address of {self.path} with a $skiptoken"


ISSUER_FAULTS: Final = Folded(("certificate issuer error", "request rejected"))


def predicted(path: str) -> Callable[[Look], object]:
    """What the policy must hold at `path` by what was sent and what the service fills in."""
    keys = path.split(".")

    def member(look: Look) -> object:
        value: Any = look.known.policy.members if look.known.policy is not None else UNKNOWN
        if not isinstance(value, Doc):
            return ANYTHING
        value = value.value
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return ANYTHING
            value = value[key]
        return Doc(value) if isinstance(value, dict) else value

    return member


def unchanged(part: str) -> Callable[[Look], object]:
    """What the policy showed at its part when it was last seen."""

    def member(look: Look) -> object:
        policy = look.known.policy
        value = policy.members.value.get(part, ABSENT) if policy is not None and isinstance(policy.members, Doc) else ANYTHING
        return Doc(value) if isinstance(value, dict) else value

    return member


# --- when


def always(_: Look) -> bool:
    """In every case."""
    return True


def issued(look: Look) -> bool:
    """The body shows a version, no placeholder."""
    return look.version_state is not VersionState.NONE


def never_issued(look: Look) -> bool:
    """The body shows a placeholder."""
    return look.version_state is VersionState.NONE


def operation_exists(look: Look) -> bool:
    """The name has a pending object."""
    return look.joint.operation is not OperationState.NONE


def no_operation(look: Look) -> bool:
    """The name has no pending object."""
    return look.joint.operation is OperationState.NONE


def in_progress(look: Look) -> bool:
    """The operation is in progress."""
    return look.joint.operation in _RUNNING


def awaits_merge(look: Look) -> bool:
    """The operation is in progress, and waits for a merge."""
    return look.joint.operation in _RUNNING and look.joint.issuer is IssuerKind.UNKNOWN


def completed(look: Look) -> bool:
    """The operation has completed."""
    return look.joint.operation is OperationState.COMPLETED


def cancelled(look: Look) -> bool:
    """The operation was cancelled."""
    return look.joint.operation is OperationState.CANCELLED


def failed(look: Look) -> bool:
    """The operation has failed."""
    return look.joint.operation is OperationState.FAILED


def not_failed(look: Look) -> bool:
    """The operation has not failed."""
    return look.joint.operation is not OperationState.FAILED


def not_completed(look: Look) -> bool:
    """The operation has not completed."""
    return look.joint.operation is not OperationState.COMPLETED


def soft_delete_on(look: Look) -> bool:
    """Deleted certificates are kept."""
    return look.settings.soft_delete is True


def days_shown(look: Look) -> bool:
    """The recoveryLevel is one of a vault that keeps deleted certificates, and the api-version knows the days (7.1)."""
    level = look.member("attributes", "recoveryLevel")
    return level not in (ABSENT, "Purgeable") and _knows_days(look.ask.request.api_version)


def days_not_shown(look: Look) -> bool:
    """The api-version does not know recoverableDays."""
    return look.ask.request.api_version is not None and not _knows_days(look.ask.request.api_version)


def _knows_days(api_version: str | None) -> bool:
    return api_version is not None and api_version not in ("2015-06-01", "2016-10-01", "7.0-preview", "7.0")


def level_shown(look: Look) -> bool:
    """The attributes carry a recoveryLevel."""
    return look.member("attributes", "recoveryLevel") is not ABSENT


def policy_new(look: Look) -> bool:
    """The policy was written since it was last shown, or never shown."""
    return look.known.policy is not None and not look.known.policy.seen


def policy_seen(look: Look) -> bool:
    """The policy was shown before, and not written since."""
    return look.known.policy is not None and look.known.policy.seen


def given(path: str) -> Callable[[Look], bool]:
    """The policy is new, and the request that wrote it gave the member."""

    def asked(look: Look) -> bool:
        policy = look.known.policy
        return policy is not None and not policy.seen and path in policy.asked

    return asked


def filled(path: str) -> Callable[[Look], bool]:
    """The policy is new, and the request that wrote it left the member to the service."""

    def left(look: Look) -> bool:
        policy = look.known.policy
        return policy is not None and not policy.seen and path not in policy.asked

    return left


def certificate_read(look: Look) -> bool:
    """A whole X.509 certificate is there to be read."""
    return look.x509 is not None


def creating(look: Look) -> bool:
    """The answer is that of a create request."""
    return look.ask.operation is Operation.CREATE


def merging(look: Look) -> bool:
    """The answer is that of a merge."""
    return look.ask.operation is Operation.MERGE


def polling(look: Look) -> bool:
    """The answer is that of a poll."""
    return look.ask.operation is Operation.POLL


__all__ = [
    "Fit",
    "View",
    "Within",
    "settings_shown",
]
