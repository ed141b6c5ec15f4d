"""What a vault holds, as rows for a table and back: plain columns, JSON texts, and keys as DER.

Everything comes back as it was, but for what has no effect any more: moments on the agenda that are void.
Not here: the tables (schema), which rows have changed (store).
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache, partial
from typing import Any, Final, TypeAlias

from certlife.adapters.certificates import LocalCA
from certlife.adapters.clock import Clock, FollowingClock
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory.dice import Dice
from certlife.adapters.memory.state import (
    Due,
    Key,
    Members,
    Part,
    Pending,
    Plan,
    Record,
    Settings,
    Stage,
    State,
    Version,
    What,
)
from certlife.adapters.port import Decision, Issue, Message, Refuse, Stall
from certlife.model.vocabulary import IssuerKind
from cryptography.hazmat.primitives import serialization

Row: TypeAlias = dict[str, Any]
"""Columns by name; what stands in them SQLite can hold."""

_text = partial(json.dumps, separators=(",", ":"))
_DECISIONS: Final[dict[str, type[Decision]]] = {"issue": Issue, "refuse": Refuse, "stall": Stall}
_NAMES: Final = {kind: name for name, kind in _DECISIONS.items()}


# --- the vault as a whole


def vault_row(state: State) -> Row:
    """The columns of what does not belong to a name."""
    return {
        "settings": _text(asdict(state.settings)),
        "clock": _text(_clock_written(state.clock)),
        "address": _text(state.address),
        "chance": _text(
            {"seed": state.keys.seed, "drawn": state.dice.drawn, "made": dict(state.keys.made), "issued": state.ca.issued}
        ),
        "contacts": _text(state.contacts),
        "plan": _text(_plan_written(state.plan)),
    }


def vault_of(row: Row, source: Callable[[], float]) -> State:
    """A vault with nothing in it yet.

    Args:
        source: what its clock follows, if it follows any.
    """
    chance = json.loads(row["chance"])
    return State(
        settings=Settings(**json.loads(row["settings"])),
        clock=_clock(json.loads(row["clock"]), source),
        address=json.loads(row["address"]),
        dice=Dice(chance["seed"], chance["drawn"]),
        keys=KeyMaker(chance["seed"], chance["made"]),
        ca=LocalCA(chance["seed"], issued=chance["issued"]),
        contacts=json.loads(row["contacts"]),
        plan=_plan(json.loads(row["plan"])),
    )


def _clock_written(clock: Clock) -> Row:
    return {"now": clock.now} | ({"ahead": clock.ahead} if isinstance(clock, FollowingClock) else {})


def _clock(written: Row, source: Callable[[], float]) -> Clock:
    """A clock that followed another follows it again, from where it was seen last; how far it was ahead it still is."""
    return FollowingClock(written["now"], source, written["ahead"]) if "ahead" in written else Clock(written["now"])


def _plan_written(plan: Plan) -> Row:
    decisions = {kind.name: [_decision_written(one) for one in waiting] for kind, waiting in plan.decisions.items()}
    spans = {"issuance_s": plan.issuance_s, "deletion_s": plan.deletion_s, "recovery_s": plan.recovery_s, "purge_s": plan.purge_s}
    return {"decisions": decisions, "cancellations": [*plan.cancellations], **spans}


def _plan(written: Row) -> Plan:
    decisions = {IssuerKind[kind]: deque(map(_decision, waiting)) for kind, waiting in written["decisions"].items()}
    cancellations = deque((wins, after_s) for wins, after_s in written["cancellations"])
    return Plan(**{**written, "decisions": decisions, "cancellations": cancellations})


def _decision_written(decision: Decision) -> Row:
    return {"decision": _NAMES[type(decision)], **asdict(decision)}


def _decision(written: Row) -> Decision:
    return _DECISIONS[written["decision"]](**{name: value for name, value in written.items() if name != "decision"})


def message_row(message: Message) -> Row:
    """The columns of a mail or an event."""
    return {"at": message.at, "kind": message.kind, "addressees": _text(message.to), "body": _text(message.body)}


def message_of(row: Row) -> Message:
    """A mail or an event."""
    return Message(row["at"], row["kind"], json.loads(row["body"]), tuple(json.loads(row["addressees"])))


# --- what stands under a name


def record_row(record: Record) -> Row:
    """The columns of a name, without its versions."""
    pending, stub = record.pending, record.placeholder
    return {
        "spelled": record.name,
        "stage": record.stage.name,
        "deleted_date": record.deleted_date,
        "purge_date": record.purge_date,
        "turn": record.turn,
        "policy": _text(record.policy),
        "placeholder": None if stub is None else _text({"id": stub.id, **_changing(stub), "policy": stub.policy}),
        "operation": None if pending is None else _text(_pending_written(pending)),
        "operation_policy": None if pending is None else _text(pending.policy),
        "operation_key": None if pending is None else _key_written(pending.key),
        "agenda": _text([_due_written(number, *one) for number, one in record.dues.items() if not one[1].void]),
    }


def record_of(row: Row, versions: Iterable[Row]) -> Record:
    """What stands under a name, with the rows of its versions, oldest first.

    A key that several of them have is one object again; the policies of an operation and of its version are as well.
    """
    key, policy = cache(_key), cache(_policy)
    stub, pending = json.loads(row["placeholder"] or "null"), json.loads(row["operation"] or "null")
    record = Record(
        name=row["spelled"],
        policy=policy(row["policy"]),
        versions=[_version(one, key(one["key"]), policy(one["policy"])) for one in versions],
        placeholder=None if stub is None else Version(**_changed(stub)),
        pending=None if pending is None else _pending(pending, key(row["operation_key"]), policy(row["operation_policy"])),
        stage=Stage[row["stage"]],
        deleted_date=row["deleted_date"],
        purge_date=row["purge_date"],
        turn=row["turn"],
    )
    record.dues = {one["number"]: (one["at"], _due(record, one)) for one in json.loads(row["agenda"])}
    return record


def version_row(version: Version) -> Row:
    """The columns of a version: what never changes, and what may."""
    return {
        "id": version.id,
        "chain": _text([base64.b64encode(link).decode() for link in version.chain]),
        "key": _key_written(version.key),
        "policy": _text(version.policy),
        **changing_row(version),
    }


def changing_row(version: Version) -> Row:
    """Those columns of a version that may change."""
    return {"attributes": _text(_changing(version)), "secret": version.secret}


def _version(row: Row, key: Key, policy: Members) -> Version:
    return Version(
        id=row["id"],
        chain=[base64.b64decode(link) for link in json.loads(row["chain"])],
        key=key,
        policy=policy,
        secret=row["secret"],
        **_changed(json.loads(row["attributes"])),
    )


def part_row(part: Part) -> Row:
    """The columns of a version of a key or a secret of its own: what never changes, and what may."""
    content = {"name": part.name, "value": part.value, "content_type": part.content_type, "hsm": part.hsm}
    return {"id": part.id, "content": _text(content), "key": _key_written(part.key), **changing_part_row(part)}


def changing_part_row(part: Part) -> Row:
    """Those columns of it that may change."""
    attributes = {"created": part.created, "updated": part.updated, "enabled": part.enabled, "tags": part.tags}
    return {"attributes": _text(attributes)}


def part_of(row: Row) -> Part:
    """A version of a key or a secret of its own."""
    return Part(id=row["id"], key=_key(row["key"]), **json.loads(row["content"]), **json.loads(row["attributes"]))


def _changing(version: Version) -> Row:
    return {
        "created": version.created,
        "updated": version.updated,
        "nbf": version.nbf,
        "exp": version.exp,
        "enabled": version.enabled,
        "tags": version.tags,
        "keep_order": version.keep_order,
        "acted": sorted(version.acted),
    }


def _changed(written: Row) -> Row:
    return {**written, "acted": set(written["acted"])}


def _pending_written(pending: Pending) -> Row:
    due = None if pending.due is None else {"at": pending.due[0], **_decision_written(pending.due[1])}
    plain = ("request_id", "issuer", "csr", "started", "tags", "enabled", "keep_order", "status", "details")
    more = ("error", "cancellation_requested", "cancels_at", "turn", "renewal")
    return {name: getattr(pending, name) for name in (*plain, *more)} | {"kind": pending.kind.name, "due": due}


def _pending(written: Row, key: Key, policy: Members) -> Pending:
    due = written["due"]
    settled = None if due is None else (due.pop("at"), _decision(due))
    return Pending(**{**written, "key": key, "policy": policy, "kind": IssuerKind[written["kind"]], "due": settled})


def _due_written(number: int, at: int, due: Due) -> Row:
    about = due.about
    identifier = about.request_id if isinstance(about, Pending) else None if about is None else about.id
    return {
        "number": number,
        "at": at,
        "what": due.what.name,
        "turn": due.turn,
        "about": identifier,
        "action": due.action,
    }


def _due(record: Record, written: Mapping[str, Any]) -> Due:
    things: dict[str | None, Pending | Version] = {version.id: version for version in record.versions}
    if record.pending is not None:
        things[record.pending.request_id] = record.pending
    about = None if written["about"] is None else things[written["about"]]
    return Due(What[written["what"]], record, written["turn"], about, written["action"])


def _policy(written: str) -> Members:
    policy: Members = json.loads(written)
    return policy


def _key_written(key: Key) -> bytes | None:
    if key is None:
        return None
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    written: bytes = key.private_bytes(serialization.Encoding.DER, form, bare)
    return written


def _key(written: bytes | None) -> Key:
    # the vault has checked it when it came: skipping that here makes it 40 times as fast
    return None if written is None else serialization.load_der_private_key(written, None, unsafe_skip_rsa_key_validation=True)
