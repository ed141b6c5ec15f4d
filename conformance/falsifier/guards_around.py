"""Where the falsifier may change lists, issuers, contacts, and the managed key and secret: guards, as in guards.

Not here: guards about operations and names (guards), about a certificate and its policy (guards_shown).
"""

from __future__ import annotations

from certlife.conformance.falsifier.steps import (
    CONTACTS,
    ISSUERS,
    Kind,
    Step,
    Tree,
    last_segment,
    member,
    number,
    text,
    tree,
    trees,
)
from certlife.conformance.falsifier.story import (
    Story,
    bundle,
    current,
    is_alive,
    is_issued,
    is_recorded,
    is_untouched,
    last_passage,
    life,
    policy,
)

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
    kept: Tree = {key: seen[key] for key in ("x5t", "attributes", "tags") if key in seen}
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
        return next(
            (look for look in story.steps if bundle(look) and look.body.get("sid") == step.body.get("id")), None
        )
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
    shown = [
        text(policy(look), "secret_props.contentType")
        for look in story.steps
        if look.name == step.name and policy(look)
    ]
    return bool(shown) and set(shown) == {text(step.body, "contentType")}


def key_usage_is_known(story: Story, place: int) -> bool:
    """The policy of the key is shown, with its key usage, and it is always the same."""
    name = story.steps[place].name
    shown = [
        str(member(policy(look), "x509_props.key_usage")) for look in story.steps if look.name == name and policy(look)
    ]
    return len(set(shown)) == 1 and bool(trees([tree(story.steps[place].body.get("key"))]))
