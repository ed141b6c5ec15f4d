"""What may be the case in a vault, after all that it has answered: a set of explanations for every name.

`settle` adds what the service may have done on its own, `observe` keeps the explanations that an answer leaves. When
none is left, the answer breaks a rule, and that is the finding.

Not here: the rules (tables, answers, constraints), one name (names), how a session is read and reported (conformance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from certlife.model import names, vaultwide
from certlife.model.asks import Ask, part_written, understand
from certlife.model.constraints import broken_by
from certlife.model.findings import Finding, constraint_finding
from certlife.model.known import CLOCK_SLACK_S, IssuerFacts, issuer_of
from certlife.model.moves import Hypothesis
from certlife.model.names import Context, Outcome
from certlife.model.prior import ANYTHING, ONLY_FREE, older_than
from certlife.model.rows import SessionRule
from certlife.model.settings import Settings
from certlife.model.values import OTHERS_BEFORE, OTHERS_BEHIND, Answer, Exchange
from certlife.model.vaultwide import Holding
from certlife.model.vocabulary import Grade, IssuerState, Operation, Profile
from certlife.model.x509 import NO_READER, Reader

Explanations = tuple[Hypothesis, ...]
MOST_BACKUPS: Final = 1000
MOST_PAGES: Final = 100
_DENIALS: Final = {"AccessDenied", "ForbiddenByPolicy", "ForbiddenByRbac", "ForbiddenByFirewall", "ForbiddenByConnection"}
_READS: Final = {
    Operation.GET, Operation.POLL, Operation.GET_POLICY, Operation.LIST, Operation.LIST_VERSIONS, Operation.LIST_DELETED,
    Operation.GET_DELETED, Operation.GET_KEY, Operation.GET_SECRET, Operation.BACKUP, Operation.LIST_ISSUERS,
    Operation.GET_ISSUER, Operation.GET_CONTACTS,
}  # fmt: skip
_OF_ISSUERS: Final = {Operation.SET_ISSUER, Operation.UPDATE_ISSUER, Operation.GET_ISSUER, Operation.DELETE_ISSUER}
_OF_CONTACTS: Final = {Operation.SET_CONTACTS, Operation.GET_CONTACTS, Operation.DELETE_CONTACTS}
_LISTS: Final = {Operation.LIST, Operation.LIST_DELETED}
_OF_PARTS: Final = {Operation.GET_KEY, Operation.GET_SECRET}


@dataclass(frozen=True, slots=True)
class Belief:
    """All that may be the case in a vault.

    Attributes:
        settings: what is known of the vault's settings.
        names: the explanations of every name that was spoken of.
        issuers: the same for issuer objects.
        contacts: the same for the contacts.
        held: the names under which somebody made a key or a secret that is no certificate's; None: perhaps it is gone.
        pages: the last name of a page of a list, by the token of the next one.
        backups: what was known of a name when it was backed up, by blob.
        clock: the latest moment that the vault has named, seconds since 1970.
        start: the first one.
        starts_empty: whether names that nobody spoke of yet are free.
        names_are_new: whether they are, of certificates and issuers, in a vault that holds other things as well: the names
            were made up for this session, and those of others are marked.
    """

    settings: Settings = field(default_factory=Settings)
    names: Mapping[str, Explanations] = field(default_factory=dict)
    issuers: Mapping[str, tuple[Holding, ...]] = field(default_factory=dict)
    contacts: tuple[Holding, ...] = ()
    backups: Mapping[str, tuple[tuple[str, Explanations], ...]] = field(default_factory=dict)
    held: Mapping[str, bool | None] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    clock: int | None = None
    start: int | None = None
    starts_empty: bool = False
    names_are_new: bool = False

    def is_new(self, name: str) -> bool:
        """Whether a name is free if nobody spoke of it yet."""
        return self.starts_empty or (self.names_are_new and not name.startswith((OTHERS_BEFORE, OTHERS_BEHIND)))

    def of(self, name: str, body: object, start: int | None) -> Explanations:
        """The explanations of a name, before the answer with this body.

        Where nobody spoke of it yet, it may be anything; but in a session that claims to start empty only if the
        answer itself shows a date from before the session.

        Args:
            start: when the session began, seconds since 1970.
        """
        known = self.names.get(name)
        if known is not None:
            return known
        return ONLY_FREE if self.is_new(name) and not older_than(body, start) else ANYTHING

    def largest(self) -> int:
        """The number of explanations of the name that has most."""
        return max((len(explanations) for explanations in self.names.values()), default=0)


class Observation(NamedTuple):
    """What an answer leaves of a belief.

    Attributes:
        belief: what is left; after a finding, what was believed before.
        finding: the rule that the answer breaks; None where it breaks none.
        held: the rules that it kept.
        unjudged: why the model takes no position on it; empty where it does.
        size: how many explanations the answer was held against.
    """

    belief: Belief
    finding: Finding | None = None
    held: tuple[str, ...] = ()
    unjudged: str = ""
    size: int = 0


def observe(
    belief: Belief, exchange: Exchange, *, profile: Profile = Profile.EITHER, reader: Reader = NO_READER
) -> Observation:
    """Hold an answer against a belief.

    Args:
        exchange: the request with its answer; its clock may be unknown.
        profile: whom to believe where documents and service disagree.
        reader: reads X.509 content, for the rules about it.
    Returns: what is left of the belief, or the finding.
    Raises: BeliefTooLarge: more is left open than the model follows.
    """
    ask = understand(exchange.request)
    if ask is None:
        return Observation(_with_part(belief, exchange), unjudged="no request of the lifecycle")
    reason = _speaks_of_something_else(exchange.answer) or _shows_a_part_of_its_own(belief, ask, exchange.answer)
    if reason:
        return Observation(_after_fault(belief, ask, exchange.answer), unjudged=reason)
    if not CLOCK.holds(belief.clock, exchange.at):
        return Observation(belief, _RAN_BACKWARDS)
    at = exchange.at
    start = at if belief.start is None else belief.start
    clock = at if belief.clock is None or (at is not None and at > belief.clock) else belief.clock
    seen = _judged(belief, ask, exchange.answer, Context(profile, reader, at, clock, start))
    if seen.finding is not None:
        return seen._replace(belief=belief)
    if exchange.repeated:
        seen = _with_gap(seen, ask, exchange)
    after = seen.belief
    if after.clock == clock and after.start == start:
        return seen
    return seen._replace(belief=replace(after, clock=clock, start=start))


def _judged(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    refused = _refused_for_its_form(ask, answer, context.profile)
    if isinstance(refused, Finding):
        return Observation(belief, refused)
    if refused:
        return Observation(belief, held=(refused,))
    return _observed(belief, ask, answer, context)


def clock_goes_on(before: int | None, at: int | None) -> bool:
    """The vault's clock does not run backwards between two answers."""
    return before is None or at is None or at >= before - CLOCK_SLACK_S


