"""The answer rules, compiled: for all looks of one kind, the rows that apply to them, ready to be run.

A row's condition depends on little: the view, the operation asked, the states, whether the policy was seen. Looks that
agree in that share a program, in which no condition is left but those of relations. Not here: the rows (answers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from certlife.model.answers import rules_of
from certlife.model.conditions import always
from certlife.model.known import ABSENT, Doc
from certlife.model.look import MISFIT, Identifier, Look, Misfit, fit
from certlife.model.rows import Relation, Show, Want
from certlife.model.vocabulary import Profile, VersionState, View
from certlife.model.wants import Constant
from certlife.model.x509_rules import X509_RELATIONS

_NOTHING: Final[Mapping[str, Any]] = {}


Again: TypeAlias = "Callable[[Look, Mapping[str, Any]], bool]"
Container: TypeAlias = tuple[int, str, "Again | None"]


class Step(NamedTuple):
    """One member to be held against its demand.

    Attributes:
        container: which of the program's containers the member stands in.
        want: None where `constant` is what must stand there.
    """

    container: int
    key: str
    constant: object
    want: Want | None
    learns: str
    show: Show


class Program(NamedTuple):
    """What to run over a look.

    Attributes:
        containers: the objects inside the body that members stand in, each as its parent (0 is the body), its key,
            and the question whether it shows what it showed before.
        content: the relations that are about X.509 content, and need some that was read.
        rules: the ids of the rules in it that need no further condition.
        places: the containers that may be shown again, by their names; None for one that the body never has.
        keeps_attributes: whether the body shows the attributes of a version as they will be shown again.
    """

    containers: tuple[Container, ...]
    steps: tuple[Step, ...]
    relations: tuple[Relation, ...]
    content: tuple[Relation, ...]
    rules: tuple[str, ...]
    places: tuple[tuple[str, int | None], ...]
    keeps_attributes: bool


_LEVELS: Final[dict[object, bool]] = {ABSENT: False, "Purgeable": True}
"""What of the recoveryLevel the rules' conditions ask for: whether it is there, and whether anything is kept."""
_PROGRAMS: Final[dict[tuple[Any, ...], Program]] = {}


def examine(look: Look, profile: Profile) -> Misfit | None:
    """Run the answer rules over a look, which learns as it goes; the first rule that is broken ends it.

    What a part of the body showed before, and shows again to the letter, holds again: it is not gone through twice.
    """
    program = _program_for(look, profile)
    inside = _parts(look, program)
    for position, (container, key, constant, want, learns, show) in enumerate(program.steps):
        members = inside[container]
        if members is None:
            continue
        have = members.get(key)
        if have is None:
            have = ABSENT
        wanted = constant if want is None else want(look)
        if have is wanted or (have == wanted and type(have) is type(wanted)):
            continue
        lesson = fit(wanted, have)
        if lesson is MISFIT:
            return Misfit(show, have, wanted, position)
        if learns and type(wanted) is not Identifier and lesson != look.slot(learns):
            look.learned[learns] = lesson
    return _related(look, program, inside)


def _parts(look: Look, program: Program) -> list[Mapping[str, Any] | None]:
    """The objects inside the body; None for one that shows what it showed before."""
    inside: list[Mapping[str, Any] | None] = [look.body]
    for parent, key, again in program.containers:
        holder = inside[parent]
        if holder is None:
            inside.append(None)
            continue
        part = holder.get(key)
        if type(part) is not dict:
            part = _NOTHING
        inside.append(None if again is not None and again(look, part) else part)
    return inside


def _related(look: Look, program: Program, inside: list[Mapping[str, Any] | None]) -> Misfit | None:
    steady = {name for name, place in program.places if place is None or inside[place] is None}
    held: list[str] = []
    read = look.x509 is not None or look.csr is not None or look.secret is not None
    for relation in (*program.relations, *program.content) if read else program.relations:
        if relation.about and relation.about <= steady:
            continue
        if relation.when is not always:
            if not relation.when(look):
                continue
            held.append(relation.rule)
        if not relation.holds(look):
            return Misfit(relation, None, None, len(program.steps))
    if program.keeps_attributes and look.version is not None and "attributes" not in steady:
        look.learned["version.shown"] = Doc(look.body["attributes"])
    look.held = (*program.rules, *held) if held else program.rules
    return None


def _attributes_again(look: Look, part: Mapping[str, Any]) -> bool:
    shown = look.version.shown if look.version is not None else None
    return isinstance(shown, Doc) and shown.value == part


def _policy_again(look: Look, part: Mapping[str, Any]) -> bool:
    shown = look.known.policy.shown if look.known.policy is not None else None
    return isinstance(shown, Doc) and shown.value == part


_AGAIN: Final[dict[tuple[str, ...], Again]] = {("attributes",): _attributes_again, ("policy",): _policy_again}
_OF_A_VERSION: Final = {
    View.BUNDLE, View.VERSION, View.UPDATED_VERSION, View.DELETED_BUNDLE, View.KEY, View.SECRET,
}  # fmt: skip


def _program_for(look: Look, profile: Profile) -> Program:
    policy = look.known.policy
    kind = (
        profile,
        look.view,
        look.ask.operation,
        look.ask.request.api_version,
        look.joint.operation,
        look.joint.issuer,
        look.version_state is VersionState.NONE,
        None if policy is None else True if policy.seen else policy.asked,
        _LEVELS.get(look.member("attributes", "recoveryLevel")),
    )
    program = _PROGRAMS.get(kind)
    if program is None:
        _PROGRAMS[kind] = program = _compiled(look, profile)
    return program


def _compiled(look: Look, profile: Profile) -> Program:
    shows, relations = rules_of(look.view, profile)
    applying = [show for show in shows if show.when(look)]
    containers, places = _containers([show.path[:-1] for show in applying], steady=look.view in _OF_A_VERSION)
    steps = tuple(_step(show, places[show.path[:-1]]) for show in applying)
    plain = (relation.rule for relation in relations if relation.when is always and relation not in X509_RELATIONS)
    rules = (*(show.rule for show in applying), *plain)
    named = tuple((name, places.get((name,))) for name in ("attributes", "policy"))
    content = tuple(relation for relation in relations if relation in X509_RELATIONS)
    others = tuple(relation for relation in relations if relation not in content)
    return Program(containers, steps, others, content, rules, named, look.view in _OF_A_VERSION)


def _step(show: Show, container: int) -> Step:
    fixed = isinstance(show.want, Constant)
    constant = show.want.value if isinstance(show.want, Constant) else None
    return Step(container, show.path[-1], constant, None if fixed else show.want, show.learns, show)


def _containers(
    paths: Iterable[tuple[str, ...]], *, steady: bool
) -> tuple[tuple[Container, ...], dict[tuple[str, ...], int]]:
    places: dict[tuple[str, ...], int] = {(): 0}
    containers: list[Container] = []
    for path in paths:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in places:
                places[path[:depth]] = len(places)
                again = _AGAIN.get(path[:1]) if steady or path[0] == "policy" else None
                containers.append((places[path[: depth - 1]], path[depth - 1], again if depth == 1 else None))
    return tuple(containers), places
