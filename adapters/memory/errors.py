"""How the vault says no: status, code, text and inner code, as observed, else as documented.

Not here: when it does.
"""

from __future__ import annotations

from certlife.model.values import Answer, Json

_HELP = (
    "was not found in this key vault. If you recently deleted this {kind} you may be able to recover it using the "
    "correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
)


class RefusedError(Exception):
    """A request is turned down; the caller's doing."""

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner

    def answer(self) -> Answer:
        """Return what goes out."""
        error: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.inner is not None:
            error["innererror"] = {"code": self.inner}
        return Answer(self.status, {"error": error})


def not_found(kind: str, name: str, version: str = "") -> RefusedError:
    """No such certificate, key or secret (observed N-48, P-31; of keys and secrets inferred from it)."""
    full = f"{name}/versions/{version}" if version and kind == "certificate" else f"{name}/{version}".rstrip("/")
    return RefusedError(
        404, f"{kind.capitalize()}NotFound", f"A {kind} with (name/id) {full} {_HELP.format(kind=kind)}"
    )


def deleted_not_found(name: str) -> RefusedError:
    """No such deleted certificate (observed N-46, J-43)."""
    return RefusedError(404, "CertificateNotFound", f"Deleted Certificate not found: {name}")


def no_operation(name: str) -> RefusedError:
    """No pending object, or one with another request_id (observed N-15; KVC-OPR-008)."""
    return RefusedError(404, "PendingCertificateNotFound", f"Pending certificate not found: {name}")


def bad_parameter(message: str) -> RefusedError:
    """A request that can not be understood (observed N-6, P-47)."""
    return RefusedError(400, "BadParameter", message)


def bad_property(name: str, why: str = "") -> RefusedError:
    """A member with a value that is not allowed, in the service's words (observed N-6)."""
    return bad_parameter(f"Property {name} has invalid value. {why}".rstrip() + "\r\n")


def conflict(message: str, inner: str | None = None) -> RefusedError:
    """The object is busy, or its name is taken."""
    return RefusedError(409, "Conflict", message, inner)


def in_progress() -> RefusedError:
    """Create or import while an operation runs (observed J-9; the how-to says code Forbidden, C-03)."""
    return conflict(
        "A new key vault certificate can not be created or imported while a pending key vault certificate's status is "
        "inProgress."
    )


def being_deleted() -> RefusedError:
    """Anything that needs the name while its deletion runs (observed J-46)."""
    return conflict("Certificate is currently being deleted.", "ObjectIsBeingDeleted")


def being_recovered() -> RefusedError:
    """Anything that needs the name while its recovery runs; by analogy with J-46 (S-26)."""
    return conflict("Certificate is currently being recovered.", "ObjectIsBeingRecovered")


def deleted_but_recoverable(name: str) -> RefusedError:
    """Create or import over a deleted name (field note F-03)."""
    return conflict(
        f"Certificate {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this "
        "state, the certificate can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
    )


def name_taken(name: str) -> RefusedError:
    """A first creation, or a restore, over the name of a key or a secret (KVC-NAM-004; of restore S-25)."""
    return conflict(f"A key or a secret with the name {name} already exists.")


def restore_conflict(certificate: str) -> RefusedError:
    """Restore over a name that is in use, or just was (observed P-69, J-59)."""
    return conflict(
        f"There was a conflict restoring the certificate '{certificate}'. This can happen if either: a second "
        "certificate with the same name was created after the first certificate was deleted; thus trying to restore a "
        "certificate whose name is already in use. To fix this, rename the second certificate to something else so that "
        "the restore works. The second probable cause of this exception is when multiple operations are performed in "
        "parallel against the certificate. To avoid this error, perform operations against a certificate in a "
        "sequential manner."
    )


def forbidden(message: str, inner: str | None = None) -> RefusedError:
    """Understood, and not allowed."""
    return RefusedError(403, "Forbidden", message, inner)


def not_allowed(method: str) -> RefusedError:
    """A path that does not take the method (observed J-11)."""
    return RefusedError(405, "MethodNotAllowed", f"HTTP {method} not allowed")


def no_soft_delete(what: str) -> RefusedError:
    """Recover or purge where nothing is ever soft-deleted (S-49; field note F-08)."""
    return RefusedError(400, "NotSupported", f'Operation "{what}" is not enabled for this vault.')
