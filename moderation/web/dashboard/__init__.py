"""The moderators' desk: server-rendered pages that work without JavaScript.

Reads through `reading`, acts through `review`; decides nothing itself.
"""

from starlette.routing import Route

from moderation.web.dashboard import acting, comment, history, missing, policy, queue, signing_in
from moderation.web.dashboard.assets import serve_asset
from moderation.web.dashboard.page import Page, for_moderators
from moderation.web.services import Services


def routes(services: Services) -> list[Route]:
    """Every path under /dashboard; what is none of ours is answered by a page as well."""
    seen = for_moderators
    return [
        Route("/dashboard/static/{name}", Page(services, get=serve_asset)),
        Route("/dashboard/sign-in", Page(services, get=signing_in.explain)),
        Route(
            "/dashboard/sign-in/{token}",
            Page(services, get=signing_in.confirm, post=signing_in.enter),
        ),
        Route("/dashboard/sign-out", Page(services, post=signing_in.leave)),
        Route("/dashboard", Page(services, get=seen(queue.show))),
        Route("/dashboard/claims", Page(services, post=seen(acting.claim_next))),
        Route("/dashboard/history", Page(services, get=seen(history.show))),
        Route("/dashboard/policy", Page(services, get=seen(policy.show))),
        Route("/dashboard/comments/{comment_id}", Page(services, get=seen(comment.show))),
        Route("/dashboard/comments/{comment_id}/actions", Page(services, post=seen(acting.act))),
        Route("/dashboard/{rest:path}", Page(services, get=missing.show, post=missing.show)),
    ]
