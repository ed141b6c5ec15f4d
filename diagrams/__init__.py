"""Pictures of the life cycles, drawn from the tables alone."""

from certlife.diagrams.errors import DiagramError
from certlife.diagrams.graph import NAMES
from certlife.diagrams.pictures import FORMATS, draw, stale, write

__all__ = ["FORMATS", "NAMES", "DiagramError", "draw", "stale", "write"]
