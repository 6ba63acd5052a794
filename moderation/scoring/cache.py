"""The last texts' scores. It keeps digests, never a text, and lives on the event loop alone."""

from collections import OrderedDict
from hashlib import blake2b

from moderation.domain.decision import Scores


class ScoreCache:
    """At most `size` entries, the least recently used leaves first.

    `weights` and `preparation` are part of every key: a new model never answers with old scores.
    """

    def __init__(self, size: int, *, weights: str, preparation: str) -> None:
        self.hits = 0
        self.misses = 0
        self._size = size
        self._model = blake2b(f"{weights}\0{preparation}".encode(), digest_size=16).digest()
        self._entries: OrderedDict[bytes, Scores] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, text: str) -> Scores | None:
        """The scores of `text`, if it was seen lately."""
        key = self._key(text)
        if (scores := self._entries.get(key)) is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return scores

    def put(self, text: str, scores: Scores) -> None:
        """Remember the scores of `text`."""
        key = self._key(text)
        self._entries[key] = scores
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def _key(self, text: str) -> bytes:
        return blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._model
        ).digest()
