"""How comments of a site are judged, to read; the file is where it is changed."""

from starlette.responses import Response

from moderation.web.dashboard.page import Visit


async def show(visit: Visit) -> Response:
    """The policy in force for the site in view."""
    policy = visit.services.policy()
    return visit.page(
        "policy.html",
        policy=visit.policy,
        limits={
            name: getattr(visit.policy.limits, name)
            for name in type(visit.policy.limits).model_fields
        },
        retention=policy.retention,
        fingerprint=policy.fingerprint,
    )
