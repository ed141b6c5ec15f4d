"""What several tests of the reports want: findings that a mutant really gave rise to, and a result with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from certlife.adapters.port import Issue
from certlife.adapters.targets import Setup
from certlife.conformance.mutants.target import mutant
from certlife.conformance.register import rules
from certlife.conformance.suite.acts import Cancellation, Decide, Send, Wait
from certlife.conformance.suite.history import History, Replayed, replay
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from certlife.model import Profile

TARGET = "mutant:cancel-after-completion-is-granted"
NO_LEVERS = "the target has no <levers> & no [red]clock"
SUBJECT = """CN="<web> & co's; $(id) `id` # %%" """
LATE_CANCEL = (
    Decide(Issue(10)),
    Send("POST", "/certificates/web/create", {"policy": {"x509_props": {"subject": SUBJECT}, "issuer": {"name": "Self"}}}),
    Wait(3600),
    Send("GET", "/certificates/web/pending", query={"request_id": "${web.request_id}"}),
    Send("PATCH", "/certificates/web/pending", {"cancellation_requested": True}),
)
EVERYTHING = (
    Send("PUT", "/certificates/issuers/ca", {"provider": "DigiCert", "credentials": {"account_id": "a", "pwd": "hunter2"}}),
    Send("POST", "/certificates/hand/create", {"policy": {"issuer": {"name": "Unknown"}, "x509_props": {"subject": "CN=hand"}}}),
    Send("POST", "/certificates/hand/pending/merge", {"x5c": {"$signed": {"csr": "${hand.csr}"}}}),
    Send("POST", "/certificates/my-file/import", {"value": {"$file": {"password": "it's"}}, "pwd": "it's"}),
    Send("GET", "/secrets/my-file"),
    Send("POST", "/certificates/my-file/backup"),
    Send("DELETE", "/certificates/my-file"),
    Wait(60),
    Send("DELETE", "/deletedcertificates/my-file"),
    Wait(60),
    Send("POST", "/certificates/restore", {"value": "${my-file.blob}"}),
    Send("GET", "/certificates/my-file/${my-file.version}"),
    Send("GET", "/certificates", query={"maxresults": "1"}),
    Send("GET", "${next}"),
    Cancellation(wins=False),
    *LATE_CANCEL,
)  # fmt: skip


def replayed(acts: Any) -> Replayed:
    """What comes of doing this to the mutant."""
    return replay(History("late <cancel>\n--", acts, setup=Setup()), mutant(TARGET))


def problem_of(run: Replayed) -> Problem:
    """The finding of a replay."""
    assert run.deviated is not None, run.missing
    return Problem(run.deviated.found.finding, run.history, run.deviated.exchanges, 57)


@pytest.fixture(scope="session")
def runs() -> Mapping[str, Replayed]:
    """Two histories, carried out: a short one, and one with files, chains, backups, pages and secrets."""
    return {"short": replayed(LATE_CANCEL), "long": replayed(EVERYTHING)}


@pytest.fixture(scope="session")
def problem(runs: Mapping[str, Replayed]) -> Problem:
    """A finding with a short history."""
    return problem_of(runs["short"])


@pytest.fixture(scope="session")
def long_problem(runs: Mapping[str, Replayed]) -> Problem:
    """A finding in whose history everything occurs that must not be shown."""
    return problem_of(runs["long"])


@pytest.fixture(scope="session")
def verified(runs: Mapping[str, Replayed], problem: Problem, long_problem: Problem) -> Verified:
    """A result with both findings."""
    tallies = {rule: Tally(why=NO_LEVERS if rule.startswith("JOIN") else "") for rule in rules()}
    for run in runs.values():
        for rule, times in run.trial.held.items():
            tallies[rule] = Tally(tallies[rule].held + times)
    tallies["OPER-20"] = Tally(3, 2)
    return Verified(TARGET, Profile.EITHER, 7, (problem, long_problem), tallies, 1234, 3.21, 3)


@pytest.fixture(scope="session")
def secrets(long_problem: Problem) -> tuple[str, ...]:
    """Pieces of what the vault keeps secret, and of what was sent to it in confidence."""
    bodies = [body for one in long_problem.exchanges for body in (one.request.body, one.answer.body)]
    values = [body["value"] for body in bodies if isinstance(body, dict) and isinstance(body.get("value"), str)]
    assert len(values) == 4  # a file, a secret, a backup, and the backup again
    return tuple(piece for value in values for piece in (value[:30], value[200:230], value[-30:]))
