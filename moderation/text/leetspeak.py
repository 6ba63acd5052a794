"""Digits and signs that stand for letters: 5h1t, @ss, f*ck. Numbers, prices and "4th" are left."""

import re

LEET = str.maketrans("034579@$!|€¢68", "oeastgasiiecgb")

_CENSORED = (
    "fuck", "shit", "bitch", "cunt", "dick", "cock", "pussy", "asshole", "bastard", "nigger",
    "nigga", "faggot", "whore", "slut", "retard", "motherfucker", "bullshit",
)  # fmt: skip
_STARS = "*#%@$!&?.-"
_SIGNS = r"[03-9@$!|€¢1]"

_CORE = re.compile(r"[@$]?\w(?:.*[\w$])?", re.DOTALL)
_INSIDE = re.compile(rf"[^\W\d_]{_SIGNS}{{1,2}}[^\W\d_]")
_IN_FRONT = re.compile(r"(?:[45][^\W\d_]{3,}|@ss|\$[^\W\d_]{2,})", re.IGNORECASE)
_AT_THE_END = re.compile(r"[^\W\d_]+\$\$", re.IGNORECASE)
_ONE_AS_L = re.compile(r"(?<=[bcfgps])1(?=[aeou])|(?<=l)1", re.IGNORECASE)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm|years?|days?|hours?|stars?|ever)", re.IGNORECASE)


def unleet(token: str) -> str:
    """`token` with letters for the signs that stand for them, where that is clear."""
    core = _CORE.search(token)
    if core is None or core[0].isalpha():
        return token
    word = _uncensored(core[0])
    if word is None:
        word = _as_letters(core[0]) if _is_leet(core[0]) else core[0]
    return token[: core.start()] + word + token[core.end() :]


def _is_leet(word: str) -> bool:
    letters = sum(c.isalpha() for c in word)
    digits = sum(c.isdigit() for c in word)
    if "2" in word or digits > letters or _ORDINAL.fullmatch(word):
        return False
    found = _INSIDE.search(word) or _IN_FRONT.match(word) or _AT_THE_END.fullmatch(word)
    return found is not None


def _as_letters(word: str) -> str:
    word = word.replace("11", "ll")
    return _ONE_AS_L.sub("l", word).replace("1", "i").translate(LEET)


def _starred(word: str) -> str:
    """The first letter stands; of the others each may be hidden, but not all."""
    rest = "".join(rf"[{letter}{re.escape(_STARS)}]" for letter in word[1:-1])
    return rf"{word[0]}{rest}{word[-1]}"


_STARRED = tuple(
    (re.compile(rf"({_starred(word)})([a-z]*)", re.IGNORECASE), word) for word in _CENSORED
)


def _uncensored(word: str) -> str | None:
    """f*ck, sh!tty → the word meant; None when it is no starred word of the list."""
    for pattern, meant in _STARRED:
        if match := pattern.fullmatch(word):
            return meant + match[2]
    return None
