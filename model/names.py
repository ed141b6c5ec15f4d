"""One name: its explanations held against one answer.

Not here: the vault as a whole (belief), lists, issuers and contacts (vaultwide).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from certlife.model.asks import Ask, kind_of
from certlife.model.constraints import RSA_SIZES
from certlife.model.errors import BeliefTooLarge
from certlife.model.findings import Attempt, Finding, finding_of
from certlife.model.guards import Facts, request_id_fits
from certlife.model.known import UNKNOWN, Doc, Known, Making, PendingFacts, PolicyFacts, VersionFacts
from certlife.model.look import Look, Misfit, policy_shown, settings_taught, taught
from certlife.model.moves import Hypothesis, answered, dated, drifted, next_moment, timed
from certlife.model.programs import examine
from certlife.model.rows import Row
from certlife.model.settings import Settings
from certlife.model.values import Answer
from certlife.model.vocabulary import (
    CertificateState,
    IssuerKind,
    Operation,
    OperationState,
    Profile,
    VersionState,
    View,
)
from certlife.model.x509 import NO_READER, Reader, SecretFacts

LARGEST_BELIEF: Final = 4096
"""How many explanations of one name are followed; more is an error, never a truncated set."""

_ITEMS: Final = (View.ITEM, View.DELETED_ITEM)
_POLICIES: Final = (View.BUNDLE, View.DELETED_BUNDLE, View.POLICY)
_OF_VERSIONS: Final = (
    View.BUNDLE, View.VERSION, View.UPDATED_VERSION, View.DELETED_BUNDLE, *_ITEMS, View.KEY, View.SECRET,
)  # fmt: skip
_BODILESS: Final = (View.UNLISTED, View.NOTHING)
_BY_VERSION: Final = {Operation.GET, Operation.UPDATE, Operation.GET_KEY, Operation.GET_SECRET}
_BRANCHING: Final = {Operation.DELETE, Operation.PURGE, Operation.RECOVER}
"""The operations whose rows ask for the vault's settings: where those are not known, each is tried."""
_PART: Final = {Operation.GET: View.VERSION, Operation.UPDATE: View.UPDATED_VERSION}


class Context(NamedTuple):
    """What stays the same while an answer is held against many explanations.

    Attributes:
        at: the vault's clock at this answer, seconds since 1970; None where it is not known.
        clock: the latest moment that the vault has named, this one included.
        start: the first one.
    """

    profile: Profile
    reader: Reader
    at: int | None
    clock: int | None = None
    start: int | None = None


class Outcome(NamedTuple):
    """What an answer leaves of a name's explanations."""

    left: tuple[Hypothesis, ...]
    settings: Settings
    held: tuple[str, ...] = ()
    finding: Finding | None = None
    size: int = 0


class Accepted(NamedTuple):
    """An explanation that an answer leaves."""

    hypothesis: Hypothesis
    settings: Settings
    held: tuple[str, ...]


def settle(hypotheses: Sequence[Hypothesis], facts: Facts, profile: Profile) -> tuple[Hypothesis, ...]:
    """Add every state that the service may have reached on its own since the last answer.

    Args:
        facts: the clock and the vault's settings.
    Returns: a superset of `hypotheses`; settling it again changes nothing.
    Raises: BeliefTooLarge: there are too many.
    Source: the drift rows of the tables.
    """
    if len(hypotheses) == 1 and (facts.at is None or facts.at < next_moment(hypotheses[0])):
        closure = _closure(hypotheses[0], facts, profile)
        if facts.at is None or all(facts.at < next_moment(later) for later in closure):
            return closure
    found: dict[Hypothesis, None] = {}
    for hypothesis in hypotheses:
        found.update(dict.fromkeys(_closure(timed(hypothesis, facts, profile), facts, profile)))
    if facts.at is not None:
        _add_timely(found, facts, profile)
    if len(found) > LARGEST_BELIEF:
        raise BeliefTooLarge("a name", len(found), LARGEST_BELIEF)
    return tuple(found)


