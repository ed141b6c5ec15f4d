"""One connection that is kept alive, and what can go wrong with it.

Not here: tokens, waiting and asking again (asking).
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpcore
from certlife.adapters.port import VaultUnreachable
from certlife.adapters.remote.address import Address
from certlife.adapters.targets import TargetUnknown
from certlife.adapters.wire import WireAnswer, WireRequest

CONNECT_S: Final = 10.0
"""How long a host may take to be there: seconds."""
SILENCE_S: Final = 60.0
"""How long it may say nothing."""
WHOLE_S: Final = 120.0
"""How long an answer may take altogether."""
LARGEST: Final = 32 * 1024 * 1024
"""How many bytes the body of an answer may have."""
_REPEATABLE: Final = ("GET", "HEAD", "PUT", "DELETE")


class Connection:
    """A connection to one host; it never follows a redirect, and is made anew when the host has let go of it.

    Args:
        ca_file: the authorities to trust instead of the system's, PEM.
        insecure: whether any certificate will do.
        silence_s: how long the host may say nothing, seconds.
    Raises: TargetUnknown: the authorities can not be read.
    """

    def __init__(
        self,
        address: Address,
        *,
        ca_file: Path | None = None,
        insecure: bool = False,
        silence_s: float = SILENCE_S,
        whole_s: float = WHOLE_S,
    ) -> None:
        self.address = address
        self._whole_s = whole_s
        self._timeout = {"connect": CONNECT_S, "read": silence_s, "write": silence_s, "pool": CONNECT_S}
        self._trust = trusting(ca_file, insecure=insecure) if address.scheme == "https" else None
        self._pool = self._new_pool()

    def ask(self, wire: WireRequest, headers: Mapping[str, str]) -> WireAnswer:
        """Send a request.

        Args:
            headers: beyond the request's own.
        Raises: VaultUnreachable: there is no answer; the cause is kept.
        """
        try:
            return self._asked_again(wire, headers)
        except _TROUBLE as error:
            raise self._trouble(wire, error) from error
        except BaseException:  # interrupted half-way: what is asked next, to tidy up, must not wait for the rest of this
            self.close()
            self._pool = self._new_pool()
            raise

    def close(self) -> None:
        """Hang up."""
        with suppress(*_TROUBLE, RuntimeError):
            self._pool.close()

    def _new_pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(ssl_context=self._trust, max_connections=1)

    def _asked_again(self, wire: WireRequest, headers: Mapping[str, str]) -> WireAnswer:
        """Send it; again, if the host has let go of an idle connection just when it was used, and that does no harm."""
        try:
            return self._asked(wire, headers)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            if wire.method not in _REPEATABLE:
                raise
        return self._asked(wire, headers)

    def _asked(self, wire: WireRequest, headers: Mapping[str, str]) -> WireAnswer:
        address = self.address
        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=(address.path + wire.target).encode("ascii"),
        )
        host = re.sub(r"^\w+://|/.*", "", str(address))
        sent = {"host": host, **wire.headers, **headers, "content-length": str(len(wire.body))}
        until = time.monotonic() + self._whole_s
        with self._pool.stream(
            wire.method, url, headers=list(sent.items()), content=wire.body, extensions={"timeout": self._timeout}
        ) as answer:
            body = bytearray()
            for piece in answer.iter_stream():
                body += piece
                if len(body) > LARGEST or time.monotonic() > until:
                    raise _TooMuchError(len(body))
            shown = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
            return WireAnswer(answer.status, tuple(shown), bytes(body))

    def _lost(self, wire: WireRequest, error: Exception) -> VaultUnreachable:
        path = wire.target.partition("?")[0]
        return VaultUnreachable(
            f"{self.address} hung up on {wire.method} {path} without a whole answer ({_said(error)}); "
            "whether it was carried out is not known"
        )

    def _trouble(self, wire: WireRequest, error: Exception) -> VaultUnreachable:  # noqa: PLR0911 - a sentence for each
        host = self.address.host
        text = _said(error)
        match error:
            case httpcore.ConnectTimeout():
                return VaultUnreachable(f"{self.address} can not be connected to within {CONNECT_S:g} s; is {host} the right host?")
            case httpcore.TimeoutException():
                return VaultUnreachable(f"{self.address} has not answered {wire.method} in time ({self._timeout['read']:g} s)")
            case _TooMuchError():
                return VaultUnreachable(f"{self.address} does not come to an end: {error} bytes of one answer")
            case httpcore.ConnectError() if "CERTIFICATE_VERIFY_FAILED" in text:
                reason = text.partition("CERTIFICATE_VERIFY_FAILED]")[2].strip(" :")
                return VaultUnreachable(f"the TLS certificate of {self.address} is not trusted: {reason}; name its authority with --ca-file, or say --insecure")
            case httpcore.ConnectError() if "SSL" in text or "TLS" in text:
                return VaultUnreachable(f"{self.address} does not speak TLS as expected ({text}); is it plain http://?")
            case httpcore.ConnectError() if _is_unknown_host(text):
                return VaultUnreachable(f"no host is called {host} ({text})")
            case httpcore.ConnectError():
                return VaultUnreachable(f"nothing answers at {self.address} ({text}); is the vault running?")
            case httpcore.RemoteProtocolError() | httpcore.ReadError() | httpcore.WriteError():
                return self._lost(wire, error)
            case _:
                return VaultUnreachable(f"{self.address}: {text}")


class _TooMuchError(Exception):
    """An answer is too large, or takes too long."""


_TROUBLE: Final = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol,
    _TooMuchError, OSError, ssl.SSLError,
)  # fmt: skip


def trusting(ca_file: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """Whom TLS trusts: TLS 1.2 at least.

    Raises: TargetUnknown: the authorities can not be read.
    """
    try:
        trust = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise TargetUnknown(f"{ca_file}: no certificates of authorities can be read from it: {error}") from None
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    if insecure:
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
    return trust


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _is_unknown_host(text: str) -> bool:
    return any(said in text for said in ("Name or service not known", "getaddrinfo", "nodename nor servname", "name resolution", "No address"))
