"""Mutants whose versions have the wrong names, times or place once they are there.

Not here: what is in their certificates (signing).
"""

from __future__ import annotations

import base64
import hashlib

from certlife.adapters.keys import public_key_info
from certlife.adapters.memory.state import Call, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import BUNDLES, issued, showing_members, shown_in
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.model.values import Answer


@answering(*BUNDLES, rules="SHOW-025")
def thumbprint_is_in_hex(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's x5t is written in hexadecimal digits."""
    answer = original(state, call)
    if "x5t" not in shown_in(answer):
        return answer
    digest = hashlib.sha1(_certificate(answer), usedforsecurity=False)
    return showing_members(answer, x5t=digest.hexdigest().upper())


@answering(*BUNDLES, rules="SHOW-025")
def thumbprint_is_a_sha_256(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's x5t is its SHA-256."""
    answer = original(state, call)
    if "x5t" not in shown_in(answer):
        return answer
    return showing_members(answer, x5t=_written(hashlib.sha256(_certificate(answer)).digest()))


@answering(*BUNDLES, rules="RELA-06")
def thumbprint_is_that_of_the_key(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's x5t is the SHA-1 of its public key."""
    answer = original(state, call)
    record = find(state, call.name)
    version = None if record is None else record.version(call.version)
    if "x5t" not in shown_in(answer) or version is None:
        return answer
    key = hashlib.sha1(public_key_info(version.key), usedforsecurity=False)
    return showing_members(answer, x5t=_written(key.digest()))


@answering(*BUNDLES, rules="SHOW-021 SHOW-022")
def key_is_that_of_another_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate leads to a key whose version is not its own."""
    return _leading_elsewhere(original(state, call), "kid")


@answering(*BUNDLES, rules="SHOW-023 SHOW-024")
def secret_is_that_of_another_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate leads to a secret whose version is not its own."""
    return _leading_elsewhere(original(state, call), "sid")


@answering(*BUNDLES, rules="SHOW-021 SHOW-022")
def key_has_no_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate leads to the current key, whatever its own version."""
    answer = original(state, call)
    return showing_members(answer, kid=f"{call.vault}/keys/{call.name}") if "kid" in shown_in(answer) else answer


@answering(*BUNDLES, rules="SHOW-020")
def certificate_is_identified_without_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's identifier does not name its version."""
    answer = original(state, call)
    return showing_members(answer, id=f"{call.vault}/certificates/{call.name}") if shown_in(answer) else answer


@meanwhile(rules="SHOW-041 RELA-04 RELA-10")
def version_is_as_old_as_its_name(state: State) -> None:
    """A new version was created when the first one was."""
    for record, version in issued(state):
        version.created = record.versions[0].created


@meanwhile(rules="SHOW-020 RELA-07")
def new_version_is_not_the_current_one(state: State) -> None:
    """The version that was current before an operation stays so."""
    for record, version in issued(state):
        if record.versions[-1] is version and len(record.versions) > 1:
            record.versions.insert(-1, record.versions.pop())


@meanwhile(rules="RELA-27 CERT-43")
def older_versions_are_dropped(state: State) -> None:
    """With a new version all versions from before are gone."""
    for record, version in issued(state):
        record.versions = [version]


@meanwhile(rules="X509-01 X509-02")
def certificate_ends_a_second_early(state: State) -> None:
    """A version's exp is the last second before its certificate ends."""
    for _, version in issued(state):
        version.exp -= 1


@meanwhile(rules="X509-01")
def certificate_begins_a_second_early(state: State) -> None:
    """A version's nbf is the last second before its certificate begins."""
    for _, version in issued(state):
        version.nbf -= 1


@meanwhile(rules="SHOW-034 SHOW-064")
def tags_stay_with_the_placeholder(state: State) -> None:
    """A new version has no tags, whatever its create has asked for."""
    for _, version in issued(state):
        version.tags = {}


def _leading_elsewhere(answer: Answer, member: str) -> Answer:
    """The answer, with an identifier whose version is turned round."""
    head, _, version = str(shown_in(answer).get(member, "")).rpartition("/")
    return showing_members(answer, **{member: f"{head}/{version[::-1]}"}) if version else answer


def _certificate(answer: Answer) -> bytes:
    return base64.b64decode(str(shown_in(answer)["cer"]))


def _written(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
