"""Undoes disguises, so that f.u.c.k, 5h1t and ѕһіт are read as what they say.

For scoring and matching only: nothing here is ever shown or stored in place of the author's text.
Linear in the length of the text; a normalised text stays as it is when normalised again.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from moderation.text.characters import is_foreign, is_latin, readable
from moderation.text.leetspeak import unleet
from moderation.text.lookalikes import LOOSE, STRICT

VERSION = "1"
"""Changes when the same text normalises differently: scores are cached by it."""

MAX_DISGUISE = 64  # letters; no longer token is a disguised word

_TOKEN = re.compile(r"\S+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_DOTTED = re.compile(r"([\"'“‘(\[]*)([^\W\d_](?:[.\-_*~+|/\\·•][\w@$!*]){2,})([^\w@$]*)")
_SINGLE = re.compile(r"[\"'“‘(\[]?[\w@$*!][.,;:!?)\]\"'”’]*")
_ENDS = "\"'“”‘’()[]{}<>.,;:?!…"
_ADDRESS = re.compile(r"https?://|www\.|[^@]+@[^@]+\.", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One folded word and where it stands in the original: original[start:end].

    `bare` is the word with its stretched letters (three or more) brought down to one.
    """

    text: str
    bare: str
    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """A text without its disguises, word by word, that still knows how it was written."""

    original: str
    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The folded words with one space between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Line:
    """Folded words in one case on one line, to be searched; `starts` are the words' offsets."""

    text: str
    folded: Folded
    starts: tuple[int, ...]

    def as_written(self, start: int, end: int) -> str:
        """The original words that text[start:end] was made of, without the punctuation around."""
        covered = self.words(start, end)
        first, last = self.folded.words[covered[0]], self.folded.words[covered[-1]]
        return self.folded.original[first.start : last.end].strip(_ENDS)

    def words(self, start: int, end: int) -> range:
        """Which words text[start:end] touches, by index."""
        return range(bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1))


def normalize(text: str) -> str:
    """`text` without its disguises, white space collapsed."""
    return fold(text).text


def same_text_key(text: str) -> str:
    """What two texts have in common when they are "the same": folded letters and digits.

    Never empty for a text that is not blank: one without letters is its own key.
    """
    key = "".join(c for c in normalize(text).casefold() if c.isalnum())
    return key or " ".join(text.split()) or text


def fold(text: str, *, among_latin: bool = False) -> Folded:
    """`text` word by word; `among_latin` treats it as a piece of a text in Latin letters."""
    words = _joined(_joined(_words(text), wide_gaps=True), wide_gaps=False)
    undisguised = [_undisguised(word) for word in words]
    return Folded(text, tuple(_in_latin(undisguised, among_latin=among_latin)))


def searchable(folded: Folded, *, bare: bool = False) -> Line:
    """`folded` as one case-folded line."""
    words = [(word.bare if bare else word.text).casefold() for word in folded.words]
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return Line(" ".join(words), folded, tuple(starts))


def _words(text: str) -> list[Word]:
    found = (
        Word(part, part, match.start(), match.end())
        for match in _TOKEN.finditer(text)
        for part in readable(match[0]).split()
    )
    return list(found)


def _joined(words: Sequence[Word], *, wide_gaps: bool) -> list[Word]:
    """Join l e t t e r s. With `wide_gaps`, a gap wider than the narrowest one ends a word."""
    joined: list[Word] = []
    for run in _runs(words):
        if not _spells(run):
            joined += run
            continue
        gaps = [after.start - before.end for before, after in pairwise(run)]
        narrow = min(gaps) if wide_gaps else max(gaps)
        joined += _split_at(run, [gap > narrow for gap in gaps])
    return joined


def _runs(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of single characters, and every other word by itself."""
    run: list[Word] = []
    for word in words:
        single = len(word.text) <= MAX_DISGUISE and _SINGLE.fullmatch(word.text)
        if run and (not single or not _is_open(run[-1]) or not _may_follow(word)):
            yield run
            run = []
        run.append(word)
        if not single:
            yield run
            run = []
    if run:
        yield run


def _is_open(word: Word) -> bool:
    """Whether a next letter may follow: no punctuation has ended the run."""
    return len(word.text) == 1 or word.text[-1] not in ".,;:!?)]\"'”’"


def _may_follow(word: Word) -> bool:
    return word.text[0] not in "\"'“‘(["


def _spells(run: Sequence[Word]) -> bool:
    letters = sum(any(c.isalpha() for c in word.text) for word in run)
    return len(run) >= 3 and letters * 2 > len(run)  # noqa: PLR2004  "a b" is no word


def _split_at(run: Sequence[Word], cuts: Sequence[bool]) -> Iterator[Word]:
    begin = 0
    for index, cut in enumerate((*cuts, True), start=1):
        if cut:
            part = run[begin:index]
            text = "".join(word.text for word in part)
            yield Word(text, text, part[0].start, part[-1].end)
            begin = index


def _undisguised(word: Word) -> Word:
    text, bare = _unstretched(word.text, 2), _unstretched(word.text, 1)
    return replace(word, text=_until_plain(text), bare=_until_plain(bare))


def _unstretched(text: str, keep: int) -> str:
    return _STRETCHED.sub(lambda match: match[0][:keep], text)


def _until_plain(token: str) -> str:
    """Take disguises off until none is left; each step leaves fewer signs, so it ends."""
    if len(token) > MAX_DISGUISE or _ADDRESS.match(token):
        return token
    plain = _unstretched(unleet(_undotted(_unmixed(token))), 2)
    return plain if plain == token else _until_plain(plain)


def _unmixed(token: str) -> str:
    """A token of Latin and look-alike letters is meant to be read as Latin."""
    mixed = any(map(is_latin, token)) and any(map(is_foreign, token))
    return _as_latin(token, LOOSE) if mixed else token


def _as_latin(token: str, table: Mapping[int, str]) -> str:
    """The accents go with the letters they stood on."""
    return readable(unicodedata.normalize("NFD", token).translate(table))


def _undotted(token: str) -> str:
    """f.u.c.k, f-u-c-k → fuck."""
    if (match := _DOTTED.fullmatch(token)) is None:
        return token
    before, spelled, after = match.groups()
    return before + spelled[::2] + after


def _in_latin(words: Sequence[Word], *, among_latin: bool) -> Iterator[Word]:
    """Fold words made of look-alikes alone (ѕһіт), unless the text is in such letters."""
    latin = among_latin or any(any(map(is_latin, word.text)) for word in words)
    if not latin or any(_is_foreign_word(word.text) for word in words):
        yield from words
        return
    for word in words:
        text, bare = _as_latin(word.text, STRICT), _as_latin(word.bare, STRICT)
        changed = text != word.text
        yield replace(word, text=_until_plain(text), bare=_until_plain(bare)) if changed else word


def _is_foreign_word(text: str) -> bool:
    return any(map(is_foreign, text.translate(STRICT)))
