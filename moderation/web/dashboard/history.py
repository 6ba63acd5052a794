"""What was done to comments, by whom and why: the audit log, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from moderation.domain.review import Action, actions_for
from moderation.reading import HistoryEntry
from moderation.store.audit import AuditEntry
from moderation.web.dashboard import wording
from moderation.web.dashboard.card import excerpt
from moderation.web.dashboard.page import Visit
from moderation.web.dashboard.queue import flash

PAGE = 50
_OFFERED = (Action.RESTORE, Action.REJECT)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, in words. Buttons stand at the latest entry of a comment alone."""

    entry: AuditEntry
    excerpt: str | None
    age: str
    reason: str
    actions: tuple[Action, ...]


async def show(visit: Visit) -> Response:
    """One page of the log."""
    cursor = visit.request.query_params.get("cursor")
    page = await visit.services.reading.history(visit.site, cursor=cursor, limit=PAGE)
    return visit.page(
        "history.html",
        lines=list(_lines(page.items, now=visit.services.now(), may_act=visit.may_act)),
        next_cursor=page.next_cursor,
        back=f"/dashboard/history?site={visit.site}",
        flash=await flash(visit),
    )


def _lines(entries: Sequence[HistoryEntry], *, now: int, may_act: bool) -> Iterator[Line]:
    told: set[str] = set()
    for found in entries:
        entry, comment = found.entry, found.comment
        is_latest = comment is not None and comment.status == entry.after and comment.id not in told
        told.add(entry.comment_id)
        yield Line(
            entry=entry,
            excerpt=excerpt(comment.text) if comment else None,
            age=wording.ago(entry.at, now),
            reason=_reason(entry),
            actions=_offered(found) if is_latest and may_act else (),
        )


def _offered(found: HistoryEntry) -> tuple[Action, ...]:
    allowed = actions_for(found.comment.status) if found.comment else ()
    return tuple(action for action in _OFFERED if action in allowed)


def _reason(entry: AuditEntry) -> str:
    """Rules for what the policy decided, words for what people did."""
    if entry.action in {"decide", "submit"}:
        return ", ".join(map(wording.name_of_rule, entry.reason.split()))
    return wording.in_words(entry.reason) if entry.reason else ""
