"""An emulator as a process of its own: started, ready, and stopped, at the latest when this program ends.

It is of a session of its own, so that Ctrl-C does not stop it before what runs in it is tidied up, and it ends by itself when
the pipe to it breaks, so that it does not outlive a program that was killed. Not here: the emulator.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import tempfile
import threading
from typing import IO, Any, Final

from certlife.adapters.port import VaultUnreachable

START_S: Final = 60.0
"""How long it may take to be ready: seconds."""
STOP_S: Final = 10.0
"""How long it may take to end."""
_MEMBERS: Final = ("url", "ca_file", "tenant", "client_id", "client_secret", "control_url", "control_token")
_CHILD: Final = """
import os, signal, threading
def attend():
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=attend, daemon=True).start()
from certlife.conformance.cli import main
main()
"""
_SERVE: Final = ("serve", "--json", "--port", "0", "--control-port", "0", "--log-level", "error")


class EmulatorProcess:
    """An emulator that runs.

    Attributes:
        ready: what it says when it is ready: url, ca_file, tenant, client_id, client_secret, control_url, control_token.
    Raises: VaultUnreachable: it does not start; the text has what it said.
    """

    def __init__(self, *, start_s: float = START_S) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", _CHILD, *_SERVE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, start_new_session=True,
        )  # fmt: skip
        atexit.register(self.close)
        try:
            self.ready = self._first_line(start_s)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop it; a second time does nothing."""
        atexit.unregister(self.close)
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            if stream is not None:
                stream.close()

    def _first_line(self, start_s: float) -> dict[str, Any]:
        lines: list[bytes] = []
        stdout: IO[bytes] | None = self._process.stdout
        reader = threading.Thread(target=lambda: lines.append(b"" if stdout is None else stdout.readline()), daemon=True)
        reader.start()
        reader.join(start_s)
        try:
            ready: dict[str, Any] = json.loads(lines[0])
            if all(isinstance(ready[member], str) for member in _MEMBERS):
                return ready
        except (IndexError, KeyError, TypeError, ValueError):
            pass
        raise VaultUnreachable(f"the emulator does not start{self._last_words()}")

    def _last_words(self) -> str:
        self._process.kill()
        self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace").strip()
        return f": {said.splitlines()[-1]}" if said else ""
