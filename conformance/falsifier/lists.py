"""The changes the falsifier makes to one answer that is a list: of certificates, versions, issuers, contacts.

Not here: where a change may be made (guards), changes of a single object (changes).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from certlife.conformance.falsifier.changes import Change, here, told
from certlife.conformance.falsifier.steps import Tree, last_segment, member, text, trees
from certlife.conformance.falsifier.story import Story, items
from certlife.conformance.falsifier.values import GONE, Make, grafted

if TYPE_CHECKING:
    from certlife.model.values import Answer, Json

Fits: TypeAlias = Callable[[Story, int, Tree], bool]


def item(path: str, make: Make, where: Fits) -> Change:
    """A member of the first item that fits replaced by what is made of it."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        for index, shown in enumerate(items(step)):
            if member(shown, path) is not None and where(story, place, shown):
                found = member(shown, path)
                return told(answer, grafted(step.body, f"value.{index}.{path}", make(found)))
        return None

    return change


def item_without(path: str, where: Fits) -> Change:
    """The first item that fits lacks a member."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        for index, shown in enumerate(items(step)):
            if member(shown, path) is not None and where(story, place, shown):
                return told(answer, grafted(step.body, f"value.{index}.{path}", GONE))
        return None

    return change


def item_with(path: str, value: Json) -> Change:
    """The first item has a member that does not belong there."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        shown = items(step)[:1]
        if not shown or member(shown[0], path) is not None:
            return None
        return told(answer, grafted(step.body, f"value.0.{path}", value))

    return change


def lacks(where: Fits) -> Change:
    """The first item that fits is missing from the list."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        for index, shown in enumerate(items(step)):
            if where(story, place, shown):
                return told(answer, grafted(step.body, f"value.{index}", GONE))
        return None

    return change


def shows(extra: Callable[[Story, int], Tree | None]) -> Change:
    """An item that must not be there, at its place in the order of names."""

    def change(story: Story, place: int) -> Answer | None:
        step, answer = here(story, place)
        new = extra(story, place)
        if new is None:
            return None
        value: list[Json] = [*items(step), new]
        value.sort(key=lambda shown: last_segment(text(shown, "id")))
        return told(answer, grafted(step.body, "value", value))

    return change


def first_twice(story: Story, place: int) -> Answer | None:
    """The first item stands there twice."""
    step, answer = here(story, place)
    shown: list[Json] = [*items(step)]
    return told(answer, grafted(step.body, "value", [shown[0], *shown])) if shown else None


def first_two_swapped(story: Story, place: int) -> Answer | None:
    """The first two items have changed places."""
    step, answer = here(story, place)
    shown: list[Json] = [*items(step)]
    if len(shown) < 2:
        return None
    return told(answer, grafted(step.body, "value", [shown[1], shown[0], *shown[2:]]))


def overfull(story: Story, place: int) -> Answer | None:
    """A page of `maxresults` items has one more."""
    step, answer = here(story, place)
    shown = items(step)
    limit = step.exchange.request.query.get("maxresults", "")
    if not shown or str(len(shown)) != limit:
        return None
    more: list[Json] = [*shown, {**shown[-1], "id": f"{text(shown[-1], 'id')}a"}]
    return told(answer, grafted(step.body, "value", more))


def page_repeats(story: Story, place: int) -> Answer | None:
    """A page begins with the item that the page before it ended with."""
    step, answer = here(story, place)
    token = step.exchange.request.query.get("$skiptoken", "")
    for former in story.steps[:place]:
        follows = token and token in text(former.body, "nextLink")
        if follows and items(former) and items(step):
            return told(answer, grafted(step.body, "value.0", items(former)[-1]))
    return None


# Changes of contacts.


def contacts_reordered(story: Story, place: int) -> Answer | None:
    """The contacts in the reverse order."""
    step, answer = here(story, place)
    shown: list[Json] = [*trees(step.body.get("contacts"))]
    return told(answer, grafted(step.body, "contacts", shown[::-1]))


def contact_changed(story: Story, place: int) -> Answer | None:
    """The first contact has another address."""
    step, answer = here(story, place)
    email = text({"first": (trees(step.body.get("contacts")) or [{}])[0]}, "first.email")
    return told(answer, grafted(step.body, "contacts.0.email", f"x{email}")) if email else None
