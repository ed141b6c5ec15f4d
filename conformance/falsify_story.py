"""A recorded session as the falsifier sees it: which operation each step was, on which name, and what it showed.

Not here: what would be false (falsify_changes, falsifications). Nothing of the model's rules either: this reading is
made from the documents and the recordings alone, so that the judge and the falsifier cannot share a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING, TypeAlias

from certlife.model.values import Exchange, Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Tree: TypeAlias = dict[str, Json]

ACCEPTED, NO_CONTENT, REFUSED, NOT_FOUND, CONFLICT = 202, 204, 400, 404, 409
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
_PASSAGES = frozenset({Kind.DELETE, Kind.PURGE, Kind.RECOVER, Kind.RESTORE})
_LIFE = frozenset({Kind.CREATE, Kind.IMPORT, Kind.MERGE, Kind.GET, Kind.GET_VERSION, Kind.PATCH, Kind.PATCH_VERSION,
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
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def at(self) -> int | None:
        """The vault's clock."""
        return self.exchange.at

    def did(self, *kinds: Kind) -> bool:
        """Whether this was one of these operations, and it succeeded."""
        return self.kind in kinds and self.succeeded


def _step(place: int, exchange: Exchange) -> Step:
    segments = [segment for segment in exchange.request.path.split("/") if segment]
    asked, body = tree(exchange.request.body), tree(exchange.answer.body)
    kind, label, version = _recognise(exchange.request.method, segments)
    if kind is Kind.RESTORE:
        label = text(body, "id").rstrip("/").rsplit("/", 2)[-2] if text(body, "id") else ""
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


@dataclass(frozen=True, slots=True)
class Story:
    """A session as steps, with what the falsifier must know of the past and the future of a place."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, exchanges: Sequence[Exchange]) -> Story:
        """Understand a session."""
        return cls(tuple(_step(place, exchange) for place, exchange in enumerate(exchanges)))

    def earlier(self, place: int, name: str) -> Iterator[Step]:
        """The steps on a name before a place, newest first."""
        return (step for step in reversed(self.steps[:place]) if step.name == name)

    def before(self, place: int) -> Iterator[Step]:
        """The earlier steps on the name of this one, newest first."""
        return self.earlier(place, self.steps[place].name)

    def after(self, place: int) -> Iterator[Step]:
        """The later steps on the name of this one."""
        name = self.steps[place].name
        return (step for step in self.steps[place + 1 :] if step.name == name)


# What a step shows.


def bundle(step: Step) -> Tree:
    """The certificate that a step showed, {} where it showed none."""
    return step.body if step.did(*BUNDLES) and "id" in step.body else {}


def operation(step: Step) -> Tree:
    """The operation (pending object) that a step showed, {} where it showed none."""
    return step.body if step.did(*OPERATIONS) and "status" in step.body else {}


def policy(step: Step) -> Tree:
    """The policy that a step showed, alone or in a bundle, {} where it showed none."""
    return step.body if step.did(Kind.POLICY, Kind.PATCH_POLICY) else tree(bundle(step).get("policy"))


def is_issued(step: Step) -> bool:
    """Whether a step showed a version that has been issued: with a key, not a placeholder (J-12)."""
    return "kid" in bundle(step)


def items(step: Step) -> list[Tree]:
    """The items of a list answer."""
    return trees(step.body.get("value")) if step.did(*LISTS) else []


def is_complete(step: Step) -> bool:
    """Whether a list answer is the only page."""
    paged = {"maxresults", "$skiptoken"} & {key.lower() for key in step.exchange.request.query}
    return step.did(*LISTS) and "value" in step.body and not paged and step.body.get("nextLink") is None


# What the session has shown before a place.


def operation_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the operation that this name has now, newest first, its create the last of them."""
    looks: list[Step] = []
    for step in story.before(place):
        if step.did(Kind.IMPORT, Kind.DROP, Kind.RESTORE):
            break
        if operation(step):
            looks.append(step)
        if step.did(Kind.CREATE):
            break
    return looks


def operation_after(story: Story, place: int) -> list[Step]:
    """The later looks at the operation shown here."""
    looks: list[Step] = []
    for step in story.after(place):
        if step.did(Kind.CREATE, Kind.IMPORT, Kind.RESTORE):
            break
        if operation(step):
            looks.append(step)
    return looks


def former_operation(story: Story, place: int) -> list[Step]:
    """At a create: the looks at the operation that the name had before, newest first."""
    return operation_before(story, place) if story.steps[place].kind is Kind.CREATE else []


