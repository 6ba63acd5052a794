"""Who may do what: keys of backends, moderators, and their sessions."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a key may be used for."""

    SUBMIT = "submit"
    READ = "read"
    SCORE = "score"
    REVIEW = "review"
    ADMIN = "admin"


class Role(StrEnum):
    """What a person may do in the dashboard."""

    ADMINISTRATOR = "administrator"
    MODERATOR = "moderator"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A site backend's key. The secret itself is known to its holder alone."""

    id: str
    site: str
    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Moderator:
    """A person of the desk. `site` None means every site."""

    name: str
    role: Role
    site: str | None

    def may_see(self, site: str) -> bool:
        """Whether this person may look at the queue of `site`."""
        return self.site in {None, site}

    def may_act_on(self, site: str) -> bool:
        """Whether this person may decide about comments of `site`."""
        return self.role is not Role.VIEWER and self.may_see(site)
