"""Mutants that import wrongly.

Not here: which requests must be refused whatever the state (accepting).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from certlife.adapters import certificates, files
from certlife.adapters.der import ContentRefused
from certlife.adapters.memory import shown
from certlife.adapters.memory.creation import order
from certlife.adapters.memory.drift import forget
from certlife.adapters.memory.errors import RefusedError
from certlife.adapters.memory.state import Call, Record, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import alive, asking, operation_at, sent_policy
from certlife.conformance.mutants.mutant import answering
from certlife.model.values import Answer, Json
from certlife.model.vocabulary import Operation

_PASSWORD_MOST = 200


@answering(Operation.IMPORT, rules="CERT-30")
def import_ends_the_running_operation(original: Handler, state: State, call: Call) -> Answer:
    """An import while an operation runs takes its place."""
    record = alive(state, call)
    if record is None:
        return original(state, call)
    former, record.pending = record.pending, None
    try:
        return original(state, call)
    except RefusedError:
        record.pending = former
        raise


@answering(Operation.IMPORT, rules="CERT-35")
def import_takes_the_name_of_something_deleted(original: Handler, state: State, call: Call) -> Answer:
    """An import over a deleted certificate begins anew, and what was deleted is lost."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED:
        forget(state, record)
    return original(state, call)


@answering(Operation.IMPORT, rules="CERT-27 CERT-34")
def import_answers_201(original: Handler, state: State, call: Call) -> Answer:
    """An import is answered with 201."""
    return replace(original(state, call), status=201)


@answering(Operation.IMPORT, rules="CERT-34 CERT-32")
def import_needs_a_new_name(original: Handler, state: State, call: Call) -> Answer:
    """An import for a name that has a version is refused."""
    record = alive(state, call)
    if record is not None and record.versions:
        raise RefusedError(409, "Conflict", f"Certificate {record.name} exists.")
    return original(state, call)


@answering(Operation.IMPORT, rules="CERT-24 CERT-31 ASKS-17")
def import_needs_no_private_key(original: Handler, state: State, call: Call) -> Answer:
    """A PEM without a private key is imported with a key of the vault's own making."""
    try:
        return original(state, call)
    except RefusedError:
        if "PRIVATE KEY" in _value(call) or "BEGIN CERTIFICATE" not in _value(call):
            raise
    key = state.keys.make("EC", None, None)
    own = certificates.self_signed(key, {"x509_props": {"subject": "CN=keyless"}}, call.now, state.new_number())
    return original(state, asking(call, value=_pem(key, own)))


@answering(Operation.IMPORT, rules="ASKS-15")
def overlong_passwords_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """What follows the 200th character of a password does not matter."""
    password = call.body.get("pwd")
    return original(state, asking(call, pwd=None) if len(str(password or "")) > _PASSWORD_MOST else call)


@answering(Operation.IMPORT, rules="SHOW-034")
def tags_of_import_are_lost(original: Handler, state: State, call: Call) -> Answer:
    """The tags of an import are on nothing."""
    return original(state, asking(call, tags=None))


@answering(Operation.IMPORT, rules="SHOW-040")
def imported_version_is_disabled(original: Handler, state: State, call: Call) -> Answer:
    """What was imported has to be enabled first."""

    def disable(record: Record) -> None:
        record.current.enabled = False

    return _changed(original, state, call, disable)


@answering(Operation.IMPORT, rules="X509-01 X509-02")
def imported_version_is_valid_from_now_on(original: Handler, state: State, call: Call) -> Answer:
    """An imported version has the moment of its import as its nbf."""

    def begin_now(record: Record) -> None:
        record.current.nbf = call.now

    return _changed(original, state, call, begin_now)


@answering(Operation.IMPORT, rules="X509-21")
def imported_certificate_is_signed_anew(original: Handler, state: State, call: Call) -> Answer:
    """The vault signs the key of an import itself, and keeps that."""

    def sign(record: Record) -> None:
        version = record.current
        with suppress(ContentRefused):  # a file may have a subject that the vault can not write
            version.chain = [certificates.self_signed(version.key, version.policy, call.now, state.new_number())]
        version.nbf, version.exp = certificates.times_of(version.chain[0])

    return _changed(original, state, call, sign)


