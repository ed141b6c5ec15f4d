"""The readers of recordings: every format with its dialects, what is left out, and every way to be no recording.

Not here: what the exchanges mean (the tests of the model and of the judge).
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import yaml
from certlife.conformance import readers
from certlife.conformance.readers import Session, UnreadableRecording, read
from certlife.model.values import Answer, Exchange, Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

GROUND_TRUTH = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
TRACES = sorted(GROUND_TRUTH.glob("*/*.json"))

VAULT = "https://web.vault.azure.net"
URL = f"{VAULT}/certificates/web?api-version=7.4"
DATE, AT = "Wed, 23 Mar 2022 18:35:11 GMT", 1648060511

Document = Any
"""A recording as Python values, before it is written down."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that outlives one example of hypothesis."""
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture
def session_of(tmp_path: Path) -> Callable[[Document], Session]:
    """Write a recording down and read it."""
    return lambda document: read(written(tmp_path / "recording", document))


@pytest.fixture
def refusal_of(tmp_path: Path) -> Callable[[Document], UnreadableRecording]:
    """Write something down that is no recording, and give the error that it is refused with."""

    def refusal(document: Document) -> UnreadableRecording:
        with pytest.raises(UnreadableRecording) as caught:
            read(written(tmp_path / "recording", document))
        return caught.value

    return refusal


def written(path: Path, document: Document) -> Path:
    content = document if isinstance(document, (str, bytes)) else json.dumps(document)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def trace(*exchanges: Document, **members: Document) -> Document:
    return {"api_version": "7.4", "exchanges": list(exchanges), **members}


def traced(**members: Document) -> Document:
    return {"method": "GET", "path": "/certificates/web", "status": 200, **members}


def har(*entries: Document) -> Document:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def har_entry(request: Document = None, response: Document = None) -> Document:
    return {
        "startedDateTime": "2031-01-01T00:00:00Z",
        "request": {"method": "GET", "url": URL, **(request or {})},
        "response": {"status": 200, **(response or {})},
    }


def proxied(**members: Document) -> Document:
    return {"Entries": [{"RequestMethod": "GET", "RequestUri": URL, "StatusCode": 200, **members}], "Variables": {}}


def cassette(request: Document = None, response: Document = None, *, key: str = "interactions") -> Document:
    return {
        key: [
            {
                "request": {"method": "GET", "uri": URL, "body": None, "headers": {}, **(request or {})},
                "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {}, **(response or {})},
            }
        ]
    }


def test_public_names_are_sorted_and_there() -> None:
    assert readers.__all__ == sorted(readers.__all__)
    assert all(hasattr(readers, name) for name in readers.__all__)


# --- the trace ------------------------------------------------------------------------------------------------------

TRACE = trace(
    traced(
        at="2022-03-23T18:35:11Z",
        method="post",
        path="/certificates/a%20b/create",
        query={"maxresults": 5, "includePending": True, "filter": "a b&c"},
        request={"policy": {"issuer": {"name": "Self"}, "csr": "<csr>"}},
        status=202,
        headers={"Location": "https://VAULT/certificates/a%20b/pending", "Retry-After": "10", "Server": "IIS"},
        response={"csr": "<csr>", "cer": "<cer:2>", "big": 10**40},
        repeated=3,
    ),
    traced(method="DELETE", path="/deletedcertificates/web", status=204, response={}, at=None, headers=None),
    traced(source={"api_version": "2016-10-01"}, status=404, response={"error": {"code": "CertificateNotFound"}}),
    starts_empty=True,
)


def test_trace_is_read_with_everything_it_says(session_of: Callable[[Document], Session]) -> None:
    query = {"maxresults": "5", "includePending": "true", "filter": "a b&c"}
    body: Document = {"policy": {"issuer": {"name": "Self"}, "csr": "<csr>"}}
    kept_headers = {"location": "https://VAULT/certificates/a%20b/pending", "retry-after": "10"}
    created = Answer(202, {"csr": "<csr>", "cer": "<cer:2>", "big": 10**40}, kept_headers)
    not_found: Document = {"error": {"code": "CertificateNotFound"}}
    assert session_of(TRACE) == Session(
        (
            Exchange(Request("POST", "/certificates/a b/create", query, body, "7.4"), created, AT, 3),
            Exchange(Request("DELETE", "/deletedcertificates/web", {}, None, "7.4"), Answer(204)),
            Exchange(Request("GET", "/certificates/web", {}, None, "2016-10-01"), Answer(404, not_found)),
        ),
        starts_empty=True,
        skipped={},
        format="trace",
        places=("exchanges[0]", "exchanges[1]", "exchanges[2]"),
    )


def test_trace_starts_with_an_unknown_vault_when_it_does_not_say(session_of: Callable[[Document], Session]) -> None:
    assert not session_of(trace()).starts_empty


# the exchange's members, the trace's members, the api-version that comes out
API_VERSIONS = [
    ({}, {}, "7.4"),
    ({}, {"api_version": None}, None),
    ({"source": None}, {}, "7.4"),
    ({"source": {"api_version": "7.0"}}, {}, "7.0"),
    ({"query": {"api-version": "7.1"}, "source": {"api_version": "7.0"}}, {}, "7.1"),
    ({"path": "/certificates/web?API-Version=7.2"}, {}, "7.2"),
]


@pytest.mark.parametrize(("exchange", "whole", "api_version"), API_VERSIONS)
def test_trace_takes_the_nearest_api_version(
    session_of: Callable[[Document], Session], exchange: Document, whole: Document, api_version: str | None
) -> None:
    (found,) = session_of(trace(traced(**exchange), **whole)).exchanges
    assert found.request == Request("GET", "/certificates/web", {}, None, api_version)


