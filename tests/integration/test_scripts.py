"""What each script does, that it bears being run twice, and that its header is its signature."""

import time
from functools import partial
from importlib.resources import files
from typing import Any

import pytest

from moderation.domain.comment import Status
from moderation.domain.decision import Verdict
from moderation.domain.review import TRANSITIONS, Action
from moderation.store import allowances, keys, retention, scripts
from moderation.store.access import AccessStore
from moderation.store.allowances import Limit
from moderation.store.client import Client
from moderation.store.comments import Comments, Entry, Idempotency, digest
from moderation.store.review_queue import Acted, ReviewQueue
from moderation.store.scripts import Script
from tests.integration.house import (
    IN_STATE,
    NOW,
    SITE,
    THREAD,
    counters,
    decision,
    deed,
    held,
    last_entry,
    new_comment,
    places,
    record,
    recorded,
    rejected,
    twice,
    until,
)

pytestmark = pytest.mark.anyio

LEASE_MS = 60_000
MOVES = [
    (action, before, after)
    for action, moves in TRANSITIONS.items()
    for before, after in moves.items()
]
NO_MOVES = [
    (action, status)
    for action in TRANSITIONS
    for status in IN_STATE
    if status not in TRANSITIONS[action]
]


# The header


def test_every_file_is_loaded_under_its_name() -> None:
    names = {path.name.removesuffix(".lua").upper() for path in _sources()}
    loaded = {name for name, value in vars(scripts).items() if isinstance(value, Script)}
    assert names == loaded


def test_no_script_is_long_and_none_joins_a_key_or_reads_json() -> None:
    for path in _sources():
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 60, path.name
        assert "cjson" not in source, path.name
        assert "{site}" not in source, path.name


