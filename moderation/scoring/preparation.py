"""The one text preparation that belongs to the bundled model.

Training and both engines call `prepare`, so that the model always reads what it learnt from.
It must stay deterministic and idempotent: a change of it is a new `PREPARATION` and a new model.
"""

import re
import unicodedata
from typing import Final

PREPARATION: Final = "1"

# Marks that only select how an emoji is drawn; left in, they split words for the tokenizer.
_DRAWING_MARKS: Final = dict.fromkeys((0x200D, 0x20E3, 0xFE0E, 0xFE0F))

_PUNCTUATION: Final = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "…": "...",
    }
)

# Blocks that hold pictographs; flags (U+1F1E6…1F1FF) are handled as pairs.
_EMOJI: Final = re.compile(
    "[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_FLAG: Final = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_FIRST_REGIONAL_LETTER: Final = 0x1F1E6

# Digits stay whole: 1000000 is a number, not shouting.
_LONG_RUN: Final = re.compile(r"([^\d\s])\1{3,}")


def prepare(text: str) -> str:
    """Return `text` as the model reads it.

    Lower case, NFC, straight quotes and dashes, emoji as their Unicode names, runs of one
    character cut to three, single spaces. Takes linear time, never raises, and
    `prepare(prepare(t)) == prepare(t)`. Emoji younger than the interpreter's Unicode tables stay
    as they are.
    """
    plain = unicodedata.normalize("NFC", text.translate(_DRAWING_MARKS).lower())
    spelled = _spell_emoji(plain.translate(_PUNCTUATION))
    return " ".join(_LONG_RUN.sub(r"\1\1\1", spelled).split())


def _spell_emoji(text: str) -> str:
    return _EMOJI.sub(_name_of, _FLAG.sub(_country_of, text))


def _name_of(match: re.Match[str]) -> str:
    character = match[0]
    return f" {unicodedata.name(character, character).lower()} "


def _country_of(match: re.Match[str]) -> str:
    letters = (chr(ord("a") + ord(letter) - _FIRST_REGIONAL_LETTER) for letter in match.groups())
    return f" flag {''.join(letters)} "
