"""A verification as a whole: what is found, what is not, how it ends; and the histories of findings made shorter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from certlife.adapters.memory.target import SETUPS, MemoryTarget
from certlife.adapters.targets import Setup, find_target
from certlife.conformance.mutants.mutant import MUTANTS
from certlife.conformance.mutants.target import mutant
from certlife.conformance.mutants.trials import Outcome, document, is_about, summary, trial, trials
from certlife.conformance.suite.acts import Act, Send
from certlife.conformance.suite.atlas import atlas
from certlife.conformance.suite.campaign import Campaign, Progress
from certlife.conformance.suite.choosing import Seeded
from certlife.conformance.suite.coverage import Coverage, rules_believed
from certlife.conformance.suite.history import History
from certlife.conformance.suite.planner import Planner
from certlife.conformance.suite.shrink import shortened
from certlife.conformance.suite.trial import Deviated, Trial
from certlife.model import Profile
from certlife.model.values import Answer, Request

MEMORY = MemoryTarget()
USUAL = MemoryTarget(setups=SETUPS[:1])
EITHER = Profile.EITHER
CONTACTS = frozenset(("CONT-01", "CONT-02", "CONT-03", "CONT-04", "CONT-05"))
SELF: Any = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}}


# --- what is found

# a mutant that falls soon -> what it is about
QUICK = {
    "contacts-have-no-identifier": "contacts",
    "issuer-shows-its-password": "issuers",
    "placeholder-is-enabled": "creating",
    "import-answers-201": "importing",
    "stub-is-not-found": "reading",
    "stubs-are-never-listed": "listing",
    "deletion-hides-its-date": "deleting",
    "recovery-is-answered-with-201": "recovering",
    "purge-is-answered-with-200": "purging",
    "merge-answers-200": "merging",
    "csr-changes-per-poll": "polling",
    "cancel-answers-202": "cancelling",
    "secret-has-no-value": "linked keys and secrets",
    "certificate-is-a-ca": "signing",
    "update-ignores-tags": "updating",
    "policy-hides-whether-it-is-enabled": "policies",
    "backup-is-empty": "backing up",
    "error-has-no-message": "errors",
}


@pytest.mark.parametrize("name", QUICK)
def test_mutant_is_found_by_a_rule_that_is_about_it_with_a_short_history(name: str) -> None:
    outcome = trial(name, profile=EITHER, seed=0)

    assert outcome.caught, outcome.by
    assert outcome.by in MUTANTS[name].rules
    assert 1 <= outcome.shrunk_to <= 8
    assert outcome.requests < 1000


def test_findings_of_a_mutant_are_repeated_by_their_histories() -> None:
    target = mutant("mutant:deletion-hides-its-date")
    campaign = Campaign(target, budget=300, enough=lambda problem: is_about(problem, target.mutant))
    problem = campaign.verify().problems[-1]

    again = shortened(problem.history, problem.rule, target, profile=EITHER)

    assert again is not None
    assert again.history.acts == problem.history.acts
    assert problem.history.finding["rule"] == problem.rule
    assert problem.history.setup in SETUPS
    assert len(problem.exchanges) == sum(isinstance(act, Send) for act in problem.history.acts)


def test_verification_goes_on_after_a_finding_and_tells_each_rule_once() -> None:
    told: list[Progress] = []
    goals = CONTACTS | {"SHOW-140", "ISSU-01"}
    campaign = Campaign(mutant("mutant:contacts-have-no-identifier"), goals=goals, budget=120, told=told.append)

    verified = campaign.verify()

    assert verified.verdict == "deviates"
    assert verified.status == 1
    assert [problem.rule for problem in verified.problems] == ["SHOW-140"]
    assert verified.problems[0].requests < verified.requests
    assert verified.runs > 1
    assert verified.rules["SHOW-140"].broken >= 1
    assert verified.rules["ISSU-01"].held
    assert [one.problems for one in told] == sorted(one.problems for one in told)
    assert told[-1].problems == 1
    assert "found a deviation" in {one.stage for one in told}


def test_verification_ends_with_as_many_findings_as_are_wanted() -> None:
    target = mutant("mutant:contacts-have-no-identifier")

    endings: tuple[dict[str, Any], ...] = ({"most": 1}, {"enough": lambda _: True})
    for options in endings:
        verified = Campaign(target, goals=CONTACTS, budget=10_000, **options).verify()
        assert len(verified.problems) == 1
        assert verified.problems[0].requests == verified.requests


# --- what is not found


def test_sound_vault_conforms_as_far_as_it_was_gone_for() -> None:
    verified = Campaign(find_target("memory:"), seed=1, goals=CONTACTS, budget=300).verify()

    assert (verified.verdict, verified.status, verified.trouble) == ("conforms", 0, "")
    assert all(verified.rules[rule].held for rule in CONTACTS & rules_believed(EITHER))


def test_rule_that_was_not_asked_for_says_so() -> None:
    campaign = Campaign(USUAL, goals=CONTACTS, budget=100)
    verified = campaign.verify()
    reasons = {tally.why for rule, tally in verified.rules.items() if not tally.reached and rule not in CONTACTS}

    assert campaign.coverage.goals == CONTACTS & rules_believed(EITHER)
    assert "it was not asked for" in reasons


def test_rule_that_the_profile_does_not_believe_says_so() -> None:
    doubted = rules_believed(EITHER) - rules_believed(Profile.DOCUMENTATION)
    verified = Campaign(USUAL, profile=Profile.DOCUMENTATION, goals=CONTACTS, budget=100).verify()

    assert doubted
    for rule in doubted:
        assert verified.rules[rule].held or "does not believe it" in verified.rules[rule].why or verified.rules[rule].why


@dataclass
class Guarded:
    """A vault that wants to know first who is asking."""

    vault: Any
    asked: list[Request] = field(default_factory=list)

    @property
    def controls(self) -> Any:
        """The levers."""
        return self.vault.controls

    def perform(self, request: Request) -> Answer:
        """Answer a request."""
        self.asked.append(request)
        return Answer(401, {"error": {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer token."}})

    def close(self) -> None:
        """Do nothing."""
        self.vault.close()


@dataclass
class GuardedTarget:
    """Opens vaults that answer 401 to everything."""

    setups: Sequence[Setup] = SETUPS
    name: str = "guarded:"

    def open(self, *, seed: int, setup: Setup | None = None) -> Guarded:
        """Open a vault."""
        return Guarded(MEMORY.open(seed=seed, setup=setup))


@pytest.mark.parametrize("goals", [None, CONTACTS], ids=["all", "some"])
def test_vault_that_answers_401_to_everything_is_no_vault_that_conforms(goals: frozenset[str] | None) -> None:
    verified = Campaign(GuardedTarget(), budget=1, goals=goals).verify()

    assert verified.requests > 0
    assert (verified.verdict, verified.status, verified.problems) == ("inconclusive", 2, ())


def test_verification_does_not_ask_more_than_its_budget() -> None:
    verified = Campaign(USUAL, goals=CONTACTS, budget=30).verify()

    assert verified.requests <= 30 + 10


def test_same_seed_verifies_alike() -> None:
    def verified(seed: int) -> tuple[int, int, Mapping[str, Any]]:
        one = Campaign(USUAL, goals=CONTACTS, budget=30, seed=seed).verify()
        return one.requests, one.runs, one.rules

    assert verified(2) == verified(2)
    assert verified(2) != verified(3)


# --- mutants


def test_outcomes_of_mutants_are_summed_up() -> None:
    outcomes = [
        Outcome("a", "is wrong", caught=True, by="X-01", requests=4, shrunk_to=2, seconds=0.1),
        Outcome("b", "is wrong too", caught=True, by="X-02", requests=8, shrunk_to=9, seconds=0.1),
        Outcome("c", "is not found", caught=False, by="", requests=100, shrunk_to=0, seconds=0.1),
    ]

    assert summary(outcomes) == {"caught": 2, "of": 3, "median_requests": 6, "shrunk_to_8_or_less": 1}
    assert summary(outcomes[2:])["median_requests"] is None
    assert [one["name"] for one in document(outcomes)["mutants"]] == ["a", "b", "c"]


def test_outcomes_come_in_the_order_of_the_mutants_whoever_does_the_work() -> None:
    chosen = [MUTANTS[name] for name in ("create-answers-200", "issuer-is-set-with-201")]

    alone = list(trials(chosen, profile=EITHER, seed=0, workers=1))
    together = list(trials(chosen, profile=EITHER, seed=0, workers=2))

    assert [one.name for one in alone] == [one.name for one in together] == [one.name for one in chosen]
    assert [(one.by, one.requests) for one in alone] == [(one.by, one.requests) for one in together]


# --- shorter histories


def noisy(target: Any, wanted: str) -> tuple[History, str]:
    """All that a planner did to a mutant, here and there and on its way to a rule, until the mutant was found out."""
    judge = Trial(target.open(seed=0, setup=Setup()), seed=0)
    walker = Planner(judge, atlas(EITHER, Setup()), Coverage(rules_believed(EITHER)), Seeded(0))

    def walk() -> None:
        walker.prepare()
        walker.tour(40)
        for _ in range(9):
            walker.walk_to(wanted)

    with pytest.raises(Deviated) as deviated:
        walk()
    return History("noisy", deviated.value.acts, setup=Setup()), deviated.value.found.rule


# a mutant -> the rule that leads to it
DEEP = {"recovery-is-answered-with-201": "CERT-113", "purge-is-answered-with-200": "CERT-121", "merge-answers-200": "OPER-37"}


@pytest.mark.parametrize("name", DEEP)
def test_long_history_becomes_short_and_breaks_the_same_rule(name: str) -> None:
    target = mutant(f"mutant:{name}")
    history, rule = noisy(target, DEEP[name])

    run = shortened(history, rule, target, profile=EITHER)

    assert run is not None
    assert run.deviated is not None
    assert run.deviated.found.rule == rule == DEEP[name]
    assert sum(isinstance(act, Send) for act in history.acts) > 20
    assert len(run.deviated.exchanges) <= 8
    assert run.history.acts == run.deviated.acts


def test_nothing_can_be_left_out_of_a_short_history() -> None:
    target = mutant("mutant:merge-answers-200")
    history, rule = noisy(target, "OPER-37")
    run = shortened(history, rule, target, profile=EITHER)
    assert run is not None

    acts = run.history.acts
    for index in range(len(acts) - 1):
        rest = History("rest", acts[:index] + acts[index + 1 :], setup=Setup())
        assert shortened(rest, rule, target, profile=EITHER) is None, acts[index]


def test_wishes_for_a_file_are_not_taken_apart() -> None:
    target = mutant("mutant:import-answers-201")
    file: Any = {"$file": {"form": "pfx", "kty": "RSA", "months": 24, "password": "right", "chain": True}}
    imported = Send("POST", "/certificates/web/import", {"value": file, "pwd": "right", "tags": {"a": "b"}, "policy": {"issuer": {"name": "Self"}}})
    noise: tuple[Act, ...] = (Send("GET", "/certificates"), Send("PUT", "/certificates/contacts", {"contacts": [{"email": "a@b.c"}]}))

    run = shortened(History("file", (*noise, imported), setup=Setup()), "CERT-27", target, profile=EITHER)

    assert run is not None
    (act,) = run.history.acts
    assert isinstance(act, Send)
    assert act.body == {"value": file, "pwd": "right"}


def test_history_that_does_not_break_the_rule_can_not_be_made_shorter() -> None:
    history = History("sound", (Send("GET", "/certificates"), Send("GET", "/certificates/web")))

    assert shortened(history, "CERT-44", MEMORY, profile=EITHER) is None
    target = mutant("mutant:error-has-no-message")
    assert shortened(history, "CERT-44", target, profile=EITHER) is None
    assert shortened(history, "RELA-22", target, profile=EITHER) is not None
