"""Draws with the Graphviz that the pygraphviz wheel carries: `python wheel.py FORM < DOT > PICTURE`.

A program of its own, because this Graphviz writes to standard error, reads the environment when it is loaded, and
must not take the caller down with it. Not here: choosing between this and a system's dot (render).
"""

from __future__ import annotations

import sys

from pygraphviz import AGraph


def draw(text: str, form: str) -> bytes:
    """Draw DOT as svg, png or pdf."""
    picture = AGraph(string=text).draw(format=form, prog="dot")
    return bytes(picture)


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode(), sys.argv[1]))
