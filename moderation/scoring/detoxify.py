"""The Detoxify engine: the detoxify package itself, for any checkpoint it can load.

It is the reference. What the package leaves to its user is done here: files are checked before
they are loaded, lists are cut into batches, classes go by name.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from moderation.domain.decision import ModelStamp, Scores
from moderation.domain.errors import Refused, ScoringFailed
from moderation.scoring.buckets import similar_lengths
from moderation.scoring.manifest import MANIFEST, Manifest, read_manifest, sha256_of
from moderation.scoring.preparation import PREPARATION, prepare
from moderation.scoring.scorer import Piece
from moderation.scoring.windows import Windows

RUN_TOKENS = 512
MOST_TOKENS = 512
"""What every model Detoxify publishes was trained on; some tokenizers name no limit at all."""

_LANGUAGES = {"XLMRobertaForSequenceClassification": ("en", "es", "fr", "it", "pt", "ru", "tr")}


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """What a file says of itself. `base` is a directory, or a name on the Hugging Face hub."""

    path: Path
    sha256: str
    base: str
    model_class: str
    tokenizer_class: str
    weights: frozenset[str]


class DetoxifyScorer:
    """A Detoxify checkpoint's Scorer: a published name ("original") or a file.

    A checkpoint whose base directory holds our model.json gets that model's preparation and token
    limit; any other reads its text as it is (NFC). `threads` is torch's, 0 leaves it alone.
    Raises Refused when torch is missing or the checkpoint cannot be trusted or used.
    """

    def __init__(self, name: str, *, threads: int = 0) -> None:
        _require_packages()
        path = _find(name)
        checkpoint = _read(path)
        manifest = _manifest_of(checkpoint)
        self._detoxify = _load(checkpoint, threads=threads)
        self.labels = _labels(self._detoxify, manifest, path)
        self.max_tokens = manifest.max_tokens if manifest else _limit(self._detoxify)
        self.languages = manifest.languages if manifest else _languages(checkpoint)
        self.preparation = manifest.preparation if manifest else "nfc"
        self.stamp = _stamp(checkpoint, manifest)
        self._detoxify.tokenizer.model_max_length = self.max_tokens
        # The package's tokenizer changes while it works; a copy may count beside it.
        tokenizer = Tokenizer.from_str(self._detoxify.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._windows = Windows(tokenizer, self.max_tokens)
        self._tokenizer = tokenizer
        self._prove(path)

    def prepare(self, text: str) -> str:
        """Return `text` as the model learnt to read it."""
        if self.preparation == PREPARATION:
            return prepare(text)
        return unicodedata.normalize("NFC", text)

    def pieces(self, prepared: str) -> list[Piece]:
        """Cut prepared text into windows the model can see whole."""
        return self._windows.cut(prepared)

    def score(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of each text, in order. Raises ScoringFailed."""
        lengths = [min(len(e), self.max_tokens) for e in self._tokenizer.encode_batch(list(texts))]
        scores: dict[int, Scores] = {}
        for places in similar_lengths(lengths, RUN_TOKENS):
            answers = self._predict([texts[place] for place in places])
            scores.update(zip(places, answers, strict=True))
        return [scores[place] for place in range(len(texts))]

    def _predict(self, texts: list[str]) -> list[Scores]:
        answer = self._detoxify.predict(texts)
        # A list of one text comes back as bare numbers.
        columns = {
            label: values if isinstance(values, list) else [values]
            for label, values in answer.items()
        }
        if not all(math.isfinite(value) for column in columns.values() for value in column):
            raise ScoringFailed("The model gave scores that are no numbers.")
        return [
            {label: columns[label][place] for label in self.labels} for place in range(len(texts))
        ]

    def _prove(self, path: Path) -> None:
        """Score nothing once: a misfit shows at start."""
        try:
            self.score([""])
        except (IndexError, ScoringFailed) as failure:
            raise Refused(
                f"{path} gives no scores ({failure}): train or export it again."
            ) from None


def _require_packages() -> None:
    try:
        import detoxify  # noqa: F401
        import torch  # noqa: F401
    except ImportError:
        raise Refused(
            "The Detoxify engine needs detoxify and torch, which are not installed: "
            "pip install 'moderation[detoxify]'."
        ) from None


def _find(name: str) -> Path:
    """The file of a published name, fetched when it is not there yet; else `name` is the file."""
    import torch
    from detoxify.detoxify import MODEL_URLS

    if (url := MODEL_URLS.get(name)) is None:
        return Path(name)
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name
    if not path.exists():
        _fetch(url, path)
    return path


