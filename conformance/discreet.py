"""Requests and answers as they may be shown: without passwords, private keys, tokens and backups.

Not here: where they are shown (report).
"""

from __future__ import annotations

import re
from typing import Any, Final

from certlife.model.values import Answer, Request

_SECRET: Final = {"pwd", "password", "token", "access_token", "authorization"}
_PRIVATE: Final = "PRIVATE KEY"
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_-]{60,}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ADDRESS: Final = re.compile(r"/(?:deleted)?(?:certificates|keys|secrets)(?:/|$)")
_BLOBS: Final = {"value", "cer", "csr"}
_LONGEST: Final = 80
HIDDEN: Final = "<hidden>"


def discreet(value: Any, key: str = "") -> Any:
    """A JSON value without what must not be shown, and with long blobs cut."""
    if isinstance(value, dict):
        return {name: discreet(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [discreet(member, key) for member in value]
    if not isinstance(value, str):
        return value
    if key.lower() in _SECRET or (key == "value" and len(value) > _LONGEST) or _PRIVATE in value:
        return HIDDEN
    return f"{value[:_LONGEST]}…" if len(value) > _LONGEST and key in _BLOBS | {"x5c"} else value


def in_a_line(text: str) -> str:
    """A text that ends no line, steers no terminal and can be written down, whatever somebody has sent."""
    line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", " ".join(text.split()))
    return line.encode("utf-8", "backslashreplace").decode()


def text_shown(text: str) -> str:
    """A sentence in one line, without what somebody may have quoted in it: keys, and anything long that is no words."""
    line = in_a_line(text)
    return HIDDEN if _PRIVATE in line else _RUN.sub(lambda run: run[0] if _ADDRESS.search(run[0]) else HIDDEN, line)


def request_shown(request: Request) -> dict[str, Any]:
    """A request as it may be shown."""
    shown: dict[str, Any] = {"method": request.method, "path": request.path}
    if request.query:
        shown["query"] = dict(request.query)
    if request.body is not None:
        shown["body"] = discreet(request.body)
    return shown


def answer_shown(answer: Answer) -> dict[str, Any]:
    """An answer as it may be shown."""
    return {"status": answer.status, "body": discreet(answer.body)}
