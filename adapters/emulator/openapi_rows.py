"""The operations and the models of the service, as rows (spec part A.1, B.1 to B.6 of the documents).

A model's members are written `name:type`. A type is `text`, `uri`, `int`, `flag`, `map`, the name of an enumeration or of a
model; `[]` before it makes it a list, `!` behind it a member that has to be there, `?` one that may be null.

Not here: how a document is made of them (openapi).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from certlife.model.values import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One operation.

    Attributes:
        body: the model of its request; empty for none.
        status, answer: of success, and the model of what comes then; empty for no body.
        query: further parameters, by name.
        headers: what success brings beside the body.
    """

    operation: str
    method: str
    path: str
    body: str
    status: int
    answer: str
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


_PAGED, _LISTED, _ASKED = ("maxresults",), ("maxresults", "includePending"), ("request_id",)
_C, _D = "/certificates", "/deletedcertificates"
_N = "/certificates/{certificate-name}"
_V = "/certificates/{certificate-name}/{certificate-version}"
_I = "/certificates/issuers/{issuer-name}"
_P = "/certificates/{certificate-name}/pending"
OPERATIONS: Final = (
    # operation                       method    path                 body                                  answer
    Row("GetCertificates",            "GET",    _C,                  "",                                   200, "CertificateListResult", _LISTED),
    Row("DeleteCertificate",          "DELETE", _N,                  "",                                   200, "DeletedCertificateBundle"),
    Row("SetCertificateContacts",     "PUT",    _C + "/contacts",    "Contacts",                           200, "Contacts"),
    Row("GetCertificateContacts",     "GET",    _C + "/contacts",    "",                                   200, "Contacts"),
    Row("DeleteCertificateContacts",  "DELETE", _C + "/contacts",    "",                                   200, "Contacts"),
    Row("GetCertificateIssuers",      "GET",    _C + "/issuers",     "",                                   200, "CertificateIssuerListResult", _PAGED),
    Row("SetCertificateIssuer",       "PUT",    _I,                  "CertificateIssuerSetParameters",     200, "IssuerBundle"),
    Row("UpdateCertificateIssuer",    "PATCH",  _I,                  "CertificateIssuerUpdateParameters",  200, "IssuerBundle"),
    Row("GetCertificateIssuer",       "GET",    _I,                  "",                                   200, "IssuerBundle"),
    Row("DeleteCertificateIssuer",    "DELETE", _I,                  "",                                   200, "IssuerBundle"),
    Row("CreateCertificate",          "POST",   _N + "/create",      "CertificateCreateParameters",        202, "CertificateOperation", (), ("Location", "Retry-After")),
    Row("ImportCertificate",          "POST",   _N + "/import",      "CertificateImportParameters",        200, "CertificateBundle"),
    Row("GetCertificateVersions",     "GET",    _N + "/versions",    "",                                   200, "CertificateListResult", _PAGED),
    Row("GetCertificatePolicy",       "GET",    _N + "/policy",      "",                                   200, "CertificatePolicy"),
    Row("UpdateCertificatePolicy",    "PATCH",  _N + "/policy",      "CertificatePolicy",                  200, "CertificatePolicy"),
    Row("UpdateCertificate",          "PATCH",  _V,                  "CertificateUpdateParameters",        200, "CertificateBundle"),
    Row("UpdateCertificate",          "PATCH",  _N,                  "CertificateUpdateParameters",        200, "CertificateBundle"),
    Row("GetCertificate",             "GET",    _V,                  "",                                   200, "CertificateBundle"),
    Row("GetCertificate",             "GET",    _N,                  "",                                   200, "CertificateBundle"),
    Row("UpdateCertificateOperation", "PATCH",  _P,                  "CertificateOperationUpdateParameter", 200, "CertificateOperation", _ASKED),
    Row("GetCertificateOperation",    "GET",    _P,                  "",                                   200, "CertificateOperation", _ASKED),
    Row("DeleteCertificateOperation", "DELETE", _P,                  "",                                   200, "CertificateOperation", _ASKED),
    Row("MergeCertificate",           "POST",   _P + "/merge",       "CertificateMergeParameters",         201, "CertificateBundle", (), ("Location",)),
    Row("BackupCertificate",          "POST",   _N + "/backup",      "",                                   200, "BackupCertificateResult"),
    Row("RestoreCertificate",         "POST",   _C + "/restore",     "CertificateRestoreParameters",       200, "CertificateBundle"),
    Row("GetDeletedCertificates",     "GET",    _D,                  "",                                   200, "DeletedCertificateListResult", _LISTED),
    Row("GetDeletedCertificate",      "GET",    _D + "/{certificate-name}",         "",                    200, "DeletedCertificateBundle"),
    Row("PurgeDeletedCertificate",    "DELETE", _D + "/{certificate-name}",         "",                    204, ""),
    Row("RecoverDeletedCertificate",  "POST",   _D + "/{certificate-name}/recover", "",                    200, "CertificateBundle"),
    Row("GetKey",                     "GET",    "/keys/{certificate-name}",         "",                    200, "KeyBundle"),
    Row("GetKey",                     "GET",    "/keys/{certificate-name}/{certificate-version}",    "",   200, "KeyBundle"),
    Row("GetSecret",                  "GET",    "/secrets/{certificate-name}",      "",                    200, "SecretBundle"),
    Row("GetSecret",                  "GET",    "/secrets/{certificate-name}/{certificate-version}", "",   200, "SecretBundle"),
)  # fmt: skip

