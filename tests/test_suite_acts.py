"""Acts, and what is done with them: as JSON, with references, with files and chains, replayed, judged."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters import certificates, files
from certlife.adapters.clock import DAY_S
from certlife.adapters.keys import KeyMaker, spelled
from certlife.adapters.memory.target import MemoryTarget
from certlife.adapters.memory.vault import MemoryVault
from certlife.adapters.port import Issue, Refuse, Stall, VaultUnreachable
from certlife.adapters.targets import Setup
from certlife.adapters.x509 import X509Reader
from certlife.conformance.mutants.target import mutant
from certlife.conformance.suite import trial as trials
from certlife.conformance.suite.acts import (
    Act,
    ActMalformed,
    Cancellation,
    Decide,
    Join,
    Restart,
    Send,
    Take,
    Wait,
    from_json,
    to_json,
)
from certlife.conformance.suite.campaign import Campaign
from certlife.conformance.suite.content import Maker
from certlife.conformance.suite.coverage import ALL_RULES
from certlife.conformance.suite.history import History, HistoryMalformed, document, from_document, read, replay, written
from certlife.conformance.suite.notebook import Notebook, NothingToReferTo
from certlife.conformance.suite.rerun import rerun
from certlife.conformance.suite.trial import Deviated, Trial
from certlife.model import observe
from certlife.model.values import Answer, Json, Request
from certlife.model.vocabulary import IssuerKind
from certlife.model.x509 import SecretFacts, X509Facts

MEMORY = MemoryTarget()
NOW = 1_700_000_000
READER = X509Reader()
VERSION, OTHER = "a" * 32, "b" * 32
SELF: Json = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}}
HAND: Json = {"policy": {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Unknown"}}}
CREATED = (Decide(Issue(0), IssuerKind.SELF), Send("POST", "/certificates/web/create", SELF), Wait(60))
READ = Send("GET", "/certificates/web")


# --- as JSON

ACTS: tuple[Act, ...] = (
    Send("GET", "/certificates/web"),
    Send("POST", "/certificates/web/create", {"policy": {"a": [1, None, True]}}),
    Send("GET", "/certificates", query={"maxresults": "1"}, api_version="7.0"),
    Send("GET", "/certificates", api_version=""),
    Send("GET", "${next}"),
    Send("PUT", "/certificates/contacts", {}),
    Send("PUT", "/certificates/contacts", []),
    Wait(0),
    Wait(3600),
    Decide(Issue()),
    Decide(Issue(10), IssuerKind.SELF),
    Decide(Issue(5), name="web"),
    Decide(Refuse(after_s=3)),
    Decide(Stall(), IssuerKind.PARTNER),
    Decide(Stall(), name="web"),
    Cancellation(wins=True),
    Cancellation(wins=False, after_s=0),
    Take(),
    Take(0, 0, 0),
    Take(deletion_s=5, purge_s=7),
    Restart(),
    Join(),
)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_act_comes_back_from_json_as_it_was(act: Act) -> None:
    assert from_json(json.loads(json.dumps(to_json(act)))) == act


def test_refusal_keeps_its_own_words_in_json() -> None:
    act = Decide(Refuse("Revoked", "The CA has closed."))

    assert from_json(to_json(act)) == act


def test_note_at_an_act_is_no_part_of_it() -> None:
    assert from_json({"wait": 5, "note": "half of the way"}) == Wait(5)


# what is no act -> a piece of what is said of it
MALFORMED: dict[str, tuple[Any, str]] = {
    "a list": ([], "an act is an object"),
    "nothing": ({}, "exactly one of send, wait"),
    "two kinds": ({"wait": 1, "join": True}, "exactly one of"),
    "an unknown kind": ({"sleep": 1}, "exactly one of"),
    "another member": ({"wait": 1, "name": "web"}, "wait has no name"),
    "no path": ({"send": "GET"}, "send wants a method and a path"),
    "a path without slash": ({"send": "GET certificates"}, "send wants a method and a path"),
    "a query that is a number": ({"send": "GET /certificates", "query": 5}, "send: "),
    "a text for seconds": ({"wait": "5"}, "'5' is no number of seconds"),
    "true for seconds": ({"wait": True}, "True is no number of seconds"),
    "seconds below zero": ({"wait": -1}, "-1 is no number of seconds"),
    "half a second": ({"wait": 0.5}, "0.5 is no number of seconds"),
    "an unknown decision": ({"decide": "shrug"}, "shrug"),
    "a list for a decision": ({"decide": ["issue"]}, "decide: "),
    "an unknown issuer": ({"decide": "issue", "kind": "nobody"}, "nobody"),
    "an issuer that decides nothing": ({"decide": "issue", "kind": "Unknown"}, "Unknown"),
    "a cancellation that draws": ({"cancellation": "draws"}, "draws"),
    "an unknown span": ({"take": {"creation_s": 5}}, "creation_s"),
    "a span below zero": ({"take": {"purge_s": -5}}, "-5 is no number of seconds"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_act_is_told_so(case: str) -> None:
    value, said = MALFORMED[case]

    with pytest.raises(ActMalformed) as told:
        from_json(value)

    assert said in str(told.value)


@pytest.mark.parametrize("value", [{"send": 5}, {"take": []}, {"take": 5}], ids=str)
def test_member_of_a_wrong_type_is_told_so(value: Any) -> None:
    with pytest.raises(ActMalformed):
        from_json(value)


@pytest.mark.parametrize("more", [{"query": {"maxresults": 5}}, {"api_version": 7.4}], ids=str)
def test_parameter_that_is_no_text_is_told_so(more: Any) -> None:
    with pytest.raises(ActMalformed):
        from_json({"send": "GET /certificates", **more})


# --- references


def noted(*pairs: tuple[str, str, Json]) -> Notebook:
    """A notebook that has read such answers."""
    notebook = Notebook()
    for method, path, body in pairs:
        notebook.note(Request(method, path), Answer(200, body))
    return notebook


def meant(notebook: Notebook, send: Send) -> Request:
    return notebook.request(send, lambda kind, wishes: [kind, dict(wishes)])


def shown(version: str, name: str = "web") -> tuple[str, str, Json]:
    return ("GET", f"/certificates/{name}", {"id": f"https://v/certificates/{name}/{version}"})


# what was shown, what is referred to -> what it stands for
REFERENCES: dict[str, tuple[tuple[tuple[str, str, Json], ...], str, str]] = {
    "last version": ((shown(VERSION), shown(OTHER)), "${web.version}", OTHER),
    "first version": ((shown(VERSION), shown(OTHER)), "${web.version.0}", VERSION),
    "version counted from the end": ((shown(VERSION), shown(OTHER)), "${web.version.-2}", VERSION),
    "version shown twice": ((shown(VERSION), shown(VERSION), shown(OTHER)), "${web.version.1}", OTHER),
    "name in other case": ((shown(VERSION, "Web"),), "${wEB.version}", VERSION),
    "version in a list": (
        (("GET", "/certificates", {"value": [{"id": f"https://v/certificates/web/{VERSION}"}]}),), "${web.version}", VERSION,
    ),
    "request_id": ((("GET", "/certificates/web/pending", {"request_id": "r1"}),), "${web.request_id}", "r1"),
    "csr": ((("POST", "/certificates/web/create", {"csr": "MII="}),), "${web.csr}", "MII="),
    "backup": ((("POST", "/certificates/web/backup", {"value": "blob"}),), "${web.blob}", "blob"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFERENCES)
def test_reference_stands_for_what_was_shown(case: str) -> None:
    answers, reference, value = REFERENCES[case]
    send = Send("GET", f"/certificates/web/{reference}", {"deep": [reference, {"er": reference}]}, {"q": reference})

    request = meant(noted(*answers), send)

    assert request.path == f"/certificates/web/{value}"
    assert request.body == {"deep": [value, {"er": value}]}
    assert request.query == {"q": value}


def test_next_page_is_asked_for_as_its_link_says() -> None:
    link = "https://v/certificates?api-version=7.3&%24skiptoken=a%2Bb&maxresults=1"

    request = meant(noted(("GET", "/certificates", {"value": [], "nextLink": link})), Send("GET", "${next}"))

    assert (request.path, request.api_version) == ("/certificates", "7.3")
    assert request.query == {"$skiptoken": "a+b", "maxresults": "1"}


def test_last_page_leads_to_no_further_one() -> None:
    notebook = noted(("GET", "/certificates", {"value": [], "nextLink": "https://v/certificates?x=1"}))
    assert notebook.next_page

    notebook.note(Request("GET", "/certificates"), Answer(200, {"value": [], "nextLink": None}))

    assert not notebook.next_page


def test_refusal_shows_nothing() -> None:
    notebook = Notebook()
    notebook.note(Request("GET", "/certificates/web"), Answer(404, {"id": f"https://v/certificates/web/{VERSION}"}))

    assert notebook.seen("web", "version") == []


@pytest.mark.parametrize(
    "reference", ["${web.version}", "${web.version.2}", "${other.csr}", "${next}", "${web.password}", "${nonsense}"]
)
def test_reference_to_what_was_never_shown_is_told_so(reference: str) -> None:
    notebook = noted(shown(VERSION), shown(OTHER)) if reference == "${web.version.2}" else Notebook()

    with pytest.raises(NothingToReferTo):
        meant(notebook, Send("GET", reference))


def test_wishes_for_a_file_may_refer_too() -> None:
    notebook = noted(("POST", "/certificates/web/create", {"csr": "MII="}))

    request = meant(notebook, Send("POST", "/certificates/web/pending/merge", {"x5c": {"$signed": {"csr": "${web.csr}"}}}))

    assert request.body == {"x5c": ["$signed", {"csr": "MII="}]}


# --- files


def made(kind: str, seed: int = 0, **wishes: Any) -> Any:
    return Maker(seed).make(kind, wishes, NOW)


def secret(value: str, password: str | None = None) -> SecretFacts:
    facts = READER.secret(value, password)
    assert facts is not None
    return facts


def leaf_of(facts: SecretFacts) -> X509Facts:
    return facts.certificates[0]


@pytest.mark.parametrize(("form", "content_type"), [("pfx", files.PKCS12), ("pem", files.PEM)])
def test_file_has_the_form_that_was_wished_with_a_key_that_fits(form: str, content_type: str) -> None:
    value = made("$file", form=form, subject="CN=mine", months=24)
    facts = secret(value)
    opened = files.opened(value, None, content_type, NOW)

    assert (facts.content_type, len(facts.certificates), opened.chain) == (content_type, 1, ())
    assert facts.private_key == leaf_of(facts).key
    assert spelled(opened.key) == leaf_of(facts).key
    assert leaf_of(facts).subject == "CN=mine"
    assert content_type == files.PEM or base64.b64decode(value, validate=True)


# what is wished of a key -> its type, size and curve
KEYS: dict[str, tuple[dict[str, Any], tuple[str, int, str | None]]] = {
    "usual": ({}, ("EC", 256, "P-256")),
    "RSA": ({"kty": "RSA"}, ("RSA", 2048, None)),
    "RSA of 3072 bits": ({"kty": "RSA", "size": 3072}, ("RSA", 3072, None)),
    "P-384": ({"curve": "P-384"}, ("EC", 384, "P-384")),
    "P-521": ({"curve": "P-521"}, ("EC", 521, "P-521")),
    "P-256K": ({"curve": "P-256K"}, ("EC", 256, "P-256K")),
}


@pytest.mark.parametrize("case", KEYS)
def test_file_has_the_key_that_was_wished(case: str) -> None:
    wishes, (kind, size, curve) = KEYS[case]
    leaf = leaf_of(secret(made("$file", **wishes)))

    assert (leaf.key_type, leaf.key_size, leaf.curve) == (kind, size, curve)


def test_protected_file_opens_with_its_password_alone() -> None:
    value = made("$file", password="right")  # noqa: S106 - it is a wish

    assert secret(value).locked
    assert files.opened(value, "right", None, NOW).form == files.PKCS12
    with pytest.raises(files.FileRefused):
        files.opened(value, "wrong", None, NOW)


@pytest.mark.parametrize(("form", "content_type"), [("pfx", files.PKCS12), ("pem", files.PEM)])
def test_file_without_its_key_holds_none(form: str, content_type: str) -> None:
    value = made("$file", form=form, key=False)

    assert secret(value).private_key is None
    with pytest.raises(files.FileRefused) as refused:
        files.opened(value, None, content_type, NOW)
    assert refused.value.message == files.KEYLESS


def test_protected_file_without_its_key_holds_none() -> None:
    assert secret(made("$file", password="right", key=False), "right").private_key is None  # noqa: S106 - it is a wish


def test_protected_pem_does_not_open_without_its_password() -> None:
    assert "ENCRYPTED PRIVATE KEY" in made("$file", form="pem", password="right")  # noqa: S106 - it is a wish


def test_expired_file_has_ended_and_is_refused() -> None:
    value = made("$file", months=12, age_days=500)
    exp = leaf_of(secret(value)).exp

    assert exp is not None
    assert exp < NOW
    with pytest.raises(files.FileRefused) as refused:
        files.opened(value, None, None, NOW)
    assert refused.value.message == files.EXPIRED


def test_early_file_has_not_begun() -> None:
    nbf = leaf_of(secret(made("$file", age_days=-30))).nbf

    assert nbf is not None
    assert NOW < nbf <= NOW + 30 * DAY_S


@pytest.mark.parametrize("wishes", [{}, {"password": "right"}, {"form": "pem"}], ids=str)
def test_file_with_its_chain_holds_the_certificate_of_the_ca_that_signed(wishes: dict[str, Any]) -> None:
    leaf, authority = secret(made("$file", chain=True, **wishes), wishes.get("password")).certificates

    assert leaf.issuer == authority.subject
    assert leaf.authority_key_id == authority.subject_key_id
    assert (leaf.self_signed, authority.self_signed, authority.ca) == (False, True, True)


# --- chains


def csr(subject: str = "CN=web") -> str:
    return certificates.csr(KeyMaker(7).make("EC", None, None), {"x509_props": {"subject": subject}})


def links(value: Any) -> list[X509Facts]:
    return [facts for link in value if (facts := READER.certificate(link)) is not None]


def test_chain_begins_with_a_certificate_for_the_request() -> None:
    wanted = READER.request(csr())
    leaf, *authorities = links(made("$signed", csr=csr()))

    assert wanted is not None
    assert (leaf.key, leaf.subject) == (wanted.key, "CN=web")
    assert [leaf.issuer] == [authority.subject for authority in authorities]


def test_chain_may_be_its_leaf_alone_or_turned_over() -> None:
    whole, leaf = links(made("$signed", csr=csr())), links(made("$signed", csr=csr(), links="leaf"))
    turned = links(made("$signed", csr=csr(), links="reversed"))

    assert leaf == whole[:1]
    assert turned == whole[::-1]
    assert len(whole) == 2


def test_chain_may_be_one_p7b() -> None:
    whole, bag = links(made("$signed", csr=csr())), made("$signed", csr=csr(), form="p7b")
    found = [READER.certificate(base64.b64encode(one).decode()) for one in certificates.certificates_in(bag)]

    assert len(bag) == 1
    assert {facts.thumbprint for facts in found if facts} == {facts.thumbprint for facts in whole}


def test_chain_may_be_for_another_key_or_with_another_subject() -> None:
    own, other = links(made("$signed", csr=csr()))[0], links(made("$signed", csr=csr(), key="other"))[0]
    renamed = links(made("$signed", csr=csr(), subject="CN=as the CA likes it"))[0]

    assert other.key != own.key
    assert (renamed.key, renamed.subject) == (own.key, "CN=as the CA likes it")


def test_chain_is_valid_as_long_and_since_when_it_was_wished() -> None:
    leaf = links(made("$signed", csr=csr(), months=1, age_days=10))[0]

    assert leaf.nbf is not None
    assert leaf.exp is not None
    assert NOW - 11 * DAY_S <= leaf.nbf <= NOW - 10 * DAY_S
    assert 27 * DAY_S <= leaf.exp - leaf.nbf <= 32 * DAY_S


def test_request_that_nobody_can_sign_becomes_a_chain_that_nobody_can_read() -> None:
    assert links(made("$signed", csr="nonsense")) == []


@pytest.mark.parametrize(("kind", "wishes"), [("$file", {"colour": "red"}), ("$signed", {}), ("$signed", {"csr": "", "x": 1})], ids=str)
def test_wish_that_there_is_not_is_told_so(kind: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(ActMalformed):
        made(kind, **wishes)


@pytest.mark.parametrize(
    ("kind", "wishes"), [("$signed", {"csr": csr(), "links": "none"}), ("$file", {"curve": "P-999"})], ids=["links", "curve"]
)
def test_wish_with_a_value_that_there_is_not_is_told_so(kind: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(ActMalformed):
        made(kind, **wishes)


def test_form_that_there_is_not_is_told_so() -> None:
    with pytest.raises(ActMalformed):
        made("$file", form="zip")


def test_same_seed_makes_the_same_and_another_seed_something_else() -> None:
    wishes = {"form": "pem", "chain": True}

    assert made("$file", 3, **wishes) == made("$file", 3, **wishes)
    assert made("$file", 3, **wishes) != made("$file", 4, **wishes)
    assert made("$signed", 3, csr=csr()) == made("$signed", 3, csr=csr())


def test_same_wish_means_the_same_file_until_it_is_let_go() -> None:
    maker = Maker(0)
    first = maker.make("$file", {}, NOW)

    assert maker.make("$file", {}, NOW) == first
    maker.let_go()
    assert maker.make("$file", {}, NOW) != first


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_keys_of_the_client_are_never_those_of_the_vault(seed: int) -> None:
    maker, vault = Maker(seed), KeyMaker(seed)
    wished: Sequence[dict[str, Any]] = ({}, {"kty": "RSA"}, {"curve": "P-384"})
    brought, own = set[str](), set[str]()
    for _ in range(8):
        for wish in wished:
            maker.let_go()
            brought.add(leaf_of(secret(str(maker.make("$file", wish, NOW)))).key)
            own.add(spelled(vault.make(wish.get("kty", "EC"), None, wish.get("curve"))))

    assert brought & own == set()
    assert len(brought) == len(own) == 24


# --- histories


def test_history_of_a_sound_vault_conforms() -> None:
    run = replay(History("sound", (*CREATED, READ), about=("CERT-43",)), MEMORY)

    assert (run.verdict, run.missing, run.deviated) == ("conforms", "", None)


def test_history_that_breaks_a_rule_deviates_with_its_acts_and_exchanges() -> None:
    acts = (Send("POST", "/certificates/web/create", SELF), READ, READ)
    run = replay(History("late", acts), mutant("mutant:placeholder-is-enabled"))

    assert run.verdict == "deviates"
    assert run.deviated is not None
    assert run.deviated.found.rule == "SHOW-040"
    assert run.deviated.acts == acts[:2]
    assert [exchange.answer.status for exchange in run.deviated.exchanges] == [202, 200]
    assert str(run.deviated).startswith("SHOW-040: ")


def test_history_that_refers_to_what_was_never_shown_is_inconclusive_unless_leniently_run() -> None:
    history = History("hole", (Send("GET", "/certificates/web/${web.version}"), READ))

    strict, lenient = replay(history, MEMORY), replay(history, MEMORY, lenient=True)

    assert (strict.verdict, strict.missing) == ("inconclusive", "act 1: ${web.version}: 0 were seen")
    assert (lenient.verdict, len(lenient.trial.exchanges)) == ("conforms", 1)


def test_history_that_does_not_meet_what_it_is_about_is_inconclusive() -> None:
    run = replay(History("beside", (READ,), about=("CERT-43", "OPER-20")), MEMORY)

    assert (run.verdict, run.missing) == ("inconclusive", "none of CERT-43 OPER-20 was met")


def test_history_is_run_in_a_vault_of_its_setup() -> None:
    acts = (*CREATED, Send("DELETE", "/certificates/web"), Wait(60), Send("GET", "/deletedcertificates/web"))
    kept = replay(History("kept", acts, setup=Setup()), MEMORY)
    gone = replay(History("gone", acts, setup=Setup(soft_delete=False)), MEMORY)

    assert (kept.trial.exchanges[-1].answer.status, gone.trial.exchanges[-1].answer.status) == (200, 404)
    assert kept.verdict == gone.verdict == "conforms"


def test_written_history_is_read_back_as_it_was(tmp_path: Path) -> None:
    history = History(
        "all", ACTS, "why?", "so", ("KVC-DEL-004",), ("CERT-43",), Setup(retention_days=7), 5, "7.0", fresh=False, finding={"rule": "CERT-43"}
    )
    path = tmp_path / "history.json"
    path.write_text(written(history), encoding="utf-8")

    assert read(path) == history
    assert from_document(document(history)) == history
    assert from_document({"acts": []}) == History("", ())


# what a file holds -> a piece of what is said of it, after its name
UNREADABLE: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "no JSON"),
    "a list": ("[]", "an object with a list of acts"),
    "no acts": ('{"name": "x"}', "an object with a list of acts"),
    "another member": ('{"acts": [], "colour": 1}', "a history has no colour"),
    "a bad act": ('{"acts": [{"wait": 1}, {"wait": -1}]}', "acts[1]: wait: -1 is no number of seconds"),
    "an unknown setting": ('{"acts": [], "setup": {"colour": 1}}', "colour"),
    "no setup": ('{"acts": [], "setup": null}', ""),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_file_that_holds_no_history_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    text, said = UNREADABLE[case]
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(HistoryMalformed) as told:
        read(path)

    assert str(told.value).startswith(f"{path}: ")
    assert said in str(told.value)


def test_file_that_is_not_there_or_no_text_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "binary.json"
    path.write_bytes(b"\x89PNG\xff")

    for one in (path, tmp_path / "nowhere.json", tmp_path):
        with pytest.raises(HistoryMalformed, match=one.name):
            read(one)


@pytest.mark.parametrize("text", ['{"acts": [], "about": 5}', "[" * 100_000], ids=["about is a number", "deep"])
def test_file_with_odd_types_is_told_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(HistoryMalformed):
        read(path)


# --- a vault on trial


def test_somebody_who_joins_late_judges_too() -> None:
    trial = Trial(MEMORY.open(seed=0))
    for act in (*CREATED, READ):
        trial.do(act)
    before = trial.held["CERT-43"]

    trial.do(Join())
    answer = trial.do(READ)

    assert answer is not None
    assert trial.late is not None
    assert list(trial.late.names) == ["web"]
    assert not trial.late.starts_empty
    assert trial.held["CERT-43"] == before + 2  # once for each of the two


def test_answer_that_only_the_late_one_refutes_deviates(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(MEMORY.open(seed=0))
    trial.do(Join())

    def observed(belief: Any, exchange: Any, **options: Any) -> Any:
        seen = observe(belief, exchange, **options)
        if belief is not trial.late:
            return seen
        bad = observe(trial.belief, replace(exchange, answer=Answer(200, {})), **options)
        assert bad.finding is not None
        return bad

    monkeypatch.setattr("certlife.conformance.suite.trial.observe", observed)

    with pytest.raises(Deviated):
        trial.do(READ)


def test_deviation_carries_all_that_was_done_and_said() -> None:
    trial = Trial(mutant("mutant:placeholder-is-enabled").open(seed=0))
    trial.do(Wait(5))
    trial.do(Send("POST", "/certificates/web/create", SELF))

    with pytest.raises(Deviated) as deviated:
        trial.do(READ)

    assert deviated.value.acts == tuple(trial.acts)
    assert deviated.value.exchanges == tuple(trial.exchanges)
    assert deviated.value.found.exchange is trial.exchanges[-1]
    assert [type(act) for act in deviated.value.acts] == [Wait, Send, Send]


def test_lever_without_a_running_operation_does_nothing() -> None:
    trial = Trial(MEMORY.open(seed=0))

    trial.do(Decide(Issue(), name="web"))

    assert trial.acts == [Decide(Issue(), name="web")]


def test_levers_of_the_vault_are_pulled() -> None:
    trial = Trial(MEMORY.open(seed=0))
    begun = trial.now()
    for act in (Take(100, 100, 100), Decide(Stall(), IssuerKind.SELF), Send("POST", "/certificates/web/create", SELF), Wait(3600), Restart()):
        trial.do(act)
    poll = trial.do(Send("GET", "/certificates/web/pending"))

    assert poll is not None
    assert isinstance(poll.body, dict)
    assert (trial.now() - begun, poll.body["status"]) == (3600, "inProgress")


# --- a vault without levers


@dataclass
class RealTime:
    """A clock that only sleeping moves."""

    seconds: float = NOW
    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        """The time that is made up."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Foreign:
    """A vault that has no levers and goes by the real time; it sees what it is asked."""

    clock: RealTime
    vault: MemoryVault = field(default_factory=MemoryVault)
    controls: None = None
    asked: list[Request] = field(default_factory=list)

    def perform(self, request: Request) -> Answer:
        """Answer a request."""
        self.asked.append(request)
        self.vault.controls.advance(int(self.clock.seconds) - self.vault.controls.now())
        return self.vault.perform(request)

    def close(self) -> None:
        """Do nothing."""


