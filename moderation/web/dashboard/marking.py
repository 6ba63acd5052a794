"""Which parts of a text made a rule speak: the text cut into marked and unmarked pieces. Pure."""

import re
from collections.abc import Iterable, Iterator

from moderation.domain.decision import Finding


def marked(text: str, findings: Iterable[Finding]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether a finding matched it; joined they are `text` again."""
    pieces = {piece for finding in findings for piece in finding.matched if piece}
    spans = sorted(span for piece in pieces for span in _places(piece, text))
    return list(_cut(text, _merged(spans)))


def _places(piece: str, text: str) -> list[tuple[int, int]]:
    """Where `piece` stands as a word of its own, or else wherever it stands."""
    escaped = re.escape(piece)
    alone = [match.span() for match in re.finditer(rf"(?<!\w){escaped}(?!\w)", text)]
    return alone or [match.span() for match in re.finditer(escaped, text)]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in spans:
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
