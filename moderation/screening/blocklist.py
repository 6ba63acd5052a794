"""Words a site does not want, found whole and through disguises, in time linear in the text.

"Scunthorpe" and "Nigeria" pass: an entry matches words, never parts of words.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import ahocorasick

from moderation.text.normalize import Line, fold, searchable


class Blocklist:
    """Entries compiled once. `fuck*` also matches words that begin so; `allow` is stronger.

    Entries may be phrases; both lists are folded as comments are.
    """

    def __init__(self, entries: Iterable[str], allow: Iterable[str] = ()) -> None:
        self._blocked = _automaton(entries)
        self._allowed = _automaton(allow)

    def find(self, text: str) -> tuple[str, ...]:
        """The matching words of `text` as the author wrote them, each once, in reading order."""
        folded = fold(text)
        lines = [searchable(folded)]
        if any(word.bare != word.text for word in folded.words):
            lines.append(searchable(folded, bare=True))
        return tuple(dict.fromkeys(found for line in lines for found in self._in(line)))

    def _in(self, line: Line) -> Iterator[str]:
        allowed = set(_words_of(self._allowed, line))
        for start, end in _whole(self._blocked, line.text):
            if not allowed.issuperset(line.words(start, end)):
                yield line.as_written(start, end)


def _automaton(entries: Iterable[str]) -> Any:
    """Aho-Corasick over folded entries → (length, whether more letters may follow).

    An entry in look-alike letters is kept in both readings: a comment may have it in either.
    """
    automaton = ahocorasick.Automaton()
    for entry in entries:
        stem = entry.strip().removesuffix("*")
        open_ended = entry.strip().endswith("*")
        for among_latin in (False, True):
            key = searchable(fold(stem, among_latin=among_latin)).text
            if any(map(str.isalnum, key)):
                open_before = automaton.exists(key) and automaton.get(key)[1]
                automaton.add_word(key, (len(key), open_ended or open_before))
    automaton.make_automaton()
    return automaton


def _whole(automaton: Any, text: str) -> Iterator[tuple[int, int]]:
    """Where entries stand in `text` as words of their own: (start, end)."""
    if not len(automaton):
        return
    for last, (length, open_ended) in automaton.iter(text):
        start, end = last + 1 - length, last + 1
        if _is_border(text, start) and (open_ended or _is_border(text, end)):
            yield start, end


def _is_border(text: str, at: int) -> bool:
    return at in {0, len(text)} or not (text[at - 1].isalnum() and text[at].isalnum())


def _words_of(automaton: Any, line: Line) -> Iterator[int]:
    for start, end in _whole(automaton, line.text):
        yield from line.words(start, end)
