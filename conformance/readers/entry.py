"""One recorded exchange, taken from its format as far as it takes to tell whether it matters.

Not here: the formats themselves, and what is made of an entry (reading).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from certlife.conformance.readers.target import Target
    from certlife.model.values import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded exchange; what is a function here is looked at only when the exchange is kept.

    Attributes:
        place: where it stands, as in `log.entries[7]`.
        method: upper-case.
        target: where the request went.
        status: 0 where no answer came.
        status_place: where the status stands.
        request_body: decodes the request's body.
        answer_body: decodes the answer's body.
        headers: picks the answer's headers (headers.WANTED), by lower-case name.
        at: the vault's clock where the format has it outside of the headers, seconds since 1970.
        repeated: how many more exchanges like this one were left out.
    """

    place: str
    method: str
    target: Target
    status: int
    status_place: str
    request_body: Callable[[], Json]
    answer_body: Callable[[], Json]
    headers: Callable[[], Mapping[str, str]]
    at: int | None = None
    repeated: int = 0
