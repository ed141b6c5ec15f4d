"""The recorded sessions, replayed: the in-memory vault answers each request as the real service did (recorded)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from certlife.adapters.memory import MemoryVault, Settings
from recorded import EXCHANGES, FOLDER, KNOWN, TRACES, deviations, known_of, name_of

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recorded sessions are not at {FOLDER}")

# the port carries no token, so the memory vault does not ask for one
UNASKED = {("net/challenge", step) for step in range(5)}


def vault(settings: Settings, start: int) -> MemoryVault:
    return MemoryVault(7, settings=settings, start=start)


@pytest.mark.parametrize("path", TRACES, ids=name_of)
def test_vault_answers_as_recorded(path: Path) -> None:
    found = deviations(path, vault)

    unasked = {place for place in UNASKED if place[0] == name_of(path)}
    assert {place: wrong for place, wrong in found.items() if place not in KNOWN.keys() | unasked} == {}
    assert known_of(path) | unasked == set(found)


def test_recordings_are_whole() -> None:
    assert sum(len(json.loads(path.read_text())["exchanges"]) for path in TRACES) == EXCHANGES


def test_nearly_all_recorded_answers_come_out() -> None:
    assert len(KNOWN) + len(UNASKED) <= 0.03 * EXCHANGES
