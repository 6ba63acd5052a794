"""What the model and a site's policy think of many texts, a few at a time."""

from collections.abc import Callable, Sequence

from moderation.assessment import Assessment, Assessor
from moderation.policy import SitePolicy

CHUNK = 64


async def judge(
    texts: Sequence[str],
    assessor: Assessor,
    policy: SitePolicy,
    *,
    progress: Callable[[int], None],
) -> list[Assessment]:
    """An assessment a text, in order; `progress` is told how many more are done.

    Raises ScoringFailed.
    """
    found: list[Assessment] = []
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        found += await assessor.assess(chunk, policy)
        progress(len(chunk))
    return found
