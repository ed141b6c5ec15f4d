"""How the official clients for Python get at the emulator: whom they trust, how they sign in, what they make of faults."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncCredential
from azure.keyvault.certificates import ApiVersion, CertificateClient, CertificatePolicy
from azure.keyvault.certificates.aio import CertificateClient as AsyncCertificates

ROOT = Path(__file__).resolve().parents[2]
SYNC = """
from azure.identity import ClientSecretCredential
from azure.keyvault.certificates import CertificateClient
credential = ClientSecretCredential(**SIGN_IN)
print([one.name for one in CertificateClient(URL, credential, verify_challenge_resource=False).list_properties_of_certificates()])
"""
ASYNC = """
import asyncio
from azure.identity.aio import ClientSecretCredential
from azure.keyvault.certificates.aio import CertificateClient
async def main():
    async with (
        ClientSecretCredential(**SIGN_IN) as credential,
        CertificateClient(URL, credential, verify_challenge_resource=False) as client,
    ):
        print([one.name async for one in client.list_properties_of_certificates()])
asyncio.run(main())
"""


def run(code: str, folder: Path, **environment: str) -> str:
    """Run Python of the users' kind in a process of its own; what it printed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- trust


# how the CA is trusted, the code of a user, the environment variable
TRUSTED = (("REQUESTS_CA_BUNDLE", SYNC), ("SSL_CERT_FILE", ASYNC))


@pytest.mark.parametrize(("variable", "code"), TRUSTED, ids=[variable for variable, _ in TRUSTED])
def test_ca_is_trusted_by_an_environment_variable(emulator: Any, tmp_path: Path, variable: str, code: str) -> None:
    emulator.anew()
    given = f"URL = {emulator.url!r}\nSIGN_IN = {emulator.sign_in!r}\n"

    assert run(given + code, tmp_path, **{variable: emulator.ready["ca_file"]}) == "[]\n"


def test_ca_that_is_not_trusted_keeps_clients_away(emulator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    credential = ClientSecretCredential(**emulator.sign_in, connection_verify=emulator.ready["ca_file"])
    client = CertificateClient(emulator.url, credential, verify_challenge_resource=False, retry_total=0)

    with credential, client, pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get_certificate("web")


@pytest.mark.parametrize("document", ["README.md", "docs/emulator.md"])
def test_code_shown_in_a_document_runs(emulator: Any, tmp_path: Path, document: str) -> None:
    emulator.anew()
    (tmp_path / "emulator.json").write_text(json.dumps(emulator.ready))
    shown = re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

    printed = [run(code, tmp_path) for code in shown]

    assert printed
    assert all(re.search(r"^https://localhost:\d+/certificates/web/[0-9a-f]{32}$", text, re.MULTILINE) for text in printed)


# --- sign-in


def test_wrong_secret_gets_no_token(emulator: Any) -> None:
    trust = {"connection_verify": emulator.ready["ca_file"]}
    credential = ClientSecretCredential(**emulator.sign_in | {"client_secret": "wrong"}, **trust)
    client = CertificateClient(emulator.url, credential, verify_challenge_resource=False, **trust)

    with credential, client, pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        client.get_certificate("web")


def test_localhost_is_no_subdomain_so_clients_that_verify_that_refuse_it(emulator: Any) -> None:
    trust = {"connection_verify": emulator.ready["ca_file"]}
    credential = ClientSecretCredential(**emulator.sign_in, **trust)
    client = CertificateClient(emulator.url, credential, **trust)

    with credential, client, pytest.raises(ValueError, match="does not match the requested domain"):
        client.get_certificate("web")


class Loopback(AbstractResolver):
    """Every name is this machine, as RFC 6761 has it for those that end in `.localhost`."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """Resolve a name."""
        address = ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)
        return [address | {"family": socket.AF_INET}]

    async def close(self) -> None:
        """Do nothing."""


def test_vaults_with_names_of_their_own_are_told_apart_and_pass_the_verification(emulator: Any) -> None:
    trust = {"connection_verify": emulator.ready["ca_file"]}
    policy = CertificatePolicy.get_default()

    async def made_in(vault: str, credential: AsyncCredential) -> tuple[str, list[str]]:
        url = emulator.url.replace("localhost", f"{vault}.vault.localhost")
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Loopback()))
        async with AsyncCertificates(url, credential, transport=AioHttpTransport(session=session, **trust)) as client:
            made = await client.create_certificate(f"of-{vault}", policy)
            listed = [one.name async for one in client.list_properties_of_certificates()]
            return made.id.removesuffix(made.properties.version), listed

    async def lived() -> list[tuple[str, list[str]]]:
        async with AsyncCredential(**emulator.sign_in, **trust) as credential:
            return [await made_in(vault, credential) for vault in ("red", "blue")]

    red, blue = asyncio.run(lived())
    port = emulator.url.rpartition(":")[2]
    assert red == (f"https://red.vault.localhost:{port}/certificates/of-red/", ["of-red"])
    assert blue == (f"https://blue.vault.localhost:{port}/certificates/of-blue/", ["of-blue"])


# --- versions of the interface, faults, lies


# the kind of client, by turns, and the version
VERSIONS = tuple(zip(cycle(("sync", "async")), ApiVersion, strict=False))


@pytest.mark.parametrize(("clients", "version"), VERSIONS, indirect=["clients"])
def test_every_version_of_the_interface_that_the_client_knows_is_served(
    emulator: Any, clients: Any, tmp_path: Path, version: ApiVersion
) -> None:
    emulator.anew()
    with clients(api_version=version) as vault:
        made = vault.create("web", CertificatePolicy.get_default())
        deleted = vault.delete("web")
        vault.certificates.purge_deleted_certificate("web")

    asked = [entry["request"]["url"] for entry in vault.recording.entries]
    assert deleted.cer == made.cer
    assert all(f"api-version={version.value}" in url for url in asked)
    assert vault.recording.judged(tmp_path / "session.har").verdict == "conforms"


def statuses(vault: Any) -> list[int]:
    return [entry["response"]["status"] for entry in vault.recording.entries if entry["response"]["status"] != 401]


FAULTS = ({"kind": "throttle", "retry_after_s": 0}, {"kind": "fail"})


@pytest.mark.parametrize("fault", FAULTS, ids=[str(one["kind"]) for one in FAULTS])
def test_client_asks_again_after_a_fault(vault: Any, fault: dict[str, Any]) -> None:
    made = vault.create("web", CertificatePolicy.get_default())
    before = len(statuses(vault))
    vault.emulator.control("/faults", **fault)

    shown = vault.certificates.get_certificate("web")

    assert shown.cer == made.cer
    assert statuses(vault)[before:] == [429 if fault["kind"] == "throttle" else 500, 200]


def test_lie_is_found_in_what_the_clients_were_told(emulator: Any, clients: Any, tmp_path: Path) -> None:
    emulator.anew(mutant="cancel-after-completion-is-granted")
    with clients() as vault:
        vault.create("web", CertificatePolicy.get_default())
        vault.certificates.cancel_certificate_operation("web")

    checked = vault.recording.judged(tmp_path / "session.har")
    assert [told.found.rule for told in checked.files[0].told] == ["OPER-20"]
