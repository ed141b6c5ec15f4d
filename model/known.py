"""What is known of one name beside its states: identifiers, times, documents, as far as the answers have shown them.

Not here: how it is learned (effects, look), what must hold of it (answers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from certlife.model.vocabulary import Word


class Mark(Word):
    """Stand-ins for values: not yet seen, and not to be seen."""

    UNKNOWN = "not known"
    ABSENT = "absent"


UNKNOWN: Final = Mark.UNKNOWN
ABSENT: Final = Mark.ABSENT

DAY_S: Final = 86_400
CLOCK_SLACK_S: Final = 5
"""How far two clocks of the service were seen apart, generously: seconds (observed N-45, J-38, J-73, P-93)."""


@dataclass(frozen=True, slots=True)
class Within:
    """A moment that is known to lie between two others, seconds since 1970; None is open."""

    low: int | None
    high: int | None

    def __contains__(self, moment: object) -> bool:
        return (
            isinstance(moment, int)
            and not isinstance(moment, bool)
            and (self.low is None or moment >= self.low)
            and (self.high is None or moment <= self.high)
        )

    def __str__(self) -> str:
        return f"a time from {'ever' if self.low is None else self.low} to {'ever' if self.high is None else self.high}"


def around(moment: int | None) -> Within:
    """The span in which a stamp of `moment` may lie."""
    if moment is None:
        return Within(None, None)
    return Within(moment - CLOCK_SLACK_S, moment + CLOCK_SLACK_S)


def since(moment: int | None) -> Within:
    """The span from `moment` on, less the slack of the clocks."""
    return Within(None if moment is None else moment - CLOCK_SLACK_S, None)


def until(moment: int | None) -> Within:
    """The span up to `moment`, plus the slack of the clocks."""
    return Within(None, None if moment is None else moment + CLOCK_SLACK_S)


class Doc:
    """A JSON object or list as an immutable value: equal by content, hashable. Nobody changes what it wraps."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Doc) and self.value == other.value

    def __hash__(self) -> int:
        return hash(len(self.value))

    def __repr__(self) -> str:
        return f"Doc({self.value!r})"


EMPTY: Final = Doc({})

Time: TypeAlias = int | Within | Mark
Text: TypeAlias = str | Mark
Document: TypeAlias = Doc | Mark


class Making(Word):
    """How a version came to be, which decides how its times relate."""

    SELF_SIGNED = "self-signed"
    ORDERED = "ordered from a CA"
    MERGED = "merged"
    IMPORTED = "imported"
    PRIOR = "there before the session, or restored"


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version, or the placeholder of a name that has none.

    Attributes:
        csr: the CSR that it was made by; UNKNOWN where none was seen.
        months: validity_months in force when it was made.
        policy: the policy that it was made by; UNKNOWN where that is not certain.
        placeholder: the identifier of the placeholder that it replaced; None where none was seen.
        shown: its attributes as they were shown last, and must be shown again.
        row: whether it may be the last of a row of renewals, and others that nobody has seen came right before it.
        mixed: whether some of them may have been made by another policy.
    """

    id: Text = UNKNOWN
    x5t: Text = UNKNOWN
    cer: Text = UNKNOWN
    created: Time = UNKNOWN
    updated: Time = UNKNOWN
    nbf: Time = UNKNOWN
    exp: Time = UNKNOWN
    tags: Document = UNKNOWN
    content_type: Text = UNKNOWN
    csr: Text = UNKNOWN
    making: Making = Making.PRIOR
    months: int | Mark = UNKNOWN
    policy: Document = UNKNOWN
    placeholder: str | None = None
    shown: Document = UNKNOWN
    row: bool = False
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class PendingFacts:
    """The pending object.

    Attributes:
        started: when it was created, seconds since 1970; None where that is not known.
        cancel_asked: whether anybody has ever asked for its cancellation; UNKNOWN for one from before the session.
        tags: what the create request asked for its version.
        enabled: the same, whether the version is to be enabled; UNKNOWN for one from before the session.
        policy_changed: whether the policy was written since the operation started.
        renewal: whether the vault has started it by itself.
        former: the request_id of the operation that this one has overwritten; None where none is known.
        former_csr: the same, its CSR.
    """

    request_id: Text = UNKNOWN
    csr: Text = UNKNOWN
    issuer: Text = UNKNOWN
    started: int | None = None
    cancel_asked: bool | Mark = UNKNOWN
    tags: Document = UNKNOWN
    enabled: bool | Mark = True
    policy_changed: bool = False
    renewal: bool = False
    former: str | None = None
    former_csr: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policy.

    Attributes:
        members: without id and attributes; members not given in a prediction may be anything.
        seen: whether `members` was shown as it is (then it must come again like that), or is a prediction.
        asked: in a prediction, the paths of the members that a request itself gave.
        shown: the whole policy as it was shown last, and must be shown again.
    """

    members: Document = UNKNOWN
    seen: bool = False
    created: Time = UNKNOWN
    updated: Time = UNKNOWN
    asked: frozenset[str] = frozenset()
    shown: Document = UNKNOWN


def stated(policy: PolicyFacts | None, *path: str) -> Any:
    """What a policy says at a path of members, without one the whole of it; None: it says nothing, or is not known."""
    value = policy.members.value if policy is not None and isinstance(policy.members, Doc) else None
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def issuer_of(policy: PolicyFacts | None) -> str | None:
    """The issuer that a policy refers to; None: not known."""
    name = stated(policy, "issuer", "name")
    return name if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class DeletionFacts:
    """When the name was deleted, and when it is to be purged, seconds since 1970."""

    deleted: Time = UNKNOWN
    purge: Time = UNKNOWN


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one name.

    Attributes:
        versions: from the oldest to the current one, beside Joint.versions.
        stub: the placeholder shown while there is no version.
        complete: whether `versions` holds every version there is.
    """

    versions: tuple[VersionFacts, ...] = ()
    stub: VersionFacts | None = None
    pending: PendingFacts | None = None
    policy: PolicyFacts | None = None
    deletion: DeletionFacts | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """An issuer object; what was not given is ABSENT."""

    provider: Text = UNKNOWN
    account: object = UNKNOWN
    organization: object = UNKNOWN
    administrators: object = UNKNOWN
    enabled: bool | Mark = UNKNOWN
    created: Time = UNKNOWN
    updated: Time = UNKNOWN


@dataclass(frozen=True, slots=True)
class ContactsFacts:
    """The vault's contacts, in their order."""

    listed: object = UNKNOWN
