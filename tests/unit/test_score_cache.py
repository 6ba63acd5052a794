"""The cache: bounded, per model, and without any text in it."""

from moderation.scoring.cache import ScoreCache

CALM = {"toxicity": 0.1}
RUDE = {"toxicity": 0.9}


def make_cache(size=2, weights="w", preparation="1"):
    return ScoreCache(size, weights=weights, preparation=preparation)


def test_what_was_put_is_found_again():
    cache = make_cache()
    cache.put("hello", CALM)
    assert cache.get("hello") == CALM
    assert cache.get("Hello") is None
    assert (cache.hits, cache.misses) == (1, 1)


def test_the_least_recently_used_leaves():
    cache = make_cache(size=2)
    cache.put("a", CALM)
    cache.put("b", CALM)
    cache.get("a")
    cache.put("c", RUDE)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (CALM, None, RUDE)
    assert len(cache) == 2


def test_a_size_of_nothing_keeps_nothing():
    cache = make_cache(size=0)
    cache.put("a", CALM)
    assert cache.get("a") is None


def test_other_weights_or_another_preparation_have_other_keys():
    keys = {
        make_cache(weights=weights, preparation=preparation)._key("hello")
        for weights, preparation in [("w", "1"), ("v", "1"), ("w", "2"), ("w\x001", "")]
    }
    assert len(keys) == 4


def test_no_text_is_kept():
    cache = make_cache()
    cache.put("a secret remark", CALM)
    assert "secret" not in repr(cache._entries)
    assert all(len(key) == 16 for key in cache._entries)


def test_half_a_surrogate_pair_has_a_key_too():
    cache = make_cache()
    cache.put("\ud800", CALM)
    assert cache.get("\ud800") == CALM
