"""The changes the falsifier makes to one answer: functions of a story and a place that give the new answer, or None.

A change only edits. Where it may be made, because the answer is false after it, is a guard (guards); both come
together in the table (ways). Nothing is ever edited in place: bodies share what was not changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from certlife.conformance.falsifier.steps import Kind, Step, Tree, member, text, tree
from certlife.conformance.falsifier.story import Story, is_issued, policy
from certlife.conformance.falsifier.values import GONE, Make, grafted, of_another_version, shorter
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
        return None if value is None or path in step.body else told(answer, {**step.body, path: value})

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
