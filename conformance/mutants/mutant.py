"""What a mutant is: the in-memory vault with one rule broken.

A mutant changes one of three things of its own vault: how one operation is answered (`answering`), what its answers show
(`showing`), or what happens while time passes (`meanwhile`). It never touches the vault's modules, so a mutant and a sound
vault live side by side in one process.

Not here: the mutants themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from certlife.adapters.memory.state import Call, Settings, State
from certlife.adapters.memory.vault import Handler, MemoryVault
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import Operation

Answering: TypeAlias = Callable[[Handler, State, Call], Answer]
"""Answers an operation in place of the vault's own handler, which it is given."""
Showing: TypeAlias = Callable[[State, Request, Answer], Answer]
"""Changes an answer, on its way out."""
Meanwhile: TypeAlias = Callable[[State], None]
"""Happens before every request, before what is due happens."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A vault that is wrong in one way.

    Attributes:
        name: `cancel-after-completion-is-granted`.
        breaks: what is wrong, as a sentence.
        rules: the ids of the rules that are about it; it counts as caught if it is found by one of them.
        answers: the operations that are answered differently.
        shown: changes what answers show.
        meanwhile: changes what happens by itself.
    """

    name: str
    breaks: str
    rules: tuple[str, ...]
    answers: Mapping[Operation, Answering] = field(default_factory=dict)
    shown: Showing | None = None
    meanwhile: Meanwhile | None = None

    def vault(self, seed: int, settings: Settings) -> MutantVault:
        """A vault of its kind."""
        return MutantVault(self, seed, settings)


class MutantVault(MemoryVault):
    """The in-memory vault, but for what its mutant changes."""

    def __init__(self, mutant: Mutant, seed: int, settings: Settings) -> None:
        super().__init__(seed, settings=settings)
        self._mutant = mutant
        for operation, answering in mutant.answers.items():
            self._answers[operation] = _in_place_of(answering, self._answers[operation])

    def perform(self, request: Request) -> Answer:
        """Answer a request, wrongly where the mutant has it so."""
        if self._mutant.meanwhile is not None:
            self._mutant.meanwhile(self._state)
        answer = super().perform(request)
        return answer if self._mutant.shown is None else self._mutant.shown(self._state, request, answer)


def _in_place_of(answering: Answering, original: Handler) -> Handler:
    return lambda state, call: answering(original, state, call)


MUTANTS: Final[dict[str, Mutant]] = {}


def answering(*operations: Operation, rules: str) -> Callable[[Answering], Answering]:
    """Make a mutant of a function that answers operations; its name is the mutant's, its docstring says what is wrong."""

    def made(function: Answering) -> Answering:
        _add(function, rules, answers=dict.fromkeys(operations, function))
        return function

    return made


def showing(*, rules: str) -> Callable[[Showing], Showing]:
    """Make a mutant of a function that changes answers on their way out."""

    def made(function: Showing) -> Showing:
        _add(function, rules, shown=function)
        return function

    return made


def meanwhile(*, rules: str) -> Callable[[Meanwhile], Meanwhile]:
    """Make a mutant of a function that changes what happens by itself."""

    def made(function: Meanwhile) -> Meanwhile:
        _add(function, rules, meanwhile=function)
        return function

    return made


def _add(
    function: Callable[..., object],
    rules: str,
    *,
    answers: Mapping[Operation, Answering] | None = None,
    shown: Showing | None = None,
    meanwhile: Meanwhile | None = None,
) -> None:
    name = function.__name__.replace("_", "-")
    if name in MUTANTS:
        msg = f"two mutants are called {name}"
        raise ValueError(msg)
    breaks = (function.__doc__ or "").strip().splitlines()[0].rstrip(".")
    MUTANTS[name] = Mutant(name, breaks, tuple(rules.split()), answers or {}, shown, meanwhile)
