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
        lease_ms = self._lease_ms(site)
        ids = await self._queue.claim(site, moderator, limit=limit, lease_ms=lease_ms)
        return await self._queue.items(site, ids)

    async def claim_one(self, comment_id: str, *, moderator: str) -> Status:
        """Lease this item to `moderator`. Raises NotFound and SomeoneWasFaster."""
        comment = await self._known(comment_id)
        lease_ms = self._lease_ms(comment.site)
        acted = await self._queue.claim_one(comment, moderator, lease_ms=lease_ms)
        return _outcome(comment_id, acted)

    async def act(self, comment_id: str, deed: Deed, *, now: int) -> Status:
        """Do `deed`; the status the comment has now. Raises NotFound and SomeoneWasFaster."""
        comment = await self._known(comment_id)
        return _outcome(comment_id, await self._done(comment, deed, now=now))

    async def _known(self, comment_id: str) -> Comment:
        comment = await self._comments.get(comment_id)
        if comment is None:
            raise _unknown(comment_id)
        return comment

    def _lease_ms(self, site: str) -> int:
        policy = self._policy().sites.get(site)
        if policy is None:
            raise NotFound(f"There is no site {site!r} here.")
        return policy.claim_lease_ms

    async def _done(self, comment: Comment, deed: Deed, *, now: int) -> Acted:
        if deed.action is Action.RELEASE:
            return await self._queue.release(comment, deed.moderator)
        return await self._queue.act(comment, deed, now=now)


def _outcome(comment_id: str, acted: Acted) -> Status:
    if acted.outcome == "missing":
        raise _unknown(comment_id)
    if acted.outcome != "done":
        _too_late(acted)
    return Status(acted.status)


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
