"""`certlife verify`, `replay` and `mutants`, as their users call them: verdicts, exit status, files, errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from certlife.adapters.memory.target import MemoryTarget
from certlife.adapters.port import VaultUnreachable
from certlife.adapters.targets import Setup
from certlife.conformance.cli import main
from certlife.conformance.register import entries
from certlife.conformance.suite import access
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.coverage import ALL_RULES
from certlife.model.values import Answer, Request
from click.testing import CliRunner, Result

QUICK = ("--only", "CONT-01", "--budget", "60")
WRONG = "mutant:contacts-have-no-identifier"
FALLS = ("verify", WRONG, *QUICK)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def said(result: Result) -> str:
    """The one line of a usage error, after which nothing else was said."""
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert "Traceback" not in result.stderr
    assert len([line for line in lines if line.startswith("Error: ")]) == 1
    return lines[-1]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run that finds something and writes all that can be written."""
    folder = tmp_path_factory.mktemp("found")
    files = ("--save", folder / "saved", "--json", folder / "a.json", "--junit", folder / "a.xml", "--report", folder / "a.html")
    return run(*FALLS, *files), folder


# --- verify


def test_sound_vault_conforms() -> None:
    result = run("verify", "memory:", *QUICK, "--seed", 3)

    assert result.exit_code == 0, result.output
    last = result.stdout.strip().splitlines()[-1]
    assert last.startswith("conforms: memory:, ")
    assert "seed 3, profile either" in last
    assert "not reached, " in result.stdout


def test_progress_goes_to_standard_error_and_the_verdict_to_standard_output() -> None:
    result = run("verify", "memory:", *QUICK)

    assert "touring: 0 requests, 0 of 1 rules exercised" in result.stderr
    assert "touring:" not in result.stdout
    assert "conforms" not in result.stderr


def test_vault_that_is_wrong_deviates_and_is_told_with_its_history(found: tuple[Result, Path]) -> None:
    result, folder = found

    assert result.exit_code == 1, result.output
    for piece in ("SHOW-140 is broken", "PUT /certificates/contacts", f"certlife replay {folder}", WRONG, "1 finding"):
        assert piece in result.stdout
    assert result.stdout.strip().splitlines()[-1].startswith(f"deviates: {WRONG}")


def test_finding_is_saved_as_history_script_and_picture(found: tuple[Result, Path]) -> None:
    saved = sorted((found[1] / "saved").iterdir())

    assert [path.suffix for path in saved] == [".json", ".mmd", ".sh"]
    assert {path.stem for path in saved} == {saved[0].stem}
    assert saved[0].stem.startswith("SHOW-140-")
    assert saved[1].read_text(encoding="utf-8").startswith("sequenceDiagram")
    assert json.loads(saved[0].read_text(encoding="utf-8"))["finding"]["rule"] == "SHOW-140"


def test_saved_finding_deviates_where_it_was_found_and_conforms_elsewhere(found: tuple[Result, Path]) -> None:
    (path,) = (found[1] / "saved").glob("*.json")

    there, elsewhere = run("replay", path, WRONG), run("replay", path, "memory:")

    assert there.exit_code == 1
    assert "SHOW-140 is broken" in there.stdout
    assert elsewhere.exit_code == 0, elsewhere.output
    assert elsewhere.stdout.strip().splitlines()[-1].startswith("conforms: memory:")


def test_json_has_the_promised_members(found: tuple[Result, Path]) -> None:
    whole = json.loads((found[1] / "a.json").read_text(encoding="utf-8"))

    assert whole["verdict"] == "deviates"
    assert set(whole) >= {"verdict", "findings", "rules", "requests", "seconds"}
    (finding,) = whole["findings"]
    assert set(finding) >= {"rule", "requirements", "step", "request", "answer", "allowed", "history"}
    assert finding["rule"] == "SHOW-140"
    assert finding["step"] == len(finding["history"]) - 1
    assert {"held", "broken", "not_reached"} <= set(whole["rules"]["SHOW-140"])
    assert whole["rules"]["SHOW-140"]["broken"] >= 1
    assert whole["rules"]["CERT-43"]["not_reached"] or whole["rules"]["CERT-43"]["held"]


def test_junit_and_page_are_written(found: tuple[Result, Path]) -> None:
    suites = ET.fromstring((found[1] / "a.xml").read_text(encoding="utf-8"))  # noqa: S314 - our own file
    page = (found[1] / "a.html").read_text(encoding="utf-8")

    assert len(list(suites.iter("failure"))) == 1
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "SHOW-140" in page


