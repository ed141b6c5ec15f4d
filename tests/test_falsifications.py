"""The falsifier: its table is sound, every way is exercised by the recordings, and the runner counts what it is told.

Not here: whether the judge refuses what the falsifier makes (`make falsify`).
"""

from __future__ import annotations

import json
import re
import runpy
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from certlife.conformance.falsifier import run as runner
from certlife.conformance.falsifier.run import Falsified, falsify
from certlife.conformance.falsifier.steps import Kind
from certlife.conformance.falsifier.story import Story
from certlife.conformance.falsifier.values import GONE, another_text, grafted
from certlife.conformance.falsifier.ways import FALSIFICATIONS, UNDECIDABLE, Falsification
from certlife.conformance.readers import Session, read
from certlife.model.errors import BeliefTooLarge
from certlife.model.values import Answer, Exchange, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from certlife.model.values import Json

SHARED = Path(__file__).resolve().parents[2] / "shared"
GROUND_TRUTH = SHARED / "ground-truth"
RECORDINGS = sorted(GROUND_TRUTH.glob("*/*.json"))
SPECS = (SHARED / "spec" / "requirements.md", SHARED / "spec" / "observed-service.md")

needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason=f"the recordings are not there: {GROUND_TRUTH}; they lie beside the checkout, not in it"
)
needs_specs = pytest.mark.skipif(
    not all(path.is_file() for path in SPECS), reason=f"the documents are not there: {SHARED / 'spec'}"
)

# CRE-001 (a requirement), N-18, J-14, P-24 (observed facts), F-03 (field notes).
ID = re.compile(r"\b(?:[A-Z]{3}-\d{3}|[NJP]-\d{1,2}|[FCS]-\d\d)\b")


@cache
def recorded() -> tuple[tuple[Path, Session], ...]:
    """Give every recording with its session."""
    return tuple((path, read(path)) for path in RECORDINGS)


@cache
def made() -> tuple[tuple[Session, Falsified], ...]:
    """Give every falsified form of every recording, with the session it was made from."""
    return tuple((session, falsified) for _, session in recorded() for falsified in falsify(session.exchanges))


# The table.


def test_every_way_has_a_name_of_its_own() -> None:
    names = Counter(way.name for way in FALSIFICATIONS)

    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) >= 45


@pytest.mark.parametrize("way", FALSIFICATIONS, ids=lambda way: way.name)
def test_a_way_says_which_requirement_or_fact_it_breaks(way: Falsification) -> None:
    assert ID.search(way.breaks)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", way.name)


@needs_specs
def test_every_id_that_a_way_names_is_one_of_the_documents() -> None:
    known = set(ID.findall(" ".join(path.read_text(encoding="utf-8") for path in SPECS)))
    named = {found for way in FALSIFICATIONS for found in ID.findall(way.breaks)}
    named |= {found for _, reason in UNDECIDABLE for found in ID.findall(reason)}

    assert sorted(named - known) == []


def test_what_is_undecidable_is_no_way_and_has_a_reason() -> None:
    names = [name for name, _ in UNDECIDABLE]

    assert len(set(names)) == len(names)
    assert not set(names) & {way.name for way in FALSIFICATIONS}
    assert [name for name, reason in UNDECIDABLE if not ID.search(reason) and "README" not in reason] == []


# What comes of the recordings.


@needs_recordings
def test_every_way_applies_somewhere() -> None:
    applied = {falsified.way.name for _, falsified in made()}

    assert [way.name for way in FALSIFICATIONS if way.name not in applied] == []


@needs_recordings
def test_a_falsified_session_differs_in_one_answer_and_nowhere_else() -> None:
    for session, falsified in made():
        true, false = session.exchanges, falsified.exchanges
        where = [place for place, (one, other) in enumerate(zip(true, false, strict=True)) if one != other]

        assert where == [falsified.place], falsified.way.name
        assert replace(false[where[0]], answer=true[where[0]].answer) == true[where[0]], falsified.way.name


@needs_recordings
def test_no_two_ways_make_the_same_session() -> None:
    seen: dict[tuple[int, int, str], str] = {}
    for session, falsified in made():
        answer = falsified.exchanges[falsified.place].answer
        told = json.dumps([answer.status, answer.body, dict(answer.headers)], sort_keys=True)
        other = seen.setdefault((id(session), falsified.place, told), falsified.way.name)

        assert other == falsified.way.name


