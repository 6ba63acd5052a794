"""Our own sentences: harmless ones the public data lacks, and the plain abuse it lacks too.

The grammar is sentences.toml; this module only fills it in, so that thousands of sentences come
out of a few hundred templates. `held_out` templates never reach training.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.examples import UNKNOWN, Example, targets

_GRAMMAR: Final = Path(__file__).with_name("sentences.toml")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_HARMLESS_BELOW: Final = 0.5
# Real comments have several sentences; abuse between harmless ones is still abuse.
_JOINED_SHARE: Final = 0.35
_UNPUNCTUATED_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sentence: its targets, how often it is drawn, and its templates."""

    name: str
    targets: tuple[float, ...]
    weight: float
    templates: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def is_harmless(self) -> bool:
        return self.targets[0] < _HARMLESS_BELOW


@dataclass(frozen=True, slots=True)
class Grammar:
    """Slots with their words, and the kinds of sentence that use them."""

    words: dict[str, list[str]]
    kinds: tuple[Kind, ...]


def load_grammar(path: Path = _GRAMMAR) -> Grammar:
    """Read the grammar; a template that names an unknown slot is a ValueError."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    grammar = Grammar(document["words"], tuple(_read_kind(entry) for entry in document["kind"]))
    for kind in grammar.kinds:
        _refuse_unknown_slots(kind, grammar.words)
    return grammar


def _read_kind(entry: dict[str, Any]) -> Kind:
    known = {name: float(value) for name, value in entry.get("targets", {}).items()}
    unknown = dict.fromkeys(entry.get("unknown", []), UNKNOWN)
    return Kind(
        name=entry["name"],
        targets=targets(rest=0.0, **known, **unknown),
        weight=float(entry.get("weight", 1)),
        templates=tuple(entry["templates"]),
        held_out=tuple(entry["held_out"]),
    )


def _refuse_unknown_slots(kind: Kind, words: dict[str, list[str]]) -> None:
    for template in (*kind.templates, *kind.held_out):
        unknown = set(_SLOT.findall(template)) - set(words)
        if unknown:
            raise ValueError(f"{kind.name}: no words for {sorted(unknown)} in {template!r}")


def training_sentences(grammar: Grammar, count: int, seed: int) -> list[Example]:
    """Return `count` different sentences out of the training templates; the same seed gives the same ones."""
    chance = random.Random(seed)
    found: dict[str, Example] = {}
    for sentence in _draw(grammar, chance, attempts=count * 4):
        found.setdefault(sentence.text, sentence)
        if len(found) == count:
            break
    return list(found.values())


def _draw(grammar: Grammar, chance: random.Random, attempts: int) -> Iterator[Example]:
    harmless = [kind for kind in grammar.kinds if kind.is_harmless]
    for kind in chance.choices(grammar.kinds, [kind.weight for kind in grammar.kinds], k=attempts):
        text = _finish(fill(chance.choice(kind.templates), grammar.words, chance), chance)
        if chance.random() < _JOINED_SHARE:
            text = _join(text, harmless, grammar, chance)
        yield Example(text, kind.targets, f"own_{kind.name}")


def _join(text: str, harmless: list[Kind], grammar: Grammar, chance: random.Random) -> str:
    """Put one or two harmless sentences of any kind before or after `text`."""
    parts = [text]
    for _ in range(chance.randint(1, 2)):
        kind = chance.choices(harmless, [kind.weight for kind in harmless])[0]
        other = fill(chance.choice(kind.templates), grammar.words, chance)
        parts.insert(chance.choice((0, len(parts))), other.rstrip(".") + ".")
    return " ".join(parts)


def _finish(text: str, chance: random.Random) -> str:
    """End some sentences with a mark, so that a missing full stop means nothing."""
    if text[-1] in ".!?" or chance.random() < _UNPUNCTUATED_SHARE:
        return text
    return text + chance.choice((".", ".", ".", "!", "!!"))


def held_out_sentences(grammar: Grammar, per_kind: int, seed: int) -> list[Example]:
    """Return up to `per_kind` sentences of each kind, out of templates that never train."""
    chance = random.Random(seed)
    found: dict[str, Example] = {}
    for kind in grammar.kinds:
        for number in range(per_kind):
            text = fill(kind.held_out[number % len(kind.held_out)], grammar.words, chance)
            found.setdefault(text, Example(text, kind.targets, f"own_{kind.name}"))
    return list(found.values())


def fill(template: str, words: dict[str, list[str]], chance: random.Random) -> str:
    """Put a random word into every slot, and "a" or "an" before it as English wants."""
    filled = _SLOT.sub(lambda slot: chance.choice(words[slot[1]]), template)
    return re.sub(r"\b([Aa])n? (?=(\w))", _article, filled)


def _article(match: re.Match[str]) -> str:
    return f"{match[1]}n " if match[2].lower() in "aeiou" else f"{match[1]} "