def test_json_to_standard_output_is_nothing_but_json() -> None:
    whole = json.loads(run("verify", "memory:", *QUICK, "--json", "-").stdout)

    assert whole["verdict"] == "conforms"
    assert (whole["target"], whole["seed"], whole["findings"]) == ("memory:", 0, [])


def test_known_gap_does_not_fail_the_run_and_one_that_has_closed_does(tmp_path: Path) -> None:
    gaps = tmp_path / "gaps.txt"
    gaps.write_text("# It has no identifier.\nSHOW-140\n", encoding="utf-8")

    known = run(*FALLS, "--gaps", gaps)
    closed = run("verify", "memory:", *QUICK, "--gaps", gaps)

    assert known.exit_code == 0, known.output
    assert "a known gap: It has no identifier." in known.stdout
    assert closed.exit_code == 1, closed.output
    assert "SHOW-140 is listed as a known gap and is none any more" in closed.stdout


def test_only_takes_requirements_too() -> None:
    wanted = {rule.rule for rule in entries()["KVC-MRG-003"].rules} & ALL_RULES
    result = run("verify", "memory:", "--only", "KVC-MRG-003", "--budget", 60, "--json", "-")
    told = json.loads(result.stdout)["rules"]

    assert result.exit_code == 0, result.output
    assert wanted
    assert all(told[rule]["held"] for rule in wanted)
    assert {rule for rule in ALL_RULES if told[rule].get("why") == "it was not asked for"} & wanted == set()
    assert "it was not asked for" in {told[rule].get("why") for rule in ALL_RULES - wanted}


def test_only_takes_the_rule_of_a_finding() -> None:
    result = run("verify", WRONG, "--only", "SHOW-140", "--budget", 60)

    assert "SHOW-140" not in result.stderr
    assert result.exit_code == 1


def test_corpus_of_named_cases_conforms_in_memory() -> None:
    result = run("verify", "--corpus", "memory:")

    assert result.exit_code == 0, result.output
    assert result.stdout.strip().splitlines()[-1].startswith("conforms: memory:")
    for name in cases():
        assert f"case {name}" in result.stderr


def test_case_of_the_corpus_is_replayed_by_its_name() -> None:
    result = run("replay", next(iter(cases())), "memory:", "--json", "-")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["runs"] == 1


def test_history_that_can_not_be_carried_out_is_inconclusive(tmp_path: Path) -> None:
    path = tmp_path / "hole.json"
    path.write_text('{"name": "hole", "acts": [{"send": "GET ${next}"}]}', encoding="utf-8")

    result = run("replay", path, "memory:")

    assert result.exit_code == 2
    assert "trouble: hole: act 1: there is no next page" in result.stdout


@dataclass
class Vault:
    """One that answers 401 to everything, or nothing at all."""

    silent: bool
    controls: None = None

    def perform(self, request: Request) -> Answer:
        """Answer a request."""
        if self.silent:
            raise VaultUnreachable(f"{request.method}: connection refused")
        return Answer(401, {"error": {"code": "Unauthorized", "message": "no token"}})

    def close(self) -> None:
        """Do nothing."""


@dataclass
class VaultTarget:
    """The one vault that there is."""

    silent: bool
    name: str = "https://vault.example"
    setups: tuple[Setup, ...] = (Setup(),)

    def open(self, *, seed: int, setup: Setup | None = None) -> Vault:
        """Open a vault."""
        del seed, setup
        return Vault(self.silent)


@pytest.mark.parametrize(("silent", "piece"), [(True, "can not be reached"), (False, "no rule was exercised")])
def test_run_that_learns_nothing_is_inconclusive(silent: bool, piece: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(access, "find_target", lambda *_: VaultTarget(silent))
    monkeypatch.setattr("certlife.conformance.suite.trial.time.sleep", lambda _: None)

    result = run("verify", "https://vault.example", *QUICK)

    assert result.exit_code == 2
    assert piece in result.stdout
    assert result.stdout.strip().splitlines()[-1].startswith("inconclusive: https://vault.example")


def test_target_that_can_not_be_opened_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: object) -> Any:
        raise VaultUnreachable("no such host")

    monkeypatch.setattr(access, "find_target", found)

    assert "no such host" in said(run("verify", "https://nowhere"))


# --- what is wrong with how it was called