@needs_recordings
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_falsifying_leaves_the_session_as_it_was(path: Path) -> None:
    session = read(path)
    before = [_written(exchange) for exchange in session.exchanges]
    for _ in falsify(session.exchanges):
        pass

    assert [_written(exchange) for exchange in session.exchanges] == before


def _written(exchange: Exchange) -> str:
    request, answer = exchange.request, exchange.answer
    return json.dumps(
        [request.path, dict(request.query), request.body, answer.status, answer.body, dict(answer.headers)]
    )


# Where a way applies, and where it must not: sessions by hand. `told` is what the service is made to say.

NAME, VAULT = "web", "https://VAULT"
V1 = "1" * 32
NOW = 1_700_000_000


def _step(path: str, method: str = "GET", body: Json = None, *, status: int = 200, asked: Json = None) -> Exchange:
    """Write an exchange."""
    return Exchange(Request(method, path, body=asked), Answer(status, body), NOW)


_ATTRIBUTES: dict[str, Json] = {
    "enabled": True, "nbf": NOW - 600, "exp": NOW + 31_536_000, "created": NOW, "updated": NOW,
    "recoveryLevel": "CustomizedRecoverable+Purgeable", "recoverableDays": 7,
}  # fmt: skip


def _bundle(**more: Json) -> dict[str, Json]:
    seen: dict[str, Json] = {
        "id": f"{VAULT}/certificates/{NAME}/{V1}",
        "kid": f"{VAULT}/keys/{NAME}/{V1}",
        "sid": f"{VAULT}/secrets/{NAME}/{V1}",
        "x5t": "AAAA",
        "cer": "<cer>",
        "attributes": _ATTRIBUTES,
    }
    return {**seen, **more}


def _operation(status: str, **more: Json) -> dict[str, Json]:
    seen: dict[str, Json] = {
        "id": f"{VAULT}/certificates/{NAME}/pending",
        "issuer": {"name": "Self"},
        "csr": "<csr:1>",
        "cancellation_requested": False,
        "status": status,
        "request_id": "a" * 32,
    }
    return {**seen, **more}


_RECORD: dict[str, Json] = {
    "recoveryId": f"{VAULT}/deletedcertificates/{NAME}",
    "deletedDate": NOW,
    "scheduledPurgeDate": NOW + 604_800,
}
_MISSING: Json = {"error": {"code": "CertificateNotFound", "message": f"Deleted Certificate not found: {NAME}"}}

_WEB, _DELETED_WEB, _PENDING = f"/certificates/{NAME}", f"/deletedcertificates/{NAME}", f"/certificates/{NAME}/pending"
_BEING_DELETED: Json = {"error": {"code": "Conflict", "message": "No.", "innererror": {"code": "ObjectIsBeingDeleted"}}}
_RUNNING = _operation("inProgress", status_details="Wait.")
_CANCELLING = {**_RUNNING, "cancellation_requested": True}
_TAGGED = _bundle(attributes={**_ATTRIBUTES, "updated": NOW + 3}, tags={"a": "b"})
_POLICY: dict[str, Json] = {"id": f"{VAULT}{_WEB}/policy", "issuer": {"name": "Self"}, "attributes": _ATTRIBUTES}
_ITEM: Json = {"id": f"{VAULT}{_WEB}", "x5t": "AAAA", "attributes": _ATTRIBUTES}

GET = _step(_WEB, body=_bundle())
NOT_THERE = _step(_WEB, body=_MISSING, status=404)
DELETE = _step(_WEB, "DELETE", {**_RECORD, **_bundle()})
NO_RECORD = _step(_DELETED_WEB, body=_MISSING, status=404)
RECORD = _step(_DELETED_WEB, body={**_RECORD, **_bundle()})
RECOVER = _step(f"{_DELETED_WEB}/recover", "POST", _bundle())
PURGE = _step(_DELETED_WEB, "DELETE", status=204)
GOING = _step(_DELETED_WEB, "DELETE", _BEING_DELETED, status=409)
CREATE = _step(f"{_WEB}/create", "POST", _RUNNING, status=202, asked={"policy": {}})
RUNS = _step(_PENDING, body=_RUNNING)
ENDS = _step(_PENDING, body=_operation("completed", target=f"{VAULT}{_WEB}"))
CANCEL = _step(_PENDING, "PATCH", _CANCELLING)
CANCELS = _step(_PENDING, body=_CANCELLING)
TAG = replace(_step(_WEB, "PATCH", _TAGGED, asked={"tags": {"a": "b"}}), at=NOW + 2)
TAG_LATER = replace(TAG, at=NOW + 3)
RESTORE = _step("/certificates/restore", "POST", _bundle())
IMPORT = _step(f"{_WEB}/import", "POST", _bundle(policy=_POLICY))
POLICY = _step(f"{_WEB}/policy", body=_POLICY)
BY_DAYS = _step(f"{_WEB}/policy", body={**_POLICY, "lifetime_actions": [{"trigger": {"days_before_expiry": 30}}]})
BY_NOTHING = _step(f"{_WEB}/policy", body={**_POLICY, "lifetime_actions": []})
KEEP_ISSUER = _step(f"{_WEB}/policy", "PATCH", _POLICY, asked={"issuer": {"name": "Self"}})
HALF_DELETE = _step(_WEB, "DELETE", {**_bundle(), "recoveryId": f"{VAULT}{_DELETED_WEB}", "deletedDate": NOW})
BEGIN = replace(_step("/certificates", body={"value": [], "nextLink": None}), at=NOW - 10)
LIST = _step("/certificates", body={"value": [_ITEM], "nextLink": None})


