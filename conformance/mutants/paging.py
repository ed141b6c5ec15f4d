"""Mutants that cut lists into pages wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory.state import Call, State
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import asking_for, items_of, listing, members_of, showing_also
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.LIST, rules="ASKS-03")
def page_of_no_items_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A list with maxresults 0 is granted."""
    return original(state, asking_for(call, maxresults="1") if call.request.query.get("maxresults") == "0" else call)


@answering(Operation.LIST, rules="ASKS-03")
def page_of_any_size_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A list with maxresults above 25 is granted."""
    wanted = call.request.query.get("maxresults", "")
    return original(state, asking_for(call, maxresults="25") if wanted.isdecimal() and int(wanted) > 25 else call)


@answering(Operation.LIST, rules="RELA-29")
def maxresults_is_ignored(original: Handler, state: State, call: Call) -> Answer:
    """A page holds 25 items whatever the caller asks for."""
    return original(state, asking_for(call, maxresults="25") if "maxresults" in call.request.query else call)


@answering(Operation.LIST, rules="RELA-29")
def page_holds_one_more(original: Handler, state: State, call: Call) -> Answer:
    """A page holds one item more than the caller asks for."""
    wanted = call.request.query.get("maxresults", "")
    return original(state, asking_for(call, maxresults=str(int(wanted) + 1)) if wanted.isdecimal() else call)


@answering(Operation.LIST, rules="CERT-47")
def list_ends_with_the_first_page(original: Handler, state: State, call: Call) -> Answer:
    """A full page promises no further one."""
    return showing_also(original(state, call), nextLink=None)


@answering(Operation.LIST, rules="RELA-26")
def next_page_begins_again(original: Handler, state: State, call: Call) -> Answer:
    """The next page is the first one again."""
    first = {name: value for name, value in call.request.query.items() if name != "$skiptoken"}
    return original(state, replace(call, request=replace(call.request, query=first)))


@answering(Operation.LIST, rules="CERT-47")
def next_page_skips_an_item(original: Handler, state: State, call: Call) -> Answer:
    """The next page leaves out the item that comes first."""
    answer = original(state, call)
    return listing(answer, items_of(answer)[1:]) if "$skiptoken" in call.request.query else answer


@answering(Operation.LIST, rules="RELA-26")
def second_page_leads_to_itself(original: Handler, state: State, call: Call) -> Answer:
    """Every page but the first promises itself as the next one."""
    answer, token = original(state, call), call.request.query.get("$skiptoken")
    if token is None:
        return answer
    return showing_also(answer, nextLink=f"{call.vault}/certificates?api-version={call.api}&$skiptoken={token}")


@answering(Operation.LIST, rules="SHOW-152")
def next_link_leads_elsewhere(original: Handler, state: State, call: Call) -> Answer:
    """The next page of the certificates is one of the deleted ones."""
    answer = original(state, call)
    link = members_of(answer).get("nextLink")
    return answer if link is None else showing_also(answer, nextLink=link.replace("/certificates", "/deletedcertificates"))


@answering(Operation.LIST, rules="SHOW-152")
def next_link_is_a_bare_token(original: Handler, state: State, call: Call) -> Answer:
    """The nextLink is a token instead of an address."""
    answer = original(state, call)
    link = members_of(answer).get("nextLink")
    return answer if link is None else showing_also(answer, nextLink=link.partition("$skiptoken=")[2])
