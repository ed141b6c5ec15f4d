"""Every mutant, by name: those of the modules that are imported here."""

from certlife.conformance.mutants import accepting, cancelling, creating, requesting
from certlife.conformance.mutants.mutant import MUTANTS

MODULES = (accepting, cancelling, creating, requesting)
__all__ = ["MODULES", "MUTANTS"]
