"""Every recorded session with the real service is explained, and judged as far as 98 of 100 exchanges at least."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from certlife.adapters.x509 import X509Reader
from certlife.conformance.falsifier import run as falsifier
from certlife.conformance.judge import Verdict, judge
from certlife.conformance.readers import Session, read
from certlife.model import Profile

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
EXCHANGES = 889
SESSIONS = 110

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recorded sessions are not at {FOLDER}")
TRACES = sorted(FOLDER.rglob("*.json")) if FOLDER.is_dir() else []


@pytest.fixture(scope="module")
def sessions() -> dict[Path, Session]:
    return {path: read(path) for path in TRACES}


@pytest.fixture(scope="module")
def reader() -> X509Reader:
    return X509Reader()


@pytest.fixture(scope="module")
def verdicts(sessions: dict[Path, Session], reader: X509Reader) -> dict[Path, Verdict]:
    return {path: judge(one, profile=Profile.SERVICE, reader=reader) for path, one in sessions.items()}


@pytest.mark.parametrize("profile", list(Profile), ids=lambda profile: profile.value)
@pytest.mark.parametrize("path", TRACES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_session_is_explained(path: Path, profile: Profile, sessions: dict[Path, Session], reader: X509Reader) -> None:
    verdict = judge(sessions[path], profile=profile, reader=reader)

    assert [f"step {found.step}: {found.rule} {found.finding.text}" for found in verdict.findings] == []


def test_corpus_is_whole(sessions: dict[Path, Session]) -> None:
    exchanges = sum(len(one.exchanges) + sum(one.skipped.values()) for one in sessions.values())

    assert (len(sessions), exchanges) == (SESSIONS, EXCHANGES)


def test_corpus_is_judged(verdicts: dict[Path, Verdict]) -> None:
    judged = sum(verdict.judged for verdict in verdicts.values())

    assert judged >= 0.98 * EXCHANGES


def test_corpus_leaves_beliefs_small(verdicts: dict[Path, Verdict]) -> None:
    assert max(verdict.largest for verdict in verdicts.values()) <= 100


def test_corpus_exercises_most_answer_rules(verdicts: dict[Path, Verdict]) -> None:
    held: Counter[str] = Counter()
    for verdict in verdicts.values():
        held.update(verdict.held)

    assert sum(rule.startswith("SHOW") for rule in held) >= 90
    assert sum(rule.startswith("X509") for rule in held) >= 30


FALSIFIED = ("js/read_cancel_delete_operation", "net/ValidateMergeCertificate", "python/sdk73__backup_restore")


def test_falsified_sessions_are_refused() -> None:
    report = falsifier.run([FOLDER / f"{name}.json" for name in FALSIFIED], [], jobs=1)

    assert report.made > 500
    assert report.refused >= 0.97 * report.made
