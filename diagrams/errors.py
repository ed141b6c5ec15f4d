"""What can go wrong with pictures.

Not here: errors of the tables (model).
"""

from __future__ import annotations


class DiagramError(Exception):
    """A picture can not be made; the message is one line and says what would help."""
