"""Pages, counts and cursors."""

from base64 import urlsafe_b64encode
from collections import Counter
from itertools import chain

import pytest

from moderation.domain.comment import Comment
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.review import Action
from moderation.store import keys
from tests.integration.house import (
    NOW,
    SITE,
    THREAD,
    House,
    deed,
    held,
    places,
    published,
    rejected,
)

pytestmark = pytest.mark.anyio

COUNT = 250


async def pages_of(house: House, *, newest_first: bool, limit: int = 100) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor = None
    while cursor or not pages:
        page = await house.reading.thread(
            SITE, THREAD, cursor=cursor, limit=limit, newest_first=newest_first
        )
        pages.append([comment.id for comment in page.items])
        cursor = page.next_cursor
    return pages


async def many(house: House) -> list[Comment]:
    """Comments of which five at a time have the same timestamp."""
    return [await published(house.redis, created_at=NOW + n // 5) for n in range(COUNT)]


async def test_paging_shows_every_comment_once_in_both_orders(house: House) -> None:
    comments = await many(house)
    in_order = [c.id for c in sorted(comments, key=lambda c: (c.created_at, c.id))]
    oldest = await pages_of(house, newest_first=False)
    assert [len(page) for page in oldest] == [100, 100, 50]
    assert list(chain(*oldest)) == in_order
    newest = await pages_of(house, newest_first=True, limit=99)
    assert [len(page) for page in newest] == [99, 99, 52]
    assert list(chain(*newest)) == in_order[::-1]


async def test_a_last_page_that_is_full_is_the_last(house: House) -> None:
    for _ in range(4):
        await published(house.redis)
    assert [len(page) for page in await pages_of(house, newest_first=True, limit=2)] == [2, 2]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("same_time", [True, False])
async def test_a_cursor_whose_comment_left_goes_on_where_it_was(
    house: House, newest_first: bool, same_time: bool
) -> None:
    for n in range(10):
        await published(house.redis, created_at=NOW + (0 if same_time else n))
    [whole] = await pages_of(house, newest_first=newest_first)
    first = await house.reading.thread(
        SITE, THREAD, cursor=None, limit=4, newest_first=newest_first
    )
    assert [comment.id for comment in first.items] == whole[:4]
    await house.review.act(whole[3], deed(Action.REJECT), now=NOW)
    rest = await house.reading.thread(
        SITE, THREAD, cursor=first.next_cursor, limit=10, newest_first=newest_first
    )
    assert [comment.id for comment in rest.items] == whole[4:]


async def test_a_page_whose_comments_were_erased_is_not_the_end(house: House) -> None:
    for n in range(4):
        await published(house.redis, created_at=NOW + n)
    [whole] = await pages_of(house, newest_first=False)
    for gone in whole[:2]:
        await house.redis.delete(keys.comment(gone))
    assert await pages_of(house, newest_first=False, limit=2) == [[], whole[2:]]


async def test_only_published_comments_are_seen(house: House) -> None:
    seen = await published(house.redis)
    for hidden in (await held(house.redis), await rejected(house.redis)):
        assert await house.reading.public(hidden.id) is None
    assert await pages_of(house, newest_first=True) == [[seen.id]]
    public = await house.reading.public(seen.id)
    assert public is not None
    assert public.text == seen.text


def written(place: str) -> str:
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


BAD_CURSORS = {
    "no base64": "a",
    "not ASCII": "é",
    "no UTF-8": "gICA",
    "empty": "",
    "no place": written("nowhere"),
    "no member": written("1"),
    "not a number": written("nan/demo.1"),
    "infinite": written("inf/demo.1"),
    "too large": written("1e999/demo.1"),
    "underscores": written("1_0/demo.1"),
    "blanks": written(" 1/demo.1"),
    "other digits": written("١/demo.1"),
    "an exclusive bound": written("(1/demo.1"),
}


@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=BAD_CURSORS)
async def test_a_bad_cursor_is_refused(house: House, cursor: str) -> None:
    await published(house.redis)
    await held(house.redis)
    for asking in (
        house.reading.thread(SITE, THREAD, cursor=cursor, limit=5, newest_first=True),
        house.reading.thread(SITE, THREAD, cursor=cursor, limit=5, newest_first=False),
        house.reading.queue(SITE, cursor=cursor, limit=5),
        house.reading.history(SITE, cursor=cursor, limit=5),
    ):
        with pytest.raises(Invalid) as refused:
            await asking
        [error] = refused.value.errors
        assert (error.pointer, error.code) == ("/cursor", "cursor_invalid")


@pytest.mark.parametrize("place", ["1/demo.1", "-1", "1", "1-x", "1-2-3", "99999999999999999999-0"])
async def test_a_cursor_of_another_list_is_no_cursor_of_the_history(
    house: House, place: str
) -> None:
    with pytest.raises(Invalid):
        await house.reading.history(SITE, cursor=written(place), limit=5)


async def test_an_unknown_thread_is_empty_an_unknown_site_is_not_found(house: House) -> None:
    page = await house.reading.thread(SITE, "/none", cursor=None, limit=5, newest_first=True)
    assert (page.items, page.next_cursor) == ((), None)
    for asking in (
        house.reading.thread("nowhere", THREAD, cursor=None, limit=5, newest_first=True),
        house.reading.queue("nowhere", cursor=None, limit=5),
        house.reading.history("nowhere", cursor=None, limit=5),
        house.reading.counts("nowhere", [THREAD]),
    ):
        with pytest.raises(NotFound):
            await asking


async def test_counts_are_of_published_comments(house: House) -> None:
    comments = [await published(house.redis) for _ in range(3)]
    await held(house.redis)
    assert await house.reading.counts(SITE, [THREAD, "/none"]) == {THREAD: 3, "/none": 0}
    await house.review.act(comments[0].id, deed(Action.REJECT), now=NOW)
    assert await house.reading.counts(SITE, [THREAD]) == {THREAD: 2}
    assert await house.reading.counts(SITE, []) == {}


async def test_the_queue_pages_by_urgency(house: House) -> None:
    priorities = [number % 8 / 7 for number in range(60)]
    for priority in priorities:
        await held(house.redis, priority)
    seen, cursor, sizes = [], None, []
    while cursor or not sizes:
        page = await house.reading.queue(SITE, cursor=cursor, limit=25)
        seen += [(item.priority, item.comment.id) for item in page.items]
        sizes.append(len(page.items))
        cursor = page.next_cursor
    assert sizes == [25, 25, 10]
    assert [priority for priority, _ in seen] == sorted(priorities, reverse=True)
    assert set(Counter(one for _, one in seen).values()) == {1}
    assert await house.reading.queue_size(SITE) == 60


async def test_the_queue_goes_on_when_its_cursor_was_acted_on(house: House) -> None:
    for _ in range(6):
        await held(house.redis, 0.5)
    whole = await house.reading.queue(SITE, cursor=None, limit=6)
    first = await house.reading.queue(SITE, cursor=None, limit=3)
    for item in first.items:
        await house.review.act(item.comment.id, deed(Action.REJECT), now=NOW)
        assert await places(house.redis, item.comment) == {"rejected"}
    rest = await house.reading.queue(SITE, cursor=first.next_cursor, limit=6)
    assert [i.comment.id for i in rest.items] == [i.comment.id for i in whole.items[3:]]


async def test_the_queue_says_who_holds_an_item(house: House) -> None:
    await held(house.redis)
    [claimed] = await house.review.claim(SITE, moderator="Ama", limit=1)
    [item] = (await house.reading.queue(SITE, cursor=None, limit=5)).items
    assert item == claimed
    assert item.claim is not None
    assert item.claim.by == "Ama"
    await house.redis.zadd(keys.claims(SITE), {item.comment.id: 1})
    [lapsed] = (await house.reading.queue(SITE, cursor=None, limit=5)).items
    assert lapsed.claim is None


async def test_the_history_is_told_from_the_latest(house: House) -> None:
    comment = await held(house.redis)
    await house.review.act(comment.id, deed(Action.REJECT, note="seen"), now=NOW)
    first = await house.reading.history(SITE, cursor=None, limit=2)
    assert [line.entry.action for line in first.items] == ["reject", "decide"]
    assert {line.comment and line.comment.id for line in first.items} == {comment.id}
    rest = await house.reading.history(SITE, cursor=first.next_cursor, limit=2)
    assert [line.entry.action for line in rest.items] == ["submit"]
    assert rest.next_cursor is None
