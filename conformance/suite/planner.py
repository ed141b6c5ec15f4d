"""The planner: walks a vault to the rows of the tables that have not been exercised yet, the nearest first.

A way is found on the map of all joint states (atlas); every step of it is taken for real: by a request of which the model
foresees that this row decides about it, or by a lever. After every step the belief says where the vault is, and the way is
found anew if it is somewhere else. What was gone for in vain several times is given up, with the reason.

Not here: what may be sent (requests), what is wanted in which order of runs (campaign).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from certlife.adapters.clock import DAY_S
from certlife.adapters.port import Issue, Refuse, Stall
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Send, Take, Wait
from certlife.conformance.suite.atlas import Atlas, at_state, goals_of
from certlife.conformance.suite.choosing import Choosing
from certlife.conformance.suite.coverage import MOST_LACKS, Coverage
from certlife.conformance.suite.notebook import NothingToReferTo
from certlife.conformance.suite.policies import NOBODY, PARTNER, RENEWED
from certlife.conformance.suite.reach import BEYOND
from certlife.conformance.suite.requests import KINDS, Kind, Scene
from certlife.conformance.suite.trial import READER, Trial
from certlife.model import Belief
from certlife.model.constraints import CONSTRAINTS
from certlife.model.foresight import Foreseen, foresee
from certlife.model.guards import Facts, renewal_moment
from certlife.model.joint import Joint
from certlife.model.known import Known, Within
from certlife.model.moves import OWNER, Hypothesis
from certlife.model.names import settle
from certlife.model.region import Step, is_granted
from certlife.model.tables import TABLES
from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import (
    CertificateState,
    Drift,
    Grade,
    IssuerKind,
    Machine,
    Operation,
    Trigger,
    VersionState,
)

SLOW_S: Final = 14_400
"""How long what the vault does on its own is made to take, so that nothing happens unless it is waited for: seconds."""
APART_S: Final = 11
"""How long it is between two requests that change something, so that their times can be told apart: seconds."""
LIMIT: Final = 1_000_000
"""How many requests a planner may send to its vault, unless it is told otherwise."""
POLLED_S: Final = 5
"""How long a vault without levers is given before it is looked at again: seconds."""
MOST_NAMES: Final = 4
"""How many names are walked with at a time."""
MOST_KEPT: Final = 3
"""How many names are backed up as stubs, and with versions."""
PLAIN: Final = frozenset(
    row.rule for table in TABLES.values() for row in table if is_granted(row) and row.grade is not Grade.ASSUMED
)
"""The rows of an untroubled life, and what is known to happen in it."""
_GRANTING: Final = {
    operation: tuple(row.rule for row in TABLES[machine] if row.trigger is operation and row.rule in PLAIN)
    for operation, machine in OWNER.items()
}
"""The rows by which an operation is granted."""
ISSUED: Final = frozenset(row.rule for row in TABLES[Machine.OPERATION] if row.trigger is Drift.ISSUER_ISSUES)
"""How a certificate comes into being: with that a tour begins."""
LONGEST_WAY: Final = 40
"""How many steps a way may have."""
_CHEAP: Final = 2
"""What a way may cost that is gone at once, whatever the other names have to offer."""
_COSTLY: Final[Mapping[Trigger, int]] = {Drift.RETENTION_ENDS: 9, Drift.RENEWAL_DUE: 6, Drift.NBF_REACHED: 6, Drift.EXP_REACHED: 9}
"""What waits for a date moves the clock for all names: worth so many steps."""
ANSWERING: Final = frozenset(row.rule for table in TABLES.values() for row in table if row.reply is not None) | {
    constraint.rule for constraint in CONSTRAINTS
}
"""The rules that decide about a request."""
IDLE: Final = 4
"""How many turns a wandering may take, most of them in vain, for every request that it may send."""
_DATED: Final = (Drift.RETENTION_ENDS, Drift.RENEWAL_DUE, Drift.NBF_REACHED, Drift.EXP_REACHED)
_REFUSED: Final = 6
"""A refusal is gone for when the successes that are as near are done."""


class Planner:
    """Walks one vault.

    Attributes:
        limit: how many requests may be sent to the vault.

    Args:
        atlas: the map for the vault's settings.
        coverage: what has been exercised; it is kept up.
        choosing: chooses the data, and among ways of the same length.
    """

    def __init__(self, trial: Trial, atlas: Atlas, coverage: Coverage, choosing: Choosing) -> None:
        self.trial, self.coverage = trial, coverage
        self.limit = LIMIT
        self._atlas, self._choosing = atlas, choosing
        self._names: list[str] = []
        self._lacked: set[tuple[str, int]] = set()
        self._seen: dict[str, Joint | None] = {}
        self._assumed: dict[str, Joint] = {}
        self._kept: set[tuple[str, CertificateState]] = set()
        self._last: dict[str, str] = {}
        self._newest: dict[str, object] = {}

    def prepare(self) -> None:
        """Make the vault do nothing on its own, give it a CA, and see that another is not there."""
        self.do(Take(deletion_s=SLOW_S, recovery_s=SLOW_S, purge_s=SLOW_S))
        self.do(Send("PUT", f"/certificates/issuers/{PARTNER}", {"provider": "Test"}))
        self.do(Send("GET", f"/certificates/issuers/{NOBODY}"))

    def do(self, act: Act, name: str = "") -> None:
        """Carry out an act, and take down what it has shown."""
        before = self.trial.held.copy() if isinstance(act, Send) else None
        self.trial.do(act)
        if before is not None:
            self._noted(self.trial.held - before, name)

    def _noted(self, held: Mapping[str, int], name: str) -> None:
        self.coverage.note(held)
        row = next((rule for rule in held if rule in ANSWERING), "")
        if name and name in self._last:
            self.coverage.pairs.add((self._last[name], row))
        self._last[name] = row

    # --- where to

    def tour_deeper(self, budget: int) -> None:
        """Go to every row in each state that it starts from."""
        self.coverage.deeper = self._atlas.in_states
        self.tour(budget)
        self.coverage.deeper = frozenset()

    def tour(self, budget: int, among: frozenset[str] | None = None) -> None:
        """Go to one wanted rule after the other, until none is left that can be reached, or so many requests are sent.

        Args:
            among: the rules to go to; None for all.
        """
        end = min(self.limit, len(self.trial.exchanges) + budget)
        while len(self.trial.exchanges) < end:
            wanted = self.coverage.wanted() if among is None else self.coverage.wanted() & among
            way = self._nearest([rule for rule in wanted if self._in_reach(rule)])
            if way is None:
                return
            self._go(*way)

    def walk_to(self, rule: str) -> None:
        """Walk to one rule, from the nearest name, as far as the way holds."""
        found = self._nearest([rule])
        if found is not None:
            self._go(*found)

    def drift(self, name: str, drift: Drift) -> None:
        """Have the vault do something on its own with a name, if the map has it that it can."""
        here = self.joint(name)
        step = None if here is None else next((step for step in self._atlas.edges(here) if step.trigger is drift), None)
        if step is not None and self._is_open(step):
            self._take(name, step)

    def sweep(self, operations: Iterable[Operation]) -> None:
        """Send every kind of request of which a wanted rule may decide, to every name; as long as that is of use."""
        tried: Counter[str] = Counter()
        for operation in operations:
            ready: list[str | None] = []
            for number, kind in enumerate(KINDS[operation]):
                key = f"{operation.value}#{number}"
                if len(self.trial.exchanges) >= self.limit:
                    return
                telling = [self._swept(name, key, kind, tried) for name in (*self._names[-2:], self._fresh())]
                if any(telling):
                    continue
                ready = ready or [self._ready_for(operation)]
                if ready[0] is not None:
                    self._swept(ready[0], key, kind, tried)

    def _swept(self, name: str, key: str, kind: Kind, tried: Counter[str]) -> bool:
        """Send a request of a kind if it is of use; whether a malformed one has met a state in which it would be granted."""
        found = self.resolved(Scene(name, self.trial.notebook, self._choosing), kind)
        if found is None:
            return False
        foreseen = (*self.foreseen(found[1]), *self._foreseen_by(self.trial.late, found[1]))
        malformed = {f"{seen.rule}@{key}" for seen in foreseen if seen.row is None and seen.rule in self.coverage.goals}
        fresh = {goal for goal in malformed if not self.coverage.held[goal]}
        wanted = self.coverage.wanted()
        rows = [seen.rule for seen in foreseen if seen.row is not None and seen.rule in wanted and tried[seen.rule] < MOST_LACKS]
        telling = not malformed or self._granted_otherwise(found[1])
        if rows or (fresh and telling):
            tried.update(rows)
            self.coverage.held.update(fresh)
            self.send(name, *found)
            self._arrive(name)
        return telling

    def _granted_otherwise(self, request: Request) -> bool:
        """Whether a vault that does not know the constraints would grant a request."""
        seen = foresee(
            self.trial.belief, request, at=self.trial.now(), profile=self.trial.profile, reader=READER, lenient=True
        )
        return any(one.row is not None and is_granted(one.row) for one in seen)

    def _ready_for(self, operation: Operation) -> str | None:
        """A name in a state in which an operation is granted; None where there is no way there."""
        found = self._nearest(_GRANTING.get(operation, ()))
        if found is None:
            return None
        name, way = found
        for step in way[:-1]:
            if not self._take(name, step):
                return None
            self._arrive(name)
        return name if self.joint(name) == way[-1].before else None

    def tend(self, operations: Sequence[Operation], *, plain: bool) -> None:
        """Send requests of some operations, which are about the vault and no name.

        Args:
            plain: the plainest of each, in their order; else all of them, in any order, twice.
        """
        kinds = [kind for operation in operations for kind in KINDS[operation][: 1 if plain else None]]
        for turn in (kinds,) if plain else (self._choosing.shuffled(kinds), self._choosing.shuffled(kinds)):
            for kind in turn:
                if len(self.trial.exchanges) >= self.limit:
                    return
                found = self.resolved(Scene("", self.trial.notebook, self._choosing), kind)
                if found is not None:
                    self._let_pass(APART_S)
                    self.send("", *found)

    def try_again(self) -> None:
        """Forget what was gone for in vain: the vault has changed."""
        self.coverage.try_again()
        self._lacked.clear()

    def wander(self, budget: int) -> None:
        """Take steps that have not followed one another on a name yet, for so many requests."""
        end = len(self.trial.exchanges) + budget
        for _ in range(budget * IDLE):
            if len(self.trial.exchanges) >= end:
                return
            name = self._choosing.pick((*self._names[-MOST_NAMES:], self._fresh()))
            here = self.joint(name)
            step = None if here is None else self._unpaired(name, here)
            if step is None:
                self._names.append(self._fresh())
                continue
            self.coverage.pairs.add((self._last.get(name, ""), step.row.rule))  # tried, whatever comes of it
            if self._take(name, step):
                self._arrive(name)
            else:
                self.coverage.lack(self._key(step))
                self._lacked.add((name, id(step)))

    def _unpaired(self, name: str, here: Joint) -> Step | None:
        """A step whose row has not come after the last one yet; any where there is none; None where no step is open."""
        last = self._last.get(name, "")
        steps = [step for step in self._atlas.steps[here] if self._is_open_to(name, step)]
        if not steps:
            return None
        fresh = [step for step in steps if (last, step.row.rule) not in self.coverage.pairs] or steps
        willing: bool = self._choosing.pick(_MOSTLY)
        fresh = [step for step in fresh if step.granted or not willing] or fresh
        trigger = self._choosing.pick(tuple(dict.fromkeys(step.trigger for step in fresh)))
        return self._choosing.pick([step for step in fresh if step.trigger is trigger])

    def _fresh(self) -> str:
        return f"n{len(self._names) + 1}"

    def _nearest(self, wanted: Sequence[str]) -> tuple[str, tuple[Step, ...]] | None:
        """The cheapest way to something wanted, with the name that it begins at; the first that is cheap will do."""
        best: tuple[int, str, tuple[Step, ...]] | None = None
        for name in (*reversed(self._names[-MOST_NAMES:]), self._fresh()):
            here = self.joint(name)
            if here is None:
                continue
            within = LONGEST_WAY if best is None else best[0]
            ways = self._atlas.ways(here, wanted, partial(self._is_open_to, name), further=_REFUSED, within=within)
            for way, more in zip(ways, (0, _REFUSED), strict=True):
                cost = LONGEST_WAY if way is None else more + sum(_COSTLY.get(step.trigger, 1) for step in way)
                if way is not None and (best is None or cost < best[0]):
                    best = cost, name, way
            if best is not None and best[0] <= _CHEAP:
                break
        return None if best is None else best[1:]

    def _in_reach(self, goal: str) -> bool:
        rule = goal.partition("@")[0]
        return rule not in BEYOND and not {rule, goal} & self.coverage.hopeless

    def _is_open(self, step: Step) -> bool:
        return id(step) not in self._atlas.closed and self._key(step) not in self.coverage.hopeless

    def _key(self, step: Step) -> object:
        """By what a failure is counted: by the row until it is met, then by its state, then by all that takes part."""
        held = self.coverage.held
        if step.row.rule not in held:
            return step.row.rule
        there = self._atlas.named[id(step)]
        return step.taken if there in held else there

    def _is_open_to(self, name: str, step: Step) -> bool:
        if step.trigger is Operation.RESTORE and not self.trial.notebook.seen(name, "blob"):
            return False
        return self._is_open(step) and (name, id(step)) not in self._lacked

    def joint(self, name: str) -> Joint | None:
        """Where a name is on the map, if the vault has done nothing on its own but what it was told to; None: nowhere."""
        if name.lower() not in self.trial.belief.names:
            return Joint() if self.trial.belief.is_new(name) else None
        now = [hypothesis.joint for hypothesis in self._settled(name)]
        assumed = self._assumed.get(name)
        return assumed if assumed in now else self._atlas.placed(now[0])

    def _settled(self, name: str) -> Sequence[Hypothesis]:
        belief = self.trial.belief
        return settle(belief.names[name.lower()], Facts(self.trial.now(), belief.settings), self.trial.profile)

    def _is_clear(self, name: str) -> bool:
        known = self.trial.belief.names.get(name.lower(), ())
        return len({hypothesis.joint for hypothesis in known}) < 2

    # --- going there

    def _go(self, name: str, way: tuple[Step, ...]) -> None:
        for step in way:
            unmet = [goal for goal in goals_of(step) if not self.coverage.held[goal]]
            met = self.coverage.held[step.row.rule]
            if not self._take(name, step):
                self.coverage.lack(self._key(step))
                self._lacked.add((name, id(step)))
                return
            self._arrive(name)
            if not any(self.coverage.held[rule] for rule in unmet) and (step is way[-1] or self.coverage.held[step.row.rule] == met):
                self.coverage.refute(self._key(step), step.row.rule, self._last.get(name, ""))
            if self.joint(name) != step.after:
                if step is not way[-1]:
                    self.coverage.lack(self._key(way[-1]))
                return

    def _arrive(self, name: str) -> None:
        if name not in self._names and self.joint(name) != Joint():
            self._names.append(name)
        if self.joint(name) != self._seen.get(name):
            self._look(name, ("/certificates/NAME",))
            self._look_back(name)
        if self.trial.controls is None and not self._is_clear(name):
            self._look_until_clear(name, _LOOKS)
        self._back_up(name)
        self._seen[name] = self.joint(name)

    def _look_back(self, name: str) -> None:
        """Look at the key and the secret of a version that is new, and at all that was before it, as one of the three."""
        here, versions = self.joint(name), self._known(name).versions
        if here is None or here.certificate is not CertificateState.ACTIVE or not versions or versions[-1].id == self._newest.get(name):
            return
        self._newest[name] = versions[-1].id
        self._look(name, ("/keys/NAME", "/secrets/NAME"))
        if len(versions) > 1:
            self._look(name, ("/certificates/NAME/versions",))
            seen = self.trial.notebook.seen(name, "version")
            former = [f"${{{name}.version.{seen.index(version.id)}}}" for version in versions[:-1] if version.id in seen]
            for version in former[:1] + former[1:][-1:]:
                self._look(name, (f"/{self._choosing.pick(_COLLECTIONS)}/NAME/{version}",))

    def _back_up(self, name: str) -> None:
        """Have a backup of some names, as stubs and with versions: a restore wants one."""
        here = self.joint(name)
        if here is None or here.certificate not in _ALIVE or (name, here.certificate) in self._kept:
            return
        if sum(kept is here.certificate for _, kept in self._kept) < MOST_KEPT:
            self._kept.add((name, here.certificate))
            self.do(Send("POST", f"/certificates/{name}/backup"), name)

    def _take(self, name: str, step: Step) -> bool:
        """Take a step; whether there was a way to."""
        if isinstance(step.trigger, Operation):
            met = bool(self.coverage.held[at_state(step.row, step.before)])
            found = self.request(name, step.trigger, lambda seen: self._leads(seen, name, step), plain=not met)
            if found is None:
                return False
            self._let_pass(APART_S)
            self.send(name, *found)
            return True
        acts = self._levers(name, step)
        if acts is None:
            return False
        for act in acts:
            self.do(act, name)
        self._assumed[name] = step.after
        self._look_until_clear(name, _LOOKS_AFTER.get(step.trigger, _LOOKS))
        return True

    def send(self, name: str, send: Send, request: Request) -> None:
        """Send a request that was chosen, with the issuers told to wait before what they would answer.

        What the rows are that it exercised is known for certain where the vault has levers: it does nothing unless told.
        """
        if request.path.endswith("/create"):
            for kind in (IssuerKind.SELF, IssuerKind.PARTNER):
                self.do(Decide(Stall(), kind))
        if request.path.endswith("/pending") and request.method == "PATCH":
            self.do(Cancellation(wins=True, after_s=SLOW_S))
        here = self.joint(name)
        foreseen = (*self.foreseen(request), *self._foreseen_by(self.trial.late, request))
        before = self.trial.held.copy()
        answer = self.trial.do(send, request)
        held = Counter(self.trial.held - before)
        if answer is not None and self.trial.controls is not None:
            for seen in foreseen:
                if self._surely(seen, here, answer):
                    held.update({seen.rule} - set(held))
                    if here is not None and seen.row is not None:
                        held[at_state(seen.row, here)] += 1
        self._noted(held, name)

    def _surely(self, seen: Foreseen, here: Joint | None, answer: Answer) -> bool:
        """Whether a row has decided about a request, given where the name was."""
        if seen.row is None or seen.row.reply is None or seen.before is None or seen.row.trigger in _LISTS:
            return False
        if here is None or not seen.row.reply.accepts(answer):
            return False
        there = seen.before.joint
        return there.certificate is here.certificate and there.operation is here.operation and there.issuer in (None, here.issuer)

    def request(
        self, name: str, operation: Operation, fits: Callable[[Sequence[Foreseen]], bool], *, plain: bool
    ) -> tuple[Send, Request] | None:
        """A request of an operation of which the model foresees what is wanted; None where no kind has it.

        Args:
            plain: whether the plainest will do.
        """
        scene = Scene(name, self.trial.notebook, self._choosing, tuple(self._names))
        for kind in KINDS[operation] if plain else self._choosing.shuffled(KINDS[operation]):
            found = self.resolved(scene, kind)
            if found is not None and fits(self.foreseen(found[1])):
                return found
        return None

    def _leads(self, foreseen: Sequence[Foreseen], name: str, step: Step) -> bool:
        """Whether a request may lead along a step, and the states alone decide whether it does."""
        rules = {taken.rule for taken in step.taken}
        return all(seen.row is not None for seen in foreseen) and any(
            seen.rule == step.row.rule
            and seen.name == name.lower()
            and seen.before is not None
            and seen.after is not None
            and (seen.after.trail - seen.before.trail | {seen.rule}) == rules
            and self._atlas.placed(seen.before.joint) == step.before
            and (self._atlas.placed(seen.after.joint) == step.after or step.trigger is Operation.RESTORE)
            for seen in foreseen
        )

    def resolved(self, scene: Scene, kind: Kind) -> tuple[Send, Request] | None:
        """A request of a kind; None where it refers to something that was not seen."""
        send = kind(scene)
        try:
            return send, self.trial.resolved(send)
        except NothingToReferTo:
            return None

    def foreseen(self, request: Request) -> tuple[Foreseen, ...]:
        """The rules that may decide about a request."""
        return self._foreseen_by(self.trial.belief, request)

    def _foreseen_by(self, belief: Belief | None, request: Request) -> tuple[Foreseen, ...]:
        if belief is None:
            return ()
        return foresee(belief, request, at=self.trial.now(), profile=self.trial.profile, reader=READER)

    # --- what the vault does on its own

    def _levers(self, name: str, step: Step) -> list[Act] | None:
        """What makes the vault take a step of its own; None where nothing does."""
        acts: list[Act] | None
        known = self._known(name)
        if self.trial.controls is None:  # it does what it does in its own time, within reason
            return None if step.trigger in _DATED else [Wait(POLLED_S)]
        match step.trigger:
            case Drift.ISSUER_ISSUES:
                acts = [Decide(Issue(), name=name), Wait(1)]
            case Drift.ISSUER_REFUSES:
                acts = [Decide(Refuse(), name=name), Wait(1)]
            case Drift.RENEWAL_DUE:
                acts = self._renewal(name, known)
            case Drift.RETENTION_ENDS:
                acts = self._until(name, None if known.deletion is None else known.deletion.purge)
            case Drift.NBF_REACHED:
                early = (VersionState.EARLY, VersionState.EARLY_DISABLED)
                acts = self._until(name, _date_of(known, step.before, early, "nbf"))
            case Drift.EXP_REACHED:
                valid = (VersionState.VALID, VersionState.VALID_DISABLED)
                acts = self._until(name, _date_of(known, step.before, valid, "exp"))
            case _:
                acts = [Wait(SLOW_S + 1)]
        return acts

    def _let_pass(self, seconds: int) -> None:
        if self.trial.controls is not None:
            self.do(Wait(seconds))

    def _known(self, name: str) -> Known:
        hypotheses = self.trial.belief.names.get(name.lower())
        return hypotheses[0].known if hypotheses else Known()

    def _renewal(self, name: str, known: Known) -> list[Act] | None:
        patch: Json = {"lifetime_actions": RENEWED}
        arranged: list[Act] = [Decide(Stall(), kind) for kind in (IssuerKind.SELF, IssuerKind.PARTNER)]
        if not known.versions or not isinstance(known.versions[-1].exp, int) or known.versions[-1].exp < self.trial.now():
            return None
        moment = renewal_moment(known)
        if moment is None:
            self.do(Send("PATCH", f"/certificates/{name}/policy", patch), name)
            moment = renewal_moment(self._known(name))
        if moment is None:
            return None
        return [*arranged, *self._waits(name, moment - 1), Wait(DAY_S + 2)]

    def _until(self, name: str, moment: object) -> list[Act] | None:
        date = moment.high if isinstance(moment, Within) else moment
        return self._waits(name, date + 1) if isinstance(date, int) else None

    def _waits(self, name: str, moment: int) -> list[Act]:
        """Wait for a moment, with looks half of the way and shortly before: nothing may have happened by then."""
        span = max(0, moment - self.trial.now())
        looks = [Send("GET", path.replace("NAME", name)) for path in _LOOKS]
        if span < 4 * DAY_S:
            return [Wait(span)]
        return [Wait(span // 2), *looks, Wait(span - span // 2 - DAY_S), *looks, Wait(DAY_S)]

    def _look(self, name: str, paths: Iterable[str]) -> None:
        """Look at what belongs to a name, but for what was looked at just now."""
        for path in paths:
            send = Send("GET", path.replace("NAME", name))
            if self.trial.acts[-1:] != [send]:
                self.do(send, name)

    def _look_until_clear(self, name: str, paths: Iterable[str]) -> None:
        """Ask where a name is, until it is clear."""
        for path in paths:
            self._look(name, (path,))
            if self._is_clear(name):
                return


_LISTS: Final = (Operation.LIST, Operation.LIST_DELETED)
_ALIVE: Final = (CertificateState.STUB, CertificateState.ACTIVE)
_MOSTLY: Final = (True, True, False)
_COLLECTIONS: Final = ("certificates", "keys", "secrets")
_LOOKS: Final = ("/certificates/NAME/pending", "/certificates/NAME", "/deletedcertificates/NAME")
_LOOKS_AFTER: Final[Mapping[Trigger, Sequence[str]]] = {
    Drift.DELETION_ENDS: ("/deletedcertificates/NAME",),
    Drift.PURGE_ENDS: (),
    Drift.RETENTION_ENDS: ("/deletedcertificates/NAME",),
    Drift.RECOVERY_ENDS: ("/certificates/NAME",),
    Drift.NBF_REACHED: ("/secrets/NAME", "/certificates/NAME"),
    Drift.EXP_REACHED: ("/secrets/NAME", "/certificates/NAME"),
}


def _date_of(known: Known, joint: Joint, states: tuple[VersionState, ...], member: str) -> object:
    """The date of the youngest version that is in one of these states."""
    versions = known.versions[-len(joint.versions) :] if joint.versions else ()
    dates = [getattr(version, member) for version, state in zip(versions, joint.versions, strict=False) if state in states]
    return min((date for date in dates if isinstance(date, int)), default=None)


