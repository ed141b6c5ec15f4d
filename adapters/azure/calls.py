"""Which method of CertificateClient stands for which request.

A method is called with what the request says as far as the method can say it; whether the SDK then sends the same is checked
where it is sent (sending), so that nothing here needs to be complete. Not here: sending.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from certlife.model.values import Json, Request

# CertificateClient and its models are Any here: they are there only with the extra
Call: TypeAlias = Callable[[Any, "Parts"], object]
Parts: TypeAlias = Mapping[str, Any]
"""`name` and `version` of the path, `body` (an object), `query`, `models` (azure.keyvault.certificates), `link` (the URL)."""


class Inexpressible(Exception):  # noqa: N818 - nobody's error
    """The SDK's method can not say what the request says."""


def call_of(request: Request, models: Any, link: str) -> Callable[[Any], object] | None:
    """What to call on a client; None where the SDK has no method for it.

    Args:
        models: the module azure.keyvault.certificates.
        link: the request's own URL, for pages that follow others.
    """
    words = [word for word in request.path.split("/") if word]
    path = f"{request.method} {'/'.join(words)}"
    body = request.body if isinstance(request.body, dict) else {}
    for pattern, call in _CALLS:
        found = pattern.fullmatch(path)
        if found is not None:
            parts = {"version": "", **found.groupdict(), "body": body, "query": dict(request.query), "models": models, "link": link}
            return lambda client, parts=parts, call=call: call(client, parts)  # type: ignore[misc]
    return None


# --- parts of bodies


def _with_body(parts: Parts) -> dict[str, Any]:
    """Tags and whether it is enabled, as most methods take them."""
    attributes = parts["body"].get("attributes")
    enabled = attributes.get("enabled") if isinstance(attributes, dict) else None
    return {"tags": parts["body"].get("tags"), "enabled": enabled}


def _policy(value: Json, models: Any) -> Any:
    """A policy as the SDK has it."""
    if not isinstance(value, dict):
        raise Inexpressible("no policy")
    said: dict[str, Any] = {group: value.get(group) if isinstance(value.get(group), dict) else {} for group in _POLICY_GROUPS}
    flat = {word: said[group].get(member) for word, group, member in _POLICY}
    sans = said["x509_props"].get("sans") or {}
    names = {f"san_{word}": sans.get(member) for word, member in _SANS}
    return models.CertificatePolicy(**flat, **names, lifetime_actions=_actions(value.get("lifetime_actions"), models))


def _actions(value: Json, models: Any) -> Any:
    if value is None:
        return None
    listed: Any = value
    try:
        return [models.LifetimeAction(one["action"]["action_type"], **one["trigger"]) for one in listed]
    except (KeyError, TypeError) as error:
        raise Inexpressible("actions of another form") from error


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Inexpressible("no base64") from error


def _blob(text: object) -> bytes:
    try:
        return base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (ValueError, binascii.Error) as error:
        raise Inexpressible("no base64url") from error


