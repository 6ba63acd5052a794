"""Calibration, thresholds and int8 in plain numpy."""

import numpy as np
import pytest

from training.calibrate import Platt, fit_platt, fold
from training.graph import quantise
from training.measures import auc, average_precision, calibration_error
from training.thresholds import choose, held


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def test_platt_finds_the_scale_that_was_put_in() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 3, 20_000)
    truths = (generator.random(20_000) < sigmoid(0.5 * logits - 1)).astype(float)
    scale = fit_platt(logits, truths)
    assert scale.slope == pytest.approx(0.5, abs=0.05)
    assert scale.offset == pytest.approx(-1, abs=0.1)


def test_platt_survives_a_label_without_positives() -> None:
    scale = fit_platt(np.linspace(-6, -2, 500), np.zeros(500))
    assert scale.slope >= 0.2
    assert sigmoid(np.array([-4 * scale.slope + scale.offset]))[0] < 0.01


def test_folding_equals_scaling_the_logits() -> None:
    generator = np.random.default_rng(2)
    hidden, weight, bias = (
        generator.normal(size=(5, 8)),
        generator.normal(size=(2, 8)),
        generator.normal(size=2),
    )
    scales = [Platt(1.5, -0.5), Platt(0.4, 2.0)]
    new_weight, new_bias = fold(weight, bias, scales)
    expected = (hidden @ weight.T + bias) * [1.5, 0.4] + [-0.5, 2.0]
    np.testing.assert_allclose(hidden @ new_weight.T + new_bias, expected)


def test_int8_keeps_every_row_within_half_a_step() -> None:
    weight = np.random.default_rng(3).normal(size=(20, 600)).astype(np.float32)
    weight[0] *= 100
    weight[1] = 0
    values, scale = quantise(weight)
    assert values.dtype == np.int8
    assert (np.abs(values * scale - weight) <= scale * 0.501).all()


def test_measures_on_a_case_done_by_hand() -> None:
    scores, truths = np.array([0.9, 0.8, 0.7, 0.1]), np.array([1.0, 0.0, 1.0, 0.0])
    assert auc(scores, truths) == 0.75
    assert average_precision(scores, truths) == pytest.approx((1 + 2 / 3) / 2)
    assert calibration_error(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == 0.0


def test_thresholds_keep_harmless_comments_out() -> None:
    generator = np.random.default_rng(4)
    clean, bad = generator.beta(1, 30, (2_000, 6)), generator.beta(30, 1, (200, 6))
    natural, toxic = np.concatenate([clean, bad]), np.arange(2_200) >= 2_000
    benign = np.full((100, 6), 0.05)
    chosen = choose(natural, toxic, benign)
    holds = np.array([threshold.hold for threshold in chosen.values()])
    assert held(clean, holds) <= 0.02
    assert held(benign, holds) == 0
    assert all(threshold.reject >= max(threshold.hold, 0.9) for threshold in chosen.values())


def test_nothing_is_rejected_at_a_score_a_harmless_sentence_reaches() -> None:
    natural, toxic = np.full((50, 6), 0.97), np.ones(50, dtype=bool)
    chosen = choose(
        np.concatenate([natural, np.zeros((50, 6))]),
        np.concatenate([toxic, ~toxic]),
        np.full((9, 6), 0.98),
    )
    assert {threshold.reject for threshold in chosen.values()} == {0.995}
