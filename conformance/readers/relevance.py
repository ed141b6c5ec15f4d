"""Which recorded exchanges are left out, and why: traffic that says nothing about the lifecycle of certificates.

Not here: what becomes of those that are kept (reading), and what they mean (model).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from certlife.model.asks import part_written
from certlife.model.values import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from certlife.conformance.readers.entry import Entry

_KEYS_AND_SECRETS = frozenset({"keys", "secrets", "deletedkeys", "deletedsecrets"})
_AREAS = _KEYS_AND_SECRETS | {"certificates", "deletedcertificates"}

_VAULT_HOSTS = (
    ".vault.azure.net",
    ".vault.azure.cn",
    ".vault.usgovcloudapi.net",
    ".vault.microsoftazure.de",
    ".vaultcore.azure.net",  # behind a private link
    ".vault-int.azure-int.net",  # Microsoft's own, in recordings of 2016 to 2018
)

# These speak of keys or certificates, too, with an api-version, and are no vaults that hold certificates: managed
# HSMs, Batch and the other services below azure.com, App Configuration.
_OTHER_HOSTS = (
    ".managedhsm.azure.net",
    ".managedhsm.azure.cn",
    ".managedhsm.usgovcloudapi.net",
    ".azure.com",
    ".azconfig.io",
)

# What may stand in a version's place without being one.
_NO_VERSIONS = frozenset({"versions", "rotationpolicy"})
_SEGMENTS_OF_A_READ = (2, 3)

_UNAUTHORIZED = 401
_REDIRECTS = range(300, 400)


def reason_to_skip(entry: Entry) -> str | None:
    """Name the first rule that leaves an exchange out; None where none does."""
    return next((reason for reason, holds in RULES if holds(entry)), None)


def _is_for_a_token(entry: Entry) -> bool:
    if (entry.target.host or "").startswith("login."):
        return True
    if _area(entry) in _AREAS:
        return False  # a certificate may be called `token` or `oauth2`
    segments = entry.target.segments()
    return "oauth2" in segments or segments[-1:] == ["token"]


def _is_unrelated(entry: Entry) -> bool:
    return _area(entry) not in _AREAS or not _goes_to_a_vault(entry)


def _goes_to_a_vault(entry: Entry) -> bool:
    host = entry.target.host
    if host is None or host.endswith(_OTHER_HOSTS):
        return False
    only_paths_are_recorded = host == ""
    return only_paths_are_recorded or host.endswith(_VAULT_HOSTS) or entry.target.api_version is not None


def _is_a_preflight(entry: Entry) -> bool:
    return entry.method == "OPTIONS"


def _is_aborted(entry: Entry) -> bool:
    return entry.status == 0


def _is_a_challenge(entry: Entry) -> bool:
    return entry.status == _UNAUTHORIZED


def _is_a_redirect(entry: Entry) -> bool:
    return entry.status in _REDIRECTS


def _concerns_other_keys_and_secrets(entry: Entry) -> bool:
    kept = _reads_a_key_or_secret(entry) or _writes_a_key_or_secret(entry)
    return _area(entry) in _KEYS_AND_SECRETS and not kept


def _reads_a_key_or_secret(entry: Entry) -> bool:
    segments = entry.target.segments()
    return (
        entry.method == "GET"
        and _area(entry) in ("keys", "secrets")
        and len(segments) in _SEGMENTS_OF_A_READ
        and segments[-1] not in _NO_VERSIONS
    )


def _writes_a_key_or_secret(entry: Entry) -> bool:
    """Whether one comes or goes: as long as it is there it holds its name, and no certificate can have that (KVC-NAM-004)."""
    return part_written(Request(entry.method, entry.target.path)) is not None


def _area(entry: Entry) -> str:
    return next(iter(entry.target.segments()), "").lower()


# reason                    holds; the first that does is counted
RULES: tuple[tuple[str, Callable[[Entry], bool]], ...] = (
    ("token",                  _is_for_a_token),
    ("unrelated",              _is_unrelated),
    ("preflight",              _is_a_preflight),
    ("aborted",                _is_aborted),
    ("challenge",              _is_a_challenge),
    ("redirect",               _is_a_redirect),
    ("other keys and secrets", _concerns_other_keys_and_secrets),
)  # fmt: skip
