"""What a client has seen of a vault, and can refer to: identifiers, requests, backups, the next page.

`${web.version}` is the last version of `web` that an answer showed, `${web.version.0}` the first; `${web.request_id}`,
`${web.csr}` and `${web.blob}` are alike. `${next}` is the address of the page that follows the last one.

Not here: what is made of it (content), what it means (model).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from certlife.conformance.suite.acts import Send
from certlife.model.values import Answer, Json, Request

REFERENCE: Final = re.compile(r"\$\{([^}]+)\}")
NAMED: Final = re.compile(r"([0-9A-Za-z-]+)\.(version|request_id|csr|blob)(?:\.(-?\d+))?")
_VERSION: Final = re.compile(r"/certificates/([^/]+)/([0-9a-f]{32})$", re.IGNORECASE)
NEXT: Final = "${next}"


class NothingToReferTo(LookupError):  # noqa: N818 - it says what is missing
    """A request refers to something that no answer has shown; whoever wrote the history is wrong, or left too much out."""


class Notebook:
    """Reads every answer, and remembers what later requests may refer to."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[str]] = {}
        self._next: str | None = None

    def note(self, request: Request, answer: Answer) -> None:
        """Take down what an answer shows."""
        if answer.status >= 300 or not isinstance(answer.body, dict):
            return
        name = _name(request.path)
        if isinstance(answer.body.get("value"), list):
            link = answer.body.get("nextLink")
            self._next = link if isinstance(link, str) else None
        if request.path.rstrip("/").endswith("/backup"):
            self._add(name, "blob", answer.body.get("value"))
            return
        for kind in ("request_id", "csr"):
            self._add(name, kind, answer.body.get(kind))
        for identifier in _identifiers(answer.body):
            found = _VERSION.search(identifier)
            if found is not None:
                self._add(found[1].lower(), "version", found[2])

    def seen(self, name: str, kind: str) -> list[str]:
        """What was seen of a kind (`version`, `request_id`, `csr`, `blob`) under a name, oldest first."""
        return self._seen.get((name.lower(), kind), [])

    @property
    def next_page(self) -> bool:
        """Whether the last list has a further page."""
        return self._next is not None

    def request(self, send: Send, made: Callable[[str, Mapping[str, Any]], Json]) -> Request:
        """The request that is meant.

        Args:
            made: makes the files and chains that it wants: gets `$file` or `$signed`, and the wishes.
        Raises: NothingToReferTo.
        """
        if send.path == NEXT:
            if self._next is None:
                raise NothingToReferTo("there is no next page")
            link = urlsplit(self._next)
            query = dict(parse_qsl(link.query))
            return Request(send.method, link.path, query, None, query.pop("api-version", send.api_version))
        query = {name: self._text(value) for name, value in send.query.items()}
        return Request(send.method, self._text(send.path), query, self._value(send.body, made), send.api_version)

    def _value(self, value: Json, made: Callable[[str, Mapping[str, Any]], Json]) -> Json:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._value(one, made) for one in value]
        if isinstance(value, dict):
            wishes = next(iter(value.values()), None)
            if len(value) == 1 and next(iter(value)) in ("$file", "$signed") and isinstance(wishes, dict):
                return made(next(iter(value)), {name: self._value(one, made) for name, one in wishes.items()})
            return {name: self._value(one, made) for name, one in value.items()}
        return value

    def _text(self, text: str) -> str:
        return REFERENCE.sub(lambda found: self.looked_up(found[1]), text) if "${" in text else text

    def looked_up(self, reference: str) -> str:
        """What a reference, without its dollar and braces, stands for now.

        Raises: NothingToReferTo.
        """
        named = NAMED.fullmatch(reference)
        if named is None:
            raise NothingToReferTo(f"${{{reference}}} refers to nothing that there is")
        seen = self.seen(named[1], named[2])
        try:
            return seen[int(named[3] or -1)]
        except IndexError:
            raise NothingToReferTo(f"${{{reference}}}: {len(seen)} were seen") from None

    def _add(self, name: str, kind: str, value: object) -> None:
        seen = self._seen.setdefault((name, kind), [])
        if isinstance(value, str) and value not in seen:
            seen.append(value)


def _name(path: str) -> str:
    segments = [segment for segment in path.split("/") if segment]
    return segments[1].lower() if len(segments) > 1 else ""


def _identifiers(body: Mapping[str, Any]) -> Iterator[str]:
    listed = body.get("value")
    for item in (body, *(listed if isinstance(listed, list) else ())):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]
