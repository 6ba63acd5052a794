"""The batcher: one model call at a time; what queued meanwhile is the next batch.

There is no timer: waiting for company never paid. Every caller gets scores or an error, whatever
the model does; a text that breaks the model breaks its own callers only.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from moderation.domain.decision import Scores
from moderation.domain.errors import ModerationError, Overloaded, ScoringFailed, Unavailable
from moderation.scoring.model_thread import ModelThread
from moderation.scoring.scorer import Piece, Scorer

# Shorter pieces may overtake, but a piece of n tokens only those that came within n × this.
PATIENCE_S_PER_TOKEN = 0.01
GOODBYE_S = 5.0


@dataclass(slots=True)
class _Entry:
    """A piece on its way, shared by all `callers` who wait for it."""

    piece: Piece
    arrived_s: float
    scores: asyncio.Future[Scores]
    callers: int = 0

    def turn(self) -> float:
        return self.arrived_s + self.piece.tokens * PATIENCE_S_PER_TOKEN


class ModelHangs(ScoringFailed):
    """A call did not come back in time."""

    code = "model_hangs"


class Batcher:
    """Gathers the pieces of many callers into calls of `scorer`, which blocks a thread of its own.

    At most `max_waiting` pieces queue (one request alone may bring more), a call holds at most
    `call_tokens`, and after `call_timeout_s` without an answer the model counts as hung: nothing
    is scored, and `healthy` is false, until that call returns.
    Counters: `texts` scored, `calls` made, `failures` among them, `seconds` spent in them.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        max_waiting: int = 1_024,
        call_tokens: int = 1_024,
        call_timeout_s: float = 30.0,
    ) -> None:
        self.texts = 0
        self.calls = 0
        self.failures = 0
        self.seconds = 0.0
        self._scorer = scorer
        self._max_waiting = max_waiting
        self._call_tokens = call_tokens
        self._call_timeout_s = call_timeout_s
        self._thread = ModelThread()
        self._queued: dict[str, _Entry] = {}
        self._running: dict[str, _Entry] = {}
        self._drainer: asyncio.Task[None] | None = None
        self._hung_call: Future[Any] | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many pieces queue for a call."""
        return len(self._queued)

    @property
    def healthy(self) -> bool:
        """Whether no call hangs."""
        return self._hung_call is None or self._hung_call.done()

    async def score(self, pieces: Sequence[Piece]) -> list[Scores]:
        """Scores of each piece, in order.

        Raises Overloaded when too many wait, ScoringFailed when the model gives none for one of
        them, Unavailable when the service stops.
        """
        entries = self._admit(pieces)
        try:
            if entries:
                await asyncio.wait({entry.scores for entry in entries})
            return [entry.scores.result() for entry in entries]
        finally:
            for entry in entries:
                self._leave(entry)

    async def close(self) -> None:
        """Release every caller and end the thread."""
        self._closed = True
        self._release(Unavailable("The service is stopping; the text was not scored."))
        if self._drainer is not None:
            self._drainer.cancel()
            await asyncio.wait({self._drainer})
        await asyncio.to_thread(self._thread.stop, GOODBYE_S if self.healthy else 0)

    # At the door

    def _admit(self, pieces: Sequence[Piece]) -> list[_Entry]:
        self._refuse_when_down()
        new = {piece.text for piece in pieces if self._on_its_way(piece) is None}
        if self._queued and len(self._queued) + len(new) > self._max_waiting:
            raise Overloaded("Too many texts wait for a score; try again in a moment.")
        entries = [self._on_its_way(piece) or self._enqueue(piece) for piece in pieces]
        for entry in entries:
            entry.callers += 1
        if self._queued and (self._drainer is None or self._drainer.done()):
            self._drainer = asyncio.create_task(self._drain())
        return entries

    def _refuse_when_down(self) -> None:
        if self._closed:
            raise Unavailable("The service is stopping; the text was not scored.")
        if not self.healthy:
            raise ModelHangs("The model does not answer; nothing is scored until it does.")

    def _on_its_way(self, piece: Piece) -> _Entry | None:
        return self._queued.get(piece.text) or self._running.get(piece.text)

    def _enqueue(self, piece: Piece) -> _Entry:
        loop = asyncio.get_running_loop()
        entry = _Entry(piece, loop.time(), loop.create_future())
        entry.scores.add_done_callback(_mark_seen)
        self._queued[piece.text] = entry
        return entry

    def _leave(self, entry: _Entry) -> None:
        entry.callers -= 1
        if not entry.callers and self._queued.get(entry.piece.text) is entry:
            del self._queued[entry.piece.text]

    # One call after another

    async def _drain(self) -> None:
        """Score until nothing waits. However it ends, nobody is left waiting."""
        failure = ScoringFailed("The scorer stopped.")
        try:
            while batch := self._next_batch():
                await self._settle(batch)
        except ModelHangs as hang:
            failure = hang
        finally:
            self._release(failure)

    def _next_batch(self) -> list[_Entry]:
        in_turn = sorted(self._queued.values(), key=_Entry.turn)
        batch = list(_within(in_turn, self._call_tokens))
        for entry in batch:
            self._running[entry.piece.text] = self._queued.pop(entry.piece.text)
        return batch

    async def _settle(self, batch: Sequence[_Entry]) -> None:
        """Give every entry its scores, or its error."""
        wanted = self._still_wanted(batch)
        if not wanted:
            return
        try:
            scores = await self._call([entry.piece.text for entry in wanted])
        except ModelHangs:
            raise
        except ScoringFailed as failure:
            await self._isolate(wanted, failure)
        else:
            self._finish(wanted, scores)

    def _still_wanted(self, batch: Iterable[_Entry]) -> list[_Entry]:
        wanted = []
        for entry in batch:
            if entry.callers:
                wanted.append(entry)
            else:
                del self._running[entry.piece.text]
        return wanted

    async def _isolate(self, batch: Sequence[_Entry], failure: ScoringFailed) -> None:
        """Halve a failing batch until the text that breaks it is alone."""
        if len(batch) == 1:
            self._running.pop(batch[0].piece.text, None)
            _fail(batch[0], failure)
            return
        middle = len(batch) // 2
        await self._settle(batch[:middle])
        await self._settle(batch[middle:])

    def _finish(self, batch: Sequence[_Entry], scores: Iterable[Scores]) -> None:
        self.texts += len(batch)
        for entry, its_scores in zip(batch, scores, strict=True):
            self._running.pop(entry.piece.text, None)
            if not entry.scores.done():
                entry.scores.set_result(its_scores)

    def _release(self, failure: ModerationError) -> None:
        for entry in (*self._running.values(), *self._queued.values()):
            _fail(entry, failure)
        self._running.clear()
        self._queued.clear()

    # The call itself

    async def _call(self, texts: list[str]) -> list[Scores]:
        started = perf_counter()
        call = self._thread.run(lambda: self._scorer.score(texts))
        try:
            await self._answer_of(call)
            return self._checked(call.result(), len(texts))
        except ScoringFailed:
            self.failures += 1
            raise
        finally:
            self.calls += 1
            self.seconds += perf_counter() - started

    async def _answer_of(self, call: Future[Any]) -> None:
        """Wait until `call` is done. Raises ScoringFailed when it raised, ModelHangs when not."""
        answer = asyncio.wrap_future(call)
        answer.add_done_callback(_mark_seen)
        try:
            done, _ = await asyncio.wait({answer}, timeout=self._call_timeout_s)
        finally:
            # A late answer must find nobody here: the loop may be closed by then.
            answer.cancel()
        if not done:
            self._hung_call = call
            raise ModelHangs(f"The model gave no answer in {self._call_timeout_s:g} s.")
        if (error := call.exception()) is not None:
            raise ScoringFailed(f"The model raised {type(error).__name__}.") from error

    def _checked(self, answer: list[Scores], count: int) -> list[Scores]:
        if len(answer) != count:
            raise ScoringFailed(f"The model gave {len(answer)} scores for {count} texts.")
        if not all(self._is_whole(scores) for scores in answer):
            raise ScoringFailed("The model gave scores that are no numbers from 0 to 1.")
        return answer

    def _is_whole(self, scores: Scores) -> bool:
        return scores.keys() == set(self._scorer.labels) and all(
            math.isfinite(score) and 0 <= score <= 1 for score in scores.values()
        )


def _within(entries: Iterable[_Entry], budget: int) -> Iterator[_Entry]:
    """The first entries that fit into `budget` tokens together; the very first always."""
    used = 0
    for entry in entries:
        used += entry.piece.tokens
        if used > budget and used > entry.piece.tokens:
            return
        yield entry


def _fail(entry: _Entry, failure: ModerationError) -> None:
    if not entry.scores.done():
        entry.scores.set_exception(failure)


def _mark_seen(future: asyncio.Future[Any]) -> None:
    # asyncio complains of errors nobody looked at; a caller who left looks at nothing.
    if not future.cancelled():
        future.exception()
