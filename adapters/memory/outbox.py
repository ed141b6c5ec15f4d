"""What the vault tells others: mails to the contacts, events to Event Grid.

Not here: when (drift). The texts of the mails are not documented; the fields of the events are (KVC-EVT-004).
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from certlife.adapters.memory.state import Record, State, Version
from certlife.adapters.port import Message


def event(state: State, record: Record, version: Version, kind: str, at: int) -> None:
    """Raise an Event Grid event about one version.

    Args:
        kind: `NewVersionCreated`, `NearExpiry` or `Expired`.
    """
    host = urlsplit(state.address).hostname or "vault"
    vault = host.split(".")[0]
    state.outbox.append(
        Message(
            at,
            "event",
            {
                "id": state.new_id(),
                "topic": f"/subscriptions/{state.settings.geography}/providers/Microsoft.KeyVault/vaults/{vault}",
                "subject": record.name,
                "eventType": f"Microsoft.KeyVault.Certificate{kind}",
                "eventTime": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": {
                    "Id": f"{state.address}/certificates/{record.name}/{version.id}",
                    "VaultName": vault,
                    "ObjectType": "Certificate",
                    "ObjectName": record.name,
                    "Version": version.id,
                    "NBF": version.nbf,
                    "EXP": version.exp,
                },
                "dataVersion": "1",
                "metadataVersion": "1",
            },
        )
    )


def mail(state: State, record: Record, subject: str, text: str, at: int) -> None:
    """Write to all contacts of the vault (KVC-CON-004, KVC-CON-005); without contacts to nobody (S-35)."""
    contacts = [one for one in state.contacts or [] if isinstance(one, dict)]
    to = tuple(str(one["email"]) for one in contacts if one.get("email"))
    if to:
        state.outbox.append(Message(at, "mail", {"subject": subject, "certificate": record.name, "text": text}, to))
