"""Which pages may post: the origins of a site, and what `self` stands for.

Origin is no authentication (anything but a browser can write it); the limits are the guard.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+)(?P<port>:\d+)?")


def is_allowed(origin: str, origins: Iterable[str], *, host: str, public_url: str | None) -> bool:
    """Whether a page of `origin` may post to a site with these `origins`.

    `host` is the Host header of the request, `public_url` where the operator says we are.
    """
    origin, listed = origin.lower(), set(origins)
    # `self` is a word of the policy and stands for nothing when a client writes it.
    if origin in listed - {"self"}:
        return True
    return "self" in listed and origin in own_origins(host, public_url)


def own_origins(host: str, public_url: str | None) -> set[str]:
    """The origins of this server itself.

    Only loopback names are believed from the Host header: any other could be a rebound name.
    """
    own = {bare_origin(public_url)} if public_url else set()
    match = _HOST.fullmatch(host.lower())
    if match and match["name"] in LOOPBACK:
        own |= {f"http://{name}{match['port'] or ''}" for name in LOOPBACK}
    return own


def bare_origin(url: str) -> str:
    """Scheme, host and port of `url`, as a browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
