"""The changes the falsifier makes to one answer: functions of a story and a place that give the new answer, or None.

A change only edits. Where it may be made, because the answer is false after it, is a guard (falsify_guards); both come
together in the table (falsifications). Nothing is ever edited in place: bodies share what was not changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from certlife.conformance.falsify_story import (
    FINISHED,
    Kind,
    Step,
    Story,
    Tree,
    bundle,
    former_operation,
    is_issued,
    is_whole,
    last_segment,
    member,
    number,
    operation,
    policies_before,
    policy,
    policy_before_setting,
    text,
    tree,
    versions_before,
)
from certlife.conformance.falsify_values import (
    GONE,
    Make,
    grafted,
    in_first,
    of_another_version,
    plus,
    shorter,
    swapped,
    swapped_percentage,
)
from certlife.model.values import Answer, Json

Change: TypeAlias = Callable[[Story, int], Answer | None]

CA_DETAILS: Final = (
    "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer "
    "provider. Please check again later."
)
MERGE_DETAILS: Final = "Pending certificate created. Please Perform Merge to complete the request."


def here(story: Story, place: int) -> tuple[Step, Answer]:
    """The step at a place with its answer."""
    return story.steps[place], story.steps[place].exchange.answer


def told(answer: Answer, body: Json) -> Answer | None:
    """The answer with another body; None where it is the same."""
    return None if body == answer.body else replace(answer, body=body)


# Changes of the whole answer.


def becomes(status: int, *, empty: bool = False) -> Change:
    """Another status, with the same body or with none."""

    def change(story: Story, place: int) -> Answer:
        _, answer = here(story, place)
        return replace(answer, status=status, body=None if empty else answer.body)

    return change


def errs(status: int, code: str, message: str, inner: str = "") -> Change:
    """A well-formed error; `{name}` in the message stands for the certificate's name."""

    def change(story: Story, place: int) -> Answer:
        fault: Tree = {"code": code, "message": message.replace("{name}", story.steps[place].label)}
        if inner:
            fault["innererror"] = {"code": inner}
        return Answer(status, {"error": fault})

    return change


def says(body: Json) -> Change:
    """The same status with another body."""

    def change(story: Story, place: int) -> Answer | None:
        return told(story.steps[place].exchange.answer, body)

    return change


def unwrapped(story: Story, place: int) -> Answer | None:
    """An error whose members stand outside of `error`."""
    step, answer = here(story, place)
    return told(answer, step.body.get("error"))


def in_words(story: Story, place: int) -> Answer | None:
    """An error that is a bare text."""
    step, answer = here(story, place)
    return told(answer, {"error": text(step.body, "error.message")})


def header(name: str, make: Callable[[str], str]) -> Change:
    """Another value in a header that is there."""

    def change(story: Story, place: int) -> Answer | None:
        _, answer = here(story, place)
        value = answer.headers.get(name, "")
        made = make(value)
        return None if not value or made == value else replace(answer, headers={**answer.headers, name: made})

    return change


def without_header(name: str) -> Change:
    """A header left out."""

    def change(story: Story, place: int) -> Answer | None:
        _, answer = here(story, place)
        kept = {other: value for other, value in answer.headers.items() if other != name}
        return None if kept == dict(answer.headers) else replace(answer, headers=kept)

    return change


def with_header(name: str, value: str) -> Change:
    """A header added."""

    def change(story: Story, place: int) -> Answer | None:
        _, answer = here(story, place)
        return None if name in answer.headers else replace(answer, headers={**answer.headers, name: value})

    return change


# Changes of one member.


def without(path: str) -> Change:
    """A member left out, where it was there."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        return None if member(step.body, path) is None else told(answer, grafted(step.body, path, GONE))

    return change


def put(path: str, value: Json) -> Change:
    """A member set, whether it was there or not."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        return told(answer, grafted(step.body, path, value))

    return change


