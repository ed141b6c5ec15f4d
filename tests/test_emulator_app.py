"""The emulator as an application, without sockets: hosts and paths, tokens, sign-in, faults, what the memo knows, logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from certlife.adapters.emulator.addresses import place_of
from certlife.adapters.emulator.app import ABORT, Emulator
from certlife.adapters.emulator.faults import Fault, FaultKind
from certlife.adapters.emulator.logs import LOGGER, JsonLines, log, raised, write_to
from certlife.adapters.emulator.options import TENANT, Options
from certlife.adapters.emulator.tokens import TokenRefused, Tokens
from certlife.adapters.emulator.vaults import MOST, Hosted, Vaults, Wish
from certlife.adapters.memory import MemoryVault, Settings
from certlife.adapters.wire.answers import SERVICE_VERSION
from certlife.model.values import Answer, Request

OPEN = Options(auth=False)
CLOSED = Options(client_id="app", client_secret="xyzzy")  # noqa: S106 - the test's own
POLICY = {"policy": {"issuer": {"name": "Self"}, "x509_props": {"subject": "CN=web"}}}
HOST = "localhost:8443"


@dataclass
class Said:
    """An answer as it came from an application."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error."""
        return str(self.json["error"]["code"])


def scope_of(method: str, target: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    shape = {"type": "http", "method": method, "scheme": "https", "path": path, "raw_path": path.encode()}
    return {**shape, "query_string": query.encode(), "headers": pairs}


def ask(
    app: Any,
    method: str,
    target: str,
    body: Any = None,
    *,
    host: str = HOST,
    more: dict[str, Any] | None = None,
    parts: list[bytes] | None = None,
    **headers: str,
) -> Said:
    """Ask an application; `api-version` is added where there is no query."""
    target = target if "?" in target or not target.startswith(("/cert", "/del", "/keys", "/sec", "/other")) else f"{target}?api-version=7.4"
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    length = {"transfer-encoding": "chunked"} if parts else {"content-length": str(len(raw))} if raw else {}
    scope = scope_of(method, target, {"host": host, **length, **{name.replace("_", "-"): value for name, value in headers.items()}}) | (more or {})
    waiting = parts or [raw]
    said = Said()

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or parts is not None}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            said.status = message["status"]
            said.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            said.body += message["body"]

    asyncio.run(app(scope, receive, send))
    return said


def made(options: Options = OPEN, **wanted: Any) -> Emulator:
    return Emulator(options, Vaults(fast=True, seed=1, **wanted))


# --- which vault


# host, path, vault, resource, prefix
PLACES = (
    ("localhost:8443", "/certificates", ("default", "localhost:8443", "")),
    ("localhost", "/certificates/web/create", ("default", "localhost", "")),
    ("LOCALHOST:8443", "/", ("default", "localhost:8443", "")),
    ("localhost:8443", "/Team/certificates/web", ("team", "localhost:8443", "/Team")),
    ("127.0.0.1:1", "/team/secrets", ("team", "127.0.0.1:1", "/team")),
    ("[::1]:1", "/team/keys/web", ("team", "[::1]:1", "/team")),
    ("emulator:1", "/certificates", ("default", "emulator:1", "")),
    ("localhost", "/keys/keys", ("default", "localhost", "")),
    ("localhost", "/certificates/certificates", ("default", "localhost", "")),
    ("localhost", "/team/elsewhere", ("default", "localhost", "")),
    ("localhost", "/te/certificates", ("default", "localhost", "")),
    ("localhost", "//certificates/web", ("default", "localhost", "")),
    ("team.vault.localhost:8443", "/certificates", ("team", "vault.localhost:8443", "")),
    ("Team.vault.azure.net", "/other/certificates", ("team", "vault.azure.net", "")),
)


@pytest.mark.parametrize(("host", "path", "place"), PLACES)
def test_vault_is_named_by_the_host_or_by_the_path(host: str, path: str, place: tuple[str, str, str]) -> None:
    found = place_of(host, path)

    assert found is not None
    assert (found.vault, found.resource, found.prefix) == place


@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "x.vault.localhost", "a--b.vault.localhost", "-ab.x", "a" * 25 + ".x", "localhost:x", "localhost:1:2", "é"])
def test_host_that_can_be_no_vaults_is_refused(host: str) -> None:
    assert ask(made(), "GET", "/certificates", host=host).status == 400


