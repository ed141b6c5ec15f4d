"""The named conditions of the tables: yes/no questions about a name, a request, the vault's settings and the clock.

Each says what it looks at: the joint state alone, the vault's settings, or the circumstances (request, clock, what is
known). Not here: where they are used (tables).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from certlife.model.asks import Ask, kind_of
from certlife.model.joint import Joint
from certlife.model.known import DAY_S, Known, PolicyFacts, Within, stated
from certlife.model.policy import signer
from certlife.model.settings import Settings
from certlife.model.vocabulary import (
    CertificateState,
    IssuerKind,
    Operation,
    OperationState,
    PolicyState,
    VersionState,
    Word,
)


@dataclass(slots=True)
class Facts:
    """What is the case outside of the name: the clock, the vault's settings, its issuers.

    Attributes:
        at: the vault's clock, seconds since 1970; None where it is not known.
        settings: of the vault, as far as they are known.
        issuer_there: whether the issuer object that the request's policy names is in the vault; None: not known.
        name_held: whether a key or secret of another making holds the name; None: not known.
        backup: what was known of the name whose backup is restored; None where the blob is a stranger.
        backup_versions: the states of its versions then.
        key_fits: whether the end-entity certificate of a merge has the key of the CSR; None: not known.
        request_id_fits: whether the request_id asked for is the pending object's, where what is known leaves it open.
        file_fits: whether the file of an import can be opened, holds certificate and key, and is not expired; None: not
            known.
    """

    at: int | None = None
    settings: Settings = field(default_factory=Settings)
    issuer_there: bool | None = None
    name_held: bool | None = False
    backup: Known | None = None
    backup_versions: tuple[VersionState, ...] | None = None
    key_fits: bool | None = None
    file_fits: bool | None = None
    request_id_fits: bool | None = None


@dataclass(slots=True)
class Situation:
    """All that a guard may look at.

    Attributes:
        ask: the request; None for what the service does on its own.
        index: the version that the version machine's guards look at.
    """

    joint: Joint
    known: Known
    facts: Facts
    ask: Ask | None = None
    index: int = -1


class Sight(Word):
    """What a guard looks at."""

    STATE = "the joint state"
    SETTINGS = "the vault's settings"
    CIRCUMSTANCES = "the request, the clock, what is known"


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition."""

    name: str
    sees: Sight
    holds: Callable[[Situation], bool]

    def __repr__(self) -> str:
        return self.name


MOST_BACKED_UP: Final = 500
_SHORTEST_MONTH_S: Final = 28 * DAY_S
PATIENCE_S: Final = DAY_S
"""How long after its moment what the service does on its own may be outstanding: seconds."""
GUARDS: Final[dict[str, Guard]] = {}


def _guard(sees: Sight) -> Callable[[Callable[[Situation], bool]], Guard]:
    def name(holds: Callable[[Situation], bool]) -> Guard:
        GUARDS[holds.__name__] = made = Guard(holds.__name__, sees, holds)
        return made

    return name


_BY_HAND, _BY_PARTNER = IssuerKind.UNKNOWN, IssuerKind.PARTNER
_ALIVE = (CertificateState.STUB, CertificateState.ACTIVE)


@_guard(Sight.STATE)
def always(_: Situation) -> bool:
    """No condition."""
    return True


# --- the joint state


@_guard(Sight.STATE)
def operation_running(s: Situation) -> bool:
    """An operation is in progress, its cancellation asked for or not."""
    return s.joint.operation in (OperationState.IN_PROGRESS, OperationState.CANCELLING)


@_guard(Sight.STATE)
def certificate_gone(s: Situation) -> bool:
    """The name shows no certificate: absent, deleted, or on the way between."""
    return s.joint.certificate not in _ALIVE


@_guard(Sight.STATE)
def name_freed(s: Situation) -> bool:
    """Nothing of the name is kept any more."""
    return s.joint.certificate in (CertificateState.ABSENT, CertificateState.PURGING)


@_guard(Sight.STATE)
def ever_issued(s: Situation) -> bool:
    """The name has a version."""
    return bool(s.joint.versions)


@_guard(Sight.STATE)
def issuer_can_issue(s: Situation) -> bool:
    """The certificate lives, and its operation does not wait for a merge."""
    return s.joint.issuer is not _BY_HAND and s.joint.certificate in _ALIVE


