"""The backbone under every detector and head: three maps at strides 8, 16 and 32, from a random start."""

from __future__ import annotations

import torch
from torch import nn

CHANNELS = (64, 128, 256)
MEAN = (0.45, 0.45, 0.45)
DEVIATION = (0.25, 0.25, 0.25)


class ConvBlock(nn.Sequential):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, inside: int, outside: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )


class Bottleneck(nn.Module):
    """Narrow, look around, widen, add."""

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__()
        self.way = nn.Sequential(ConvBlock(channels, middle, 1), ConvBlock(middle, channels))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps + self.way(maps)


class SpatialPyramid(nn.Module):
    """Sees 5, 9 and 13 cells around at once."""

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__()
        self.narrow = ConvBlock(channels, middle, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.widen = ConvBlock(middle * 4, channels, 1)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        near = self.narrow(maps)
        wider = self.pool(near)
        widest = self.pool(wider)
        return self.widen(torch.cat([near, wider, widest, self.pool(widest)], 1))


class Backbone(nn.Module):
    """RGB 0 to 1, sides a multiple of 32 → maps of 64, 128 and 256 channels at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        at8, at16, at32 = CHANNELS
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))
        self.stem = nn.Sequential(ConvBlock(3, 16, stride=2), ConvBlock(16, 32, stride=2))
        self.stage8 = nn.Sequential(ConvBlock(32, at8, stride=2), Bottleneck(at8, 32), Bottleneck(at8, 32))
        self.stage16 = nn.Sequential(ConvBlock(at8, at16, stride=2), Bottleneck(at16, 64), Bottleneck(at16, 64))
        self.stage32 = nn.Sequential(ConvBlock(at16, at32, stride=2), SpatialPyramid(at32, 64), Bottleneck(at32, 64))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        maps8 = self.stage8(self.stem((image - self.mean) / self.deviation))
        maps16 = self.stage16(maps8)
        return maps8, maps16, self.stage32(maps16)


def pooled(maps: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The mean and the greatest of every channel of every map: 896 numbers a picture."""
    return torch.cat([one for of in maps for one in (of.mean((2, 3)), of.amax((2, 3)))], 1)