def test_identifiers_name_the_vault_as_it_was_called() -> None:
    app = made()
    for host, prefix in ((HOST, ""), (HOST, "/team"), ("team.vault.localhost:1", "")):
        path = f"{prefix}/certificates/web/create?api-version=7.4"
        said = ask(app, "POST", path, POLICY, host=host)

        assert said.json["id"] == f"https://{host}{prefix}/certificates/web/pending"
        assert said.headers["location"].startswith(f"https://{host}{prefix}/certificates/web/pending?api-version=7.4&request_id=")


def test_vaults_are_apart_and_one_vault_has_several_addresses() -> None:
    app = made()
    ask(app, "POST", "/team/certificates/web/create?api-version=7.4", POLICY)

    assert ask(app, "GET", "/certificates/web").status == 404
    assert ask(app, "GET", "/certificates/web", host="other.vault.localhost").status == 404
    assert ask(app, "GET", "/certificates/web", host="team.vault.localhost").status == 200


def test_next_page_is_found_by_its_link_below_a_path_too() -> None:
    app = made()
    for name in "abc":
        ask(app, "POST", f"/team/certificates/{name}/create?api-version=7.4", POLICY)
    target = "/team/certificates?api-version=7.4&maxresults=2"
    names: list[str] = []
    while target:
        page = ask(app, "GET", target).json
        names += [one["id"].rsplit("/", 1)[1] for one in page["value"]]
        link = page["nextLink"]
        assert link is None or link.startswith(f"https://{HOST}/team/certificates?")
        target = (link or "").removeprefix(f"https://{HOST}")
    assert names == ["a", "b", "c"]


def test_vaults_are_not_made_without_end() -> None:
    vaults = Vaults()
    for number in range(MOST):
        vaults.of(f"vault{number}")
    app = Emulator(OPEN, vaults)

    assert ask(app, "GET", "/certificates", host="another.vault.localhost").status == 404
    assert ask(app, "GET", "/certificates", host="vault1.vault.localhost").status == 200


# --- what goes out


def test_answer_has_the_headers_of_the_service() -> None:
    said = ask(made(), "GET", "/certificates", x_ms_client_request_id="mine")

    assert said.headers["content-type"] == "application/json; charset=utf-8"
    assert said.headers["x-ms-keyvault-service-version"] == SERVICE_VERSION
    assert said.headers["x-ms-client-request-id"] == "mine"
    assert len(said.headers["x-ms-request-id"]) == 36
    assert said.headers["cache-control"] == "no-cache"
    assert said.body == b'{"value":[],"nextLink":null}'


def test_date_is_the_vaults_clock() -> None:
    app = made()
    app.vaults.make("default", Wish(clock="held"))

    assert ask(app, "GET", "/certificates").headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"


@pytest.mark.parametrize("path", ["/certificates/web/", "/certificates//web", "//certificates/web"])
def test_slashes_in_excess_are_forgiven(path: str) -> None:
    app = made()
    ask(app, "POST", "/certificates/web/create", POLICY)

    assert ask(app, "GET", f"{path}?api-version=7.4").json["id"].startswith(f"https://{HOST}/certificates/web/")


REFUSED = (
    ("GET", "/certificates?x=y", None, 400, "BadParameter"),
    ("GET", "/certificates?api-version=1", None, 400, "BadParameter"),
    ("GET", "/elsewhere?api-version=7.4", None, 405, "MethodNotAllowed"),
    ("POST", "/certificates/web/create", b"{", 400, "BadParameter"),
    ("TRACE", "/certificates", None, 405, "MethodNotAllowed"),
    ("GET", "/certificates/nobody", None, 404, "CertificateNotFound"),
)


@pytest.mark.parametrize(("method", "target", "body", "status", "code"), REFUSED)
def test_refusal_is_in_the_services_form(method: str, target: str, body: Any, status: int, code: str) -> None:
    said = ask(made(), method, target, body)

    assert (said.status, said.code) == (status, code)


