"""Labelled comments, ready to be measured: texts, and for every label who is what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import Refused
from moderation.evaluation.columns import Columns
from moderation.evaluation.files import Row, read_columns
from moderation.evaluation.truth import read_truth

Flags = NDArray[np.bool_]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Truth:
    """What a label column says: `known` marks the rows it speaks of, `positive` those it names."""

    known: Flags
    positive: Flags


@dataclass(frozen=True, slots=True)
class Rows:
    """`without_text` rows had none and were left out."""

    texts: Sequence[str]
    truths: Mapping[str, Truth]
    without_text: int

    @property
    def any_label(self) -> Truth:
        """Positive when any label is; known when one is positive, or all are known."""
        positive = np.logical_or.reduce([truth.positive for truth in self.truths.values()])
        known = np.logical_and.reduce([truth.known for truth in self.truths.values()])
        return Truth(known=known | positive, positive=positive)


def read_rows(path: Path, columns: Columns, *, limit: int | None = None) -> Rows:
    """The first `limit` rows of a file. Raises Refused with the row that cannot be taken."""
    table = read_columns(path, (columns.text, *columns.labels.values()), limit=limit)
    if not table:
        raise Refused(f"{path} has no rows.")
    texts = [_at(number, columns.text, row[0], _text) for number, row in enumerate(table, start=1)]
    kept = [place for place, text in enumerate(texts) if text]
    if not kept:
        raise Refused(f"{path} has no text in the column {columns.text!r}.")
    truths = {
        label: _truth(table, place, column)
        for place, (label, column) in enumerate(columns.labels.items(), start=1)
    }
    return Rows(
        texts=[texts[place] for place in kept],
        truths={
            label: Truth(known=truth.known[kept], positive=truth.positive[kept])
            for label, truth in truths.items()
        },
        without_text=len(texts) - len(kept),
    )


def _truth(table: Sequence[Row], place: int, column: str) -> Truth:
    values = [
        _at(number, column, row[place], read_truth) for number, row in enumerate(table, start=1)
    ]
    return Truth(
        known=np.array([value is not None for value in values], dtype=np.bool_),
        positive=np.array([value is True for value in values], dtype=np.bool_),
    )


def _at(number: int, column: str, value: object, read: Callable[[object], Value]) -> Value:
    try:
        return read(value)
    except Refused as error:
        raise Refused(f"Row {number}, column {column!r}: {error}") from None


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"a text is expected, not {type(value).__name__}.")
    return value if value.strip() else ""