@_guard(Sight.STATE)
def issuer_can_refuse(s: Situation) -> bool:
    """The certificate lives, and a CA decides."""
    return s.joint.issuer in (_BY_PARTNER, None) and s.joint.certificate in _ALIVE


@_guard(Sight.STATE)
def certificate_alive(s: Situation) -> bool:
    """The name shows a certificate or a stub."""
    return s.joint.certificate in _ALIVE


@_guard(Sight.STATE)
def signed_by_vault(s: Situation) -> bool:
    """The operation's certificate is to be signed with its own key."""
    return s.joint.issuer is IssuerKind.SELF


@_guard(Sight.STATE)
def ordered_from_partner(s: Situation) -> bool:
    """The operation's CSR went to a CA."""
    return s.joint.issuer is _BY_PARTNER


# --- the vault's settings


@_guard(Sight.SETTINGS)
def soft_delete_on(s: Situation) -> bool:
    """Deleted certificates are kept for a while; where that is not known yet, it may be so."""
    return s.facts.settings.soft_delete is not False


@_guard(Sight.SETTINGS)
def soft_delete_off(s: Situation) -> bool:
    """Nothing deleted is kept."""
    return s.facts.settings.soft_delete is False


@_guard(Sight.SETTINGS)
def purge_allowed(s: Situation) -> bool:
    """Purge protection is off."""
    return s.facts.settings.purge_protected is not True


# --- the clock


@_guard(Sight.CIRCUMSTANCES)
def retention_over(s: Situation) -> bool:
    """The scheduled purge date has come."""
    deletion = s.known.deletion
    return s.facts.at is not None and deletion is not None and _reached(deletion.purge, s.facts.at)


@_guard(Sight.CIRCUMSTANCES)
def renewal_due(s: Situation) -> bool:
    """The trigger of an AutoRenew action is reached, and the issuer is one that the vault can turn to."""
    if operation_running.holds(s) or signer(s.known.policy) is _BY_HAND:
        return False
    at, moment = s.facts.at, renewal_moment(s.known)
    return at is not None and moment is not None and at >= moment


def renewal_moment(known: Known) -> int | None:
    """When the policy has the current version renewed, seconds since 1970; None: never, or not known.

    Of a version that nobody has looked at, it is the earliest moment possible.
    """
    actions = _actions(known.policy)
    if not known.versions or not actions:
        return None
    nbf, exp = _validity(known)
    if not isinstance(nbf, int) or not isinstance(exp, int):
        return None
    moments = [_trigger_moment(action.get("trigger"), nbf, exp) for action in actions if _renews(action)]
    return min((moment for moment in moments if moment is not None), default=None)


def _actions(policy: PolicyFacts | None) -> list[Any]:
    """The lifetime actions; where nobody knows them, the one that renews soonest (KVC-POL-006, KVC-POL-007)."""
    actions = stated(policy, "lifetime_actions")
    if actions is None and policy is not None and not policy.seen:
        return [_SOONEST]
    return actions if isinstance(actions, list) else []


_SOONEST: Final = {"trigger": {"lifetime_percentage": 1}, "action": {"action_type": "AutoRenew"}}


def _validity(known: Known) -> tuple[object, object]:
    """The nbf and exp of the current version; of one that nobody has looked at, the earliest that they can be."""
    version = known.versions[-1]
    made, months = version.created, version.months
    if isinstance(version.exp, int) or not isinstance(made, Within) or made.low is None:
        return version.nbf, version.exp
    return made.low, made.low + (months if isinstance(months, int) else 1) * _SHORTEST_MONTH_S


def _renews(action: object) -> bool:
    wanted = action.get("action") if isinstance(action, dict) else None
    return isinstance(wanted, dict) and wanted.get("action_type") == "AutoRenew"


def _trigger_moment(trigger: object, nbf: int, exp: int) -> int | None:
    if not isinstance(trigger, dict):
        return None
    share, days = trigger.get("lifetime_percentage"), trigger.get("days_before_expiry")
    if isinstance(share, int):
        return nbf + (exp - nbf) * share // 100
    return exp - days * DAY_S if isinstance(days, int) else None


