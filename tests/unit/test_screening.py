import random
import time
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.domain.comment import Submission
from moderation.domain.decision import SEVERITY, Verdict, strictest
from moderation.policy import load_policy
from moderation.screening.facts import Context, Facts
from moderation.screening.rules import RULES
from moderation.screening.screen import Screening
from moderation.text.links import find_links

CONFIG = Path(__file__).parents[2] / "config" / "policy.toml"
POLICY = load_policy(CONFIG).sites["demo"]
SCREENING = Screening(POLICY)

FACTS = st.builds(
    Facts,
    author_published=st.integers(0, 5),
    same_text_before=st.integers(0, 5),
    valve_open=st.booleans(),
)
PIECES = st.sampled_from(["http://a.com ", "sh1t ", "nigger ", "hello ", "www.x.org ", "aaaa", "é"])
MANY_WRONGS = "nigger " + "http://a.com " * 20
WORST = Facts(same_text_before=5, valve_open=True)
TEXTS = st.text(min_size=1) | st.lists(PIECES, max_size=25).map("".join)


def submission(text: str, name: str = "Ama", email: str = "ama@example.org") -> Submission:
    author = {"name": name, "email": email}
    plain = Submission.model_validate(
        {"site": "demo", "thread": {"id": "/a"}, "author": author, "text": "x"}
    )
    return plain.model_copy(update={"text": text})


def rules_of(text: str, facts: Facts = Facts(), **author: str) -> dict[str, Verdict]:  # noqa: B008
    return {f.rule: f.verdict for f in SCREENING.examine(submission(text, **author), facts)}


@pytest.mark.parametrize("text", ["A fine article, thank you!", "ok", "👍", "Nigeria won 3-0!"])
def test_ordinary_comments_pass(text: str) -> None:
    assert rules_of(text) == {}


@pytest.mark.parametrize("text", ["a", "\u200b\u200b", "a" * 100, "ha" * 50])
def test_nothing_to_read_is_held(text: str) -> None:
    assert rules_of(text) == {"length": Verdict.HOLD}


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (2, {}),
        (3, {"links": Verdict.HOLD}),
        (19, {"links": Verdict.HOLD}),
        (20, {"links": Verdict.REJECT}),
    ],
)
def test_links_are_counted(count: int, expected: dict[str, Verdict]) -> None:
    assert rules_of("see " + "http://a.example/b " * count) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/b?c=d.", ["https://a.example/b?c=d"]),
        ("www.example.org, example.com/x", ["www.example.org", "example.com/x"]),
        ('<a href="http://x.com">http://x.com</a>', ['<a href="http://x.com">http://x.com</a>']),
        ("[url=http://x.com]x[/url]", ["[url=http://x.com]x[/url]"]),
        ("hxxp://bad.example example[.]com", ["hxxp://bad.example", "example[.]com"]),
        ("write to me@example.com, john.com@x.org", []),
        ("e.g. this.Next sentence, 3.5 and U.S.A.", []),
    ],
)
def test_links_are_found(text: str, found: list[str]) -> None:
    assert list(find_links(text)) == found


@pytest.mark.parametrize(
    "attack", ["a." * 50_000, "<a " * 33_000, "[url" * 25_000, "http://" * 14_000]
)
def test_attacks_on_links_take_linear_time(attack: str) -> None:
    began = time.perf_counter()
    list(find_links(attack))
    assert time.perf_counter() - began < 3


def test_a_link_or_a_slur_for_a_name_is_held() -> None:
    assert rules_of("Nice article", name="cheap-pills.com") == {"links": Verdict.HOLD}
    assert rules_of("Nice article", name="n1gger") == {"blocklist": Verdict.HOLD}


def test_the_same_text_is_held_the_third_time() -> None:
    assert rules_of("Nice article", Facts(same_text_before=1)) == {}
    said = Facts(same_text_before=2)
    assert rules_of("A nice article, all in all", said) == {"repeats": Verdict.HOLD}
    assert rules_of("Nice article", said) == {}


def test_an_empty_valve_holds() -> None:
    assert rules_of("Nice article", Facts(valve_open=True)) == {"flood": Verdict.HOLD}


def test_newcomers_are_held_where_wanted() -> None:
    strict = Screening(POLICY.model_copy(update={"hold_newcomers": True}))
    (finding,) = strict.examine(submission("Nice article"), Facts())
    assert finding.rule == "newcomer"
    assert strict.examine(submission("Nice article"), Facts(author_published=1)) == ()


@pytest.mark.parametrize("domain", ["mailinator.com", "sub.mailinator.com", "MAILINATOR.com"])
def test_throw_away_mail_shows_the_domain_only(domain: str) -> None:
    (finding,) = SCREENING.examine(submission("Nice article", email=f"me@{domain}"), Facts())
    assert (finding.rule, finding.matched) == ("disposable_email", ("mailinator.com",))


@given(TEXTS, FACTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_decides_nothing(text: str, facts: Facts, dice: random.Random) -> None:
    context = Context(submission(text), facts, POLICY, SCREENING.blocklist)
    shuffled = dice.sample(RULES, len(RULES))
    findings = [f for rule in shuffled if (f := rule(context)) is not None]
    assert strictest(findings) == strictest(SCREENING.examine(submission(text), facts))


def test_no_order_hides_the_strictest_verdict() -> None:
    context = Context(submission(MANY_WRONGS), WORST, POLICY, SCREENING.blocklist)
    findings = [f for rule in RULES if (f := rule(context)) is not None]
    assert len(findings) >= 4
    assert {strictest(order) for order in permutations(findings)} == {Verdict.REJECT}


@given(TEXTS, FACTS)
@example("Nice article", Facts(5, same_text_before=1))
@example("Nice article", Facts(5, same_text_before=5))
def test_worse_facts_never_soften(text: str, facts: Facts) -> None:
    worse = Facts(0, facts.same_text_before + 1, valve_open=facts.valve_open)
    before = strictest(SCREENING.examine(submission(text), facts))
    after = strictest(SCREENING.examine(submission(text), worse))
    assert SEVERITY[after] >= SEVERITY[before]


def test_a_site_may_reject_by_its_list() -> None:
    blocklist = POLICY.blocklist.model_copy(update={"verdict": "reject", "entries": ("durian",)})
    screening = Screening(POLICY.model_copy(update={"blocklist": blocklist}))
    (finding,) = screening.examine(submission("I love D.U.R.I.A.N!"), Facts())
    assert (finding.verdict, finding.matched) == (Verdict.REJECT, ("D.U.R.I.A.N",))
