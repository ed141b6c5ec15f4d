"""The result of `verify` as one HTML file that needs nothing else: no network, no other file.

Not here: how it looks (page.html, the template), writing it to a file (cli).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from certlife.conformance.explain import meaning
from certlife.conformance.register import by_table, entries, url_of
from certlife.conformance.suite.acts import Send
from certlife.conformance.suite.document import finding_document
from certlife.conformance.suite.sequence import sequence
from certlife.conformance.suite.standing import Standing, not_reached, standing, standings, why
from certlife.conformance.suite.steps import Step, lever_line, send_line, steps
from certlife.conformance.suite.told import repeat_line, verdict_lines
from certlife.conformance.suite.verdict import Problem, Tally, Verified
from jinja2 import Environment, StrictUndefined
from rich.text import Text


def page(verified: Verified) -> str:
    """Write the result as HTML; whatever stands in it is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = resources.files("certlife.conformance.suite").joinpath("page.html").read_text(encoding="utf-8")
    counted = standings(verified)
    text = environment.from_string(template).render(
        verified=verified,
        remarks=[Text.from_markup(line).plain for line in verdict_lines(verified)][:-1],
        shown=list(Standing),
        totals={one: sum(count[one] for count in counted.values()) for one in Standing},
        tables=[{"name": name, "counts": counted[name], "rules": list(_rules(verified, name))} for name in by_table()],
        reasons=not_reached(verified),
        findings=[_finding(problem, verified) for problem in verified.problems],
    )
    return text.encode("utf-8", "xmlcharrefreplace").decode()  # half a surrogate pair can not be written otherwise


def _rules(verified: Verified, table: str) -> Iterator[dict[str, Any]]:
    for rule in by_table()[table]:
        stands = standing(verified, rule.rule)
        tally = verified.rules.get(rule.rule, Tally())
        yield {
            "id": rule.rule,
            "meaning": meaning(rule),
            "grade": rule.grade.value,
            "because": _because(rule.because),
            "standing": stands,
            "held": tally.held,
            "broken": tally.broken,
            "why": why(verified, rule.rule) if stands is Standing.NOT_REACHED else "",
        }


def _finding(problem: Problem, verified: Verified) -> dict[str, Any]:
    document = finding_document(problem)
    return {
        **document,
        "known": problem.known,
        "requests": problem.requests,
        "because": _because(problem.finding.because),
        "allowed": [{**one, "url": _url(one["requirements"])} for one in document["allowed"]],
        "request": _json(document["request"]),
        "answer": _json(document["answer"]),
        "steps": [_step(step) for step in steps(problem.history.acts, problem.exchanges)],
        "repeat": repeat_line(problem, verified.target),
        "mermaid": sequence(problem.history, problem.exchanges, problem.finding),
    }


def _step(step: Step) -> dict[str, Any]:
    if not isinstance(step.act, Send):
        return {"lever": lever_line(step.act)}
    return {"text": send_line(step.act), "status": "not sent" if step.exchange is None else step.exchange.answer.status}


def _because(because: tuple[str, ...]) -> list[dict[str, str]]:
    known = entries()
    return [{"id": one, "text": known[one].text, "url": url_of(one)} for one in because if one in known]


def _url(because: list[str]) -> str:
    return next((url_of(one) for one in because if url_of(one)), "")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
