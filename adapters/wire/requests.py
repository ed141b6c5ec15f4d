"""Requests to and from HTTP.

A path is decoded on its way in and encoded on its way out, so that every text can be a name; slashes in excess stay where
they are (observed N-25, N-41, J-74: it is for the vault to forgive them). Not here: the host and the token.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, quote, quote_from_bytes, unquote_to_bytes

from certlife.adapters.wire import bodies
from certlife.adapters.wire.form import WireMalformed, WireRequest, refusal
from certlife.model.values import Json, Request

_IN_PATH: Final = "/:@!$&'()*+,;=~"
_IN_QUERY: Final = "$:@/,!*'()~"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_MOST_PARAMETERS: Final = 50
_API_VERSION: Final = "api-version"
JSON_TYPE: Final = "application/json"


def request_to_wire(request: Request, *, api_version: str) -> WireRequest:
    """A request as a client sends it.

    Args:
        api_version: for a request that knows of none.
    """
    version = api_version if request.api_version is None else request.api_version
    query = {_API_VERSION: version, **request.query}
    pairs = "&".join(f"{quote(name, safe=_IN_QUERY)}={quote(value, safe=_IN_QUERY)}" for name, value in query.items())
    body = b"" if request.body is None else bodies.written(request.body)
    headers = {"accept": JSON_TYPE} | ({"content-type": JSON_TYPE} if body else {})
    return WireRequest(request.method, f"{quote(request.path, safe=_IN_PATH)}?{pairs}", headers, body)


def request_from_wire(wire: WireRequest, *, vault: str) -> Request:
    """A request as the vault gets it.

    Args:
        vault: scheme and host that it went to, without a trailing slash.
    Raises: WireMalformed: path, query or body can not be read, or there is no api-version, which has no default
    (KVC-ERR-003, KVC-ERR-008, KVC-ERR-014; codes and texts are inferred from N-6 and P-47).
    """
    path, _, query = wire.target.partition("?")
    parameters = _parameters(query)
    version = parameters.pop(_API_VERSION, None)
    if not version:
        raise WireMalformed(refusal(400, "BadParameter", "api-version must be specified"))
    return Request(wire.method, _path(path), parameters, _body(wire), version, vault)


def _path(path: str) -> str:
    decoded = _decoded(path) if "%" in path else path
    if _CONTROL.search(decoded):
        raise WireMalformed(refusal(400, "BadParameter", "The request URI contains a control character."))
    return decoded


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise WireMalformed(refusal(400, "BadParameter", "The request URI is not UTF-8.")) from None


def _parameters(query: str) -> dict[str, str]:
    """The parameters by name; `api-version` in any case, of equal names the last."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # not UTF-8, or too many
        raise WireMalformed(refusal(400, "BadParameter", "The query of the request URI can not be read.")) from None
    return {_API_VERSION if name.lower() == _API_VERSION else name: value for name, value in pairs}


def _body(wire: WireRequest) -> Json:
    if not wire.body:
        return None
    sent = wire.headers.get("content-type", JSON_TYPE).partition(";")[0].strip().lower()
    if sent != JSON_TYPE:
        raise WireMalformed(refusal(415, "UnsupportedMediaType", f"The content type has to be {JSON_TYPE}."))
    try:
        return bodies.read(wire.body)
    except ValueError:
        raise WireMalformed(refusal(400, "BadParameter", "The request body is not valid JSON.")) from None


def target_encoded(raw_path: bytes, query: bytes) -> str:
    """Path and query as sent, from the bytes of a request line; what is not ASCII is escaped, and so comes to light."""
    safe = "".join(map(chr, range(0x21, 0x7F)))
    target = raw_path if not query else raw_path + b"?" + query
    return target.decode("ascii") if target.isascii() else quote_from_bytes(target, safe=safe)
