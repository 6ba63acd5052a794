"""Settings: read once, strictly, with every mistake named by its variable."""

import pytest

from moderation.domain.errors import Refused
from moderation.settings import read_settings


def test_options_of_the_command_line_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_PORT", "9000")
    assert read_settings(port=9001).port == 9001
    assert read_settings(port=None).port == 9000


def test_proxies_are_networks_and_never_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1")
    assert read_settings().trusted_proxies == ("10.0.0.0/8", "127.0.0.1")
    monkeypatch.setenv("MODERATION_TRUSTED_PROXIES", "*")
    with pytest.raises(Refused, match="MODERATION_TRUSTED_PROXIES"):
        read_settings()


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_PORT", "many")
    monkeypatch.setenv("MODERATION_SECRET", "short")
    monkeypatch.setenv("MODERATION_PUBLIC_URL", "nowhere")
    with pytest.raises(Refused) as refused:
        read_settings()
    named = ("MODERATION_PORT", "MODERATION_SECRET", "MODERATION_PUBLIC_URL")
    assert [name for name in named if name not in str(refused.value)] == []
    assert "short" not in str(refused.value).replace("too_short", "")
