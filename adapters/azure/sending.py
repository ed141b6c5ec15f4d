"""How requests travel through the SDK: by its own methods where those send just what the request says, else by its pipeline.

What is answered is taken from the pipeline, before the SDK makes objects of it; what the SDK can not make objects of is told.
Pollers that it starts get no answer: what is asked, and when, is for the suite to say. Not here: which method (calls).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from certlife.adapters.azure.calls import Inexpressible, call_of
from certlife.adapters.port import NotAsked, VaultUnreachable
from certlife.adapters.remote.address import Address
from certlife.adapters.remote.asking import Budget
from certlife.adapters.remote.challenge import Challenge
from certlife.adapters.remote.ledger import API_VERSION
from certlife.adapters.remote.tokens import Nothing, Source, tokens_for
from certlife.adapters.targets import Access, TargetUnknown
from certlife.adapters.wire import WireAnswer, answer_from_wire, request_to_wire
from certlife.model.values import Answer, Json, Request

try:
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.core.rest import HttpRequest
    from azure.identity import DefaultAzureCredential
    from azure.keyvault import certificates as sdk
except ImportError as error:
    raise TargetUnknown(f"azure-sdk: wants the extra: pip install 'certlife[azure]' ({error})") from None

_FOR_EVER_S: Final = 3600


class _DiffersError(Exception):
    """The SDK would send something else than the request says."""


class _StrayError(Exception):
    """A poller asks of its own accord."""


class _Credential:
    """Tokens of our own sources as the SDK wants them."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def get_token(self, *scopes: str, tenant_id: str | None = None, **_: object) -> AccessToken:
        """A token for a scope."""
        token = self._source.at_once() or self._source.fetch(Challenge(f"https://unnamed/{tenant_id or ''}", scopes[0]))
        left = _FOR_EVER_S if token.ends is None else token.ends - time.monotonic()
        return AccessToken(token.value, int(time.time() + left))


class _Counter:
    """A policy of the pipeline: counts every request that leaves, those that are sent again as well."""

    next: Any

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def send(self, request: Any) -> Any:
        """Count it, and pass it on.

        Raises: BudgetSpent.
        """
        self._budget.spend()
        return self.next.send(request)


class _Gate:
    """A policy of the pipeline: lets one request through, and keeps its answer."""

    next: Any

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.wanted: Request | None = None
        self.strict = True
        self.answer: WireAnswer | None = None

    def begin(self, request: Request, *, strict: bool) -> None:
        """Expect a request, from this thread."""
        self.wanted, self.strict, self.answer, self.thread = request, strict, None, threading.get_ident()

    def on_request(self, request: Any) -> None:
        """Let the request pass that is meant, and no other."""
        if threading.get_ident() != self.thread:
            raise _StrayError
        wanted, self.wanted = self.wanted, None
        if wanted is None:
            raise _StrayError
        if self.strict and not _is_meant(request.http_request, wanted):
            raise _DiffersError

    def send(self, request: Any) -> Any:
        """Pass the request on, and keep what was answered."""
        self.on_request(request)
        response = self.next.send(request)
        answer = response.http_response
        headers = tuple((str(name), str(value)) for name, value in answer.headers.items())
        self.answer = WireAnswer(answer.status_code, headers, answer.read() if hasattr(answer, "read") else answer.body())
        return response


