"""The result of a verification for machines and browsers: JSON, JUnit XML, a web page."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from certlife.conformance.register import by_table, rules
from certlife.conformance.suite.document import document, finding_document
from certlife.conformance.suite.junit import junit
from certlife.conformance.suite.page import page
from certlife.conformance.suite.verdict import Problem, Tally, Verified

NASTY = "<script>alert('1')</script> & \"quoted\" ]]> \x00\x1b[31m\nnew line \ud800"
WRITERS: dict[str, Callable[[Verified], str]] = {
    "json": lambda verified: json.dumps(document(verified)),
    "junit": junit,
    "page": page,
}


def known(verified: Verified, reason: str = "so it is") -> Verified:
    return replace(verified, problems=tuple(replace(problem, known=reason) for problem in verified.problems))


def nasty(verified: Verified) -> Verified:
    """A result with the worst of text wherever somebody else has written it."""
    problem = verified.problems[0]
    last = problem.exchanges[-1]
    answer = replace(last.answer, status=400, body={"error": {"code": NASTY, "message": NASTY}})
    worse = replace(
        problem,
        finding=replace(problem.finding, text=NASTY),
        exchanges=(*problem.exchanges[:-1], replace(last, answer=answer)),
        history=replace(problem.history, name=NASTY),
    )
    tallies = {**verified.rules, "CERT-01": Tally(why=NASTY)}
    problems = (worse, replace(verified.problems[1], known=NASTY))
    return replace(verified, target=NASTY, problems=problems, rules=tallies, trouble=NASTY)


def cases(text: str) -> dict[str, ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - our own
    return {case.attrib["name"]: case for case in root.iter("testcase")}


@pytest.mark.parametrize("form", WRITERS)
def test_nothing_secret_is_written(form: str, verified: Verified, secrets: tuple[str, ...]) -> None:
    text = WRITERS[form](verified)

    assert [piece for piece in (*secrets, "hunter2", "it's") if piece in text] == []


# --- JSON


def test_document_has_the_promised_members(verified: Verified) -> None:
    whole = document(verified)

    assert whole["verdict"] == "deviates"
    assert (whole["target"], whole["profile"], whole["seed"]) == (verified.target, "either", 7)
    assert (whole["requests"], whole["seconds"]) == (1234, 3.21)
    assert list(whole["rules"]) == list(rules())
    assert whole["rules"]["OPER-20"] == {"held": 3, "broken": 2, "not_reached": False}
    assert whole["rules"]["JOIN-26"]["not_reached"] is True
    assert whole["rules"]["JOIN-26"]["why"].startswith("the target has no")
    assert whole["rules"]["CERT-01"] == {"held": 0, "broken": 0, "not_reached": True}
    assert "trouble" not in whole


def test_finding_of_the_document_tells_all_of_it(problem: Problem) -> None:
    finding = finding_document(problem)

    assert finding["rule"] == "OPER-20"
    assert finding["requirements"] == ["C-05", "S-07", "N-18", "F-01"]
    assert finding["request"]["method"] == "PATCH"
    assert finding["answer"]["status"] == 200
    assert [allowed["rule"] for allowed in finding["allowed"]] == ["OPER-20", "OPER-21"]
    assert [step["step"] for step in finding["history"]] == [0, 1, 2, 3, 4]
    assert finding["history"][0]["act"] == {"decide": "issue", "kind": "partner", "after_s": 10}
    assert finding["history"][1]["status"] == 202
    assert finding["history"][2]["act"] == {"wait": 3600}
    assert finding["history"][finding["step"]]["path"] == "/certificates/web/pending"


def test_finding_without_its_exchanges_is_still_a_document(problem: Problem) -> None:
    finding = finding_document(replace(problem, exchanges=(), known="so it is"))

    assert (finding["request"], finding["answer"], finding["known"]) == (None, None, "so it is")
    assert finding["history"][1]["not_sent"]["send"] == "POST /certificates/web/create"


def test_trouble_and_closed_gaps_are_in_the_document(verified: Verified) -> None:
    whole = document(replace(verified, trouble="no route", closed=("CERT-01",)))

    assert (whole["trouble"], whole["closed"]) == ("no route", ["CERT-01"])


# --- JUnit


def test_junit_has_a_test_for_every_rule_and_one_for_the_run(verified: Verified) -> None:
    text = junit(verified)
    root = ET.fromstring(text)  # noqa: S314 - our own

    assert list(cases(text)) == [*rules(), "verdict"]
    assert [suite.attrib["name"] for suite in root] == [*by_table(), "run"]
    assert root.attrib["tests"] == str(len(rules()) + 1)
    assert (root.attrib["failures"], root.attrib["errors"], root.attrib["time"]) == ("1", "0", "3.210")
    assert int(root.attrib["skipped"]) == sum(case.find("skipped") is not None for case in cases(text).values())


def test_junit_tells_passed_failed_and_not_reached_apart(verified: Verified) -> None:
    found = cases(junit(verified))

    failure = found["OPER-20"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "no explanation allows this status and code"
    assert "403 Forbidden" in str(failure.text)
    assert "[bold]" not in str(failure.text)
    assert list(found["SHOW-001"]) == []
    skipped = found["CERT-01"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "not reached: the run did not lead to it"


def test_junit_skips_known_gaps(verified: Verified) -> None:
    found = cases(junit(known(verified)))

    assert [(one.tag, one.attrib["message"]) for one in found["OPER-20"]] == [("skipped", "known gap: so it is")]
    assert list(found["verdict"]) == []


@pytest.mark.parametrize(
    ("changes", "tag", "said"),
    [
        ({"problems": (), "rules": {}}, "error", "no rule was exercised"),
        ({"problems": (), "trouble": "no route"}, "error", "no route"),
        ({"problems": (), "closed": ("CERT-01",)}, "failure", "CERT-01 is listed as a known gap"),
    ],
)
def test_junit_never_passes_a_run_that_did_not(
    changes: dict[str, object], tag: str, said: str, verified: Verified
) -> None:
    (told,) = cases(junit(replace(verified, **changes)))["verdict"]  # type: ignore[arg-type]

    assert told.tag == tag
    assert said in told.attrib["message"]


def test_junit_tells_a_rule_that_was_broken_too_late_to_be_told(verified: Verified) -> None:
    (failure,) = cases(junit(replace(verified, problems=())))["OPER-20"]

    assert failure.attrib["message"] == "broken"


def test_junit_is_xml_whatever_is_in_it(verified: Verified) -> None:
    text = junit(nasty(verified))
    failure = cases(text)["OPER-20"].find("failure")

    assert text.encode()
    assert failure is not None
    assert "<script>alert('1')</script>" in str(failure.text)
    assert "\\x1b" in text


# --- the page


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Take down text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text, in one line."""
        return " ".join(" ".join(self.words).split())


