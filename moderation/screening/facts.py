"""All that a rule may know: the submission, what the store counted, and the site's policy."""

from dataclasses import dataclass

from moderation.domain.comment import Submission
from moderation.policy import SitePolicy
from moderation.screening.blocklist import Blocklist


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted before the rules are asked.

    `author_published`: comments of this author that were published before. `same_text_before`: how
    often this text (by its same_text_key) arrived in the window, under any name, in any thread.
    `valve_open`: whether the site's own rate is used up, so that nothing passes unseen.
    """

    author_published: int = 0
    same_text_before: int = 0
    valve_open: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """One submission as the rules see it."""

    submission: Submission
    facts: Facts
    policy: SitePolicy
    blocklist: Blocklist
