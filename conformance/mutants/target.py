"""A mutant as a target: `mutant:NAME`.

Not here: what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from certlife.adapters.memory.target import SETUPS, settings_of
from certlife.adapters.targets import Setup, TargetUnknown
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.mutants.mutant import Mutant, MutantVault


@dataclass(frozen=True, slots=True)
class MutantTarget:
    """Makes a new vault of the mutant's kind whenever it is asked for one."""

    mutant: Mutant
    setups: tuple[Setup, ...] = SETUPS

    @property
    def name(self) -> str:
        """As it is named."""
        return f"mutant:{self.mutant.name}"

    def open(self, *, seed: int, setup: Setup | None = None) -> MutantVault:
        """An empty vault that is wrong."""
        return self.mutant.vault(seed, settings_of(setup or Setup()))


def mutant(name: str) -> MutantTarget:
    """The target `mutant:NAME`.

    Raises: TargetUnknown: there is no such mutant.
    """
    wanted = name.partition(":")[2]
    if wanted not in MUTANTS:
        near = get_close_matches(wanted, MUTANTS)
        raise TargetUnknown(f"no mutant is called {wanted!r}" + (f"; perhaps {', '.join(near)}" if near else ""))
    return MutantTarget(MUTANTS[wanted])
