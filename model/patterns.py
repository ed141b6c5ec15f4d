"""Demands that are more than a value: patterns that a member of a body must fit, and what it teaches then.

Not here: which member they are for (answers), how they are run (look).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from certlife.model.known import ABSENT, EMPTY, UNKNOWN, Doc, Mark
from certlife.model.look import MISFIT, Look, Pattern
from certlife.model.vocabulary import IssuerKind

HEX32: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Folded(Pattern):
    """A text, whatever its case (KVC-NAM-007, C-07)."""

    texts: tuple[str, ...]

    def take(self, have: object) -> object:
        """The text met, or MISFIT."""
        return have if isinstance(have, str) and have.lower() in self.texts else MISFIT

    def __str__(self) -> str:
        return " or ".join(self.texts)


@dataclass(frozen=True, slots=True)
class VersionOf(Pattern):
    """The identifier of a version that is not known yet, below a collection; perhaps of a certain one."""

    collection: str
    version: str | None = None

    def take(self, have: object) -> object:
        """The version string, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        head, _, version = have.lower().rpartition("/")
        fits = head == self.collection and HEX32.fullmatch(version) and self.version in (None, version)
        return version if fits else MISFIT

    def __str__(self) -> str:
        return f"{self.collection}/ and 32 hex digits"


@dataclass(frozen=True, slots=True)
class Matching(Pattern):
    """Any text that a regular expression matches."""

    expression: re.Pattern[str]
    meaning: str

    def take(self, have: object) -> object:
        """The text met, or MISFIT; an elided value may be anything."""
        fits = isinstance(have, str) and (have.startswith("<") or self.expression.fullmatch(have))
        return have if fits else MISFIT

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True, slots=True)
class Kind(Pattern):
    """Any value of a JSON type."""

    types: tuple[type, ...]
    meaning: str

    def take(self, have: object) -> object:
        """The value met, or MISFIT."""
        return have if type(have) in self.types else MISFIT

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True, slots=True)
class Between(Pattern):
    """A whole number between two others."""

    low: int
    high: int

    def take(self, have: object) -> object:
        """The number, or MISFIT."""
        return have if type(have) is int and self.low <= have <= self.high else MISFIT

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class TagsLike(Pattern):
    """Tags: none may be shown as absent or as an empty object."""

    tags: Doc | Mark

    def take(self, have: object) -> object:
        """The tags as a document, or MISFIT."""
        shown = EMPTY if have is ABSENT else Doc(have) if isinstance(have, dict) else None
        if shown is None or (self.tags is not UNKNOWN and shown != self.tags):
            return MISFIT
        return shown

    def __str__(self) -> str:
        return "any tags" if not isinstance(self.tags, Doc) else f"tags {self.tags.value}"


@dataclass(frozen=True, slots=True)
class LevelOf(Pattern):
    """A recoveryLevel that the vault's settings allow; it teaches them."""

    look: Look

    def take(self, have: object) -> object:
        """The level, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        days = self.look.member("attributes", "recoverableDays")
        days = days if isinstance(days, int) else None
        if have not in LEVELS or not self.look.settings.agrees_with_level(have, days=days):
            return MISFIT
        return have

    def __str__(self) -> str:
        return f"a recoveryLevel of {self.look.settings}"


@dataclass(frozen=True, slots=True)
class IssuerOf(Pattern):
    """The name of an issuer of a kind."""

    kind: IssuerKind | None

    def take(self, have: object) -> object:
        """The name, or MISFIT."""
        if not isinstance(have, str):
            return MISFIT
        reserved = {"self": IssuerKind.SELF, "unknown": IssuerKind.UNKNOWN}
        fits = self.kind is None or reserved.get(have.lower(), IssuerKind.PARTNER) is self.kind
        return have if fits else MISFIT

    def __str__(self) -> str:
        return "any issuer" if self.kind is None else f"an issuer of the kind {self.kind.value}"


@dataclass(frozen=True, slots=True)
class Below(Pattern):
    """An address, or one below it."""

    address: str

    def take(self, have: object) -> object:
        """The address, or MISFIT."""
        text = have.lower() if isinstance(have, str) else ""
        return have if text == self.address or text.startswith(f"{self.address}/") else MISFIT

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class NextPage(Pattern):
    """Null, or the address of a list's next page."""

    path: str

    def take(self, have: object) -> object:
        """The address, or MISFIT."""
        if have is ABSENT:
            return have
        parts = urlsplit(have) if isinstance(have, str) else None
        fits = parts is not None and parts.path.strip("/").lower() == self.path and "skiptoken" in parts.query.lower()
        return have if fits else MISFIT

    def __str__(self) -> str:
        return f"null, or the address of {self.path} with a $skiptoken"


LEVELS: Final = (
    "Purgeable",
    "Recoverable+Purgeable",
    "Recoverable",
    "Recoverable+ProtectedSubscription",
    "CustomizedRecoverable+Purgeable",
    "CustomizedRecoverable",
    "CustomizedRecoverable+ProtectedSubscription",
)
TEXT: Final = Kind((str,), "a text")
WHOLE: Final = Kind((int,), "a whole number of seconds")
BOOLEAN: Final = Kind((bool,), "true or false")
OBJECT: Final = Kind((dict,), "an object")
LIST: Final = Kind((list,), "a list")
DAYS: Final = Between(7, 90)
REQUEST_ID: Final = Matching(HEX32, "32 hex digits")
THUMBPRINT: Final = Matching(re.compile(r"[A-Za-z0-9_-]{27}"), "the base64url of a SHA-1")
ISSUER_FAULTS: Final = Folded(("certificate issuer error", "request rejected"))
