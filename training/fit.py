"""Train the network: masked, weighted cross-entropy over length-sorted batches, a checkpoint a pass."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm
from transformers import BertForSequenceClassification

from training.examples import Example
from training.mix import Corpus, rows_of_pass
from training.model import base_directory

# A threat is worth more than its share: there are 240 of them among 30,000 comments.
_LABEL_WEIGHTS: Final = (1.0, 1.0, 1.0, 2.0, 1.0, 1.5)
_BATCH: Final = 32
# Batches are cut from windows of this many rows, sorted by length: little padding, still shuffled.
_WINDOW: Final = 1_600
_TRAINING_TOKENS: Final = 96
_WARM_UP_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: number of passes, learning rates, seed, share of each pass, minutes at most."""

    passes: int = 2
    encoder_rate: float = 9e-5
    head_rate: float = 4e-4
    seed: int = 11
    share: float = 1.0
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded token ids and mask [rows, tokens], targets with NaN for unknown [rows, labels], weights [rows]."""

    ids: Tensor
    mask: Tensor
    targets: Tensor
    weights: Tensor


def fit(
    model: BertForSequenceClassification, corpus: Corpus, plan: Plan, checkpoints: Path
) -> None:
    """Train in place, going on after the last finished pass found in `checkpoints`."""
    passes = [
        batches_of(rows_of_pass(corpus, n, seed=plan.seed, share=plan.share), n)
        for n in range(plan.passes)
    ]
    optimizer = _build_optimizer(model, plan)
    schedule = _Schedule(optimizer, total=sum(map(len, passes)), minutes=plan.minutes)
    first = _restore(model, optimizer, schedule, checkpoints)
    model.train()
    for number in range(first, plan.passes):
        _train_pass(
            model, optimizer, schedule, passes[number], f"pass {number + 1} of {plan.passes}"
        )
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": schedule.step_number,
        }
        torch.save(state, checkpoints / f"pass-{number}.pt")
    model.train(mode=False)


def batches_of(rows: Sequence[Example], seed: int) -> list[Batch]:
    """Tokenize and cut into batches of about equal length, in random order."""
    chance = random.Random(seed)
    shuffled = chance.sample(list(rows), len(rows))
    encodings = _training_tokenizer().encode_batch([row.text for row in shuffled])
    batches = list(_cut(shuffled, encodings))
    chance.shuffle(batches)
    return batches


def _training_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(base_directory() / "tokenizer.json"))
    tokenizer.enable_truncation(_TRAINING_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _cut(rows: Sequence[Example], encodings: Sequence[Encoding]) -> Iterator[Batch]:
    for start in range(0, len(rows), _WINDOW):
        window = sorted(
            range(start, min(start + _WINDOW, len(rows))),
            key=lambda index: len(encodings[index].ids),
        )
        for first in range(0, len(window), _BATCH):
            chosen = window[first : first + _BATCH]
            yield _batch(
                [rows[index] for index in chosen], [encodings[index].ids for index in chosen]
            )


def _batch(rows: Sequence[Example], ids: Sequence[list[int]]) -> Batch:
    longest = max(map(len, ids))
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
    return Batch(
        padded,
        mask,
        torch.tensor([r.targets for r in rows]),
        torch.tensor([r.weight for r in rows]),
    )


def _build_optimizer(model: BertForSequenceClassification, plan: Plan) -> torch.optim.Optimizer:
    head = [
        p
        for name, p in model.named_parameters()
        if name.startswith(("classifier.", "bert.pooler."))
    ]
    encoder = list(model.bert.encoder.parameters())
    groups = [{"params": encoder, "lr": plan.encoder_rate}, {"params": head, "lr": plan.head_rate}]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


class _Schedule:
    """Linear warm-up, then linear decay to zero over the steps, or over the minutes when those end first."""

    def __init__(self, optimizer: torch.optim.Optimizer, total: int, minutes: float | None) -> None:
        self._optimizer = optimizer
        self._rates = [float(group["lr"]) for group in optimizer.param_groups]
        self._total = total
        self._seconds = minutes * 60 if minutes else None
        self._started = time.monotonic()
        self.step_number = 0

    def advance(self) -> bool:
        """Set the rates of the next step; False when the time is used up."""
        self.step_number += 1
        left = 1.0 - self._progress()
        factor = min(left, self.step_number / _WARM_UP_STEPS)
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * max(factor, 0.0)
        return left > 0

    def _progress(self) -> float:
        by_step = (self.step_number - 1) / self._total
        if self._seconds is None:
            return by_step
        return max(by_step, (time.monotonic() - self._started) / self._seconds)


def _restore(
    model: BertForSequenceClassification,
    optimizer: torch.optim.Optimizer,
    schedule: _Schedule,
    checkpoints: Path,
) -> int:
    """Load the newest checkpoint, if any, and return the number of the pass to start with."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    finished = sorted(checkpoints.glob("pass-*.pt"))
    if not finished:
        return 0
    state = torch.load(finished[-1], weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.step_number = state["step"]
    return len(finished)


def _train_pass(
    model: BertForSequenceClassification,
    optimizer: torch.optim.Optimizer,
    schedule: _Schedule,
    batches: Sequence[Batch],
    title: str,
) -> None:
    running = 0.0
    bar = tqdm(batches, desc=title, mininterval=5)
    for number, batch in enumerate(bar):
        if not schedule.advance():
            return
        running += (_train_batch(model, optimizer, batch) - running) / min(number + 1, 100)
        bar.set_postfix(loss=f"{running:.4f}", refresh=False)


def _train_batch(
    model: BertForSequenceClassification, optimizer: torch.optim.Optimizer, batch: Batch
) -> float:
    logits = model(input_ids=batch.ids, attention_mask=batch.mask).logits
    loss = masked_loss(logits, batch.targets, batch.weights)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def masked_loss(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of the cross-entropy over the known targets; shapes as in `Batch`."""
    known = ~targets.isnan()
    importance = known * weights[:, None] * torch.tensor(_LABEL_WEIGHTS)
    losses = binary_cross_entropy_with_logits(logits, targets.nan_to_num(0.0), reduction="none")
    return (losses * importance).sum() / importance.sum().clamp(min=1.0)