CLOCK: Final = SessionRule("TIME-01", clock_goes_on, Grade.OBSERVED, ("KVC-ATT-004", "J-73"))
_RAN_BACKWARDS: Final = Finding(CLOCK.rule, CLOCK.because, "the vault's clock ran backwards between two answers", ())


def _speaks_of_something_else(answer: Answer) -> str:
    """Why an answer says nothing about the lifecycle; empty where it does."""
    if answer.status == 401:
        return "challenge"
    if answer.status == 429:
        return "throttled"
    if answer.status >= 500:
        return "server fault"
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    inner = error.get("innererror") if isinstance(error, dict) else None
    denied = answer.status == 403 and isinstance(inner, dict) and inner.get("code") in _DENIALS
    return "denied" if denied else ""


def _at(belief: Belief, exchange: Exchange) -> Belief:
    if exchange.at is None or (belief.clock is not None and belief.clock >= exchange.at):
        return belief
    start = exchange.at if belief.start is None else belief.start
    return replace(belief, clock=exchange.at, start=start)


def _refused_for_its_form(ask: Ask, answer: Answer, profile: Profile) -> Finding | str:
    """The rule by which a malformed request was refused, or the finding that it was not; empty: it is well formed."""
    broken = broken_by(ask, profile)
    for constraint in broken:
        if constraint.reply.accepts(answer):
            return vaultwide.error_finding(constraint, ask, answer, profile) or constraint.rule
    for constraint in broken:
        if constraint.strict and answer.status < 400:
            return constraint_finding(constraint)
    return ""


