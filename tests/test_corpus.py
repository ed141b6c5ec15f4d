"""The regression corpus: every case conforms on the in-memory vault, shows what it is about, and is well kept."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from certlife.adapters.targets import find_target
from certlife.conformance.register import entries, rules
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.history import History, read, replay, written

CORPUS = Path(__file__).resolve().parents[1] / "conformance" / "corpus"
FILES = sorted(CORPUS.glob("*.json"))
CASES = list(cases().values())
# case -> what is amiss in the model, not in the case
ID = re.compile(r"\b(?:KVC-[A-Z]{3}-\d{3}|[CFS]-\d{2}|[JNP]-\d{1,2})\b")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_conforms_in_memory_and_shows_what_it_is_about(case: History) -> None:
    replayed = replay(case, find_target("memory:"))

    assert (replayed.verdict, replayed.missing, str(replayed.deviated or "")) == ("conforms", "", "")


def test_corpus_is_as_large_as_it_was() -> None:
    assert len(CASES) >= 75


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_called_like_its_case_and_written_as_histories_are(path: Path) -> None:
    case = read(path)

    assert case.name == path.stem
    assert written(case) == path.read_text(encoding="utf-8")


def test_package_gives_every_file() -> None:
    assert list(cases()) == [path.stem for path in sorted(FILES, key=lambda path: path.name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_cites_what_there_is(case: History) -> None:
    assert case.requirements
    assert set(case.requirements) <= set(entries())
    assert case.about
    assert set(case.about) <= set(rules())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answer_cites_requirements_of_its_case_alone(case: History) -> None:
    assert case.answer.endswith(".")
    assert set(ID.findall(case.answer)) <= set(case.requirements)


def test_every_question_is_one_and_is_asked_once() -> None:
    asked = Counter(case.question for case in CASES)

    assert [question for question, times in asked.items() if times > 1] == []
    assert [question for question in asked if not question.endswith("?")] == []
