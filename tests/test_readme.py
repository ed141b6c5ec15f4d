"""README.md is true: its commands run, its figures are those of the project, its length is kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from certlife.conformance.cli import main
from certlife.conformance.falsifier import FALSIFICATIONS
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.register import entries
from certlife.conformance.suite.corpus import cases
from certlife.diagrams import draw
from certlife.model.invariants import INVARIANTS
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# every command shown with a prompt, as (command, exit status)
SHOWN = re.findall(r"^\$ certlife (.+)$", README, re.MULTILINE)
STATUS = {"verify memory: --only KVC-OPR-012 --seed 1": 0}  # the others show what is found


@pytest.mark.parametrize("command", SHOWN)
def test_command_of_the_readme_runs_as_shown(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    arguments = command.split()

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == STATUS.get(command, 1)
    shown = README.partition(f"$ certlife {command}\n")[2].partition("\n$ ")[0].partition("```")[0]
    lines = [line.rstrip(".) ") for line in shown.splitlines() if line.strip() not in ("", "...")]
    assert [line for line in lines if counted(line) not in counted(result.stdout)] == []


def counted(text: str) -> str:
    """The text without how many requests it took, and how long."""
    return re.sub(r"[\d,]+ requests( in [\d.]+ s)?", "N requests", text)


def test_rule_shown_in_the_readme_is_the_one_that_is_broken() -> None:
    path = ROOT / "conformance" / "samples" / "deviating" / "deleted-still-answers.json"

    result = CliRunner().invoke(main, ["check-trace", str(path), "--json", "-"])

    rule = json.loads(result.stdout)["findings"][0]["rule"]
    assert f"{rule} is broken" in README


def test_every_command_of_the_table_exists() -> None:
    named = set(re.findall(r"^\| `certlife ([a-z-]+)", README, re.MULTILINE))

    assert named == set(main.commands)


def test_figures_of_the_readme_are_the_projects() -> None:
    requirements = [entry for entry in entries().values() if entry.kind == "requirement"]
    unmodelled = sum(not entry.rules for entry in requirements)

    assert f"{len(requirements)} requirements" in README
    assert f"each of the {unmodelled} requirements that no rule enforces" in README
    assert f"in {len(FALSIFICATIONS)} ways" in README
    assert f"{len(INVARIANTS)} invariants hold" in README
    assert f"{len(cases())} named edge cases" in README
    assert f"{len(MUTANTS)} vaults that are each wrong in one way" in README


def test_readme_is_short_and_its_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert len(README.splitlines()) < 150
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_picture_of_the_readme_shows_the_rules_of_today() -> None:
    def rules(svg: str) -> set[str]:
        return set(re.findall(r"\b[A-Z]{4}-\d+\b", svg))

    committed = (ROOT / "docs" / "diagrams" / "lifecycle.svg").read_text(encoding="utf-8")

    assert rules(committed) == rules(draw("lifecycle", "svg").decode())