@dataclass
class ForeignTarget:
    """The one vault that there is."""

    vault: Any
    name: str = "foreign:"
    setups: tuple[Setup, ...] = ()

    def open(self, *, seed: int, setup: Setup | None = None) -> Any:
        """Open a vault."""
        del seed
        assert setup is None
        return self.vault


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> RealTime:
    """Take the place of the clock that a trial waits by."""
    clock = RealTime()
    monkeypatch.setattr(trials, "time", clock)
    return clock


def test_levers_that_there_are_not_do_nothing_but_wait(real_time: RealTime) -> None:
    trial = Trial(Foreign(real_time), fresh=False)

    for act in (Wait(7), Restart(), Take(1, 1, 1), Decide(Issue(), name="web"), Cancellation(wins=True)):
        trial.do(act)

    assert (real_time.slept, trial.now()) == ([7], NOW + 7)


def test_history_of_a_fresh_vault_is_run_on_the_one_there_is_without_believing_it_empty(real_time: RealTime) -> None:
    run = replay(History("fresh", (Send("GET", "/certificates/web"),)), ForeignTarget(Foreign(real_time)))

    assert run.verdict == "conforms"
    assert not run.trial.belief.starts_empty


GOALS = frozenset(rule for rule in ALL_RULES if rule.startswith(("OPER", "CONT", "ISSU")))


