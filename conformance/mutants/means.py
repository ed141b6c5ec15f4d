"""What mutants are made with: looking at a request, and changing what it says or what is answered.

Not here: the mutants themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.state import Call, Members, Pending, Record, Stage, State, Version, find
from certlife.model.values import Answer, Json
from certlife.model.vocabulary import IssuerKind, Operation

OPERATIONS: Final = (Operation.CREATE, Operation.POLL, Operation.CANCEL, Operation.DELETE_OPERATION)
"""What is answered with an operation."""
BUNDLES: Final = (Operation.GET, Operation.UPDATE, Operation.IMPORT, Operation.MERGE)
"""What is answered with a certificate that lives."""


def alive(state: State, call: Call) -> Record | None:
    """The record of the name that a request is about, if it lives."""
    record = find(state, call.name)
    return record if record is not None and record.stage is Stage.LIVE else None


def operation_at(state: State, call: Call) -> Pending | None:
    """The operation of the name that a request is about, if the name lives."""
    record = alive(state, call)
    return None if record is None else record.pending


def begun(state: State, call: Call) -> tuple[Record, Pending]:
    """The record and the operation that a create has just begun.

    Raises: LookupError: it has begun none.
    """
    record = find(state, call.name)
    if record is None or record.pending is None:  # pragma: no cover - whoever asks has seen it begin
        raise LookupError(call.name)
    return record, record.pending


def asking(call: Call, **members: Json) -> Call:
    """The request, with other members in its body; None takes one out."""
    body: Members = {name: value for name, value in {**call.body, **members}.items() if value is not None}
    return replace(call, request=replace(call.request, body=body))


def sent_policy(call: Call, part: str) -> Members:
    """A part of the policy that a request carries; empty where it has none."""
    policy = call.body.get("policy")
    members = policy.get(part) if isinstance(policy, dict) else None
    return members if isinstance(members, dict) else {}


def asking_policy(call: Call, part: str, **members: Json) -> Call:
    """The request, with other members in a part of its policy; None takes one out."""
    policy = call.body.get("policy")
    if not isinstance(policy, dict) or not isinstance(policy.get(part, {}), dict):
        return call
    changed = {**sent_policy(call, part), **members}
    kept: Members = {name: value for name, value in changed.items() if value is not None}
    return asking(call, policy={**policy, part: kept})


def showing_members(answer: Answer, **members: Json) -> Answer:
    """The answer, with other members in its body."""
    return replace(answer, body={**shown_in(answer), **members})


def hiding(answer: Answer, *names: str) -> Answer:
    """The answer, without some members of its body."""
    return replace(answer, body={name: value for name, value in shown_in(answer).items() if name not in names})


def shown_in(answer: Answer) -> Mapping[str, Any]:
    """The members of an answer's body; none where it is a refusal, or no object."""
    return answer.body if answer.status < 300 and isinstance(answer.body, dict) else {}


def issued(state: State, kind: IssuerKind = IssuerKind.SELF) -> list[tuple[Record, Version]]:
    """Let happen what is due, and return the versions that issuers of a kind have signed in doing so."""
    before = {version.id for record in state.records.values() for version in record.versions}
    settle(state)
    return [
        (record, version)
        for record in state.records.values()
        for version in record.versions
        if version.id not in before and _signed_by(version) is kind
    ]


def _signed_by(version: Version) -> IssuerKind:
    issuer = version.policy["issuer"]
    named = str(issuer.get("name")).lower() if isinstance(issuer, dict) else ""
    return {"self": IssuerKind.SELF, "unknown": IssuerKind.UNKNOWN}.get(named, IssuerKind.PARTNER)
