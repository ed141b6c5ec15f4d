"""Targets with a control endpoint: every opening makes a vault of its own there, and closing it lets it go.

One is an emulator that runs already, named by `--control-url`; the other is started for the purpose, `emulator:`, or with
something wrong with its vaults, `emulator:MUTANT`. Not here: the endpoint (controls), the process (process).
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from certlife.adapters.memory.target import SETUPS
from certlife.adapters.port import VaultUnreachable
from certlife.adapters.remote.address import address_of
from certlife.adapters.remote.asking import Budget
from certlife.adapters.remote.controls import ControlEndpoint, ControlRefused, RemoteControls
from certlife.adapters.remote.names import Names
from certlife.adapters.remote.process import EmulatorProcess
from certlife.adapters.remote.sending import MakeSender, http_sender
from certlife.adapters.remote.tokens import CLIENT_ID, CLIENT_SECRET
from certlife.adapters.remote.vault import RemoteVault
from certlife.adapters.targets import NO_ACCESS, Access, Setup, TargetRefused, TargetUnknown


@dataclass(frozen=True, slots=True)
class Reach:
    """How the vaults of an emulator are got at.

    Attributes:
        environ: where the client id and secret for the token URL stand.
        only: the one vault that is made anew at every opening, for clients that take no path in a vault's URL; None: each
            opening has a vault of its own.
    """

    control: ControlEndpoint
    access: Access
    make: MakeSender = http_sender
    environ: Mapping[str, str] | None = field(default=None, repr=False)
    only: str | None = None


class ControlledTarget:
    """An emulator with a control endpoint, which runs.

    Args:
        mutant: what is wrong with its vaults; None for nothing.

    Attributes:
        name: as it was named.
        setups: the settings that vaults can be made with.
    """

    setups: Sequence[Setup] = SETUPS

    def __init__(self, name: str, reach: Reach, *, mutant: str | None = None) -> None:
        self.name = name
        self._reach, self._mutant = reach, mutant
        self._stem, self._turns = f"v{secrets.token_hex(4)}", count(1)

    def open(self, *, seed: int, setup: Setup | None = None) -> RemoteVault:
        """A new vault.

        Raises: VaultUnreachable: none can be made.
        """
        reach = self._reach
        name = reach.only or f"{self._stem}-{next(self._turns)}"
        try:
            url = reach.control.make(name, seed=seed, setup=setup or Setup(), mutant=self._mutant)
        except ControlRefused as error:
            raise VaultUnreachable(str(error)) from error
        address = address_of(url)
        sender = reach.make(address, reach.access, Budget(), reach.environ)

        def leave() -> None:
            sender.close()
            with contextlib.suppress(ControlRefused, VaultUnreachable):  # if the emulator is gone, so is the vault
                reach.control.forget(name)

        return RemoteVault(sender, Names(address), controls=RemoteControls(reach.control, name), farewell=leave)

    def close(self) -> None:
        """Hang up; a second time does nothing."""
        self._reach.control.close()


class StartedTarget(ControlledTarget):
    """An emulator that is started for the purpose, and ends with the target, or with the program."""

    def __init__(self, name: str, process: EmulatorProcess, reach: Reach, *, mutant: str | None = None) -> None:
        super().__init__(name, reach, mutant=mutant)
        self._process = process

    @property
    def ready(self) -> Mapping[str, str]:
        """What the emulator said when it was ready, secrets included."""
        return self._process.ready

    def close(self) -> None:
        """Stop the emulator."""
        super().close()
        self._process.close()


def controlled(
    name: str, access: Access, *, make: MakeSender = http_sender, only: str | None = None
) -> ControlledTarget:
    """An emulator that runs already.

    Args:
        name: as the target was named.
    Raises: TargetUnknown, TargetRefused: its control endpoint is none, or not this machine's.
    """
    at = address_of(access.control_url or "")
    if not at.is_loopback:
        raise TargetRefused(f"{at} is not this machine: control endpoints are on the loopback address alone")
    return ControlledTarget(name, Reach(ControlEndpoint(at, access.control_token), access, make, only=only))


def emulator(name: str, access: Access = NO_ACCESS) -> StartedTarget:
    """The target `emulator:` or `emulator:MUTANT`; the process is started.

    Raises:
        TargetUnknown: there is no such mutant, or an access was given, which the emulator tells itself.
        VaultUnreachable: it does not start.
    """
    return started(name, name.partition(":")[2], access)


def started(
    name: str, mutant: str, access: Access = NO_ACCESS, *, make: MakeSender = http_sender, only: str | None = None
) -> StartedTarget:
    """An emulator that is started.

    Args:
        mutant: what is to be wrong with it; empty for nothing.
        only: as in Reach.
    """
    if access != NO_ACCESS:
        raise TargetUnknown(f"{name}: takes neither token nor certificate nor control endpoint: the emulator tells them itself")
    process = EmulatorProcess()
    try:
        ready = process.ready
        control = ControlEndpoint(address_of(ready["control_url"]), ready["control_token"])
        with contextlib.closing(control):
            _check_mutant(mutant, control)
    except BaseException:
        process.close()
        raise
    token_url = f"{ready['url']}/{ready['tenant']}/oauth2/v2.0/token"
    environ = {CLIENT_ID: ready["client_id"], CLIENT_SECRET: ready["client_secret"]}
    reach = Reach(control, Access(token_url=token_url, ca_file=Path(ready["ca_file"])), make, environ, only)
    return StartedTarget(name, process, reach, mutant=mutant or None)


def _check_mutant(mutant: str, control: ControlEndpoint) -> None:
    if mutant and mutant not in (known := control.mutants()):
        near = get_close_matches(mutant, known)
        raise TargetUnknown(f"no mutant is called {mutant!r}" + (f"; perhaps {', '.join(near)}" if near else ""))