@pytest.mark.parametrize("at", ["2022-03-23T18:35:11Z", "2022-03-23T19:35:11.999+01:00", "20220323T183511Z"])
def test_trace_takes_the_time_from_its_own_member(session_of: Callable[[Document], Session], at: str) -> None:
    (found,) = session_of(trace(traced(at=at, headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}))).exchanges
    assert found.at == AT


@pytest.mark.skipif(not TRACES, reason=f"the recorded sessions are not there: {GROUND_TRUTH}")
def test_every_recorded_session_is_read_whole() -> None:
    sessions = [read(path) for path in TRACES]
    assert {session.format for session in sessions} == {"trace"}
    assert (len(sessions), sum(len(session.exchanges) for session in sessions)) == (110, 884)
    # The five exchanges of net/challenge.json; nothing else in there is to be left out.
    assert [session.skipped for session in sessions if session.skipped] == [{"challenge": 5}]


# --- the same session in every format -------------------------------------------------------------------------------


def url_of(exchange: Document, whole: Document) -> str:
    own = exchange.get("source", {}).get("api_version")
    query = {"api-version": own or whole["api_version"], **exchange.get("query", {})}
    query = {name: value if isinstance(value, str) else json.dumps(value) for name, value in query.items()}
    return f"{VAULT}{exchange['path']}?{urlencode(query)}"


def headers_of(exchange: Document) -> dict[str, str]:
    if not exchange.get("at"):
        return dict(exchange.get("headers") or {})
    date = format_datetime(datetime.fromisoformat(exchange["at"]).astimezone(UTC), usegmt=True)
    return {**(exchange.get("headers") or {}), "Date": date}


def text_of(body: Document) -> str:
    return "" if body is None else json.dumps(body)


def as_har(whole: Document) -> Document:
    return har(
        *(
            har_entry(
                {"method": one["method"], "url": url_of(one, whole), "postData": {"text": text_of(one.get("request"))}},
                {
                    "status": one["status"],
                    "headers": [{"name": name, "value": value} for name, value in headers_of(one).items()],
                    "content": {"text": text_of(one.get("response")), "mimeType": "application/json"},
                },
            )
            for one in whole["exchanges"]
        )
    )


def as_test_proxy(whole: Document) -> Document:
    entries = [
        proxied(
            RequestMethod=one["method"],
            RequestUri=url_of(one, whole),
            RequestBody=one.get("request"),
            StatusCode=one["status"],
            ResponseHeaders=headers_of(one),
            ResponseBody=one.get("response"),
        )["Entries"][0]
        for one in whole["exchanges"]
    ]
    return {"Entries": entries, "Variables": {}}


def as_vcr(whole: Document) -> str:
    interactions = [
        cassette(
            {"method": one["method"], "uri": url_of(one, whole), "body": text_of(one.get("request")) or None},
            {
                "status": {"code": one["status"], "message": "-"},
                "headers": {name: [value] for name, value in headers_of(one).items()},
                "body": {"string": text_of(one.get("response"))},
            },
        )["interactions"][0]
        for one in whole["exchanges"]
    ]
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump({"interactions": interactions, "version": 1}, Dumper=dumper))


# what renders it, the format it should be taken for, where its first exchange stands
RENDERINGS = [
    (as_har, "har", "log.entries[0]"),
    (as_test_proxy, "test-proxy", "Entries[0]"),
    (as_vcr, "vcr", "interactions[0]"),
]


def alike(session: Session) -> list[Exchange]:
    """Leave out what only a trace has: the placeholder for the vault, and repetitions."""
    return [replace(one, repeated=0, request=replace(one.request, vault=VAULT)) for one in session.exchanges]


@pytest.mark.parametrize(("render", "name", "place"), RENDERINGS)
def test_rendering_of_a_trace_gives_the_same_exchanges(
    session_of: Callable[[Document], Session], render: Callable[[Document], Document], name: str, place: str
) -> None:
    session = session_of(render(TRACE))
    assert alike(session) == alike(session_of(TRACE))
    assert (session.format, session.places[0], session.starts_empty) == (name, place, False)


@pytest.mark.skipif(not TRACES, reason=f"the recorded sessions are not there: {GROUND_TRUTH}")
@pytest.mark.parametrize("render", [as_har, as_test_proxy, as_vcr])
def test_rendering_of_every_recorded_session_gives_the_same_exchanges(
    session_of: Callable[[Document], Session], render: Callable[[Document], Document]
) -> None:
    for path in TRACES:
        rendered = session_of(render(json.loads(path.read_text(encoding="utf-8"))))
        original = read(path)
        assert (alike(rendered), rendered.skipped) == (alike(original), original.skipped), path


# --- HAR ------------------------------------------------------------------------------------------------------------

BODY: Document = {"id": "x", "n": 1}
BODY_TEXT = json.dumps(BODY)
BODY_BASE64 = base64.b64encode(BODY_TEXT.encode()).decode()

# who writes it so, the content of the answer, the body that comes out
HAR_CONTENTS = [
    ("everybody", {"text": BODY_TEXT, "mimeType": "application/json; charset=utf-8"}, BODY),
    ("Chrome, of binary content", {"text": BODY_BASE64, "encoding": "base64"}, BODY),
    ("Firefox, bug 1762313", {"text": BODY_TEXT, "encoding": "base64"}, BODY),
    ("an encoding that is none", {"text": BODY_TEXT, "encoding": "utf-8"}, BODY),
    ("a byte order mark", {"text": "\ufeff" + BODY_TEXT}, BODY),
    (
        "a proxy that does not unfold",
        {"text": base64.b64encode(gzip.compress(b"[1]")).decode(), "encoding": "base64"},
        [1],
    ),
    ("an empty body", {"text": "", "size": 0}, None),
    ("an empty body in base64", {"text": "", "encoding": "base64"}, None),
    ("no text", {"size": 0, "mimeType": ""}, None),
    ("no text of unknown size", {"size": -1, "text": None}, None),
    ("no content", None, None),
]


