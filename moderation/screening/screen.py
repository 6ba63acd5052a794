"""Asks every rule about a submission, on one site's policy."""

from moderation.domain.comment import Submission
from moderation.domain.decision import Finding, in_order
from moderation.policy import SitePolicy
from moderation.screening.blocklist import Blocklist
from moderation.screening.facts import Context, Facts
from moderation.screening.rules import RULES


class Screening:
    """The rules of one site, its blocklist compiled once."""

    def __init__(self, policy: SitePolicy) -> None:
        self._policy = policy
        self.blocklist = Blocklist(policy.blocklist.entries, policy.blocklist.allow)

    def examine(self, submission: Submission, facts: Facts) -> tuple[Finding, ...]:
        """What the rules have to say, strictest first; nothing when all is well."""
        context = Context(submission, facts, self._policy, self.blocklist)
        return in_order(finding for rule in RULES if (finding := rule(context)) is not None)
