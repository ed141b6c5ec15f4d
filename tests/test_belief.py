"""The belief: what it keeps, what it refuses, how large it gets."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from certlife.conformance.judge import Verdict, judge_exchanges
from certlife.model import Answer, Belief, Exchange, Profile, Request, names, observe
from certlife.model.errors import BeliefTooLarge
from certlife.model.guards import Facts
from certlife.model.prior import ANYTHING

sys.path.insert(0, str(Path(__file__).parent))
from bench_judge import life, session

START = 1_700_000_000


def judged(exchanges: Iterable[Exchange], profile: Profile = Profile.SERVICE, *, starts_empty: bool = True) -> Verdict:
    return judge_exchanges(exchanges, starts_empty=starts_empty, profile=profile)


def lived() -> list[Exchange]:
    return list(life("web", START))


def asked(method: str, path: str, status: int, body: Any = None, sent: Any = None, *, at: int = START + 7) -> Exchange:
    vault = lived()[0].request.vault
    return Exchange(Request(method, path, {}, sent, "7.4", vault), Answer(status, body), at)


def refusal(code: str, inner: str | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": "no"}
    return {"error": error | ({"innererror": {"code": inner}} if inner else {})}


CANCEL = {"cancellation_requested": True}

# which answer a cancellation after completion gets, and which profiles take it
TOO_LATE = [
    (403, "Forbidden", {Profile.SERVICE, Profile.EITHER}),
    (400, "BadParameter", {Profile.DOCUMENTATION, Profile.EITHER}),
    (409, "Conflict", set()),
    (200, None, set()),
]


def test_whole_life_is_explained() -> None:
    assert judged(lived()).verdict == "conforms"


@pytest.mark.parametrize(("status", "code", "taken_by"), TOO_LATE)
@pytest.mark.parametrize("profile", list(Profile))
def test_cancel_after_completion_is_answered_as_the_profile_says(
    status: int, code: str | None, taken_by: set[Profile], profile: Profile
) -> None:
    body = refusal(code) if code else lived()[3].answer.body
    too_late = asked("PATCH", "/certificates/web/pending", status, body, CANCEL)

    verdict = judged([*lived()[:4], too_late], profile)

    assert (verdict.verdict == "conforms") == (profile in taken_by)


def test_finding_of_a_late_cancellation_shows_both_rows_when_either_is_believed() -> None:
    too_late = asked("PATCH", "/certificates/web/pending", 409, refusal("Conflict"), CANCEL)

    found = judged([*lived()[:4], too_late], Profile.EITHER).findings[0]

    assert {allowed.reply for allowed in found.finding.allowed} >= {"403 Forbidden", "400"}


def test_belief_is_left_alone_by_a_challenge() -> None:
    belief = Belief(starts_empty=True)
    challenge = asked("GET", "/certificates/web", 401, refusal("Unauthorized"))

    seen = observe(belief, challenge)

    assert (seen.belief, seen.unjudged, seen.finding) == (belief, "challenge", None)


def test_request_of_another_kind_is_not_judged() -> None:
    assert observe(Belief(), asked("GET", "/storage/web", 200, {})).unjudged == "no request of the lifecycle"


def test_server_fault_leaves_open_whether_the_request_was_carried_out() -> None:
    exchanges = lived()
    fault = replace(exchanges[11], answer=Answer(500, refusal("InternalServerError")))

    gone, there = exchanges[15], replace(exchanges[8], at=START + 9)

    assert judged([*exchanges[:11], fault, gone]).verdict == "conforms"
    assert judged([*exchanges[:11], fault, there]).verdict == "conforms"


def test_name_in_another_case_is_the_same_name() -> None:
    exchanges = lived()
    shouted = replace(exchanges[4], request=replace(exchanges[4].request, path="/certificates/WEB"))

    assert judged([*exchanges[:5], shouted]).verdict == "conforms"


def test_unknown_beginning_lets_a_name_be_anything_once() -> None:
    middle = lived()[4:]

    assert judged(middle, starts_empty=False).verdict == "conforms"
    assert judged([*middle[:4], replace(middle[0], at=START + 7)], starts_empty=False).verdict == "deviates"


def test_empty_beginning_lets_nothing_be_there_without_a_date_from_before() -> None:
    poll, bundle = lived()[3], lived()[4]

    assert judged([poll]).verdict == "deviates"
    assert judged([bundle]).verdict == "conforms"


def test_soft_delete_is_inferred_from_what_the_vault_shows() -> None:
    seen = Belief(starts_empty=True)
    for exchange in lived()[:5]:
        seen = observe(seen, exchange).belief

    settings = seen.settings

    assert (settings.soft_delete, settings.purge_protected, settings.retention_days) == (True, False, 7)


def test_settling_again_changes_nothing() -> None:
    facts = Facts(at=START)

    once = names.settle(ANYTHING, facts, Profile.EITHER)

    assert set(names.settle(once, facts, Profile.EITHER)) == set(once)
    assert set(once) >= set(ANYTHING)


def test_clock_that_runs_backwards_is_a_finding() -> None:
    exchanges = lived()
    early = replace(exchanges[2], at=START - 3600)

    assert judged([*exchanges[:2], early]).findings[0].rule == "TIME-01"


def test_changes_left_out_of_a_recording_leave_every_name_open() -> None:
    exchanges = lived()
    purge = replace(exchanges[14], repeated=3)

    assert judged([*exchanges[:14], purge, replace(exchanges[4], at=START + 30)]).verdict == "conforms"


def test_more_explanations_than_the_bound_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LARGEST_BELIEF", 3)

    with pytest.raises(BeliefTooLarge, match="more than the bound of 3"):
        judged(lived()[4:], starts_empty=False)


def test_long_session_leaves_a_small_belief_and_flat_memory() -> None:
    def kept(length: int) -> int:
        tracemalloc.start()
        verdict = judged(session(length, names=5))
        gc.collect()
        now = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert (verdict.verdict, verdict.largest) == ("conforms", 2)
        return now

    kept(8_000)  # what is compiled and remembered once

    assert kept(16_000) < 1.5 * kept(8_000)


SELF = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}}
OWN_SECRET = {"id": "https://VAULT/secrets/web/1", "value": "x"}
HELD = asked("PUT", "/secrets/web", 200, OWN_SECRET, {"value": "x"})
TAKEN = asked("POST", "/certificates/web/create", 409, refusal("Conflict"), SELF)

# what was said, and whether a conforming vault can have said it, which was empty before
HELD_NAMES: list[tuple[list[Exchange], bool]] = [
    ([TAKEN], False),
    ([HELD, TAKEN], True),
    ([replace(HELD, answer=Answer(403, refusal("Forbidden"))), TAKEN], False),
    ([replace(HELD, answer=Answer(500)), TAKEN], True),
    ([HELD, asked("DELETE", "/secrets/web", 200, OWN_SECRET), TAKEN], True),
    ([HELD, asked("GET", "/secrets/web", 200, OWN_SECRET)], True),
    ([HELD, asked("GET", "/secrets/other", 200, OWN_SECRET)], False),
    ([HELD, asked("POST", "/certificates/web/import", 200, {}, {"value": "x"})], False),
    ([asked("POST", "/keys/web/create", 200, {"key": {}}, {"kty": "EC"}), TAKEN], True),
    ([asked("POST", "/keys/web/sign", 200, {"value": "x"}), TAKEN], False),
]


@pytest.mark.parametrize(("exchanges", "possible"), HELD_NAMES)
def test_key_or_secret_of_its_own_holds_its_name(exchanges: list[Exchange], *, possible: bool) -> None:
    assert (judged(exchanges).verdict != "deviates") is possible
