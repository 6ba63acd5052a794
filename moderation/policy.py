"""How comments are judged, per site: read from config/policy.toml, frozen, fingerprinted.

It turns scores into findings. It must not know the environment, HTTP or Redis.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from moderation.domain.decision import Finding, Scores, Verdict
from moderation.domain.errors import Refused

SITE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_RATE = re.compile(r"(\d+)/(\d+) burst (\d+)")

Share = Annotated[float, Field(ge=0, le=1)]


def _plain_name(name: str) -> str:
    if not SITE_NAME.fullmatch(name):
        raise ValueError("use a-z, 0-9 and -, at most 40 characters")
    return name


SiteName = Annotated[str, AfterValidator(_plain_name)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Frozen):
    """`count` events per `period_s` seconds on average, `burst` of them at once at most."""

    count: Annotated[int, Field(ge=1)]
    period_s: Annotated[int, Field(ge=1)]
    burst: Annotated[int, Field(ge=1)]


def _rate(value: Any) -> Any:
    """Read "10/60 burst 5": 10 a minute, 5 at once."""
    if not isinstance(value, str):
        return value
    if (match := _RATE.fullmatch(value)) is None:
        raise ValueError('write a limit as "count/seconds burst n", like "10/60 burst 5"')
    count, period_s, burst = map(int, match.groups())
    return {"count": count, "period_s": period_s, "burst": burst}


WrittenRate = Annotated[Rate, BeforeValidator(_rate)]


class Threshold(_Frozen):
    """From which score on a label holds a comment, and from which it rejects it."""

    hold: Share
    reject: Share

    @model_validator(mode="after")
    def _hold_comes_first(self) -> Self:
        if self.reject < self.hold:
            raise ValueError("reject must not be below hold")
        return self


class Links(_Frozen):
    """From how many links on a comment is held or rejected."""

    hold: Annotated[int, Field(ge=1)] = 3
    reject: Annotated[int, Field(ge=1)] = 20


class Repeats(_Frozen):
    """The same text again, under whatever name: held from the `hold`-th time within `window_s`.

    Texts under `min_length` code points are said by many, and not counted as repeats.
    """

    hold: Annotated[int, Field(ge=2)] = 3
    min_length: Annotated[int, Field(ge=0)] = 20
    window_s: Annotated[int, Field(ge=60)] = 86_400


class Blocklist(_Frozen):
    """Words and phrases, from files beside the policy file (read at start) and from `entries`."""

    verdict: Literal["hold", "reject"] = "hold"
    files: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


class Language(_Frozen):
    """What the model knows, and what becomes of the rest."""

    known: tuple[str, ...] = ("en",)
    unknown: Literal["hold", "ignore"] = "hold"


class Limits(_Frozen):
    """How many submissions; see docs/policy.md."""

    address: WrittenRate
    author: WrittenRate
    thread: WrittenRate
    site: WrittenRate
    new_threads: WrittenRate
    key: WrittenRate


class SitePolicy(_Frozen):
    """How one site's comments are judged."""

    title: str = ""
    origins: tuple[str, ...] = ()
    max_text_length: Annotated[int, Field(ge=1, le=20_000)] = 5_000
    hold_newcomers: bool = False
    hold_disposable_email: bool = True
    decision_wait_ms: Annotated[int, Field(ge=0, le=10_000)] = 1_500
    claim_lease_ms: Annotated[int, Field(ge=200)] = 600_000
    closed_threads: tuple[str, ...] = ()
    thresholds: dict[str, Threshold]
    links: Links = Links()
    repeats: Repeats = Repeats()
    blocklist: Blocklist = Blocklist()
    language: Language = Language()
    limits: Limits

    @field_validator("origins")
    @classmethod
    def _bare_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "self" and not re.fullmatch(r"https?://[^/\s]+", origin):
                raise ValueError(f'{origin!r} is no origin: write "https://news.example.org"')
        return tuple(origin.lower() for origin in origins)

    def judge(self, scores: Scores) -> Iterator[Finding]:
        """A finding for every label whose score reaches a threshold of this site."""
        for label, score in scores.items():
            if (threshold := self.thresholds.get(label)) is not None:
                yield from _over(label, score, threshold)


def _over(label: str, score: float, threshold: Threshold) -> Iterator[Finding]:
    if score >= threshold.reject:
        yield Finding(label, Verdict.REJECT, f"{label} {score:.2f} ≥ {threshold.reject:.2f}")
    elif score >= threshold.hold:
        yield Finding(label, Verdict.HOLD, f"{label} {score:.2f} ≥ {threshold.hold:.2f}")


class Retention(_Frozen):
    """For how many days things are kept that nobody needs any more."""

    rejected: Annotated[int, Field(ge=1)] = 90
    audit: Annotated[int, Field(ge=1)] = 365
    dead_letters: Annotated[int, Field(ge=1)] = 30


class Policy(_Frozen):
    """All sites' policies."""

    sites: dict[SiteName, SitePolicy]
    retention: Retention = Retention()

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change when anything in the policy does."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def load_policy(path: Path) -> Policy:
    """Read `path` (TOML) and the blocklist files beside it.

    Raises Refused with every mistake in one message.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        defaults = document.pop("defaults", {})
        document["sites"] = {
            name: _with_entries(_merged(defaults, site), path.parent)
            for name, site in document.get("sites", {}).items()
        }
        return Policy.model_validate(document)
    except OSError as error:
        raise Refused(f"The policy cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        lines = (f"  {_where(e['loc'])}: {e['msg']}" for e in error.errors())
        raise Refused(f"{path} has mistakes:\n" + "\n".join(lines)) from None


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) or "policy"


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, table by table."""
    result = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = _merged(base[key], value) if both_tables else value
    return result


def _with_entries(site: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read the blocklist files into `entries`: the fingerprint then covers their content."""
    blocklist = dict(site.get("blocklist", {}))
    lines = (
        line.strip()
        for name in blocklist.get("files", ())
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    )
    read = tuple(line for line in lines if line and not line.startswith("#"))
    blocklist["entries"] = (*blocklist.get("entries", ()), *read)
    return {**site, "blocklist": blocklist}
