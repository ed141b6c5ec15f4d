"""Known gaps of a vault: `gaps/<vault>.txt`, the reason in comment lines, the rules that it is about below them.

    # Cancellation is not offered: every operation of this vault ends at once.
    OPER-20
    OPER-21

An empty line ends what a comment is about. Not here: how gaps count in the verdict (verdict).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from certlife.conformance.explain import near
from certlife.conformance.register import rules
from certlife.conformance.suite.standing import problems_of
from certlife.conformance.suite.verdict import Problem, Tally, Verified


class GapsMalformed(ValueError):  # noqa: N818 - it says what is wrong
    """The file lists no gaps as it should; whoever wrote or named it is wrong."""


def read(path: Path) -> Mapping[str, str]:
    """The reason for each rule that is listed.

    Raises: GapsMalformed: the text names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GapsMalformed(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GapsMalformed(f"{path}: no UTF-8 text") from None
    gaps: dict[str, str] = {}
    reason: list[str] = []
    begun = False
    for number, line in enumerate((line.strip() for line in lines), start=1):
        if line.startswith("#"):
            reason = [*([] if begun else reason), line.removeprefix("#").strip()]
            begun = False
        elif not line:
            reason = []
        else:
            gaps[_rule(line, " ".join(filter(None, reason)), gaps, f"{path}:{number}")] = " ".join(filter(None, reason))
            begun = True
    return gaps


def applied(verified: Verified, gaps: Mapping[str, str]) -> Verified:
    """The result, with the findings that are known gaps marked so.

    A gap whose rule was met and always held has closed, which fails the run.

    Args:
        gaps: the reason for each rule.
    """
    closed = tuple(rule for rule in gaps if _closed(verified, rule))
    return replace(verified, problems=tuple(_marked(problem, gaps) for problem in verified.problems), closed=closed)


def _marked(problem: Problem, gaps: Mapping[str, str]) -> Problem:
    return replace(problem, known=gaps[problem.rule]) if problem.rule in gaps else problem


def _closed(verified: Verified, rule: str) -> bool:
    tally = verified.rules.get(rule, Tally())
    return bool(tally.held) and not tally.broken and not problems_of(verified, rule)


def _rule(line: str, reason: str, gaps: Mapping[str, str], place: str) -> str:
    if line not in rules():
        like = ", ".join(name for name in near(line) if name in rules())
        raise GapsMalformed(f"{place}: no rule is called {line!r}" + (f"; perhaps {like}" if like else ""))
    if line in gaps:
        raise GapsMalformed(f"{place}: {line} is listed twice")
    if not reason:
        raise GapsMalformed(f"{place}: {line} has no reason; write one above it, as a comment")
    return line
