"""What moderators do: the forms of the desk, answered by a page or, to its script, in JSON."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from moderation.domain.comment import Comment, Status
from moderation.domain.errors import FieldError, Invalid, NotFound, SomeoneWasFaster
from moderation.domain.review import Action, Deed
from moderation.web.dashboard import wording
from moderation.web.dashboard.page import Visit, read_form, see_other, the_comment, wants_json
from moderation.web.dashboard.queue import card_of, said
from moderation.web.dashboard.rendering import fragment

CLAIM = 10
MAX_REASON = 500
MAX_NOTE = 2_000


async def claim_next(visit: Visit) -> Response:
    """Take the most urgent items, and show what is now the moderator's."""
    form = await read_form(visit.request)
    site = form.get("site", visit.site)
    if site not in visit.sites:
        raise NotFound("There is no such site, or you do not moderate it.")
    visit.check_may_act(site)
    await visit.services.review.claim(site, moderator=visit.moderator.name, limit=CLAIM)
    return see_other("/dashboard", site=site, mine="1")


async def act(visit: Visit) -> Response:
    """Do what the button says; when someone was faster, say who, and show how things stand."""
    comment = await the_comment(visit)
    visit.check_may_act(comment.site)
    form = await read_form(visit.request)
    try:
        await _do(visit, comment, form)
    except SomeoneWasFaster as error:
        return await _too_late(visit, error, _local(form.get("back")))
    if wants_json(visit.request):
        return await _told(visit, wording.done(form["action"]))
    back = _local(form.get("back"))
    return see_other(back, done=form["action"], comment=comment.id)


async def _do(visit: Visit, comment: Comment, form: dict[str, str]) -> Status:
    review, name = visit.services.review, visit.moderator.name
    if form.get("action") == "claim":
        return await review.claim_one(comment.id, moderator=name)
    return await review.act(comment.id, _deed(form, name), now=visit.services.now())


def _deed(form: dict[str, str], moderator: str) -> Deed:
    """What the form asks for; a status it does not name, or no status at all, is not ours."""
    try:
        action, seen = Action(form.get("action", "")), Status(form.get("seen", ""))
    except ValueError:
        error = FieldError("/action", "unknown_value", "Use one of the buttons.")
        raise Invalid([error]) from None
    if action is not Action.REJECT:
        return Deed(action, moderator, seen=seen)
    # Reason and note stand beside the button that rejects; for the others they mean nothing.
    reason, note = form.get("reason", "")[:MAX_REASON], form.get("note", "")[:MAX_NOTE]
    return Deed(action, moderator, reason=reason, note=note, seen=seen)


async def _told(visit: Visit, message: str, *, status: int = HTTPStatus.OK) -> Response:
    """What happened, and the card as it is now, for the script to put in place."""
    comment = await the_comment(visit)
    card = await card_of(visit, await visit.services.reading.queue_item(comment))
    # Who came too late has nothing to undo: it was somebody else's deed.
    told = said(message, comment if status == HTTPStatus.OK else None)
    html = fragment("card.html", card=card, back=f"/dashboard?site={comment.site}", level=2)
    answer = {**told, "status": comment.status.value, "card": html}
    return JSONResponse(answer, status_code=status)


async def _too_late(visit: Visit, error: SomeoneWasFaster, back: str) -> Response:
    if wants_json(visit.request):
        return await _told(visit, error.detail, status=error.status)
    comment = await the_comment(visit)
    card = await card_of(visit, await visit.services.reading.queue_item(comment))
    return visit.page("too_late.html", status=error.status, error=error, card=card, back=back)


def _local(path: str | None) -> str:
    """`path` if it is one of the desk's own; a form must not send a moderator elsewhere."""
    is_ours = path is not None and (
        path == "/dashboard" or path.startswith(("/dashboard/", "/dashboard?"))
    )
    return path if path and is_ours and "\\" not in path else "/dashboard"
