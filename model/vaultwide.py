"""What belongs to the vault and not to one certificate: lists, issuer objects, contacts.

Not here: certificates (names).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from certlife.model.asks import Ask
from certlife.model.findings import Attempt, Finding, constraint_finding, finding_of, misfit_text
from certlife.model.guards import Facts, Situation
from certlife.model.joint import Joint
from certlife.model.known import ABSENT, UNKNOWN, ContactsFacts, Doc, IssuerFacts, Known, around
from certlife.model.look import Look, taught_record
from certlife.model.moves import rows_for
from certlife.model.names import Context
from certlife.model.programs import examine
from certlife.model.rows import Constraint, Row
from certlife.model.settings import Settings
from certlife.model.tables import TABLES
from certlife.model.values import Answer
from certlife.model.vocabulary import (
    CertificateState,
    ContactsState,
    IssuerState,
    Machine,
    Operation,
    Profile,
    State,
    View,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """One explanation of something that the vault holds for itself: its state, and what is known of it."""

    state: State
    facts: IssuerFacts | ContactsFacts | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer leaves of such explanations."""

    left: tuple[Holding, ...]
    held: tuple[str, ...] = ()
    finding: Finding | None = None


NO_ISSUER: Final = (Holding(IssuerState.ABSENT),)
ISSUER_UNSEEN: Final = (*NO_ISSUER, Holding(IssuerState.PRESENT, IssuerFacts()))
NO_CONTACTS: Final = (Holding(ContactsState.UNSET),)
CONTACTS_UNSEEN: Final = (*NO_CONTACTS, Holding(ContactsState.SET, ContactsFacts()))


# --- lists


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        items: by lower-case name.
        after: names up to this one stand on earlier pages; empty on the first page.
        before: names after this one stand on later pages; None on the last page.
        token: the token of the next page; None on the last page.
    """

    items: Mapping[str, dict[str, Any]]
    after: str
    before: str | None
    held: tuple[str, ...] = ()
    token: str | None = None

    def spoken_of(self, known: Iterable[str]) -> list[str]:
        """The names that the page says something about: those on it, and those that would stand on it."""
        return [*self.items, *(name for name in known if name not in self.items and self._covers(name))]

    def _covers(self, name: str) -> bool:
        return name > self.after and (self.before is None or name < self.before)

    def answer_about(self, name: str) -> Answer:
        """What the page says about a name: its item, or nothing."""
        return Answer(200, self.items.get(name))


_NO_PAGE: Final = Page({}, "", None)
_EVERYWHERE_ELSE: Final = "\uffff"


def page_of(
    ask: Ask, answer: Answer, settings: Settings, pages: Mapping[str, str], context: Context
) -> tuple[Page, Finding | None]:
    """A list's answer as a page, or the finding that it is none.

    Args:
        pages: the last name of the pages seen before, by the token of the next one.
    """
    row = _LIST_ROWS[ask.operation]
    if row.reply is None or answer.status != 200:
        return _NO_PAGE, finding_of([Attempt(row, Joint(), None)])
    token = ask.query.get("$skiptoken")
    came_from = pages.get(token) if token is not None else None
    body: Mapping[str, Any] = answer.body if isinstance(answer.body, dict) else {}
    facts = Facts(context.at, settings)
    look = Look(View.LISTING, body, answer, Joint(), Known(), ask, facts, settings, page_after=came_from)
    misfit = examine(look, context.profile)
    if misfit is not None:
        return _NO_PAGE, finding_of([Attempt(row, Joint(), misfit)])
    listed: list[dict[str, Any]] = body["value"]
    items = {name: item for item in listed if (name := name_shown(item)) is not None}
    return _page(list(items), items, token, came_from, body.get("nextLink"), look.held), None


def _page(
    named: list[str],
    items: dict[str, dict[str, Any]],
    token: str | None,
    came_from: str | None,
    following: object,
    held: tuple[str, ...],
) -> Page:
    after = _first(named, token, came_from)
    if not isinstance(following, str):
        return Page(items, after, None, held)
    tokens = parse_qs(urlsplit(following).query).get("$skiptoken", [None])
    return Page(items, after, named[-1] if named else "", held, tokens[0])


def _first(named: list[str], token: str | None, came_from: str | None) -> str:
    """After which name a page begins."""
    if token is None:
        return ""
    if came_from is not None:
        return came_from
    return named[0] if named else _EVERYWHERE_ELSE


def name_shown(body: object) -> str | None:
    """The lower-case name in a body's identifier; None where it has none."""
    identifier = body.get("id") if isinstance(body, dict) else None
    if not isinstance(identifier, str):
        return None
    _, _, path = identifier.lower().partition("/certificates/")
    segments = path.split("/")
    if segments[0] == "issuers":
        return segments[1] if len(segments) > 1 else None
    return segments[0] or None


_LISTED_IN: Final = {
    Operation.LIST: (Machine.CERTIFICATE, CertificateState.ACTIVE),
    Operation.LIST_DELETED: (Machine.CERTIFICATE, CertificateState.DELETED),
    Operation.LIST_ISSUERS: (Machine.ISSUER, IssuerState.PRESENT),
}
_LIST_ROWS: Final = {
    operation: next(row for row in TABLES[machine] if row.trigger is operation and state in row.source)
    for operation, (machine, state) in _LISTED_IN.items()
}
"""The row that a list's very form is a matter of."""


# --- issuers


def explain_issuer(
    known: Sequence[Holding], name: str, ask: Ask, answer: Answer, context: Context
) -> Seen:
    """Hold an answer against the explanations of an issuer object."""
    asked = ask if name == ask.name else Ask(ask.operation, name, None, ask.request)
    return _explain(Machine.ISSUER, "issuer", known, asked, answer, context)