def _observed(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    if ask.operation in _LISTS:
        return _observed_list(belief, ask, answer, context)
    if ask.operation is Operation.LIST_ISSUERS:
        return _observed_issuers(belief, ask, answer, context)
    if ask.operation in _OF_ISSUERS:
        return _observed_issuer(belief, ask, answer, context)
    if ask.operation in _OF_CONTACTS:
        return _observed_contacts(belief, ask, answer, context)
    if ask.operation is Operation.RESTORE:
        return _observed_restore(belief, ask, answer, context)
    return _observed_name(belief, ask.name, ask, answer, context)


def _observed_name(belief: Belief, name: str, ask: Ask, answer: Answer, context: Context) -> Observation:
    outcome = names.explain(
        belief.of(name, answer.body, context.start),
        ask,
        answer,
        belief.settings,
        context,
        issuer_there=issuer_there(belief, ask),
        name_held=name_held(belief, name),
    )
    if outcome.finding is not None:
        return Observation(belief, outcome.finding, size=outcome.size)
    after = _with_name(belief, name, outcome, context)
    if ask.operation is Operation.BACKUP and answer.status < 300 and isinstance(answer.body, dict):
        after = _with_backup(after, str(answer.body.get("value")), name)
    return Observation(after, held=outcome.held, size=outcome.size)


def _with_name(belief: Belief, name: str, outcome: Outcome, context: Context) -> Belief:
    if belief.names.get(name) is outcome.left and belief.settings is outcome.settings:
        return belief
    return replace(
        belief,
        names={**belief.names, name: outcome.left},
        settings=outcome.settings,
        clock=context.clock,
        start=context.start,
    )


def _with_backup(belief: Belief, blob: str, name: str) -> Belief:
    kept = dict(belief.backups)
    kept[blob] = (*kept.pop(blob, ()), (name, belief.names[name]))
    if len(kept) > MOST_BACKUPS:
        del kept[next(iter(kept))]
    return replace(belief, backups=kept)


def _with_page(belief: Belief, page: vaultwide.Page) -> Belief:
    if page.token is None or page.before is None:
        return belief
    kept = dict(list(belief.pages.items())[-MOST_PAGES:])
    return replace(belief, pages={**kept, page.token: page.before})


def name_held(belief: Belief, name: str) -> bool | None:
    """Whether a key or secret of another making holds the name; None: not known."""
    if name in belief.held:
        return belief.held[name]
    return None if name not in belief.names and not belief.is_new(name) else False


def _with_part(belief: Belief, exchange: Exchange) -> Belief:
    """Somebody has made, changed or deleted a key or a secret itself; what a fault has done is not known."""
    name, status = part_written(exchange.request), exchange.answer.status
    if name is None or 300 <= status < 500:
        return belief
    made = status < 300 and exchange.request.method.upper() != "DELETE"
    return replace(belief, held={**belief.held, name: True if made else None})


def _shows_a_part_of_its_own(belief: Belief, ask: Ask, answer: Answer) -> str:
    """Whether a key or a secret is shown that is no certificate's, and may be: then it says nothing about the lifecycle."""
    if ask.operation not in _OF_PARTS or answer.status >= 300 or name_held(belief, ask.name) is False:
        return ""
    managed = isinstance(answer.body, dict) and answer.body.get("managed") is True
    return "" if managed else "a key or a secret of its own"


def backups_of(belief: Belief, ask: Ask) -> tuple[tuple[str, Explanations], ...]:
    """The names that a restored blob may be a backup of, with what was known of them then; none: it is a stranger."""
    return belief.backups.get(str(ask.body.get("value")), ())


def issuer_there(belief: Belief, ask: Ask) -> bool | None:
    """Whether the issuer object that the request names is in the vault; True where it needs none.

    None where it is not known, or where it is disabled: what that means to a create no document says (S-47).
    """
    if ask.operation is not Operation.CREATE:
        return True
    issuer = ask.issuer if ask.policy else _issuer_stored(belief, ask.name)
    if issuer is None:
        return True if ask.policy else None
    if issuer.lower() in ("self", "unknown"):
        return True
    holdings = belief.issuers.get(issuer.lower(), vaultwide.ISSUER_UNSEEN)
    states = {holding.state for holding in holdings}
    if len(states) > 1 or any(isinstance(h.facts, IssuerFacts) and h.facts.enabled is False for h in holdings):
        return None
    return IssuerState.PRESENT in states


def _issuer_stored(belief: Belief, name: str) -> str | None:
    """The issuer that the stored policy of a name refers to, as far as its explanations agree; None: not known."""
    named = {issuer_of(hypothesis.known.policy) for hypothesis in belief.names.get(name, ())}
    return named.pop() if len(named) == 1 else None


def _observed_restore(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    """A restore names no certificate: the blob does, if it is known, or the answer."""
    backups = backups_of(belief, ask)
    named = vaultwide.name_shown(answer.body) if answer.status < 300 else None
    spoken_of = {named} if named is not None else {name for name, _ in backups}
    if not spoken_of:  # a stranger's blob, refused: of which name it was nobody knows, so any state may have refused it
        outcome = names.explain(ANYTHING, ask, answer, belief.settings, context)
        return Observation(belief, outcome.finding, outcome.held, size=outcome.size)
    found: list[Observation] = []
    for name in sorted(spoken_of):
        kept = tuple(h for owner, hypotheses in backups if owner == name for h in hypotheses)
        outcome = names.explain(belief.of(name, answer.body, context.start), ask, answer, belief.settings, context, name=name, backups=kept)
        if outcome.finding is None:
            return Observation(_with_name(belief, name, outcome, context), held=outcome.held, size=outcome.size)
        found.append(Observation(belief, outcome.finding, size=outcome.size))
    return found[0]


def _observed_list(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    """A list speaks of every name: of those listed, and of those that are not."""
    page, finding = vaultwide.page_of(ask, answer, belief.settings, belief.pages, context)
    if finding is not None:
        return Observation(belief, finding)
    belief = _with_page(belief, page)
    held, size = list(page.held), 0
    for name in page.spoken_of(belief.names):
        told = page.answer_about(name)
        outcome = names.explain(belief.of(name, told.body, context.start), ask, told, belief.settings, context, name=name)
        if outcome.finding is not None:
            return Observation(belief, outcome.finding, size=outcome.size)
        belief = _with_name(belief, name, outcome, context)
        held.extend(outcome.held)
        size = max(size, outcome.size)
    return Observation(belief, held=tuple(held), size=size)


def _observed_issuers(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    page, finding = vaultwide.page_of(ask, answer, belief.settings, belief.pages, context)
    if finding is not None:
        return Observation(belief, finding)
    belief = _with_page(belief, page)
    issuers, held = dict(belief.issuers), list(page.held)
    for name in page.spoken_of(issuers):
        known = issuers.get(name) or vaultwide.ISSUER_UNSEEN
        seen = vaultwide.explain_issuer(known, name, ask, page.answer_about(name), context)
        if seen.finding is not None:
            return Observation(belief, seen.finding)
        issuers[name] = seen.left
        held.extend(seen.held)
    return Observation(replace(belief, issuers=issuers), held=tuple(held), size=1)


def _observed_issuer(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    fresh = belief.is_new(ask.name) and not older_than(answer.body, context.start)
    known = belief.issuers.get(ask.name) or (vaultwide.NO_ISSUER if fresh else vaultwide.ISSUER_UNSEEN)
    seen = vaultwide.explain_issuer(known, ask.name, ask, answer, context)
    if seen.finding is not None:
        return Observation(belief, seen.finding)
    after = replace(belief, issuers={**belief.issuers, ask.name: seen.left})
    return Observation(after, held=seen.held, size=len(seen.left))


def _observed_contacts(belief: Belief, ask: Ask, answer: Answer, context: Context) -> Observation:
    known = belief.contacts or (vaultwide.NO_CONTACTS if belief.starts_empty else vaultwide.CONTACTS_UNSEEN)
    seen = vaultwide.explain_contacts(known, ask, answer, context)
    if seen.finding is not None:
        return Observation(belief, seen.finding)
    return Observation(replace(belief, contacts=seen.left), held=seen.held, size=len(seen.left))


def after_finding(belief: Belief, exchange: Exchange) -> Belief:
    """`belief` after an answer that it can not explain, to go on with: the name spoken of may be anything."""
    ask = understand(exchange.request)
    now = _at(belief, exchange)
    if ask is None or not ask.name or ask.operation in _OF_ISSUERS:
        return opened(now)
    return replace(now, names={**now.names, ask.name: ANYTHING})


def _with_gap(seen: Observation, ask: Ask, exchange: Exchange) -> Observation:
    """After changes that were left out of the recording, every name may be anything."""
    if ask.operation in _READS or exchange.answer.status >= 400:
        return seen
    return seen._replace(belief=opened(seen.belief))


def opened(belief: Belief) -> Belief:
    """`belief` after changes that nobody saw."""
    names_now = {name: tuple(dict.fromkeys((*known, *ANYTHING))) for name, known in belief.names.items()}
    issuers = {name: (*known, *vaultwide.ISSUER_UNSEEN) for name, known in belief.issuers.items()}
    return replace(belief, names=names_now, issuers=issuers, contacts=(), starts_empty=False, names_are_new=False)


def _after_fault(belief: Belief, ask: Ask, answer: Answer) -> Belief:
    """A server fault leaves open whether the request was carried out."""
    if answer.status < 500 or ask.operation in _READS:
        return belief
    if not ask.name or ask.operation in _OF_ISSUERS:
        return opened(belief)
    both = tuple(dict.fromkeys((*belief.names.get(ask.name, ()), *ANYTHING)))
    return replace(belief, names={**belief.names, ask.name: both})
