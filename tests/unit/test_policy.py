"""The policy: read strictly, judged monotonously, fingerprinted down to its lists."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import SEVERITY, Finding, Verdict, in_order, strictest
from moderation.domain.errors import Refused
from moderation.policy import Policy, load_policy
from moderation.scoring.loading import BUNDLED
from tests.service import POLICY, write_policy

DEMO = load_policy(POLICY).sites["demo"]
SCORES = st.dictionaries(st.sampled_from(sorted(DEMO.thresholds)), st.floats(0, 1))
FINDINGS = st.builds(
    Finding, rule=st.text(max_size=3), verdict=st.sampled_from(Verdict), detail=st.text(max_size=3)
)


def written(folder: Path, text: str) -> Path:
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    return folder / "policy.toml"


@given(SCORES, st.randoms(use_true_random=False))
def test_raising_a_score_never_softens_a_verdict(scores: dict[str, float], chance: Random) -> None:
    raised = {label: min(1.0, score + chance.random()) for label, score in scores.items()}
    before, after = strictest(DEMO.judge(scores)), strictest(DEMO.judge(raised))
    assert SEVERITY[after] >= SEVERITY[before]


@given(st.lists(FINDINGS), st.randoms(use_true_random=False))
def test_findings_have_no_order(findings: list[Finding], chance: Random) -> None:
    shuffled = chance.sample(findings, len(findings))
    assert strictest(shuffled) == strictest(findings)
    assert in_order(shuffled) == in_order(findings)


def test_thresholds_hold_from_their_own_value_on() -> None:
    limit = DEMO.thresholds["insult"]
    assert strictest(DEMO.judge({"insult": limit.hold})) is Verdict.HOLD
    assert strictest(DEMO.judge({"insult": limit.hold - 1e-6})) is Verdict.APPROVE
    assert strictest(DEMO.judge({"insult": limit.reject})) is Verdict.REJECT


def test_the_shipped_thresholds_are_those_chosen_for_the_shipped_model() -> None:
    chosen = json.loads((BUNDLED / "model.json").read_text())["thresholds"]
    shipped = {name: (t.hold, t.reject) for name, t in DEMO.thresholds.items()}
    assert shipped == {name: (t["hold"], t["reject"]) for name, t in chosen.items()}


def test_the_fingerprint_covers_the_lists(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    before = load_policy(path).fingerprint
    assert load_policy(path).fingerprint == before
    with (tmp_path / "blocklist.txt").open("a") as blocklist:
        blocklist.write("balderdash\n")
    assert load_policy(path).fingerprint != before


def test_a_site_overrides_line_by_line(tmp_path: Path) -> None:
    policy = load_policy(write_policy(tmp_path, max_text_length=10))
    assert policy.sites["demo"].max_text_length == 10
    assert policy.sites["demo"].thresholds == DEMO.thresholds


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[sites", "is not TOML"),
        ('[sites."Big Name"]', "use a-z, 0-9 and -"),
        ("[sites.demo]\nunknown = 1", "sites.demo.unknown"),
        ('[sites.demo]\norigins = ["example.org"]', "is no origin"),
        ('[sites.demo.limits]\naddress = "lots"', "sites.demo.limits.address"),
        ("[sites.demo.thresholds.insult]\nhold = 0.9\nreject = 0.1", "reject must not be below"),
        ('[sites.demo.blocklist]\nfiles = ["none.txt"]', "cannot be read"),
    ],
)
def test_mistakes_are_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(Refused, match=complaint):
        load_policy(written(tmp_path, text))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load_policy(written(tmp_path, "[sites.a]\nnope = 1\n[sites.b]\nnope = 1"))
    assert {"sites.a.nope", "sites.b.nope"} <= set(str(refused.value).replace(":", " ").split())


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Policy(sites={}).sites = {}  # type: ignore[misc]
