"""The recorded sessions with the real service, and how one is replayed against a vault with controls.

Compared are the status, the error code, and the names of all members, however deep. The vault is set up as the recording
tells: soft delete and retention, what it held before, when issuers answered, how long deletions took. Identifiers, blobs
and page tokens are our own, put in the place of the recorded ones; files and chains that were left out are made anew.

Not here: which vault it is (test_memory_replays: in memory; test_emulator_replays: over HTTPS).
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from certlife.adapters import certificates
from certlife.adapters.keys import KeyMaker
from certlife.adapters.memory import Settings
from certlife.adapters.port import Issue, Refuse, Stall
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import IssuerKind
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
EXCHANGES = 889
DAY_S = 86_400

TRACES = sorted(FOLDER.rglob("*.json")) if FOLDER.is_dir() else []

# trace, number of the exchange (from 0): why our vault answers otherwise
_OF_2016 = "service 1.0.0.x of 2016 shows neither a recovery level nor, in lists, a subject"
_OF_2017 = "service 1.0.0.1185 of 2017 spells it recoverylevel"
_NO_NAMES = "in 2019 (service 1.1) a restore lost all alternative names, in 2022 only an empty `sans`: as in 2022"
KNOWN: dict[tuple[str, int], str] = {
    **{("net/legacy-CertificateListTest", step): _OF_2016 for step in range(4)},
    **{("net/legacy-CertificateUpdateTest", step): _OF_2016 for step in range(4)},
    **{("net/legacy-GetDeletedCertificateTest", step): _OF_2017 for step in (0, 1, 2, 6, 7, 8)},
    ("js/purge_all", 6): "the DELETE before this purge was left out of the trace",
    ("net/DownloadECDsaCertificateSignRemoteVerifyLocal_pem_P-256", 10): (
        "service 1.2.191 alone shows subject, issuer and serialnumber with a version (observed N-24)"
    ),
    **{
        (f"python/sdist_4.0.0b5__test_examples_certificates{kind}.test_example_certificate_backup_restore", step): _NO_NAMES
        for kind, step in (("", 8), ("_async", 6))
    },
}


Opens: TypeAlias = Callable[[Settings, int], Any]
"""Makes an empty vault with settings, and a clock that is held at a moment; it has `perform`, and `controls` as the port has them."""


@dataclass
class Deed:
    """What the service did on its own time after an exchange, found in what it answered later.

    Attributes:
        begun: the exchange that began it.
        before, after: the last exchange that shows it undone, the first that shows it done; None: none does.
    """

    begun: int
    before: int
    after: int | None = None
    ended: str = ""
    created: int | None = None


@dataclass
class Replay:
    """One trace and the vault that stands in for the recorded one.

    Attributes:
        opens: makes an empty vault with settings, and a clock that is held at a moment.
    """

    path: Path
    opens: Opens
    trace: dict[str, Any] = field(init=False)
    vault: Any = field(init=False)
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    csrs: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    blob: str = "none"

    def __post_init__(self) -> None:
        self.trace = json.loads(self.path.read_text())
        self.exchanges: list[dict[str, Any]] = self.trace["exchanges"]
        self.api = self.trace["api_version"]
        self.at = [int(datetime.fromisoformat(one["at"]).timestamp()) for one in self.exchanges]
        self.deeds = {index: deed for index in range(len(self.exchanges)) if (deed := self._deed(index))}
        self._spread()
        self.maker = KeyMaker(99)
        self.ca = certificates.LocalCA(99)

    # --- what the recording tells

    def _name(self, index: int) -> str:
        parts = [part for part in self.exchanges[index]["path"].split("/") if part]
        return parts[1].lower() if len(parts) > 1 and parts[1] not in ("issuers", "contacts", "restore") else ""

    def _deed(self, index: int) -> Deed | None:
        one = self.exchanges[index]
        parts = [part for part in one["path"].split("/") if part]
        key = (one["method"], one["status"], parts[0], parts[-1] if len(parts) > 2 else "")
        judge = {
            ("POST", 202, "certificates", "create"): self._issued,
            ("DELETE", 200, "certificates", ""): self._deleted,
            ("POST", 200, "deletedcertificates", "recover"): self._recovered,
            ("DELETE", 204, "deletedcertificates", ""): self._purged,
        }.get(key)
        if judge is None:
            return None
        deed = Deed(index, index)
        for later in range(index + 1, len(self.exchanges)):
            done, ended, created = judge(index, later)
            if done is None:
                continue
            if ended == "gone":
                break
            if done:
                deed.after, deed.ended, deed.created = later, ended, created
                break
            deed.before = later
        return deed

    def _issued(self, index: int, later: int) -> tuple[bool | None, str, int | None]:  # noqa: PLR0911 - one per kind of answer
        """Whether an exchange shows the end of the operation that a create began; None where it shows nothing."""
        one, name = self.exchanges[later], self._name(index)
        body = one["response"] if isinstance(one["response"], dict) else {}
        for item in body.get("value", []) if isinstance(body.get("value"), list) else []:
            if item.get("id", "").split("/")[-1].lower() == name:
                return ("x5t" in item), "completed", item["attributes"]["created"]
        if self._name(later) != name:
            return None, "", None
        path = one["path"].rstrip("/")
        if path.endswith("/create"):
            return one["status"] == 202, "completed", None
        if path.endswith("/pending") and one["method"] == "DELETE" and body.get("status") == "inProgress":
            return True, "gone", None
        if "status" in body:
            created = self._created(later, body.get("target"))
            return body["status"] != "inProgress", body["status"], created
        if "attributes" in body and "policy" in body:
            ours = "cer" in body and body["attributes"]["created"] >= self.at[index] - 1
            return ours, "completed", body["attributes"]["created"]
        return None, "", None

    def _created(self, index: int, target: str | None) -> int | None:
        """When the version that an operation issued was created, if the next look at it tells."""
        for one in self.exchanges[index:] if target else []:
            body = one["response"]
            if isinstance(body, dict) and "cer" in body and f"{target}/" in body.get("id", ""):
                return int(body["attributes"]["created"])
        return None

    def _deleted(self, index: int, later: int) -> tuple[bool | None, str, int | None]:
        one, name = self.exchanges[later], self._name(index)
        path = [part for part in one["path"].split("/") if part]
        if path[0] == "deletedcertificates" and len(path) == 1:
            names = [item["id"].split("/")[-1].lower() for item in one["response"]["value"]]
            return (True if name in names else False if not one["query"].get("$skiptoken") else None), "", None
        if path[0] != "deletedcertificates" or self._name(later) != name:
            return None, "", None
        return one["status"] < 300, "", None

    def _recovered(self, index: int, later: int) -> tuple[bool | None, str, int | None]:
        one = self.exchanges[later]
        if self._name(later) != self._name(index) or not one["path"].lstrip("/").startswith("certificates"):
            return None, "", None
        return one["status"] != 404, "", None

    def _purged(self, index: int, later: int) -> tuple[bool | None, str, int | None]:
        one = self.exchanges[later]
        restore = one["path"] == "/certificates/restore" and one["response"] and one["status"] in (200, 409)
        if not restore and not (self._name(later) == self._name(index) and one["method"] == "POST"):
            return None, "", None
        return one["status"] < 300, "", None

    def _spread(self) -> None:
        """Put exchanges of one second apart where something happened between them; `tau` is the replay's clock."""
        apart = {deed.after: deed.before for deed in self.deeds.values() if deed.after is not None}
        self.tau: list[int] = []
        late = 0
        for index, at in enumerate(self.at):
            before = apart.get(index)
            if before is not None and self.tau[before] >= at + late:
                late += self.tau[before] + 1 - (at + late)
            self.tau.append(max(at + late, self.tau[-1] if self.tau else at))

    def _settings(self) -> Settings:
        text = json.dumps(self.exchanges)
        days = re.search(r'"recoverableDays": (\d+)', text)
        dates = re.search(r'"deletedDate": (\d+), "scheduledPurgeDate": (\d+)', text)
        kept = int(days[1]) if days else (int(dates[2]) - int(dates[1])) // DAY_S if dates else 90
        final = any(deed.begun == index and "recoveryId" not in one["response"] for index, one, deed in self._deletions())
        return Settings(soft_delete=not final, retention_days=kept or 90)

    def _deletions(self) -> Iterator[tuple[int, dict[str, Any], Deed]]:
        for index, deed in self.deeds.items():
            one = self.exchanges[index]
            if one["method"] == "DELETE" and one["status"] == 200:
                yield index, one, deed

    # --- what was there before

    def _prior(self) -> Iterator[tuple[str, dict[str, Any], str, int]]:
        """Yield names that show up without having been made: with how they look, where, and how many versions."""
        made: set[str] = set()
        for index, one in enumerate(self.exchanges):
            body = one["response"] if isinstance(one["response"], dict) else {}
            path = [part for part in one["path"].split("/") if part]
            name, collection = self._name(index), path[0]
            if path[-1] == "versions" and name not in made and body.get("value"):
                made.add(name)
                yield path[1], body["value"][0], "certificates", len(body["value"])
            elif isinstance(body.get("value"), list):
                for item in body["value"]:
                    shown = item.get("id", "").split("/")
                    if "attributes" in item and shown[-1].lower() not in made and path[1:2] != ["issuers"]:
                        made.add(shown[-1].lower())
                        yield shown[-1], item, collection, 1
            elif one["status"] < 300 and name and path[-1] not in ("create", "import") and name not in made:
                made.add(name)
                yield path[1], body, collection, 1
            if path[-1] in ("create", "import") and one["status"] < 300:
                made.add(name)
            if one["path"] == "/certificates/restore" and one["status"] == 200:
                made.add(body["id"].split("/")[4].lower())

    def _unseen(self) -> Iterator[tuple[str, int]]:
        """Yield names with versions that are read although nothing showed them: whatever made them was left out."""
        shown, unseen = "", defaultdict(set)
        for index, one in enumerate(self.exchanges):
            parts = [part for part in one["path"].split("/") if part]
            if one["status"] == 200 and re.fullmatch(r"[0-9a-f]{32}", parts[-1]) and parts[-1] not in shown:
                unseen[self._name(index)].add(parts[-1])
            shown += json.dumps(one["response"])
        yield from ((name, len(versions)) for name, versions in unseen.items())

    def _prepare(self) -> None:
        self._prepare_issuers()
        made = {name.lower() for name, *_ in self._prior()}
        for name, count in self._unseen():
            if name not in made:
                self._make(name, {"x5t": "", "pending": ""}, count)
        for name, shown, collection, versions in [*self._prior()]:
            self._make(name, shown, versions)
            if collection == "deletedcertificates":
                self.vault.controls.take(deletion_s=0)
                self._ask("DELETE", f"/certificates/{name}")

    def _prepare_issuers(self) -> None:
        put = {one["path"].split("/")[-1] for one in self.exchanges if one["method"] == "PUT"}
        for one in self.exchanges:
            listed = (one["response"] or {}).get("value", []) if one["path"].rstrip("/").endswith("/issuers") else []
            for name in {item["id"].split("/")[-1] for item in listed} - put:
                self._ask("PUT", f"/certificates/issuers/{name}", {"provider": "Test"})

    def _make(self, name: str, shown: dict[str, Any], versions: int) -> None:
        later = next((one for one in self.exchanges if self._pending_of(one, name)), None)
        policy = {"x509_props": self._x509_of(name), "issuer": {"name": "Self"}}
        body: dict[str, Any] = {"policy": policy}
        if shown.get("tags"):
            body["tags"] = shown["tags"]
        if "x5t" not in shown:
            self.vault.controls.decide(Stall(), kind=IssuerKind.SELF)
            self._ask("POST", f"/certificates/{name}/create", body)
            if "subject" not in shown and "pending" not in shown and later is None:
                self._ask("DELETE", f"/certificates/{name}/pending")
            return
        for _ in range(versions):
            if later is None and "pending" not in shown:
                self._ask("POST", f"/certificates/{name}/import", {"value": self._pfx({}, None)})
            else:
                self.vault.controls.decide(Issue(), kind=IssuerKind.SELF)
                self._ask("POST", f"/certificates/{name}/create", body)
            self.versions[name.lower()].append(str(self._ask("GET", f"/certificates/{name}").body["id"]).split("/")[-1])  # type: ignore[index, call-overload]

    def _x509_of(self, name: str) -> dict[str, Any]:
        for one in self.exchanges:
            body = one["response"] if isinstance(one["response"], dict) else {}
            if f"/certificates/{name}/" in str(body.get("id")) and "policy" in body:
                return {key: body["policy"]["x509_props"][key] for key in ("subject", "sans") if key in body["policy"]["x509_props"]}
        return {"subject": "CN=prior"}

    def _pending_of(self, one: dict[str, Any], name: str) -> bool:
        body = one["response"]
        return isinstance(body, dict) and f"/certificates/{name}/pending" in str(body.get("pending", ""))

    # --- the replay

    def run(self) -> list[str | None]:
        """Send every request; say of each answer what is wrong with it, None where it is as recorded."""
        start = self.tau[0] - 30 * 60 if self.tau else 0
        self.vault = self.opens(self._settings(), start)
        self._prepare()
        return [self._step(index) for index in range(len(self.exchanges))]

    def _step(self, index: int) -> str | None:
        one = self.exchanges[index]
        controls = self.vault.controls
        controls.advance(self.tau[index] - controls.now())
        self._settle(index)
        path = re.sub(r"[0-9a-f]{32}", lambda match: self._id_of(index, match[0]), one["path"])
        query = {name: self.tokens.get(value, value) for name, value in one["query"].items()}
        answer = self._ask(one["method"], path, self._body(index), query)
        self._learn(one, answer)
        return _difference(one, answer)

    def _settle(self, index: int) -> None:
        """Set the controls so that what the recording shows comes out."""
        controls, deed = self.vault.controls, self.deeds.get(index)
        one = self.exchanges[index]
        for other in self.deeds.values():  # an end that no time was known for comes just before it is seen
            if other.after == index and other.created == -1:
                decision = Refuse() if other.ended == "failed" else Issue()
                if other.ended in ("completed", "failed"):
                    controls.decide(decision, name=self._name(index))
        if one["path"].endswith("/pending") and one["method"] == "PATCH":
            ends = [d for d in self.deeds.values() if d.ended == "cancelled" and d.after and d.after > index]
            wins = bool(ends) and self._name(index) == self._name(ends[0].begun)
            controls.decide_cancellation(wins=wins, after_s=self.tau[ends[0].after or 0] - self.tau[index] if wins else 0)
        if deed is None:
            return
        takes = 1_000_000 if deed.after is None else self.tau[deed.after] - self.tau[index]
        if one["path"].endswith("/create"):
            self._settle_order(index, deed)
        elif one["path"].endswith("/recover"):
            controls.take(recovery_s=takes)
        elif one["status"] == 204:
            controls.take(purge_s=takes)
        else:
            controls.take(deletion_s=takes)

    def _settle_order(self, index: int, deed: Deed) -> None:
        issuer = ((self.exchanges[index]["request"] or {}).get("policy") or {}).get("issuer", {}).get("name", "Self")
        if issuer == "Unknown":
            return
        kind = IssuerKind.SELF if issuer == "Self" else IssuerKind.PARTNER
        created = deed.created
        fits = (
            deed.ended == "completed"
            and deed.after is not None
            and created is not None
            and self.tau[deed.before] < created <= self.tau[deed.after]
        )
        if fits and created is not None:
            self.vault.controls.decide(Issue(created - self.tau[index]), kind=kind)
            return
        self.vault.controls.decide(Stall(), kind=kind)
        deed.created = -1

    def _id_of(self, index: int, recorded: str) -> str:
        """Our identifier in place of a recorded one; of content from before, any of the name's that is left."""
        if recorded not in self.ids:
            left = [one for one in self.versions[self._name(index)] if one not in self.ids.values()]
            self.ids[recorded] = left[0] if left and self.exchanges[index]["status"] < 300 else recorded
        return self.ids[recorded]

    def _body(self, index: int) -> Any:
        one = self.exchanges[index]
        sent, path = one["request"], one["path"]
        if path.endswith("/merge"):
            chain = self.ca.issue(self.csrs[self._name(index)], self.tau[index], 12)
            return {**sent, "x5c": [base64.b64encode(link).decode() for link in chain][: len(sent["x5c"])]}
        if path == "/certificates/restore" and one["status"] != 400:
            return {"value": self.blob}
        if path.endswith("/import") and sent["value"].startswith("<"):
            shown = one["response"]["policy"]["x509_props"]
            made = self._pem(shown) if sent["value"].startswith("<pem") else self._pfx(shown, sent.get("pwd"))
            return {**sent, "value": made}
        return sent

    def _certificate(self, shown: dict[str, Any]) -> tuple[Any, bytes]:
        key = self.maker.make("RSA", 2048, None)
        names = {kind: values for kind, values in shown.get("sans", {}).items() if values}
        policy = {"x509_props": {"subject": "CN=imported", "sans": names, "validity_months": 120}}
        return key, certificates.self_signed(key, policy, self.vault.controls.now(), 5)

    def _pfx(self, shown: dict[str, Any], password: str | None) -> str:
        key, leaf = self._certificate(shown)
        lock: serialization.KeySerializationEncryption = (
            serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        )
        parsed = x509.load_der_x509_certificate(leaf)
        return base64.b64encode(pkcs12.serialize_key_and_certificates(None, key, parsed, None, lock)).decode()

    def _pem(self, shown: dict[str, Any]) -> str:
        key, leaf = self._certificate(shown)
        form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        text: bytes = key.private_bytes(serialization.Encoding.PEM, form, bare)
        return text.decode() + x509.load_der_x509_certificate(leaf).public_bytes(serialization.Encoding.PEM).decode()

    def _ask(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Answer:
        return self.vault.perform(Request(method, path, query or {}, body, self.api))

    def _learn(self, one: dict[str, Any], answer: Answer) -> None:
        """Note which of our identifiers, blobs and tokens stand for which recorded ones."""
        recorded, ours = one["response"], answer.body
        if not isinstance(recorded, dict) or not isinstance(ours, dict):
            return
        if isinstance(ours.get("csr"), str):
            self.csrs[str(ours["id"]).split("/")[4].lower()] = str(ours["csr"])
        if one["path"].endswith("/backup"):
            self.blob = str(ours.get("value"))
        if recorded.get("nextLink") and ours.get("nextLink"):
            theirs, mine = (dict(parse_qsl(urlsplit(str(link)).query)) for link in (recorded["nextLink"], ours["nextLink"]))
            self.tokens[theirs["$skiptoken"]] = mine["$skiptoken"]
        pairs: list[tuple[Any, Any]] = [(recorded, ours)]
        items = ours.get("value")
        if isinstance(recorded.get("value"), list) and isinstance(items, list):
            pairs += zip(recorded["value"], items, strict=False)
        for theirs, mine in pairs:
            for old, new in zip(*(re.findall(r"[0-9a-f]{32}", str(x.get("id"))) for x in (theirs, mine)), strict=False):
                self.ids.setdefault(old, new)


def _difference(one: dict[str, Any], answer: Answer) -> str | None:
    if one["status"] != answer.status:
        return f"status {answer.status} {_code(answer.body)}, recorded {one['status']} {_code(one['response'])}"
    if _code(one["response"]) != _code(answer.body):
        return f"code {_code(answer.body)}, recorded {_code(one['response'])}"
    headers = {name.lower() for name in one["headers"]} & {"location", "retry-after"}  # some recorders drop them
    if not headers <= set(answer.headers):
        return f"headers {sorted(answer.headers)}, recorded {sorted(headers)}"
    missing, added = _fields(one["response"]) - _fields(answer.body), _fields(answer.body) - _fields(one["response"])
    return f"missing {sorted(missing)}, added {sorted(added)}" if missing or added else None


def _code(body: Any) -> str | None:
    return body["error"].get("code") if isinstance(body, dict) and isinstance(body.get("error"), dict) else None


def _fields(body: Any, path: str = "") -> set[str]:
    """Return the paths of all members; those of a list's elements together."""
    if isinstance(body, dict):
        return {f"{path}/{name}" for name in body} | {
            deeper for name, value in body.items() for deeper in _fields(value, f"{path}/{name}")
        }
    if isinstance(body, list):
        return {deeper for value in body for deeper in _fields(value, f"{path}[]")}
    return set()


def name_of(path: Path) -> str:
    """A trace by its folder and its name."""
    return f"{path.parent.name}/{path.stem}"


def deviations(path: Path, opens: Opens) -> dict[tuple[str, int], str]:
    """Replay a trace; what was answered otherwise than it was recorded, by trace and number of the exchange."""
    return {(name_of(path), step): wrong for step, wrong in enumerate(Replay(path, opens).run()) if wrong}


def known_of(path: Path) -> set[tuple[str, int]]:
    """Where a trace is answered otherwise by whatever vault of ours."""
    return {place for place in KNOWN if place[0] == name_of(path)}
