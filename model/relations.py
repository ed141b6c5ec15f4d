"""How the members of a body must relate: to one another, to the clock, to the request, to what was seen before.

Each takes a Look and says whether the relation holds; where it cannot tell (an elided value, an unknown clock), it holds.
Not here: which body they are about (answers), X.509 content (x509).
"""

from __future__ import annotations

import base64
import binascii
import calendar
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from certlife.model.asks import Ask, kind_of
from certlife.model.known import ABSENT, CLOCK_SLACK_S, DAY_S, Doc, Making, stated
from certlife.model.look import NAMELESS, Look
from certlife.model.policy import KEY_USAGES
from certlife.model.vocabulary import CertificateState, IssuerKind, Operation, OperationState

LONGEST_PAGE: Final = 25
LARGEST_SECRET: Final = 25 * 1024
_CUT: Final = re.compile(r"-\d*$")
_BACKDATED_S: Final = range(600, 600 + CLOCK_SLACK_S)
_TIMES: Final = (("attributes",), ("policy", "attributes"))


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _time(look: Look, *path: str) -> int | None:
    return _whole(look.member(*path))


def created_before_updated(look: Look) -> bool:
    """Nothing is updated before it is created."""
    pairs = ((_time(look, *path, "created"), _time(look, *path, "updated")) for path in _TIMES)
    return all(created is None or updated is None or created <= updated for created, updated in pairs)


def nbf_before_exp(look: Look) -> bool:
    """Validity does not end before it begins."""
    nbf, exp = _time(look, "attributes", "nbf"), _time(look, "attributes", "exp")
    return nbf is None or exp is None or nbf <= exp


def nothing_from_the_future(look: Look) -> bool:
    """Stamps of what has happened do not lie ahead of the clock."""
    if look.facts.at is None:
        return True
    stamps = [_time(look, *path, member) for path in _TIMES for member in ("created", "updated")]
    return all(stamp is None or stamp <= look.facts.at + CLOCK_SLACK_S for stamp in stamps)


def backdated_ten_minutes(look: Look) -> bool:
    """What the vault signs itself, or holds a place for, is valid from ten minutes before it is made."""
    created, nbf = _time(look, "attributes", "created"), _time(look, "attributes", "nbf")
    if not _self_made(look) or created is None or nbf is None:
        return True
    return created - nbf in _BACKDATED_S


def _self_made(look: Look) -> bool:
    return look.version is not None and look.version.making is Making.SELF_SIGNED


def months_later(moment: int, months: int) -> int:
    """The same moment so many calendar months later, seconds since 1970 (observed P-93, J-40)."""
    begin = datetime.fromtimestamp(moment, UTC)
    index = begin.year * 12 + begin.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return moment + int(timedelta(days=30.44 * months).total_seconds())
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return int(begin.replace(year=year, month=month + 1, day=day).timestamp())


def valid_for_its_months(look: Look) -> bool:
    """Exp lies validity_months after issuance."""
    months = look.version.months if look.version is not None else None
    nbf, exp = _time(look, "attributes", "nbf"), _time(look, "attributes", "exp")
    if not _self_made(look) or not isinstance(months, int) or nbf is None or exp is None or not 0 < months <= 1200:
        return True
    return abs(exp - months_later(nbf + 600, months)) <= CLOCK_SLACK_S


