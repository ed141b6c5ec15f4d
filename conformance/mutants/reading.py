"""Mutants that show certificates wrongly."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living, living_version
from certlife.adapters.memory.errors import RefusedError, forbidden, not_found
from certlife.adapters.memory.state import Call, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import current, members_of, showing_also, showing_in, showing_less
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.GET, rules="CERT-43")
def disabled_certificate_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that is disabled is answered with 404."""
    _, version = living_version(state, call)
    if version.chain and not version.enabled:
        raise not_found("certificate", call.name, call.version)
    return original(state, call)


@answering(Operation.GET, rules="CERT-43")
def disabled_certificate_is_forbidden(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that is disabled is answered with 403, as its secret is."""
    _, version = living_version(state, call)
    if version.chain and not version.enabled:
        raise forbidden("Operation get is not allowed on a disabled certificate.", "CertificateDisabled")
    return original(state, call)


@answering(Operation.GET, rules="CERT-43")
def expired_certificate_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """A certificate whose exp has passed is answered with 404."""
    _, version = living_version(state, call)
    if version.exp <= call.now:
        raise not_found("certificate", call.name, call.version)
    return original(state, call)


@answering(Operation.GET, rules="CERT-42")
def stub_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was not issued yet is answered with 404."""
    if not living(state, call).versions:
        raise not_found("certificate", call.name)
    return original(state, call)


@answering(Operation.GET, rules="SHOW-020")
def old_version_shows_the_current_one(original: Handler, state: State, call: Call) -> Answer:
    """Under the identifier of an old version the current one is shown."""
    _, version = living_version(state, call)
    return original(state, call if version is current(state, call) else replace(call, version=current(state, call).id))


@answering(Operation.GET, rules="CERT-39")
def unknown_version_shows_the_current_one(original: Handler, state: State, call: Call) -> Answer:
    """Under the identifier of a version that does not exist the current one is shown."""
    if living(state, call).version(call.version) is None:
        return original(state, replace(call, version=current(state, call).id))
    return original(state, call)


@answering(Operation.GET, rules="CERT-43")
def name_in_other_case_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """Names are told apart by upper and lower case."""
    if living(state, call).name != call.name:
        raise not_found("certificate", call.name, call.version)
    return original(state, call)


@answering(Operation.GET, rules="CERT-44")
def deleted_certificate_can_be_read(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate is shown under its former address."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED and not call.version:
        return shown.ok(shown.bundle(state, call, record, record.current))
    return original(state, call)


@answering(Operation.GET, rules="CERT-44")
def certificate_can_be_read_while_it_is_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown until its deletion has ended."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETING and not call.version:
        return shown.ok(shown.bundle(state, call, record, record.current))
    return original(state, call)


@answering(Operation.GET, rules="CERT-44")
def unknown_certificate_is_shown_empty(original: Handler, state: State, call: Call) -> Answer:
    """A name that nobody has used is answered with 200 and an identifier."""
    if find(state, call.name) is None:
        return shown.ok({"id": f"{call.vault}/certificates/{call.name}"})
    return original(state, call)


@answering(Operation.GET, rules="SHOW-030")
def version_shows_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """A version alone is shown with the policy."""
    answer = original(state, call)
    return showing_also(answer, policy=shown.policy(call, living(state, call)))


@answering(Operation.GET, rules="SHOW-033")
def version_shows_the_operation(original: Handler, state: State, call: Call) -> Answer:
    """A version alone is shown with the pending object."""
    answer, record = original(state, call), living(state, call)
    if record.pending is None:
        return answer
    return showing_also(answer, pending={"id": f"{call.vault}/certificates/{record.name}/pending"})


@answering(Operation.GET, rules="SHOW-029")
def certificate_hides_its_policy(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown without its policy."""
    return showing_less(original(state, call), "policy")


@answering(Operation.GET, rules="SHOW-031")
def certificate_hides_its_operation(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown without its pending object."""
    return showing_less(original(state, call), "pending")


@answering(Operation.GET, rules="SHOW-032")
def certificate_shows_an_operation_that_is_not_there(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown with a pending object, whether there is one or not."""
    answer = original(state, call)
    if call.version:
        return answer
    return showing_also(answer, pending={"id": f"{call.vault}/certificates/{living(state, call).name}/pending"})


@answering(Operation.GET, rules="SHOW-021")
def kid_lacks_the_version(original: Handler, state: State, call: Call) -> Answer:
    """The kid leads to the key without a version."""
    answer = original(state, call)
    kid = members_of(answer).get("kid")
    return answer if kid is None else showing_also(answer, kid=kid.rpartition("/")[0])


@answering(Operation.GET, rules="SHOW-023")
def sid_leads_to_the_key(original: Handler, state: State, call: Call) -> Answer:
    """The sid is the same as the kid."""
    answer = original(state, call)
    return showing_also(answer, sid=members_of(answer)["kid"]) if "kid" in members_of(answer) else answer


@answering(Operation.GET, rules="SHOW-022 SHOW-024")
def stub_shows_key_and_secret(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was not issued yet is shown with kid and sid."""
    answer, record = original(state, call), living(state, call)
    path = f"{record.name}/{record.current.id}"
    return showing_also(answer, kid=f"{call.vault}/keys/{path}", sid=f"{call.vault}/secrets/{path}")


@answering(Operation.GET, rules="SHOW-025 RELA-06")
def x5t_is_by_sha256(original: Handler, state: State, call: Call) -> Answer:
    """The x5t is made with SHA-256."""
    answer, (_, version) = original(state, call), living_version(state, call)
    if not version.chain:
        return answer
    digest = hashlib.sha256(version.chain[0]).digest()
    return showing_also(answer, x5t=base64.urlsafe_b64encode(digest).decode().rstrip("="))


@answering(Operation.GET, rules="RELA-06")
def x5t_is_that_of_the_first_version(original: Handler, state: State, call: Call) -> Answer:
    """The x5t stays that of the first version."""
    answer, record = original(state, call), living(state, call)
    if not record.versions:
        return answer
    return showing_also(answer, x5t=shown.version_parts(state, call, record, record.versions[0])["x5t"])


@answering(Operation.GET, rules="SHOW-027 RELA-06")
def cer_is_in_pem(original: Handler, state: State, call: Call) -> Answer:
    """The cer is PEM instead of bare base64."""
    answer = original(state, call)
    cer = members_of(answer).get("cer")
    if cer is None:
        return answer
    return showing_also(answer, cer=f"-----BEGIN CERTIFICATE-----\n{cer}\n-----END CERTIFICATE-----\n")


@answering(Operation.GET, rules="SHOW-035")
def certificate_shows_its_private_key(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown with a member `key`."""
    return showing_also(original(state, call), key={"kty": "RSA"})


@answering(Operation.GET, rules="SHOW-034")
def certificate_hides_its_tags(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown without its tags."""
    return showing_less(original(state, call), "tags")


@answering(Operation.GET, rules="SHOW-040")
def everything_is_shown_enabled(original: Handler, state: State, call: Call) -> Answer:
    """Every certificate is shown as enabled."""
    return showing_in(original(state, call), "attributes", enabled=True)


@answering(Operation.GET, rules="SHOW-041")
def created_is_that_of_the_first_version(original: Handler, state: State, call: Call) -> Answer:
    """All versions are shown with the `created` of the first one."""
    answer, record = original(state, call), living(state, call)
    return showing_in(answer, "attributes", created=record.versions[0].created) if record.versions else answer


@answering(Operation.GET, rules="SHOW-042")
def updated_is_the_time_of_reading(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown as updated whenever it is read."""
    return showing_in(original(state, call), "attributes", updated=call.now)


@answering(Operation.GET, rules="RELA-03 SHOW-041 SHOW-042")
def stamps_are_in_milliseconds(original: Handler, state: State, call: Call) -> Answer:
    """Times are shown in milliseconds."""
    answer, (_, version) = original(state, call), living_version(state, call)
    return showing_in(answer, "attributes", created=version.created * 1000, updated=version.updated * 1000)


@answering(Operation.GET, rules="SHOW-045")
def recovery_level_is_always_purgeable(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown as Purgeable although deleted ones are kept."""
    return showing_in(original(state, call), "attributes", recoveryLevel="Purgeable")


@answering(Operation.GET, rules="SHOW-045")
def recovery_level_hides_the_protection(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown as Purgeable-at-will although purge protection is on."""
    level = state.settings.recovery_level.removesuffix("+Purgeable")
    return showing_in(original(state, call), "attributes", recoveryLevel=f"{level}+Purgeable")


@answering(Operation.GET, rules="SHOW-045 SHOW-046")
def recoverable_days_are_always_90(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown with 90 recoverable days whatever the vault's retention is."""
    return showing_in(original(state, call), "attributes", recoverableDays=90)


@answering(Operation.GET, rules="SHOW-053 SHOW-054")
def living_certificate_shows_a_recovery_id(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was never deleted is shown with a recoveryId."""
    return showing_also(original(state, call), recoveryId=f"{call.vault}/deletedcertificates/{call.name}")


@answering(Operation.GET, rules="SHOW-080")
def policy_in_a_certificate_has_the_certificates_id(original: Handler, state: State, call: Call) -> Answer:
    """The policy within a certificate carries the certificate's identifier."""
    answer = original(state, call)
    if call.version:
        return answer
    return showing_in(answer, "policy", id=members_of(answer)["id"])


@answering(Operation.GET, rules="RELA-22")
def error_has_no_message(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that is not there is answered with 404 and a code alone."""
    try:
        return original(state, call)
    except RefusedError as refused:
        return Answer(refused.status, {"error": {"code": refused.code}})
