"""Characters made readable: one form for each letter, nothing invisible, no piled-up accents."""

import re
import unicodedata
from functools import lru_cache

from moderation.text.lookalikes import LETTER_FORMS

MAX_MARKS = 4  # on one letter; Vietnamese and polytonic Greek need three

_ZERO_WIDTH_JOINER = "\u200d"
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0")
_MARKED = re.compile(r"[^\x00-\x7f]")


def readable(text: str) -> str:
    """`text` in compatibility form, without invisible characters and accents on Latin letters."""
    if _MARKED.search(text) is None:
        return "".join(c for c in text if _kind(c) != "Cc" or c.isspace())
    visible = _bounded(_visible(text))
    decomposed = unicodedata.normalize("NFKD", visible).translate(LETTER_FORMS)
    return unicodedata.normalize("NFC", _bounded(_visible(decomposed)))


@lru_cache(maxsize=4096)
def is_latin(char: str) -> bool:
    """Whether `char` is a letter of the Latin script."""
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")


@lru_cache(maxsize=4096)
def is_foreign(char: str) -> bool:
    """Whether `char` is a letter of another script that has Latin look-alikes."""
    return unicodedata.name(char, "").startswith(("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"))


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    return unicodedata.category(char)


def _visible(text: str) -> str:
    kept: list[str] = []
    for index, char in enumerate(text):
        if not _is_invisible(char) or _joins_emoji(text, index):
            kept.append(char)
    return "".join(kept)


def _is_invisible(char: str) -> bool:
    selects_variant = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    control = _kind(char) in {"Cf", "Cc"} and not char.isspace()
    return control or selects_variant or char in _INVISIBLE


def _joins_emoji(text: str, index: int) -> bool:
    """A joiner between two pictures (👩‍🚀) makes one of them; anywhere else it hides something."""
    if text[index] != _ZERO_WIDTH_JOINER:
        return False
    around = text[max(0, index - 2) : index].rstrip("\ufe0f")[-1:], text[index + 1 : index + 2]
    return all(char and _kind(char) in {"So", "Sk"} for char in around)


def _bounded(text: str) -> str:
    """Drop marks on Latin letters and on no letter, and all beyond the fourth on any other.

    Runs must be short before they are put in order: ordering takes the square of their length.
    """
    kept: list[str] = []
    letter, marks = "", 0
    for char in text:
        if _kind(char) not in {"Mn", "Me"}:
            letter, marks = char, 0
        elif marks == MAX_MARKS or not letter.isalpha() or is_latin(letter):
            continue
        else:
            marks += 1
        kept.append(char)
    return "".join(kept)
