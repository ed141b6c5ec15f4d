"""The command serve: the emulator, until it is told to stop.

Exit status: 0 it was told to stop, 2 usage error. Not here: the emulator (adapters.emulator).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from certlife.adapters.emulator import MakesVault, Options, Running, Store, StoreUnusable, run
from certlife.adapters.emulator.logs import LEVELS, write_to
from certlife.adapters.emulator.options import TENANT
from certlife.adapters.emulator.server import ListenError
from certlife.conformance.console import PATH


@click.command("serve")
@click.option("--host", default="localhost", show_default=True, help="the name or address to listen at")
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0: any that is free")
@click.option("--http", is_flag=True, help="plain HTTP; official clients send tokens over HTTPS alone")
@click.option("--name", "names", multiple=True, help="a further host name that the certificate is good for; `*.` may lead")
@click.option("--ca-out", type=PATH, help="where to write the certificate of the CA, to be trusted by clients")
@click.option("--no-auth", is_flag=True, help="ask nobody for a token")
@click.option("--tenant", default=TENANT, show_default=True, help="the directory that tokens come from")
@click.option("--client-id", help="of the application that may have tokens [default: a new one]")
@click.option("--client-secret", envvar="CERTLIFE_CLIENT_SECRET", help="its secret [default: $CERTLIFE_CLIENT_SECRET, else a new one]")
@click.option("--fast", is_flag=True, help="issuance, deletion, recovery and purge take no time")
@click.option("--seed", type=int, help="of keys and identifiers in every vault [default: different ones each]")
@click.option("--data", type=PATH, help="keep the vaults in this file")
@click.option("--control-port", type=click.IntRange(0, 65535), help="serve the controls, on the loopback address; 0: any port")
@click.option("--control-token", envvar="CERTLIFE_CONTROL_TOKEN", help="what the controls ask for [default: $CERTLIFE_CONTROL_TOKEN, else a new one]")
@click.option("--log-level", type=click.Choice(LEVELS), default="info", show_default=True, help="of the lines on standard error; debug has one for every request")
@click.option("--json", "as_json", is_flag=True, help="tell that it is ready as one JSON object, secrets included")
def serve_command(  # noqa: PLR0913 - one for each option
    *,
    host: str,
    port: int,
    http: bool,
    names: tuple[str, ...],
    ca_out: Path | None,
    no_auth: bool,
    tenant: str,
    client_id: str | None,
    client_secret: str | None,
    fast: bool,
    seed: int | None,
    data: Path | None,
    control_port: int | None,
    control_token: str | None,
    log_level: str,
    as_json: bool,
) -> None:
    """Emulate the service: vaults over HTTPS, for code that uses certificates, and for its tests."""
    given: dict[str, Any] = {"client_id": client_id, "client_secret": client_secret, "control_token": control_token}
    options = Options(
        host=host,
        port=port,
        tls=not http,
        names=names,
        auth=not no_auth,
        tenant=tenant,
        fast=fast,
        seed=seed,
        ca_out=ca_out,
        control_port=control_port,
        **{name: value for name, value in given.items() if value},
    )
    write_to(sys.stderr, log_level)
    try:
        run(
            options,
            ready=partial(_told, as_json=as_json),
            mutants=_Mutants() if control_port is not None else None,
            store=None if data is None else Store(data),
        )
    except (ListenError, StoreUnusable, ValueError) as error:
        raise click.UsageError(str(error)) from None


class _Mutants(Mapping[str, MakesVault]):
    """The vaults that are wrong; they are loaded when somebody wants one, for an emulator has to be ready soon."""

    def __getitem__(self, name: str) -> MakesVault:
        made: MakesVault = self._all()[name].vault
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = import_module("certlife.conformance.mutants.all").MUTANTS
        return found


def _told(running: Running, *, as_json: bool) -> None:
    click.echo(json.dumps(_document(running)) if as_json else "\n".join(_lines(running)))
    sys.stdout.flush()


def _document(running: Running) -> dict[str, Any]:
    return {
        "url": running.url,
        "ca_file": None if running.ca_file is None else str(running.ca_file),
        "tenant": running.tenant if running.auth else None,
        "client_id": running.client_id if running.auth else None,
        "client_secret": running.client_secret if running.auth else None,
        "control_url": running.control_url,
        "control_token": None if running.control_url is None else running.control_token,
    }


def _lines(running: Running) -> list[str]:
    lines = [f"serving {running.url}"]
    if running.ca_file is not None:
        lines.append(f"trust   {running.ca_file}")
    if running.auth:
        lines.append(f"sign in at {running.url}/{running.tenant} as {running.client_id} with {running.client_secret}")
    if running.control_url is not None:
        lines.append(f"control {running.control_url} with {running.control_token}")
    return lines
