"""From a submission to a recorded comment, on a real store."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from moderation.domain.access import ApiKey, Scope
from moderation.domain.comment import Status
from moderation.domain.errors import (
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    StoreUnavailable,
    TooManyRequests,
    Unavailable,
)
from moderation.domain.review import Action
from moderation.store import allowances, keys
from moderation.store.allowances import Limit
from tests.integration.house import (
    ADDRESS,
    NOW,
    SITE,
    THREAD,
    House,
    deed,
    everything,
    held,
    published,
    reader,
    recorded,
    submission,
)
from tests.service import CLOSED_THREAD

pytestmark = pytest.mark.anyio

BACKEND = ApiKey("key", SITE, "backend", frozenset(Scope))
OTHER_BACKEND = replace(BACKEND, id="other")


def set_limits(house: House, **rates: str) -> None:
    """Tighter limits for the demo site: name → (count, period, burst)."""
    site = house.policy.current.sites[SITE]
    limits = type(site.limits).model_validate(site.limits.model_dump() | rates)
    changed = site.model_copy(update={"limits": limits})
    house.policy.current = house.policy.current.model_copy(update={"sites": {SITE: changed}})


async def pointers(submitting: Awaitable[Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        await submitting
    return [(error.pointer, error.code) for error in refused.value.errors]


async def test_a_submission_is_kept_as_it_was_sent(house: House) -> None:
    sent = submission(external_id="42", thread={"id": THREAD, "title": "An article"})
    receipt = await house.intake.submit(sent, reader(), now=NOW)
    assert not receipt.replayed
    assert house.reading.token_fits(receipt.comment.id, receipt.status_token)
    kept = await house.comments.get(receipt.comment.id)
    assert kept == receipt.comment
    assert kept is not None
    assert (kept.text, kept.author, kept.external_id) == (sent.text, sent.author, "42")
    assert (kept.status, kept.created_at, kept.findings) == (Status.SCORING, NOW, ())


async def test_rules_alone_can_reject(house: House) -> None:
    links = " ".join(f"https://example.org/{n}" for n in range(20))
    receipt = await house.intake.submit(submission(text=links), reader(), now=NOW)
    assert receipt.comment.status is Status.REJECTED
    assert receipt.comment.decision is not None
    assert [reason.rule for reason in receipt.comment.decision.reasons] == ["links"]
    assert receipt.comment.decision.scores is None
    assert await house.redis.xlen(keys.scoring(SITE)) == 0


async def test_a_replay_answers_before_any_limit(house: House) -> None:
    set_limits(house, address="1/60 burst 1")
    sent, caller = submission(), reader(idempotency_key="key")
    first = await house.intake.submit(sent, caller, now=NOW)
    for _ in range(3):
        again = await house.intake.submit(sent, caller, now=NOW + 1)
        assert (again.replayed, again.comment.id) == (True, first.comment.id)
    with pytest.raises(TooManyRequests):
        await house.intake.submit(submission(), reader(idempotency_key="new"), now=NOW)


async def test_a_key_of_another_request_is_refused(house: House) -> None:
    caller = reader(idempotency_key="key")
    await house.intake.submit(submission(), caller, now=NOW)
    refused = await pointers(house.intake.submit(submission(), caller, now=NOW))
    assert refused == [("", "idempotency_key_reused")]


async def test_a_duplicate_is_refused_in_other_letters_too(house: House) -> None:
    sent = submission(text="The bridge is old.")
    await house.intake.submit(sent, reader(), now=NOW)
    again = sent.model_copy(update={"text": "the  BRIDGE is old!"})
    with pytest.raises(Duplicate):
        await house.intake.submit(again, reader(), now=NOW)


async def test_the_same_text_of_many_people_is_held(house: House) -> None:
    text = "Buy the best bridges here and now"
    receipts = [
        await house.intake.submit(submission(text=text), reader(), now=NOW) for _ in range(3)
    ]
    found = [[finding.rule for finding in one.comment.findings] for one in receipts]
    assert found == [[], [], ["repeats"]]


async def test_an_unknown_site_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="There is no site 'nowhere' here"):
        await house.intake.submit(submission(site="nowhere"), reader(), now=NOW)


async def test_a_closed_thread_takes_nothing(house: House) -> None:
    with pytest.raises(Forbidden, match="comments are closed"):
        await house.intake.submit(submission(thread={"id": CLOSED_THREAD}), reader(), now=NOW)


async def test_a_reply_needs_a_published_parent_in_the_same_thread(house: House) -> None:
    parent = await published(house.redis)
    reply = await house.intake.submit(submission(parent_id=parent.id), reader(), now=NOW)
    assert reply.comment.parent_id == parent.id
    waiting = await held(house.redis)
    elsewhere = submission(parent_id=parent.id, thread={"id": "/elsewhere"})
    for wrong in (
        submission(parent_id=waiting.id),
        submission(parent_id="demo.never"),
        submission(parent_id="no id"),
        elsewhere,
    ):
        refused = await pointers(house.intake.submit(wrong, reader(), now=NOW))
        assert refused == [("/parent_id", "parent_not_found")]


async def test_an_open_valve_holds_and_does_not_refuse(house: House) -> None:
    set_limits(house, site="1/60 burst 1")
    first = await house.intake.submit(submission(), reader(), now=NOW)
    second = await house.intake.submit(submission(), reader(), now=NOW)
    assert [finding.rule for finding in first.comment.findings] == []
    assert [finding.rule for finding in second.comment.findings] == ["flood"]
    assert second.comment.status is Status.SCORING


async def test_an_address_has_its_limit_and_hears_when_to_come_back(house: House) -> None:
    set_limits(house, address="6/60 burst 1")
    await house.intake.submit(submission(), reader(), now=NOW)
    with pytest.raises(TooManyRequests) as refused:
        await house.intake.submit(submission(), reader(), now=NOW)
    assert 0 < refused.value.retry_after <= 10
    states = {state.name: state.remaining for state in refused.value.limits}
    assert states["address"] == 0
    await house.intake.submit(submission(), reader(address="203.0.113.78"), now=NOW)


async def test_an_ipv6_host_cannot_move_out_of_its_limit(house: House) -> None:
    set_limits(house, address="1/60 burst 1")
    await house.intake.submit(submission(), reader(address="2001:db8:0:1::1"), now=NOW)
    with pytest.raises(TooManyRequests):
        await house.intake.submit(submission(), reader(address="2001:db8:0:1::2"), now=NOW)
    await house.intake.submit(submission(), reader(address="2001:db8:0:2::1"), now=NOW)


async def test_callers_with_a_key_have_their_own_limit_alone(house: House) -> None:
    set_limits(house, address="1/60 burst 1", thread="1/60 burst 1", key="2/60 burst 2")
    await house.intake.submit(submission(), reader(), now=NOW)
    caller = reader(key=BACKEND)
    receipts = [await house.intake.submit(submission(), caller, now=NOW) for _ in range(2)]
    assert [state.name for state in receipts[0].limits] == ["key"]
    with pytest.raises(TooManyRequests):
        await house.intake.submit(submission(), caller, now=NOW)
    await house.intake.submit(submission(), reader(key=OTHER_BACKEND), now=NOW)


async def test_new_threads_are_limited_known_ones_are_not(house: House) -> None:
    set_limits(house, new_threads="1/3600 burst 1")
    await house.intake.submit(submission(thread={"id": "/first"}), reader(), now=NOW)
    await house.intake.submit(submission(thread={"id": "/first"}), reader(), now=NOW)
    with pytest.raises(TooManyRequests):
        await house.intake.submit(submission(thread={"id": "/second"}), reader(), now=NOW)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://news.example.org/2026/article", True),
        ("https://NEWS.example.org/", True),
        ("http://127.0.0.1:8000/demo", True),
        ("http://localhost:8000/demo", True),
        ("https://evil.example/2026/article", False),
        ("http://news.example.org/", False),
        ("https://news.example.org@evil.example/", False),
        ("http://localhost@evil.example/", False),
        ("javascript://127.0.0.1/%0aalert(1)", False),
        ("javascript:alert(1)", False),
        ("//127.0.0.1/", False),
        ("http://[", False),
        ("http://[::1", False),
        ("", False),
    ],
)
async def test_only_a_page_of_the_site_is_kept_as_the_threads_url(
    house: House, url: str, kept: bool
) -> None:
    site = house.policy.current.sites[SITE].model_copy(
        update={"origins": ("self", "https://news.example.org")}
    )
    house.policy.current = house.policy.current.model_copy(update={"sites": {SITE: site}})
    sent = submission(thread={"id": THREAD, "url": url})
    receipt = await house.intake.submit(sent, reader(), now=NOW)
    assert receipt.comment.thread.url == (url if kept else None)


@pytest.mark.parametrize("address", [ADDRESS, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"])
async def test_no_address_is_stored_as_it_is(house: House, address: str) -> None:
    author = {"name": "Ama", "email": "ama@example.org", "address": address}
    caller = reader(address=address, key=BACKEND, idempotency_key="key")
    receipt = await house.intake.submit(submission(author=author), caller, now=NOW)
    await house.intake.submit(submission(), reader(address=address), now=NOW)
    assert receipt.comment.address_hash == house.hashing.network(address)
    stored = repr(await everything(house.redis))
    assert receipt.comment.id in stored
    assert receipt.comment.address_hash in stored
    for part in (address, address[: len(address) * 3 // 4]):
        assert part not in stored


async def test_a_full_store_takes_no_submission_but_moderators_act(
    house: House, full: Callable[[], Awaitable[None]]
) -> None:
    item, other = await held(house.redis), await held(house.redis)
    waiting = await recorded(house.redis)
    await full()
    with pytest.raises(StoreUnavailable):
        await house.intake.submit(submission(), reader(), now=NOW)
    door = await allowances.take(house.redis, keys.DOOR, [Limit("door", "someone", 9, 60, 9)])
    assert door.allowed
    claimed = await house.review.claim(SITE, moderator="Kofi", limit=2)
    assert {one.comment.id for one in claimed} == {item.id, other.id}
    assert await house.review.act(item.id, deed(Action.APPROVE), now=NOW) is Status.PUBLISHED
    assert await house.review.act(other.id, deed(Action.RELEASE), now=NOW) is Status.PENDING
    assert await house.comments.get(waiting.id) == waiting


async def test_a_nearly_full_store_says_so(house: House) -> None:
    house.is_full = True
    with pytest.raises(Unavailable, match="The comment store is full"):
        await house.intake.submit(submission(), reader(), now=NOW)
    assert await everything(house.redis) == {}


async def test_a_submission_waits_no_longer_than_the_policy_says(house: House) -> None:
    site = house.policy.current.sites[SITE].model_copy(update={"decision_wait_ms": 50})
    house.policy.current = house.policy.current.model_copy(update={"sites": {SITE: site}})
    async with asyncio.timeout(2):
        receipt = await house.intake.submit(submission(), reader(), now=NOW)
    assert receipt.comment.status is Status.SCORING
