"""Mutants that take what must be refused whatever the state: they read it as something that may be.

Not here: what a state refuses (creating, importing, merging, cancelling).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from certlife.adapters.memory.policy import KEY_USAGES
from certlife.adapters.memory.state import Call, State
from certlife.adapters.memory.vault import Handler
from certlife.adapters.subjects import SubjectMalformed, distinguished_name
from certlife.conformance.mutants.means import asking, asking_policy, sent_policy
from certlife.conformance.mutants.mutant import answering
from certlife.model.values import Answer, Json
from certlife.model.vocabulary import Operation

_WRITING: Final = (Operation.CREATE, Operation.UPDATE_POLICY)
_USAGES: Final = {usage.lower() for usage in KEY_USAGES}


@answering(Operation.CREATE, rules="ASKS-01")
def names_with_odd_characters_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """Characters that no name may have are read as hyphens."""
    return original(state, replace(call, name=re.sub("[^0-9A-Za-z-]", "-", call.name)))


@answering(Operation.CREATE, rules="ASKS-01")
def overlong_names_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """Names of more than 127 characters are cut off."""
    return original(state, replace(call, name=call.name[:127]))


@answering(Operation.CREATE, rules="ASKS-12")
def malformed_subject_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A subject that is no distinguished name becomes a common name."""
    subject = sent_policy(call, "x509_props").get("subject")
    if not isinstance(subject, str):
        return original(state, call)
    try:
        distinguished_name(subject)
    except SubjectMalformed:
        return original(state, asking_policy(call, "x509_props", subject="CN=malformed"))
    return original(state, call)


@answering(Operation.CREATE, rules="ASKS-13")
def overlong_subject_is_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A subject of more than 200 characters is cut off."""
    return original(state, _other(call, "x509_props", "subject", lambda subject: str(subject)[:200]))


@answering(Operation.CREATE, rules="ASKS-04")
def months_below_zero_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A validity of less than no months is one of a year."""
    return original(
        state, _other(call, "x509_props", "validity_months", lambda months: 12 if _below(months, 0) else months)
    )


@answering(Operation.CREATE, rules="ASKS-14")
def unknown_key_usages_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """Key usages that there are none of are left out."""
    return original(state, _other(call, "x509_props", "key_usage", _known_usages))


@answering(Operation.CREATE, rules="ASKS-08")
def odd_key_sizes_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """An RSA key of a size that there is none of gets 2048 bits."""
    if str(sent_policy(call, "key_props").get("kty", "RSA")).startswith("RSA"):
        call = _other(call, "key_props", "key_size", lambda size: size if size in (2048, 3072, 4096) else 2048)
    return original(state, call)


@answering(Operation.CREATE, rules="ASKS-09")
def unknown_curves_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A curve that there is none of is P-256."""
    known = ("P-256", "P-384", "P-521", "P-256K")
    return original(state, _other(call, "key_props", "crv", lambda curve: curve if curve in known else "P-256"))


@answering(Operation.CREATE, rules="ASKS-10")
def unknown_key_types_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A type of key that no certificate can have is RSA."""
    known = ("RSA", "EC", "RSA-HSM", "EC-HSM")
    return original(state, _other(call, "key_props", "kty", lambda kty: kty if kty in known else "RSA"))


@answering(*_WRITING, rules="ASKS-37")
def unknown_content_types_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A content type that is neither PFX nor PEM is PFX."""
    known = ("application/x-pkcs12", "application/x-pem-file")
    return original(
        state, _other(call, "secret_props", "contentType", lambda form: form if form in known else known[0])
    )


@answering(Operation.CREATE, rules="ASKS-05")
def impossible_percentages_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A lifetime_percentage that is none becomes the nearest one."""

    def nearest(trigger: dict[str, Any]) -> dict[str, Any]:
        share = trigger.get("lifetime_percentage")
        return {"lifetime_percentage": max(1, min(99, share))} if isinstance(share, int) else trigger

    return original(state, _other_actions(call, "trigger", nearest))


@answering(Operation.CREATE, rules="ASKS-07")
def unknown_actions_are_accepted(original: Handler, state: State, call: Call) -> Answer:
    """A lifetime action that there is none of is a mail to the contacts."""

    def known(action: dict[str, Any]) -> dict[str, Any]:
        return (
            action if action.get("action_type") in ("AutoRenew", "EmailContacts") else {"action_type": "EmailContacts"}
        )

    return original(state, _other_actions(call, "action", known))


def _other(call: Call, part: str, member: str, change: Callable[[Json], Json]) -> Call:
    """The request, with another value of a member that its policy gives."""
    value = sent_policy(call, part).get(member)
    return call if value is None else asking_policy(call, part, **{member: change(value)})


def _other_actions(call: Call, part: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Call:
    """The request, with the trigger or the action of each of its lifetime actions changed."""
    policy = call.body.get("policy")
    actions = policy.get("lifetime_actions") if isinstance(policy, dict) else None
    if not isinstance(policy, dict) or not isinstance(actions, list):
        return call
    changed: list[Json] = []
    for action in actions:
        within = action.get(part) if isinstance(action, dict) else None
        fits = isinstance(action, dict) and isinstance(within, dict)
        changed.append({**action, part: change(within)} if fits else action)  # type: ignore[dict-item, arg-type]
    return asking(call, policy={**policy, "lifetime_actions": changed})


def _below(value: Json, least: int) -> bool:
    return isinstance(value, int) and value < least


def _known_usages(usages: Json) -> Json:
    return [usage for usage in usages if str(usage).lower() in _USAGES] if isinstance(usages, list) else usages
