"""What travels between a client and a vault, as plain values: requests, answers, and the pair of them.

Not here: what any of it means (tables), how it looks on the wire or in a recording (adapters, readers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

OTHERS_BEFORE: Final = "!"
"""How a name begins that is somebody else's, where a client sees its own names without their common prefix: one that is
sorted before all of them."""
OTHERS_BEHIND: Final = "~"
"""The same for one that is sorted behind them."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller asks of one vault.

    Attributes:
        method: upper-case HTTP method.
        path: without host and query, as sent (`/certificates/web/create`).
        query: decoded parameters, `api-version` left out.
        body: the decoded JSON body; None where there was none.
        api_version: as sent (`7.4`); None where it is not known.
        vault: scheme and host that the request went to, without a trailing slash.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    api_version: str | None = None
    vault: str = "https://VAULT"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vault said.

    Attributes:
        status: the HTTP status, 100 to 599.
        body: the decoded JSON body; None where there was none.
        headers: by lower-case name; only those that matter to the lifecycle need be there.
    """

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer.

    Attributes:
        at: the vault's own clock when it answered, whole seconds since 1970; None where it is not known.
        repeated: how many more exchanges like this one followed and were left out of the recording.
    """

    request: Request
    answer: Answer
    at: int | None = None
    repeated: int = 0