def explain_contacts(known: Sequence[Holding], ask: Ask, answer: Answer, context: Context) -> Seen:
    """Hold an answer against the explanations of the contacts."""
    return _explain(Machine.CONTACTS, "contacts", known, ask, answer, context)


def _explain(
    machine: Machine,
    record: str,
    holdings: Sequence[Holding],
    ask: Ask,
    answer: Answer,
    context: Context,
) -> Seen:
    left: dict[Holding, tuple[str, ...]] = {}
    failed: list[Attempt] = []
    for holding in holdings:
        situation = Situation(Joint(), Known(), Facts(context.at), ask)
        for row in rows_for(machine, holding.state, ask.operation, situation, context.profile):
            result = _looked_at(row, record, holding, ask, answer, context)
            if isinstance(result, Attempt):
                failed.append(result)
            else:
                left.setdefault(*result)
    if not left:
        return Seen(tuple(holdings), finding=finding_of(failed))
    return Seen(tuple(left), next(iter(left.values())))


def _looked_at(
    row: Row, record: str, holding: Holding, ask: Ask, answer: Answer, context: Context
) -> Attempt | tuple[Holding, tuple[str, ...]]:
    if not _accepts(row, answer, ask):
        return Attempt(row, Joint(), None)
    facts = Facts(context.at)
    after = _predicted(holding, ask, context)
    removes = ask.operation in (Operation.DELETE_ISSUER, Operation.DELETE_CONTACTS)
    body = answer.body if isinstance(answer.body, dict) else {}
    view = row.reply.shows if row.reply is not None else View.NOTHING
    look = Look(
        view, body, answer, Joint(), Known(), ask, facts, Settings(),
        records={record: holding.facts if removes else after},
    )  # fmt: skip
    misfit = examine(look, context.profile)
    if misfit is not None:
        return Attempt(row, Joint(), misfit)
    state = holding.state if row.target is None else row.target
    empty = state in (IssuerState.ABSENT, ContactsState.UNSET)
    return Holding(state, None if empty else taught_record(look, record)), (row.rule, *look.held)


def error_finding(constraint: Constraint, ask: Ask, answer: Answer, profile: Profile) -> Finding | None:
    """The finding that the refusal of a malformed request has not the form of an error; None where it has."""
    body = answer.body if isinstance(answer.body, dict) else {}
    look = Look(View.ERROR, body, answer, Joint(), Known(), ask, Facts(), Settings())
    misfit = examine(look, profile)
    if misfit is None:
        return None
    return Finding(misfit.rule.rule, misfit.rule.because, misfit_text(misfit), constraint_finding(constraint).allowed)


def _accepts(row: Row, answer: Answer, ask: Ask) -> bool:
    if row.reply is None:
        return False
    if ask.operation is Operation.LIST_ISSUERS:
        return (answer.body is not None) == (row.reply.shows is View.ISSUER_ITEM)
    return row.reply.accepts(answer)


def _predicted(holding: Holding, ask: Ask, context: Context) -> IssuerFacts | ContactsFacts | None:
    """What the vault holds after the request, before its answer is seen."""
    if ask.operation is Operation.SET_CONTACTS:
        contacts = ask.body.get("contacts")
        return ContactsFacts(Doc(_given(contacts)) if isinstance(contacts, list) else UNKNOWN)
    if ask.operation is Operation.SET_ISSUER:
        return _issuer_set(holding.facts, ask, context)
    if ask.operation is Operation.UPDATE_ISSUER and isinstance(holding.facts, IssuerFacts):
        return _issuer_updated(holding.facts, ask, context)
    return holding.facts


def _sent(ask: Ask, part: str, member: str) -> object:
    members = ask.body.get(part)
    value = members.get(member) if isinstance(members, dict) else None
    return ABSENT if value is None else Doc(_given(value)) if isinstance(value, dict | list) else value


def _given(value: Any) -> Any:
    """A JSON value without its null members, which say nothing (observed P-82)."""
    if isinstance(value, dict):
        return {key: _given(member) for key, member in value.items() if member is not None}
    return [_given(member) for member in value] if isinstance(value, list) else value


def _issuer_set(before: IssuerFacts | ContactsFacts | None, ask: Ask, context: Context) -> IssuerFacts:
    provider, enabled = ask.body.get("provider"), _sent(ask, "attributes", "enabled")
    return IssuerFacts(
        provider=provider if isinstance(provider, str) else UNKNOWN,
        account=_sent(ask, "credentials", "account_id"),
        organization=_sent(ask, "org_details", "id"),
        administrators=_sent(ask, "org_details", "admin_details"),
        enabled=enabled if isinstance(enabled, bool) else True,
        created=before.created if isinstance(before, IssuerFacts) else around(context.at),
        updated=around(context.at),
    )


def _issuer_updated(before: IssuerFacts, ask: Ask, context: Context) -> IssuerFacts:
    after = replace(before, updated=around(context.at))
    provider, enabled = ask.body.get("provider"), _sent(ask, "attributes", "enabled")
    if isinstance(provider, str):
        after = replace(after, provider=provider)
    if isinstance(enabled, bool):
        after = replace(after, enabled=enabled)
    if isinstance(ask.body.get("credentials"), dict):
        after = replace(after, account=_patched(ask, "credentials", "account_id"))
    if isinstance(ask.body.get("org_details"), dict):
        organization = _patched(ask, "org_details", "id")
        administrators = _patched(ask, "org_details", "admin_details")
        after = replace(after, organization=organization, administrators=administrators)
    return after


def _patched(ask: Ask, part: str, member: str) -> object:
    """What a patch makes of a member of a part that it names: the new value, or nobody knows."""
    sent = _sent(ask, part, member)
    return UNKNOWN if sent is ABSENT else sent
