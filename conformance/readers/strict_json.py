"""JSON text to values, refusing what RFC 8259 does not know: NaN, Infinity, and numbers that become Infinity.

Not here: where the text comes from, and what the values should be.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NoReturn, cast

from certlife.conformance.readers.node import WHOLE_FILE, ReadingError

if TYPE_CHECKING:
    from certlife.model.values import Json


def parsed(text: str) -> Json:
    """Parse one JSON document; of members with the same name the last wins.

    Raises:
        ReadingError: the text is something else, or nested too deeply, or has a number of thousands of digits. The
            reason never quotes the text, since it may hold a key or a password.
    """
    try:
        return cast("Json", _DECODER.decode(text.removeprefix("\ufeff")))
    except json.JSONDecodeError as error:
        raise ReadingError(f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}") from None
    except ValueError:
        # int() refuses more than sys.get_int_max_str_digits() digits, and so would every report that prints them.
        raise ReadingError(WHOLE_FILE, "a number has too many digits") from None
    except RecursionError:
        raise ReadingError(WHOLE_FILE, "nested too deeply") from None


def _refused_constant(name: str) -> NoReturn:
    raise ReadingError(WHOLE_FILE, f"not JSON: {name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ReadingError(WHOLE_FILE, "a number is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refused_constant, parse_float=_finite)