def test_page_has_verdict_figures_findings_and_every_rule(verified: Verified) -> None:
    text = page(known(verified))
    read = Page(text)

    assert "conforms mutant:cancel-after-completion-is-granted" in read.text
    assert "1,234 requests" in read.text
    assert "known gap: so it is" in read.text
    assert "sequenceDiagram" in read.text
    assert "POST /certificates/web/create" in read.text
    assert sum(tag == "tr" and "data-standing" in found for tag, found in read.elements) == len(rules())
    assert {str(found["class"]).split()[1] for tag, found in read.elements if tag == "details" and "class" in found} == {"known-gap"}


def test_page_says_that_there_are_no_findings(verified: Verified) -> None:
    assert "Findings None." in Page(page(replace(verified, problems=()))).text


def test_page_needs_nothing_else(verified: Verified) -> None:
    read = Page(page(verified))

    assert [found for _, found in read.elements if "src" in found or found.get("rel") == "stylesheet"] == []
    assert {tag for tag, found in read.elements if str(found.get("href", "")).startswith("http")} == {"a"}
    policy = next(found["content"] for tag, found in read.elements if tag == "meta" and "http-equiv" in found)
    assert str(policy).startswith("default-src 'none'")


def test_page_escapes_whatever_is_in_it(verified: Verified) -> None:
    plain, worse = page(verified), page(nasty(verified))
    read = Page(worse)

    assert worse.encode()
    assert sum(tag == "script" for tag, _ in read.elements) == 1
    assert "<script>alert('1')</script>" in read.text
    assert {tag for tag, _ in read.elements} <= {tag for tag, _ in Page(plain).elements} | {"p"}
    assert [name for _, found in read.elements for name in found if name.startswith("on")] == []


def test_page_is_drawn_by_a_browser(verified: Verified, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("there is no chromium to draw the page")
    (tmp_path / "page.html").write_text(page(verified), encoding="utf-8")

    done = subprocess.run(  # noqa: S603 - our own page
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--dump-dom", f"file://{tmp_path}/page.html"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert f"{len(rules())} of {len(rules())}" in done.stdout  # the filter has counted
