"""How fast sessions are judged: the whole corpus and a synthetic session, in exchanges per second on one core.

A benchmark, not a test: `make bench`. The synthetic session comes from a little scripted vault that knows nothing of
the model; its names live, die and are purged over and over, so what the vault holds stays bounded.
"""

from __future__ import annotations

import argparse
import base64
import resource
import time
import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certlife.conformance.judge import judge, judge_exchanges
from certlife.conformance.readers import read
from certlife.model import Answer, Exchange, Profile, Request

VAULT = "https://bench.vault.azure.net"
API = "7.4"
LEVEL = {"recoveryLevel": "CustomizedRecoverable+Purgeable", "recoverableDays": 7}


def _hex() -> str:
    return uuid.uuid4().hex


def _year_later(moment: int) -> int:
    begin = datetime.fromtimestamp(moment, UTC)
    day = 28 if (begin.month, begin.day) == (2, 29) else begin.day
    return int(begin.replace(year=begin.year + 1, day=day).timestamp())


def _exchange(at: int, method: str, path: str, status: int, body: Any = None, sent: Any = None, **headers: str) -> Exchange:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Exchange(Request(method, path, {}, sent, API, VAULT), Answer(status, body, named), at)


def life(name: str, at: int) -> Iterator[Exchange]:
    """One certificate from its creation to its purge: 16 exchanges."""
    base, request_id, version, csr = f"{VAULT}/certificates/{name}", _hex(), _hex(), base64.b64encode(uuid.uuid4().bytes).decode()
    sent = {"policy": {"x509_props": {"subject": f"CN={name}"}, "issuer": {"name": "Self"}}, "tags": {"n": name}}
    wait = "Pending certificate created. Certificate request is in progress."
    running = {
        "id": f"{base}/pending", "issuer": {"name": "Self"}, "csr": csr, "cancellation_requested": False,
        "status": "inProgress", "status_details": wait, "request_id": request_id,
    }  # fmt: skip
    done = {key: value for key, value in running.items() if key != "status_details"} | {"status": "completed", "target": base}
    policy = {
        "id": f"{base}/policy",
        "key_props": {"exportable": True, "kty": "RSA", "key_size": 2048, "reuse_key": False},
        "secret_props": {"contentType": "application/x-pkcs12"},
        "x509_props": {
            "subject": f"CN={name}", "ekus": ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
            "key_usage": ["digitalSignature", "keyEncipherment"], "validity_months": 12, "basic_constraints": {"ca": False},
        },
        "lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}}],
        "issuer": {"name": "Self"},
        "attributes": {"enabled": True, "created": at, "updated": at},
    }  # fmt: skip
    made = at + 5
    attributes = {"enabled": True, "nbf": made - 600, "exp": _year_later(made), "created": made, "updated": made, **LEVEL}
    bundle = {
        "id": f"{base}/{version}", "kid": f"{VAULT}/keys/{name}/{version}", "sid": f"{VAULT}/secrets/{name}/{version}",
        "x5t": base64.urlsafe_b64encode(uuid.uuid4().bytes + b"abcd").rstrip(b"=").decode(), "cer": f"<cer:{version}>",
        "attributes": attributes, "tags": {"n": name}, "policy": policy, "pending": {"id": f"{base}/pending"},
    }  # fmt: skip
    part = {key: value for key, value in bundle.items() if key not in ("policy", "pending")}
    path, buried = f"/certificates/{name}", f"/deletedcertificates/{name}"
    yield _exchange(
        at, "POST", f"{path}/create", 202, running, sent,
        location=f"{base}/pending?api-version={API}&request_id={request_id}", retry_after="10",
    )  # fmt: skip
    yield _exchange(at + 1, "GET", f"{path}/pending", 200, dict(running), retry_after="10")
    yield _exchange(at + 2, "GET", f"{path}/pending", 200, dict(running), retry_after="10")
    yield _exchange(at + 6, "GET", f"{path}/pending", 200, done)
    yield _exchange(at + 6, "GET", path, 200, bundle)
    yield _exchange(at + 6, "GET", f"{path}/{version}", 200, part)
    secret = {
        "value": "<pkcs12>", "contentType": "application/x-pkcs12", "id": bundle["sid"], "managed": True,
        "attributes": attributes, "kid": bundle["kid"],
    }  # fmt: skip
    yield _exchange(at + 6, "GET", f"/secrets/{name}", 200, secret)
    touched = bundle | {"attributes": attributes | {"updated": at + 7}, "tags": {"n": "2"}}
    yield _exchange(at + 7, "PATCH", path, 200, touched, {"tags": {"n": "2"}})
    yield _exchange(at + 7, "GET", path, 200, dict(touched))
    yield _exchange(at + 7, "GET", f"{path}/policy", 200, policy)
    item = {"id": f"{base}/{version}", "x5t": bundle["x5t"], "attributes": {k: v for k, v in touched["attributes"].items() if k not in LEVEL}}
    yield _exchange(at + 7, "GET", f"{path}/versions", 200, {"value": [item | {"tags": {"n": "2"}}], "nextLink": None})
    gone = {
        "recoveryId": f"{VAULT}{buried}", "deletedDate": at + 8, "scheduledPurgeDate": at + 8 + 7 * 86_400, **touched,
    }  # fmt: skip
    missing = {"error": {"code": "CertificateNotFound", "message": f"Deleted Certificate not found: {name}"}}
    yield _exchange(at + 8, "DELETE", path, 200, gone)
    yield _exchange(at + 8, "GET", buried, 404, missing)
    yield _exchange(at + 9, "GET", buried, 200, dict(gone))
    yield _exchange(at + 9, "DELETE", buried, 204)
    yield _exchange(at + 9, "GET", path, 404, missing)