def alter(path: str, make: Make) -> Change:
    """A member replaced by what is made of it, where it was there."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        found = member(step.body, path)
        return None if found is None else told(answer, grafted(step.body, path, make(found)))

    return change


def several(*changes: Change) -> Change:
    """Members that change as one thing (an id with its kid and sid); None where one of them does not apply."""

    def change(story: Story, place: int) -> Answer | None:
        answer: Answer | None = None
        for part in changes:
            answer = part(story, place)
            if answer is None:
                return None
            story = _retold(story, place, answer)
        return answer

    return change


def _retold(story: Story, place: int, answer: Answer) -> Story:
    step = story.steps[place]
    told = replace(step, exchange=replace(step.exchange, answer=answer), body=tree(answer.body))
    return Story((*story.steps[:place], told, *story.steps[place + 1 :]))


def in_policy(make: Callable[[str], Change], path: str) -> Change:
    """A change made to a policy, which stands alone or in a bundle."""
    alone, nested = make(path), make(f"policy.{path}")

    def change(story: Story, place: int) -> Answer | None:
        kind = story.steps[place].kind
        return (alone if kind in {Kind.POLICY, Kind.PATCH_POLICY} else nested)(story, place)

    return change


def policy_alter(path: str, make: Make) -> Change:
    """A member of the policy replaced by what is made of it."""
    return in_policy(lambda found: alter(found, make), path)


def policy_without(path: str) -> Change:
    """A member of the policy left out."""
    return in_policy(without, path)


# Members made from the others, so that they fit but for being there.


def with_its(path: str, make: Callable[[Step], Json]) -> Change:
    """A member added that is made from what is shown."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        value = make(step)
        return None if value is None or member(step.body, path) is not None else told(answer, {**step.body, path: value})

    return change


def certificate_of_operation(step: Step) -> Json:
    """The certificate that an operation makes."""
    return text(step.body, "id").removesuffix("/pending") or None


def operation_of_certificate(step: Step) -> Json:
    """The reference to the operation that a bundle shows."""
    return {"id": f"{text(step.body, 'id').rpartition('/')[0]}/pending"}


def record_of_certificate(step: Step) -> Json:
    """The recoveryId that a bundle would have, were it deleted."""
    return text(step.body, "id").rpartition("/")[0].replace("/certificates/", "/deletedcertificates/")


def key_of_certificate(step: Step) -> Json:
    """The key of a version."""
    return text(step.body, "id").replace("/certificates/", "/keys/")


def now(step: Step) -> Json:
    """The vault's time."""
    return step.at


def with_the_policy(story: Story, place: int) -> Answer | None:
    """The policy added, as it was last seen."""
    step, answer = here(story, place)
    seen = next((policy(look) for look in story.before(place) if policy(look)), None)
    return None if seen is None or "policy" in step.body else told(answer, {**step.body, "policy": seen})


# Changes of whole identifiers.


whole_version = several(
    alter("id", of_another_version), alter("kid", of_another_version), alter("sid", of_another_version)
)
"""The id, and with it the key's and the secret's, name another version."""


def version_moves(story: Story, place: int) -> Answer | None:
    """The certificate is shown under another version; so are key and secret, where it has any."""
    issued = is_issued(story.steps[place])
    return whole_version(story, place) if issued else alter("id", of_another_version)(story, place)


def version_shrinks(story: Story, place: int) -> Answer | None:
    """The version has 31 characters everywhere."""
    if not is_issued(story.steps[place]):
        return alter("id", shorter)(story, place)
    return several(alter("id", shorter), alter("kid", shorter), alter("sid", shorter))(story, place)


# Changes that bring back what another step showed.


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
    if former is None:
        return None
    old = policy(former)
    return told(answer, old if step.kind is Kind.POLICY else grafted(step.body, "policy", old))


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


action_changes = policy_alter(
    "lifetime_actions", in_first("action.action_type", swapped("AutoRenew", "EmailContacts"))
)
"""The first lifetime action does the other thing."""
