"""Any vault by URL as a target: `https://HOST[:PORT][/PATH]`, and `http://...` for plain emulators.

Without a control endpoint it is one vault, which is somebody's: every opening has names of its own in it, under one prefix for
the whole target, and what was made is taken away when a vault is closed, for good when the target is, at the latest when the
program ends. With a control endpoint every opening makes a new vault there.

Not here: names (names), taking away (ledger), making vaults (controls).
"""

from __future__ import annotations

import atexit
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

from certlife.adapters.port import VaultUnreachable
from certlife.adapters.remote.address import Address, address_of
from certlife.adapters.remote.asking import Budget
from certlife.adapters.remote.controlled import controlled
from certlife.adapters.remote.ledger import Ledger
from certlife.adapters.remote.names import Names
from certlife.adapters.remote.sending import MakeSender, http_sender
from certlife.adapters.remote.vault import RemoteVault
from certlife.adapters.targets import NO_ACCESS, Access, Setup, Target, TargetRefused


class ForeignTarget:
    """One vault that is somebody's.

    Args:
        make: makes what requests travel by.
        told: is told what could not be taken away.

    Attributes:
        name: as it was named.
        setups: none: it is as it is.
        prefix: of everything that is made in it.
    """

    setups: Sequence[Setup] = ()

    def __init__(
        self,
        name: str,
        address: Address,
        access: Access = NO_ACCESS,
        *,
        make: MakeSender = http_sender,
        told: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self.prefix = f"certlife-{secrets.token_hex(3)}-"
        self._address, self._contacts = address, access.contacts
        self._budget = Budget(access.budget)
        self._sender = make(address, access, self._budget, None)
        self._ledger = Ledger()
        self._turns = count(1)
        self._told = told or _on_stderr
        atexit.register(self.close)

    def open(self, *, seed: int, setup: Setup | None = None) -> RemoteVault:  # noqa: ARG002 - it is as it is
        """Names of its own in the vault."""
        ledger = self._ledger
        names = Names(
            self._address,
            f"{self.prefix}{next(self._turns)}-",
            contacts=self._contacts,
            knows=lambda blob: blob in ledger.backups,
        )
        return RemoteVault(self._sender, names, ledger=ledger, farewell=self._sweep)

    def close(self) -> None:
        """Take away what was made, within bounds, and say what could not be; a second time does nothing more."""
        atexit.unregister(self.close)
        left: dict[str, str] = dict.fromkeys(self._ledger.listed(), "it was interrupted")
        try:
            with self._budget.lifted():
                left = self._ledger.tidy(self._sender.send)
        finally:
            if left:
                whys = {why: [what for what, said in left.items() if said == why] for why in left.values()}
                self._told(f"certlife could not remove from {self._address}:")
                for why, what in whys.items():
                    self._told(f"  {', '.join(what)}: {why}")
            self._ledger = Ledger()
            self._sender.close()

    def _sweep(self) -> None:
        """Begin to take away; what takes longer is left to the end."""
        with self._budget.lifted(), suppress(VaultUnreachable):  # it is said at the end, if it stays so
            self._ledger.sweep(self._sender.send)


def https(name: str, access: Access = NO_ACCESS) -> Target:
    """The target of a URL.

    Raises:
        TargetUnknown: it is none.
        TargetRefused: the vault is one of Azure's, and nobody has said yes.
    """
    return by_url(name, name, access)


def by_url(
    name: str, url: str, access: Access, *, make: MakeSender = http_sender, only: str | None = None
) -> Target:
    """The target of a URL, however requests travel to it.

    Args:
        name: as the target was named.
        only: of an emulator with a control endpoint the one vault that is used.
    """
    address = address_of(url)
    check_allowed(address, access)
    if access.control_url is not None:
        return controlled(name, access, make=make, only=only)
    return ForeignTarget(name, address, access, make=make)


def check_allowed(address: Address, access: Access) -> None:
    """See that a vault may be touched.

    Raises: TargetRefused.
    """
    if address.is_azure and not access.yes:
        raise TargetRefused(
            f"{address.host} is a vault in Azure: certificates would be made, deleted and purged there (under a prefix of their "
            "own), which may cost money and fill its logs; say --yes if that is what you want"
        )


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


http: Final = https
