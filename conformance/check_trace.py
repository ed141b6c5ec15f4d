"""`check-trace`: recordings read, judged, and summed up.

Not here: printing (report), the command line (cli).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from certlife.adapters.x509 import X509Reader
from certlife.conformance.discreet import answer_shown, request_shown
from certlife.conformance.judge import Found, Verdict, judge
from certlife.conformance.readers import Session, UnreadableRecording, read
from certlife.conformance.register import rules
from certlife.conformance.shorten import history
from certlife.model import Exchange, Profile
from certlife.model.errors import BeliefTooLarge
from certlife.model.findings import Allowed
from certlife.model.x509 import Reader

MOST_FINDINGS: Final = 20
"""After how many findings the rest of a recording is left alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with all that a reader needs: its place in the file, and the steps that matter before it."""

    found: Found
    place: str
    steps: tuple[tuple[int, Exchange], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording, judged; or the reason why it could not be."""

    path: Path
    format: str = ""
    verdict: Verdict | None = None
    told: tuple[Told, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """All recordings of a run."""

    files: tuple[Judged, ...]
    profile: Profile
    seconds: float

    @property
    def verdict(self) -> str:
        """`deviates` if any recording does, `inconclusive` if any could not be judged, else `conforms`."""
        verdicts = {file.verdict.verdict if file.verdict is not None else "inconclusive" for file in self.files}
        return next((name for name in ("deviates", "inconclusive") if name in verdicts), "conforms" if verdicts else "inconclusive")

    @property
    def status(self) -> int:
        """The exit status: 2 if a recording could not be read or nothing was judged, 1 if one deviates, else 0."""
        if any(file.error for file in self.files):
            return 2
        return {"conforms": 0, "deviates": 1, "inconclusive": 2}[self.verdict]


def check(
    paths: Iterable[Path], *, profile: Profile = Profile.EITHER, seen: Callable[[Judged], None] = lambda _: None
) -> Checked:
    """Judge recordings; one that can not be read does not keep the others from being judged.

    Args:
        seen: told of each recording once it is judged.
    """
    reader = X509Reader()
    begin = time.perf_counter()
    files = []
    for path in paths:
        files.append(_judged(path, profile, reader))
        seen(files[-1])
    return Checked(tuple(files), profile, time.perf_counter() - begin)


def _judged(path: Path, profile: Profile, reader: Reader) -> Judged:
    try:
        session = read(path)
    except UnreadableRecording as error:
        return Judged(path, error=str(error))
    try:
        verdict = judge(session, profile=profile, reader=reader, most=MOST_FINDINGS)
    except BeliefTooLarge as error:
        return Judged(path, session.format, error=f"{path}: whole file: {error}")
    told = tuple(_told(session, found, profile, reader) for found in verdict.findings)
    return Judged(path, session.format, verdict, told, session.skipped)


def _told(session: Session, found: Found, profile: Profile, reader: Reader) -> Told:
    steps = history(session.exchanges, found, starts_empty=session.starts_empty, profile=profile, reader=reader)
    return Told(found, session.places[found.step], tuple((step, session.exchanges[step]) for step in steps))


def document(checked: Checked) -> dict[str, Any]:
    """The run as one JSON document."""
    files = {str(file.path): _file(file) for file in checked.files}
    return {
        "verdict": checked.verdict,
        "profile": checked.profile.value,
        "findings": [finding | {"file": path} for path, file in files.items() for finding in file["findings"]],
        "rules": _rules(checked),
        "requests": sum(file["judged"] for file in files.values()),
        "seconds": round(checked.seconds, 3),
        "files": files,
    }


def _file(file: Judged) -> dict[str, Any]:
    if file.verdict is None:
        return {"verdict": "inconclusive", "exchanges": 0, "judged": 0, "findings": [], "error": file.error}
    return {
        "verdict": file.verdict.verdict,
        "format": file.format,
        "exchanges": file.verdict.exchanges + sum(file.skipped.values()),
        "judged": file.verdict.judged,
        "skipped": dict(file.skipped),
        "unjudged": dict(file.verdict.unjudged),
        "largest_belief": file.verdict.largest,
        "findings": [finding_document(told) for told in file.told],
    }


def finding_document(told: Told) -> dict[str, Any]:
    """A finding as JSON."""
    finding, exchange = told.found.finding, told.found.exchange
    return {
        "rule": finding.rule,
        "requirements": list(finding.because),
        "text": finding.text,
        "step": told.found.step,
        "place": told.place,
        "request": request_shown(exchange.request),
        "answer": answer_shown(exchange.answer),
        "allowed": [allowed_document(allowed) for allowed in finding.allowed],
        "history": [
            {"step": step, **request_shown(past.request), "status": past.answer.status} for step, past in told.steps
        ],
    }


def allowed_document(allowed: Allowed) -> dict[str, Any]:
    """An answer that would have been right, as JSON."""
    return {
        "rule": allowed.rule,
        "reply": allowed.reply,
        "grade": allowed.grade,
        "requirements": list(allowed.because),
        "state": allowed.state,
    }


def _rules(checked: Checked) -> dict[str, dict[str, Any]]:
    held: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for file in checked.files:
        if file.verdict is not None:
            held.update(file.verdict.held)
            broken.update(found.rule for found in file.verdict.findings)
    return {
        rule: {"held": held[rule], "broken": broken[rule], "not_reached": not held[rule] and not broken[rule]}
        for rule in rules()
    }
