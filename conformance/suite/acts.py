"""What a tester does to a vault: a request, or a pull at one of its levers; as values, and as JSON.

A request may refer to what the vault has answered before (`${web.request_id}`, see notebook) and to files and chains that
are made when they are needed (`{"$file": {…}}`, `{"$signed": {…}}`, see content). So a history says what is meant, can be
run against any vault, goes on meaning it when acts before it are left out, and holds no key and no password of a vault.

Not here: what comes of it (trial), how histories are kept in files (history).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from certlife.adapters.port import Decision, Issue, Refuse, Stall
from certlife.model.values import Json
from certlife.model.vocabulary import IssuerKind


class ActMalformed(ValueError):  # noqa: N818 - it says what is wrong
    """What stands in a history is no act; whoever wrote it is wrong."""


@dataclass(frozen=True, slots=True)
class Send:
    """A request.

    Attributes:
        path: `/certificates/web/create`; `${next}` follows the last page.
        query, body: as they are sent, but for references.
        api_version: where it is not that of the trial.
    """

    method: str
    path: str
    body: Json = None
    query: Mapping[str, str] = field(default_factory=dict)
    api_version: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes: seconds, >= 0."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Decide:
    """An issuer makes up its mind.

    Attributes:
        kind: who; the decision waits for its next operation.
        name: of a certificate; the decision is about its running operation instead.
    """

    decision: Decision
    kind: IssuerKind = IssuerKind.PARTNER
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """It is settled whether the next cancellation takes effect, and how soon."""

    wins: bool
    after_s: int = 10


@dataclass(frozen=True, slots=True)
class Take:
    """It is settled how long deletions, recoveries and purges take from now on: seconds; None stays as it is."""

    deletion_s: int | None = None
    recovery_s: int | None = None
    purge_s: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The vault is stopped and started."""


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody joins who knows nothing of what was before: the answers are held against what he believes as well."""


Act: TypeAlias = Send | Wait | Decide | Cancellation | Take | Restart | Join

_DECISIONS: Final[dict[str, type[Decision]]] = {"issue": Issue, "refuse": Refuse, "stall": Stall}
_KINDS: Final = {kind.value: kind for kind in (IssuerKind.SELF, IssuerKind.PARTNER)}


def to_json(act: Act) -> dict[str, Json]:
    """An act as a JSON object."""
    written: dict[str, Json]
    match act:
        case Send():
            query: Json = dict(act.query)
            written = {"send": f"{act.method} {act.path}", "query": query or None, "body": act.body, "api_version": act.api_version}
        case Wait():
            written = {"wait": act.seconds}
        case Decide():
            word = next(word for word, kind in _DECISIONS.items() if isinstance(act.decision, kind))
            kind = act.kind.value if act.name is None else None
            said = {member: getattr(act.decision, member, None) for member in ("code", "message")}
            own = said if said != {member: getattr(Refuse(), member) for member in said} else {}
            written = {"decide": word, "kind": kind, "name": act.name, "after_s": getattr(act.decision, "after_s", 0) or None, **own}
        case Cancellation():
            written = {"cancellation": "wins" if act.wins else "loses", "after_s": act.after_s}
        case Take():
            spans: dict[str, Json] = {"deletion_s": act.deletion_s, "recovery_s": act.recovery_s, "purge_s": act.purge_s}
            written = {"take": _without_nothing(spans)}
        case Restart():
            written = {"restart": True}
        case Join():
            written = {"join": True}
    return _without_nothing(written)


def from_json(value: Any) -> Act:
    """The act that a JSON object stands for.

    Raises: ActMalformed: it stands for none.
    """
    if not isinstance(value, dict):
        raise ActMalformed("an act is an object")
    kinds = [kind for kind in _READERS if kind in value]
    if len(kinds) != 1:
        raise ActMalformed(f"an act has exactly one of {', '.join(_READERS)}")
    unknown = set(value) - _MEMBERS[kinds[0]] - {"note"}
    if unknown:
        raise ActMalformed(f"{kinds[0]} has no {', '.join(sorted(unknown))}")
    try:
        return _READERS[kinds[0]](value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ActMalformed(f"{kinds[0]}: {error}") from None


def _send(value: Mapping[str, Any]) -> Act:
    method, _, path = value["send"].partition(" ")
    if not path.startswith(("/", "$")):
        raise ActMalformed("send wants a method and a path, as `GET /certificates/web`")
    query, api_version = dict(value.get("query") or {}), value.get("api_version")
    if not all(isinstance(text, str) for text in (*query.values(), api_version or "")):
        raise ActMalformed("parameters and the api-version are texts")
    return Send(method.upper(), path, value.get("body"), query, api_version)


def _wait(value: Mapping[str, Any]) -> Act:
    return Wait(_seconds(value["wait"]))


def _decide(value: Mapping[str, Any]) -> Act:
    kind = _DECISIONS[value["decide"]]
    said = {member: str(value[member]) for member in ("code", "message") if member in value}
    decision: Decision = Stall() if kind is Stall else kind(after_s=_seconds(value.get("after_s", 0)), **said)  # type: ignore[call-arg]
    if "name" in value:
        return Decide(decision, name=str(value["name"]))
    return Decide(decision, _KINDS[value.get("kind", IssuerKind.PARTNER.value)])


def _cancellation(value: Mapping[str, Any]) -> Act:
    return Cancellation({"wins": True, "loses": False}[value["cancellation"]], _seconds(value.get("after_s", 10)))


def _take(value: Mapping[str, Any]) -> Act:
    return Take(**{name: _seconds(span) for name, span in value["take"].items()})


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ActMalformed(f"{value!r} is no number of seconds")
    return value


def _without_nothing(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not None}


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Act]]] = {
    "send": _send,
    "wait": _wait,
    "decide": _decide,
    "cancellation": _cancellation,
    "take": _take,
    "restart": lambda _: Restart(),
    "join": lambda _: Join(),
}
_MEMBERS: Final = {
    "send": {"send", "query", "body", "api_version"},
    "wait": {"wait"},
    "decide": {"decide", "kind", "name", "after_s", "code", "message"},
    "cancellation": {"cancellation", "after_s"},
    "take": {"take"},
    "restart": {"restart"},
    "join": {"join"},
}
