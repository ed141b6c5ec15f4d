"""The changes that bring into one answer what another step showed: a former state, another version, a foreign certificate.

Not here: changes that need no other step (changes), changes of lists (lists).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from certlife.conformance.falsifier.changes import CA_DETAILS, MERGE_DETAILS, Change, here, policy_alter, told
from certlife.conformance.falsifier.steps import (
    FINISHED,
    Kind,
    Step,
    Tree,
    is_whole,
    last_segment,
    member,
    number,
    text,
)
from certlife.conformance.falsifier.story import (
    Story,
    bundle,
    former_operation,
    is_issued,
    operation,
    policies_before,
    policy,
    policy_before_setting,
    versions_before,
)
from certlife.conformance.falsifier.values import GONE, grafted, in_first, plus, swapped, swapped_percentage
from certlife.model.values import Answer, Json

if TYPE_CHECKING:
    from collections.abc import Callable


def _operation_with(step: Step, **members: Json) -> Tree:
    """The operation shown, as it would be in another status: details only while it runs, a target when completed."""
    kept = {key: value for key, value in step.body.items() if key not in {"status_details", "target", "error"}}
    return {**kept, **members}


def operation_is(status: str, *, cancelled: bool | None = None) -> Change:
    """The operation in another status, with everything that belongs to this status and nothing else."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        shown = _operation_with(step, status=status)
        if cancelled is not None:
            shown["cancellation_requested"] = cancelled
        headers = {name: value for name, value in answer.headers.items() if name != "retry-after"}
        if status == "completed":
            shown["target"] = text(step.body, "id").removesuffix("/pending")
        if status not in FINISHED:
            is_manual = text(step.body, "issuer.name") == "Unknown"
            shown["status_details"] = MERGE_DETAILS if is_manual else CA_DETAILS
            headers = {**headers, "retry-after": "10"}
        return replace(answer, body=shown, headers=headers) if shown != step.body else None

    return change


def last_operation_again(story: Story, place: int) -> Answer | None:
    """The operation as it was last seen, although it is gone."""
    shown = next((operation(step) for step in story.before(place) if operation(step)), None)
    return Answer(200, shown) if shown else None


def last_bundle_again(story: Story, place: int) -> Answer | None:
    """The certificate as it was last seen, as if it lived."""
    step, _ = here(story, place)
    seen = next((bundle(look) for look in story.before(place) if bundle(look)), None)
    marks = {"recoveryId", "deletedDate", "scheduledPurgeDate"}
    hidden = marks | ({"policy", "pending"} if step.kind is Kind.GET_VERSION else set())
    fits = seen and step.version in {"", last_segment(text(seen, "id"))}
    return Answer(200, {key: value for key, value in seen.items() if key not in hidden}) if seen and fits else None


def last_answer_again(*kinds: Kind) -> Change:
    """The body of the last success of these operations on this name."""

    def change(story: Story, place: int) -> Answer | None:
        body = next((step.body for step in story.before(place) if step.did(*kinds)), None)
        return Answer(200, body) if body else None

    return change


def put_from(path: str, former: Callable[[Story, int], Json]) -> Change:
    """A member that goes back to what it was at a former look; left out where it was not there then."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        value = former(story, place)
        return told(answer, grafted(step.body, path, GONE if value is None else value))

    return change


def former_version(path: str) -> Callable[[Story, int], Json]:
    """What the last look at this very version showed at a path."""

    def former(story: Story, place: int) -> Json:
        looks = versions_before(story, place)
        return member(looks[0].body, path) if looks else None

    return former


def as_requested(path: str) -> Callable[[Story, int], Json]:
    """What the request here says at a path."""
    return lambda story, place: member(story.steps[place].asked, path)


def former_request(path: str) -> Callable[[Story, int], Json]:
    """What the operation that a create replaces showed at a path."""

    def former(story: Story, place: int) -> Json:
        looks = former_operation(story, place)
        return member(looks[0].body, path) if looks else None

    return former


def patch_forgotten(story: Story, place: int) -> Answer | None:
    """Attributes and tags as they were before the last update."""
    step, answer = here(story, place)
    looks = versions_before(story, place)
    patch = next((index for index, look in enumerate(looks) if look.kind in {Kind.PATCH, Kind.PATCH_VERSION}), None)
    if patch is None or patch + 1 >= len(looks):
        return None
    old = looks[patch + 1].body
    if old.get("attributes") == step.body.get("attributes"):
        return None
    body = grafted(step.body, "attributes", old.get("attributes"))
    return told(answer, grafted(body, "tags", old.get("tags", GONE)))


def old_version_again(story: Story, place: int) -> Answer | None:
    """The version that was current before, with today's policy and operation."""
    step, answer = here(story, place)
    parts = ("id", "kid", "sid", "x5t", "cer", "attributes", "tags")
    looks = [look for look in story.before(place) if look.kind is Kind.GET and is_issued(look)]
    old = next((look.body for look in looks if look.body.get("id") != step.body.get("id")), None)
    if old is None:
        return None
    kept = {key: value for key, value in step.body.items() if key not in parts}
    return told(answer, {**{key: old[key] for key in parts if key in old}, **kept})


