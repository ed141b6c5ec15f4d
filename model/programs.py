"""The answer rules, compiled: for all looks of one kind, the rows that apply to them, ready to be run.

A row's condition depends on little: the view, the operation asked, the states, whether the policy was seen. Looks that
agree in that share a program, in which no condition is left but those of relations. Not here: the rows (answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from certlife.model.answers import rules_of
from certlife.model.known import ABSENT
from certlife.model.look import MISFIT, Look, Misfit, fit
from certlife.model.rows import Relation, Show, Want
from certlife.model.vocabulary import Profile, VersionState
from certlife.model.wants import Constant, always

_NOTHING: Final[Mapping[str, Any]] = {}


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
        containers: the objects inside the body that members stand in, each as (its parent, its key); 0 is the body.
        rules: the ids of all rules in it, unconditional ones.
    """

    containers: tuple[tuple[int, str], ...]
    steps: tuple[Step, ...]
    relations: tuple[Relation, ...]
    rules: tuple[str, ...]


_PROGRAMS: Final[dict[tuple[Any, ...], Program]] = {}


def examine(look: Look, profile: Profile) -> Misfit | None:
    """Run the answer rules over a look, which learns as it goes; the first rule that is broken ends it."""
    program = _program_for(look, profile)
    held = [look.body]
    for parent, key in program.containers:
        inside = held[parent].get(key)
        held.append(inside if type(inside) is dict else _NOTHING)
    for position, (container, key, constant, want, learns, show) in enumerate(program.steps):
        have = held[container].get(key)
        if have is None:
            have = ABSENT
        wanted = constant if want is None else want(look)
        if have is wanted or (type(have) is type(wanted) and have == wanted):
            continue
        lesson = fit(wanted, have)
        if lesson is MISFIT:
            return Misfit(show, have, wanted, position)
        if learns:
            look.learned[learns] = lesson
    look.held = program.rules
    for relation in program.relations:
        if (relation.when is always or relation.when(look)) and not relation.holds(look):
            return Misfit(relation, None, None, len(program.steps))
    return None


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
        look.settings.soft_delete,
        None if policy is None else True if policy.seen else policy.asked,
        look.member("attributes", "recoveryLevel") is ABSENT,
        look.x509 is None,
    )
    program = _PROGRAMS.get(kind)
    if program is None:
        _PROGRAMS[kind] = program = _compiled(look, profile)
    return program


def _compiled(look: Look, profile: Profile) -> Program:
    shows, relations = rules_of(look.view, profile)
    applying = [show for show in shows if show.when(look)]
    containers, places = _containers(tuple(show.path[:-1] for show in applying))
    steps = tuple(_step(show, places[show.path[:-1]]) for show in applying)
    rules = (*(show.rule for show in applying), *(relation.rule for relation in relations if relation.when(look)))
    return Program(containers, steps, relations, rules)


def _step(show: Show, container: int) -> Step:
    fixed = isinstance(show.want, Constant)
    constant = show.want.value if isinstance(show.want, Constant) else None
    return Step(container, show.path[-1], constant, None if fixed else show.want, show.learns, show)


@cache
def _containers(paths: tuple[tuple[str, ...], ...]) -> tuple[tuple[tuple[int, str], ...], dict[tuple[str, ...], int]]:
    places: dict[tuple[str, ...], int] = {(): 0}
    containers: list[tuple[int, str]] = []
    for path in paths:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in places:
                places[path[:depth]] = len(places)
                containers.append((places[path[: depth - 1]], path[depth - 1]))
    return tuple(containers), places
