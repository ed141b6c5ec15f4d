"""The in-memory vault as a target: `memory:`.

Not here: how targets are named (targets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from certlife.adapters.memory.state import Settings
from certlife.adapters.memory.vault import MemoryVault
from certlife.adapters.targets import Setup, TargetUnknown

SETUPS: Final = (Setup(), Setup(soft_delete=False), Setup(retention_days=7, purge_protection=True))


@dataclass(frozen=True, slots=True)
class MemoryTarget:
    """Makes a new vault in memory whenever it is asked for one."""

    name: str = "memory:"
    setups: tuple[Setup, ...] = SETUPS

    def open(self, *, seed: int, setup: Setup | None = None) -> MemoryVault:
        """An empty vault."""
        return MemoryVault(seed, settings=settings_of(setup or Setup()))


def settings_of(setup: Setup) -> Settings:
    """The settings, in the vault's own words."""
    return Settings(setup.soft_delete, setup.retention_days, setup.purge_protection)


def memory(name: str) -> MemoryTarget:
    """The target `memory:`.

    Raises: TargetUnknown: something follows the colon.
    """
    if name != "memory:":
        raise TargetUnknown(f"{name!r}: nothing may follow `memory:`")
    return MemoryTarget(name)
