"""Kill whoever writes a store, again and again, and look whether each acknowledged write is there.

A child process asks a vault for one thing after another and says so when the store has it; it is killed with SIGKILL at
some moment. The same requests, asked of a vault in memory, tell what must stand in the file: all that was acknowledged,
at most the one step more that was under way, and of no step a part.

    python tests/kill_store.py [KILLS] [SEED]
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certlife.adapters.emulator import written
from certlife.adapters.emulator.store import Store
from certlife.adapters.memory import MemoryVault
from certlife.adapters.memory.state import State
from certlife.model.values import Request

NAMES = tuple(f"n{number}" for number in range(12))
SPANS = (0, 0, 1, 3, 10, 86_400, 30 * 86_400)


def step(vault: MemoryVault, seed: int, number: int) -> None:
    """Let some time pass and ask for something: what, the seed and the number say."""
    dice = random.Random(f"{seed} {number}")  # noqa: S311 - it shall repeat itself
    vault.controls.advance(dice.choice(SPANS))
    name = dice.choice(NAMES)
    path = f"/certificates/{name}"
    policy = {
        "x509_props": {"subject": f"CN={name}", "validity_months": dice.choice([1, 12])},
        "issuer": {"name": dice.choice(["Self", "Self", "Unknown", "ca"])},
        "key_props": {"kty": dice.choice(["RSA", "EC"])},
    }
    method, path, body = dice.choice(
        [
            *[("POST", path + "/create", {"policy": policy, "tags": {"step": str(number)}})] * 4,
            *[("PATCH", path, {"tags": {"step": str(number)}})] * 2,
            ("PATCH", path + "/policy", policy),
            ("PATCH", path + "/pending", {"cancellation_requested": True}),
            ("DELETE", path + "/pending", None),
            ("DELETE", path, None),
            ("POST", f"/deletedcertificates/{name}/recover", None),
            ("DELETE", f"/deletedcertificates/{name}", None),
            ("PUT", "/certificates/issuers/ca", {"provider": f"Step{number}"}),
            ("DELETE", "/certificates/issuers/ca", None),
            ("PUT", "/certificates/contacts", {"contacts": [{"email": f"{number}@example.com"}]}),
        ]
    )
    vault.perform(Request(method, path, body=body))


def dump(state: State) -> str:
    """All that a vault holds, as text; of the numbers on the agenda only the order, which is all there is to them."""
    numbers = sorted(number for record in state.records.values() for number, (_, due) in record.dues.items() if not due.void)
    order = {number: rank for rank, number in enumerate(numbers)}
    names: dict[str, Any] = {
        name: [written.record_row(record), *map(written.version_row, record.versions)]
        for name, record in sorted(state.records.items())
    }
    for row, *_ in names.values():
        row["agenda"] = [{**due, "number": order[due["number"]]} for due in json.loads(row["agenda"])]
    outbox = [*map(written.message_row, state.outbox)]
    return json.dumps([written.vault_row(state), names, sorted(state.issuers.items()), outbox], default=bytes.hex)


def write(path: Path, seed: int, begin: int, acknowledge: int) -> None:
    """Go on with the vault in the file, without end; tell the pipe `acknowledge` of each step that is in it."""
    store = Store(path)
    vault = store.load("v", lambda state: MemoryVault(state=state)) or MemoryVault(seed)
    number = begin
    while True:
        step(vault, seed, number)
        store.save("v", vault)
        os.write(acknowledge, b".")
        number += 1


def killed(path: Path, seed: int, begin: int, after_s: float) -> int:
    """Let a child write, kill it some time after its first step, and return how many steps it acknowledged."""
    read, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            write(path, seed, begin, acknowledge)
        finally:
            os._exit(1)
    os.close(acknowledge)
    steps = len(os.read(read, 1))
    time.sleep(after_s)  # where it is hit, chance decides; what must hold, holds anywhere
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while more := os.read(read, 65_536):
        steps += len(more)
    os.close(read)
    if os.WTERMSIG(status) != signal.SIGKILL:
        raise RuntimeError("the writer ended by itself")
    return steps


@dataclass
class Tally:
    """What came of it: kills, steps that were acknowledged, and steps that were in the file without that."""

    kills: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0


class LostError(AssertionError):
    """Something that was acknowledged is not there, or something else is."""


def run(path: Path, *, kills: int, seed: int) -> Iterator[Tally]:
    """Kill so many times, and compare the file with a vault in memory each time.

    Raises: LostError: the file holds something else than it must.
    """
    dice = random.Random(seed)  # noqa: S311 - it shall repeat itself
    model, done, tally = MemoryVault(seed), 0, Tally()
    for _ in range(kills):
        acknowledged = killed(path, seed, done, dice.uniform(0, 0.2))
        for _ in range(acknowledged):
            step(model, seed, done)
            done += 1
        store = Store(path)
        vault = store.load("v", lambda state: MemoryVault(state=state))
        store.close()
        found = "" if vault is None else dump(vault.state)
        tally.kills += 1
        tally.acknowledged += acknowledged
        if found != dump(model.state):
            step(model, seed, done)
            done += 1
            tally.unacknowledged += 1
            if found != dump(model.state):
                raise LostError(f"after kill {tally.kills} and {done} steps of seed {seed} the file holds something else")
        yield tally


def main() -> None:
    """Run as often as the command line says, and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begin, tally = time.perf_counter(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        for tally in run(Path(folder) / "vaults.db", kills=kills, seed=seed):
            print(f"\r{tally.kills} kills", end="", file=sys.stderr, flush=True)
        size = (Path(folder) / "vaults.db").stat().st_size
    print(
        f"\n{tally.kills} kills in {time.perf_counter() - begin:.0f} s: {tally.acknowledged} acknowledged steps, all there; "
        f"{tally.unacknowledged} more were there that nobody had acknowledged yet; the file has {size / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
