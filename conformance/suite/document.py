"""The result of `verify` as one JSON document.

Not here: writing it to a file (cli), how people are told (told).
"""

from __future__ import annotations

from typing import Any

from certlife.conformance.check_trace import allowed_document
from certlife.conformance.discreet import answer_shown, discreet, request_shown, text_shown
from certlife.conformance.register import rules
from certlife.conformance.suite.acts import Send, to_json
from certlife.conformance.suite.steps import Step, steps
from certlife.conformance.suite.verdict import Problem, Tally, Verified


def document(verified: Verified) -> dict[str, Any]:
    """The run as one JSON document; no password, key, token or backup is in it."""
    whole: dict[str, Any] = {
        "verdict": verified.verdict,
        "target": verified.target,
        "profile": verified.profile.value,
        "seed": verified.seed,
        "findings": [finding_document(problem) for problem in verified.problems],
        "rules": {rule: _rule(verified.rules.get(rule, Tally())) for rule in rules()},
        "requests": verified.requests,
        "runs": verified.runs,
        "asked_steps": verified.asked_steps,
        "taken_steps": verified.taken_steps,
        "seconds": round(verified.seconds, 3),
    }
    if verified.trouble:
        whole["trouble"] = verified.trouble
    if verified.closed:
        whole["closed"] = list(verified.closed)
    return whole


def finding_document(problem: Problem) -> dict[str, Any]:
    """A finding as JSON; `step` is the place in `history` of the request whose answer breaks the rule."""
    finding = problem.finding
    last = problem.exchanges[-1] if problem.exchanges else None
    whole: dict[str, Any] = {
        "rule": finding.rule,
        "requirements": list(finding.because),
        "text": text_shown(finding.text),
        "step": len(problem.history.acts) - 1,
        "request": None if last is None else request_shown(last.request),
        "answer": None if last is None else answer_shown(last.answer),
        "allowed": [allowed_document(allowed) for allowed in finding.allowed],
        "history": [_step(step) for step in steps(problem.history.acts, problem.exchanges)],
    }
    return {**whole, "known": problem.known} if problem.known else whole


def _step(step: Step) -> dict[str, Any]:
    """A request as it was sent, with its status; a lever as the act that it is."""
    place = {"step": step.number - 1}
    if step.exchange is not None:
        return {**place, **request_shown(step.exchange.request), "status": step.exchange.answer.status}
    act = to_json(step.act)
    return {**place, **({"not_sent": discreet(act)} if isinstance(step.act, Send) else {"act": act})}


def _rule(tally: Tally) -> dict[str, Any]:
    stands = {"held": tally.held, "broken": tally.broken, "not_reached": not tally.reached}
    return {**stands, "why": tally.why} if tally.why else stands
