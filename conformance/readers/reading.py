"""A file to a session: recognise its format by what is in it, leave out what does not matter, decode the rest.

Not here: the formats (trace, har, test_proxy, vcr), and the reasons for leaving something out (relevance).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certlife.conformance.readers import har, headers, test_proxy, trace, vcr
from certlife.conformance.readers.document import load
from certlife.conformance.readers.node import WHOLE_FILE, Node, ReadingError
from certlife.conformance.readers.relevance import reason_to_skip
from certlife.conformance.readers.session import Session, UnreadableRecording
from certlife.model.values import Answer, Exchange, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from certlife.conformance.readers.entry import Entry


@dataclass(frozen=True, slots=True)
class _Format:
    """A format, and the member of the document by which it is recognised."""

    sign: str
    name: str
    entries: Callable[[Node], Iterator[Entry]]


_FORMATS = (
    _Format("exchanges",         "trace",      trace.entries),
    _Format("log",               "har",        har.entries),
    _Format("Entries",           "test-proxy", test_proxy.entries),
    _Format("interactions",      "vcr",        vcr.entries),
    _Format("http_interactions", "vcr",        vcr.http_entries),
)  # fmt: skip

_NO_CONTENT = 204
_STATUSES = range(100, 600)


def read(path: Path) -> Session:
    """Read a recording.

    Args:
        path: a file of at most document.MAX_BYTES, in any of the formats; its name does not matter.

    Returns:
        The session; empty where the recording holds nothing that concerns certificates.

    Raises:
        UnreadableRecording: the file is no recording, is damaged, or says something that its format does not know.
    """
    try:
        return _session(load(path))
    except ReadingError as error:
        raise UnreadableRecording(path, error.place, error.reason) from None


def _session(document: Node) -> Session:
    form = _recognised(document)
    kept: dict[str, Exchange] = {}
    skipped: Counter[str] = Counter()
    for entry in form.entries(document):
        reason = reason_to_skip(entry)
        if reason is None:
            kept[entry.place] = _exchange(entry)
        else:
            skipped[reason] += 1
    starts_empty = document.member("starts_empty").truth()
    return Session(tuple(kept.values()), starts_empty, dict(skipped), form.name, tuple(kept))


def _recognised(document: Node) -> _Format:
    for form in _FORMATS:
        if isinstance(document.value, dict) and form.sign in document.value:
            return form
    signs = ", ".join(f"{form.sign} ({form.name})" for form in _FORMATS)
    raise ReadingError(WHOLE_FILE, f"no recording of a known format: none has any of {signs}")


def _exchange(entry: Entry) -> Exchange:
    if entry.status not in _STATUSES:
        raise Node(entry.status, entry.status_place).refusal("a status from 100 to 599")
    picked = entry.headers()
    target = entry.target
    return Exchange(
        Request(entry.method, target.path, target.query, entry.request_body(), target.api_version, target.vault),
        Answer(
            entry.status,
            None if entry.status == _NO_CONTENT else entry.answer_body(),
            {name: value for name, value in picked.items() if name in headers.KEPT},
        ),
        headers.clock(picked) if entry.at is None else entry.at,
        entry.repeated,
    )
