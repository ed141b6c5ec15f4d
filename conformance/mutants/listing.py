"""Mutants that list wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living
from certlife.adapters.memory.errors import RefusedError, not_found
from certlife.adapters.memory.state import Call, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import (
    asking_for,
    items_of,
    items_with,
    items_without,
    listing,
    showing_also,
)
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.GET, rules="SHOW-020")
def current_version_is_the_one_that_lasts_longest(original: Handler, state: State, call: Call) -> Answer:
    """Without a version the one with the latest exp is shown, not the newest."""
    record = living(state, call)
    if call.version or not record.versions:
        return original(state, call)
    longest = max(record.versions, key=lambda version: version.exp)
    return shown.ok(shown.bundle(state, call, record, longest))


@answering(Operation.GET, rules="SHOW-020")
def current_version_is_the_first_listed(original: Handler, state: State, call: Call) -> Answer:
    """Without a version the first in the list of versions is shown, not the newest."""
    record = living(state, call)
    if call.version or not record.versions:
        return original(state, call)
    return shown.ok(shown.bundle(state, call, record, min(record.versions, key=lambda version: version.id)))


@answering(Operation.GET, rules="SHOW-020")
def current_version_is_the_newest_that_is_enabled(original: Handler, state: State, call: Call) -> Answer:
    """Without a version the newest enabled one is shown."""
    record = living(state, call)
    enabled = [version for version in record.versions if version.enabled]
    if call.version or not enabled:
        return original(state, call)
    return shown.ok(shown.bundle(state, call, record, enabled[-1]))


@answering(Operation.LIST_VERSIONS, rules="RELA-23")
def versions_are_listed_by_time(original: Handler, state: State, call: Call) -> Answer:
    """Versions are listed from the newest to the oldest instead of by their identifiers."""
    answer = original(state, call)
    return listing(answer, sorted(items_of(answer), key=lambda item: -int(item["attributes"]["created"])))


@answering(Operation.LIST, rules="RELA-23")
def certificates_are_listed_by_time(original: Handler, state: State, call: Call) -> Answer:
    """Certificates are listed from the newest to the oldest instead of by name."""
    answer = original(state, call)
    return listing(answer, sorted(items_of(answer), key=lambda item: -int(item["attributes"]["created"])))


@answering(Operation.LIST_VERSIONS, rules="RELA-27")
def current_version_is_not_listed(original: Handler, state: State, call: Call) -> Answer:
    """The list of versions leaves out the current one."""
    answer, record = original(state, call), find(state, call.name)
    last = record.versions[-1].id if record is not None and record.versions else None
    return listing(answer, [item for item in items_of(answer) if not str(item["id"]).endswith(f"/{last}")])


@answering(Operation.LIST_VERSIONS, rules="RELA-27")
def old_versions_are_not_listed(original: Handler, state: State, call: Call) -> Answer:
    """The list of versions holds the current one alone."""
    answer, record = original(state, call), find(state, call.name)
    last = record.versions[-1].id if record is not None and record.versions else None
    return listing(answer, [item for item in items_of(answer) if str(item["id"]).endswith(f"/{last}")])


@answering(Operation.LIST_VERSIONS, rules="RELA-27 RELA-28")
def placeholder_is_listed_as_a_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was not issued yet is listed with a version."""
    answer, record = original(state, call), find(state, call.name)
    if record is None or record.stage is not Stage.LIVE or record.versions:
        return answer
    return listing(answer, [shown.item(state, call, record, record.current, versioned=True)])


@answering(Operation.LIST_VERSIONS, rules="RELA-24 RELA-27 SHOW-061")
def versions_are_listed_without_their_identifiers(original: Handler, state: State, call: Call) -> Answer:
    """The items of a list of versions carry the certificate's identifier."""
    return items_with(original(state, call), id=f"{call.vault}/certificates/{call.name}")


@answering(Operation.LIST_VERSIONS, rules="SHOW-040 SHOW-041 SHOW-042 SHOW-044")
def versions_are_listed_with_the_current_attributes(original: Handler, state: State, call: Call) -> Answer:
    """The items of a list of versions all carry the attributes of the current one."""
    answer, record = original(state, call), find(state, call.name)
    if record is None:
        return answer
    return items_with(answer, attributes=shown.attributes(state, call, record.current, recovery=False))


@answering(Operation.LIST_VERSIONS, rules="CERT-52")
def unknown_name_has_no_list_of_versions(original: Handler, state: State, call: Call) -> Answer:
    """The versions of a name that nobody has used are answered with 404."""
    if find(state, call.name) is None:
        raise not_found("certificate", call.name)
    return original(state, call)


@answering(Operation.LIST, rules="CERT-46")
def stubs_are_listed_unasked(original: Handler, state: State, call: Call) -> Answer:
    """Certificates that were not issued yet are listed although the caller did not ask for them."""
    return original(state, asking_for(call, includePending="true"))


@answering(Operation.LIST, rules="CERT-45")
def stubs_are_never_listed(original: Handler, state: State, call: Call) -> Answer:
    """Certificates that were not issued yet are not listed although the caller asks for them."""
    return original(state, asking_for(call, includePending="false"))


@answering(Operation.LIST, rules="CERT-47")
def disabled_certificates_are_not_listed(original: Handler, state: State, call: Call) -> Answer:
    """A disabled certificate is left out of the list."""
    answer = original(state, call)
    return listing(answer, [item for item in items_of(answer) if item["attributes"]["enabled"]])


