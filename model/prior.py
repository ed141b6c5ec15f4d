"""What a name may be when a session begins and nobody has seen it yet.

Not here: what becomes of it (belief).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from certlife.model.joint import Joint
from certlife.model.known import CLOCK_SLACK_S, UNKNOWN, Known, PendingFacts, PolicyFacts, VersionFacts
from certlife.model.moves import Hypothesis
from certlife.model.vocabulary import CertificateState, OperationState, PolicyState, VersionState

FREE: Final = Hypothesis(Joint(), Known())
"""A name of which the vault holds nothing."""

_BURIED: Final = (CertificateState.SOFT_DELETING, CertificateState.DELETED, CertificateState.RECOVERING)


def _lives() -> Iterator[Joint]:
    for operation in OperationState:
        if operation is not OperationState.COMPLETED:
            yield Joint(CertificateState.STUB, operation, None, PolicyState.SET)
        for enabled in (VersionState.VALID, VersionState.VALID_DISABLED):
            yield Joint(CertificateState.ACTIVE, operation, None, PolicyState.SET, (enabled,))


def _anything() -> Iterator[Hypothesis]:
    lives = tuple(_lives())
    yield FREE
    for joint in (*lives, *(replace(life, certificate=state) for state in _BURIED for life in lives)):
        yield Hypothesis(joint, _blank(joint))
    yield Hypothesis(Joint(CertificateState.PURGING), Known())


def older_than(body: object, start: int | None) -> bool:
    """Whether a body shows a date from before the session began: what it shows was there before."""
    if start is None or not isinstance(body, dict):
        return False
    policy = body.get("policy")
    stamps = [_created(body), _created(policy), body.get("deletedDate")]
    return any(isinstance(stamp, int) and stamp < start - CLOCK_SLACK_S for stamp in stamps)


def _created(body: object) -> object:
    attributes = body.get("attributes") if isinstance(body, dict) else None
    return attributes.get("created") if isinstance(attributes, dict) else None


def _blank(joint: Joint) -> Known:
    return Known(
        versions=tuple(VersionFacts() for _ in joint.versions),
        stub=None if joint.versions else VersionFacts(),
        pending=None if joint.operation is OperationState.NONE else PendingFacts(enabled=UNKNOWN),
        policy=PolicyFacts(),
        complete=False,
    )


ONLY_FREE: Final = (FREE,)
ANYTHING: Final = tuple(_anything())
"""Every way in which a name may be older than the session, with nothing known but the states; or free."""
