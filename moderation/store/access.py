"""API keys, moderators, one-time links and sessions. Secrets are stored as their SHA-256 alone."""

import hashlib
import json
import secrets

from moderation.domain.access import ApiKey, Moderator, Role, Scope
from moderation.store import keys, scripts
from moderation.store.client import Client, store_errors

LINK_S = 24 * 60 * 60
SESSION_S = 12 * 60 * 60


class AccessStore:
    """Every call raises StoreUnavailable when the server is away."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def add_key(self, *, site: str, name: str, scopes: frozenset[Scope]) -> str:
        """Make a key and return its secret, which cannot be had again."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        token = f"mod_{key_id}.{secret}"
        fields = {"id": key_id, "site": site, "name": name, "scopes": json.dumps(sorted(scopes))}
        async with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.api_key(_sha256(token)), mapping=fields)
            pipe.hset(keys.api_keys(), key_id, _sha256(token))
            await pipe.execute()
        return token

    async def key(self, token: str) -> ApiKey | None:
        """The key a caller shows, None when it is none of ours."""
        async with store_errors():
            fields = await self._redis.hgetall(keys.api_key(_sha256(token)))
        if not fields:
            return None
        scopes = frozenset(map(Scope, json.loads(fields["scopes"])))
        return ApiKey(fields["id"], fields["site"], fields["name"], scopes)

    async def add_moderator(self, moderator: Moderator) -> bool:
        """Whether `moderator` is new; an existing one takes on the role and site given."""
        fields = {"role": moderator.role.value, "site": moderator.site or ""}
        async with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.moderator(moderator.name), mapping=fields)
            pipe.sadd(keys.moderators(), moderator.name)
            _, added = await pipe.execute()
        return bool(added)

    async def moderator(self, name: str) -> Moderator | None:
        """The moderator of that name."""
        async with store_errors():
            fields = await self._redis.hgetall(keys.moderator(name))
        return Moderator(name, Role(fields["role"]), fields["site"] or None) if fields else None

    async def moderators(self) -> list[Moderator]:
        """All of them, by name."""
        async with store_errors():
            names = sorted(await self._redis.smembers(keys.moderators()))
        return [found for name in names if (found := await self.moderator(name))]

    async def make_link(self, name: str) -> str:
        """A token that signs `name` in once, within 24 hours."""
        token = secrets.token_urlsafe(32)
        async with store_errors():
            await self._redis.set(keys.link(_sha256(token)), name, ex=LINK_S)
        return token

    async def link_owner(self, token: str) -> str | None:
        """Whom a link would sign in; looking does not use it up."""
        async with store_errors():
            owner: str | None = await self._redis.get(keys.link(_sha256(token)))
        return owner

    async def open_session(self, link_token: str) -> str | None:
        """Use a link up; the token of the session it opened."""
        token = secrets.token_urlsafe(32)
        async with store_errors():
            name = await scripts.OPEN_SESSION(
                self._redis,
                {"link": keys.link(_sha256(link_token)), "session": keys.session(_sha256(token))},
                {"lifetime_s": SESSION_S},
            )
        return token if name else None

    async def session(self, token: str) -> tuple[Moderator, int] | None:
        """Who is signed in, and for how many seconds yet."""
        key = keys.session(_sha256(token))
        async with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            pipe.get(key)
            pipe.ttl(key)
            name, left_s = await pipe.execute()
        moderator = await self.moderator(name) if name else None
        return (moderator, left_s) if moderator else None

    async def close_session(self, token: str) -> None:
        """Sign out."""
        async with store_errors():
            await self._redis.delete(keys.session(_sha256(token)))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
