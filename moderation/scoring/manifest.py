"""model.json: what a model directory holds, and the proof that it still does.

A model that is not what its manifest says gives wrong scores silently; so it is refused.
"""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from moderation.domain.decision import ModelStamp
from moderation.domain.errors import Refused
from moderation.scoring.preparation import PREPARATION

MANIFEST = "model.json"
WEIGHTS = "model.onnx"
TOKENIZER = "tokenizer.json"

_SHA256 = r"^[0-9a-f]{64}$"


class Manifest(BaseModel):
    """What the engines need of model.json; thresholds and figures in it are for people and tools.

    `files` maps each file's name to its sha256, in hex.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: Annotated[str, Field(min_length=1)]
    version: Annotated[str, Field(min_length=1)]
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=8)]
    preparation: str
    licence: str
    files: dict[str, Annotated[str, Field(pattern=_SHA256)]]

    @field_validator("labels")
    @classmethod
    def _unique(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) < len(labels):
            raise ValueError("a label stands there twice")
        return labels

    @field_validator("files")
    @classmethod
    def _plain_names(cls, files: dict[str, str]) -> dict[str, str]:
        if strange := [name for name in files if name in {".", ".."} or Path(name).name != name]:
            raise ValueError(f"{strange[0]!r} is no name of a file beside it")
        return files

    @property
    def stamp(self) -> ModelStamp:
        """Which model it is, for decisions and caches."""
        return ModelStamp(self.id, self.version, self.files[WEIGHTS])


def read_manifest(directory: Path) -> Manifest:
    """Read model.json in `directory` and check every file it lists.

    Raises Refused with one sentence that names the file and the cure.
    """
    manifest = _parsed(directory / MANIFEST)
    for name in (WEIGHTS, TOKENIZER):
        if name not in manifest.files:
            raise Refused(f"{directory / MANIFEST} lists no {name}: export the model again.")
    for name, sha256 in manifest.files.items():
        _check_file(directory / name, sha256)
    if manifest.preparation != PREPARATION:
        raise Refused(
            f"{directory / MANIFEST} asks for preparation {manifest.preparation!r}, and this "
            f"version has {PREPARATION!r}: use a model made for this version of Moderation."
        )
    return manifest


def _parsed(path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror}): name a directory that "
            "`moderation model export` wrote."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise Refused(
            f"{path} is no model manifest: {where}: {first['msg']}; export the model again."
        ) from None


def _check_file(path: Path, sha256: str) -> None:
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror}): install or export the model again."
        ) from None
    if actual != sha256:
        raise Refused(
            f"{path} is not the file its model.json lists (its sha256 is {actual[:12]}…, "
            f"{sha256[:12]}… is listed): install or export the model again."
        )


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
