"""What the commands share: where they write to, and the options that several of them have.

Not here: the commands themselves (cli, suite.commands).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click
from certlife.model.vocabulary import Profile
from rich.console import Console

PROFILES: Final = click.Choice([profile.value for profile in Profile])
PATH: Final = click.Path(path_type=Path)


def out() -> Console:
    """Where verdicts go."""
    console = Console()
    return console if console.is_terminal else Console(width=200, no_color=True)


def err() -> Console:
    """Where progress goes."""
    return Console(stderr=True)


def write_json(path: Path, value: Any) -> None:
    """Write JSON to a file, or to standard output for `-`.

    Raises: UsageError: the file can not be written.
    """
    text = json.dumps(value, indent=1) + "\n"
    if str(path) == "-":
        click.echo(text, nl=False)
    else:
        write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a text to a file.

    Raises: UsageError: the file can not be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
