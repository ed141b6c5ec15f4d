"""What X.509 content must be: a row for every way in which a certificate, a request or a secret hangs together.

How to read a row. In a body of one of the `views`, `holds` must be so, `when` the condition holds. The rows are run like
those of answers.RELATIONS; where a part could not be read, or nobody knows which policy a version was made by, they hold.

What a version was made by is the certificate request (CSR), and the request by the policy at the moment of its making.
So a request is held against the policy in the answer to the create request alone, and a certificate against its
request; against the policy only where the request is not there to be read, and the policy was not written since. A
certificate of the vault's own making may follow either, because no source says which one counts after a policy is
patched while the operation runs. What an issuer or the caller signed may differ in all but the key (KVC-CRE-045, P-46).

Not here: how content is read (adapters), the other answer rules (answers).
"""

from __future__ import annotations

from typing import Final

from certlife.model import conditions as c
from certlife.model import x509_content as on
from certlife.model import x509_relations as x
from certlife.model.rows import Condition, Relation
from certlife.model.vocabulary import Grade, View

DOC, OBS = Grade.DOCUMENTED, Grade.OBSERVED
BUNDLES: Final = (View.BUNDLE, View.DELETED_BUNDLE, View.VERSION, View.UPDATED_VERSION)
BUNDLE: Final = (View.BUNDLE,)
OPERATION: Final = (View.OPERATION,)


def _relation(
    rule: str, views: tuple[View, ...], holds: Condition, when: Condition, grade: Grade, because: str
) -> Relation:
    return Relation(rule, views, holds, when, grade, tuple(because.split()))


