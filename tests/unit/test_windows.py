"""Windows: nothing of a long text stays unread, and no word is torn without need."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from moderation.scoring.buckets import similar_lengths
from moderation.scoring.windows import MOST_WINDOWS, Windows, spread, token_spans
from tests.unit.tiny_model import MAX_TOKENS, tiny_tokenizer

WINDOWS = Windows(tiny_tokenizer(), MAX_TOKENS)


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 130))
def test_spans_cover_every_token_and_fit(opens_word, room):
    spans = token_spans(opens_word, room)
    assert all(0 <= last - first <= room for first, last in spans)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(opens_word)
    assert all(later[0] <= earlier[1] for earlier, later in pairwise(spans))
    assert all(later[0] > earlier[0] for earlier, later in pairwise(spans))


def test_spans_overlap_so_that_no_phrase_falls_between():
    spans = token_spans([True] * 300, 100)
    assert spans == [(0, 100), (75, 175), (150, 250), (225, 300)]


def test_spans_end_before_a_word_when_one_is_near():
    opens_word = [True] * 98 + [False] * 4 + [True] * 98
    assert token_spans(opens_word, 100)[0] == (0, 97)


def test_an_endless_word_is_cut_anywhere():
    assert token_spans([True] + [False] * 149, 100) == [(0, 100), (75, 150)]


@given(st.integers(2, 500), st.integers(2, 80))
def test_thinning_keeps_the_ends(count, most):
    spans = [(i, i + 1) for i in range(count)]
    kept = spread(spans, most)
    assert len(kept) == min(count, most)
    assert (kept[0], kept[-1]) == (spans[0], spans[-1])
    assert kept == sorted(set(kept))


def test_a_short_text_is_its_own_window():
    (piece,) = WINDOWS.cut("the sun")
    assert (piece.text, piece.tokens) == ("the sun", 3 + 1 + 2)


def test_no_text_is_one_empty_window():
    (piece,) = WINDOWS.cut("")
    assert (piece.text, piece.tokens) == ("", 2)


@given(st.text(alphabet="ab idiot kill\n\t日本😀é", max_size=400))
def test_every_word_is_read_and_every_window_fits(text):
    pieces = WINDOWS.cut(text)
    assert all(2 <= piece.tokens <= MAX_TOKENS for piece in pieces)
    assert all(piece.text in text for piece in pieces)
    short = (word for word in text.split() if len(word) == 1)
    assert all(any(word in piece.text for piece in pieces) for word in short)


def test_words_stay_whole_where_windows_end():
    pieces = WINDOWS.cut("idiot " * 60)
    assert {word for piece in pieces for word in piece.text.split()} == {"idiot"}


def test_the_longest_text_has_a_bounded_number_of_windows():
    assert len(WINDOWS.cut("a " * 10_000)) == MOST_WINDOWS


@given(st.lists(st.integers(1, 200)), st.integers(1, 512))
def test_groups_hold_each_text_once_within_the_budget(lengths, budget):
    groups = similar_lengths(lengths, budget)
    assert sorted(place for group in groups for place in group) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[place] for place in group)
        assert len(group) == 1 or len(group) * longest <= budget
