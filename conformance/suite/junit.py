"""The result of `verify` as JUnit XML, which build servers show: a test for every rule.

Not here: writing it to a file (cli).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from certlife.conformance.register import by_table
from certlife.conformance.suite.standing import Standing, problems_of, standing, why
from certlife.conformance.suite.told import problem_lines, verdict_lines
from certlife.conformance.suite.verdict import Problem, Verified
from certlife.model.rows import Rule
from rich.text import Text

_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(verified: Verified) -> str:
    """Write the result as JUnit XML.

    A rule that was not reached, and a known gap, is skipped. The run itself is a test as well, for one that is
    inconclusive, or in which a known gap has closed, must not pass.
    """
    root = ET.Element("testsuites", {"name": _shown(f"certlife verify {verified.target}")})
    for table, rules in by_table().items():
        suite = ET.SubElement(root, "testsuite", {"name": table})
        for rule in rules:
            _rule(suite, verified, table, rule)
    _run(ET.SubElement(root, "testsuite", {"name": "run"}), verified)
    for suite in root:
        _count(suite, [suite])
    _count(root, list(root))
    root.set("time", f"{verified.seconds:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _rule(suite: ET.Element, verified: Verified, table: str, rule: Rule) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": f"certlife.{table.replace('.', '')}", "name": rule.rule})
    problems = problems_of(verified, rule.rule)
    match standing(verified, rule.rule):
        case Standing.BROKEN:
            told = ET.SubElement(case, "failure", {"type": "deviates", "message": _message(problems)})
            told.text = _shown("\n\n".join(_plain(problem, verified.target) for problem in problems))
        case Standing.KNOWN_GAP:
            ET.SubElement(case, "skipped", {"message": _shown(f"known gap: {problems[0].known}")})
        case Standing.NOT_REACHED:
            ET.SubElement(case, "skipped", {"message": _shown(f"not reached: {why(verified, rule.rule)}")})
        case Standing.HELD:
            return


def _run(suite: ET.Element, verified: Verified) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": "certlife.verify", "name": "verdict"})
    case.set("time", f"{verified.seconds:.3f}")
    told = _shown("\n".join(Text.from_markup(line).plain for line in verdict_lines(verified)))
    if verified.verdict == "inconclusive":
        ET.SubElement(case, "error", {"type": "inconclusive", "message": told})
    elif verified.closed:
        ET.SubElement(case, "failure", {"type": "closed gap", "message": told})


def _message(problems: Sequence[Problem]) -> str:
    return _shown(problems[0].finding.text) if problems else "broken"


def _plain(problem: Problem, target: str) -> str:
    return "\n".join(Text.from_markup(line).plain for line in problem_lines(problem, target=target))


def _shown(text: str) -> str:
    """A text with what XML can not hold written as its number."""
    return _NO_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _count(element: ET.Element, suites: Sequence[ET.Element]) -> None:
    cases = [case for suite in suites for case in suite.iter("testcase")]
    element.set("tests", str(len(cases)))
    for member, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(member, str(sum(case.find(tag) is not None for case in cases)))
