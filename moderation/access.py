"""Keys, sign-in and sessions: who is asking, and what they may do."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from moderation.domain.access import ApiKey, Moderator, Role, Scope
from moderation.domain.errors import Refused
from moderation.policy import Policy
from moderation.store.access import AccessStore

_NAME = re.compile(r"[^\W_][\w .'-]{0,39}")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and for how many seconds yet."""

    moderator: Moderator
    left_s: int


class Access:
    """Every call raises StoreUnavailable when the store is away."""

    def __init__(self, store: AccessStore, *, policy: Callable[[], Policy]) -> None:
        self._store = store
        self._policy = policy

    async def key(self, secret: str) -> ApiKey | None:
        """The key behind a secret, None when it is none of ours."""
        return await self._store.key(secret)

    async def add_key(self, *, site: str, name: str, scopes: frozenset[Scope]) -> str:
        """Make a key for a site's backend; its secret, which is shown once."""
        self._check_site(site)
        return await self._store.add_key(site=site, name=name, scopes=scopes)

    async def session(self, token: str) -> Session | None:
        """The session behind a cookie."""
        found = await self._store.session(token)
        return Session(*found) if found else None

    async def peek_link(self, token: str) -> Moderator | None:
        """Whom a one-time link would sign in; looking does not use it up."""
        name = await self._store.link_owner(token)
        return await self._store.moderator(name) if name else None

    async def open_session(self, link_token: str) -> str | None:
        """Use a one-time link up; the token of the session, None when the link is no good."""
        return await self._store.open_session(link_token)

    async def close_session(self, token: str) -> None:
        """Sign out."""
        await self._store.close_session(token)

    async def add_moderator(self, name: str, *, role: Role, site: str | None) -> str:
        """Add a moderator, or give one another role; the token of a sign-in link."""
        if not _NAME.fullmatch(name):
            raise Refused(f"{name!r} is no name: use up to 40 letters, digits, spaces and . ' -")
        if site is not None:
            self._check_site(site)
        if role is not Role.ADMINISTRATOR or site is not None:
            await self._keep_an_administrator(name)
        await self._store.add_moderator(Moderator(name, role, site))
        return await self._store.make_link(name)

    async def has_moderators(self) -> bool:
        """Whether anyone can sign in."""
        return bool(await self._store.moderators())

    async def _keep_an_administrator(self, name: str) -> None:
        """Someone must stay who may do everything."""
        others = [m for m in await self._store.moderators() if m.name != name]
        current = await self._store.moderator(name)
        was_one = current is not None and current.role is Role.ADMINISTRATOR
        if was_one and not any(m.role is Role.ADMINISTRATOR and m.site is None for m in others):
            raise Refused(f"{name} is the last administrator: appoint another one first.")

    def _check_site(self, site: str) -> None:
        if site not in self._policy().sites:
            known = ", ".join(sorted(self._policy().sites)) or "none"
            raise Refused(f"There is no site {site!r} in the policy; it has: {known}.")
