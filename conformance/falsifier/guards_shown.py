"""Where the falsifier may change what a certificate or its policy shows: guards, as in guards.

Not here: guards about operations and names (guards), about lists and neighbours (guards_around).
"""

from __future__ import annotations

from certlife.conformance.falsifier.guards import TICK_S, Guard, softly_deleted, was_dropped
from certlife.conformance.falsifier.steps import BUNDLES, Kind, Tree, is_comparable, is_whole, member, number, text
from certlife.conformance.falsifier.story import (
    Story,
    bundle,
    is_backed_up_here,
    is_issued,
    is_untouched,
    last_passage,
    maker,
    operation_before,
    policies_before,
    policy,
    policy_before_setting,
    policy_is_known,
    sets_policy,
    versions_before,
)

_BY_NAME = frozenset({Kind.GET, Kind.PATCH, Kind.DELETE, Kind.GET_DELETED, Kind.RECOVER})
_SOFT = "Recoverable"


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
    levels = [text(bundle(step), "attributes.recoveryLevel") for step in story.steps[: place + 1]]
    return _SOFT in levels[-1] and any(_SOFT in level for level in levels[:-1])


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


def was_requested_here(story: Story, place: int) -> bool:
    """The version was made by a create of this session whose csr was recorded whole."""
    made = maker(story, place)
    return made is not None and made.kind is Kind.CREATE and is_whole(made.body.get("csr"))


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
    return step.did(Kind.GET_DELETED) and is_same and softly_deleted(story, place)


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