def test_body_that_is_too_large_is_refused_by_its_length_and_by_its_bytes() -> None:
    app = made(replace(OPEN, body_most=100))

    for said in (
        ask(app, "POST", "/certificates/web/create", b"x", content_length="1000"),
        ask(app, "POST", "/certificates/web/create", b"x", content_length="101", expect="100-continue"),
        ask(app, "POST", "/certificates/web/create", b"x" * 101, content_length="101"),
        ask(app, "POST", "/certificates/web/create", parts=[b"x" * 60] * 20),
    ):
        assert (said.status, said.code, said.headers["connection"]) == (413, "RequestEntityTooLarge", "close")


def test_body_that_does_not_come_is_given_up() -> None:
    said = ask(made(replace(OPEN, body_s=0.01)), "POST", "/certificates/web/create", parts=[b"{"])

    assert (said.status, said.headers["connection"]) == (408, "close")


def test_mistake_of_ours_is_answered_in_the_services_form_and_told_without_texts() -> None:
    def broken(_: int, __: Settings) -> MemoryVault:
        class Broken(MemoryVault):
            def perform(self, request: Request) -> Answer:
                raise RuntimeError(f"hush {request.body}")

        return Broken()

    app = Emulator(OPEN, Vaults(mutants={"broken": broken}))
    app.vaults.make("default", Wish(mutant="broken"))
    with logged("error") as lines:
        said = ask(app, "POST", "/certificates/web/import", {"value": "hush"})

    assert (said.status, said.code) == (500, "InternalServerError")
    assert lines()[0]["exception"]["kind"] == "RuntimeError"
    assert "hush" not in json.dumps(lines())


def test_what_may_have_changed_is_kept_before_the_answer_goes_out() -> None:
    kept: list[tuple[str, int]] = []

    def keep(hosted: Hosted) -> None:
        kept.append((hosted.name, hosted.vault.changes))

    app = made(stored=keep)
    ask(app, "GET", "/certificates")
    assert [name for name, _ in kept] == ["default"] * 2  # it was made, and has got an address
    ask(app, "POST", "/certificates/web/create", POLICY)
    assert len(kept) == 3
    ask(app, "GET", "/certificates/web")
    assert len(kept) == 4  # it was issued, by the way
    ask(app, "GET", "/certificates/web")
    assert len(kept) == 4

    def lose(_: Hosted) -> None:
        raise OSError("the disk is full")

    app.vaults.stored = lose
    with logged("error"):
        assert ask(app, "DELETE", "/certificates/web").status == 500


def test_health_is_told_to_everybody() -> None:
    assert ask(made(CLOSED), "GET", "/health").json == {"status": "ok"}


# --- tokens


def signed_in(app: Emulator, **wanted: str) -> Said:
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "xyzzy", "scope": f"https://{HOST}/.default", **wanted}
    body = "&".join(f"{name}={value}" for name, value in form.items() if value).encode()
    return ask(app, "POST", f"/{TENANT}/oauth2/v2.0/token", body)


