"""How targets are named, and who may add some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from certlife.adapters import targets
from certlife.adapters.memory.target import SETUPS, MemoryTarget
from certlife.adapters.targets import Setup, TargetUnknown, find_target
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.mutants.mutant import MutantVault, answering
from certlife.conformance.mutants.target import MutantTarget
from certlife.model.values import Request
from certlife.model.vocabulary import Operation

CREATE = Request("POST", "/certificates/web/create", {}, {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}})
DELETE, PURGE = Request("DELETE", "/certificates/web"), Request("DELETE", "/deletedcertificates/web")


def test_memory_is_a_target_that_can_be_opened_in_three_ways() -> None:
    target = find_target("memory:")

    assert isinstance(target, MemoryTarget)
    assert (target.name, tuple(target.setups)) == ("memory:", SETUPS)
    assert target.setups[0] == Setup()


# a setup -> what a purge after a deletion is answered with
PURGES = {SETUPS[0]: 204, SETUPS[1]: 400, SETUPS[2]: 403}


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_vault_has_the_settings_that_it_is_opened_with(setup: Setup) -> None:
    vault = find_target("memory:").open(seed=0, setup=setup)
    assert vault.controls is not None
    vault.perform(CREATE)
    vault.perform(DELETE)
    vault.controls.advance(3600)

    assert vault.perform(PURGE).status == PURGES[setup]


def test_vaults_of_a_target_have_nothing_in_common() -> None:
    target = find_target("memory:")
    one, other = target.open(seed=0), target.open(seed=0)

    one.perform(CREATE)

    assert other.perform(Request("GET", "/certificates/web")).status == 404


def test_mutant_is_a_target_whose_vaults_are_wrong() -> None:
    target = find_target("mutant:create-answers-200")

    assert isinstance(target, MutantTarget)
    assert (target.name, target.mutant) == ("mutant:create-answers-200", MUTANTS["create-answers-200"])
    assert isinstance(target.open(seed=0), MutantVault)
    assert target.open(seed=0).perform(CREATE).status == 200
    assert find_target("memory:").open(seed=0).perform(CREATE).status == 202


# what names no target -> pieces of what is said of it
UNKNOWN = {
    "": ("begins with one of", "memory:", "mutant:"),
    "memory": ("'memory' names no target", "memory:"),
    "nowhere:": ("'nowhere:' names no target", "memory:, mutant:"),
    "memory:here": ("nothing may follow",),
    "mutant:": ("no mutant is called ''",),
    "mutant:create-answers-201": ("no mutant is called 'create-answers-201'", "perhaps", "create-answers-200"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_names_no_target_is_told_so(name: str) -> None:
    with pytest.raises(TargetUnknown) as told:
        find_target(name)

    for piece in UNKNOWN[name]:
        assert piece in str(told.value)


@dataclass
class Point:
    """An entry point of a package that somebody else has written."""

    name: str
    made: Any

    def load(self) -> Any:
        """What it stands for."""
        return self.made


def test_others_can_add_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def listed(*, group: str) -> list[Point]:
        asked.append(group)
        return [Point("shelf", MemoryTarget), Point("attic", None)]

    monkeypatch.setattr(targets, "entry_points", listed)

    assert find_target("shelf:by/the:door").name == "shelf:by/the:door"
    assert asked == ["certlife.targets"]
    with pytest.raises(TargetUnknown, match="attic:, shelf:"):
        find_target("memory:")


def test_mutants_have_names_of_their_own_and_say_what_is_wrong() -> None:
    for name, mutant in MUTANTS.items():
        assert name == mutant.name
        assert mutant.breaks
        assert not mutant.breaks.endswith(".")
        assert mutant.rules
    with pytest.raises(ValueError, match="two mutants are called create-answers-200"):

        @answering(Operation.CREATE, rules="CERT-09")
        def create_answers_200(*_: Any) -> Any:
            """Do the same again."""
