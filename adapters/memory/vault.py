"""The in-memory vault: it lets happen what is due, finds out what is asked, and answers.

Written from the documents and the recordings alone; nothing of the model but its words and values is known here.
Not here: the operations themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from certlife.adapters.certificates import LocalCA
from certlife.adapters.clock import Clock
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory import (
    backup,
    contacts,
    creation,
    current,
    deletion,
    importing,
    issuers,
    linked,
    lists,
    merging,
    operations,
    parts,
)
from certlife.adapters.memory.dice import Dice
from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.errors import RefusedError, bad_parameter
from certlife.adapters.memory.levers import Levers
from certlife.adapters.memory.routes import PartOperation, route
from certlife.adapters.memory.state import API_VERSIONS, Call, Settings, State
from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import Operation

Handler: TypeAlias = Callable[[State, Call], Answer]
"""Answers the requests of one operation."""
_ANSWERS: Final[dict[Operation | PartOperation, Handler]] = {
    Operation.LIST: lists.certificates,
    Operation.DELETE: deletion.delete,
    Operation.SET_CONTACTS: contacts.set_contacts,
    Operation.GET_CONTACTS: contacts.get_contacts,
    Operation.DELETE_CONTACTS: contacts.delete_contacts,
    Operation.LIST_ISSUERS: lists.issuers,
    Operation.SET_ISSUER: issuers.set_issuer,
    Operation.UPDATE_ISSUER: issuers.update_issuer,
    Operation.GET_ISSUER: issuers.get_issuer,
    Operation.DELETE_ISSUER: issuers.delete_issuer,
    Operation.CREATE: creation.create,
    Operation.IMPORT: importing.import_certificate,
    Operation.LIST_VERSIONS: lists.versions,
    Operation.GET_POLICY: current.get_policy,
    Operation.UPDATE_POLICY: current.update_policy,
    Operation.UPDATE: current.update,
    Operation.GET: current.get,
    Operation.CANCEL: operations.cancel,
    Operation.POLL: operations.poll,
    Operation.DELETE_OPERATION: operations.delete_operation,
    Operation.MERGE: merging.merge,
    Operation.BACKUP: backup.backup,
    Operation.RESTORE: backup.restore,
    Operation.LIST_DELETED: lists.deleted_certificates,
    Operation.GET_DELETED: deletion.get_deleted,
    Operation.PURGE: deletion.purge,
    Operation.RECOVER: deletion.recover,
    Operation.GET_KEY: parts.get(parts.KEYS, linked.get_key),
    Operation.GET_SECRET: parts.get(parts.SECRETS, linked.get_secret),
    PartOperation.LIST_KEYS: parts.listed(parts.KEYS),
    PartOperation.LIST_KEY_VERSIONS: parts.versions(parts.KEYS),
    PartOperation.CREATE_KEY: parts.create_key,
    PartOperation.UPDATE_KEY: parts.update(parts.KEYS),
    PartOperation.DELETE_KEY: parts.delete(parts.KEYS),
    PartOperation.LIST_SECRETS: parts.listed(parts.SECRETS),
    PartOperation.LIST_SECRET_VERSIONS: parts.versions(parts.SECRETS),
    PartOperation.SET_SECRET: parts.set_secret,
    PartOperation.UPDATE_SECRET: parts.update(parts.SECRETS),
    PartOperation.DELETE_SECRET: parts.delete(parts.SECRETS),
}


class MemoryVault:
    """A vault in memory; the same seed, clock and requests give the same answers, but for the salts of PFX files.

    Args:
        seed: decides keys, identifiers, serial numbers, and how long issuers take where nobody settled it.
        settings: soft delete, retention, purge protection.
        start: the clock at the beginning, whole seconds since 1970.
        api_version: for requests that do not name one.
        address: scheme and host in identifiers; None means those that each request was sent to.
        state: what a vault held that is to go on; seed, settings and start are those of its beginning then.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        settings: Settings | None = None,
        start: int = 1_700_000_000,
        api_version: str = "7.4",
        address: str | None = None,
        state: State | None = None,
    ) -> None:
        self._address, self._api = address, api_version
        self._answers = dict(_ANSWERS)
        self._state = state or State(
            settings=settings or Settings(),
            clock=Clock(start),
            address=address or Request("GET", "/").vault,
            dice=Dice(seed),
            keys=KeyMaker(seed),
            ca=LocalCA(seed),
        )
        self._levers = Levers(self._state)

    @property
    def controls(self) -> Levers:
        """The levers."""
        return self._levers

    @property
    def state(self) -> State:
        """What it holds, for whoever keeps it."""
        return self._state

    @property
    def changes(self) -> int:
        """How often something may have changed; see `State`."""
        return self._state.changes

    @property
    def due(self) -> float:
        """When something will happen by itself next, on the vault's clock; infinite where nothing will."""
        return self._state.agenda.first

    @property
    def clock(self) -> Clock:
        """The clock that the vault goes by."""
        return self._state.clock

    def go_by(self, clock: Clock) -> None:
        """Go by another clock from now on.

        Raises: ValueError: it is behind; no vault goes back in time once it was asked something.
        """
        if self._state.changes and clock.now < self._state.clock.now:
            raise ValueError("the clock is behind the vault's own")
        self._state.touch()
        self._state.clock = clock

    def perform(self, request: Request) -> Answer:
        """Answer a request, after everything that has fallen due."""
        self._state.clock.tick()
        settle(self._state)
        try:
            operation, name, version = route(request.method, request.path)
            if request.method != "GET":
                self._state.touch(name)
            answer = self._answers[operation](self._state, self._call(request, name, version))
        except RefusedError as refused:
            answer = refused.answer()
        return replace(answer, body=_apart(answer.body))

    def close(self) -> None:
        """Do nothing; memory needs no farewell."""

    def _call(self, request: Request, name: str, version: str) -> Call:
        api = self._api if request.api_version is None else request.api_version
        if api not in API_VERSIONS:  # S-32
            raise bad_parameter(
                f"The specified version ({api}) is not recognized. Consider using the latest supported version "
                f"({API_VERSIONS[-2]})."
            )
        if self._address is None and self._state.address != request.vault:
            self._state.touch()
            self._state.address = request.vault
        own = replace(request, body=_apart(request.body))
        return Call(own, name, version, self._state.clock.now, api, self._address or request.vault)


def _apart(value: Json) -> Json:
    """Copy a body, so that nobody outside holds a piece of the vault."""
    if isinstance(value, dict):
        return {name: _apart(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_apart(one) for one in value]
    return value
