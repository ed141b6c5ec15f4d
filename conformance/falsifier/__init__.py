"""The falsifier: recorded sessions changed in one place, so that no conforming service can have produced them.

Not here: the judge that has to refuse them (judge).
"""

from certlife.conformance.falsifier.run import main
from certlife.conformance.falsifier.ways import FALSIFICATIONS, UNDECIDABLE, Falsification

__all__ = ["FALSIFICATIONS", "UNDECIDABLE", "Falsification", "main"]
