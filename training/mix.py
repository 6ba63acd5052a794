"""What one pass over the data is made of: how much of each source, in which look."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from moderation.scoring.preparation import prepare
from training import sources
from training.augment import vary
from training.examples import Example
from training.sentences import Grammar, held_out_sentences, load_grammar, training_sentences
from training.splits import Split, split_madlibs, split_natural

# Rows a pass, at full size. Toxic Wikipedia rows are all used in every pass.
_ROWS: Final = {
    "raw_clean": 6_500,
    "stripped_clean": 1_900,
    "toxic_spans": 3_000,
    "hatemoji_clean": 2_341,
    "hatemoji_hate": 700,
    "madlibs_clean": 2_400,
    "madlibs_toxic": 900,
    "own": 10_000,
}
_HELD_OUT_PER_KIND: Final = 60
_HELD_OUT_SEED: Final = 77


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read: pools to draw training rows from, and the sets that only measure."""

    toxic: list[Example]
    pools: dict[str, list[Example]]
    grammar: Grammar
    natural: Split
    wiki_talk: list[Example]
    madlibs_held_out: list[Example]
    own_held_out: list[Example]


def load_corpus(data: Path) -> Corpus:
    """Read all sources below `data` and part what trains from what measures."""
    natural = split_natural(sources.load_jigsaw(data))
    madlibs, madlibs_held_out = split_madlibs(sources.load_madlibs(data))
    hatemoji = sources.load_hatemoji(data)
    clean = [row for row in natural.train if not row.is_toxic]
    grammar = load_grammar()
    pools = {
        "raw_clean": [row for row in clean if row.source != sources.STRIPPED_SOURCE],
        "stripped_clean": [row for row in clean if row.source == sources.STRIPPED_SOURCE],
        "toxic_spans": sources.load_spans(data),
        "hatemoji_clean": [row for row in hatemoji if row.source == "hatemoji_clean"],
        "hatemoji_hate": [row for row in hatemoji if row.source == "hatemoji_hate"],
        "madlibs_clean": [row for row in madlibs if not row.is_toxic],
        "madlibs_toxic": [row for row in madlibs if row.is_toxic],
    }
    return Corpus(
        toxic=[row for row in natural.train if row.is_toxic],
        pools=pools,
        grammar=grammar,
        natural=natural,
        wiki_talk=sources.load_wiki_talk(data),
        madlibs_held_out=madlibs_held_out,
        own_held_out=held_out_sentences(grammar, _HELD_OUT_PER_KIND, _HELD_OUT_SEED),
    )


def rows_of_pass(corpus: Corpus, number: int, *, seed: int, share: float = 1.0) -> list[Example]:
    """Return the prepared rows of pass `number` (from 0); `share` of the full size, for short trials."""
    chance = random.Random(f"{seed}/{number}")
    rows = chance.sample(corpus.toxic, round(len(corpus.toxic) * share))
    for name, pool in corpus.pools.items():
        rows += _slice_of_pass(pool, round(_ROWS[name] * share), number, seed)
    rows = [vary(row, chance) for row in rows]
    rows += training_sentences(corpus.grammar, round(_ROWS["own"] * share), seed * 1_000 + number)
    return [row.with_text(prepare(row.text)) for row in rows]


def _slice_of_pass(pool: Sequence[Example], count: int, number: int, seed: int) -> list[Example]:
    """Return the next `count` rows of a shuffled pool, so that later passes see rows not used yet."""
    order = random.Random(seed).sample(range(len(pool)), len(pool))
    start = number * count
    return [
        pool[order[index % len(order)]] for index in range(start, start + min(count, len(order)))
    ]
