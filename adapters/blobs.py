"""The blobs of backup and restore: a document sealed so that nobody can read or change it.

Not here: what a backup holds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Final

from certlife.adapters.der import ContentRefused
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MALFORMED: Final = "Backup blob contains invalid or corrupt version."
"""What the service says of a blob that it can not read (observed J-62)."""

_VERSION: Final = b"\x01"
_NONCE: Final = 12


class BlobMalformed(ContentRefused):
    """A blob was not sealed with this key, or was changed."""

    def __init__(self) -> None:
        super().__init__(MALFORMED)


def seal(document: dict[str, Any], key: bytes, count: int = 0) -> str:
    """The blob of a JSON document, as base64url text about a third longer than the document.

    Args:
        key: of any length; only who has it can unseal the blob.
        count: two blobs of one document with different counts differ; with the same count they are the same.
    Source: KVC-BAK-001, P-67, J-58.
    """
    content = json.dumps(document, separators=(",", ":")).encode()
    secret = _derived(key)
    # The nonce depends on the content too: a count that is given twice does not give the key away.
    nonce = hmac.digest(secret, f"{count} ".encode() + content, "sha256")[:_NONCE]
    sealed = _VERSION + nonce + AESGCM(secret).encrypt(nonce, content, _VERSION)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def unseal(blob: str, key: bytes) -> dict[str, Any]:
    """The document in a blob.

    Raises: BlobMalformed: it was not sealed with this key, or was changed.
    Source: J-62.
    """
    try:
        sealed = base64.b64decode(blob.rstrip("=") + "=" * (-len(blob.rstrip("=")) % 4), altchars=b"-_", validate=True)
        version, nonce, content = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        document = json.loads(AESGCM(_derived(key)).decrypt(nonce, content, version))
    except (InvalidTag, ValueError):
        raise BlobMalformed from None
    if not isinstance(document, dict):
        raise BlobMalformed
    return document


def _derived(key: bytes) -> bytes:
    return hashlib.sha256(b"certlife backup" + key).digest()
