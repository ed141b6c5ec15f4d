"""The joint state: where the machines of one name stand, all together. Finite at small scope, immutable, hashable.

Not here: what is known beside the states (known), how the states change (tables).
"""

from __future__ import annotations

from dataclasses import dataclass

from certlife.model.vocabulary import CertificateState, IssuerKind, OperationState, PolicyState, VersionState


@dataclass(frozen=True, slots=True)
class Joint:
    """The states of one name.

    Attributes:
        issuer: who signs for the operation; None where there is no operation, or one from before the session of which
            that is not known.
        versions: from the oldest to the current one.
    """

    certificate: CertificateState = CertificateState.ABSENT
    operation: OperationState = OperationState.NONE
    issuer: IssuerKind | None = None
    policy: PolicyState = PolicyState.NONE
    versions: tuple[VersionState, ...] = ()

    def __str__(self) -> str:
        parts = [self.certificate.value]
        if self.operation is not OperationState.NONE:
            parts.append(f"operation {self.operation.value} ({self.issuer.value if self.issuer else '?'})")
        parts.extend(f"version {state.value}" for state in self.versions)
        return ", ".join(parts)
