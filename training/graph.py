"""Write the trained network as plain ONNX by hand, weights as int8.

Written by hand rather than traced, so that every initialiser has its torch name and the nodes have
the classic shapes that ONNX Runtime's optimiser turns into fused attention, GELU and layer norm.
At load, constant folding expands the int8 weights first: inference runs on the fp32 values.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, NDArray[np.float32]]

_OPSET: Final = 17
_IR_VERSION: Final = 8
# Small tensors (biases, norms, the head) cost nothing and stay exact.
_SMALLEST_QUANTISED: Final = 10_000
_MASKED: Final = -10_000.0
_MODEL_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def quantise(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 values and the scale [rows, 1] of each row (an output channel, or a word)."""
    largest = np.abs(weight).max(axis=1, keepdims=True)
    scale = np.maximum(largest / 127.0, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(weight / scale).clip(-127, 127).astype(np.int8), scale


def is_quantised(weight: NDArray[np.float32]) -> bool:
    """Whether a tensor is shipped as int8."""
    return weight.ndim == 2 and weight.size >= _SMALLEST_QUANTISED


def build_graph(
    weights: Weights, *, layers: int, heads: int, as_int8: bool = True
) -> onnx.ModelProto:
    """Return the ONNX model for BertForSequenceClassification's `weights` (torch names, torch layout)."""
    builder = _Builder(weights, as_int8=as_int8)
    hidden = _embeddings(builder)
    mask = _additive_mask(builder)
    for number in range(layers):
        hidden = _layer(builder, f"bert.encoder.layer.{number}", hidden, mask, heads)
    _head(builder, hidden)
    return builder.finish()


class _Builder:
    """Collects nodes and initialisers; every method returns the name of a value."""

    def __init__(self, weights: Weights, *, as_int8: bool) -> None:
        self._weights = weights
        self._as_int8 = as_int8
        self._nodes: list[onnx.NodeProto] = []
        self._initialisers: dict[str, onnx.TensorProto] = {}

    def node(
        self, operator: str, *inputs: str, output: str | None = None, **attributes: Any
    ) -> str:
        name = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [name], name=f"node_{name}", **attributes)
        )
        return name

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self._initialisers.setdefault(name, numpy_helper.from_array(value, name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(
            f"integers_{'_'.join(map(str, values))}", np.array(values, dtype=np.int64)
        )

    def number(self, value: float) -> str:
        return self.constant(f"number_{value}", np.array(value, dtype=np.float32))

    def weight(self, name: str) -> str:
        value = self._weights[name]
        if not (self._as_int8 and is_quantised(value)):
            return self.constant(name, value)
        values, scale = quantise(value)
        whole = self.node("Cast", self.constant(f"{name}.int8", values), to=TensorProto.FLOAT)
        return self.node("Mul", whole, self.constant(f"{name}.scale", scale), output=name)

    def linear(self, name: str, value: str) -> str:
        turned = self.node("Transpose", self.weight(f"{name}.weight"), perm=[1, 0])
        return self.node("Add", self.node("MatMul", value, turned), self.weight(f"{name}.bias"))

    def width(self, name: str) -> int:
        return int(self._weights[f"{name}.bias"].shape[0])

    def norm(self, name: str, value: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", value, scale, bias, axis=-1, epsilon=1e-12)

    def finish(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in _MODEL_INPUTS
        ]
        labels = self.width("classifier")
        outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", labels])]
        graph = helper.make_graph(
            self._nodes, "moderation", inputs, outputs, list(self._initialisers.values())
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        onnx.checker.check_model(model)
        return model


def _embeddings(b: _Builder) -> str:
    """Sum of word, position and token-type embeddings, normed: [batch, length, hidden]."""
    prefix = "bert.embeddings"
    words = b.node("Gather", b.weight(f"{prefix}.word_embeddings.weight"), "input_ids")
    kinds = b.node("Gather", b.weight(f"{prefix}.token_type_embeddings.weight"), "token_type_ids")
    places = b.node("Gather", b.weight(f"{prefix}.position_embeddings.weight"), _positions(b))
    return b.norm(f"{prefix}.LayerNorm", b.node("Add", b.node("Add", words, kinds), places))


def _positions(b: _Builder) -> str:
    """0, 1, 2 … in every row; summed up rather than sliced, so that shapes stay known and fusion works."""
    ones = b.node("Add", b.node("Mul", "input_ids", b.integers(0)), b.integers(1))
    return b.node("CumSum", ones, b.integers(1), exclusive=1)


def _additive_mask(b: _Builder) -> str:
    """0 where a token may be looked at and a large negative number where not: [batch, 1, 1, length]."""
    row = b.node("Unsqueeze", "attention_mask", b.integers(1))
    square = b.node("Cast", b.node("Unsqueeze", row, b.integers(2)), to=TensorProto.FLOAT)
    return b.node("Mul", b.node("Sub", b.number(1.0), square), b.number(_MASKED))


def _layer(b: _Builder, name: str, hidden: str, mask: str, heads: int) -> str:
    attended = _attention(b, f"{name}.attention", hidden, mask, heads)
    inner = _gelu(b, b.linear(f"{name}.intermediate.dense", attended))
    return b.norm(
        f"{name}.output.LayerNorm", b.node("Add", b.linear(f"{name}.output.dense", inner), attended)
    )


def _attention(b: _Builder, name: str, hidden: str, mask: str, heads: int) -> str:
    width = b.width(f"{name}.self.query")
    query = _split_heads(b, f"{name}.self.query", hidden, (heads, width // heads), (0, 2, 1, 3))
    key = _split_heads(b, f"{name}.self.key", hidden, (heads, width // heads), (0, 2, 3, 1))
    value = _split_heads(b, f"{name}.self.value", hidden, (heads, width // heads), (0, 2, 1, 3))
    scaled = b.node("Div", b.node("MatMul", query, key), b.number(math.sqrt(width // heads)))
    shares = b.node("Softmax", b.node("Add", scaled, mask), axis=-1)
    mixed = b.node("Transpose", b.node("MatMul", shares, value), perm=[0, 2, 1, 3])
    joined = b.node("Reshape", mixed, b.integers(0, 0, width))
    return b.norm(
        f"{name}.output.LayerNorm", b.node("Add", b.linear(f"{name}.output.dense", joined), hidden)
    )


def _split_heads(
    b: _Builder, name: str, hidden: str, shape: tuple[int, int], order: Sequence[int]
) -> str:
    parted = b.node("Reshape", b.linear(name, hidden), b.integers(0, 0, *shape))
    return b.node("Transpose", parted, perm=list(order))


def _gelu(b: _Builder, value: str) -> str:
    erf = b.node("Erf", b.node("Div", value, b.number(math.sqrt(2.0))))
    return b.node("Mul", b.node("Mul", value, b.node("Add", erf, b.number(1.0))), b.number(0.5))


def _head(b: _Builder, hidden: str) -> None:
    """First token → pooler → six logits."""
    first = b.node("Gather", hidden, b.constant("first", np.array(0, dtype=np.int64)), axis=1)
    pooled = b.node("Tanh", b.linear("bert.pooler.dense", first))
    turned = b.node("Transpose", b.weight("classifier.weight"), perm=[1, 0])
    b.node("Add", b.node("MatMul", pooled, turned), b.weight("classifier.bias"), output="logits")
