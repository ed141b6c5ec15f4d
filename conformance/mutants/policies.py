"""Mutants that keep policies wrongly."""

from __future__ import annotations

import copy
from dataclasses import replace

from certlife.adapters import certificates
from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living
from certlife.adapters.memory.creation import begin, order
from certlife.adapters.memory.errors import RefusedError
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import (
    as_if_living,
    asking_also,
    asking_less,
    current,
    members_of,
    showing_in,
    showing_less,
)
from certlife.model.values import Answer, Json
from certlife.model.vocabulary import Operation

_GIVEN = "SHOW-082 SHOW-090 SHOW-091 SHOW-092 SHOW-093 SHOW-094 SHOW-095 SHOW-096 SHOW-097 SHOW-098 SHOW-099 SHOW-100 SHOW-101 SHOW-102"
"""The rules that a policy shows what it was given, and when it was last changed."""


@answering(Operation.UPDATE_POLICY, rules="POLI-07 SHOW-110 SHOW-111 SHOW-112 SHOW-113 SHOW-115 SHOW-119 SHOW-121 SHOW-122")
def policy_is_replaced_instead_of_merged(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy replaces it: what is not given falls back to the defaults."""
    record = living(state, call)
    record.policy = {**policies.complete(call.body), "attributes": record.policy["attributes"]}
    return original(state, call)


@answering(Operation.UPDATE_POLICY, rules="SHOW-110 SHOW-111 SHOW-112 SHOW-113")
def parts_of_the_policy_are_replaced_instead_of_merged(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy replaces the parts that it names: what is not given in them falls back to the defaults."""
    record = living(state, call)
    named = [part for part in ("key_props", "secret_props", "issuer") if part in call.body]
    before = record.policy
    record.policy = {**before, **{part: {} for part in named}}
    try:
        return original(state, call)
    except RefusedError:
        record.policy = before
        raise


@answering(Operation.UPDATE_POLICY, rules=_GIVEN)
def policy_update_is_ignored(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy is granted, and changes nothing."""
    return original(state, replace(call, request=replace(call.request, body={})))


@answering(Operation.UPDATE_POLICY, rules=_GIVEN)
def policy_update_answers_with_the_old_policy(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy is answered with the policy as it was before."""
    before = shown.policy(call, living(state, call))
    return replace(original(state, call), body=before)


@answering(Operation.UPDATE_POLICY, rules="SHOW-087 SHOW-101")
def policy_update_adds_to_the_lifetime_actions(original: Handler, state: State, call: Call) -> Answer:
    """Lifetime actions in an update are added to those that are there instead of replacing them."""
    there, sent = living(state, call).policy["lifetime_actions"], call.body.get("lifetime_actions")
    if isinstance(there, list) and isinstance(sent, list):
        return original(state, asking_also(call, lifetime_actions=[*there, *sent]))
    return original(state, call)


@answering(Operation.UPDATE_POLICY, rules="SHOW-101 SHOW-121")
def policy_update_forgets_the_lifetime_actions(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy that says nothing about lifetime actions takes them away."""
    return original(state, call if "lifetime_actions" in call.body else asking_also(call, lifetime_actions=[]))


@answering(Operation.UPDATE_POLICY, rules="SHOW-102 SHOW-122")
def policy_update_forgets_the_issuer(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy that says nothing about the issuer makes it Unknown."""
    return original(state, call if "issuer" in call.body else asking_also(call, issuer={"name": "Unknown"}))


@answering(Operation.UPDATE_POLICY, rules="SHOW-093 SHOW-113")
def policy_update_turns_reuse_key(original: Handler, state: State, call: Call) -> Answer:
    """Every update of the policy turns reuse_key over."""
    key = members(living(state, call).policy["key_props"], "key_props")
    sent = members(call.body.get("key_props"), "key_props")
    return original(state, asking_also(call, key_props={**sent, "reuse_key": not key.get("reuse_key")}))


@answering(Operation.UPDATE_POLICY, rules="SHOW-095 SHOW-115")
def policy_update_resets_the_content_type(original: Handler, state: State, call: Call) -> Answer:
    """Every update of the policy makes the secret a PFX."""
    return original(state, asking_also(call, secret_props={"contentType": policies.PKCS12}))


@answering(Operation.UPDATE_POLICY, rules="SHOW-042")
def policy_update_updates_the_certificate(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy moves `updated` of the certificate."""
    answer = original(state, call)
    current(state, call).updated = call.now
    return answer


@answering(Operation.UPDATE_POLICY, rules="SHOW-044 RELA-05")
def policy_update_prolongs_the_certificate(original: Handler, state: State, call: Call) -> Answer:
    """An update of the validity in the policy moves the exp of the certificate that is there."""
    answer, version = original(state, call), current(state, call)
    months = members(call.body.get("x509_props"), "x509_props").get("validity_months")
    if isinstance(months, int):
        version.exp = version.nbf + months * 30 * 86_400
    return answer


@answering(Operation.UPDATE_POLICY, rules="SHOW-032 OPER-09")
def policy_update_starts_an_operation(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy starts an operation at once."""
    answer, record = original(state, call), living(state, call)
    if record.pending is None or not record.pending.running:
        begin(state, record, order(state, record, record.policy, call.now))
    return answer


@answering(Operation.UPDATE_POLICY, rules="SHOW-031 OPER-13")
def policy_update_ends_the_operation(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy takes a running operation away."""
    answer = original(state, call)
    living(state, call).pending = None
    return answer


@answering(Operation.UPDATE_POLICY, rules="SHOW-005")
def policy_update_changes_the_running_request(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy changes the CSR of a running operation."""
    answer, record = original(state, call), living(state, call)
    if record.pending is not None and record.pending.running:
        record.pending.csr = certificates.csr(record.pending.key, record.policy)
    return answer


@answering(Operation.UPDATE_POLICY, rules="SHOW-082")
def policy_update_leaves_its_stamp(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy does not move its `updated`."""
    before = copy.deepcopy(living(state, call).policy["attributes"])
    answer, record = original(state, call), living(state, call)
    record.policy["attributes"] = before
    return replace(answer, body=shown.policy(call, record))


@answering(Operation.UPDATE_POLICY, rules="SHOW-081")
def policy_update_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy makes it as new: its `created` moves."""
    answer, record = original(state, call), living(state, call)
    record.policy["attributes"] = {**members(record.policy["attributes"], "attributes"), "created": call.now}
    return replace(answer, body=shown.policy(call, record))


@answering(Operation.UPDATE_POLICY, rules="POLI-06")
def policy_of_a_deleted_certificate_can_be_updated(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy of a deleted certificate is granted."""
    return as_if_living(original, state, call)


@answering(Operation.GET_POLICY, rules="POLI-03")
def policy_of_a_deleted_certificate_can_be_read(original: Handler, state: State, call: Call) -> Answer:
    """The policy of a deleted certificate is shown."""
    return as_if_living(original, state, call)


@answering(Operation.GET_POLICY, rules="POLI-04")
def policy_of_a_stub_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """There is no policy before the certificate was issued."""
    if not living(state, call).versions:
        raise RefusedError(404, "PolicyNotFound", f"Policy not found: {call.name}")
    return original(state, call)


@answering(Operation.GET_POLICY, rules="POLI-05")
def policy_of_an_unknown_name_is_shown(original: Handler, state: State, call: Call) -> Answer:
    """A name that nobody has used is shown with a policy of defaults."""
    if find(state, call.name) is not None:
        return original(state, call)
    return shown.ok({"id": f"{call.vault}/certificates/{call.name}/policy", "issuer": {"name": "Unknown"}})


@answering(Operation.GET_POLICY, rules="SHOW-086 SHOW-117 SHOW-118 SHOW-119")
def policy_shows_only_what_was_sent(original: Handler, state: State, call: Call) -> Answer:
    """A policy is shown without the key usages and the validity that the vault fills in."""
    answer = original(state, call)
    x509 = {k: v for k, v in members_of(answer)["x509_props"].items() if k in ("subject", "sans")}
    return replace(answer, body={**members_of(answer), "x509_props": x509})


@answering(Operation.GET_POLICY, rules="SHOW-087 SHOW-109")
def policy_hides_the_lifetime_actions(original: Handler, state: State, call: Call) -> Answer:
    """A policy is shown without its lifetime actions."""
    return showing_less(original(state, call), "lifetime_actions")


@answering(Operation.GET_POLICY, rules="RELA-21 SHOW-086 SHOW-118")
def key_usages_come_in_capitals(original: Handler, state: State, call: Call) -> Answer:
    """A policy is shown with key usages in a spelling of its own."""
    answer = original(state, call)
    usages = [str(usage).upper() for usage in members_of(answer)["x509_props"]["key_usage"]]
    return showing_in(answer, "x509_props", key_usage=usages)


@answering(Operation.GET_POLICY, rules="SHOW-083")
def policy_hides_whether_it_is_enabled(original: Handler, state: State, call: Call) -> Answer:
    """A policy is shown without `enabled`."""
    answer = original(state, call)
    attributes = members_of(answer)["attributes"]
    return replace(answer, body={**members_of(answer), "attributes": {k: attributes[k] for k in ("created", "updated")}})


@answering(Operation.UPDATE_POLICY, rules="ASKS-04")
def negative_validity_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy with a validity below zero is granted."""
    return _overlooking(original, state, call, "x509_props", "validity_months")


@answering(Operation.UPDATE_POLICY, rules="ASKS-08")
def impossible_key_size_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy with an RSA key of any size is granted."""
    return _overlooking(original, state, call, "key_props", "key_size")


@answering(Operation.UPDATE_POLICY, rules="ASKS-14")
def unknown_key_usage_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy with a key usage that does not exist is granted."""
    return _overlooking(original, state, call, "x509_props", "key_usage")


@answering(Operation.UPDATE_POLICY, rules="ASKS-05 ASKS-07")
def impossible_lifetime_action_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """An update of the policy with a lifetime action that can not be taken is granted."""
    try:
        return original(state, call)
    except RefusedError:
        return original(state, asking_less(call, "lifetime_actions"))


def _overlooking(original: Handler, state: State, call: Call, part: str, name: str) -> Answer:
    try:
        return original(state, call)
    except RefusedError:
        sent: dict[str, Json] = {k: v for k, v in members(call.body.get(part), part).items() if k != name}
        return original(state, asking_also(call, **{part: sent}))
