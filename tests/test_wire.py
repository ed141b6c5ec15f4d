"""The wire format: what goes out comes back the same, and what can not be read is refused in the service's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.memory import MemoryVault
from certlife.adapters.wire import (
    WireAnswer,
    WireMalformed,
    WireRequest,
    answer_from_wire,
    answer_to_wire,
    request_from_wire,
    request_to_wire,
)
from certlife.model.values import Answer, Request

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
TRACES = sorted(FOLDER.rglob("*.json")) if FOLDER.is_dir() else []
VAULT = "https://VAULT"


def recorded(path: Path) -> list[tuple[Request, Answer]]:
    document = json.loads(path.read_text())
    return [
        (
            Request(
                one["method"],
                one["path"],
                {name: str(value) for name, value in one.get("query", {}).items()},
                one.get("request"),
                document["api_version"],
                VAULT,
            ),
            Answer(one["status"], one.get("response"), {k.lower(): v for k, v in one.get("headers", {}).items()}),
        )
        for one in document["exchanges"]
    ]


def wire(target: str = "/certificates/web?api-version=7.4", body: bytes = b"", method: str = "GET", **headers: str) -> WireRequest:
    return WireRequest(method, target, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def refused(sent: WireRequest) -> Answer:
    with pytest.raises(WireMalformed) as caught:
        request_from_wire(sent, vault=VAULT)
    return caught.value.answer


@pytest.mark.skipif(not TRACES, reason=f"the recorded sessions are not at {FOLDER}")
def test_recorded_sessions_come_back_from_the_wire_as_they_were() -> None:
    exchanges = [one for path in TRACES for one in recorded(path)]

    for request, answer in exchanges:
        assert request_from_wire(request_to_wire(request, api_version="unused"), vault=VAULT) == request
        back = answer_from_wire(answer_to_wire(answer, request))
        assert (back.status, back.body) == (answer.status, answer.body)
        assert answer.headers.items() <= back.headers.items()
        assert json.dumps(back.body) == json.dumps(answer.body)  # also in the order of the members
    assert len(exchanges) == 889


NAMES = ("web", "a b", "a%20b", "a/b", "ä€😀", "a?b#c", "..", "a+b", "'\"<>", "//a", "a;b=c&d")


@pytest.mark.parametrize("text", NAMES)
def test_request_comes_back_whatever_its_texts_are(text: str) -> None:
    sent = Request("POST", f"/certificates/{text}/create", {"$skiptoken": text, text: ""}, {text: [text, None, 1.5]}, "7.4", VAULT)

    assert request_from_wire(request_to_wire(sent, api_version="7.0"), vault=VAULT) == sent


def test_request_line_stays_one_line_of_ascii() -> None:
    sent = request_to_wire(Request("GET", "/certificates/a b\u00e4 HTTP/1.1", {"a\tb": "c d"}), api_version="7.4")

    assert sent.target.isascii()
    assert sent.target.isprintable()
    assert " " not in sent.target


# api-version of the request, that of the client, what is sent
API_VERSIONS = ((None, "7.3", "7.3"), ("7.4", "7.3", "7.4"), ("2025-07-01", "7.3", "2025-07-01"))


@pytest.mark.parametrize(("own", "usual", "sent"), API_VERSIONS)
def test_api_version_is_the_requests_own_else_the_clients(own: str | None, usual: str, sent: str) -> None:
    target = request_to_wire(Request("GET", "/certificates", api_version=own), api_version=usual).target

    assert target == f"/certificates?api-version={sent}"


@pytest.mark.parametrize("path", ["/certificates/web/", "/certificates//web/import", "//certificates/web"])
def test_slashes_in_excess_travel(path: str) -> None:
    sent = Request("GET", path, api_version="7.4", vault=VAULT)

    assert request_from_wire(request_to_wire(sent, api_version="7.4"), vault=VAULT).path == path


# target
UNREADABLE_TARGETS = (
    "/certificates/web",
    "/certificates/web?api-version=",
    "/certificates/%ff?api-version=7.4",
    "/certificates/a%00b?api-version=7.4",
    "/certificates/a%0d%0aLocation:%20x?api-version=7.4",
    "/certificates?api-version=7.4&maxresults=%ff",
    "/certificates?api-version=7.4" + "&a=b" * 100,
)


@pytest.mark.parametrize("target", UNREADABLE_TARGETS)
def test_target_that_can_not_be_read_is_a_bad_parameter(target: str) -> None:
    answer = refused(wire(target))

    assert answer.status == 400
    assert isinstance(answer.body, dict)
    assert answer.body["error"]["code"] == "BadParameter"  # type: ignore[index,call-overload]


def test_api_version_is_found_in_any_case() -> None:
    assert request_from_wire(wire("/certificates?API-Version=7.4"), vault=VAULT).api_version == "7.4"


UNREADABLE_BODIES = (
    b"{",
    b"\xff",
    b"\xff\xfe{\x00}\x00",
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":1e999}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a":"\n"}',
    b"[" * 200 + b"]" * 200,
    b"[" * 100_000,
    b"1" * 10_000,
    b"{} {}",
    b"<xml/>",
)


@pytest.mark.parametrize("body", UNREADABLE_BODIES, ids=lambda body: repr(body[:20]))
def test_body_that_is_no_json_is_a_bad_parameter(body: bytes) -> None:
    answer = refused(wire(body=body, method="POST"))

    assert answer.status == 400


READABLE_BODIES: tuple[tuple[bytes, Any], ...] = (
    (b"", None),
    (b"  ", None),
    (b"null", None),
    (b"\xef\xbb\xbf{}", {}),
    (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
    (b"[]", []),
    (b'{"b":1,"a":2}', {"b": 1, "a": 2}),
)


@pytest.mark.parametrize(("body", "value"), READABLE_BODIES)
def test_body_that_is_json_is_read(body: bytes, value: Any) -> None:
    assert request_from_wire(wire(body=body, method="POST"), vault=VAULT).body == value


def test_content_type_other_than_json_is_refused() -> None:
    assert refused(wire(body=b"{}", content_type="text/plain")).status == 415
    assert request_from_wire(wire(body=b"{}", content_type="Application/JSON; charset=utf-8"), vault=VAULT).body == {}


def test_answer_has_the_headers_of_the_service() -> None:
    request = Request("POST", "/certificates/web/create", body={"policy": {"x509_props": {"subject": "CN=web"}}})

    sent = answer_to_wire(MemoryVault().perform(request), request, at=1_700_000_000, request_id="1", client_request_id="2")

    headers = dict(sent.headers)
    assert headers["Location"].startswith("https://VAULT/certificates/web/pending?api-version=7.4&request_id=")
    assert headers["Retry-After"] == "10"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Content-Length"] == str(len(sent.body))
    assert headers["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert (headers["x-ms-request-id"], headers["x-ms-client-request-id"]) == ("1", "2")
    assert headers["Cache-Control"] == "no-cache"
    assert sent.body.startswith(b'{"id":"https://VAULT/certificates/web/pending","issuer":{"name":"Unknown"},"csr":"')


def test_null_is_written_and_nothing_is_written_for_no_body() -> None:
    assert answer_to_wire(Answer(200, {"value": [], "nextLink": None})).body == b'{"value":[],"nextLink":null}'
    empty = answer_to_wire(Answer(204))
    assert empty.body == b""
    assert not {"Content-Type", "Content-Length"} & dict(empty.headers).keys()


def test_head_gets_no_body_but_its_length() -> None:
    sent = answer_to_wire(Answer(405, {"error": None}), Request("HEAD", "/"))

    assert (sent.body, dict(sent.headers)["Content-Length"]) == (b"", "14")


def test_header_of_an_answer_stays_one_line() -> None:
    sent = answer_to_wire(Answer(200, None, {"location": "a\r\nSet-Cookie: b"}), client_request_id="ä\r\nx: y")

    assert all(value.isascii() and value.isprintable() for _, value in sent.headers)


# body, what is told of it
FOREIGN_BODIES = ((b"", None), (b"<html>", "<html>"), (b'{"a":', '{"a":'), (b"\xff", "\ufffd"), (b'{"a":1}', {"a": 1}))


@pytest.mark.parametrize(("body", "value"), FOREIGN_BODIES)
def test_body_of_an_answer_is_told_as_it_came(body: bytes, value: Any) -> None:
    assert answer_from_wire(WireAnswer(502, (("Content-Type", "text/html"),), body)) == Answer(
        502, value, {"content-type": "text/html"}
    )
