"""From the stream to a decision, with a real model and with models that fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import pytest

from moderation import verdicts
from moderation.assessment import Assessor
from moderation.domain.comment import Comment, Status
from moderation.domain.decision import Finding, Scores, Verdict
from moderation.scoring.onnx import OnnxScorer
from moderation.scoring.scorer import Piece, Scorer
from moderation.scoring.text_scorer import TextScorer
from moderation.store import keys
from moderation.store.comments import Entry
from moderation.store.scoring_stream import ScoringStream, backlog
from moderation.text.normalize import normalize
from moderation.verdicts import Verdicts
from tests.integration.house import NOW, SITE, House, places, reader, recorded, submission, until
from tests.integration.servers import Server

pytestmark = pytest.mark.anyio


class Failing:
    """The tiny model, but for texts with "poison" in them (or all), which `fail` answers."""

    def __init__(self, tiny: OnnxScorer, fail: Callable[[int], list[Scores]], poison: str) -> None:
        self.stamp = tiny.stamp
        self.labels = tiny.labels
        self.languages = tiny.languages
        self.max_tokens = tiny.max_tokens
        self.preparation = tiny.preparation
        self._tiny = tiny
        self._fail = fail
        self._poison = poison

    def prepare(self, text: str) -> str:
        return self._tiny.prepare(text)

    def pieces(self, prepared: str) -> list[Piece]:
        return self._tiny.pieces(prepared)

    def score(self, texts: Sequence[str]) -> list[Scores]:
        if any(self._poison in text for text in texts):
            return self._fail(len(texts))
        return self._tiny.score(texts)


def raises(_: int) -> list[Scores]:
    raise RuntimeError("this text breaks the model")


def too_few(count: int) -> list[Scores]:
    return [{}] * (count - 1)


class Worker:
    """One process's loop over the site's stream."""

    def __init__(self, house: House, blocking: object, scorer: Scorer, consumer: str) -> None:
        self.text_scorer = TextScorer(scorer, variants=lambda text: (normalize(text),))
        self.stream = ScoringStream(house.redis, blocking, site=SITE, consumer=consumer)
        self.verdicts = Verdicts(
            self.stream,
            house.comments,
            Assessor(self.text_scorer),
            policy=house.policy,
            now=lambda: NOW,
        )

    async def take(self) -> list[Entry]:
        await self.stream.prepare()
        return await self.stream.read(count=32, wait_ms=100)

    async def take_over(self) -> list[Entry]:
        return await self.stream.reclaim(idle_ms=0, count=32)


@pytest.fixture
async def hire(
    house: House, blocking: object, tiny_scorer: OnnxScorer
) -> AsyncIterator[Callable[..., Worker]]:
    """Makes workers; by default with the tiny model."""
    hired: list[Worker] = []

    def make(scorer: Scorer | None = None) -> Worker:
        consumer = f"worker-{len(hired)}"
        hired.append(Worker(house, blocking, scorer or tiny_scorer, consumer))
        return hired[-1]

    yield make
    for worker in hired:
        await worker.text_scorer.close()


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    """The workers' loops, until the block ends."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.verdicts.run(stopping))
        yield
        stopping.set()


async def status_of(house: House, comment: Comment) -> str:
    found = await house.comments.get(comment.id)
    assert found is not None
    return found.status


async def nothing_waits(house: House) -> bool:
    return bool(await house.redis.xlen(keys.scoring(SITE)) == 0)


async def test_scores_policy_and_findings_make_the_decision(
    house: House, hire: Callable[..., Worker]
) -> None:
    link = Finding("links", Verdict.HOLD, "3 links ≥ 3")
    kind = await recorded(house.redis, text="What a sunny day, the sun is out")
    rude = await recorded(house.redis, text="you idiot idiot")
    linked = await recorded(house.redis, text="the sun again", findings=(link,))
    worker = hire()
    await worker.verdicts.handle(await worker.take())
    assert await status_of(house, kind) == Status.PUBLISHED
    assert await status_of(house, rude) == Status.REJECTED
    assert await status_of(house, linked) == Status.PENDING
    found = await house.comments.get(rude.id)
    assert found is not None
    assert found.decision is not None
    assert {reason.rule for reason in found.decision.reasons} >= {"insult"}
    assert found.decision.model == worker.text_scorer.stamp
    assert found.decision.policy == house.policy.current.fingerprint
    assert found.decision.priority == round(max((found.decision.scores or {}).values()), 4)
    assert await nothing_waits(house)


