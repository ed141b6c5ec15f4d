"""Histories that can be run again: a finding, a named edge case.

    {"name", "question", "answer", "requirements", "about", "setup", "seed", "api_version", "fresh", "acts", "finding"}

Not here: what an act is (acts), how a history is carried out (trial).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from certlife.adapters.targets import Setup, Target
from certlife.conformance.suite.acts import Act, ActMalformed, from_json, to_json
from certlife.conformance.suite.notebook import NothingToReferTo
from certlife.conformance.suite.trial import API_VERSION, Deviated, Trial
from certlife.model import Profile
from certlife.model.values import Json


class HistoryMalformed(ValueError):  # noqa: N818 - it says what is wrong
    """The file is no history; whoever wrote or named it is wrong."""


@dataclass(frozen=True, slots=True)
class History:
    """What was done to a vault, such that it can be done again.

    Attributes:
        question, answer: of an edge case: what it asks, and what documents and service say.
        requirements: what it is about, by ids of the register.
        about: rules of which one at least must be met on the way, else the history has shown nothing.
        setup: of the vault; None for any.
        seed: of the vault and of what the client brings along.
        fresh: whether it begins with an empty vault.
        finding: of a saved finding: `{"rule", "text"}`.
    """

    name: str
    acts: tuple[Act, ...]
    question: str = ""
    answer: str = ""
    requirements: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    setup: Setup | None = None
    seed: int = 0
    api_version: str = API_VERSION
    fresh: bool = True
    finding: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a history.

    Attributes:
        deviated: the finding, if there is one.
        missing: why it could not be carried out to its end, or has shown nothing; empty if it could and has.
    """

    history: History
    trial: Trial
    deviated: Deviated | None = None
    missing: str = ""

    @property
    def verdict(self) -> str:
        """`conforms`, `deviates` or `inconclusive`."""
        return "deviates" if self.deviated is not None else "inconclusive" if self.missing else "conforms"


def replay(
    history: History, target: Target, *, profile: Profile = Profile.EITHER, lenient: bool = False
) -> Replayed:
    """Carry a history out against a target.

    Args:
        lenient: whether acts that refer to what was never shown are left out.

    Raises: VaultUnreachable: the target does not answer.
    """
    vault = target.open(seed=history.seed, setup=(history.setup or Setup()) if target.setups else None)
    trial = Trial(
        vault,
        seed=history.seed,
        profile=profile,
        fresh=history.fresh and bool(target.setups),
        api_version=history.api_version,
    )
    try:
        for act in history.acts:
            try:
                trial.do(act)
            except NothingToReferTo:
                if not lenient:
                    raise
    except Deviated as deviated:
        return Replayed(history, trial, deviated)
    except NothingToReferTo as nothing:
        return Replayed(history, trial, missing=f"act {len(trial.acts) + 1}: {nothing}")
    finally:
        vault.close()
    if trial.left_out and not lenient:
        return Replayed(history, trial, missing=f"a request was not sent: {trial.left_out[0]}")
    if history.about and not any(trial.held[rule] for rule in history.about):
        return Replayed(history, trial, missing=f"none of {' '.join(history.about)} was met")
    return Replayed(history, trial)


def document(history: History) -> dict[str, Any]:
    """A history as JSON; what is empty is left out."""
    members: dict[str, Any] = {
        "name": history.name,
        "question": history.question,
        "answer": history.answer,
        "requirements": list(history.requirements),
        "about": list(history.about),
        "setup": None if history.setup is None else asdict(history.setup),
        "seed": history.seed,
        "api_version": "" if history.api_version == API_VERSION else history.api_version,
        "fresh": None if history.fresh else False,
        "finding": dict(history.finding),
        "acts": [to_json(act) for act in history.acts],
    }
    return {name: value for name, value in members.items() if value is False or value not in (None, "", [], {}, 0)}


def written(history: History) -> str:
    """A history as the text of its file: an act a line."""
    whole = document(history)
    acts = ",\n  ".join(json.dumps(act, ensure_ascii=False) for act in whole.pop("acts"))
    head = json.dumps(whole, indent=1, ensure_ascii=False).removesuffix("\n}")
    return f'{head},\n "acts": [\n  {acts}\n ]\n}}\n'


def read(path: Path) -> History:
    """Read a history.

    Raises: HistoryMalformed: it is none; the text names file and place.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryMalformed(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise HistoryMalformed(f"{path}: no JSON: {error}") from None
    return from_document(value, str(path))


def from_document(value: Any, place: str = "history") -> History:
    """The history that a JSON object stands for.

    Raises: HistoryMalformed: it stands for none.
    """
    if not isinstance(value, dict) or not isinstance(value.get("acts"), list):
        raise HistoryMalformed(f"{place}: a history is an object with a list of acts")
    unknown = set(value) - _MEMBERS
    if unknown:
        raise HistoryMalformed(f"{place}: a history has no {', '.join(sorted(unknown))}")
    acts = tuple(_act(one, f"{place}: acts[{index}]") for index, one in enumerate(value["acts"]))
    rest = {name: member for name, member in value.items() if name not in ("acts", "setup")}
    for name in ("requirements", "about"):
        if not isinstance(rest.get(name, []), list):
            raise HistoryMalformed(f"{place}: {name} is a list of ids")
        rest[name] = tuple(rest.get(name, ()))
    try:
        setup = Setup(**value["setup"]) if "setup" in value else None
        return History(**{"name": "", **rest}, acts=acts, setup=setup)
    except TypeError as error:
        raise HistoryMalformed(f"{place}: {error}") from None


def _act(value: Any, place: str) -> Act:
    try:
        return from_json(value)
    except ActMalformed as error:
        raise HistoryMalformed(f"{place}: {error}") from None


_MEMBERS: Final = {
    "name", "question", "answer", "requirements", "about", "setup", "seed", "api_version", "fresh", "finding", "acts",
}  # fmt: skip
