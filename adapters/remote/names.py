"""The names of a vault that is somebody's: what the suite calls `n1`, the vault calls `certlife-a1b2c3-1-n1`.

Requests are rewritten on their way out, answers on their way in, so that whoever judges them sees a vault of its own:

- `https://HOST:PORT/PATH` in identifiers becomes the vault that the request was sent to,
- a name with the prefix loses it; one without it is marked, such that it can be taken for none of ours and that the order of
  lists stays: `!NAME` where it stands before the prefix, `~NAME` where it stands behind it,
- texts that are no identifiers lose the prefix wherever it stands in them.

What could reach anything without the prefix is not sent. Not here: what has to be cleaned up (cleaning).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from certlife.adapters.port import NotAsked
from certlife.adapters.remote.address import Address
from certlife.model.values import OTHERS_BEFORE, OTHERS_BEHIND, Answer, Json, Request

LONGEST: Final = 127
"""How long a name may be (KVC-NAM-002)."""
LONGEST_NO_BACKUP: Final = 100
"""A blob that is shorter than this many characters is surely nobody's backup: it would not hold a key."""
NO_PREFIX: Final = ""
_COLLECTIONS: Final = ("certificates", "deletedcertificates", "keys", "secrets")
_READ_ONLY: Final = ("keys", "secrets")
# what is about the vault and no name of it; everything else must have a name
_VAULT_WIDE: Final = {
    ("GET", "certificates"),
    ("GET", "deletedcertificates"),
    ("GET", "certificates/issuers"),
}
_CONTACTS, _RESTORE, _ISSUERS = "certificates/contacts", "certificates/restore", "issuers"
_KEYWORDS: Final = ("contacts", "restore", "issuers")
_NOBODYS: Final = ("self", "unknown")
_OPAQUE: Final = frozenset({"cer", "csr", "x5c", "tags", "x509_props", "contacts"})
"""Members in which neither identifiers nor names stand."""