def _closure(hypothesis: Hypothesis, facts: Facts, profile: Profile) -> tuple[Hypothesis, ...]:
    """The hypothesis with all that may come of it at any time."""
    key = (profile, facts.settings.soft_delete)
    later: tuple[Hypothesis, ...] | None = hypothesis.memo.get(key)
    if later is None:
        found: dict[Hypothesis, None] = {}
        queue = [hypothesis]
        while queue:
            for _, after in drifted(queue.pop(), facts, profile, timely=False):
                if after not in found and after != hypothesis:
                    found[after] = None
                    queue.append(after)
        hypothesis.memo[key] = later = tuple(found)
    return (hypothesis, *later)


def _add_timely(found: dict[Hypothesis, None], facts: Facts, profile: Profile) -> None:
    """Add what may have come because its moment has come."""
    queue = [hypothesis for hypothesis in found if facts.at is not None and facts.at >= next_moment(hypothesis)]
    while queue:
        for _, after in drifted(queue.pop(), facts, profile, timely=True):
            for later in _closure(timed(after, facts, profile), facts, profile):
                if later not in found:
                    found[later] = None
                    queue.append(later)


def explain(
    hypotheses: Sequence[Hypothesis],
    ask: Ask,
    answer: Answer,
    settings: Settings,
    context: Context,
    *,
    name: str | None = None,
    backups: Sequence[Hypothesis] = (),
    issuer_there: bool | None = True,
    name_held: bool | None = False,
) -> Outcome:
    """Hold an answer against the explanations of a name.

    Args:
        name: whose explanations they are, where the request does not say (a list, a restore).
        backups: what was known of the name when the blob that is restored was made.
    Returns: the explanations that are left, or the finding.
    """
    asked = ask if name is None or name == ask.name else Ask(ask.operation, name, ask.version, ask.request)
    accepted: list[Accepted] = []
    failed: list[Attempt] = []
    size = 0
    for facts in circumstances(ask, settings, context.at, backups, issuer_there=issuer_there, name_held=name_held):
        settled = settle(hypotheses, facts, context.profile)
        size = max(size, len(settled))
        for hypothesis in settled:
            for result in _results(hypothesis, asked, answer, facts, context):
                if isinstance(result, Accepted):
                    accepted.append(result)
                else:
                    failed.append(result)
    if not accepted:
        return Outcome(tuple(hypotheses), settings, finding=finding_of(failed), size=size)
    if len(accepted) == 1:
        left, held = _arrived(accepted[0].hypothesis, accepted[0].held, accepted[0].hypothesis.trail)
        return Outcome((left,), accepted[0].settings, held, size=size)
    return _narrowed(settings, accepted, size)


def circumstances(
    ask: Ask,
    settings: Settings,
    at: int | None,
    backups: Sequence[Hypothesis] = (),
    *,
    issuer_there: bool | None = True,
    name_held: bool | None = False,
) -> Iterator[Facts]:
    """What may be the case outside of the name: the vault's settings, and which backup is restored."""
    for candidate in settings.candidates() if ask.operation in _BRANCHING else (settings,):
        for backup in backups or (None,):
            facts = Facts(at, candidate, issuer_there, name_held)
            if backup is not None:
                facts.backup, facts.backup_versions = backup.known, backup.joint.versions
            yield facts


def _narrowed(settings: Settings, accepted: Sequence[Accepted], size: int) -> Outcome:
    """What several explanations leave; of the rows only those are held that were taken for certain."""
    rows: dict[frozenset[str], set[str]] = {}
    for result in accepted:
        rows.setdefault(result.hypothesis.trail, set()).add(result.held[0])
    certain = set.intersection(*rows.values())
    held = (*sorted(certain), *accepted[0].held[1:])
    left = tuple(dict.fromkeys(result.hypothesis for result in accepted))
    if len(left) == 1:
        only, held = _arrived(left[0], held, frozenset.intersection(*rows))
        left = (only,)
    elif len(rows) > 1 and not certain:
        left = tuple(dict.fromkeys(_with_trail(result.hypothesis, result.held[0]) for result in accepted))
    return Outcome(left, _agreed(settings, accepted), held, size=size)


