"""What waits for a moderator, most urgent first."""

import asyncio
from collections.abc import Sequence

from starlette.responses import Response

from moderation.domain.comment import Comment
from moderation.domain.review import QueueItem
from moderation.reading import Page
from moderation.web.dashboard import wording
from moderation.web.dashboard.card import Card, make_card, way_back
from moderation.web.dashboard.page import Visit

PAGE = 20


async def show(visit: Visit) -> Response:
    """One page of the queue, or what the moderator has claimed."""
    mine = await visit.services.reading.claimed(visit.site, moderator=visit.moderator.name)
    only_mine = visit.request.query_params.get("mine") == "1"
    page = Page(mine, None) if only_mine else await _waiting(visit)
    return visit.page(
        "queue.html",
        cards=await cards(visit, page.items),
        next_cursor=page.next_cursor,
        waiting=await visit.services.reading.queue_size(visit.site),
        mine=len(mine),
        only_mine=only_mine,
        back=_back(visit, only_mine=only_mine),
        flash=await flash(visit),
    )


async def cards(visit: Visit, items: Sequence[QueueItem]) -> list[Card]:
    """The items as cards."""
    return list(await asyncio.gather(*(card_of(visit, item) for item in items)))


async def card_of(visit: Visit, item: QueueItem) -> Card:
    """One item as a card, with the comment it answers."""
    parent_id = item.comment.parent_id
    return make_card(
        item,
        visit.sites[item.comment.site],
        moderator=visit.moderator,
        now=visit.services.now(),
        parent=await visit.services.reading.comment(parent_id) if parent_id else None,
    )


async def flash(visit: Visit) -> dict[str, str] | None:
    """What the last request did, and the way back; the address names only codes of ours."""
    message = wording.done(visit.request.query_params.get("done", ""))
    comment_id = visit.request.query_params.get("comment", "")
    if not message:
        return None
    comment = await visit.services.reading.comment(comment_id)
    is_ours = comment is not None and comment.site in visit.sites
    return said(message, comment if is_ours and visit.may_act else None)


def said(message: str, comment: Comment | None) -> dict[str, str]:
    """A message, and how to undo what it says."""
    back = way_back(comment) if comment else None
    if comment is None or back is None:
        return {"message": message}
    return {
        "message": message,
        "comment": comment.id,
        "seen": comment.status.value,
        "action": back.value,
        "label": wording.undo_label(back),
    }


async def _waiting(visit: Visit) -> Page[QueueItem]:
    cursor = visit.request.query_params.get("cursor")
    return await visit.services.reading.queue(visit.site, cursor=cursor, limit=PAGE)


def _back(visit: Visit, *, only_mine: bool) -> str:
    return f"/dashboard?site={visit.site}" + ("&mine=1" if only_mine else "")
