"""Lists, counts and single comments, for readers, authors and moderators. Changes nothing."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from moderation.domain.comment import Comment, PublicComment, Status, public_form
from moderation.domain.errors import FieldError, Invalid, NotFound
from moderation.domain.review import QueueItem
from moderation.policy import Policy
from moderation.store import audit
from moderation.store.audit import AuditEntry
from moderation.store.client import Client
from moderation.store.comments import Comments
from moderation.store.hashing import Hashing
from moderation.store.review_queue import ReviewQueue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and where the next page starts; None on the last one."""

    items: tuple[T, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the audit log, with its comment as it is now (None once it is forgotten)."""

    entry: AuditEntry
    comment: Comment | None


class Reading:
    """Every call raises StoreUnavailable when the store is away, NotFound for an unknown site."""

    def __init__(self, redis: Client, *, policy: Callable[[], Policy], hashing: Hashing) -> None:
        self._redis = redis
        self._comments = Comments(redis)
        self._queue = ReviewQueue(redis)
        self._policy = policy
        self._hashing = hashing

    async def comment(self, comment_id: str) -> Comment | None:
        """The comment, whatever its status: only for its author, its site and moderators."""
        return await self._comments.get(comment_id)

    async def public(self, comment_id: str) -> PublicComment | None:
        """What anyone may see of it."""
        comment = await self._comments.get(comment_id)
        published = comment is not None and comment.status is Status.PUBLISHED
        return public_form(comment) if comment and published else None

    def status_token(self, comment_id: str) -> str:
        """What the author of `comment_id` was given to see its status."""
        return self._hashing.status_token(comment_id)

    def token_fits(self, comment_id: str, token: str) -> bool:
        """Whether `token` is the author's, compared in constant time."""
        return hmac.compare_digest(self.status_token(comment_id).encode(), token.encode())

    async def thread(
        self, site: str, thread: str, *, cursor: str | None, limit: int, newest_first: bool
    ) -> Page[PublicComment]:
        """Published comments of a thread. Raises Invalid for a cursor that is none of ours."""
        self._check_site(site)
        placed = await self._comments.published(
            site, thread, after=_decoded(cursor), limit=limit + 1, newest_first=newest_first
        )
        items = await self._comments.get_public([comment_id for comment_id, _ in placed[:limit]])
        last = placed[limit - 1] if len(placed) > limit else None
        return Page(tuple(items), _encoded(last[1], last[0]) if last else None)

    async def counts(self, site: str, threads: Sequence[str]) -> dict[str, int]:
        """How many comments of each thread are published."""
        self._check_site(site)
        return dict(zip(threads, await self._comments.counts(site, threads), strict=True))

    async def queue(self, site: str, *, cursor: str | None, limit: int) -> Page[QueueItem]:
        """What waits for a moderator, most urgent first."""
        self._check_site(site)
        ranked = await self._queue.page(site, after=_decoded(cursor), limit=limit + 1)
        items = await self._queue.items(site, [comment_id for comment_id, _ in ranked[:limit]])
        more = ranked[limit - 1] if len(ranked) > limit else None
        return Page(items, _encoded(-more[1], more[0]) if more else None)

    async def queue_item(self, comment: Comment) -> QueueItem:
        """`comment` with who holds it."""
        items = await self._queue.items(comment.site, [comment.id])
        return items[0] if items else QueueItem(comment, 0.0, None)

    async def claimed(self, site: str, *, moderator: str) -> tuple[QueueItem, ...]:
        """What `moderator` holds, most urgent first."""
        self._check_site(site)
        return await self._queue.held_by(site, moderator)

    async def queue_size(self, site: str) -> int:
        """How many comments of `site` wait for a moderator."""
        return await self._queue.size(site)

    async def history(self, site: str, *, cursor: str | None, limit: int) -> Page[HistoryEntry]:
        """What was done to comments of `site`, the latest first."""
        self._check_site(site)
        entries = await audit.latest(self._redis, site, before=_decoded(cursor), limit=limit + 1)
        comments = {
            c.id: c for c in await self._comments.get_many([e.comment_id for e in entries[:limit]])
        }
        items = tuple(HistoryEntry(e, comments.get(e.comment_id)) for e in entries[:limit])
        more = len(entries) > limit
        return Page(items, _encode(entries[limit - 1].id) if more else None)

    def _check_site(self, site: str) -> None:
        if site not in self._policy().sites:
            raise NotFound(f"There is no site {site!r} here.")


def _encoded(score: float, member: str) -> str:
    return _encode(f"{score:.17g}/{member}")


def _encode(place: str) -> str:
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        float(place.partition("/")[0].partition("-")[0] or place.partition("/")[0])
    except (binascii.Error, ValueError):
        error = FieldError("/cursor", "cursor_invalid", "Use next_cursor of an earlier answer.")
        raise Invalid([error]) from None
    return place
