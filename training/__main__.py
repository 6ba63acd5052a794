"""The one command: read the data, train, calibrate, measure, export."""

import argparse
import json
import logging
from pathlib import Path

import torch

from training import sources
from training.finish import finish
from training.fit import Plan, fit
from training.mix import load_corpus
from training.model import build_model


def main() -> None:
    """Parse the command line and run every step; a second run goes on after the last finished pass."""
    options = _parse()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    manifest = sources.manifest(options.data)
    (options.out / "manifest.json").write_text(
        json.dumps(manifest, indent=2) + "\n", encoding="utf-8"
    )
    corpus = load_corpus(options.data)
    model = build_model(options.layers, options.seed)
    plan = Plan(
        passes=options.passes, seed=options.seed, share=options.share, minutes=options.minutes
    )
    fit(model, corpus, plan, options.out / "checkpoints")
    directory = finish(model, corpus, options.out)
    logging.getLogger(__name__).info("the model directory is %s", directory)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="directory of the public data"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="directory for checkpoints and the result"
    )
    parser.add_argument("--layers", type=int, choices=(3, 6), default=6)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument(
        "--minutes", type=float, help="stop training after this time; decays the rate to fit"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of each pass, for short trials"
    )
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


main()
