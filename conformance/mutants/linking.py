"""Mutants whose keys and secrets do not belong to their certificates."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters import certificates, files
from certlife.adapters.memory.access import living_version
from certlife.adapters.memory.errors import RefusedError, forbidden
from certlife.adapters.memory.policy import PEM, PKCS12, members
from certlife.adapters.memory.state import Call, Key, State, Version, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import as_if_living, members_of, showing_also, showing_in, showing_less
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.GET_SECRET, rules="X509-64")
def secret_has_another_key(original: Handler, state: State, call: Call) -> Answer:
    """The file in the secret holds a private key that is not the certificate's, with a certificate of its own."""
    answer, version = original(state, call), _version(state, call)
    other = _another_key(state, version)
    chain = [certificates.self_signed(other, version.policy, version.created, 1), *version.chain]
    return showing_also(answer, value=files.written(_exported(version, other), chain, str(members_of(answer)["contentType"])))


@answering(Operation.GET_SECRET, rules="X509-62")
def secret_has_another_certificate(original: Handler, state: State, call: Call) -> Answer:
    """The file in the secret holds the certificate of the first version."""
    answer, version = original(state, call), _version(state, call)
    record = find(state, call.name)
    chain = record.versions[0].chain if record is not None else version.chain
    key = record.versions[0].key if record is not None else version.key
    return showing_also(answer, value=files.written(_exported(version, key), chain, str(members_of(answer)["contentType"])))


@answering(Operation.GET_SECRET, rules="X509-63")
def secret_has_no_key(original: Handler, state: State, call: Call) -> Answer:
    """The file in the secret holds no private key although it is exportable."""
    answer, version = original(state, call), _version(state, call)
    return showing_also(answer, value=_file(version, key=None))


@answering(Operation.GET_SECRET, rules="X509-63")
def secret_has_a_key_that_is_not_exportable(original: Handler, state: State, call: Call) -> Answer:
    """The file in the secret holds the private key although it is not exportable."""
    answer, version = original(state, call), _version(state, call)
    return showing_also(answer, value=_file(version, key=version.key))


@answering(Operation.GET_SECRET, rules="X509-61")
def secret_is_a_pfx_called_pem(original: Handler, state: State, call: Call) -> Answer:
    """The secret is a PFX although its content type promises PEM."""
    answer, version = original(state, call), _version(state, call)
    return showing_also(answer, value=files.written(_exported(version, version.key), version.chain, PKCS12))


@answering(Operation.GET_SECRET, rules="X509-61")
def secret_is_pem_called_a_pfx(original: Handler, state: State, call: Call) -> Answer:
    """The secret is PEM although its content type promises a PFX."""
    answer, version = original(state, call), _version(state, call)
    return showing_also(answer, value=files.written(_exported(version, version.key), version.chain, PEM))


@answering(Operation.GET_SECRET, rules="SHOW-074")
def secret_is_always_called_a_pfx(original: Handler, state: State, call: Call) -> Answer:
    """The content type of every secret is that of PFX."""
    return showing_also(original(state, call), contentType=PKCS12)


@answering(Operation.GET_SECRET, rules="SHOW-075")
def secret_has_no_value(original: Handler, state: State, call: Call) -> Answer:
    """A secret is shown without its value."""
    return showing_less(original(state, call), "value")


@answering(Operation.GET_SECRET, rules="SHOW-072")
def secret_hides_its_key(original: Handler, state: State, call: Call) -> Answer:
    """A secret is shown without kid."""
    return showing_less(original(state, call), "kid")


@answering(Operation.GET_SECRET, rules="SHOW-072")
def secret_leads_to_the_key_without_version(original: Handler, state: State, call: Call) -> Answer:
    """The kid of a secret leads to the key without a version."""
    return showing_also(original(state, call), kid=f"{call.vault}/keys/{call.name}")


@answering(Operation.GET_SECRET, rules="SHOW-071")
def secret_of_an_old_version_is_the_newest(original: Handler, state: State, call: Call) -> Answer:
    """Under the identifier of an old version the current secret is shown."""
    _version(state, call)
    return original(state, replace(call, version=""))


@answering(Operation.GET_SECRET, rules="CERT-67")
def secret_of_an_unknown_version_is_the_newest(original: Handler, state: State, call: Call) -> Answer:
    """Under the identifier of a version that does not exist the current secret is shown."""
    try:
        return original(state, call)
    except RefusedError as refused:
        if refused.status != 404 or not call.version:
            raise
        return original(state, replace(call, version=""))


@answering(Operation.GET_SECRET, rules="CERT-70")
def disabled_secret_can_be_read(original: Handler, state: State, call: Call) -> Answer:
    """The secret of a disabled certificate is shown."""
    version = _version(state, call)
    if version.enabled or not version.chain:
        return original(state, call)
    version.enabled = True
    try:
        return showing_in(original(state, call), "attributes", enabled=False)
    finally:
        version.enabled = False