def another_version_answers(story: Story, place: int) -> Answer | None:
    """Another version of the same name, in the form of a versioned read."""
    step, answer = here(story, place)
    others = [look.body for look in story.steps if look.name == step.name and is_issued(look)]
    other = next((body for body in others if body.get("id") != step.body.get("id")), None)
    hidden = {"policy", "pending", "recoveryId", "deletedDate", "scheduledPurgeDate"}
    return told(answer, {key: value for key, value in other.items() if key not in hidden}) if other else None


def foreign_certificate(*parts: str) -> Change:
    """The X.509 content (cer, x5t) of another certificate in the session, valid at other times."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        for look in story.steps:
            other = bundle(look)
            is_other = is_whole(other.get("cer")) and other.get("cer") != step.body.get("cer")
            if is_other and number(other, "attributes.nbf") != number(step.body, "attributes.nbf"):
                return told(answer, {**step.body, **{part: other[part] for part in parts}})
        return None

    return change


def merges_the_wrong_one(story: Story, place: int) -> Answer | None:
    """The second certificate of the chain that was sent, instead of the first."""
    step, answer = here(story, place)
    chain = step.asked.get("x5c")
    second = chain[1] if isinstance(chain, list) and len(chain) > 1 else None
    return told(answer, grafted(step.body, "cer", second)) if second else None


def policy_forgotten(story: Story, place: int) -> Answer | None:
    """The whole policy as it was before the last change of it."""
    step, answer = here(story, place)
    former = policy_before_setting(story, place)
    old = policy(former) if former else {}
    return told(answer, old if step.kind is Kind.POLICY else grafted(step.body, "policy", old)) if old else None


def policy_patch_not_applied(story: Story, place: int) -> Answer | None:
    """The first member that the request changed, still as it was."""
    step, answer = here(story, place)
    looks = policies_before(story, place)
    for path in _leaves(step.asked):
        was = member(policy(looks[0]), path) if looks else None
        if was is not None and was != member(step.body, path):
            return told(answer, grafted(step.body, path, was))
    return None


def _leaves(value: Tree, head: str = "") -> list[str]:
    found: list[str] = []
    for key, part in value.items():
        path = f"{head}{key}"
        found += _leaves(part, f"{path}.") if isinstance(part, dict) and part else [path]
    return found


def policy_patch_drops_the_rest(story: Story, place: int) -> Answer | None:
    """The first part that the request left alone, gone."""
    step, answer = here(story, place)
    alone = [part for part in ("key_props", "x509_props", "lifetime_actions", "issuer") if part not in step.asked]
    return told(answer, grafted(step.body, alone[0], GONE)) if alone else None


def policy_time_stands_still(story: Story, place: int) -> Answer | None:
    """The policy's `updated` as it was before its last change."""
    former = policy_before_setting(story, place)
    value = member(policy(former), "attributes.updated") if former else None
    return None if value is None else policy_alter("attributes.updated", lambda _: value)(story, place)


def trigger_moves(story: Story, place: int) -> Answer | None:
    """The first lifetime action is triggered at another time."""
    for field, make in (("lifetime_percentage", swapped_percentage), ("days_before_expiry", plus(1))):
        changed = policy_alter("lifetime_actions", in_first(f"trigger.{field}", make))(story, place)
        if changed is not None:
            return changed
    return None


action_changes = policy_alter("lifetime_actions", in_first("action.action_type", swapped("AutoRenew", "EmailContacts")))
"""The first lifetime action does the other thing."""
