"""Which operation a method and a path mean.

Not here: what the operation does. Slashes in excess are forgiven (observed N-25, N-41, J-74).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from certlife.adapters.memory.errors import not_allowed
from certlife.model.vocabulary import Operation

_NAME, _VERSION = "{name}", "{version}"


class PartOperation(Enum):
    """What may be asked of keys and secrets beside the two linked reads: no operation of certificates."""

    LIST_KEYS = "GetKeys"
    LIST_KEY_VERSIONS = "GetKeyVersions"
    CREATE_KEY = "CreateKey"
    UPDATE_KEY = "UpdateKey"
    DELETE_KEY = "DeleteKey"
    LIST_SECRETS = "GetSecrets"
    LIST_SECRET_VERSIONS = "GetSecretVersions"
    SET_SECRET = "SetSecret"
    UPDATE_SECRET = "UpdateSecret"
    DELETE_SECRET = "DeleteSecret"


_ROUTES: Final[tuple[tuple[str, str, Operation | PartOperation], ...]] = (
    # words before names: a certificate called `contacts` is out of reach where the two collide (S-30)
    ("GET", "certificates", Operation.LIST),
    ("PUT", "certificates/contacts", Operation.SET_CONTACTS),
    ("GET", "certificates/contacts", Operation.GET_CONTACTS),
    ("DELETE", "certificates/contacts", Operation.DELETE_CONTACTS),
    ("GET", "certificates/issuers", Operation.LIST_ISSUERS),
    ("PUT", "certificates/issuers/{name}", Operation.SET_ISSUER),
    ("PATCH", "certificates/issuers/{name}", Operation.UPDATE_ISSUER),
    ("GET", "certificates/issuers/{name}", Operation.GET_ISSUER),
    ("DELETE", "certificates/issuers/{name}", Operation.DELETE_ISSUER),
    ("POST", "certificates/restore", Operation.RESTORE),
    ("POST", "certificates/{name}/create", Operation.CREATE),
    ("POST", "certificates/{name}/import", Operation.IMPORT),
    ("POST", "certificates/{name}/backup", Operation.BACKUP),
    ("GET", "certificates/{name}/versions", Operation.LIST_VERSIONS),
    ("GET", "certificates/{name}/policy", Operation.GET_POLICY),
    ("PATCH", "certificates/{name}/policy", Operation.UPDATE_POLICY),
    ("GET", "certificates/{name}/pending", Operation.POLL),
    ("PATCH", "certificates/{name}/pending", Operation.CANCEL),
    ("DELETE", "certificates/{name}/pending", Operation.DELETE_OPERATION),
    ("POST", "certificates/{name}/pending/merge", Operation.MERGE),
    ("DELETE", "certificates/{name}", Operation.DELETE),
    ("GET", "certificates/{name}", Operation.GET),
    ("PATCH", "certificates/{name}", Operation.UPDATE),
    ("GET", "certificates/{name}/{version}", Operation.GET),
    ("PATCH", "certificates/{name}/{version}", Operation.UPDATE),
    ("GET", "deletedcertificates", Operation.LIST_DELETED),
    ("GET", "deletedcertificates/{name}", Operation.GET_DELETED),
    ("DELETE", "deletedcertificates/{name}", Operation.PURGE),
    ("POST", "deletedcertificates/{name}/recover", Operation.RECOVER),
    ("GET", "keys", PartOperation.LIST_KEYS),
    ("GET", "keys/{name}/versions", PartOperation.LIST_KEY_VERSIONS),
    ("POST", "keys/{name}/create", PartOperation.CREATE_KEY),
    ("PATCH", "keys/{name}", PartOperation.UPDATE_KEY),
    ("PATCH", "keys/{name}/{version}", PartOperation.UPDATE_KEY),
    ("DELETE", "keys/{name}", PartOperation.DELETE_KEY),
    ("GET", "secrets", PartOperation.LIST_SECRETS),
    ("GET", "secrets/{name}/versions", PartOperation.LIST_SECRET_VERSIONS),
    ("PUT", "secrets/{name}", PartOperation.SET_SECRET),
    ("PATCH", "secrets/{name}", PartOperation.UPDATE_SECRET),
    ("PATCH", "secrets/{name}/{version}", PartOperation.UPDATE_SECRET),
    ("DELETE", "secrets/{name}", PartOperation.DELETE_SECRET),
    ("GET", "keys/{name}", Operation.GET_KEY),
    ("GET", "keys/{name}/{version}", Operation.GET_KEY),
    ("GET", "secrets/{name}", Operation.GET_SECRET),
    ("GET", "secrets/{name}/{version}", Operation.GET_SECRET),
)
_BY_SHAPE: Final[dict[tuple[str, int], tuple[tuple[tuple[str, ...], Operation | PartOperation], ...]]] = {
    shape: tuple(
        (tuple(path.split("/")), operation)
        for method, path, operation in _ROUTES
        if (method, path.count("/") + 1) == shape
    )
    for shape in {(method, path.count("/") + 1) for method, path, _ in _ROUTES}
}


def route(method: str, path: str) -> tuple[Operation | PartOperation, str, str]:
    """Return the operation, the name and the version; the last two may be empty.

    Raises: RefusedError: 405, nothing answers there; an empty name is one such place (observed J-11).
    """
    parts = [part for part in path.split("/") if part]
    for words, operation in _BY_SHAPE.get((method, len(parts)), ()):
        if all(word in (part.lower(), _NAME, _VERSION) for word, part in zip(words, parts, strict=True)):
            found = dict(zip(words, parts, strict=True))
            return operation, found.get(_NAME, ""), found.get(_VERSION, "")
    raise not_allowed(method)
