"""The key and the secret that belong to a certificate.

Not here: keys and secrets of their own (parts).
"""

from __future__ import annotations

from certlife.adapters import files, keys
from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import forbidden, not_found
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Members, Record, Stage, State, Version, find
from certlife.model.values import Answer, Json


def get_key(state: State, call: Call) -> Answer:
    """Answer GET /keys/{name} and its versions (observed N-53, P-84)."""
    record, version = _part(state, call, "key", "KeyDisabled")
    kid = f"{call.vault}/keys/{record.name}/{version.id}"
    properties = members(version.policy["key_props"], "key_props")
    usage = members(version.policy["x509_props"], "x509_props").get("key_usage")
    usages = [str(one) for one in usage] if isinstance(usage, list) else None
    jwk = keys.jwk(version.key, kid, usages, hsm=str(properties.get("kty")).endswith("-HSM"))
    key: Members = {name: plain(value) for name, value in jwk.items()}
    return shown.ok(
        {"key": key, "attributes": shown.attributes(state, call, version), **_tags(version), "managed": True}
    )


def get_secret(state: State, call: Call) -> Answer:
    """Answer GET /secrets/{name} and its versions: PFX or PEM, the private key only if exportable (observed N-52, J-21)."""
    record, version = _part(state, call, "secret", "SecretDisabled")
    form = str(members(version.policy["secret_props"], "secret_props")["contentType"])
    if version.secret is None:
        exportable = members(version.policy["key_props"], "key_props").get("exportable")
        state.touch(record.name)
        version.secret = files.written(version.key if exportable else None, version.chain, form)
    return shown.ok(
        {
            "value": version.secret,
            "contentType": form,
            "id": f"{call.vault}/secrets/{record.name}/{version.id}",
            "managed": True,
            "attributes": shown.attributes(state, call, version),
            **_tags(version),
            "kid": f"{call.vault}/keys/{record.name}/{version.id}",
        }
    )


def _part(state: State, call: Call, kind: str, inner: str) -> tuple[Record, Version]:
    """Return the version whose key or secret is asked for; expiry does not hinder (C-01; field note F-20).

    Raises: RefusedError: 404; 403, it is disabled, as long as there is only a placeholder too (observed J-20; of keys
    inferred from it, S-57).
    """
    record = find(state, call.name)
    version = record.version(call.version) if record is not None and record.stage is Stage.LIVE else None
    if record is None or version is None:
        raise not_found(kind, call.name, call.version)
    if not version.enabled or not version.chain:
        raise forbidden(f"Operation get is not allowed on a disabled {kind}.", inner)
    return record, version


def _tags(version: Version) -> Members:
    return {"tags": dict(version.tags)} if version.tags else {}


def plain(value: object) -> Json:
    """Return a member of a JWK as JSON: a text, or a list of texts."""
    return [str(one) for one in value] if isinstance(value, list) else str(value)
