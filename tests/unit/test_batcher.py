"""The batcher: whatever the model does, every caller gets scores or an error."""

import asyncio
import math
import threading
from contextlib import asynccontextmanager

import pytest

from moderation.domain.decision import ModelStamp
from moderation.domain.errors import Overloaded, ScoringFailed, Unavailable
from moderation.scoring.batching import Batcher, ModelHangs
from moderation.scoring.scorer import Piece


class FakeScorer:
    """Scores a text by its length; `gate` holds calls back, `answer` may be replaced."""

    stamp = ModelStamp("fake", "1", "0")
    labels = ("toxicity",)
    languages = ("en",)
    max_tokens = 128
    preparation = "1"

    def __init__(self):
        self.calls = []
        self.started = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    def score(self, texts):
        self.calls.append(list(texts))
        self.started.release()
        self.gate.wait()
        return self.answer(texts)

    def answer(self, texts):
        return [expected(text) for text in texts]

    async def has_started(self):
        await asyncio.to_thread(self.started.acquire)


def expected(text):
    return {"toxicity": len(text) / 100}


def piece(text):
    return Piece(text, len(text))


@asynccontextmanager
async def running(scorer, **limits):
    batcher = Batcher(scorer, **limits)
    try:
        yield batcher
    finally:
        scorer.gate.set()
        await batcher.close()


@asynccontextmanager
async def busy(scorer, **limits):
    """A batcher whose model is held back in a first call, of the text "first"."""
    scorer.gate.clear()
    async with running(scorer, **limits) as batcher:
        first = asyncio.create_task(batcher.score([piece("first")]))
        await scorer.has_started()
        yield batcher
        scorer.gate.set()
        await asyncio.wait({first})
        first.cancelled() or first.exception()


async def queued(batcher, *texts):
    """A task for each text, all of them admitted."""
    tasks = [asyncio.create_task(batcher.score([piece(text)])) for text in texts]
    await asyncio.sleep(0)
    return tasks


def run(test):
    def wrapped():
        asyncio.run(asyncio.wait_for(test(), 20))

    wrapped.__name__ = test.__name__
    return wrapped


@run
async def test_scores_come_in_order():
    async with running(FakeScorer()) as batcher:
        assert await batcher.score([piece("aaa"), piece("b"), piece("aaa")]) == [
            expected("aaa"),
            expected("b"),
            expected("aaa"),
        ]
        assert await batcher.score([]) == []
        assert (batcher.texts, batcher.calls, batcher.failures, batcher.waiting) == (2, 1, 0, 0)
        assert batcher.seconds > 0


@run
async def test_what_queued_meanwhile_is_one_batch_shortest_first():
    scorer = FakeScorer()
    async with busy(scorer) as batcher:
        tasks = await queued(batcher, "aaaaaa", "bb", "cccc")
        scorer.gate.set()
        await asyncio.gather(*tasks)
    assert scorer.calls == [["first"], ["bb", "cccc", "aaaaaa"]]


@run
async def test_a_batch_keeps_its_budget():
    scorer = FakeScorer()
    async with busy(scorer, call_tokens=5) as batcher:
        tasks = await queued(batcher, "aaaaaaaaaa", "bb", "cc", "dd")
        scorer.gate.set()
        await asyncio.gather(*tasks)
    assert scorer.calls == [["first"], ["bb", "cc"], ["dd"], ["aaaaaaaaaa"]]


@run
async def test_a_text_on_its_way_is_scored_once():
    scorer = FakeScorer()
    async with busy(scorer) as batcher:
        tasks = await queued(batcher, "first", "again", "again")
        scorer.gate.set()
        assert await asyncio.gather(*tasks) == [[expected(t)] for t in ("first", "again", "again")]
    assert scorer.calls == [["first"], ["again"]]


