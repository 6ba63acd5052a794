"""Which columns of a table hold the text and the labels. Knows names, reads no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.errors import Refused

TEXT_COLUMNS = ("text", "comment_text", "comment", "body")
ALIASES = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "identity_hate": "identity_attack",
}
"""Another data set's name → ours."""

ONE_COLUMN = "toxicity"
"""What a single column of a name unknown to the model is held against."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of the text, and of each label's truth."""

    text: str
    labels: Mapping[str, str]


def choose_columns(
    names: Sequence[str],
    *,
    labels: Sequence[str],
    text_column: str | None = None,
    label_columns: Sequence[str] = (),
) -> Columns:
    """Find text and labels among `names`; what the caller names comes before what we guess.

    `label_columns` are names, or NAME=LABEL. Raises Refused with what to do.
    """
    text = _text_column(names, text_column)
    if label_columns:
        return Columns(text, _named(names, labels, label_columns))
    return Columns(text, _found(names, labels, text))


def _text_column(names: Sequence[str], wanted: str | None) -> str:
    if wanted is not None:
        return _existing(names, wanted)
    folded = {name.strip().casefold(): name for name in reversed(names)}
    for candidate in TEXT_COLUMNS:
        if candidate in folded:
            return folded[candidate]
    raise Refused(
        f"No column is named {', '.join(TEXT_COLUMNS[:-1])} or {TEXT_COLUMNS[-1]}: name the text's "
        f"with --text-column. {_listed(names)}"
    )


def _found(names: Sequence[str], labels: Sequence[str], text: str) -> dict[str, str]:
    """Label → column. A label's own name comes before its alias."""
    known = [(name, label) for name in names if name != text and (label := _label(name, labels))]
    own_last = sorted(known, key=lambda pair: pair[0].strip().casefold() == pair[1])
    found = {label: name for name, label in own_last}
    if not found:
        raise Refused(
            f"No column is named like a label of the model ({', '.join(labels)}): name one with "
            f"--label-column. {_listed(names)}"
        )
    return {label: found[label] for label in labels if label in found}


def _named(names: Sequence[str], labels: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for entry in dict.fromkeys(wanted):
        name, label = _pair(names, labels, entry, alone=len(set(wanted)) == 1)
        if label in chosen:
            raise Refused(f"The columns {chosen[label]} and {name} both stand for {label}.")
        chosen[label] = name
    return chosen


def _pair(
    names: Sequence[str], labels: Sequence[str], entry: str, *, alone: bool
) -> tuple[str, str]:
    name, separator, label = (entry, "", "") if entry in names else entry.partition("=")
    name = _existing(names, name)
    if separator:
        if label not in labels:
            raise Refused(f"The model has no label {label!r}; it has {', '.join(labels)}.")
        return name, label
    if known := _label(name, labels):
        return name, known
    if alone and ONE_COLUMN in labels:
        return name, ONE_COLUMN
    raise Refused(
        f"Which label is {name!r}? Write --label-column {name}=LABEL with one of "
        f"{', '.join(labels)}."
    )


def _label(name: str, labels: Sequence[str]) -> str | None:
    folded = name.strip().casefold()
    label = ALIASES.get(folded, folded)
    return label if label in labels else None


def _existing(names: Sequence[str], wanted: str) -> str:
    if wanted not in names:
        raise Refused(f"There is no column {wanted!r}. {_listed(names)}")
    return wanted


def _listed(names: Sequence[str]) -> str:
    return f"The file has the columns {', '.join(names)}."
