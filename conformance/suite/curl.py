"""A history as a shell script: a curl for every request, jq for what one answer lends to a later request.

Not here: how openssl makes files and chains (openssl), where references come from (references).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any, Final
from urllib import parse

from certlife.conformance.discreet import in_a_line, text_shown
from certlife.conformance.suite.acts import Act, Send, Wait
from certlife.conformance.suite.content import File, Signed
from certlife.conformance.suite.history import History
from certlife.conformance.suite.notebook import NEXT, REFERENCE
from certlife.conformance.suite.openssl import AUTHORITY, chain_lines, chain_variables, file_lines, wants_authority
from certlife.conformance.suite.references import References
from certlife.conformance.suite.steps import Step, lever_line, send_line, steps
from certlife.model import Exchange
from certlife.model.findings import Finding
from certlife.model.values import Json

_HEAD: Final = """\
set -eu
umask 077
VAULT=${VAULT:?the address of the vault, as https://NAME.vault.azure.net}
VAULT=${VAULT%/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'Authorization: Bearer %s\\n' "${TOKEN:?a bearer token for the vault}" > "$work/headers"
"""
_TAKE: Final = """\
# take N PATH: what answer N shows there
take() {
  jq -er "$2" "$work/$1.json" || { echo "answer $1 does not show $2" >&2; exit 2; }
}
"""
_WISHES: Final = ("$file", "$signed")
_BODILESS: Final = ("GET", "DELETE", "HEAD")
_IN_PATH: Final = "/%:@,;=+~"
"""What stays as it is in a path; what is encoded already, in particular."""


def script(history: History, exchanges: Sequence[Exchange] = (), finding: Finding | None = None) -> str:
    """Write a history as a script for a POSIX shell; it wants curl and jq, and openssl where it makes files.

    Args:
        exchanges: what was said when the history was carried out; references to answers can not be resolved without.
        finding: the rule that its last answer broke.
    """
    references = References(history.acts, exchanges)
    written = [_Act(step, history, references) for step in steps(history.acts, exchanges)]
    blocks = ["\n".join(_head(history, finding)), _HEAD]
    if any(references.taken_from(act.step.number) for act in written):
        blocks.append(_TAKE)
    if any(wants_authority(wish) for act in written for wish in act.wishes.values()):
        blocks.append(AUTHORITY)
    blocks += ["\n".join((*act.lines(), "")) for act in written]
    if finding is not None:
        blocks.append("\n".join(_end(finding, written)))
    return "\n".join(blocks)


def _head(history: History, finding: Finding | None) -> Iterator[str]:
    yield "#!/bin/sh"
    if history.name:
        yield _comment(history.name)
    if finding is not None:
        yield _comment(f"{finding.rule} is broken: {text_shown(finding.text)}")
    yield "# Wants VAULT and TOKEN, curl and jq; CURL_CA_BUNDLE may name the CA of a vault of your own."
    if history.fresh:
        yield "# It begins with a vault that holds nothing of these names, and leaves behind what it makes."
    if history.setup is not None:
        kept = f"keeps what is deleted for {history.setup.retention_days} days" if history.setup.soft_delete else "has no soft delete"
        yield f"# The vault {kept}; purge protection is {'on' if history.setup.purge_protection else 'off'}."


def _end(finding: Finding, written: Sequence[_Act]) -> Iterator[str]:
    for allowed in finding.allowed:
        yield _comment(f"{allowed.rule} allows {allowed.reply} while {allowed.state} ({allowed.grade})")
    if written and isinstance(written[-1].step.act, Send):
        last = f'"$work/{written[-1].step.number}.json"'
        yield f"[ ! -s {last} ] || cat {last}"
    yield ""


class _Act:
    """An act, being written.

    Attributes:
        wishes: the files and chains that it wants, by the name of the variable that gets them.
    """

    def __init__(self, step: Step, history: History, references: References) -> None:
        self.step = step
        self.wishes: dict[str, File | Signed] = {}
        self._history, self._references = history, references
        self._variables: dict[str, None] = {}
        self._program = self._jq(step.act.body) if isinstance(step.act, Send) else ""

    def lines(self) -> Iterator[str]:
        """What the shell is told."""
        act, number = self.step.act, self.step.number
        if not isinstance(act, Send):
            yield from _lever_lines(act, number)
            return
        status = f" → {self.step.exchange.answer.status}" if self.step.exchange is not None else ""
        yield _comment(f"{number}. {send_line(act)}{status}")
        for name, wish in self.wishes.items():
            if isinstance(wish, File):
                yield from file_lines(wish, name)
            else:
                yield from chain_lines(wish, name, f'"{self._expanded(wish.csr, "$+/=")}"')
        yield from self._curl(act)
        yield f"printf '%s -> %s\\n' {quote(in_a_line(f'{number}. {act.method} {act.path}'))} \"$status\""
        for source in self._references.taken_from(number):
            yield f"{source.variable}=$(take {number} {quote(source.path)})"

    def _curl(self, act: Send) -> Iterator[str]:
        kept = f'-o "$work/{self.step.number}.json" -w \'%{{http_code}}\''
        yield f'status=$(curl -sS --path-as-is {kept} -H @"$work/headers" \\'
        body = self._body(act)
        yield f'  -X {quote(act.method)} "$VAULT{self._address(act)}"' + (" \\" if body else ")")
        if body:
            yield f"  {body})"

    def _body(self, act: Send) -> str:
        """What curl is told of the body; that there is none as well, for a server may want the length of that."""
        if act.body is None:
            return "" if act.method in _BODILESS else "--data-raw ''"
        kind = "-H 'Content-Type: application/json' --data-raw"
        if not self._variables:  # as it is: jq would round great numbers
            return f"{kind} {quote(json.dumps(act.body))}"
        arguments = " ".join(f'--arg {variable} "${variable}"' for variable in self._variables)
        return f'{kind} "$(jq -cn {arguments} \\\n    {quote(self._program)})"'

    def _address(self, act: Send) -> str:
        if act.path == NEXT:
            return self._expanded(NEXT, "")
        query = {"api-version": act.api_version or self._history.api_version, **act.query}
        pairs = (f"{_encoded(name, '')}={self._expanded(value, '', encoded=True)}" for name, value in query.items())
        return f"{self._expanded(act.path, _IN_PATH)}?{'&'.join(pairs)}"

    def _expanded(self, text: str, safe: str, *, encoded: bool = False) -> str:
        """A text as it stands between double quotes, for an address; with its references as variables."""
        parts = REFERENCE.split(text)
        for place in range(0, len(parts), 2):
            parts[place] = _encoded(parts[place], safe)
        for place in range(1, len(parts), 2):
            variable = self._references.of(self.step.number, parts[place]).variable
            parts[place] = f"$(jq -nr --arg it \"${variable}\" '$it | @uri')" if encoded else f"${{{variable}}}"
        return "".join(parts)

    def _jq(self, value: Json) -> str:
        """A body as a program that makes it; JSON is one, but for the references."""
        if isinstance(value, str):
            return self._jq_text(value)
        if isinstance(value, list):
            return f"[{', '.join(map(self._jq, value))}]"
        if isinstance(value, dict):
            wishes = next(iter(value.values()), None)
            if len(value) == 1 and next(iter(value)) in _WISHES and isinstance(wishes, dict):
                return self._made(next(iter(value)), wishes)
            return f"{{{', '.join(f'{json.dumps(name)}: {self._jq(one)}' for name, one in value.items())}}}"
        return json.dumps(value)

    def _jq_text(self, text: str) -> str:
        parts = REFERENCE.split(text)
        for place in range(0, len(parts), 2):
            parts[place] = json.dumps(parts[place])[1:-1]
        for place in range(1, len(parts), 2):
            parts[place] = self._argument(self._references.of(self.step.number, parts[place]).variable)
        if len(parts) == 3 and not parts[0] and not parts[2]:
            return parts[1]
        parts[1::2] = [f"\\({variable})" for variable in parts[1::2]]
        return f'"{"".join(parts)}"'

    def _made(self, kind: str, wishes: Mapping[str, Any]) -> str:
        name = f"{kind.removeprefix('$')}_{self.step.number}"
        name += f"_{len(self.wishes) + 1}" if self.wishes else ""
        wish: File | Signed = File(**wishes) if kind == "$file" else Signed(**wishes)
        self.wishes[name] = wish
        if isinstance(wish, File):
            return self._argument(name)
        return f"[{', '.join(map(self._argument, chain_variables(wish, name)))}]"

    def _argument(self, variable: str) -> str:
        self._variables[variable] = None
        return f"${variable}"


def _lever_lines(act: Act, number: int) -> Iterator[str]:
    if isinstance(act, Wait):
        yield _comment(f"{number}. {lever_line(act)}")
        yield f"sleep {act.seconds}"
    else:
        yield _comment(f"{number}. The service has to do this on its own: {lever_line(act)}.")


def _encoded(text: str, safe: str) -> str:
    return parse.quote(text, safe=safe, errors="surrogatepass")


def _comment(text: str) -> str:
    return f"# {in_a_line(text)}"
