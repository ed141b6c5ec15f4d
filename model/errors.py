"""What can go wrong, by who is wrong.

    CertlifeError
    ├── ModelError          our tables
    └── BeliefTooLarge      nobody: the session leaves more open than the model will follow

A vault that breaks a rule is no error: that is a Finding. Not here: errors of reading recordings (conformance).
"""

from __future__ import annotations


class CertlifeError(Exception):
    """The root of what this package raises."""


class ModelError(CertlifeError):
    """A table says something that can not be: our mistake, not the vault's."""


class BeliefTooLarge(CertlifeError):  # noqa: N818  the name says what happened
    """More explanations than the bound: the set is never cut, the run ends instead."""

    def __init__(self, name: str, size: int, bound: int) -> None:
        super().__init__(f"{name!r} has {size} explanations, more than the bound of {bound}: too much is left open")
