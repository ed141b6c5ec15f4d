"""Mutants that renew at the wrong moment, or otherwise than asked for.

Not here: what a renewed version is like as any other is (signing, naming).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from certlife.adapters.memory.creation import begin, order
from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.errors import RefusedError
from certlife.adapters.memory.issuance import kind_of
from certlife.adapters.memory.state import Record, Stage, State, Version
from certlife.conformance.mutants.means import issued
from certlife.conformance.mutants.mutant import meanwhile
from certlife.model.vocabulary import IssuerKind

_AGAIN: Final = "SHOW-020 SHOW-004 SHOW-001 CERT-18"
"""There is another version, another operation, or one that runs, where there should be none."""


@meanwhile(rules=_AGAIN)
def renewal_comes_at_half_its_time(state: State) -> None:
    """A certificate is renewed when half of the time until its trigger has passed."""
    for record, version, action, due in _triggers(state):
        if action == "AutoRenew" and state.clock.now >= (version.nbf + due) // 2:
            _renew(state, record, version, "AutoRenew")


@meanwhile(rules=_AGAIN)
def mail_to_the_contacts_renews(state: State) -> None:
    """A certificate is renewed where its policy says that the contacts be told."""
    for record, version, action, due in _triggers(state):
        if action == "EmailContacts" and state.clock.now >= due:
            _renew(state, record, version, "EmailContacts")


@meanwhile(rules=_AGAIN)
def vault_renews_what_is_signed_outside(state: State) -> None:
    """A certificate is renewed although its policy names the issuer Unknown."""
    for record, version, action, due in _triggers(state):
        issuer: Any = record.policy["issuer"]
        if kind_of(str(issuer["name"])) is IssuerKind.UNKNOWN and action == "AutoRenew" and state.clock.now >= due:
            _renew(state, record, version, "AutoRenew")


@meanwhile(rules="SHOW-004 RELA-15")
def renewal_replaces_the_running_operation(state: State) -> None:
    """A renewal that is due while an operation runs takes its place."""
    for record, version, action, due in _triggers(state):
        running = record.pending is not None and record.pending.running
        if running and action == "AutoRenew" and state.clock.now >= due:
            record.pending = None
            _renew(state, record, version, "AutoRenew")


@meanwhile(rules="SHOW-034 SHOW-064")
def renewal_loses_the_tags(state: State) -> None:
    """A renewed version has no tags."""
    for record, version in issued(state):
        if len(record.versions) > 1 and record.pending is not None and record.pending.renewal:
            version.tags = {}


@meanwhile(rules="SHOW-006")
def renewal_is_by_another_issuer(state: State) -> None:
    """The operation of a renewal names no issuer but Unknown."""
    settle(state)
    for record in state.records.values():
        if record.pending is not None and record.pending.renewal:
            record.pending.issuer = "Unknown"


@meanwhile(rules="RELA-17 X509-04")
def renewal_repeats_the_certificate(state: State) -> None:
    """When a CA is asked to renew, it hands out the certificate from before."""
    for record, version in issued(state, IssuerKind.PARTNER):
        if len(record.versions) > 1 and record.pending is not None and record.pending.renewal:
            former = record.versions[-2]
            version.chain, version.key = former.chain, former.key
            version.nbf, version.exp = former.nbf, former.exp


def _triggers(state: State) -> Iterator[tuple[Record, Version, str, int]]:
    """Every lifetime action of a current version: what is to be done, and when, seconds since 1970."""
    for record in state.records.values():
        if record.stage is not Stage.LIVE or not record.versions:
            continue
        version, actions = record.versions[-1], record.policy.get("lifetime_actions")
        for one in actions if isinstance(actions, list) else []:
            action: Any = one
            share, days = (action["trigger"].get(name) for name in ("lifetime_percentage", "days_before_expiry"))
            span = version.exp - version.nbf
            due = version.exp - 86_400 * (days or 0) if share is None else version.nbf + span * share // 100
            yield record, version, action["action"]["action_type"], due


def _renew(state: State, record: Record, version: Version, action: str) -> None:
    """Begin an operation, as if the moment of an action had come, once."""
    if action in version.acted or (record.pending is not None and record.pending.running):
        return
    version.acted.add(action)
    with suppress(RefusedError):  # the policy of an import may ask for what can not be written
        begin(state, record, order(state, record, record.policy, state.clock.now))
