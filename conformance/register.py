"""The register: what every id stands for, and which rules enforce it.

Not here: the rules (certlife.model), how an explanation is printed (explain).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from certlife.model.answers import RELATIONS, SHOWS
from certlife.model.belief import CLOCK
from certlife.model.constraints import CONSTRAINTS
from certlife.model.rows import Constraint, Join, Relation, Row, Rule, Show
from certlife.model.tables import JOINT, TABLES
from certlife.model.x509_rules import X509_RELATIONS

SECTIONS: Final = {
    "requirements": "requirement",
    "observed": "observed fact",
    "contradictions": "contradiction",
    "silences": "silence",
    "field": "field note",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One id of the register.

    Attributes:
        kind: requirement, observed fact, contradiction, silence or field note.
        members: what the register says, as it stands there.
        rules: the rules that cite it.
    """

    id: str
    kind: str
    members: Mapping[str, Any]
    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        """What it says, in a sentence or two."""
        if self.kind == "contradiction":
            return f"{self.members['subject']}: {self.members['says']} {self.members['but']}"
        return str(self.members["text"])

    @property
    def unmodelled(self) -> str:
        """Why no rule enforces it; empty where rules do."""
        return str(self.members.get("unmodelled", ""))


@cache
def by_table() -> dict[str, tuple[Rule, ...]]:
    """All rules of the model, by the name of the table that they stand in."""
    return {
        **{machine.value: table for machine, table in TABLES.items()},
        "joint": JOINT,
        "shown members": SHOWS,
        "relations": RELATIONS,
        "X.509": X509_RELATIONS,
        "request rules": CONSTRAINTS,
        "session": (CLOCK,),
    }


@cache
def rules() -> dict[str, Rule]:
    """All rules of the model by id."""
    return {rule.rule: rule for table in by_table().values() for rule in table}


@cache
def _document() -> dict[str, Any]:
    text = resources.files("certlife.model").joinpath("requirements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def entries() -> dict[str, Entry]:
    """The whole register by id, in its order."""
    citing: dict[str, list[Rule]] = {}
    for rule in rules().values():
        for cited in rule.because:
            citing.setdefault(cited, []).append(rule)
    document = _document()
    return {
        key: Entry(key, kind, members, tuple(citing.get(key, ())))
        for section, kind in SECTIONS.items()
        for key, members in document.get(section, {}).items()
    }


@cache
def sources() -> dict[str, Mapping[str, str]]:
    """The documents by their short names: title and url."""
    return dict(_document()["sources"])


def find(identifier: str) -> Entry | Rule | None:
    """What an id stands for: an entry of the register or a rule; `OPR-012` will do for `KVC-OPR-012`."""
    wanted = identifier.strip().upper()
    for candidate in (wanted, f"KVC-{wanted}"):
        if candidate in entries():
            return entries()[candidate]
    return rules().get(wanted)


def url_of(identifier: str) -> str:
    """Where a requirement is written; empty for what no document says."""
    entry = entries().get(identifier)
    short = entry.members.get("source", []) if entry is not None else []
    return sources()[short[0]]["url"] if short else ""


__all__ = ["Constraint", "Entry", "Join", "Relation", "Row", "Show", "by_table", "entries", "find", "rules", "sources", "url_of"]
