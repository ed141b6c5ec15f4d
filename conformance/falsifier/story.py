"""A recorded session as the falsifier sees it: what its steps show, and what it has shown before and after a place.

Not here: what would be false (guards, changes, ways).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certlife.conformance.falsifier.steps import (
    BUNDLES,
    LIFE,
    LISTS,
    OPERATIONS,
    PASSAGES,
    Kind,
    Step,
    Tree,
    is_comparable,
    last_segment,
    text,
    tree,
    trees,
    understood,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certlife.model.values import Exchange


@dataclass(frozen=True, slots=True)
class Story:
    """A session as steps, with what the falsifier must know of the past and the future of a place."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, exchanges: Sequence[Exchange]) -> Story:
        """Understand a session."""
        return cls(tuple(understood(place, exchange) for place, exchange in enumerate(exchanges)))

    def earlier(self, place: int, name: str) -> Iterator[Step]:
        """The steps on a name before a place, newest first."""
        return (step for step in reversed(self.steps[:place]) if step.name == name)

    def before(self, place: int) -> Iterator[Step]:
        """The earlier steps on the name of this one, newest first."""
        return self.earlier(place, self.steps[place].name)

    def after(self, place: int) -> Iterator[Step]:
        """The later steps on the name of this one."""
        name = self.steps[place].name
        return (step for step in self.steps[place + 1 :] if step.name == name)


# What a step shows.


def bundle(step: Step) -> Tree:
    """The certificate that a step showed, {} where it showed none."""
    return step.body if step.did(*BUNDLES) and "id" in step.body else {}


def operation(step: Step) -> Tree:
    """The operation (pending object) that a step showed, {} where it showed none."""
    return step.body if step.did(*OPERATIONS) and "status" in step.body else {}


def policy(step: Step) -> Tree:
    """The policy that a step showed, alone or in a bundle, {} where it showed none."""
    return step.body if step.did(Kind.POLICY, Kind.PATCH_POLICY) else tree(bundle(step).get("policy"))


def is_issued(step: Step) -> bool:
    """Whether a step showed a version that has been issued: with a key, not a placeholder (J-12)."""
    return "kid" in bundle(step)


def items(step: Step) -> list[Tree]:
    """The items of a list answer."""
    return trees(step.body.get("value")) if step.did(*LISTS) else []


def is_complete(step: Step) -> bool:
    """Whether a list answer is the only page."""
    paged = {"maxresults", "$skiptoken"} & {key.lower() for key in step.exchange.request.query}
    return step.did(*LISTS) and "value" in step.body and not paged and step.body.get("nextLink") is None


# What the session has shown before a place.


def operation_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the operation that this name has now, newest first, its create the last of them."""
    looks: list[Step] = []
    for step in story.before(place):
        if step.did(Kind.IMPORT, Kind.DROP, Kind.RESTORE):
            break
        if operation(step):
            looks.append(step)
        if step.did(Kind.CREATE):
            break
    return looks


def operation_after(story: Story, place: int) -> list[Step]:
    """The later looks at the operation shown here."""
    looks: list[Step] = []
    for step in story.after(place):
        if step.did(Kind.CREATE, Kind.IMPORT, Kind.RESTORE):
            break
        if operation(step):
            looks.append(step)
    return looks


def former_operation(story: Story, place: int) -> list[Step]:
    """At a create: the looks at the operation that the name had before, newest first."""
    return operation_before(story, place) if story.steps[place].kind is Kind.CREATE else []


def versions_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the very version that is shown here, newest first."""
    here = bundle(story.steps[place]).get("id")
    return [step for step in story.before(place) if here and bundle(step).get("id") == here]


def is_untouched(story: Story, since: Step, place: int) -> bool:
    """Whether attributes and tags cannot have changed: no update and no restore in between, nor here."""
    between = story.steps[since.place + 1 : place + 1]
    return not any(
        step.did(Kind.PATCH, Kind.PATCH_VERSION, Kind.RESTORE) and step.name == since.name for step in between
    )


def life(story: Story, place: int, name: str) -> Iterator[Step]:
    """The earlier steps on a name since it was last deleted, purged, recovered or restored, newest first."""
    for step in story.earlier(place, name):
        if step.did(*PASSAGES):
            return
        yield step


