"""Our own sentences and the looks they are given."""

import random

import pytest

from training.augment import disguise, strip_like_source, vary
from training.examples import CLEAN, Example, targets
from training.sentences import fill, held_out_sentences, load_grammar, training_sentences

GRAMMAR = load_grammar()


def test_the_same_seed_gives_the_same_sentences() -> None:
    first = [row.text for row in training_sentences(GRAMMAR, 200, 5)]
    assert first == [row.text for row in training_sentences(GRAMMAR, 200, 5)]
    assert first != [row.text for row in training_sentences(GRAMMAR, 200, 6)]


def test_sentences_are_many_and_different() -> None:
    texts = [row.text for row in training_sentences(GRAMMAR, 5_000, 1)]
    assert len(set(texts)) == 5_000


def test_no_held_out_template_trains() -> None:
    trained = {template for kind in GRAMMAR.kinds for template in kind.templates}
    held = {template for kind in GRAMMAR.kinds for template in kind.held_out}
    assert held
    assert not trained & held


def test_no_held_out_sentence_is_a_training_sentence() -> None:
    trained = {row.text.lower().rstrip(".!") for row in training_sentences(GRAMMAR, 5_000, 1)}
    assert not [row for row in held_out_sentences(GRAMMAR, 60, 77) if row.text.lower() in trained]


def test_every_slot_is_filled() -> None:
    texts = [
        row.text
        for row in (*training_sentences(GRAMMAR, 2_000, 3), *held_out_sentences(GRAMMAR, 20, 3))
    ]
    assert not [text for text in texts if "{" in text or "}" in text]


def test_an_article_fits_the_word_after_it() -> None:
    assert fill("You are a {x}", {"x": ["idiot"]}, random.Random(1)) == "You are an idiot"
    assert fill("an {x}", {"x": ["moron"]}, random.Random(1)) == "a moron"


def test_abuse_among_harmless_sentences_keeps_its_targets() -> None:
    kinds = {kind.name: kind for kind in GRAMMAR.kinds}
    threats = [row for row in training_sentences(GRAMMAR, 3_000, 2) if row.source == "own_threat"]
    assert any(". " in row.text for row in threats)
    assert all(row.targets is kinds["threat"].targets for row in threats)


def test_stripping_leaves_letters_only() -> None:
    assert strip_like_source("Don't, 24 TIMES!") == "dont times"


def test_disguise_hides_the_likely_word_and_leaves_the_rest() -> None:
    words = disguise("please stop being an idiot my friend", random.Random(4)).split()
    assert words[:4] == ["please", "stop", "being", "an"]
    assert words[-2:] == ["my", "friend"]
    assert "idiot" not in words


@pytest.mark.parametrize("label", [CLEAN, targets(toxicity=1.0)])
def test_vary_changes_looks_and_never_labels(label: tuple[float, ...]) -> None:
    row = Example("You, sir, are an idiot: 5 times!", label, "own")
    looks = [vary(row, random.Random(seed)) for seed in range(60)]
    assert all(look.targets is label for look in looks)
    assert len({look.text for look in looks}) > 2
    assert sum(look.text == row.text for look in looks) > 20
