"""Findings in files: the history to be run again, the same as a shell script, and as a picture.

Not here: how each of them is written (history, curl, sequence).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from certlife.conformance.discreet import text_shown
from certlife.conformance.suite.acts import to_json
from certlife.conformance.suite.curl import script
from certlife.conformance.suite.history import written
from certlife.conformance.suite.sequence import sequence
from certlife.conformance.suite.verdict import Problem
from certlife.model.values import Json


def save(problem: Problem, folder: Path) -> list[Path]:
    """Write a finding to NAME.json, NAME.sh and NAME.mmd; return the paths.

    Files that are there already are left as they are: where they say something else, another name is taken.

    Raises: OSError: they can not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _names(problem):
        texts = {folder / f"{name}{ending}": _bytes(text) for ending, text in _texts(problem, name).items()}
        if all(not path.exists() or path.read_bytes() == text for path, text in texts.items()):
            break
    for path, text in texts.items():
        path.write_bytes(text)
    return list(texts)


def stem(problem: Problem) -> str:
    """The name of a finding's files: its rule, and what was done, in short."""
    acts = json.dumps([to_json(act) for act in problem.history.acts], sort_keys=True)
    return f"{problem.rule}-{hashlib.sha256(acts.encode()).hexdigest()[:8]}"


def _bytes(text: str) -> bytes:
    """A text as UTF-8; half a surrogate pair becomes the escape that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def _names(problem: Problem) -> Iterator[str]:
    yield stem(problem)
    yield from (f"{stem(problem)}-{number}" for number in count(2))


def _texts(problem: Problem, name: str) -> dict[str, str]:
    finding: dict[str, Json] = {"rule": problem.rule, "text": text_shown(problem.finding.text)}
    history = replace(problem.history, name=name, finding=finding)
    return {
        ".json": written(history),
        ".sh": script(history, problem.exchanges, problem.finding),
        ".mmd": sequence(history, problem.exchanges, problem.finding),
    }
