"""A vault on trial: every act is carried out, every answer is held against the belief.

Not here: what is done next (planner, lifecycle), what is made of a deviation (findings, told).
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import Final

from certlife.adapters.port import Controls, NotAsked, Vault
from certlife.adapters.x509 import X509Reader
from certlife.conformance.judge import Found
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Join, Restart, Send, Take, Wait
from certlife.conformance.suite.content import Maker
from certlife.conformance.suite.notebook import Notebook
from certlife.model import Belief, Exchange, Profile, observe
from certlife.model.values import Answer, Request

READER: Final = X509Reader()
API_VERSION: Final = "7.4"
LONGEST_WAIT_S: Final = 10
"""How long is really waited where the clock can not be moved: seconds."""


class Deviated(Exception):  # noqa: N818 - it is a verdict
    """The vault has given an answer that no explanation permits.

    Attributes:
        found: the finding, and where.
        acts: everything that was done, the last act included.
        exchanges: everything that was said, as far.
    """

    def __init__(self, found: Found, acts: tuple[Act, ...], exchanges: tuple[Exchange, ...]) -> None:
        super().__init__(f"{found.rule}: {found.finding.text}")
        self.found, self.acts, self.exchanges = found, acts, exchanges


class Trial:
    """One vault, and what is believed of it.

    Args:
        vault: the one that is judged; the trial does not close it.
        seed: of what the client brings along.
        fresh: whether the vault is known to hold nothing.

    Attributes:
        belief: what is believed of the vault.
        late: what somebody believes who came later and knows nothing of what was before; None: nobody did.
        acts: what was done.
        exchanges: what was said.
        held: how often each rule was kept; of the rows those that certainly were taken.
        left_out: why acts were left out, which the vault does not take.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        seed: int = 0,
        profile: Profile = Profile.EITHER,
        fresh: bool = True,
        api_version: str = API_VERSION,
    ) -> None:
        self.profile, self.api_version = profile, api_version
        self.belief = Belief(starts_empty=fresh, names_are_new=getattr(vault, "names_are_new", False))
        self.late: Belief | None = None
        self.notebook = Notebook()
        self.acts: list[Act] = []
        self.exchanges: list[Exchange] = []
        self.held: Counter[str] = Counter()
        self.left_out: list[str] = []
        self._vault = vault
        self._maker = Maker(seed)

    @property
    def controls(self) -> Controls | None:
        """The vault's levers."""
        return self._vault.controls

    def now(self) -> int:
        """The vault's clock, seconds since 1970; our own where it has no levers."""
        return int(time.time()) if self.controls is None else self.controls.now()

    def do(self, act: Act, request: Request | None = None) -> Answer | None:
        """Carry out an act; return the answer to a request, None where there is none or the vault does not take it.

        Args:
            request: what a Send stands for, where that was found out already.

        Raises:
            Deviated: the answer breaks a rule.
            NothingToReferTo: the request refers to something that was never shown.
            VaultUnreachable: there is no answer.
        """
        if isinstance(act, Send):
            request = request or self.resolved(act)
            self.acts.append(act)
            try:
                return self.ask(request)
            except NotAsked as reason:
                self.acts.pop()
                self.left_out.append(str(reason))
                return None
        self.acts.append(act)
        if isinstance(act, Join):
            self.late = Belief()
        else:
            pull(act, self.controls)
        return None

    def resolved(self, send: Send) -> Request:
        """The request that an act stands for, now."""
        request = self.notebook.request(send, lambda kind, wishes: self._maker.make(kind, wishes, self.now()))
        return request if request.api_version is not None else replace(request, api_version=self.api_version)

    def ask(self, request: Request) -> Answer:
        """Send a request, and hold the answer against the belief."""
        self._maker.let_go()
        answer = self._vault.perform(request)
        exchange = Exchange(request, answer, self.now())
        self.exchanges.append(exchange)
        self.notebook.note(request, answer)
        self.belief = self._held_against(self.belief, exchange)
        if self.late is not None:
            self.late = self._held_against(self.late, exchange)
        return answer

    def _held_against(self, belief: Belief, exchange: Exchange) -> Belief:
        seen = observe(belief, exchange, profile=self.profile, reader=READER)
        if seen.finding is not None:
            found = Found(seen.finding, len(self.exchanges) - 1, exchange)
            raise Deviated(found, tuple(self.acts), tuple(self.exchanges))
        self.held.update(seen.held)
        return seen.belief


def pull(act: Act, controls: Controls | None) -> None:
    """Pull a lever; where there is none, only waiting does anything: it waits."""
    if controls is None:
        if isinstance(act, Wait):
            time.sleep(min(act.seconds, LONGEST_WAIT_S))
        return
    match act:
        case Wait():
            controls.advance(act.seconds)
        case Decide():
            try:
                controls.decide(act.decision, kind=act.kind, name=act.name)
            except ValueError:  # no operation of that name is running any more: there is nothing to decide
                return
        case Cancellation():
            controls.decide_cancellation(wins=act.wins, after_s=act.after_s)
        case Take():
            controls.take(deletion_s=act.deletion_s, recovery_s=act.recovery_s, purge_s=act.purge_s)
        case Restart():
            controls.restart()