@dataclass(frozen=True)
class Case:
    """A session, a place in it, a way, and whether the way applies there."""

    way: str
    applies: bool
    place: int
    session: tuple[Exchange, ...]
    why: str


# way, whether it applies, place, session, why
CASES = (
    Case("living-certificate-not-found", True,  1, (GET, GET),                     "it was shown, and nothing has deleted it"),
    Case("living-certificate-not-found", False, 0, (GET, GET),                     "nothing was shown before"),
    Case("living-certificate-not-found", False, 3, (GET, DELETE, RECOVER, GET),    "a recovery takes its time (J-53)"),
    Case("living-certificate-not-found", True,  4, (GET, DELETE, RECOVER, GET, GET), "the recovery had ended"),
    Case("deleted-certificate-answers",  True,  2, (GET, DELETE, NOT_THERE),            "it was deleted"),
    Case("deleted-certificate-answers",  False, 3, (GET, DELETE, RECOVER, NOT_THERE),   "the recovery may have ended"),
    Case("deleted-record-comes-and-goes", True, 1, (DELETE, NO_RECORD, NO_RECORD), "the next look does not find the record"),
    Case("deleted-record-comes-and-goes", False, 2, (DELETE, NO_RECORD, NO_RECORD), "the deletion may have ended (J-44)"),
    Case("deleted-record-comes-and-goes", False, 1, (DELETE, NO_RECORD, RECORD),   "the deletion may have ended a little sooner"),
    Case("deleted-record-not-found",     True,  2, (DELETE, RECORD, RECORD),       "the record was there"),
    Case("deleted-record-not-found",     False, 1, (DELETE, RECORD),               "the deletion may still run"),
    Case("finished-deletion-still-runs", True,  2, (DELETE, RECORD, PURGE),        "the record was there"),
    Case("finished-deletion-still-runs", False, 1, (DELETE, PURGE),                "the deletion may still run"),
    Case("purged-twice",                 True,  1, (DELETE, GOING, PURGE),         "the next purge still finds it"),
    Case("purged-twice",                 False, 2, (DELETE, GOING, GOING),         "the deletion may have ended"),
    Case("completes-and-reopens",        True,  1, (CREATE, RUNS, RUNS),           "it is in progress at a later look"),
    Case("completes-and-reopens",        False, 2, (CREATE, RUNS, RUNS),           "the issuer answers when it likes"),
    Case("completes-and-reopens",        False, 1, (CREATE, RUNS, ENDS),           "the issuer may have answered a little sooner"),
    Case("finished-one-runs-again",      True,  2, (CREATE, ENDS, ENDS),           "it had ended"),
    Case("finished-one-runs-again",      False, 1, (CREATE, ENDS),                 "it may have taken longer"),
    Case("cancelled-by-nobody",          True,  1, (CREATE, RUNS),                 "nobody asked"),
    Case("cancelled-by-nobody",          False, 2, (CREATE, CANCEL, CANCELS),   "a cancellation may take effect at any time"),
    Case("cancelled-by-nobody",          False, 0, (RUNS,),                        "somebody may have asked before the recording"),
    Case("cancellation-flips-back",      True,  2, (CREATE, CANCEL, CANCELS, CANCELS), "requested before and after"),
    Case("cancellation-flips-back",      False, 2, (CREATE, CANCEL, CANCELS),   "a cancellation may have no effect (F-02)"),
    Case("cancel-refused-yet-requested", True,  1, (CREATE, CANCEL, CANCELS),   "a later look shows the request"),
    Case("cancel-refused-yet-requested", False, 1, (CREATE, CANCEL),               "the operation may have ended just before"),
    Case("updated-not-advanced",         True,  1, (GET, TAG_LATER),               "three seconds cannot be rounding"),
    Case("updated-not-advanced",         False, 1, (GET, TAG),                     "two seconds can"),
    Case("enabled-flips",                True,  1, (GET, GET),                     "nothing has updated it"),
    Case("enabled-flips",                False, 2, (GET, TAG, TAG),                "it is updated here"),
    Case("tags-not-applied",             True,  1, (GET, TAG),                     "the tags are new"),
    Case("tags-not-applied",             False, 2, (GET, TAG, TAG),                "the tags were there already"),
    Case("cer-changes",                  False, 1, (GET, GET),                     "`<cer>` without a number says nothing about equality"),
    Case("csr-changes",                  True,  1, (CREATE, RUNS),                 "`<csr:1>` does"),
    Case("x5t-is-no-thumbprint",         False, 0, (GET,),                         "cer is elided"),
    Case("x5t-changes",                  True,  1, (GET, GET),                     "it was another one before"),
    Case("soft-delete-vanishes",         True,  1, (GET, GET),                     "it was on before"),
    Case("soft-delete-vanishes",         False, 0, (GET, GET),                     "it may have been switched on in between (DEL-020)"),
    Case("import-refused-yet-there",     True,  1, (BEGIN, IMPORT, DELETE),        "it is made while the recording runs"),
    Case("import-refused-yet-there",     False, 0, (IMPORT, DELETE),               "it may have been made just before the recording"),
    Case("list-lacks-a-living-one",      True,  1, (GET, LIST),                    "it lives"),
    Case("list-lacks-a-living-one",      False, 0, (LIST,),                        "nobody knows that it lives"),
    Case("list-lacks-a-living-one",      False, 2, (GET, DELETE, LIST),            "it was deleted"),
    Case("deleted-record-comes-and-goes", False, 1, (DELETE, NO_RECORD, RECOVER, NO_RECORD), "it was recovered before the next look"),
    Case("deleted-an-hour-before",       True,  0, (DELETE,),                      "the answer says when"),
    Case("deleted-an-hour-before",       False, 0, (HALF_DELETE,),                 "only one of its two dates is there"),
    Case("cancellation-flips-back",      False, 2, (CREATE, CANCEL, CANCELS, CANCEL, CANCELS), "it is asked for again before it shows"),
    Case("cancellation-flips-back",      True,  2, (CREATE, CANCEL, CANCELS, RUNS, CANCELS), "it shows again, and nobody asked"),
    Case("finished-operation-blocks",    True,  2, (CREATE, ENDS, CREATE),         "it had ended"),
    Case("finished-operation-blocks",    False, 2, (CREATE, RUNS, CREATE),         "it may still run"),
    Case("policy-created-changes",       True,  1, (IMPORT, POLICY),               "it was shown before"),
    Case("policy-created-changes",       False, 3, (IMPORT, DELETE, PURGE, IMPORT), "it is a new one"),
    Case("old-version-comes-back",       False, 3, (GET, CREATE, ENDS, GET),       "it is the old one already"),
    Case("created-a-day-early",          True,  2, (CREATE, ENDS, GET),            "the create is a day later"),
    Case("created-a-day-early",          False, 1, (RESTORE, GET),                 "it was made before the recording"),
    Case("item-enabled-flipped",         True,  2, (GET, RUNS, LIST),              "it was enabled"),
    Case("item-enabled-flipped",         False, 2, (GET, CREATE, LIST),            "a new version may be the current one"),
    Case("policy-trigger",               True,  1, (BY_DAYS, BY_DAYS),             "it was another number of days"),
    Case("policy-trigger",               False, 1, (BY_NOTHING, BY_NOTHING),       "there is no trigger"),
    Case("policy-update-not-applied",    False, 2, (POLICY, RUNS, KEEP_ISSUER),    "the update changes nothing"),
    Case("policy-updated-stands-still",  False, 2, (POLICY, RUNS, KEEP_ISSUER),    "it was updated in the same second"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.way}-{case.applies}-{case.why}")
def test_a_way_applies_only_where_the_changed_answer_must_be_false(case: Case) -> None:
    way = next(way for way in FALSIFICATIONS if way.name == case.way)

    assert (way.apply(Story.of(case.session), case.place) is not None) is case.applies


# method, path, what it is understood as, on which name
PATHS = (
    ("GET",    "/certificates",                     Kind.LIST,         ""),
    ("GET",    "/certificates/Web/",                Kind.GET,          "web"),
    ("POST",   "/certificates//web/import",         Kind.IMPORT,       "web"),
    ("GET",    "//deletedcertificates/web",         Kind.GET_DELETED,  "web"),
    ("PATCH",  "/certificates/web/policy",          Kind.PATCH_POLICY, "web"),
    ("PATCH",  f"/certificates/web/{V1}",           Kind.PATCH_VERSION, "web"),
    ("GET",    "/certificates/issuers/Test",        Kind.GET_ISSUER,   "issuers/test"),
    ("PUT",    "/certificates/contacts/",           Kind.SET_CONTACTS, "contacts"),
    ("GET",    f"/keys/web/{V1}",                   Kind.GET_KEY,      "web"),
    ("POST",   "/certificates/create",              Kind.OTHER,        ""),
    ("POST",   "/certificates/restore",             Kind.RESTORE,      ""),
    ("OPTIONS", "/certificates",                    Kind.OTHER,        ""),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "kind", "name"), PATHS)