@_guard(Sight.CIRCUMSTANCES)
def nbf_reached(s: Situation) -> bool:
    """The version's nbf has come."""
    return s.facts.at is not None and bool(s.known.versions) and _reached(s.known.versions[s.index].nbf, s.facts.at)


@_guard(Sight.CIRCUMSTANCES)
def exp_reached(s: Situation) -> bool:
    """The version's exp has come."""
    return s.facts.at is not None and bool(s.known.versions) and _reached(s.known.versions[s.index].exp, s.facts.at)


@_guard(Sight.CIRCUMSTANCES)
def not_yet_valid(s: Situation) -> bool:
    """The version's nbf lies ahead."""
    nbf = s.known.versions[s.index].nbf if s.known.versions else None
    return s.facts.at is not None and isinstance(nbf, int) and s.facts.at < nbf


@_guard(Sight.CIRCUMSTANCES)
def retention_long_over(s: Situation) -> bool:
    """The scheduled purge date has come more than a day ago."""
    deletion = s.known.deletion
    return s.facts.at is not None and deletion is not None and _reached(deletion.purge, s.facts.at - PATIENCE_S)


def _reached(moment: object, at: int) -> bool:
    """Whether `moment` has certainly come; the first second of a span counts, since nothing rules it out."""
    if isinstance(moment, Within):
        return moment.low is not None and at >= moment.low
    return isinstance(moment, int) and at >= moment


# --- the request


@_guard(Sight.CIRCUMSTANCES)
def name_held(s: Situation) -> bool:
    """A key or secret of another making holds the name."""
    return s.facts.name_held is True


@_guard(Sight.CIRCUMSTANCES)
def name_perhaps_held(s: Situation) -> bool:
    """Nobody knows whether a key or secret of another making holds the name."""
    return s.facts.name_held is None


@_guard(Sight.CIRCUMSTANCES)
def policy_missing(s: Situation) -> bool:
    """Neither the request nor the name has a policy."""
    return s.joint.policy is PolicyState.NONE and s.ask is not None and not s.ask.policy


@_guard(Sight.CIRCUMSTANCES)
def issuer_missing(s: Situation) -> bool:
    """The policy names an issuer object that the vault does not hold."""
    return s.facts.issuer_there is False


@_guard(Sight.CIRCUMSTANCES)
def issuer_perhaps_missing(s: Situation) -> bool:
    """The policy names an issuer object of which nobody knows whether the vault holds it."""
    if s.facts.issuer_there is not None or s.ask is None:
        return False
    kind = kind_of(s.ask.issuer) if s.ask.policy else signer(s.known.policy)
    return kind in (_BY_PARTNER, None)


def version_index(s: Situation) -> int | None:
    """Which of the known versions is asked for: its index, the last where none is named; None where it is not known."""
    versions = s.known.versions
    if s.ask is None or s.ask.version is None:
        return len(versions) - 1 if versions else None
    for index in range(len(versions) - 1, -1, -1):
        if versions[index].id == s.ask.version:
            return index
    return None


def _asks_stub(s: Situation) -> bool:
    stub = s.known.stub
    return stub is not None and s.ask is not None and s.ask.version in (None, stub.id)


def _could_be_unseen(s: Situation) -> bool:
    """Whether the version asked for may be one whose identifier no answer has shown yet."""
    if not s.known.complete or (s.known.stub is not None and not isinstance(s.known.stub.id, str)):
        return True
    return any(not isinstance(version.id, str) for version in s.known.versions)


@_guard(Sight.CIRCUMSTANCES)
def version_missing(s: Situation) -> bool:
    """The version asked for is none of the name's."""
    return version_index(s) is None and not _asks_stub(s) and not _could_be_unseen(s)


@_guard(Sight.CIRCUMSTANCES)
def version_unseen(s: Situation) -> bool:
    """The version asked for has not been seen yet, but may exist."""
    return version_index(s) is None and not _asks_stub(s) and _could_be_unseen(s)


def _asked_state(s: Situation) -> VersionState:
    index = version_index(s)
    return VersionState.NONE if index is None else s.joint.versions[index]


