"""One recorded exchange as the falsifier sees it: which operation it was, on which name, and the parts of its bodies.

Not here: what the session has shown before and after (story). Nothing of the model's rules either: this reading
is made from the documents and the recordings alone, so that the judge and the falsifier cannot share a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING, TypeAlias

from certlife.model.values import Exchange, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

Tree: TypeAlias = dict[str, Json]

REFUSED, NOT_FOUND, CONFLICT = 400, 404, 409
FINISHED = frozenset({"completed", "cancelled", "canceled", "failed"})


class Kind(StrEnum):
    """The operations of requirements A.1, and reading the managed key and secret."""

    CREATE = auto()
    IMPORT = auto()
    MERGE = auto()
    POLL = auto()
    CANCEL = auto()
    DROP = auto()
    GET = auto()
    GET_VERSION = auto()
    PATCH = auto()
    PATCH_VERSION = auto()
    DELETE = auto()
    VERSIONS = auto()
    POLICY = auto()
    PATCH_POLICY = auto()
    BACKUP = auto()
    RESTORE = auto()
    LIST = auto()
    LIST_DELETED = auto()
    GET_DELETED = auto()
    RECOVER = auto()
    PURGE = auto()
    LIST_ISSUERS = auto()
    SET_ISSUER = auto()
    PATCH_ISSUER = auto()
    GET_ISSUER = auto()
    DELETE_ISSUER = auto()
    SET_CONTACTS = auto()
    GET_CONTACTS = auto()
    DELETE_CONTACTS = auto()
    GET_SECRET = auto()
    GET_KEY = auto()
    OTHER = auto()


# First match wins; * stands for a name, + for a version.
_ROUTES = (
    ("POST",   "certificates/restore",          Kind.RESTORE),
    ("PUT",    "certificates/contacts",         Kind.SET_CONTACTS),
    ("GET",    "certificates/contacts",         Kind.GET_CONTACTS),
    ("DELETE", "certificates/contacts",         Kind.DELETE_CONTACTS),
    ("GET",    "certificates/issuers",          Kind.LIST_ISSUERS),
    ("PUT",    "certificates/issuers/*",        Kind.SET_ISSUER),
    ("PATCH",  "certificates/issuers/*",        Kind.PATCH_ISSUER),
    ("GET",    "certificates/issuers/*",        Kind.GET_ISSUER),
    ("DELETE", "certificates/issuers/*",        Kind.DELETE_ISSUER),
    ("GET",    "certificates",                  Kind.LIST),
    ("POST",   "certificates/*/create",         Kind.CREATE),
    ("POST",   "certificates/*/import",         Kind.IMPORT),
    ("POST",   "certificates/*/backup",         Kind.BACKUP),
    ("POST",   "certificates/*/pending/merge",  Kind.MERGE),
    ("GET",    "certificates/*/pending",        Kind.POLL),
    ("PATCH",  "certificates/*/pending",        Kind.CANCEL),
    ("DELETE", "certificates/*/pending",        Kind.DROP),
    ("GET",    "certificates/*/versions",       Kind.VERSIONS),
    ("GET",    "certificates/*/policy",         Kind.POLICY),
    ("PATCH",  "certificates/*/policy",         Kind.PATCH_POLICY),
    ("GET",    "certificates/*",                Kind.GET),
    ("PATCH",  "certificates/*",                Kind.PATCH),
    ("DELETE", "certificates/*",                Kind.DELETE),
    ("GET",    "certificates/*/+",              Kind.GET_VERSION),
    ("PATCH",  "certificates/*/+",              Kind.PATCH_VERSION),
    ("GET",    "deletedcertificates",           Kind.LIST_DELETED),
    ("GET",    "deletedcertificates/*",         Kind.GET_DELETED),
    ("DELETE", "deletedcertificates/*",         Kind.PURGE),
    ("POST",   "deletedcertificates/*/recover", Kind.RECOVER),
    ("GET",    "secrets/*",                     Kind.GET_SECRET),
    ("GET",    "secrets/*/+",                   Kind.GET_SECRET),
    ("GET",    "keys/*",                        Kind.GET_KEY),
    ("GET",    "keys/*/+",                      Kind.GET_KEY),
)  # fmt: skip

BUNDLES = frozenset({Kind.GET, Kind.GET_VERSION, Kind.PATCH, Kind.PATCH_VERSION, Kind.IMPORT, Kind.MERGE, Kind.DELETE,
                     Kind.GET_DELETED, Kind.RECOVER, Kind.RESTORE})  # fmt: skip
OPERATIONS = frozenset({Kind.CREATE, Kind.POLL, Kind.CANCEL, Kind.DROP})
LISTS = frozenset({Kind.LIST, Kind.VERSIONS, Kind.LIST_DELETED, Kind.LIST_ISSUERS})
ISSUERS = frozenset({Kind.SET_ISSUER, Kind.PATCH_ISSUER, Kind.GET_ISSUER, Kind.DELETE_ISSUER})
CONTACTS = frozenset({Kind.SET_CONTACTS, Kind.GET_CONTACTS, Kind.DELETE_CONTACTS})
PASSAGES = frozenset({Kind.DELETE, Kind.PURGE, Kind.RECOVER, Kind.RESTORE})
LIFE = frozenset({Kind.CREATE, Kind.IMPORT, Kind.MERGE, Kind.GET, Kind.GET_VERSION, Kind.PATCH, Kind.PATCH_VERSION,
                   Kind.POLICY, Kind.PATCH_POLICY, Kind.BACKUP, Kind.GET_SECRET, Kind.GET_KEY})  # fmt: skip


def member(value: Json, path: str) -> Json:
    """The part of a body at a dotted path (`attributes.created`, `contacts.0.email`), None where there is none."""
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Json, path: str) -> str:
    """The string at a dotted path, "" where there is none."""
    found = member(value, path)
    return found if isinstance(found, str) else ""


def number(value: Json, path: str) -> int:
    """The whole number at a dotted path, 0 where there is none."""
    found = member(value, path)
    return found if isinstance(found, int) else 0


def tree(value: Json) -> Tree:
    """The value itself where it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def trees(value: Json) -> list[Tree]:
    """The objects among the elements of a list; none where it is no list."""
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []


