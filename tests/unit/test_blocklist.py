import time

import pytest

from moderation.screening.blocklist import Blocklist
from tests.unit.disguises import ALLOW, DISGUISED, ENTRIES, INNOCENT

BLOCKLIST = Blocklist(ENTRIES, ALLOW)
CAUGHT = 75


def test_most_disguises_are_caught() -> None:
    assert len(DISGUISED) >= 60
    assert sum(bool(BLOCKLIST.find(text)) for text in DISGUISED) >= CAUGHT


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_look_alikes_pass(text: str) -> None:
    assert BLOCKLIST.find(text) == ()


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("What a f.u.c.k, really", "f.u.c.k"),
        ("you sh1t!", "sh1t"),
        ("well f u c k  that", "f u c k"),
        ("so ѕһіт.", "ѕһіт"),
        ("BUY\n  Viagra now", "BUY\n  Viagra"),
    ],
)
def test_matches_are_shown_as_written(text: str, matched: str) -> None:
    assert BLOCKLIST.find(text) == (matched,)


def test_allowed_words_save_only_themselves() -> None:
    assert BLOCKLIST.find("Dick Cheney is a dick") == ("dick",)


def test_an_empty_list_finds_nothing() -> None:
    assert Blocklist(("", "*", "..."), ("",)).find("anything * ...") == ()


def test_thousands_of_entries_cost_no_time() -> None:
    blocklist = Blocklist([f"word{n:x}zz" for n in range(5_000)])
    began = time.perf_counter()
    assert blocklist.find("wordzz " * 14_000) == ()
    assert time.perf_counter() - began < 3
