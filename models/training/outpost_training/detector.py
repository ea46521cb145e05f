"""A nano detector without anchors: our backbone, a small feature pyramid, one light head for all strides."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from .backbone import CHANNELS, Backbone, ConvBlock

STRIDES = (8, 16, 32)
WIDTH = 64
# An untrained head believes in next to nothing, so that the first steps are not drowned by background.
FIRST_SCORE = 0.01


class LightBlock(nn.Sequential):
    """Looks 5 × 5 around channel by channel, then mixes the channels."""

    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, 5, stride, 2, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            ConvBlock(channels, channels, 1),
        )


class Detector(nn.Module):
    """RGB 0 to 1 → for each cell of the three strides: class logits [B, N, C] and box edges [B, N, 4] in pixels."""

    def __init__(self, class_count: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.lateral = nn.ModuleList(ConvBlock(channels, WIDTH, 1) for channels in CHANNELS)
        self.smooth = nn.ModuleList(LightBlock(WIDTH) for _ in CHANNELS)
        self.down = nn.ModuleList(LightBlock(WIDTH, stride=2) for _ in CHANNELS[1:])
        self.class_way = nn.ModuleList(LightBlock(WIDTH) for _ in STRIDES)
        self.box_way = nn.ModuleList(LightBlock(WIDTH) for _ in STRIDES)
        self.classes = nn.ModuleList(nn.Conv2d(WIDTH, class_count, 1) for _ in STRIDES)
        self.edges = nn.ModuleList(nn.Conv2d(WIDTH, 4, 1) for _ in STRIDES)
        for layer in self.classes:
            nn.init.constant_(layer.bias, -math.log((1 - FIRST_SCORE) / FIRST_SCORE))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        levels = self.pyramid(self.backbone(image))
        logits, boxes = [], []
        for level, (maps, stride) in enumerate(zip(levels, STRIDES)):
            said = self.classes[level](self.class_way[level](maps))
            # Distances from the cell's middle to the four edges, in strides; never negative.
            distances = F.softplus(self.edges[level](self.box_way[level](maps))).flatten(2).transpose(1, 2) * stride
            middle = middles(maps.shape[2], maps.shape[3], stride, maps.device)
            logits.append(said.flatten(2).transpose(1, 2))
            boxes.append(torch.cat([middle - distances[..., :2], middle + distances[..., 2:]], -1))
        return torch.cat(logits, 1), torch.cat(boxes, 1)

    def pyramid(self, maps: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
        at8, at16, at32 = (narrow(of) for narrow, of in zip(self.lateral, maps))
        at16 = at16 + F.interpolate(at32, scale_factor=2.0, mode="nearest")
        at8 = self.smooth[0](at8 + F.interpolate(at16, scale_factor=2.0, mode="nearest"))
        at16 = self.smooth[1](at16 + self.down[0](at8))
        return [at8, at16, self.smooth[2](at32 + self.down[1](at16))]


def middles(height: int, width: int, stride: int, device: torch.device) -> torch.Tensor:
    """The middle of every cell, row by row: [height × width, 2], x and y in pixels."""
    rows = (torch.arange(height, device=device) + 0.5) * stride
    columns = (torch.arange(width, device=device) + 0.5) * stride
    return torch.stack([columns.repeat(height), rows.repeat_interleave(width)], -1)


def all_middles(side: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Middles and strides of all cells of a square input, in the order of the outputs."""
    points = [middles(side // stride, side // stride, stride, device) for stride in STRIDES]
    strides = [torch.full((len(of),), float(stride), device=device) for of, stride in zip(points, STRIDES)]
    return torch.cat(points), torch.cat(strides)