@_guard(Sight.CIRCUMSTANCES)
def version_disabled(s: Situation) -> bool:
    """The version asked for is disabled."""
    return _asked_state(s) in (VersionState.EARLY_DISABLED, VersionState.VALID_DISABLED, VersionState.EXPIRED_DISABLED)


@_guard(Sight.CIRCUMSTANCES)
def outside_validity(s: Situation) -> bool:
    """The clock is not between nbf and exp of the version asked for."""
    return _asked_state(s) in (VersionState.EARLY, VersionState.EXPIRED)


@_guard(Sight.CIRCUMSTANCES)
def pending_included(s: Situation) -> bool:
    """The caller wants certificates listed that are not provisioned yet."""
    return s.ask is not None and s.ask.query.get("includePending", "").lower() == "true"


@_guard(Sight.CIRCUMSTANCES)
def request_id_differs(s: Situation) -> bool:
    """The request_id asked for is not the pending object's."""
    fits = True if s.ask is None else request_id_fits(s.known, s.ask)
    return (s.facts.request_id_fits if fits is None else fits) is False


def request_id_fits(known: Known, ask: Ask) -> bool | None:
    """Whether the request_id asked for, if one is, is the pending object's; None where nobody knows.

    That of a renewal nobody has looked at is any but the one that was there before.
    """
    wanted, pending = ask.query.get("request_id"), known.pending
    if wanted is None or pending is None:
        return True
    if isinstance(pending.request_id, str):
        return wanted == pending.request_id
    return False if wanted == pending.former else None


@_guard(Sight.CIRCUMSTANCES)
def cancellation_asked(s: Situation) -> bool:
    """The caller asks for cancellation, and does not take it back."""
    return s.ask is not None and s.ask.body.get("cancellation_requested") is True


@_guard(Sight.CIRCUMSTANCES)
def key_differs(s: Situation) -> bool:
    """The certificate to be merged has another key than the CSR."""
    return s.facts.key_fits is False


@_guard(Sight.CIRCUMSTANCES)
def key_unclear(s: Situation) -> bool:
    """Nobody knows whether the certificate to be merged has the key of the CSR."""
    return s.facts.key_fits is None


@_guard(Sight.CIRCUMSTANCES)
def file_unfit(s: Situation) -> bool:
    """The file to be imported can not be opened, lacks certificate or key, or is expired."""
    return s.facts.file_fits is False


@_guard(Sight.CIRCUMSTANCES)
def file_unread(s: Situation) -> bool:
    """The file to be imported was not read by the model."""
    return s.facts.file_fits is None


@_guard(Sight.CIRCUMSTANCES)
def many_versions(s: Situation) -> bool:
    """The name has more than 500 versions."""
    return len(s.known.versions) > MOST_BACKED_UP


@_guard(Sight.CIRCUMSTANCES)
def backup_of_stub(s: Situation) -> bool:
    """The backup was taken of a name without a version."""
    return s.facts.backup is not None and not s.facts.backup.versions


@_guard(Sight.CIRCUMSTANCES)
def backup_unknown(s: Situation) -> bool:
    """The blob is a stranger."""
    return s.facts.backup is None


@_guard(Sight.CIRCUMSTANCES)
def switches_on(s: Situation) -> bool:
    """The caller sets enabled to true."""
    return s.ask is not None and s.ask.enabled is True


@_guard(Sight.CIRCUMSTANCES)
def switches_off(s: Situation) -> bool:
    """The caller sets enabled to false."""
    return s.ask is not None and s.ask.enabled is False


@_guard(Sight.CIRCUMSTANCES)
def disabled_wished(s: Situation) -> bool:
    """The version was asked for with enabled false, as far as is known."""
    if s.ask is not None and (s.ask.enabled is not None or s.ask.operation is Operation.IMPORT):
        return s.ask.enabled is False
    return s.known.pending is not None and s.known.pending.enabled is not True


@_guard(Sight.CIRCUMSTANCES)
def policy_sent_to_name(s: Situation) -> bool:
    """The request carries a policy, and names no version."""
    return s.ask is not None and bool(s.ask.policy) and s.ask.version is None


@_guard(Sight.CIRCUMSTANCES)
def policy_sent(s: Situation) -> bool:
    """The request carries a policy."""
    return s.ask is not None and bool(s.ask.policy)
