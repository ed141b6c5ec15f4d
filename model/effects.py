"""What a trigger writes into the knowledge of a name: predictions of what later answers must show.

Not here: which state it leads to (tables), what the answer itself teaches (look).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from certlife.model import policy as policies
from certlife.model.asks import Ask
from certlife.model.guards import Situation, renewal_moment, version_index
from certlife.model.known import (
    EMPTY,
    UNKNOWN,
    DeletionFacts,
    Doc,
    Document,
    Known,
    Making,
    PendingFacts,
    PolicyFacts,
    Text,
    VersionFacts,
    around,
    issuer_of,
    since,
    stated,
    until,
)
from certlife.model.vocabulary import CertificateState, Drift, IssuerKind, Machine, Operation, Signal, Trigger

Effect = Callable[[Situation, Trigger], Known]


def _asked(s: Situation) -> Ask:
    if s.ask is None:
        raise TypeError("an operation's effect needs the request that asked for it")
    return s.ask


def _sent_tags(ask: Ask) -> Document:
    return EMPTY if not ask.tags else Doc(dict(ask.tags))


def _months(policy: PolicyFacts | None) -> int | None:
    months = stated(policy, "x509_props", "validity_months")
    return months if isinstance(months, int) else None


def issuer_named(s: Situation) -> str | None:
    """The issuer's name that an operation started now is for: that of the policy in force; None: not known."""
    return issuer_of(s.known.policy)


def _text(value: Text) -> str | None:
    return value if isinstance(value, str) else None


def _started(s: Situation, cause: Trigger) -> Known:
    known, at = s.known, s.facts.at
    asked = s.ask if cause is Operation.CREATE else None
    current = known.versions[-1] if known.versions else None
    complete = known.complete
    if cause is Drift.RENEWAL_DUE and current is not None and known.policy is not None:
        at, complete = _renewed_since(known), False
    tags = _sent_tags(asked) if asked is not None else current.tags if current is not None else EMPTY
    name = issuer_named(s)
    pending = PendingFacts(
        issuer=UNKNOWN if name is None else name,
        started=at,
        cancel_asked=False,
        tags=tags,
        enabled=asked is None or asked.enabled is not False,
        renewal=cause is Drift.RENEWAL_DUE,
        former=_last_seen(known, "request_id", "former"),
        former_csr=_last_seen(known, "csr", "former_csr"),
    )
    policy = known.policy
    if policy is not None and (asked is None or not asked.policy):
        policy = replace(policy, updated=UNKNOWN, shown=UNKNOWN)
    stub = None
    if not known.versions:
        made = around(at) if known.stub is None else UNKNOWN  # a former placeholder may stay (S-08)
        months = _months(policy)
        stub = VersionFacts(
            created=made,
            updated=made,
            tags=tags,
            making=Making.SELF_SIGNED,
            months=UNKNOWN if months is None else months,
        )
    return replace(known, pending=pending, policy=policy, stub=stub, complete=complete)


def _renewed_since(known: Known) -> int | None:
    """When a renewal came at the earliest; what is seen of it may be the last of a row (KVC-REN-010).

    Of what nobody has looked at since, the first of the row stands for all: so the rows come to an end.
    """
    pending, current = known.pending, known.versions[-1]
    if pending is not None and current.row and not isinstance(current.exp, int):
        return pending.started
    return renewal_moment(known)


def _last_seen(known: Known, member: str, former: str) -> str | None:
    """What the operation that is overwritten, or the last one before it that was looked at, has shown of itself."""
    if known.pending is None:
        return None
    shown: Text = getattr(known.pending, member)
    kept: str | None = getattr(known.pending, former)
    return shown if isinstance(shown, str) else kept


def _issued(s: Situation, cause: Trigger) -> Known:
    return replace(s.known, versions=(*s.known.versions, _new_version(s, cause)), stub=None)


def _asked_tags(known: Known) -> Document:
    """The tags of the version that an operation makes; nobody knows once they were changed on the placeholder (S-21)."""
    asked = known.pending.tags if known.pending is not None else UNKNOWN
    return asked if known.stub is None or known.stub.tags == asked else UNKNOWN


_MAKING: Final[dict[IssuerKind | None, Making]] = {
    IssuerKind.SELF: Making.SELF_SIGNED,
    IssuerKind.PARTNER: Making.ORDERED,
}


def _new_version(s: Situation, cause: Trigger) -> VersionFacts:
    pending, at = s.known.pending, s.facts.at
    policy = None if _policy_doubtful(s, cause) else s.known.policy
    content_type = _content_type(policy)
    if cause is Drift.ISSUER_ISSUES and pending is not None:
        made = since(pending.started)
        months = _months(policy)
        return VersionFacts(
            created=made,
            updated=made,
            tags=_asked_tags(s.known),
            csr=pending.csr,
            placeholder=_text(s.known.stub.id) if s.known.stub is not None else None,
            content_type=content_type,
            policy=UNKNOWN if policy is None else policy.members,
            making=_MAKING.get(s.joint.issuer, Making.PRIOR),
            months=UNKNOWN if months is None else months,
            row=pending.renewal,
        )
    made = around(at)
    ask = _asked(s)
    if cause is Operation.MERGE and pending is not None:
        tags = _sent_tags(ask) if ask.tags else _asked_tags(s.known)
        return VersionFacts(
            placeholder=_text(s.known.stub.id) if s.known.stub is not None else None,
            created=made,
            updated=made,
            tags=tags,
            csr=pending.csr,
            content_type=content_type,
            making=Making.MERGED,
        )
    return VersionFacts(
        created=made, updated=made, tags=_sent_tags(ask), content_type=content_type, making=Making.IMPORTED
    )