@dataclass(frozen=True, slots=True)
class Names:
    """How names go out and come in.

    Attributes:
        vault: where the vault is.
        prefix: of the names that are ours; empty where the whole vault is.
        contacts: whether the contacts may be touched.
        knows: whether a blob is a backup that this vault has given us.
    """

    vault: Address
    prefix: str = NO_PREFIX
    contacts: bool = True
    knows: Callable[[str], bool] = lambda _: False

    def outward(self, request: Request) -> Request:
        """The request as it is sent.

        Raises: NotAsked: it would reach something that is not ours.
        """
        if not self.prefix:
            return request
        parts = request.path.split("/")
        places = [place for place, part in enumerate(parts) if part]
        words = [parts[place] for place in places]
        place = self._place_of_name(request, words)
        if place is not None:
            parts[places[place]] = self.own(words[place])
        return replace(request, path="/".join(parts), body=self._body_outward(request.body))

    def own(self, name: str) -> str:
        """A name of ours, as the vault has it.

        Raises: NotAsked: it would be too long with its prefix, where it is not without it.
        """
        if len(name) <= LONGEST < len(self.prefix + name):
            raise NotAsked(f"a name of {len(name)} characters leaves no room for the prefix {self.prefix}")
        return self.prefix + name

    def inward(self, answer: Answer, request: Request) -> Answer:
        """The answer as it is judged.

        Args:
            request: before it went outward.
        """
        def text(value: str) -> str:
            return self._text_inward(value, request.vault)

        headers = {name: text(value) if name == "location" else value for name, value in answer.headers.items()}
        return replace(answer, body=_rewritten(answer.body, text, self._issuer_inward), headers=headers)

    # --- out

    def _place_of_name(self, request: Request, words: list[str]) -> int | None:
        """Which of the path's words is the name; None where the request is about the vault."""
        lowered = [word.lower() for word in words]
        whole = "/".join(lowered)
        if any(word in (".", "..") or "\\" in word for word in words):
            raise NotAsked("a path with dots or backslashes may lead anywhere")
        if (request.method, whole) in _VAULT_WIDE or self._is_of_the_vault(request, whole):
            return None
        if len(words) < 2 or lowered[0] not in _COLLECTIONS or (lowered[0] in _READ_ONLY and request.method != "GET"):
            raise NotAsked(f"{request.method} {request.path} is about more than names of ours")
        if lowered[:2] == ["certificates", _ISSUERS] and len(words) == 3 and request.method != "POST":
            return 2
        if lowered[0] == "certificates" and lowered[1] in _KEYWORDS:
            raise NotAsked(f"{request.method} {request.path} may be about more than names of ours")
        return 1

    def _is_of_the_vault(self, request: Request, whole: str) -> bool:
        if whole == _CONTACTS and not self.contacts:
            raise NotAsked("the contacts are the whole vault's: they are left alone without --contacts")
        if whole == _RESTORE and request.method == "POST":
            self._check_blob(request.body)
            return True
        return whole == _CONTACTS and request.method in ("GET", "PUT", "DELETE")

    def _check_blob(self, body: Json) -> None:
        blob = body.get("value") if isinstance(body, dict) else None
        if isinstance(blob, str) and len(blob) > LONGEST_NO_BACKUP and not self.knows(blob):
            raise NotAsked("a backup that this vault has not given us may hold anybody's name")

    def _body_outward(self, body: Json) -> Json:
        """The body with the issuers that it names made ours."""
        if not isinstance(body, dict):
            return body
        issuer, policy = body.get("issuer"), body.get("policy")
        changed = dict(body)
        if isinstance(issuer, dict) and isinstance(name := issuer.get("name"), str) and name.lower() not in _NOBODYS:
            changed["issuer"] = {**issuer, "name": self.own(name)}
        if isinstance(policy, dict):
            changed["policy"] = self._body_outward(policy)
        return changed

    # --- in

    def _text_inward(self, text: str, shown_as: str) -> str:
        for spelled, port in self.vault.spellings:
            head, rest = text[: len(spelled)], text[len(spelled) :]
            if head.lower() == spelled.lower() and rest[:1] in ("", "/"):
                return shown_as + port + self._path_inward(rest)
        return self._without_prefix(text)

    def _path_inward(self, path: str) -> str:
        if not self.prefix:
            return path
        path, mark, query = path.partition("?")
        parts = path.split("/")
        place = 3 if [part.lower() for part in parts[1:3]] == ["certificates", _ISSUERS] else 2
        if len(parts) > place and (place == 3 or parts[2].lower() not in _KEYWORDS) and parts[1].lower() in _COLLECTIONS:
            parts[place] = self.shown(parts[place])
        return "/".join(parts) + mark + query

    def shown(self, name: str) -> str:
        """A name of the vault as it is judged: without the prefix, or marked as somebody else's."""
        if not self.prefix or not name:
            return name
        lowered, prefix = name.lower(), self.prefix.lower()
        if lowered.startswith(prefix):
            return name[len(prefix) :]
        return f"{OTHERS_BEFORE if lowered < prefix else OTHERS_BEHIND}{name}"

    def _issuer_inward(self, name: str) -> str:
        return name if name.lower() in _NOBODYS else self.shown(name)

    def _without_prefix(self, text: str) -> str:
        return re.sub(re.escape(self.prefix), "", text, flags=re.IGNORECASE) if self.prefix else text


def _rewritten(value: Json, text: Callable[[str], str], issuer: Callable[[str], str], *, within: str = "") -> Json:
    """A body with its texts rewritten; what is opaque stays as it is."""
    if isinstance(value, str):
        return issuer(value) if within == "issuer.name" else text(value)
    if isinstance(value, list):
        return [_rewritten(one, text, issuer) for one in value]
    if not isinstance(value, dict):
        return value
    place = "issuer." if within == "issuer" else ""
    return {
        name: member if name in _OPAQUE else _rewritten(member, text, issuer, within=place + name)
        for name, member in value.items()
    }