def _with_trail(hypothesis: Hypothesis, rule: str) -> Hypothesis:
    """The explanation, with a rule that it rests on and others do not."""
    if rule in hypothesis.trail:
        return hypothesis
    return Hypothesis(hypothesis.joint, hypothesis.known, hypothesis.trail | {rule})


def _arrived(hypothesis: Hypothesis, held: tuple[str, ...], trail: frozenset[str]) -> tuple[Hypothesis, tuple[str, ...]]:
    """The one explanation that is left, its way behind it, and the rules held with those of the way."""
    if not hypothesis.trail:
        return hypothesis, held
    return Hypothesis(hypothesis.joint, hypothesis.known), (*held, *sorted(trail.difference(held)))


def _agreed(before: Settings, accepted: Sequence[Accepted]) -> Settings:
    """What all that is left says of the vault's settings."""
    found = {result.settings for result in accepted}
    if len(found) == 1:
        return found.pop()

    def common(values: set[Any]) -> Any:
        return values.pop() if len(values) == 1 else None

    return Settings(
        before.soft_delete if before.soft_delete is not None else common({s.soft_delete for s in found}),
        before.purge_protected if before.purge_protected is not None else common({s.purge_protected for s in found}),
        before.retention_days if before.retention_days is not None else common({s.retention_days for s in found}),
        before.shows_level if before.shows_level is not None else common({s.shows_level for s in found}),
    )


def _results(
    hypothesis: Hypothesis, ask: Ask, answer: Answer, facts: Facts, context: Context
) -> Sequence[Accepted | Attempt]:
    """What comes of holding an answer against an explanation; the same look twice is not looked at twice.

    Nothing that is remembered leads back to the hypothesis that remembers it, so what is forgotten is freed at once.
    """
    if ask.operation not in _STEADY:
        return list(_held_against(hypothesis, ask, answer, facts, context))
    asked = (ask.version, ask.query.get("request_id"), ask.request.api_version, context.profile)
    last = hypothesis.memo.get(ask.operation)
    if last is not None and last[0] == asked and last[1] == answer and last[2] == facts.settings:
        return [Accepted(hypothesis, *result[1:]) if result[0] is None else result for result in last[3]]
    results = list(_held_against(hypothesis, ask, answer, facts, context))
    kept = [(None, *result[1:]) if result[0] is hypothesis else result for result in results]
    hypothesis.memo[ask.operation] = (asked, answer, facts.settings, kept)
    return results


_STEADY: Final = {Operation.GET, Operation.POLL, Operation.GET_POLICY, Operation.GET_KEY, Operation.GET_SECRET}
"""Reads of one thing: what comes of them depends on the explanation and the answer alone; GET_DELETED asks the clock too."""


def _held_against(
    hypothesis: Hypothesis, ask: Ask, answer: Answer, facts: Facts, context: Context
) -> Iterator[Accepted | Attempt]:
    for subject in _identified(hypothesis, ask, answer):
        for before, row, after in possible(subject, ask, facts, context):
            if not _accepts(row, answer, ask):
                yield Attempt(row, before.joint, None)
                continue
            yield from _looked_at(row, before, after, ask, answer, facts, context)


