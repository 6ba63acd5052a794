"""Both engines, the same weights, the same prepared text: the same scores."""

import random

import pytest

from moderation.scoring.loading import BUNDLED, load_scorer

_PROSE = (
    "the a you we they is are not very nice bad idiot fool garbage article point weather "
    "thanks because never always hate love kill tea garden 2026 10% don't http://example.org "
    "😀 🤬 👍🏽 🇫🇷 привет мир 你好 世界 مرحبا नमस्ते café naïve ｗｉｄｅ i-d-i-o-t !!!!! \n"
)
WORDS = _PROSE.split(" ")


def own_texts(count=200, seed=7):
    """Texts of 0 to 300 words, short ones most often."""
    chance = random.Random(seed)
    lengths = (int(chance.paretovariate(0.6)) - 1 for _ in range(count))
    return [" ".join(chance.choices(WORDS, k=min(length, 300))) for length in lengths]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    from moderation.scoring.export import write_detoxify_checkpoint

    path = tmp_path_factory.mktemp("export") / "bundled.ckpt"
    write_detoxify_checkpoint(BUNDLED, path)
    return load_scorer("bundled", threads=1), load_scorer(f"detoxify:{path}", threads=1)


def test_they_agree_within_a_ten_thousandth(engines):
    onnx, detoxify = engines
    assert (onnx.preparation, onnx.max_tokens) == (detoxify.preparation, detoxify.max_tokens)
    pieces = [[piece.text for piece in onnx.pieces(onnx.prepare(text))] for text in own_texts()]
    texts = [text for some in pieces for text in some]
    worst = max(
        abs(ours[label] - theirs[label])
        for ours, theirs in zip(onnx.score(texts), detoxify.score(texts), strict=True)
        for label in onnx.labels
    )
    assert worst <= 1e-4


def test_they_cut_alike(engines):
    onnx, detoxify = engines
    for text in own_texts():
        assert onnx.pieces(onnx.prepare(text)) == detoxify.pieces(detoxify.prepare(text))
