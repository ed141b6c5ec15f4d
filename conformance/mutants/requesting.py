"""Mutants whose certificate requests are not what the policy asks for.

Not here: the certificates (signing).
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any, TypeAlias

from certlife.adapters import certificates, der
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory.state import Call, Pending, State
from certlife.adapters.memory.vault import Handler
from certlife.adapters.signing import signed
from certlife.conformance.mutants.means import begun, showing_members
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind, Operation

_Change: TypeAlias = Callable[[dict[str, Any]], object]


@answering(Operation.CREATE, rules="X509-49")
def request_has_another_subject(original: Handler, state: State, call: Call) -> Answer:
    """The request's subject is the name of the certificate, whatever the policy says."""
    return _asked(original, state, call, lambda wanted: wanted.update(subject=f"CN=request of {call.name}"))


@answering(Operation.CREATE, rules="X509-50")
def request_lacks_the_alternative_names(original: Handler, state: State, call: Call) -> Answer:
    """The request does not ask for the alternative names."""
    return _asked(original, state, call, lambda wanted: wanted.pop("sans", None))


@answering(Operation.CREATE, rules="X509-50 X509-51")
def request_names_a_host_nobody_asked_for(original: Handler, state: State, call: Call) -> Answer:
    """The request asks for the certificate's name as an alternative name."""
    return _asked(original, state, call, lambda wanted: wanted.update(sans={"dns_names": [call.name]}))


@answering(Operation.CREATE, rules="X509-52 X509-53")
def request_is_for_servers_only(original: Handler, state: State, call: Call) -> Answer:
    """The request asks for server authentication, whatever the policy says."""
    return _asked(original, state, call, lambda wanted: wanted.update(ekus=["1.3.6.1.5.5.7.3.1"]))


@answering(Operation.CREATE, rules="X509-54 X509-55")
def request_is_for_signing_only(original: Handler, state: State, call: Call) -> Answer:
    """The request asks for the key usage digitalSignature, whatever the policy says."""
    return _asked(original, state, call, lambda wanted: wanted.update(key_usage=["digitalSignature"]))


@answering(Operation.CREATE, rules="X509-42")
def request_is_for_a_ca(original: Handler, state: State, call: Call) -> Answer:
    """The request asks for a CA certificate."""
    return _asked(original, state, call, lambda wanted: wanted.update(basic_constraints={"ca": True}))


@answering(Operation.CREATE, rules="X509-40")
def request_is_signed_by_another_key(original: Handler, state: State, call: Call) -> Answer:
    """The request's signature is not that of its key, unless it is for a CA, who would not take it."""
    answer = original(state, call)
    _, pending = begun(state, call)
    if pending.kind is IssuerKind.PARTNER:
        return answer
    _, body = _parts_of(pending)
    wrong = signed(state.keys.make("EC", None, None), der.sequence(body))
    pending.csr = base64.b64encode(wrong).decode()
    return showing_members(answer, csr=pending.csr)


@answering(Operation.CREATE, rules="X509-44 X509-45")
def every_key_is_rsa(original: Handler, state: State, call: Call) -> Answer:
    """Whatever type of key the policy names, it is an RSA key."""
    return _keyed(original, state, call, lambda pending: _kind(pending) != "RSA", "RSA")


@answering(Operation.CREATE, rules="X509-46")
def every_rsa_key_has_2048_bits(original: Handler, state: State, call: Call) -> Answer:
    """Whatever size of an RSA key the policy names, it has 2048 bits."""
    return _keyed(original, state, call, lambda pending: _kind(pending) == "RSA", "RSA")


@answering(Operation.CREATE, rules="X509-48")
def every_curve_is_p_256(original: Handler, state: State, call: Call) -> Answer:
    """Whatever curve the policy names, the key lies on P-256."""
    return _keyed(original, state, call, lambda pending: _kind(pending) == "EC", "EC")


@answering(Operation.CREATE, rules="X509-56 X509-57 RELA-16")
def key_is_always_used_again(original: Handler, state: State, call: Call) -> Answer:
    """The next version has the key of the one before, although the policy does not say reuse_key."""
    answer = original(state, call)
    record, pending = begun(state, call)
    if record.versions:
        return _with_key(answer, pending, record.versions[-1].key)
    return answer


@answering(Operation.CREATE, rules="X509-56")
def key_is_never_used_again(original: Handler, state: State, call: Call) -> Answer:
    """The next version has a key of its own, although the policy says reuse_key."""
    return _keyed(original, state, call, lambda _: True, None)


@meanwhile(rules="X509-56 X509-57 RELA-16")
def all_certificates_share_a_key(state: State) -> None:
    """The vault makes the same key again and again."""
    state.keys = KeyMaker(0)


def _asked(original: Handler, state: State, call: Call, change: _Change) -> Answer:
    """The answer to a create, with a request for something else than the policy says."""
    answer = original(state, call)
    _, pending = begun(state, call)
    policy: dict[str, Any] = copy.deepcopy(pending.policy)
    change(policy["x509_props"])
    pending.csr = certificates.csr(pending.key, policy)
    return showing_members(answer, csr=pending.csr)


def _keyed(original: Handler, state: State, call: Call, wrong: Callable[[Pending], bool], kind: str | None) -> Answer:
    """The answer to a create, with a new key where it is to be wrong; of the policy's own type where none is named."""
    answer = original(state, call)
    _, pending = begun(state, call)
    if not wrong(pending):
        return answer
    props: dict[str, Any] = dict(pending.policy["key_props"])  # type: ignore[arg-type]
    if kind is None:
        return _with_key(answer, pending, state.keys.make(props["kty"], props.get("key_size"), props.get("crv")))
    return _with_key(answer, pending, state.keys.make(kind, None, None))


def _with_key(answer: Answer, pending: Pending, key: Any) -> Answer:
    pending.key, pending.csr = key, certificates.csr(key, pending.policy)
    return showing_members(answer, csr=pending.csr)


def _kind(pending: Pending) -> str:
    props: Any = pending.policy["key_props"]
    return str(props["kty"]).removesuffix("-HSM")


def _parts_of(pending: Pending) -> tuple[int, bytes]:
    """Tag and content of what is signed in a request."""
    return der.items(der.items(base64.b64decode(pending.csr))[0][1])[0]
