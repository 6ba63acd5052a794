"""Many at once: nothing is done twice."""

import asyncio
from collections import Counter

import pytest

from moderation.domain.access import ApiKey, Scope
from moderation.domain.errors import Duplicate, SomeoneWasFaster
from moderation.domain.review import Action
from moderation.store import keys
from tests.integration.house import (
    NOW,
    SITE,
    House,
    deed,
    held,
    reader,
    submission,
)

pytestmark = pytest.mark.anyio

MODERATORS = [f"Moderator {number}" for number in range(16)]
BACKEND = ApiKey("key", SITE, "backend", frozenset(Scope))


async def test_sixteen_moderators_act_on_every_item_once(house: House) -> None:
    items = [await held(house.redis, number % 7 / 10) for number in range(320)]
    acted: list[tuple[str, str]] = []

    async def work(name: str) -> None:
        while claimed := await house.review.claim(SITE, moderator=name, limit=3):
            for item in claimed:
                await house.review.act(item.comment.id, deed(Action.APPROVE, name), now=NOW)
                acted.append((item.comment.id, name))

    await asyncio.gather(*map(work, MODERATORS))
    assert Counter(one for one, _ in acted) == Counter(item.id for item in items)
    by_audit = {
        fields["comment"]: fields["by"]
        for _, fields in await house.redis.xrange(keys.audit(SITE))
        if fields["action"] == "approve"
    }
    assert by_audit == dict(acted)
    assert await house.queue.size(SITE) == 0


async def test_of_sixteen_who_want_the_same_item_one_is_first(house: House) -> None:
    item = await held(house.redis)

    async def act(name: str) -> str:
        try:
            await house.review.act(item.id, deed(Action.REJECT, name), now=NOW)
        except SomeoneWasFaster as late:
            return f"after {late.by}"
        return name

    answers = Counter(await asyncio.gather(*map(act, MODERATORS)))
    [first] = [name for name in answers if name in MODERATORS]
    assert answers == {first: 1, f"after {first}": 15}


async def test_a_hundred_requests_with_one_idempotency_key_make_one_comment(house: House) -> None:
    sent = submission()
    caller = reader(key=BACKEND, idempotency_key="the same")
    receipts = await asyncio.gather(
        *(house.intake.submit(sent, caller, now=NOW) for _ in range(100))
    )
    assert len({receipt.comment.id for receipt in receipts}) == 1
    assert Counter(receipt.replayed for receipt in receipts) == {False: 1, True: 99}
    assert await house.redis.xlen(keys.scoring(SITE)) == 1


async def test_of_twenty_equal_submissions_one_is_taken(house: House) -> None:
    sent = submission()

    async def send() -> str:
        try:
            return (await house.intake.submit(sent, reader(), now=NOW)).comment.id
        except Duplicate:
            return "duplicate"

    answers = Counter(await asyncio.gather(*(send() for _ in range(20))))
    assert sorted(answers.values()) == [1, 19]
    assert answers["duplicate"] == 19
    assert await house.redis.xlen(keys.scoring(SITE)) == 1
