"""The emulator as a process: its sockets, TLS, signals, and the line that says it is ready.

Not here: what is answered (app, control), HTTP itself (protocol).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn
from certlife.adapters.emulator import openapi
from certlife.adapters.emulator.app import Emulator
from certlife.adapters.emulator.authority import Identity, identity
from certlife.adapters.emulator.control import Control
from certlife.adapters.emulator.faults import Faults
from certlife.adapters.emulator.keeper import Keeper
from certlife.adapters.emulator.logs import log
from certlife.adapters.emulator.options import Options
from certlife.adapters.emulator.protocol import Protocol
from certlife.adapters.emulator.store import Store
from certlife.adapters.emulator.vaults import MakesVault, Vaults

LOOPBACK: Final = "127.0.0.1"
_BOTH: Final = (LOOPBACK, "::1")
_BACKLOG: Final = 1024
_FAREWELL_S: Final = 5
_KEEP_ALIVE_S: Final = 75


class ListenError(OSError):
    """It is not possible to listen there; whoever said where is wrong, or somebody else listens there."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where an emulator that is ready is to be found.

    Attributes:
        url: of the default vault.
        ca_file: the CA's certificate; None where there is no TLS.
        control_url: None where there are no controls.
    """

    url: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_file: Path | None
    control_url: str | None
    control_token: str = field(repr=False)
    auth: bool


def run(
    options: Options,
    *,
    ready: Callable[[Running], None],
    mutants: Mapping[str, MakesVault] | None = None,
    store: Store | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what has begun.

    Args:
        ready: is called once when requests are answered.
        mutants: vaults that are wrong, by name, for the control endpoint.
        store: where vaults are kept; it is closed in the end.
    Raises: ListenError. ValueError: a name in the options is none. StoreUnusable: what is in the store can not be read.
    """
    with contextlib.ExitStack() as stack:
        keeper = None if store is None else stack.enter_context(contextlib.closing(Keeper(store)))
        stored, kept = (None, None) if keeper is None else (keeper.note, keeper.kept)
        vaults = Vaults(mutants=mutants, fast=options.fast, seed=options.seed, stored=stored, kept=kept)
        for hosted in () if keeper is None else keeper.hosted():
            vaults.adopt(hosted)
        gc.freeze()  # the collector has no business with what was read: looking through 10,000 certificates takes 0.3 s
        serving = _Serving(options, vaults, stack)
        factory = serving.servers[0].config.get_loop_factory()
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(serving.serve(ready))


class _Serving:
    """The servers of one emulator, with what they hold open."""

    def __init__(self, options: Options, vaults: Vaults, stack: contextlib.ExitStack) -> None:
        self._options = options
        faults = Faults()
        emulator = Emulator(options, vaults, faults=faults, openapi=openapi.document)
        who = identity(options.names) if options.tls else None
        self._ca_file = _ca_file(options, who, stack)
        self._sockets = [_listening(options.host, options.port, stack)]
        self.servers = [_Server(_config(emulator, who))]
        if options.control_port is not None:
            url = self._url()
            control = Control(options.control_token, vaults, faults, url)
            self._sockets.append([stack.enter_context(_bound(LOOPBACK, options.control_port))])
            self.servers.append(_Server(_config(control, None)))

    def _url(self) -> str:
        host = self._options.host
        shown = "localhost" if host in ("localhost", "0.0.0.0", "::", *_BOTH) else host  # noqa: S104 - shown, not bound
        shown = f"[{shown}]" if ":" in shown else shown
        return f"{'https' if self._options.tls else 'http'}://{shown}:{self._sockets[0][0].getsockname()[1]}"

    async def serve(self, ready: Callable[[Running], None]) -> None:
        """Serve until somebody says stop."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl+C ends the loop there
                loop.add_signal_handler(one, self._stop, one.name)
        for server in self.servers:
            server.ready = loop.create_future()
        async with asyncio.TaskGroup() as group:
            for server, held in zip(self.servers, self._sockets, strict=True):
                group.create_task(server.serve(held))
            for server in self.servers:
                await server.ready
            running = self._running()
            log(logging.INFO, "ready", url=running.url, control=running.control_url, auth=running.auth)
            ready(running)
        log(logging.INFO, "stopped")

    def _stop(self, why: str) -> None:
        log(logging.INFO, "stopping", why=why)
        for one in self.servers:
            one.should_exit = True

    def _running(self) -> Running:
        options = self._options
        control = None
        if options.control_port is not None:
            control = f"http://{LOOPBACK}:{self._sockets[1][0].getsockname()[1]}"
        return Running(
            url=self._url(),
            tenant=options.tenant,
            client_id=options.client_id,
            client_secret=options.client_secret,
            ca_file=self._ca_file,
            control_url=control,
            control_token=options.control_token,
            auth=options.auth,
        )


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves signals to whoever runs several."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready: asyncio.Future[None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set_result(None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: Any, who: Identity | None) -> uvicorn.Config:
    context = None if who is None else who.context()
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_FAREWELL_S,
        ssl_context_factory=None if context is None else lambda *_: context,
    )
    config.load()
    return config


def _listening(host: str, port: int, stack: contextlib.ExitStack) -> list[socket.socket]:
    """Sockets for a host; `localhost` has one for each kind of address that the machine has, with one port."""
    if host != "localhost":
        return [stack.enter_context(_bound(host, port))]
    first = stack.enter_context(_bound(LOOPBACK, port))
    try:
        second = [stack.enter_context(_bound("::1", first.getsockname()[1]))]
    except ListenError:  # no IPv6 here, or somebody else has that port there
        second = []
    return [first, *second]


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(f"{host}: {error}") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise ListenError(f"{host} port {port}: {error.strerror}") from None
    return bound


def _ca_file(options: Options, who: Identity | None, stack: contextlib.ExitStack) -> Path | None:
    """Write the CA's certificate where it was asked for, else into a folder that goes with the emulator."""
    if who is None:
        return None
    path = options.ca_out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="certlife-"))) / "ca.pem"
    path.write_bytes(who.ca)
    return path.resolve()
