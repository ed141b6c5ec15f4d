"""The rows that no way leads to, each with the reason.

Not here: the ways (atlas), what was gone for in vain in one vault (coverage).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from certlife.model import guards as g
from certlife.model.tables import TABLES

OUT_OF_REACH: Final = {
    g.name_held: "no way on the map makes a key or a secret of its own; the edge cases do",
    g.name_perhaps_held: "the vault is known to be empty at first",
    g.backup_unknown: "all backups are known",
    g.key_unclear: "all certificate requests are known",
    g.version_unseen: "all versions are known",
    g.many_versions: "it takes more than 500 versions",
}
"""What the guards ask that can not be brought about on a way, and why."""
SEEN_OTHERWISE: Final = {
    "VERS-01": "a version's nbf is known when it is shown, and not before",
    "VERS-02": "a version's exp is known when it is shown: then VERS-09 is taken",
    **dict.fromkeys(("CERT-102", "CERT-107", "CERT-112"), "a vault that forgets in time can not be told from one that only does not show it"),
}
"""Rows that no answer tells from others, and why."""
BEYOND: Final[Mapping[str, str]] = {
    **{row.rule: OUT_OF_REACH[row.guard] for table in TABLES.values() for row in table if row.guard in OUT_OF_REACH},
    **SEEN_OTHERWISE,
}
"""The rows that no way leads to, and why."""
