"""The policy in force: taken over on reload, kept when the file is no good."""

from pathlib import Path

import pytest

from moderation.app import LivePolicy
from moderation.domain.errors import NotFound
from tests.service import write_policy


def test_a_reload_takes_a_changed_file_over_and_keeps_the_old_one_on_mistakes(
    tmp_path: Path,
) -> None:
    path = write_policy(tmp_path)
    policy = LivePolicy(path)
    write_policy(tmp_path, max_text_length=7)
    policy.reload()
    assert policy().sites["demo"].max_text_length == 7
    path.write_text("[sites.demo]\nnonsense = 1\n", encoding="utf-8")
    policy.reload()
    assert policy().sites["demo"].max_text_length == 7


def test_a_site_that_a_reload_took_away_is_not_found(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    policy = LivePolicy(path)
    assert policy.screening("demo")
    path.write_text("[sites]\n", encoding="utf-8")
    policy.reload()
    with pytest.raises(NotFound):
        policy.screening("demo")
