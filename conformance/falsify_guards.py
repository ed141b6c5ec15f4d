"""Where the falsifier may change an answer: yes/no questions to a story and a place, asked before a change is made.

A guard holds only where the changed answer cannot be true any more: because a document or every recording forbids it, or
because another step of the same session contradicts it. Where both could be true, there is no guard, and the way stands
in `UNDECIDABLE` (falsifications). Not here: the changes themselves (falsify_changes, falsify_lists).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from certlife.conformance.falsify_story import (
    BUNDLES,
    CONFLICT,
    CONTACTS,
    FINISHED,
    ISSUERS,
    NOT_FOUND,
    OPERATIONS,
    REFUSED,
    Kind,
    Step,
    Story,
    Tree,
    bundle,
    current,
    former_operation,
    is_alive,
    is_backed_up_here,
    is_comparable,
    is_complete,
    is_issued,
    is_recorded,
    is_untouched,
    is_whole,
    items,
    last_passage,
    last_segment,
    life,
    maker,
    member,
    number,
    operation,
    operation_after,
    operation_before,
    policies_before,
    policy,
    policy_before_setting,
    policy_is_known,
    sets_policy,
    text,
    tree,
    trees,
    versions_before,
)

Guard: TypeAlias = Callable[[Story, int], bool]

TICK_S = 3
"""Two times of the vault this far apart cannot be the same moment, rounded (N-45, J-38, J-73: one second was seen)."""

_BY_NAME = frozenset({Kind.GET, Kind.PATCH, Kind.DELETE, Kind.GET_DELETED, Kind.RECOVER})
_SOFT = "Recoverable"


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
        return step.status == status and text(step.body, "error.code") != "" and code in {"", text(step.body, "error.code")}

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
            return step.status == NOT_FOUND and _softly_deleted(story, place)
        if step.did(Kind.RECOVER, Kind.PURGE):
            return False
    return False


def _softly_deleted(story: Story, place: int) -> bool:
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


def same_version_is_shown_later(story: Story, place: int) -> bool:
    """A later step shows the version that appears here first."""
    here = bundle(story.steps[place]).get("id")
    return any(bundle(step).get("id") == here for step in story.after(place))


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


# A certificate.


def shows_certificate(story: Story, place: int) -> bool:
    """A certificate is shown, issued or not."""
    return story.steps[place].kind in BUNDLES and bool(bundle(story.steps[place]))


def issued(story: Story, place: int) -> bool:
    """An issued version is shown."""
    return is_issued(story.steps[place])


def is_stub(story: Story, place: int) -> bool:
    """A version that was never issued is shown (J-12)."""
    return bool(bundle(story.steps[place])) and not is_issued(story.steps[place])


def by_name(story: Story, place: int) -> bool:
    """The certificate is shown by its name, without a version in the path."""
    return story.steps[place].kind in _BY_NAME


def shows_tags_that_were_set(story: Story, place: int) -> bool:
    """The tags shown were sent before, or shown before on this very version."""
    step = story.steps[place]
    tags = bundle(step).get("tags")
    sent = [look.asked.get("tags") for look in (step, *story.before(place))]
    return bool(tags) and tags in [*sent, *(look.body.get("tags") for look in versions_before(story, place))]


def recovery_is_told_elsewhere(path: str) -> Guard:
    """Another certificate of the session shows this setting of the vault."""

    def guard(story: Story, place: int) -> bool:
        others = (member(bundle(step), path) for step in story.steps if step.place != place)
        here = member(bundle(story.steps[place]), path)
        return here is not None and here in others

    return guard


def soft_delete_was_on(story: Story, place: int) -> bool:
    """An earlier certificate showed a vault with soft delete, which cannot be switched off (DEL-019)."""
    earlier = (text(bundle(step), "attributes.recoveryLevel") for step in story.steps[:place])
    return _SOFT in text(bundle(story.steps[place]), "attributes.recoveryLevel") and any(_SOFT in level for level in earlier)


def soft_delete_is_off_later(story: Story, place: int) -> bool:
    """A later certificate shows a vault without soft delete, so it was off here, too (DEL-019)."""
    level = "attributes.recoveryLevel"
    later = (text(bundle(step), level) for step in story.steps[place + 1 :])
    return text(bundle(story.steps[place]), level) == "Purgeable" and "Purgeable" in later


def was_shown(story: Story, place: int) -> bool:
    """The very version was shown before."""
    return bool(versions_before(story, place))


def stands_unchanged(story: Story, place: int) -> bool:
    """The very version was shown before, and nothing has updated it since."""
    looks = versions_before(story, place)
    return bool(looks) and is_untouched(story, looks[0], place)


def cer_was_shown(story: Story, place: int) -> bool:
    """The certificate content was shown before, so that another one can be told apart from it."""
    cer = bundle(story.steps[place]).get("cer")
    return is_comparable(cer) and cer in [look.body.get("cer") for look in versions_before(story, place)]


def cer_is_elided(story: Story, place: int) -> bool:
    """The certificate content was left out of the recording."""
    return "cer" in bundle(story.steps[place]) and not cer_is_whole(story, place)


def cer_is_whole(story: Story, place: int) -> bool:
    """The certificate content was recorded whole."""
    return is_whole(bundle(story.steps[place]).get("cer"))


def validity_is_known(story: Story, place: int) -> bool:
    """The dates of the certificate are fixed: by its content, by an earlier look, or by self-issuance (N-26, P-93)."""
    made = maker(story, place)
    is_self = made is not None and text(made.asked, "policy.issuer.name") == "Self" and made.kind is Kind.CREATE
    return cer_is_whole(story, place) or was_shown(story, place) or is_self


def birth_is_known(story: Story, place: int) -> bool:
    """The session shows, with a clock, what made the version."""
    made = maker(story, place)
    return made is not None and made.at is not None


def was_born_enabled(story: Story, place: int) -> bool:
    """A version shown for the first time that nobody asked to be disabled, nor a former one (S-03)."""
    made = maker(story, place)
    if made is None or member(story.steps[place].body, "attributes.enabled") is not True:
        return False
    steps = [step for step in story.steps[: place + 1] if step.name == made.name]
    seen = was_shown(story, place)
    asked = any(member(step.asked, "attributes.enabled") is False for step in steps)
    disabled = any(is_issued(step) and member(step.body, "attributes.enabled") is False for step in steps)
    return not asked and not disabled and not seen


def has_predecessor(story: Story, place: int) -> bool:
    """Shown by name: a version that was made after another one had been shown by name."""
    made = maker(story, place)
    if made is None or story.steps[place].kind is not Kind.GET:
        return False
    return any(look.kind is Kind.GET and is_issued(look) and look.place < made.place for look in story.before(place))


def deletion_was_shown(story: Story, place: int) -> bool:
    """The dates of this very deletion were shown before."""
    step = story.steps[place]
    is_same = last_passage(story, place, step.name) is Kind.DELETE
    return step.did(Kind.GET_DELETED) and is_same and _softly_deleted(story, place)


def has_no_operation(story: Story, place: int) -> bool:
    """The bundle belongs to a name without an operation, or was read by version: it must not show one."""
    step = story.steps[place]
    rightly = step.did(Kind.IMPORT, Kind.RESTORE, Kind.GET_VERSION) or was_dropped(story, place)
    return bool(bundle(step)) and "pending" not in step.body and rightly


def operation_still_exists(story: Story, place: int) -> bool:
    """The bundle shows the operation, which was created in this session and is still there."""
    return "pending" in bundle(story.steps[place]) and bool(operation_before(story, place))


def is_a_known_backup(story: Story, place: int) -> bool:
    """What is restored was backed up in this session, and the version was shown before that."""
    return story.steps[place].did(Kind.RESTORE) and is_backed_up_here(story, place) and was_shown(story, place)


# An update.


def tags_change(story: Story, place: int) -> bool:
    """The update sends tags that the version did not have."""
    tags = story.steps[place].asked.get("tags")
    looks = versions_before(story, place)
    return bool(tags) and (not looks or looks[0].body.get("tags") != tags)


def enabled_is_sent(story: Story, place: int) -> bool:
    """The update says whether the version is to be enabled, and the answer says so, too."""
    step = story.steps[place]
    sent = member(step.asked, "attributes.enabled")
    return isinstance(sent, bool) and sent == member(step.body, "attributes.enabled")


def time_has_passed(story: Story, place: int) -> bool:
    """The last change of the version lies so far back that this update must show."""
    step = story.steps[place]
    looks = versions_before(story, place)
    return bool(looks) and step.at is not None and step.at - number(looks[0].body, "attributes.updated") >= TICK_S


def other_expiry_is_sent(story: Story, place: int) -> bool:
    """The update sends another expiry than the certificate has."""
    step = story.steps[place]
    sent = number(step.asked, "attributes.exp")
    return sent > 0 and sent != number(step.body, "attributes.exp")


# A policy.


def shows_known_policy(story: Story, place: int) -> bool:
    """A policy is shown, and the session fixes what it must be."""
    return bool(policy(story.steps[place])) and policy_is_known(story, place)


def shows_policy(story: Story, place: int) -> bool:
    """A policy is shown."""
    return bool(policy(story.steps[place]))


def policy_was_shown(story: Story, place: int) -> bool:
    """The policy of this name was shown before, in the same life of the certificate."""
    here = story.steps[place]
    reborn = here.kind is Kind.IMPORT
    for step in story.before(place):
        if step.did(Kind.DELETE, Kind.PURGE) and reborn:
            return False
        if policy(step):
            return bool(policy(here))
        reborn = reborn or step.did(Kind.CREATE, Kind.IMPORT)
    return False


def policy_was_changed(*kinds: Kind) -> Guard:
    """The policy was last set by one of these, to something else than it was before."""

    def guard(story: Story, place: int) -> bool:
        here, former = story.steps[place], policy_before_setting(story, place)
        setter = next((step for step in (here, *story.before(place)) if sets_policy(step)), None)
        if former is None or setter is None or setter.kind not in kinds or not policy(here):
            return False
        return _content(policy(former)) != _content(policy(here))

    return guard


def _content(shown: Tree) -> Tree:
    return {key: part for key, part in shown.items() if key != "attributes"}


def policy_time_has_passed(story: Story, place: int) -> bool:
    """The former state of the policy was set so long before the last change that `updated` must have moved."""
    here, former = story.steps[place], policy_before_setting(story, place)
    setter = next((step for step in (here, *story.before(place)) if sets_policy(step)), None)
    if former is None or setter is None or setter.at is None:
        return False
    return setter.at - number(policy(former), "attributes.updated") >= TICK_S


def sets_no_policy(story: Story, place: int) -> bool:
    """The step itself does not change the policy."""
    return not sets_policy(story.steps[place])


def policy_has(path: str) -> Guard:
    """The policy shown has something at a path, not an empty list or object."""
    return lambda story, place: bool(member(policy(story.steps[place]), path))


def sends_no(path: str) -> Guard:
    """The request says nothing at a path."""
    return lambda story, place: member(story.steps[place].asked, path) is None


def patches_a_known_policy(story: Story, place: int) -> bool:
    """The update of a policy that the session has shown."""
    return story.steps[place].did(Kind.PATCH_POLICY) and bool(policies_before(story, place))


# Items of lists.


def any_item(_story: Story, _place: int, _item: Tree) -> bool:
    """Every item."""
    return True


def living_item(story: Story, place: int, item: Tree) -> bool:
    """The item of a certificate that the session has shown living, and issued where only such are asked for."""
    name = last_segment(text(item, "id"))
    pending = story.steps[place].exchange.request.query.get("includePending", "").lower() == "true"
    seen = list(life(story, place, name))
    return is_alive(story, place, name) and (pending or any(is_issued(step) for step in seen))


def known_version_item(story: Story, place: int, item: Tree) -> bool:
    """The item of an issued version that the session has shown."""
    seen = [text(step.body, "id") for step in life(story, place, story.steps[place].name) if is_issued(step)]
    return text(item, "id") in seen


def recorded_item(story: Story, place: int, item: Tree) -> bool:
    """The item of a deleted certificate whose record the session has shown."""
    return is_recorded(story, place, last_segment(text(item, "id")))


def deleted_here_item(story: Story, place: int, item: Tree) -> bool:
    """The item of a certificate that this session has deleted."""
    return last_passage(story, place, last_segment(text(item, "id"))) is Kind.DELETE


def known_item(story: Story, place: int, item: Tree) -> bool:
    """The item of a version whose present state the session has shown."""
    step = story.steps[place]
    if step.kind is Kind.VERSIONS:
        looks = [look for look in life(story, place, step.name) if look.body.get("id") == item.get("id")]
        look = looks[0] if looks and is_untouched(story, looks[0], place) else None
    else:
        look = current(story, place, last_segment(text(item, "id")))
    fields = ("x5t", "attributes.enabled", "attributes.created")
    return look is not None and all(member(look.body, field) == member(item, field) for field in fields)


def living_issuer_item(story: Story, place: int, item: Tree) -> bool:
    """The item of an issuer that this session has set and not deleted."""
    steps = story.earlier(place, f"issuers/{last_segment(text(item, 'id'))}")
    last = next((step.kind for step in steps if step.did(Kind.SET_ISSUER, Kind.DELETE_ISSUER)), None)
    return last is Kind.SET_ISSUER


# Items that must not be there.


def _item_of(seen: Tree, **more: int | str) -> Tree:
    kept = {key: seen[key] for key in ("x5t", "attributes", "tags") if key in seen}
    return {**more, "id": text(seen, "id").rpartition("/")[0], **kept}


def purged_certificate(story: Story, place: int) -> Tree | None:
    """The deleted-list item of a certificate that was purged in this session."""
    for step in reversed(story.steps[:place]):
        if step.did(Kind.DELETE) and last_passage(story, place, step.name) is Kind.PURGE and "recoveryId" in step.body:
            return _deleted_item(step.body, number(step.body, "deletedDate"))
    return None


def living_certificate(story: Story, place: int) -> Tree | None:
    """The deleted-list item of a certificate that lives."""
    for step in reversed(story.steps[:place]):
        if is_issued(step) and is_alive(story, place, step.name) and step.kind in {Kind.GET, Kind.IMPORT}:
            return _deleted_item(step.body, story.steps[place].at or 0)
    return None


def _deleted_item(seen: Tree, deleted: int) -> Tree:
    days = number(seen, "attributes.recoverableDays") or 90
    home, _, name = text(seen, "id").rpartition("/")[0].rpartition("/certificates/")
    dates = {"deletedDate": deleted, "scheduledPurgeDate": deleted + days * 86400}
    return _item_of(seen, recoveryId=f"{home}/deletedcertificates/{name}", **dates)


def deleted_issuer(story: Story, place: int) -> Tree | None:
    """The item of an issuer that was deleted in this session and not set again."""
    for step in reversed(story.steps[:place]):
        if step.did(Kind.DELETE_ISSUER) and issuer_is_gone(story, place, step.name):
            return {"id": step.body.get("id"), "provider": step.body.get("provider")}
    return None


# Issuers and contacts.


def issuer_is_gone(story: Story, place: int, name: str) -> bool:
    """The last thing that happened to the issuer is its deletion."""
    decisive = (Kind.SET_ISSUER, Kind.DELETE_ISSUER)
    return next((step.kind for step in story.earlier(place, name) if step.did(*decisive)), None) is Kind.DELETE_ISSUER


def issuer_was_deleted(story: Story, place: int) -> bool:
    """The issuer asked for was deleted in this session and not set again."""
    return issuer_is_gone(story, place, story.steps[place].name)


def issuer_is_there(story: Story, place: int) -> bool:
    """The session has set or shown the issuer, and not deleted it."""
    step = next((step for step in story.before(place) if step.did(*ISSUERS)), None)
    return step is not None and step.kind is not Kind.DELETE_ISSUER


def issuer_is_known(story: Story, place: int) -> bool:
    """An issuer is shown whose state the session fixes."""
    step = story.steps[place]
    return step.did(*ISSUERS) and "id" in step.body and (step.kind is Kind.SET_ISSUER or issuer_is_there(story, place))


def contacts_are_there(story: Story, place: int) -> bool:
    """The session has set or shown the contacts, and not deleted them."""
    step = next((step for step in story.before(place) if step.did(*CONTACTS)), None)
    return step is not None and step.kind is not Kind.DELETE_CONTACTS


def contacts_were_deleted(story: Story, place: int) -> bool:
    """The contacts were deleted in this session and not set again."""
    step = next((step for step in story.before(place) if step.did(Kind.SET_CONTACTS, Kind.DELETE_CONTACTS)), None)
    return step is not None and step.kind is Kind.DELETE_CONTACTS


def contacts_are_known(story: Story, place: int) -> bool:
    """Contacts are shown, and the session fixes what they must be."""
    step = story.steps[place]
    return step.did(*CONTACTS) and (step.kind is Kind.SET_CONTACTS or contacts_are_there(story, place))


# The managed key and secret.


def _certificate_of(story: Story, place: int) -> Step | None:
    step = story.steps[place]
    if step.did(Kind.GET_SECRET):
        return next((look for look in story.steps if bundle(look) and look.body.get("sid") == step.body.get("id")), None)
    kid = member(step.body, "key.kid")
    return next((look for look in story.steps if bundle(look) and look.body.get("kid") == kid), None)


def certificate_is_known(story: Story, place: int) -> bool:
    """The secret or key belongs to a version that the session shows."""
    return _certificate_of(story, place) is not None


def certificate_stands_unchanged(story: Story, place: int) -> bool:
    """It belongs to a version that the session shows and never updates."""
    name = story.steps[place].name
    updates = any(step.did(Kind.PATCH, Kind.PATCH_VERSION) for step in story.steps if step.name == name)
    return certificate_is_known(story, place) and not updates


def content_type_is_known(story: Story, place: int) -> bool:
    """Every policy of the name that the session shows has the content type of the secret."""
    step = story.steps[place]
    shown = [text(policy(look), "secret_props.contentType") for look in story.steps if look.name == step.name and policy(look)]
    return bool(shown) and set(shown) == {text(step.body, "contentType")}


def key_usage_is_known(story: Story, place: int) -> bool:
    """The policy of the key is shown, with its key usage, and it is always the same."""
    name = story.steps[place].name
    shown = [str(member(policy(look), "x509_props.key_usage")) for look in story.steps if look.name == name and policy(look)]
    return len(set(shown)) == 1 and bool(trees([tree(story.steps[place].body.get("key"))]))
