"""Load with a ledger: what the service acknowledged, noted outside of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

import httpx2

from tests.service import submission

PATIENCE_S = 60.0
PAUSE_S = 0.05
LINKS = " ".join(f"https://example.org/{n}" for n in range(4))
REACHED = {"approve": "published", "reject": "rejected"}


@dataclass
class Ledger:
    """`comments`: text → acknowledged id; `deeds`: id → status a moderator was told."""

    comments: dict[str, str] = field(default_factory=dict)
    deeds: dict[str, str] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Caller:
    """A backend that repeats what was not answered, with the same Idempotency-Key."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx2.AsyncClient(base_url=url, headers=headers, timeout=10)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, path: str, body: object, **headers: str) -> httpx2.Response:
        """The first answer that is one; a dead or stunned service is asked again."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await self._client.post(path, json=body, headers=headers)
                except httpx2.TransportError:
                    await asyncio.sleep(PAUSE_S)
                    continue
                if answer.status_code != 503:
                    return answer
                await asyncio.sleep(PAUSE_S)


async def submit_many(caller: Caller, ledger: Ledger, texts: list[str]) -> None:
    """Submit `texts` one after another; each must be acknowledged in the end."""
    for text in texts:
        body = submission(text=text, thread=f"/thread/{hash(text) % 7}")
        answer = await caller.post(
            "/api/v1/comments", body, **{"Idempotency-Key": text[:15].replace(" ", "-")}
        )
        assert answer.status_code in {201, 202}, answer.text
        ledger.comments[text] = answer.json()["id"]


async def moderate(caller: Caller, ledger: Ledger, moderator: str) -> None:
    """Claim and decide, turn and turn about, until the ledger is done."""
    turn = 0
    while not ledger.done.is_set():
        asked = {"site": "demo", "limit": 5, "moderator": moderator}
        claimed = await caller.post("/api/v1/review/claims", asked)
        for item in claimed.json()["data"]:
            turn += 1
            action = ("approve", "reject")[turn % 2]
            await _decide(caller, ledger, item["comment"]["id"], action, moderator)
        await asyncio.sleep(PAUSE_S)


async def _decide(
    caller: Caller, ledger: Ledger, comment_id: str, action: str, moderator: str
) -> None:
    body = {"action": action, "moderator": moderator, "seen": "pending"}
    answer = await caller.post(f"/api/v1/review/{comment_id}/actions", body)
    if answer.status_code == 200:
        assert comment_id not in ledger.deeds, "two moderators were told they decided"
        ledger.deeds[comment_id] = REACHED[action]
    else:
        # The claim lapsed while the house burnt, and a colleague was faster.
        assert answer.status_code == 409, answer.text


def texts_of(caller: int, count: int) -> list[str]:
    """Different texts; every other one carries links, and so is held for a moderator."""
    return [
        f"Comment {caller:02}-{n:04} about the bridge. {LINKS if n % 2 else ''}".strip()
        for n in range(count)
    ]