def thumbprint_of_certificate(look: Look) -> bool:
    """x5t is the base64url of the SHA-1 over the DER of cer."""
    if not look.learned.keys() & {"version.cer", "version.x5t"}:
        return True  # seen before
    cer, x5t = look.member("cer"), look.member("x5t")
    if not isinstance(cer, str) or not isinstance(x5t, str) or cer.startswith("<") or x5t.startswith("<"):
        return True
    try:
        der = base64.b64decode(cer, validate=True)
    except (binascii.Error, ValueError):
        return False
    digest = hashlib.sha1(der, usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == x5t


def version_is_fresh(look: Look) -> bool:
    """A version seen for the first time has an identifier that no other one has."""
    new = look.learned.get("version.id")
    if new is None or look.version is None:
        return True
    if new == look.version.placeholder:
        return False
    others = [*look.known.versions, *([look.known.stub] if look.known.stub is not None else [])]
    return all(other.id != new for other in others if other is not look.version)


def purged_after_retention(look: Look) -> bool:
    """ScheduledPurgeDate lies the retention after deletedDate."""
    deleted, purge = _time(look, "deletedDate"), _time(look, "scheduledPurgeDate")
    if deleted is None or purge is None:
        return True
    days = look.settings.retention_days
    if days is not None:
        return purge - deleted == days * DAY_S
    return (purge - deleted) % DAY_S == 0 and 7 <= (purge - deleted) // DAY_S <= 90


def level_always_or_never(look: Look) -> bool:
    """A vault shows the recoveryLevel always, or, like the oldest services, never."""
    shown = look.member("attributes", "recoveryLevel") is not ABSENT
    known = look.settings.shows_level
    return known is None or known == shown


def created_while_operation_ran(look: Look) -> bool:
    """What an operation issued is no older than the operation."""
    pending = look.known.pending
    created = _time(look, "attributes", "created")
    if pending is None or pending.started is None or created is None or look.version is None:
        return True
    if look.joint.operation is not OperationState.COMPLETED:
        return True  # what is shown is older than the operation (J-16)
    if look.version.making not in (Making.SELF_SIGNED, Making.ORDERED, Making.MERGED) or look.version is not _last(
        look
    ):
        return True
    return created >= pending.started - CLOCK_SLACK_S


def _last(look: Look) -> object:
    return look.known.versions[-1] if look.known.versions else look.known.stub


def location_leads_to_operation(look: Look) -> bool:
    """Location is the pending object's full address, with api-version and request_id."""
    location = look.answer.headers.get("location")
    if location is None:
        return False
    parts = urlsplit(location)
    query = parse_qs(parts.query)
    return (
        _leads_to(look, parts.path, tail="/pending")
        and query.get("request_id", [None])[0] == look.member("request_id")
        and bool(query.get("api-version"))
    )


def location_leads_to_certificate(look: Look) -> bool:
    """Location is the certificate's address."""
    location = look.answer.headers.get("location")
    return location is not None and _leads_to(look, urlsplit(location).path, tail="")


def _leads_to(look: Look, path: str, *, tail: str) -> bool:
    """Whether a path is that of the name; recorders cut a random number off the end of names, but not in Location."""
    match = re.fullmatch(rf"/certificates/([^/]+){tail}", path.lower())
    if match is None:
        return False
    stem = _CUT.sub("-", look.ask.name)
    return match[1] == look.ask.name or (stem.endswith("-") and match[1].startswith(stem))


def waits_only_while_running(look: Look) -> bool:
    """Retry-After is for an operation in progress."""
    running = look.joint.operation in (OperationState.IN_PROGRESS, OperationState.CANCELLING)
    asks = look.ask.operation in (Operation.POLL, Operation.CREATE)
    return "retry-after" not in look.answer.headers or (running and asks)


def details_speak_of_merge(look: Look) -> bool:
    """status_details asks for a merge exactly if the certificate is to be signed by hand."""
    details = look.member("status_details")
    issuer = look.member("issuer", "name")
    if not isinstance(details, str) or not isinstance(issuer, str):
        return True
    return ("merge" in details.lower()) == (kind_of(issuer) is IssuerKind.UNKNOWN)


def another_request(look: Look) -> bool:
    """A new operation has a request_id of its own."""
    pending = look.known.pending
    return pending is None or pending.former is None or look.member("request_id") != pending.former


def another_csr(look: Look) -> bool:
    """A new operation has a CSR of its own, unless it uses the key again: an RSA key signs the same request alike."""
    pending = look.known.pending
    csr = look.member("csr")
    if pending is None or not isinstance(pending.former_csr, str) or NAMELESS.fullmatch(str(csr)):
        return True
    return bool(csr != pending.former_csr) or stated(look.known.policy, "key_props", "reuse_key") is True


def certificates_differ(look: Look) -> bool:
    """Two versions that operations issued have two certificates."""
    x5t = look.learned.get("version.x5t")
    if x5t is None or look.version is None or look.version.making not in (Making.SELF_SIGNED, Making.ORDERED):
        return True
    return all(other.x5t != x5t for other in look.known.versions if other is not look.version)


_OPERATIONS_OF: Final = {
    "dataEncipherment": {"encrypt", "decrypt"},
    "decipherOnly": {"decrypt"},
    "digitalSignature": {"sign", "verify"},
    "encipherOnly": {"encrypt"},
    "keyCertSign": {"sign", "verify"},
    "keyEncipherment": {"wrapKey", "unwrapKey"},
    "nonRepudiation": {"sign", "verify"},
    "cRLSign": {"sign", "verify"},
}


def _made_by(look: Look, part: str) -> Any:
    """A part of the policy that the version shown was made by; None where it is not known."""
    policy = look.version.policy if look.version is not None else None
    return policy.value.get(part) if isinstance(policy, Doc) else None


def key_operations_fit_usage(look: Look) -> bool:
    """The key may do what the policy's key usages stand for; keyAgreement stands in no table (S-55)."""
    x509, shown = _made_by(look, "x509_props"), look.member("key", "key_ops")
    usages = x509.get("key_usage") if isinstance(x509, dict) else None
    if not isinstance(usages, list) or not usages or not isinstance(shown, list):
        return True
    wanted: set[str] = set().union(*(_OPERATIONS_OF.get(str(usage), set()) for usage in usages))
    extra = {"deriveKey", "deriveBits"} if "keyAgreement" in usages else set()
    return wanted <= set(map(str, shown)) <= wanted | extra


def key_is_of_policy(look: Look) -> bool:
    """The key's type and curve are the policy's."""
    props, key = _made_by(look, "key_props"), look.member("key")
    if not isinstance(props, dict):
        return True
    return isinstance(key, dict) and all(
        name not in key or name not in props or key[name] == props[name] for name in ("kty", "crv")
    )


def value_is_not_too_long(look: Look) -> bool:
    """A secret's value has at most 25 KB."""
    value = look.member("value")
    return not isinstance(value, str) or len(value) <= LARGEST_SECRET


def usages_in_order(look: Look) -> bool:
    """Key usages come sorted, in the service's spelling."""
    usages = look.member("policy", "x509_props", "key_usage")
    if not isinstance(usages, list):
        return True
    return usages == sorted(usages) and all(usage in KEY_USAGES for usage in usages)


def error_has_its_form(look: Look) -> bool:
    """An error is an object with a code and a message, and perhaps an inner error."""
    error = look.member("error")
    if (
        not isinstance(error, dict)
        or not isinstance(error.get("code"), str)
        or not isinstance(error.get("message"), str)
    ):
        return False
    inner = error.get("innererror")
    return inner is None or isinstance(inner, dict)


def listed_in_order(look: Look) -> bool:
    """Lists are ordered by name, whatever its case, and lists of versions by the version."""
    ids = _listed(look)
    return ids == sorted(ids)


def listed_once(look: Look) -> bool:
    """Nothing is listed twice."""
    ids = _listed(look)
    return len(ids) == len(set(ids))


def _listed(look: Look) -> list[str]:
    value = look.member("value")
    items = value if isinstance(value, list) else []
    return [str(item.get("id", "")).lower() for item in items if isinstance(item, dict)]


def items_are_named(look: Look) -> bool:
    """Every item of a list is an object with an identifier."""
    value = look.member("value")
    return isinstance(value, list) and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in value)