# fmt: off
X509_RELATIONS: Final[tuple[Relation, ...]] = (
    # every certificate
    #         rule       views           holds                                  when                                          grade because
    _relation("X509-01", BUNDLES,        x.nbf_is_not_before,                   c.certificate_read,                           DOC, "KVC-ATT-003 P-29"),
    _relation("X509-02", BUNDLES,        x.exp_is_not_after,                    c.certificate_read,                           DOC, "KVC-ATT-003 P-29"),
    _relation("X509-03", BUNDLES,        x.parts_are_of_certificate,            on.parts_shown,                               OBS, "N-24"),
    # what was made by a request
    _relation("X509-04", BUNDLES,        x.key_is_of_request,                   on.made_by_request,                           DOC, "KVC-CRE-004 KVC-MRG-005 KVC-MRG-013 P-47 P-86"),
    _relation("X509-05", BUNDLES,        x.key_kind_is_of_policy,               on.made_by_policy,                            DOC, "KVC-POL-010 KVC-POL-011 KVC-POL-031 N-33 P-90"),
    # what the vault signed itself
    _relation("X509-06", BUNDLES,        x.issued_by_itself,                    on.self_signed,                               DOC, "KVC-CRE-020 P-90"),
    _relation("X509-07", BUNDLES,        x.signed_by_itself,                    on.self_signed,                               DOC, "KVC-CRE-020 P-90"),
    _relation("X509-08", BUNDLES,        x.subject_is_of_source,                on.self_signed_from_source,                   DOC, "KVC-POL-014 KVC-POL-015 KVC-CRE-009 P-87 P-90"),
    _relation("X509-09", BUNDLES,        x.names_are_of_source,                 on.self_signed_from_source,                   DOC, "KVC-POL-016 P-43 P-91"),
    _relation("X509-10", BUNDLES,        x.purposes_are_of_source,              on.self_signed_from_source,                   DOC, "KVC-POL-017 P-91"),
    _relation("X509-11", BUNDLES,        x.usages_are_of_source,                on.self_signed_from_source,                   DOC, "KVC-POL-017 KVC-OBJ-018 P-91 P-95"),
    _relation("X509-12", BUNDLES,        x.ca_is_of_source,                     on.self_signed_from_source,                   OBS, "P-88 P-91"),
    _relation("X509-13", BUNDLES,        x.version_is_three,                    on.self_signed,                               OBS, "P-90"),
    _relation("X509-14", BUNDLES,        x.signed_with_sha256,                  on.self_signed,                               OBS, "P-90"),
    _relation("X509-15", BUNDLES,        x.extensions_in_order,                 on.self_signed,                               OBS, "P-91"),
    _relation("X509-16", BUNDLES,        x.key_identifiers_fit,                 on.self_signed,                               OBS, "P-91"),
    _relation("X509-17", BUNDLES,        x.serial_is_random_uuid,               on.self_signed,                               OBS, "P-92"),
    # what was merged or imported
    _relation("X509-20", BUNDLE,         x.merged_certificate_was_sent,         c.merging,                                    OBS, "KVC-MRG-009 N-37 P-45 P-46"),
    _relation("X509-21", BUNDLE,         x.imported_certificate_was_sent,       on.importing_file,                            DOC, "KVC-OBJ-021 KVC-IMP-012 J-29 P-54"),
    _relation("X509-22", BUNDLE,         x.subject_from_file,                   on.importing,                                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-23", BUNDLE,         x.subject_spelled_as_the_service_does, on.importing,                                 OBS, "N-42 J-30 P-51 P-52"),
    _relation("X509-24", BUNDLE,         x.names_from_file,                     on.importing,                                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-25", BUNDLE,         x.purposes_from_file,                  on.importing,                                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-26", BUNDLE,         x.usages_from_file,                    on.importing,                                 DOC, "KVC-IMP-012 KVC-IMP-013 N-42 J-30 P-51"),
    _relation("X509-27", BUNDLE,         x.months_from_file,                    on.importing,                                 OBS, "N-42 J-30 P-51 P-53"),
    _relation("X509-28", BUNDLE,         x.ca_from_file,                        on.importing,                                 OBS, "N-42 J-30 P-51"),
    _relation("X509-29", BUNDLE,         x.key_kind_from_file,                  on.importing,                                 DOC, "KVC-IMP-012 N-43 P-50"),
    # requests
    _relation("X509-40", OPERATION,      x.request_signed_by_itself,            on.request_read,                              OBS, "P-86"),
    _relation("X509-41", OPERATION,      x.request_in_order,                    on.request_read,                              OBS, "P-88"),
    _relation("X509-42", OPERATION,      x.request_for_no_ca,                   on.request_read,                              OBS, "P-88"),
    _relation("X509-43", OPERATION,      x.request_in_service_form,             on.request_read,                              OBS, "P-86"),
    _relation("X509-44", OPERATION,      x.request_has_key_type,                on.chosen("key_props.kty"),                   DOC, "KVC-CRE-004 KVC-POL-031 KVC-POL-032 P-86"),
    _relation("X509-45", OPERATION,      x.request_has_key_type,                on.filled("key_props.kty"),                   OBS, "N-29 J-32 P-38 P-86"),
    _relation("X509-46", OPERATION,      x.request_has_key_size,                on.chosen("key_props.key_size"),              DOC, "KVC-POL-010 KVC-POL-031 P-86"),
    _relation("X509-47", OPERATION,      x.request_has_key_size,                on.filled("key_props.key_size"),              OBS, "N-29 J-32 P-38 P-86"),
    _relation("X509-48", OPERATION,      x.request_has_curve,                   on.chosen("key_props.crv"),                   DOC, "KVC-POL-011 KVC-POL-031 N-33"),
    _relation("X509-49", OPERATION,      x.request_names_subject,               on.chosen("x509_props.subject"),              DOC, "KVC-POL-014 KVC-POL-015 P-87"),
    _relation("X509-50", OPERATION,      x.request_lists_names,                 on.chosen("x509_props.sans"),                 DOC, "KVC-POL-016 P-43 P-88"),
    _relation("X509-51", OPERATION,      x.request_lists_names,                 on.filled("x509_props.sans"),                 OBS, "P-88"),
    _relation("X509-52", OPERATION,      x.request_lists_purposes,              on.chosen("x509_props.ekus"),                 DOC, "KVC-POL-017 P-88"),
    _relation("X509-53", OPERATION,      x.request_lists_purposes,              on.filled("x509_props.ekus"),                 OBS, "N-29 J-32 P-38 P-88"),
    _relation("X509-54", OPERATION,      x.request_lists_usages,                on.chosen("x509_props.key_usage"),            DOC, "KVC-POL-017 P-88 P-95"),
    _relation("X509-55", OPERATION,      x.request_lists_usages,                on.filled("x509_props.key_usage"),            DOC, "KVC-OBJ-018 N-29 J-32 P-38 P-89"),
    _relation("X509-56", OPERATION,      x.key_reused_as_wished,                on.renewed("key_props.reuse_key", on.chosen), DOC, "KVC-POL-012"),
    _relation("X509-57", OPERATION,      x.key_reused_as_wished,                on.renewed("key_props.reuse_key", on.filled), OBS, "N-29 J-32 P-38 F-24"),
    # the linked key and secret
    _relation("X509-60", (View.KEY,),    x.linked_key_is_of_certificate,        on.key_read,                                  DOC, "KVC-OBJ-001 KVC-OBJ-003 N-53 P-84"),
    _relation("X509-61", (View.SECRET,), x.secret_has_its_form,                 on.secret_read,                               DOC, "KVC-POL-013 N-52 J-21 P-85"),
    _relation("X509-62", (View.SECRET,), x.secret_holds_certificate,            on.secret_read,                               DOC, "KVC-OBJ-001 KVC-OBJ-007 KVC-OBJ-008"),
    _relation("X509-63", (View.SECRET,), x.secret_holds_key_if_exportable,      on.secret_of_policy,                          DOC, "KVC-OBJ-007 KVC-OBJ-008 KVC-POL-031 N-52"),
    _relation("X509-64", (View.SECRET,), x.secret_key_is_of_certificate,        on.secret_read,                               DOC, "KVC-OBJ-001 KVC-OBJ-007"),
    _relation("X509-65", (View.SECRET,), x.secret_has_no_password,              on.secret_read,                               DOC, "KVC-OBJ-026 KVC-IMP-019 P-85"),
)
# fmt: on
"""The rules about X.509 content, in the order in which they are run."""
