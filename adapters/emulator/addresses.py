"""Which vault a request is for: by the name of the host, or by the first part of the path.

`web.vault.localhost` is the vault `web`. Plain names and addresses (`localhost`, `127.0.0.1`) are the default vault, and
under `/NAME` any other. Not here: whether there is such a vault (vaults).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

DEFAULT: Final = "default"
_HOST: Final = re.compile(r"(?P<name>[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_VAULT: Final = re.compile(r"(?=.{3,24}$)[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")  # KVC-LIM-003
_LONGEST: Final = 255
_WORDS: Final = frozenset(
    ("certificates", "deletedcertificates", "keys", "deletedkeys", "secrets", "deletedsecrets")
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went.

    Attributes:
        vault: its name, in lower case.
        host: with the port where one was named, in lower case.
        resource: what tokens for it are for, without a scheme: of a host that names the vault what follows that name,
            else the host. Clients want the host to end in a dot and the resource, and compare the port as well.
        prefix: what stands before the path that the vault knows; empty, or `/NAME`.
    """

    vault: str
    host: str
    resource: str
    prefix: str = ""


def is_vault_name(name: str) -> bool:
    """Whether a vault can be called so."""
    return _VAULT.fullmatch(name) is not None


def host_of(header: str) -> tuple[str, str] | None:
    """The name and the port of a `Host` header, the name in lower case; None where it is none."""
    found = _HOST.fullmatch(header)
    if found is None or len(header) > _LONGEST or (found["name"].startswith("[") and not _is_address(found["name"][1:-1])):
        return None
    return found["name"].lower().rstrip("."), found["port"] or ""


def place_of(header: str, target: str) -> Place | None:
    """The place of a request; None where the host is none, or can not be a vault's.

    Args:
        header: `Host`, as sent.
        target: the path as sent, with or without its query.
    """
    host = host_of(header)
    if host is None:
        return None
    name, port = host
    shown = f"{name}:{port}" if port else name
    if not _is_plain(name):
        label = name.partition(".")[0]
        return Place(label, shown, shown.partition(".")[2]) if is_vault_name(label) else None
    parts = target.partition("?")[0].split("/", 3)
    if len(parts) > 2 and parts[2].lower() in _WORDS and parts[1].lower() not in _WORDS and is_vault_name(parts[1]):
        return Place(parts[1].lower(), shown, shown, f"/{parts[1]}")
    return Place(DEFAULT, shown, shown)


def _is_plain(name: str) -> bool:
    return "." not in name or name.startswith("[") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
