"""Schemathesis against the emulator's OpenAPI document: a tool that nobody here wrote finds no 5xx and no misfit.

`make fuzz`. The vault is seeded with names in all states, and the tool is told of them and of files, so that it comes past 404.
Not here: inputs of our own (fuzz_emulator).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz_inputs import LIVES, files, setting_up
from served import Served, serving

ST = str(Path(sys.executable).with_name("st"))
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"


def dictionaries() -> dict[str, list[str]]:
    """Values that mean something to the vault."""
    return {
        "names": list(LIVES),
        "issuers": ["ca", "nobody"],
        "files": [files()[kind] for kind in ("pfx", "pfx-ec", "pem")],
        "links": [files()["der"], files()["p7b"]],
        "subjects": ["CN=a", 'O="A, B", CN=b', ""],
    }


BINDINGS = {
    "path.certificate-name": ("names", 0.8),
    "path.issuer-name": ("issuers", 0.7),
    "body.value": ("files", 0.5),
    "body.x5c[*]": ("links", 0.7),
    "body.policy.x509_props.subject": ("subjects", 0.7),
    "body.policy.issuer.name": ("issuers", 0.3),
}


def configured(folder: Path) -> Path:
    """The tool's configuration, as a file."""
    lines = [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in dictionaries().items()]
    lines.append("[parameters]")
    lines += [f'"{place}" = {{ dictionary = "{name}", probability = {odds} }}' for place, (name, odds) in BINDINGS.items()]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def seeded(served: Served) -> None:
    """Make the names."""
    for sent in setting_up():
        status, _, body = served.ask(sent.method, f"{sent.path}?{sent.query}", sent.raw or None)
        assert status < 300, body


def run(folder: Path, *, examples: int, phases: str, seed: int) -> tuple[int, str, str]:
    """Let the tool ask an emulator; its exit status, what it said, what the emulator logged.

    Args:
        examples: for each operation in each phase.
    """
    with serving(folder, "--http", "--no-auth", "--fast", "--seed", "1", "--log-level", "warning") as one:
        seeded(one)
        options = {"--seed": seed, "--max-examples": examples, "--checks": CHECKS, "--phases": phases, "--warnings": "off"}
        arguments = [str(part) for option in options.items() for part in option]
        ended = subprocess.run(  # noqa: S603 - our own command
            [ST, "--config-file", str(configured(folder)), "run", f"{one.ready['url']}/openapi.json", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
        )
        return ended.returncode, ended.stdout[-6000:] + ended.stderr[-2000:], one.log.read_text()


def main() -> None:
    """Run all phases, and say what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        status, said, log = run(Path(folder), examples=40, phases="examples,coverage,fuzzing,stateful", seed=1)
    print(said if status else said[said.find("Test cases") :])
    broken = [line for line in log.splitlines() if "Invalid HTTP request" not in line]  # that is what it is to say to no HTTP
    print("\n".join(broken))
    sys.exit(1 if status or broken else 0)


if __name__ == "__main__":
    main()
