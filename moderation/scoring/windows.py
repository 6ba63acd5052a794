"""Long texts, cut into overlapping windows of tokens at the starts of words.

A model sees `max_tokens` at once; an insult after them must not pass unread.
"""

from collections.abc import Sequence
from typing import TypeAlias

from tokenizers import Tokenizer

from moderation.scoring.scorer import Piece

MOST_WINDOWS = 64
"""More are thinned out evenly: they cover about 6,000 tokens, and one text's work stays bounded."""

Span: TypeAlias = tuple[int, int]


class Windows:
    """Cuts prepared texts by the offsets of `tokenizer`, which must neither truncate nor pad."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._specials: int = tokenizer.num_special_tokens_to_add(is_pair=False)
        self._room = max_tokens - self._specials

    def cut(self, text: str) -> list[Piece]:
        """The windows of `text`, in reading order; itself when it fits into one."""
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        if len(offsets) <= self._room:
            return [Piece(text, len(offsets) + self._specials)]
        opens_word = [_opens_word(text, start) for start, _ in offsets]
        return [
            Piece(text[offsets[first][0] : offsets[last - 1][1]], last - first + self._specials)
            for first, last in spread(token_spans(opens_word, self._room), MOST_WINDOWS)
        ]


def token_spans(opens_word: Sequence[bool], room: int) -> list[Span]:
    """Spans of at most `room` tokens which cover all of them and overlap by about a quarter.

    `opens_word` says of each token whether a word starts there.
    """
    spans, start = [], 0
    while len(opens_word) - start > room:
        end = _word_start(opens_word, start + room, room)
        spans.append((start, end))
        start = _word_start(opens_word, end - room // 4, room)
    return [*spans, (start, len(opens_word))]


def spread(spans: Sequence[Span], most: int) -> list[Span]:
    """`most` of the spans at even distances, the first and the last among them."""
    if len(spans) <= most:
        return list(spans)
    step = (len(spans) - 1) / (most - 1)
    return [spans[round(number * step)] for number in range(most)]


def _opens_word(text: str, start: int) -> bool:
    # Some tokenizers count the space before a word as its first character.
    return start == 0 or text[start - 1].isspace() or text[start : start + 1].isspace()


def _word_start(opens_word: Sequence[bool], near: int, room: int) -> int:
    """The start of a word at or shortly before `near`; `near` itself in an endless word."""
    return next((i for i in range(near, near - room // 8, -1) if opens_word[i]), near)
