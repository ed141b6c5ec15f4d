"""The official clients for Python, synchronous and asynchronous, in front of one emulator; what they say is recorded.

Nothing of them is patched: the emulator's CA is trusted, the sign-in is told where it is, and the verification that a
vault's host ends in the challenge's resource is off, for `localhost` is nobody's subdomain.
"""

from __future__ import annotations

import asyncio
import http.client
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncCredential
from azure.keyvault.certificates import CertificateClient
from azure.keyvault.certificates.aio import CertificateClient as AsyncCertificates
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.aio import KeyClient as AsyncKeys
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets.aio import SecretClient as AsyncSecrets
from certlife.conformance.check_trace import Checked, check
from certlife.conformance.report import finding_lines

UNJUDGED = {"throttled", "server fault", "no request of the lifecycle", "a key or a secret of its own"}
CERTLIFE = str(Path(sys.executable).with_name("certlife"))


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator.

    Attributes:
        ready: what it told at the start.
    """

    ready: dict[str, Any]

    @property
    def url(self) -> str:
        """Of its default vault."""
        return str(self.ready["url"])

    @property
    def sign_in(self) -> dict[str, Any]:
        """What a credential is to be made with."""
        named = {name: self.ready[name] for name in ("client_id", "client_secret")}
        return {"tenant_id": self.ready["tenant"], "authority": self.url, "disable_instance_discovery": True, **named}

    def control(self, path: str, **body: Any) -> Any:
        """Have something done that a service does on its own time; what it says about that."""
        connection = http.client.HTTPConnection(urlsplit(self.ready["control_url"]).netloc, timeout=20)
        headers = {"Authorization": f"Bearer {self.ready['control_token']}"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        assert answer.status < 300, said
        return json.loads(said) if said else None

    def anew(self, **wish: Any) -> None:
        """Put an empty vault in the place of the default one."""
        self.control("/vaults/default", **wish)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """An emulator that takes its time for nothing, unless told to."""
    command = [CERTLIFE, "serve", "--port", "0", "--control-port", "0", "--fast", "--json", "--log-level", "warning"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        try:
            yield Emulator(json.loads(process.stdout.readline()))
        finally:
            process.terminate()


@dataclass(slots=True)
class Recording:
    """What the clients sent and got, as HAR.

    Attributes:
        answered: set with every answer that is no challenge.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def hook(self, response: Any) -> None:
        """Take an exchange; made for `raw_response_hook`."""
        asked, said = response.http_request, response.http_response
        content = asked.content
        body = {"postData": {"text": content.decode() if isinstance(content, bytes) else content}} if content else {}
        headers = [{"name": name, "value": value} for name, value in said.headers.items()]
        answer = {"status": said.status_code, "headers": headers, "content": {"text": said.text()}}
        self.entries.append({"request": {"method": asked.method, "url": asked.url, **body}, "response": answer})
        if said.status_code != 401:
            self.answered.set()

    def judged(self, path: Path) -> Checked:
        """Have it judged by the model, in the order in which it was answered: pollers ask beside everybody else.

        The emulator's request ids are numbered.
        """
        ordered = sorted(self.entries, key=lambda entry: next(iter(_ids(entry)), ""))
        path.write_text(json.dumps({"starts_empty": True, "log": {"version": "1.2", "entries": ordered}}))
        return check([path])


def _ids(entry: dict[str, Any]) -> Iterator[str]:
    return (one["value"] for one in entry["response"]["headers"] if one["name"].lower() == "x-ms-request-id")