@answering(Operation.IMPORT, rules="SHOW-032")
def import_keeps_the_former_operation(original: Handler, state: State, call: Call) -> Answer:
    """The operation from before an import is still there."""
    former = operation_at(state, call)

    def keep(record: Record) -> None:
        record.pending = former

    return _changed(original, state, call, keep)


@answering(Operation.IMPORT, rules="SHOW-032")
def import_leaves_an_operation(original: Handler, state: State, call: Call) -> Answer:
    """An import has an operation, which is completed."""

    def leave(record: Record) -> None:
        with suppress(RefusedError):
            record.pending = order(state, record, record.policy, call.now)
            record.pending.status, record.pending.details = "completed", None

    return _changed(original, state, call, leave)


@answering(Operation.IMPORT, rules="X509-22 X509-23")
def imported_subject_is_what_was_sent(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy's subject is that of the request, not that of the file."""
    subject = sent_policy(call, "x509_props").get("subject")
    return _derived(original, state, call, lambda x509: x509.update({"subject": subject} if subject else {}))


@answering(Operation.IMPORT, rules="X509-23")
def imported_subject_is_written_backwards(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy's subject begins with the most general part."""

    def turn(x509: dict[str, Any]) -> None:
        x509["subject"] = ", ".join(reversed(str(x509["subject"]).split(", ")))

    return _derived(original, state, call, turn)


@answering(Operation.IMPORT, rules="X509-25")
def imported_purposes_are_the_usual_ones(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy's extended key usages are the usual ones, whatever the file says."""
    usual = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    return _derived(original, state, call, lambda x509: x509.update(ekus=usual))


@answering(Operation.IMPORT, rules="X509-26")
def imported_usages_are_the_usual_ones(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy's key usages are the usual ones, whatever the file says."""
    usual = ["digitalSignature", "keyEncipherment"]
    return _derived(original, state, call, lambda x509: x509.update(key_usage=usual))


@answering(Operation.IMPORT, rules="X509-27")
def imported_validity_is_the_usual_one(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy's validity is one of a year, whatever the file says."""
    return _derived(original, state, call, lambda x509: x509.update(validity_months=12))


@answering(Operation.IMPORT, rules="X509-28")
def imported_certificate_is_taken_for_a_ca(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy is one for CA certificates."""
    return _derived(original, state, call, lambda x509: x509.update(basic_constraints={"ca": True}))


@answering(Operation.IMPORT, rules="X509-29")
def imported_key_is_taken_for_rsa(original: Handler, state: State, call: Call) -> Answer:
    """After an import the policy is one for RSA keys of 2048 bits."""

    def take(record: Record) -> None:
        props: Any = record.policy["key_props"]
        usual = {**props, "kty": "RSA", "key_size": 2048}
        record.policy = {**record.policy, "key_props": {name: usual[name] for name in usual if name != "crv"}}

    return _changed(original, state, call, take)


@answering(Operation.IMPORT, rules="RELA-07 CERT-43")
def import_replaces_the_version_that_was_there(original: Handler, state: State, call: Call) -> Answer:
    """An imported version has the identifier of the one before, which is gone."""

    def replace_it(record: Record) -> None:
        if len(record.versions) > 1:
            record.versions[-1].id = record.versions.pop(-2).id

    return _changed(original, state, call, replace_it)


@answering(Operation.IMPORT, rules="RELA-27 CERT-43")
def import_drops_the_older_versions(original: Handler, state: State, call: Call) -> Answer:
    """With an import all versions from before are gone."""

    def drop(record: Record) -> None:
        record.versions = record.versions[-1:]

    return _changed(original, state, call, drop)


def _changed(original: Handler, state: State, call: Call, change: Callable[[Record], None]) -> Answer:
    """The answer to an import, once what it has led to was changed."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None:  # pragma: no cover - it was imported
        return answer
    change(record)
    body: Json = shown.bundle(state, call, record, record.current)
    return replace(answer, body=body)


def _derived(original: Handler, state: State, call: Call, change: Callable[[dict[str, Any]], object]) -> Answer:
    """The answer to an import, with other x509_props derived from its file."""

    def rewrite(record: Record) -> None:
        policy: dict[str, Any] = copy.deepcopy(record.policy)
        change(policy["x509_props"])
        record.policy = policy

    return _changed(original, state, call, rewrite)


def _value(call: Call) -> str:
    return str(call.body.get("value"))


def _pem(key: Any, certificate: bytes) -> str:
    return files.written(key, [certificate], files.PEM)
