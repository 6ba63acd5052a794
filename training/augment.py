"""Change how a text looks and leave what it says: disguises, and the stripped look of one source."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from training.examples import Example

_LEET: Final = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"})
_VOWELS: Final = "aeiou"
_SHORTEST_DISGUISED: Final = 4
_MOST_DISGUISED: Final = 3
# Disguises are put on the words somebody would want to hide, when there are any.
_OFTEN_HIDDEN: Final = re.compile(
    r"fuck|shit|bitch|cunt|dick|cock|bastard|whore|slut|fag|nigg|idiot|stupid|moron|retard|kill|die|hate|scum|loser|ugly|crap"
)
_NOT_STRIPPED: Final = re.compile(r"[^a-z\s]+")


def strip_like_source(text: str) -> str:
    """Lower case without punctuation and digits, as the stripped source writes, so that look means nothing."""
    return " ".join(_NOT_STRIPPED.sub(" ", text.lower().replace("'", "")).split())


def disguise(text: str, chance: random.Random) -> str:
    """Disguise up to three words, the often hidden ones first; the rest of the text stays."""
    words = text.split()
    for index in _words_to_hide(words, chance):
        words[index] = chance.choice(_DISGUISES)(words[index], chance)
    return " ".join(words)


def _words_to_hide(words: Sequence[str], chance: random.Random) -> list[int]:
    long = [index for index, word in enumerate(words) if len(word) >= _SHORTEST_DISGUISED]
    likely = [index for index, word in enumerate(words) if _OFTEN_HIDDEN.search(word.lower())]
    pool = likely or long
    return chance.sample(pool, min(len(pool), chance.randint(1, _MOST_DISGUISED)))


def _leet(word: str, _chance: random.Random) -> str:
    return word.lower().translate(_LEET)


def _space_out(word: str, chance: random.Random) -> str:
    return chance.choice((" ", ".", "-", "*")).join(word)


def _swap(word: str, chance: random.Random) -> str:
    place = chance.randrange(max(1, len(word) - 2))
    return word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]


def _star_vowels(word: str, chance: random.Random) -> str:
    mark = chance.choice("*@#-")
    return "".join(mark if letter.lower() in _VOWELS else letter for letter in word)


def _stretch(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place] * chance.randint(3, 6) + word[place + 1 :]


def _drop_letter(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, max(2, len(word)))
    return word[:place] + word[place + 1 :]


_DISGUISES: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    _leet,
    _space_out,
    _swap,
    _star_vowels,
    _stretch,
    _drop_letter,
)


def vary(row: Example, chance: random.Random) -> Example:
    """One look of a row for one pass: mostly as written, sometimes stripped or disguised."""
    strip_share, disguise_share = _shares(row)
    draw = chance.random()
    if draw < strip_share:
        return row.with_text(strip_like_source(row.text) or row.text)
    if draw < strip_share + disguise_share:
        return row.with_text(disguise(row.text, chance))
    return row


def _shares(row: Example) -> tuple[float, float]:
    """Shares of (stripped, disguised) rows; clean rows are stripped more, since the stripped source is toxic-heavy."""
    return (0.15, 0.12) if row.is_toxic else (0.35, 0.04)
