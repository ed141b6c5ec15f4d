"""Known gaps: their files, what they do to a result, and that a gap which closes fails the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from certlife.conformance.suite.gaps import GapsMalformed, applied, read
from certlife.conformance.suite.verdict import Tally, Verified


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ours.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_reason_stands_above_the_rules_that_it_is_about(tmp_path: Path) -> None:
    text = "# The gaps of our vault.\n\n# Nothing can be\n#  cancelled.\nOPER-20\n OPER-21 \n# Not built.\nISSU-01\n\n"

    assert read(listed(tmp_path, text)) == {
        "OPER-20": "Nothing can be cancelled.",
        "OPER-21": "Nothing can be cancelled.",
        "ISSU-01": "Not built.",
    }


def test_no_gaps_are_no_gaps(tmp_path: Path) -> None:
    assert read(listed(tmp_path, "\n# none yet\n")) == {}


# what a file says -> the line and a piece of what is said of it
MALFORMED = {
    "no rule": ("# why\nOPER-99\n", "2: no rule is called 'OPER-99'; perhaps OPER-"),
    "an entry of the register": ("# why\nKVC-OPR-012\n", "2: no rule is called 'KVC-OPR-012'"),
    "nonsense": ("# why\nOPER-20 # because\n", "2: no rule is called 'OPER-20 # because'"),
    "twice": ("# why\nOPER-20\nOPER-20\n", "3: OPER-20 is listed twice"),
    "no reason": ("OPER-20\n", "1: OPER-20 has no reason"),
    "an empty reason": ("#\n#  \nOPER-20\n", "3: OPER-20 has no reason"),
    "a reason apart": ("# why\n\nOPER-20\n", "3: OPER-20 has no reason"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_file_is_told_with_its_line(case: str, tmp_path: Path) -> None:
    text, said = MALFORMED[case]
    path = listed(tmp_path, text)

    with pytest.raises(GapsMalformed) as raised:
        read(path)

    assert str(raised.value).startswith(f"{path}:{said}")


def test_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(GapsMalformed, match="No such file"):
        read(tmp_path / "none.txt")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GapsMalformed, match="no UTF-8"):
        read(tmp_path / "bytes.txt")


def test_finding_that_is_a_known_gap_does_not_fail_the_run(verified: Verified) -> None:
    result = applied(verified, {"OPER-20": "so it is"})

    assert [problem.known for problem in result.problems] == ["so it is", "so it is"]
    assert (result.verdict, result.status, result.closed) == ("conforms", 0, ())


def test_other_findings_still_fail_the_run(verified: Verified) -> None:
    result = applied(verified, {"CERT-01": "not built"})

    assert (result.verdict, result.closed) == ("deviates", ())


def test_gap_that_has_closed_fails_the_run(verified: Verified) -> None:
    held = replace(verified, problems=(), rules={**verified.rules, "OPER-20": Tally(held=3)})

    result = applied(held, {"OPER-20": "so it is"})

    assert (result.verdict, result.status, result.closed) == ("deviates", 1, ("OPER-20",))


def test_gap_that_was_not_looked_for_has_not_closed(verified: Verified) -> None:
    quiet = replace(verified, problems=())

    assert applied(quiet, {"CERT-01": "not reached", "OPER-20": "broken, told too late"}).closed == ()
