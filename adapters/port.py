"""The border between the suite and whatever holds certificates: one verb, and the levers that some vaults offer.

Not here: how a request travels (adapters that reach something far away), what an answer means (model).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import IssuerKind


class VaultUnreachable(Exception):  # noqa: N818 - nobody's error: the run is inconclusive
    """The target could not be asked, or did not answer; it says nothing about whether it conforms."""


class BudgetSpent(VaultUnreachable):
    """As many requests were sent as were allowed; nothing more is asked."""


class NotAsked(Exception):  # noqa: N818 - nobody's error: the request is left out
    """The target does not take this request, and nothing was sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Issue:
    """The issuer signs.

    Attributes:
        after_s: how many seconds after the order, or after now for an operation that is running; >= 0.
    """

    after_s: int = 0


@dataclass(frozen=True, slots=True)
class Refuse:
    """A CA rejects the order, or fails; the operation becomes `failed` with this error (observed N-13).

    Of the vault itself, issuer Self, no source says that it ever fails to sign.
    """

    code: str = "Request rejected"
    message: str = "The order was rejected by the certification authority."
    after_s: int = 0


@dataclass(frozen=True, slots=True)
class Stall:
    """The issuer says nothing until it is told to."""


Decision: TypeAlias = Issue | Refuse | Stall


@dataclass(frozen=True, slots=True)
class Message:
    """What a vault sent of its own accord.

    Attributes:
        at: when, on the vault's clock.
        kind: `mail` to the contacts, or `event` to Event Grid.
        to: the addresses of a mail; empty for an event.
        body: the event in Event Grid's schema, or `{"subject", "certificate", "text"}` of a mail.
    """

    at: int
    kind: str
    body: Mapping[str, Json]
    to: tuple[str, ...] = field(default=())


class Controls(Protocol):
    """What a foreign service does on its own time, our own vaults do on command."""

    def now(self) -> int:
        """Return the vault's clock, whole seconds since 1970."""

    def advance(self, seconds: int) -> None:
        """Let time pass; what falls due happens in its order, at its own moment."""

    def decide(self, decision: Decision, *, kind: IssuerKind = IssuerKind.PARTNER, name: str | None = None) -> None:
        """Settle what an issuer will do.

        Args:
            decision: what it does, and when.
            kind: SELF or PARTNER; the decision waits for the next operation of that kind.
            name: of a certificate; the decision is about its running operation instead.
        Raises: ValueError: there is nothing to decide: nobody (Unknown) is to sign, the vault itself is to refuse, or no
        operation of that name runs.
        """

    def decide_cancellation(self, *, wins: bool, after_s: int = 10) -> None:
        """Settle the next cancellation: it takes effect after so many seconds, or the issuer is not stopped by it."""

    def take(self, *, deletion_s: int | None = None, recovery_s: int | None = None, purge_s: int | None = None) -> None:
        """Settle how long deletions, recoveries and purges take from now on; None leaves one as it is."""

    def restart(self) -> None:
        """Stop and start the vault; what it holds stays, decisions that wait for an operation are forgotten."""

    @property
    def outbox(self) -> Sequence[Message]:
        """Mails to the contacts and Event Grid events, oldest first."""


class Vault(Protocol):
    """Anything that answers requests.

    A vault that holds other people's things, and in which all names that it is asked for are made up for this session, says
    so with an attribute `names_are_new` that is True, and marks the names of others (`values.OTHERS_BEFORE`, `OTHERS_BEHIND`).
    """

    @property
    def controls(self) -> Controls | None:
        """The levers; None where there are none."""

    def perform(self, request: Request) -> Answer:
        """Answer a request; a refusal is an answer.

        Raises:
            VaultUnreachable: the target could not be asked.
            NotAsked: the target does not take this request; it was not sent.
        """

    def close(self) -> None:
        """Let go of what is held open; a second time does nothing."""
