"""The blocks of PEM in a text, found in one pass: a text of a million BEGINs without an END takes no longer than another.

Not here: what is in the blocks (files, certificates, x509).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]+)-----")


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    Attributes:
        label: what BEGIN and END are followed by.
        whole: from BEGIN to END, both included.
        inside: what stands between them.
    """

    label: str
    whole: str
    inside: str


def blocks(text: str) -> Iterator[Block]:
    """The blocks, in their order: from a BEGIN to the first END of its label behind it; those within others are not told."""
    begins: list[re.Match[str]] = []
    ends: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
    for line in _LINE.finditer(text):
        (begins if line[1] == "BEGIN" else ends[line[2]]).append(line)
    position = 0
    for begin in begins:
        later = ends[begin[2]]
        place = bisect_left(later, begin.end(), key=re.Match.start)
        if begin.start() < position or place == len(later):
            continue
        end = later[place]
        position = end.end()
        yield Block(begin[2], text[begin.start() : position], text[begin.end() : end.start()])


def bare(text: str) -> str:
    """A text without its first BEGIN and END, and without what follows them."""
    return _LINE.sub("", text.partition("-----END ")[0] or text)
