"""What an answer shows: a row for every member that must be there, must not be there, or must be as it was.

How to read a row. In a body of one of the `views`, `member` must be what `want` says, `when` the condition holds. Where
the value is not known yet, it is learned into the slot of the last column. Rows of RELATIONS hold members against one
another. The rows that tell explanations apart soonest come first.

Not here: which body comes in which state (tables), what X.509 content must be (x509).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from certlife.model import conditions as c
from certlife.model import patterns as p
from certlife.model import relations as r
from certlife.model import wants as w
from certlife.model.known import ABSENT
from certlife.model.look import ANYTHING
from certlife.model.rows import Condition, Relation, Show, Want
from certlife.model.vocabulary import Grade, Profile, View
from certlife.model.x509_rules import X509_RELATIONS

DOC, OBS, ASM = Grade.DOCUMENTED, Grade.OBSERVED, Grade.ASSUMED

OPERATION: Final = (View.OPERATION,)
WHOLE: Final = (View.BUNDLE, View.DELETED_BUNDLE)
PART: Final = (View.VERSION, View.UPDATED_VERSION)
BUNDLES: Final = (*WHOLE, *PART)
ITEMS: Final = (View.ITEM, View.DELETED_ITEM, View.VERSION_ITEM)
LINKED: Final = (View.KEY, View.SECRET)
DELETED: Final = (View.DELETED_BUNDLE, View.DELETED_ITEM)
STAMPED: Final = (*BUNDLES, *ITEMS, *LINKED)
WITH_POLICY: Final = (*WHOLE, View.POLICY)


def _show(
    rule: str,
    views: tuple[View, ...],
    member: str,
    want: Want,
    when: Condition,
    grade: Grade,
    because: str,
    learns: str = "",
) -> Show:
    return Show(rule, views, member, want, when, grade, tuple(because.split()), learns)


# fmt: off
SHOWS: Final = (
    # the pending object
    #     rule        views       member                    want                               when                 grade because                                  learns
    _show("SHOW-001", OPERATION,  "status",                 w.operation_status,                c.always,            DOC, "KVC-OPR-001 KVC-OPR-002 KVC-OPR-003 KVC-OPR-004 KVC-OPR-005 KVC-OPR-015 KVC-CRE-003 C-07 F-23"),
    _show("SHOW-002", OPERATION,  "cancellation_requested", w.cancellation_flag,               c.always,            DOC, "KVC-OPR-010 KVC-CRE-003 N-12 N-16 J-22 P-5 F-02"),
    _show("SHOW-003", OPERATION,  "id",                     w.pending_identifier,              c.always,            DOC, "KVC-CRE-003 N-3"),
    _show("SHOW-004", OPERATION,  "request_id",             w.slot("pending.request_id", p.REQUEST_ID), c.always,  DOC, "KVC-CRE-003 KVC-OPR-009 N-2 P-8", "pending.request_id"),
    _show("SHOW-005", OPERATION,  "csr",                    w.slot("pending.csr", p.TEXT),     c.always,            DOC, "KVC-CRE-003 KVC-CRE-022 KVC-CRE-031 KVC-OPR-029 N-3 P-8", "pending.csr"),
    _show("SHOW-006", OPERATION,  "issuer.name",            w.issuer_name,                     c.always,            DOC, "KVC-CRE-003 KVC-CRE-030 N-4 P-2", "pending.issuer"),
    _show("SHOW-007", OPERATION,  "status_details",         w.constant(p.TEXT),                c.in_progress,       DOC, "KVC-CRE-003 N-5 P-3"),
    _show("SHOW-008", OPERATION,  "status_details",         w.gone,                            c.completed,         OBS, "N-11 J-5 P-4"),
    _show("SHOW-009", OPERATION,  "status_details",         w.gone,                            c.cancelled,         OBS, "N-12 P-5"),
    _show("SHOW-010", OPERATION,  "target",                 w.target,                          c.completed,         DOC, "KVC-OPR-004 N-11 J-5 P-4"),
    _show("SHOW-015", OPERATION,  "target",                 w.certificate_identifier,          c.completed,         OBS, "N-11 J-5 P-4"),
    _show("SHOW-011", OPERATION,  "target",                 w.gone,                            c.not_completed,     OBS, "N-3 N-12 N-13 P-3 P-5"),
    _show("SHOW-012", OPERATION,  "error.code",             w.constant(p.ISSUER_FAULTS),       c.failed,            DOC, "KVC-OPR-005 KVC-OPR-006 KVC-CRE-019 N-13"),
    _show("SHOW-013", OPERATION,  "error.message",          w.constant(p.TEXT),                c.failed,            DOC, "KVC-OPR-005 N-13"),
    _show("SHOW-014", OPERATION,  "error",                  w.gone,                            c.not_failed,        OBS, "N-3 N-11 N-12 P-2"),
    # certificates, whole and in parts
    _show("SHOW-020", BUNDLES,    "id",                     w.version_identifier_to_learn,     c.always,            DOC, "KVC-NAM-005 KVC-NAM-006 KVC-NAM-007 KVC-NAM-009 KVC-NAM-010 KVC-DEL-014 KVC-BAK-002 J-13 J-14 P-23 P-27", "version.id"),
    _show("SHOW-021", BUNDLES,    "kid",                    w.key_identifier,                  c.issued,            DOC, "KVC-OBJ-003 KVC-OBJ-004 N-23 P-27"),
    _show("SHOW-022", BUNDLES,    "kid",                    w.gone,                            c.never_issued,      OBS, "N-22 J-12 J-61 P-19"),
    _show("SHOW-023", BUNDLES,    "sid",                    w.secret_identifier,               c.issued,            DOC, "KVC-OBJ-003 KVC-OBJ-004 KVC-NAM-014 N-23 P-27"),
    _show("SHOW-024", BUNDLES,    "sid",                    w.gone,                            c.never_issued,      OBS, "N-22 J-12 J-61 P-19"),
    _show("SHOW-025", BUNDLES,    "x5t",                    w.slot("version.x5t", p.THUMBPRINT), c.issued,          DOC, "KVC-OBJ-021 KVC-NAM-012 P-28", "version.x5t"),
    _show("SHOW-026", BUNDLES,    "x5t",                    w.gone,                            c.never_issued,      OBS, "N-22 J-12 J-61 P-19"),
    _show("SHOW-027", BUNDLES,    "cer",                    w.slot("version.cer", p.TEXT),     c.issued,            DOC, "KVC-OBJ-021 KVC-OBJ-025 P-28", "version.cer"),
    _show("SHOW-028", BUNDLES,    "cer",                    w.gone,                            c.never_issued,      OBS, "N-22 J-12 J-61 P-19"),
    _show("SHOW-029", WHOLE,      "policy",                 w.constant(p.OBJECT),              c.always,            DOC, "KVC-OBJ-024 N-22 N-23 P-23"),
    _show("SHOW-035", BUNDLES,    "key",                    w.gone,                            c.always,            DOC, "KVC-OBJ-019 KVC-OBJ-025"),
    _show("SHOW-030", PART,       "policy",                 w.gone,                            c.always,            OBS, "N-24 N-36 J-19 J-36 P-26"),
    _show("SHOW-031", (*WHOLE, View.UPDATED_VERSION), "pending.id", w.pending_identifier,    c.operation_exists,  OBS, "KVC-MRG-015 N-23 J-17 J-36 P-24"),
    _show("SHOW-032", (*WHOLE, View.UPDATED_VERSION), "pending",    w.gone,                  c.no_operation,      OBS, "J-18 J-26 N-41 N-64 P-24 P-25 P-68"),
    _show("SHOW-033", (View.VERSION,), "pending",           w.gone,                            c.always,            OBS, "N-24 J-18 J-19 P-26"),
    _show("SHOW-034", BUNDLES,    "tags",                   w.tags,                            c.always,            DOC, "KVC-OBJ-022 KVC-ATT-010 KVC-CRE-016 KVC-REN-006 KVC-DEL-033 C-08 J-15 J-39 N-36 F-17", "version.tags"),
    # the linked key and secret
    _show("SHOW-070", (View.KEY,),    "key.kid",            w.key_identifier,                  c.issued,            DOC, "KVC-OBJ-001 KVC-OBJ-003 N-53", "version.id"),
    _show("SHOW-071", (View.SECRET,), "id",                 w.secret_identifier,               c.issued,            DOC, "KVC-OBJ-001 KVC-OBJ-003 N-52 J-21", "version.id"),
    _show("SHOW-072", (View.SECRET,), "kid",                w.key_identifier,                  c.issued,            OBS, "N-52 J-21"),
    _show("SHOW-073", LINKED,     "managed",                w.constant(True),                  c.always,            DOC, "KVC-OBJ-005 N-52 N-53 P-83"),
    _show("SHOW-074", (View.SECRET,), "contentType",        w.slot("version.content_type", p.TEXT), c.always,       DOC, "KVC-POL-013 KVC-POL-031 N-52 J-21", "version.content_type"),
    _show("SHOW-075", (View.SECRET,), "value",              w.constant(p.TEXT),                c.always,            DOC, "KVC-OBJ-007 KVC-OBJ-008 N-52"),
    # the times and settings of a version, wherever it shows
    _show("SHOW-040", STAMPED,    "attributes.enabled",     w.whether_enabled,                 c.always,            DOC, "KVC-ATT-001 KVC-ATT-002 KVC-CRE-018 KVC-OBJ-006 N-22 J-12 J-37"),
    _show("SHOW-041", STAMPED,    "attributes.created",     w.slot("version.created", p.WHOLE), c.always,           DOC, "KVC-ATT-004 KVC-IMP-030 N-26 N-37 P-9 P-20", "version.created"),
    _show("SHOW-042", STAMPED,    "attributes.updated",     w.slot("version.updated", p.WHOLE), c.always,           DOC, "KVC-ATT-004 KVC-ATT-013 N-36 P-33", "version.updated"),
    _show("SHOW-043", STAMPED,    "attributes.nbf",         w.slot("version.nbf", p.WHOLE),    c.always,            DOC, "KVC-ATT-003 KVC-IMP-030 C-02 P-29", "version.nbf"),
    _show("SHOW-044", STAMPED,    "attributes.exp",         w.slot("version.exp", p.WHOLE),    c.always,            DOC, "KVC-ATT-003 KVC-IMP-030 C-02 P-13 P-29 P-34", "version.exp"),
    _show("SHOW-045", (*BUNDLES, View.DELETED_ITEM, *LINKED), "attributes.recoveryLevel", w.recovery_level, c.level_shown, DOC, "KVC-ATT-011 KVC-DEL-009 KVC-DEL-024 KVC-DEL-025 KVC-DEL-026 KVC-DEL-027 KVC-DEL-028 KVC-DEL-029 KVC-DEL-030 N-28 P-30"),
    _show("SHOW-046", (*BUNDLES, View.DELETED_ITEM), "attributes.recoverableDays", w.slot("settings.retention_days", p.DAYS), c.days_shown, DOC, "KVC-ATT-011 KVC-ATT-012 KVC-DEL-007 N-28 P-30"),
    _show("SHOW-047", STAMPED,    "attributes.recoverableDays", w.gone,                        c.days_not_shown,    OBS, "N-28 P-30"),
    _show("SHOW-048", (View.ITEM, View.VERSION_ITEM), "attributes.recoveryLevel", w.gone,      c.always,            OBS, "J-63 J-66 P-30"),
    _show("SHOW-049", (View.ITEM, View.VERSION_ITEM), "attributes.recoverableDays", w.gone,    c.always,            OBS, "J-63 J-66 P-30"),
    # the trace that a deleted certificate leaves
    _show("SHOW-050", DELETED,    "recoveryId",             w.recovery_identifier,             c.always,            DOC, "KVC-DEL-003 KVC-LST-007 N-45"),
    _show("SHOW-051", DELETED,    "deletedDate",            w.slot("deletion.deleted", p.WHOLE), c.always,          DOC, "KVC-DEL-003 KVC-DEL-033 KVC-LST-007 N-45 J-45 J-73", "deletion.deleted"),
    _show("SHOW-052", DELETED,    "scheduledPurgeDate",     w.slot("deletion.purge", p.WHOLE), c.always,            DOC, "KVC-DEL-003 KVC-DEL-009 KVC-LST-007 N-45 J-45", "deletion.purge"),
    _show("SHOW-053", (View.BUNDLE, *PART, View.ITEM), "recoveryId", w.gone,                 c.always,            OBS, "N-47 N-66 J-52 P-58 P-63"),
    _show("SHOW-054", (View.BUNDLE, *PART, View.ITEM), "deletedDate", w.gone,                c.always,            OBS, "N-47 N-66 J-52 P-58 P-63"),
    _show("SHOW-055", (View.BUNDLE, *PART, View.ITEM), "scheduledPurgeDate", w.gone,         c.always,            OBS, "N-47 N-66 J-52 P-58 P-63"),
    # items of lists
    _show("SHOW-060", (View.ITEM, View.DELETED_ITEM), "id", w.certificate_identifier,        c.always,            OBS, "KVC-LST-006 N-58 J-63 P-62 P-71"),
    _show("SHOW-061", (View.VERSION_ITEM,), "id",           w.version_identifier_to_learn,     c.always,            DOC, "KVC-LST-006 KVC-NAM-005 J-66", "version.id"),
    _show("SHOW-062", ITEMS,      "x5t",                    w.slot("version.x5t", p.THUMBPRINT), c.issued,          DOC, "KVC-LST-006 KVC-OBJ-021 N-58 J-63", "version.x5t"),
    _show("SHOW-063", ITEMS,      "x5t",                    w.gone,                            c.never_issued,      OBS, "J-64 P-75"),
    _show("SHOW-064", ITEMS,      "tags",                   w.tags,                            c.always,            DOC, "KVC-LST-006 J-63 J-66", "version.tags"),
    _show("SHOW-065", ITEMS,      "policy",                 w.gone,                            c.always,            DOC, "KVC-LST-006"),
    _show("SHOW-066", ITEMS,      "cer",                    w.gone,                            c.always,            DOC, "KVC-LST-006"),
    _show("SHOW-067", ITEMS,      "kid",                    w.gone,                            c.always,            OBS, "J-63 P-71"),
    _show("SHOW-068", ITEMS,      "sid",                    w.gone,                            c.always,            OBS, "J-63 P-71"),
    # the policy
    _show("SHOW-080", WITH_POLICY, "policy.id",             w.policy_identifier,               c.always,            DOC, "KVC-POL-023"),
    _show("SHOW-081", WITH_POLICY, "policy.attributes.created", w.slot("policy.created", p.WHOLE), c.always,        DOC, "KVC-POL-022 N-8 N-59 P-11 P-12 J-38", "policy.created"),
    _show("SHOW-082", WITH_POLICY, "policy.attributes.updated", w.slot("policy.updated", p.WHOLE), c.always,        DOC, "KVC-POL-022 N-8 N-35 P-11 P-36 P-56", "policy.updated"),
    _show("SHOW-083", WITH_POLICY, "policy.attributes.enabled", w.constant(p.BOOLEAN),         c.always,            DOC, "KVC-POL-022 N-29"),
    _show("SHOW-106", WITH_POLICY, "policy.key_props",      w.constant(p.OBJECT),              c.policy_new,        OBS, "KVC-POL-003 N-29 J-32 P-37"),
    _show("SHOW-107", WITH_POLICY, "policy.secret_props",   w.constant(p.OBJECT),              c.policy_new,        OBS, "KVC-POL-003 N-29 J-32 P-37"),
    _show("SHOW-108", WITH_POLICY, "policy.x509_props",     w.constant(p.OBJECT),              c.policy_new,        OBS, "KVC-POL-003 N-29 J-32 P-37"),
    _show("SHOW-109", WITH_POLICY, "policy.lifetime_actions", w.constant(p.LIST),              c.policy_new,        OBS, "KVC-POL-003 N-29 J-32 P-37"),
    _show("SHOW-089", WITH_POLICY, "policy.issuer",         w.constant(p.OBJECT),              c.policy_new,        OBS, "KVC-POL-003 N-29 J-32 P-37"),
    *(
        _show(f"SHOW-{number}", WITH_POLICY, f"policy.{part}", w.unchanged(part),              c.policy_seen,       DOC, because)
        for number, part, because in (
            ("084", "key_props", "KVC-POL-003 KVC-POL-001 KVC-POL-002 KVC-NAM-012 KVC-OBJ-024 KVC-CRE-008 N-34 N-39 P-37"),
            ("085", "secret_props", "KVC-POL-001 KVC-POL-002 KVC-NAM-012 KVC-OBJ-024 KVC-CRE-008 N-34 N-39 P-37"),
            ("086", "x509_props", "KVC-POL-001 KVC-POL-002 KVC-NAM-012 KVC-OBJ-024 KVC-CRE-008 N-34 N-39 P-37"),
            ("087", "lifetime_actions", "KVC-POL-001 KVC-POL-002 KVC-NAM-012 KVC-OBJ-024 KVC-CRE-008 N-34 N-39 P-37"),
            ("088", "issuer", "KVC-POL-001 KVC-POL-002 KVC-NAM-012 KVC-OBJ-024 KVC-CRE-008 N-34 N-39 P-37"),
        )
    ),
    *(
        _show(f"SHOW-{number}", WITH_POLICY, f"policy.{path}", w.predicted(path),               c.given(path),       DOC, because)
        for number, path, because in (
            ("090", "key_props.exportable", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-031 N-8"),
            ("091", "key_props.kty", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-031 N-33"),
            ("092", "key_props.key_size", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-031 N-35"),
            ("093", "key_props.reuse_key", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 N-35"),
            ("094", "key_props.crv", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 N-33"),
            ("095", "secret_props.contentType", "KVC-CRE-007 KVC-POL-002 KVC-POL-013 N-35"),
            ("096", "x509_props.subject", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-015 KVC-POL-026 P-42"),
            ("097", "x509_props.sans", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-016 P-40 J-33"),
            ("098", "x509_props.ekus", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-017"),
            ("099", "x509_props.key_usage", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-017 C-33 N-31 P-41"),
            ("100", "x509_props.validity_months", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002"),
            ("105", "x509_props.basic_constraints", "KVC-BAK-002 N-35 J-60 P-68"),
            ("101", "lifetime_actions", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-009 KVC-POL-020 KVC-REN-011 KVC-REN-015 P-42"),
            ("102", "issuer.name", "KVC-CRE-007 KVC-CRE-009 KVC-POL-002 KVC-POL-018 N-43 P-51"),
            ("103", "issuer.cert_transparency", "KVC-POL-019 C-17 N-32 P-42"),
            ("104", "issuer.cty", "KVC-CRE-044 C-14"),
        )
    ),
    *(
        _show(f"SHOW-{number}", WITH_POLICY, f"policy.{path}", w.predicted(path),               c.filled(path),      grade, because)
        for number, path, grade, because in (
            ("110", "key_props.exportable", OBS, "KVC-IMP-021 N-29 J-32 P-38 P-50"),
            ("111", "key_props.kty", OBS, "N-29 J-32 P-38"),
            ("112", "key_props.key_size", OBS, "N-29 N-33 J-32 P-38"),
            ("113", "key_props.reuse_key", OBS, "N-29 J-32 P-38 F-24"),
            ("114", "key_props.crv", OBS, "N-33"),
            ("115", "secret_props.contentType", OBS, "N-29 J-30 J-32 P-38 P-50"),
            ("116", "x509_props.subject", DOC, "KVC-POL-002 N-35"),
            ("117", "x509_props.ekus", OBS, "N-29 J-32 P-38"),
            ("118", "x509_props.key_usage", DOC, "KVC-OBJ-018 N-29 J-32 P-38"),
            ("119", "x509_props.validity_months", DOC, "KVC-POL-004 N-29 J-32 P-38"),
            ("120", "x509_props.basic_constraints", OBS, "N-29 J-32 P-38"),
            ("121", "lifetime_actions", OBS, "KVC-IMP-016 KVC-IMP-033 C-09 N-29 N-30 N-43 J-30 J-32 P-39 P-50 P-51"),
            ("122", "issuer.name", DOC, "KVC-CRE-030 KVC-IMP-014 KVC-IMP-033 N-43 P-50"),
        )
    ),
    # what is the vault's own
    _show("SHOW-130", (View.ISSUER, View.ISSUER_ITEM), "id", w.issuer_identifier,            c.always,            DOC, "KVC-ISS-011 KVC-LST-008 N-54 N-56"),
    _show("SHOW-131", (View.ISSUER, View.ISSUER_ITEM), "provider", w.slot("issuer.provider", p.TEXT), c.always,    DOC, "KVC-ISS-001 KVC-ISS-003 KVC-ISS-011 KVC-LST-008 KVC-CRE-047 N-54 N-55", "issuer.provider"),
    _show("SHOW-132", (View.ISSUER,), "credentials.account_id", w.slot("issuer.account", ANYTHING), c.always,      DOC, "KVC-ISS-001 KVC-ISS-003 KVC-ISS-011 P-79", "issuer.account"),
    _show("SHOW-133", (View.ISSUER,), "credentials.pwd",    w.gone,                            c.always,            OBS, "KVC-ISS-010 N-54 P-78"),
    _show("SHOW-134", (View.ISSUER,), "org_details.id",     w.slot("issuer.organization", ANYTHING), c.always,      DOC, "KVC-ISS-001 KVC-ISS-003 KVC-ISS-011 P-80", "issuer.organization"),
    _show("SHOW-135", (View.ISSUER,), "org_details.admin_details", w.slot("issuer.administrators", ANYTHING), c.always, DOC, "KVC-ISS-001 KVC-ISS-003 KVC-ISS-011 P-80", "issuer.administrators"),
    _show("SHOW-136", (View.ISSUER,), "attributes.enabled", w.slot("issuer.enabled", p.BOOLEAN), c.always,          DOC, "KVC-ISS-016 N-54", "issuer.enabled"),
    _show("SHOW-137", (View.ISSUER,), "attributes.created", w.slot("issuer.created", p.WHOLE), c.always,            DOC, "KVC-ISS-016 N-54 N-65 P-79", "issuer.created"),
    _show("SHOW-138", (View.ISSUER,), "attributes.updated", w.slot("issuer.updated", p.WHOLE), c.always,            DOC, "KVC-ISS-016 N-54 N-65 J-69 P-79", "issuer.updated"),
    _show("SHOW-139", (View.ISSUER_ITEM,), "attributes",    w.gone,                            c.always,            OBS, "KVC-LST-008 N-56"),
    _show("SHOW-142", (View.ISSUER_ITEM,), "credentials",   w.gone,                            c.always,            OBS, "KVC-LST-008 N-56 P-81"),
    _show("SHOW-143", (View.ISSUER_ITEM,), "org_details",   w.gone,                            c.always,            OBS, "KVC-LST-008 N-56 P-81"),
    _show("SHOW-140", (View.CONTACTS,), "id",               w.contacts_identifier,             c.always,            DOC, "KVC-CON-001 KVC-CON-004 N-57"),
    _show("SHOW-141", (View.CONTACTS,), "contacts",         w.slot("contacts.listed", p.LIST), c.always,            DOC, "KVC-CON-001 KVC-CON-002 KVC-CON-003 KVC-CON-010 N-57 P-82", "contacts.listed"),
    # the rest
    _show("SHOW-150", (View.BLOB,), "value",                w.constant(p.TEXT),                c.always,            DOC, "KVC-BAK-001 P-67"),
    _show("SHOW-151", (View.VERSIONS, View.LISTING), "value",            w.constant(p.LIST),                c.always,            DOC, "KVC-LST-005 N-60 J-67"),
    _show("SHOW-152", (View.VERSIONS, View.LISTING), "nextLink",         w.next_page,                       c.always,            DOC, "KVC-LST-004 N-58 J-68 P-73"),
)


def _relation(
    rule: str, views: tuple[View, ...], holds: Condition, when: Condition, grade: Grade, because: str
) -> Relation:
    return Relation(rule, views, holds, when, grade, tuple(because.split()), _ABOUT.get(holds, frozenset()))


_ABOUT: Final[dict[Condition, frozenset[str]]] = {
    r.nbf_before_exp: frozenset({"attributes"}),
    r.backdated_ten_minutes: frozenset({"attributes"}),
    r.valid_for_its_months: frozenset({"attributes"}),
    r.created_while_operation_ran: frozenset({"attributes"}),
    r.level_always_or_never: frozenset({"attributes"}),
    r.usages_in_order: frozenset({"policy"}),
    r.created_before_updated: frozenset({"attributes", "policy"}),
    r.nothing_from_the_future: frozenset({"attributes", "policy"}),
}


RELATIONS: Final = (
    #         rule       views               holds                             when          grade because
    _relation("RELA-01", (*STAMPED, View.POLICY, View.ISSUER), r.created_before_updated, c.always, DOC, "KVC-ATT-004 KVC-ATT-013 KVC-POL-022"),
    _relation("RELA-02", STAMPED,             r.nbf_before_exp,                 c.always,     DOC, "KVC-ATT-003"),
    _relation("RELA-03", (*STAMPED, View.POLICY, View.ISSUER), r.nothing_from_the_future, c.always, DOC, "KVC-ATT-004 J-73"),
    _relation("RELA-04", BUNDLES,             r.backdated_ten_minutes,          c.always,     OBS, "N-22 N-26 J-12 J-14 J-40 P-20 P-93 P-94"),
    _relation("RELA-05", BUNDLES,             r.valid_for_its_months,           c.always,     DOC, "KVC-POL-004 KVC-POL-005 N-26 J-40 P-20 P-93"),
    _relation("RELA-06", BUNDLES,             r.thumbprint_of_certificate,      c.always,     DOC, "KVC-OBJ-021 P-28"),
    _relation("RELA-07", (*BUNDLES, View.VERSION_ITEM), r.version_is_fresh,     c.always,     DOC, "KVC-NAM-006 KVC-NAM-008 J-14"),
    _relation("RELA-08", DELETED,             r.purged_after_retention,         c.always,     OBS, "KVC-DEL-007 KVC-DEL-023 N-45 J-41 P-59"),
    _relation("RELA-09", (*BUNDLES, View.DELETED_ITEM, *LINKED), r.level_always_or_never, c.always, OBS, "N-28 P-30"),
    _relation("RELA-10", BUNDLES,             r.created_while_operation_ran,    c.always,     OBS, "N-26 P-9 P-12"),
    _relation("RELA-11", OPERATION,           r.location_leads_to_operation,    c.creating,   DOC, "KVC-CRE-002 C-19 N-2 J-1 P-1"),
    _relation("RELA-12", (View.BUNDLE,),      r.location_leads_to_certificate,  c.merging,    DOC, "KVC-MRG-002 C-19 N-37 J-28 P-44"),
    _relation("RELA-13", (*OPERATION, *BUNDLES), r.waits_only_while_running,    c.always,     OBS, "N-10 N-11 N-16 J-4 J-5 J-22 P-6 P-14"),
    _relation("RELA-14", OPERATION,           r.details_speak_of_merge,         c.in_progress, DOC, "KVC-CRE-033 N-5 J-2 J-3 P-3"),
    _relation("RELA-15", OPERATION,           r.another_request,                c.creating,   OBS, "KVC-CRE-013 J-10 P-8 P-10"),
    _relation("RELA-16", OPERATION,           r.another_csr,                    c.creating,   OBS, "KVC-CRE-004 J-10 P-8"),
    _relation("RELA-17", BUNDLES,             r.certificates_differ,            c.issued,     DOC, "KVC-NAM-008 N-7"),
    _relation("RELA-18", (View.KEY,),         r.key_operations_fit_usage,       c.always,     DOC, "KVC-OBJ-010 KVC-OBJ-011 KVC-OBJ-012 KVC-OBJ-013 KVC-OBJ-014 KVC-OBJ-015 KVC-OBJ-016 KVC-OBJ-017 S-55 N-53 P-84"),
    _relation("RELA-19", (View.SECRET,),      r.value_is_not_too_long,          c.always,     DOC, "KVC-LIM-008 S-33"),
    _relation("RELA-20", (View.KEY,),         r.key_is_of_policy,               c.always,     DOC, "KVC-POL-011 KVC-POL-031 N-53"),
    _relation("RELA-21", WITH_POLICY,         r.usages_in_order,                c.always,     OBS, "C-33 N-31 P-41"),
    _relation("RELA-22", (View.ERROR,),       r.error_has_its_form,             c.always,     DOC, "KVC-ERR-001 KVC-ERR-002 KVC-ERR-015 N-15 J-25 P-18"),
    _relation("RELA-23", (View.VERSIONS, View.LISTING), r.listed_in_order,      c.always,     OBS, "S-31 J-63 J-66 P-72 P-81"),
    _relation("RELA-24", (View.VERSIONS, View.LISTING), r.listed_once,                 c.always,     DOC, "KVC-NAM-003 KVC-LST-004 KVC-LST-005 KVC-LST-009"),
    _relation("RELA-25", (View.VERSIONS, View.LISTING), r.items_are_named,      c.always,     DOC, "KVC-LST-006 KVC-LST-007 KVC-LST-008"),
    _relation("RELA-26", (View.LISTING,),     r.page_goes_on,                   c.always,     DOC, "KVC-LST-004"),
    _relation("RELA-27", (View.VERSIONS,),    r.every_version_listed,           c.always,     DOC, "KVC-LST-004 KVC-LST-005 KVC-IMP-024 KVC-REN-005 P-56"),
    _relation("RELA-28", (View.VERSIONS,),    r.no_placeholder_listed,          c.always,     OBS, "S-31 J-14"),
    _relation("RELA-29", (View.VERSIONS, View.LISTING),    r.page_is_not_too_long,           c.always,     DOC, "KVC-LST-002"),
)
# fmt: on


@cache
def rules_of(view: View, profile: Profile) -> tuple[tuple[Show, ...], tuple[Relation, ...]]:
    """The answer rules of a kind of body: under `documentation` only those that a document demands."""
    shows = tuple(show for show in SHOWS if view in show.views and _counts(show.grade, profile))
    relations = tuple(
        relation for relation in (*RELATIONS, *X509_RELATIONS) if view in relation.views and _counts(relation.grade, profile)
    )
    return shows, relations


def _counts(grade: Grade, profile: Profile) -> bool:
    return profile is not Profile.DOCUMENTATION or grade is not Grade.OBSERVED


__all__ = ["ABSENT", "RELATIONS", "SHOWS", "rules_of"]