def versions_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the very version that is shown here, newest first."""
    here = bundle(story.steps[place]).get("id")
    return [step for step in story.before(place) if here and bundle(step).get("id") == here]


def is_untouched(story: Story, since: Step, place: int) -> bool:
    """Whether attributes and tags cannot have changed: no update and no restore in between, nor here."""
    between = story.steps[since.place + 1 : place + 1]
    return not any(
        step.did(Kind.PATCH, Kind.PATCH_VERSION, Kind.RESTORE) and step.name == since.name for step in between
    )


def life(story: Story, place: int, name: str) -> Iterator[Step]:
    """The earlier steps on a name since it was last deleted, purged, recovered or restored, newest first."""
    for step in story.earlier(place, name):
        if step.did(*_PASSAGES):
            return
        yield step


def is_alive(story: Story, place: int, name: str) -> bool:
    """Whether the session has shown a certificate of this name living, and no deletion since."""
    return any(step.did(*_LIFE) for step in life(story, place, name))


def last_passage(story: Story, place: int, name: str) -> Kind | None:
    """The last of delete, purge, recover, restore, create, import that succeeded on a name; None where none did."""
    decisive = (*_PASSAGES, Kind.CREATE, Kind.IMPORT)
    return next((step.kind for step in story.earlier(place, name) if step.did(*decisive)), None)


def current(story: Story, place: int, name: str) -> Step | None:
    """The last look at the current version of a living name, where nothing can have replaced it since."""
    for step in life(story, place, name):
        if bundle(step) and step.kind in {Kind.GET, Kind.PATCH, Kind.IMPORT, Kind.MERGE}:
            return step
        if step.did(Kind.CREATE, Kind.PATCH_VERSION):
            return None
    return None


def is_recorded(story: Story, place: int, name: str) -> bool:
    """Whether the session has shown the finished deletion of a name that is still deleted."""
    for step in reversed(story.steps[:place]):
        if step.did(Kind.LIST_DELETED) and any(last_segment(text(item, "id")) == name for item in items(step)):
            return True
        if step.name == name and step.did(Kind.GET_DELETED):
            return True
        if step.name == name and step.did(*_PASSAGES):
            return False
    return False


def maker(story: Story, place: int) -> Step | None:
    """The create, import or merge that made the issued version shown by name; None where the session leaves it open."""
    here, completed = story.steps[place], False
    if not is_issued(here) or here.kind in {Kind.GET_VERSION, Kind.PATCH_VERSION, Kind.RESTORE}:
        return None
    if here.kind in {Kind.IMPORT, Kind.MERGE}:
        return here
    for step in story.before(place):
        if step.did(Kind.IMPORT, Kind.MERGE):
            return step
        if step.did(Kind.RESTORE):
            return None
        if step.did(Kind.CREATE):
            return step if completed else None
        completed = completed or operation(step).get("status") == "completed"
    return None


def sets_policy(step: Step) -> bool:
    """Whether a step changed the policy of its name."""
    updated = step.did(Kind.PATCH) and "policy" in step.asked
    return step.did(Kind.IMPORT, Kind.PATCH_POLICY, Kind.RESTORE) or updated or _creates_with_policy(step)


def _creates_with_policy(step: Step) -> bool:
    return step.did(Kind.CREATE) and "policy" in step.asked


def policies_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the policy that is in force here, newest first; the requester's own change is left out."""
    looks: list[Step] = []
    for step in story.before(place):
        if policy(step):
            looks.append(step)
        if sets_policy(step):
            break
    return looks


def policy_before_setting(story: Story, place: int) -> Step | None:
    """The last look at the policy before the change that made it what it is here, within one life of the name."""
    here = story.steps[place]
    setter = here if sets_policy(here) else next((step for step in story.before(place) if sets_policy(step)), None)
    if setter is None:
        return None
    for step in story.before(setter.place):
        if policy(step) and not step.did(Kind.DELETE):
            return step
        if step.did(Kind.DELETE, Kind.PURGE):
            return None
    return None


def policy_is_known(story: Story, place: int) -> bool:
    """Whether the session fixes the policy shown here: it was seen before, or sent with a create (N-29, J-32, P-38)."""
    here = story.steps[place]
    if here.did(Kind.IMPORT):
        return False
    if here.did(Kind.RESTORE) and not is_backed_up_here(story, place):
        return False
    setter = next((step for step in story.before(place) if sets_policy(step)), None)
    return bool(policies_before(story, place)) or (setter is not None and _creates_with_policy(setter))


def is_backed_up_here(story: Story, place: int) -> bool:
    """Whether the blob restored here is one that the session has seen made, without doubt."""
    blob = story.steps[place].asked.get("value")
    made = [step.body.get("value") for step in story.before(place) if step.did(Kind.BACKUP)]
    return is_comparable(blob) and blob in made
