"""The files to import and the signed chains of a history, as lines of a shell script that has openssl make them.

They differ from those of a replay in their keys, not in what they are to be. Not here: the requests (curl).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from shlex import quote
from typing import Final

from certlife.conformance.suite.content import File, Signed

_ATTRIBUTE: Final = re.compile(r'([A-Za-z0-9.]+)\s*=\s*("(?:[^"]|"")*"|[^,;+\n]*)')
_TYPES: Final = {"E": "emailAddress", "EMAIL": "emailAddress", "S": "ST", "T": "title", "G": "GN", "I": "initials"}
_BY_SIZE: Final = {384: "P-384", 521: "P-521"}
_WHAT_FOR: Final = "-addext keyUsage=digitalSignature -addext extendedKeyUsage=serverAuth"

AUTHORITY: Final = """\
# A CA outside of the vault, and the moment that lies so many days ahead, as it wants it.
mkdir "$work/issued"
: > "$work/index"
cat > "$work/ca.cnf" <<END
[ca]
default_ca = outside
[outside]
database = $work/index
new_certs_dir = $work/issued
certificate = $work/ca.pem
private_key = $work/ca.key
rand_serial = yes
default_md = sha256
unique_subject = no
email_in_dn = yes
copy_extensions = copy
policy = anything
x509_extensions = leaf
[anything]
commonName = optional
[leaf]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7300 -subj "/O=elsewhere/CN=somebody's CA" \\
  -keyout "$work/ca.key" -out "$work/ca.pem"
moment() { jq -nr --argjson days "$1" 'now + $days * 86400 | strftime("%Y%m%d%H%M%SZ")'; }
"""


def wants_authority(wish: File | Signed) -> bool:
    """Whether the CA is needed for it; openssl makes certificates that begin now and sign themselves without one."""
    return isinstance(wish, Signed) or wish.chain or bool(wish.age_days)


def file_lines(wish: File, name: str) -> Iterator[str]:
    """Make a file to import; its text is in the variable `name` then."""
    path = f'"$work/{name}.'
    yield f'openssl genpkey {_key(wish.kty, wish.size, wish.curve)} -out {path}key"'
    yield from _certificate(wish, path)
    chain = ' "$work/ca.pem"' if wish.chain else ""
    if wish.form == "pem":
        key = f'{path}key" ' if wish.key else ""
        yield f'{name}=$(cat {key}{path}pem"{chain})'
        return
    key = f'-inkey {path}key"' if wish.key or wish.password else "-nokeys"
    others = f" -certfile{chain}" if chain else ""
    password = quote(f"pass:{wish.password}")
    yield f'openssl pkcs12 -export {key} -in {path}pem"{others} -passout {password} -out {path}pfx"'
    yield f'{name}=$(openssl base64 -A -in {path}pfx")'


def chain_lines(wish: Signed, name: str, csr: str) -> Iterator[str]:
    """Have a request signed; the base64 of what goes into `x5c` is in the variables of `chain_variables` then.

    Args:
        csr: the request in base64, as a word of the shell.
    """
    path = f'"$work/{name}.'
    if wish.key == "other":
        yield f'openssl genpkey {_key("EC", None, None)} -out {path}key"'
        yield f'openssl req -new -key {path}key" -subj /CN=another -out {path}csr"'
    else:
        yield f'printf %s {csr} | openssl base64 -d -A -out {path}der"'
        yield f'openssl req -inform DER -in {path}der" -out {path}csr"'
    subject = "" if wish.subject is None else f" -subj {quote(_subject(wish.subject))}"
    yield _signed(path, wish.age_days, wish.months, subject)
    links = {"leaf": [f'{path}pem"'], "reversed": ['"$work/ca.pem"', f'{path}pem"']}
    chosen = links.get(wish.links, [f'{path}pem"', '"$work/ca.pem"'])
    if wish.form == "p7b":
        files = " ".join(f"-certfile {link}" for link in chosen)
        yield f"{name}=$(openssl crl2pkcs7 -nocrl {files} -outform DER | openssl base64 -A)"
        return
    for variable, link in zip(chain_variables(wish, name), chosen, strict=True):
        yield f"{variable}=$(openssl x509 -in {link} -outform DER | openssl base64 -A)"


def chain_variables(wish: Signed, name: str) -> tuple[str, ...]:
    """The variables that hold the links of a chain, in their order."""
    return (name,) if wish.form == "p7b" or wish.links == "leaf" else (f"{name}_1", f"{name}_2")


def _certificate(wish: File, path: str) -> Iterator[str]:
    request = f'-key {path}key" -subj {quote(_subject(wish.subject))} {_WHAT_FOR}'
    if not wants_authority(wish):
        yield f'openssl req -x509 {request} -days {_days(wish.months)} -out {path}pem"'
        return
    yield f'openssl req -new {request} -out {path}csr"'
    yield _signed(path, wish.age_days, wish.months, "" if wish.chain else f' -selfsign -keyfile {path}key"')


def _signed(path: str, age_days: int, months: int, more: str) -> str:
    begin, end = -age_days, _days(months) - age_days
    times = f'-startdate "$(moment {begin})" -enddate "$(moment {end})"'
    return f'openssl ca -batch -notext -preserveDN -config "$work/ca.cnf" {times}{more} -in {path}csr" -out {path}pem"'


def _key(kty: str, size: int | None, curve: str | None) -> str:
    if kty.startswith("RSA"):
        return f"-algorithm RSA -pkeyopt rsa_keygen_bits:{size or 2048}"
    named = curve or _BY_SIZE.get(size or 256, "P-256")
    return f"-algorithm EC -pkeyopt ec_paramgen_curve:{quote('secp256k1' if named == 'P-256K' else named)}"


def _subject(text: str) -> str:
    """A subject as openssl wants it; the service writes the parts in reversed order."""
    parts = []
    for kind, value in _ATTRIBUTE.findall(text):
        plain = value[1:-1].replace('""', '"') if value.startswith('"') else value.strip()
        escaped = re.sub(r"([\\/+])", r"\\\1", plain)
        parts.append(f"/{_TYPES.get(kind.upper(), kind)}={escaped}")
    return "".join(reversed(parts)) or "/"


def _days(months: int) -> int:
    return months * 365 // 12
