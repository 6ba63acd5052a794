"""What the web room is given by the composition root, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from moderation.access import Access
from moderation.assessment import Assessor
from moderation.domain.comment import MAX_TEXT
from moderation.domain.errors import NotFound
from moderation.intake import Intake
from moderation.policy import Policy, SitePolicy
from moderation.reading import Reading
from moderation.review import Review


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests should be sent here, and the checks that say so.

    `checks` maps store, durability, stream_lag and model to True (fine) or to a short reason.
    """

    checks: Mapping[str, bool | str]

    @property
    def ready(self) -> bool:
        """Whether every check is fine."""
        return all(check is True for check in self.checks.values())


@dataclass(frozen=True)
class Services:
    """The flows, the live policy, and the few settings that HTTP needs.

    `door` weighs one request of a client address and raises TooManyRequests; `now` is in
    milliseconds since the epoch.
    """

    public_url: str | None
    trusted_proxies: tuple[str, ...]
    policy: Callable[[], Policy]
    intake: Intake
    reading: Reading
    review: Review
    access: Access
    assessor: Assessor
    door: Callable[[str], Awaitable[None]]
    readiness: Callable[[], Awaitable[Readiness]]
    now: Callable[[], int]
    metrics: CollectorRegistry

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this server over TLS, as far as the settings say."""
        return (self.public_url or "").startswith("https://")

    def site(self, name: str) -> SitePolicy:
        """The policy of the site `name`; raises NotFound."""
        if (site := self.policy().sites.get(name)) is None:
            raise NotFound("There is no site of this name.")
        return site

    def text_limit(self, site: str) -> int:
        """The most code points of a text on `site`; an unknown site is refused elsewhere."""
        known = self.policy().sites.get(site)
        return known.max_text_length if known else MAX_TEXT