def test_vault_without_levers_is_verified_and_rows_that_need_levers_are_not_held(real_time: RealTime) -> None:
    verified = Campaign(ForeignTarget(Foreign(real_time)), goals=GOALS, budget=40).verify()

    assert verified.verdict == "conforms", verified.problems
    for rule in ("OPER-04", "CERT-102", "CERT-107"):
        assert not verified.rules[rule].reached


def test_vault_without_levers_is_not_asked_more_than_its_budget(real_time: RealTime) -> None:
    vault = Foreign(real_time)

    Campaign(ForeignTarget(vault), goals=GOALS, budget=40).verify()

    assert len(vault.asked) <= 40 + 10


def test_vault_without_levers_is_not_waited_for_longer_than_a_day(real_time: RealTime) -> None:
    Campaign(ForeignTarget(Foreign(real_time)), goals=GOALS, budget=40).verify()

    assert sum(real_time.slept) < DAY_S


def test_vault_that_can_not_be_reached_makes_the_run_inconclusive() -> None:
    @dataclass
    class Silent:
        controls: None = None

        def perform(self, request: Request) -> Answer:
            """Answer a request."""
            raise VaultUnreachable(f"{request.path}: connection refused")

        def close(self) -> None:
            """Do nothing."""

    verified = Campaign(ForeignTarget(Silent()), budget=50).verify()
    again = rerun([History("one", (READ,))], ForeignTarget(Silent()))

    for one in (verified, again):
        assert (one.verdict, one.status) == ("inconclusive", 2)
        assert "can not be reached" in one.trouble
        assert "connection refused" in one.trouble


def test_every_case_that_is_run_again_is_told_and_counted() -> None:
    told: list[str] = []
    histories = [History("a", (READ,)), History("b", (Send("GET", "${next}"),)), History("c", (*CREATED, READ))]

    verified = rerun(histories, MEMORY, seen=lambda run: told.append(run.history.name))

    assert told == ["a", "b", "c"]
    assert (verified.runs, verified.verdict) == (3, "inconclusive")
    assert verified.trouble == "b: act 1: there is no next page"




def test_history_of_a_finding_that_is_met_again_ends_with_it() -> None:
    acts = (Send("POST", "/certificates/web/create", SELF), READ, Send("GET", "/certificates"), READ)

    (problem,) = rerun([History("long", acts)], mutant("mutant:placeholder-is-enabled")).problems

    assert problem.rule == "SHOW-040"
    assert problem.history.acts == acts[:2]
