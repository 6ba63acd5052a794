"""A comment as a Redis hash: field by field, so that Lua never has to parse JSON.

Only what no script looks into (findings, reasons, scores, model) is JSON.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from moderation.domain.comment import (
    Author,
    Comment,
    PublicAuthor,
    PublicComment,
    Status,
    Thread,
)
from moderation.domain.decision import Decision, Finding, ModelStamp, Verdict

_FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])
_SCORES: TypeAdapter[dict[str, float] | None] = TypeAdapter(dict[str, float] | None)
_MODEL: TypeAdapter[ModelStamp | None] = TypeAdapter(ModelStamp | None)


def comment_fields(comment: Comment) -> dict[str, str]:
    """All but id, status and created_at, which the recording script writes itself."""
    fields = {
        "site": comment.site,
        "thread": comment.thread.id,
        "thread_url": comment.thread.url,
        "thread_title": comment.thread.title,
        "parent_id": comment.parent_id,
        "name": comment.author.name,
        "email": comment.author.email,
        "url": comment.author.url,
        "text": comment.text,
        "external_id": comment.external_id,
        "author_hash": comment.author_hash,
        "address_hash": comment.address_hash,
        "findings": _FINDINGS.dump_json(comment.findings).decode(),
    }
    decided = decision_fields(comment.decision) if comment.decision else {}
    return {name: value for name, value in fields.items() if value is not None} | decided


def decision_fields(decision: Decision) -> dict[str, str]:
    """The fields a decision adds to a comment."""
    fields = {
        "verdict": decision.verdict.value,
        "reasons": _FINDINGS.dump_json(decision.reasons).decode(),
        "policy": decision.policy,
        "made_by": decision.made_by,
        "made_at": str(decision.made_at),
        "priority": repr(decision.priority),
        "language": decision.language,
        "scores": json.dumps(dict(decision.scores)) if decision.scores else None,
        "model": json.dumps(asdict(decision.model)) if decision.model else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def read_comment(fields: Mapping[str, Any]) -> Comment | None:
    """The comment a hash holds; None for the empty hash of a comment that is not there."""
    if not fields:
        return None
    return Comment(
        id=fields["id"],
        site=fields["site"],
        # What is stored was validated when it came in; rules may have become stricter since.
        thread=Thread.model_construct(
            id=fields["thread"], url=fields.get("thread_url"), title=fields.get("thread_title")
        ),
        parent_id=fields.get("parent_id"),
        author=Author.model_construct(
            name=fields["name"], email=fields["email"], url=fields.get("url")
        ),
        text=fields["text"],
        external_id=fields.get("external_id"),
        status=Status(fields["status"]),
        created_at=int(fields["created_at"]),
        edited_at=int(fields["edited_at"]) if "edited_at" in fields else None,
        author_hash=fields["author_hash"],
        address_hash=fields.get("address_hash"),
        findings=_FINDINGS.validate_json(fields["findings"]),
        decision=_decision(fields) if "verdict" in fields else None,
    )


PUBLIC_FIELDS = (
    "id", "thread", "parent_id", "name", "url", "text", "created_at", "edited_at", "status",
)  # fmt: skip


def read_public(values: Sequence[str | None]) -> PublicComment | None:
    """The public comment in the values of PUBLIC_FIELDS; None when it is not, or no more, public.

    Listing threads is what most requests do: it reads no more than it shows.
    """
    fields = dict(zip(PUBLIC_FIELDS, values, strict=True))
    if fields["status"] != Status.PUBLISHED:
        return None
    return PublicComment(
        id=fields["id"] or "",
        thread=fields["thread"] or "",
        parent_id=fields["parent_id"],
        author=PublicAuthor(fields["name"] or "", fields["url"]),
        text=fields["text"] or "",
        created_at=int(fields["created_at"] or 0),
        edited_at=int(fields["edited_at"]) if fields["edited_at"] else None,
    )


def _decision(fields: Mapping[str, Any]) -> Decision:
    return Decision(
        verdict=Verdict(fields["verdict"]),
        reasons=_FINDINGS.validate_json(fields["reasons"]),
        policy=fields["policy"],
        made_by=fields["made_by"],
        made_at=int(fields["made_at"]),
        scores=_SCORES.validate_json(fields.get("scores", "null")),
        model=_MODEL.validate_json(fields.get("model", "null")),
        language=fields.get("language"),
        priority=float(fields.get("priority", 0)),
    )
