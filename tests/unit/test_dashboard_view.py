"""What the desk shows, worked out without a server."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from moderation.domain.access import Moderator, Role
from moderation.domain.comment import Author, Comment, Status, Thread
from moderation.domain.decision import Decision, Finding, ModelStamp, Verdict
from moderation.domain.errors import ModerationError, StoreUnavailable, Unauthenticated
from moderation.domain.review import Action, Claim, QueueItem
from moderation.policy import Limits, SitePolicy, Threshold
from moderation.web.dashboard import wording
from moderation.web.dashboard.acting import _local
from moderation.web.dashboard.card import Card, excerpt, make_card, way_back
from moderation.web.dashboard.marking import marked
from moderation.web.dashboard.page import Page

NOW = 1_800_000_000_000
AMA = Moderator("Ama", Role.MODERATOR, None)
RATE = "1/1 burst 1"
POLICY = SitePolicy(
    thresholds={"toxicity": Threshold(hold=0.6, reject=0.9)},
    limits=Limits.model_validate(dict.fromkeys(Limits.model_fields, RATE)),
)
LINKS = Finding("links", Verdict.HOLD, "3 links.", ("http://a.example",))
DECIDED = Decision(
    verdict=Verdict.HOLD,
    reasons=(LINKS,),
    policy="abc",
    made_by="policy",
    made_at=NOW,
    scores={"toxicity": 0.7},
    model=ModelStamp("bundled", "1", "00"),
)
COMMENT = Comment(
    id="demo.1",
    site="demo",
    thread=Thread(id="/t"),
    parent_id=None,
    author=Author(name="Joe", email="joe@example.org"),
    text="See http://a.example",
    external_id=None,
    status=Status.PENDING,
    created_at=NOW - 60_000,
    edited_at=None,
    author_hash="h",
    address_hash=None,
    findings=(LINKS,),
    decision=DECIDED,
)


def card(comment: Comment = COMMENT, *, claim: Claim | None = None, who: Moderator = AMA) -> Card:
    return make_card(QueueItem(comment, 0.7, claim), POLICY, moderator=who, now=NOW)


def found(*matched: str) -> Finding:
    return Finding("blocklist", Verdict.HOLD, "", matched)


def marks(text: str, *matched: str) -> list[str]:
    return [piece for piece, is_marked in marked(text, [found(*matched)]) if is_marked]


@given(st.text(), st.lists(st.text(max_size=3)))
def test_marking_loses_no_letter(text: str, pieces: list[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, [found(*pieces)])) == text


def test_a_word_is_marked_where_it_stands_alone() -> None:
    assert marked("a cat in a catalogue", [found("cat")]) == [
        ("a ", False),
        ("cat", True),
        (" in a catalogue", False),
    ]


def test_a_piece_inside_a_word_is_marked_when_it_stands_nowhere_alone() -> None:
    assert marks("concatenate", "cat") == ["cat"]


def test_overlapping_pieces_make_one_mark() -> None:
    assert marks("the big cat", "big cat", "the big") == ["the big cat"]


def test_what_is_matched_is_no_pattern() -> None:
    assert marks("a.b acb", "a.b") == ["a.b"]


@pytest.mark.parametrize(
    ("status", "claim", "actions"),
    [
        (Status.PENDING, None, ("approve", "reject", "claim")),
        (Status.PENDING, Claim("Ama", NOW + 500_000), ("approve", "reject", "release")),
        (Status.PENDING, Claim("Kofi", NOW + 500_000), ()),
        (Status.PUBLISHED, None, ("reject",)),
        (Status.REJECTED, None, ("restore",)),
        (Status.SCORING, None, ()),
    ],
)
def test_buttons_are_what_the_state_machine_allows(
    status: Status, claim: Claim | None, actions: tuple[str, ...]
) -> None:
    assert card(replace(COMMENT, status=status), claim=claim).actions == actions


def test_a_viewer_has_no_buttons() -> None:
    assert card(who=replace(AMA, role=Role.VIEWER)).actions == ()


def test_claims_are_told() -> None:
    assert card(claim=Claim("Ama", NOW + 500_000)).claim == "yours, 8 min left"
    assert card(claim=Claim("Kofi", NOW + 500_000)).claim == "being read by Kofi"


def test_strictest_reason_comes_first() -> None:
    worse = Finding("zeal", Verdict.REJECT, "")
    decided = replace(DECIDED, reasons=(LINKS, worse))
    assert card(replace(COMMENT, decision=decided)).reasons == (worse, LINKS)


@pytest.mark.parametrize(
    ("score", "level"), [(0.59, "below"), (0.6, "hold"), (0.89, "hold"), (0.9, "reject")]
)
def test_a_bar_says_which_threshold_it_reaches(score: float, level: str) -> None:
    decided = replace(DECIDED, scores={"toxicity": score})
    assert [bar.level for bar in card(replace(COMMENT, decision=decided)).scores] == [level]


def test_why_there_are_no_scores_is_told() -> None:
    rules = replace(DECIDED, scores=None, model=None)
    unscored = replace(rules, reasons=(Finding("unscored", Verdict.HOLD, ""),))
    assert card(replace(COMMENT, decision=rules)).no_scores == "Not scored: rules alone decided."
    assert "no answer" in card(replace(COMMENT, decision=unscored)).no_scores
    assert card().no_scores == ""


@pytest.mark.parametrize(
    ("status", "back"),
    [
        (Status.REJECTED, Action.RESTORE),
        (Status.PUBLISHED, Action.REJECT),
        (Status.PENDING, None),
    ],
)
def test_the_way_back(status: Status, back: Action | None) -> None:
    assert way_back(replace(COMMENT, status=status)) is back


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "just now"), (59, "just now"), (60, "1 min ago"), (7200, "2 h ago"), (90_000, "1 d ago")],
)
def test_time_in_the_largest_unit(seconds: int, said: str) -> None:
    assert wording.ago(NOW - seconds * 1000, NOW) == said


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt("a\n\n b") == "a b"
    assert len(excerpt("x" * 999)) == 200


@pytest.mark.parametrize(
    "path", [None, "", "//evil.example", "https://evil.example", "/dashboardx", "/dashboard/\\x"]
)
def test_a_form_sends_nobody_elsewhere(path: str | None) -> None:
    assert _local(path) == "/dashboard"


def test_a_form_leads_back_to_the_desk() -> None:
    assert _local("/dashboard?site=demo&mine=1") == "/dashboard?site=demo&mine=1"


def refusing(error: ModerationError) -> TestClient:
    async def refuse(*_: Any) -> Any:
        raise error

    nothing: Any = None
    return TestClient(Starlette(routes=[Route("/desk", Page(nothing, get=refuse))]))


def test_a_store_that_is_away_is_a_page_with_retry() -> None:
    answer = refusing(StoreUnavailable("Away.")).get("/desk")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The store does not answer" in answer.text
    assert '<a class="button" href="/desk">Retry</a>' in answer.text


def test_strangers_are_sent_to_sign_in_and_scripts_are_told() -> None:
    client = refusing(Unauthenticated("Who?"))
    page = client.get("/desk", follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/dashboard/sign-in")
    told = client.get("/desk", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "unauthenticated")


def test_a_wrong_method_is_told_the_right_ones_on_a_page() -> None:
    answer = refusing(StoreUnavailable("Away.")).post("/desk")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"].startswith("text/html")
