"""What a moderator can do to a comment: the state machine, as data.

Buttons, 409 answers, the diagram in the docs and the tests all read TRANSITIONS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from moderation.domain.comment import Comment, Status


class Action(StrEnum):
    """What a moderator does to a comment."""

    APPROVE = "approve"
    REJECT = "reject"
    RESTORE = "restore"
    RELEASE = "release"


TRANSITIONS: Mapping[Action, Mapping[Status, Status]] = MappingProxyType(
    {
        Action.APPROVE: {Status.PENDING: Status.PUBLISHED},
        Action.REJECT: {Status.PENDING: Status.REJECTED, Status.PUBLISHED: Status.REJECTED},
        Action.RESTORE: {Status.REJECTED: Status.PENDING},
    }
)
"""Action → status before → status after. `release` changes no status: it drops a claim."""


def actions_for(status: Status) -> tuple[Action, ...]:
    """The actions that change a comment of this status."""
    return tuple(action for action, moves in TRANSITIONS.items() if status in moves)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds an item, and until when (ms since the epoch, the server's clock)."""

    by: str
    until: int


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A comment that waits for a moderator. The higher `priority` (0 … 1), the more urgent."""

    comment: Comment
    priority: float
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What a moderator wants done. `via` is "session" or "key": who vouches for the name.

    `seen` is the status the moderator saw: when it has changed since, somebody was faster.
    """

    action: Action
    moderator: str
    reason: str = ""
    note: str = ""
    via: str = "session"
    seen: Status | None = None

    @property
    def moves(self) -> dict[Status, Status]:
        """The moves this deed may make: status before → status after."""
        possible = TRANSITIONS.get(self.action, {})
        return {old: new for old, new in possible.items() if self.seen in {None, old}}
