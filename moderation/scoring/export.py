"""Turn the shipped model back into a checkpoint that the detoxify package loads.

The dequantised fp32 values of model.onnx are the model, so both forms give the same scores.
May import torch and onnx; nothing the service needs at run time does.
"""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

_VALUES: Final = ".int8"
_SCALE: Final = ".scale"
_PARAMETERS: Final = ("bert.", "classifier.")


def write_detoxify_checkpoint(model_dir: Path, out: Path) -> Path:
    """Write `out` in Detoxify's format from the model directory and return it.

    The directory also serves as Hugging Face configuration, hence its absolute path inside the
    file: move the directory and the checkpoint has to be written again. Raises
    FileNotFoundError without model.onnx or config.json, ValueError without a weight in it.
    """
    labels = _read_labels(model_dir)
    place = str(model_dir.resolve())
    arch = {
        "num_classes": len(labels),
        "model_type": place,
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizerFast",
    }
    state = {
        name: torch.from_numpy(value)
        for name, value in read_weights(model_dir / "model.onnx").items()
    }
    config = {"arch": {"args": arch}, "dataset": {"args": {"classes": labels}}}
    torch.save({"state_dict": state, "config": config}, out)
    return out


def _read_labels(model_dir: Path) -> list[str]:
    """The labels in the order of the outputs."""
    names: dict[str, Any] = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))[
        "id2label"
    ]
    return [str(names[str(index)]) for index in range(len(names))]


def read_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """Every parameter under its torch name, in torch layout, int8 ones expanded to fp32."""
    stored = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in onnx.load(str(file)).graph.initializer
    }
    weights = {name: value.copy() for name, value in stored.items() if _is_plain_parameter(name)}
    for name, values in stored.items():
        if name.endswith(_VALUES):
            parameter = name.removesuffix(_VALUES)
            weights[parameter] = values.astype(np.float32) * stored[parameter + _SCALE]
    if not weights:
        raise ValueError(f"{file} holds no weights under torch names")
    return weights


def _is_plain_parameter(name: str) -> bool:
    return name.startswith(_PARAMETERS) and not name.endswith((_VALUES, _SCALE))
