"""What must hold wherever a name can get: a table of sentences, each with the function that looks for where it does not.

Not here: the walk (world).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from certlife.model.imagined import RUNNING
from certlife.model.joint import Joint
from certlife.model.region import Region, Step
from certlife.model.settings import Settings
from certlife.model.vocabulary import (
    CertificateState as C,
)
from certlife.model.vocabulary import (
    Drift,
    Grade,
    IssuerKind,
    PolicyState,
    View,
)
from certlife.model.vocabulary import (
    Operation as Op,
)
from certlife.model.vocabulary import (
    OperationState as O,
)
from certlife.model.vocabulary import (
    VersionState as V,
)
from certlife.model.world import PROMPTED, STARTS

_Broken: TypeAlias = Iterator[tuple[Joint, Step | None]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold wherever a name can get.

    Attributes:
        broken: yields where it does not: the state, and the step out of it where it is one.
    """

    rule: str
    sentence: str
    broken: Callable[[Region], _Broken]


_AGE: Final = {V.EARLY: 0, V.EARLY_DISABLED: 0, V.VALID: 1, V.VALID_DISABLED: 1, V.EXPIRED: 2, V.EXPIRED_DISABLED: 2}
_FREE: Final = (C.ABSENT, C.PURGING)
_KEPT: Final = (C.SOFT_DELETING, C.DELETED, C.RECOVERING)
_ENDED: Final = (O.COMPLETED, O.CANCELLED, O.FAILED)
_OF_THE_LIVING: Final = {
    Op.GET,
    Op.LIST,
    Op.LIST_VERSIONS,
    Op.BACKUP,
    Op.GET_POLICY,
    Op.POLL,
    Op.GET_KEY,
    Op.GET_SECRET,
}
_READS: Final = {*_OF_THE_LIVING, Op.GET_DELETED, Op.LIST_DELETED}
_ADDS: Final = (Op.IMPORT, Op.MERGE, Drift.ISSUER_ISSUES)
_DISABLED: Final = (V.EARLY_DISABLED, V.VALID_DISABLED, V.EXPIRED_DISABLED)


def _one_operation(step: Step, _: Settings) -> bool:
    return step.trigger not in STARTS or not step.granted or step.before.operation not in RUNNING


