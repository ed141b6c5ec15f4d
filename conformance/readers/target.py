"""Where a request went: a URL taken apart into vault, path and query.

Not here: whether such a request matters (relevance).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

UNNAMED_VAULT = "https://VAULT"
"""Stands for the vault in recordings that have only paths."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart.

    Attributes:
        host: lower-case; empty where the recording has only paths, None where the URL is none of HTTP.
        vault: scheme and host, with the port where it is not the default.
        path: percent-decoded, beginning with a slash.
        query: decoded, without `api-version`; of parameters with the same name the last.
        api_version: the parameter's value as sent; None where there was none.
    """

    host: str | None
    vault: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    api_version: str | None = None

    def segments(self) -> list[str]:
        """Give the parts of the path, without the empty ones that `//certificates` and `/keys/` have."""
        return [segment for segment in self.path.split("/") if segment]


def target_of(url: str, *, more_query: Mapping[str, str] | None = None) -> Target:
    """Take a URL apart; a URL that cannot be taken apart is none of HTTP.

    Args:
        url: absolute, or only a path with or without query. User name and password are dropped.
        more_query: decoded parameters that the recording keeps beside the URL; they win.
    """
    if url.startswith("/"):
        # Not for urlsplit: Azure's oldest recordings have `//certificates/web`, which it takes for a host.
        path, _, query = url.partition("?")
        return _target("", UNNAMED_VAULT, path, query, more_query)
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError:
        return Target(None, "", "/")
    if not host or split.scheme not in _DEFAULT_PORTS:
        return Target(None, "", "/")
    shown_port = "" if port in (None, _DEFAULT_PORTS[split.scheme]) else f":{port}"
    shown_host = f"[{host}]" if ":" in host else host
    return _target(host, f"{split.scheme}://{shown_host}{shown_port}", split.path, split.query, more_query)


def _target(host: str, vault: str, path: str, query: str, more_query: Mapping[str, str] | None) -> Target:
    parameters = dict(parse_qsl(query, keep_blank_values=True)) | dict(more_query or {})
    versions = [name for name in parameters if name.lower() == "api-version"]
    api_version = [parameters.pop(name) for name in versions][-1] if versions else None
    return Target(host, vault, unquote(path) or "/", parameters, api_version)
