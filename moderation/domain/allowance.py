"""What a caller may still send: the state of one limit, for answers and headers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitState:
    """One limit after a request was weighed.

    `quota` events at once, filling up again in `window_s` seconds; `remaining` of them are left,
    and all are back in `reset_s` seconds.
    """

    name: str
    quota: int
    window_s: int
    remaining: int
    reset_s: float
