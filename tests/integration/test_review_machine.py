"""Any sequence of what moderators and the model do, against a plain model of the queue."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from moderation.domain.comment import Comment, Status
from moderation.domain.decision import Verdict
from moderation.domain.review import TRANSITIONS, Action
from moderation.store import keys
from moderation.store.client import command_client
from moderation.store.comments import Comments
from moderation.store.review_queue import Acted, ReviewQueue
from tests.integration.house import (
    NOW,
    SITE,
    THREAD,
    counters,
    decision,
    deed,
    last_entry,
    new_comment,
    recorded,
)
from tests.integration.servers import Server

T = TypeVar("T")

COUNTER = {Status.PUBLISHED: "published", Status.PENDING: "held", Status.REJECTED: "rejected"}
STATUS_OF = {
    Verdict.APPROVE: Status.PUBLISHED,
    Verdict.HOLD: Status.PENDING,
    Verdict.REJECT: Status.REJECTED,
}
MODERATORS = st.sampled_from(["Ama", "Efua", "Kofi"])
AUTHORS = st.sampled_from(["a", "b"])
PRIORITIES = st.integers(0, 10_000).map(lambda n: n / 10_000)
LEASE_MS = 600_000


class ReviewMachine(RuleBasedStateMachine):
    """`status`, `holder` and `last` are the model: plain dicts, by comment id."""

    comments = Bundle("comments")
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.redis = command_client(self.url)
        self.queue = ReviewQueue(self.redis)
        self.status: dict[str, Status] = {}
        self.priority: dict[str, float] = {}
        self.holder: dict[str, str] = {}
        self.last: dict[str, tuple[Action, str]] = {}
        self.known: dict[str, Comment] = {}

    @initialize()
    def empty(self) -> None:
        self.run(self.redis.flushall())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(step)

    def teardown(self) -> None:
        self.run(self.redis.aclose())
        self.runner.close()

    @rule(target=comments, author=AUTHORS, verdict=st.sampled_from(Verdict), priority=PRIORITIES)
    def decide(self, author: str, verdict: Verdict, priority: float) -> Comment:
        comment = self.run(self._decided(author, verdict, priority))
        self.known[comment.id] = comment
        self.status[comment.id] = STATUS_OF[verdict]
        self.priority[comment.id] = priority
        return comment

    async def _decided(self, author: str, verdict: Verdict, priority: float) -> Comment:
        comment = await recorded(self.redis, author_hash=author)
        entry = await last_entry(self.redis, comment)
        answer = await Comments(self.redis).commit(
            comment,
            decision(verdict, priority),
            status=STATUS_OF[verdict],
            entry=entry,
            unscored=False,
        )
        assert answer == (True, STATUS_OF[verdict])
        return comment

    @rule(target=comments)
    def wait_for_the_model(self) -> Comment:
        comment = new_comment(author_hash="a")
        self.run(
            recorded(self.redis, **{name: getattr(comment, name) for name in ("id", "author_hash")})
        )
        self.known[comment.id] = comment
        self.status[comment.id] = Status.SCORING
        return comment

    @rule(moderator=MODERATORS, limit=st.integers(1, 4))
    def claim(self, moderator: str, limit: int) -> None:
        taken = self.run(self.queue.claim(SITE, moderator, limit=limit, lease_ms=LEASE_MS))
        free = [one for one in self._pending() if one not in self.holder]
        urgency = sorted((self.priority[one] for one in free), reverse=True)[:limit]
        assert [self.priority[one] for one in taken] == urgency
        assert set(taken) <= set(free)
        self.holder |= dict.fromkeys(taken, moderator)

    @rule(comment=comments, moderator=MODERATORS, action=st.sampled_from(list(TRANSITIONS)))
    def act(self, comment: Comment, moderator: str, action: Action) -> None:
        expected = self._expected(comment.id, moderator, action)
        answer = self.run(self.queue.act(comment, deed(action, moderator), now=NOW))
        assert answer == expected
        if answer.outcome == "done" and self.last.get(comment.id) != (action, moderator):
            self._moved(comment.id, moderator, action)

    def _expected(self, one: str, moderator: str, action: Action) -> Acted:
        status, last, holder = self.status[one], self.last.get(one), self.holder.get(one)
        if last == (action, moderator) and status in TRANSITIONS[action].values():
            return Acted("done", status, moderator)
        if holder not in {None, moderator}:
            return Acted("claimed", status, str(holder))
        if status not in TRANSITIONS[action]:
            return Acted("late", status, last[1] if last else "")
        return Acted("done", TRANSITIONS[action][status], moderator)

    def _moved(self, one: str, moderator: str, action: Action) -> None:
        self.status[one] = TRANSITIONS[action][self.status[one]]
        self.last[one] = (action, moderator)
        self.holder.pop(one, None)

    @rule(comment=comments, moderator=MODERATORS)
    def release(self, comment: Comment, moderator: str) -> None:
        holder = self.holder.get(comment.id)
        answer = self.run(self.queue.release(comment, moderator))
        if holder not in {None, moderator}:
            assert answer == Acted("claimed", self.status[comment.id], str(holder))
        else:
            assert answer == Acted("done", self.status[comment.id], "")
            self.holder.pop(comment.id, None)

    @rule(comment=comments)
    def lapse(self, comment: Comment) -> None:
        """The lease of a claim ends."""
        if self.holder.pop(comment.id, None):
            self.run(self.redis.zadd(keys.claims(SITE), {comment.id: 1}))

    @invariant()
    def indexes_match(self) -> None:
        assert self.run(self._indexes()) == {
            "queue": set(self._pending()),
            "published": self._with(Status.PUBLISHED),
            "rejected": self._with(Status.REJECTED),
            "scoring": self._with(Status.SCORING),
        }

    @invariant()
    def comments_match(self) -> None:
        assert self.run(self._statuses()) == self.status

    @invariant()
    def counters_match(self) -> None:
        for author in ("a", "b"):
            theirs = [c for c in self.known.values() if c.author_hash == author]
            if theirs:
                assert self.run(counters(self.redis, theirs[0])) == self._counted(theirs)

    @invariant()
    def claims_are_of_waiting_items(self) -> None:
        claimed = set(self.run(self.redis.hkeys(keys.claimants(SITE))))
        assert set(self.holder) <= claimed <= set(self._pending())

    def _counted(self, theirs: list[Comment]) -> dict[str, int]:
        statuses = [self.status[comment.id] for comment in theirs]
        counted = {COUNTER[status]: statuses.count(status) for status in COUNTER}
        return {name: count for name, count in counted.items() if count}

    def _pending(self) -> list[str]:
        return [one for one, status in self.status.items() if status is Status.PENDING]

    def _with(self, status: Status) -> set[str]:
        return {one for one, its in self.status.items() if its is status}

    async def _indexes(self) -> dict[str, set[str]]:
        waiting = await self.redis.xrange(keys.scoring(SITE))
        return {
            "queue": set(await self.redis.zrange(keys.queue(SITE), 0, -1)),
            "published": set(await self.redis.zrange(keys.published(SITE, THREAD), 0, -1)),
            "rejected": set(await self.redis.zrange(keys.rejected(SITE), 0, -1)),
            "scoring": {fields["comment"] for _, fields in waiting},
        }

    async def _statuses(self) -> dict[str, Status]:
        found = await Comments(self.redis).get_many(list(self.status))
        return {comment.id: comment.status for comment in found}


@pytest.mark.timeout(240)
def test_the_queue_does_what_a_plain_model_does(server: Server) -> None:
    class OnThisServer(ReviewMachine):
        url = server.url

    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
