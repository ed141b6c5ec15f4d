"""What the control endpoint is asked, read from JSON: strict, so that a slip of the pen is told and not passed over.

Not here: what is done about it (control).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from certlife.adapters.emulator.faults import MOST_S, Fault, FaultKind
from certlife.adapters.emulator.vaults import Wish
from certlife.adapters.memory import Settings
from certlife.adapters.port import Decision, Issue, Refuse, Stall
from certlife.model.values import Json
from certlife.model.vocabulary import IssuerKind

T = TypeVar("T")

_MOST_SECONDS: Final = 200 * 366 * 86_400
LAST: Final = 250_000_000_000
"""Moments before the year 9892; certificates end in 9999 at the latest."""

_MOST_TEXT: Final = 4000
_MOST_TIMES: Final = 10_000
_CLOCKS: Final = ("real", "held")
_ISSUERS: Final = {"self": IssuerKind.SELF, "partner": IssuerKind.PARTNER, "unknown": IssuerKind.UNKNOWN}


class VerbMalformed(ValueError):  # noqa: N818 - it says what is wrong
    """What was asked can not be read; whoever asked is wrong."""


class Asked:
    """The members of a JSON object, each asked for once; what nobody asked for is a mistake.

    Raises: VerbMalformed: it is no object.
    """

    def __init__(self, body: Json) -> None:
        if body is not None and not isinstance(body, dict):
            raise VerbMalformed("the body has to be a JSON object")
        self._members: dict[str, Json] = dict(body or {})

    def flag(self, name: str, *, usual: bool | None = None) -> bool:
        """A truth value."""
        return bool(self._take(name, usual, "true or false", lambda one: isinstance(one, bool)))

    def whole(self, name: str, usual: int | None = None, *, least: int = 0, most: int = _MOST_SECONDS) -> int:
        """A whole number in a range."""
        good = f"a whole number from {least} to {most}"
        return int(self._take(name, usual, good, lambda one: _is_whole(one, least, most)))

    def optional(self, name: str, *, most: int = _MOST_SECONDS) -> int | None:
        """A whole number from 0 on, None where it is null or not there."""
        return None if self._is_null(name) else self.whole(name, most=most)

    def seconds(self, name: str, usual: float) -> float:
        """A number of seconds."""

        def good(one: object) -> bool:
            return isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one <= MOST_S

        return float(self._take(name, usual, f"a number from 0 to {MOST_S:g}", good))

    def text(self, name: str, usual: str | None = None) -> str:
        """A text."""
        good = f"a text of at most {_MOST_TEXT} characters"
        return str(self._take(name, usual, good, lambda one: isinstance(one, str) and len(one) <= _MOST_TEXT))

    def word(self, name: str, words: Mapping[str, T], usual: str | None = None) -> T:
        """One of several words, in any case, and what it stands for."""
        sent = self.text(name, usual).lower()
        if sent not in words:
            raise VerbMalformed(f"{name}: {sent!r} is none of {', '.join(words)}")
        return words[sent]

    def name(self, name: str) -> str | None:
        """A text, None where it is null or not there."""
        return None if self._is_null(name) else self.text(name)

    def inner(self, name: str) -> Asked:
        """An object; one without members where it is not there."""
        return Asked(self._members.pop(name, None))

    def done(self) -> None:
        """See that nothing is left.

        Raises: VerbMalformed: there is a member that means nothing here.
        """
        for name in self._members:
            raise VerbMalformed(f"{name!r} means nothing here")

    def _is_null(self, name: str) -> bool:
        if self._members.get(name) is not None:
            return False
        self._members.pop(name, None)
        return True

    def _take(self, name: str, usual: Any, good: str, is_good: Callable[[object], bool]) -> Any:
        if name not in self._members and usual is not None:
            return usual
        if name not in self._members:
            raise VerbMalformed(f"{name} is missing: {good}")
        value = self._members.pop(name)
        if not is_good(value):
            raise VerbMalformed(f"{name} has to be {good}")
        return value


def _is_whole(one: object, least: int, most: int) -> bool:
    return isinstance(one, int) and not isinstance(one, bool) and least <= one <= most


def wish_of(asked: Asked) -> Wish:
    """What a vault is to be like."""
    sent, usual = asked.inner("settings"), Settings()
    settings = Settings(
        sent.flag("soft_delete", usual=usual.soft_delete),
        sent.whole("retention_days", usual.retention_days, least=7, most=90),
        sent.flag("purge_protection", usual=usual.purge_protection),
    )
    sent.done()
    clock = asked.word("clock", {word: word for word in _CLOCKS}, "real")
    seed, start = asked.optional("seed", most=2**63), asked.optional("start", most=LAST)
    return Wish(settings, seed, asked.name("mutant"), "held" if clock == "held" else "real", start)


def decision_of(asked: Asked) -> Decision:
    """What an issuer is to do."""
    kind = asked.word("kind", {word: word for word in ("issue", "refuse", "stall")})
    if kind == "stall":
        return Stall()
    after_s = asked.whole("after_s", 0)
    if kind == "issue":
        return Issue(after_s)
    usual = Refuse()
    return Refuse(asked.text("code", usual.code), asked.text("message", usual.message), after_s)


def issuer_of(asked: Asked) -> IssuerKind:
    """Whose decision it is."""
    return asked.word("issuer", _ISSUERS, "partner")


def fault_of(asked: Asked) -> tuple[Fault, int]:
    """A fault, and how many requests get it."""
    kind = asked.word("kind", {one.value: one for one in FaultKind})
    retry_after_s = asked.whole("retry_after_s", 10, most=int(MOST_S))
    vault = asked.name("vault")
    fault = Fault(kind, retry_after_s, asked.seconds("after_s", 1.0), None if vault is None else vault.lower())
    return fault, asked.whole("times", 1, least=1, most=_MOST_TIMES)
