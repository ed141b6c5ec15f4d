"""The regression corpus: named edge cases, each a question that a history answers.

Not here: how they are run (history), what they are about (the files in conformance/corpus).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from certlife.conformance.suite.history import History, read


@cache
def cases() -> Mapping[str, History]:
    """Every case by name, in the order of the names.

    Raises: HistoryMalformed: a file of the package is no history; the package is damaged.
    """
    folder = resources.files("certlife.conformance").joinpath("corpus")
    found: dict[str, History] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            with resources.as_file(file) as path:
                found[path.stem] = read(path)
    return MappingProxyType(found)
