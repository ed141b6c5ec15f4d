"""One look at an answer's body: does it show what a hypothesis says it must, and what does it teach?

The rules themselves are rows (answers); here is how they are run. Not here: which rows apply to which state (tables).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from certlife.model.asks import Ask
from certlife.model.guards import Facts
from certlife.model.joint import Joint
from certlife.model.known import ABSENT, DAY_S, UNKNOWN, DeletionFacts, Doc, Known, VersionFacts, Within
from certlife.model.rows import Relation, Show
from certlife.model.settings import Settings, learned, settings_shown
from certlife.model.values import Answer
from certlife.model.vocabulary import VersionState, View, Word
from certlife.model.x509 import SecretFacts, X509Facts


class Fit(Word):
    """Special outcomes and demands of a comparison."""

    ANYTHING = "anything, or nothing"
    MISFIT = "does not fit"


ANYTHING: Final = Fit.ANYTHING
MISFIT: Final = Fit.MISFIT

NAMELESS: Final = re.compile(r"<[a-z0-9 _-]+>")
"""An elided value without a number says nothing about equality; one with a number (`<cer:2>`) does."""


class Pattern:
    """A demand that is more than a value."""

    __slots__ = ()

    def take(self, have: object) -> object:
        """What `have` teaches, or MISFIT."""
        raise NotImplementedError


class Identifier(str):
    """An identifier, which is compared without case (KVC-NAM-007)."""

    __slots__ = ()


@dataclass(slots=True)
class Look:
    """A body beside the hypothesis that it is held against.

    Attributes:
        body: the body; that of a policy is wrapped as `{"policy": ...}`, so that its members have one path everywhere.
        version: the version shown, or the placeholder; None where the body shows none.
        learned: what was learned so far, by slot.
        x509: the certificate in `cer`, read; None where there is none, it could not be read, or it was seen before.
        csr: the request by which the version shown was made, or that of the operation shown, read.
        former: the certificate of the version that was current before the operation, read.
        secret: what the secret shown holds, or the file of an import, read.
        settings: the vault's, with what was learned.
        page_after: the last name of the page of a list that led to this one; None where that is not known.
        held: the rules that the body keeps.
    """

    view: View
    body: Mapping[str, Any]
    answer: Answer
    joint: Joint
    known: Known
    ask: Ask
    facts: Facts
    settings: Settings
    version: VersionFacts | None = None
    version_state: VersionState = VersionState.NONE
    records: Mapping[str, Any] = field(default_factory=dict)
    learned: dict[str, Any] = field(default_factory=dict)
    x509: X509Facts | None = None
    csr: X509Facts | None = None
    former: X509Facts | None = None
    secret: SecretFacts | None = None
    page_after: str | None = None
    held: tuple[str, ...] = ()

    def slot(self, path: str) -> Any:
        """What is known of a slot (`version.created`), with what this look has learned."""
        if path in self.learned:
            return self.learned[path]
        record, _, member = path.partition(".")
        facts = self.record(record)
        value = None if facts is None else getattr(facts, member)
        return UNKNOWN if value is None else value

    def record(self, name: str) -> Any:
        """One record of the knowledge by its name."""
        if name == "version":
            return self.version
        if name == "settings":
            return self.settings
        return self.records[name] if name in self.records else getattr(self.known, name)

    def member(self, *path: str) -> Any:
        """A member of the body; ABSENT where it is not there."""
        value: Any = self.body
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return ABSENT
            value = value[key]
        return value


class Misfit(NamedTuple):
    """A rule that a body breaks.

    Attributes:
        met: what stands there.
        wanted: what should.
        held: how many rules of the look held before.
    """

    rule: Show | Relation
    met: object
    wanted: object
    held: int


def fit(want: object, have: object) -> object:
    """What `have` teaches where `want` stands, or MISFIT."""
    if isinstance(want, Pattern):
        return want.take(have)
    if want is ANYTHING or (want is UNKNOWN and have is not ABSENT):
        return have
    if isinstance(want, Within):
        return have if have in want else MISFIT
    return have if _same(want.value if isinstance(want, Doc) else want, have) else MISFIT


def _same(want: object, have: object) -> bool:
    """Whether two values are equal, or one of them is elided so that nobody can tell."""
    if isinstance(want, Identifier):
        return isinstance(have, str) and have.lower() == want.lower()
    if type(have) is type(want) and have == want:
        return True
    return have is not ABSENT and (_elided(have) or _elided(want))


def _elided(value: object) -> bool:
    return isinstance(value, str) and value.startswith("<") and NAMELESS.fullmatch(value) is not None


def taught(look: Look) -> Known:
    """The knowledge with all that the look has learned."""
    known = look.known
    if not look.learned:
        return known
    parts: dict[str, dict[str, Any]] = {}
    for path, value in look.learned.items():
        record, _, member = path.partition(".")
        parts.setdefault(record, {})[member] = value
    for record, members in parts.items():
        if record == "version":
            known = _with_version(known, look, replace(look.version, **members) if look.version else None)
        elif record == "deletion":
            known = replace(known, deletion=replace(known.deletion or DeletionFacts(), **members))
        elif record in _NAMED and getattr(known, record) is not None:
            known = replace(known, **{record: replace(getattr(known, record), **members)})
    return known


WITH_LEVEL: Final = (View.BUNDLE, View.VERSION, View.UPDATED_VERSION, View.DELETED_BUNDLE, View.DELETED_ITEM)
_NAMED: Final = ("pending", "policy")


def taught_record(look: Look, name: str) -> Any:
    """One of the vault's own records with all that the look has learned."""
    mine = {path.partition(".")[2]: value for path, value in look.learned.items() if path.startswith(f"{name}.")}
    values = {member: Doc(value) if isinstance(value, dict | list) else value for member, value in mine.items()}
    return replace(look.records[name], **values) if values else look.records[name]


def settings_taught(look: Look) -> Settings:
    """The vault's settings with what the look has shown of them."""
    after = look.settings
    if after.all_known:
        return after
    level = look.member("attributes", "recoveryLevel")
    if isinstance(level, str):
        days = look.member("attributes", "recoverableDays")
        after = learned(after, settings_shown(level, days=days if isinstance(days, int) else None))
    if look.view in WITH_LEVEL:
        after = learned(after, Settings(shows_level=level is not ABSENT))
    deleted, purge = look.member("deletedDate"), look.member("scheduledPurgeDate")
    if isinstance(deleted, int) and isinstance(purge, int):
        after = learned(after, Settings(retention_days=(purge - deleted) // DAY_S))
    return after


def _with_version(known: Known, look: Look, version: VersionFacts | None) -> Known:
    if version is None:
        return known
    if known.stub is look.version:
        return replace(known, stub=version)
    return replace(known, versions=tuple(version if v is look.version else v for v in known.versions))


def policy_shown(members: Mapping[str, Any]) -> Doc:
    """A policy's members as they are kept: without its identifier and attributes."""
    return Doc({key: value for key, value in members.items() if key not in ("id", "attributes")})