def last_segment(url: str) -> str:
    """What stands behind the last slash, in lower case: identifiers are compared without case (NAM-007)."""
    return url.rstrip("/").rsplit("/", 1)[-1].lower()


def is_whole(value: Json) -> bool:
    """Whether a long value stands there as it was sent, not elided as `<cer:2>`."""
    return isinstance(value, str) and bool(value) and not value.startswith("<")


def is_comparable(value: Json) -> bool:
    """Whether two such values can be told apart: whole, or elided with a number (ground-truth/README.md)."""
    return is_whole(value) or (isinstance(value, str) and re.fullmatch(r"<\w+:\d+>", value) is not None)


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange, understood.

    Attributes:
        name: of the certificate in lower case, `issuers/NAME` for an issuer, "" for a list; of a restore, what it gave.
        label: the name as it was spelled.
        version: as asked for in the path, "" where none was.
        asked: the request's body, {} where it was no object.
        body: the answer's body, {} where it was no object.
    """

    place: int
    kind: Kind
    name: str
    label: str
    version: str
    exchange: Exchange
    asked: Tree
    body: Tree

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.exchange.answer.status

    @property
    def succeeded(self) -> bool:
        """Whether the answer was a 2xx."""
        return 200 <= self.status < 300

    @property
    def at(self) -> int | None:
        """The vault's clock."""
        return self.exchange.at

    def did(self, *kinds: Kind) -> bool:
        """Whether this was one of these operations, and it succeeded."""
        return self.kind in kinds and self.succeeded


def understood(place: int, exchange: Exchange) -> Step:
    """Understand one exchange."""
    segments = [segment for segment in exchange.request.path.split("/") if segment]
    asked, body = tree(exchange.request.body), tree(exchange.answer.body)
    kind, label, version = _recognise(exchange.request.method, segments)
    if kind is Kind.RESTORE:
        label = "".join(re.findall(r"/certificates/([^/]+)", text(body, "id"))[:1])
    name = f"issuers/{label.lower()}" if kind in ISSUERS else "contacts" if kind in CONTACTS else label.lower()
    return Step(place, kind, name, label, version, exchange, asked, body)


def _recognise(method: str, segments: Sequence[str]) -> tuple[Kind, str, str]:
    for verb, route, kind in _ROUTES:
        pattern = route.split("/")
        if verb == method and len(pattern) == len(segments):
            fits = [mark in "*+" or mark == segment.lower() for mark, segment in zip(pattern, segments, strict=True)]
            if all(fits):
                found = dict(zip(pattern, segments, strict=True))
                return kind, found.get("*", ""), found.get("+", "").lower()
    return Kind.OTHER, "", ""
