"""Networks as the gateway runs them: uint8 RGB in, rows before columns, all normalisation inside."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from .backbone import Backbone, pooled
from .detector import Detector
from .heads import CropClassifier

OPSET = 17


class FeaturesGraph(nn.Module):
    """[1, H, W, 3] → [1, 896]."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return pooled(self.backbone(from_bytes(image)))


class ClassifierGraph(nn.Module):
    """[1, H, W, 3] → [1, C], shares that add up to 1."""

    def __init__(self, classifier: CropClassifier) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.classifier(from_bytes(image))


class DetectorGraph(nn.Module):
    """[1, H, W, 3] → [1, 4 + C, N]: centre, width and height in pixels, then a score a class."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logits, boxes = self.detector(from_bytes(image))
        middle = (boxes[..., :2] + boxes[..., 2:]) / 2
        size = boxes[..., 2:] - boxes[..., :2]
        return torch.cat([middle, size, logits.sigmoid()], -1).transpose(1, 2)


def from_bytes(image: torch.Tensor) -> torch.Tensor:
    return image.permute(0, 3, 1, 2).float() / 255


def export(graph: nn.Module, side: int, path: Path) -> None:
    """Batch 1, fixed size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        graph.eval().to(memory_format=torch.contiguous_format),
        torch.zeros(1, side, side, 3, dtype=torch.uint8),
        str(path),
        input_names=["image"],
        output_names=["output"],
        opset_version=OPSET,
    )
