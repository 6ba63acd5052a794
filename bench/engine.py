"""How fast the ONNX engine is beside Detoxify.predict: same weights, same texts, same threads.

`python -m bench.engine [CHECKPOINT] [--model DIRECTORY]` prints a markdown table. Rounds
alternate, since the machine's mood changes; load time and memory come from a process each.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from moderation.scoring.loading import BUNDLED, load_scorer

LIST = 32
_PROSE = (
    "the of and to a in is that it was for on are as with they be at one have this from by "
    "not but some what there we can out other were all your when up use word how said an each "
    "she which do their time if will way about many then them would write like so these her "
    "long make thing see him two has look more day could go come did my sound no most people"
)
WORDS = _PROSE.split(" ")

Predict = Callable[[list[str]], object]


def main() -> None:
    """Measure, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, nargs="?", help="of the same weights")
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--texts", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--load", choices=["onnx", "detoxify"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if find_spec("torch") is None or find_spec("detoxify") is None:
        sys.exit("This comparison needs torch and detoxify: pip install 'moderation[detoxify]'.")
    if options.load:
        print(json.dumps(_load_cost(options)))
        return
    with tempfile.TemporaryDirectory() as directory:
        options.checkpoint = options.checkpoint or _exported(options.model, Path(directory))
        _compare(options)


def _exported(model: Path, directory: Path) -> Path:
    from moderation.scoring.export import write_detoxify_checkpoint

    path = directory / "model.ckpt"
    write_detoxify_checkpoint(model, path)
    return path


def _compare(options: argparse.Namespace) -> None:
    texts = comments(options.texts)
    engines = {name: _predict_of(name, options) for name in ("detoxify", "onnx")}
    print(f"{len(texts)} comments, {options.rounds} alternating rounds\n")
    print("| engine | texts a call | comments/s | spread | of Detoxify |")
    print("|---|---|---|---|---|")
    for size in (1, LIST):
        speeds = _rounds(engines, texts, size=size, rounds=options.rounds)
        base = statistics.median(speeds["detoxify"])
        for name, values in speeds.items():
            middle = statistics.median(values)
            spread = f"{min(values):.1f}–{max(values):.1f}"
            print(f"| {name} | {size} | {middle:.1f} | {spread} | {middle / base:.2f} |")
    print("\n| engine | load s | RSS MiB |\n|---|---|---|")
    for name in engines:
        cost = _load_in_a_process(name, options)
        print(f"| {name} | {cost['seconds']:.2f} | {cost['mib']:.0f} |")


def comments(count: int, seed: int = 5) -> list[str]:
    """Texts of lognormal length, 43 words in the middle and 350 at most."""
    chance = random.Random(seed)
    lengths = (max(1, min(350, round(chance.lognormvariate(3.76, 0.9)))) for _ in range(count))
    return [" ".join(chance.choices(WORDS, k=length)) for length in lengths]


def _predict_of(name: str, options: argparse.Namespace) -> Predict:
    """What an application would call: the package's own predict, or our engine's score."""
    if name == "onnx":
        return load_scorer(str(options.model), threads=options.threads).score
    scorer: Any = load_scorer(f"detoxify:{options.checkpoint}", threads=options.threads)
    predict: Predict = scorer._detoxify.predict  # noqa: SLF001 - the package itself, at our limit
    return predict


def _rounds(
    engines: dict[str, Predict], texts: Sequence[str], *, size: int, rounds: int
) -> dict[str, list[float]]:
    speeds: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, predict in engines.items():
            speeds[name].append(_speed(predict, texts, size))
    return speeds


def _speed(predict: Predict, texts: Sequence[str], size: int) -> float:
    predict(list(texts[:size]))
    started = perf_counter()
    for first in range(0, len(texts), size):
        predict(list(texts[first : first + size]))
    return len(texts) / (perf_counter() - started)


def _load_in_a_process(name: str, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.engine", str(options.checkpoint)]
    command += ["--model", str(options.model), "--threads", str(options.threads), "--load", name]
    cost: dict[str, float] = json.loads(subprocess.check_output(command))
    return cost


def _load_cost(options: argparse.Namespace) -> dict[str, float]:
    """Seconds until the first comment is scored, imports included, and the peak of memory."""
    started = perf_counter()
    _predict_of(options.load, options)(comments(1))
    return {"seconds": perf_counter() - started, "mib": _peak_mib()}


def _peak_mib() -> float:
    """Of this process alone (Linux): getrusage would count what its parent had before the fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
