"""Every mutant, by name: those of the modules that are imported here."""

from certlife.conformance.mutants import cancelling
from certlife.conformance.mutants.mutant import MUTANTS

MODULES = (cancelling,)
__all__ = ["MODULES", "MUTANTS"]
