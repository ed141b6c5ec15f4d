"""The in-memory vault: a faithful stand-in for the service, with real cryptography and a clock that is told the time."""

from certlife.adapters.memory.state import Settings
from certlife.adapters.memory.vault import MemoryVault

__all__ = ["MemoryVault", "Settings"]
