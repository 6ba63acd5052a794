"""A tiny random BERT in Detoxify's checkpoint format, with its base directory beside it."""

from collections import OrderedDict
from pathlib import Path

CLASSES = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
LETTERS = "abcdefghijklmnopqrstuvwxyz.,!?'0123456789"
VOCAB = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS if letter.isalnum()),
]


def make_tiny_checkpoint(directory: Path, *, change=lambda _: None) -> Path:
    """Write base/ and model.ckpt to `directory`; return the latter. `change` may spoil it before.

    The tokenizer names no model_max_length, as some published ones do not.
    """
    import torch
    import transformers

    base = directory / "base"
    base.mkdir(parents=True)
    (base / "vocab.txt").write_text("\n".join(VOCAB), encoding="utf-8")
    tokenizer = transformers.BertTokenizer(
        vocab={word: number for number, word in enumerate(VOCAB)}
    )
    tokenizer.save_pretrained(base)
    config = transformers.BertConfig(
        vocab_size=len(VOCAB),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=len(CLASSES),
    )
    config.save_pretrained(base)
    torch.manual_seed(1)
    model = transformers.BertForSequenceClassification(config)
    content = {
        "state_dict": OrderedDict(model.state_dict()),
        "config": {
            "arch": {
                "args": {
                    "num_classes": len(CLASSES),
                    "model_type": str(base),
                    "model_name": "BertForSequenceClassification",
                    "tokenizer_name": "BertTokenizer",
                }
            },
            "dataset": {"args": {"classes": list(CLASSES)}},
        },
    }
    change(content)
    path = directory / "model.ckpt"
    torch.save(content, path)
    return path
