"""The rules in reading order; each looks at one thing and says nothing when it is all right.

The order is for readers alone: findings have none.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from disposable_email_domains import blocklist as DISPOSABLE_DOMAINS  # noqa: N812  a constant

from moderation.domain.decision import Finding, Verdict
from moderation.screening.facts import Context
from moderation.text.links import find_links
from moderation.text.normalize import normalize, same_text_key

Rule: TypeAlias = Callable[[Context], Finding | None]

MIN_TEXT = 2  # letters and digits; below that there is nothing to judge
FLOOD_TEXT = 40  # characters from which on a text of hardly any different ones is a flood
FLOOD_VARIETY = 3  # different characters in it at most
MAX_MATCHED = 20  # pieces kept with a finding, and …
MAX_PIECE = 200  # … characters of each


def length(context: Context) -> Finding | None:
    """Nothing to read, or one key held down."""
    text = "".join(context.submission.text.split()).casefold()
    if len(text) >= FLOOD_TEXT and len(set(text)) <= FLOOD_VARIETY:
        return Finding("length", Verdict.HOLD, "The same characters over and over.")
    if not normalize(text) or (text.isalnum() and len(same_text_key(text)) < MIN_TEXT):
        return Finding("length", Verdict.HOLD, "There is hardly anything to read.")
    return None


def links(context: Context) -> Finding | None:
    """More links than a comment needs, or a link for a name."""
    in_name = tuple(find_links(context.submission.author.name))
    found = (*in_name, *find_links(context.submission.text))
    limits = context.policy.links
    if len(found) >= limits.reject:
        return Finding("links", Verdict.REJECT, _count(found, limits.reject), _pieces(found))
    if len(found) >= limits.hold:
        return Finding("links", Verdict.HOLD, _count(found, limits.hold), _pieces(found))
    if in_name:
        return Finding("links", Verdict.HOLD, "The name is a link.", _pieces(in_name))
    return None


def blocklist(context: Context) -> Finding | None:
    """Words the site does not want, in the text or the name."""
    submission = context.submission
    found = context.blocklist.find(submission.text) + context.blocklist.find(submission.author.name)
    if not found:
        return None
    verdict = Verdict(context.policy.blocklist.verdict)
    return Finding("blocklist", verdict, "Contains words of the blocklist.", _pieces(found))


def repeats(context: Context) -> Finding | None:
    """The same text again and again, under whatever name."""
    limits, times = context.policy.repeats, context.facts.same_text_before + 1
    # "Thank you!" is said by many, and means what it says each time.
    is_common = len(context.submission.text) < limits.min_length
    if is_common or times < limits.hold:
        return None
    hours = limits.window_s / 3600
    return Finding("repeats", Verdict.HOLD, f"The same text, {times} times in {hours:g} hours.")


def newcomer(context: Context) -> Finding | None:
    """Nothing of this author was published yet, and the site wants to see first comments."""
    if not context.policy.hold_newcomers or context.facts.author_published > 0:
        return None
    return Finding("newcomer", Verdict.HOLD, "The first comment of this author.")


def disposable_email(context: Context) -> Finding | None:
    """A mail domain that anyone may throw away, or a domain below one."""
    if not context.policy.hold_disposable_email:
        return None
    labels = context.submission.author.email.rpartition("@")[2].lower().split(".")
    parents = (".".join(labels[i:]) for i in range(len(labels) - 1))
    domain = next((parent for parent in parents if parent in DISPOSABLE_DOMAINS), None)
    if domain is None:
        return None
    detail = "The email address is of a throw-away domain."
    return Finding("disposable_email", Verdict.HOLD, detail, (domain,))


def flood(context: Context) -> Finding | None:
    """The site receives more than its share: publish nothing unseen."""
    if not context.facts.valve_open:
        return None
    return Finding("flood", Verdict.HOLD, "The site receives unusually many comments.")


RULES: tuple[Rule, ...] = (length, links, blocklist, repeats, newcomer, disposable_email, flood)


def _count(found: tuple[str, ...], limit: int) -> str:
    return f"{len(found)} link{'s' if len(found) > 1 else ''} ≥ {limit}"


def _pieces(found: Iterable[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(found))
    return tuple(piece[:MAX_PIECE] for piece in different[:MAX_MATCHED])