@pytest.mark.parametrize(
    ("content", "body"), [case[1:] for case in HAR_CONTENTS], ids=[case[0] for case in HAR_CONTENTS]
)
def test_har_gives_the_body_of_an_answer(
    session_of: Callable[[Document], Session], content: Document, body: Document
) -> None:
    (found,) = session_of(har(har_entry(response={"content": content}))).exchanges
    assert found.answer == Answer(200, body)


# who writes it so, the members of the request, the body that comes out
HAR_POST_DATA = [
    ("everybody", {"postData": {"mimeType": "application/json", "text": BODY_TEXT}, "bodySize": 20}, BODY),
    ("Reqable", {"postData": {"mimeType": "application/json", "text": BODY_BASE64, "encoding": "base64"}}, BODY),
    ("mitmproxy, of an empty body", {"postData": {"mimeType": "", "text": "", "params": []}, "bodySize": 0}, None),
    ("no post data", {"bodySize": -1}, None),
    ("post data that is null", {"postData": None}, None),
]


@pytest.mark.parametrize(
    ("request_", "body"), [case[1:] for case in HAR_POST_DATA], ids=[case[0] for case in HAR_POST_DATA]
)
def test_har_gives_the_body_of_a_request(
    session_of: Callable[[Document], Session], request_: Document, body: Document
) -> None:
    (found,) = session_of(har(har_entry({"method": "POST", **request_}))).exchanges
    assert found.request == Request("POST", "/certificates/web", {}, body, "7.4", VAULT)


def test_har_gives_the_last_of_several_headers_and_only_those_that_matter(
    session_of: Callable[[Document], Session],
) -> None:
    pairs = [
        (":status", "200"),  # HTTP/2's pseudo header
        ("Retry-After", "5"),
        ("retry-after", "10"),
        ("X-Ms-Request-Id", "one"),
        ("x-ms-keyvault-service-version", "1.9"),
        ("LOCATION", "https://x"),
        ("WWW-Authenticate", "Bearer"),
        ("set-cookie", "secret"),
        ("date", DATE),
    ]
    listed = [{"name": name, "value": value} for name, value in pairs]
    (found,) = session_of(har(har_entry(response={"headers": listed}))).exchanges
    assert found.at == AT
    assert found.answer.headers == {
        "retry-after": "10",
        "x-ms-request-id": "one",
        "x-ms-keyvault-service-version": "1.9",
        "location": "https://x",
        "www-authenticate": "Bearer",
    }


def test_har_does_not_take_the_clock_of_the_browser(session_of: Callable[[Document], Session]) -> None:
    (found,) = session_of(har(har_entry())).exchanges
    assert found.at is None


def test_har_takes_the_query_from_its_list_when_the_url_has_none(session_of: Callable[[Document], Session]) -> None:
    listed = [{"name": "api-version", "value": "7.4"}, {"name": "maxresults", "value": "1"}]
    entry = har_entry({"url": f"{VAULT}/certificates", "queryString": listed})
    (found,) = session_of(har(entry)).exchanges
    assert found.request == Request("GET", "/certificates", {"maxresults": "1"}, None, "7.4", VAULT)


def test_har_takes_the_query_from_the_url_when_it_has_one(session_of: Callable[[Document], Session]) -> None:
    (found,) = session_of(har(har_entry({"queryString": [{"name": "api%2Dversion", "value": "7%2E4"}]}))).exchanges
    assert (found.request.query, found.request.api_version) == ({}, "7.4")


# who writes it so, the answer
ABORTED = [
    ("Chrome", {"status": 0, "_error": "net::ERR_ABORTED", "content": {"size": 0}}),
    ("Playwright", {"status": -1, "content": {"size": -1, "mimeType": "x-unknown"}}),
    ("no status", {}),
    ("no answer", None),
]


@pytest.mark.parametrize("response", [case[1] for case in ABORTED], ids=[case[0] for case in ABORTED])
def test_har_skips_an_aborted_request(session_of: Callable[[Document], Session], response: Document) -> None:
    entry = {"request": {"method": "GET", "url": URL}, "response": response}
    assert session_of(har(entry)).skipped == {"aborted": 1}


def test_har_refuses_to_take_a_body_that_was_not_recorded_for_empty(
    refusal_of: Callable[[Document], UnreadableRecording],
) -> None:
    answer = refusal_of(har(har_entry(response={"content": {"size": 1282}})))
    request = refusal_of(har(har_entry({"method": "PUT", "bodySize": 12})))
    assert (answer.place, request.place) == (
        "log.entries[0].response.content.text",
        "log.entries[0].request.postData.text",
    )
    assert answer.reason == "the recording is without this body of 1282 bytes"


def test_har_keeps_an_answer_without_content_when_its_status_says_so(session_of: Callable[[Document], Session]) -> None:
    (found,) = session_of(har(har_entry(response={"status": 204, "content": {"size": 3, "text": "???"}}))).exchanges
    assert found.answer == Answer(204)


# --- the Azure SDKs' recordings -------------------------------------------------------------------------------------

# how it comes about, the recorded body, the body that comes out
PROXY_BODIES = [
    ("JSON is kept as it is", BODY, BODY),
    ("an empty object", {}, {}),
    ("nothing", None, None),
    ("no bytes at all", [], None),
    ("no text, by the first .NET recorder", "", None),
    ("text in one line", BODY_TEXT, BODY),
    ("text in lines", ["{\r\n", '  "id": "x",\n', '  "n": 1}'], BODY),
    ("a list, which is text to the recorder", "[1]", [1]),
    ("a list that some other tool kept", [1, 2], [1, 2]),
    ("a string, which is text to the recorder", '"x"', "x"),
    ("content of unknown type", BODY_BASE64, BODY),
    ("a number", 3, 3),
]


