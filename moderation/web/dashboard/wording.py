"""How the desk says things: rules, times, deeds. Pure."""

from datetime import UTC, datetime

from moderation.domain.comment import Status
from moderation.domain.review import Action

REASONS = {
    "spam": "Spam or advertising",
    "abuse": "Insult or harassment",
    "hate": "Hate",
    "threat": "Threat",
    "personal_data": "Personal data",
    "off_topic": "Off topic",
    "illegal": "Illegal content",
    "other": "Something else",
}
"""What a moderator may give as the reason of a rejection."""

_RULES = {
    "length": "Length",
    "links": "Links",
    "blocklist": "Blocklist",
    "repeats": "Repeated text",
    "newcomer": "New author",
    "disposable_email": "Throw-away mail",
    "flood": "Flood",
    "language": "Language",
    "unscored": "Not scored",
}

_DONE = {
    "claim": "Claimed.",
    Action.APPROVE: "Approved.",
    Action.REJECT: "Rejected.",
    Action.RESTORE: "Back in the queue.",
    Action.RELEASE: "Released.",
}

_WORDS = {
    "claim": "Claim",
    Action.APPROVE: "Approve",
    Action.REJECT: "Reject",
    Action.RESTORE: "Restore",
    Action.RELEASE: "Release",
    "decide": "decided",
    "submit": "submitted",
    Status.SCORING: "being scored",
    Status.PENDING: "waiting",
}

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def name_of_rule(rule: str) -> str:
    """A rule, or a label of the model, as people say it."""
    return _RULES.get(rule) or in_words(rule).capitalize()


def in_words(code: str) -> str:
    """A code of ours in words."""
    return _WORDS.get(code) or REASONS.get(code) or code.replace("_", " ")


def done(action: str) -> str:
    """What to say after `action`; "" for what is no action."""
    return _DONE.get(action, "")


def undo_label(action: Action) -> str:
    """How the way back is offered after a deed."""
    return "Undo" if action is Action.RESTORE else "Reject instead"


def ago(then_ms: int, now_ms: int) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(0, now_ms - then_ms) // 1000
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


def minutes_left(until_ms: int, now_ms: int) -> str:
    """What is left of a claim."""
    minutes = (until_ms - now_ms) // 60_000
    return f"{minutes} min left" if minutes >= 1 else "less than a minute left"


def absolute(time_ms: int) -> str:
    """24 Nov 2026 06:13 UTC."""
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%-d %b %Y %H:%M} UTC"


def iso(time_ms: int) -> str:
    """For machines."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")