class AzureSender:
    """Sends requests to one vault through CertificateClient.

    Args:
        told: is told of answers that the SDK can not read.
    """

    def __init__(
        self, address: Address, access: Access, budget: Budget, source: Source, *, told: Callable[[str], None] | None = None
    ) -> None:
        self._address, self._access, self._budget, self._source = address, access, budget, source
        self._gate = _Gate()
        self._clients: dict[str, Any] = {}
        self._told, self._stumbles = told or _on_stderr, set[str]()

    def send(self, request: Request) -> Answer:
        """Send a request.

        Raises:
            VaultUnreachable: there is no answer.
            NotAsked: the SDK does not speak its api-version.
            BudgetSpent: no more requests may be sent.
        """
        client = self._client(API_VERSION if request.api_version is None else request.api_version)
        call = call_of(request, sdk, f"{self._address}{request_to_wire(request, api_version=API_VERSION).target}")
        if call is None or not self._is_sent_by(call, client, request):
            self._send_plainly(client, request)
        answer = self._gate.answer
        if answer is None:
            raise VaultUnreachable(f"{self._address}: the SDK gives no answer to {request.method} {request.path}")
        if answer.status == 401:
            raise VaultUnreachable(f"{self._address} does not take the token (401)")
        return answer_from_wire(answer)

    def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _client(self, api_version: str) -> Any:
        if api_version not in {version.value for version in sdk.ApiVersion}:
            raise NotAsked(f"the SDK does not speak api-version {api_version!r}")
        if api_version not in self._clients:
            trust = False if self._access.insecure else True if self._access.ca_file is None else str(self._access.ca_file)
            credential = DefaultAzureCredential() if isinstance(self._source, Nothing) else _Credential(self._source)
            self._clients[api_version] = sdk.CertificateClient(
                str(self._address),
                credential,
                api_version=api_version,
                connection_verify=trust,
                permit_redirects=False,
                per_call_policies=[self._gate],
                per_retry_policies=[_Counter(self._budget)],
                # the resource of an emulator on this machine is no suffix of its name
                verify_challenge_resource=not self._address.is_loopback,
            )
        return self._clients[api_version]

    def _is_sent_by(self, call: Callable[[Any], object], client: Any, request: Request) -> bool:
        """Have a method of the SDK send a request; whether it has, and just what the request says."""
        try:
            self._run(request, lambda: call(client), strict=True)
        except (_DiffersError, Inexpressible):
            return False
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if self._gate.answer is None:
                return False  # it refuses to send this at all
            self._stumbled(request, error)
        return True

    def _send_plainly(self, client: Any, request: Request) -> None:
        wire = request_to_wire(request, api_version=API_VERSION)
        plain = HttpRequest(wire.method, f"{self._address}{wire.target}", headers=dict(wire.headers), content=wire.body or None)
        self._run(request, lambda: client.send_request(plain), strict=False)

    def _run(self, request: Request, ask: Callable[[], object], *, strict: bool) -> None:
        gate = self._gate
        gate.begin(request, strict=strict)
        try:
            ask()
        except HttpResponseError as error:
            if gate.answer is None:
                raise VaultUnreachable(f"{self._address}: {error.message}") from error
        except AzureError as error:
            raise VaultUnreachable(f"{self._address}: {error.message}") from error
        finally:
            gate.wanted = None

    def _stumbled(self, request: Request, error: Exception) -> None:
        what = f"{request.method} {request.path.rpartition('/')[2]}: {type(error).__name__}: {error}"
        if what not in self._stumbles:
            self._stumbles.add(what)
            self._told(f"the SDK can not read the answer to {what}")


def azure_sender(
    address: Address, access: Access, budget: Budget, environ: Mapping[str, str] | None = None
) -> AzureSender:
    """A sender to a vault through the SDK.

    Raises: TargetUnknown: what the access says can not be used.
    """
    if address.scheme != "https":
        raise TargetUnknown("azure-sdk: sends tokens over https:// alone")
    return AzureSender(address, access, budget, tokens_for(address, access, environ=os.environ if environ is None else environ))


def _is_meant(sent: Any, wanted: Request) -> bool:
    """Whether the SDK sends what a request says: no more than nulls and empty groups beside it."""
    meant = urlsplit(request_to_wire(wanted, api_version=API_VERSION).target)
    parts = urlsplit(sent.url)
    query, meant_query = (dict(parse_qsl(one.query, keep_blank_values=True)) for one in (parts, meant))
    content = sent.content if hasattr(sent, "content") else sent.body
    body: Json = json.loads(content) if content else None
    path, meant_path = parts.path.rstrip("/"), meant.path.rstrip("/")  # the SDK leaves a slash where a version could stand
    return sent.method == wanted.method and path.endswith(meant_path) and query == meant_query and _says(body, wanted.body)


def _says(sent: Json, wanted: Json) -> bool:
    if isinstance(sent, dict) and isinstance(wanted, dict):
        added = (sent[name] for name in sent if wanted.get(name) is None)
        said = {name: member for name, member in wanted.items() if member is not None}
        return all(one in (None, {}) for one in added) and all(name in sent and _says(sent[name], one) for name, one in said.items())
    if isinstance(sent, list) and isinstance(wanted, list):
        return len(sent) == len(wanted) and all(_says(*pair) for pair in zip(sent, wanted, strict=True))
    return sent == wanted and isinstance(sent, bool) == isinstance(wanted, bool)


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