def test_a_step_is_understood_by_its_method_and_path(method: str, path: str, kind: Kind, name: str) -> None:
    step = Story.of([_step(path, method)]).steps[0]

    assert (step.kind, step.name) == (kind, name)


# value, path, what is put there, what comes of it
GRAFTS: tuple[tuple[Json, str, object, Json], ...] = (
    ({"a": 1},          "a",   2,    {"a": 2}),
    ({"a": 1, "b": 2},  "a",   GONE, {"b": 2}),
    ({"a": {"b": 1}},   "a.b", 2,    {"a": {"b": 2}}),
    ([1, 2, 3],         "1",   GONE, [1, 3]),
    ([1, 2, 3],         "1",   9,    [1, 9, 3]),
    ([{"a": 1}],        "0.a", 2,    [{"a": 2}]),
    ({"a": 1},          "a.b", 2,    {"a": 1}),
)  # fmt: skip


@pytest.mark.parametrize(("value", "path", "new", "expected"), GRAFTS)
def test_a_graft_changes_what_is_at_the_path_and_nothing_in_place(
    value: Json, path: str, new: Json, expected: Json
) -> None:
    before = json.dumps(value)

    assert grafted(value, path, new) == expected
    assert json.dumps(value) == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abc", "0bc"),
        ("0bc", "1bc"),
        ("<cer:2>", "<cer:999>"),
        ("a" * 300, "a" * 150 + "0" + "a" * 149),
        ("", ""),
        (7, 7),
    ],
)
def test_another_text_keeps_the_form_of_the_first(value: Json, expected: Json) -> None:
    assert another_text(value) == expected


