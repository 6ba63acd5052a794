"""Read each public data set into examples; what is where is told in SOURCES.md beside the data."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from training.examples import CLEAN, UNKNOWN, Example, targets

FILES: Final = {
    "jigsaw": "jigsaw/train.parquet",
    "span_comments": "toxic_spans/comments.csv",
    "span_judgements": "toxic_spans/annotations.csv",
    "spans": "toxic_spans/spans.csv",
    "hatemoji": "hatemoji/train.csv",
    "madlibs": "bias_madlibs/en_sentence_templates.csv",
    "wiki_talk": "context_toxicity/gc.csv",
}
NATURAL_SOURCE: Final = "khanhhk+krill"
STRIPPED_SOURCE: Final = "caglayan"

_JIGSAW_COLUMNS: Final = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
_SPAN_LABELS: Final = {
    "Insult": "insult",
    "Insu": "insult",
    "Profane/Obscene": "obscene",
    "Identity based Attack": "identity_attack",
    "Identity based": "identity_attack",
    "Threat": "threat",
}
_PROFANE: Final = re.compile(
    r"fuck|shit|bitch|cunt|dick|cock|bastard|whore|slut|fag|nigg|idiot|stupid|moron|retard|ass\b",
    re.IGNORECASE,
)


def manifest(data: Path) -> dict[str, str]:
    """The sha256 of each input file, keyed by its path below the data directory."""
    return {
        name: hashlib.sha256((data / name).read_bytes()).hexdigest()
        for name in sorted(FILES.values())
    }


def load_jigsaw(data: Path) -> list[Example]:
    """Wikipedia comments with all six labels (annotations CC0, text CC BY-SA 3.0)."""
    table = pd.read_parquet(data / FILES["jigsaw"])
    labels = table[_JIGSAW_COLUMNS].to_numpy(dtype=float)
    rows = zip(table["comment_text"], labels, table["source"], strict=True)
    return [
        Example(str(text), tuple(map(float, values)), str(source)) for text, values, source in rows
    ]


def load_spans(data: Path) -> list[Example]:
    """News comments (Civil Comments, CC0) with targets from the share of raters who marked each kind."""
    comments = pd.read_csv(data / FILES["span_comments"]).set_index("comment_id")["comment_text"]
    shares = _span_shares(data)
    return [
        Example(str(comments[identifier]), targets(**row), "toxic_spans", weight=0.4)
        for identifier, row in shares.items()
        if identifier in comments.index
    ]


def _span_shares(data: Path) -> dict[int, dict[str, float]]:
    """For each comment, the share of its raters who saw each label."""
    judgements = pd.read_csv(data / FILES["span_judgements"])
    spans = pd.read_csv(data / FILES["spans"]).dropna(subset=["type"])
    spans = spans.assign(label=spans["type"].map(_SPAN_LABELS)).dropna(subset=["label"])
    marked = pd.crosstab(spans["annotation"], spans["label"]).clip(upper=1)
    table = judgements.join(marked, on="annotation").fillna(0.0)
    table["toxicity"] = 1.0 - table["not toxic"].astype(float)
    known = ["toxicity", *sorted(set(_SPAN_LABELS.values()))]
    share = table.groupby("comment_id")[known].mean()
    records: dict[Any, dict[str, float]] = share.to_dict(orient="index")
    return {
        int(key): {str(name): float(value) for name, value in row.items()}
        for key, row in records.items()
    }


def load_hatemoji(data: Path) -> list[Example]:
    """Short posts with emoji, hateful or not (HatemojiBuild, CC BY 4.0)."""
    table = pd.read_csv(data / FILES["hatemoji"])
    rows = zip(table["text"], table["label_gold"], table["type"], strict=True)
    return [
        _hatemoji_example(str(text), str(kind), is_hateful=bool(gold)) for text, gold, kind in rows
    ]


def _hatemoji_example(text: str, kind: str, *, is_hateful: bool) -> Example:
    if not is_hateful:
        toxicity = UNKNOWN if _PROFANE.search(text) else 0.0
        known = targets(toxicity=toxicity, severe_toxicity=0.0, identity_attack=0.0)
        return Example(text, known, "hatemoji_clean")
    threat = 1.0 if kind == "threateninglanguage" else UNKNOWN
    return Example(
        text, targets(toxicity=1.0, identity_attack=1.0, threat=threat), "hatemoji_hate", weight=0.6
    )


def load_madlibs(data: Path) -> list[Example]:
    """Sentence templates that name identities, toxic and not in equal parts (CC BY 4.0)."""
    table = pd.read_csv(data / FILES["madlibs"])
    return list(_madlib_examples(table))


def _madlib_examples(table: pd.DataFrame) -> Iterator[Example]:
    for template, phrase, toxicity in zip(
        table["template"], table["phrase"], table["toxicity"], strict=True
    ):
        known = targets(toxicity=1.0, threat=0.0) if toxicity == "toxic" else CLEAN
        if template == "verb_adj" and toxicity == "toxic":
            known = targets(toxicity=1.0, identity_attack=1.0)
        yield Example(str(phrase), known, f"madlibs_{template}")


def load_wiki_talk(data: Path) -> list[Example]:
    """Wikipedia talk at its real base rate of toxicity (1.5 %): evaluation only."""
    table = pd.read_csv(data / FILES["wiki_talk"])
    rows = zip(table["text"], table["label"], strict=True)
    return [Example(str(text), targets(toxicity=float(label)), "wiki_talk") for text, label in rows]