def session(length: int, *, names: int = 20) -> Iterator[Exchange]:
    """A session of `length` exchanges, in which names live one after the other."""
    at, made = 1_700_000_000, 0
    while True:
        for number in range(names):
            for exchange in life(f"web{number}", at):
                yield exchange
                made += 1
                if made == length:
                    return
            at += 20


def _timed(length: int) -> tuple[float, float, int]:
    """Seconds to make the session alone, to make and judge it, and the largest belief."""
    begin = time.process_time()
    for _ in session(length):
        pass
    bare = time.process_time()
    verdict = judge_exchanges(session(length), starts_empty=True, profile=Profile.SERVICE)
    end = time.process_time()
    if verdict.findings:
        found = verdict.findings[0]
        raise SystemExit(f"the synthetic session deviates: {found.rule} {found.finding.text} at {found.step}")
    return bare - begin, end - bare, verdict.largest


def _peak(length: int) -> int:
    tracemalloc.start()
    judge_exchanges(session(length), starts_empty=True, profile=Profile.SERVICE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("../shared/ground-truth"))
    arguments.add_argument("--length", type=int, default=100_000)
    given = arguments.parse_args()
    sessions = [read(path) for path in sorted(given.folder.rglob("*.json"))] if given.folder.is_dir() else []
    total = sum(len(one.exchanges) for one in sessions)
    if sessions:
        for name in ("first", "again"):
            begin = time.process_time()
            largest = max(judge(one, profile=Profile.SERVICE).largest for one in sessions)
            seconds = time.process_time() - begin
            print(f"corpus ({name}): {total} exchanges, {total / seconds:,.0f}/s, largest belief {largest}")
    bare, judged, largest = _timed(given.length)
    print(f"synthetic: {given.length} exchanges, {given.length / (judged - bare):,.0f}/s, largest belief {largest}")
    short, long = _peak(given.length // 50), _peak(given.length // 5)
    print(f"memory: peak {short / 1e6:.2f} MB for {given.length // 50} exchanges, {long / 1e6:.2f} MB for {given.length // 5}")
    print(f"resident at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
