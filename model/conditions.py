"""The named conditions of the answer rules: when a rule applies. Each takes a Look.

Not here: which rule applies (answers), the guards of the tables (guards).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from certlife.model.known import ABSENT
from certlife.model.look import Look
from certlife.model.vocabulary import Operation, OperationState, VersionState

_RUNNING: Final = (OperationState.IN_PROGRESS, OperationState.CANCELLING)


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
