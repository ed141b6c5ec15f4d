"""The named demands of the answer rules: what must stand in a member. Each takes a Look.

Not here: which member of which body they are about (answers), when (conditions), what patterns are (patterns).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from certlife.model.known import ABSENT, UNKNOWN, Doc
from certlife.model.look import ANYTHING, Identifier, Look
from certlife.model.patterns import Below, Folded, IssuerOf, Kind, LevelOf, NextPage, TagsLike, VersionOf
from certlife.model.vocabulary import OperationState, VersionState

_DISABLED: Final = (VersionState.EARLY_DISABLED, VersionState.VALID_DISABLED, VersionState.EXPIRED_DISABLED)


@dataclass(frozen=True, slots=True)
class Constant:
    """The same demand everywhere."""

    value: object

    def __call__(self, _: Look) -> object:
        """The demand."""
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


def target(look: Look) -> object:
    """The certificate's address; whether with its version no document says."""
    return Below(look.ask.address("certificates").lower())


def next_page(look: Look) -> object:
    """The address of the next page: of the same list, with a token; or null."""
    return NextPage(look.ask.request.path.strip("/").lower())


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
