"""Mutants that merge wrongly.

Not here: what the merged operation looks like else (polling).
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from certlife.adapters import certificates, files
from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import RefusedError
from certlife.adapters.memory.issuance import complete
from certlife.adapters.memory.state import Call, Record, State, Version, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import alive, asking, operation_at
from certlife.conformance.mutants.mutant import answering
from certlife.model.values import Answer, Json
from certlife.model.vocabulary import IssuerKind, Operation


@answering(Operation.MERGE, rules="OPER-32 OPER-33 OPER-34")
def merge_does_not_check_the_key(original: Handler, state: State, call: Call) -> Answer:
    """A certificate with another key than the request's is merged."""
    record = alive(state, call)
    try:
        return original(state, call)
    except RefusedError as refused:
        if refused.message != files.MISMATCH or record is None or record.pending is None:
            raise
    version = complete(state, record, record.pending, certificates.certificates_in(_links(call)), call.now)
    _part_from_key(version)
    return _merged(state, call, record, version)


@answering(Operation.MERGE, rules="OPER-31")
def merge_overtakes_the_vault(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is merged into an operation that the vault itself is to sign."""
    pending = operation_at(state, call)
    if pending is None or pending.kind is not IssuerKind.SELF or not pending.running:
        return original(state, call)
    pending.kind = IssuerKind.UNKNOWN
    try:
        return original(state, call)
    finally:
        pending.kind = IssuerKind.SELF


@answering(Operation.MERGE, rules="OPER-42")
def merge_is_granted_twice(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is merged into an operation that was completed."""
    pending = operation_at(state, call)
    if pending is None or pending.status != "completed":
        return original(state, call)
    kind, pending.kind, pending.status = pending.kind, IssuerKind.UNKNOWN, "inProgress"
    try:
        return original(state, call)
    finally:
        pending.kind, pending.status = kind, "completed"


@answering(Operation.MERGE, rules="OPER-43")
def merge_without_operation_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A merge where there is no operation is answered as if it had been done."""
    record = alive(state, call)
    if record is None or record.pending is not None:
        return original(state, call)
    return _merged(state, call, record, record.current)


@answering(Operation.MERGE, rules="OPER-29")
def operation_of_something_deleted_can_be_merged(original: Handler, state: State, call: Call) -> Answer:
    """A merge is answered as if it had been done although the certificate is deleted."""
    record = find(state, call.name)
    if record is None or record.pending is None or alive(state, call) is not None:
        return original(state, call)
    return _merged(state, call, record, record.current)


@answering(Operation.MERGE, rules="OPER-37")
def merge_answers_200(original: Handler, state: State, call: Call) -> Answer:
    """A merge is answered with 200."""
    return replace(original(state, call), status=200)


@answering(Operation.MERGE, rules="RELA-12")
def merge_names_no_location(original: Handler, state: State, call: Call) -> Answer:
    """The answer to a merge does not say where the certificate is."""
    return replace(original(state, call), headers={})


@answering(Operation.MERGE, rules="ASKS-20")
def merge_needs_no_certificate(original: Handler, state: State, call: Call) -> Answer:
    """Where no certificate is sent, the vault signs itself."""
    pending = operation_at(state, call)
    if pending is None or _links(call):
        return original(state, call)
    own = certificates.self_signed(pending.key, pending.policy, call.now, state.new_number())
    return original(state, asking(call, x5c=[base64.b64encode(own).decode()]))


@answering(Operation.MERGE, rules="X509-20")
def merged_certificate_is_signed_anew(original: Handler, state: State, call: Call) -> Answer:
    """The vault signs the key of a merge itself, and keeps that."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None or record.pending is None:
        return answer
    version = record.current
    own = certificates.self_signed(version.key, record.pending.policy, call.now, state.new_number())
    _take(version, [own])
    return _merged(state, call, record, version)


@answering(Operation.MERGE, rules="X509-04")
def last_link_of_a_chain_is_merged(original: Handler, state: State, call: Call) -> Answer:
    """Of a chain the last certificate is shown, not the key's own one."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None:
        return answer
    _take(record.current, record.current.chain[::-1])
    _part_from_key(record.current)
    return _merged(state, call, record, record.current)


@answering(Operation.MERGE, rules="X509-01 X509-02")
def merged_version_has_the_dates_of_its_placeholder(original: Handler, state: State, call: Call) -> Answer:
    """A merged version has the nbf and exp that its policy would have led to."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None:
        return answer
    record.current.nbf, record.current.exp = call.now - 600, certificates.months_after(call.now, 12)
    return _merged(state, call, record, record.current)


@answering(Operation.MERGE, rules="SHOW-034")
def tags_of_merge_are_lost(original: Handler, state: State, call: Call) -> Answer:
    """The tags of a merge are on nothing."""
    return original(state, asking(call, tags=None))


@answering(Operation.MERGE, rules="SHOW-034")
def merge_loses_the_tags_of_create(original: Handler, state: State, call: Call) -> Answer:
    """A merged version has not the tags that its create has asked for."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None or call.body.get("tags"):
        return answer
    record.current.tags = {}
    return _merged(state, call, record, record.current)


@answering(Operation.MERGE, rules="SHOW-001 OPER-42 CERT-18")
def operation_goes_on_after_its_merge(original: Handler, state: State, call: Call) -> Answer:
    """An operation is in progress although it was merged."""
    answer = original(state, call)
    pending = operation_at(state, call)
    if pending is not None:
        pending.status, pending.details = "inProgress", shown.details_of(pending.issuer)
    return answer


@answering(Operation.MERGE, rules="SHOW-020")
def merged_version_is_not_the_current_one(original: Handler, state: State, call: Call) -> Answer:
    """The version that was current before a merge stays so."""
    answer = original(state, call)
    record = alive(state, call)
    if record is not None and len(record.versions) > 1:
        record.versions[-2:] = record.versions[:-3:-1]
    return answer


@answering(Operation.MERGE, rules="RELA-27 CERT-43")
def merge_drops_the_older_versions(original: Handler, state: State, call: Call) -> Answer:
    """With a merge all versions from before are gone."""
    answer = original(state, call)
    record = alive(state, call)
    if record is not None:
        record.versions = record.versions[-1:]
    return answer


@answering(Operation.MERGE, rules="SHOW-086")
def merge_rewrites_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """With a merge the policy says what the certificate says."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None:
        return answer
    record.policy = {**record.policy, "x509_props": certificates.policy_of(record.current.chain[0])["x509_props"]}
    return _merged(state, call, record, record.current)


def _links(call: Call) -> list[str]:
    x5c = call.body.get("x5c")
    return [str(link) for link in x5c] if isinstance(x5c, list) else []


def _take(version: Version, chain: list[bytes]) -> None:
    version.chain = chain
    version.nbf, version.exp = certificates.times_of(chain[0])


def _part_from_key(version: Version) -> None:
    """Never hand out the key of a version with its certificate: no file can hold two that do not fit each other."""
    props: Any = version.policy["key_props"]
    version.policy = {**version.policy, "key_props": {**props, "exportable": False}}


def _merged(state: State, call: Call, record: Record, version: Version) -> Answer:
    body: Json = shown.bundle(state, call, record, version)
    return Answer(201, body, {"location": f"{call.vault}/certificates/{record.name}?api-version={call.api}"})