@pytest.mark.parametrize(
    ("recorded", "body"), [case[1:] for case in PROXY_BODIES], ids=[case[0] for case in PROXY_BODIES]
)
def test_test_proxy_gives_the_bodies(
    session_of: Callable[[Document], Session], recorded: Document, body: Document
) -> None:
    (found,) = session_of(proxied(RequestBody=recorded, ResponseBody=recorded)).exchanges
    assert (found.request.body, found.answer.body) == (body, body)


# who writes it so, the headers
PROXY_HEADERS = [
    ("one value", {"Date": DATE, "Retry-After": "10", "User-Agent": "x"}),
    ("lists", {"date": [DATE], "retry-after": ["5", "10"], "Set-Cookie": ["a", "b"]}),
    ("an empty list", {"Date": DATE, "Retry-After": "10", "Location": []}),
]


@pytest.mark.parametrize("recorded", [case[1] for case in PROXY_HEADERS], ids=[case[0] for case in PROXY_HEADERS])
def test_test_proxy_gives_the_headers(session_of: Callable[[Document], Session], recorded: Document) -> None:
    (found,) = session_of(proxied(ResponseHeaders=recorded)).exchanges
    assert (found.at, found.answer.headers) == (AT, {"retry-after": "10"})


@pytest.mark.parametrize("path", ["/certificates/web", "//certificates/web"])
def test_test_proxy_takes_a_uri_without_host_for_the_unnamed_vault(
    session_of: Callable[[Document], Session], path: str
) -> None:
    session = session_of(proxied(RequestUri=f"{path}?api-version=7.0", EncodedRequestUri="ignored"))
    assert session.exchanges[0].request == Request("GET", path, {}, None, "7.0", "https://VAULT")
    assert (session.format, session.places) == ("test-proxy", ("Entries[0]",))


# --- cassettes ------------------------------------------------------------------------------------------------------

AIOHTTP = f"""
interactions:
- request:
    body: null
    headers:
      Accept:
      - application/json
    method: GET
    uri: {URL}
  response:
    body:
      string: '{{"id":"x",

        "n": 1}}'
    headers:
      date: {DATE}
      retry-after: '10'
    status:
      code: 200
      message: OK
    url: !!python/object/new:yarl.URL
      state: !!python/tuple
      - !!python/object/new:urllib.parse.SplitResult
        - https
version: 1
"""

PYTHON_2 = f"""
interactions:
- request:
    body: !!python/unicode ''
    method: !!python/unicode GET
    uri: !!python/unicode '{URL}'
  response:
    body: {{string: !!python/unicode '{BODY_TEXT}'}}
    headers:
      date: ['{DATE}']
      retry-after: [!!binary "MTA="]
    status: {{code: 200, message: OK}}
    recorded: 2022-03-23T18:35:11Z
"""

RUBY = f"""---
http_interactions:
- request:
    method: get
    uri: {URL}
    body:
      encoding: US-ASCII
      string: ''
  response:
    status:
      code: 200
      message: OK
    headers:
      Date:
      - {DATE}
      Retry-After:
      - '10'
    body:
      encoding: ASCII-8BIT
      string: !binary |-
        {BODY_BASE64}
    http_version:
  recorded_at: Wed, 23 Mar 2031 00:00:00 GMT
recorded_with: VCR 4.0.0
"""

GO = f"""---
version: 2
interactions:
  - id: 0
    request:
      body: ""
      form: {{}}
      headers: {{}}
      url: {URL}
      method: GET
    response:
      body: '{BODY_TEXT}'
      headers:
        Date:
          - {DATE}
        Retry-After:
          - "10"
      status: 200 OK
      code: 200
      duration: 116ms
"""

HEADERS = {"Date": [DATE], "Retry-After": ["10"]}


def vcr_json(body: Document, *, key: str = "interactions") -> Document:
    return cassette(response={"body": body, "headers": HEADERS}, key=key)


def vcr_bytes(content: bytes) -> str:
    return str(yaml.safe_dump(vcr_json({"string": content})))


# who writes it so, the cassette; each holds the same exchange
CASSETTES = [
    ("vcrpy in JSON", vcr_json({"string": BODY_TEXT})),
    ("vcrpy in JSON, binary", vcr_json({"base64_string": BODY_BASE64})),
    ("vcrpy, bytes", vcr_bytes(BODY_TEXT.encode())),
    ("vcrpy, gzip", vcr_bytes(gzip.compress(BODY_TEXT.encode()))),
    ("vcrpy, deflate", vcr_bytes(zlib.compress(BODY_TEXT.encode()))),
    ("vcrpy of aiohttp", AIOHTTP),
    ("vcrpy on Python 2", PYTHON_2),
    ("betamax", vcr_json({"encoding": "utf-8", "string": BODY_TEXT}, key="http_interactions")),
    ("betamax, exact bytes", vcr_json({"encoding": None, "base64_string": BODY_BASE64}, key="http_interactions")),
    (
        "betamax before 0.3",
        cassette(response={"status": None, "status_code": 200, "headers": HEADERS, "body": BODY_TEXT}),
    ),
    ("Ruby VCR", RUBY),
    ("Ruby VCR, lines of base64", vcr_json({"base64_string": BODY_BASE64[:8] + "\n" + BODY_BASE64[8:] + "\n"})),
    ("go-vcr", GO),
    ("a plain status", cassette(response={"status": 200, "headers": HEADERS, "body": BODY_TEXT})),
]


@pytest.mark.parametrize("recorded", [case[1] for case in CASSETTES], ids=[case[0] for case in CASSETTES])
def test_cassette_gives_the_exchange(session_of: Callable[[Document], Session], recorded: Document) -> None:
    session = session_of(recorded)
    answer = Answer(200, BODY, {"retry-after": "10"})
    assert session.exchanges == (Exchange(Request("GET", "/certificates/web", {}, None, "7.4", VAULT), answer, AT),)
    assert session.format == "vcr"