def test_request_without_token_is_challenged_as_by_the_service() -> None:
    said = ask(made(CLOSED), "POST", "/certificates/web/create")

    assert said.status == 401
    assert said.json == {"error": {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer or PoP token."}}
    assert said.headers["www-authenticate"] == f'Bearer authorization="https://{HOST}/{TENANT}", resource="https://{HOST}"'


def test_challenge_names_a_resource_that_ends_the_host() -> None:
    said = ask(made(CLOSED), "GET", "/certificates", host="web.vault.localhost:8443")

    assert 'resource="https://vault.localhost:8443"' in said.headers["www-authenticate"]


def test_token_of_the_token_endpoint_is_good() -> None:
    app = made(CLOSED)
    token = signed_in(app).json["access_token"]

    assert ask(app, "GET", "/certificates", authorization=f"Bearer {token}").status == 200
    assert ask(app, "GET", "/certificates", authorization=f"bearer  {token}").status == 200


def test_stranger_makes_no_vault() -> None:
    app = made(CLOSED)
    ask(app, "GET", "/certificates")

    assert list(app.vaults) == []


SIGN_INS = (
    ({"scope": "", "resource": f"https://{HOST}"}, 200, None),
    ({"scope": "https://vault.azure.net/.default openid profile offline_access"}, 200, None),
    ({"client_secret": "other"}, 401, "invalid_client"),
    ({"client_secret": ""}, 401, "invalid_client"),
    ({"client_id": "other"}, 400, "unauthorized_client"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"scope": "openid"}, 400, "invalid_scope"),
    ({"scope": "https://a/.default https://b/.default"}, 400, "invalid_scope"),
    ({"scope": "nonsense/.default"}, 400, "invalid_scope"),
)


@pytest.mark.parametrize(("wanted", "status", "error"), SIGN_INS)
def test_token_endpoint_answers_as_entra_does(wanted: dict[str, str], status: int, error: str | None) -> None:
    said = signed_in(made(CLOSED), **wanted)

    assert (said.status, said.json.get("error")) == (status, error)


def test_token_endpoint_is_found_by_discovery() -> None:
    app = made(CLOSED)
    instance = ask(app, "GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint=x").json
    configuration = ask(app, "GET", instance["tenant_discovery_endpoint"].removeprefix(f"https://{HOST}")).json

    assert configuration["token_endpoint"] == f"https://{HOST}/{TENANT}/oauth2/v2.0/token"
    assert configuration["issuer"] == f"https://{HOST}/{TENANT}/v2.0"
    assert ask(app, "GET", configuration["jwks_uri"].removeprefix(f"https://{HOST}")).json == {"keys": []}
    assert ask(app, "GET", "/another/v2.0/.well-known/openid-configuration").status == 400
    assert ask(app, "GET", f"/{TENANT}/oauth2/token").status == 405


class Hands:
    """A clock that is set by hand."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def refused(tokens: Tokens, token: str, resource: str = "https://r") -> str:
    with pytest.raises(TokenRefused) as caught:
        tokens.check(f"Bearer {token}", resource)
    return str(caught.value)


def test_token_is_good_for_its_resource_until_it_expires() -> None:
    clock = Hands()
    tokens = Tokens("t", clock=clock)
    token = tokens.make(client_id="c", audience="https://r/")
    tokens.check(f"Bearer {token}", "https://r")
    tokens.check(f"Bearer {token}", "https://r")

    assert "audience" in refused(tokens, token, "https://other")
    clock.now += 3599
    tokens.check(f"Bearer {token}", "https://r")
    clock.now += 1
    assert "not valid at this time" in refused(tokens, token)


def test_token_for_the_real_services_resource_is_good_everywhere() -> None:
    tokens = Tokens("t")

    tokens.check(f"Bearer {tokens.make(client_id='c', audience='https://vault.azure.net')}", "https://r")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic x", "Bearer x", "Bearer a.b.c", "Bearer é", "Bearer " + "x" * 20_000])
def test_header_without_a_token_is_refused(header: str | None) -> None:
    with pytest.raises(TokenRefused, match="AKV10000"):
        Tokens("t").check(header, "https://r")


def claims(**changed: Any) -> dict[str, Any]:
    usual = {"aud": "https://r", "iss": "https://sts.certlife.invalid/t/", "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_003_600, "appid": "c"}
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


FORGED = (
    (claims(iss="https://sts.certlife.invalid/u/"), "issuer"),
    (claims(aud="https://s"), "audience"),
    (claims(aud=["https://r"]), "audience"),
    (claims(exp=1_700_000_000), "not valid"),
    (claims(nbf=1_700_000_001), "not valid"),
    (claims(exp=None), "AKV10000"),
    (claims(appid=None), "AKV10000"),
)


@pytest.mark.parametrize(("content", "text"), FORGED)
def test_token_with_wrong_claims_is_refused(content: dict[str, Any], text: str) -> None:
    clock = Hands()
    tokens = Tokens("t", clock=clock)
    key = tokens._key  # noqa: SLF001 - nobody else can sign
    assert text in refused(tokens, jwt.encode(content, key, algorithm="HS256"))
    tokens.check(f"Bearer {jwt.encode(claims(), key, algorithm='HS256')}", "https://r")


def test_token_that_others_signed_is_refused() -> None:
    tokens = Tokens("t", clock=Hands())

    assert "signature" in refused(tokens, jwt.encode(claims(), b"k" * 32, algorithm="HS256"))
    assert "AKV10000" in refused(tokens, jwt.encode(claims(), None, algorithm="none"))
    good = tokens.make(client_id="c", audience="https://r")
    head, body, signature = good.split(".")
    assert "signature" in refused(tokens, f"{head}.{body}.{signature[:-4]}AAAA")
    assert refused(tokens, f"{head}.{body}.")


# --- faults


def test_faults_come_in_their_order_and_then_the_vault_answers() -> None:
    app = made()
    app.faults.order(Fault(FaultKind.THROTTLE, retry_after_s=7), 2)
    app.faults.order(Fault(FaultKind.FAIL), 1)
    app.faults.order(Fault(FaultKind.SLOW, after_s=0.0), 1)

    said = [ask(app, "POST", "/certificates/web/create", {"policy": {"x509_props": {"subject": "CN=a"}}}) for _ in range(5)]

    assert [one.status for one in said] == [429, 429, 500, 202, 409]
    assert said[0].headers["retry-after"] == "7"


def test_fault_of_a_vault_is_for_its_requests_alone() -> None:
    app = made()
    app.faults.order(Fault(FaultKind.FAIL, vault="team"), 1)

    assert ask(app, "GET", "/certificates").status == 200
    assert ask(app, "GET", "/team/certificates?api-version=7.4").status == 500


@pytest.mark.parametrize(("kind", "carried_out"), [(FaultKind.DROP, False), (FaultKind.LOSE, True)])
def test_dropped_request_is_not_carried_out_and_one_whose_answer_is_lost_is(kind: FaultKind, carried_out: bool) -> None:  # noqa: FBT001
    app = made()
    app.faults.order(Fault(kind), 1)
    dropped: list[bool] = []
    more = {ABORT: lambda: dropped.append(True)}

    said = ask(app, "POST", "/certificates/web/create", POLICY, more=more)

    assert (said.status, dropped) == (0, [True])
    assert ask(app, "GET", "/certificates/web").status == (200 if carried_out else 404)


# --- the memo


def known(app: Emulator, target: str, **headers: str) -> Said | None:
    """What the memo answers by itself."""
    answer = app.memo.answer(scope_of("GET", target, {"host": HOST, **headers}))
    if answer is None:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return Said(int(first.split()[1]), {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines}, body)


WEB = "/certificates/web?api-version=7.4"


def issued(options: Options = OPEN) -> Emulator:
    app = made(options)
    ask(app, "POST", "/certificates/web/create", POLICY)
    return app


def test_memo_answers_as_the_vault_did() -> None:
    app = issued()
    said = ask(app, "GET", WEB)
    again = known(app, WEB, **{"x-ms-client-request-id": "mine"})

    assert again is not None
    assert (again.status, again.body) == (said.status, said.body)
    own = {"x-ms-request-id", "date", "x-ms-client-request-id"}
    assert {n: v for n, v in again.headers.items() if n not in own} == {n: v for n, v in said.headers.items() if n not in own}
    assert again.headers["x-ms-client-request-id"] == "mine"
    assert again.headers["x-ms-request-id"] != said.headers["x-ms-request-id"]


MOVES: tuple[tuple[str, Callable[[Emulator], object]], ...] = (
    ("another request changes the vault", lambda app: ask(app, "PATCH", WEB, {"tags": {"a": "b"}})),
    ("a refused request", lambda app: ask(app, "PATCH", "/certificates/nobody", {})),
    ("the clock", lambda app: app.vaults.of("default").vault.controls.advance(1)),
    ("a decision", lambda app: app.vaults.of("default").vault.controls.take(deletion_s=1)),
    ("another vault in its place", lambda app: app.vaults.make("default", Wish())),
    ("no vault in its place", lambda app: app.vaults.forget("default")),
    ("another address of the vault", lambda app: ask(app, "GET", "/certificates", host="default.vault.localhost")),
    ("a fault waits", lambda app: app.faults.order(Fault(FaultKind.FAIL), 1)),
)


@pytest.mark.parametrize("move", [move for _, move in MOVES], ids=[name for name, _ in MOVES])
def test_memo_knows_nothing_any_more_after(move: Callable[[Emulator], object]) -> None:
    app = issued()
    ask(app, "GET", WEB)
    assert known(app, WEB) is not None

    move(app)

    assert known(app, WEB) is None


def test_memo_knows_nothing_once_something_is_due() -> None:
    now = Hands()
    app = Emulator(OPEN, Vaults(fast=True, seed=1, clock=now))
    ask(app, "POST", "/certificates/web/create", POLICY)
    app.vaults.of("default").vault.controls.take(deletion_s=5)
    ask(app, "DELETE", "/certificates/web")
    gone = "/deletedcertificates/web?api-version=7.4"
    assert ask(app, "GET", gone).status == 404
    now.now += 4
    still = known(app, gone)
    assert still is not None
    assert still.status == 404

    now.now += 1

    assert known(app, gone) is None
    assert ask(app, "GET", gone).status == 200


def test_memo_asks_for_a_token() -> None:
    app = issued(CLOSED)
    token = f"Bearer {app.tokens.make(client_id='c', audience=f'https://{HOST}')}"
    other = f"Bearer {app.tokens.make(client_id='c', audience='https://graph.microsoft.com')}"
    ask(app, "POST", "/certificates/web/create", POLICY, authorization=token)
    ask(app, "GET", WEB, authorization=token)

    assert known(app, WEB, authorization=token) is not None
    assert known(app, WEB) is None
    assert known(app, WEB, authorization=other) is None


def test_memo_knows_plain_gets_of_sound_vaults_alone() -> None:
    app = Emulator(OPEN, Vaults(fast=True, mutants={"odd": lambda seed, settings: MemoryVault(seed, settings=settings)}))
    app.vaults.make("odd", Wish(mutant="odd"))
    ask(app, "GET", "/odd/certificates?api-version=7.4")
    ask(app, "HEAD", "/certificates")
    assert known(app, "/odd/certificates?api-version=7.4") is None
    assert known(app, "/certificates?api-version=7.4") is None

    ask(app, "GET", "/certificates")
    assert known(app, "/certificates?api-version=7.4") is not None
    assert known(app, "/certificates?api-version=7.4", **{"content-length": "2"}) is None
    assert known(app, "/certificates?api-version=7.3") is None


# --- logs


class logged:  # noqa: N801 - a context
    """Collects log lines."""

    def __init__(self, level: str) -> None:
        self._level, self._stream = level, io.StringIO()

    def __enter__(self) -> Callable[[], list[dict[str, Any]]]:
        write_to(self._stream, self._level)
        return lambda: [json.loads(line) for line in self._stream.getvalue().splitlines()]

    def __exit__(self, *_: object) -> None:
        LOGGER.handlers.clear()
        LOGGER.propagate = True
        LOGGER.setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Leave logging as it was."""
    levels = {name: logging.getLogger(name).level for name in ("uvicorn", "uvicorn.error", "asyncio")}
    yield
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)


