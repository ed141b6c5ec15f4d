"""`explain`: what an id stands for, in lines.

Not here: where the ids are kept (register), the command line (cli).
"""

from __future__ import annotations

from collections.abc import Iterator

from certlife.conformance.register import Constraint, Entry, Join, Relation, Row, Show, entries, find, rules, sources
from certlife.model.rows import Rule
from rich.markup import escape


def explain(identifier: str) -> list[str] | None:
    """The lines that explain an id, with markup; None where nothing is called so."""
    found = find(identifier)
    if found is None:
        return None
    return list(_entry_lines(found) if isinstance(found, Entry) else _rule_lines(found))


def near(identifier: str) -> list[str]:
    """Ids that begin like this one, for somebody who mistyped it."""
    head = identifier.strip().upper().removeprefix("KVC-").split("-")[0]
    known = (*entries(), *rules())
    return [name for name in known if name.removeprefix("KVC-").split("-")[0] == head][:6]


def _entry_lines(entry: Entry) -> Iterator[str]:
    yield f"[bold]{entry.id}[/]  {entry.kind}{_level(entry)}"
    if entry.kind == "contradiction":
        yield f"  {escape(entry.members['subject'])}"
        yield f"  one side:   {escape(entry.members['says'])}"
        yield f"  the other:  {escape(entry.members['but'])}"
        yield f"  chosen:     {escape(entry.members['chosen'])}"
    else:
        yield f"  {escape(entry.text)}"
    yield from _origin(entry)
    if entry.unmodelled:
        yield f"  not modelled: {escape(entry.unmodelled)}"
    if entry.rules:
        yield "  rules"
        yield from (f"    {line}" for rule in entry.rules for line in rule_line(rule))
    yield from _related(entry)


def _level(entry: Entry) -> str:
    return f" ({entry.members['level']})" if "level" in entry.members else ""


def _origin(entry: Entry) -> Iterator[str]:
    for short in entry.members.get("source", []):
        document = sources()[short]
        yield f"  {short}: {escape(document['title'])}  {document['url']}"
    if "traces" in entry.members:
        yield f"  recorded in {escape(', '.join(entry.members['traces']))}"
    if entry.kind == "field note":
        yield f"  {escape(str(entry.members.get('where', '')))}"


def _related(entry: Entry) -> Iterator[str]:
    """What stands beside an entry: contradictions, silences, and what the real service was seen to do."""
    seen = {cited: None for rule in entry.rules for cited in rule.because if cited != entry.id}
    beside = [cited for cited in (*entry.members.get("see", []), *seen) if not cited.startswith("KVC-")]
    for rule in (other for cited in entry.members.get("see", []) for other in entries()[cited].rules):
        beside.extend(cited for cited in rule.because if not cited.startswith("KVC-"))
    rivals = _rivals(entry)
    if rivals:
        yield "  beside them, by the same contradiction"
        yield from (f"    {line}" for rule in rivals for line in rule_line(rule))
    if beside:
        yield "  see also"
        for cited in dict.fromkeys(beside):
            if cited != entry.id:
                yield f"    {cited}: {escape(entries()[cited].text)}"


def _rivals(entry: Entry) -> list[Rule]:
    """The rules that an entry's contradictions cite and that do not cite the entry itself."""
    contradictions = {cited for rule in entry.rules for cited in rule.because if cited.startswith("C-")}
    citing = dict.fromkeys(rule.rule for cited in sorted(contradictions) for rule in entries()[cited].rules)
    own = {rule.rule for rule in entry.rules}
    return [rules()[name] for name in citing if name not in own] if len(citing) <= 12 else []


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield from (f"[bold]{line}[/]" if number == 0 else line for number, line in enumerate(rule_line(rule)))
    yield "  because"
    for cited in rule.because:
        entry = entries()[cited]
        yield f"    {cited}: {escape(entry.text)}"
        for short in entry.members.get("source", [])[:1]:
            yield f"      {sources()[short]['url']}"


def rule_line(rule: Rule) -> Iterator[str]:
    """A rule in a line, with markup."""
    yield escape(f"{rule.rule}  {meaning(rule)}  ({rule.grade.value})")


def meaning(rule: Rule) -> str:
    """What a rule says, in a line of plain text, without its id and grade."""
    if isinstance(rule, Row):
        states = " | ".join(state.value for state in rule.source)
        where = f" → {rule.target.value}" if rule.target is not None else ""
        reply = f": {rule.reply}" if rule.reply is not None else ""
        return f"{states} · {_name(rule.trigger)}{_guarded(rule)}{where}{reply}"
    if isinstance(rule, Join):
        return f"{_name(rule.cause)}{_guarded(rule)} tells the {rule.machine.value}: {_name(rule.signal)}"
    if isinstance(rule, Show):
        return f"{rule.member} in {', '.join(view.value for view in rule.views)}"
    test = rule.broken if isinstance(rule, Constraint) else rule.holds
    reply = f" → {rule.reply}" if isinstance(rule, Constraint) else ""
    return (test.__doc__ or "").strip().splitlines()[0] + reply


def _guarded(rule: Row | Join) -> str:
    return "" if rule.guard.name == "always" else f" [{rule.guard.name}]"


def _name(trigger: object) -> str:
    value = getattr(trigger, "value", trigger)
    return str(value)


__all__ = ["Relation", "explain", "meaning", "near", "rule_line"]
