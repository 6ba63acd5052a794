"""A server that is away or silent: an error within seconds, and recovery without a new client."""

import asyncio
import signal
import time

import pytest

from moderation.domain.comment import Status
from moderation.domain.errors import StoreUnavailable
from moderation.domain.review import Action
from tests.integration.house import NOW, House, deed, held, reader, submission, until
from tests.integration.servers import Server

pytestmark = pytest.mark.anyio

FEW_SECONDS = 6.0


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["silent", "away"])
async def test_a_server_that_does_not_answer_is_an_error_within_seconds(
    own_house: House, own_server: Server, number: signal.Signals
) -> None:
    item = await held(own_house.redis)
    own_server.send(number)
    started = time.monotonic()
    answers = await asyncio.gather(
        own_house.intake.submit(submission(), reader(), now=NOW),
        own_house.review.act(item.id, deed(Action.APPROVE), now=NOW),
        own_house.reading.public(item.id),
        own_house.access.key("mod_x.y"),
        *(own_house.comments.get(item.id) for _ in range(100)),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {StoreUnavailable}
    assert time.monotonic() - started < FEW_SECONDS


async def test_the_same_client_goes_on_when_the_server_is_back(
    own_house: House, own_server: Server
) -> None:
    item = await held(own_house.redis)
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        await own_house.comments.get(item.id)
    await asyncio.to_thread(own_server.start)
    assert await own_house.comments.get(item.id) is not None
    assert await own_house.review.act(item.id, deed(Action.APPROVE), now=NOW) is Status.PUBLISHED


async def test_a_command_that_timed_out_and_ran_is_not_done_twice(
    own_house: House, own_server: Server
) -> None:
    """What the client heard no answer to, the server finds when it wakes."""
    item, other = await held(own_house.redis), await held(own_house.redis)
    await own_house.queue.act(other, deed(Action.REJECT), now=NOW)  # the script is loaded now
    own_server.send(signal.SIGSTOP)
    acting = asyncio.create_task(own_house.queue.act(item, deed(Action.APPROVE), now=NOW))
    with pytest.raises(StoreUnavailable):
        await acting
    own_server.send(signal.SIGCONT)

    async def is_published() -> bool:
        found = await own_house.comments.get(item.id)
        return found is not None and found.status is Status.PUBLISHED

    await until("the action that was sent before is done", is_published)
    again = await own_house.queue.act(item, deed(Action.APPROVE), now=NOW)
    assert again.outcome == "done"
    history = await own_house.reading.history(item.site, cursor=None, limit=9)
    actions = [line.entry.action for line in history.items if line.entry.comment_id == item.id]
    assert actions == ["approve", "decide", "submit"]


async def test_notices_are_heard_again_after_the_server_was_away(
    own_house: House, own_server: Server
) -> None:
    listening = asyncio.create_task(own_house.notices.listen())

    async def is_subscribed() -> bool:
        return bool(await own_house.redis.pubsub_numpat())

    await until("the subscription", is_subscribed)
    own_server.kill()
    await asyncio.to_thread(own_server.start)
    await until("the subscription is made again", is_subscribed)
    item = await held(own_house.redis)
    async with own_house.notices.expect(item.id) as noticed, asyncio.timeout(5):
        await own_house.review.act(item.id, deed(Action.APPROVE), now=NOW)
        await noticed
    listening.cancel()