def test_a_restore_is_a_step_on_the_name_that_it_gives() -> None:
    assert Story.of([_step("/certificates/restore", "POST", _bundle())]).steps[0].name == NAME


def test_only_the_ways_that_were_asked_for_are_tried() -> None:
    ways = {falsified.way.name for falsified in falsify([CREATE, RUNS], only=["poll-answers-202", "csr-changes"])}

    assert ways == {"poll-answers-202", "csr-changes"}


# The runner, with a judge by hand.


@dataclass(frozen=True)
class Finding:
    """A finding by hand."""

    rule: str


@dataclass(frozen=True)
class Verdict:
    """A verdict by hand."""

    verdict: str
    findings: tuple[Finding, ...] = ()


Opinion: TypeAlias = "Callable[[bool, int], Verdict]"
Court: TypeAlias = "Callable[[Opinion], None]"

CONFORMS, DEVIATES = Verdict("conforms"), Verdict("deviates", (Finding("OP-2"), Finding("OP-1"), Finding("OP-2")))
TRACE = {
    "api_version": "7.4",
    "starts_empty": True,
    "exchanges": [
        {"at": "2023-11-14T22:13:20Z", "method": "GET", "path": "/certificates/contacts", "query": {}, "request": None,
         "status": 404, "headers": {}, "response": {"error": {"code": "ContactsNotFound", "message": "Contacts not found"}}},
    ],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with one recording, and a file that is none."""
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "contacts.json").write_text(json.dumps(TRACE), encoding="utf-8")
    (tmp_path / "README.md").write_text("no recording", encoding="utf-8")
    return tmp_path


@pytest.fixture
def court(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Court:
    """Give a way to appoint a judge who is told whether the session is true, and which status the answer has."""
    true = read(folder / "deeper" / "contacts.json").exchanges

    def appoint(opinion: Opinion) -> None:
        def judge(session: Session) -> Verdict:
            return opinion(session.exchanges == true, session.exchanges[0].answer.status)

        monkeypatch.setattr(runner, "_court", lambda: judge)

    return appoint


def _main(folder: Path, *arguments: str) -> int:
    return runner.main([str(folder), "--jobs", "1", *arguments])


def test_the_runner_is_content_when_everything_false_is_refused(
    folder: Path, court: Court, capsys: pytest.CaptureFixture[str]
) -> None:
    court(lambda is_true, _: CONFORMS if is_true else DEVIATES)

    assert _main(folder) == 0
    told = capsys.readouterr()
    assert "error-without-code" in told.out
    assert "OP-2 (1)" in told.out
    assert "not refused" not in told.out
    assert "1/1" in told.err


def test_the_runner_lists_what_was_not_refused_and_fails_below_97_percent(
    folder: Path, court: Court, capsys: pytest.CaptureFixture[str]
) -> None:
    court(lambda is_true, status: DEVIATES if not is_true and status == 200 else CONFORMS)

    assert _main(folder) == 1
    out = capsys.readouterr().out
    assert re.search(r"not refused: .*contacts\.json step 0: not-found-answers-400", out)
    assert not re.search(r"not refused: .*not-found-answers-200", out)


def test_a_recording_that_the_judge_refuses_as_it_is_proves_nothing(
    folder: Path, court: Court, capsys: pytest.CaptureFixture[str]
) -> None:
    court(lambda _is_true, _status: DEVIATES)

    assert _main(folder) == 2
    assert "the judge refuses it as it was recorded" in capsys.readouterr().out


def test_a_file_that_is_no_recording_is_set_aside(
    folder: Path, court: Court, capsys: pytest.CaptureFixture[str]
) -> None:
    court(lambda is_true, _: CONFORMS if is_true else DEVIATES)
    (folder / "broken.json").write_text("{", encoding="utf-8")

    assert _main(folder) == 0
    assert re.search(r"set aside: .*broken\.json: cannot be read", capsys.readouterr().out)


def test_the_report_is_written_as_step(folder: Path, court: Court, tmp_path: Path) -> None:
    court(lambda is_true, status: DEVIATES if not is_true and status == 400 else CONFORMS)
    written = tmp_path / "out" / "report.json"
    written.parent.mkdir()

    _main(folder, "--json", str(written), "--way", "not-found-answers-400", "--way", "not-found-answers-200")

    report = json.loads(written.read_text(encoding="utf-8"))
    assert (report["made"], report["refused"], report["share"]) == (2, 1, 0.5)
    assert report["ways"]["not-found-answers-400"] == {"made": 1, "refused": 1, "rules": {"OP-2": 1}}
    assert [found["way"] for found in report["not_refused"]] == ["not-found-answers-200"]


def test_a_folder_without_recordings_is_inconclusive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main(tmp_path) == 2
    assert re.search(r"total +0 +0 +-", capsys.readouterr().out)


@pytest.mark.parametrize("arguments", [("--way", "no-such-way"), ("--jobs", "0")])
def test_a_wrong_argument_is_a_usage_error(tmp_path: Path, arguments: Iterable[str]) -> None:
    with pytest.raises(SystemExit) as error:
        runner.main([str(tmp_path), *arguments])

    assert error.value.code == 2


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as error:
        runner.main([str(tmp_path / "nowhere")])

    assert error.value.code == 2


def test_a_session_that_the_judge_cannot_follow_is_not_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = pytest.importorskip("certlife.conformance.judge")

    def give_up(*_: object, **__: object) -> None:
        raise BeliefTooLarge(NAME, 2, 1)

    monkeypatch.setattr(judge, "judge", give_up)
    report = runner.run([folder / "deeper" / "contacts.json"], ["error-without-code"])

    assert (report.made, report.refused) == (1, 0)


def test_the_module_is_a_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["falsify", str(tmp_path)])

    with pytest.raises(SystemExit) as error:
        runpy.run_module("certlife.conformance.falsifier", run_name="__main__")

    assert error.value.code == 2


def test_two_processes_find_what_one_finds(folder: Path) -> None:
    pytest.importorskip("certlife.conformance.judge")
    paths = [folder / "deeper" / "contacts.json"]

    alone, together = (runner.run(paths, ["error-without-code"], jobs=jobs) for jobs in (1, 2))

    assert alone.as_json() == together.as_json()
    assert alone.made == 1
