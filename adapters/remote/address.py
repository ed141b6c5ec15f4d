"""Where a vault is: its URL taken apart, and the hosts that are Azure's own.

Not here: connections.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from certlife.adapters.targets import TargetUnknown

PORTS: Final = {"https": 443, "http": 80}
# the suffixes of Key Vault and of Managed HSM in every cloud, and of private endpoints
_AZURE: Final = tuple(
    f"{service}.{cloud}"
    for service, clouds in {
        "vault": ("azure.net", "azure.cn", "usgovcloudapi.net", "microsoftazure.de", "cloudapi.eaglex.ic.gov", "cloudapi.microsoft.scloud"),
        "vaultcore": ("azure.net", "azure.cn", "usgovcloudapi.net"),
        "managedhsm": ("azure.net", "azure.cn", "usgovcloudapi.net", "microsoftazure.de"),
    }.items()
    for cloud in clouds
)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of a vault or of an endpoint.

    Attributes:
        scheme: `https` or `http`.
        host: lower case, without brackets.
        path: from `/` on, without a slash at its end; empty for none.
    """

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def spellings(self) -> tuple[tuple[str, str], ...]:
        """How answers may spell it, each with what stands there beyond need: the service writes its port out in nextLink."""
        if self.port != PORTS[self.scheme]:
            return ((str(self), ""),)
        host = str(self).removesuffix(self.path)
        return (str(self), ""), (f"{host}:{self.port}{self.path}", f":{self.port}")

    @property
    def is_azure(self) -> bool:
        """Whether the host is one of Azure's."""
        return self.host.rstrip(".").endswith(_AZURE)

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def address_of(url: str) -> Address:
    """The address that a URL is.

    Raises: TargetUnknown: it is none, or says more than where.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise TargetUnknown(f"{_shown(url)} is no URL: {error}") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not host:
        raise TargetUnknown(f"{_shown(url)} is no URL of a vault; one is https://HOST, https://HOST:PORT or https://HOST:PORT/PATH")
    if parts.username is not None or parts.password is not None:
        raise TargetUnknown("a URL with a user or a password in it is not taken: tokens go into --token or $CERTLIFE_TOKEN")
    if parts.query or parts.fragment or not _is_plain(parts.netloc + parts.path):
        raise TargetUnknown(f"{_shown(url)}: nothing but a path may follow the host")
    ascii_host = host.encode("idna").decode() if not host.isascii() else host
    return Address(scheme, ascii_host.lower(), PORTS[scheme] if port is None else port, parts.path.rstrip("/"))


def _is_plain(text: str) -> bool:
    return all(letter >= "!" and letter not in '\\"<>^`{|}\x7f' for letter in text)


def _shown(url: str) -> str:
    """A URL without what may be secret in it."""
    return repr(url.partition("?")[0] if "@" not in url else "the URL")
