"""Every mutant, by name: those of the modules that are imported here."""

from certlife.conformance.mutants import (
    cancelling,
    deleting,
    linking,
    listing,
    policies,
    purging,
    reading,
    recovering,
    restoring,
    updating,
    vaultwide,
)
from certlife.conformance.mutants.mutant import MUTANTS

MODULES = (
    cancelling,
    deleting,
    linking,
    listing,
    policies,
    purging,
    reading,
    recovering,
    restoring,
    updating,
    vaultwide,
)
__all__ = ["MODULES", "MUTANTS"]
