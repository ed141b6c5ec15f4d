"""A value somewhere in a parsed document: where it stands, and what it turns out to be when it is asked.

Not here: what any format keeps where (trace, har, test_proxy, vcr), and how text becomes a document (document).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

WHOLE_FILE = "whole file"

_QUOTED_CHARACTERS = 40
_QUOTED_NUMBERS_BELOW = 10**20


class ReadingError(Exception):
    """Something in a file is not what its format says; `reading.read` adds the file's name."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place or WHOLE_FILE
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document.

    Every method raises ReadingError, with the place, where the value is of another kind than it is asked for.

    Attributes:
        value: as parsed; None stands for null and for what is not there, which no format tells apart.
        place: as in `exchanges[3].status`; empty for the document itself.
    """

    value: object
    place: str = ""

    def member(self, name: str) -> Node:
        """Give a member of an object; it need not be there, but the object must."""
        if not isinstance(self.value, dict):
            raise self.refusal("an object")
        return Node(self.value.get(name), f"{self.place}.{name}" if self.place else name)

    def members(self) -> list[tuple[str, Node]]:
        """Give all members whose names are text, with these; none where there is nothing at all."""
        if self.value is None:
            return []
        if not isinstance(self.value, dict):
            raise self.refusal("an object")
        return [(name, self.member(name)) for name in self.value if isinstance(name, str)]

    def elements(self) -> list[Node]:
        """Give the elements of a list."""
        if not isinstance(self.value, list):
            raise self.refusal("a list")
        return [Node(value, f"{self.place}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        """Give a string."""
        if not isinstance(self.value, str):
            raise self.refusal("a string")
        return self.value

    def whole_number(self, *, default: int | None = None) -> int:
        """Give a whole number, the default (where there is one) for nothing."""
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.refusal("a whole number")
        return self.value

    def truth(self) -> bool:
        """Give true or false; nothing is false."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.refusal("true or false")
        return bool(self.value)

    def refusal(self, expected: str) -> ReadingError:
        """Make the error that says what was expected here and what was met."""
        return ReadingError(self.place, f"expected {expected}, met {_described(self.value)}")


def _described(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) >= _QUOTED_NUMBERS_BELOW:
        return "a huge number"
    if isinstance(value, (str, int, float)):
        return _shortened(json.dumps(value))
    return type(value).__name__


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED_CHARACTERS else text[:_QUOTED_CHARACTERS] + "..."