def _fetch(url: str, path: Path) -> None:
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # The published names end in the first digits of their sha256, as torch.hub has it.
        torch.hub.download_url_to_file(url, str(path), path.stem.rpartition("-")[2], progress=False)
    except (OSError, RuntimeError) as error:
        raise Refused(
            f"{url} cannot be fetched ({error}): put the file at {path} yourself."
        ) from None


def _read(path: Path) -> _Checkpoint:
    """Read what the checkpoint says of itself, without running any code of it."""
    content = _plain_content(path)
    try:
        args = content["config"]["arch"]["args"]
        checkpoint = _Checkpoint(
            path=path,
            sha256=sha256_of(path),
            base=args["model_type"],
            model_class=args["model_name"],
            tokenizer_class=args["tokenizer_name"],
            weights=frozenset(content["state_dict"]),
        )
    except (KeyError, TypeError):
        raise Refused(
            f"{path} is no Detoxify checkpoint: it lacks state_dict, config.arch.args or a name "
            "in them; export it again."
        ) from None
    _check_classes(checkpoint)
    return checkpoint


def _plain_content(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror}): name a file, or one of Detoxify's models."
        ) from None
    except Exception as error:  # noqa: BLE001 - a border: strange bytes make the reader raise anything
        culprit = re.search(r"GLOBAL (\S+)", str(error))
        reason = f"it would call {culprit[1]}" if culprit else "it is damaged or no checkpoint"
        raise Refused(
            f"{path} is not loaded: {reason}. A file must hold nothing but tensors, numbers, "
            "texts, lists and dicts, since anything else can run code: save it anew."
        ) from None


def _check_classes(checkpoint: _Checkpoint) -> None:
    # The package looks these names up in transformers and calls what it finds.
    if not re.fullmatch(r"\w+ForSequenceClassification", checkpoint.model_class):
        raise Refused(f"{checkpoint.path} asks for {checkpoint.model_class!r}, no classifier.")
    if not re.fullmatch(r"\w+Tokenizer(Fast)?", checkpoint.tokenizer_class):
        raise Refused(f"{checkpoint.path} asks for {checkpoint.tokenizer_class!r}, no tokenizer.")


def _manifest_of(checkpoint: _Checkpoint) -> Manifest | None:
    home = Path(checkpoint.base)
    return read_manifest(home) if (home / MANIFEST).is_file() else None


def _load(checkpoint: _Checkpoint, *, threads: int) -> Any:
    import torch
    import transformers
    from detoxify import Detoxify

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    try:
        loaded = Detoxify(checkpoint=str(checkpoint.path))
    except OSError:
        raise Refused(
            f"{checkpoint.path} is built on {checkpoint.base!r}, whose configuration and tokenizer "
            "are not on this machine: let it reach huggingface once, or fill its cache."
        ) from None
    except RuntimeError as error:
        raise Refused(f"{checkpoint.path} does not fit its own configuration: {error}") from None
    _require_all_weights(loaded.model, checkpoint)
    # Half precision stays half precision on a CPU, slow and coarse.
    loaded.model.float()
    return loaded


def _require_all_weights(model: Any, checkpoint: _Checkpoint) -> None:
    # transformers fills what is missing, even the classifier, with random numbers.
    if missing := sorted(set(model.state_dict()) - checkpoint.weights):
        raise Refused(
            f"{checkpoint.path} lacks {len(missing)} weights, {missing[0]} among them; they would "
            "be random numbers: get a complete checkpoint."
        )


def _labels(loaded: Any, manifest: Manifest | None, path: Path) -> tuple[str, ...]:
    labels = tuple(loaded.class_names)
    if not labels or len(set(labels)) < len(labels):
        raise Refused(f"{path} names no classes, or one twice: train or export it again.")
    if manifest and set(manifest.labels) != set(labels):
        raise Refused(
            f"{path} has the classes {', '.join(labels)}, and the model.json of its base has "
            f"{', '.join(manifest.labels)}: export it again."
        )
    return labels


def _limit(loaded: Any) -> int:
    """Tokens the model can see: its positions, less those RoBERTa leaves unused."""
    config = loaded.model.config
    unused = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    positions: int = config.max_position_embeddings - unused
    limit: int = min(positions, loaded.tokenizer.model_max_length, MOST_TOKENS)
    return limit


def _languages(checkpoint: _Checkpoint) -> tuple[str, ...]:
    return _LANGUAGES.get(checkpoint.model_class, ("en",))


def _stamp(checkpoint: _Checkpoint, manifest: Manifest | None) -> ModelStamp:
    if manifest:
        return ModelStamp(manifest.id, manifest.version, checkpoint.sha256)
    return ModelStamp(f"detoxify:{checkpoint.path.stem}", version("detoxify"), checkpoint.sha256)
