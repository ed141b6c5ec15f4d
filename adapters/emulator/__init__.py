"""The emulator: the in-memory vault behind HTTP, as official clients expect the service to be.

Not here: how vaults answer (memory), the wire format (wire), the command line (conformance).
"""

from certlife.adapters.emulator.options import Options
from certlife.adapters.emulator.server import Running, run
from certlife.adapters.emulator.store import Store, StoreUnusable
from certlife.adapters.emulator.vaults import MakesVault

__all__ = ["MakesVault", "Options", "Running", "Store", "StoreUnusable", "run"]