@run
async def test_too_many_are_turned_away_at_the_door():
    scorer = FakeScorer()
    async with busy(scorer, max_waiting=2) as batcher:
        tasks = await queued(batcher, "a", "bb")
        with pytest.raises(Overloaded, match="Too many texts wait"):
            await batcher.score([piece("ccc")])
        assert batcher.waiting == 2
        scorer.gate.set()
        await asyncio.gather(*tasks)


@run
async def test_who_left_is_skipped_and_frees_the_place():
    scorer = FakeScorer()
    async with busy(scorer, max_waiting=2) as batcher:
        gone, shared, stays = await queued(batcher, "gone", "kept", "kept")
        for task in (gone, shared):
            task.cancel()
        await asyncio.wait({gone, shared})
        assert batcher.waiting == 1
        scorer.gate.set()
        assert await stays == [expected("kept")]
    assert scorer.calls == [["first"], ["kept"]]


@run
async def test_who_left_during_the_call_harms_nobody():
    scorer = FakeScorer()
    async with busy(scorer) as batcher:
        leaves, stays = await queued(batcher, "leaves", "stays")
        scorer.gate.set()
        await stays
        leaves.cancel()
        assert await batcher.score([piece("next")]) == [expected("next")]


class Poisoned(FakeScorer):
    def answer(self, texts):
        if any("poison" in text for text in texts):
            raise RuntimeError("no")
        return super().answer(texts)


@run
async def test_a_poison_text_fails_its_own_callers_only():
    scorer = Poisoned()
    async with busy(scorer) as batcher:
        tasks = await queued(batcher, "a", "bb", "poison", "poison", "dddd", "eeeee")
        scorer.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results[2:4]] == [ScoringFailed, ScoringFailed]
        assert results[2].detail == "The model raised RuntimeError."
        assert results[:2] + results[4:] == [[expected(t)] for t in ("a", "bb", "dddd", "eeeee")]
        assert await batcher.score([piece("after")]) == [expected("after")]
        assert batcher.healthy


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([], "gave 0 scores for 1 texts"),
        ([expected("a"), expected("b")], "gave 2 scores for 1 texts"),
        ([{"toxicity": math.nan}], "no numbers from 0 to 1"),
        ([{"toxicity": 1.5}], "no numbers from 0 to 1"),
        ([{"insult": 0.5}], "no numbers from 0 to 1"),
        ([{}], "no numbers from 0 to 1"),
    ],
)
def test_a_wrong_answer_is_no_answer(answer, complaint):
    async def check():
        scorer = FakeScorer()
        scorer.answer = lambda _: answer
        async with running(scorer) as batcher:
            with pytest.raises(ScoringFailed, match=complaint):
                await batcher.score([piece("a")])
            assert batcher.failures == 1

    asyncio.run(check())


@run
async def test_a_hung_model_releases_everyone_and_is_used_again_once_it_answers():
    scorer = FakeScorer()
    scorer.gate.clear()
    async with running(scorer, call_timeout_s=0.05, call_tokens=1) as batcher:
        tasks = await queued(batcher, "a", "bb")
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(result, ModelHangs)
        assert not batcher.healthy
        with pytest.raises(ModelHangs, match="does not answer"):
            await batcher.score([piece("c")])
        hung = batcher._hung_call
        scorer.gate.set()
        await asyncio.to_thread(hung.result)
        assert batcher.healthy
        assert await batcher.score([piece("d")]) == [expected("d")]


@run
async def test_closing_releases_every_caller():
    scorer = FakeScorer()
    scorer.gate.clear()
    batcher = Batcher(scorer)
    running_now = asyncio.create_task(batcher.score([piece("running")]))
    await scorer.has_started()
    (waits,) = await queued(batcher, "waits")
    closing = asyncio.create_task(batcher.close())
    for result in await asyncio.gather(running_now, waits, return_exceptions=True):
        assert isinstance(result, Unavailable)
    scorer.gate.set()
    await closing
    with pytest.raises(Unavailable, match="stopping"):
        await batcher.score([piece("late")])
    assert scorer.calls == [["running"]]
