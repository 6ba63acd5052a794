"""How the process runs: MODERATION_* environment variables, read once, frozen.

How comments are judged is policy (config/policy.toml), not settings.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from moderation.domain.errors import Refused

_URL = TypeAdapter(HttpUrl)


class Settings(BaseSettings):
    """Each field is an environment variable; docs/operations.md has a line for each."""

    model_config = SettingsConfigDict(env_prefix="MODERATION_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    data_dir: Path = Path("data")
    policy: Path = Path("config/policy.toml")
    public_url: str | None = None
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    redis_url: str | None = None
    redis_server: Path | None = None
    allow_unsafe_redis: bool = False
    scorer: str = "bundled"
    score_threads: Annotated[int, Field(ge=0)] = 0
    secret: Annotated[str, Field(min_length=32)] | None = None
    log_level: str = "info"
    log_format: str = "json"
    door_rate_per_minute: Annotated[int, Field(ge=1)] = 120
    drain_s: Annotated[int, Field(ge=1)] = 20

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        # uvicorn's "*" takes the leftmost X-Forwarded-For entry, which the client wrote itself.
        if "*" in parts:
            raise ValueError("name the proxies' addresses or networks; '*' would trust everyone")
        return parts

    @field_validator("public_url")
    @classmethod
    def _bare_url(cls, value: str | None) -> str | None:
        return value and str(_URL.validate_python(value)).rstrip("/")


def read_settings(**overrides: object) -> Settings:
    """The environment's settings, `overrides` (command-line options; None is skipped) on top.

    Raises Refused with every mistake in one message.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = (f"  MODERATION_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise Refused("The settings have mistakes:\n" + "\n".join(lines)) from None
