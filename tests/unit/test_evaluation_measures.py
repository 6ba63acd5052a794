"""Figures of merit against values worked out by hand, and the AUC against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.errors import Refused
from moderation.evaluation.columns import Columns, choose_columns
from moderation.evaluation.measures import (
    Flagging,
    auc,
    average_precision,
    calibration_error,
    count_flagged,
)
from moderation.evaluation.truth import read_truth

LABELS = ("toxicity", "severe_toxicity", "insult", "identity_attack")

# Few different scores, so that ties are common.
scored = st.lists(st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.booleans()), max_size=40)


def arrays(rows):
    scores, truths = [score for score, _ in rows], [truth for _, truth in rows]
    return np.array(scores, dtype=np.float64), np.array(truths, dtype=np.bool_)


def test_auc_counts_pairs_in_the_right_order_and_ties_half():
    # Pairs (positive, negative): .8>.6 .8>.2 .6=.6 .6>.2 → 3.5 of 4.
    assert auc(*arrays([(0.8, True), (0.6, True), (0.6, False), (0.2, False)])) == 0.875


@given(scored)
def test_auc_is_the_share_of_ordered_pairs(rows):
    pairs = [
        1.0 if positive > negative else 0.5 if positive == negative else 0.0
        for positive, is_positive in rows
        if is_positive
        for negative, is_other_positive in rows
        if not is_other_positive
    ]
    expected = pytest.approx(sum(pairs) / len(pairs)) if pairs else None
    assert auc(*arrays(rows)) == expected


def test_average_precision_is_precision_weighed_by_the_recall_gained():
    # Precision 1/1 at .9, 2/3 at .5: (1 + 2/3) / 2.
    rows = [(0.9, True), (0.7, False), (0.5, True), (0.1, False)]
    assert average_precision(*arrays(rows)) == pytest.approx(5 / 6)


@given(scored, st.randoms())
def test_no_measure_depends_on_the_order_of_the_rows(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    for measure in (auc, average_precision, calibration_error):
        assert measure(*arrays(shuffled)) == pytest.approx(measure(*arrays(rows)))


def test_average_precision_of_ties_is_the_share_of_positives():
    assert average_precision(*arrays([(0.5, True), (0.5, False), (0.5, False)])) == pytest.approx(
        1 / 3
    )


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_rows():
    # The first bin: mean .03, truth 1/2; the last (from 14/15 on): mean .95, truth 1/2.
    rows = [(0.02, False), (0.04, True), (0.94, True), (0.96, False)]
    assert calibration_error(*arrays(rows)) == pytest.approx(0.5 * 0.47 + 0.5 * 0.45)


def test_there_are_fifteen_bins():
    # .06 and .07 lie on both sides of 1/15, and their gaps do not cancel each other out.
    rows = [(0.06, False), (0.07, True)]
    assert calibration_error(*arrays(rows)) == pytest.approx((0.06 + 0.93) / 2)
    rows = [(0.07, False), (0.13, True)]
    assert calibration_error(*arrays(rows)) == pytest.approx(abs(0.20 - 1) / 2)


def test_a_score_of_one_belongs_to_the_last_bin():
    assert calibration_error(*arrays([(1.0, False), (0.0, True)])) == 1.0
    assert calibration_error(*arrays([(1.0, False), (0.98, True)])) == pytest.approx(0.98 / 2)


def test_flagging_by_hand():
    flagged = np.array([True, True, True, False, False, False, False])
    truths = np.array([True, True, False, True, False, False, False])
    counted = count_flagged(flagged, truths)
    assert counted == Flagging(hits=2, false_alarms=1, misses=1, passes=3)
    assert counted.precision == pytest.approx(2 / 3)
    assert counted.recall == pytest.approx(2 / 3)
    assert counted.f1 == pytest.approx(2 / 3)
    assert counted.accuracy == pytest.approx(5 / 7)
    assert counted.false_positive_rate == pytest.approx(1 / 4)


def test_what_cannot_be_said_is_none():
    nothing = Flagging(hits=0, false_alarms=0, misses=0, passes=0)
    shares = (nothing.precision, nothing.recall, nothing.f1, nothing.accuracy)
    assert (*shares, nothing.false_positive_rate) == (None,) * 5
    assert calibration_error(*arrays([])) is None
    assert auc(*arrays([(0.5, True)])) is None
    assert auc(*arrays([(0.5, False)])) is None
    assert average_precision(*arrays([(0.5, False)])) is None


@pytest.mark.parametrize("value", [1, 1.0, 0.5, True, "1", "0.7", "True", " toxic ", "Hateful"])
def test_positive_values(value):
    assert read_truth(value) is True


@pytest.mark.parametrize("value", [0, 0.49, False, "0", "0.0", "false", "clean", "Not toxic"])
def test_negative_values(value):
    assert read_truth(value) is False


@pytest.mark.parametrize("value", [None, "", " ", "NaN", float("nan"), -1, "-1", "-1.0"])
def test_values_that_say_nothing(value):
    assert read_truth(value) is None


@pytest.mark.parametrize("value", [2, -0.5, "spam", "inf", "1,5"])
def test_values_that_are_no_label_are_refused(value):
    with pytest.raises(Refused, match="says neither yes nor no"):
        read_truth(value)


def test_columns_are_found_by_name_and_alias():
    names = ["id", "Comment_Text", "Toxic", "severe_toxic", "obscene", "identity_hate"]
    assert choose_columns(names, labels=LABELS) == Columns(
        "Comment_Text",
        {
            "toxicity": "Toxic",
            "severe_toxicity": "severe_toxic",
            "identity_attack": "identity_hate",
        },
    )


@pytest.mark.parametrize("names", [["toxic", "toxicity"], ["toxicity", "toxic"]])
def test_a_labels_own_name_comes_before_its_alias(names):
    found = choose_columns(["text", *names], labels=LABELS)
    assert found.labels == {"toxicity": "toxicity"}


def test_the_first_name_for_a_text_wins():
    assert choose_columns(["body", "text", "toxic"], labels=LABELS).text == "text"


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (["label"], {"toxicity": "label"}),
        (["toxic", "insult"], {"toxicity": "toxic", "insult": "insult"}),
        (["label=insult", "toxic"], {"insult": "label", "toxicity": "toxic"}),
        (["a=b"], {"toxicity": "a=b"}),
    ],
)
def test_named_columns_alone_are_taken(wanted, labels):
    names = ["text", "label", "toxic", "insult", "a=b"]
    found = choose_columns(names, labels=LABELS, label_columns=wanted)
    assert found.labels == labels
