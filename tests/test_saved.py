"""Findings in files: what is written, under which names, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from certlife.conformance.mutants.target import mutant
from certlife.conformance.suite.acts import Send, Wait
from certlife.conformance.suite.history import read, replay
from certlife.conformance.suite.saved import save, stem
from certlife.conformance.suite.verdict import Problem, Verified


def test_finding_is_saved_as_history_script_and_diagram(problem: Problem, tmp_path: Path) -> None:
    paths = save(problem, tmp_path / "new" / "folder")

    assert [path.name for path in paths] == [f"{stem(problem)}{ending}" for ending in (".json", ".sh", ".mmd")]
    assert paths[0].name.startswith("OPER-20-")
    assert paths[1].read_text(encoding="utf-8").startswith("#!/bin/sh\n# OPER-20-")
    assert paths[2].read_text(encoding="utf-8").startswith("sequenceDiagram\n")


def test_saved_history_can_be_run_again_and_breaks_the_same_rule(
    problem: Problem, verified: Verified, tmp_path: Path
) -> None:
    history = read(save(problem, tmp_path)[0])
    again = replay(history, mutant(verified.target))

    assert history.acts == problem.history.acts
    assert history.finding == {"rule": "OPER-20", "text": "no explanation allows this status and code"}
    assert again.deviated is not None
    assert again.deviated.found.rule == "OPER-20"


def test_finding_that_is_there_already_is_not_written_again(problem: Problem, tmp_path: Path) -> None:
    assert save(problem, tmp_path) == save(problem, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_nothing_else_is_overwritten(problem: Problem, tmp_path: Path) -> None:
    (tmp_path / f"{stem(problem)}.sh").write_text("mine\n", encoding="utf-8")

    first = save(problem, tmp_path)
    second = save(replace(problem, history=replace(problem.history, seed=9)), tmp_path)

    assert (tmp_path / f"{stem(problem)}.sh").read_text(encoding="utf-8") == "mine\n"
    assert first[0].name == f"{stem(problem)}-2.json"
    assert second[0].name == f"{stem(problem)}-3.json"


def test_name_tells_acts_apart(problem: Problem) -> None:
    longer = replace(problem, history=replace(problem.history, acts=(Wait(1), *problem.history.acts)))

    assert stem(problem) == stem(replace(problem, requests=1))
    assert stem(problem) != stem(longer)


def test_half_a_surrogate_pair_comes_back_as_it_was(problem: Problem, tmp_path: Path) -> None:
    acts = (Send("POST", "/certificates/a/create", {"tags": {"a": "\ud800 é"}}),)

    assert read(save(replace(problem, history=replace(problem.history, acts=acts)), tmp_path)[0]).acts == acts


def test_files_hold_nothing_that_the_vault_keeps_secret(
    long_problem: Problem, secrets: tuple[str, ...], tmp_path: Path
) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in save(long_problem, tmp_path))

    assert [piece for piece in secrets if piece in texts] == []
