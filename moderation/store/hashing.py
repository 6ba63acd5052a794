"""Keyed hashes: what must be recognised again, but not read, is stored as one of these."""

import hashlib
import hmac
import ipaddress


class Hashing:
    """HMAC-SHA256 with the service's secret; every purpose has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def of(self, purpose: str, *parts: str) -> str:
        """32 hex digits. Parts are length-prefixed: ("ab", "c") and ("a", "bc") differ."""
        message = purpose + "".join(f"\0{len(part)}\0{part}" for part in parts)
        return hmac.new(self._secret, message.encode(), hashlib.sha256).hexdigest()[:32]

    def author(self, email: str) -> str:
        """Of an author; the case of the local part makes no other person."""
        return self.of("author", email.casefold())

    def network(self, address: str) -> str:
        """Of the /24 (IPv4) or /64 (IPv6) around `address`: all that is stored of an address."""
        ip = ipaddress.ip_address(address)
        prefix = 24 if isinstance(ip, ipaddress.IPv4Address) else 64
        return self.of("network", str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False)))

    def caller(self, address: str) -> str:
        """Of whom a limit counts: the full IPv4 address, or the /64 an IPv6 host can move in."""
        ip = ipaddress.ip_address(address)
        prefix = 32 if isinstance(ip, ipaddress.IPv4Address) else 64
        return self.of("caller", str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False)))

    def status_token(self, comment_id: str) -> str:
        """What the author of a comment shows to see its status."""
        return self.of("status", comment_id)
