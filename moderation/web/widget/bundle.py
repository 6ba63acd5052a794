"""The widget as one script: its parts in reading order, the style sheet inside.

Joins text and nothing more; the parts run as they were written. Must not know HTTP.
"""

import hashlib
import json
import re
from functools import cache
from importlib import resources

PARTS = (
    "words.js",
    "dom.js",
    "prose.js",
    "memory.js",
    "api.js",
    "list.js",
    "fields.js",
    "form.js",
    "discussion.js",
    "element.js",
    "embed.js",
)

# Space around these means nothing in our sources: the style sheet has no calc() and no descendant
# before a colon. Text in quotes is kept, and so is every line with a slash (a pattern, perhaps).
LITERAL = re.compile(r'("[^"]*"|`[^`]*`)')
SPACED = re.compile(r"\s*([{}(),;:=?&|<>+])\s*")


@cache
def embed_script() -> bytes:
    """Return the whole widget, style included, as one classic script."""
    style = f"const STYLE = {json.dumps(_lean(_source('widget.css')).replace(chr(10), ''))};"
    parts = (_lean(_source(name)) for name in PARTS)
    # One function scope: the parts see each other, the host page sees none of them.
    return "\n".join(("(() => {", '"use strict";', style, *parts, "})();", "")).encode()


@cache
def embed_etag() -> str:
    """Name the script by its content, for If-None-Match."""
    return f'"{hashlib.sha256(embed_script()).hexdigest()[:32]}"'


def _source(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def _lean(source: str) -> str:
    """Leave out what only we read: whole-line comments, indentation, space around signs."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(_tight(line) for line in lines if line and not line.startswith(("//", "/*")))


def _tight(line: str) -> str:
    if "/" in line:
        return line
    pieces = LITERAL.split(line)
    pieces[::2] = (SPACED.sub(r"\1", piece) for piece in pieces[::2])
    return "".join(pieces)
