"""Log lines: one JSON object each, with what happened and none of what is secret.

Events carry only the members that they name; of exceptions the kind and the place are told, never the text, which may quote
a request. Not here: what is logged (app, control, server).
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

LOGGER: Final = logging.getLogger("certlife.emulator")
LEVELS: Final = ("debug", "info", "warning", "error")
_OTHERS: Final = ("uvicorn", "uvicorn.error", "asyncio")
_NEAREST: Final = 8


class JsonLines(logging.Formatter):
    """Writes records as JSON, one line each."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "event": _event(record)}
        line |= getattr(record, "members", {})
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["exception"] = raised(record.exc_info[1])
        return json.dumps(line, default=str)


def _event(record: logging.LogRecord) -> str:
    """Our own events as they are; of others the text without what it is about, which may be anything."""
    return record.getMessage() if record.name == LOGGER.name else f"{record.name}: {record.msg}".strip()


def raised(exception: BaseException) -> dict[str, Any]:
    """The kind of an exception, and where it was raised."""
    frames = traceback.extract_tb(exception.__traceback__)[-_NEAREST:]
    return {"kind": type(exception).__name__, "place": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}


def log(level: int, event: str, **members: Any) -> None:
    """Log an event of the emulator."""
    LOGGER.log(level, event, extra={"members": members})


def write_to(stream: TextIO, level: str) -> None:
    """Write log lines to a stream from now on.

    Args:
        level: one of LEVELS; from `debug` on there is a line for every request.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in (LOGGER.name, *_OTHERS):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
    LOGGER.setLevel(level.upper())
    for name in _OTHERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
