"""What a 401 tells: where tokens for the vault come from, and for which resource.

    WWW-Authenticate: Bearer authorization="https://login.windows.net/TENANT", resource="https://vault.azure.net"

Not here: getting one (tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PART: Final = re.compile(r'([\w.-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """A bearer challenge.

    Attributes:
        authority: where tokens come from, with the tenant as its path; empty where it is not said.
        scope: what a token has to be for: `https://vault.azure.net/.default`; empty where it is not said.
    """

    authority: str = ""
    scope: str = ""

    @property
    def tenant(self) -> str:
        """The tenant that tokens come from; empty where it is not said."""
        return urlsplit(self.authority).path.strip("/").partition("/")[0]

    def is_for(self, host: str) -> bool:
        """Whether a token for the scope is one for a vault on the host: only such a one may be sent there.

        `https://vault.azure.net` is the resource of `https://NAME.vault.azure.net`. Any other would let a host that
        is asked for certificates collect tokens for something else.
        """
        resource = (urlsplit(self.scope).hostname or "").lower()
        return bool(resource) and (host == resource or host.endswith(f".{resource}"))


def challenge_of(headers: Iterable[tuple[str, str]]) -> Challenge | None:
    """The first bearer challenge among an answer's headers; None where there is none."""
    for name, value in headers:
        scheme, _, rest = value.strip().partition(" ")
        if name.lower() == "www-authenticate" and scheme.lower() == "bearer":
            said = {found[1].lower(): found[2] or found[3] or "" for found in _PART.finditer(rest)}
            resource = said.get("resource", "")
            scope = said.get("scope") or (f"{resource.rstrip('/')}/.default" if resource else "")
            return Challenge(said.get("authorization") or said.get("authorization_uri", ""), scope)
    return None
