"""The preparation is part of the model: what it does to a text may not drift."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.scoring.preparation import PREPARATION, prepare


@pytest.mark.parametrize(
    ("raw", "prepared"),
    [
        ("Thank You", "thank you"),
        ("  two\n\n lines\t", "two lines"),
        ("cafe\u0301", "café"),
        ("I’m “fine” — really…", 'i\'m "fine" - really...'),
        ("nice 👍🏽", "nice thumbs up sign emoji modifier fitzpatrick type-4"),
        ("👩\u200d💻", "woman personal computer"),
        ("I ❤️ it", "i heavy black heart it"),
        ("🇬🇭🇬🇧", "flag gh flag gb"),
        ("1️⃣ thing", "1 thing"),
        ("soooooo good!!!!!!", "sooo good!!!"),
        ("1000000 people", "1000000 people"),
        ("", ""),
    ],
)
def test_prepare_writes_the_text_as_the_model_reads_it(raw: str, prepared: str) -> None:
    assert prepare(raw) == prepared


@given(st.text())
@example("e\u200d\u0301")
@example("İΣ K ﬀ")
@example("👍👍👍👍👍")
@example("a\u0301\u0301\u0301\u0301\u0301")
def test_prepare_is_idempotent(text: str) -> None:
    assert prepare(prepare(text)) == prepare(text)


def test_prepare_keeps_other_scripts() -> None:
    assert prepare("привет мир, 你好, καλημέρα") == "привет мир, 你好, καλημέρα"


@pytest.mark.parametrize("unit", ["a", "👍", "🇬", "é", "\u0301", "a ", "!"])
def test_prepare_takes_linear_time(unit: str) -> None:
    started = time.perf_counter()
    prepare(unit * 200_000)
    assert time.perf_counter() - started < 5


def test_the_version_is_the_one_the_shipped_model_names() -> None:
    assert PREPARATION == "1"
