"""What a request asks: the operation, of which name and version, with which wishes.

Not here: whether the vault may grant it (tables), whether it is well formed (constraints).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from certlife.model.values import Json, Request
from certlife.model.vocabulary import IssuerKind, Operation

_NO_BODY: Mapping[str, Json] = {}
SUBJECTLESS = ""
"""The key of what belongs to the vault and not to a name."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, understood.

    Attributes:
        operation: what is asked.
        name: of the certificate or issuer, lower case, because names are compared without case (NAM-007); empty
            where the operation has none.
        version: the version asked for, lower case; None for the current one.
        spelled: the name as the request spells it.
        request: as it was sent.
    """

    operation: Operation
    name: str
    version: str | None
    request: Request
    spelled: str = ""

    @property
    def body(self) -> Mapping[str, Json]:
        """The request's body; empty where it is no object."""
        return self.request.body if isinstance(self.request.body, dict) else _NO_BODY

    @property
    def query(self) -> Mapping[str, str]:
        """The request's parameters."""
        return self.request.query

    def address(self, collection: str) -> str:
        """The address of the name in a collection of the vault, as the request spells it."""
        return f"{self.request.vault}/{collection}/{self.spelled or self.name}"

    @property
    def policy(self) -> Mapping[str, Json]:
        """The policy that the caller sends along; empty where there is none."""
        sent = self.body if self.operation is Operation.UPDATE_POLICY else self.body.get("policy")
        return sent if isinstance(sent, dict) else {}

    @property
    def issuer(self) -> str | None:
        """The issuer that the policy sent along names; None where it names none."""
        issuer = self.policy.get("issuer")
        name = issuer.get("name") if isinstance(issuer, dict) else None
        return name if isinstance(name, str) else None

    @property
    def tags(self) -> dict[str, Json] | None:
        """The tags sent along; None where none were."""
        tags = self.body.get("tags")
        return tags if isinstance(tags, dict) else None

    @property
    def enabled(self) -> bool | None:
        """The wish for attributes.enabled; None where there is none."""
        attributes = self.body.get("attributes")
        enabled = attributes.get("enabled") if isinstance(attributes, dict) else None
        return enabled if isinstance(enabled, bool) else None


def kind_of(issuer: str | None) -> IssuerKind:
    """Who signs for a policy whose issuer has this name; no name means Unknown (KVC-CRE-030)."""
    if issuer is None or issuer.lower() == "unknown":
        return IssuerKind.UNKNOWN
    return IssuerKind.SELF if issuer.lower() == "self" else IssuerKind.PARTNER


# One line an operation: the method, then the path; * is the name, ? the version.
_ROUTES = """
GET    certificates                      LIST
GET    certificates/contacts             GET_CONTACTS
PUT    certificates/contacts             SET_CONTACTS
DELETE certificates/contacts             DELETE_CONTACTS
GET    certificates/issuers              LIST_ISSUERS
GET    certificates/issuers/*            GET_ISSUER
PUT    certificates/issuers/*            SET_ISSUER
PATCH  certificates/issuers/*            UPDATE_ISSUER
DELETE certificates/issuers/*            DELETE_ISSUER
POST   certificates/restore              RESTORE
POST   certificates/*/create             CREATE
POST   certificates/*/import             IMPORT
POST   certificates/*/backup             BACKUP
GET    certificates/*/versions           LIST_VERSIONS
GET    certificates/*/policy             GET_POLICY
PATCH  certificates/*/policy             UPDATE_POLICY
GET    certificates/*/pending            POLL
PATCH  certificates/*/pending            CANCEL
DELETE certificates/*/pending            DELETE_OPERATION
POST   certificates/*/pending/merge      MERGE
GET    certificates/*                    GET
PATCH  certificates/*                    UPDATE
DELETE certificates/*                    DELETE
GET    certificates/*/?                  GET
PATCH  certificates/*/?                  UPDATE
GET    deletedcertificates               LIST_DELETED
GET    deletedcertificates/*             GET_DELETED
DELETE deletedcertificates/*             PURGE
POST   deletedcertificates/*/recover     RECOVER
GET    keys/*                            GET_KEY
GET    keys/*/?                          GET_KEY
GET    secrets/*                         GET_SECRET
GET    secrets/*/?                       GET_SECRET
"""
_FIRST = {"contacts", "issuers", "restore"}
"""Words that stand where a name may stand: a route wins over a certificate of that name (S-30)."""
_RESERVED = {"versions", "policy", "pending", "create", "import", "backup", "merge", "recover"}


def _routes() -> dict[tuple[str, tuple[str, ...]], Operation]:
    lines = (line.split() for line in _ROUTES.strip().splitlines())
    return {(method, tuple(path.split("/"))): Operation[name] for method, path, name in lines}


_TABLE = _routes()


def understand(request: Request) -> Ask | None:
    """What `request` asks, or None where it is no request of the lifecycle.

    Doubled and trailing slashes do not matter (observed J-74, N-25, N-41).
    """
    operation, name, version = _route(request.method, request.path)
    return None if operation is None else Ask(operation, name.lower(), version, request, name)


@lru_cache(maxsize=512)
def _route(method: str, path: str) -> tuple[Operation | None, str, str | None]:
    segments = [segment for segment in path.split("/") if segment]
    shape, free = [segment.lower() for segment in segments[:1]], list[str]()
    for segment in segments[1:]:
        word = segment.lower()
        reserved = _FIRST if len(shape) == 1 else _RESERVED
        if word in reserved and shape != ["certificates", "issuers"]:
            shape.append(word)
        else:
            shape.append("?" if free else "*")
            free.append(segment)
    operation = _TABLE.get((method.upper(), tuple(shape)))
    return operation, free[0] if free else SUBJECTLESS, free[1].lower() if len(free) > 1 else None


def part_written(request: Request) -> str | None:
    """The name, in lower case, whose key or secret a request is to make, change or delete; None where it is none such."""
    segments = [segment.lower() for segment in request.path.split("/") if segment]
    if len(segments) < 2 or segments[0] not in ("keys", "secrets") or request.method.upper() == "GET":
        return None
    return segments[1] if tuple(segments[2:]) in _PARTS_MADE else None


_PARTS_MADE = {(), ("create",), ("import",)}
"""What follows the name where a key or a secret comes or goes."""
