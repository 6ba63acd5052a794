"""From whole texts to scores: variants, preparation, windows, cache, batcher, maximum."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from moderation.domain.decision import Scores
from moderation.scoring.batching import Batcher
from moderation.scoring.cache import ScoreCache
from moderation.scoring.scorer import Piece, Scorer

# Reading so many characters takes milliseconds: too long for the event loop.
LONG_TEXT = 2_000


class TextScorer:
    """Scores texts of any length, as they are and in every reading `variants` offers.

    A label's score is the highest of all readings and windows, so that another reading can add
    suspicion and never take it away. Lives on one event loop.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        variants: Callable[[str], Iterable[str]],
        cache_size: int = 10_000,
        batcher: Batcher | None = None,
    ) -> None:
        self.stamp = scorer.stamp
        self.labels = scorer.labels
        self.languages = scorer.languages
        self.batcher = batcher or Batcher(scorer)
        self.cache = ScoreCache(
            cache_size, weights=scorer.stamp.weights, preparation=scorer.preparation
        )
        self._scorer = scorer
        self._variants = variants

    @property
    def healthy(self) -> bool:
        """Whether the model answers."""
        return self.batcher.healthy

    async def score(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of each text, in order; all of them or an error.

        Callers who share no fate send one text each: they meet in the same batch anyway.
        Raises what `Batcher.score` raises.
        """
        found = {text: self.cache.get(text) for text in dict.fromkeys(texts)}
        missing = [text for text, scores in found.items() if scores is None]
        fresh = await self._score_new(missing)
        return [found[text] or fresh[text] for text in texts]

    async def close(self) -> None:
        """Release every caller."""
        await self.batcher.close()

    async def _score_new(self, texts: Sequence[str]) -> dict[str, Scores]:
        pieces = [await self._pieces_of(text) for text in texts]
        answers = iter(await self.batcher.score([piece for some in pieces for piece in some]))
        fresh = {
            text: self._highest(list(islice(answers, len(some))))
            for text, some in zip(texts, pieces, strict=True)
        }
        for text, scores in fresh.items():
            self.cache.put(text, scores)
        return fresh

    async def _pieces_of(self, text: str) -> list[Piece]:
        if len(text) > LONG_TEXT:
            return await asyncio.to_thread(self._read, text)
        return self._read(text)

    def _read(self, text: str) -> list[Piece]:
        # Half of a surrogate pair is no text to any tokenizer.
        readable = text.encode("utf-8", "replace").decode()
        readings = (readable, *self._variants(readable))
        prepared = dict.fromkeys(self._scorer.prepare(reading) for reading in readings)
        return [piece for reading in prepared for piece in self._scorer.pieces(reading)]

    def _highest(self, answers: Sequence[Scores]) -> Scores:
        return {label: max(scores[label] for scores in answers) for label in self.labels}
