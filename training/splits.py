"""Who trains, who calibrates, who reports: decided by the hash of the text, never by chance."""

from dataclasses import dataclass
from typing import Final

from moderation.scoring.preparation import prepare
from training.examples import Example, position, twin_key
from training.sources import NATURAL_SOURCE

# Of the natural Wikipedia rows, a tenth chooses calibration and thresholds and a tenth reports.
_CALIBRATION_END: Final = 0.10
_REPORT_END: Final = 0.20

_HELD_OUT_TEMPLATE: Final = "madlibs_being_adj"
_IDENTITY_TEMPLATE: Final = "madlibs_am_hate_adj"
_HELD_OUT_IDENTITIES: Final = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Rows that teach, rows that calibrate, rows that only report."""

    train: list[Example]
    calibration: list[Example]
    report: list[Example]


def split_natural(rows: list[Example]) -> Split:
    """Hold natural rows out and drop their copies, in whatever spelling, from the training rows."""
    unique = _without_copies(rows)
    calibration = [row for row in unique if _part(row) == "calibration"]
    report = [row for row in unique if _part(row) == "report"]
    held = {twin_key(row.text) for row in (*calibration, *report)}
    train = [row for row in unique if _part(row) == "train" and twin_key(row.text) not in held]
    return Split(train, calibration, report)


def _without_copies(rows: list[Example]) -> list[Example]:
    first: dict[str, Example] = {}
    for row in rows:
        first.setdefault(prepare(row.text), row)
    return list(first.values())


def _part(row: Example) -> str:
    if row.source != NATURAL_SOURCE:
        return "train"
    place = position(prepare(row.text))
    if place < _CALIBRATION_END:
        return "calibration"
    return "report" if place < _REPORT_END else "train"


def split_madlibs(rows: list[Example]) -> tuple[list[Example], list[Example]]:
    """Return (training, held out): one whole template and a fifth of the identities are held out."""
    identities = {
        row.text.removeprefix("I am ") for row in rows if row.source == _IDENTITY_TEMPLATE
    }
    hidden = sorted(name for name in identities if position(name) < _HELD_OUT_IDENTITIES)
    held = [row for row in rows if _is_held_out(row, hidden)]
    return [row for row in rows if not _is_held_out(row, hidden)], held


def _is_held_out(row: Example, hidden: list[str]) -> bool:
    return row.source == _HELD_OUT_TEMPLATE or any(row.text.endswith(f" {name}") for name in hidden)
