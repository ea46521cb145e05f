"""Runs an ONNX file of plain convolutions in torch, so that a teacher can look at endless crops without leaving the loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from .failure import TrainingError


class OnnxNetwork:
    """The part of a network that leads from its only image input to the tensors named."""

    def __init__(self, path: Path, outputs: list[str]) -> None:
        graph = onnx.load(str(path)).graph
        self.input = graph.input[0].name
        self.outputs = outputs
        self.constants = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
        self.nodes = needed(list(graph.node), outputs)

    @torch.no_grad()
    def __call__(self, image: torch.Tensor) -> list[torch.Tensor]:
        values = {**self.constants, self.input: image}
        for node in self.nodes:
            values[node.output[0]] = run(node, [values[name] for name in node.input if name])
        return [values[name] for name in self.outputs]


def needed(nodes: list[onnx.NodeProto], outputs: list[str]) -> list[onnx.NodeProto]:
    """The nodes that the outputs depend on, in the graph's order."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if node.output[0] in wanted:
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def run(node: onnx.NodeProto, inputs: list[torch.Tensor]) -> torch.Tensor:
    """One node. Raises TrainingError for an operator that convolutional detectors do not need."""
    options = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    operators = {
        "Conv": convolve,
        "MaxPool": pool,
        "Slice": cut,
        "Resize": enlarge,
        "Sigmoid": lambda of, _: torch.sigmoid(of[0]),
        "Relu": lambda of, _: torch.relu(of[0]),
        "Mul": lambda of, _: of[0] * of[1],
        "Add": lambda of, _: of[0] + of[1],
        "Concat": lambda of, with_: torch.cat(of, with_["axis"]),
        "Reshape": lambda of, _: of[0].reshape([of[0].shape[0], *of[1].tolist()[1:]]),
        "Transpose": lambda of, with_: of[0].permute(with_["perm"]),
    }
    if node.op_type not in operators:
        raise TrainingError(f"the teacher has an operator that is not carried out here: {node.op_type}")
    return operators[node.op_type](inputs, options)


def convolve(inputs: list[torch.Tensor], options: dict) -> torch.Tensor:
    bias = inputs[2] if len(inputs) > 2 else None
    top, left, bottom, right = options["pads"]
    if (top, left) != (bottom, right):
        raise TrainingError("a convolution with uneven padding")
    return F.conv2d(inputs[0], inputs[1], bias, options["strides"], (top, left), options["dilations"], options["group"])


def pool(inputs: list[torch.Tensor], options: dict) -> torch.Tensor:
    return F.max_pool2d(inputs[0], options["kernel_shape"], options["strides"], options["pads"][:2])


def cut(inputs: list[torch.Tensor], _: dict) -> torch.Tensor:
    tensor, starts, ends, axes = inputs[:4]
    steps = inputs[4].tolist() if len(inputs) > 4 else [1] * len(axes)
    index: list[slice] = [slice(None)] * tensor.dim()
    for axis, start, end, step in zip(axes.tolist(), starts.tolist(), ends.tolist(), steps):
        index[axis] = slice(start, min(end, np.iinfo(np.int32).max), step)
    return tensor[tuple(index)]


def enlarge(inputs: list[torch.Tensor], _: dict) -> torch.Tensor:
    return F.interpolate(inputs[0], scale_factor=tuple(float(one) for one in inputs[-1][2:]), mode="nearest")
