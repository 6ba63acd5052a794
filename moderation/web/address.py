"""The client's address, in one spelling; X-Forwarded-For was weighed before, by trusted proxies."""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

NOBODY = "::"
"""Over a unix socket there is no address: all such callers share one allowance."""


def client_address(scope: Scope) -> str:
    """The address of the client of this request."""
    client = scope.get("client")
    return plain_address(client[0]) if client else NOBODY


def plain_address(written: str) -> str:
    """`written` without a zone, and as IPv4 when it is an IPv4 address in IPv6 clothes."""
    try:
        address = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return NOBODY
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


class PlainClientAddress:
    """Spell the peer's address plainly, so that a proxy is known on a dual-stack socket as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request."""
        if client := scope.get("client"):
            scope["client"] = (plain_address(client[0]), client[1])
        await self.app(scope, receive, send)
