"""Lists and their pages.

Not here: how an item looks (shown).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import bad_parameter, not_found
from certlife.adapters.memory.state import Call, Members, Record, Stage, State, find
from certlife.model.values import Answer, Json

_MOST: Final = 25  # KVC-LST-002
_DIGITS: Final = 100  # Python reads no number of more than 4,300
_FOR_EVER: Final = "9999-12-31T23:59:59.9999999Z"


def certificates(state: State, call: Call) -> Answer:
    """Answer GET /certificates: by name, without stubs unless includePending says so (observed P-72, P-75, J-63)."""
    records = _listed(state, call, Stage.LIVE)
    return page(
        call, records, lambda name: shown.item(state, call, records[name], records[name].current, versioned=False)
    )


def deleted_certificates(state: State, call: Call) -> Answer:
    """Answer GET /deletedcertificates; stubs as in the other list (observed P-61, P-62, P-77, J-65)."""
    records = _listed(state, call, Stage.DELETED)
    return page(call, records, lambda name: shown.deleted_item(state, call, records[name]))


def versions(state: State, call: Call) -> Answer:
    """Answer GET /certificates/{name}/versions: by id; an unknown name has none (observed J-66, J-67, P-76).

    A placeholder is never among them (observed J-14); of a stub alone nothing is recorded (S-05, S-31).
    """
    record = find(state, call.name)
    if record is None or record.stage is Stage.PURGING:
        return page(call, (), lambda _: {})
    if record.stage is not Stage.LIVE:  # nothing of a deleted certificate is retrieved: KVC-DEL-004, KVC-DEL-034
        raise not_found("certificate", call.name)
    found = {version.id: version for version in record.versions}
    return page(call, found, lambda one: shown.item(state, call, record, found[one], versioned=True))


def issuers(state: State, call: Call) -> Answer:
    """Answer GET /certificates/issuers: identifier and provider, by name (observed P-81, N-56)."""

    def item(name: str) -> Members:
        issuer = state.issuers[name]
        return {"id": f"{call.vault}/certificates/issuers/{issuer['name']}", "provider": issuer["provider"]}

    return page(call, state.issuers, item)


def _listed(state: State, call: Call, stage: Stage) -> dict[str, Record]:
    stubs = call.request.query.get("includePending", "false").lower() == "true"
    return {
        name: record for name, record in state.records.items() if record.stage is stage and (stubs or record.versions)
    }


def page(call: Call, keys: Iterable[str], show: Callable[[str], Members]) -> Answer:
    """Show a page; a full one promises another, even where that will be empty (observed P-73, N-61)."""
    most = _most(call)
    after = _after(call.request.query.get("$skiptoken"))
    left = sorted(key for key in keys if after is None or key > after)
    page: list[Json] = [show(key) for key in left[:most]]
    link = _next(call, left[most - 1]) if len(left) >= most else None
    return shown.ok({"value": page, "nextLink": link})


def _most(call: Call) -> int:
    sent = call.request.query.get("maxresults")
    if sent is None:
        return _MOST
    if not sent.isascii() or not sent.isdecimal() or len(sent) > _DIGITS or not 1 <= int(sent) <= _MOST:
        raise bad_parameter(f"maxresults must be between 1 and {_MOST}.")
    return int(sent)


def _next(call: Call, last: str) -> str:
    """The next page's address, with the port spelled out (observed P-73, N-61)."""
    parts = urlsplit(call.vault)
    host = parts.netloc if parts.port or parts.scheme != "https" else f"{parts.netloc}:443"
    path = parts.path + "/" + "/".join(part for part in call.request.path.split("/") if part)
    query = [f"api-version={call.api}", f"$skiptoken={_token(last)}"]
    query += [
        f"{name}={value}" for name, value in call.request.query.items() if name in ("maxresults", "includePending")
    ]
    return f"{parts.scheme}://{host}{path}?{'&'.join(query)}"


def _token(last: str) -> str:
    """Spell a place in a list as the service does (observed P-72, P-74)."""
    path = f"certificate/{last.upper()}/POLICY"
    marker = (
        base64.b64encode(f"{len(path):06}!{path}!{len(_FOR_EVER):06}!{_FOR_EVER}!".encode()).decode().replace("=", "-")
    )
    document = json.dumps({"NextMarker": f"2!{len(marker)}!{marker}", "TargetLocation": 0}, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def _after(token: str | None) -> str | None:
    if token is None:
        return None
    try:
        document = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        marker = base64.b64decode(str(document["NextMarker"]).split("!")[2].replace("-", "=")).decode()
        return marker.split("/")[1].lower()
    except (ValueError, LookupError, TypeError, RecursionError, binascii.Error):
        raise bad_parameter("The skiptoken is invalid.") from None
