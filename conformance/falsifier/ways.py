"""The ways to falsify a recorded session: each changes one answer into one that a conforming service cannot have given.

How to read a row: `name`, where it applies, what is changed, and why the result is false, with the requirement
(`CRE-001` stands for KVC-CRE-001) or the observed fact (`N-2`, `J-1`, `P-1`). False means: no document allows it, or
the documents are silent or disagree and every recording shows otherwise (the judge's profile is `service`), or another
step of the same session contradicts it. Changes that a conforming service could have made itself are not ways; they
stand below, in `UNDECIDABLE`, with the reason.

Written from the documents and the recordings, never from the model's tables: an oracle that agrees with its own rules
proves nothing. Not here: guards and changes (guards and its siblings, changes, lists), running (run).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from certlife.conformance.falsifier.changes import (
    CA_DETAILS,
    MERGE_DETAILS,
    Change,
    alter,
    becomes,
    certificate_of_operation,
    errs,
    header,
    in_words,
    key_of_certificate,
    now,
    operation_of_certificate,
    policy_alter,
    policy_without,
    put,
    record_of_certificate,
    says,
    several,
    unwrapped,
    version_moves,
    version_shrinks,
    with_header,
    with_its,
    with_the_policy,
    without,
    without_header,
)
from certlife.conformance.falsifier.guards import (
    Guard,
    asks,
    both,
    completes_later,
    csr_was_seen,
    deletion_is_finished,
    did,
    ended,
    failed,
    flag_is_seen_later,
    flag_was_seen,
    had_ended,
    has,
    has_clock,
    is_born_here_and_shown_later,
    is_deleted,
    is_error,
    is_issued_alone,
    is_manual,
    is_ours,
    is_purged_again_later,
    lacks_member,
    list_is_complete,
    list_is_empty,
    name_is_alive,
    nothing_runs,
    operation_is_gone_later,
    other_than,
    record_is_missing_later,
    replaces_an_operation,
    replaces_another_request,
    runs,
    runs_later,
    secret_is_alive,
    shows_operation,
    version_is_alive,
    was_dropped,
    was_merged,
    was_not_cancelled,
    was_seen,
)
from certlife.conformance.falsifier.guards_around import (
    any_item,
    certificate_is_known,
    certificate_stands_unchanged,
    contacts_are_known,
    contacts_are_there,
    contacts_were_deleted,
    content_type_is_known,
    deleted_here_item,
    deleted_issuer,
    issuer_is_known,
    issuer_is_there,
    issuer_was_deleted,
    key_usage_is_known,
    known_item,
    known_version_item,
    living_certificate,
    living_issuer_item,
    living_item,
    purged_certificate,
    recorded_item,
)
from certlife.conformance.falsifier.guards_shown import (
    birth_is_known,
    by_name,
    cer_is_elided,
    cer_is_whole,
    cer_was_shown,
    deletion_was_shown,
    enabled_is_sent,
    has_no_operation,
    has_predecessor,
    is_a_known_backup,
    is_stub,
    issued,
    operation_still_exists,
    other_expiry_is_sent,
    patches_a_known_policy,
    policy_has,
    policy_time_has_passed,
    policy_was_changed,
    policy_was_shown,
    recovery_is_told_elsewhere,
    sends_no,
    sets_no_policy,
    shows_certificate,
    shows_known_policy,
    shows_policy,
    shows_tags_that_were_set,
    soft_delete_is_off_later,
    soft_delete_was_on,
    stands_unchanged,
    tags_change,
    time_has_passed,
    validity_is_known,
    was_born_enabled,
    was_requested_here,
    was_shown,
)
from certlife.conformance.falsifier.lists import (
    contact_changed,
    contacts_reordered,
    first_twice,
    first_two_swapped,
    item,
    item_with,
    item_without,
    lacks,
    overfull,
    page_repeats,
    shows,
)
from certlife.conformance.falsifier.recalls import (
    action_changes,
    another_version_answers,
    as_requested,
    foreign_certificate,
    former_request,
    former_version,
    last_answer_again,
    last_bundle_again,
    last_operation_again,
    merges_the_wrong_one,
    old_version_again,
    operation_is,
    patch_forgotten,
    policy_forgotten,
    policy_patch_drops_the_rest,
    policy_patch_not_applied,
    policy_time_stands_still,
    put_from,
    trigger_moves,
)
from certlife.conformance.falsifier.steps import LISTS, Kind
from certlife.conformance.falsifier.values import (
    DAY,
    HOUR,
    another_text,
    earlier_by,
    negated,
    of_another_name,
    of_another_path,
    of_another_request,
    of_another_vault,
    of_another_version,
    plus,
    shorter,
    swapped,
    with_a_version,
    without_its_version,
    without_the_first,
)

if TYPE_CHECKING:
    from certlife.conformance.falsifier.story import Story
    from certlife.model.values import Answer


@dataclass(frozen=True, slots=True)
class Falsification:
    """One way to falsify a session.

    Attributes:
        name: unique, in words with hyphens.
        where: holds at the places where the changed answer is certainly false.
        change: makes the false answer.
        breaks: why a conforming service cannot answer so, with ids.
    """

    name: str
    where: Guard
    change: Change
    breaks: str

    def apply(self, story: Story, place: int) -> Answer | None:
        """Falsify the answer at a place.

        Returns: the false answer; None where this way does not apply or would change nothing.
        """
        return self.change(story, place) if self.where(story, place) else None


_Way = Falsification
_NO_SUCH_CERTIFICATE = errs(
    404, "CertificateNotFound", "A certificate with (name/id) {name} was not found in this key vault."
)
_NO_SUCH_RECORD = errs(404, "CertificateNotFound", "Deleted Certificate not found: {name}")
_NO_SUCH_OPERATION = errs(404, "PendingCertificateNotFound", "Pending certificate not found: {name}")
_BEING_DELETED = errs(409, "Conflict", "Certificate is currently being deleted.", "ObjectIsBeingDeleted")
_TAKEN_BY_DELETED = errs(
    409,
    "Conflict",
    "Certificate {name} is currently in a deleted but recoverable state, and its name cannot be reused.",
    "ObjectIsDeletedButRecoverable",
)
_PENDING = errs(
    409,
    "Conflict",
    "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
)
_NOT_IN_PROGRESS = errs(403, "Forbidden", "Pending status must be in progress to allow update.")
_KEY_MISMATCH = errs(
    400, "BadParameter", "The public key of the end-entity certificate does not match the private key."
)
_BAD_CONTENT = errs(400, "BadParameter", "The specified PKCS#12 X.509 certificate content can not be read.")

_ANSWERS = did(*(kind for kind in Kind if kind is not Kind.OTHER))
_LIVING_READS = did(Kind.GET, Kind.PATCH, Kind.DELETE, Kind.BACKUP, Kind.POLICY, Kind.PATCH_POLICY)
_MAKES = did(Kind.CREATE, Kind.IMPORT)
_UPDATES = did(Kind.PATCH, Kind.PATCH_VERSION)
_VERSIONED = did(Kind.GET_VERSION)
_DELETED = both(did(Kind.DELETE, Kind.GET_DELETED), has("recoveryId"))
_NO_POLICY_UPDATE = other_than(Kind.PATCH_POLICY)
_CERTIFICATES = did(Kind.LIST, Kind.VERSIONS)
_LOCATION = "location"

# What was asked, what came back: statuses.
_STATUSES = (
    _Way("create-answers-200",   did(Kind.CREATE),                     becomes(200),             "CRE-001, N-2, J-1, P-1: an accepted create answers 202"),
    _Way("create-answers-201",   did(Kind.CREATE),                     becomes(201),             "CRE-001, N-2, J-1, P-1: an accepted create answers 202"),
    _Way("import-answers-202",   did(Kind.IMPORT),                     becomes(202),             "IMP-001, N-41, J-29, P-49: an import is synchronous and answers 200"),
    _Way("import-answers-201",   did(Kind.IMPORT),                     becomes(201),             "IMP-001, N-41, J-29, P-49: an import is synchronous and answers 200"),
    _Way("merge-answers-200",    did(Kind.MERGE),                      becomes(200),             "MRG-001, N-37, J-28, P-44: a merge answers 201"),
    _Way("poll-answers-202",     did(Kind.POLL),                       becomes(202),             "OPR-001, OPR-004, N-10, J-4: reading the operation answers 200, in every state"),
    _Way("cancel-answers-202",   did(Kind.CANCEL),                     becomes(202),             "OPR-010, N-16, J-22, P-14: asking for cancellation answers 200"),
    _Way("drop-answers-204",     did(Kind.DROP),                       becomes(204, empty=True), "OPR-016, N-20, J-24, P-17: deleting the operation answers 200 with the operation"),
    _Way("update-answers-204",   did(Kind.PATCH, Kind.PATCH_VERSION),  becomes(204, empty=True), "ATT-008, N-36, J-35: an update answers 200 with the bundle"),
    _Way("policy-update-204",    did(Kind.PATCH_POLICY),               becomes(204, empty=True), "POL-002, N-35, P-36: an update of the policy answers 200 with the policy"),
    _Way("delete-answers-202",   did(Kind.DELETE),                     becomes(202),             "DEL-001, N-45, J-41, P-58: a delete answers 200"),
    _Way("delete-answers-204",   did(Kind.DELETE),                     becomes(204, empty=True), "DEL-001, N-45, J-41, P-58: a delete answers 200 with the bundle"),
    _Way("recover-answers-202",  did(Kind.RECOVER),                    becomes(202),             "DEL-014, N-47, J-52, P-63: a recover answers 200"),
    _Way("restore-answers-201",  did(Kind.RESTORE),                    becomes(201),             "BAK-002, J-60, P-68: a restore answers 200"),
    _Way("purge-answers-200",    did(Kind.PURGE),                      becomes(200),             "DEL-010, N-50, J-51, P-65: a purge answers 204"),
    _Way("contacts-set-201",     did(Kind.SET_CONTACTS),               becomes(201),             "CON-001, N-57, J-71: setting the contacts answers 200"),
    _Way("contacts-drop-204",    did(Kind.DELETE_CONTACTS),            becomes(204, empty=True), "CON-003, J-71, P-82: deleting the contacts answers 200 with the former list"),
    _Way("issuer-set-201",       did(Kind.SET_ISSUER),                 becomes(201),             "ISS-001, N-54, J-69: setting an issuer answers 200, also a new one"),
    _Way("issuer-drop-204",      did(Kind.DELETE_ISSUER),              becomes(204, empty=True), "ISS-005, N-55, J-69: deleting an issuer answers 200 with the former bundle"),
    _Way("success-with-an-error", both(_ANSWERS, other_than(Kind.PURGE)), says({"error": {"code": "BadParameter", "message": "Refused."}}), "ERR-001, ERR-002: an error belongs to a 4xx or 5xx, a success shows its resource"),
    _Way("success-without-body", _ANSWERS,                            says(None),              "REST models of requirements A.1 (CRE-001, IMP-001, OPR-001, LST-001, DEL-001): every success but a purge has a body"),
)  # fmt: skip

# Refused although it must be granted, granted although it must be refused.
_REFUSALS = (
    _Way("living-certificate-not-found",   both(_LIVING_READS, name_is_alive),                       _NO_SUCH_CERTIFICATE,   "NAM-009, POL-001, ATT-008, DEL-001, N-22, J-12: what the session has shown living is found"),
    _Way("living-version-not-found",       both(did(Kind.GET_VERSION, Kind.PATCH_VERSION), version_is_alive), _NO_SUCH_CERTIFICATE, "NAM-010, J-19, P-26: a version once shown stays readable"),
    _Way("living-operation-not-found",     both(did(Kind.POLL, Kind.CANCEL, Kind.DROP), was_seen),   _NO_SUCH_OPERATION,     "OPR-009, OPR-024, N-11, P-7: an operation stays readable until it is deleted or overwritten"),
    _Way("living-secret-not-found",        both(did(Kind.GET_SECRET, Kind.GET_KEY), secret_is_alive), errs(404, "SecretNotFound", "A secret with (name/id) {name} was not found in this key vault."), "OBJ-001, OBJ-002, N-52, J-21: an issued version has its key and its secret"),
    _Way("living-certificate-is-going",    both(_LIVING_READS, name_is_alive),                       _BEING_DELETED,         "J-46, F-04: only a certificate that is being deleted is being deleted"),
    _Way("living-name-is-going",           both(_MAKES, name_is_alive),                              _BEING_DELETED,         "NAM-008, IMP-024, F-04: a new version of a living certificate is not hindered by a deletion"),
    _Way("living-name-is-taken",           both(_MAKES, name_is_alive),                              _TAKEN_BY_DELETED,      "CRE-014, IMP-035, F-03: only a soft-deleted certificate takes the name"),
    _Way("finished-operation-blocks",      both(_MAKES, nothing_runs),                               _PENDING,               "CRE-013, IMP-023, J-10, P-10: only an operation in progress blocks a create or an import"),
    _Way("deleted-record-not-found",       both(did(Kind.GET_DELETED), deletion_is_finished),        _NO_SUCH_RECORD,        "DEL-017, J-45, N-46: a deleted record stays until it is recovered or purged"),
    _Way("deleted-record-not-recovered",   both(did(Kind.RECOVER), deletion_is_finished),            _NO_SUCH_CERTIFICATE,   "DEL-014, J-52, N-47: a deleted certificate can be recovered"),
    _Way("deleted-record-not-purged",      both(did(Kind.PURGE), deletion_is_finished),              _NO_SUCH_RECORD,        "DEL-010, J-51, N-50: a deleted certificate can be purged"),
    _Way("finished-deletion-still-runs",   both(did(Kind.PURGE, Kind.RECOVER), deletion_is_finished), _BEING_DELETED,        "J-46, N-46: once the record is there, the deletion is over"),
    _Way("contacts-not-found",             both(did(Kind.GET_CONTACTS, Kind.DELETE_CONTACTS), contacts_are_there), errs(404, "ContactsNotFound", "Contacts not found"), "CON-001, CON-002, N-57, J-71: contacts that were set are found"),
    _Way("issuer-not-found",               both(did(Kind.GET_ISSUER, Kind.PATCH_ISSUER, Kind.DELETE_ISSUER), issuer_is_there), errs(404, "CertificateIssuerNotFound", "Issuer not found"), "ISS-001, ISS-004, N-55, J-69: an issuer that was set is found"),
    _Way("cancel-refused-yet-requested",   both(did(Kind.CANCEL), flag_is_seen_later),               _NOT_IN_PROGRESS,       "OPR-010, OPR-012, N-18: later looks show the operation with the cancellation requested, by nobody"),
    _Way("drop-refused-yet-gone",          both(did(Kind.DROP), operation_is_gone_later),            _NOT_IN_PROGRESS,       "OPR-024, N-20: the operation is gone at the next look, though nobody deleted it"),
    _Way("merge-refused-yet-completed",    both(did(Kind.MERGE), completes_later),                   _KEY_MISMATCH,          "MRG-005, CRE-032, P-47: without a merge the operation of a manual request does not complete"),
    _Way("import-refused-yet-there",       both(did(Kind.IMPORT), is_born_here_and_shown_later),      _BAD_CONTENT,           "IMP-001, IMP-024, N-41: a refused import makes no version; a later step shows one made at this time"),
    _Way("dropped-operation-answers",      both(failed(404, "PendingCertificateNotFound"), was_dropped), last_operation_again, "OPR-007, OPR-017, N-15, J-25, P-18: a deleted operation is gone at once"),
    _Way("deleted-certificate-answers",    both(asks(Kind.GET, Kind.GET_VERSION), failed(404), is_deleted), last_bundle_again, "DEL-004, DEL-034, J-43, P-58, P-61: a deleted certificate is not to be read"),
    _Way("deleted-record-comes-and-goes",  both(asks(Kind.GET_DELETED), failed(404), is_deleted, record_is_missing_later), last_answer_again(Kind.DELETE), "DEL-017, J-43, J-44: the record appears once; the next look does not find it yet"),
    _Way("purged-twice",                   both(asks(Kind.PURGE), failed(409), is_purged_again_later),     becomes(204, empty=True), "DEL-010, DEL-013, ERR-014, J-46: what is purged is gone, the next purge still meets it"),
    _Way("deleted-contacts-answer",        both(failed(404, "ContactsNotFound"), contacts_were_deleted), last_answer_again(Kind.DELETE_CONTACTS), "CON-003, J-71, P-82: deleted contacts are gone"),
    _Way("deleted-issuer-answers",         both(failed(404, "CertificateIssuerNotFound"), issuer_was_deleted), last_answer_again(Kind.DELETE_ISSUER), "ISS-005, J-69, P-81: a deleted issuer is gone"),
    _Way("versions-of-nobody-not-found",   both(did(Kind.VERSIONS), list_is_empty),                  _NO_SUCH_CERTIFICATE,   "J-67, P-76: the versions of an unknown name are an empty list with 200"),
)  # fmt: skip

# The form of errors.
_ERRORS = (
    _Way("error-without-code",        is_error,                                  without("error.code"),                          "ERR-001: an error has error.code"),
    _Way("error-without-message",     is_error,                                  without("error.message"),                       "ERR-001: an error has error.message"),
    _Way("error-without-body",        is_error,                                  says(None),                                     "ERR-001: an error is a JSON object"),
    _Way("error-unwrapped",           is_error,                                  unwrapped,                                      "ERR-001: code and message stand below error"),
    _Way("error-in-words",            is_error,                                  in_words,                                       "ERR-001: error is an object, not a text"),
    _Way("not-found-answers-200",     failed(404),                               becomes(200),                                   "ERR-002, ERR-014: an error is no success"),
    _Way("not-found-answers-400",     failed(404),                               becomes(400),                                   "J-43, J-50, J-69, J-71, N-15, P-31: what is missing is a 404"),
    _Way("conflict-answers-400",      failed(409),                               becomes(400),                                   "J-46, J-59, P-69: a conflict is a 409"),
    _Way("bad-request-answers-200",   failed(400),                               becomes(200),                                   "ERR-002, ERR-014: a refused request is no success"),
    _Way("certificate-not-found-as-secret", failed(404, "CertificateNotFound"),  put("error.code", "SecretNotFound"),            "J-43, J-50, P-31: a missing certificate is CertificateNotFound"),
    _Way("operation-not-found-as-certificate", failed(404, "PendingCertificateNotFound"), put("error.code", "CertificateNotFound"), "OPR-007, N-15, J-25: a missing operation is PendingCertificateNotFound"),
    _Way("issuer-not-found-as-certificate", failed(404, "CertificateIssuerNotFound"), put("error.code", "CertificateNotFound"), "J-69, P-81: a missing issuer is CertificateIssuerNotFound"),
    _Way("contacts-not-found-as-certificate", failed(404, "ContactsNotFound"),   put("error.code", "CertificateNotFound"),       "J-71, P-82: missing contacts are ContactsNotFound"),
    _Way("conflict-as-bad-parameter", failed(409, "Conflict"),                   put("error.code", "BadParameter"),              "J-46, J-59, P-69: a 409 has the code Conflict"),
    _Way("bad-parameter-as-conflict", failed(400, "BadParameter"),               put("error.code", "Conflict"),                  "N-6, F-11: a wrong property is BadParameter"),
    _Way("being-deleted-as-deleted",  both(failed(409), has("error.innererror.code", "ObjectIsBeingDeleted")), put("error.innererror.code", "ObjectIsDeletedButRecoverable"), "J-46, F-03, DEL-010: a purge meets a deletion under way; a finished one it purges"),
)  # fmt: skip

# The operation (pending object).
_OPERATIONS = (
    _Way("operation-without-id",         shows_operation,                     without("id"),                     "CRE-003, N-3, P-2: an operation shows its id"),
    _Way("operation-without-status",     shows_operation,                     without("status"),                 "CRE-003, OPR-002, P-2: an operation shows its status"),
    _Way("operation-without-csr",        shows_operation,                     without("csr"),                    "CRE-003, OPR-029, N-3, N-11, N-12, N-13: an operation shows its csr in every state"),
    _Way("operation-without-issuer",     shows_operation,                     without("issuer"),                 "CRE-003, N-3, P-2: an operation shows its issuer"),
    _Way("operation-without-request-id", shows_operation,                     without("request_id"),             "CRE-003, N-3, P-2: an operation shows its request_id"),
    _Way("operation-without-flag",       shows_operation,                     without("cancellation_requested"), "CRE-003, N-3, P-2: an operation says whether its cancellation was requested"),
    _Way("operation-of-another-name",    shows_operation,                     alter("id", of_another_name),      "CRE-003, N-3, P-2: the operation is that of the name in the path"),
    _Way("operation-in-another-vault",   shows_operation,                     alter("id", of_another_vault),     "CRE-003, N-3, P-2: the operation is in the vault that was asked"),
    _Way("operation-with-another-issuer", both(shows_operation, is_ours),     alter("issuer.name", swapped("Self", "Unknown")), "CRE-020, CRE-031, N-4, P-2: the operation names the issuer of the request"),
    _Way("status-nobody-knows",          runs,                                put("status", "pending"),          "OPR-002: inProgress, completed, canceled, failed; nothing else"),
    _Way("running-without-details",      runs,                                without("status_details"),         "CRE-003, N-5, N-10, P-3: an operation in progress says what it waits for"),
    _Way("running-with-other-details",   both(runs, is_manual),               put("status_details", CA_DETAILS), "CRE-033, N-5, J-3: a manual request asks for the merge"),
    _Way("self-issued-asks-for-a-merge", both(runs, has("issuer.name", "Self")), put("status_details", MERGE_DETAILS), "N-5, J-2, P-3, CRE-020: only a manual request asks for a merge"),
    _Way("running-with-a-target",        runs,                                with_its("target", certificate_of_operation), "OPR-004, N-3, P-3: a target is there when it is completed"),
    _Way("running-with-an-error",        runs,                                put("error", {"code": "Request rejected", "message": "No."}), "OPR-005, N-3, J-1: an error is there when it failed"),
    _Way("created-and-completed",        did(Kind.CREATE),                    operation_is("completed"),         "CRE-003, CRE-021, N-3: the 202 shows the operation in progress"),
    _Way("created-and-cancelled",        did(Kind.CREATE),                    put("cancellation_requested", True), "CRE-003, N-3: nobody can have asked for the cancellation yet"),
    _Way("completed-without-target",     ended("completed"),                  without("target"),                 "OPR-004, N-11, J-5, P-4: a completed operation names its certificate"),
    _Way("completed-into-another-name",  ended("completed"),                  alter("target", of_another_name),  "OPR-004, N-11, J-5, P-4: the target is the certificate of the operation's name"),
    _Way("completed-into-a-version",     ended("completed"),                  alter("target", with_a_version),   "N-11, J-5, P-4: the target has no version"),
    _Way("completed-keeps-details",      ended("completed"),                  put("status_details", CA_DETAILS), "N-11, J-5, P-4: a completed operation has no status_details"),
    _Way("completed-with-an-error",      ended("completed"),                  put("error", {"code": "Request rejected", "message": "No."}), "OPR-005, N-11: only a failed operation has an error"),
    _Way("cancelled-with-a-target",      ended("cancelled"),                  with_its("target", certificate_of_operation), "OPR-015, N-12, P-5: a cancelled operation has made nothing"),
    _Way("cancelled-keeps-details",      ended("cancelled"),                  put("status_details", CA_DETAILS), "N-12, P-5: a cancelled operation has no status_details"),
    _Way("failed-without-error",         ended("failed"),                     without("error"),                  "OPR-005, CRE-019, CRE-046, N-13: a failed operation says why"),
    _Way("failed-without-error-code",    ended("failed"),                     without("error.code"),             "OPR-005, OPR-006, ERR-001, N-13: the reason has a code"),
    _Way("failed-with-a-target",         ended("failed"),                     with_its("target", certificate_of_operation), "OPR-005, N-13: a failed operation has made nothing"),
    _Way("finished-one-runs-again",      both(ended(), had_ended()),          operation_is("inProgress"),        "OPR-024, N-11, P-7: what has ended does not go on"),
    _Way("merged-one-still-runs",        both(ended("completed"), was_merged), operation_is("inProgress"),       "MRG-001, MRG-016, N-38: a merge completes the operation"),
    _Way("completed-one-is-cancelled",   both(ended("completed"), had_ended("completed")), operation_is("cancelled", cancelled=True), "OPR-012, OPR-024, P-7: what is completed is not cancelled any more"),
    _Way("cancelled-one-is-completed",   both(ended("cancelled"), had_ended("cancelled")), operation_is("completed"), "OPR-015, OPR-024, P-5: what is cancelled does not complete any more"),
    _Way("completes-and-reopens",        both(did(Kind.POLL), runs, is_issued_alone, runs_later), operation_is("completed"),      "OPR-024, J-5: completed now, in progress at a later look"),
    _Way("fails-and-reopens",            both(did(Kind.POLL), runs, runs_later), several(operation_is("failed"), put("error", {"code": "Request rejected", "message": "No."})), "OPR-024, N-13: failed now, in progress at a later look"),
    _Way("manual-one-completes-alone",   both(did(Kind.POLL, Kind.DROP), runs, is_manual, is_ours), operation_is("completed"), "CRE-031, CRE-032, CRE-034: without a merge a manual request does not complete"),
    _Way("cancelled-by-nobody",          both(did(Kind.POLL), runs, was_not_cancelled), operation_is("cancelled", cancelled=True), "OPR-015, N-12: nobody has asked for a cancellation"),
    _Way("cancellation-by-nobody",       both(did(Kind.POLL, Kind.DROP), runs, was_not_cancelled), put("cancellation_requested", True), "OPR-010, N-10: nobody has asked for a cancellation"),
    _Way("cancelled-without-the-flag",   ended("cancelled"),                  put("cancellation_requested", False), "N-12, P-5: a cancelled operation shows that its cancellation was requested"),
    _Way("cancel-not-recorded",          did(Kind.CANCEL),                    put("cancellation_requested", False), "OPR-010, N-16, J-22, P-14: the answer to the request shows it"),
    _Way("cancel-at-once",               did(Kind.CANCEL),                    operation_is("cancelled"),         "OPR-010, N-16, N-17, J-22: cancelling is asynchronous, the answer shows inProgress"),
    _Way("cancellation-flips-back",      both(runs, flag_was_seen, flag_is_seen_later), put("cancellation_requested", False), "OPR-010, N-17, P-15: requested before, requested later, and nobody asked again"),
    _Way("request-id-changes",           both(shows_operation, was_seen),     alter("request_id", another_text), "OPR-022, P-8, N-10: an operation keeps its request_id"),
    _Way("request-id-too-short",         did(Kind.CREATE),                    alter("request_id", shorter),      "P-8, N-2: 32 hex digits, the same as in Location"),
    _Way("request-id-kept-by-the-next",  replaces_an_operation,               put_from("request_id", former_request("request_id")), "CRE-013, J-10, N-7, P-8: a new operation has a new request_id"),
    _Way("csr-changes",                  csr_was_seen,                        alter("csr", another_text),        "P-8, N-10, J-4: an operation keeps its csr"),
    _Way("csr-kept-by-the-next",         replaces_another_request,            put_from("csr", former_request("csr")), "CRE-004, POL-012, J-10, N-7: a new operation without reuse of the key has a new csr"),
    _Way("retry-after-the-end",          both(did(Kind.POLL), ended()),       with_header("retry-after", "10"),  "N-11, N-12, J-5, P-6: there is nothing to wait for"),
    _Way("create-without-location",      did(Kind.CREATE),                    without_header(_LOCATION),         "CRE-002, N-2, J-1: the 202 says where the operation is"),
    _Way("location-of-another-request",  did(Kind.CREATE),                    header(_LOCATION, of_another_request), "CRE-002, N-2, P-1: Location carries the request_id of the body"),
    _Way("location-of-another-path",     did(Kind.CREATE),                    header(_LOCATION, of_another_path), "CRE-002, N-2, P-1: Location leads to /pending"),
    _Way("merge-without-location",       did(Kind.MERGE),                     without_header(_LOCATION),         "MRG-002, N-37, J-28, P-44: the 201 says where the certificate is"),
    _Way("merge-location-of-another-path", did(Kind.MERGE),                   header(_LOCATION, of_another_path), "MRG-002, N-37, J-28, P-44: Location leads to the certificate"),
)  # fmt: skip

# Members of a certificate that are missing, or must not be there.
_MEMBERS = (
    _Way("certificate-without-id",        shows_certificate,                           without("id"),                       "REST CertificateBundle, NAM-005, P-23: a bundle has an id"),
    _Way("issued-without-kid",            issued,                                      without("kid"),                      "OBJ-003, P-23: an issued version names its key"),
    _Way("issued-without-sid",            issued,                                      without("sid"),                      "OBJ-003, P-23: an issued version names its secret"),
    _Way("issued-without-x5t",            issued,                                      without("x5t"),                      "OBJ-021, P-23: an issued version has a thumbprint"),
    _Way("issued-without-cer",            issued,                                      without("cer"),                      "OBJ-021, P-23: an issued version shows its X.509 certificate"),
    _Way("certificate-without-attributes", shows_certificate,                          without("attributes"),               "ATT-004, P-23, P-30: a bundle has attributes"),
    _Way("certificate-without-enabled",   shows_certificate,                           without("attributes.enabled"),       "ATT-001, P-30: attributes say whether it is enabled"),
    _Way("certificate-without-created",   shows_certificate,                           without("attributes.created"),       "ATT-004, P-30: attributes say when it was created"),
    _Way("certificate-without-updated",   shows_certificate,                           without("attributes.updated"),       "ATT-004, ATT-013, P-30: attributes say when it was updated"),
    _Way("certificate-without-nbf",       shows_certificate,                           without("attributes.nbf"),           "ATT-003, P-29, J-12: attributes show nbf, also of a placeholder"),
    _Way("certificate-without-exp",       shows_certificate,                           without("attributes.exp"),           "ATT-003, P-29, J-12: attributes show exp, also of a placeholder"),
    _Way("recovery-level-lost",           recovery_is_told_elsewhere("attributes.recoveryLevel"), without("attributes.recoveryLevel"), "N-28, P-30: every bundle of a vault shows its recovery level"),
    _Way("recoverable-days-lost",         recovery_is_told_elsewhere("attributes.recoverableDays"), without("attributes.recoverableDays"), "N-28, P-30: every bundle of a vault shows its retention, at one api-version"),
    _Way("policy-lost",                   both(shows_certificate, has("policy"), by_name), without("policy"),               "P-23, N-23, J-35: a bundle by name shows the policy"),
    _Way("policy-lost-when-made",         both(did(Kind.IMPORT, Kind.MERGE, Kind.RESTORE), has("policy")), without("policy"), "N-37, N-41, J-60, P-49: import, merge and restore answer with the policy"),
    _Way("pending-lost",                  operation_still_exists,                      without("pending"),                  "P-24, N-23, N-64, J-17: a bundle shows the operation as long as there is one"),
    _Way("tags-lost",                     both(shows_tags_that_were_set, other_than(Kind.PATCH, Kind.PATCH_VERSION)), without("tags"),                     "OBJ-022, N-36, J-15, J-35, DEL-033: tags stay"),
    _Way("recovery-id-lost",              _DELETED,                                    without("recoveryId"),               "DEL-003, DEL-017, N-45, J-41: a deleted bundle says where it can be recovered"),
    _Way("deleted-date-lost",             _DELETED,                                    without("deletedDate"),              "DEL-003, DEL-017, N-45, J-41: a deleted bundle says when it was deleted"),
    _Way("purge-date-lost",               _DELETED,                                    without("scheduledPurgeDate"),       "DEL-003, DEL-017, N-45, J-41: a deleted bundle says when it will be purged"),
    _Way("recovery-id-of-another",        _DELETED,                                    alter("recoveryId", of_another_name), "DEL-003, N-45, P-59: recoveryId is the deleted certificate's"),
    _Way("pending-without-operation",     has_no_operation,                            with_its("pending", operation_of_certificate), "P-24, P-26, J-18, J-26, N-24, N-41: no operation, or read by version: no pending"),
    _Way("policy-in-a-version",           _VERSIONED,                                  with_the_policy, "P-26, N-24, J-19: reading a version shows no policy"),
    _Way("policy-in-a-version-update",    did(Kind.PATCH_VERSION),                     with_the_policy, "N-36, J-36, N-64: updating a version shows no policy"),
    _Way("living-with-recovery-id",       both(shows_certificate, lacks_member("recoveryId"), did(Kind.GET, Kind.GET_VERSION, Kind.IMPORT, Kind.MERGE, Kind.RECOVER, Kind.RESTORE)), with_its("recoveryId", record_of_certificate), "N-47, J-52, P-63: a living certificate has no recoveryId"),
    _Way("living-with-deleted-date",      both(shows_certificate, lacks_member("recoveryId"), did(Kind.GET, Kind.GET_VERSION, Kind.IMPORT, Kind.MERGE, Kind.RECOVER, Kind.RESTORE)), with_its("deletedDate", now), "N-47, J-52, P-63: a living certificate was not deleted"),
    _Way("stub-with-a-key",               is_stub,                                     with_its("kid", key_of_certificate), "N-22, J-12, P-19: a placeholder has no key"),
    _Way("stub-with-a-thumbprint",        is_stub,                                     put("x5t", "AAAAAAAAAAAAAAAAAAAAAAAAAAA"), "N-22, J-12, P-19: a placeholder has no thumbprint"),
    _Way("stub-with-a-certificate",       is_stub,                                     put("cer", "MIIBszCCAR0CAQEw"),        "N-22, J-12, P-19: a placeholder has no X.509 certificate"),
    _Way("stub-is-enabled",               is_stub,                                     put("attributes.enabled", True),     "CRE-018, N-22, J-12: a placeholder is disabled"),
)  # fmt: skip

# Identity and content of a certificate.
_IDENTITY = (
    _Way("id-of-another-name",            shows_certificate,                           alter("id", of_another_name),        "NAM-005, P-27: the id is that of the name"),
    _Way("id-in-another-vault",           shows_certificate,                           alter("id", of_another_vault),       "NAM-005, P-27: the id is in the vault that was asked"),
    _Way("id-without-version",            shows_certificate,                           alter("id", without_its_version),    "NAM-005, P-23, J-12: the id of a bundle has a version"),
    _Way("version-of-31-characters",      shows_certificate,                           version_shrinks,                     "NAM-006, P-27: a version has 32 characters"),
    _Way("kid-of-another-version",        issued,                                      alter("kid", of_another_version),    "N-23, P-27, OBJ-004: id, kid and sid have one version"),
    _Way("sid-of-another-version",        issued,                                      alter("sid", of_another_version),    "N-23, P-27, OBJ-004: id, kid and sid have one version"),
    _Way("kid-of-another-name",           issued,                                      alter("kid", of_another_name),       "OBJ-002, OBJ-003, P-27: the key has the certificate's name"),
    _Way("sid-of-another-name",           issued,                                      alter("sid", of_another_name),       "OBJ-002, OBJ-003, P-27: the secret has the certificate's name"),
    _Way("sid-in-another-vault",          issued,                                      alter("sid", of_another_vault),      "OBJ-002, OBJ-003, P-27: the secret is in the same vault"),
    _Way("version-changes-between-looks", both(was_shown, by_name),                    version_moves,                       "NAM-009, NAM-012, J-13, J-37, N-47: nothing has made another version since"),
    _Way("another-version-is-read",       did(Kind.GET_VERSION, Kind.PATCH_VERSION),                                  version_moves,                       "NAM-010: the version asked for is read"),
    _Way("another-version-answers",       _VERSIONED,                                  another_version_answers,             "NAM-010: the version asked for is read"),
    _Way("old-version-comes-back",        has_predecessor,                             old_version_again,                   "CRE-015, NAM-008, NAM-009, N-7: the newest version is the current one"),
    _Way("restored-as-another-version",   is_a_known_backup,                           version_moves,                       "BAK-002, J-60, P-68: a restore brings back the same version ids"),
    _Way("x5t-is-no-thumbprint",          both(issued, cer_is_whole),                  alter("x5t", another_text),          "OBJ-021, P-28: x5t is the SHA-1 of cer"),
    _Way("x5t-changes",                   both(issued, was_shown, cer_is_elided),                    alter("x5t", another_text),          "OBJ-021, J-37, P-33: the version had another thumbprint before"),
    _Way("cer-changes",                   cer_was_shown,                               alter("cer", another_text),          "OBJ-021, NAM-010, J-37: the version had another certificate before"),
    _Way("cer-of-another-certificate",    both(issued, cer_is_whole),                  foreign_certificate("cer"),          "OBJ-021, P-28, P-29: x5t, nbf and exp do not fit this cer"),
    _Way("content-of-another-certificate", both(issued, cer_is_whole),                 foreign_certificate("cer", "x5t"),   "ATT-003, P-29: nbf and exp are not those of this cer"),
    _Way("certificate-of-another-request", both(issued, cer_is_whole, was_requested_here), foreign_certificate("cer", "x5t", "attributes"), "CRE-004, MRG-013, N-26, P-86: another request's key, at the time of another request"),
    _Way("merged-with-the-wrong-one",     did(Kind.MERGE),                             merges_the_wrong_one,                "N-37, MRG-001, P-46: cer is the first certificate that was sent"),
)  # fmt: skip

# Times, switches and settings of a certificate.
_ATTRIBUTES = (
    _Way("created-changes",               was_shown,                                   alter("attributes.created", earlier_by(HOUR)), "ATT-004, N-36, J-60: a version was created once"),
    _Way("created-a-day-early",           birth_is_known,                              alter("attributes.created", earlier_by(DAY)), "ATT-004, N-26, N-37, N-42, J-14: the session shows what made this version, a day later"),
    _Way("updated-before-created",        shows_certificate,                           alter("attributes.updated", earlier_by(10 * 365 * DAY)), "ATT-004, ATT-013, P-20: nothing is updated before it is created"),
    _Way("updated-in-the-future",         both(shows_certificate, has_clock),          alter("attributes.updated", plus(10 * 365 * DAY)), "ATT-013: nothing was updated after the answer that says so"),
    _Way("nbf-after-exp",                 shows_certificate,                           alter("attributes.nbf", plus(200 * 365 * DAY)), "ATT-003, P-29, J-40: a validity begins before it ends"),
    _Way("nbf-moves",                     both(issued, validity_is_known),             alter("attributes.nbf", earlier_by(HOUR)), "ATT-003, P-29, N-26, P-93: nbf is the certificate's"),
    _Way("exp-moves",                     both(issued, validity_is_known),             alter("attributes.exp", plus(DAY)),  "ATT-003, P-29, N-26, P-93: exp is the certificate's"),
    _Way("enabled-flips",                 both(issued, stands_unchanged),                     alter("attributes.enabled", negated), "ATT-008, J-37, J-45: nothing has updated the version since"),
    _Way("born-disabled",                 was_born_enabled,                            put("attributes.enabled", False),    "ATT-001, J-14: a version is enabled unless somebody asked otherwise"),
    _Way("tags-change",                   both(stands_unchanged, has("tags")),         put("tags", {"nobody": "asked"}),    "OBJ-022, J-39: nothing has updated the tags since"),
    _Way("tags-appear",                   both(stands_unchanged, lacks_member("tags")), put("tags", {"nobody": "asked"}),   "OBJ-022, N-23: nothing has set tags since"),
    _Way("updated-moves-alone",           stands_unchanged,                            alter("attributes.updated", plus(1)), "ATT-013, J-45, N-47: nothing has updated the version since"),
    _Way("tags-not-applied",              both(_UPDATES, tags_change),                 put_from("tags", former_version("tags")), "ATT-010, N-36, P-33, J-35: the tags sent are the tags shown"),
    _Way("enabled-not-applied",           both(_UPDATES, enabled_is_sent),             alter("attributes.enabled", negated), "ATT-008, N-36, J-37: enabled is what was sent"),
    _Way("updated-not-advanced",          both(_UPDATES, time_has_passed),             put_from("attributes.updated", former_version("attributes.updated")), "ATT-013, N-36, P-33, J-35: an update moves updated"),
    _Way("expiry-follows-the-request",    both(_UPDATES, other_expiry_is_sent),        put_from("attributes.exp", as_requested("attributes.exp")), "ATT-003, P-34: the certificate's expiry cannot be updated"),
    _Way("update-forgotten",              both(did(Kind.GET, Kind.GET_VERSION, Kind.DELETE, Kind.GET_DELETED), was_shown), patch_forgotten, "ATT-008, N-64, P-33: a later look shows what was updated"),
    _Way("deleted-an-hour-before",        both(did(Kind.DELETE), has("deletedDate"), has_clock), several(alter("deletedDate", earlier_by(HOUR)), alter("scheduledPurgeDate", earlier_by(HOUR))), "DEL-003, N-45, J-73: deletedDate is the time of the answer"),
    _Way("deleted-date-changes",          deletion_was_shown,                          several(alter("deletedDate", plus(HOUR)), alter("scheduledPurgeDate", plus(HOUR))), "DEL-009, J-45, N-46: the record is that of the DELETE"),
    _Way("purge-date-off-the-retention",  _DELETED,                                    alter("scheduledPurgeDate", plus(DAY)), "DEL-023, DEL-007, N-45, J-41, P-59: purge is due when the retention is over"),
    _Way("soft-delete-vanishes",          soft_delete_was_on,                          put("attributes.recoveryLevel", "Purgeable"), "DEL-019, N-28: soft delete cannot be switched off"),
    _Way("soft-delete-appears",           soft_delete_is_off_later,                    put("attributes.recoveryLevel", "Recoverable+Purgeable"), "DEL-019, N-28: a later answer shows that soft delete is off"),
    _Way("retention-changes",             recovery_is_told_elsewhere("attributes.recoverableDays"), put("attributes.recoverableDays", 30), "DEL-007, N-28: the retention of a vault never changes"),
)  # fmt: skip

# The policy.
_POLICY = (
    _Way("policy-without-key-props",      shows_known_policy,                          policy_without("key_props"),         "POL-003, P-37: a policy says how the key is made"),
    _Way("policy-without-secret-props",   shows_known_policy,                          policy_without("secret_props"),      "POL-003, P-37: a policy says how the secret is made"),
    _Way("policy-without-x509-props",     both(shows_known_policy, _NO_POLICY_UPDATE), policy_without("x509_props"),        "POL-003, P-37: a policy says what the certificate says"),
    _Way("policy-without-actions",        shows_known_policy,                          policy_without("lifetime_actions"),  "POL-003, N-29, P-37: a policy has a lifetime action"),
    _Way("policy-without-issuer",         shows_policy,                                policy_without("issuer"),            "POL-003, CRE-030, P-37: a policy names an issuer"),
    _Way("policy-without-attributes",     shows_policy,                                policy_without("attributes"),        "POL-022, P-37: a policy has attributes"),
    _Way("policy-without-id",             shows_policy,                                policy_without("id"),                "POL-023, P-37: a policy has an id"),
    _Way("policy-of-another-name",        shows_policy,                                policy_alter("id", of_another_name), "POL-023, OBJ-024: the policy is the certificate's"),
    _Way("policy-key-size",               shows_known_policy,                          policy_alter("key_props.key_size", plus(1024)), "CRE-009, POL-002, N-29: the key size is what was sent, or 2048"),
    _Way("policy-key-type",               both(shows_known_policy, _NO_POLICY_UPDATE), policy_alter("key_props.kty", swapped("RSA", "EC")), "CRE-009, POL-002, N-29: the key type is what was sent, or RSA"),
    _Way("policy-exportable",             shows_known_policy,                          policy_alter("key_props.exportable", negated), "CRE-009, POL-002, N-8, N-29: exportable is what was sent, or true"),
    _Way("policy-reuse-key",              shows_known_policy,                          policy_alter("key_props.reuse_key", negated), "CRE-009, POL-002, N-29, F-24: reuse_key is what was sent, or false"),
    _Way("policy-content-type",           shows_known_policy,                          policy_alter("secret_props.contentType", swapped("application/x-pkcs12", "application/x-pem-file")), "CRE-009, POL-013, N-29: the content type is what was sent, or PKCS #12"),
    _Way("policy-subject",                shows_known_policy,                          policy_alter("x509_props.subject", lambda _: "CN=somebody.example"), "CRE-009, P-42: the subject is what was sent"),
    _Way("policy-validity",               shows_known_policy,                          policy_alter("x509_props.validity_months", plus(12)), "CRE-009, POL-004, N-29: the validity is what was sent, or 12 months"),
    _Way("policy-key-usage",              both(shows_known_policy, policy_has("x509_props.key_usage")), policy_alter("x509_props.key_usage", without_the_first), "CRE-009, OBJ-018, N-29, N-31: the key usage is what was sent, or the two defaults"),
    _Way("policy-ekus",                   both(shows_known_policy, policy_has("x509_props.ekus")), policy_alter("x509_props.ekus", without_the_first), "CRE-009, N-29, J-32: the EKUs are what was sent, or the two defaults"),
    _Way("policy-sans",                   both(shows_known_policy, policy_has("x509_props.sans")), policy_without("x509_props.sans"), "CRE-009, POL-016, P-40, P-68: names that were sent are kept"),
    _Way("policy-basic-constraints",      shows_known_policy,                          policy_alter("x509_props.basic_constraints.ca", negated), "N-29, J-32, P-38: no request makes a CA"),
    _Way("policy-issuer",                 both(shows_known_policy, _NO_POLICY_UPDATE), policy_alter("issuer.name", swapped("Self", "Unknown")), "CRE-009, CRE-030, POL-018, P-38: the issuer is what was sent, or Unknown"),
    _Way("policy-action",                 shows_known_policy,                          action_changes,                      "CRE-009, N-29, N-30, P-39: the action is what was sent, or the default of the issuer"),
    _Way("policy-trigger",                shows_known_policy,                          trigger_moves,                       "CRE-009, N-29, P-42: the trigger is what was sent, or 80 percent"),
    _Way("imported-not-exportable",       both(did(Kind.IMPORT), has("policy.key_props.exportable", True)), put("policy.key_props.exportable", False), "IMP-021, N-43, P-50: an imported key is exportable unless the policy says no"),
    _Way("imported-reuses-its-key",       both(did(Kind.IMPORT), has("policy.key_props.reuse_key", False)), put("policy.key_props.reuse_key", True), "N-43, P-50, F-24: nobody asked for the key to be reused"),
    _Way("imported-as-self-issued",       both(did(Kind.IMPORT), sends_no("policy.issuer")), put("policy.issuer.name", "Self"), "IMP-014, IMP-033, N-43, P-50: an import without an issuer has the issuer Unknown"),
    _Way("imported-for-renewal",          both(did(Kind.IMPORT), sends_no("policy.issuer"), sends_no("policy.lifetime_actions")), action_changes, "IMP-016, IMP-033, N-43, P-50: without an issuer the vault only sends mail"),
    _Way("imported-as-another-type",      did(Kind.IMPORT),                            policy_alter("secret_props.contentType", swapped("application/x-pkcs12", "application/x-pem-file")), "POL-013, N-42, P-50, P-54: the content type is what was sent, or PKCS #12"),
    _Way("policy-created-changes",        policy_was_shown,                            policy_alter("attributes.created", earlier_by(HOUR)), "N-8, N-35, P-11, J-16: a policy keeps its time of creation"),
    _Way("policy-updated-before-created", shows_policy,                                policy_alter("attributes.updated", earlier_by(10 * 365 * DAY)), "POL-022, N-8, P-11: nothing is updated before it is created"),
    _Way("policy-updated-in-the-future",  both(shows_policy, has_clock),               policy_alter("attributes.updated", plus(10 * 365 * DAY)), "POL-022, N-35: nothing was updated after the answer that says so"),
    _Way("policy-updated-stands-still",   both(shows_policy, policy_time_has_passed), policy_time_stands_still, "POL-022, N-8, N-35, P-11, P-36: setting the policy moves updated"),
    _Way("policy-not-replaced",           both(policy_was_changed(Kind.CREATE), sets_no_policy), policy_forgotten,         "CRE-007, J-16, N-8, P-11: the policy of a later create replaces the stored one"),
    _Way("policy-update-forgotten",       both(policy_was_changed(Kind.PATCH_POLICY), sets_no_policy), policy_forgotten,   "POL-002, P-36: a later look shows what was updated"),
    _Way("policy-update-not-applied",     patches_a_known_policy,                      policy_patch_not_applied,            "POL-002, N-35, P-36: the members sent are the members shown"),
    _Way("policy-update-drops-the-rest",  patches_a_known_policy,                      policy_patch_drops_the_rest,         "POL-002, N-35, P-36: members not sent stay"),
)  # fmt: skip

# Lists.
_LISTS = (
    _Way("list-without-value",            did(*LISTS),                                 without("value"),                    "LST-001, LST-005, LST-007, LST-008: a list has its items in value"),
    _Way("list-twice-the-same",           did(*LISTS),                                 first_twice,                         "LST-004, LST-009: one item each, no duplicates"),
    _Way("list-out-of-order",             did(*LISTS),                                 first_two_swapped,                   "J-63, J-65, J-66, P-72, P-81: sorted by name; versions by their id"),
    _Way("list-lacks-a-living-one",       both(did(Kind.LIST), list_is_complete),      lacks(living_item),                  "LST-001, LST-003, LST-009, J-63, P-71: what lives is listed"),
    _Way("versions-lack-one",             both(did(Kind.VERSIONS), list_is_complete),  lacks(known_version_item),           "LST-005, J-66, P-56: every version is listed"),
    _Way("deleted-list-lacks-one",        both(did(Kind.LIST_DELETED), list_is_complete), lacks(recorded_item),             "LST-007, J-65: what is recorded as deleted is listed"),
    _Way("deleted-list-shows-a-purged",   both(did(Kind.LIST_DELETED), list_is_complete), shows(purged_certificate),        "DEL-013, J-51, P-65: what is purged is not listed"),
    _Way("deleted-list-shows-a-living",   both(did(Kind.LIST_DELETED), list_is_complete), shows(living_certificate),        "LST-007: what lives is not deleted"),
    _Way("item-without-id",               did(*LISTS),                                 item_without("id", any_item),        "LST-006, LST-008: an item has an id"),
    _Way("item-without-attributes",       did(Kind.LIST, Kind.VERSIONS, Kind.LIST_DELETED), item_without("attributes", any_item), "LST-006, P-71: an item has attributes"),
    _Way("item-without-thumbprint",       _CERTIFICATES,                               item_without("x5t", known_item),     "LST-006, P-71: the item of an issued version has a thumbprint"),
    _Way("item-with-another-thumbprint",  _CERTIFICATES,                               item("x5t", another_text, known_item), "LST-006, LST-009, OBJ-021: the item is that of the current version"),
    _Way("item-enabled-flipped",          _CERTIFICATES,                               item("attributes.enabled", negated, known_item), "LST-006, J-37: nothing has updated the version since"),
    _Way("item-created-changes",          _CERTIFICATES,                               item("attributes.created", earlier_by(HOUR), known_item), "LST-006, ATT-004: the item is that of the current version"),
    _Way("item-with-recovery-level",      _CERTIFICATES,                               item_with("attributes.recoveryLevel", "Purgeable"), "P-30, J-63, J-66: living items carry no recovery level"),
    _Way("item-with-policy",              did(Kind.LIST, Kind.VERSIONS, Kind.LIST_DELETED), item_with("policy", {"issuer": {"name": "Self"}}), "LST-006, P-62: no policy in items"),
    _Way("item-with-cer",                 did(Kind.LIST, Kind.VERSIONS, Kind.LIST_DELETED), item_with("cer", "MIIBszCCAR0CAQEw"), "LST-006: no cer in items"),
    _Way("item-with-a-version",           did(Kind.LIST, Kind.LIST_DELETED),           item("id", with_a_version, any_item), "LST-009, P-62, P-71, J-63: an item of a certificate has no version"),
    _Way("version-item-without-version",  did(Kind.VERSIONS),                          item("id", without_its_version, any_item), "LST-005, J-66, N-60: an item of a version has one"),
    _Way("version-item-of-another-name",  did(Kind.VERSIONS),                          item("id", of_another_name, any_item), "LST-005: only the versions of the name asked for"),
    _Way("deleted-item-without-recovery-id", did(Kind.LIST_DELETED),                   item_without("recoveryId", any_item), "LST-007, P-62, J-65: a deleted item says where it can be recovered"),
    _Way("deleted-item-without-date",     did(Kind.LIST_DELETED),                      item_without("deletedDate", any_item), "LST-007, P-62, J-65: a deleted item says when it was deleted"),
    _Way("deleted-item-without-purge-date", did(Kind.LIST_DELETED),                    item_without("scheduledPurgeDate", any_item), "LST-007, P-62, J-65: a deleted item says when it will be purged"),
    _Way("deleted-item-off-the-retention", did(Kind.LIST_DELETED),                     item("scheduledPurgeDate", plus(DAY), any_item), "DEL-007, DEL-023, J-41, P-59: purge is due when the retention is over"),
    _Way("deleted-item-of-another-time",  did(Kind.LIST_DELETED),                      item("deletedDate", earlier_by(HOUR), deleted_here_item), "DEL-009, LST-007, J-65: the item is that of the DELETE"),
    _Way("page-overfull",                 did(Kind.LIST),                              overfull,                            "LST-002, P-73: no more than maxresults"),
    _Way("page-repeats-an-item",          did(Kind.LIST),                              page_repeats,                        "LST-004: following nextLink meets nothing twice"),
    _Way("issuer-list-lacks-one",         both(did(Kind.LIST_ISSUERS), list_is_complete), lacks(living_issuer_item),        "LST-008, N-56, P-81: every issuer is listed"),
    _Way("issuer-list-shows-a-deleted",   both(did(Kind.LIST_ISSUERS), list_is_complete), shows(deleted_issuer),            "ISS-005, N-65, P-81: a deleted issuer is not listed"),
    _Way("issuer-item-of-another-provider", did(Kind.LIST_ISSUERS),                    item("provider", lambda _: "GlobalSign", living_issuer_item), "LST-008, N-56: the item shows the provider that was set"),
    _Way("issuer-item-without-provider",  did(Kind.LIST_ISSUERS),                      item_without("provider", any_item),  "LST-008, N-56: an item has a provider"),
    _Way("issuer-item-with-credentials",  did(Kind.LIST_ISSUERS),                      item_with("credentials", {"account_id": "any"}), "LST-008, N-56, P-81: an item has an id and a provider, no more"),
)  # fmt: skip

# Issuers, contacts, backups, and the managed key and secret.
_NEIGHBOURS = (
    _Way("issuer-without-id",             did(Kind.SET_ISSUER, Kind.GET_ISSUER, Kind.PATCH_ISSUER), without("id"),          "ISS-004, N-54: an issuer has an id"),
    _Way("issuer-without-provider",       issuer_is_known,                             without("provider"),                 "ISS-002, ISS-011, N-54: an issuer has a provider"),
    _Way("issuer-without-attributes",     did(Kind.SET_ISSUER, Kind.GET_ISSUER, Kind.PATCH_ISSUER), without("attributes"),  "ISS-016, N-54: an issuer has attributes"),
    _Way("issuer-of-another-name",        issuer_is_known,                             alter("id", of_another_name),        "ISS-001, N-54: the issuer is that of the path"),
    _Way("issuer-of-another-provider",    issuer_is_known,                             alter("provider", swapped("GlobalSign", "SslAdminV2")), "ISS-001, ISS-003, N-54, N-55: the provider is what was set"),
    _Way("issuer-of-another-account",     issuer_is_known,                             alter("credentials.account_id", another_text), "ISS-001, ISS-003, N-54, P-80: the account is what was set"),
    _Way("issuer-tells-its-password",     both(issuer_is_known, has("credentials")),   put("credentials.pwd", "password"),  "ISS-010, N-54, P-78: a password never comes back"),
    _Way("issuer-of-another-contact",     issuer_is_known,                             alter("org_details.admin_details.0.first_name", another_text), "ISS-003, P-78, P-80: the administrator is who was set"),
    _Way("issuer-disabled",               issuer_is_known,                             put("attributes.enabled", False),    "ISS-001, ISS-016, N-54: nobody asked for it to be disabled"),
    _Way("issuer-created-changes",        both(did(Kind.GET_ISSUER, Kind.PATCH_ISSUER, Kind.DELETE_ISSUER), issuer_is_known), alter("attributes.created", earlier_by(HOUR)), "ISS-016, N-65, P-79: an issuer keeps its time of creation"),
    _Way("issuer-updated-before-created", issuer_is_known,                             alter("attributes.updated", earlier_by(10 * 365 * DAY)), "ISS-016, N-65: nothing is updated before it is created"),
    _Way("contacts-without-id",           contacts_are_known,                          without("id"),                       "CON-002, N-57: the contacts have an id"),
    _Way("contacts-lost",                 contacts_are_known,                          without("contacts"),                 "CON-001, CON-003, N-57: the contacts are what was set"),
    _Way("contact-lost",                  contacts_are_known,                          alter("contacts", without_the_first), "CON-001, CON-003, N-57: the contacts are what was set"),
    _Way("contact-changed",               contacts_are_known,                          contact_changed,                     "CON-001, CON-003, CON-010, N-57: the contacts are what was set"),
    _Way("contacts-reordered",            contacts_are_known,                          contacts_reordered,                  "N-57, P-82: the contacts keep their order"),
    _Way("backup-without-a-blob",         did(Kind.BACKUP),                            without("value"),                    "BAK-001, J-58, P-67: a backup answers with a blob"),
    _Way("secret-not-managed",            both(did(Kind.GET_SECRET, Kind.GET_KEY), has("managed", True)), put("managed", False), "OBJ-005, N-52, J-21: key and secret of a certificate are managed"),
    _Way("secret-without-value",          did(Kind.GET_SECRET),                        without("value"),                    "OBJ-007, OBJ-008, N-52: a secret has a value, also of a key that cannot be exported"),
    _Way("secret-without-id",             did(Kind.GET_SECRET),                        without("id"),                       "OBJ-003, N-52: a secret has an id"),
    _Way("secret-of-another-version",     both(did(Kind.GET_SECRET), certificate_is_known), alter("id", of_another_version), "OBJ-003, N-52, J-21: sid names this secret"),
    _Way("secret-of-another-name",        both(did(Kind.GET_SECRET), certificate_is_known), alter("id", of_another_name),  "OBJ-002, N-52, J-21: the secret has the certificate's name"),
    _Way("secret-with-another-key",       both(did(Kind.GET_SECRET), certificate_is_known), alter("kid", of_another_version), "OBJ-003, N-52, J-21: kid is that of the certificate"),
    _Way("secret-of-another-type",        both(did(Kind.GET_SECRET), content_type_is_known), alter("contentType", swapped("application/x-pkcs12", "application/x-pem-file")), "POL-013, N-52, J-21: the policy's content type is the secret's"),
    _Way("secret-disabled",               both(did(Kind.GET_SECRET, Kind.GET_KEY), certificate_stands_unchanged), put("attributes.enabled", False), "OBJ-006, OBJ-020, J-20, J-21: the attributes are the certificate's; a disabled secret is not read"),
    _Way("secret-expires-elsewhen",       both(did(Kind.GET_SECRET, Kind.GET_KEY), certificate_stands_unchanged), alter("attributes.exp", plus(DAY)), "OBJ-006, N-52, N-53, J-21: the attributes are the certificate's"),
    _Way("key-of-another-version",        both(did(Kind.GET_KEY), certificate_is_known), alter("key.kid", of_another_version), "OBJ-003, N-53: kid names this key"),
    _Way("key-lacks-an-operation",        both(did(Kind.GET_KEY), key_usage_is_known), alter("key.key_ops", without_the_first), "OBJ-012, N-53: the key usage gives these operations"),
    _Way("key-with-another-operation",    both(did(Kind.GET_KEY), key_usage_is_known), put("key.key_ops", ["sign", "verify", "decrypt"]), "OBJ-010, OBJ-012, N-53: the key usage gives no other operations"),
    _Way("key-of-another-type",           both(did(Kind.GET_KEY), key_usage_is_known), alter("key.kty", swapped("RSA", "EC")), "POL-031, N-53: the key is of the policy's type"),
)  # fmt: skip

FALSIFICATIONS: Final[tuple[Falsification, ...]] = (
    *_STATUSES,
    *_REFUSALS,
    *_ERRORS,
    *_OPERATIONS,
    *_MEMBERS,
    *_IDENTITY,
    *_ATTRIBUTES,
    *_POLICY,
    *_LISTS,
    *_NEIGHBOURS,
)
"""Every way, in the order of the table above."""

# What a conforming service could have answered as well: a judge that refuses one of these is too strict.
UNDECIDABLE: Final[tuple[tuple[str, str], ...]] = (
    ("any-answer-becomes-429-or-5xx",        "every operation may be throttled or fail on the server's side (ERR-004, ERR-015, BAK-010)"),
    ("any-answer-becomes-401-or-403",        "the session does not show the caller's permissions, the token's end, or the firewall (ACL-001, ACL-005, ACL-006)"),
    ("any-change-becomes-409-conflict",      "ConflictError may meet operations that run in parallel; other clients are not in the recording (ERR-007, S-42)"),
    ("operation-completes-sooner",           "the issuer answers when it likes; only a later look in progress contradicts (CRE-051, C-32, N-27, J-7)"),
    ("operation-completes-later",            "nothing bounds the time; an issued version in the next answer may have come in between (CRE-051, J-8)"),
    ("cancelled-one-completes-after-all",    "a cancellation may or may not take effect, as long as no look has shown the end (OPR-011, F-02)"),
    ("cancellation-flag-false-on-completed", "best effort: a request was seen to complete with the flag back to false (F-02)"),
    ("manual-one-is-cancelled-at-last",      "a cancellation of a manual request was not seen to take effect, but nothing says that it never does (P-16, OPR-011)"),
    ("failed-one-loses-its-details",         "recordings show failed operations with and without status_details (N-13)"),
    ("canceled-for-cancelled",               "the documents write canceled, the service cancelled; case varies, too (C-07)"),
    ("purge-with-a-body",                    "a 204 has no body on the wire, and no reader looks for one (DEL-010)"),
    ("retry-after-lost",                     "no document demands it, and recorders drop it (ground-truth/README.md, C-19)"),
    ("location-of-another-name",             "recorders replace names, so that Location can show another one than the path (ground-truth/README.md)"),
    ("deleted-record-appears-sooner",        "a deletion ends when it ends; only a later 404 contradicts (J-44, N-46, P-60)"),
    ("deleted-record-missing-a-while-longer", "a deletion that no look has shown finished may still run (J-44, N-62)"),
    ("purged-sooner",                        "409 becomes 204 when the deletion has ended; only a later purge contradicts (J-46, F-09)"),
    ("recovered-sooner",                     "404 becomes 200 when the recovery has ended; its length is not fixed (J-53, N-48, P-64)"),
    ("restored-sooner",                      "the conflict after a purge lasts some seconds, and restoring over what exists is a silence (J-59, P-69, F-13, S-25)"),
    ("deleted-list-lags",                    "a certificate whose deletion no look has shown finished may be missing from the list (P-61)"),
    ("unknown-name-answers",                 "a name may have a history before the recording (ground-truth/README.md)"),
    ("unknown-name-is-listed",               "the vault may hold what the session never names, even where it starts empty (ground-truth/README.md)"),
    ("first-policy-is-older",                "a policy's created can be older than the session (N-8, ground-truth/README.md)"),
    ("first-placeholder-is-older",           "a name whose first operation never completed keeps its placeholder from before (J-13, P-19)"),
    ("imported-policy-first-look",           "subject, key size, usages and months come from the file, which is elided (N-42, P-51); only what is not in it is fixed"),
    ("imported-validity-first-look",         "nbf and exp come from the file; where cer is elided nothing says what they are (ATT-003)"),
    ("unnumbered-placeholder-changes",       "a placeholder without a number says nothing about equality (ground-truth/README.md)"),
    ("restored-blob-of-another-time",        "where the blob is elided it may be an older backup, with older tags and policy (BAK-007)"),
    ("updated-stands-still-for-a-second",    "times are rounded; an update within two seconds need not show (N-45, J-38, J-73)"),
    ("purge-protection-appears",             "recoveryLevel may lose +Purgeable in mid-session: protection can be switched on, not off (DEL-020)"),
    ("soft-delete-appears-for-good",         "a vault without soft delete may get it, as long as no later answer shows it without (DEL-019)"),
    ("version-in-upper-case",                "identifiers are compared without case (NAM-007)"),
    ("innererror-lost",                      "innererror is optional (ERR-001)"),
    ("error-message-changes",                "messages are prose; several wordings were recorded (J-49, P-31, J-59)"),
    ("member-added",                         "later versions add members: subject, issuer, serialnumber, preserveCertOrder (N-24, OPR-028, EVT-010)"),
    ("members-reordered",                    "an object's members have no order in JSON; the observed one is a habit (P-2, P-23)"),
    ("key-usage-reordered",                  "the documents make it a set; that it was always sorted is a habit, too (POL-017, P-41)"),
    ("empty-sans-appear-or-vanish",          "`sans: {}` says the same as none; restore drops it, create echoes it (J-33, P-40, P-68)"),
    ("zip-vanishes",                         "org_details.zip is in no document (N-54, P-78)"),
    ("subject-of-an-item-changes",           "the member is in no document; it was empty or absent (P-71, J-64, N-58)"),
    ("next-link-on-the-last-page",           "an empty page may follow the last full one (P-73, N-61)"),
    ("next-link-absent",                     "absent and null say the same; the documents do not demand the member (LST-004)"),
)  # fmt: skip
