"""What moderators do: claim → action → record. The only door through which people act."""

from collections.abc import Callable
from typing import NoReturn

from moderation.domain.comment import Comment, Status
from moderation.domain.errors import NotFound, SomeoneWasFaster
from moderation.domain.review import Action, Deed, QueueItem
from moderation.policy import Policy
from moderation.store.client import Client
from moderation.store.comments import Comments
from moderation.store.review_queue import Acted, ReviewQueue


class Review:
    """Every call raises StoreUnavailable when the store is away."""

    def __init__(self, redis: Client, *, policy: Callable[[], Policy]) -> None:
        self._comments = Comments(redis)
        self._queue = ReviewQueue(redis)
        self._policy = policy

    async def claim(self, site: str, *, moderator: str, limit: int) -> tuple[QueueItem, ...]:
        """Lease the most urgent items that nobody holds to `moderator`."""
        policy = self._policy().sites.get(site)
        if policy is None:
            raise NotFound(f"There is no site {site!r} here.")
        ids = await self._queue.claim(site, moderator, limit=limit, lease_ms=policy.claim_lease_ms)
        return await self._queue.items(site, ids)

    async def act(self, comment_id: str, deed: Deed, *, now: int) -> Status:
        """Do `deed`; the status the comment has now. Raises NotFound and SomeoneWasFaster."""
        comment = await self._comments.get(comment_id)
        if comment is None:
            raise _unknown(comment_id)
        acted = await self._done(comment, deed, now=now)
        if acted.outcome == "missing":
            raise _unknown(comment_id)
        if acted.outcome != "done":
            _too_late(acted)
        return Status(acted.status)

    async def _done(self, comment: Comment, deed: Deed, *, now: int) -> Acted:
        if deed.action is Action.RELEASE:
            return await self._queue.release(comment, deed.moderator)
        return await self._queue.act(comment, deed, now=now)


def _unknown(comment_id: str) -> NotFound:
    return NotFound(f"There is no comment {comment_id!r} here.")


def _too_late(acted: Acted) -> NoReturn:
    if acted.outcome == "claimed":
        detail = f"{acted.by} is looking at this comment."
    elif acted.by:
        detail = f"{acted.by} was faster: the comment is {acted.status} now."
    else:
        detail = f"The comment is {acted.status}: there is nothing of that kind to do."
    raise SomeoneWasFaster(detail, by=acted.by or None, now=acted.status)
