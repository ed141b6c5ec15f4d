"""Which vault a name means: `memory:`, and whatever others add through the entry point `certlife.targets`.

A target is named `KIND:REST`, as in `memory:` or `https://localhost:8443`. The entry point of the kind is a function that
takes the whole name and returns the target; one with a second argument `access` is given the access.

Not here: the vaults themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from certlife.adapters.port import Vault

GROUP: Final = "certlife.targets"


class TargetUnknown(ValueError):  # noqa: N818 - it says what is wrong
    """No such target; whoever named it is wrong."""


class TargetRefused(TargetUnknown):
    """There is such a target, and it is not touched: what would make it safe was not given."""


@dataclass(frozen=True, slots=True)
class Access:
    """How one gets at vaults that are far away, and what one may do there.

    Attributes:
        token: a bearer token; it and the other secrets never stand in a repr.
        token_url: where a client id and a client secret (`$CERTLIFE_CLIENT_ID`, `$CERTLIFE_CLIENT_SECRET`) get one.
        ca_file: the authorities to trust instead of the system's, PEM.
        insecure: whether any certificate will do for TLS, and a token may go over plain HTTP.
        yes: whether a vault of Azure's own may be touched.
        contacts: whether the contacts of a vault that is not made for it may be changed.
        control_url: the control endpoint of an emulator that runs already; with it every vault is a new one.
        control_token: the bearer token of that endpoint.
        budget: how many requests may be sent to a vault that is not made for it, cleaning up apart; None: as many as it takes.
    """

    token: str | None = field(default=None, repr=False)
    token_url: str | None = None
    ca_file: Path | None = None
    insecure: bool = False
    yes: bool = False
    contacts: bool = False
    control_url: str | None = None
    control_token: str | None = field(default=None, repr=False)
    budget: int | None = field(default=None, compare=False)


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


@runtime_checkable
class HeldOpen(Protocol):
    """A target that holds something open from vault to vault."""

    def close(self) -> None:
        """Let go of it; a second time does nothing."""


NO_ACCESS: Final = Access()


def find_target(name: str, access: Access = NO_ACCESS) -> Target:
    """The target of a name.

    Args:
        access: for targets that are far away.

    Raises:
        TargetUnknown: there is none, or it is not far away and takes no access.
        TargetRefused: it is not touched without more said.
    """
    kind = name.partition(":")[0]
    known = {point.name: point for point in entry_points(group=GROUP)}
    if ":" not in name or kind not in known:
        raise TargetUnknown(f"{name!r} names no target; it begins with one of {', '.join(f'{one}:' for one in sorted(known))}")
    maker: Callable[..., Any] = known[kind].load()
    target: Target
    if _takes_access(maker):
        target = maker(name, access)
    elif access == NO_ACCESS:
        target = maker(name)
    else:
        raise TargetUnknown(f"{kind}: takes neither token nor certificate nor control endpoint: it is not far away")
    return target


def let_go(target: Target) -> None:
    """Let a target close what it holds open, if it holds anything."""
    if isinstance(target, HeldOpen):
        target.close()


def _takes_access(maker: Callable[..., Any]) -> bool:
    return "access" in inspect.signature(maker).parameters
