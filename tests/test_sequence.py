"""A history as a sequence diagram in Mermaid: who takes part, what is said, what is noted, how text is escaped."""

from __future__ import annotations

import re

import pytest
from certlife.adapters.port import Issue, Refuse, Stall
from certlife.conformance.suite.acts import Act, Cancellation, Decide, Send, Take, Wait
from certlife.conformance.suite.history import History
from certlife.conformance.suite.sequence import escaped, sequence
from certlife.conformance.suite.verdict import Problem
from certlife.model.findings import Finding
from certlife.model.vocabulary import IssuerKind

# every line of a diagram has one of these forms; what is in braces was written by somebody else
LINE = re.compile(
    r"sequenceDiagram"
    r"|  participant (client|vault|issuer)"
    r"|  (client->>vault|vault-->>client|issuer-\)vault|Note over (vault|issuer|client,vault|vault,issuer)): [^;#<>&%\n]*"
)
ENTITY = re.compile(r"#\d+;|<br/>")
NASTY = ("a<b>&\"c'", "x; y # z", "%%{init: {}}%%", "line\nbreak\r", "style a:#b;", "<script>", "#35;", "&lt;", "end", "\u2028", "`")


def drawn(*acts: Act) -> list[str]:
    return sequence(History("", acts)).splitlines()


def unescaped(text: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


def test_diagram_has_requests_with_their_statuses_levers_and_the_broken_rule(problem: Problem) -> None:
    text = sequence(problem.history, problem.exchanges, problem.finding)

    assert text.splitlines()[:4] == ["sequenceDiagram", "  participant client", "  participant vault", "  participant issuer"]
    assert "  Note over issuer: signs after 10 s, when it is next asked\n" in text
    assert "  client->>vault: 2. POST /certificates/web/create " in text
    assert "  vault-->>client: 202 inProgress\n" in text
    assert "  Note over vault: time passes: 1 h\n" in text
    assert '  client->>vault: 5. PATCH /certificates/web/pending {"cancellation_requested": true}\n' in text
    assert text.splitlines()[-1] == (
        "  Note over client,vault: OPER-20 is broken: no explanation allows this status and code"
        "<br/>OPER-20 allows 403 Forbidden<br/>OPER-21 allows 400"
    )


def test_refusal_is_shown_with_its_code(problem: Problem) -> None:
    last = problem.exchanges[-1]
    refused = type(last)(last.request, type(last.answer)(403, {"error": {"code": "Forbidden"}}))

    text = sequence(problem.history, [*problem.exchanges[:-1], refused])

    assert text.splitlines()[-1] == "  vault-->>client: 403 Forbidden"


# act -> the line that it is drawn as
DRAWN: list[tuple[Act, str]] = [
    (Decide(Issue(), name="web"), "  issuer-)vault: web: signs"),
    (Decide(Refuse(after_s=5)), "  Note over issuer: refuses after 5 s, when it is next asked"),
    (Decide(Stall(), IssuerKind.SELF), "  Note over vault: the vault itself says nothing, when it is next asked to sign"),
    (Cancellation(wins=False), "  Note over vault,issuer: the next cancellation comes too late: the issuer is not stopped by it"),
    (Take(deletion_s=3), "  Note over vault: deletions take 3 s"),
    (Send("GET", "/certificates/web"), "  client->>vault: 1. GET /certificates/web"),
]


@pytest.mark.parametrize(("act", "line"), DRAWN)
def test_act_is_drawn(act: Act, line: str) -> None:
    assert drawn(act)[-1] == line


def test_issuer_takes_part_only_where_one_matters() -> None:
    assert "  participant issuer" not in drawn(Wait(1), Send("GET", "/x"), Decide(Issue(), IssuerKind.SELF))
    assert "  participant issuer" in drawn(Cancellation(wins=True))


@pytest.mark.parametrize("nasty", NASTY)
def test_diagram_is_well_formed_whatever_is_in_it(nasty: str) -> None:
    acts = (Send("POST", f"/certificates/{nasty}", {nasty: nasty}, {nasty: nasty}), Decide(Issue(), name=nasty))
    text = sequence(History(nasty, acts), (), Finding("OPER-20", (), nasty, ()))

    for line in text.split("\n")[:-1]:
        assert LINE.fullmatch(ENTITY.sub("", line)), line


@pytest.mark.parametrize("nasty", NASTY)
def test_escaped_text_is_the_text_in_one_line(nasty: str) -> None:
    assert unescaped(escaped(nasty)) == " ".join(nasty.split())


def test_no_colon_stands_before_an_entity() -> None:
    assert escaped("style a:#b; c: d") == "style a#58;#35;b#59; c: d"


def test_long_note_has_several_lines() -> None:
    text = sequence(History("", ()), (), Finding("OPER-20", (), "word " * 40, ()))

    assert max(len(line) for line in text.splitlines()[-1].split("<br/>")) < 120
    assert text.count("<br/>") == 3


def test_diagram_shows_no_secret(long_problem: Problem, secrets: tuple[str, ...]) -> None:
    text = sequence(long_problem.history, long_problem.exchanges, long_problem.finding)

    assert [piece for piece in (*secrets, "hunter2") if piece in text] == []