def possible(
    hypothesis: Hypothesis, ask: Ask, facts: Facts, context: Context
) -> Iterator[tuple[Hypothesis, Row, Hypothesis]]:
    """Every row that may answer a request, between the explanation that it starts from and the one it leads to."""
    if ask.operation is Operation.IMPORT:
        facts.file_fits = _file_fits(ask, facts, context.reader)
    if ask.operation is Operation.MERGE:
        facts.key_fits = _key_fits(hypothesis.known, ask, context.reader)
        if hypothesis.joint.issuer is None and hypothesis.joint.operation is not OperationState.NONE:
            for kind in IssuerKind:
                joint = replace(hypothesis.joint, issuer=kind)
                yield from possible(Hypothesis(joint, hypothesis.known, hypothesis.trail), ask, facts, context)
            return
    if ask.operation not in _OF_OPERATIONS:
        yield from _rows(hypothesis, ask, facts, context)
        return
    facts.request_id_fits = request_id_fits(hypothesis.known, ask)
    if facts.request_id_fits is not None:
        yield from _rows(hypothesis, ask, facts, context)
        return
    pending = replace(hypothesis.known.pending or PendingFacts(), request_id=ask.query["request_id"])
    asked_for = Hypothesis(hypothesis.joint, replace(hypothesis.known, pending=pending), hypothesis.trail)
    for subject, facts.request_id_fits in ((asked_for, True), (hypothesis, False)):
        yield from _rows(subject, ask, facts, context)


_OF_OPERATIONS: Final = (Operation.POLL, Operation.CANCEL, Operation.DELETE_OPERATION)


def _rows(
    hypothesis: Hypothesis, ask: Ask, facts: Facts, context: Context
) -> Iterator[tuple[Hypothesis, Row, Hypothesis]]:
    for row, after in answered(hypothesis, ask, facts, context.profile):
        yield hypothesis, row, after


def _identified(hypothesis: Hypothesis, ask: Ask, answer: Answer) -> Iterator[Hypothesis]:
    """The hypothesis, for an update with the version asked for as each of those of which no identifier was seen."""
    known = hypothesis.known
    ids = {version.id for version in (*known.versions, known.stub) if version is not None}
    named = ask.operation is Operation.UPDATE and ask.version is not None and answer.status < 400
    if not named or ask.version in ids or not known.versions:
        yield hypothesis
        return
    places = list(_places(hypothesis, answer.body, _OLDER))
    for subject, index in places:
        versions = list(subject.known.versions)
        versions[index] = replace(versions[index], id=ask.version or UNKNOWN)
        yield Hypothesis(subject.joint, replace(subject.known, versions=tuple(versions)), subject.trail)
    if not places:
        yield hypothesis


def _accepts(row: Row, answer: Answer, ask: Ask) -> bool:
    """Whether the answer is of the kind that the row replies with; in a list, an item is there or not."""
    if row.reply is None:
        return False
    if ask.operation in (Operation.LIST, Operation.LIST_DELETED):
        return (answer.body is not None) == (row.reply.shows in _ITEMS)
    return row.reply.accepts(answer)


def _looked_at(
    row: Row, before: Hypothesis, after: Hypothesis, ask: Ask, answer: Answer, facts: Facts, context: Context
) -> Iterator[Accepted | Attempt]:
    view = _view(row, ask)
    if view in _BODILESS:
        yield Accepted(after, facts.settings, (row.rule,))
        return
    former = _shows_what_was(ask, after)
    shown = before if former else after
    if view is View.VERSIONS:
        yield from _versions_looked_at(row, shown, ask, answer, facts, context)
        return
    subjects = tuple(_focused(shown, ask, answer, view))
    if not subjects:
        yield Attempt(row, before.joint, None)
    for subject, index in subjects:
        look = look_at(view, subject, index, ask, answer, facts, context)
        misfit = examine(look, context.profile)
        if misfit is not None:
            yield Attempt(row, before.joint, misfit)
            continue
        settings = settings_taught(look)
        lasting = after if former else _learned(subject, index, look, facts)
        yield Accepted(lasting, settings, (row.rule, *look.held))


def _view(row: Row, ask: Ask) -> View:
    if row.reply is None:
        return View.NOTHING
    view = row.reply.shows
    return _PART.get(ask.operation, view) if view is View.BUNDLE and ask.version is not None else view


