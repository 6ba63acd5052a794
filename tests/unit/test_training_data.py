"""Splits stay where they are, and copies of a held-out comment never train."""

import pytest

from training.examples import CLEAN, LABELS, Example, position, targets, twin_key
from training.sources import NATURAL_SOURCE, STRIPPED_SOURCE
from training.splits import split_madlibs, split_natural


def natural(count: int) -> list[Example]:
    names = (
        "".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(count)
    )
    return [Example(f"Remark {name} about a page", CLEAN, NATURAL_SOURCE) for name in names]


def test_position_is_the_same_for_good() -> None:
    assert round(position("a comment"), 6) == 0.996641


def test_a_row_stays_in_its_part_when_others_come_and_go() -> None:
    rows = natural(300)
    whole, half = split_natural(rows), split_natural(rows[::2])
    assert set(half.report) == set(whole.report) & set(rows[::2])
    assert set(half.calibration) == set(whole.calibration) & set(rows[::2])


def test_parts_are_disjoint_and_about_a_tenth() -> None:
    split = split_natural(natural(1_000))
    assert len(split.train) + len(split.calibration) + len(split.report) <= 1_000
    assert not set(split.calibration) & set(split.report)
    assert 60 < len(split.report) < 140


def test_a_stripped_copy_of_a_held_out_comment_does_not_train() -> None:
    rows = natural(300)
    held = split_natural(rows).report[0]
    copy = Example(held.text.lower() + " 123", CLEAN, STRIPPED_SOURCE)
    assert copy not in split_natural([*rows, copy]).train


def test_twin_key_sees_through_case_punctuation_and_digits() -> None:
    assert twin_key("You're WRONG, 100%!") == twin_key("you re wrong")
    assert twin_key("You are right") != twin_key("You are wrong")


def test_targets_name_labels_and_refuse_others() -> None:
    assert targets(rest=0.0, threat=1.0) == (0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert len(CLEAN) == len(LABELS)
    with pytest.raises(ValueError, match="toxic"):
        targets(toxic=1.0)


def test_held_out_identities_are_in_no_training_sentence() -> None:
    names = [f"identity{n}" for n in range(40)]
    rows = [Example(f"I am {name}", CLEAN, "madlibs_am_hate_adj") for name in names]
    rows += [Example(f"Ziv is a kind {name}", CLEAN, "madlibs_name_adj") for name in names]
    rows += [Example(f"Being {name} is kind", CLEAN, "madlibs_being_adj") for name in names]
    training, held = split_madlibs(rows)
    hidden = {row.text.removeprefix("I am ") for row in held if row.source == "madlibs_am_hate_adj"}
    assert 0 < len(hidden) < len(names)
    assert not [row for row in training if row.text.split()[-1] in hidden]
    assert not [row for row in training if row.source == "madlibs_being_adj"]