def _completed_has_version(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.COMPLETED or bool(joint.versions)


def _stub_or_active(joint: Joint, _: Settings) -> bool:
    return (joint.certificate is not C.STUB or not joint.versions) and (
        joint.certificate is not C.ACTIVE or bool(joint.versions)
    )


def _free_holds_nothing(joint: Joint, _: Settings) -> bool:
    return joint.certificate not in _FREE or joint == Joint(joint.certificate)


def _taken_has_policy(joint: Joint, _: Settings) -> bool:
    return joint.certificate in _FREE or joint.policy is PolicyState.SET


def _operation_has_issuer(joint: Joint, _: Settings) -> bool:
    return (joint.operation is O.NONE) is (joint.issuer is None)


def _failed_at_partner(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.FAILED or joint.issuer is IssuerKind.PARTNER


def _kept_by_soft_delete(joint: Joint, settings: Settings) -> bool:
    return settings.soft_delete is True or joint.certificate not in (*_KEPT, C.PURGING)


def _protected(step: Step, settings: Settings) -> bool:
    return settings.purge_protected is not True or step.trigger is not Op.PURGE or not step.granted


def _refusal_changes_nothing(step: Step) -> bool:
    return step.granted


def _read_changes_nothing(step: Step) -> bool:
    return step.trigger not in _READS


def _gone_is_unreadable(step: Step, _: Settings) -> bool:
    alive = step.before.certificate not in (*_FREE, *_KEPT)
    if step.trigger not in _OF_THE_LIVING or alive or step.row.grade is Grade.ASSUMED or step.row.reply is None:
        return True
    shows = step.row.reply.shows
    return shows in (View.ERROR, View.UNLISTED) or (shows is View.VERSIONS and not step.before.versions)


def _linked_with_version(step: Step, _: Settings) -> bool:
    shown = step.trigger in (Op.GET_KEY, Op.GET_SECRET) and step.granted and step.row.grade is not Grade.ASSUMED
    return not shown or bool(step.before.versions)


def _readable_together(region: Region) -> _Broken:
    three = {Op.GET, Op.GET_KEY, Op.GET_SECRET}
    for joint, steps in region.steps.items():
        if joint.certificate is C.ACTIVE and joint.versions[-1:] == (V.VALID,):
            shown = {step.trigger for step in steps if step.granted and step.row.grade is not Grade.ASSUMED}
            if not three <= shown:
                yield joint, None


def _unknown_is_merged(step: Step) -> bool:
    completes = step.after.operation is O.COMPLETED and step.before.operation is not O.COMPLETED
    return not completes or step.before.issuer is not IssuerKind.UNKNOWN or step.trigger is Op.MERGE


def _ended_stays(step: Step) -> bool:
    same = step.after.operation is step.before.operation or step.after.operation is O.NONE
    return same or step.before.operation not in _ENDED or step.trigger in (*STARTS, Op.MERGE)


def _operation_lost_by_somebody(step: Step) -> bool:
    lost = step.before.operation is not O.NONE and step.after.operation is O.NONE
    return not lost or step.after.certificate in _FREE or step.trigger in (Op.DELETE_OPERATION, Op.IMPORT, Op.RESTORE)


def _still_while_gone(step: Step) -> bool:
    before, after = step.before, step.after
    if after.certificate in _FREE or {before.certificate, after.certificate}.isdisjoint(_KEPT):
        return True
    by_clock = step.trigger in (Drift.NBF_REACHED, Drift.EXP_REACHED)
    return replace(after, certificate=before.certificate, versions=before.versions) == before and (
        by_clock or after.versions == before.versions
    )


def _versions_stay(step: Step) -> bool:
    before, after = step.before.versions, step.after.versions
    if step.after.certificate in _FREE or step.trigger is Op.RESTORE:
        return True
    if step.trigger in _ADDS and step.granted:
        return after[:-1] == before[-(len(after) - 1) :] or not before
    return len(after) == len(before)


def _versions_grow_older(step: Step) -> bool:
    pairs = zip(step.before.versions, step.after.versions, strict=False)
    return step.trigger in _ADDS or all(_AGE[old] <= _AGE[new] for old, new in pairs)


def _switched_by_update(step: Step) -> bool:
    pairs = zip(step.before.versions, step.after.versions, strict=False)
    return step.trigger in (*_ADDS, Op.UPDATE) or all((old in _DISABLED) is (new in _DISABLED) for old, new in pairs)


def _nothing_by_itself(step: Step) -> bool:
    return step.before.certificate not in _FREE or isinstance(step.trigger, Op) or step.after == Joint()


def _answered(region: Region) -> _Broken:
    asked = {op for _, op in PROMPTED}
    return ((joint, None) for joint, steps in region.steps.items() if not asked <= {step.trigger for step in steps})


def _way_back(region: Region) -> _Broken:
    into: dict[Joint, set[Joint]] = {}
    for step in region.changes:
        into.setdefault(step.after, set()).add(step.before)
    found, queue = {Joint()}, [Joint()]
    while queue:
        fresh = into.get(queue.pop(), set()) - found
        found |= fresh
        queue.extend(fresh)
    return ((joint, None) for joint in region.steps if joint not in found)


def _settles(region: Region) -> _Broken:
    return ((joint, None) for joint, once in region.closures.items() if region.settled(once) != once)


def _states(rule: str, sentence: str, holds: Callable[[Joint, Settings], bool]) -> Invariant:
    return Invariant(
        rule, sentence, lambda region: ((joint, None) for joint in region.steps if not holds(joint, region.settings))
    )


def _steps(rule: str, sentence: str, holds: Callable[[Step, Settings], bool]) -> Invariant:
    return Invariant(
        rule,
        sentence,
        lambda region: ((step.before, step) for step in region.all_steps if not holds(step, region.settings)),
    )


def _changes(rule: str, sentence: str, holds: Callable[[Step], bool]) -> Invariant:
    return Invariant(rule, sentence, lambda region: ((step.before, step) for step in region.changes if not holds(step)))


INVARIANTS: Final = (
    #         rule      sentence                                                                           holds
    _steps("INV-01", "An operation starts only while none is running.", _one_operation),
    _states("INV-02", "A completed operation has its version.", _completed_has_version),
    _states("INV-03", "A stub has no version, an active certificate at least one.", _stub_or_active),
    _states("INV-04", "A free name holds nothing: no operation, no policy, no version.", _free_holds_nothing),
    _states("INV-05", "A name that is not free has a policy.", _taken_has_policy),
    _states("INV-06", "An operation has an issuer, and where there is none there is no issuer.", _operation_has_issuer),
    _states("INV-07", "Only an order at a CA fails.", _failed_at_partner),
    _states("INV-08", "Without soft delete nothing is kept, recovered or purged.", _kept_by_soft_delete),
    _steps("INV-09", "Under purge protection no purge succeeds.", _protected),
    _changes("INV-10", "A refusal changes nothing.", _refusal_changes_nothing),
    _changes("INV-11", "A read changes nothing.", _read_changes_nothing),
    _steps("INV-12", "Nothing of a certificate that is gone can be read.", _gone_is_unreadable),
    _steps("INV-13", "Key and secret are shown only of a version.", _linked_with_version),
    Invariant(
        "INV-14", "While the current version is valid, certificate, key and secret can be read.", _readable_together
    ),
    _changes("INV-15", "An operation whose issuer is Unknown completes by a merge alone.", _unknown_is_merged),
    _changes("INV-16", "An operation that has ended stays so, but for a merge or a new start.", _ended_stays),
    _changes(
        "INV-17", "An operation is lost only at somebody's request, or with the name.", _operation_lost_by_somebody
    ),
    _changes("INV-18", "Deleted, kept and recovered, a certificate changes only by the clock.", _still_while_gone),
    _changes("INV-19", "Versions come one at a time, and go only with the name.", _versions_stay),
    _changes("INV-20", "A version only grows older.", _versions_grow_older),
    _changes("INV-21", "Only an update enables or disables a version.", _switched_by_update),
    _changes("INV-22", "The service alone makes nothing of a free name.", _nothing_by_itself),
    Invariant("INV-23", "Every operation is answered in every state.", _answered),
    Invariant("INV-24", "From every state a way leads back to the free name.", _way_back),
    Invariant("INV-25", "To settle what is settled adds nothing.", _settles),
)