def _list_of(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Inexpressible("no list")
    return value


# --- methods


def _create(client: Any, parts: Parts) -> object:
    policy = _policy(parts["body"].get("policy"), parts["models"])
    return client.begin_create_certificate(parts["name"], policy, **_with_body(parts))


def _import(client: Any, parts: Parts) -> object:
    body = parts["body"]
    policy = None if body.get("policy") is None else _policy(body["policy"], parts["models"])
    return client.import_certificate(
        parts["name"], _bytes(body.get("value")), password=body.get("pwd"), policy=policy, **_with_body(parts)
    )


def _merge(client: Any, parts: Parts) -> object:
    links = [_bytes(link) for link in _list_of(parts["body"].get("x5c"))]
    return client.merge_certificate(parts["name"], links, **_with_body(parts))


def _get(client: Any, parts: Parts) -> object:
    if parts["version"]:
        return client.get_certificate_version(parts["name"], parts["version"])
    return client.get_certificate(parts["name"])


def _update(client: Any, parts: Parts) -> object:
    return client.update_certificate_properties(parts["name"], parts["version"] or None, **_with_body(parts))


def _update_policy(client: Any, parts: Parts) -> object:
    return client.update_certificate_policy(parts["name"], _policy(parts["body"], parts["models"]))


def _operation(method: str) -> Call:
    def call(client: Any, parts: Parts) -> object:
        return getattr(client, method)(parts["name"], params=dict(parts["query"]))

    return call


def _page(method: str) -> Call:
    """One page of a list; what follows is asked for by its link."""

    def call(client: Any, parts: Parts) -> object:
        query = parts["query"]
        named = [parts["name"]] if "name" in parts else []
        pending = {"include_pending": {"true": True, "false": False}.get(query["includePending"])} if "includePending" in query else {}
        size = query.get("maxresults", "")
        sized = {"max_page_size": int(size)} if size.lstrip("-").isdecimal() else {}
        pages = getattr(client, method)(*named, **pending, **sized)
        return next(pages.by_page(parts["link"] if "$skiptoken" in query else None), None)

    return call


def _issuer(method: str) -> Call:
    def call(client: Any, parts: Parts) -> object:
        body = parts["body"]
        groups = {name: body.get(name) if isinstance(body.get(name), dict) else {} for name in ("credentials", "org_details", "attributes")}
        contacts = [
            parts["models"].AdministratorContact(**{word: one.get(member) for word, member in _ADMINISTRATOR})
            for one in groups["org_details"].get("admin_details") or ()
        ]
        said = {
            "account_id": groups["credentials"].get("account_id"),
            "password": groups["credentials"].get("pwd"),
            "organization_id": groups["org_details"].get("id"),
            "enabled": groups["attributes"].get("enabled"),
            "admin_contacts": contacts or None,
        }
        return getattr(client, method)(parts["name"], provider=body.get("provider"), **said)

    return call


def _set_contacts(client: Any, parts: Parts) -> object:
    listed = [one if isinstance(one, dict) else {} for one in _list_of(parts["body"].get("contacts"))]
    make = parts["models"].CertificateContact
    return client.set_contacts([make(email=one.get("email"), name=one.get("name"), phone=one.get("phone")) for one in listed])


def _named(method: str) -> Call:
    return lambda client, parts: getattr(client, method)(parts["name"])


def _alone(method: str) -> Call:
    return lambda client, _: getattr(client, method)()


_POLICY_GROUPS: Final = ("issuer", "x509_props", "key_props", "secret_props")
# the SDK's word, where it stands in the policy
_POLICY: Final = (
    ("issuer_name",              "issuer",       "name"),
    ("certificate_type",         "issuer",       "cty"),
    ("certificate_transparency", "issuer",       "cert_transparency"),
    ("subject",                  "x509_props",   "subject"),
    ("key_usage",                "x509_props",   "key_usage"),
    ("enhanced_key_usage",       "x509_props",   "ekus"),
    ("validity_in_months",       "x509_props",   "validity_months"),
    ("exportable",               "key_props",    "exportable"),
    ("key_type",                 "key_props",    "kty"),
    ("key_size",                 "key_props",    "key_size"),
    ("reuse_key",                "key_props",    "reuse_key"),
    ("key_curve_name",           "key_props",    "crv"),
    ("content_type",             "secret_props", "contentType"),
)  # fmt: skip
_SANS: Final = (
    ("dns_names", "dns_names"), ("emails", "emails"), ("user_principal_names", "upns"), ("uris", "uris"), ("ip_addresses", "ipAddresses"),
)  # fmt: skip
_ADMINISTRATOR: Final = (("first_name", "first_name"), ("last_name", "last_name"), ("email", "email"), ("phone", "phone"))
_CALLS: Final[tuple[tuple[re.Pattern[str], Call], ...]] = tuple(
    (re.compile(pattern.replace("NAME", "(?P<name>[^/]+)").replace("VERSION", "(?P<version>[^/]+)")), call)
    for pattern, call in (
        ("GET certificates",                     _page("list_properties_of_certificates")),
        ("GET deletedcertificates",              _page("list_deleted_certificates")),
        ("PUT certificates/contacts",            _set_contacts),
        ("GET certificates/contacts",            _alone("get_contacts")),
        ("DELETE certificates/contacts",         _alone("delete_contacts")),
        ("GET certificates/issuers",             _page("list_properties_of_issuers")),
        ("PUT certificates/issuers/NAME",        _issuer("create_issuer")),
        ("PATCH certificates/issuers/NAME",      _issuer("update_issuer")),
        ("GET certificates/issuers/NAME",        _named("get_issuer")),
        ("DELETE certificates/issuers/NAME",     _named("delete_issuer")),
        ("POST certificates/restore",            lambda client, parts: client.restore_certificate_backup(_blob(parts["body"].get("value")))),
        ("POST certificates/NAME/create",        _create),
        ("POST certificates/NAME/import",        _import),
        ("POST certificates/NAME/backup",        _named("backup_certificate")),
        ("GET certificates/NAME/versions",       _page("list_properties_of_certificate_versions")),
        ("GET certificates/NAME/policy",         _named("get_certificate_policy")),
        ("PATCH certificates/NAME/policy",       _update_policy),
        ("GET certificates/NAME/pending",        _operation("get_certificate_operation")),
        ("PATCH certificates/NAME/pending",      _operation("cancel_certificate_operation")),
        ("DELETE certificates/NAME/pending",     _operation("delete_certificate_operation")),
        ("POST certificates/NAME/pending/merge", _merge),
        ("DELETE certificates/NAME",             _named("begin_delete_certificate")),
        ("GET certificates/NAME",                _get),
        ("GET certificates/NAME/VERSION",        _get),
        ("PATCH certificates/NAME",              _update),
        ("PATCH certificates/NAME/VERSION",      _update),
        ("GET deletedcertificates/NAME",         _named("get_deleted_certificate")),
        ("DELETE deletedcertificates/NAME",      _named("purge_deleted_certificate")),
        ("POST deletedcertificates/NAME/recover", _named("begin_recover_deleted_certificate")),
    )
)  # fmt: skip
