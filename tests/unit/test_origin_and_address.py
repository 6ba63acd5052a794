"""Which origins are a site's own, and how addresses are spelled."""

import pytest

from moderation.web.address import NOBODY, client_address, plain_address
from moderation.web.origin import is_allowed

PUBLIC = "https://talk.example.org/comments"


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("https://news.example.org", "127.0.0.1:8000", True),
        ("https://NEWS.example.org", "127.0.0.1:8000", True),
        ("http://news.example.org", "127.0.0.1:8000", False),
        ("https://news.example.org:8443", "127.0.0.1:8000", False),
        ("https://news.example.org.evil.example", "127.0.0.1:8000", False),
        ("https://talk.example.org", "127.0.0.1:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:8000", "127.0.0.1:8000", True),
        ("http://[::1]:8000", "LOCALHOST:8000", True),
        ("http://localhost:8000", "[::1]:8000", True),
        ("http://localhost", "localhost", True),
        ("http://localhost:9000", "localhost:8000", False),
        ("http://evil.example:8000", "evil.example:8000", False),
        ("http://localhost:8000", "evil.example:8000", False),
        ("http://[::1", "[::1", False),
        ("", "", False),
        ("null", "localhost:8000", False),
        ("self", "localhost:8000", False),
    ],
)
def test_a_page_may_post_from_listed_origins_and_from_here(
    origin: str, host: str, allowed: bool
) -> None:
    listed = ("self", "https://news.example.org")
    assert is_allowed(origin, listed, host=host, public_url=PUBLIC) is allowed


def test_a_site_without_self_takes_no_pages_of_this_server() -> None:
    origin = "http://localhost:8000"
    assert not is_allowed(origin, ("https://a.example",), host="localhost:8000", public_url=PUBLIC)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", NOBODY),
        ("", NOBODY),
    ],
)
def test_an_address_has_one_spelling(written: str, plain: str) -> None:
    assert plain_address(written) == plain


def test_over_a_unix_socket_nobody_has_an_address() -> None:
    assert client_address({"type": "http", "client": None}) == NOBODY
