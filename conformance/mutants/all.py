"""Every mutant, by name: those of the modules that are imported here."""

from certlife.conformance.mutants import (
    cancelling,
    contacts,
    deleting,
    issuers,
    linking,
    listing,
    paging,
    policies,
    purging,
    reading,
    recovering,
    restoring,
    updating,
)
from certlife.conformance.mutants.mutant import MUTANTS

MODULES = (
    cancelling,
    contacts,
    deleting,
    issuers,
    linking,
    listing,
    paging,
    policies,
    purging,
    reading,
    recovering,
    restoring,
    updating,
)
__all__ = ["MODULES", "MUTANTS"]