def _policy_doubtful(s: Situation, cause: Trigger) -> bool:
    """Whether a version may be made by the policy as it was or as it is: it was changed while the operation ran."""
    return cause is not Operation.IMPORT and s.known.pending is not None and s.known.pending.policy_changed


def _content_type(policy: PolicyFacts | None) -> Text:
    content_type = stated(policy, "secret_props", "contentType")
    return content_type if isinstance(content_type, str) else UNKNOWN


def _written(s: Situation, cause: Trigger) -> Known:
    if cause is Operation.RESTORE:
        return replace(s.known, policy=_restored_policy(s.facts.backup))
    sent: Mapping[str, object] = _asked(s).policy
    old, at = s.known.policy, s.facts.at
    members, asked = _policy_after(cause, old, sent)
    first_made = old.created if old is not None else until(at)
    pending = s.known.pending
    if pending is not None and not pending.policy_changed:
        pending = replace(pending, policy_changed=True)
    return replace(s.known, policy=PolicyFacts(members, False, first_made, around(at), asked), pending=pending)


def _policy_after(
    cause: Trigger, old: PolicyFacts | None, sent: Mapping[str, object]
) -> tuple[Document, frozenset[str]]:
    if cause is Operation.CREATE:
        return policies.created(sent)
    if cause is Operation.IMPORT:
        return policies.imported(sent)
    if cause is Operation.UPDATE:
        return policies.patched({}, sent)  # whether it replaces or merges is not known (observed P-35, N-64)
    return policies.patched(stated(old) or {}, sent)


def _restored_policy(backup: Known | None) -> PolicyFacts:
    if backup is None or backup.policy is None:
        return PolicyFacts()
    if not isinstance(backup.policy.members, Doc):
        return backup.policy
    members, kept = policies.restored(backup.policy.members.value)
    return replace(backup.policy, members=members, seen=False, asked=kept, shown=UNKNOWN)


def _restored(s: Situation, _: Trigger) -> Known:
    backup = s.facts.backup
    if backup is None and s.joint.certificate is CertificateState.STUB:
        return Known(stub=VersionFacts())
    if backup is None:
        return Known(versions=(VersionFacts(),), complete=False)
    return Known(versions=backup.versions, stub=backup.stub, complete=backup.complete)


def _forgotten(_: Situation, __: Trigger) -> Known:
    return Known()


def _updated(s: Situation, _: Trigger) -> Known:
    ask, index, known = _asked(s), version_index(s), s.known
    if ask.policy and ask.version is not None and known.policy is not None:
        # whether the policy sent with a version counts nobody knows (C-08)
        known = replace(known, policy=PolicyFacts(created=known.policy.created))
    if index is None:
        return known if known.stub is None else replace(known, stub=_touched(known.stub, ask, s.facts.at))
    versions = list(known.versions)
    versions[index] = _touched(versions[index], ask, s.facts.at)
    return replace(known, versions=tuple(versions))


def _touched(version: VersionFacts, ask: Ask, at: int | None) -> VersionFacts:
    tags = version.tags if not ask.tags else Doc(dict(ask.tags))
    return replace(version, updated=around(at), tags=tags, shown=UNKNOWN)


def _cancelled(s: Situation, _: Trigger) -> Known:
    pending = s.known.pending or PendingFacts()
    return replace(s.known, pending=replace(pending, cancel_asked=True))


def _deleted(s: Situation, _: Trigger) -> Known:
    return replace(s.known, deletion=DeletionFacts(deleted=around(s.facts.at)))


def _recovered(s: Situation, _: Trigger) -> Known:
    return replace(s.known, deletion=None)


def _no_pending(s: Situation, _: Trigger) -> Known:
    return replace(s.known, pending=None)


EFFECTS: Final[dict[tuple[Machine, Trigger], Effect]] = {
    (Machine.CERTIFICATE, Operation.UPDATE): _updated,
    (Machine.CERTIFICATE, Operation.DELETE): _deleted,
    (Machine.CERTIFICATE, Operation.RECOVER): _recovered,
    (Machine.OPERATION, Operation.CANCEL): _cancelled,
    (Machine.OPERATION, Operation.DELETE_OPERATION): _no_pending,
    (Machine.OPERATION, Signal.STARTED): _started,
    (Machine.OPERATION, Signal.OVERWRITTEN): _no_pending,
    (Machine.POLICY, Signal.WRITTEN): _written,
    (Machine.VERSION, Signal.ISSUED): _issued,
    (Machine.VERSION, Signal.RESTORED): _restored,
    (Machine.VERSION, Signal.FORGOTTEN): _forgotten,
}