@pytest.mark.parametrize(
    "body", [BODY_TEXT, {"string": BODY_TEXT}, {"base64_string": BODY_BASE64, "encoding": "utf-8"}]
)
def test_cassette_gives_the_body_of_a_request(session_of: Callable[[Document], Session], body: Document) -> None:
    (found,) = session_of(cassette({"method": "POST", "body": body})).exchanges
    assert found.request.body == BODY


def test_cassette_without_an_answer_is_aborted(session_of: Callable[[Document], Session]) -> None:
    recorded = cassette()
    recorded["interactions"][0]["response"] = None
    assert session_of(recorded).skipped == {"aborted": 1}


# --- where a request went, and when ---------------------------------------------------------------------------------

# URL, path, query, api-version, vault
URLS = [
    (URL, "/certificates/web", {}, "7.4", VAULT),
    ("HTTPS://WEB.Vault.Azure.NET:443/certificates", "/certificates", {}, None, VAULT),
    ("http://localhost:80/certificates/?api-version=7.5", "/certificates/", {}, "7.5", "http://localhost"),
    ("https://localhost:8443/certificates?api-version=7.5", "/certificates", {}, "7.5", "https://localhost:8443"),
    ("https://[::1]:8443/certificates?api-version=7.5", "/certificates", {}, "7.5", "https://[::1]:8443"),
    ("https://me:pass@[::1]/certificates?api-version=7.5", "/certificates", {}, "7.5", "https://[::1]"),
    (f"{VAULT}//certificates/a%2Bb%C3%A4?x=%26+y&x=2#top", "//certificates/a+bä", {"x": "2"}, None, VAULT),
    (f"{VAULT}/certificates?Api-Version=&$skiptoken=%3D", "/certificates", {"$skiptoken": "="}, "", VAULT),
]


@pytest.mark.parametrize(("url", "parts"), [(case[0], case[1:]) for case in URLS])
def test_url_is_taken_apart(session_of: Callable[[Document], Session], url: str, parts: tuple[Any, ...]) -> None:
    (found,) = session_of(har(har_entry({"url": url}))).exchanges
    request = found.request
    assert (request.path, request.query, request.api_version, request.vault) == parts


# the header, the vault's clock
DATES = [
    ("Wed, 23 Mar 2022 18:35:11 GMT", AT),
    ("Wednesday, 23-Mar-22 18:35:11 GMT", AT),  # RFC 850
    ("Wed Mar 23 18:35:11 2022", AT),  # asctime()
    ("Wed, 23 Mar 2022 18:35:11 -0000", AT),
    ("Sanitized", None),
    ("", None),
    ("Wed, 45 Mar 2022 18:35:11 GMT", None),
    ("Wed, 23 Mar 99999999999999 18:35:11 GMT", None),
]


@pytest.mark.parametrize(("date", "at"), DATES)
def test_clock_is_the_date_of_the_answer(session_of: Callable[[Document], Session], date: str, at: int | None) -> None:
    (found,) = session_of(proxied(ResponseHeaders={"Date": date})).exchanges
    assert found.at == at


# --- what is left out -----------------------------------------------------------------------------------------------

API = "?api-version=7.4"

# method, URL, status, reason
SKIPPED = [
    ("POST", "https://login.microsoftonline.com/t/oauth2/v2.0/token", 200, "token"),
    ("GET", "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1", 200, "token"),
    ("POST", "https://sts.example/t/oauth2/v2.0/authorize", 200, "token"),
    ("POST", "https://sts.example/token", 400, "token"),
    ("GET", "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01", 200, "token"),
    ("GET", URL, 401, "challenge"),
    ("OPTIONS", URL, 200, "preflight"),
    ("OPTIONS", URL, 0, "preflight"),
    ("GET", URL, 307, "redirect"),
    ("GET", URL, 0, "aborted"),
    ("GET", "https://example.com/", 200, "unrelated"),
    ("GET", "https://example.com/certificates", 200, "unrelated"),
    ("GET", f"{VAULT}/", 200, "unrelated"),
    ("GET", f"{VAULT}/storage{API}", 200, "unrelated"),
    ("GET", "https://management.azure.com/subscriptions/1?api-version=2023-07-01", 200, "unrelated"),
    ("GET", "https://a.westus.batch.azure.com/certificates?api-version=2023-05-01.17.0", 200, "unrelated"),
    ("GET", f"https://hsm.managedhsm.azure.net/keys/web{API}", 200, "unrelated"),
    ("GET", "https://store.azconfig.io/keys?api-version=1.0", 200, "unrelated"),
    ("GET", "data:text/plain,certificates", 200, "unrelated"),
    ("CONNECT", "web.vault.azure.net:443", 200, "unrelated"),
    ("GET", "https://[broken/certificates?api-version=7.4", 200, "unrelated"),
    ("GET", "https://web:port/certificates?api-version=7.4", 200, "unrelated"),
    ("GET", "https:///certificates?api-version=7.4", 200, "unrelated"),
    ("GET", "https://www.linkedin.com/", 999, "unrelated"),
    ("GET", f"{VAULT}/keys{API}", 200, "other keys and secrets"),
    ("GET", f"{VAULT}/secrets/web/versions{API}", 200, "other keys and secrets"),
    ("GET", f"{VAULT}/keys/web/rotationpolicy{API}", 200, "other keys and secrets"),
    ("GET", f"{VAULT}/keys/web/1/attestation{API}", 200, "other keys and secrets"),
    ("PATCH", f"{VAULT}/secrets/web/1{API}", 200, "other keys and secrets"),
    ("POST", f"{VAULT}/keys/web/1/sign{API}", 200, "other keys and secrets"),
    ("GET", f"{VAULT}/deletedkeys/web{API}", 200, "other keys and secrets"),
    ("GET", f"{VAULT}/deletedsecrets{API}", 200, "other keys and secrets"),
]