def _shows_what_was(ask: Ask, after: Hypothesis) -> bool:
    """Whether the answer shows what the request has just taken away."""
    if ask.operation is Operation.DELETE_OPERATION:
        return True
    return ask.operation is Operation.DELETE and after.joint.certificate is CertificateState.ABSENT


def _focused(shown: Hypothesis, ask: Ask, answer: Answer, view: View) -> Iterator[tuple[Hypothesis, int | None]]:
    """Which version the body may be about: the hypothesis, with one put in where it must be one not seen before."""
    versions = shown.known.versions
    if view not in _OF_VERSIONS or not versions:
        yield shown, None
        return
    if ask.version is None or ask.operation not in _BY_VERSION:
        yield shown, len(versions) - 1
        return
    for index, version in enumerate(versions):
        if version.id == ask.version:
            yield shown, index
            return
    yield from _places(shown, answer.body, _OLDER)


_OLDER: Final = (VersionState.VALID, VersionState.VALID_DISABLED)


def _places(
    shown: Hypothesis, body: object, states: tuple[VersionState, ...], passed: int = 0
) -> Iterator[tuple[Hypothesis, int]]:
    """Where a version may stand that was not seen yet: the hypothesis, with one put in where it needs one, and the index.

    One that nobody knows of is one of a row of renewals, or older than all that is known.

    Args:
        states: in which one that is put in may be.
        passed: how many of the youngest versions it comes before.
    """
    versions = shown.known.versions
    youngest = len(versions) - passed
    for index in range(youngest, -1, -1):
        if not _in_order(versions, index, _age(body)):
            continue
        if index < youngest and versions[index].id is UNKNOWN:
            yield shown, index
        if index < len(versions) and versions[index].row:
            yield from ((_with_one_more(shown, index, _of_row(versions[index]), state), index) for state in states)
    if not shown.known.complete and versions[0].making is Making.PRIOR:
        yield from ((_with_one_more(shown, 0, VersionFacts(), state), 0) for state in states)


def _in_order(versions: tuple[VersionFacts, ...], index: int, age: int) -> bool:
    """Whether what is so old may stand there: what was made in the session came in its order."""
    ours = [(i, v.created) for i, v in enumerate(versions) if _of_session(v) and isinstance(v.created, int)]
    return not age or all(made <= -age if i < index else made >= -age for i, made in ours)


def _of_session(version: VersionFacts) -> bool:
    return version.row or version.making is not Making.PRIOR


def _of_row(version: VersionFacts) -> VersionFacts:
    """One of a row of renewals, of the last of which this is known."""
    if version.mixed:
        return VersionFacts(row=True, mixed=True)
    return VersionFacts(
        content_type=version.content_type, making=version.making, months=version.months, policy=version.policy, row=True
    )


def _with_one_more(hypothesis: Hypothesis, index: int, version: VersionFacts, state: VersionState) -> Hypothesis:
    states, versions = hypothesis.joint.versions, hypothesis.known.versions
    joint = replace(hypothesis.joint, versions=(*states[:index], state, *states[index:]))
    known = replace(hypothesis.known, versions=(*versions[:index], version, *versions[index:]))
    return Hypothesis(joint, known, hypothesis.trail)


def look_at(
    view: View, subject: Hypothesis, index: int | None, ask: Ask, answer: Answer, facts: Facts, context: Context
) -> Look:
    """The look at an answer's body, as one about the version at `index`, or about the placeholder."""
    body: Mapping[str, Any] = answer.body if isinstance(answer.body, dict) else {}
    known, joint = subject.known, subject.joint
    version = known.stub if index is None else known.versions[index]
    look = Look(
        view=view,
        body={"policy": body} if view is View.POLICY else body,
        answer=answer,
        joint=joint,
        known=known,
        ask=ask,
        facts=facts,
        settings=facts.settings,
        version=version,
        version_state=VersionState.NONE if index is None else joint.versions[index],
    )
    if context.reader is not NO_READER:
        _read(look, context.reader)
    return look


