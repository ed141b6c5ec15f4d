"""Which vault a name means: `memory:`, and whatever others add through the entry point `certlife.targets`.

A target is named `KIND:REST`, as in `memory:` or `https://localhost:8443`. The entry point of the kind is a function that
takes the whole name and returns the target.

Not here: the vaults themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Final, Protocol

from certlife.adapters.port import Vault

GROUP: Final = "certlife.targets"


class TargetUnknown(ValueError):  # noqa: N818 - it says what is wrong
    """No such target; whoever named it is wrong."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings that a vault is opened with.

    Attributes:
        soft_delete: whether deleted certificates are kept.
        retention_days: how long, 7 to 90.
        purge_protection: whether nobody may purge them before.
    """

    soft_delete: bool = True
    retention_days: int = 90
    purge_protection: bool = False


class Target(Protocol):
    """Where vaults come from."""

    @property
    def name(self) -> str:
        """As it was named."""

    @property
    def setups(self) -> Sequence[Setup]:
        """The settings that it can be opened with, the usual one first; none: it is as it is, and holds what it holds."""

    def open(self, *, seed: int, setup: Setup | None = None) -> Vault:
        """Open a vault: with settings an empty one of them, without the one that is there.

        Raises: VaultUnreachable: it is not there.
        """


def find_target(name: str) -> Target:
    """The target of a name.

    Raises: TargetUnknown: there is none.
    """
    kind = name.partition(":")[0]
    known = {point.name: point for point in entry_points(group=GROUP)}
    if ":" not in name or kind not in known:
        raise TargetUnknown(f"{name!r} names no target; it begins with one of {', '.join(f'{one}:' for one in sorted(known))}")
    target: Target = known[kind].load()(name)
    return target