async def test_the_loop_wakes_whoever_waits_for_a_decision(
    house: House, hire: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = house.policy.current.sites[SITE].model_copy(update={"decision_wait_ms": 10_000})
    house.policy.current = house.policy.current.model_copy(update={"sites": {SITE: site}})
    listening = asyncio.create_task(house.notices.listen())

    async def is_subscribed() -> bool:
        return bool(await house.redis.pubsub_numpat())

    await until("the subscription to notices", is_subscribed)
    async with running(hire()):
        async with asyncio.timeout(8):
            receipt = await house.intake.submit(
                submission(text="The sun is out"), reader(), now=NOW
            )
    listening.cancel()
    assert receipt.comment.status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("fail", "poison"),
    [(raises, "poison"), (too_few, "poison"), (raises, "")],
    ids=["raises for one", "wrong count", "always"],
)
async def test_a_text_no_model_can_score_goes_to_a_person(
    house: House,
    hire: Callable[..., Worker],
    tiny_scorer: OnnxScorer,
    fail: Callable[[int], list[Scores]],
    poison: str,
) -> None:
    mates = [await recorded(house.redis, text=f"the sun {n}") for n in range(5)]
    sick = await recorded(house.redis, text="this is poison")
    worker = hire(Failing(tiny_scorer, fail, poison))
    await worker.verdicts.handle(await worker.take())
    failing = [*mates, sick] if poison == "" else [sick]
    for mate in mates:
        expected = Status.SCORING if mate in failing else Status.PUBLISHED
        assert await status_of(house, mate) == expected
    for delivery in (2, 3):
        assert await status_of(house, sick) == Status.SCORING
        entries = await worker.take_over()
        assert [(entry.comment_id, entry.deliveries) for entry in entries] == [
            (comment.id, delivery) for comment in failing
        ]
        await worker.verdicts.handle(entries)
    for comment in failing:
        found = await house.comments.get(comment.id)
        assert found is not None
        assert found.decision is not None
        assert found.status is Status.PENDING
        assert [reason.rule for reason in found.decision.reasons] == ["unscored"]
        assert (found.decision.scores, found.decision.model) == (None, None)
        assert await places(house.redis, comment) == {"queue"}
    dead = [fields["comment"] for _, fields in await house.redis.xrange(keys.dead(SITE))]
    assert sorted(dead) == sorted(comment.id for comment in failing)
    assert await nothing_waits(house)


class Unreadable(Failing):
    """Breaks before the model is asked, on a text that holds the poison."""

    def prepare(self, text: str) -> str:
        if self._poison in text:
            raise ValueError("nobody thought of this text")
        return super().prepare(text)


async def test_a_text_that_breaks_anything_else_leaves_the_loop_and_its_mates_alone(
    house: House, hire: Callable[..., Worker], tiny_scorer: OnnxScorer
) -> None:
    mate, sick = (
        await recorded(house.redis, text="the sun"),
        await recorded(house.redis, text="this is poison"),
    )
    worker = hire(Unreadable(tiny_scorer, raises, "poison"))
    await worker.verdicts.handle(await worker.take())
    assert await status_of(house, mate) == Status.PUBLISHED
    for _ in (2, 3):
        assert await status_of(house, sick) == Status.SCORING
        await worker.verdicts.handle(await worker.take_over())
    assert await status_of(house, sick) == Status.PENDING


async def test_the_entries_of_a_dead_consumer_are_taken_over(
    house: House, hire: Callable[..., Worker]
) -> None:
    comment = await recorded(house.redis, text="the sun")
    dead, alive = hire(), hire()
    assert [entry.comment_id for entry in await dead.take()] == [comment.id]
    assert await alive.take() == []
    assert await alive.stream.reclaim(idle_ms=60_000, count=32) == []
    entries = await alive.take_over()
    assert [(entry.comment_id, entry.deliveries) for entry in entries] == [(comment.id, 2)]
    await alive.verdicts.handle(entries)
    assert await status_of(house, comment) == Status.PUBLISHED