def test_log_has_a_line_for_every_request_and_no_secret() -> None:
    app = made(CLOSED)
    with logged("debug") as lines:
        token = signed_in(app).json["access_token"]
        bearer = f"Bearer {token}"
        ask(app, "PUT", "/secrets/word?api-version=7.4&code=hush", {"value": "hush"}, authorization=bearer)
        ask(app, "GET", "/certificates?api-version=7.4&maxresults=3&$skiptoken=hush", authorization=bearer, cookie="hush")
        ask(app, "GET", "/certificates", authorization="Bearer hush")
        ask(app, "GET", "/certificates\r\n{}?api-version=7.4", authorization=bearer)

    assert [(one["method"], one["status"]) for one in lines()] == [("POST", 200), ("PUT", 200), ("GET", 400), ("GET", 401), ("GET", 400)]
    assert lines()[2]["query"] == {"api-version": "7.4", "maxresults": "3"}
    text = json.dumps(lines())
    assert not [secret for secret in ("hush", "xyzzy", token, "client_secret") if secret in text]


def test_log_of_others_tells_no_values() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "f", 1, "odd: %s", ("hush",), None)

    assert json.loads(JsonLines().format(record))["event"] == "asyncio: odd: %s"


def test_log_of_an_exception_tells_its_place() -> None:
    with pytest.raises(ValueError, match="hush") as caught:
        int("hush")

    told = raised(caught.value)
    assert told["kind"] == "ValueError"
    assert "test_emulator_app.py" in told["place"][-1]
    assert "hush" not in str(told)


def test_log_line_below_the_level_is_not_written() -> None:
    with logged("warning") as lines:
        log(logging.INFO, "nothing")

    assert lines() == []