def page_goes_on(look: Look) -> bool:
    """A further page begins after the one that led to it."""
    ids = _listed(look)
    return look.page_after is None or not ids or ids[0].rpartition("/")[2] > look.page_after


def every_version_listed(look: Look) -> bool:
    """All versions that are known are listed, unless further pages follow or went before; and of others no more than may be."""
    shown = {identifier.rpartition("/")[2] for identifier in _listed(look)}
    if look.joint.certificate not in (CertificateState.STUB, CertificateState.ACTIVE):
        return not shown
    known = {version.id for version in look.known.versions if isinstance(version.id, str)}
    hidden = sum(not isinstance(version.id, str) for version in look.known.versions)
    if look.known.complete and len(shown - known) > hidden:
        return False
    if look.member("nextLink") not in (ABSENT, None) or "$skiptoken" in look.ask.query:
        return True
    return known <= shown and len(shown) >= len(known) + hidden


def page_is_not_too_long(look: Look) -> bool:
    """A page holds at most maxresults items, 25 where the caller names none."""
    return len(_listed(look)) <= page_length(look.ask)


def page_length(ask: Ask) -> int:
    """How many items a page of a list may hold (KVC-LST-002)."""
    wanted = ask.query.get("maxresults", "")
    return int(wanted) if wanted.isdigit() else LONGEST_PAGE


def no_placeholder_listed(look: Look) -> bool:
    """A placeholder is no version."""
    return look.known.stub is None or not _listed(look)