@pytest.mark.parametrize(("method", "url", "status", "reason"), SKIPPED)
def test_exchange_is_skipped_and_its_body_not_looked_at(
    session_of: Callable[[Document], Session], method: str, url: str, status: int, reason: str
) -> None:
    unreadable = {"status": status, "content": {"text": "<html>"}, "headers": 3}
    session = session_of(har(har_entry({"method": method, "url": url}, unreadable), har_entry()))
    assert session.skipped == {reason: 1}
    assert session.places == ("log.entries[1]",)


# method, URL
KEPT = [
    ("GET", f"{VAULT}/certificates/token{API}"),
    ("GET", f"{VAULT}/certificates/oauth2/pending{API}"),
    ("GET", f"{VAULT}/keys/web{API}"),
    ("GET", f"{VAULT}/secrets/web/{API}"),
    ("GET", f"{VAULT}/secrets/web/0123456789abcdef0123456789abcdef{API}"),
    ("GET", f"{VAULT}/certificates/web"),
    ("GET", f"{VAULT}/Certificates/web"),
    ("GET", f"{VAULT}//Secrets/web"),
    ("PUT", f"{VAULT}/secrets/web{API}"),
    ("DELETE", f"{VAULT}/secrets/web{API}"),
    ("POST", f"{VAULT}/keys/web/create{API}"),
    ("PUT", f"{VAULT}/keys/web{API}"),
    ("GET", "https://web.vault.azure.cn/certificates"),
    ("GET", "https://web.vault.usgovcloudapi.net/deletedcertificates"),
    ("GET", "https://web.vault.microsoftazure.de/certificates"),
    ("GET", f"https://127.0.0.1:8443/certificates{API}"),
]


@pytest.mark.parametrize(("method", "url"), KEPT)
def test_exchange_is_kept(session_of: Callable[[Document], Session], method: str, url: str) -> None:
    session = session_of(har(har_entry({"method": method, "url": url})))
    assert (len(session.exchanges), session.skipped) == (1, {})


def test_skipped_exchanges_are_counted_by_reason(session_of: Callable[[Document], Session]) -> None:
    session = session_of(trace(traced(status=401), traced(status=302), traced(status=401), traced(path="/sites")))
    assert session.skipped == {"challenge": 2, "redirect": 1, "unrelated": 1}
    assert (session.exchanges, session.places) == ((), ())


# --- what is no recording -------------------------------------------------------------------------------------------

FOREIGN = "no recording of a known format"

# what it is, the file's content, the place, what the reason holds
UNREADABLE = [
    ("empty", b"", "whole file", "empty"),
    ("white space", b" \r\n\t", "whole file", "empty"),
    ("only a byte order mark", b"\xef\xbb\xbf", "whole file", "empty"),
    ("binary", b"\x89PNG\r\n\x1a\n", "byte 0", "not text in UTF-8"),
    ("latin-1", b'{"exchanges": ["\xe4"]}', "byte 16", "not text in UTF-8"),
    ("half of a UTF-16 character", b"\xff\xfe{", "byte 2", "not text in UTF-8, nor in UTF-16"),
    ("truncated", '{"log": {\n"entries": [', "line 2 column 13", "not JSON: Expecting value"),
    ("truncated in a string", '{"exchanges": [{"method": "GE', "line 1 column 27", "not JSON: Unterminated string"),
    ("two documents", "{}{}", "line 1 column 3", "not JSON: Extra data"),
    ("NaN", '{"exchanges": [NaN]}', "whole file", "not JSON: NaN is no number"),
    ("-Infinity", '{"exchanges": [-Infinity]}', "whole file", "not JSON: -Infinity is no number"),
    ("a number too large", '{"exchanges": [1e999]}', "whole file", "a number is too large"),
    ("a number too long", '{"exchanges": [' + "1" * 5000 + "]}", "whole file", "a number has too many digits"),
    ("deep JSON", "[" * 100_000, "whole file", "nested too deeply"),
    ("deep YAML, block", "- " * 100_000, "whole file", "nested deeper than 100"),
    ("deep YAML, flow", "a: " + "[" * 100_000, "whole file", "nested deeper than 100"),
    ("broken YAML", "a: 'b", "line 1 column 6", "neither JSON nor YAML: found unexpected end of stream"),
    ("a control character", "a: \x01", "whole file", "neither JSON nor YAML"),
    ("a wrong scalar", "a: !!int x", "whole file", "neither JSON nor YAML: ValueError"),
    ("another wrong scalar", "a: !!bool x", "whole file", "neither JSON nor YAML: KeyError"),
    ("two YAML documents", "a: 1\n---\nb: 2\n", "line 2 column 1", "but found another document"),
    ("prose", "There is no recording here.", "whole file", FOREIGN),
    ("XML", "<har/>", "whole file", FOREIGN),
    ("another JSON", "{}", "whole file", FOREIGN),
    ("a list", "[1]", "whole file", FOREIGN),
    ("a JSON string", '"exchanges"', "whole file", FOREIGN),
    ("another YAML", "services: {web: 1}", "whole file", FOREIGN),
    ("the old recordings for JavaScript", {"recordings": []}, "whole file", FOREIGN),
    ("merges of merges", "a: &a {<<: {x: 1}}\nb: {<<: [*a, *a]}", "whole file", FOREIGN),
    ("references to itself", "exchanges: &a [*a]", "exchanges[0]", "expected an object, met a list"),
    ("exchanges of another kind", {"exchanges": {}}, "exchanges", "expected a list, met an object"),
    ("no entries", {"log": {}}, "log.entries", "expected a list, met nothing"),
    ("a log of another kind", {"log": []}, "log", "expected an object, met a list"),
    ("entries of another kind", {"Entries": None}, "Entries", "expected a list, met nothing"),
    ("interactions of another kind", "interactions: 2022-03-23", "interactions", 'expected a list, met "2022-03-23"'),
    ("http interactions of another kind", {"http_interactions": 1.5}, "http_interactions", "expected a list, met 1.5"),
    ("an unhashable key", "? [a]\n: b", "line 1 column 3", "neither JSON nor YAML: found unhashable key"),
    ("an entry of another kind", har(3), "log.entries[0]", "expected an object, met 3"),
    ("no URL", har({"request": {"method": "GET"}}), "log.entries[0].request.url", "expected a string, met nothing"),
    ("no method", har({"request": {"url": URL}}), "log.entries[0].request.method", "expected a string, met nothing"),
    ("a response of another kind", har({**har_entry(), "response": "x"}), "log.entries[0].response", "an object"),
    ("a URI of another kind", proxied(RequestUri=[]), "Entries[0].RequestUri", "expected a string, met a list"),
    ("a vast status", cassette(response={"status": 10**30}), "interactions[0].response.status", "met a huge number"),
    ("a vaster status",
     "interactions: [{request: {method: GET, uri: /keys/x}, response: {code: 0x" + "f" * 5000 + "}}]",
     "interactions[0].response.code", "met a huge number"),
    ("a binary method", "interactions: [{request: {method: !!binary R0VU}}]",
     "interactions[0].request.method", "expected a string, met bytes"),
    ("a claim of another kind", trace(starts_empty="yes"), "starts_empty", 'expected true or false, met "yes"'),
    ("an api-version of another kind", trace(traced(), api_version=7.4), "api_version", "expected a string, met 7.4"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "place", "reason"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE]
)
def test_file_that_is_no_recording_is_refused(
    refusal_of: Callable[[Document], UnreadableRecording], content: Document, place: str, reason: str
) -> None:
    refusal = refusal_of(content)
    assert refusal.place == place
    assert reason in refusal.reason