_BUNDLE = (
    "id:uri! kid:uri sid:uri x5t:text cer:text attributes:CertificateAttributes! tags:map preserveCertOrder:flag "
    "policy:CertificatePolicy pending:CertificateOperationReference"
)
_ITEM = "id:uri! x5t:text attributes:CertificateAttributes! tags:map subject:text"
_DELETED = "recoveryId:uri deletedDate:int scheduledPurgeDate:int"  # none of them where nothing is kept (S-49)
_ISSUER = "credentials:IssuerCredentials org_details:OrganizationDetails attributes:IssuerAttributes"
MODELS: Final[dict[str, str]] = {
    "CertificateListResult": "value:[]CertificateItem! nextLink:uri?!",
    "DeletedCertificateListResult": "value:[]DeletedCertificateItem! nextLink:uri?!",
    "CertificateIssuerListResult": "value:[]CertificateIssuerItem! nextLink:uri?!",
    "CertificateBundle": _BUNDLE,
    "DeletedCertificateBundle": f"{_DELETED} {_BUNDLE}",
    "CertificateItem": _ITEM,
    "DeletedCertificateItem": f"{_DELETED} {_ITEM}",
    "CertificateOperationReference": "id:uri!",
    "CertificateAttributes": "enabled:flag nbf:int exp:int created:int updated:int recoveryLevel:DeletionRecoveryLevel recoverableDays:int",
    "CertificatePolicy": "id:uri key_props:KeyProperties secret_props:SecretProperties x509_props:X509CertificateProperties "
    "lifetime_actions:[]LifetimeAction issuer:IssuerParameters attributes:CertificateAttributes",
    "KeyProperties": "exportable:flag kty:JsonWebKeyType key_size:int reuse_key:flag crv:JsonWebKeyCurveName",
    "SecretProperties": "contentType:text",
    "X509CertificateProperties": "subject:text ekus:[]text sans:SubjectAlternativeNames key_usage:[]KeyUsageType "
    "validity_months:int basic_constraints:BasicConstraints",
    "BasicConstraints": "ca:flag path_len_constraint:int",
    "SubjectAlternativeNames": "emails:[]text dns_names:[]text upns:[]text uris:[]text ipAddresses:[]text",
    "LifetimeAction": "trigger:Trigger action:Action",
    "Trigger": "lifetime_percentage:int days_before_expiry:int",
    "Action": "action_type:CertificatePolicyAction",
    "IssuerParameters": "name:text cty:text cert_transparency:flag",
    "CertificateOperation": "id:uri! issuer:IssuerParameters! csr:text! cancellation_requested:flag! status:text! "
    "status_details:text error:Error? target:uri preserveCertOrder:flag request_id:text!",
    "CertificateCreateParameters": "policy:CertificatePolicy attributes:CertificateAttributes tags:map preserveCertOrder:flag",
    "CertificateImportParameters": "value:text! pwd:text policy:CertificatePolicy attributes:CertificateAttributes tags:map "
    "preserveCertOrder:flag",
    "CertificateMergeParameters": "x5c:[]text! attributes:CertificateAttributes tags:map",
    "CertificateUpdateParameters": "policy:CertificatePolicy attributes:CertificateAttributes tags:map",
    "CertificateOperationUpdateParameter": "cancellation_requested:flag!",
    "CertificateRestoreParameters": "value:text!",
    "BackupCertificateResult": "value:text!",
    "CertificateIssuerSetParameters": f"provider:text! {_ISSUER}",
    "CertificateIssuerUpdateParameters": f"provider:text {_ISSUER}",
    "IssuerBundle": f"id:uri! provider:text! {_ISSUER}",
    "CertificateIssuerItem": "id:uri! provider:text!",
    "IssuerCredentials": "account_id:text pwd:text",
    "OrganizationDetails": "id:text zip:int admin_details:[]AdministratorDetails",
    "AdministratorDetails": "first_name:text last_name:text email:text phone:text",
    "IssuerAttributes": "enabled:flag created:int updated:int",
    "Contacts": "id:uri contacts:[]Contact!",
    "Contact": "email:text name:text phone:text",
    "KeyBundle": "key:JsonWebKey! attributes:CertificateAttributes! tags:map managed:flag",
    "JsonWebKey": "kid:uri! kty:JsonWebKeyType! key_ops:[]text! n:text e:text crv:JsonWebKeyCurveName x:text y:text",
    "SecretBundle": "value:text! contentType:text id:uri! managed:flag attributes:CertificateAttributes! tags:map kid:uri",
    "Error": "code:text! message:text innererror:Error?",
    "KeyVaultError": "error:Error!",
}
ENUMERATIONS: Final[dict[str, tuple[str, ...]]] = {
    "DeletionRecoveryLevel": (
        "Purgeable",
        "Recoverable+Purgeable",
        "Recoverable",
        "Recoverable+ProtectedSubscription",
        "CustomizedRecoverable+Purgeable",
        "CustomizedRecoverable",
        "CustomizedRecoverable+ProtectedSubscription",
    ),
    "JsonWebKeyType": ("EC", "EC-HSM", "RSA", "RSA-HSM", "oct", "oct-HSM"),
    "JsonWebKeyCurveName": ("P-256", "P-384", "P-521", "P-256K"),
    "KeyUsageType": (
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ),
    "CertificatePolicyAction": ("EmailContacts", "AutoRenew"),
}
EXAMPLES: Final[dict[str, Json]] = {
    "CertificateCreateParameters": {
        "policy": {
            "key_props": {"exportable": True, "kty": "RSA", "key_size": 2048, "reuse_key": False},
            "secret_props": {"contentType": "application/x-pkcs12"},
            "x509_props": {"subject": "CN=web.example", "sans": {"dns_names": ["web.example"]}, "validity_months": 12},
            "issuer": {"name": "Self"},
        },
        "tags": {"team": "web"},
    },
    "CertificatePolicy": {
        "lifetime_actions": [{"trigger": {"days_before_expiry": 30}, "action": {"action_type": "EmailContacts"}}],
        "x509_props": {"subject": "CN=web.example", "validity_months": 24},
    },
    "CertificateUpdateParameters": {"attributes": {"enabled": False}, "tags": {"team": "web"}},
    "CertificateOperationUpdateParameter": {"cancellation_requested": True},
    "CertificateIssuerSetParameters": {
        "provider": "DigiCert",
        "credentials": {"account_id": "account", "pwd": "password"},
        "org_details": {"admin_details": [{"first_name": "Ada", "last_name": "Low", "email": "ada@web.example", "phone": "1"}]},
        "attributes": {"enabled": True},
    },
    "CertificateIssuerUpdateParameters": {"attributes": {"enabled": False}},
    "Contacts": {"contacts": [{"email": "ada@web.example", "name": "Ada", "phone": "1"}]},
}
"""A body for each model that can be sent without a file."""
FOLLOWS: Final[dict[str, tuple[str, ...]]] = {
    "CreateCertificate": (
        "GetCertificateOperation",
        "UpdateCertificateOperation",
        "DeleteCertificateOperation",
        "MergeCertificate",
        "GetCertificate",
        "DeleteCertificate",
    ),
    "ImportCertificate": ("GetCertificate", "UpdateCertificate", "GetCertificateVersions", "GetSecret", "GetKey", "DeleteCertificate"),
    "DeleteCertificate": ("GetDeletedCertificate", "RecoverDeletedCertificate", "PurgeDeletedCertificate"),
    "SetCertificateIssuer": ("GetCertificateIssuer", "UpdateCertificateIssuer", "DeleteCertificateIssuer"),
}
"""What may be asked about the same name after an operation has succeeded, by the operations' ids."""
API_VERSIONS: Final = ("7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01")
