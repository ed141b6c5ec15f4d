"""The vaults of an emulator, by name: made when they are first asked for, or with settings when somebody wants them so.

All vaults are made in one place (`_made`), and whatever may have changed one is told to one function (`Stored`) before the
answer goes out. Not here: where a vault is kept (the function), how requests reach it (app).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from certlife.adapters.clock import Clock, FollowingClock
from certlife.adapters.emulator.addresses import is_vault_name
from certlife.adapters.memory import MemoryVault, Settings
from certlife.model.values import Answer, Request

MOST: Final = 1000
"""How many vaults an emulator holds."""

_BEGIN: Final = 1_700_000_000


class VaultRefused(ValueError):  # noqa: N818 - it says what is wrong
    """There is no such vault, or none can be made; whoever asked is wrong."""


class VaultUnknown(VaultRefused):
    """There is no such vault."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a vault is to be like.

    Attributes:
        settings: as decided when a vault is made.
        seed: decides keys and identifiers; None for any.
        mutant: what is wrong with it, by name; None for nothing.
        clock: whether it follows real time, or is held and moves only on command.
        start: where the clock begins, seconds since 1970; None for now, or for a fixed day where it is held.
    """

    settings: Settings = field(default_factory=Settings)
    seed: int | None = None
    mutant: str | None = None
    clock: Literal["real", "held"] = "real"
    start: int | None = None


@dataclass(slots=True, eq=False, weakref_slot=True)
class Hosted:
    """A vault that is there.

    Attributes:
        sound: whether it is the plain in-memory vault, which tells of its every change.
        there: whether it is still the vault of its name.
    """

    name: str
    wish: Wish
    vault: MemoryVault
    sound: bool
    there: bool = True

    def perform(self, request: Request) -> tuple[Answer, bool]:
        """Answer a request; whether that may have changed something comes with it."""
        before = self.vault.changes
        answer = self.vault.perform(request)
        return answer, not self.sound or self.vault.changes != before

    def unchanged_since(self, changes: int) -> bool:
        """Whether a GET is still answered as it was when `vault.changes` was that."""
        self.vault.clock.tick()
        return self.there and self.sound and self.vault.changes == changes and self.vault.due > self.vault.clock.now


MakesVault: TypeAlias = Callable[[int, Settings], MemoryVault]
"""Makes an empty vault of a seed and settings."""
Stored: TypeAlias = Callable[[Hosted], None]
"""Keeps a vault that may have changed, and forgets one that is not `there` any more.

What it raises becomes an answer of 500, after which both outcomes are possible.
"""
Kept: TypeAlias = Callable[[Hosted], Awaitable[None]]
"""Waits until all that was told of a vault is kept; what it raises is answered like that too."""


class Vaults:
    """The vaults of an emulator.

    Args:
        mutants: vaults that are wrong, by name.
        fast: whether issuance, deletion, recovery and purge take no time.
        seed: of vaults that nobody gave one; None for a different one each.
        stored: is told of each vault that may have changed.
        kept: is waited for before an answer goes out.
        clock: real time, seconds since 1970.
    """

    def __init__(
        self,
        *,
        mutants: Mapping[str, MakesVault] | None = None,
        fast: bool = False,
        seed: int | None = None,
        stored: Stored | None = None,
        kept: Kept | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._mutants = {} if mutants is None else mutants
        self._fast, self._seed, self._clock = fast, seed, clock
        self._hosted: dict[str, Hosted] = {}
        self.stored: Stored = stored or _forgotten
        self.kept: Kept = kept or _at_once

    @property
    def mutants(self) -> list[str]:
        """The names of what vaults can be wrong in."""
        return sorted(self._mutants)

    def __iter__(self) -> Iterator[Hosted]:
        return iter(list(self._hosted.values()))

    def of(self, name: str) -> Hosted:
        """The vault of a name; it is made if it is not there.

        Raises: VaultRefused: no vault can be called so, or there are too many.
        """
        return self._hosted.get(name) or self.make(name, Wish())

    def there(self, name: str) -> Hosted:
        """The vault of a name.

        Raises: VaultUnknown: there is none.
        """
        if name not in self._hosted:
            raise VaultUnknown(f"no vault is called {name!r}")
        return self._hosted[name]

    def make(self, name: str, wish: Wish) -> Hosted:
        """Make an empty vault, in place of one that is there.

        Raises: VaultRefused: no vault can be called or be like that, or there are too many.
        """
        if not is_vault_name(name):
            raise VaultRefused(f"{name!r}: a vault is called 3 to 24 letters, digits and single hyphens")
        if name not in self._hosted and len(self._hosted) >= MOST:
            raise VaultRefused(f"there are {MOST} vaults already")
        hosted = Hosted(name, wish, self._made(wish), sound=wish.mutant is None)
        self.adopt(hosted)
        self.stored(hosted)
        return hosted

    def forget(self, name: str) -> None:
        """Let go of a vault and all it holds.

        Raises: VaultUnknown: there is none.
        """
        former = self.there(name)
        self._retire(name)
        self.stored(former)

    def adopt(self, hosted: Hosted) -> None:
        """Take in a vault that was kept, in place of one that is there."""
        self._retire(hosted.name)
        self._hosted[hosted.name] = hosted

    def _retire(self, name: str) -> None:
        former = self._hosted.pop(name, None)
        if former is not None:
            former.there = False

    def _made(self, wish: Wish) -> MemoryVault:
        chosen = self._seed if wish.seed is None else wish.seed
        seed = secrets.randbits(63) if chosen is None else chosen
        if wish.mutant is None:
            vault = MemoryVault(seed, settings=wish.settings)
        elif wish.mutant in self._mutants:
            vault = self._mutants[wish.mutant](seed, wish.settings)
        else:
            raise VaultRefused(f"no mutant is called {wish.mutant!r}")
        vault.go_by(self._clock_of(wish))
        if self._fast:
            vault.controls.take(issuance_s=0, deletion_s=0, recovery_s=0, purge_s=0)
        return vault

    def _clock_of(self, wish: Wish) -> Clock:
        now = int(self._clock())
        if wish.clock == "held":
            return Clock(_BEGIN if wish.start is None else wish.start)
        start = now if wish.start is None else wish.start
        return FollowingClock(start, self._clock, start - now)


def _forgotten(_: Hosted) -> None:
    """Keep nothing: what is in memory is gone with it."""


async def _at_once(_: Hosted) -> None:
    """Wait for nothing."""