async def test_renewed_entries_are_not_taken_over(
    house: House, hire: Callable[..., Worker]
) -> None:
    await recorded(house.redis, text="the sun")
    slow, other = hire(), hire()
    entries = await slow.take()

    async def is_idle() -> bool:
        [pending] = await house.redis.xpending_range(
            keys.scoring(SITE), keys.SCORERS, "-", "+", count=1
        )
        return bool(pending["time_since_delivered"] >= 300)

    await until("the entry is idle for 300 ms", is_idle)
    await slow.stream.renew(entries)
    assert await other.stream.reclaim(idle_ms=300, count=32) == []


async def test_a_comment_erased_meanwhile_is_dropped(
    house: House, hire: Callable[..., Worker]
) -> None:
    gone, stays = [await recorded(house.redis, text=f"the sun {n}") for n in range(2)]
    await house.redis.delete(keys.comment(gone.id))
    worker = hire()
    await worker.verdicts.handle(await worker.take())
    assert await status_of(house, stays) == Status.PUBLISHED
    assert await nothing_waits(house)
    assert (await house.redis.xpending(keys.scoring(SITE), keys.SCORERS))["pending"] == 0
    assert await house.comments.get(gone.id) is None


async def test_a_comment_of_a_site_that_left_the_policy_waits_for_a_person(
    house: House, hire: Callable[..., Worker]
) -> None:
    comment = await recorded(house.redis, text="the sun")
    worker = hire()
    entries = await worker.take()
    house.policy.current = house.policy.current.model_copy(update={"sites": {}})
    await worker.verdicts.handle(entries)
    assert await status_of(house, comment) == Status.PENDING


async def test_two_loops_decide_each_comment_once(
    house: House, hire: Callable[..., Worker]
) -> None:
    comments = [await recorded(house.redis, text=f"the sun number {n}") for n in range(100)]
    async with running(hire(), hire()):
        await until("all comments are decided", partial(nothing_waits, house))
    decided = [
        fields["comment"]
        for _, fields in await house.redis.xrange(keys.audit(SITE))
        if fields["action"] == "decide"
    ]
    assert sorted(decided) == sorted(comment.id for comment in comments)
    assert await house.redis.zcard(keys.published(SITE, comments[0].thread.id)) == 100
    assert (await backlog(house.redis, SITE)).length == 0


async def test_the_loop_outlives_a_store_that_goes_away_before_the_commit(
    own_house: House,
    own_server: Server,
    tiny_scorer: OnnxScorer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verdicts, "IDLE_MS", 100)
    monkeypatch.setattr(verdicts, "RECLAIM_S", 0.1)
    comments = [await recorded(own_house.redis, text=f"the sun {n}") for n in range(3)]
    deaths: list[Server] = []

    def fall(texts: int) -> list[Scores]:
        if not deaths:
            own_server.kill()
            deaths.append(own_server)
        return [dict.fromkeys(tiny_scorer.labels, 0.0)] * texts

    worker = Worker(own_house, own_house.blocking, Failing(tiny_scorer, fall, ""), "worker")

    async def has_fallen() -> bool:
        return bool(deaths)

    async with running(worker):
        await until("the store dies while the model works", has_fallen)
        await asyncio.to_thread(own_server.start)
        await until("all comments are decided", partial(nothing_waits, own_house))
    for comment in comments:
        assert await status_of(own_house, comment) == Status.PUBLISHED
    await worker.text_scorer.close()


async def test_a_full_store_still_takes_decisions(
    house: House, hire: Callable[..., Worker], full: Callable[[], Awaitable[None]]
) -> None:
    comment = await recorded(house.redis, text="the sun")
    await hire().stream.prepare()
    await full()
    async with running(hire()):
        await until("the comment is decided", partial(nothing_waits, house))
    assert await status_of(house, comment) == Status.PUBLISHED
