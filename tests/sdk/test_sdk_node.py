"""The official clients for Node live their lives (tests/node) against the same emulator; what they said is judged here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from certlife.conformance.check_trace import check
from certlife.conformance.report import finding_lines

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests" / "node"
FILES = sorted(NODE.glob("*.test.mjs"))


def node(*arguments: str, emulator: Any, recordings: Path, folder: Path = NODE) -> str:
    """Run Node with the emulator's CA trusted; what it printed.

    Skips: there is no Node here, or `make test` could not install the clients for want of npm.
    """
    program = shutil.which("node")
    if program is None or not (NODE / "node_modules" / "@azure").is_dir():
        pytest.skip("the official clients for Node are not installed: `make test` does that where there are node and npm")
    told = recordings / "emulator.json"
    told.write_text(json.dumps(emulator.ready))
    environment = {"NODE_EXTRA_CA_CERTS": emulator.ready["ca_file"], "CERTLIFE_EMULATOR": str(told)}
    done = subprocess.run(  # noqa: S603 - our own command
        [program, *arguments],
        cwd=folder,
        env=os.environ | environment | {"CERTLIFE_RECORDINGS": str(recordings)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=[path.name.partition(".")[0] for path in FILES])
def test_lives_are_lived_and_the_model_explains_them(emulator: Any, tmp_path: Path, file: Path) -> None:
    written = file.read_text(encoding="utf-8")

    printed = node("--test", "--test-reporter=tap", str(file), emulator=emulator, recordings=tmp_path)

    passed = int(re.findall(r"^# pass (\d+)$", printed, re.MULTILINE)[0])
    recordings = sorted(tmp_path.glob("*.har"))
    checked = check(recordings)
    lines = [line for one in checked.files for told in one.told for line in finding_lines(one, told)]
    assert passed >= len(re.findall(r"^ *test\(", written, re.MULTILINE))
    assert len(recordings) >= len(re.findall(r"\blife\(\{", written))
    assert lines == []
    assert all(one.verdict is not None and one.verdict.verdict == "conforms" for one in checked.files)


def test_code_shown_in_the_document_runs(emulator: Any, tmp_path: Path) -> None:
    emulator.anew()
    document = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```js\n(.*?)^```", document, re.DOTALL | re.MULTILINE)

    (tmp_path / "node_modules").symlink_to(NODE / "node_modules")  # as if they were installed here
    (tmp_path / "shown.mjs").write_text(code)
    printed = node("shown.mjs", emulator=emulator, recordings=tmp_path, folder=tmp_path)

    assert re.fullmatch(r"https://localhost:\d+/certificates/web/[0-9a-f]{32}\n", printed)