def _read(look: Look, reader: Reader) -> None:
    """Have the X.509 content of a look read, as far as it was not seen before."""
    cer, csr = look.body.get("cer"), look.body.get("csr")
    version, ask = look.version, look.ask
    if isinstance(cer, str) and version is not None and cer != version.cer:
        look.x509 = reader.certificate(cer)
        look.csr = reader.request(version.csr) if isinstance(version.csr, str) else None
    if look.view is View.OPERATION and isinstance(csr, str) and ask.operation is Operation.CREATE:
        look.csr = reader.request(csr)
        former = look.known.versions[-1].cer if look.known.versions else None
        look.former = reader.certificate(former) if isinstance(former, str) else None
    if look.view is View.SECRET and isinstance(look.body.get("value"), str):
        look.secret = reader.secret(look.body["value"])
        look.x509 = reader.certificate(version.cer) if version is not None and isinstance(version.cer, str) else None
    if look.view is View.KEY and version is not None and isinstance(version.cer, str):
        look.x509 = reader.certificate(version.cer)
    if ask.operation is Operation.IMPORT:
        look.secret = _file(ask, reader)


def _file(ask: Ask, reader: Reader) -> SecretFacts | None:
    value, password = ask.body.get("value"), ask.body.get("pwd")
    if not isinstance(value, str):
        return None
    return reader.secret(value, password if isinstance(password, str) else None)


def _file_fits(ask: Ask, facts: Facts, reader: Reader) -> bool | None:
    """Whether the file of an import is fit to be imported; None where that can not be told."""
    file = _file(ask, reader)
    if file is None or file.locked:
        return None
    if not file.certificates or file.private_key is None:
        return False
    leaves = [certificate for certificate in file.certificates if certificate.key == file.private_key]
    if not leaves or facts.at is None:
        return None
    leaf = leaves[0]
    if leaf.exp is not None and leaf.exp <= facts.at and not _is_pem(ask):
        return False  # of PEM no source says so: S-11
    known = leaf.key_type == "EC" or leaf.key_size in RSA_SIZES
    return True if known and leaf.exp is not None and leaf.exp > facts.at else None


def _is_pem(ask: Ask) -> bool:
    return "-----BEGIN" in str(ask.body.get("value"))


def _learned(subject: Hypothesis, index: int | None, look: Look, facts: Facts) -> Hypothesis:
    known = taught(look)
    if look.view in _POLICIES and known.policy is not None and isinstance(look.body.get("policy"), dict):
        policy = _seen(known.policy, look.body["policy"])
        known = known if policy is known.policy else replace(known, policy=policy)
    joint = subject.joint
    if index is not None and "version.nbf" in look.learned:
        joint = dated(Hypothesis(joint, known), index, facts)
    if "pending.issuer" in look.learned:
        joint = replace(joint, issuer=kind_of(look.learned["pending.issuer"]))
    return subject if known is subject.known and joint is subject.joint else Hypothesis(joint, known, subject.trail)


def _seen(policy: PolicyFacts, shown: Mapping[str, Any]) -> PolicyFacts:
    if isinstance(policy.shown, Doc) and policy.shown.value == shown:
        return policy
    return replace(policy, members=policy_shown(shown), seen=True, asked=frozenset(), shown=Doc(shown))


def _key_fits(known: Known, ask: Ask, reader: Reader) -> bool | None:
    """Whether some certificate of a merge has the key of the CSR; None where that can not be told."""
    chain = ask.body.get("x5c")
    csr = known.pending.csr if known.pending is not None else UNKNOWN
    request = reader.request(csr) if isinstance(csr, str) else None
    if request is None or not isinstance(chain, list) or not chain:
        return None
    certificates = [reader.certificate(link) for link in chain if isinstance(link, str)]
    if any(certificate is None for certificate in certificates):
        return None
    return any(certificate is not None and certificate.key == request.key for certificate in certificates)


