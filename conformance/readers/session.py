"""What a reader hands back: a session of exchanges, or the one error that says why there is none.

Not here: how a file becomes a session (reading and the modules it calls).

    Exception
    └── UnreadableRecording    whoever made the file, or named it, is wrong: it cannot be taken for a recording
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from certlife.model.values import Exchange


@dataclass(frozen=True, slots=True)
class Session:
    """The exchanges of one file with one or more vaults, in the order in which they were recorded.

    Attributes:
        exchanges: those that may concern certificates; everything else is counted in `skipped`.
        starts_empty: the file claims that the vault held nothing before the first exchange.
        skipped: how many exchanges were left out, by reason; the reasons are those of `relevance.RULES`.
        format: `trace`, `har`, `test-proxy` or `vcr`.
        places: where in the file exchange i stands (`log.entries[7]`), as long as `exchanges`.
    """

    exchanges: tuple[Exchange, ...]
    starts_empty: bool
    skipped: Mapping[str, int]
    format: str
    places: tuple[str, ...]


class UnreadableRecording(Exception):  # noqa: N818 - it states what the file is, and is read as such in a verdict
    """The file is no recording, or not a whole one; its text is one printable line, `FILE: PLACE: reason`.

    Attributes:
        path: the file, as the caller named it.
        place: where in the file, as `exchanges[3].status` or `line 7 column 12`.
        reason: what was expected there and what was met; never the content of a body.
    """

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(path, place, reason)
        self.path = path
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        """Write the one line, with whatever cannot be printed escaped."""
        line = f"{self.path}: {self.place}: {self.reason}"
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
