"""A file to a parsed document: its size, its encoding, and whether it is JSON or YAML.

Not here: which recording the document is (reading), and the two grammars (strict_json, safe_yaml).
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from certlife.conformance.readers import safe_yaml, strict_json
from certlife.conformance.readers.node import WHOLE_FILE, Node, ReadingError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024
"""A larger file is refused before it is read; a parsed document takes about ten times its size."""

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def load(path: Path) -> Node:
    """Read and parse a file.

    Raises:
        ReadingError: the file cannot be read, is empty or too large, or is neither JSON nor YAML.
    """
    text = _decoded(_content(path))
    if not text.strip():
        raise ReadingError(WHOLE_FILE, "empty")
    # Cassettes are YAML in block style; a file that begins like JSON shall be told what is wrong with its JSON.
    parse = strict_json.parsed if text.lstrip().startswith(("{", "[")) else safe_yaml.parsed
    return Node(parse(text))


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size <= MAX_BYTES:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
                size = len(content)  # a pipe or a device has no size before it is read
    except OSError as error:
        raise ReadingError(WHOLE_FILE, f"cannot be read: {error.strerror or type(error).__name__}") from None
    except ValueError:
        raise ReadingError(WHOLE_FILE, "cannot be read: no file can have this name") from None
    if size > MAX_BYTES:
        raise ReadingError(WHOLE_FILE, f"larger than {MAX_BYTES // 1024**2} MiB, the most that is read")
    return content


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(f"byte {error.start}", "not text in UTF-8, nor in UTF-16 with a byte order mark") from None
