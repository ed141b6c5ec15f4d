"""The samples that the package ships: made as they stand there, and judged as their names say, under each profile.

Not here: recordings of the real service (test_ground_truth), how the samples are made (make_samples).
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from certlife.adapters.x509 import X509Reader
from certlife.conformance.judge import Verdict, judge
from certlife.conformance.readers import Session, read
from certlife.model.asks import understand
from certlife.model.vocabulary import Operation, Profile

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "conformance" / "samples"
DEVIATING = FOLDER / "deviating"
MOST_BYTES = 64 * 1024
READER = X509Reader()

SERVICE, DOCUMENTATION = Profile.SERVICE, Profile.DOCUMENTATION

# The profile under which a sample that conforms otherwise does not, the requirement or contradiction that the finding
# cites, and the index of the exchange.
EXCEPTIONS = {
    "cancel-too-late-service.json": (DOCUMENTATION, "KVC-OPR-012", 3),
    "cancel-too-late-documented.json": (SERVICE, "C-05", 3),
}

# The format, how many exchanges are judged, what is skipped.
CONFORMING = {
    "self-signed.json": ("trace", 14, {}),
    "merge-by-hand.har": ("har", 8, {"challenge": 1, "token": 2, "unrelated": 1}),
    "import-renew.yaml": ("vcr", 10, {"challenge": 1}),
    "soft-delete.json": ("test-proxy", 22, {}),
    "partner-fails.json": ("trace", 15, {}),
    "cancel-in-time.json": ("trace", 13, {}),
    "cancel-too-late-service.json": ("trace", 6, {}),
    "cancel-too-late-documented.json": ("trace", 6, {}),
}

# The requirement that the finding cites, or that the answers cite which were allowed instead, and the index of the
# exchange.
WRONG = {
    "deleted-still-answers.json": ("KVC-DEL-004", 6),
    "key-of-another-version.json": ("KVC-OBJ-003", 3),
    "always-completed.har": ("KVC-CRE-003", 0),
}


@cache
def make_samples() -> ModuleType:
    """Load the script that makes the samples; tests are no package from which it could be imported."""
    spec = importlib.util.spec_from_file_location("make_samples", HERE / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module  # where dataclasses look for the names in annotations
    spec.loader.exec_module(module)
    return module


@cache
def session(path: Path) -> Session:
    return read(path)


def judged(path: Path, profile: Profile) -> Verdict:
    return judge(session(path), profile=profile, reader=READER)


def bodies(name: str) -> list[dict[str, Any]]:
    """Give the bodies of all answers but lists and errors."""
    answers = (exchange.answer.body for exchange in session(FOLDER / name).exchanges)
    return [body for body in answers if isinstance(body, dict) and "value" not in body and "error" not in body]


def shipped() -> list[str]:
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


# --- how they are made


def test_making_the_samples_again_gives_the_same_bytes() -> None:
    made = make_samples().made()

    assert sorted(made) == shipped()
    assert [path for path, text in made.items() if (FOLDER / path).read_bytes() != text.encode()] == []


def test_the_script_writes_what_it_makes_into_the_folder_it_is_given(tmp_path: Path) -> None:
    make_samples().main([str(tmp_path)])

    for path in shipped():
        assert (tmp_path / path).read_bytes() == (FOLDER / path).read_bytes()


def test_the_tables_of_these_tests_list_every_sample() -> None:
    assert sorted([*CONFORMING, *(f"deviating/{name}" for name in WRONG)]) == shipped()


@pytest.mark.parametrize("path", shipped())
def test_a_sample_is_small_and_tells_no_token(path: str) -> None:
    content = (FOLDER / path).read_bytes()

    assert len(content) <= MOST_BYTES
    assert b"Bearer ey" not in content  # how every token of Entra ID begins
    assert b'"access_token"' not in content.replace(b'\\"', b'"').replace(b'"access_token":"REDACTED"', b"")


# --- how they are judged


@pytest.mark.parametrize("name", CONFORMING)
def test_a_sample_is_read_whole(name: str) -> None:
    form, exchanges, skipped = CONFORMING[name]
    found = session(FOLDER / name)

    assert (found.format, len(found.exchanges), dict(found.skipped)) == (form, exchanges, skipped)
    assert found.starts_empty == (form == "trace")


@pytest.mark.parametrize(
    ("name", "profile"),
    [(name, profile) for name in CONFORMING for profile in Profile if EXCEPTIONS.get(name, ("",))[0] is not profile],
)
def test_a_sample_conforms_under_a_profile(name: str, profile: Profile) -> None:
    verdict = judged(FOLDER / name, profile)

    assert [(found.step, found.rule, found.finding.text) for found in verdict.findings] == []
    assert verdict.verdict == "conforms"
    assert verdict.judged == verdict.exchanges == CONFORMING[name][1]


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_a_cancellation_too_late_deviates_where_the_other_side_is_believed(name: str) -> None:
    profile, cited, step = EXCEPTIONS[name]
    verdict = judged(FOLDER / name, profile)

    assert verdict.verdict == "deviates"
    assert [found.step for found in verdict.findings] == [step]
    assert cited in verdict.findings[0].finding.because


@pytest.mark.parametrize("name", CONFORMING)
def test_the_certificates_and_requests_of_a_sample_are_real(name: str) -> None:
    profile = DOCUMENTATION if name == "cancel-too-late-documented.json" else SERVICE

    assert any(rule.startswith("X509-") for rule in judged(FOLDER / name, profile).held)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("name", WRONG)
def test_a_deviating_sample_deviates_by_what_is_wrong_with_it(name: str, profile: Profile) -> None:
    requirement, step = WRONG[name]
    verdict = judged(DEVIATING / name, profile)

    assert verdict.verdict == "deviates"
    assert [found.step for found in verdict.findings] == [step]
    finding = verdict.findings[0].finding
    assert requirement in {*finding.because, *(cited for row in finding.allowed for cited in row.because)}


# --- what they show: the service's own words, of which a reader may take one sample for the whole truth


@pytest.mark.parametrize("name", CONFORMING)
def test_an_operation_shows_its_members_in_the_services_order(name: str) -> None:
    order = ["id", "issuer", "csr", "cancellation_requested", "status", "status_details", "error", "target", "request_id"]
    operations = [body for body in bodies(name) if "request_id" in body]

    assert all(list(body) == [member for member in order if member in body] for body in operations)
    assert operations or name == "import-renew.yaml"


@pytest.mark.parametrize("name", CONFORMING)
def test_a_bundle_shows_its_members_in_the_services_order(name: str) -> None:
    order = [
        "recoveryId", "deletedDate", "scheduledPurgeDate", "id", "kid", "sid", "x5t", "cer", "attributes", "tags",
        "policy", "pending",
    ]  # fmt: skip
    bundles = [body for body in bodies(name) if "recoveryLevel" in body.get("attributes", {}) and "managed" not in body]

    assert bundles
    assert all(list(body) == [member for member in order if member in body] for body in bundles)


def test_time_does_not_run_backwards_in_a_sample() -> None:
    for path in shipped():
        moments = [exchange.at for exchange in session(FOLDER / path).exchanges]

        assert None not in moments
        assert moments == sorted(moment for moment in moments if moment is not None)


def test_the_samples_show_every_operation() -> None:
    """What the package ships is also all that `check-trace --samples` can exercise on a new machine."""
    exchanges = [exchange for name in CONFORMING for exchange in session(FOLDER / name).exchanges]

    asked = [understand(exchange.request) for exchange in exchanges]

    assert {ask.operation for ask in asked if ask is not None} == set(Operation)
