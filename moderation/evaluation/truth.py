"""From what a label column says to yes, no or not known. Refuses to guess."""

from moderation.domain.errors import Refused

POSITIVE = frozenset({"true", "yes", "toxic", "hateful"})
NEGATIVE = frozenset(
    {"false", "no", "clean", "normal", "non-toxic", "not toxic", "non-hateful", "not hateful"}
)
UNKNOWN = frozenset({"", "nan", "none", "null", "na", "n/a"})

POSITIVE_FROM = 0.5
NOT_RATED = -1.0
"""What the Jigsaw test set writes for rows that nobody has rated."""


def read_truth(value: object) -> bool | None:
    """True, False, or None when the row says nothing about the label. Raises Refused."""
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in UNKNOWN:
        return None
    if word in POSITIVE or word in NEGATIVE:
        return word in POSITIVE
    return _of_number(word)


def _of_number(word: str) -> bool | None:
    try:
        number = float(word)
    except ValueError:
        number = float("inf")
    if number == NOT_RATED:
        return None
    if not 0 <= number <= 1:
        raise Refused(
            f"{word[:40]!r} says neither yes nor no: a label is a number from 0 to 1, true or "
            "false, toxic or clean, hateful or normal."
        )
    return number >= POSITIVE_FROM
