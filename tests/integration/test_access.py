"""Keys, scopes, one-time links, sessions, and the last administrator."""

import asyncio

import pytest

from moderation.domain.access import Moderator, Role, Scope
from moderation.domain.errors import Refused
from moderation.store import keys
from tests.integration.house import SITE, House, everything

pytestmark = pytest.mark.anyio


async def test_a_key_has_the_scopes_it_was_made_with(house: House) -> None:
    scopes = frozenset({Scope.SUBMIT, Scope.READ})
    secret = await house.access.add_key(site=SITE, name="backend", scopes=scopes)
    other = await house.access.add_key(site=SITE, name="desk", scopes=frozenset({Scope.REVIEW}))
    key = await house.access.key(secret)
    assert key is not None
    assert (key.site, key.name, key.scopes) == (SITE, "backend", scopes)
    assert secret.startswith(f"mod_{key.id}.")
    desk = await house.access.key(other)
    assert desk is not None
    assert desk.scopes == {Scope.REVIEW}
    assert await house.redis.hlen(keys.api_keys()) == 2


async def test_no_secret_is_stored(house: House) -> None:
    secret = await house.access.add_key(site=SITE, name="backend", scopes=frozenset(Scope))
    link = await house.access.add_moderator("Ama", role=Role.ADMINISTRATOR, site=None)
    unused = await house.access.add_moderator("Ama", role=Role.ADMINISTRATOR, site=None)
    session = await house.access.open_session(link)
    stored = repr(await everything(house.redis))
    assert "backend" in stored
    for word in (secret, secret.partition(".")[2], link, unused, session):
        assert str(word) not in stored


@pytest.mark.parametrize("wrong", ["", "mod_", "mod_abc.def", "\ud800", "é" * 50, "\0"])
async def test_a_wrong_key_is_nobodys(house: House, wrong: str) -> None:
    secret = await house.access.add_key(site=SITE, name="backend", scopes=frozenset(Scope))
    for shown in (wrong, secret + wrong[:1] + "x", secret[:-1], secret.upper()):
        assert await house.access.key(shown) is None


async def test_a_key_of_an_unknown_site_is_not_made(house: House) -> None:
    with pytest.raises(
        Refused, match=r"^There is no site 'nowhere' in the policy; it has: demo\.$"
    ):
        await house.access.add_key(site="nowhere", name="backend", scopes=frozenset())
    assert await everything(house.redis) == {}


async def test_a_link_signs_in_once(house: House) -> None:
    link = await house.access.add_moderator("Ama", role=Role.MODERATOR, site=SITE)
    ama = Moderator("Ama", Role.MODERATOR, SITE)
    for _ in range(2):
        assert await house.access.peek_link(link) == ama
    session = await house.access.open_session(link)
    assert session is not None
    found = await house.access.session(session)
    assert found is not None
    assert found.moderator == ama
    assert 12 * 3600 - 60 < found.left_s <= 12 * 3600
    assert await house.access.open_session(link) is None
    assert await house.access.peek_link(link) is None


async def test_of_many_who_use_a_link_at_once_one_is_signed_in(house: House) -> None:
    link = await house.access.add_moderator("Ama", role=Role.MODERATOR, site=None)
    opened = await asyncio.gather(*(house.access.open_session(link) for _ in range(20)))
    assert len([session for session in opened if session]) == 1


async def test_links_and_sessions_end(house: House) -> None:
    link = await house.access.add_moderator("Ama", role=Role.MODERATOR, site=None)
    [link_key] = await house.redis.keys("{access}:link:*")
    assert 24 * 3600 - 60 < await house.redis.ttl(link_key) <= 24 * 3600
    session = await house.access.open_session(link)
    assert session is not None
    await house.access.close_session(session)
    assert await house.access.session(session) is None
    assert await house.access.session("never opened") is None


async def test_the_session_of_a_removed_moderator_is_over(house: House) -> None:
    link = await house.access.add_moderator("Ama", role=Role.MODERATOR, site=None)
    session = await house.access.open_session(link)
    assert session is not None
    await house.redis.delete(keys.moderator("Ama"))
    assert await house.access.session(session) is None


async def test_someone_may_always_do_everything(house: House) -> None:
    assert not await house.access.has_moderators()
    await house.access.add_moderator("Ama", role=Role.ADMINISTRATOR, site=None)
    assert await house.access.has_moderators()
    await house.access.add_moderator("Kofi", role=Role.ADMINISTRATOR, site=SITE)
    last = "^Ama is the last administrator: appoint another one first.$"
    with pytest.raises(Refused, match=last):
        await house.access.add_moderator("Ama", role=Role.VIEWER, site=None)
    with pytest.raises(Refused, match=last):
        await house.access.add_moderator("Ama", role=Role.ADMINISTRATOR, site=SITE)
    await house.access.add_moderator("Efua", role=Role.ADMINISTRATOR, site=None)
    await house.access.add_moderator("Ama", role=Role.VIEWER, site=None)
    link = await house.access.add_moderator("Kofi", role=Role.MODERATOR, site=SITE)
    assert await house.access.peek_link(link) == Moderator("Kofi", Role.MODERATOR, SITE)


@pytest.mark.parametrize("name", ["", " Ama", "-", "a" * 41, "Ama\n", "a/b", "a\0"])
async def test_a_name_is_letters(house: House, name: str) -> None:
    with pytest.raises(Refused, match="is no name"):
        await house.access.add_moderator(name, role=Role.MODERATOR, site=None)
    assert not await house.access.has_moderators()


async def test_a_moderator_of_an_unknown_site_is_not_added(house: House) -> None:
    with pytest.raises(Refused, match="no site 'nowhere'"):
        await house.access.add_moderator("Ama", role=Role.MODERATOR, site="nowhere")
    assert not await house.access.has_moderators()