# the member of an exchange, what it holds, the place below the exchange, the reason
LIES = [
    ("status", "200", "status", 'expected a whole number, met "200"'),
    ("status", True, "status", "expected a whole number, met true"),
    ("status", 200.0, "status", "expected a whole number, met 200.0"),
    ("status", 600, "status", "expected a status from 100 to 599, met 600"),
    ("status", -1, "status", "expected a status from 100 to 599, met -1"),
    ("method", None, "method", "expected a string, met nothing"),
    ("method", ["GET"], "method", "expected a string, met a list"),
    ("path", 7, "path", "expected a string, met 7"),
    ("path", "certificates", "path", 'expected a path that begins with a slash, met "certificates"'),
    ("path", "", "path", 'expected a path that begins with a slash, met ""'),
    ("path", "x" * 90, "path", 'expected a path that begins with a slash, met "' + "x" * 39 + "..."),
    ("query", ["a"], "query", "expected an object, met a list"),
    ("query", {"a": None}, "query.a", "expected a string, met nothing"),
    ("query", {"a": {}}, "query.a", "expected a string, met an object"),
    ("headers", [["Location", "x"]], "headers", "expected an object, met a list"),
    ("headers", {"Retry-After": 10}, "headers.Retry-After", "expected a string, met 10"),
    ("headers", {"Location": [1]}, "headers.Location[0]", "expected a string, met 1"),
    ("at", "yesterday", "at", 'expected an ISO 8601 time with its zone, met "yesterday"'),
    ("at", "2022-03-23T18:35:11", "at", 'expected an ISO 8601 time with its zone, met "2022-03-23T18:35:11"'),
    ("at", 1648060511, "at", "expected a string, met 1648060511"),
    ("repeated", "3", "repeated", 'expected a whole number, met "3"'),
    ("repeated", -1, "repeated", "expected a whole number from 0 on, met -1"),
    ("source", "me", "source", 'expected an object, met "me"'),
    ("source", {"api_version": 7}, "source.api_version", "expected a string, met 7"),
]


@pytest.mark.parametrize(("member", "value", "place", "reason"), LIES)
def test_trace_that_lies_about_a_type_is_refused_by_its_place(
    refusal_of: Callable[[Document], UnreadableRecording], member: str, value: Document, place: str, reason: str
) -> None:
    refusal = refusal_of(trace(traced(), traced(**{member: value})))
    assert (refusal.place, refusal.reason) == (f"exchanges[1].{place}", reason)


