"""Write MODEL_CARD.md: the prose of card.md with the measured tables put in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Any, Final

import numpy as np

from training.examples import LABELS
from training.thresholds import Threshold

_PROSE: Final = Path(__file__).with_name("card.md")


def write_card(
    directory: Path, layers: int, thresholds: dict[str, Threshold], figures: dict[str, Any]
) -> Path:
    """Write the card beside the model; every number in it comes from `figures`."""
    prose = Template(_PROSE.read_text(encoding="utf-8"))
    text = prose.substitute(
        layers=layers,
        labels=_label_table(figures),
        thresholds=_threshold_table(thresholds),
        sets=_set_table(figures),
        own=_own_table(figures["own"]),
        probes=_probe_table(figures["probes"]),
        goals=_goal_table(figures),
        int8=_int8_sentence(figures),
    )
    file = directory / "MODEL_CARD.md"
    file.write_text(text, encoding="utf-8")
    return file


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _label_table(figures: dict[str, Any]) -> str:
    head = ["label", "positives", "AUC", "95 % interval", "average precision", "ECE"]
    rows = [_label_row(label, row) for label, row in figures["labels"].items()]
    mean = f"{_mean(figures['labels'], 'auc'):.4f}"
    return _table(
        head, [*rows, ["mean", "", mean, "", f"{_mean(figures['labels'], 'ap'):.3f}", ""]]
    )


def _label_row(label: str, row: dict[str, Any]) -> list[str]:
    low, high = row["auc_interval"]
    spread = f"{low:.4f}–{high:.4f}"
    return [
        label,
        str(row["positives"]),
        f"{row['auc']:.4f}",
        spread,
        f"{row['ap']:.3f}",
        f"{row['ece']:.4f}",
    ]


def _mean(labels: dict[str, Any], figure: str) -> float:
    return float(np.mean([row[figure] for row in labels.values()]))


def _threshold_table(thresholds: dict[str, Threshold]) -> str:
    rows = [
        [label, f"{thresholds[label].hold:.3f}", f"{thresholds[label].reject:.3f}"]
        for label in LABELS
    ]
    return _table(["label", "hold from", "reject from"], rows)


def _set_table(figures: dict[str, Any]) -> str:
    names = {
        "natural": "Wikipedia, natural mix",
        "wiki_talk": "context_toxicity/gc",
        "madlibs": "held-out madlibs",
    }
    head = [
        "set",
        "clean",
        "clean held",
        "clean rejected",
        "toxic",
        "toxic held",
        "toxic rejected",
        "AUC",
    ]
    return _table(head, [_set_row(names[key], figures[key]) for key in names])


def _set_row(name: str, row: dict[str, Any]) -> list[str]:
    clean = [str(row["clean"]), _percent(row["clean_held"]), _percent(row["clean_rejected"])]
    toxic = [str(row["toxic"]), _percent(row["toxic_held"]), _percent(row["toxic_rejected"])]
    return [name, *clean, *toxic, f"{row['auc']:.3f}"]


def _own_table(own: dict[str, Any]) -> str:
    rows = [_own_row(kind, row) for kind, row in own.items()]
    return _table(["kind", "should", "sentences", "held", "rejected"], rows)


def _own_row(kind: str, row: dict[str, Any]) -> list[str]:
    wish = "pass" if row["is_harmless"] else "hold"
    return [kind, wish, str(row["sentences"]), _percent(row["held"]), _percent(row["rejected"])]


def _probe_table(probes: dict[str, dict[str, float]]) -> str:
    rows = [
        [text, *(f"{score:.3f}" for score in scores.values())] for text, scores in probes.items()
    ]
    return _table(["text", *LABELS], rows)


def _goal_table(figures: dict[str, Any]) -> str:
    """Aims set before training, and what came of them."""
    harmless = harmless_held(figures["own"])
    threats = figures["own"]["threat"]["held"]
    mean, error = _mean(figures["labels"], "auc"), figures["labels"]["toxicity"]["ece"]
    talk, madlibs = figures["wiki_talk"]["clean_held"], figures["madlibs"]["clean_held"]
    rows = [
        ["mean AUC", "≥ 0.987", f"{mean:.4f}", _met(mean >= 0.987)],
        ["ECE of toxicity", "≤ 0.02", f"{error:.4f}", _met(error <= 0.02)],
        ["clean comments held, context_toxicity/gc", "≤ 2 %", _percent(talk), _met(talk <= 0.02)],
        [
            "clean sentences held, held-out madlibs",
            "≤ 10 %",
            _percent(madlibs),
            _met(madlibs <= 0.1),
        ],
        [
            "harmless sentences held, our own held-out",
            "≤ 10 %",
            _percent(harmless),
            _met(harmless <= 0.1),
        ],
        ["plain threats held", "≥ 90 %", _percent(threats), _met(threats >= 0.9)],
    ]
    return _table(["aim", "goal", "reached", ""], rows)


def _met(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def harmless_held(own: dict[str, Any]) -> float:
    """Share held over all our harmless sentences."""
    rows = [row for row in own.values() if row["is_harmless"]]
    return float(
        sum(row["held"] * row["sentences"] for row in rows) / sum(row["sentences"] for row in rows)
    )


def _int8_sentence(figures: dict[str, Any]) -> str:
    before, after = _mean(figures["fp32_labels"], "auc"), _mean(figures["labels"], "auc")
    size = figures["file"]["bytes"] / 1e6
    return f"mean AUC {before:.4f} in fp32 before rounding, {after:.4f} as shipped; model.onnx is {size:.1f} MB"
