"""Does the server keep what it acknowledges? Looked at before the service says it is ready.

kill -9 does not prove that writes reach the disk; `appendfsync always` does.
"""

from dataclasses import dataclass

from redis.exceptions import ResponseError

from moderation.domain.errors import Refused
from moderation.store.client import Client, store_errors

FULL = 0.85
"""Share of maxmemory from which on submissions are refused, so that moderators can still act."""

WANTED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True, slots=True)
class Durability:
    """No `problems`: every acknowledged write survives. Not `known`: CONFIG is hidden from us."""

    known: bool
    problems: tuple[str, ...]

    @property
    def is_safe(self) -> bool:
        """Whether we have seen that nothing acknowledged can be lost."""
        return self.known and not self.problems


async def inspect(redis: Client) -> Durability:
    """Compare the server's configuration with what a record needs. Raises StoreUnavailable."""
    async with store_errors():
        try:
            found: dict[str, str] = {}
            for name in WANTED:
                found |= await redis.config_get(name)
        except ResponseError:
            return Durability(known=False, problems=())
    problems = (
        f"{name} is {found.get(name, 'unset')}, not {value}"
        for name, value in WANTED.items()
        if found.get(name) != value
    )
    return Durability(known=True, problems=tuple(problems))


async def insist(redis: Client, *, allow_unsafe: bool) -> None:
    """Refuse to go on with a server that may lose acknowledged comments."""
    durability = await inspect(redis)
    if durability.is_safe or allow_unsafe:
        return
    why = "; ".join(durability.problems) or "it does not show its configuration (CONFIG GET)"
    raise Refused(
        f"The Redis server may lose acknowledged comments: {why}. Start it with config/redis.conf, "
        "or set MODERATION_ALLOW_UNSAFE_REDIS=1 if you accept that."
    )


async def memory_share(redis: Client) -> float:
    """Used memory as a share of maxmemory; 0 when there is no maximum."""
    async with store_errors():
        memory = await redis.info("memory")
    return float(memory["used_memory"] / memory["maxmemory"]) if memory.get("maxmemory") else 0.0
