"""The model: what a vault may answer next, and by which rule. Pure: no I/O, no clock, no randomness.

Not here: recordings and vaults (adapters, conformance), pictures (diagrams).
"""

from certlife.model.belief import Belief, Observation, after_finding, observe
from certlife.model.values import Answer, Exchange, Request
from certlife.model.vocabulary import Profile

__all__ = ["Answer", "Belief", "Exchange", "Observation", "Profile", "Request", "after_finding", "observe"]
