"""The result of a verification at a terminal: findings, tables, what was not reached, the verdict."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from certlife.adapters.port import Issue, Refuse, Stall
from certlife.conformance.register import by_table, rules
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Join, Restart, Send, Take, Wait
from certlife.conformance.suite.standing import UNTOLD, Standing, not_reached, standing, standings
from certlife.conformance.suite.steps import lever_line, span, steps
from certlife.conformance.suite.told import print_verified, problem_lines, repeat_line, verdict_lines
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from certlife.model.vocabulary import IssuerKind
from rich.console import Console
from rich.text import Text


def plain(problem: Problem) -> str:
    return "\n".join(Text.from_markup(line).plain for line in problem_lines(problem))


def printed(verified: Verified, *, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    print_verified(console, verified)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# --- a finding


def test_finding_names_rule_request_answer_and_what_is_allowed_with_grade_and_source(problem: Problem) -> None:
    told = plain(problem)

    for part in (
        "OPER-20 is broken",
        "PATCH /certificates/web/pending",
        "answered 200 status inProgress",
        "OPER-20  403 Forbidden",
        "observed: C-05",
        "OPER-21  400",
        "documented: KVC-OPR-012",
        "https://learn.microsoft.com",
        "certlife explain OPER-20",
    ):
        assert part in told


def test_finding_tells_every_act_with_its_status_and_the_levers(problem: Problem) -> None:
    history = plain(problem).partition("  history\n")[2].splitlines()

    assert "1  ~ the issuer signs after 10 s" in history[0]
    assert "POST /certificates/web/create" in history[1]
    assert "→ 202" in history[1]
    assert "3  ~ time passes: 1 h" in history[2]
    assert history[4].endswith('{"cancellation_requested": true} → 200  ←')


def test_finding_says_how_to_repeat_it(problem: Problem) -> None:
    assert repeat_line(problem).startswith("certlife replay OPER-20-")
    assert ".json TARGET " in repeat_line(problem)
    saved = repeat_line(problem, "https://localhost:8443", Path("my findings"))
    assert saved.startswith("certlife replay 'my findings/OPER-20-")
    assert saved.endswith(".json' https://localhost:8443")


def test_finding_that_is_a_known_gap_gives_the_reason_as_it_is_written(problem: Problem) -> None:
    assert "a known gap: never [red]mended[/]" in plain(replace(problem, known="never [red]mended[/]"))


def test_markup_in_what_was_answered_is_only_text(problem: Problem) -> None:
    last = problem.exchanges[-1]
    answer = replace(last.answer, status=409, body={"error": {"code": "[red]", "message": "[/] gone\nwrong"}})
    changed = replace(problem, exchanges=(*problem.exchanges[:-1], replace(last, answer=answer)))

    assert "answered 409 [red]: [/] gone wrong" in plain(changed)


def test_finding_steers_no_terminal_and_can_be_written_down(problem: Problem) -> None:
    last = problem.exchanges[-1]
    evil = "\x1b]0;title\x07 \ud800"
    answer = replace(last.answer, status=409, body={"error": {"code": evil, "message": evil}})
    request = replace(last.request, path=f"/certificates/{evil}")
    finding = replace(problem.finding, text=evil)
    changed = replace(problem, finding=finding, exchanges=(*problem.exchanges[:-1], replace(last, answer=answer, request=request)))

    assert plain(changed).encode()
    assert not {"\x1b", "\x07"} & set(plain(changed))


def test_request_that_was_never_sent_is_told_as_such(problem: Problem) -> None:
    assert "→ not sent" in plain(replace(problem, exchanges=problem.exchanges[-1:]))


# --- the acts in words

# act -> what is said of it
LEVERS: dict[Act, str] = {
    Wait(90061): "time passes: 1 d 1 h 1 min 1 s",
    Wait(0): "time passes: 0 s",
    Decide(Issue()): "the issuer signs, when it is next asked to sign",
    Decide(Refuse(after_s=60), IssuerKind.SELF): "the vault itself refuses after 1 min, when it is next asked to sign",
    Decide(Stall(), name="web"): "the issuer of web says nothing",
    Cancellation(wins=True): "the next cancellation takes effect, 10 s after it is asked for",
    Cancellation(wins=False): "the next cancellation comes too late: the issuer is not stopped by it",
    Take(deletion_s=5, purge_s=0): "deletions take 5 s, purges take 0 s",
    Restart(): "the vault is stopped and started",
    Join(): "somebody joins who knows nothing of what was before",
}


@pytest.mark.parametrize("act", LEVERS, ids=lambda act: type(act).__name__)
def test_lever_is_a_sentence(act: Act) -> None:
    assert lever_line(act) == LEVERS[act]


def test_request_is_a_line_with_its_references_and_without_its_password() -> None:
    send = Send("POST", "/certificates/a/import", {"value": "${b.blob}", "pwd": "hunter2"}, {"x": "1"})

    assert lever_line(send) == 'POST /certificates/a/import?x=1 {"value": "${b.blob}", "pwd": "<hidden>"}'


def test_steps_pair_requests_with_exchanges_in_their_order(problem: Problem) -> None:
    paired = list(steps(problem.history.acts, problem.exchanges))

    assert [step.number for step in paired] == [1, 2, 3, 4, 5]
    assert [step.exchange for step in paired if step.exchange is not None] == list(problem.exchanges)
    assert span(86_400) == "1 d"


# --- how rules stand


def test_every_rule_stands_in_one_table() -> None:
    assert [rule.rule for table in by_table().values() for rule in table] == list(rules())


# what became of OPER-20 -> how it stands
STANDINGS: dict[Standing, Callable[[Verified], Verified]] = {
    Standing.BROKEN: lambda verified: verified,
    Standing.KNOWN_GAP: lambda verified: replace(
        verified, problems=tuple(replace(problem, known="so it is") for problem in verified.problems)
    ),
    Standing.HELD: lambda verified: replace(verified, problems=(), rules={"OPER-20": Tally(1)}),
    Standing.NOT_REACHED: lambda verified: replace(verified, problems=(), rules={}),
}


@pytest.mark.parametrize("wanted", STANDINGS)
def test_rule_stands_as_it_fared(wanted: Standing, verified: Verified) -> None:
    assert standing(STANDINGS[wanted](verified), "OPER-20") is wanted


def test_rule_that_was_broken_too_late_to_be_told_is_broken(verified: Verified) -> None:
    assert standing(replace(verified, problems=()), "OPER-20") is Standing.BROKEN


def test_figures_of_the_tables_add_up_to_all_rules(verified: Verified) -> None:
    counted = standings(verified)

    assert {name: count.total() for name, count in counted.items()} == {
        name: len(table) for name, table in by_table().items()
    }
    assert sum(count[Standing.BROKEN] for count in counted.values()) == 1


def test_rules_not_reached_are_grouped_by_reason(verified: Verified) -> None:
    grouped = not_reached(verified)

    assert next(iter(grouped)) == UNTOLD
    assert all(rule.startswith("JOIN") for rules in list(grouped.values())[1:] for rule in rules)


# --- the whole


def test_print_has_findings_table_reasons_and_the_verdict_last(verified: Verified) -> None:
    told = printed(verified)

    assert told.count("OPER-20 is broken") == 2
    for name in by_table():
        assert f"\n{name} " in told
    assert "rules: the target has no <levers> & no [red]clock\n" in told
    assert told.splitlines()[-1] == (
        f"deviates: {verified.target}, 2 findings, 1234 requests in 3.2 s, seed 7, profile either"
    )


def test_print_fits_a_narrow_terminal_but_for_lines_that_are_to_be_copied(verified: Verified) -> None:
    told = printed(replace(verified, problems=()), width=80).splitlines()

    assert all(len(line) <= 80 for line in told[:-1])


def test_print_shows_no_secret(verified: Verified, secrets: tuple[str, ...]) -> None:
    told = printed(verified)

    assert [piece for piece in (*secrets, "hunter2") if piece in told] == []


def test_trouble_emptiness_and_closed_gaps_are_told_before_the_verdict(verified: Verified) -> None:
    def last(**changes: object) -> list[str]:
        changed = replace(verified, problems=(), **changes)  # type: ignore[arg-type]
        return [Text.from_markup(line).plain for line in verdict_lines(changed)]

    assert last(trouble="[Errno 111] refused")[0] == "trouble: [Errno 111] refused"
    assert last(rules={})[0] == "no rule was exercised"
    assert last(rules={})[1].startswith("inconclusive: ")
    assert last(closed=("CERT-01",))[0].startswith("CERT-01 is listed as a known gap and is none")
    assert last(closed=("CERT-01",))[1].startswith("deviates: ")
    assert last(requests=1)[0].startswith(f"conforms: {verified.target}, 1 request in")