# the kind of body, the recording, the place, the reason
BAD_BODIES = [
    ("HTML", har(har_entry(response={"content": {"text": "<html>"}})),
     "log.entries[0].response.content.text", "not JSON: Expecting value at line 1 column 1 of the body"),
    ("NaN", proxied(ResponseBody='{"a": NaN}'), "Entries[0].ResponseBody", "not JSON: NaN is no number"),
    ("neither JSON nor base64", proxied(RequestBody="Sanitized!"),
     "Entries[0].RequestBody", "not JSON: Expecting value at line 1 column 1 of the body"),
    ("binary", vcr_bytes(b"\x00\xff"), "interactions[0].response.body.string", "not JSON: binary content"),
    ("gzip, cut off", vcr_bytes(gzip.compress(b"[1]")[:-4]),
     "interactions[0].response.body.string", "compressed content that is damaged, cut off or too large"),
    ("gzip, damaged", vcr_bytes(b"\x1f\x8b\x08 no"),
     "interactions[0].response.body.string", "compressed content that is damaged, cut off or too large"),
    ("a number", cassette({"body": 3}), "interactions[0].request.body", "expected a string, met 3"),
    ("deep, as text", cassette({"body": "[" * 101 + "]" * 101}),
     "interactions[0].request.body", "nested deeper than 100"),
    ("too deep for JSON", cassette({"body": "[" * 100_000}), "interactions[0].request.body", "nested too deeply"),
    ("deep, as it is", trace(traced(response=json.loads("[" * 101 + "]" * 101))),
     "exchanges[0].response", "nested deeper than 100"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("recorded", "place", "reason"), [case[1:] for case in BAD_BODIES], ids=[case[0] for case in BAD_BODIES]
)
def test_kept_exchange_whose_body_is_not_json_is_refused_by_its_place(
    refusal_of: Callable[[Document], UnreadableRecording], recorded: Document, place: str, reason: str
) -> None:
    refusal = refusal_of(recorded)
    assert (refusal.place, refusal.reason) == (place, reason)


def test_compressed_body_that_unfolds_without_end_is_refused(
    refusal_of: Callable[[Document], UnreadableRecording], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certlife.conformance.readers.bodies.MAX_BYTES", 1000)
    assert "too large" in refusal_of(vcr_bytes(gzip.compress(b" " * 2000))).reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_is_told_by_the_byte_order_mark(session_of: Callable[[Document], Session], encoding: str) -> None:
    assert session_of(json.dumps(trace(traced(path="/certificates/ä")), ensure_ascii=False).encode(encoding)).exchanges


def test_member_that_is_there_twice_counts_by_its_last_value(session_of: Callable[[Document], Session]) -> None:
    assert not session_of('{"exchanges": 1, "exchanges": []}').exchanges


def test_yaml_with_bombs_in_places_that_nobody_reads_is_read(session_of: Callable[[Document], Session]) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    assert session_of(bomb + "interactions: []\n").exchanges == ()


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match="No such file or directory"):
        read(tmp_path / "missing.json")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match="Is a directory"):
        read(tmp_path)


def test_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(UnreadableRecording, match="no file can have this name"):
        read(Path("a\0b"))


def test_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path / "recording", trace())
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, so the file's mode would prove nothing
    with pytest.raises(UnreadableRecording, match="cannot be read: Permission denied"):
        read(path)


def test_gigantic_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "recording"
    with path.open("wb") as file:
        file.truncate(256 * 1024 * 1024 + 1)  # sparse: it takes no room
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(UnreadableRecording, match="larger than 256 MiB"):
        read(path)


def test_device_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certlife.conformance.readers.document.MAX_BYTES", 1024)
    (tmp_path / "endless").symlink_to("/dev/zero")
    with pytest.raises(UnreadableRecording, match="larger than"):
        read(tmp_path / "endless")


def test_refusal_is_one_printable_line(tmp_path: Path) -> None:
    path = written(tmp_path / "two\nlines\udce4", '{"exchanges":\n[')
    with pytest.raises(UnreadableRecording) as caught:
        read(path)
    assert str(caught.value) == f"{tmp_path}/two\\nlines\\udce4: line 2 column 2: not JSON: Expecting value"
    assert (caught.value.path, caught.value.__cause__) == (path, None)


def test_refusal_never_quotes_a_body(refusal_of: Callable[[Document], UnreadableRecording]) -> None:
    assert "hunter2" not in str(refusal_of(proxied(RequestBody='{"pwd": "hunter2"')))


# --- anything at all ------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([URL, BODY_TEXT, DATE])
NAMES = st.text(max_size=3) | st.sampled_from(
    ["exchanges", "log", "entries", "Entries", "interactions", "http_interactions", "starts_empty", "api_version"]
)
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


def sometimes_wrong(usual: Document) -> st.SearchStrategy[Document]:
    """Take a recording's values for usual, and replace one or the other by anything."""
    if isinstance(usual, dict):
        members = st.fixed_dictionaries({}, optional={name: sometimes_wrong(value) for name, value in usual.items()})
        return members | ANY_JSON
    if isinstance(usual, list):
        return st.lists(sometimes_wrong(usual[0]), max_size=2) | ANY_JSON
    return st.just(usual) | ANY_JSON


NEARLY = st.one_of(
    sometimes_wrong(TRACE),
    sometimes_wrong(har(har_entry({"postData": {"text": BODY_TEXT}, "queryString": [{"name": "a", "value": "b"}]},
                                  {"headers": [{"name": "Date", "value": DATE}], "content": {"text": BODY_TEXT}}))),
    sometimes_wrong(proxied(ResponseHeaders={"Date": [DATE]}, RequestBody=[BODY_TEXT], ResponseBody=BODY)),
    sometimes_wrong(vcr_json({"string": BODY_TEXT, "base64_string": BODY_BASE64})),
)  # fmt: skip


def outcome_of(path: Path) -> Session | UnreadableRecording:
    try:
        return read(path)
    except UnreadableRecording as refusal:
        return refusal


# No clock decides, and every run sees the same examples.
ANYTHING = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def read_or_refused(path: Path) -> None:
    outcome = outcome_of(path)
    if isinstance(outcome, Session):
        assert len(outcome.places) == len(outcome.exchanges)
    else:
        assert str(outcome).isprintable()


@ANYTHING
@given(content=st.binary() | st.text().map(str.encode) | st.sampled_from([AIOHTTP, RUBY, GO]).map(str.encode))
def test_any_bytes_are_read_or_refused(folder: Path, content: bytes) -> None:
    read_or_refused(written(folder / "bytes", content))


@ANYTHING
@given(content=st.text(alphabet="!&*<>-[]{}:|,'\"?%@# \nbinarytsfl0179e+.~=_", max_size=60))
def test_any_yaml_is_read_or_refused(folder: Path, content: str) -> None:
    read_or_refused(written(folder / "yaml", content))


@ANYTHING
@given(document=ANY_JSON | NEARLY)
def test_any_json_is_read_or_refused(folder: Path, document: Document) -> None:
    read_or_refused(written(folder / "json", document))


@ANYTHING
@given(document=NEARLY)
def test_any_yaml_that_is_nearly_a_recording_is_read_or_refused(folder: Path, document: Document) -> None:
    read_or_refused(written(folder / "nearly", "# no JSON\n" + yaml.safe_dump(document)))