@answering(Operation.GET_SECRET, rules="CERT-65")
def secret_of_a_stub_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """The secret of a certificate that is being issued is answered with 404."""
    if not _version(state, call).chain:
        raise RefusedError(404, "SecretNotFound", f"A secret with (name/id) {call.name} was not found.")
    return original(state, call)


@answering(Operation.GET_SECRET, rules="CERT-74")
def secret_of_a_deleted_certificate_can_be_read(original: Handler, state: State, call: Call) -> Answer:
    """The secret of a deleted certificate is shown."""
    return as_if_living(original, state, call)


@answering(Operation.GET_KEY, rules="CERT-83")
def key_of_a_deleted_certificate_can_be_read(original: Handler, state: State, call: Call) -> Answer:
    """The key of a deleted certificate is shown."""
    return as_if_living(original, state, call)


@answering(Operation.GET_SECRET, rules="CERT-73")
def secret_of_a_non_exportable_key_is_forbidden(original: Handler, state: State, call: Call) -> Answer:
    """The secret of a certificate whose key is not exportable is refused."""
    if not members(_version(state, call).policy["key_props"], "key_props").get("exportable"):
        raise forbidden("The key is not exportable.")
    return original(state, call)


@answering(Operation.GET_KEY, rules="X509-60")
def key_is_another_one(original: Handler, state: State, call: Call) -> Answer:
    """The key that is shown is not the certificate's."""
    version = _version(state, call)
    own = version.key
    version.key = _another_key(state, version) if own is not None else None
    try:
        return original(state, call)
    finally:
        version.key = own


@answering(Operation.GET_KEY, rules="SHOW-070")
def key_of_an_old_version_is_the_newest(original: Handler, state: State, call: Call) -> Answer:
    """Under the identifier of an old version the current key is shown."""
    _version(state, call)
    return original(state, replace(call, version=""))


@answering(Operation.GET_KEY, rules="SHOW-070")
def key_is_called_a_certificate(original: Handler, state: State, call: Call) -> Answer:
    """The kid within a key is the certificate's identifier."""
    answer = original(state, call)
    kid = str(members_of(answer)["key"]["kid"])
    return showing_in(answer, "key", kid=kid.replace("/keys/", "/certificates/"))


@answering(Operation.GET_KEY, rules="RELA-18")
def key_may_do_everything(original: Handler, state: State, call: Call) -> Answer:
    """A key may do everything whatever the policy's key usages are."""
    return showing_in(original(state, call), "key", key_ops=["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"])


@answering(Operation.GET_KEY, rules="RELA-18")
def key_may_do_nothing(original: Handler, state: State, call: Call) -> Answer:
    """A key may do nothing whatever the policy's key usages are."""
    return showing_in(original(state, call), "key", key_ops=[])


@answering(Operation.GET_KEY, rules="RELA-20")
def key_is_always_called_rsa(original: Handler, state: State, call: Call) -> Answer:
    """Every key is shown as one of RSA."""
    return showing_in(original(state, call), "key", kty="RSA")


@answering(Operation.GET_KEY, rules="SHOW-073")
def key_is_not_managed(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's key is shown as one that nobody manages."""
    return showing_less(original(state, call), "managed")


@answering(Operation.GET_SECRET, rules="SHOW-073")
def secret_is_not_managed(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's secret is shown as one that nobody manages."""
    return showing_also(original(state, call), managed=False)


@answering(Operation.GET_KEY, rules="SHOW-043 SHOW-044")
def key_never_expires(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's key is shown without nbf and exp."""
    answer = original(state, call)
    attributes = {k: v for k, v in members_of(answer)["attributes"].items() if k not in ("nbf", "exp")}
    return showing_also(answer, attributes=attributes)


@answering(Operation.GET_SECRET, rules="SHOW-041 SHOW-042")
def secret_is_as_old_as_its_reading(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's secret is shown as created just now."""
    return showing_in(original(state, call), "attributes", created=call.now, updated=call.now)


@answering(Operation.GET_SECRET, rules="SHOW-045")
def secret_is_purgeable(original: Handler, state: State, call: Call) -> Answer:
    """A certificate's secret is shown with a recovery level of its own."""
    return showing_in(original(state, call), "attributes", recoveryLevel="Purgeable")


def _version(state: State, call: Call) -> Version:
    """The version whose key or secret is asked for.

    Raises: RefusedError: 404.
    """
    return living_version(state, call)[1]


def _exported(version: Version, key: Key) -> Key:
    """A key, if the policy of the version lets it go."""
    return key if members(version.policy["key_props"], "key_props").get("exportable") else None


def _another_key(state: State, version: Version) -> Key:
    properties = members(version.policy["key_props"], "key_props")
    kty, size, curve = (properties.get(name) for name in ("kty", "key_size", "crv"))
    return state.keys.make(str(kty), size if isinstance(size, int) else None, None if curve is None else str(curve))


def _file(version: Version, *, key: Key) -> str:
    """The file that a secret holds, with a key of the caller's choice."""
    form = str(members(version.policy["secret_props"], "secret_props")["contentType"])
    return files.written(key, version.chain, form)
