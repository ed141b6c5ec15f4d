"""The pictures by their names: drawing one, writing many, and finding the committed ones that are out of date.

Not here: how a picture comes about (graph, dot, mermaid, scxml, render), the command line (conformance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certlife.diagrams.dot import dot
from certlife.diagrams.errors import DiagramError
from certlife.diagrams.graph import NAMES, graph
from certlife.diagrams.mermaid import mermaid
from certlife.diagrams.render import DPI, FORMS, render
from certlife.diagrams.scxml import scxml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from certlife.diagrams.graph import Graph

_TEXTS: Final[dict[str, Callable[[Graph], str]]] = {"dot": dot, "mermaid": mermaid, "scxml": scxml}
FORMATS: Final = (*FORMS, *_TEXTS)
_SUFFIXES: Final = {**{form: f".{form}" for form in FORMATS}, "mermaid": ".mmd"}


def draw(name: str, form: str) -> bytes:
    """Draw a picture.

    Args:
        name: one of NAMES.
        form: one of FORMATS.

    Returns: the content of a file; the text formats are UTF-8, and the same each time.

    Raises:
        DiagramError: there is no such picture or format, or Graphviz is missing or fails.
    """
    _check(name, NAMES, "picture")
    _check(form, FORMATS, "format")
    drawn = graph(name)
    if form in _TEXTS:
        return _TEXTS[form](drawn).encode()
    return render(dot(drawn, DPI if form == "png" else None), form)


def write(names: Iterable[str], formats: Iterable[str], folder: Path) -> list[Path]:
    """Write pictures into a folder, which is made if need be: `certificate.svg`, and `certificate.mmd` for Mermaid.

    Returns: the files, in the order of the names, then of the formats.

    Raises:
        DiagramError: as for draw, or a file can not be written; unknown names are found before anything is written.
    """
    wanted = [(name, form) for name in names for form in formats]
    for name, form in wanted:
        _check(name, NAMES, "picture")
        _check(form, FORMATS, "format")
    return [_written(folder / (name + _SUFFIXES[form]), draw(name, form)) for name, form in wanted]


def stale(folder: Path) -> list[Path]:
    """Find the Mermaid files in a folder that are not what the tables give now: changed, missing, or of no picture."""
    current = {folder / f"{name}.mmd": draw(name, "mermaid") for name in NAMES}
    outdated = [path for path, text in current.items() if not path.is_file() or path.read_bytes() != text]
    return sorted([*outdated, *(path for path in folder.glob("*.mmd") if path not in current)])


def _check(word: str, known: tuple[str, ...], what: str) -> None:
    if word not in known:
        raise DiagramError(f"there is no {what} {word!r}; there are: {', '.join(known)}")


def _written(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DiagramError(f"{path} can not be written: {error.strerror}") from error
    return path
