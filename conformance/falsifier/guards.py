"""Where the falsifier may change an answer: yes/no questions to a story and a place, asked before a change is made.

A guard holds only where the changed answer cannot be true any more: because a document or every recording forbids it, or
because another step of the same session contradicts it. Where both could be true, there is no guard, and the way stands
in `UNDECIDABLE` (ways). Here: how guards are put together, and those about names that live or not, and about
operations. Not here: those about what a certificate shows (guards_shown) and about lists, issuers, contacts,
keys and secrets (guards_around); the changes themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from certlife.conformance.falsifier.steps import (
    CONFLICT,
    FINISHED,
    NOT_FOUND,
    OPERATIONS,
    REFUSED,
    Kind,
    is_comparable,
    last_segment,
    member,
    number,
    text,
)
from certlife.conformance.falsifier.story import (
    Story,
    bundle,
    former_operation,
    is_alive,
    is_complete,
    is_issued,
    is_recorded,
    items,
    last_passage,
    life,
    operation,
    operation_after,
    operation_before,
)

Guard: TypeAlias = Callable[[Story, int], bool]

TICK_S = 3
"""Two times of the vault this far apart cannot be the same moment, rounded (N-45, J-38, J-73: one second was seen)."""


# Putting guards together.


def both(*guards: Guard) -> Guard:
    """All of them hold."""
    return lambda story, place: all(guard(story, place) for guard in guards)


def did(*kinds: Kind) -> Guard:
    """One of these operations succeeded here."""
    return lambda story, place: story.steps[place].did(*kinds)


def asks(*kinds: Kind) -> Guard:
    """One of these operations was asked for here, whatever the answer."""
    return lambda story, place: story.steps[place].kind in kinds


def other_than(*kinds: Kind) -> Guard:
    """None of these operations was asked for here."""
    return lambda story, place: story.steps[place].kind not in kinds


def has(path: str, *values: object) -> Guard:
    """The answer has a member, and where values are given, one of them."""

    def guard(story: Story, place: int) -> bool:
        found = member(story.steps[place].body, path)
        return found is not None and (not values or found in values)

    return guard


def lacks_member(path: str) -> Guard:
    """The answer has no such member."""
    return lambda story, place: member(story.steps[place].body, path) is None


def failed(status: int, code: str = "") -> Guard:
    """The answer is an error with this status, and with this code where one is given."""

    def guard(story: Story, place: int) -> bool:
        step = story.steps[place]
        told = text(step.body, "error.code")
        return step.status == status and bool(told) and code in {"", told}

    return guard


def is_error(story: Story, place: int) -> bool:
    """The answer is an error with the form that errors have."""
    step = story.steps[place]
    return step.status >= REFUSED and text(step.body, "error.code") != "" and text(step.body, "error.message") != ""


def has_clock(story: Story, place: int) -> bool:
    """The recording says when this was."""
    return story.steps[place].at is not None


# A name that lives, or does not.


def name_is_alive(story: Story, place: int) -> bool:
    """The session has shown the certificate living, and nothing has deleted it since."""
    return is_alive(story, place, story.steps[place].name)


def version_is_alive(story: Story, place: int) -> bool:
    """The session has shown the version asked for, and nothing has deleted it since."""
    step = story.steps[place]
    seen = [step for step in life(story, place, step.name) if step.succeeded]
    ids = [text(bundle(look), "id") for look in seen] + [text(item, "id") for look in seen for item in items(look)]
    return step.version != "" and step.version in {last_segment(found) for found in ids}


def secret_is_alive(story: Story, place: int) -> bool:
    """The session has shown the issued version to which this secret or key belongs."""
    step = story.steps[place]
    seen = [look for look in life(story, place, step.name) if is_issued(look)]
    return any(step.version in {"", last_segment(text(look.body, "id"))} for look in seen)


def is_deleted(story: Story, place: int) -> bool:
    """The certificate was deleted or purged, and nothing has brought it back."""
    return last_passage(story, place, story.steps[place].name) in {Kind.DELETE, Kind.PURGE}


def deletion_is_finished(story: Story, place: int) -> bool:
    """The session has shown the deleted record, and it is still there."""
    return is_recorded(story, place, story.steps[place].name)


def record_is_missing_later(story: Story, place: int) -> bool:
    """The deleted record is not there yet at a later look either."""
    for step in story.after(place):
        if step.kind is Kind.GET_DELETED:
            return step.status == NOT_FOUND and softly_deleted(story, place)
        if step.did(Kind.RECOVER, Kind.PURGE):
            return False
    return False


def softly_deleted(story: Story, place: int) -> bool:
    """The last deletion of the name was one with soft delete."""
    return next((("recoveryId" in step.body) for step in story.before(place) if step.did(Kind.DELETE)), False)


def is_purged_again_later(story: Story, place: int) -> bool:
    """The same deleted certificate is there to be purged at a later step."""
    later = next((step for step in story.after(place)), None)
    return later is not None and later.kind is Kind.PURGE and later.status in {204, CONFLICT}


def list_is_empty(story: Story, place: int) -> bool:
    """The list has no items."""
    return is_complete(story.steps[place]) and not items(story.steps[place])


def list_is_complete(story: Story, place: int) -> bool:
    """The list is one page, the only one."""
    return is_complete(story.steps[place])


def is_born_here_and_shown_later(story: Story, place: int) -> bool:
    """A later step shows the version that appears here first, made when the recording had long begun."""
    here, begun = bundle(story.steps[place]), story.steps[0].at
    later = any(bundle(step).get("id") == here.get("id") for step in story.after(place))
    return later and begun is not None and number(here, "attributes.created") - begun >= TICK_S


# An operation and its past and future.


def runs(story: Story, place: int) -> bool:
    """An operation is shown, and it is in progress."""
    return operation(story.steps[place]).get("status") == "inProgress"


def ended(*statuses: str) -> Guard:
    """An operation is shown, and it is over, in one of these ways."""
    return lambda story, place: operation(story.steps[place]).get("status") in (statuses or FINISHED)


def shows_operation(story: Story, place: int) -> bool:
    """An operation is shown."""
    return story.steps[place].kind in OPERATIONS and bool(operation(story.steps[place]))


def was_seen(story: Story, place: int) -> bool:
    """The operation was shown before."""
    return story.steps[place].kind is not Kind.CREATE and bool(operation_before(story, place))


def had_ended(*statuses: str) -> Guard:
    """An earlier look at the operation showed it over, in one of these ways."""

    def guard(story: Story, place: int) -> bool:
        seen = [operation(step).get("status") for step in operation_before(story, place)]
        return story.steps[place].kind is not Kind.CREATE and bool(set(seen) & (set(statuses) or FINISHED))

    return guard


def was_merged(story: Story, place: int) -> bool:
    """The operation was completed by a merge."""
    found = next((step.kind for step in story.before(place) if step.did(Kind.MERGE, Kind.CREATE, Kind.DROP)), None)
    return found is Kind.MERGE


def runs_later(story: Story, place: int) -> bool:
    """A later look at the operation shows it in progress."""
    return any(operation(step).get("status") == "inProgress" for step in operation_after(story, place))


def completes_later(story: Story, place: int) -> bool:
    """A later look at the operation shows it completed."""
    return any(operation(step).get("status") == "completed" for step in operation_after(story, place))


def is_manual(story: Story, place: int) -> bool:
    """The operation waits for a merge: its issuer is Unknown."""
    return text(operation(story.steps[place]), "issuer.name") == "Unknown"


def is_issued_alone(story: Story, place: int) -> bool:
    """The operation waits for an issuer, or for the vault itself."""
    return bool(operation(story.steps[place])) and not is_manual(story, place)


def is_ours(story: Story, place: int) -> bool:
    """The operation was created in this session."""
    looks = operation_before(story, place)
    return story.steps[place].did(Kind.CREATE) or (bool(looks) and looks[-1].did(Kind.CREATE))


def was_not_cancelled(story: Story, place: int) -> bool:
    """Nobody has asked for the cancellation of an operation that was created in this session."""
    asked = any(step.did(Kind.CANCEL) for step in operation_before(story, place))
    return is_ours(story, place) and story.steps[place].kind is not Kind.CANCEL and not asked


def flag_was_seen(story: Story, place: int) -> bool:
    """An earlier look showed that cancellation was requested."""
    return any(operation(step).get("cancellation_requested") is True for step in operation_before(story, place))


def flag_is_seen_later(story: Story, place: int) -> bool:
    """A later look shows that cancellation was requested, and nobody has asked again in between."""
    for step in operation_after(story, place):
        if step.kind is Kind.CANCEL:
            return False
        if operation(step).get("cancellation_requested") is True:
            return True
    return False


def operation_is_gone_later(story: Story, place: int) -> bool:
    """The next look for the operation finds nothing."""
    later = next((step for step in story.after(place) if step.kind in {Kind.POLL, Kind.CREATE}), None)
    return later is not None and later.status == NOT_FOUND


def was_dropped(story: Story, place: int) -> bool:
    """The last thing that happened to the operation is its deletion."""
    decisive = (Kind.DROP, Kind.CREATE, Kind.IMPORT, Kind.RESTORE)
    return next((step.kind for step in story.before(place) if step.did(*decisive)), None) is Kind.DROP


def nothing_runs(story: Story, place: int) -> bool:
    """The session has shown that no operation of this living name is in progress."""
    for step in life(story, place, story.steps[place].name):
        if step.did(Kind.IMPORT, Kind.MERGE) or operation(step).get("status") in FINISHED:
            return True
        if step.did(Kind.CREATE):
            return False
    return False


def csr_was_seen(story: Story, place: int) -> bool:
    """The request of the operation was shown before, so that another one can be told apart from it."""
    csr = operation(story.steps[place]).get("csr")
    seen = [operation(step).get("csr") for step in operation_before(story, place)]
    return story.steps[place].kind is not Kind.CREATE and is_comparable(csr) and csr in seen


def replaces_another_request(story: Story, place: int) -> bool:
    """A create, without reuse of the key, over an operation whose request can be told apart from the new one."""
    step = story.steps[place]
    looks = former_operation(story, place)
    csr, former = operation(step).get("csr"), operation(looks[0]).get("csr") if looks else None
    reuses = member(step.asked, "policy.key_props.reuse_key") is True
    return is_comparable(csr) and is_comparable(former) and csr != former and not reuses


def replaces_an_operation(story: Story, place: int) -> bool:
    """A create over an operation that the session has shown."""
    return story.steps[place].did(Kind.CREATE) and bool(former_operation(story, place))