def is_alive(story: Story, place: int, name: str) -> bool:
    """Whether the session has shown a certificate of this name living, and no deletion since."""
    return any(step.did(*LIFE) for step in life(story, place, name))


def last_passage(story: Story, place: int, name: str) -> Kind | None:
    """The last of delete, purge, recover, restore, create, import that succeeded on a name; None where none did."""
    decisive = (*PASSAGES, Kind.CREATE, Kind.IMPORT)
    return next((step.kind for step in story.earlier(place, name) if step.did(*decisive)), None)


def current(story: Story, place: int, name: str) -> Step | None:
    """The last look at the current version of a living name, where nothing can have replaced it since."""
    for step in life(story, place, name):
        if bundle(step) and step.kind in {Kind.GET, Kind.PATCH, Kind.IMPORT, Kind.MERGE}:
            return step
        if step.did(Kind.CREATE, Kind.PATCH_VERSION):
            return None
    return None


def is_recorded(story: Story, place: int, name: str) -> bool:
    """Whether the session has shown the finished deletion of a name that is still deleted."""
    for step in reversed(story.steps[:place]):
        if step.did(Kind.LIST_DELETED) and any(last_segment(text(item, "id")) == name for item in items(step)):
            return True
        if step.name == name and step.did(Kind.GET_DELETED):
            return True
        if step.name == name and step.did(*PASSAGES):
            return False
    return False


def maker(story: Story, place: int) -> Step | None:
    """The create, import or merge that made the issued version shown by name; None where the session leaves it open."""
    here, completed = story.steps[place], False
    if not is_issued(here) or here.kind in {Kind.GET_VERSION, Kind.PATCH_VERSION, Kind.RESTORE}:
        return None
    if here.kind in {Kind.IMPORT, Kind.MERGE}:
        return here
    for step in story.before(place):
        if step.did(Kind.IMPORT, Kind.MERGE):
            return step
        if step.did(Kind.RESTORE):
            return None
        if step.did(Kind.CREATE):
            return step if completed else None
        completed = completed or operation(step).get("status") == "completed"
    return None


def sets_policy(step: Step) -> bool:
    """Whether a step changed the policy of its name."""
    updated = step.did(Kind.PATCH) and "policy" in step.asked
    return step.did(Kind.IMPORT, Kind.PATCH_POLICY, Kind.RESTORE) or updated or _creates_with_policy(step)


def _creates_with_policy(step: Step) -> bool:
    return step.did(Kind.CREATE) and "policy" in step.asked


def policies_before(story: Story, place: int) -> list[Step]:
    """The earlier looks at the policy that is in force here, newest first; the requester's own change is left out."""
    looks: list[Step] = []
    for step in story.before(place):
        if policy(step):
            looks.append(step)
        if sets_policy(step):
            break
    return looks


def policy_before_setting(story: Story, place: int) -> Step | None:
    """The last look at the policy before the change that made it what it is here, within one life of the name."""
    here = story.steps[place]
    setter = here if sets_policy(here) else next((step for step in story.before(place) if sets_policy(step)), None)
    if setter is None:
        return None
    for step in story.before(setter.place):
        if policy(step) and not step.did(Kind.DELETE):
            return step
        if step.did(Kind.DELETE, Kind.PURGE):
            return None
    return None


def policy_is_known(story: Story, place: int) -> bool:
    """Whether the session fixes the policy shown here: it was seen before, or sent with a create (N-29, J-32, P-38)."""
    here = story.steps[place]
    if here.did(Kind.IMPORT):
        return False
    if here.did(Kind.RESTORE) and not is_backed_up_here(story, place):
        return False
    setter = next((step for step in story.before(place) if sets_policy(step)), None)
    return bool(policies_before(story, place)) or (setter is not None and _creates_with_policy(setter))


def is_backed_up_here(story: Story, place: int) -> bool:
    """Whether the blob restored here is one that the session has seen made, without doubt."""
    blob = story.steps[place].asked.get("value")
    made = [step.body.get("value") for step in story.before(place) if step.did(Kind.BACKUP)]
    return is_comparable(blob) and blob in made
