"""YAML text to plain values: no object is ever made from a tag, and nothing in the text can exhaust the reader.

Not here: what a cassette should hold (vcr).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from certlife.conformance.readers.node import WHOLE_FILE, ReadingError

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # pragma: no cover - PyYAML built without libyaml reads the same, only slower
    from yaml import SafeLoader  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100


def parsed(text: str) -> object:
    """Parse one YAML document.

    Returns:
        Values of the YAML core types, and bytes for `!!binary`. A scalar with another tag (`!!python/unicode`, a time
        stamp) is its text; anything else with another tag is None, for cassettes of aiohttp keep a `!!python/object`
        where nobody needs it.

    Raises:
        ReadingError: the text is something else, or nested deeper than MAX_DEPTH.
    """
    try:
        _check_depth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, and even more limited
    except yaml.MarkedYAMLError as error:
        raise ReadingError(_place(error.problem_mark), f"neither JSON nor YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, LookupError, TypeError) as error:
        # PyYAML's own constructors raise the last three, for scalars such as `!!int x` and `!!bool x`.
        raise ReadingError(WHOLE_FILE, f"neither JSON nor YAML: {type(error).__name__}") from None


def _check_depth(text: str) -> None:
    """Refuse deep nesting before libyaml's composer meets it: that one recurses in C, and takes the process with it."""
    depth = 0
    for change in _changes_of_depth(text):
        depth += change
        if depth > MAX_DEPTH:
            raise ReadingError(WHOLE_FILE, f"nested deeper than {MAX_DEPTH}")


def _changes_of_depth(text: str) -> Iterator[int]:
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            yield 1
        elif isinstance(event, yaml.CollectionEndEvent):
            yield -1


def _place(mark: yaml.Mark | None) -> str:
    return f"line {mark.line + 1} column {mark.column + 1}" if mark else WHOLE_FILE


class _Loader(SafeLoader):
    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave merge keys (`<<`) alone: merges of merges grow without bounds, and no cassette has them."""


def _text_or_nothing(loader: _Loader, node: yaml.Node) -> object:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _bytes(loader: _Loader, node: yaml.ScalarNode) -> bytes:
    return loader.construct_yaml_binary(node)


_Loader.add_constructor(None, _text_or_nothing)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text_or_nothing)
_Loader.add_constructor("!binary", _bytes)  # how Ruby spells !!binary
