"""One labelled text, and the small questions training asks of it."""

import hashlib
import math
import re
from dataclasses import dataclass, replace
from typing import Final

LABELS: Final = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
UNKNOWN: Final = math.nan
CLEAN: Final = (0.0,) * len(LABELS)

_NOT_A_LETTER: Final = re.compile(r"[^a-z]+")
_TWIN_LETTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Example:
    """A text with a target in 0…1 for each of `LABELS`; `UNKNOWN` targets teach nothing."""

    text: str
    targets: tuple[float, ...]
    source: str
    weight: float = 1.0

    @property
    def is_toxic(self) -> bool:
        return self.targets[0] >= 0.5

    def with_text(self, text: str) -> "Example":
        return replace(self, text=text)


def targets(*, rest: float = UNKNOWN, **known: float) -> tuple[float, ...]:
    """Targets in the order of `LABELS`; labels not named get `rest`."""
    unexpected = set(known) - set(LABELS)
    if unexpected:
        raise ValueError(f"not a label: {sorted(unexpected)}")
    return tuple(known.get(label, rest) for label in LABELS)


def position(text: str) -> float:
    """Where in 0…1 a text falls, for good: the same text lands in the same split in every run."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def twin_key(text: str) -> str:
    """Equal for copies that differ in case, punctuation or digits, as the stripped source does."""
    return _NOT_A_LETTER.sub("", text.lower())[:_TWIN_LETTERS]
