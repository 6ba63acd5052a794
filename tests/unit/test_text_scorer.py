"""Whole texts: more readings and more windows can only raise a score."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.scoring.onnx import OnnxScorer
from moderation.scoring.text_scorer import TextScorer
from tests.unit.tiny_model import make_tiny_model

TEXTS = st.text(alphabet="ab idiot kill sun", max_size=80)


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    return OnnxScorer(make_tiny_model(tmp_path_factory.mktemp("tiny")), threads=1)


def scored(scorer, texts, variants=lambda _: ()):
    async def run():
        text_scorer = TextScorer(scorer, variants=variants)
        try:
            return await text_scorer.score(texts), text_scorer
        finally:
            await text_scorer.close()

    return asyncio.run(run())


@settings(max_examples=25, deadline=None)
@given(text=TEXTS, others=st.lists(TEXTS, max_size=3))
def test_more_readings_can_only_raise_a_score(scorer, text, others):
    ((plain,), _) = scored(scorer, [text])
    ((more,), _) = scored(scorer, [text], variants=lambda _: others)
    assert all(more[label] >= plain[label] - 1e-6 for label in plain)


def test_a_disguise_is_seen_through_by_its_reading(scorer):
    ((scores,), _) = scored(
        scorer, ["1d10t"], variants=lambda text: [text.replace("1d10t", "idiot")]
    )
    assert scores["insult"] > 0.9


def test_an_insult_at_the_end_of_a_long_text_is_found(scorer):
    ((scores,), _) = scored(scorer, ["a b c " * 500 + "idiot"])
    assert scores["insult"] > 0.9


def test_a_text_is_scored_once_and_then_remembered(scorer):
    (answers, text_scorer) = scored(scorer, ["idiot", "sun", "idiot"])
    assert answers[0] == answers[2] != answers[1]
    assert text_scorer.batcher.texts == 2

    async def again():
        fresh = TextScorer(scorer, variants=lambda _: ())
        await fresh.score(["sun"])
        await fresh.score(["sun"])
        await fresh.close()
        return fresh.batcher.texts, fresh.cache.hits

    assert asyncio.run(again()) == (1, 1)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "😀" * 50, "日本語" * 100])
def test_any_text_has_scores(scorer, text):
    ((scores,), _) = scored(scorer, [text])
    assert set(scores) == set(scorer.labels)
