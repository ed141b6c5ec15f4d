"""Recordings of traffic, read into exchanges: four file formats, one answer.

Not here: what an exchange means or whether it conforms (model, verdict), and writing recordings of any kind.
"""

from certlife.conformance.readers.reading import read
from certlife.conformance.readers.session import Session, UnreadableRecording

__all__ = ["Session", "UnreadableRecording", "read"]