@answering(Operation.LIST, rules="CERT-47")
def expired_certificates_are_not_listed(original: Handler, state: State, call: Call) -> Answer:
    """An expired certificate is left out of the list."""
    answer = original(state, call)
    return listing(answer, [item for item in items_of(answer) if item["attributes"]["exp"] > call.now])


@answering(Operation.LIST, rules="RELA-24")
def every_version_is_listed_as_a_certificate(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is listed once for each of its versions."""
    answer = original(state, call)
    return listing(answer, [item for item in items_of(answer) for _ in _versions(state, item)])


@answering(Operation.LIST, rules="SHOW-040 SHOW-041 SHOW-044 SHOW-062")
def certificates_are_listed_with_their_first_version(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list show the first version of a certificate instead of the current one."""
    answer = original(state, call)
    first = {record.name: record.versions[0] for record in state.records.values() if record.versions}
    items = [
        {**item, "attributes": shown.attributes(state, call, first[name], recovery=False)} if name in first else item
        for item in items_of(answer)
        for name in [str(item["id"]).rpartition("/")[2]]
    ]
    return listing(answer, items)


@answering(Operation.LIST, rules="SHOW-060")
def certificates_are_listed_with_a_version(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list carry the identifier of the current version."""
    answer = original(state, call)
    items = [{**item, "id": f"{item['id']}/{_versions(state, item)[-1]}"} for item in items_of(answer)]
    return listing(answer, items)


@answering(Operation.LIST, rules="SHOW-065")
def certificates_are_listed_with_their_policy(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list carry the policy."""
    answer = original(state, call)
    items = [{**item, "policy": {"id": f"{item['id']}/policy"}} for item in items_of(answer)]
    return listing(answer, items)


@answering(Operation.LIST, rules="SHOW-066")
def certificates_are_listed_with_their_content(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list carry the whole certificate."""
    return items_with(original(state, call), cer="AAAA")


@answering(Operation.LIST, rules="SHOW-067 SHOW-068")
def certificates_are_listed_with_key_and_secret(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list carry kid and sid."""
    answer = original(state, call)
    items = [
        {**item, **{name: str(item["id"]).replace("/certificates/", f"/{kind}/") for name, kind in _LINKED}}
        for item in items_of(answer)
    ]
    return listing(answer, items)


@answering(Operation.LIST, rules="SHOW-048 SHOW-049")
def certificates_are_listed_with_their_recovery_level(original: Handler, state: State, call: Call) -> Answer:
    """The attributes of the list's items carry the recoveryLevel."""
    answer, level = original(state, call), state.settings.recovery_level
    return listing(answer, [{**i, "attributes": {**i["attributes"], "recoveryLevel": level}} for i in items_of(answer)])


@answering(Operation.LIST, Operation.LIST_VERSIONS, rules="SHOW-040 SHOW-041 SHOW-042 SHOW-043 SHOW-044")
def items_lack_their_attributes(original: Handler, state: State, call: Call) -> Answer:
    """The items of lists have no attributes."""
    return items_without(original(state, call), "attributes")


@answering(Operation.LIST, Operation.LIST_VERSIONS, rules="SHOW-062")
def items_lack_their_thumbprint(original: Handler, state: State, call: Call) -> Answer:
    """The items of lists have no x5t."""
    return items_without(original(state, call), "x5t")


@answering(Operation.LIST, Operation.LIST_VERSIONS, rules="SHOW-064")
def items_lack_their_tags(original: Handler, state: State, call: Call) -> Answer:
    """The items of lists have no tags."""
    return items_without(original(state, call), "tags")


@answering(Operation.LIST_DELETED, rules="SHOW-050 SHOW-051 SHOW-052")
def deleted_certificates_are_listed_as_living_ones(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list of the deleted say nothing about the deletion."""
    return items_without(original(state, call), "recoveryId", "deletedDate", "scheduledPurgeDate")


@answering(Operation.LIST_DELETED, rules="CERT-108 CERT-127")
def list_of_the_deleted_is_empty(original: Handler, state: State, call: Call) -> Answer:
    """The list of the deleted is empty."""
    return listing(original(state, call), [])


@answering(Operation.LIST, rules="SHOW-151")
def list_is_a_dictionary(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list come as an object by name."""
    answer = original(state, call)
    return showing_also(answer, value={str(item["id"]): item for item in items_of(answer)})


@answering(Operation.LIST, rules="CERT-47")
def empty_list_is_no_content(original: Handler, state: State, call: Call) -> Answer:
    """A list without items is answered with 204."""
    answer = original(state, call)
    return answer if items_of(answer) else Answer(204)


@answering(Operation.LIST, rules="CERT-50")
def foreign_names_are_listed(original: Handler, state: State, call: Call) -> Answer:
    """The list holds a certificate that is none."""
    answer = original(state, call)
    try:
        living(state, replace(call, name="a0"))
    except RefusedError:
        item = {"id": f"{call.vault}/certificates/a0", "attributes": {"enabled": True}, "subject": ""}
        return listing(answer, [item, *items_of(answer)])
    return answer


_LINKED = (("kid", "keys"), ("sid", "secrets"))


def _versions(state: State, item: dict[str, object]) -> list[str]:
    record = find(state, str(item["id"]).rpartition("/")[2])
    return [] if record is None else [version.id for version in record.versions or [record.current]]