# --- the versions of a name


def _versions_looked_at(
    row: Row, shown: Hypothesis, ask: Ask, answer: Answer, facts: Facts, context: Context
) -> Iterator[Accepted | Attempt]:
    look = look_at(View.VERSIONS, shown, None, ask, answer, facts, context)
    misfit = examine(look, context.profile)
    if misfit is not None:
        yield Attempt(row, shown.joint, misfit)
        return
    ways: dict[tuple[Hypothesis, int], tuple[str, ...]] = {(shown, 0): (row.rule, *look.held)}
    items = sorted((item for item in look.body["value"] if isinstance(item, dict)), key=_age)
    for item, following in zip_longest(items, items[1:]):
        older = following is not None and _age(item) < _age(following)
        failed = [Attempt(row, shown.joint, None)]
        further: dict[tuple[Hypothesis, int], tuple[str, ...]] = {}
        for (current, passed), held in ways.items():
            for result, place in _item_looked_at(row, current, passed, ask, item, facts, context):
                if isinstance(result, Attempt):
                    failed.append(result)
                else:
                    further.setdefault((result.hypothesis, place if older else passed), (*held, *result.held))
        if not further:
            yield from failed
            return
        ways = further
    whole = look.body.get("nextLink") is None and "$skiptoken" not in ask.query
    for (current, _), held in ways.items():
        if whole and any(version.id is UNKNOWN for version in current.known.versions):
            yield Attempt(row, shown.joint, None)
        else:
            yield Accepted(_with_all(current) if whole else current, facts.settings, held)


def _age(item: object) -> int:
    """By which the newest comes first; 0 where nothing tells how old it is."""
    attributes = item.get("attributes") if isinstance(item, dict) else None
    created = attributes.get("created") if isinstance(attributes, dict) else None
    return -created if isinstance(created, int) else 0


def _item_looked_at(
    row: Row, shown: Hypothesis, passed: int, ask: Ask, item: Mapping[str, Any], facts: Facts, context: Context
) -> Iterator[tuple[Accepted | Attempt, int]]:
    """What one item of a list may be, and how many of the youngest versions are no older than it then."""
    for subject, index in _listed_version(shown, passed, item):
        look = look_at(View.VERSION_ITEM, subject, index, ask, Answer(200, dict(item)), facts, context)
        misfit = examine(look, context.profile)
        if misfit is not None:
            yield Attempt(row, shown.joint, misfit), passed
        else:
            version = subject.known.versions[index]
            ordered = version.id is UNKNOWN or _of_session(version)
            place = len(subject.known.versions) - index if ordered else 0
            yield Accepted(_learned(subject, index, look, facts), facts.settings, look.held), max(place, passed)


def _listed_version(shown: Hypothesis, passed: int, item: Mapping[str, Any]) -> Iterator[tuple[Hypothesis, int]]:
    identifier = str(item.get("id", "")).lower().rpartition("/")[2]
    for index, version in enumerate(shown.known.versions):
        if version.id == identifier:
            yield shown, index
            return
    attributes = item.get("attributes")
    enabled = attributes.get("enabled") if isinstance(attributes, dict) else True
    yield from _places(shown, item, (VersionState.VALID if enabled else VersionState.VALID_DISABLED,), passed)


def _with_all(listed: Hypothesis) -> Hypothesis:
    """What is known once all versions were listed."""
    if listed.known.complete or not listed.known.versions:
        return listed
    versions = tuple(replace(version, row=False, mixed=False) for version in listed.known.versions)
    return Hypothesis(listed.joint, replace(listed.known, versions=versions, complete=True), listed.trail)


__all__ = ["Accepted", "Context", "Misfit", "Outcome", "circumstances", "explain", "look_at", "possible", "settle"]