class Waiting:
    """An asynchronous client, asked from code that is not: calls are waited for, lists read to their end."""

    def __init__(self, client: Any, runner: asyncio.Runner) -> None:
        self._client, self._runner = client, runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A method of the client."""
        return partial(self._answered, getattr(self._client, name))

    def _answered(self, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        got = method(*args, **options)
        return self._runner.run(_awaited(got) if inspect.isawaitable(got) else _listed(got))


async def _awaited(one: Any) -> Any:
    return await one


async def _listed(items: Any) -> list[Any]:
    return [item async for item in items]


async def _first(pages: Any) -> list[Any]:
    return await _listed(await anext(pages))


@dataclass(slots=True)
class Vault:
    """An empty vault, as clients of one kind see it.

    Attributes:
        certificates, keys, secrets: the clients.
        recording: what they have said.
    """

    emulator: Emulator
    recording: Recording
    certificates: Any
    keys: Any
    secrets: Any

    def begin(self, verb: str, *args: Any, **options: Any) -> Callable[[], Any]:
        """Begin to create, delete or recover a certificate; the function that is returned waits for what comes of it."""
        poller = getattr(self.certificates, f"begin_{verb}")(*args, **options)

        def finish() -> Any:
            poller.wait()
            return poller.result()

        return finish

    def page(self, verb: str, *args: Any, start: str | None = None, **options: Any) -> tuple[list[Any], str | None]:
        """One page of a list, the first or the one that a continuation token leads to, and the token of the next."""
        pages = getattr(self.certificates, verb)(*args, **options).by_page(start)
        return list(next(pages)), pages.continuation_token

    def pages(self, verb: str, *args: Any, **options: Any) -> list[list[Any]]:
        """A list in its pages, each asked for anew with the token of the one before."""
        found, token = self.page(verb, *args, **options)
        every = [found]
        while token:
            found, token = self.page(verb, *args, start=token, **options)
            every.append(found)
        return every

    def create(self, *args: Any, **options: Any) -> Any:
        """Create a certificate and wait for it."""
        return self.begin("create_certificate", *args, **options)()

    def delete(self, name: str) -> Any:
        """Delete a certificate and wait until it is."""
        return self.begin("delete_certificate", name)()

    def recover(self, name: str) -> Any:
        """Recover a certificate and wait until it is."""
        return self.begin("recover_deleted_certificate", name)()

    def control(self, verb: str, **body: Any) -> Any:
        """Have the vault do something on command."""
        return self.emulator.control(f"/vaults/default/{verb}", **body)


@dataclass(slots=True)
class AsyncVault(Vault):
    """The same of the asynchronous clients; what is begun goes on whenever one of them is waited for."""

    runner: asyncio.Runner
    inner: Any

    def begin(self, verb: str, *args: Any, **options: Any) -> Callable[[], Any]:
        """Begin it, up to the first answer."""
        task = self.runner.run(self._begun(getattr(self.inner, verb)(*args, **options)))
        return lambda: self.runner.run(_awaited(task))

    async def _begun(self, work: Any) -> asyncio.Task[Any]:
        self.recording.answered.clear()
        task = asyncio.create_task(work)
        answer = asyncio.create_task(self.recording.answered.wait())
        await asyncio.wait((task, answer), return_when=asyncio.FIRST_COMPLETED)
        answer.cancel()
        return task

    def page(self, verb: str, *args: Any, start: str | None = None, **options: Any) -> tuple[list[Any], str | None]:
        """One page, and the token of the next."""
        pages = getattr(self.inner, verb)(*args, **options).by_page(start)
        return self.runner.run(_first(pages)), pages.continuation_token


def _usual(emulator: Emulator, recording: Recording) -> dict[str, Any]:
    trust = {"connection_verify": emulator.ready["ca_file"]}
    return {**trust, "verify_challenge_resource": False, "raw_response_hook": recording.hook}


@contextmanager
def _blocking(emulator: Emulator, **more: Any) -> Iterator[Vault]:
    recording = Recording()
    usual = _usual(emulator, recording)
    with ExitStack() as stack:
        credential = ClientSecretCredential(**emulator.sign_in, connection_verify=emulator.ready["ca_file"])
        stack.enter_context(credential)
        clients = (
            CertificateClient(emulator.url, credential, **usual | more),
            KeyClient(emulator.url, credential, **usual),
            SecretClient(emulator.url, credential, **usual),
        )
        yield Vault(emulator, recording, *(stack.enter_context(client) for client in clients))


@contextmanager
def _awaiting(emulator: Emulator, **more: Any) -> Iterator[Vault]:
    recording = Recording()
    usual = _usual(emulator, recording)

    async def opened(stack: AsyncExitStack) -> list[Any]:
        credential = AsyncCredential(**emulator.sign_in, connection_verify=emulator.ready["ca_file"])
        await stack.enter_async_context(credential)
        clients = (
            AsyncCertificates(emulator.url, credential, **usual | more),
            AsyncKeys(emulator.url, credential, **usual),
            AsyncSecrets(emulator.url, credential, **usual),
        )
        return [await stack.enter_async_context(client) for client in clients]

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            clients = runner.run(opened(stack))
            waiting = [Waiting(client, runner) for client in clients]
            yield AsyncVault(emulator, recording, *waiting, runner=runner, inner=clients[0])
        finally:
            runner.run(stack.aclose())


KINDS = {"sync": _blocking, "async": _awaiting}


@pytest.fixture(params=KINDS)
def clients(request: pytest.FixtureRequest, emulator: Emulator) -> Callable[..., Any]:
    """Opens clients of either kind; what is given goes to the one for certificates."""
    return partial(KINDS[request.param], emulator)


@pytest.fixture
def vault(clients: Callable[..., Any], emulator: Emulator, tmp_path: Path) -> Iterator[Vault]:
    """An empty vault; in the end the model has to explain all that was said."""
    emulator.anew()
    with clients() as made:
        yield made
    checked = made.recording.judged(tmp_path / "session.har")
    file = checked.files[0]
    assert checked.verdict == "conforms", "\n".join(line for told in file.told for line in finding_lines(file, told))
    assert file.verdict is not None
    assert set(file.verdict.unjudged) <= UNJUDGED
