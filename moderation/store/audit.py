"""Who did what to which comment, and why: read from the stream that every script writes."""

from dataclasses import dataclass

from moderation.store import keys
from moderation.store.client import Client, store_errors


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`at` in ms since the epoch; `before` and `after` are statuses; `via` a session or a key."""

    id: str
    comment_id: str
    by: str
    action: str
    before: str
    after: str
    reason: str
    note: str
    via: str
    at: int


async def latest(redis: Client, site: str, *, before: str | None, limit: int) -> list[AuditEntry]:
    """The newest entries first, those older than entry `before`. Raises StoreUnavailable."""
    top = f"({before}" if before else "+"
    async with store_errors():
        found = await redis.xrevrange(keys.audit(site), max=top, count=limit)
    return [_entry(entry_id, fields) for entry_id, fields in found]


def _entry(entry_id: str, fields: dict[str, str]) -> AuditEntry:
    return AuditEntry(
        id=entry_id,
        comment_id=fields["comment"],
        by=fields["by"],
        action=fields["action"],
        before=fields["from"],
        after=fields["to"],
        reason=fields.get("reason", ""),
        note=fields.get("note", ""),
        via=fields.get("via", ""),
        at=int(fields["at"]),
    )