@pytest.mark.parametrize(
    ("keys_given", "args_given", "wrong"),
    [
        ({"link": "a"}, {"lifetime_s": 1}, "session"),
        ({"link": "a", "session": "b", "more": "c"}, {"lifetime_s": 1}, "more"),
        ({"link": "a", "session": "b"}, {}, "lifetime_s"),
        ({"link": "a", "session": "b"}, {"lifetime": 1}, "lifetime, lifetime_s"),
    ],
)
async def test_a_call_gives_exactly_the_names_of_the_header(
    redis: Client, keys_given: dict[str, str], args_given: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(TypeError, match=f"^missing or unknown: {wrong}$"):
        await scripts.OPEN_SESSION(redis, keys_given, args_given)


async def test_further_values_need_an_open_end(redis: Client) -> None:
    given = {"link": "a", "session": "b"}
    with pytest.raises(TypeError, match="no further values"):
        await scripts.OPEN_SESSION(redis, given, {"lifetime_s": 1}, rest=[1])
    with pytest.raises(TypeError, match="no further values"):
        await scripts.OPEN_SESSION(redis, given, {"lifetime_s": 1}, more_keys=["c"])


@pytest.mark.parametrize("line", ["KEYS", "ARGV", "RETURNS"])
def test_a_header_line_may_not_be_missing(line: str) -> None:
    header = {"KEYS": "-- KEYS: a\n", "ARGV": "-- ARGV: b\n", "RETURNS": "-- RETURNS: c\n"}
    with pytest.raises(ValueError, match=line):
        Script("#!lua\n" + "".join(text for name, text in header.items() if name != line))


# record_submission


async def test_a_submission_is_recorded_with_all_that_belongs_to_it(redis: Client) -> None:
    comment = new_comment()
    assert await twice(redis, lambda: record(redis, comment)) == (("recorded", comment.id),) * 2
    assert await Comments(redis).get(comment.id) == comment
    assert await places(redis, comment) == {"scoring"}
    thread = await redis.hgetall(keys.thread(SITE, THREAD))
    assert thread == {"id": THREAD, "url": "", "title": "", "created_at": str(NOW)}
    [(_, entry)] = await redis.xrange(keys.audit(SITE))
    assert entry | {"action": "submit", "to": "scoring"} == entry
    assert 0 < await redis.ttl(keys.said(SITE, digest(comment.text))) <= 3600


async def test_a_rejection_by_rules_is_not_scored(redis: Client) -> None:
    comment = new_comment(status=Status.REJECTED, decision=decision(Verdict.REJECT))
    assert await twice(redis, lambda: record(redis, comment)) == (("recorded", comment.id),) * 2
    assert await places(redis, comment) == {"rejected"}
    assert await counters(redis, comment) == {"rejected": 1}
    assert await Comments(redis).get(comment.id) == comment


async def test_the_same_key_and_body_is_a_replay_another_body_is_not(redis: Client) -> None:
    asked = Idempotency("key", "fingerprint")
    first, again = new_comment(), new_comment()
    assert await record(redis, first, idempotency=asked) == ("recorded", first.id)
    answers = await twice(redis, lambda: record(redis, again, idempotency=asked))
    assert answers == (("replayed", first.id),) * 2
    other = Idempotency("key", "other")
    answers = await twice(redis, lambda: record(redis, again, idempotency=other))
    assert answers == (("reused", first.id),) * 2
    assert await Comments(redis).get(again.id) is None


async def test_the_same_words_in_the_same_place_are_a_duplicate(redis: Client) -> None:
    first = await recorded(redis)
    again = new_comment(text=first.text, author_hash=first.author_hash)
    answers = await twice(redis, lambda: record(redis, again))
    assert answers == (("duplicate", first.id),) * 2


@pytest.mark.parametrize(
    "change",
    [{"author_hash": "another"}, {"parent_id": "demo.parent"}, {"text": "Other words."}],
    ids=lambda change: next(iter(change)),
)
async def test_what_differs_is_no_duplicate(redis: Client, change: dict[str, str]) -> None:
    first = await recorded(redis)
    same = {"text": first.text, "author_hash": first.author_hash}
    await recorded(redis, **(same | change))


async def test_a_rejected_comment_is_still_the_twin_of_its_repeat(redis: Client) -> None:
    first = await rejected(redis)
    again = new_comment(text=first.text, author_hash=first.author_hash)
    assert await record(redis, again) == ("duplicate", first.id)


# commit_decision


@pytest.mark.parametrize(
    ("verdict", "status", "place", "counter"),
    [
        (Verdict.APPROVE, Status.PUBLISHED, "published", "published"),
        (Verdict.HOLD, Status.PENDING, "queue", "held"),
        (Verdict.REJECT, Status.REJECTED, "rejected", "rejected"),
    ],
)
async def test_a_decision_moves_the_comment_and_acknowledges_its_entry(
    redis: Client, verdict: Verdict, status: Status, place: str, counter: str
) -> None:
    comment = await recorded(redis)
    entry = await _read(redis, comment)
    made = decision(verdict)

    async def commit() -> tuple[bool, str]:
        return await Comments(redis).commit(
            comment, made, status=status, entry=entry, unscored=False
        )

    assert await twice(redis, commit) == ((True, status), (False, status))
    assert await places(redis, comment) == {place}
    assert await counters(redis, comment) == {counter: 1}
    kept = await Comments(redis).get(comment.id)
    assert kept is not None
    assert (kept.status, kept.decision) == (status, made)
    assert (await redis.xpending(keys.scoring(SITE), keys.SCORERS))["pending"] == 0
    assert await redis.xlen(keys.dead(SITE)) == 0


async def test_a_comment_is_not_decided_twice(redis: Client) -> None:
    comment = await held(redis)
    late = await Comments(redis).commit(
        comment,
        decision(Verdict.APPROVE),
        status=Status.PUBLISHED,
        entry=Entry("1-1", comment.id),
        unscored=True,
    )
    assert late == (False, Status.PENDING)
    assert await places(redis, comment) == {"queue"}
    assert await redis.xlen(keys.dead(SITE)) == 0


async def test_a_comment_that_is_gone_is_acknowledged(redis: Client) -> None:
    comment = await recorded(redis)
    entry = await _read(redis, comment)
    await redis.delete(keys.comment(comment.id))
    answer = await Comments(redis).commit(
        comment, decision(Verdict.APPROVE), status=Status.PUBLISHED, entry=entry, unscored=False
    )
    assert answer == (False, "")
    assert await places(redis, comment) == set()
    assert await redis.exists(keys.comment(comment.id)) == 0


# claim_next


async def test_the_most_urgent_are_leased_first_and_held_ones_are_skipped(redis: Client) -> None:
    items = {priority: await held(redis, priority) for priority in (0.2, 0.9, 0.5, 0.7)}
    queue = ReviewQueue(redis)
    first = await queue.claim(SITE, "Ama", limit=2, lease_ms=LEASE_MS)
    assert first == [items[0.9].id, items[0.7].id]
    rest = await queue.claim(SITE, "Kofi", limit=5, lease_ms=LEASE_MS)
    assert rest == [items[0.5].id, items[0.2].id]
    assert await queue.claim(SITE, "Efua", limit=5, lease_ms=LEASE_MS) == []
    held_by = {
        item.comment.id: item.claim and item.claim.by
        for item in await queue.items(SITE, [*first, *rest])
    }
    assert held_by == dict.fromkeys(first, "Ama") | dict.fromkeys(rest, "Kofi")


async def test_a_repeated_claim_leases_nothing_else(redis: Client) -> None:
    items = [await held(redis, 0.5) for _ in range(3)]

    async def claim() -> list[str]:
        return list(
            await scripts.CLAIM_NEXT(
                redis,
                {
                    "queue": keys.queue(SITE),
                    "claims": keys.claims(SITE),
                    "claimants": keys.claimants(SITE),
                    "answer": keys.answer(SITE, "request"),
                },
                {"moderator": "Ama", "limit": 2, "lease_ms": LEASE_MS},
            )
        )

    first, second = await twice(redis, claim)
    assert first == second
    assert len(first) == 2
    assert set(first) < {item.id for item in items}


async def test_a_claim_finds_what_lies_behind_a_long_row_of_held_items(redis: Client) -> None:
    urgent = [await held(redis, 0.9) for _ in range(205)]
    last = await held(redis, 0.1)
    queue = ReviewQueue(redis)
    assert len(await queue.claim(SITE, "Ama", limit=205, lease_ms=LEASE_MS)) == len(urgent)
    assert await queue.claim(SITE, "Kofi", limit=1, lease_ms=LEASE_MS) == [last.id]


async def test_a_lapsed_claim_returns_to_the_queue(redis: Client) -> None:
    item = await held(redis)
    queue = ReviewQueue(redis)
    assert await queue.claim(SITE, "Ama", limit=1, lease_ms=50) == [item.id]

    async def is_claimed_by_another() -> bool:
        return await queue.claim(SITE, "Kofi", limit=1, lease_ms=LEASE_MS) == [item.id]

    await until("Ama's claim lapses", is_claimed_by_another)
    answer = await queue.act(item, deed(Action.APPROVE, "Ama"), now=NOW)
    assert answer == Acted("claimed", Status.PENDING, "Kofi")


# act


@pytest.mark.parametrize(("action", "before", "after"), MOVES)
async def test_every_move_of_the_table(
    redis: Client, action: Action, before: Status, after: Status
) -> None:
    comment = await IN_STATE[before](redis)
    queue = ReviewQueue(redis)
    act = partial(queue.act, comment, deed(action, reason="spam", note="seen", via="key"), now=NOW)
    assert await twice(redis, act) == (Acted("done", after, "Kofi"),) * 2
    index = {Status.PUBLISHED: "published", Status.PENDING: "queue", Status.REJECTED: "rejected"}
    counter = {Status.PUBLISHED: "published", Status.PENDING: "held", Status.REJECTED: "rejected"}
    assert await places(redis, comment) == {index[after]}
    assert await counters(redis, comment) == {counter[after]: 1}
    [(_, entry)] = await redis.xrevrange(keys.audit(SITE), count=1)
    expected = {"by": "Kofi", "action": action, "from": before, "to": after, "reason": "spam"}
    assert entry == entry | expected | {"note": "seen", "via": "key"}


@pytest.mark.parametrize(("action", "status"), NO_MOVES)
async def test_every_other_move_is_late(redis: Client, action: Action, status: Status) -> None:
    comment = await IN_STATE[status](redis)
    act = partial(ReviewQueue(redis).act, comment, deed(action), now=NOW)
    assert await twice(redis, act) == (Acted("late", status, ""),) * 2


async def test_who_was_faster_is_named(redis: Client) -> None:
    comment = await held(redis)
    queue = ReviewQueue(redis)
    await queue.act(comment, deed(Action.REJECT, "Ama"), now=NOW)
    answer = await queue.act(comment, deed(Action.APPROVE, "Kofi"), now=NOW)
    assert answer == Acted("late", Status.REJECTED, "Ama")
    answer = await queue.act(comment, deed(Action.REJECT, "Kofi"), now=NOW)
    assert answer == Acted("late", Status.REJECTED, "Ama")


async def test_an_item_claimed_by_another_stays_theirs(redis: Client) -> None:
    comment = await held(redis)
    queue = ReviewQueue(redis)
    await queue.claim(SITE, "Ama", limit=1, lease_ms=LEASE_MS)
    act = partial(queue.act, comment, deed(Action.REJECT, "Kofi"), now=NOW)
    assert await twice(redis, act) == (Acted("claimed", Status.PENDING, "Ama"),) * 2
    done = await queue.act(comment, deed(Action.REJECT, "Ama"), now=NOW)
    assert done == Acted("done", Status.REJECTED, "Ama")
    assert await places(redis, comment) == {"rejected"}


async def test_a_restored_comment_has_its_old_urgency(redis: Client) -> None:
    comment = await held(redis, 0.75)
    queue = ReviewQueue(redis)
    await queue.act(comment, deed(Action.REJECT), now=NOW)
    await queue.act(comment, deed(Action.RESTORE), now=NOW)
    assert await queue.page(SITE, after=None, limit=5) == [(comment.id, 0.75)]


async def test_an_erased_comment_is_missing(redis: Client) -> None:
    comment = await held(redis)
    await redis.delete(keys.comment(comment.id))
    queue = ReviewQueue(redis)
    assert await queue.act(comment, deed(Action.APPROVE), now=NOW) == Acted("missing", "", "")
    assert await queue.release(comment, "Kofi") == Acted("missing", "", "")


# release_claim


async def test_a_released_item_is_free(redis: Client) -> None:
    comment = await held(redis)
    queue = ReviewQueue(redis)
    await queue.claim(SITE, "Ama", limit=1, lease_ms=LEASE_MS)
    other = await queue.release(comment, "Kofi")
    assert other == Acted("claimed", Status.PENDING, "Ama")
    answers = await twice(redis, lambda: queue.release(comment, "Ama"))
    assert answers == (Acted("done", Status.PENDING, ""),) * 2
    assert await queue.claim(SITE, "Kofi", limit=1, lease_ms=LEASE_MS) == [comment.id]


# open_session


async def test_a_link_opens_one_session(redis: Client) -> None:
    await redis.set(keys.link("once"), "Ama")

    async def open_session(session: str) -> str:
        return str(
            await scripts.OPEN_SESSION(
                redis,
                {"link": keys.link("once"), "session": keys.session(session)},
                {"lifetime_s": 60},
            )
        )

    assert await twice(redis, lambda: open_session("first")) == ("Ama", "Ama")
    assert await open_session("second") == ""
    assert await redis.get(keys.session("second")) is None
    assert await AccessStore(redis).open_session("never given") is None


# forget_rejected


async def test_an_old_rejected_comment_is_forgotten(redis: Client) -> None:
    comment = await rejected(redis)

    async def forget() -> int:
        return int(
            await scripts.FORGET_REJECTED(
                redis,
                {
                    "comment": keys.comment(comment.id),
                    "rejected": keys.rejected(SITE),
                    "audit": keys.audit(SITE),
                },
                {"id": comment.id, "now": NOW},
            )
        )

    assert await twice(redis, forget) == (1, 0)
    assert await Comments(redis).get(comment.id) is None
    assert await places(redis, comment) == set()


async def test_a_restored_comment_is_not_forgotten(redis: Client) -> None:
    comment = await held(redis)
    await redis.zadd(keys.rejected(SITE), {comment.id: 1})
    assert await retention._forget(redis, SITE, comment.id, now=NOW) == 0
    assert await places(redis, comment) == {"queue"}


# take_allowances


async def test_all_limits_are_consumed_or_none(redis: Client) -> None:
    wide, narrow = Limit("wide", "a", 10, 60, 10), Limit("narrow", "a", 1, 60, 1)
    both = await allowances.take(redis, SITE, [wide, narrow])
    assert both.allowed
    assert [state.remaining for state in both.limits] == [9, 0]
    refused = await allowances.take(redis, SITE, [wide, narrow])
    assert not refused.allowed
    assert [state.remaining for state in refused.limits] == [9, 0]
    alone = await allowances.take(redis, SITE, [wide])
    assert alone.limits[0].remaining == 8


async def test_a_valve_never_refuses(redis: Client) -> None:
    valve = Limit("site", "demo", 1, 60, 2, is_valve=True)
    taken = [await allowances.take(redis, SITE, [valve]) for _ in range(4)]
    assert [one.allowed for one in taken] == [True] * 4
    assert [one.valve_open for one in taken] == [False, False, True, True]
    assert [one.limits[0].remaining for one in taken] == [1, 0, 0, 0]


async def test_the_figures_of_a_limit(redis: Client) -> None:
    """6 a minute, 3 at once: one comes back every ten seconds."""
    limit = Limit("author", "ama", 6, 60, 3)
    started = time.monotonic()
    taken = [await allowances.take(redis, SITE, [limit]) for _ in range(4)]
    elapsed_s = time.monotonic() - started
    assert [one.allowed for one in taken] == [True, True, True, False]
    assert [one.limits[0].remaining for one in taken] == [2, 1, 0, 0]
    assert {(one.limits[0].quota, one.limits[0].window_s) for one in taken} == {(3, 30)}
    for full_in_s, one in zip((10, 20, 30, 30), taken, strict=True):
        assert full_in_s - elapsed_s - 0.01 <= one.limits[0].reset_s <= full_in_s
    assert [one.retry_after_s for one in taken[:3]] == [0, 0, 0]
    assert 10 - elapsed_s - 0.01 <= taken[3].retry_after_s <= 10


async def test_the_promised_moment_is_when_the_next_one_passes(redis: Client) -> None:
    limit = Limit("author", "ama", 20, 1, 1)
    assert (await allowances.take(redis, SITE, [limit])).allowed
    refused = await allowances.take(redis, SITE, [limit])
    promised = time.monotonic() + refused.retry_after_s

    async def passes() -> bool:
        return (await allowances.take(redis, SITE, [limit])).allowed

    await until("a limit of 20 a second lets the next one pass", passes)
    assert time.monotonic() >= promised - 0.05


async def test_a_full_limit_leaves_no_key(redis: Client) -> None:
    await allowances.take(redis, SITE, [Limit("author", "ama", 100, 1, 5)])

    async def is_gone() -> bool:
        return not await redis.exists(keys.limit(SITE, "author", "ama"))

    await until("the limit is full again", is_gone)


async def test_a_repeated_request_consumes_nothing(redis: Client) -> None:
    async def take() -> list[int]:
        answer = await scripts.TAKE_ALLOWANCES(
            redis,
            {"answer": keys.answer(SITE, "request")},
            {},
            more_keys=[keys.limit(SITE, "author", "ama")],
            rest=[10_000, 3, 0],
        )
        return [int(number) for number in answer]

    first, second = await twice(redis, take)
    assert first == second
    assert first[:4] == [1, 0, 0, 2]


def _sources() -> list[Any]:
    return list(files("moderation.store").joinpath("lua").iterdir())


async def _read(redis: Client, comment: Any) -> Entry:
    """The comment's entry, delivered to a consumer."""
    await redis.xgroup_create(keys.scoring(SITE), keys.SCORERS, id="0")
    await redis.xreadgroup(keys.SCORERS, "worker", {keys.scoring(SITE): ">"})
    return await last_entry(redis, comment)
