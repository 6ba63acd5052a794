"""What every engine offers: prepared pieces of text in, for each label 0…1 out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.domain.decision import ModelStamp, Scores


@dataclass(frozen=True, slots=True)
class Piece:
    """Prepared text short enough for one look of the model; `tokens` counts special ones too."""

    text: str
    tokens: int


class Scorer(Protocol):
    """A loaded model. Its methods block; `pieces` may run beside `score`, `score` runs alone.

    `languages` are the ISO 639-1 codes it was trained on. `preparation` is the version of
    `prepare`: the same weights behind another preparation are another model.
    """

    stamp: ModelStamp
    labels: tuple[str, ...]
    languages: tuple[str, ...]
    max_tokens: int
    preparation: str

    def prepare(self, text: str) -> str:
        """Return `text` as the model learnt to read it."""
        ...

    def pieces(self, prepared: str) -> list[Piece]:
        """Cut prepared text into windows the model can see whole; at least one, even of nothing."""
        ...

    def score(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of each piece's text, in order. Raises ScoringFailed when they are none."""
        ...
