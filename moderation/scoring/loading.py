"""From the setting MODERATION_SCORER to a loaded model."""

from pathlib import Path

from moderation.domain.errors import Refused
from moderation.scoring.scorer import Scorer

BUNDLED = Path(__file__).parent / "models" / "bundled"

_DETOXIFY = "detoxify:"


def load_scorer(spec: str, *, threads: int) -> Scorer:
    """Load "bundled", a model directory, or "detoxify:NAME" or "detoxify:FILE".

    `threads` for one model call, 0 for all cores. Blocks for as long as loading takes.
    Raises Refused with what to do.
    """
    if spec.startswith(_DETOXIFY):
        from moderation.scoring.detoxify import DetoxifyScorer

        return DetoxifyScorer(spec.removeprefix(_DETOXIFY), threads=threads)
    from moderation.scoring.onnx import OnnxScorer

    return OnnxScorer(_directory(spec), threads=threads)


def _directory(spec: str) -> Path:
    if spec == "bundled":
        return BUNDLED
    if not (directory := Path(spec)).is_dir():
        raise Refused(
            f"There is no scorer {spec!r}: use bundled, a model directory, detoxify:NAME "
            "or detoxify:FILE."
        )
    return directory
