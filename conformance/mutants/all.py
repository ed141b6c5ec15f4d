"""Every mutant, by name: those of the modules that are imported here."""

from certlife.conformance.mutants import (
    accepting,
    cancelling,
    creating,
    dropping,
    importing,
    merging,
    naming,
    polling,
    renewing,
    requesting,
    signing,
)
from certlife.conformance.mutants.mutant import MUTANTS

MODULES = (
    accepting, cancelling, creating, dropping, importing, merging, naming, polling, renewing, requesting, signing,
)  # fmt: skip
__all__ = ["MODULES", "MUTANTS"]
