"""What the store knows of an author and of a text before a comment is judged."""

from dataclasses import dataclass

from moderation.store import keys
from moderation.store.client import Client, store_errors
from moderation.store.comments import digest


@dataclass(frozen=True, slots=True)
class History:
    """Published comments of the author; how often the same text arrived in the policy's window."""

    author_published: int
    same_text_before: int


async def history(redis: Client, site: str, *, author_hash: str, text_key: str) -> History:
    """One round trip. Raises StoreUnavailable."""
    async with store_errors(), redis.pipeline(transaction=False) as pipe:
        pipe.hget(keys.author(site, author_hash), "published")
        pipe.get(keys.said(site, digest(text_key)))
        published, said = await pipe.execute()
    return History(int(published or 0), int(said or 0))
