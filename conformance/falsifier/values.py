"""What the falsifier makes of one value: another time, another identifier, a body with one member replaced.

Not here: answers and sessions (changes). Everything is a function from a value to a new one; nothing is edited
in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from certlife.conformance.falsifier.steps import is_whole, member, trees
from certlife.model.values import Json

Make: TypeAlias = Callable[[Json], Json]

HOUR, DAY = 3600, 86400


class _Gone:
    """Stands for a member that is to be left out."""


GONE: Final = _Gone()


def grafted(value: Json, path: str, new: Json | _Gone) -> Json:
    """The value with something else at a dotted path; what is not on the path is shared, nothing is changed in place."""
    key, _, rest = path.partition(".")
    if isinstance(value, list):
        index = int(key)
        if not rest and isinstance(new, _Gone):
            return [*value[:index], *value[index + 1 :]]
        return [*value[:index], grafted(value[index], rest, new) if rest else _kept(new), *value[index + 1 :]]
    if not isinstance(value, dict):
        return value
    if rest:
        return {**value, key: grafted(value.get(key), rest, new)}
    if isinstance(new, _Gone):
        return {other: kept for other, kept in value.items() if other != key}
    return {**value, key: new}


def _kept(new: Json | _Gone) -> Json:
    return None if isinstance(new, _Gone) else new


def negated(value: Json) -> Json:
    """True for false, false for true."""
    return not value


def earlier_by(seconds: int) -> Make:
    """A time so many seconds before."""
    return lambda value: value - seconds if isinstance(value, int) else value


def plus(amount: int) -> Make:
    """A number that much greater."""
    return earlier_by(-amount)


def swapped(one: str, other: str) -> Make:
    """One of two strings for the other; a third becomes the first."""
    return lambda value: other if value == one else one


def shorter(value: Json) -> Json:
    """A string or a list without its last element."""
    return value[:-1] if isinstance(value, (str, list)) else value


def without_the_first(value: Json) -> Json:
    """A list without its first element."""
    return value[1:] if isinstance(value, list) else value


def another_text(value: Json) -> Json:
    """The same string with its first character replaced, so that its form stays."""
    if not isinstance(value, str) or not value:
        return value
    if not is_whole(value):
        return re.sub(r":\d+>", ":999>", value)
    middle = len(value) // 2 if len(value) > 200 else 0
    return value[:middle] + ("0" if value[middle] != "0" else "1") + value[middle + 1 :]


def of_another_name(value: Json) -> Json:
    """An identifier whose certificate or issuer has another name."""
    return re.sub(r"^(https?://[^/]+/(?:certificates/issuers|\w+)/[^/?]+)", r"\1x", str(value))


def of_another_vault(value: Json) -> Json:
    """An identifier in another vault."""
    return re.sub(r"^(https?://)", r"\1another-", str(value))


def of_another_version(value: Json) -> Json:
    """An identifier whose version is another one, of the same form."""
    head, _, version = str(value).rpartition("/")
    return f"{head}/{another_text(version)}"


def without_its_version(value: Json) -> Json:
    """An identifier cut before its version."""
    return str(value).rpartition("/")[0]


def with_a_version(value: Json) -> Json:
    """An identifier with a version behind it."""
    return f"{value}/{'0123456789abcdef' * 2}"


def of_another_request(location: str) -> str:
    """A Location whose request_id is another one."""
    return re.sub(r"(request_id=)(.)", lambda found: found[1] + ("1" if found[2] == "0" else "0"), location)


def of_another_path(location: str) -> str:
    """A Location that leads elsewhere in the same vault: the last segment of its path is another one."""
    path, mark, query = location.partition("?")
    other = path.removesuffix("/pending") + "/versions" if path.endswith("/pending") else f"{path}/pending"
    return other + mark + query


def swapped_percentage(value: Json) -> Json:
    """Another percentage within 1 to 99."""
    return 50 if value != 50 else 51


def in_first(path: str, make: Make) -> Make:
    """Change a member of the first element of a list."""

    def change(value: Json) -> Json:
        first = trees(value)[:1]
        found = member(first[0], path) if first else None
        return value if found is None else grafted(value, f"0.{path}", make(found))

    return change
