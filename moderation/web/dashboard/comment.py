"""One comment with everything that is known of it."""

from starlette.responses import Response

from moderation.web.dashboard.page import Visit, the_comment
from moderation.web.dashboard.queue import card_of, flash


async def show(visit: Visit) -> Response:
    """The comment's page."""
    comment = await the_comment(visit)
    item = await visit.services.reading.queue_item(comment)
    return visit.page(
        "comment.html",
        card=await card_of(visit, item),
        back=f"/dashboard/comments/{comment.id}",
        flash=await flash(visit),
    )
