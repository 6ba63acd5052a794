"""Loads the Lua scripts and calls them by name.

A script's header (KEYS, ARGV, RETURNS) is its signature: the loader turns the names into locals of
the script and refuses a call that does not give exactly these.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

from moderation.store.client import Client

Value: TypeAlias = str | int | float

_KEYS = re.compile(r"^-- KEYS: (.+)$", re.MULTILINE)
_ARGV = re.compile(r"^-- ARGV: (.+)$", re.MULTILINE)
_RETURNS = re.compile(r"^-- RETURNS: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Names:
    """The names on one header line; `open_ended` when more values may follow them."""

    names: tuple[str, ...]
    open_ended: bool

    def ordered(self, given: Mapping[str, Value], more: Sequence[Value]) -> list[Value]:
        """The values in the script's order. Raises TypeError when they are not the header's."""
        if set(given) != set(self.names):
            wrong = sorted(set(given) ^ set(self.names))
            raise TypeError(f"missing or unknown: {', '.join(wrong)}")
        if more and not self.open_ended:
            raise TypeError("this script takes no further values")
        return [*(given[name] for name in self.names), *more]


class Script:
    """One script, ready to be called."""

    def __init__(self, source: str) -> None:
        if not _RETURNS.search(source):
            raise ValueError("the header does not say what the script RETURNS")
        self.keys = _names(_KEYS, source)
        self.args = _names(_ARGV, source)
        self.body = _with_locals(source, self.keys, self.args)

    async def __call__(
        self,
        redis: Client,
        keys: Mapping[str, str],
        args: Mapping[str, Value],
        *,
        more_keys: Sequence[str] = (),
        rest: Sequence[Value] = (),
    ) -> Any:
        """Run the script (EVALSHA, loaded when the server does not know it yet)."""
        ordered_keys = [str(key) for key in self.keys.ordered(keys, more_keys)]
        script = redis.register_script(self.body)
        return await script(keys=ordered_keys, args=self.args.ordered(args, rest))


def _names(line: re.Pattern[str], source: str) -> Names:
    found = line.search(source)
    if found is None:
        raise ValueError(f"the header has no line {line.pattern}")
    words = found[1].split("(")[0].split()
    return Names(tuple(word for word in words if word != "..."), "..." in words)


def _with_locals(source: str, keys: Names, args: Names) -> str:
    """Header lines become `local` declarations, on their own lines: error positions stay true."""
    source = _KEYS.sub(_locals(keys, "KEYS"), source, count=1)
    declared = _locals(args, "ARGV")
    if args.open_ended:
        declared += f"; local rest = {len(args.names) + 1}"
    return _ARGV.sub(declared, source, count=1)


def _locals(names: Names, table: str) -> str:
    return f"local {', '.join(names.names)} = unpack({table})" if names.names else ""


def load(name: str) -> Script:
    """The script `lua/NAME.lua` of this package."""
    return Script((files(__package__) / "lua" / f"{name}.lua").read_text(encoding="utf-8"))


TAKE_ALLOWANCES = load("take_allowances")
RECORD_SUBMISSION = load("record_submission")
COMMIT_DECISION = load("commit_decision")
CLAIM_NEXT = load("claim_next")
CLAIM_ONE = load("claim_one")
ACT = load("act")
RELEASE_CLAIM = load("release_claim")
OPEN_SESSION = load("open_session")
FORGET_REJECTED = load("forget_rejected")