# what is called -> a piece of the one line that is said of it
WRONGLY: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown target": (("verify", "nowhere:"), "'nowhere:' names no target"),
    "something after memory": (("verify", "memory:x"), "nothing may follow"),
    "unknown mutant as target": (("verify", "mutant:create-answers-201"), "perhaps create-answers-2"),
    "unknown id": (("verify", "memory:", "--only", "CONT-1"), "nothing is called 'CONT-1'"),
    "gaps that are not there": (("verify", "memory:", "--gaps", "nowhere.txt"), "nowhere.txt: No such file"),
    "no budget": (("verify", "memory:", "--budget", "0"), "'--budget'"),
    "unknown profile": (("verify", "memory:", "--profile", "me"), "'--profile'"),
    "seed that is no number": (("verify", "memory:", "--seed", "x"), "'--seed'"),
    "no target": (("verify",), "Missing argument 'TARGET'"),
    "history that is not there": (("replay", "nowhere.json", "memory:"), "nowhere.json: No such file"),
    "history for an unknown target": (("replay", next(iter(cases())), "nowhere:"), "'nowhere:' names no target"),
    "unknown mutant": (("mutants", "nobody"), "no mutant is called 'nobody'"),
    "no workers": (("mutants", "create-answers-200", "--workers", "0"), "'--workers'"),
}


@pytest.mark.parametrize("case", WRONGLY)
def test_wrong_call_is_told_in_one_line(case: str) -> None:
    arguments, piece = WRONGLY[case]

    assert piece in said(run(*arguments))


def test_gaps_without_a_reason_and_of_no_rule_are_told_with_their_line(tmp_path: Path) -> None:
    gaps = tmp_path / "gaps.txt"

    for text, piece in (("\nCONT-01\n", "gaps.txt:2: CONT-01 has no reason"), ("# why\nCONT-99\n", "gaps.txt:2: no rule is called")):
        gaps.write_text(text, encoding="utf-8")
        assert piece in said(run("verify", "memory:", "--gaps", gaps))


def test_history_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"acts": [{"wait": "long"}]}', encoding="utf-8")

    assert "bad.json: acts[0]: wait: 'long' is no number of seconds" in said(run("replay", path, "memory:"))


def test_history_with_a_wish_that_there_is_not_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"acts": [{"send": "POST /certificates/a/import", "body": {"value": {"$file": {"colour": "red"}}}}]}', encoding="utf-8")

    assert "colour" in said(run("replay", path, "memory:"))


def test_file_that_can_not_be_written_is_told_before_the_vault_is_asked(tmp_path: Path) -> None:
    result = run("verify", "memory:", *QUICK, "--json", tmp_path / "nowhere" / "a.json")

    assert "nowhere" in said(result)
    assert "touring" not in result.stderr


@pytest.mark.parametrize("option", ["--json", "--junit", "--report", "--save"])
def test_file_that_can_not_be_written_is_a_usage_error(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    result = run(*FALLS, option, tmp_path / "file" / "a")

    assert result.exit_code == 2
    assert "a: " in result.stderr
    assert "Traceback" not in result.stderr


# --- mutants


def test_mutant_is_caught_and_told_as_json() -> None:
    result = run("mutants", "create-answers-200", "--workers", 1, "--json", "-")

    assert result.exit_code == 0, result.output
    (one,) = json.loads(result.stdout)["mutants"]
    assert set(one) == {"name", "breaks", "caught", "by", "requests", "shrunk_to", "seconds"}
    assert (one["name"], one["caught"], one["by"]) == ("create-answers-200", True, "CERT-09")
    assert 1 <= one["shrunk_to"] <= one["requests"]


def test_mutants_are_told_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "mutants.json"
    result = run("mutants", "create-answers-200", "issuer-is-set-with-201", "--workers", 1, "--json", path)

    assert result.exit_code == 0, result.output
    assert "caught create-answers-200  by CERT-09 after" in result.stdout
    assert "caught issuer-is-set-with-201  by ISSU-01 after" in result.stdout
    assert "2 of 2 mutants caught" in result.stdout
    assert json.loads(path.read_text(encoding="utf-8"))["caught"] == 2


def test_mutant_that_is_missed_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certlife.conformance.mutants.trials.MutantTarget", lambda _: MemoryTarget())
    monkeypatch.setattr("certlife.conformance.mutants.trials.BUDGET", 1)

    result = run("mutants", "create-answers-200", "--workers", 1)

    assert result.exit_code == 1
    assert "missed create-answers-200" in result.stdout
    assert "0 of 1 mutants caught" in result.stdout
