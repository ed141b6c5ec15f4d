"""The targets `azure-sdk:https://HOST…`, and `azure-sdk:emulator:` with or without a mutant.

Not here: how requests travel (sending).
"""

from __future__ import annotations

from typing import Final

from certlife.adapters.azure.sending import azure_sender
from certlife.adapters.remote.controlled import started
from certlife.adapters.remote.target import by_url
from certlife.adapters.targets import NO_ACCESS, Access, Target

_EMULATOR: Final = "emulator:"
_ONLY: Final = "default"
"""The vault of an emulator whose URL has no path: the SDK can not read identifiers with one."""


def azure_sdk(name: str, access: Access = NO_ACCESS) -> Target:
    """A vault through the SDK.

    Raises: TargetUnknown: what follows is no address, or the extra is not installed. TargetRefused: it is not touched so.
    """
    rest = name.partition(":")[2]
    if rest.startswith(_EMULATOR):
        return started(name, rest.removeprefix(_EMULATOR), access, make=azure_sender, only=_ONLY)
    return by_url(name, rest, access, make=azure_sender, only=_ONLY)
