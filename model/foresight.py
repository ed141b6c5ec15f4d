"""What a vault may answer next: the rules that may decide about a request before it is sent.

The other side of the belief's coin: `observe` holds an answer against these rules, a tester chooses its next request by
them (the *out* set of ioco). Not here: who chooses, and why (conformance).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from certlife.model import names, vaultwide
from certlife.model.asks import Ask, understand
from certlife.model.belief import Belief, backups_of, issuer_there, name_held
from certlife.model.constraints import broken_by
from certlife.model.guards import Facts, Situation
from certlife.model.joint import Joint
from certlife.model.known import Known
from certlife.model.moves import OWNER, Hypothesis, rows_for
from certlife.model.names import Context
from certlife.model.prior import ANYTHING
from certlife.model.rows import Row
from certlife.model.values import Request
from certlife.model.vaultwide import Holding
from certlife.model.vocabulary import Machine, Operation, Profile
from certlife.model.x509 import NO_READER, Reader


class Foreseen(NamedTuple):
    """A rule that may decide about a request.

    Attributes:
        rule: a row, or a constraint that the request breaks.
        name: which name it is about; empty for issuers, contacts and constraints.
        before, after: the explanation that the row starts from, and where it leads; None where the rule has none.
    """

    rule: str
    name: str = ""
    row: Row | None = None
    before: Hypothesis | None = None
    after: Hypothesis | None = None


def foresee(
    belief: Belief,
    request: Request,
    *,
    at: int | None,
    profile: Profile = Profile.EITHER,
    reader: Reader = NO_READER,
    lenient: bool = False,
) -> tuple[Foreseen, ...]:
    """Every rule that may decide about a request, as far as the belief knows.

    Args:
        at: the vault's clock, seconds since 1970; None where it is not known.
        lenient: whether to leave the constraints aside, as a vault would that does not know them.
    Returns: none for a request that is none of the lifecycle.
    """
    ask = understand(request)
    if ask is None:
        return ()
    broken = [] if lenient else broken_by(ask, profile)
    told = [Foreseen(constraint.rule) for constraint in broken]
    if any(constraint.strict for constraint in broken):
        return tuple(told)
    return (*told, *_by_state(belief, ask, Context(profile, reader, at, belief.clock, belief.start)))


def _by_state(belief: Belief, ask: Ask, context: Context) -> Iterator[Foreseen]:
    machine = OWNER[ask.operation]
    if machine in (Machine.ISSUER, Machine.CONTACTS):
        yield from _of_the_vault(belief, machine, ask, context)
    elif ask.operation in (Operation.LIST, Operation.LIST_DELETED):
        for name in belief.names:
            yield from _of_a_name(belief, name, Ask(ask.operation, name, None, ask.request), context)
    elif ask.operation is Operation.RESTORE:
        yield from _of_a_backup(belief, ask, context)
    else:
        yield from _of_a_name(belief, ask.name, ask, context)


def _of_a_name(
    belief: Belief, name: str, ask: Ask, context: Context, backups: tuple[Hypothesis, ...] = ()
) -> Iterator[Foreseen]:
    known = belief.of(name, None, context.start) if name else ANYTHING
    there, held = issuer_there(belief, ask), name_held(belief, name)
    for facts in names.circumstances(ask, belief.settings, context.at, backups, issuer_there=there, name_held=held):
        for hypothesis in names.settle(known, facts, context.profile):
            for before, row, after in names.possible(hypothesis, ask, facts, context):
                yield Foreseen(row.rule, name, row, before, after)


def _of_a_backup(belief: Belief, ask: Ask, context: Context) -> Iterator[Foreseen]:
    backups = backups_of(belief, ask)
    for name in sorted({name for name, _ in backups}) or [""]:
        kept = tuple(hypothesis for owner, hypotheses in backups if owner == name for hypothesis in hypotheses)
        yield from _of_a_name(belief, name, Ask(ask.operation, name, None, ask.request), context, kept)


def _of_the_vault(belief: Belief, machine: Machine, ask: Ask, context: Context) -> Iterator[Foreseen]:
    for holding in _holdings(belief, machine, ask):
        situation = Situation(Joint(), Known(), Facts(context.at), ask)
        for row in rows_for(machine, holding.state, ask.operation, situation, context.profile):
            yield Foreseen(row.rule, row=row)


def _holdings(belief: Belief, machine: Machine, ask: Ask) -> Iterator[Holding]:
    if machine is Machine.CONTACTS:
        yield from belief.contacts or (vaultwide.NO_CONTACTS if belief.starts_empty else vaultwide.CONTACTS_UNSEEN)
    elif ask.operation is Operation.LIST_ISSUERS:
        for holdings in belief.issuers.values():
            yield from holdings
    else:
        unseen = vaultwide.NO_ISSUER if belief.is_new(ask.name) else vaultwide.ISSUER_UNSEEN
        yield from belief.issuers.get(ask.name, unseen)
