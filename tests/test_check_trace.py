"""`certlife check-trace`, as its users call it: verdicts, exit status, JSON, bad input, shortest histories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.x509 import X509Reader
from certlife.conformance.cli import main
from certlife.conformance.discreet import HIDDEN, answer_shown, request_shown, text_shown
from certlife.conformance.judge import judge
from certlife.conformance.readers import read
from certlife.conformance.shorten import history
from certlife.model import Answer, Profile, Request
from click.testing import CliRunner, Result

SAMPLES = Path(__file__).resolve().parents[1] / "conformance" / "samples"
GOOD = SAMPLES / "self-signed.json"
BAD = SAMPLES / "deviating" / "deleted-still-answers.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def changed(tmp_path: Path, name: str, change: Any) -> Path:
    """A copy of the good sample, with its JSON changed."""
    document = json.loads(GOOD.read_text(encoding="utf-8"))
    change(document)
    path = tmp_path / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_samples_conform() -> None:
    result = run("check-trace", "--samples")

    assert result.exit_code == 0
    assert "conforms: 8 recordings" in result.stdout


def test_finding_names_exchange_rule_requirement_source_and_history() -> None:
    result = run("check-trace", BAD)

    assert result.exit_code == 1
    for part in ("exchanges[6]", "CERT-44", "KVC-DEL-004", "https://learn.microsoft.com", "DELETE /certificates", "answered 200"):
        assert part in result.stdout
    assert "deviates: 1 recordings" in result.stdout


def test_json_is_one_document_with_the_promised_members(tmp_path: Path) -> None:
    target = tmp_path / "result.json"

    result = run("check-trace", GOOD, BAD, "--json", target)
    document = json.loads(target.read_text(encoding="utf-8"))

    assert result.exit_code == 1
    assert document["verdict"] == "deviates"
    assert set(document) >= {"verdict", "findings", "rules", "requests", "seconds", "files"}
    assert set(document["findings"][0]) >= {"rule", "requirements", "step", "request", "answer", "allowed", "history"}
    assert document["files"][str(GOOD)]["verdict"] == "conforms"
    assert document["files"][str(GOOD)]["judged"] == document["files"][str(GOOD)]["exchanges"]
    assert document["rules"]["CERT-44"]["broken"] == 1
    assert document["rules"]["ISSU-01"] == {"held": 0, "broken": 0, "not_reached": True}


def test_json_to_standard_output_is_nothing_but_json() -> None:
    result = run("check-trace", GOOD, "--json", "-")

    assert json.loads(result.stdout)["verdict"] == "conforms"


def test_folder_is_searched_for_recordings(tmp_path: Path) -> None:
    changed(tmp_path, "one.json", lambda _: None)

    assert "1 recordings" in run("check-trace", tmp_path).stdout


def test_nothing_named_is_a_usage_error() -> None:
    assert run("check-trace").exit_code == 2


@pytest.mark.parametrize("profile", list(Profile), ids=lambda profile: profile.value)
def test_profile_decides_about_a_late_cancellation(profile: Profile) -> None:
    service = run("check-trace", SAMPLES / "cancel-too-late-service.json", "--profile", profile.value)
    documented = run("check-trace", SAMPLES / "cancel-too-late-documented.json", "--profile", profile.value)

    assert service.exit_code == int(profile is Profile.DOCUMENTATION)
    assert documented.exit_code == int(profile is Profile.SERVICE)


# what a file holds -> a piece of the one line that is said of it
BAD_INPUT = {
    "empty": (b"", "empty"),
    "truncated": (GOOD.read_bytes()[:500], ""),
    "not UTF-8": (b'{"exchanges": "\xff\xfe\xfa"}', ""),
    "foreign": (b'{"hello": "world"}', ""),
    "a list": (b"[1, 2, 3]", ""),
    "deep": (b"[" * 100_000, ""),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(200), ""),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_line_and_the_others_are_still_judged(case: str, tmp_path: Path) -> None:
    content, said = BAD_INPUT[case]
    path = tmp_path / "bad.json"
    path.write_bytes(content)

    result = run("check-trace", path, GOOD)

    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stderr.startswith(f"{path}: ")
    assert said in result.stderr
    assert "conforms" in result.stdout


LIES = {
    "status as text": (lambda d: d["exchanges"][1].update(status="200"), "exchanges[1].status"),
    "exchanges as object": (lambda d: d.update(exchanges={}), "exchanges"),
    "headers as list": (lambda d: d["exchanges"][0].update(headers=["Location"]), "exchanges[0].headers"),
    "no date": (lambda d: d["exchanges"][2].update(at="yesterday"), "exchanges[2].at"),
}


@pytest.mark.parametrize("lie", LIES)
def test_trace_that_lies_about_types_is_told_with_its_place(lie: str, tmp_path: Path) -> None:
    change, place = LIES[lie]

    result = run("check-trace", changed(tmp_path, "lie.json", change))

    assert result.exit_code == 2
    assert place in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


# bodies whose JSON lies about types: no error of the file, but a finding of the vault
WRONG_TYPES: dict[str, Any] = {
    "attributes is a text": lambda body: body.update(attributes="enabled"),
    "policy is a list": lambda body: body.update(policy=[]),
    "id is a number": lambda body: body.update(id=7),
    "tags is a list": lambda body: body.update(tags=["a"]),
    "created is a text": lambda body: body["attributes"].update(created="1700000000"),
    "created is true": lambda body: body["attributes"].update(created=True),
    "x5t is an object": lambda body: body.update(x5t={}),
    "cer is no base64": lambda body: body.update(cer="*not base64*"),
    "pending is a text": lambda body: body.update(pending="yes"),
}


@pytest.mark.parametrize("wrong", WRONG_TYPES)
def test_answer_of_wrong_types_is_a_finding_and_no_error(wrong: str, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        bundle = next(e for e in document["exchanges"] if e["method"] == "GET" and "x5t" in (e["response"] or {}))
        WRONG_TYPES[wrong](bundle["response"])

    result = run("check-trace", changed(tmp_path, "wrong.json", change))

    assert (result.exit_code, result.exception if result.exit_code > 1 else None) == (1, None)


def test_later_findings_of_a_recording_are_told_too(tmp_path: Path) -> None:
    def change(document: Any) -> None:
        bundles = [e for e in document["exchanges"] if "x5t" in (e["response"] or {})]
        del bundles[0]["response"]["kid"]
        del bundles[-1]["response"]["sid"]

    result = run("check-trace", changed(tmp_path, "two.json", change), "--json", "-")

    assert [finding["rule"] for finding in json.loads(result.stdout)["findings"]] == ["SHOW-021", "SHOW-023"]


def test_shortest_history_leaves_out_what_does_not_matter() -> None:
    session = read(BAD)
    found = judge(session, profile=Profile.SERVICE, reader=X509Reader()).findings[0]

    steps = history(session.exchanges, found, starts_empty=session.starts_empty, profile=Profile.SERVICE)

    assert [session.exchanges[step].request.method for step in steps] == ["DELETE"]


def test_passwords_keys_and_backups_are_not_shown() -> None:
    sent = Request("POST", "/certificates/web/import", {}, {"value": "MIIJ" * 100, "pwd": "hunter2"})
    answer = Answer(200, {"value": "PRIVATE" * 100, "credentials": {"pwd": "hunter2"}})

    shown = json.dumps([request_shown(sent), answer_shown(answer)])

    assert "hunter2" not in shown
    assert "PRIVATE" not in shown
    assert shown.count(HIDDEN) == 4


def test_private_keys_and_tokens_are_not_shown_wherever_they_stand() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"
    shown = json.dumps(answer_shown(Answer(200, {"odd": key, "Token": "abc", "list": [key]})))

    assert "MIIE" not in shown
    assert shown.count(HIDDEN) == 3


# what a sentence quotes -> what is shown of it
QUOTED = {
    "met 'MIIJ" + "aB3/" * 40 + "', wanted a text": f"met '{HIDDEN}', wanted a text",
    "-----BEGIN PRIVATE KEY-----\nMIIE": HIDDEN,
    "https://VAULT/certificates/" + "a" * 120 + "/" + "0" * 32: "https://VAULT/certificates/" + "a" * 120 + "/" + "0" * 32,
    "two\nlines \x1b[31m": "two lines \\x1b[31m",
}


@pytest.mark.parametrize("text", QUOTED)
def test_sentence_is_shown_in_a_line_without_what_must_not_be_quoted(text: str) -> None:
    assert text_shown(text) == QUOTED[text]


# what is asked -> pieces of what is said
EXPLAINED = {
    "KVC-OPR-012": ("400", "403 Forbidden", "C-05", "OPER-20", "OPER-21", "learn.microsoft.com"),
    "opr-012": ("KVC-OPR-012",),
    "C-05": ("400", "403", "OPER-20", "OPER-21"),
    "OPER-20": ("observed", "N-18", "F-01"),
    "SHOW-025": ("x5t", "KVC-OBJ-021"),
    "RELA-06": ("SHA-1", "P-28"),
    "ASKS-12": ("BadParameter", "N-6"),
    "X509-04": ("KVC-CRE-004",),
    "JOIN-10": ("operation", "P-25"),
    "TIME-01": ("backwards",),
    "N-18": ("403",),
    "S-09": ("Merge", "OPER-"),
    "F-01": ("Forbidden",),
    "KVC-EVT-001": ("not modelled",),
}


@pytest.mark.parametrize("identifier", EXPLAINED)
def test_explain_tells_text_source_rules_and_what_was_seen(identifier: str) -> None:
    result = run("explain", identifier)

    assert result.exit_code == 0
    for piece in EXPLAINED[identifier]:
        assert piece in result.stdout


def test_explain_of_an_unknown_id_names_near_ones() -> None:
    result = run("explain", "KVC-OPR-999")

    assert result.exit_code == 2
    assert "KVC-OPR-001" in result.stderr


def test_requirements_are_all_there_with_rules_or_a_reason() -> None:
    listed = json.loads(run("requirements", "--json").stdout)

    assert len(listed) == 384
    assert [key for key, entry in listed.items() if bool(entry["rules"]) == ("unmodelled" in entry)] == []
    assert "384 in all" in run("requirements").stdout
