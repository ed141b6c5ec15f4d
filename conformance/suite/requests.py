"""Everything that a caller may send: for every operation the kinds of its requests, sound and not.

A kind is a circumstance (an old version, another request_id, a file without its key); the data in it is chosen. What the
vault must say to it is the model's business, and none of this table's.

Not here: when what is sent (planner, lifecycle).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from certlife.conformance.suite.acts import Send
from certlife.conformance.suite.choosing import Choosing
from certlife.conformance.suite.notebook import NEXT, Notebook
from certlife.conformance.suite.policies import ACTIONS, BAD, NOBODY, PARTNER, RENEWED, UNHEARD_OF, bad_policy, policy
from certlife.model.values import Json
from certlife.model.vocabulary import Operation as Op

STRANGER: Final = "f" * 32
"""A version, or a request_id, that is nobody's."""
PKCS12, PEM = "application/x-pkcs12", "application/x-pem-file"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a request is chosen for.

    Attributes:
        name: of the certificate, as it is spelled.
        notebook: what was seen so far.
        others: further names, living or not.
    """

    name: str
    notebook: Notebook
    choosing: Choosing
    others: tuple[str, ...] = ()

    def ref(self, kind: str, index: str = "") -> str:
        """A reference to what was seen under the name."""
        return f"${{{self.name}.{kind}{index}}}"


Kind: TypeAlias = Callable[[Scene], Send]

TAGS: Final[tuple[dict[str, Json] | None, ...]] = (None, {"a": "b"}, {"x": "1", "y": "2"}, {})
ENABLED: Final[tuple[dict[str, Json] | None, ...]] = (None, {"enabled": True}, {"enabled": False}, {})


def _wishes(scene: Scene, **members: Any) -> dict[str, Json]:
    """The members, with tags and attributes or without."""
    tags, attributes = scene.choosing.pick(TAGS), scene.choosing.pick(ENABLED)
    more = {"tags": tags, "attributes": attributes}
    return {**{name: value for name, value in members.items() if value is not None}, **{n: v for n, v in more.items() if v is not None}}


# --- create


def _create(scene: Scene, *, issuer: str | None) -> Send:
    return Send("POST", f"/certificates/{scene.name}/create", _wishes(scene, policy=policy(scene.choosing, issuer)))


def _create_as_before(scene: Scene) -> Send:
    return Send("POST", f"/certificates/{scene.name}/create", _wishes(scene))


def _create_badly(scene: Scene, *, flaw: str) -> Send:
    return Send("POST", f"/certificates/{scene.name}/create", {"policy": bad_policy(scene.choosing, flaw=flaw)})


def _create_with(scene: Scene, **members: Json) -> Send:
    sound: Json = {"x509_props": {"subject": "CN=web"}, "issuer": {"name": "Self"}}
    whole: dict[str, Json] = {"policy": sound, **members}
    return Send("POST", f"/certificates/{scene.name}/create", whole)


def _create_misnamed(scene: Scene, *, name: str) -> Send:
    return Send("POST", f"/certificates/{name}/create", {"policy": policy(scene.choosing, "Self")})


# --- import


def _import(scene: Scene, *, form: str = "pfx", file: Mapping[str, Json] | None = None, wishes: Mapping[str, Json] | None = None) -> Send:
    wanted: dict[str, Json] = {"form": form, **(file or {})}
    content: dict[str, Json] = {"secret_props": {"contentType": PEM if form == "pem" else PKCS12}}
    body = _wishes(scene, value={"$file": wanted}, policy=content)
    return Send("POST", f"/certificates/{scene.name}/import", {**body, **(wishes or {})})


def _import_some(scene: Scene, *, form: str) -> Send:
    key: dict[str, Json] = scene.choosing.pick(({}, {"kty": "RSA"}, {"curve": "P-384"}, {"curve": "P-521"}, {"curve": "P-256K"}))
    months, age = scene.choosing.pick(((12, 0), (24, 100), (1, 5), (12, -30)))
    chain = scene.choosing.pick((False, True))
    return _import(scene, form=form, file={**key, "months": months, "age_days": age, "chain": chain})


def _import_with_policy(scene: Scene) -> Send:
    parts: dict[str, Json] = {"secret_props": {"contentType": PKCS12}}
    issuer = scene.choosing.pick(("Self", "Unknown", PARTNER, NOBODY))
    exportable = scene.choosing.pick((True, False))
    parts.update(issuer={"name": issuer}, key_props={"kty": "EC", "crv": "P-256", "exportable": exportable, "reuse_key": False})
    return _import(scene, wishes={"policy": parts})


def _import_badly(scene: Scene, *, flaw: str) -> Send:
    flawed: dict[str, Json] = {"secret_props": {"contentType": PKCS12}, **bad_policy(scene.choosing, None, flaw)}
    return _import(scene, wishes={"policy": flawed})


def _import_text(scene: Scene, *, value: Json) -> Send:
    return Send("POST", f"/certificates/{scene.name}/import", {} if value is None else {"value": value})


# --- read and update


def _at(scene: Scene, version: str) -> str:
    return f"/certificates/{scene.name}{version and '/'}{version}"


def _get(scene: Scene, *, version: str = "", of: str = "certificates") -> Send:
    shown = version.replace("NAME", scene.name)
    return Send("GET", f"/{of}/{scene.name}{shown and '/'}{shown}")


def _spelled_large(scene: Scene, *, path: str) -> Send:
    return Send("GET", f"/certificates/{scene.name.swapcase()}{path}")


def _update(scene: Scene, *, version: str = "", **members: Json) -> Send:
    body = dict(members) if members else _wishes(scene)
    return Send("PATCH", _at(scene, version.replace("NAME", scene.name)), body)


def _update_policy_too(scene: Scene, *, version: str = "") -> Send:
    parts: dict[str, Json] = {"lifetime_actions": scene.choosing.pick(ACTIONS[1:])}
    return Send("PATCH", _at(scene, version.replace("NAME", scene.name)), {"policy": parts})


def _update_badly(scene: Scene, *, flaw: str) -> Send:
    return Send("PATCH", _at(scene, ""), {"policy": bad_policy(scene.choosing, None, flaw)})


def _change_policy(scene: Scene) -> Send:
    issuer = scene.choosing.pick((None, "Self", "Unknown", PARTNER))
    return Send("PATCH", f"/certificates/{scene.name}/policy", dict(policy(scene.choosing, issuer)))


def _change_policy_to(scene: Scene, **parts: Json) -> Send:
    return Send("PATCH", f"/certificates/{scene.name}/policy", dict(parts))


def _change_policy_badly(scene: Scene, *, flaw: str) -> Send:
    return Send("PATCH", f"/certificates/{scene.name}/policy", bad_policy(scene.choosing, None, flaw))


def _plain(scene: Scene, *, method: str, path: str, body: Json = None, query: Mapping[str, str] | None = None) -> Send:
    return Send(method, path.replace("NAME", scene.name), body, query or {})


def _without_version(scene: Scene, *, path: str) -> Send:
    return Send("GET", path.replace("NAME", scene.name), api_version="")


# --- the operation


def _pending(scene: Scene, *, method: str, request_id: str = "", body: Json = None) -> Send:
    wanted = {"request_id": request_id.replace("NAME", scene.name)} if request_id else {}
    return Send(method, f"/certificates/{scene.name}/pending", body, wanted)


def _merge(scene: Scene, *, csr: str = "", **wishes: Json) -> Send:
    links: dict[str, Json] = {"csr": scene.ref("csr", csr), **wishes}
    months, age = scene.choosing.pick(((12, 0), (24, 10), (1, 0), (12, -2)))
    body = _wishes(scene, x5c={"$signed": {"months": months, "age_days": age, **links}})
    return Send("POST", f"/certificates/{scene.name}/pending/merge", body)


def _merge_text(scene: Scene, *, x5c: Json) -> Send:
    return Send("POST", f"/certificates/{scene.name}/pending/merge", {} if x5c is None else {"x5c": x5c})


# --- lists, backups, issuers, contacts


def _list(scene: Scene, *, path: str) -> Send:
    size = scene.choosing.pick((None, "1", "2", "25"))
    pending = scene.choosing.pick((None, "true", "false")) if path in ("/certificates", "/deletedcertificates") else None
    wishes = {"maxresults": size, "includePending": pending}
    return Send("GET", path.replace("NAME", scene.name), query={name: value for name, value in wishes.items() if value is not None})


def _restore(scene: Scene, *, value: Json) -> Send:
    body: dict[str, Json] = {} if value is None else {"value": value.replace("NAME", scene.name) if isinstance(value, str) else value}
    return Send("POST", "/certificates/restore", body)


ADMINISTRATORS: Final[list[Json]] = [{"first_name": "Ann", "last_name": "B", "email": "ann@example.com", "phone": "1"}]


def _issuer(scene: Scene, *, method: str, name: str = "spare") -> Send:
    if method not in ("PUT", "PATCH"):
        return Send(method, f"/certificates/issuers/{name}")
    known: tuple[Any, ...] = (None, {"id": "7"}, {"id": "8", "admin_details": ADMINISTRATORS})
    details = scene.choosing.pick(known)
    whole: dict[str, Any] = {
        "provider": scene.choosing.pick(("Test", "DigiCert", "GlobalSign")),
        "org_details": details,
        "credentials": scene.choosing.pick((None, {"account_id": "9", "pwd": "secret"})),
        "attributes": scene.choosing.pick((None, {"enabled": True}, {"enabled": False})),
    }
    if method == "PATCH":
        whole["provider"] = scene.choosing.pick((None, "Test", "GlobalSign"))
    return Send(method, f"/certificates/issuers/{name}", {key: value for key, value in whole.items() if value is not None})


def _contacts(scene: Scene) -> Send:
    one: dict[str, Json] = {"email": "ann@example.com", "name": "Ann", "phone": "1"}
    listed: list[Json] = scene.choosing.pick(([one], [{"email": "b@example.com"}, one], [{"email": "c@example.com", "name": "C"}], []))
    return Send("PUT", "/certificates/contacts", {"contacts": listed})


def _of_versions(kind: Callable[..., Send], **more: Any) -> tuple[Kind, ...]:
    """The same for the current version, the last and the first ones seen, and one that never was."""
    versions = ("", "${NAME.version}", "${NAME.version.0}", "${NAME.version.1}", STRANGER)
    return tuple(partial(kind, version=version, **more) for version in versions)


def _of_request_ids(**more: Any) -> tuple[Kind, ...]:
    return tuple(partial(_pending, request_id=one, **more) for one in ("", "${NAME.request_id}", "${NAME.request_id.0}", STRANGER))


def _of_flaws(kind: Callable[..., Send]) -> tuple[Kind, ...]:
    """The same with a policy that is bad in each way."""
    return tuple(partial(kind, flaw=flaw) for flaw in BAD)


KINDS: Final[Mapping[Op, tuple[Kind, ...]]] = {
    Op.CREATE: (
        *(partial(_create, issuer=issuer) for issuer in ("Self", "Unknown", PARTNER, None, NOBODY, UNHEARD_OF)),
        _create_as_before, *(partial(_create_misnamed, name=name) for name in ("not_a_name", "a.b", "x" * 128)), *_of_flaws(_create_badly),
        partial(_create_with, attributes={"nbf": 1_900_000_000}),
        partial(_create_with, tags={f"t{index}": "x" for index in range(16)}),
    ),
    Op.IMPORT: (
        partial(_import_some, form="pfx"), partial(_import_some, form="pem"), _import_with_policy,
        partial(_import, file={"password": "right"}, wishes={"pwd": "right"}),
        partial(_import, file={"password": "right"}, wishes={"pwd": "wrong"}),
        partial(_import, form="pem", file={"key": False}), partial(_import, file={"key": False}),
        partial(_import, file={"months": 12, "age_days": 500}), partial(_import, file={"age_days": -30}),
        *_of_flaws(_import_badly), partial(_import_text, value=None), partial(_import_text, value="AAAA"),
        partial(_import, wishes={"pwd": "p" * 201}), partial(_import, form="pem", wishes={"policy": {"secret_props": {"contentType": PKCS12}}}),
        partial(_import, form="pem", wishes={"value": "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\r\n"}),
    ),
    Op.GET: (
        *_of_versions(_get), partial(_plain, method="GET", path="/certificates/NAME/"), partial(_spelled_large, path=""),
        partial(_without_version, path="/certificates/NAME"), partial(_plain, method="GET", path="/certificates/not_a_name"),
    ),
    Op.UPDATE: (
        *_of_versions(_update), *_of_versions(_update, tags={"new": "tag"}), partial(_update, attributes={"enabled": False}),
        partial(_update, attributes={"enabled": True}), *_of_versions(_update, attributes={"enabled": False}),
        *_of_versions(_update, attributes={"enabled": True}), _update_policy_too, partial(_update_policy_too, version="${NAME.version.0}"),
        *_of_flaws(_update_badly), partial(_update, attributes={"exp": 1_900_000_000}), partial(_update, tags={f"t{index}": "x" for index in range(16)}),
    ),
    Op.GET_POLICY: (partial(_plain, method="GET", path="/certificates/NAME/policy"),),
    Op.UPDATE_POLICY: (
        _change_policy, partial(_change_policy_to, lifetime_actions=RENEWED), partial(_change_policy_to, x509_props={"validity_months": 3}),
        partial(_change_policy_to, key_props={"kty": "EC", "crv": "P-256", "reuse_key": True}), *_of_flaws(_change_policy_badly),
        partial(_change_policy_to, issuer={"name": "Unknown"}), partial(_change_policy_to, issuer={"name": NOBODY}),
    ),
    Op.DELETE: (partial(_plain, method="DELETE", path="/certificates/NAME"),),
    Op.LIST: (partial(_list, path="/certificates"), partial(_plain, method="GET", path=NEXT), partial(_plain, method="GET", path="/certificates", query={"includePending": "true"}), partial(_plain, method="GET", path="/certificates", query={"maxresults": "26"}), partial(_plain, method="GET", path="/certificates", query={"maxresults": "0"})),
    Op.LIST_VERSIONS: (partial(_list, path="/certificates/NAME/versions"), partial(_plain, method="GET", path="/certificates/NAME/versions"), partial(_plain, method="GET", path="/certificates/NAME/versions", query={"maxresults": "99"})),
    Op.LIST_DELETED: (partial(_plain, method="GET", path="/deletedcertificates", query={"includePending": "true"}), partial(_list, path="/deletedcertificates"), partial(_plain, method="GET", path="/deletedcertificates", query={"maxresults": "-1"})),
    Op.GET_DELETED: (partial(_plain, method="GET", path="/deletedcertificates/NAME"),),
    Op.RECOVER: (partial(_plain, method="POST", path="/deletedcertificates/NAME/recover"),),
    Op.PURGE: (partial(_plain, method="DELETE", path="/deletedcertificates/NAME"),),
    Op.BACKUP: (partial(_plain, method="POST", path="/certificates/NAME/backup"),),
    Op.RESTORE: (partial(_restore, value="${NAME.blob}"), partial(_restore, value="${NAME.blob.0}"), partial(_restore, value="bogus"), partial(_restore, value=None)),
    Op.GET_KEY: _of_versions(_get, of="keys"),
    Op.GET_SECRET: _of_versions(_get, of="secrets"),
    Op.POLL: _of_request_ids(method="GET"),
    Op.CANCEL: (
        *_of_request_ids(method="PATCH", body={"cancellation_requested": True}),
        partial(_pending, method="PATCH", body={"cancellation_requested": False}), partial(_pending, method="PATCH", body={}),
    ),
    Op.DELETE_OPERATION: _of_request_ids(method="DELETE"),
    Op.MERGE: (
        _merge, partial(_merge, links="leaf"), partial(_merge, links="reversed"), partial(_merge, form="p7b"), partial(_merge, key="other"),
        partial(_merge, csr=".0"), partial(_merge, subject="CN=as the CA likes it"), partial(_merge_text, x5c=["AAAA"]), partial(_merge_text, x5c=[]), partial(_merge_text, x5c=None),
    ),
    Op.SET_ISSUER: (
        partial(_issuer, method="PUT"), partial(_issuer, method="PUT"), partial(_plain, method="PUT", path="/certificates/issuers/spare", body={}),
        partial(_issuer, method="PUT", name="Self"), partial(_plain, method="PUT", path="/certificates/issuers/spare", body={"provider": "DigiCert"}),
    ),
    Op.UPDATE_ISSUER: (partial(_issuer, method="PATCH"), partial(_issuer, method="PATCH", name="stranger")),
    Op.GET_ISSUER: (partial(_issuer, method="GET"), partial(_issuer, method="GET", name="SPARE"), partial(_issuer, method="GET", name=NOBODY)),
    Op.DELETE_ISSUER: (partial(_issuer, method="DELETE"), partial(_issuer, method="DELETE", name="stranger")),
    Op.LIST_ISSUERS: (partial(_list, path="/certificates/issuers"), partial(_plain, method="GET", path="/certificates/issuers", query={"maxresults": "0"})),
    Op.SET_CONTACTS: (_contacts, _contacts, partial(_plain, method="PUT", path="/certificates/contacts", body={"contacts": [{"name": "nobody"}]})),
    Op.GET_CONTACTS: (partial(_plain, method="GET", path="/certificates/contacts"),),
    Op.DELETE_CONTACTS: (partial(_plain, method="DELETE", path="/certificates/contacts"),),
}  # fmt: skip
