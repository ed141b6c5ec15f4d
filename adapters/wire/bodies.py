"""JSON as it stands in bodies.

What is read is strict: UTF-8, no NaN, no half of a surrogate pair, not nested without end; whatever has been read can be
written again. Not here: what stands in the JSON.
"""

from __future__ import annotations

import json
from typing import Final, NoReturn

from certlife.model.values import Json

MAX_DEPTH: Final = 100
"""No body of the service is nested deeper than ten."""


def written(value: Json) -> bytes:
    """JSON without spaces, text beyond ASCII as it is; members in their order.

    Raises: ValueError: it holds half a surrogate pair, or a number that is none.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def read(body: bytes) -> Json:
    """The value of a body; None where the body is empty.

    Raises: ValueError: it is not JSON, or JSON of which no body is made.
    """
    if not body.strip():
        return None
    text = body.decode("utf-8-sig")
    try:
        value: Json = json.loads(text, parse_constant=_no_number, parse_float=_number)
    except RecursionError:
        raise ValueError("nested too deep") from None
    _check_depth(value)
    if "\\u" in text:
        written(value)  # an escape may stand for half a pair
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _check_depth(value: Json) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise ValueError("nested too deep")


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, dict | list)]
    return [one for one in value if isinstance(one, dict | list)] if isinstance(value, list) else []
