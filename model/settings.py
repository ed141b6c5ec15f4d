"""The vault's settings: facts that no request changes, given or inferred from what the answers show.

Not here: the states of names (joint).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

LONGEST_RETENTION_DAYS = 90


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known of a vault's settings; None is not known yet.

    Attributes:
        soft_delete: whether deleted certificates are kept.
        purge_protected: whether they can not be purged by hand.
        retention_days: how long they are kept, 7 to 90 days.
        shows_level: whether attributes carry the recoveryLevel.
    """

    soft_delete: bool | None = None
    purge_protected: bool | None = None
    retention_days: int | None = None
    shows_level: bool | None = None

    @property
    def all_known(self) -> bool:
        """Whether nothing is left to learn."""
        return None not in (self.soft_delete, self.purge_protected, self.retention_days, self.shows_level)

    def candidates(self) -> Iterator[Settings]:
        """The settings that the vault may have, as far as the states depend on them."""
        for soft_delete in (True, False) if self.soft_delete is None else (self.soft_delete,):
            if not soft_delete:
                yield replace(self, soft_delete=False, purge_protected=False)
                continue
            for protected in (False, True) if self.purge_protected is None else (self.purge_protected,):
                yield replace(self, soft_delete=True, purge_protected=protected)

    def agrees_with_level(self, level: str, *, days: int | None) -> bool:
        """Whether attributes.recoveryLevel and recoverableDays may be shown by a vault with these settings."""
        shown = settings_shown(level, days=days)
        if days is not None and shown.retention_days not in (None, days):
            return False
        pairs = zip(
            (self.soft_delete, self.purge_protected, self.retention_days),
            (shown.soft_delete, shown.purge_protected, shown.retention_days),
            strict=True,
        )
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)


def settings_shown(level: str, *, days: int | None) -> Settings:
    """The settings that a recoveryLevel, and recoverableDays where shown, speak of (KVC-DEL-024 to KVC-DEL-030)."""
    if level == "Purgeable":
        return Settings(soft_delete=False, purge_protected=False)
    retention = LONGEST_RETENTION_DAYS if level.startswith("Recoverable") else days
    return Settings(soft_delete=True, purge_protected="Purgeable" not in level, retention_days=retention)


def learned(old: Settings, new: Settings) -> Settings:
    """`old` with what `new` adds."""
    return Settings(
        new.soft_delete if old.soft_delete is None else old.soft_delete,
        new.purge_protected if old.purge_protected is None else old.purge_protected,
        new.retention_days if old.retention_days is None else old.retention_days,
        new.shows_level if old.shows_level is None else old.shows_level,
    )
